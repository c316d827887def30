//! Pictures are those of torchvision 0.29 with Pillow 13, which `testdata/augment.py` wrote down.

use std::collections::HashMap;

use image::{DynamicImage, GrayImage, RgbImage};

use super::functional as TF;
use super::*;
use crate::prelude::*;
use crate::random::{Generator, set_thread_generator};

/// Of a name and a seed: the CRC-32 of the image and of the tensor.
fn expected() -> HashMap<(&'static str, u64), [u32; 2]> {
    let line = |line: &'static str| {
        let mut fields = line.split(',');
        let name = fields.next().unwrap();
        let mut number = || fields.next().unwrap().parse::<u64>().unwrap();
        ((name, number()), [number() as u32, number() as u32])
    };
    include_str!("testdata/augment.csv")
        .lines()
        .map(line)
        .collect()
}

const SIZE: (u32, u32) = (30, 24);

fn scene() -> DynamicImage {
    let (width, height) = SIZE;
    let mut bytes = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let of = |c: u32| x * 7 + y * 5 + c * 40 + (x * y) % 13 * 3 + (x / 6 + y / 5) % 2 * 60;
            bytes.extend((0..3).map(|c| (of(c) % 200 + 20) as u8));
        }
    }
    RgbImage::from_raw(width, height, bytes).unwrap().into()
}

fn sum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn sum_of(x: &Tensor) -> u32 {
    sum(&x.contiguous().to_vec::<u8>())
}

/// Where the same function gives something else.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn compare(&mut self, name: &str, seed: u64, found: [u32; 2], expected: [u32; 2]) {
        for (kind, place) in [("image", 0), ("tensor", 1)] {
            if found[place] != expected[place] {
                self.0.push(format!("{name} {seed} {kind}"));
            }
        }
    }
}

impl Drop for Differences {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{:?}", self.0);
        }
    }
}

#[test]
fn functions_give_torchvisions_pictures() {
    let expected = expected();
    let mut differences = Differences::default();
    let gray = || -> DynamicImage {
        let red = scene().into_rgb8().pixels().map(|pixel| pixel[0]).collect();
        GrayImage::from_raw(SIZE.0, SIZE.1, red).unwrap().into()
    };
    let displacement = Tensor::arange(0., 24. * 30. * 2., 1.).reshape([1, 24, 30, 2]);
    let displacement = ((displacement * 37).remainder(101) - 50) / 400;
    let corners = [(0, 0), (29, 0), (29, 23), (0, 23)];
    let moved = [(3, 2), (27, 1), (22, 20), (1, 21)];
    let modes = [
        InterpolationMode::Bilinear,
        InterpolationMode::Nearest,
        InterpolationMode::Bilinear,
    ];
    macro_rules! both {
        ($name:literal, |$picture:ident| $body:expr) => {
            let image = |$picture: DynamicImage| $body;
            let tensor = |$picture: Tensor| $body;
            for (name, picture) in [
                ($name.to_owned(), scene()),
                (concat!($name, " gray").to_owned(), gray()),
            ] {
                let x = Tensor::from_image(&picture);
                let found = [sum(image(picture).as_bytes()), sum_of(&tensor(x))];
                let wanted = expected[&(&*name.clone().leak(), 0)];
                differences.compare(&name, 0, found, wanted);
            }
        };
    }
    both!("sharp", |p| TF::adjust_sharpness(p, 2.5));
    both!("soft", |p| TF::adjust_sharpness(p, 0.3));
    both!("autocontrast", |p| TF::autocontrast(p));
    both!("equalize", |p| TF::equalize(p));
    let tilt = [Some(7.), None, None];
    both!("perspective", |p| TF::perspective(
        p, &corners, &moved, modes[0], tilt[0]
    ));
    both!("perspective nearest", |p| TF::perspective(
        p, &corners, &moved, modes[1], tilt[1]
    ));
    both!("perspective bare", |p| TF::perspective(
        p, &corners, &moved, modes[2], tilt[2]
    ));
    both!("elastic", |p| TF::elastic_transform(
        p,
        &displacement,
        modes[0],
        Some(9.)
    ));
    both!("elastic nearest", |p| TF::elastic_transform(
        p,
        &displacement,
        modes[1],
        Some(9.)
    ));
    both!("elastic bare", |p| TF::elastic_transform(
        p,
        &displacement,
        modes[2],
        None
    ));
}

