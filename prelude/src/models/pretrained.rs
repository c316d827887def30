//! The residual networks by their names, and torchvision's weights for them.

use std::sync::LazyLock;

use super::resnet::{Architecture, Block, CLASSES, ResNet};
use crate::error::OrPanic;
use crate::hub::{Hub, HubError, LineProgress, Progress, TORCHVISION};
use crate::nn::ModuleExt;
use crate::transforms::ImageClassification;
use crate::{Error, Result};

const BASIC: Architecture = Architecture {
    block: Block::Basic,
    layers: [2; 4],
    groups: 1,
    width_per_group: 64,
};
const DEEP: Architecture = Architecture {
    block: Block::Bottleneck,
    layers: [3, 4, 6, 3],
    ..BASIC
};

/// What can be chosen of a network besides its weights: the keyword arguments of torchvision's functions.
///
/// ```no_run
/// use wick::models::{ResNetOptions, resnet18_with};
/// let options = ResNetOptions::new().num_classes(10).zero_init_residual(true).progress(false);
/// let model = resnet18_with(None, options);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResNetOptions {
    pub(super) num_classes: Option<usize>,
    pub(super) zero_init_residual: bool,
    progress: bool,
}

impl Default for ResNetOptions {
    fn default() -> Self {
        Self {
            num_classes: None,
            zero_init_residual: false,
            progress: true,
        }
    }
}

impl ResNetOptions {
    /// What the functions without options do.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many classes the last layer has; 1000 unless told otherwise.
    pub fn num_classes(mut self, num_classes: usize) -> Self {
        self.num_classes = Some(num_classes);
        self
    }

    /// Whether the last norm of each block begins with 0, so that the block begins as the identity.
    pub fn zero_init_residual(mut self, zero: bool) -> Self {
        self.zero_init_residual = zero;
        self
    }

    /// Whether a line shows how a download goes.
    pub fn progress(mut self, progress: bool) -> Self {
        self.progress = progress;
        self
    }
}

