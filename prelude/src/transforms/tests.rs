//! Numbers and texts are those of torchvision 0.29 and Pillow 13.

use image::{DynamicImage, RgbImage};

use super::*;
use crate::prelude::*;
use crate::random::{Generator, set_thread_generator};

/// Runs `body` with a default generator that other tests do not draw from.
pub(super) fn seeded<T>(body: impl FnOnce() -> T) -> T {
    set_thread_generator(Generator::with_seed(0));
    body()
}

pub(super) fn picture() -> DynamicImage {
    let bytes = (0..7 * 9 * 3).map(|i| (i * 37 % 251) as u8).collect();
    RgbImage::from_raw(9, 7, bytes).unwrap().into()
}

fn bytes(image: DynamicImage) -> Vec<u8> {
    image.into_rgb8().into_raw()
}

fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().map(|&byte| u32::from(byte)).sum()
}

#[test]
fn images_are_resized_as_pillow_does() {
    let resized = |height: usize, width: usize, mode| {
        bytes(
            Resize::new((height, width))
                .interpolation(mode)
                .apply(picture()),
        )
    };
    let small = resized(4, 5, InterpolationMode::Bilinear);
    assert_eq!(
        small[..12],
        [120, 81, 117, 154, 72, 103, 131, 168, 72, 100, 137, 174]
    );
    assert_eq!(sum(&small), 7453);
    let large = resized(11, 13, InterpolationMode::Bilinear);
    assert_eq!(
        large[..12],
        [0, 37, 74, 60, 97, 134, 137, 116, 153, 213, 19, 56]
    );
    assert_eq!(sum(&large), 54341);
    let cubic = resized(4, 5, InterpolationMode::Bicubic);
    assert_eq!(
        cubic[..12],
        [116, 82, 119, 160, 66, 104, 129, 172, 70, 101, 138, 175]
    );
    assert_eq!(sum(&cubic), 7456);
    let nearest = resized(4, 5, InterpolationMode::Nearest);
    assert_eq!(
        nearest[..12],
        [0, 37, 74, 222, 8, 45, 193, 230, 16, 164, 201, 238]
    );
}

fn close(x: &Tensor, first: &[f64], sum: f64) {
    for (found, expected) in x.to_vec::<f64>().iter().zip(first) {
        assert!(
            (found - expected).abs() < 2e-6,
            "{found} instead of {expected}"
        );
    }
    let found = x.double().sum().item::<f64>();
    assert!((found - sum).abs() < 2e-5, "{found} instead of {sum}");
}

#[test]
fn tensors_are_resized_as_torchvision_does() {
    let x = ToTensor.apply(picture());
    let small = Resize::new((4, 5)).apply(x.clone());
    close(
        &small,
        &[0.472829, 0.607131, 0.514989, 0.393896, 0.34071, 0.700112],
        29.258532255887985,
    );
    let cubic = Resize::new((4, 5))
        .interpolation(InterpolationMode::Bicubic)
        .apply(x.clone());
    close(
        &cubic,
        &[0.455707, 0.62647, 0.504996, 0.39612, 0.338509, 0.730605],
        29.23631013929844,
    );
    let large = Resize::new((11, 13)).apply(x);
    close(
        &large,
        &[0.0, 0.234389, 0.535747, 0.837104, 0.53273, 0.455505],
        213.12269438290969,
    );
    let x = Resize::new(5).apply(Tensor::from_image(&picture()));
    assert_eq!(x.shape(), [3, 5, 6]);
    assert_eq!(x.to_vec::<u8>()[..6], [92, 168, 133, 110, 103, 92]);
    assert_eq!(x.long().sum().item::<i64>(), 11205);
}

fn counted() -> Tensor {
    Tensor::arange(0, 48, 1).view([1, 6, 8])
}

fn first(x: Tensor) -> i64 {
    x.to_vec::<i64>()[0]
}

#[test]
fn the_same_seed_gives_the_same_crops_and_flips() {
    let crops: Vec<i64> = seeded(|| {
        (0..6)
            .map(|_| first(RandomCrop::new(3).apply(counted())))
            .collect()
    });
    assert_eq!(crops, [3, 8, 27, 25, 11, 10]);
    let padded = seeded(|| RandomCrop::new((6, 8)).padding(2).apply(counted()));
    assert_eq!(
        padded.i((0, 0)).to_vec1::<i64>(),
        [18, 19, 20, 21, 22, 23, 0, 0]
    );
    assert_eq!(padded.i((0, 4)).to_vec1::<i64>(), [0; 8]);
    let flips: Vec<i64> = seeded(|| {
        (0..8)
            .map(|_| first(RandomHorizontalFlip::default().apply(counted())))
            .collect()
    });
    assert_eq!(flips, [7, 0, 7, 7, 7, 0, 7, 0]);
    let parts: Vec<Vec<f64>> = seeded(|| {
        (0..4)
            .map(|_| {
                RandomResizedCrop::new(2)
                    .apply(counted().float())
                    .to_vec::<f64>()
            })
            .collect()
    });
    let expected = [
        [17.0, 19.0, 33.0, 35.0],
        [17.429, 19.0, 30.0, 31.571],
        [19.0, 21.0, 35.0, 37.0],
        [28.0, 29.0, 36.0, 37.0],
    ];
    for (found, expected) in parts.iter().flatten().zip(expected.iter().flatten()) {
        assert!(
            (found - expected).abs() < 1e-3,
            "{found} instead of {expected}"
        );
    }
}

