//! Texts and numbers are those of torchvision 0.29 with Pillow 13, after `manual_seed(0)` each.

use super::tests::{picture, seeded};
use super::*;
use crate::prelude::*;

/// A transform of images and tensors, by a name.
trait Both:
    Transform<image::DynamicImage, Output = image::DynamicImage> + Transform<Tensor, Output = Tensor>
{
}
impl<T> Both for T where
    T: Transform<image::DynamicImage, Output = image::DynamicImage>
        + Transform<Tensor, Output = Tensor>
{
}

fn transform(name: &str) -> Box<dyn Both> {
    match name {
        "jitter" => Box::new(ColorJitter::new(0.5, 0.5, 0.5, 0.3)),
        "brightness" => Box::new(ColorJitter::new((0.2, 1.9), 0, 0, 0)),
        "contrast" => Box::new(ColorJitter::new(0, (1.2, 2.9), 0, 0)),
        "saturation" => Box::new(ColorJitter::new(0, 0, (0.1, 2.9), 0)),
        "hue" => Box::new(ColorJitter::new(0, 0, 0, 0.5)),
        "gray" => Box::new(Grayscale::new(1)),
        "gray3" => Box::new(Grayscale::new(3)),
        "randgray" => Box::new(RandomGrayscale::new(0.9)),
        "invert" => Box::new(RandomInvert::new(1.0)),
        "blur" => Box::new(GaussianBlur::new(3)),
        "blur2" => Box::new(GaussianBlur::new((5, 3)).sigma((0.5, 3.0))),
        "rotate" => Box::new(RandomRotation::new((20, 70))),
        "rotate_bil" => Box::new(
            RandomRotation::new((10, 80))
                .interpolation(InterpolationMode::Bilinear)
                .fill(7.0),
        ),
        "rotate_exp" => Box::new(RandomRotation::new((30, 60)).expand(true)),
        "rotate_c" => Box::new(RandomRotation::new((20, 60)).center((2.0, 3.0))),
        "rotate90" => Box::new(RandomRotation::new((90, 90)).expand(true)),
        "affine" => Box::new(
            RandomAffine::new(30)
                .translate((0.2, 0.3))
                .scale((0.7, 1.4))
                .shear(10),
        ),
        "affine_bil" => Box::new(
            RandomAffine::new((0, 45))
                .shear_both(5, 8)
                .interpolation(InterpolationMode::Bilinear)
                .fill(9.0),
        ),
        "affine_t" => Box::new(RandomAffine::new(0).translate((0.4, 0.4))),
        "apply" => Box::new(RandomApply::new(
            (
                ColorJitter::new(0.4, 0.4, 0.4, 0.1),
                RandomHorizontalFlip::new(0.5),
            ),
            0.8,
        )),
        "solarize" => Box::new(RandomSolarize::new(100.0, 1.0)),
        "solarize_float" => Box::new(RandomSolarize::new(0.5, 1.0)),
        "posterize" => Box::new(RandomPosterize::new(3, 1.0)),
        other => panic!("there is no {other}"),
    }
}

/// Of images: width, height and the CRC-32 of the bytes.
const IMAGES: &[(&str, u32, u32, u32)] = &[
    ("jitter", 9, 7, 0x098f2375),
    ("brightness", 9, 7, 0x44834ccf),
    ("contrast", 9, 7, 0x82f8f292),
    ("saturation", 9, 7, 0xfa0979ad),
    ("hue", 9, 7, 0x14509b97),
    ("gray", 9, 7, 0xc2e5f522),
    ("gray3", 9, 7, 0x07cf54d8),
    ("randgray", 9, 7, 0x07cf54d8),
    ("invert", 9, 7, 0x9a1b0e36),
    ("solarize", 9, 7, 0xd299f21c),
    ("posterize", 9, 7, 0xf339852d),
    ("blur", 9, 7, 0x1c3e146c),
    ("blur2", 9, 7, 0x00d6deed),
    ("rotate", 9, 7, 0x5b4d6c3a),
    ("rotate_bil", 9, 7, 0x173b315c),
    ("rotate_exp", 13, 13, 0x04781128),
    ("rotate_c", 9, 7, 0x8909f65f),
    ("rotate90", 7, 9, 0xc36153d3),
    ("affine", 9, 7, 0x8f1b1f7d),
    ("affine_bil", 9, 7, 0xdd641fc1),
    ("affine_t", 9, 7, 0x52ee0206),
    ("apply", 9, 7, 0x3fac5e54),
];

#[test]
fn images_are_changed_as_pillow_does() {
    for &(name, width, height, sum) in IMAGES {
        let image =
            seeded(|| Transform::<image::DynamicImage>::apply(&*transform(name), picture()));
        assert_eq!((image.width(), image.height()), (width, height), "{name}");
        let mut crc = flate2::Crc::new();
        crc.update(image.as_bytes());
        assert_eq!(crc.sum(), sum, "{name}: {:?}", &image.as_bytes()[..27]);
    }
}

