//! Networks by name, and where their weights come from.

use super::pretrained::{ResNetOptions, load_from};
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
    assert_eq!(
        count(&ResNet::new(narrow, ResNetOptions::new())),
        11_689_512
    );
    let grouped = Architecture {
        block: Block::Bottleneck,
        layers: [3, 4, 6, 3],
        groups: 32,
        width_per_group: 4,
    };
    assert_eq!(
        count(&ResNet::new(grouped, ResNetOptions::new())),
        25_028_904
    );
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
    let error = load_from(&hub, &model, file, &mut ())
        .unwrap_err()
        .to_string();
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

#[test]
fn the_wide_and_grouped_networks_of_101_layers_have_torchvisions_shapes() {
    let deep = Architecture {
        block: Block::Bottleneck,
        layers: [3, 4, 23, 3],
        groups: 1,
        width_per_group: 64,
    };
    for (groups, width_per_group, count) in [
        (32, 8, 88_791_336),
        (64, 4, 83_455_272),
        (1, 128, 126_886_696),
    ] {
        let architecture = Architecture {
            groups,
            width_per_group,
            ..deep
        };
        let model = ResNet::new(architecture, ResNetOptions::new());
        let found: usize = model.parameters().iter().map(Tensor::numel).sum();
        assert_eq!(found, count);
    }
}

#[test]
fn a_printed_network_is_torchvisions() {
    let printed = models::resnet50(None).to_string();
    assert_eq!(printed, include_str!("testdata/resnet50.txt").trim_end());
}

#[test]
fn weights_know_their_url_their_classes_and_their_transforms() {
    let weights = models::ResNet50_Weights::IMAGENET1K_V2;
    assert_eq!(
        weights.url().unwrap(),
        "https://download.pytorch.org/models/resnet50-11ad3fa6.pth"
    );
    assert_eq!(weights.to_string(), "ResNet50_Weights.IMAGENET1K_V2");
    assert_eq!(models::ResNet50_Weights::Default.url(), weights.url());
    assert_eq!(weights.categories().len(), 1000);
    assert_eq!(weights.categories()[281], "tabby");
    assert!(
        weights
            .transforms()
            .to_string()
            .contains("resize_size=[232]")
    );
    assert_eq!(models::ResNet50_Weights::None.url(), None);
}

#[test]
fn another_number_of_classes_goes_without_weights_only() {
    let options = ResNetOptions::new().num_classes(10);
    let model = models::resnet18_with(None, options);
    assert_eq!(model.fc.weight.shape(), [10, 512]);
    let error = models::try_resnet18_with(models::ResNet18_Weights::Default, options);
    assert_eq!(
        error.err().unwrap().to_string(),
        "The parameter 'num_classes' expected value 1000 but got 10 instead."
    );
}
