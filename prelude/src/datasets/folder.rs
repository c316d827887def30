//! Images in folders, one folder for each class.

use std::fs;
use std::path::{Path, PathBuf};

use image::DynamicImage;

use super::files::failed;
use super::vision::{AsIs, Setting, vision};
use crate::error::{Error, OrPanic, Result};

/// The endings of files that are taken for images.
const EXTENSIONS: [&str; 9] = [
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp",
];

/// The images in the folders of a folder, each of which is a class: `torchvision.datasets.ImageFolder`.
///
/// ```text
/// root/cat/1.png
/// root/cat/more/2.png
/// root/dog/3.jpg
/// ```
///
/// The classes are numbered in the order of their names. An image is read when it is asked for, and converted to red,
/// green and blue; PNG and JPEG can be read.
///
/// ```
/// use wick::datasets::ImageFolder;
/// use wick::prelude::*;
/// use wick::transforms::{Lambda, ToTensor};
///
/// let root = std::env::temp_dir().join(format!("wick-pets-{}", std::process::id()));
/// for path in ["cat/1.png", "cat/more/2.png", "dog/3.png"] {
///     let path = root.join(path);
///     std::fs::create_dir_all(path.parent().unwrap()).unwrap();
///     wick::image::RgbImage::new(4, 3).save(path).unwrap();
/// }
///
/// let pets = ImageFolder::new(&root);
/// assert_eq!(pets.classes(), ["cat", "dog"]);
/// assert_eq!((pets.class_to_idx()["dog"], pets.targets().to_vec1::<i64>()), (1, vec![0, 0, 1]));
/// assert!(pets.samples()[1].0.ends_with("cat/more/2.png"));
///
/// let pets = pets.transform(ToTensor).target_transform(Lambda::new(|label: i64| label as f32));
/// let (x, label) = pets.item(2);
/// assert_eq!((x.shape().to_vec(), label), (vec![3, 3, 4], 1.));
/// std::fs::remove_dir_all(root).unwrap();
/// ```
pub struct ImageFolder<T = AsIs, L = AsIs> {
    items: Items,
    setting: Setting<T, L>,
}

struct Items {
    samples: Vec<(PathBuf, i64)>,
    classes: Vec<String>,
}

impl Items {
    fn load(root: &Path) -> Result<Self> {
        let classes = names(root, |path| path.is_dir())?;
        if classes.is_empty() {
            let root = root.display();
            return Err(Error::value(format!(
                "Couldn't find any class folder in {root}."
            )));
        }
        let (mut samples, mut empty) = (Vec::new(), Vec::new());
        for (name, label) in classes.iter().zip(0..) {
            let images = images(root.join(name))?;
            if images.is_empty() {
                empty.push(name.as_str());
            }
            samples.extend(images.into_iter().map(|path| (path, label)));
        }
        if !empty.is_empty() {
            return Err(Error::value(format!(
                "Found no valid file for the classes {}. Supported extensions are: {}",
                empty.join(", "),
                EXTENSIONS.join(", ")
            )));
        }
        Ok(Self { samples, classes })
    }

    fn len(&self) -> usize {
        self.samples.len()
    }

    fn label(&self, index: usize) -> i64 {
        self.samples[index].1
    }

    #[track_caller]
    fn image(&self, index: usize) -> DynamicImage {
        let path = &self.samples[index].0;
        let read = image::ImageReader::open(path)
            .and_then(|reader| reader.with_guessed_format())
            .map_err(image::ImageError::IoError)
            .and_then(|reader| reader.decode());
        let image = read.map_err(|error| failed(path, &error)).or_panic();
        image.into_rgb8().into()
    }

    fn classes(&self) -> Vec<String> {
        self.classes.clone()
    }
}

/// The names in a folder for which `wanted` holds, in order.
fn names(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        if let (true, Ok(name)) = (wanted(&entry.path()), entry.file_name().into_string()) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// How deep folders may lie in each other; a link to a folder above would have no end.
const DEEPEST: usize = 64;

/// The folder and all those in it.
fn folders(folder: PathBuf, depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
    if depth > DEEPEST {
        return Err(failed(
            &folder,
            &"the folders lie in each other without end",
        ));
    }
    for name in names(&folder, Path::is_dir)? {
        folders(folder.join(name), depth + 1, found)?;
    }
    found.push(folder);
    Ok(())
}

/// The images of a class, in the order of their folders' paths and then of their names.
fn images(folder: PathBuf) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    folders(folder, 0, &mut found)?;
    // As strings, as torchvision compares them, and not part by part.
    found.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    let mut images = Vec::new();
    for folder in found {
        for name in names(&folder, |path| !path.is_dir())? {
            let small = name.to_lowercase();
            if EXTENSIONS.iter().any(|ending| small.ends_with(ending)) {
                images.push(folder.join(name));
            }
        }
    }
    Ok(images)
}

impl ImageFolder {
    /// The images below the folder `root`.
    ///
    /// # Panics
    /// When there is no folder in it, or one without images.
    #[track_caller]
    pub fn new(root: impl AsRef<Path>) -> Self {
        Self::try_new(root).or_panic()
    }

    /// Like [`ImageFolder::new`].
    ///
    /// # Errors
    /// Where that panics.
    pub fn try_new(root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref();
        Ok(Self {
            items: Items::load(root)?,
            setting: Setting::new(root, None),
        })
    }
}

impl<T, L> ImageFolder<T, L> {
    /// The paths of the images with their labels, in order.
    pub fn samples(&self) -> &[(PathBuf, i64)] {
        &self.items.samples
    }
}

vision!(ImageFolder);
