//! Weights whose largest singular value is 1.

use std::sync::Arc;

use super::parametrize::{Form, Made, Parametrization, begin, find, own_tensor, undo};
use super::weight_norm::no_attribute;
use crate::error::{Error, OrPanic, Result, bail};
use crate::nn::module::Module;
use crate::nn::{ConvTranspose1d, ConvTranspose2d, ConvTranspose3d};
use crate::{Tensor, no_grad};

/// Divides a weight by its largest singular value from now on (Miyato and others, 2018). Returns the module. PyTorch:
/// `torch.nn.utils.spectral_norm`.
///
/// The parameter gives way to `weight_orig`; the weight is made of it before each call of the module, in training after
/// `n_power_iterations` steps (PyTorch's default is 1) towards the singular vectors `weight_u` and `weight_v`. What is
/// divided by is at least `eps` (1e-12). `dim` is the one of the outputs; `None` takes 0, and 1 for transposed
/// convolutions.
///
/// ```
/// use wick::nn::utils::spectral_norm;
/// use wick::prelude::*;
/// let fc = Linear::new(20, 40);
/// spectral_norm(&fc, "weight", 1, 1e-12, None);
/// for _ in 0..50 {
///     fc.forward(&Tensor::rand([1, 20]));
/// }
/// let largest = wick::linalg::svdvals(&fc.weight.detach()).i(0).item::<f32>();
/// assert!((largest - 1.).abs() < 0.05);
/// assert_eq!(fc.get_buffer("weight_u").unwrap().shape(), [40]);
/// ```
///
/// # Panics
/// When the module has no parameter of that name, it is made so already, or there are no iterations.
#[track_caller]
pub fn spectral_norm<'a, M: Module + ?Sized>(
    module: &'a M,
    name: &str,
    n_power_iterations: usize,
    eps: f64,
    dim: Option<i64>,
) -> &'a M {
    register(module.as_module(), name, n_power_iterations, eps, dim).or_panic();
    module
}

/// Makes a weight a parameter again that was divided by its largest singular value. It keeps its numbers. Returns the
/// module. PyTorch: `torch.nn.utils.remove_spectral_norm`.
///
/// ```
/// use wick::nn::utils::{remove_spectral_norm, spectral_norm};
/// use wick::prelude::*;
/// let fc = Linear::new(2, 3);
/// spectral_norm(&fc, "weight", 1, 1e-12, None);
/// assert!(fc.get_parameter("weight_orig").is_some());
/// remove_spectral_norm(&fc, "weight");
/// assert!(fc.get_parameter("weight").is_some() && fc.get_parameter("weight_orig").is_none());
/// ```
///
/// # Panics
/// When [`spectral_norm`] was not called for it.
#[track_caller]
pub fn remove_spectral_norm<'a, M: Module + ?Sized>(module: &'a M, name: &str) -> &'a M {
    undo(module.as_module(), name, FORM, "spectral_norm").or_panic();
    module
}

/// The original stands beside the weight.
const FORM: Form = Form::Ends(&["_orig"]);

fn register(
    module: &dyn Module,
    name: &str,
    iterations: usize,
    eps: f64,
    dim: Option<i64>,
) -> Result<()> {
    if find(module, name, FORM).is_some() {
        bail!("Cannot register two spectral_norm hooks on the same parameter {name}");
    }
    let step = SpectralNorm {
        dim: dim.unwrap_or_else(|| outputs(module)),
        iterations: checked(iterations)?,
        eps,
        vectors: None,
        right_first: true,
    };
    let own = own_tensor(module, name).ok_or_else(|| no_attribute(module, name))?;
    let weight = Tensor::from_array(own.0.array());
    let step = step.drawn(&weight)?;
    let original = weight.requires_grad_(own.0.requires_grad());
    let target = own.0.clone();
    let made = Made::new(
        name,
        own,
        vec![Arc::new(step)],
        vec![original.clone()],
        FORM,
    );
    begin(module, made);
    // Until the first call it is what it was.
    target.assign(&original.detach());
    Ok(())
}

