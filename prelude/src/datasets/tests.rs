//! Data sets in small, from a server on this machine. `testdata/make.py` made the pickles.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use image::{DynamicImage, Rgb, RgbImage};
use md5::{Digest, Md5};

use super::cifar::{CIFAR10_SOURCE, CIFAR100_SOURCE, Source as CifarSource};
use super::mnist::{FILES, MNIST_SOURCE, Source as MnistSource};
use super::*;
use crate::hub::server::{Server, answer, part};
use crate::prelude::*;
use crate::transforms::{Compose, Lambda, Normalize, ToTensor};

fn sum(bytes: &[u8]) -> &'static str {
    let digits: String = Md5::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    digits.leak()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Numbers of one byte as MNIST's files have them.
fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    for size in sizes {
        file.extend(size.to_be_bytes());
    }
    file.extend(bytes);
    file
}

/// Two images to train with and one to test with.
fn digits() -> [Vec<u8>; 4] {
    let pixels: Vec<u8> = (0..2 * 28 * 28).map(|at| (at % 251) as u8).collect();
    [
        idx(&[2, 28, 28], &pixels),
        idx(&[2], &[5, 0]),
        idx(&[1, 28, 28], &pixels[..28 * 28]),
        idx(&[1], &[7]),
    ]
}

/// Serves the packed files, each connection a few hundred bytes, and says which sums they have.
fn server() -> (Server, MnistSource) {
    let packed = digits().map(|file| gzip(&file));
    let source = MnistSource {
        sums: [0, 1, 2, 3].map(|at| sum(&packed[at])),
        ..MNIST_SOURCE
    };
    let server = Server::new(move |request| {
        let asked = FILES
            .iter()
            .position(|file| request.contains(&format!("/{file}.gz")));
        match asked {
            Some(at) => part(request, &packed[at], 300),
            None => answer("404 Not Found", "", 0, b""),
        }
    });
    (server, source)
}

#[test]
fn mnist_is_fetched_checked_and_unpacked() {
    let (server, source) = server();
    let root = tempfile::tempdir().unwrap();
    // The first server has nothing.
    let servers = [format!("{}/none", server.url), format!("{}/", server.url)];
    source.load(root.path(), true, true, &servers).unwrap();
    let raw = root.path().join("MNIST/raw");
    for (name, file) in FILES.iter().zip(digits()) {
        assert_eq!(fs::read(raw.join(name)).unwrap(), file);
        assert!(raw.join(format!("{name}.gz")).is_file());
    }
    // What is there is not fetched again.
    let asked = server.asked();
    source.load(root.path(), false, true, &servers).unwrap();
    assert_eq!(server.asked(), asked);
}

