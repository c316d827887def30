//! How long a training step of ResNet-9 takes on a batch of 32 images of 32 by 32 pixels.
//!
//! `cargo run --release -p wick --example resnet9`

use std::time::Instant;
use wick::prelude::*;

fn main() {
    manual_seed(0);
    let net = models::resnet9();
    let images = Tensor::rand([32, 3, 32, 32]);
    let classes = Tensor::randint(0, 10, [32]);
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    for _ in 0..6 {
        let start = Instant::now();
        let loss = net.forward(&images).cross_entropy(&classes);
        forward.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        loss.backward();
        backward.push(start.elapsed().as_secs_f64());
    }
    // The first step also makes the gradients and wakes the threads.
    let median = |times: &mut Vec<f64>| {
        times.remove(0);
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    println!(
        "forward {:.3} s, backward {:.3} s",
        median(&mut forward),
        median(&mut backward)
    );
}
