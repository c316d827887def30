//! What data sets of images have in common.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::transforms::Transform;

/// The transform that leaves things as they are: what a data set has before it is given another.
///
/// ```
/// use wick::datasets::AsIs;
/// use wick::transforms::Transform;
/// assert_eq!((AsIs.apply(3), AsIs.to_string()), (3, "None".to_owned()));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct AsIs;

impl<I> Transform<I> for AsIs {
    type Output = I;

    fn apply(&self, input: I) -> I {
        input
    }
}

impl fmt::Display for AsIs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("None")
    }
}

/// Where a data set lies, which part of it this is, and what becomes of its images and labels.
#[derive(Clone)]
pub(super) struct Setting<T, L> {
    pub root: PathBuf,
    /// Which part, if there are several: `Train`.
    pub split: Option<&'static str>,
    pub transform: T,
    pub target_transform: L,
}

impl Setting<AsIs, AsIs> {
    pub fn new(root: &Path, split: Option<&'static str>) -> Self {
        Self {
            root: root.to_owned(),
            split,
            transform: AsIs,
            target_transform: AsIs,
        }
    }
}

impl<T, L> Setting<T, L> {
    pub fn transform<U>(self, transform: U) -> Setting<U, L> {
        Setting {
            root: self.root,
            split: self.split,
            transform,
            target_transform: self.target_transform,
        }
    }

    pub fn target_transform<U>(self, target_transform: U) -> Setting<T, U> {
        Setting {
            root: self.root,
            split: self.split,
            transform: self.transform,
            target_transform,
        }
    }
}

impl<T: fmt::Display, L: fmt::Display> Setting<T, L> {
    /// What `print(dataset)` says in PyTorch: the lines of a transform are moved below its name.
    pub fn describe(&self, f: &mut fmt::Formatter<'_>, name: &str, len: usize) -> fmt::Result {
        let root = self.root.display();
        write!(
            f,
            "Dataset {name}\n    Number of datapoints: {len}\n    Root location: {root}"
        )?;
        if let Some(split) = self.split {
            write!(f, "\n    Split: {split}")?;
        }
        let (transform, target) = (
            self.transform.to_string(),
            self.target_transform.to_string(),
        );
        let parts = [("Transform: ", transform), ("Target transform: ", target)];
        let given = parts.iter().filter(|(_, text)| text != "None");
        for (index, (head, text)) in given.enumerate() {
            if index == 0 {
                write!(f, "\n    StandardTransform")?;
            }
            let below = format!("\n{}", " ".repeat(head.len()));
            write!(f, "\n{head}{}", text.replace('\n', &below))?;
        }
        Ok(())
    }
}

/// Gives a data set, whose `items` are images and labels by number, its transforms, its elements and its text.
macro_rules! vision {
    ($name:ident) => {
        impl<T, L> $name<T, L> {
            /// The same data set whose images go through `transform`.
            pub fn transform<U>(self, transform: U) -> $name<U, L>
            where
                U: $crate::transforms::Transform<::image::DynamicImage>,
            {
                $name {
                    items: self.items,
                    setting: self.setting.transform(transform),
                }
            }

            /// The same data set whose labels go through `transform`.
            pub fn target_transform<U>(self, transform: U) -> $name<T, U>
            where
                U: $crate::transforms::Transform<i64>,
            {
                $name {
                    items: self.items,
                    setting: self.setting.target_transform(transform),
                }
            }

            /// The names of the classes, in the order of the labels: torchvision's `dataset.classes`.
            pub fn classes(&self) -> Vec<String> {
                self.items.classes()
            }

            /// The label of each class by its name: torchvision's `dataset.class_to_idx`.
            pub fn class_to_idx(&self) -> std::collections::BTreeMap<String, i64> {
                self.classes().into_iter().zip(0..).collect()
            }

            /// All labels, an `i64` tensor `[N]`: torchvision's `dataset.targets`.
            pub fn targets(&self) -> $crate::Tensor {
                let labels: Vec<i64> = (0..self.items.len())
                    .map(|at| self.items.label(at))
                    .collect();
                let len = labels.len();
                $crate::Tensor::from_vec(labels, [len])
            }
        }

        impl<T, L> $crate::data::Dataset for $name<T, L>
        where
            T: $crate::transforms::Transform<::image::DynamicImage>,
            L: $crate::transforms::Transform<i64>,
        {
            type Item = (T::Output, L::Output);

            #[track_caller]
            fn item(&self, index: usize) -> Self::Item {
                let image = self.setting.transform.apply(self.items.image(index));
                let label = self.setting.target_transform.apply(self.items.label(index));
                (image, label)
            }

            fn len(&self) -> usize {
                self.items.len()
            }
        }

        impl<T: std::fmt::Display, L: std::fmt::Display> std::fmt::Display for $name<T, L> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.setting
                    .describe(f, stringify!($name), self.items.len())
            }
        }

        impl<T: std::fmt::Display, L: std::fmt::Display> std::fmt::Debug for $name<T, L> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(super) use vision;

/// Whether torchvision calls this part the training part.
pub(super) fn split(train: bool) -> Option<&'static str> {
    Some(if train { "Train" } else { "Test" })
}