/// Declares a network: its functions, their `try_` twins and its weights with the files they are in and the sizes to
/// which images are resized for them.
macro_rules! networks {
    ($(
        $(#[$doc:meta])*
        $function:ident, $try_function:ident, $with:ident, $try_with:ident, $weights:ident = $name:ident {
            default: $default:ident,
            $($variant:ident = $file:literal, $resize:literal;)*
        } $architecture:expr;
    )*) => {$(
        #[doc = concat!(
            "Weights for [`", stringify!($function), "`], from torchvision. PyTorch: `torchvision.models.",
            stringify!($name), "`.\n\n```\nuse wick::models::", stringify!($weights), ";\nlet weights = ",
            stringify!($weights), "::Default;\nassert!(weights.url().unwrap().ends_with(weights.file().unwrap()));\n",
            "assert_eq!(weights.categories()[0], \"tench\");\n",
            "println!(\"{weights}: {}\", weights.transforms());\n```",
        )]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(non_camel_case_types)]
        pub enum $weights {
            /// Random ones, by the default generator: the same as no weights at all.
            None,
            #[doc = concat!("The best there are: `", stringify!($default), "`.")]
            Default,
            $(
                #[doc = concat!("`", $file, "`")]
                $variant,
            )*
        }

        impl $weights {
            /// The name of the file, which ends with the beginning of its SHA-256.
            pub fn file(self) -> Option<&'static str> {
                match self {
                    Self::None => None,
                    Self::Default => Self::$default.file(),
                    $(Self::$variant => Some($file),)*
                }
            }

            /// Where the file is.
            pub fn url(self) -> Option<String> {
                self.file().map(|file| format!("{TORCHVISION}/{file}"))
            }

            /// What an image has to go through for these weights; for none, that of the default ones.
            pub fn transforms(self) -> ImageClassification {
                match self {
                    Self::None | Self::Default => Self::$default.transforms(),
                    $(Self::$variant => ImageClassification::new(CROP, $resize),)*
                }
            }

            /// The names of the 1000 classes, in the order of the network's outputs: `weights.meta["categories"]`.
            pub fn categories(self) -> &'static [&'static str] {
                imagenet_categories()
            }
        }

        /// As Python shows it: `ResNet18_Weights.IMAGENET1K_V1`.
        impl std::fmt::Display for $weights {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::None => f.write_str("None"),
                    Self::Default => Self::$default.fmt(f),
                    $(Self::$variant => f.write_str(concat!(stringify!($name), ".", stringify!($variant))),)*
                }
            }
        }

        #[doc = concat!(
            "torchvision's name of [`", stringify!($weights), "`]. PyTorch: `torchvision.models.",
            stringify!($name), "`.\n\n```\nuse wick::models::", stringify!($name), ";\nassert_eq!(",
            stringify!($name), "::", stringify!($default), ".file(), ", stringify!($name),
            "::Default.file());\n```",
        )]
        #[allow(non_camel_case_types)]
        pub type $name = $weights;

        $(#[$doc])*
        ///
        /// Where the weights cannot be had, a line on stderr says why, and the network has random ones.
        pub fn $function(weights: impl Into<Option<$weights>>) -> ResNet {
            let file = weights.into().and_then($weights::file);
            network(stringify!($function), $architecture, file, ResNetOptions::new())
        }

        #[doc = concat!("[`", stringify!($function), "`] that says what is wrong if the weights cannot be had.")]
        ///
        /// # Errors
        /// When they can neither be found nor fetched, or do not fit.
        pub fn $try_function(weights: impl Into<Option<$weights>>) -> Result<ResNet> {
            $try_with(weights, ResNetOptions::new())
        }

        #[doc = concat!(
            "[`", stringify!($function), "`] with another number of classes, for instance. PyTorch: ",
            "`torchvision.models.", stringify!($function), "`.\n\n```no_run\nuse wick::models::{ResNetOptions, ",
            stringify!($with), "};\nlet model = ", stringify!($with),
            "(None, ResNetOptions::new().num_classes(10));\n```",
        )]
        ///
        /// # Panics
        /// When the weights are for another number of classes.
        #[track_caller]
        pub fn $with(weights: impl Into<Option<$weights>>, options: ResNetOptions) -> ResNet {
            let file = weights.into().and_then($weights::file);
            network(stringify!($function), $architecture, file, options)
        }

        #[doc = concat!("[`", stringify!($with), "`] that says what is wrong.")]
        ///
        /// # Errors
        /// When the weights cannot be had, or are for another number of classes.
        pub fn $try_with(weights: impl Into<Option<$weights>>, options: ResNetOptions) -> Result<ResNet> {
            try_network($architecture, weights.into().and_then($weights::file), options)
        }
    )*};
}

