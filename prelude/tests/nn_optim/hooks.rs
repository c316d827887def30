//! Functions that look at modules while they work.

use std::sync::{Arc, Mutex, PoisonError};

use wick::nn::hooks;
use wick::prelude::*;

use super::seeded;

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, note: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(note);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A hook that notes the module's name and the shape of its output.
    fn hook(
        &self,
        name: &str,
    ) -> impl Fn(&dyn Module, &[Tensor], &Tensor) + Send + Sync + 'static + use<> {
        let (notes, name) = (self.clone(), name.to_owned());
        move |module, _, output| {
            notes.add(format!(
                "{name} {} {:?}",
                module.kind(),
                output.shape().dims()
            ))
        }
    }
}

/// A block of one's own, with hooks where it is called.
#[derive(Module)]
struct Block {
    inner: Linear,
    scale: Tensor,
}

#[hooked]
impl Forward for Block {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.inner.forward(x) * &self.scale
    }
}

/// One that knows nothing of hooks.
#[derive(Module)]
struct Plain {
    inner: Linear,
}

impl Forward for Plain {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.inner.forward(x)
    }
}

#[derive(Module)]
struct Net {
    first: Block,
    many: Vec<Plain>,
    last: Sequential,
}

impl Net {
    fn new() -> Self {
        let block = || Block {
            inner: Linear::new(4, 4),
            scale: tensor!(2.).requires_grad_(true),
        };
        let plain = || Plain {
            inner: Linear::new(4, 4),
        };
        Self {
            first: block(),
            many: vec![plain(), plain()],
            last: Sequential::new((block(), plain(), Linear::new(4, 2))),
        }
    }
}

#[hooked]
impl Forward for Net {
    fn forward(&self, input: &Tensor) -> Tensor {
        let mut x = self.first.forward(input);
        for plain in &self.many {
            x = plain.forward(&x);
        }
        self.last.forward(&x)
    }
}

#[test]
fn every_call_is_seen_from_the_inside_out() {
    let notes = Notes::default();
    let net = Net::new();
    for (name, module) in net.named_modules() {
        module.register_forward_hook(notes.hook(&name));
    }
    // A module is the same wherever it is moved.
    let net = Box::new(net);
    net.forward(&Tensor::rand([3, 4]));
    assert_eq!(
        notes.take(),
        [
            "first.inner Linear [3, 4]",
            "first Block [3, 4]",
            "many.0.inner Linear [3, 4]",
            "many.1.inner Linear [3, 4]",
            "last.0.inner Linear [3, 4]",
            "last.0 Block [3, 4]",
            "last.1.inner Linear [3, 4]",
            "last.1 Plain [3, 4]",
            "last.2 Linear [3, 2]",
            "last Sequential [3, 2]",
            " Net [3, 2]",
        ]
    );
}

#[test]
fn a_handle_removes_its_hook() {
    let notes = Notes::default();
    let fc = Linear::new(4, 2);
    let other = Linear::new(4, 2);
    let first = fc.register_forward_hook(notes.hook("first"));
    let second = fc.register_forward_hook(notes.hook("second"));
    fc.forward(&Tensor::rand([4]));
    other.forward(&Tensor::rand([4]));
    assert_eq!(notes.take(), ["first Linear [2]", "second Linear [2]"]);
    first.remove();
    first.remove();
    fc.forward(&Tensor::rand([4]));
    assert_eq!(notes.take(), ["second Linear [2]"]);
    second.remove();
    fc.forward(&Tensor::rand([4]));
    assert!(notes.take().is_empty());
}

#[test]
fn hooks_replace_inputs_and_outputs() {
    let relu = ReLU::new();
    relu.register_forward_pre_hook(|_, inputs| &inputs[0] - 1.);
    relu.register_forward_hook(|_, inputs, output| Some(output * 10. + &inputs[0]));
    let y = relu.forward(&tensor!([0., 3.]));
    assert_eq!(y.to_vec::<f32>(), [-1., 22.]);
}

#[test]
fn several_outputs_are_seen_and_replaced() {
    let lstm = nn::LSTM::new(3, 2);
    let notes = Notes::default();
    let kept = notes.clone();
    lstm.register_forward_hook_all(move |_, inputs, outputs| {
        let shapes: Vec<_> = inputs
            .iter()
            .chain(outputs)
            .map(|t| t.shape().to_string())
            .collect();
        kept.add(shapes.join(" "));
        vec![outputs[0].zeros_like()]
    });
    let (y, (h, _)) = lstm.forward(&Tensor::rand([5, 1, 3]));
    assert_eq!(
        notes.take(),
        ["torch.Size([5, 1, 3]) torch.Size([5, 1, 2]) torch.Size([1, 1, 2]) torch.Size([1, 1, 2])"]
    );
    assert!(!y.any().item::<bool>() && h.any().item::<bool>());
}

