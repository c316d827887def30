//! What `#[derive(Module)]` finds.

use std::marker::PhantomData;

use crate::nn::Mode;
use crate::prelude::*;

fn names(module: &impl Module) -> Vec<String> {
    module
        .named_parameters()
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

fn state(module: &impl Module) -> Vec<String> {
    module.state_dict().keys().map(str::to_owned).collect()
}

#[test]
fn members_come_in_the_order_of_declaration_under_pytorchs_names() {
    #[derive(Module)]
    struct Block {
        conv1: Sequential,
        scale: Tensor,
        downsample: Option<Sequential>,
        none: Option<Linear>,
        r#type: Linear,
    }
    let block = Block {
        conv1: Sequential::new((Conv2d::new(1, 2, 3).bias(false), BatchNorm2d::new(2))),
        scale: Tensor::ones([2]).requires_grad_(true),
        downsample: Some(Sequential::new((Linear::new(1, 1).bias(false),))),
        none: None,
        r#type: Linear::new(1, 1),
    };
    assert!(block.none.is_none());
    let expected = [
        "scale",
        "conv1.0.weight",
        "conv1.1.weight",
        "conv1.1.bias",
        "downsample.0.weight",
        "type.weight",
        "type.bias",
    ];
    assert_eq!(names(&block), expected);
    assert_eq!(block.kind(), "Block");
}

#[test]
fn other_fields_need_no_attribute() {
    #[derive(Module)]
    struct Odd {
        fc: Linear,
        _size: usize,
        _name: String,
        _rates: Vec<f64>,
        _pair: (usize, f32),
        _activation: Box<dyn Fn(&Tensor) -> Tensor>,
        _pointer: fn(f64) -> f64,
        _text: &'static str,
        _options: Option<String>,
        _shared: std::rc::Rc<std::cell::RefCell<i32>>,
    }
    let odd = Odd {
        fc: Linear::new(1, 1),
        _size: 3,
        _name: "odd".to_owned(),
        _rates: vec![0.1],
        _pair: (1, 2.0),
        _activation: Box::new(|x| x.relu()),
        _pointer: f64::sin,
        _text: "",
        _options: None,
        _shared: Default::default(),
    };
    assert_eq!(names(&odd), ["fc.weight", "fc.bias"]);
}

#[test]
fn lists_number_their_members() {
    #[derive(Module)]
    struct Lists {
        layers: Vec<Linear>,
        pair: (Linear, Conv2d),
        array: [Tensor; 2],
        boxed: Box<dyn Forward>,
        nested: Vec<Option<Linear>>,
    }
    let linear = || Linear::new(1, 1).bias(false);
    let parameter = || Tensor::ones([1]).requires_grad_(true);
    let lists = Lists {
        layers: vec![linear(), linear()],
        pair: (linear(), Conv2d::new(1, 1, 1).bias(false)),
        array: [parameter(), parameter()],
        boxed: Box::new(linear()),
        nested: vec![None, Some(linear())],
    };
    let expected = [
        "layers.0.weight",
        "layers.1.weight",
        "pair.0.weight",
        "pair.1.weight",
        "array.0",
        "array.1",
        "boxed.weight",
        "nested.1.weight",
    ];
    assert_eq!(names(&lists), expected);
}

#[test]
fn tuple_structs_number_their_fields() {
    #[derive(Module)]
    struct Two(Linear, usize, Tensor);
    let two = Two(Linear::new(1, 1), 2, Tensor::ones([1]).requires_grad_(true));
    assert_eq!(names(&two), ["2", "0.weight", "0.bias"]);
    assert_eq!(two.1, 2);
}

#[test]
fn a_type_parameter_is_a_member() {
    #[derive(Module)]
    struct Twice<M, F: Fn(f64) -> f64, P> {
        inner: M,
        others: Vec<M>,
        _function: F,
        _type: PhantomData<P>,
    }
    impl<M: Forward, F: Fn(f64) -> f64 + 'static, P: 'static> Forward for Twice<M, F, P> {
        fn forward(&self, x: &Tensor) -> Tensor {
            self.inner.forward(&self.inner.forward(x))
        }
    }
    let twice = Twice {
        inner: Linear::new(2, 2),
        others: vec![Linear::new(1, 1)],
        _function: f64::sin,
        _type: PhantomData::<Vec<u8>>,
    };
    assert_eq!(
        names(&twice),
        [
            "inner.weight",
            "inner.bias",
            "others.0.weight",
            "others.0.bias"
        ]
    );
    assert_eq!(twice.forward(&Tensor::ones([1, 2])).shape(), [1, 2]);
}

#[test]
fn an_enum_is_what_it_holds() {
    #[derive(Module)]
    enum Shortcut {
        Conv(Conv2d),
        Named { fc: Linear },
        Identity,
    }
    assert_eq!(
        names(&Shortcut::Conv(Conv2d::new(1, 1, 1))),
        ["0.weight", "0.bias"]
    );
    assert_eq!(
        names(&Shortcut::Named {
            fc: Linear::new(1, 1)
        }),
        ["fc.weight", "fc.bias"]
    );
    assert!(names(&Shortcut::Identity).is_empty());
}

#[test]
fn attributes_say_what_a_type_cannot() {
    #[derive(Module)]
    #[module(extra_repr = Self::describe)]
    struct Attributes {
        #[module(parameter)]
        frozen: Tensor,
        #[module(buffer)]
        table: Option<Tensor>,
        plain: Tensor,
        #[module(skip)]
        left_out: Linear,
    }
    impl Attributes {
        fn describe(&self) -> String {
            format!("size={}", self.frozen.numel())
        }
    }
    let module = Attributes {
        frozen: Tensor::ones([2]),
        table: Some(Tensor::ones([2]).requires_grad_(true)),
        plain: Tensor::ones([2]),
        left_out: Linear::new(1, 1),
    };
    assert_eq!(names(&module), ["frozen"]);
    assert_eq!(state(&module), ["frozen", "table", "plain"]);
    assert_eq!(module.to_string(), "Attributes(size=2)");
    assert_eq!(module.left_out.parameters().len(), 2);
}

#[test]
fn a_shared_parameter_counts_once_and_has_two_names() {
    #[derive(Module)]
    struct Tied {
        encoder: Linear,
        decoder: Linear,
    }
    let mut tied = Tied {
        encoder: Linear::new(2, 2).bias(false),
        decoder: Linear::new(2, 2).bias(false),
    };
    tied.decoder.weight = tied.encoder.weight.clone();
    assert_eq!(names(&tied), ["encoder.weight"]);
    assert_eq!(state(&tied), ["encoder.weight", "decoder.weight"]);
}

#[test]
fn a_model_without_modules_can_have_a_mode_of_its_own() {
    #[derive(Module)]
    struct Noise {
        mode: Mode,
    }
    let noise = Noise {
        mode: Mode::default(),
    };
    assert!(noise.is_training());
    noise.eval();
    assert!(!noise.mode.is_training());
}
