//! Functions of integers: their bits, their divisors.

use super::Tensor;
use super::arithmetic::operands;
use super::ops::ops;
use crate::dtype::Category;
use crate::error::Result;
use crate::scalar::Arg;

/// A shift, of which there is one function for each width: 1, 2, 4 and 8 bytes.
fn shift(x: &Tensor, other: Arg, name: &str, by_width: [fn(i64, i64) -> i64; 4]) -> Result<Tensor> {
    let o = operands(x, other, Category::Bool)?;
    let dtype = o.a.dtype();
    if dtype.category() != Category::Int {
        return Err(crate::Error::not_implemented(name, dtype));
    }
    o.integers(by_width[dtype.size().ilog2() as usize])
}

fn left(x: i64, by: i64, bits: i64) -> i64 {
    if (0..bits).contains(&by) { x << by } else { 0 }
}

/// All bits become the sign where the shift is too long.
fn right(x: i64, by: i64, bits: i64) -> i64 {
    if (0..bits).contains(&by) {
        x >> by
    } else {
        x >> 63
    }
}

fn bitwise_not(x: &Tensor) -> Result<Tensor> {
    match x.dtype().category() {
        Category::Bool => x.try_logical_not(),
        Category::Int => {
            operands(x, Arg::Scalar((-1).into()), Category::Bool)?.integers(|x, y| x ^ y)
        }
        Category::Float | Category::Complex => {
            Err(crate::Error::not_implemented("bitwise_not_cpu", x.dtype()))
        }
    }
}

fn greatest_divisor(mut a: i64, mut b: i64) -> i64 {
    while a != 0 {
        (a, b) = (b.wrapping_rem(a), a);
    }
    b.wrapping_abs()
}

fn of_integers(x: &Tensor, other: Arg, name: &str, f: fn(i64, i64) -> i64) -> Result<Tensor> {
    let o = operands(x, other, Category::Bool)?;
    if o.a.dtype().category() != Category::Int {
        return Err(crate::Error::not_implemented(name, o.a.dtype()));
    }
    o.integers(f)
}

ops! {
    /// The greatest common divisor of two integers. `other` is a number or a tensor whose shape broadcasts. Floats and
    /// bools are an error. PyTorch: `torch.gcd`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([12, -18, 0]).gcd(8).to_string(), "tensor([4, 2, 8])");
    /// ```
    gcd, try_gcd, [gcd_, try_gcd_] (x, other: impl crate::Given<Arg>) => of_integers(x, other.into(), "gcd_cpu", greatest_divisor);
    /// The least common multiple of two integers. `other` is a number or a tensor whose shape broadcasts. Floats and
    /// bools are an error. PyTorch: `torch.lcm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([12, -18, 0]).lcm(8).to_string(), "tensor([24, 72,  0])");
    /// ```
    lcm, try_lcm, [lcm_, try_lcm_] (x, other: impl crate::Given<Arg>) => of_integers(x, other.into(), "lcm_cpu", |a, b| {
        match greatest_divisor(a, b) {
            0 => 0,
            divisor => (a / divisor).wrapping_mul(b).wrapping_abs(),
        }
    });
    /// Bits in reverse: each that was set is not, also `!a`; on truth values "not". Integers or bools; floats are an
    /// error. PyTorch: `torch.bitwise_not`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0, 5]).bitwise_not().to_string(), "tensor([-1, -6])");
    /// assert_eq!((!tensor!([true, false])).to_string(), "tensor([False,  True])");
    /// ```
    bitwise_not, try_bitwise_not, [bitwise_not_, try_bitwise_not_] (x) => bitwise_not(x);
    /// Bits moved to higher places, also `a << b`. `other` is a number or a tensor whose shape broadcasts. Integers
    /// only. PyTorch: `torch.bitwise_left_shift`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 5]).bitwise_left_shift(3).to_string(), "tensor([ 8, 40])");
    /// ```
    bitwise_left_shift, try_bitwise_left_shift, [bitwise_left_shift_, try_bitwise_left_shift_] (x, other: impl crate::Given<Arg>)
        => shift(x, other.into(), "lshift_cpu", [
            |x, by| left(x, by, 8),
            |x, by| left(x, by, 16),
            |x, by| left(x, by, 32),
            |x, by| left(x, by, 64),
        ]);
    /// Bits moved to lower places, also `a >> b`; the sign stays. `other` is a number or a tensor whose shape
    /// broadcasts. Integers only. PyTorch: `torch.bitwise_right_shift`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([40, -40]).bitwise_right_shift(3).to_string(), "tensor([ 5, -5])");
    /// ```
    bitwise_right_shift, try_bitwise_right_shift, [bitwise_right_shift_, try_bitwise_right_shift_] (x, other: impl crate::Given<Arg>)
        => shift(x, other.into(), "rshift_cpu", [
            |x, by| right(x, by, 8),
            |x, by| right(x, by, 16),
            |x, by| right(x, by, 32),
            |x, by| right(x, by, 64),
        ]);
}