networks! {
    /// The residual network of 18 layers. `[N, 3, H, W]` to `[N, 1000]`. PyTorch: `torchvision.models.resnet18`.
    ///
    /// ```no_run
    /// use wick::models::{ResNet18Weights, resnet18};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = ResNet18Weights::Default;
    /// let model = resnet18(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    resnet18, try_resnet18, resnet18_with, try_resnet18_with, ResNet18Weights = ResNet18_Weights {
        default: IMAGENET1K_V1,
        IMAGENET1K_V1 = "resnet18-f37072fd.pth", 256;
    } BASIC;

    /// The residual network of 34 layers. `[N, 3, H, W]` to `[N, 1000]`. PyTorch: `torchvision.models.resnet34`.
    ///
    /// ```no_run
    /// use wick::models::{ResNet34Weights, resnet34};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = ResNet34Weights::Default;
    /// let model = resnet34(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    resnet34, try_resnet34, resnet34_with, try_resnet34_with, ResNet34Weights = ResNet34_Weights {
        default: IMAGENET1K_V1,
        IMAGENET1K_V1 = "resnet34-b627a593.pth", 256;
    } Architecture { layers: [3, 4, 6, 3], ..BASIC };

    /// The residual network of 50 layers. `[N, 3, H, W]` to `[N, 1000]`. PyTorch: `torchvision.models.resnet50`.
    ///
    /// ```no_run
    /// use wick::models::{ResNet50Weights, resnet50};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = ResNet50Weights::Default;
    /// let model = resnet50(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    resnet50, try_resnet50, resnet50_with, try_resnet50_with, ResNet50Weights = ResNet50_Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "resnet50-0676ba61.pth", 256;
        IMAGENET1K_V2 = "resnet50-11ad3fa6.pth", 232;
    } DEEP;

    /// The residual network of 101 layers. `[N, 3, H, W]` to `[N, 1000]`. PyTorch: `torchvision.models.resnet101`.
    ///
    /// ```no_run
    /// use wick::models::{ResNet101Weights, resnet101};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = ResNet101Weights::Default;
    /// let model = resnet101(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    resnet101, try_resnet101, resnet101_with, try_resnet101_with, ResNet101Weights = ResNet101_Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "resnet101-63fe2227.pth", 256;
        IMAGENET1K_V2 = "resnet101-cd907fc2.pth", 232;
    } Architecture { layers: [3, 4, 23, 3], ..DEEP };

    /// The residual network of 152 layers. `[N, 3, H, W]` to `[N, 1000]`. PyTorch: `torchvision.models.resnet152`.
    ///
    /// ```no_run
    /// use wick::models::{ResNet152Weights, resnet152};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = ResNet152Weights::Default;
    /// let model = resnet152(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    resnet152, try_resnet152, resnet152_with, try_resnet152_with, ResNet152Weights = ResNet152_Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "resnet152-394f9c45.pth", 256;
        IMAGENET1K_V2 = "resnet152-f82ba261.pth", 232;
    } Architecture { layers: [3, 8, 36, 3], ..DEEP };

    /// The residual network of 50 layers whose 3×3 convolutions are twice as wide (Zagoruyko and Komodakis, 2016).
    /// `[N, 3, H, W]` to `[N, 1000]`. PyTorch: `torchvision.models.wide_resnet50_2`.
    ///
    /// ```no_run
    /// use wick::models::{WideResNet50_2Weights, wide_resnet50_2};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = WideResNet50_2Weights::Default;
    /// let model = wide_resnet50_2(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    wide_resnet50_2, try_wide_resnet50_2, wide_resnet50_2_with, try_wide_resnet50_2_with, WideResNet50_2Weights = Wide_ResNet50_2_Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "wide_resnet50_2-95faca4d.pth", 256;
        IMAGENET1K_V2 = "wide_resnet50_2-9ba9bcbe.pth", 232;
    } Architecture { width_per_group: 128, ..DEEP };

    /// The residual network of 50 layers whose 3×3 convolutions have 32 groups (Xie et al., 2016). `[N, 3, H, W]` to
    /// `[N, 1000]`. PyTorch: `torchvision.models.resnext50_32x4d`.
    ///
    /// ```no_run
    /// use wick::models::{ResNeXt50_32X4DWeights, resnext50_32x4d};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = ResNeXt50_32X4DWeights::Default;
    /// let model = resnext50_32x4d(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    resnext50_32x4d, try_resnext50_32x4d, resnext50_32x4d_with, try_resnext50_32x4d_with, ResNeXt50_32X4DWeights = ResNeXt50_32X4D_Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "resnext50_32x4d-7cdf4587.pth", 256;
        IMAGENET1K_V2 = "resnext50_32x4d-1a0047aa.pth", 232;
    } Architecture { groups: 32, width_per_group: 4, ..DEEP };

    /// The residual network of 101 layers whose 3×3 convolutions have 32 groups of 8 channels. `[N, 3, H, W]` to
    /// `[N, 1000]`. PyTorch: `torchvision.models.resnext101_32x8d`.
    ///
    /// ```no_run
    /// use wick::models::{ResNeXt101_32X8DWeights, resnext101_32x8d};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = ResNeXt101_32X8DWeights::Default;
    /// let model = resnext101_32x8d(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    resnext101_32x8d, try_resnext101_32x8d, resnext101_32x8d_with, try_resnext101_32x8d_with,
    ResNeXt101_32X8DWeights = ResNeXt101_32X8D_Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "resnext101_32x8d-8ba56ff5.pth", 256;
        IMAGENET1K_V2 = "resnext101_32x8d-110c445d.pth", 232;
    } Architecture { layers: [3, 4, 23, 3], groups: 32, width_per_group: 8, ..DEEP };

    /// The residual network of 101 layers whose 3×3 convolutions have 64 groups of 4 channels. `[N, 3, H, W]` to
    /// `[N, 1000]`. PyTorch: `torchvision.models.resnext101_64x4d`.
    ///
    /// ```no_run
    /// use wick::models::{ResNeXt101_64X4DWeights, resnext101_64x4d};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = ResNeXt101_64X4DWeights::Default;
    /// let model = resnext101_64x4d(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    resnext101_64x4d, try_resnext101_64x4d, resnext101_64x4d_with, try_resnext101_64x4d_with,
    ResNeXt101_64X4DWeights = ResNeXt101_64X4D_Weights {
        default: IMAGENET1K_V1,
        IMAGENET1K_V1 = "resnext101_64x4d-173b62eb.pth", 232;
    } Architecture { layers: [3, 4, 23, 3], groups: 64, width_per_group: 4, ..DEEP };

    /// The residual network of 101 layers whose 3×3 convolutions are twice as wide. `[N, 3, H, W]` to `[N, 1000]`.
    /// PyTorch: `torchvision.models.wide_resnet101_2`.
    ///
    /// ```no_run
    /// use wick::models::{WideResNet101_2Weights, wide_resnet101_2};
    /// use wick::prelude::*;
    /// use wick::transforms::Transform;
    /// let weights = WideResNet101_2Weights::Default;
    /// let model = wide_resnet101_2(weights);
    /// model.eval();
    /// let image = wick::image::open("dog.jpg")?;
    /// let scores = no_grad(|| model.forward(&weights.transforms().apply(image).unsqueeze(0)));
    /// println!("{}", weights.categories()[scores.argmax().item::<i64>() as usize]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    wide_resnet101_2, try_wide_resnet101_2, wide_resnet101_2_with, try_wide_resnet101_2_with,
    WideResNet101_2Weights = Wide_ResNet101_2_Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "wide_resnet101_2-32ee1156.pth", 256;
        IMAGENET1K_V2 = "wide_resnet101_2-d733dc28.pth", 232;
    } Architecture { layers: [3, 4, 23, 3], width_per_group: 128, ..DEEP };
}