#[test]
fn images_are_cut_as_tensors_are() {
    let on_image = |transform: &dyn Transform<DynamicImage, Output = DynamicImage>| {
        set_thread_generator(Generator::with_seed(4));
        Tensor::from_image(&transform.apply(picture()))
    };
    let on_tensor = |transform: &dyn Transform<Tensor, Output = Tensor>| {
        set_thread_generator(Generator::with_seed(4));
        transform.apply(Tensor::from_image(&picture()))
    };
    macro_rules! same {
        ($($transform:expr),*) => {$(
            assert!(on_image(&$transform).equal(&on_tensor(&$transform)), "{}", $transform);
        )*};
    }
    same!(
        CenterCrop::new(3),
        CenterCrop::new((9, 5)),
        RandomCrop::new(4).padding(3),
        RandomHorizontalFlip::new(1.0),
        RandomVerticalFlip::new(1.0),
        Pad::new((1, 2, 3, 4)).fill(7.0),
        Pad::new(2).padding_mode(PaddingMode::Symmetric),
        Pad::new(3).padding_mode(PaddingMode::Edge)
    );
}

#[test]
fn middles_and_margins_are_where_torchvision_has_them() {
    let middle = CenterCrop::new((3, 5)).apply(counted());
    assert_eq!(middle.to_vec::<i64>()[..6], [18, 19, 20, 21, 22, 26]);
    let beyond = CenterCrop::new((8, 3)).apply(counted());
    assert_eq!(beyond.to_vec::<i64>()[..6], [0, 0, 0, 2, 3, 4]);
    let row = Tensor::arange(0, 3, 1).view([1, 1, 3]).expand([1, 2, 3]);
    let mirrored = Pad::new(2).padding_mode(PaddingMode::Symmetric).apply(row);
    assert_eq!(mirrored.i((0, 0)).to_vec1::<i64>(), [1, 0, 0, 1, 2, 2, 1]);
}

#[test]
fn presets_give_torchvisions_numbers() {
    let bytes = (0..300 * 280 * 3).map(|i| (i * 31 % 255) as u8).collect();
    let image = DynamicImage::from(RgbImage::from_raw(280, 300, bytes).unwrap());
    let x = models::ResNet18Weights::IMAGENET1K_V1
        .transforms()
        .apply(image);
    assert_eq!(x.shape(), [3, 224, 224]);
    let first = [
        0.6049319505691528,
        -0.37117907404899597,
        -0.3198048174381256,
        1.3926706314086914,
    ];
    for (found, expected) in x.to_vec::<f64>().iter().zip(first) {
        assert!(
            (found - expected).abs() < 1e-6,
            "{found} instead of {expected}"
        );
    }
    let sum = x.double().sum().item::<f64>();
    assert!((sum - 32846.750107981265).abs() < 0.01, "{sum}");
}

#[test]
fn dtypes_are_converted_with_their_range() {
    let floats = tensor!([0., 0.5, 1.]);
    assert_eq!(
        ConvertImageDtype::new(DType::U8)
            .apply(floats)
            .to_vec1::<u8>(),
        [0, 127, 255]
    );
    let back = ConvertImageDtype::new(DType::F32).apply(tensor!([0, 128, 255]).to(DType::U8));
    assert_eq!(back.to_string(), "tensor([0.0000, 0.5020, 1.0000])");
}

#[test]
fn transforms_show_themselves_as_torchvisions_do() {
    assert_eq!(
        RandomResizedCrop::new(24).to_string(),
        "RandomResizedCrop(size=(24, 24), scale=(0.08, 1.0), ratio=(0.75, 1.3333), interpolation=bilinear, antialias=True)"
    );
    assert_eq!(
        Pad::new((1, 2)).to_string(),
        "Pad(padding=(1, 2), fill=0, padding_mode=constant)"
    );
    let pad = Pad::new(4).fill(1.0).padding_mode(PaddingMode::Edge);
    assert_eq!(pad.to_string(), "Pad(padding=4, fill=1, padding_mode=edge)");
    assert_eq!(
        RandomVerticalFlip::new(0.25).to_string(),
        "RandomVerticalFlip(p=0.25)"
    );
    let both = Compose::new((PILToTensor, ConvertImageDtype::new(DType::F32)));
    assert_eq!(
        both.to_string(),
        "Compose(\n    PILToTensor()\n    ConvertImageDtype()\n)"
    );
    assert_eq!(
        models::ResNet50Weights::IMAGENET1K_V2
            .transforms()
            .to_string(),
        "ImageClassification(\n    crop_size=[224]\n    resize_size=[232]\n    mean=[0.485, 0.456, 0.406]\n    \
         std=[0.229, 0.224, 0.225]\n    interpolation=InterpolationMode.BILINEAR\n)"
    );
}

#[test]
fn what_does_not_fit_is_said_to_not_fit() {
    let message = |body: &dyn Fn()| {
        let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_err();
        payload
            .downcast_ref::<String>()
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(
        message(&|| drop(RandomCrop::new(9).apply(counted()))),
        "Required crop size (9, 9) is larger than input image size (6, 8)"
    );
    assert_eq!(
        message(&|| drop(Normalize::new([0.5], [0.0]).apply(Tensor::ones([1, 2, 2])))),
        "std evaluated to zero after conversion to torch.float32, leading to division by zero."
    );
    assert!(
        message(&|| drop(Tensor::ones([5, 2, 2]).to_image()))
            .starts_with("pic should not have > 4 channels")
    );
}