trait Any: Transform<DynamicImage, Output = DynamicImage> + Transform<Tensor, Output = Tensor> {}
impl<T> Any for T where
    T: Transform<DynamicImage, Output = DynamicImage> + Transform<Tensor, Output = Tensor>
{
}

fn transforms() -> Vec<(&'static str, Box<dyn Any>)> {
    use InterpolationMode::{Bilinear, Nearest};
    vec![
        (
            "random perspective",
            Box::new(RandomPerspective::new(0.6, 0.8)),
        ),
        (
            "random perspective nearest",
            Box::new(
                RandomPerspective::new(0.4, 1.)
                    .interpolation(Nearest)
                    .fill(5.),
            ),
        ),
        ("random elastic", Box::new(ElasticTransform::new(30., 1.5))),
        (
            "random elastic both",
            Box::new(
                ElasticTransform::new((20., 40.), (1., 2.))
                    .interpolation(Nearest)
                    .fill(3.),
            ),
        ),
        (
            "random sharpness",
            Box::new(RandomAdjustSharpness::new(3., 0.5)),
        ),
        (
            "random autocontrast",
            Box::new(RandomAutocontrast::new(0.5)),
        ),
        ("random equalize", Box::new(RandomEqualize::new(0.5))),
        ("auto imagenet", Box::new(AutoAugment::default())),
        (
            "auto cifar10",
            Box::new(AutoAugment::new(AutoAugmentPolicy::Cifar10).interpolation(Bilinear)),
        ),
        (
            "auto svhn",
            Box::new(AutoAugment::new(AutoAugmentPolicy::Svhn).fill(100.)),
        ),
        ("rand", Box::new(RandAugment::default())),
        (
            "rand strong",
            Box::new(
                RandAugment::new(4, 5)
                    .num_magnitude_bins(7)
                    .interpolation(Bilinear)
                    .fill(50.),
            ),
        ),
        ("trivial", Box::new(TrivialAugmentWide::default())),
        (
            "trivial smooth",
            Box::new(TrivialAugmentWide::new(11).interpolation(Bilinear)),
        ),
        ("augmix", Box::new(AugMix::default())),
        (
            "augmix all",
            Box::new(
                AugMix::new(8, 2)
                    .chain_depth(4)
                    .alpha(0.4)
                    .all_ops(false)
                    .interpolation(Nearest)
                    .fill(10.),
            ),
        ),
    ]
}

#[test]
fn the_same_seed_gives_torchvisions_pictures() {
    let expected = expected();
    let mut differences = Differences::default();
    let mut compared = 0;
    for (name, transform) in transforms() {
        for seed in 0.. {
            let Some(&wanted) = expected.get(&(name, seed)) else {
                break;
            };
            set_thread_generator(Generator::with_seed(seed));
            let image = Transform::<DynamicImage>::apply(&*transform, scene());
            set_thread_generator(Generator::with_seed(seed));
            let tensor = Transform::<Tensor>::apply(&*transform, Tensor::from_image(&scene()));
            let found = [sum(image.as_bytes()), sum_of(&tensor)];
            differences.compare(name, seed, found, wanted);
            compared += 1;
        }
    }
    assert_eq!(compared, 310);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let message = |f: &dyn Fn()| {
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_err();
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    assert_eq!(
        message(&|| {
            AugMix::new(11, 3);
        }),
        "The severity must be between [1, 10]. Got 11 instead."
    );
    assert_eq!(
        message(&|| drop(TF::adjust_sharpness(scene(), -1.))),
        "sharpness_factor (-1) is not non-negative."
    );
    assert_eq!(
        message(&|| drop(TF::equalize(Tensor::rand([3, 4, 4])))),
        "Only torch.uint8 image tensors are supported, but found torch.float32"
    );
    let displacement = Tensor::zeros([1, 2, 2, 2]);
    assert_eq!(
        message(&|| {
            TF::elastic_transform(scene(), &displacement, InterpolationMode::Nearest, None);
        }),
        "Argument displacement shape should be (1, 24, 30, 2), but given torch.Size([1, 2, 2, 2])"
    );
}
