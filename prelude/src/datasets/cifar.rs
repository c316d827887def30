//! Photographs of 32 by 32 pixels in colour.

use std::fs;
use std::path::Path;

use image::{DynamicImage, RgbImage};

use super::files;
use super::vision::{AsIs, Setting, split, vision};
use crate::error::{Error, OrPanic, Result};
use crate::serialization::{Value, read_arrays};
use crate::tensor::Tensor;

/// Height and width of every image.
const SIDE: usize = 32;
/// How many bytes an image has: three planes, as the files have them.
const BYTES: usize = 3 * SIDE * SIDE;
const SERVER: &str = "https://www.cs.toronto.edu/~kriz/";

/// A file and its MD5 sum.
type Summed = (&'static str, &'static str);

/// What the two data sets differ in.
pub(super) struct Source {
    pub folder: &'static str,
    pub archive: Summed,
    pub train: &'static [Summed],
    pub test: Summed,
    pub meta: Summed,
    /// Where the labels are in a file, and the names of the classes in the one about them.
    pub keys: [&'static str; 2],
    /// How many bytes before an image are labels in the data set's version for C programs, of which the last counts.
    pub labels: usize,
}

impl Source {
    /// Reads one part, after it has been fetched from `server` if `download` says so.
    pub fn load(&self, root: &Path, train: bool, download: bool, server: &str) -> Result<Items> {
        let folder = root.join(self.folder);
        let (test, meta) = ([self.test], [self.meta]);
        let mut parts = self.train.iter().chain(&test);
        let mut intact = || parts.all(|(file, md5)| files::is_intact(&folder.join(file), md5));
        let mut complete = intact();
        if download && !complete {
            let (name, md5) = self.archive;
            files::fetch(&[server.to_owned()], name, md5, root)?;
            files::untar(root, name)?;
            let mut parts = self.train.iter().chain(&test);
            complete = parts.all(|(file, md5)| files::is_intact(&folder.join(file), md5));
        }
        if !complete {
            return Err(Error::runtime(
                "Dataset not found or corrupted. You can use download=True to download it",
            ));
        }
        if !meta
            .iter()
            .all(|(file, md5)| files::is_intact(&folder.join(file), md5))
        {
            return Err(Error::runtime(
                "Dataset metadata file not found or corrupted. You can use download=True to download it",
            ));
        }
        let mut items = Items::default();
        for (file, _) in if train { self.train } else { &test[..] } {
            let path = folder.join(file);
            let read = read_arrays(&path).and_then(|batch| items.append(batch, self.keys[0]));
            read.map_err(|error| files::failed(&path, &error))?;
        }
        items.classes = self.names(&folder.join(self.meta.0))?;
        Ok(items)
    }

    fn names(&self, path: &Path) -> Result<Vec<String>> {
        let wrong = || files::failed(path, &"it does not name the classes");
        let meta = read_arrays(path).map_err(|error| files::failed(path, &error))?;
        let Some(Value::List(names)) = meta.get(self.keys[1]) else {
            return Err(wrong());
        };
        let name = |name: &Value| match name {
            Value::Str(name) => Ok(name.clone()),
            _ => Err(wrong()),
        };
        names.iter().map(name).collect()
    }

