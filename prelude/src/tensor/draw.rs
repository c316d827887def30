//! The distributions that floats are drawn from, and filling arrays with them.

use half::{bf16, f16};

use super::creation::finish;
use super::{Tensor, TensorOptions};
use crate::dtype::DType;
use crate::error::{Error, Result, bail};
use crate::kernels::{Array, Element};
use crate::random::{Draws, Generator};
use crate::shape::Dims;

/// Draws floats: in `f64` for that dtype, in `f32` rounded at the end for the others.
pub(super) fn drawn(
    shape: &Dims,
    options: TensorOptions,
    generator: &Generator,
    draw: impl Draw,
) -> Result<Tensor> {
    drawn_in(shape, options, generator, draw, true)
}

/// The same for memory that is in one piece or not.
pub(super) fn drawn_in(
    shape: &Dims,
    options: TensorOptions,
    generator: &Generator,
    draw: impl Draw,
    contiguous: bool,
) -> Result<Tensor> {
    let shape = shape.to_shape()?;
    let options = options.or_default_dtype();
    let dtype = options.float_dtype();
    draw.check_dtype(dtype)?;
    if dtype.is_complex() {
        // The parts are drawn, in pairs.
        let pairs: Vec<usize> = shape.iter().copied().chain([2]).collect();
        let parts = match dtype {
            DType::C64 => {
                drawn_as::<f32>(&pairs, DType::F32, generator, &draw.of_parts(), contiguous)
            }
            _ => drawn_as::<f64>(&pairs, DType::F64, generator, &draw.of_parts(), contiguous),
        };
        return finish(&super::complex::paired(&parts), options);
    }
    let array = match dtype {
        DType::F32 => drawn_as::<f32>(&shape, dtype, generator, &draw, contiguous),
        DType::F64 => drawn_as::<f64>(&shape, dtype, generator, &draw, contiguous),
        DType::F16 => drawn_as::<f16>(&shape, dtype, generator, &draw, contiguous),
        DType::BF16 => drawn_as::<bf16>(&shape, dtype, generator, &draw, contiguous),
        other => return Err(crate::Error::not_implemented(draw.name(), other)),
    };
    finish(&array, options)
}

fn drawn_as<T: Element + crate::random::Real>(
    shape: &[usize],
    dtype: DType,
    generator: &Generator,
    draw: &impl Draw,
    contiguous: bool,
) -> Array {
    let mut numbers = vec![<T as Default>::default(); shape.iter().product()];
    draw.fill(&mut generator.lock(), &mut numbers, contiguous);
    Array::from_vec(numbers, dtype, shape)
}

/// A way to draw floats of any width.
pub(super) trait Draw: Copy {
    fn name(&self) -> &'static str;
    /// The node that refilling a tensor is, and what is wrong with the distribution, if anything is.
    fn node(&self) -> &'static str {
        "CopyBackwards"
    }
    fn check(&self, _: DType) -> Result<()> {
        Ok(())
    }
    /// What is wrong with drawing numbers of this type, if more is than that there are none of it.
    fn check_dtype(&self, _: DType) -> Result<()> {
        Ok(())
    }
    /// PyTorch draws normal numbers in another way where the memory to be filled is not `contiguous`.
    fn fill<T: crate::random::Real>(&self, draws: &mut Draws, out: &mut [T], contiguous: bool);
    /// How each part of a complex number is drawn.
    fn of_parts(&self) -> Self {
        *self
    }
}

/// Evenly from `[from, to)`.
#[derive(Clone, Copy)]
pub(super) struct Uniform {
    pub from: f64,
    pub to: f64,
}

impl Draw for Uniform {
    fn name(&self) -> &'static str {
        "check_uniform_bounds"
    }
    fn node(&self) -> &'static str {
        "UniformBackward0"
    }
    fn check(&self, dtype: DType) -> Result<()> {
        // Before the bounds: PyTorch looks at them as numbers of the dtype.
        if !dtype.is_floating_point() && !dtype.is_complex() {
            return Err(Error::not_implemented(self.name(), dtype));
        }
        if self.from > self.to {
            bail!(
                "uniform_ expects to return a [from, to) range, but found from={} > to={}",
                self.from,
                self.to
            );
        }
        Ok(())
    }
    fn fill<T: crate::random::Real>(&self, draws: &mut Draws, out: &mut [T], _: bool) {
        draws.uniform(out, self.from, self.to);
    }
}