/// The dimension of the outputs in a module's weight.
pub(super) fn outputs(module: &dyn Module) -> i64 {
    let transposed = module.is::<ConvTranspose1d>()
        || module.is::<ConvTranspose2d>()
        || module.is::<ConvTranspose3d>();
    i64::from(transposed)
}

pub(super) fn checked(iterations: usize) -> Result<usize> {
    match iterations {
        0 => Err(Error::value(
            "Expected n_power_iterations to be positive, but got n_power_iterations=0",
        )),
        _ => Ok(iterations),
    }
}

/// A tensor divided by its largest singular value, which is found by power iteration.
pub(super) struct SpectralNorm {
    pub dim: i64,
    pub iterations: usize,
    pub eps: f64,
    /// The singular vectors of the largest value, left and right; a vector needs none.
    pub vectors: Option<[Tensor; 2]>,
    /// Which of the two a step improves first.
    pub right_first: bool,
}

impl SpectralNorm {
    /// With random vectors.
    pub fn drawn(self, weight: &Tensor) -> Result<Self> {
        no_grad(|| {
            let matrix = self.matrix(weight)?;
            let drawn = |dim| {
                let vector = matrix.try_new_zeros(&[matrix.size(dim)])?;
                self.unit(&vector.normal_(0., 1.))
            };
            let vectors = [drawn(0)?, drawn(1)?];
            Ok(Self {
                vectors: Some(vectors),
                ..self
            })
        })
    }

    fn matrix(&self, weight: &Tensor) -> Result<Tensor> {
        let weight = match self.dim {
            0 => weight.clone(),
            dim => weight.try_movedim(dim, 0)?,
        };
        let rows = weight.try_size(0)?;
        weight.try_reshape([rows as i64, -1])
    }

    fn unit(&self, vector: &Tensor) -> Result<Tensor> {
        vector.try_div(vector.try_norm()?.try_clamp_min(self.eps)?)
    }

    /// Brings the vectors nearer to the singular ones, so many times.
    pub fn improve(&self, weight: &Tensor, iterations: usize) -> Result<()> {
        let Some([left, right]) = &self.vectors else {
            return Ok(());
        };
        no_grad(|| {
            let matrix = self.matrix(weight)?;
            let left_step = || left.try_copy_(&self.unit(&matrix.try_mv(right)?)?);
            let right_step = || right.try_copy_(&self.unit(&matrix.try_t()?.try_mv(left)?)?);
            for _ in 0..iterations {
                if self.right_first {
                    right_step()?;
                    left_step()?;
                } else {
                    left_step()?;
                    right_step()?;
                }
            }
            Ok(())
        })
    }
}

impl Parametrization for SpectralNorm {
    fn forward(&self, originals: &[Tensor], training: bool) -> Result<Tensor> {
        let weight = &originals[0];
        let Some([left, right]) = &self.vectors else {
            return weight.try_div(weight.try_norm()?.try_clamp_min(self.eps)?);
        };
        if training {
            self.improve(weight, self.iterations)?;
        }
        // Copies, so that two calls before one backward pass do not get into each other's way.
        let (left, right) = (left.try_copy()?, right.try_copy()?);
        let largest = left.try_dot(&self.matrix(weight)?.try_mv(&right)?)?;
        weight.try_div(&largest)
    }

    fn right_inverse(&self, value: &Tensor) -> Result<Option<Vec<Tensor>>> {
        Ok(Some(vec![value.clone()]))
    }

    fn buffers(&self) -> Vec<(&'static str, Tensor)> {
        let vectors = self.vectors.iter().flatten().cloned();
        ["_u", "_v"].into_iter().zip(vectors).collect()
    }

    fn kind(&self) -> &'static str {
        "_SpectralNorm"
    }
}
