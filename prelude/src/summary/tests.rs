//! torchinfo's numbers and lines.

use crate::prelude::*;
use crate::random::{Generator, set_thread_generator};

#[test]
fn a_model_of_torchvision_has_torchinfos_numbers() {
    let summary = summary(
        &models::resnet18(models::ResNet18Weights::None),
        [2, 3, 64, 64],
    );
    assert_eq!(summary.total_params(), 11_689_512);
    assert_eq!(summary.trainable_params(), 11_689_512);
    assert_eq!(summary.total_mult_adds(), 297_136_848);
    assert_eq!(summary.params_bytes(), 46_758_048);
    assert_eq!(summary.input_bytes(), 98_304);
    let text = summary.to_string();
    let rows = [
        ["ResNet", "[2, 1000]", "--"],
        ["├─Conv2d (conv1): 1-1", "[2, 64, 32, 32]", "9,408"],
        ["│    └─BasicBlock (0): 2-1", "[2, 64, 16, 16]", "--"],
        [
            "│    │    └─Conv2d (conv1): 3-1",
            "[2, 64, 16, 16]",
            "36,864",
        ],
        ["├─Linear (fc): 1-10", "[2, 1000]", "513,000"],
    ];
    let rows = rows.map(|[layer, shape, params]| format!("{layer:<42}{shape:<26}{params}"));
    let totals = [
        "Total mult-adds (Units.MEGABYTES): 297.14",
        "Params size (MB): 46.76",
    ];
    for line in rows.iter().map(String::as_str).chain(totals) {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    // What lies deeper than is shown counts for what is.
    let downsample = text
        .lines()
        .find(|line| line.contains("downsample"))
        .unwrap();
    assert!(
        downsample.ends_with("[2, 128, 8, 8]            8,448"),
        "{downsample}"
    );
}

#[test]
fn a_small_model_is_told_line_by_line() {
    let net = Sequential::new((
        Conv2d::new(3, 8, 3).padding(1),
        ReLU::new(),
        Flatten::new(),
        Linear::new(128, 10),
    ));
    net[3].requires_grad_(false);
    let rule = "=".repeat(90);
    let wanted = format!(
        "{rule}\n\
         Layer (type (var_name):depth-idx)        Output Shape              Param #\n\
         {rule}\n\
         Sequential                               [2, 10]                   --\n\
         ├─Conv2d (0): 1-1                        [2, 8, 4, 4]              224\n\
         ├─ReLU (1): 1-2                          [2, 8, 4, 4]              --\n\
         ├─Flatten (2): 1-3                       [2, 128]                  --\n\
         ├─Linear (3): 1-4                        [2, 10]                   (1,290)\n\
         {rule}\n\
         Total params: 1,514\n\
         Trainable params: 224\n\
         Non-trainable params: 1,290\n\
         Total mult-adds (Units.MEGABYTES): 0.01\n\
         {rule}\n\
         Input size (MB): 0.00\n\
         Forward/backward pass size (MB): 0.00\n\
         Params size (MB): 0.01\n\
         Estimated Total Size (MB): 0.01\n\
         {rule}"
    );
    assert_eq!(summary(&net, [2, 3, 4, 4]).to_string(), wanted);
}

#[derive(Module)]
struct Block {
    inner: Linear,
    skipped: Linear,
}

impl Forward for Block {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.inner.forward(&self.inner.forward(x))
    }
}

#[test]
fn what_is_called_twice_counts_twice_and_what_is_not_is_not_seen() {
    let block = Block {
        inner: Linear::new(4, 4),
        skipped: Linear::new(4, 2),
    };
    let summary = summary(&block, [3, 4]);
    let [whole, inner, skipped] = summary.layers() else {
        panic!("{summary}")
    };
    assert_eq!(whole.output.as_ref().unwrap(), &[3, 4]);
    assert_eq!((inner.params, skipped.params), (20, 10));
    assert_eq!(skipped.output, None);
    assert_eq!(summary.total_mult_adds(), 2 * 3 * 20);
    assert_eq!(summary.forward_backward_bytes(), 2 * 2 * 3 * 4 * 4);
    assert!(
        summary
            .to_string()
            .contains(&format!("{:<41}--  ", "├─Linear (skipped): 1-2"))
    );
}

#[test]
fn neither_modes_nor_statistics_nor_random_numbers_change() {
    let net = Sequential::new((BatchNorm1d::new(4), Dropout::new(0.5)));
    net[1].eval();
    let statistics = || -> Vec<Tensor> { net.buffers().iter().map(Tensor::copy).collect() };
    let before = statistics();
    set_thread_generator(Generator::with_seed(1));
    let first = Tensor::rand([2]);
    set_thread_generator(Generator::with_seed(1));
    summary(&net, [8, 4]);
    assert!(Tensor::rand([2]).equal(&first));
    assert!(net[0].is_training() && !net[1].is_training());
    assert!(before.iter().zip(statistics()).all(|(a, b)| a.equal(&b)));
}

#[test]
fn words_are_given_as_a_tensor_and_a_panic_leaves_nobody_looking_on() {
    let net = Sequential::new((Embedding::new(10, 4), Linear::new(4, 2)));
    let told = summary(&net, &tensor!([[1, 2, 3]]));
    assert_eq!(told.layers()[1].output.as_ref().unwrap(), &[1, 3, 4]);
    let linear = Linear::new(3, 3);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        summary(&linear, [2, 5]);
    }));
    assert!(caught.is_err() && linear.is_training());
    let html = told.mime_bundle().unwrap()["text/html"].clone();
    let html = html.as_str().unwrap();
    assert!(html.contains("Embedding (0): 1-1"), "{html}");
}
