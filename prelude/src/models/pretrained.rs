//! The residual networks by their names, and torchvision's weights for them.

use super::resnet::{Architecture, Block, ResNet};
use crate::hub::{Hub, HubError, LineProgress};
use crate::nn::ModuleExt;
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

/// Declares a network: its function, its `try_` twin and its weights with the files they are in.
macro_rules! networks {
    ($(
        $(#[$doc:meta])*
        $function:ident, $try_function:ident, $weights:ident {
            default: $default:ident,
            $($variant:ident = $file:literal,)*
        } $architecture:expr;
    )*) => {$(
        #[doc = concat!("Weights for [`", stringify!($function), "`], from torchvision.")]
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
        }

        $(#[$doc])*
        ///
        /// Where the weights cannot be had, a line on stderr says why, and the network has random ones.
        pub fn $function(weights: impl Into<Option<$weights>>) -> ResNet {
            network(stringify!($function), $architecture, weights.into().and_then($weights::file))
        }

        #[doc = concat!("[`", stringify!($function), "`] that says what is wrong if the weights cannot be had.")]
        ///
        /// # Errors
        /// When they can neither be found nor fetched, or do not fit.
        pub fn $try_function(weights: impl Into<Option<$weights>>) -> Result<ResNet> {
            try_network($architecture, weights.into().and_then($weights::file))
        }
    )*};
}

networks! {
    /// The residual network of 18 layers.
    resnet18, try_resnet18, ResNet18Weights {
        default: IMAGENET1K_V1,
        IMAGENET1K_V1 = "resnet18-f37072fd.pth",
    } BASIC;

    /// The residual network of 34 layers.
    resnet34, try_resnet34, ResNet34Weights {
        default: IMAGENET1K_V1,
        IMAGENET1K_V1 = "resnet34-b627a593.pth",
    } Architecture { layers: [3, 4, 6, 3], ..BASIC };

    /// The residual network of 50 layers.
    resnet50, try_resnet50, ResNet50Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "resnet50-0676ba61.pth",
        IMAGENET1K_V2 = "resnet50-11ad3fa6.pth",
    } DEEP;

    /// The residual network of 101 layers.
    resnet101, try_resnet101, ResNet101Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "resnet101-63fe2227.pth",
        IMAGENET1K_V2 = "resnet101-cd907fc2.pth",
    } Architecture { layers: [3, 4, 23, 3], ..DEEP };

    /// The residual network of 152 layers.
    resnet152, try_resnet152, ResNet152Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "resnet152-394f9c45.pth",
        IMAGENET1K_V2 = "resnet152-f82ba261.pth",
    } Architecture { layers: [3, 8, 36, 3], ..DEEP };

    /// The residual network of 50 layers whose 3×3 convolutions are twice as wide (Zagoruyko and Komodakis, 2016).
    wide_resnet50_2, try_wide_resnet50_2, WideResNet50_2Weights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "wide_resnet50_2-95faca4d.pth",
        IMAGENET1K_V2 = "wide_resnet50_2-32ee1156.pth",
    } Architecture { width_per_group: 128, ..DEEP };

    /// The residual network of 50 layers whose 3×3 convolutions have 32 groups (Xie et al., 2016).
    resnext50_32x4d, try_resnext50_32x4d, ResNeXt50_32X4DWeights {
        default: IMAGENET1K_V2,
        IMAGENET1K_V1 = "resnext50_32x4d-7cdf4587.pth",
        IMAGENET1K_V2 = "resnext50_32x4d-1a0047aa.pth",
    } Architecture { groups: 32, width_per_group: 4, ..DEEP };
}

fn network(name: &str, architecture: Architecture, file: Option<&str>) -> ResNet {
    let model = ResNet::new(architecture);
    if let Err(error) = load(&model, file) {
        eprintln!("{name}: {error}; going on with random weights");
    }
    model
}

fn try_network(architecture: Architecture, file: Option<&str>) -> Result<ResNet> {
    let model = ResNet::new(architecture);
    load(&model, file)?;
    Ok(model)
}

/// Leaves the model as it is if there is no file.
fn load(model: &ResNet, file: Option<&str>) -> Result<()> {
    file.map_or(Ok(()), |file| {
        load_from(&Hub::torchvision().map_err(failed)?, model, file)
    })
}

pub(super) fn load_from(hub: &Hub, model: &ResNet, file: &str) -> Result<()> {
    let state = hub
        .state_dict(file, &mut LineProgress::new(file))
        .map_err(failed)?;
    model.load_state_dict(&state)?;
    Ok(())
}

fn failed(error: HubError) -> Error {
    Error::runtime(error.to_string())
}
