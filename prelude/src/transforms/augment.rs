//! Augmentation that chooses by itself what to do.
//!
//! Tensors have to be of bytes for it, as in torchvision, and images without opacity.

use std::fmt;

use super::Transform;
use super::draws::{draw_below, draw_integer, draw_shares, draw_two};
use super::operation::{Space, Surroundings, surroundings};
use super::picture::Picture;
use super::policy::AutoAugmentPolicy;
use super::resample::InterpolationMode;
use super::turn::number;
use crate::error::{Error, OrPanic, Result};
use crate::nn::python;
use crate::tensor::Tensor;

/// `fill` as Python prints it.
fn shown(fill: Option<f64>) -> String {
    fill.map_or("None".to_owned(), number)
}

const NEAREST: Surroundings = Surroundings {
    interpolation: InterpolationMode::Nearest,
    fill: None,
};

/// One of 25 learned pairs of operations (Cubuk and others, 2019): `torchvision.transforms.AutoAugment`.
///
/// ```
/// use wick::transforms::{AutoAugment, AutoAugmentPolicy, InterpolationMode, Transform};
/// let augment = AutoAugment::new(AutoAugmentPolicy::Cifar10);
/// let image = wick::image::DynamicImage::new_rgb8(32, 32);
/// assert_eq!(augment.apply(image).width(), 32);
/// assert_eq!(augment.to_string(), "AutoAugment(policy=AutoAugmentPolicy.CIFAR10, fill=None)");
///
/// let augment = AutoAugment::new(AutoAugmentPolicy::Svhn).interpolation(InterpolationMode::Bilinear).fill(5.);
/// assert_eq!(augment.to_string(), "AutoAugment(policy=AutoAugmentPolicy.SVHN, fill=5)");
/// ```
#[derive(Clone)]
pub struct AutoAugment {
    policy: AutoAugmentPolicy,
    around: Surroundings,
}

impl AutoAugment {
    /// The transform with what was learned on that data.
    pub fn new(policy: AutoAugmentPolicy) -> Self {
        Self {
            policy,
            around: NEAREST,
        }
    }
}

/// With what was learned on ImageNet.
impl Default for AutoAugment {
    fn default() -> Self {
        Self::new(AutoAugmentPolicy::default())
    }
}

surroundings!(AutoAugment.around, "`Nearest`, unless told otherwise.");

impl<P: Picture> Transform<P> for AutoAugment {
    type Output = P;

    #[track_caller]
    fn apply(&self, mut picture: P) -> P {
        const BINS: usize = 10;
        let policies = self.policy.policies();
        let pair = policies[draw_below(policies.len())];
        let (chances, signs) = draw_two();
        let space = Space::learned(picture.size());
        for (place, (operation, p, index)) in pair.into_iter().enumerate() {
            if chances[place] > p as f32 {
                continue;
            }
            let strength = space.strength(operation);
            let mut magnitude = match index {
                Some(index) => strength.magnitude(index, BINS).or_panic(),
                None => 0.0,
            };
            if strength.is_signed() && !signs[place] {
                magnitude = -magnitude;
            }
            picture = operation.apply(picture, magnitude, self.around);
        }
        picture
    }
}

impl fmt::Display for AutoAugment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (policy, fill) = (self.policy, shown(self.around.fill));
        write!(f, "AutoAugment(policy={policy}, fill={fill})")
    }
}

/// Some operations out of 14, all equally strong (Cubuk and others, 2020): `torchvision.transforms.RandAugment`.
///
/// ```
/// use wick::transforms::{RandAugment, Transform};
/// let augment = RandAugment::new(2, 9);
/// let image = wick::image::DynamicImage::new_rgb8(32, 32);
/// assert_eq!(augment.apply(image).width(), 32);
/// assert_eq!(
///     augment.to_string(),
///     "RandAugment(num_ops=2, magnitude=9, num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, fill=None)"
/// );
/// ```
#[derive(Clone)]
pub struct RandAugment {
    num_ops: usize,
    magnitude: usize,
    num_magnitude_bins: usize,
    around: Surroundings,
}