    /// Reads files of the version for C programs: labels and an image, again and again.
    pub fn load_binary(&self, folder: &Path, train: bool) -> Result<Items> {
        let name = |file: &str| folder.join(format!("{file}.bin"));
        let parts = self.train.iter().map(|(file, _)| name(file));
        let paths: Vec<_> = if train {
            parts.collect()
        } else {
            vec![name(self.test.0)]
        };
        let mut items = Items::default();
        for path in paths {
            let bytes = fs::read(&path).map_err(|error| files::failed(&path, &error))?;
            let record = self.labels + BYTES;
            if !bytes.len().is_multiple_of(record) {
                let wrong = format!("its {} bytes are no multiple of {record}", bytes.len());
                return Err(files::failed(&path, &wrong));
            }
            for record in bytes.chunks_exact(record) {
                items.labels.push(record[self.labels - 1].into());
                items.images.extend_from_slice(&record[self.labels..]);
            }
        }
        let names = if self.labels == 1 {
            "batches.meta.txt"
        } else {
            "fine_label_names.txt"
        };
        let path = folder.join(names);
        let names = fs::read_to_string(&path).map_err(|error| files::failed(&path, &error))?;
        items.classes = names
            .lines()
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        Ok(items)
    }
}

/// The images and labels of one part.
#[derive(Default)]
pub(super) struct Items {
    images: Vec<u8>,
    labels: Vec<i64>,
    classes: Vec<String>,
}

impl Items {
    /// Adds a dict with `data`, `[N, 3072]` bytes, and as many labels.
    fn append(&mut self, batch: Value, key: &str) -> Result<()> {
        let wrong = || Error::runtime("it holds no images with labels");
        let (Some(Value::Tensor(data)), Some(Value::List(labels))) =
            (batch.get("data"), batch.get(key))
        else {
            return Err(wrong());
        };
        if data.dims() != [labels.len(), BYTES] {
            return Err(wrong());
        }
        self.images.extend(data.try_to_vec::<u8>()?);
        for label in labels {
            let Value::Int(label) = label else {
                return Err(wrong());
            };
            self.labels.push(*label);
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn label(&self, index: usize) -> i64 {
        self.labels[index]
    }

    /// From planes to pixels.
    fn pixels(&self, index: usize) -> Vec<u8> {
        let planes = &self.images[index * BYTES..(index + 1) * BYTES];
        let pixel = |at| [0, 1, 2].map(|channel| planes[channel * SIDE * SIDE + at]);
        (0..SIDE * SIDE).flat_map(pixel).collect()
    }

    pub fn image(&self, index: usize) -> DynamicImage {
        // As many bytes as the pixels have.
        RgbImage::from_raw(SIDE as u32, SIDE as u32, self.pixels(index))
            .unwrap_or_default()
            .into()
    }

    pub fn classes(&self) -> Vec<String> {
        self.classes.clone()
    }

    fn data(&self) -> Tensor {
        let bytes: Vec<u8> = (0..self.len())
            .flat_map(|index| self.pixels(index))
            .collect();
        Tensor::from_vec(bytes, [self.len(), SIDE, SIDE, 3])
    }
}

macro_rules! cifar {
    ($($(#[$doc:meta])* $name:ident, $source:ident = $description:expr;)*) => {$(
        pub(super) const $source: Source = $description;

        $(#[$doc])*
        ///
        /// An element is an image in colour and the number of its class. [`transform`](Self::transform) says what
        /// becomes of the image, [`target_transform`](Self::target_transform) what of the number.
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
                Self::from_server(root, train, download, SERVER)
            }

            /// Fetched from a server of your own, a URL that ends with `/`.
            ///
            /// # Errors
            /// When the data set is not there and cannot be fetched, or is damaged.
            pub fn from_server(
                root: impl AsRef<Path>,
                train: bool,
                download: bool,
                server: &str,
            ) -> Result<Self> {
                let root = root.as_ref();
                Ok(Self {
                    items: $source.load(root, train, download, server)?,
                    setting: Setting::new(root, split(train)),
                })
            }

            /// From the `.bin` files in `folder`: the data set's version for C programs.
            ///
            /// # Errors
            /// When they are not there or damaged.
            pub fn from_binary(folder: impl AsRef<Path>, train: bool) -> Result<Self> {
                let folder = folder.as_ref();
                Ok(Self {
                    items: $source.load_binary(folder, train)?,
                    setting: Setting::new(folder, split(train)),
                })
            }
        }

        impl<T, L> $name<T, L> {
            /// All images, a `u8` tensor `[N, 32, 32, 3]`: torchvision's `dataset.data`.
            pub fn data(&self) -> Tensor {
                self.items.data()
            }
        }

        vision!($name);
    )*};
}

cifar! {
    /// 60000 photographs of animals and vehicles, of 10 classes: `torchvision.datasets.CIFAR10`.
    ///
    /// ```no_run
    /// use wick::datasets::CIFAR10;
    /// use wick::prelude::*;
    /// use wick::transforms::{Lambda, ToTensor};
    ///
    /// // The folder, whether this is the part to train with, and whether what is not there is fetched.
    /// let train = CIFAR10::new("data", true, true);
    /// assert_eq!((train.data().shape().to_vec(), train.targets().numel()), (vec![50000, 32, 32, 3], 50000));
    /// assert_eq!((train.classes()[9].as_str(), train.class_to_idx()["truck"]), ("truck", 9));
    ///
    /// let even = train.transform(ToTensor).target_transform(Lambda::new(|label: i64| label % 2 == 0));
    /// let (x, is_even): (Tensor, bool) = even.item(0);
    /// assert_eq!((x.shape().to_vec(), even.len()), (vec![3, 32, 32], 50000));
    ///
    /// // From a server of one's own, and from the files for C programs.
    /// let test = CIFAR10::from_server("data", false, true, "https://example.org/cifar/").unwrap();
    /// let same = CIFAR10::from_binary("cifar10-binary", false).unwrap();
    /// assert_eq!((test.len(), same.len()), (10000, 10000));
    /// ```
    CIFAR10, CIFAR10_SOURCE = Source {
        folder: "cifar-10-batches-py",
        archive: ("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a"),
        train: &[
            ("data_batch_1", "c99cafc152244af753f735de768cd75f"),
            ("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
            ("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
            ("data_batch_4", "634d18415352ddfa80567beed471001a"),
            ("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
        ],
        test: ("test_batch", "40351d587109b95175f43aff81a1287e"),
        meta: ("batches.meta", "5ff9c542aee3614f3951f8cda6e48888"),
        keys: ["labels", "label_names"],
        labels: 1,
    };

    /// 60000 photographs of 100 classes: `torchvision.datasets.CIFAR100`.
    ///
    /// ```no_run
    /// use wick::datasets::CIFAR100;
    /// use wick::prelude::*;
    /// use wick::transforms::{Lambda, ToTensor};
    ///
    /// // The folder, whether this is the part to train with, and whether what is not there is fetched.
    /// let train = CIFAR100::new("data", true, true);
    /// assert_eq!((train.data().shape().to_vec(), train.targets().numel()), (vec![50000, 32, 32, 3], 50000));
    /// assert_eq!((train.classes()[99].as_str(), train.class_to_idx()["worm"]), ("worm", 99));
    ///
    /// let even = train.transform(ToTensor).target_transform(Lambda::new(|label: i64| label % 2 == 0));
    /// let (x, is_even): (Tensor, bool) = even.item(0);
    /// assert_eq!((x.shape().to_vec(), even.len()), (vec![3, 32, 32], 50000));
    ///
    /// // From a server of one's own, and from the files for C programs.
    /// let test = CIFAR100::from_server("data", false, true, "https://example.org/cifar/").unwrap();
    /// let same = CIFAR100::from_binary("cifar100-binary", false).unwrap();
    /// assert_eq!((test.len(), same.len()), (10000, 10000));
    /// ```
    CIFAR100, CIFAR100_SOURCE = Source {
        folder: "cifar-100-python",
        archive: ("cifar-100-python.tar.gz", "eb9058c3a382ffc7106e4002c42a8d85"),
        train: &[("train", "16019d7e3df5f24257cddd939b257f8d")],
        test: ("test", "f0ef6b0ae62326f3e7ffdfab6717acfc"),
        meta: ("meta", "7973b15100ade9c7d40fb424638fde48"),
        keys: ["fine_labels", "fine_label_names"],
        labels: 2,
    };
}
