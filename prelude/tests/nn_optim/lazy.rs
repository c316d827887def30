//! Layers that learn from their first input how large it is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wick::optim::{Optimizer, SGD};
use wick::prelude::*;

use super::{check, seeded};

fn lazy<M: Forward + std::fmt::Display>(name: &str, shape: &[usize], make: impl FnOnce() -> M) {
    seeded(15, || {
        let module = make();
        let mut text = module.to_string();
        let x = Tensor::randn(shape).requires_grad_(true);
        let y = module.forward(&x);
        y.sin().sum().backward();
        text += &format!(" {module}");
        let mut found = vec![y, x.grad().unwrap()];
        found.extend(module.parameters().iter().map(|p| p.grad().unwrap()));
        found.extend(module.buffers());
        found.push(Tensor::rand([2]));
        check(&format!("lazy {name}"), &found, Some(text), 5e-6);
    });
}

#[test]
fn layers_become_what_their_input_needs() {
    lazy("linear", &[2, 3], || nn::LazyLinear::new(4));
    lazy("linear bare", &[2, 5, 3], || {
        nn::LazyLinear::new(4).bias(false)
    });
    lazy("conv1d", &[2, 6, 7], || {
        nn::LazyConv1d::new(4, 3)
            .groups(2)
            .bias(false)
            .padding("same")
    });
    lazy("conv2d", &[3, 6, 7], || {
        nn::LazyConv2d::new(4, (3, 2))
            .stride(2)
            .padding(1)
            .dilation((1, 2))
            .padding_mode("circular")
    });
    lazy("conv3d", &[1, 2, 3, 4, 3], || nn::LazyConv3d::new(2, 2));
    lazy("transposed1d", &[2, 3, 5], || {
        nn::LazyConvTranspose1d::new(4, 3)
            .stride(2)
            .padding(1)
            .output_padding(1)
    });
    lazy("transposed2d", &[2, 6, 4, 4], || {
        nn::LazyConvTranspose2d::new(4, (3, 2))
            .groups(2)
            .bias(false)
            .dilation(2)
    });
    lazy("transposed3d", &[3, 2, 2, 2], || {
        nn::LazyConvTranspose3d::new(2, 2)
    });
    lazy("instance1d", &[2, 3, 4], || {
        nn::LazyInstanceNorm1d::new().momentum(0.3)
    });
    lazy("instance1d bare", &[2, 3, 4], || {
        nn::LazyInstanceNorm1d::new()
            .affine(false)
            .track_running_stats(false)
    });
    lazy("instance2d", &[2, 3, 4, 2], || {
        nn::LazyInstanceNorm2d::new().affine(false)
    });
    lazy("instance3d", &[1, 2, 2, 2, 2], || {
        nn::LazyInstanceNorm3d::new()
            .track_running_stats(false)
            .eps(0.1)
    });
    lazy("norm1d", &[5, 3], || {
        nn::LazyBatchNorm1d::new().momentum(0.3)
    });
    lazy("norm2d", &[2, 3, 2, 2], || {
        nn::LazyBatchNorm2d::new().affine(false)
    });
    lazy("norm3d", &[2, 3, 1, 2, 2], || {
        nn::LazyBatchNorm3d::new()
            .track_running_stats(false)
            .eps(0.1)
    });
}

#[test]
fn an_optimizer_may_come_first() {
    let net = Sequential::new((nn::LazyLinear::new(4), nn::LazyBatchNorm1d::new()));
    net.double();
    let optimizer = SGD::new(net.parameters(), 0.1);
    let y = net.forward(&Tensor::rand([5, 3]).double());
    assert_eq!(y.dtype(), DType::F64);
    let before = net.get_parameter("0.weight").unwrap().detach().copy();
    assert_eq!(before.shape(), [4, 3]);
    y.sin().sum().backward();
    optimizer.step();
    let after = net.get_parameter("0.weight").unwrap();
    assert!((before - after).abs().max().item::<f64>() > 0.);
}

#[test]
fn a_state_gives_the_size_too() {
    let (full, late) = (Linear::new(3, 10), nn::LazyLinear::new(10));
    late.load_state_dict(&full.state_dict()).unwrap();
    assert_eq!(
        late.to_string(),
        "LazyLinear(in_features=0, out_features=10, bias=True)"
    );
    let x = Tensor::rand([2, 3]);
    assert_eq!(
        late.forward(&x).detach().to_vec2::<f32>(),
        full.forward(&x).detach().to_vec2::<f32>()
    );
    assert_eq!(late.to_string(), full.to_string());
    let wrong = late.load_state_dict(&Linear::new(4, 10).state_dict());
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .contains("size mismatch for weight")
    );
    let (full, late) = (BatchNorm2d::new(3), nn::LazyBatchNorm2d::new());
    full.forward(&Tensor::rand([2, 3, 2, 2]));
    late.load_state_dict(&full.state_dict()).unwrap();
    late.eval();
    full.eval();
    let x = Tensor::rand([2, 3, 2, 2]);
    assert_eq!(
        late.forward(&x).detach().to_vec::<f32>(),
        full.forward(&x).detach().to_vec::<f32>()
    );
}

#[test]
fn hooks_see_one_call() {
    let module = nn::LazyLinear::new(2);
    let seen = Arc::new(AtomicUsize::new(0));
    let kept = seen.clone();
    module.register_forward_hook(move |_, _, _| {
        kept.fetch_add(1, Ordering::SeqCst);
    });
    module.forward(&Tensor::rand([1, 3]));
    module.forward(&Tensor::rand([1, 3]));
    assert_eq!(seen.load(Ordering::SeqCst), 2);
}

#[test]
fn inputs_of_other_ranks_are_refused() {
    fn refused(module: impl Forward, shape: &[usize]) -> String {
        let forward = || module.forward(&Tensor::zeros(shape));
        let panic = catch_unwind(AssertUnwindSafe(forward)).err().unwrap();
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    }
    assert_eq!(
        refused(nn::LazyConv2d::new(4, 3), &[2, 3]),
        "Expected 3D (unbatched) or 4D (batched) input to LazyConv2d, but got input of size: torch.Size([2, 3])"
    );
    assert_eq!(
        refused(nn::LazyBatchNorm2d::new(), &[2, 3]),
        "expected 4D input (got 2D input)"
    );
}
