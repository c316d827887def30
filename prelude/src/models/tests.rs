//! Networks by name, and where their weights come from.

use super::pretrained::load_from;
use super::resnet::{Architecture, Block, ResNet};
use crate::hub::Hub;
use crate::prelude::*;

/// The shapes that torchvision's networks have, from its own count of parameters.
#[test]
fn networks_have_as_many_parameters_as_torchvisions() {
    let count = |model: &ResNet| model.parameters().iter().map(Tensor::numel).sum::<usize>();
    let narrow = Architecture {
        block: Block::Basic,
        layers: [2; 4],
        groups: 1,
        width_per_group: 64,
    };
    assert_eq!(count(&ResNet::new(narrow)), 11_689_512);
    let grouped = Architecture {
        block: Block::Bottleneck,
        layers: [3, 4, 6, 3],
        groups: 32,
        width_per_group: 4,
    };
    assert_eq!(count(&ResNet::new(grouped)), 25_028_904);
}

#[test]
fn a_new_head_takes_the_old_ones_place() {
    let mut model = models::resnet18(models::ResNet18Weights::None);
    for parameter in model.parameters() {
        parameter.requires_grad_(false);
    }
    model.fc = Linear::new(512, 10);
    let trained: Vec<_> = model
        .named_parameters()
        .into_iter()
        .filter(|(_, p)| p.requires_grad())
        .collect();
    assert_eq!(
        trained
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["fc.weight", "fc.bias"]
    );
    model.eval();
    assert_eq!(
        no_grad(|| model.forward(&Tensor::rand([1, 3, 32, 32]))).shape(),
        [1, 10]
    );
}

#[test]
fn weights_that_cannot_be_had_are_an_error_with_the_url() {
    // The port was free a moment ago.
    let address = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::new(format!("http://{address}"), folder.path());
    let file = models::ResNet18Weights::Default.file().unwrap();
    let model = models::resnet18(models::ResNet18Weights::None);
    let error = load_from(&hub, &model, file).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!(
            "http://{address}/resnet18-f37072fd.pth cannot be fetched"
        )),
        "{error}"
    );
}

#[test]
fn resnet9_goes_from_images_to_classes() {
    let net = models::resnet9();
    let out = net.forward(&Tensor::rand([2, 3, 32, 32]));
    assert_eq!(out.shape(), [2, 10]);
    out.backward_with(&out.rand_like());
    assert_eq!(net.parameters().len(), 26);
    assert!(
        net.parameters()
            .iter()
            .all(|p| p.grad().is_some_and(|grad| grad.shape() == p.shape()))
    );
}