/// The sum of all numbers, each times its place from 1 on.
fn weighted(x: &Tensor) -> f64 {
    let numbers = x.to_vec::<f64>();
    numbers
        .iter()
        .zip(1..)
        .map(|(number, place)| number * f64::from(place))
        .sum()
}

fn compare(x: &Tensor, cases: &[(&str, [usize; 3], f64)], close: f64) {
    for &(name, shape, sum) in cases {
        let y = seeded(|| Transform::<Tensor>::apply(&*transform(name), x.clone()));
        assert_eq!(y.shape(), shape, "{name}");
        let found = weighted(&y);
        assert!(
            (found - sum).abs() <= close,
            "{name}: {found} instead of {sum}"
        );
    }
}

/// Of tensors of floats.
const FLOATS: &[(&str, [usize; 3], f64)] = &[
    ("jitter", [3, 7, 9], 5606.62422792241),
    ("brightness", [3, 7, 9], 3734.9081684921402),
    ("contrast", [3, 7, 9], 8855.555303052068),
    ("saturation", [3, 7, 9], 8793.11735086888),
    ("hue", [3, 7, 9], 9318.030113644898),
    ("gray", [1, 7, 9], 993.9980098605156),
    ("gray3", [3, 7, 9], 8787.580613002181),
    ("randgray", [3, 7, 9], 8787.580613002181),
    ("invert", [3, 7, 9], 9155.63123679161),
    ("blur", [3, 7, 9], 8762.425398498774),
    ("blur2", [3, 7, 9], 8842.273147583008),
    ("rotate", [3, 7, 9], 6620.192304744385),
    ("rotate_bil", [3, 7, 9], 31026.577217697166),
    ("rotate_exp", [3, 13, 13], 21010.286744056735),
    ("rotate_c", [3, 7, 9], 5266.525599639863),
    ("rotate90", [3, 9, 7], 8680.05900201574),
    ("affine", [3, 7, 9], 3378.7216437798925),
    ("affine_bil", [3, 7, 9], 32934.71431816276),
    ("affine_t", [3, 7, 9], 4553.64714748133),
    ("apply", [3, 7, 9], 6904.399909891188),
    ("solarize_float", [3, 7, 9], 4588.125402573496),
];

#[test]
fn tensors_of_floats_are_changed_as_torchvision_does() {
    compare(&ToTensor.apply(picture()), FLOATS, 0.01);
}

/// Of tensors of bytes.
const BYTES: &[(&str, [usize; 3], f64)] = &[
    ("jitter", [3, 7, 9], 1397375.0),
    ("brightness", [3, 7, 9], 943222.0),
    ("contrast", [3, 7, 9], 2252903.0),
    ("saturation", [3, 7, 9], 2230761.0),
    ("hue", [3, 7, 9], 2375814.0),
    ("gray", [1, 7, 9], 253063.0),
    ("gray3", [3, 7, 9], 2237169.0),
    ("randgray", [3, 7, 9], 2237169.0),
    ("invert", [3, 7, 9], 2334686.0),
    ("solarize", [3, 7, 9], 1218330.0),
    ("posterize", [3, 7, 9], 1970432.0),
    ("blur", [3, 7, 9], 2234689.0),
    ("blur2", [3, 7, 9], 2254659.0),
    ("rotate", [3, 7, 9], 1688149.0),
    ("rotate_bil", [3, 7, 9], 1788845.0),
    ("rotate_exp", [3, 13, 13], 5357623.0),
    ("rotate_c", [3, 7, 9], 1342964.0),
    ("rotate90", [3, 9, 7], 2213415.0),
    ("affine", [3, 7, 9], 861574.0),
    ("affine_bil", [3, 7, 9], 1840716.0),
    ("affine_t", [3, 7, 9], 1161180.0),
    ("apply", [3, 7, 9], 1737211.0),
];

#[test]
fn tensors_of_bytes_are_changed_as_torchvision_does() {
    compare(&PILToTensor.apply(picture()), BYTES, 0.0);
}

#[test]
fn holes_are_where_torchvision_has_them() {
    let x = ToTensor.apply(picture());
    let cases = [
        (RandomErasing::new(1.0), 7362.906039164402),
        (
            RandomErasing::new(1.0).value(Filling::Random),
            7876.288097321987,
        ),
        (
            RandomErasing::new(0.9)
                .scale((0.1, 0.2))
                .value([1.0, 2.0, 3.0]),
            13367.329578299075,
        ),
    ];
    for (transform, sum) in cases {
        let found = weighted(&seeded(|| transform.apply(x.clone())));
        assert!(
            (found - sum).abs() < 1e-3,
            "{transform}: {found} instead of {sum}"
        );
    }
}