#[test]
fn modules_inside_attention_and_transformers_are_seen() {
    let notes = Notes::default();
    let layer = nn::TransformerEncoderLayer::new(8, 2).dim_feedforward(16);
    let encoder = nn::TransformerEncoder::new(&layer, 2);
    encoder.layers[1].register_forward_hook(notes.hook("layer"));
    encoder.layers[1]
        .self_attn
        .register_forward_hook(notes.hook("attention"));
    encoder.register_forward_hook(notes.hook("encoder"));
    encoder.forward(&Tensor::rand([5, 2, 8]));
    assert_eq!(
        notes.take(),
        [
            "attention MultiheadAttention [5, 2, 8]",
            "layer TransformerEncoderLayer [5, 2, 8]",
            "encoder TransformerEncoder [5, 2, 8]",
        ]
    );
}

#[test]
fn gradients_are_seen_on_their_way_back() {
    let notes = Notes::default();
    let (fc, kept) = (Linear::new(2, 3), notes.clone());
    let shape = |gradient: &Option<Tensor>| gradient.as_ref().map(|g| g.shape().to_string());
    fc.register_full_backward_hook(move |inputs, outputs| {
        kept.add(format!("{:?} {:?}", shape(&inputs[0]), shape(&outputs[0])));
    });
    fc.register_full_backward_pre_hook(|outputs| outputs[0].as_ref().map(|gradient| gradient * 2.));
    let x = Tensor::rand([4, 2]).requires_grad_(true);
    let y = fc.forward(&x);
    assert_eq!(y.grad_fn().unwrap().name(), "BackwardHookFunctionBackward");
    y.sum().backward();
    assert_eq!(
        notes.take(),
        [r#"Some("torch.Size([4, 2])") Some("torch.Size([4, 3])")"#]
    );
    let doubled = fc.weight.detach().sum_dim([0], false) * 2.;
    assert!(x.grad().unwrap().i(0).allclose(&doubled));
    assert_eq!(
        fc.bias.as_ref().unwrap().grad().unwrap().to_vec::<f32>(),
        [8.; 3]
    );

    // Nobody wants the gradient of the input: PyTorch calls the hook all the same.
    fc.forward(&Tensor::rand([4, 2])).sum().backward();
    assert_eq!(notes.take(), [r#"None Some("torch.Size([4, 3])")"#]);
    // Without a graph there is nothing to see.
    no_grad(|| fc.forward(&Tensor::rand([4, 2])));
    assert!(notes.take().is_empty());
}

#[test]
fn gradients_of_several_inputs_come_together() {
    let bilinear = nn::Bilinear::new(2, 3, 1);
    let notes = Notes::default();
    let kept = notes.clone();
    bilinear.register_full_backward_hook(move |inputs, outputs| {
        kept.add(format!(
            "{} {}",
            inputs.iter().flatten().count(),
            outputs.len()
        ));
    });
    let (a, b) = (Tensor::rand([4, 2]), Tensor::rand([4, 3]));
    let [a, b] = [a, b].map(|x| x.requires_grad_(true));
    bilinear.forward(&a, &b).sum().backward();
    assert_eq!(notes.take(), ["2 1"]);
    assert!(a.grad().is_some() && b.grad().is_some());
}

#[test]
fn hooks_of_all_modules() {
    // They see the modules of other tests as well: only what this thread does is noted.
    let (notes, here) = (Notes::default(), std::thread::current().id());
    let kept = notes.clone();
    let handle = hooks::register_module_forward_hook(move |module, _, _| {
        if std::thread::current().id() == here {
            kept.add(module.kind().to_owned());
        }
    });
    let net = seeded(0, || Sequential::new((Linear::new(2, 2), Tanh::new())));
    net.forward(&Tensor::rand([2]));
    handle.remove();
    net.forward(&Tensor::rand([2]));
    assert_eq!(notes.take(), ["Linear", "Tanh", "Sequential"]);
}

#[test]
#[should_panic(expected = "Swish has neither parameters nor parts")]
fn a_module_that_nothing_tells_apart_says_so() {
    #[derive(Module)]
    struct Swish;
    Swish.register_forward_pre_hook(|_, _| ());
}