#[test]
fn a_damaged_file_is_fetched_again_and_a_wrong_one_refused() {
    let (server, source) = server();
    let root = tempfile::tempdir().unwrap();
    let raw = root.path().join("MNIST/raw");
    fs::create_dir_all(&raw).unwrap();
    fs::write(raw.join(format!("{}.gz", FILES[0])), b"not it").unwrap();
    let servers = [format!("{}/", server.url)];
    source.load(root.path(), true, true, &servers).unwrap();

    let root = tempfile::tempdir().unwrap();
    let error = MNIST::from_servers(root.path(), true, true, &servers)
        .unwrap_err()
        .to_string();
    let begins = format!(
        "Error downloading {}.gz:\nTried {}/, got:\n",
        FILES[0], server.url
    );
    assert!(error.starts_with(&begins), "{error}");
    assert!(
        error.contains("its MD5 should begin with f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        "{error}"
    );
    let error = MNIST::try_new(root.path(), true, false).unwrap_err();
    assert_eq!(
        error.message(),
        "Dataset not found. You can use download=True to download it"
    );
}

fn mnist_at(root: &Path) {
    let raw = root.join("MNIST/raw");
    fs::create_dir_all(&raw).unwrap();
    for (name, file) in FILES.iter().zip(digits()) {
        fs::write(raw.join(name), file).unwrap();
    }
}

#[test]
fn images_and_labels_go_through_transforms_into_batches() {
    let root = tempfile::tempdir().unwrap();
    mnist_at(root.path());
    let train = MNIST::new(root.path(), true, false);
    assert_eq!(train.len(), 2);
    assert_eq!(train.data().shape(), [2, 28, 28]);
    assert_eq!(train.targets().to_vec1::<i64>(), [5, 0]);
    assert_eq!(train.class_to_idx()["9 - nine"], 9);
    let (image, label) = train.item(1);
    assert_eq!((image.width(), label), (28, 0));
    assert_eq!(image.as_luma8().unwrap().as_raw()[0], (784 % 251) as u8);

    let transform = Compose::new((ToTensor, Normalize::new((0.5,), (0.5,))));
    let loader = DataLoader::new(train.transform(transform)).batch_size(2);
    let (x, y) = loader.iter().next().unwrap();
    assert_eq!(x.shape(), [2, 1, 28, 28]);
    assert_eq!(x.i((0, 0, 0, 0)).item::<f32>(), -1.0);
    assert_eq!(y.to_vec1::<i64>(), [5, 0]);

    let one_hot = Lambda::new(|label: i64| Tensor::eye(10).i(label));
    let test = MNIST::new(root.path(), false, false)
        .transform(ToTensor)
        .target_transform(one_hot);
    let (_, label) = test.item(0);
    assert_eq!(label.argmax().item::<i64>(), 7);
}

#[test]
fn a_data_set_shows_itself_as_torchvisions() {
    let root = tempfile::tempdir().unwrap();
    mnist_at(root.path());
    let test = MNIST::new(root.path(), false, false);
    let place = root.path().display();
    let head = format!(
        "Dataset MNIST\n    Number of datapoints: 1\n    Root location: {place}\n    Split: Test"
    );
    assert_eq!(test.to_string(), head);
    let transform = Compose::new((ToTensor, Normalize::new((0.5,), (0.5,))));
    let shown = test
        .transform(transform)
        .target_transform(Lambda::new(|label: i64| label));
    assert_eq!(
        shown.to_string(),
        format!(
            "{head}\n    StandardTransform\nTransform: Compose(\n               ToTensor()\n               \
             Normalize(mean=(0.5,), std=(0.5,))\n           )\nTarget transform: Lambda()"
        )
    );
}

const BATCH: &[u8] = include_bytes!("testdata/cifar10_batch");
const META: &[u8] = include_bytes!("testdata/cifar10_meta");

#[test]
fn cifar_comes_out_of_its_archive() {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, contents) in [
        ("data_batch_1", BATCH),
        ("test_batch", BATCH),
        ("batches.meta", META),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(contents.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        let path = format!("cifar-10-batches-py/{name}");
        archive.append_data(&mut header, path, contents).unwrap();
    }
    let archive = gzip(&archive.into_inner().unwrap());
    let source = CifarSource {
        archive: ("cifar-10-python.tar.gz", sum(&archive)),
        train: vec![("data_batch_1", sum(BATCH))].leak(),
        test: ("test_batch", sum(BATCH)),
        meta: ("batches.meta", sum(META)),
        ..CIFAR10_SOURCE
    };
    let server = Server::new(move |request| part(request, &archive, 1000));
    let root = tempfile::tempdir().unwrap();
    let items = source
        .load(root.path(), true, true, &format!("{}/", server.url))
        .unwrap();
    assert!(
        root.path()
            .join("cifar-10-batches-py/batches.meta")
            .is_file()
    );
    assert_eq!(items.classes(), ["plane", "car"]);
    assert_eq!([items.label(0), items.label(1)], [6, 9]);
    // Planes of 1024 bytes become pixels.
    let value = |seed: usize, at: usize| ((seed * 7 + at * 13) % 256) as u8;
    let image = items.image(1).into_rgb8();
    assert_eq!(
        image.get_pixel(3, 2).0,
        [67, 1091, 2115].map(|at| value(1, at))
    );

    fs::write(root.path().join("cifar-10-batches-py/test_batch"), b"cut").unwrap();
    let error = source.load(root.path(), true, false, "").err().unwrap();
    assert_eq!(
        error.message(),
        "Dataset not found or corrupted. You can use download=True to download it"
    );
}

#[test]
fn cifar_for_c_programs_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let image = |seed: u8| (0..3072).map(move |at| seed.wrapping_add(at as u8));
    let fine: Vec<u8> = [3, 41].into_iter().chain(image(9)).collect();
    fs::write(folder.path().join("train.bin"), &fine).unwrap();
    fs::write(
        folder.path().join("fine_label_names.txt"),
        "apple\nfish\n\n",
    )
    .unwrap();
    let items = CIFAR100_SOURCE.load_binary(folder.path(), true).unwrap();
    assert_eq!(
        (items.label(0), items.classes()),
        (41, vec!["apple".to_owned(), "fish".to_owned()])
    );
    assert_eq!(items.image(0).into_rgb8().get_pixel(1, 0).0, [10, 10, 10]);
    fs::write(folder.path().join("train.bin"), &fine[1..]).unwrap();
    assert!(CIFAR100::from_binary(folder.path(), true).is_err());
}

#[test]
fn folders_are_classes() {
    let root = tempfile::tempdir().unwrap();
    let paths = [
        "dog/b.png",
        "dog/a.PNG",
        "cat/x/q/1.png",
        "cat/x-y/2.png",
        "cat/z.png",
        "cat/notes.txt",
    ];
    for (at, path) in (0..).zip(paths) {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let image = RgbImage::from_pixel(2, 1, Rgb([at, 0, 0]));
        image
            .save_with_format(path, image::ImageFormat::Png)
            .unwrap();
    }
    let folder = ImageFolder::new(root.path());
    assert_eq!(folder.classes(), ["cat", "dog"]);
    let order: Vec<_> = folder
        .samples()
        .iter()
        .map(|(path, label)| {
            (
                path.strip_prefix(root.path()).unwrap().to_str().unwrap(),
                *label,
            )
        })
        .collect();
    let expected = [
        ("cat/z.png", 0),
        ("cat/x-y/2.png", 0),
        ("cat/x/q/1.png", 0),
        ("dog/a.PNG", 1),
        ("dog/b.png", 1),
    ];
    assert_eq!(order, expected);
    let (image, label) = folder.transform(ToTensor).item(3);
    assert_eq!((image.shape().dims(), label), (&[3, 1, 2][..], 1));

    fs::create_dir(root.path().join("emu")).unwrap();
    let error = ImageFolder::try_new(root.path()).unwrap_err();
    assert_eq!(
        error.message(),
        "Found no valid file for the classes emu. Supported extensions are: .jpg, .jpeg, .png, .ppm, .bmp, .pgm, .tif, \
         .tiff, .webp"
    );
}

#[test]
fn a_data_set_is_a_data_set_of_images_too() {
    fn takes(_: impl Dataset<Item = (DynamicImage, i64)>) {}
    let root = tempfile::tempdir().unwrap();
    mnist_at(root.path());
    takes(MNIST::new(root.path(), true, false));
}