#[test]
fn ten_parts_are_torchvisions() {
    let sums: Vec<u32> = TenCrop::new(4)
        .apply(picture())
        .iter()
        .map(|part| {
            let mut crc = flate2::Crc::new();
            crc.update(part.as_bytes());
            crc.sum()
        })
        .collect();
    let expected = [
        1541370457, 1801092331, 2684853506, 3507339384, 4000501456, 3947440559, 110255342,
        3187818856, 1694501352, 31650576,
    ];
    assert_eq!(sums, expected);
    let upside_down = TenCrop::new(4)
        .vertical_flip(true)
        .apply(ToTensor.apply(picture()));
    assert_eq!(
        (upside_down.len(), upside_down[9].shape().dims()),
        (10, &[3, 4, 4][..])
    );
}

#[test]
fn a_choice_falls_on_each_in_proportion() {
    let add = |number: i64| Lambda::new(move |x: i64| x + number);
    let choice = RandomChoice::new((add(1), add(10), add(100))).p([0.0, 1.0, 3.0]);
    let drawn: Vec<i64> = seeded(|| (0..400).map(|_| choice.apply(0)).collect());
    let count = |value| drawn.iter().filter(|&&drawn| drawn == value).count();
    assert_eq!(count(1), 0);
    assert!((70..130).contains(&count(10)), "{}", count(10));
    assert_eq!(count(10) + count(100), 400);
    let order = RandomOrder::new((add(1), Lambda::new(|x: i64| x * 2)));
    let mut results: Vec<i64> = seeded(|| (0..50).map(|_| order.apply(1)).collect());
    results.sort_unstable();
    results.dedup();
    assert_eq!(results, [3, 4]);
}

#[test]
fn transforms_show_themselves_as_torchvisions() {
    let shown = |name: &str| transform(name).to_string();
    let expected = [
        (
            "jitter",
            "ColorJitter(brightness=(0.5, 1.5), contrast=(0.5, 1.5), saturation=(0.5, 1.5), hue=(-0.3, 0.3))",
        ),
        (
            "brightness",
            "ColorJitter(brightness=(0.2, 1.9), contrast=None, saturation=None, hue=None)",
        ),
        ("gray3", "Grayscale(num_output_channels=3)"),
        ("solarize", "RandomSolarize(threshold=100,p=1.0)"),
        ("posterize", "RandomPosterize(bits=3,p=1.0)"),
        (
            "rotate_bil",
            "RandomRotation(degrees=[10.0, 80.0], interpolation=bilinear, expand=False, fill=7)",
        ),
        (
            "rotate_c",
            "RandomRotation(degrees=[20.0, 60.0], interpolation=nearest, expand=False, center=(2, 3), fill=0)",
        ),
        (
            "affine",
            "RandomAffine(degrees=[-30.0, 30.0], translate=(0.2, 0.3), scale=(0.7, 1.4), shear=[-10.0, 10.0])",
        ),
        (
            "affine_bil",
            "RandomAffine(degrees=[0.0, 45.0], shear=[-5.0, 5.0, -8.0, 8.0], interpolation=bilinear, fill=9)",
        ),
        (
            "apply",
            "RandomApply(\n    p=0.8\n    ColorJitter(brightness=(0.6, 1.4), contrast=(0.6, 1.4), saturation=(0.6, 1.4), \
             hue=(-0.1, 0.1))\n    RandomHorizontalFlip(p=0.5)\n)",
        ),
    ];
    for (name, text) in expected {
        assert_eq!(shown(name), text);
    }
    let choice = RandomChoice::new((Grayscale::new(1),));
    assert_eq!(
        choice.to_string(),
        "RandomChoice(\n    Grayscale(num_output_channels=1)\n)(p=None)"
    );
    let erasing = RandomErasing::default().value([1.0, 2.0, 3.0]);
    assert_eq!(
        erasing.to_string(),
        "RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=[1.0, 2.0, 3.0], inplace=False)"
    );
}

#[test]
fn what_makes_no_sense_is_refused_in_torchvisions_words() {
    let message = |f: fn()| {
        let panic = std::panic::catch_unwind(f).unwrap_err();
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    let cases: [(fn(), &str); 5] = [
        (
            || {
                let _ = ColorJitter::new(-1, 0, 0, 0);
            },
            "If brightness is a single number, it must be non negative.",
        ),
        (
            || {
                let _ = ColorJitter::new(0, 0, 0, 0.7);
            },
            "hue values should be between (-0.5, 0.5), but got [-0.7, 0.7].",
        ),
        (
            || {
                let _ = ColorJitter::new((2.0, 1.0), 0, 0, 0);
            },
            "brightness values should be between (0, inf), but got [2.0, 1.0].",
        ),
        (
            || {
                let _ = FiveCrop::new(20).apply(picture());
            },
            "Requested crop size (20, 20) is bigger than input size (7, 9)",
        ),
        (
            || {
                let _ = GaussianBlur::new(2);
            },
            "Kernel size value should be an odd and positive number.",
        ),
    ];
    for (f, expected) in cases {
        let found = message(f);
        assert!(found.contains(expected), "{found}");
    }
}