impl RandAugment {
    /// So many operations one after another, each with that one of 31 magnitudes; torchvision's defaults are 2 and 9.
    pub fn new(num_ops: usize, magnitude: usize) -> Self {
        Self {
            num_ops,
            magnitude,
            num_magnitude_bins: 31,
            around: NEAREST,
        }
    }

    /// How many magnitudes there are; 31 at first.
    pub fn num_magnitude_bins(mut self, bins: usize) -> Self {
        self.num_magnitude_bins = bins;
        self
    }
}

/// Two operations of the tenth magnitude.
impl Default for RandAugment {
    fn default() -> Self {
        Self::new(2, 9)
    }
}

surroundings!(RandAugment.around, "`Nearest`, unless told otherwise.");

impl<P: Picture> Transform<P> for RandAugment {
    type Output = P;

    /// # Panics
    /// When there are not so many magnitudes.
    #[track_caller]
    fn apply(&self, picture: P) -> P {
        let bins = self.num_magnitude_bins;
        if self.magnitude >= bins {
            let error: Result<()> = Err(Error::index(format!(
                "index {} is out of bounds for dimension 0 with size {bins}",
                self.magnitude
            )));
            error.or_panic();
        }
        let space = Space::learned(picture.size());
        let one = |picture, _| space.any(picture, bins, || self.magnitude, self.around);
        (0..self.num_ops).fold(picture, one)
    }
}

impl fmt::Display for RandAugment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RandAugment(num_ops={}, magnitude={}, num_magnitude_bins={}, interpolation={}, fill={})",
            self.num_ops,
            self.magnitude,
            self.num_magnitude_bins,
            self.around.interpolation.member(),
            shown(self.around.fill)
        )
    }
}

/// One operation out of 14, as strong as chance has it (Müller and Hutter, 2021):
/// `torchvision.transforms.TrivialAugmentWide`.
///
/// ```
/// use wick::transforms::{Transform, TrivialAugmentWide};
/// let augment = TrivialAugmentWide::new(31);
/// let image = wick::image::DynamicImage::new_rgb8(32, 32);
/// assert_eq!(augment.apply(image).width(), 32);
/// assert_eq!(
///     augment.to_string(),
///     "TrivialAugmentWide(num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, fill=None)"
/// );
/// ```
#[derive(Clone)]
pub struct TrivialAugmentWide {
    num_magnitude_bins: usize,
    around: Surroundings,
}

impl TrivialAugmentWide {
    /// With so many magnitudes; torchvision's default is 31.
    pub fn new(num_magnitude_bins: usize) -> Self {
        Self {
            num_magnitude_bins,
            around: NEAREST,
        }
    }
}

/// With 31 magnitudes.
impl Default for TrivialAugmentWide {
    fn default() -> Self {
        Self::new(31)
    }
}

surroundings!(
    TrivialAugmentWide.around,
    "`Nearest`, unless told otherwise."
);

impl<P: Picture> Transform<P> for TrivialAugmentWide {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        let bins = self.num_magnitude_bins;
        Space::wide().any(picture, bins, || draw_below(bins), self.around)
    }
}

impl fmt::Display for TrivialAugmentWide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "TrivialAugmentWide(num_magnitude_bins={}, interpolation={}, fill={})",
            self.num_magnitude_bins,
            self.around.interpolation.member(),
            shown(self.around.fill)
        )
    }
}

/// The picture mixed with some that went through chains of operations (Hendrycks and others, 2020):
/// `torchvision.transforms.AugMix`.
///
/// ```
/// use wick::transforms::{AugMix, Transform};
/// let augment = AugMix::new(3, 3);
/// let image = wick::image::DynamicImage::new_rgb8(32, 32);
/// assert_eq!(augment.apply(image).width(), 32);
/// assert_eq!(
///     augment.to_string(),
///     "AugMix(severity=3, mixture_width=3, chain_depth=-1, alpha=1.0, all_ops=True, \
///      interpolation=InterpolationMode.BILINEAR, fill=None)"
/// );
/// ```
#[derive(Clone)]
pub struct AugMix {
    severity: usize,
    mixture_width: usize,
    chain_depth: i64,
    alpha: f64,
    all_ops: bool,
    around: Surroundings,
}

