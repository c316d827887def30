//! A small network learns to see which quarter of an image is bright. `cnn.py` is the same in PyTorch, and both print
//! the same losses.

use wick::nn::functional as F;
use wick::prelude::*;

fn main() {
    train(|line| println!("{line}"));
}

/// Trains for 100 steps and hands a line over after each.
pub fn train(mut print: impl FnMut(String)) {
    manual_seed(0);

    // Noisy images in which one quarter is brighter; which one, the network is to find.
    let images = Tensor::randn([640, 1, 16, 16]);
    let labels = Tensor::randint(0, 4, [640]);
    for (i, label) in labels.to_vec1::<usize>().into_iter().enumerate() {
        let (row, column) = (label / 2 * 8, label % 2 * 8);
        images.i((i, 0, row..row + 8, column..column + 8)).add_(0.5);
    }

    let net = Sequential::new((
        Conv2d::new(1, 8, 3).padding(1),
        BatchNorm2d::new(8),
        ReLU::new(),
        MaxPool2d::new(2),
        Conv2d::new(8, 16, 3).padding(1),
        ReLU::new(),
        MaxPool2d::new(2),
        Flatten::new(),
        Dropout::new(0.1),
        Linear::new(256, 4),
    ));
    let loader = DataLoader::new(TensorDataset::new((images, labels)))
        .batch_size(32)
        .shuffle(true);
    let optimizer = optim::SGD::new(net.parameters(), 0.02).momentum(0.9);

    let mut step = 0;
    for _epoch in 0..5 {
        for (x, y) in &loader {
            let loss = F::cross_entropy(&net.forward(&x), &y);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            step += 1;
            print(format!("step {step} loss {:.4}", loss.item::<f32>()));
        }
    }
}
