//! Printed modules, compared with what PyTorch 2.15 prints.

use crate::nn::{AvgPool2d, GELU, Softmax};
use crate::prelude::*;

#[test]
fn layers_say_what_they_were_made_with() {
    let printed = [
        Linear::new(3, 4).bias(false).to_string(),
        Conv2d::new(3, 64, 3)
            .stride(2)
            .padding(1)
            .bias(false)
            .to_string(),
        Conv2d::new(4, 8, (3, 5)).groups(2).dilation(2).to_string(),
        BatchNorm2d::new(64).momentum(0.9).to_string(),
        BatchNorm2d::new(64)
            .affine(false)
            .momentum(None)
            .to_string(),
        ReLU::new().to_string(),
        ReLU::new().inplace(true).to_string(),
        MaxPool2d::new(2).to_string(),
        MaxPool2d::new((3, 3)).stride(2).padding(1).to_string(),
        AvgPool2d::new(2).to_string(),
        AdaptiveAvgPool2d::new(1).to_string(),
        AdaptiveAvgPool2d::new((1, 1)).to_string(),
        Flatten::new().to_string(),
        Identity::new().to_string(),
        Dropout::new(0.3).to_string(),
        GELU::new().to_string(),
        Softmax::new(1).to_string(),
    ];
    let expected = [
        "Linear(in_features=3, out_features=4, bias=False)",
        "Conv2d(3, 64, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)",
        "Conv2d(4, 8, kernel_size=(3, 5), stride=(1, 1), dilation=(2, 2), groups=2)",
        "BatchNorm2d(64, eps=1e-05, momentum=0.9, affine=True, bias=True, track_running_stats=True)",
        "BatchNorm2d(64, eps=1e-05, momentum=None, affine=False, bias=False, track_running_stats=True)",
        "ReLU()",
        "ReLU(inplace=True)",
        "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)",
        "MaxPool2d(kernel_size=(3, 3), stride=2, padding=1, dilation=1, ceil_mode=False)",
        "AvgPool2d(kernel_size=2, stride=2, padding=0)",
        "AdaptiveAvgPool2d(output_size=1)",
        "AdaptiveAvgPool2d(output_size=(1, 1))",
        "Flatten(start_dim=1, end_dim=-1)",
        "Identity()",
        "Dropout(p=0.3, inplace=False)",
        "GELU(approximate='none')",
        "Softmax(dim=1)",
    ];
    assert_eq!(printed, expected);
}

#[test]
fn lists_show_equal_neighbours_once() {
    let list = ModuleList::new((
        ReLU::new(),
        ReLU::new(),
        Sequential::new((Linear::new(1, 2),)),
    ));
    let expected = "\
ModuleList(
  (0-1): 2 x ReLU()
  (2): Sequential(
    (0): Linear(in_features=1, out_features=2, bias=True)
  )
)";
    assert_eq!(list.to_string(), expected);
    assert_eq!(ModuleList::new(()).to_string(), "ModuleList()");
    assert_eq!(Sequential::new(()).to_string(), "Sequential()");
}

#[test]
fn models_show_their_modules_and_nothing_else() {
    #[derive(Module)]
    struct Net {
        body: Vec<Linear>,
        scale: Tensor,
        missing: Option<Linear>,
        head: Box<dyn Forward>,
        size: usize,
    }
    let net = Net {
        body: vec![Linear::new(2, 2), Linear::new(2, 2)],
        scale: Tensor::ones([1]).requires_grad_(true),
        missing: None,
        head: Box::new(Linear::new(2, 1)),
        size: 2,
    };
    let expected = "\
Net(
  (body): ModuleList(
    (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)
  )
  (head): Linear(in_features=2, out_features=1, bias=True)
)";
    assert_eq!(net.to_string(), expected);
    assert_eq!(
        (net.size, net.scale.numel(), net.missing.is_none()),
        (2, 1, true)
    );
}
