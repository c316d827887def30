//! `+`, `-`, `*`, `/`, `%`, `!`, `&`, `|`, `^`, `<<`, `>>` on tensors, references to them and plain numbers.

use super::Tensor;
use crate::error::OrPanic;
use crate::scalar::Arg;
use std::ops::*;

// One blanket impl for whatever can stand on the right leaves rustc no choice, so that `(&a * 2).sum()` needs no types.
macro_rules! binary_operator {
    ($($trait:ident, $method:ident, $assign_trait:ident, $assign:ident, $try:ident, $try_in_place:ident;)*) => {$(
        impl<R: crate::Given<Arg>> $trait<R> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                operation::$method(self, right.into())
            }
        }

        impl<R: crate::Given<Arg>> $trait<R> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                operation::$method(&self, right.into())
            }
        }

        /// Changes the numbers in place, as in Python.
        impl<R: crate::Given<Arg>> $assign_trait<R> for Tensor {
            #[track_caller]
            fn $assign(&mut self, right: R) {
                self.$try_in_place(right.into()).or_panic();
            }
        }
    )*
        // What is generic is compiled in every cell that uses it; this is not.
        mod operation {
            use super::*;
            $(
                #[inline(never)]
                #[track_caller]
                pub fn $method(left: &Tensor, right: Arg) -> Tensor {
                    left.$try(right).or_panic()
                }
            )*
        }
    };
}

binary_operator! {
    Add, add, AddAssign, add_assign, try_add, try_add_;
    Sub, sub, SubAssign, sub_assign, try_sub, try_sub_;
    Mul, mul, MulAssign, mul_assign, try_mul, try_mul_;
    Div, div, DivAssign, div_assign, try_div, try_div_;
    Rem, rem, RemAssign, rem_assign, try_remainder, try_remainder_;
    BitAnd, bitand, BitAndAssign, bitand_assign, try_bitwise_and, try_bitwise_and_;
    BitOr, bitor, BitOrAssign, bitor_assign, try_bitwise_or, try_bitwise_or_;
    Shl, shl, ShlAssign, shl_assign, try_bitwise_left_shift, try_bitwise_left_shift_;
    Shr, shr, ShrAssign, shr_assign, try_bitwise_right_shift, try_bitwise_right_shift_;
    BitXor, bitxor, BitXorAssign, bitxor_assign, try_bitwise_xor, try_bitwise_xor_;
}

// Only one integer and one float type on the left (a complex number is written as one): with two, rustc could not tell the type of `1 - &a`.
macro_rules! number_on_the_left {
    ($($number:ty),*; $($trait:ident, $method:ident, |$left:ident, $right:ident| $body:expr;)*) => {
        number_on_the_left!(@each ($($number),*) $($trait, $method, |$left, $right| $body;)*);
    };
    (@each $numbers:tt $($trait:ident, $method:ident, |$left:ident, $right:ident| $body:expr;)*) => {
        $(number_on_the_left!(@impls $numbers $trait, $method, |$left, $right| $body);)*
    };
    (@impls ($($number:ty),*) $trait:ident, $method:ident, |$left:ident, $right:ident| $body:expr) => {$(
        impl $trait<&Tensor> for $number {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, $right: &Tensor) -> Tensor {
                let $left = self;
                $body.or_panic()
            }
        }

        impl $trait<Tensor> for $number {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, right: Tensor) -> Tensor {
                let ($left, $right) = (self, &right);
                $body.or_panic()
            }
        }
    )*};
}

number_on_the_left! {
    i64, f64, num_complex::Complex<f64>;
    Add, add, |number, tensor| tensor.try_add(number);
    Mul, mul, |number, tensor| tensor.try_mul(number);
    Sub, sub, |number, tensor| tensor.try_rsub(number);
    Div, div, |number, tensor| tensor.try_rdiv(number);
}

impl Neg for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        self.try_neg().or_panic()
    }
}

impl Neg for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        self.try_neg().or_panic()
    }
}

impl Not for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        self.try_bitwise_not().or_panic()
    }
}

impl Not for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        self.try_bitwise_not().or_panic()
    }
}

/// The sum of tensors, also of different shapes; 0 if there are none.
impl std::iter::Sum for Tensor {
    #[track_caller]
    fn sum<I: Iterator<Item = Tensor>>(tensors: I) -> Tensor {
        tensors
            .reduce(|sum, tensor| sum + tensor)
            .unwrap_or_else(|| Tensor::scalar(0.))
    }
}

impl<'a> std::iter::Sum<&'a Tensor> for Tensor {
    #[track_caller]
    fn sum<I: Iterator<Item = &'a Tensor>>(tensors: I) -> Tensor {
        tensors.cloned().sum()
    }
}