/// How many magnitudes there are; 31 at first.
const MOST_SEVERE: usize = 10;

impl AugMix {
    /// With operations of the first so many of ten magnitudes, and so many chains; torchvision's defaults are 3 and 3.
    ///
    /// # Panics
    /// When there are not so many magnitudes.
    #[track_caller]
    pub fn new(severity: usize, mixture_width: usize) -> Self {
        let valid = (1..=MOST_SEVERE).contains(&severity);
        let checked = valid.then_some(severity).ok_or_else(|| {
            Error::value(format!(
                "The severity must be between [1, {MOST_SEVERE}]. Got {severity} instead."
            ))
        });
        Self {
            severity: checked.or_panic(),
            mixture_width,
            chain_depth: -1,
            alpha: 1.0,
            all_ops: true,
            around: Surroundings {
                interpolation: InterpolationMode::Bilinear,
                fill: None,
            },
        }
    }

    /// How many operations a chain has; one to three, as chance has it, where this is not positive.
    pub fn chain_depth(mut self, chain_depth: i64) -> Self {
        self.chain_depth = chain_depth;
        self
    }

    /// How even the shares of the mixture are; 1 at first.
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Whether brightness, colour, contrast and sharpness change too, as they do at first.
    pub fn all_ops(mut self, all_ops: bool) -> Self {
        self.all_ops = all_ops;
        self
    }

    fn mixed(&self, x: &Tensor) -> Result<Tensor> {
        let shape = x.dims();
        let mut whole = vec![1; 4usize.saturating_sub(shape.len())];
        whole.extend(&shape);
        let batch = x.try_reshape(&whole[..])?;
        let space = Space::mixed(Picture::size(x), self.all_ops);
        let images = whole[0];
        let column = |shares: &[Vec<f32>], at: usize| {
            let shares = shares.iter().map(|shares| shares[at]).collect();
            let mut shape = vec![1; whole.len()];
            shape[0] = images;
            Tensor::try_from_vec::<f32>(shares, shape)
        };
        let drawn = |count: usize| -> Vec<Vec<f32>> {
            let alpha = vec![self.alpha as f32; count];
            (0..images).map(|_| draw_shares(&alpha)).collect()
        };
        let shares = drawn(2);
        let mut chains = drawn(self.mixture_width);
        for (chains, shares) in chains.iter_mut().zip(&shares) {
            chains.iter_mut().for_each(|share| *share *= shares[1]);
        }
        let mut mixed = column(&shares, 0)?.try_mul(&batch)?;
        for chain in 0..self.mixture_width {
            let depth = match self.chain_depth {
                depth if depth > 0 => depth,
                _ => draw_integer(1, 4),
            };
            let one = |picture, _| {
                let index = || draw_below(self.severity);
                space.any(picture, MOST_SEVERE, index, self.around)
            };
            let changed = (0..depth).fold(batch.clone(), one);
            mixed = mixed.try_add(column(&chains, chain)?.try_mul(&changed)?)?;
        }
        mixed.try_reshape(shape)?.try_to_dtype(x.dtype())
    }
}

/// With three chains of mild operations.
impl Default for AugMix {
    fn default() -> Self {
        Self::new(3, 3)
    }
}

surroundings!(AugMix.around, "`Bilinear`, unless told otherwise.");

impl<P: Picture> Transform<P> for AugMix {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        picture.map_tensor(|x| self.mixed(x)).or_panic()
    }
}

impl fmt::Display for AugMix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "AugMix(severity={}, mixture_width={}, chain_depth={}, alpha={}, all_ops={}, interpolation={}, fill={})",
            self.severity,
            self.mixture_width,
            self.chain_depth,
            python::float(self.alpha),
            python::bool(self.all_ops),
            self.around.interpolation.member(),
            shown(self.around.fill)
        )
    }
}

crate::shown::debug_is_display!(AutoAugment, RandAugment, TrivialAugmentWide, AugMix);
