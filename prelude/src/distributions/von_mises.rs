//! Directions.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::numbers::uniform;
use crate::autograd::no_grad;
use crate::dtype::DType;
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::PI;

family! {
    /// Directions around a mean one, as angles from -π to π. PyTorch: `torch.distributions.VonMises`.
    ///
    /// ```
    /// use wick::distributions::VonMises;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let winds = VonMises::new(1.5, 4.);
    /// assert_eq!(winds.sample([3]).to_string(), "tensor([1.2584, 1.0763, 1.3580])");
    /// assert_eq!(winds.log_prob(&tensor!(1.5)).to_string(), "tensor(-0.2628)");
    /// ```
    VonMises {
        /// The mean direction.
        loc: Constraint::Real,
        /// How close to it the directions are.
        concentration: constraints::positive(),
    }
}

/// The polynomials by which the Bessel functions of order 0 and 1 are approximated below and above 3.75 (Abramowitz and
/// Stegun, 9.8.1 to 9.8.4).
const SMALL: [[f64; 7]; 2] = [
    [
        1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813,
    ],
    [
        0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411,
    ],
];
const LARGE: [[f64; 9]; 2] = [
    [
        0.39894228,
        0.01328592,
        0.00225319,
        -0.00157565,
        0.00916281,
        -0.02057706,
        0.02635537,
        -0.01647633,
        0.00392377,
    ],
    [
        0.39894228,
        -0.03988024,
        -0.00362018,
        0.00163801,
        -0.01031555,
        0.02282967,
        -0.02895312,
        0.01787654,
        -0.00420059,
    ],
];

fn polynomial(y: &Tensor, coefficients: &[f64]) -> Tensor {
    let (last, rest) = match coefficients.split_last() {
        Some(parts) => parts,
        None => return y.zeros_like(),
    };
    let mut factors = rest.iter().rev();
    let Some(first) = factors.next() else {
        return y.full_like(*last);
    };
    let sum = *first + y * *last;
    factors.fold(sum, |sum, factor| *factor + y * sum)
}

/// The logarithm of the modified Bessel function of order 0 or 1.
fn log_bessel(x: &Tensor, order: usize) -> Result<Tensor> {
    let y = x / 3.75;
    let small = polynomial(&(&y * &y), &SMALL[order]);
    let small = match order {
        0 => small,
        _ => x.abs() * small,
    };
    let y = 3.75 / x;
    let large = x - 0.5 * x.log() + polynomial(&y, &LARGE[order]).log();
    x.lt(3.75).try_where_(small.log(), large)
}

impl VonMises {
    /// The parameter of the proposals of Best and Fisher's rejection method (1979).
    fn proposal(concentration: &Tensor) -> Result<Tensor> {
        let tau = 1 + (1 + 4 * concentration.pow(2)).sqrt();
        let rho = (&tau - (2 * &tau).sqrt()) / (2 * concentration);
        let r = (1 + rho.pow(2)) / (2 * rho);
        let near_zero = 1 / concentration + concentration;
        concentration.lt(1e-5).try_where_(near_zero, r)
    }
}

impl Distribution for VonMises {
    common!(loc, concentration);

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Real)
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    /// The circular variance.
    fn try_variance(&self) -> Result<Tensor> {
        let ratio = log_bessel(&self.concentration, 1)? - log_bessel(&self.concentration, 0)?;
        Ok(1 - ratio.exp())
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        no_grad(|| {
            let loc = self.loc.try_to_dtype(DType::F64)?;
            let concentration = self.concentration.try_to_dtype(DType::F64)?;
            let r = Self::proposal(&concentration)?;
            let shape = self.extended_shape(shape);
            let three = Shape::from([&[3], shape.dims()].concat());
            let mut x = loc.new_zeros(&shape);
            let mut done = x.try_to_dtype(DType::Bool)?;
            while !done.try_all()?.try_item::<bool>()? {
                wick_runtime::interrupt::check();
                let u = uniform(&three, &loc)?;
                let [u1, u2, u3] = [0, 1, 2].map(|at| u.select(0, at));
                let z = (PI * u1).cos();
                let f = (1 + &r * &z) / (&r + &z);
                let c = &concentration * (&r - &f);
                let quickly = (&c * (2 - &c) - &u2).gt(0);
                let accept = quickly.try_logical_or(&((&c / &u2).log() + 1 - &c).ge(0))?;
                x = accept.try_where_((u3 - 0.5).sign() * f.acos(), x)?;
                done = done.try_logical_or(&accept)?;
            }
            let angles = (x + PI + loc) % (2. * PI) - PI;
            angles.try_to_dtype(self.loc.dtype())
        })
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let near = &self.concentration * (self.valid(value)? - &self.loc).cos();
        Ok(near - (2. * PI).ln() - log_bessel(&self.concentration, 0)?)
    }
}