/// The size of the images that the networks were trained with.
const CROP: usize = 224;

/// The names of ImageNet's classes, one on a line.
fn imagenet_categories() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&str>> =
        LazyLock::new(|| include_str!("imagenet.txt").lines().collect());
    &NAMES
}

#[track_caller]
fn network(
    name: &str,
    architecture: Architecture,
    file: Option<&str>,
    options: ResNetOptions,
) -> ResNet {
    let model = fitting(architecture, file, options).or_panic();
    if let Err(error) = load(&model, file, options) {
        eprintln!("{name}: {error}; going on with random weights");
    }
    model
}

fn try_network(
    architecture: Architecture,
    file: Option<&str>,
    options: ResNetOptions,
) -> Result<ResNet> {
    let model = fitting(architecture, file, options)?;
    load(&model, file, options)?;
    Ok(model)
}

/// The network, if the weights are for as many classes.
fn fitting(
    architecture: Architecture,
    file: Option<&str>,
    options: ResNetOptions,
) -> Result<ResNet> {
    match (file, options.num_classes) {
        (Some(_), Some(classes)) if classes != CLASSES => Err(Error::value(format!(
            "The parameter 'num_classes' expected value {CLASSES} but got {classes} instead."
        ))),
        _ => Ok(ResNet::new(architecture, options)),
    }
}

/// Leaves the model as it is if there is no file.
fn load(model: &ResNet, file: Option<&str>, options: ResNetOptions) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let hub = Hub::torchvision().map_err(failed)?;
    match options.progress {
        true => load_from(&hub, model, file, &mut LineProgress::new(file)),
        false => load_from(&hub, model, file, &mut ()),
    }
}

pub(super) fn load_from(
    hub: &Hub,
    model: &ResNet,
    file: &str,
    progress: &mut dyn Progress,
) -> Result<()> {
    let state = hub.state_dict(file, progress).map_err(failed)?;
    model.load_state_dict(&state)?;
    Ok(())
}

fn failed(error: HubError) -> Error {
    Error::runtime(error.to_string())
}
