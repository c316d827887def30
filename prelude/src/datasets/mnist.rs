//! Digits, clothes and characters, 28 by 28 pixels each.

use std::path::Path;
use std::sync::Arc;

use image::{DynamicImage, GrayImage};

use super::vision::{AsIs, Setting, split, vision};
use super::{files, idx};
use crate::error::{Error, OrPanic, Result};
use crate::tensor::Tensor;

/// What the data sets of this form differ in.
pub(super) struct Source {
    pub name: &'static str,
    pub mirrors: &'static [&'static str],
    /// The MD5 sums of the packed files, in the order of `FILES`.
    pub sums: [&'static str; 4],
    pub classes: [&'static str; 10],
}

/// The names of the files without `.gz`: images and labels to train with, and to test with.
pub(super) const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

impl Source {
    fn servers(&self) -> Vec<String> {
        self.mirrors.iter().map(|&url| url.to_owned()).collect()
    }

    /// Reads one part, after its files have been fetched from `servers` if `download` says so.
    pub fn load(
        &self,
        root: &Path,
        train: bool,
        download: bool,
        servers: &[String],
    ) -> Result<Items> {
        let folder = root.join(self.name).join("raw");
        let complete = || FILES.iter().all(|file| folder.join(file).is_file());
        if download && !complete() {
            for (file, md5) in FILES.iter().zip(self.sums) {
                let packed = format!("{file}.gz");
                files::fetch(servers, &packed, md5, &folder)?;
                files::gunzip(&folder, &packed)?;
            }
        }
        if !complete() {
            return Err(Error::runtime(
                "Dataset not found. You can use download=True to download it",
            ));
        }
        let [images, labels] = if train { [0, 1] } else { [2, 3] };
        let (sizes, images) = idx::read(&folder.join(FILES[images]), 3)?;
        let (_, labels) = idx::read(&folder.join(FILES[labels]), 1)?;
        if labels.len() != sizes[0] {
            let counts = format!("there are {} images and {} labels", sizes[0], labels.len());
            return Err(files::failed(&folder, &counts));
        }
        Ok(Items {
            images: Arc::new(images),
            labels,
            size: [sizes[1], sizes[2]],
            classes: self.classes,
        })
    }
}

/// The images and labels of one part.
pub(super) struct Items {
    images: Arc<Vec<u8>>,
    labels: Vec<u8>,
    /// Height and width.
    size: [usize; 2],
    pub classes: [&'static str; 10],
}

impl Items {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn label(&self, index: usize) -> i64 {
        self.labels[index].into()
    }

    fn image(&self, index: usize) -> DynamicImage {
        let [height, width] = self.size;
        let bytes = &self.images[index * height * width..(index + 1) * height * width];
        // As many bytes as pixels.
        GrayImage::from_raw(width as u32, height as u32, bytes.to_vec())
            .unwrap_or_default()
            .into()
    }

    fn classes(&self) -> Vec<String> {
        self.classes.map(str::to_owned).to_vec()
    }

    fn data(&self) -> Tensor {
        let [height, width] = self.size;
        Tensor::from_vec(self.images.to_vec(), [self.len(), height, width])
    }
}

macro_rules! like_mnist {
    ($($(#[$doc:meta])* $name:ident, $source:ident = $description:expr;)*) => {$(
        pub(super) const $source: Source = $description;

        $(#[$doc])*
        ///
        /// An element is a gray image and the number of its class. [`transform`](Self::transform) says what becomes of
        /// the image, [`target_transform`](Self::target_transform) what of the number.
        pub struct $name<T = AsIs, L = AsIs> {
            items: Items,
            setting: Setting<T, L>,
        }

        impl $name {
            /// The part to train with, or else the part to test with, in the folder `root`; with `download` it is
            /// fetched if it is not there.
            ///
            /// # Panics
            /// When it is not there and cannot be fetched, or is damaged.
            #[track_caller]
            pub fn new(root: impl AsRef<Path>, train: bool, download: bool) -> Self {
                Self::try_new(root, train, download).or_panic()
            }

            #[doc = concat!("Like [`", stringify!($name), "::new`].")]
            ///
            /// # Errors
            /// Where that panics.
            pub fn try_new(root: impl AsRef<Path>, train: bool, download: bool) -> Result<Self> {
                Self::from_servers(root, train, download, &$source.servers())
            }

            /// Fetched from servers of your own: URLs that end with `/`, of which the first one that has a file is
            /// taken.
            ///
            /// # Errors
            /// When the data set is not there and cannot be fetched, or is damaged.
            pub fn from_servers(
                root: impl AsRef<Path>,
                train: bool,
                download: bool,
                servers: &[String],
            ) -> Result<Self> {
                let root = root.as_ref();
                Ok(Self {
                    items: $source.load(root, train, download, servers)?,
                    setting: Setting::new(root, split(train)),
                })
            }
        }

        impl<T, L> $name<T, L> {
            /// All images, a `u8` tensor `[N, 28, 28]`: torchvision's `dataset.data`.
            pub fn data(&self) -> Tensor {
                self.items.data()
            }
        }

        vision!($name);
    )*};
}

like_mnist! {
    /// 70000 digits that people wrote: `torchvision.datasets.MNIST`.
    ///
    /// ```no_run
    /// use wick::datasets::MNIST;
    /// use wick::prelude::*;
    /// use wick::transforms::{Lambda, ToTensor};
    ///
    /// // The folder, whether this is the part to train with, and whether what is not there is fetched.
    /// let train = MNIST::new("data", true, true);
    /// assert_eq!((train.data().shape().to_vec(), train.targets().numel()), (vec![60000, 28, 28], 60000));
    /// assert_eq!((train.classes()[9].as_str(), train.class_to_idx()["9 - nine"]), ("9 - nine", 9));
    ///
    /// let even = train.transform(ToTensor).target_transform(Lambda::new(|label: i64| label % 2 == 0));
    /// let (x, is_even): (Tensor, bool) = even.item(0);
    /// assert_eq!((x.shape().to_vec(), even.len()), (vec![1, 28, 28], 60000));
    ///
    /// // From a server of one's own.
    /// let servers = ["https://example.org/mnist/".to_owned()];
    /// let test = MNIST::from_servers("data", false, true, &servers).unwrap();
    /// assert_eq!(test.len(), 10000);
    /// ```
    MNIST, MNIST_SOURCE = Source {
        name: "MNIST",
        mirrors: &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ],
        sums: [
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ],
        classes: [
            "0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five", "6 - six", "7 - seven",
            "8 - eight", "9 - nine",
        ],
    };

    /// 70000 pieces of clothing: `torchvision.datasets.FashionMNIST`.
    ///
    /// ```no_run
    /// use wick::datasets::FashionMNIST;
    /// use wick::prelude::*;
    /// use wick::transforms::{Lambda, ToTensor};
    ///
    /// // The folder, whether this is the part to train with, and whether what is not there is fetched.
    /// let train = FashionMNIST::new("data", true, true);
    /// assert_eq!((train.data().shape().to_vec(), train.targets().numel()), (vec![60000, 28, 28], 60000));
    /// assert_eq!((train.classes()[9].as_str(), train.class_to_idx()["Ankle boot"]), ("Ankle boot", 9));
    ///
    /// let even = train.transform(ToTensor).target_transform(Lambda::new(|label: i64| label % 2 == 0));
    /// let (x, is_even): (Tensor, bool) = even.item(0);
    /// assert_eq!((x.shape().to_vec(), even.len()), (vec![1, 28, 28], 60000));
    ///
    /// // From a server of one's own.
    /// let servers = ["https://example.org/fashion/".to_owned()];
    /// let test = FashionMNIST::from_servers("data", false, true, &servers).unwrap();
    /// assert_eq!(test.len(), 10000);
    /// ```
    FashionMNIST, FASHION_SOURCE = Source {
        name: "FashionMNIST",
        mirrors: &["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
        sums: [
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ],
        classes: [
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
            "Ankle boot",
        ],
    };

    /// 70000 Japanese characters: `torchvision.datasets.KMNIST`.
    ///
    /// ```no_run
    /// use wick::datasets::KMNIST;
    /// use wick::prelude::*;
    /// use wick::transforms::{Lambda, ToTensor};
    ///
    /// // The folder, whether this is the part to train with, and whether what is not there is fetched.
    /// let train = KMNIST::new("data", true, true);
    /// assert_eq!((train.data().shape().to_vec(), train.targets().numel()), (vec![60000, 28, 28], 60000));
    /// assert_eq!((train.classes()[9].as_str(), train.class_to_idx()["wo"]), ("wo", 9));
    ///
    /// let even = train.transform(ToTensor).target_transform(Lambda::new(|label: i64| label % 2 == 0));
    /// let (x, is_even): (Tensor, bool) = even.item(0);
    /// assert_eq!((x.shape().to_vec(), even.len()), (vec![1, 28, 28], 60000));
    ///
    /// // From a server of one's own.
    /// let servers = ["https://example.org/kmnist/".to_owned()];
    /// let test = KMNIST::from_servers("data", false, true, &servers).unwrap();
    /// assert_eq!(test.len(), 10000);
    /// ```
    KMNIST, KMNIST_SOURCE = Source {
        name: "KMNIST",
        mirrors: &["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
        sums: [
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ],
        classes: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
    };
}