/// From the bell curve.
#[derive(Clone, Copy)]
pub(super) struct Normal {
    pub mean: f64,
    pub std: f64,
}

impl Draw for Normal {
    fn name(&self) -> &'static str {
        "normal_kernel_cpu"
    }
    fn node(&self) -> &'static str {
        "NormalBackward0"
    }
    fn check(&self, _: DType) -> Result<()> {
        if self.std < 0. {
            bail!("normal expects std >= 0.0, but found std {}", self.std);
        }
        Ok(())
    }
    fn fill<T: crate::random::Real>(&self, draws: &mut Draws, out: &mut [T], contiguous: bool) {
        match contiguous {
            true => draws.normal(out, self.mean, self.std),
            false => draws.normal_one_by_one(out, self.mean, self.std),
        }
    }
    /// Each part has half of the variance.
    fn of_parts(&self) -> Self {
        Self {
            mean: self.mean,
            std: self.std / 2f64.sqrt(),
        }
    }
}

/// The time to an event that comes at rate `lambda`.
#[derive(Clone, Copy)]
pub(super) struct Exponential {
    pub lambda: f64,
}

impl Draw for Exponential {
    fn name(&self) -> &'static str {
        "exponential_cpu"
    }
    fn node(&self) -> &'static str {
        "ExponentialBackward0"
    }
    fn check(&self, _: DType) -> Result<()> {
        if self.lambda <= 0. {
            bail!(
                "exponential_ expects lambda > 0.0, but found lambda={}",
                self.lambda
            );
        }
        Ok(())
    }
    fn check_dtype(&self, dtype: DType) -> Result<()> {
        continuous("Exponential", dtype)
    }
    fn fill<T: crate::random::Real>(&self, draws: &mut Draws, out: &mut [T], _: bool) {
        draws.exponential(out, self.lambda);
    }
}

/// Cauchy's distribution, which has no mean.
#[derive(Clone, Copy)]
pub(super) struct Cauchy {
    pub median: f64,
    pub sigma: f64,
}

impl Draw for Cauchy {
    fn name(&self) -> &'static str {
        "cauchy_cpu"
    }
    fn node(&self) -> &'static str {
        "CauchyBackward0"
    }
    fn check(&self, _: DType) -> Result<()> {
        if self.sigma <= 0. {
            bail!(
                "cauchy_ expects sigma > 0.0, but found sigma={}",
                self.sigma
            );
        }
        Ok(())
    }
    fn check_dtype(&self, dtype: DType) -> Result<()> {
        continuous("Cauchy", dtype)
    }
    fn fill<T: crate::random::Real>(&self, draws: &mut Draws, out: &mut [T], _: bool) {
        draws.cauchy(out, self.median, self.sigma);
    }
}

/// Numbers whose logarithms are normal.
#[derive(Clone, Copy)]
pub(super) struct LogNormal {
    pub mean: f64,
    pub std: f64,
}

impl Draw for LogNormal {
    fn name(&self) -> &'static str {
        "log_normal_cpu"
    }
    fn node(&self) -> &'static str {
        "LogNormalBackward0"
    }
    fn check(&self, _: DType) -> Result<()> {
        if self.std <= 0. {
            bail!("log_normal_ expects std > 0.0, but found std={}", self.std);
        }
        Ok(())
    }
    fn check_dtype(&self, dtype: DType) -> Result<()> {
        match dtype.is_floating_point() {
            true => Ok(()),
            false => Err(Error::not_implemented(self.name(), dtype)),
        }
    }
    fn fill<T: crate::random::Real>(&self, draws: &mut Draws, out: &mut [T], _: bool) {
        draws.log_normal(out, self.mean, self.std);
    }
}

fn continuous(name: &str, dtype: DType) -> Result<()> {
    if dtype.is_floating_point() {
        return Ok(());
    }
    // One of the two is told by its C name in PyTorch as well.
    let told = match name {
        "Cauchy" => dtype.c_name(),
        _ => dtype.scalar_type(),
    };
    bail!(
        "{name} distribution is a continuous probability distribution. dtype must be a floating point but you specified {told}"
    );
}
