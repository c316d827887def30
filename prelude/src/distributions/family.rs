//! The one place where a family is declared.
//!
//! `family!` takes the name, the parameters and what they have to be, and makes the type, its constructors, its accessors
//! and its text. The formulas stand below it, in an implementation of [`Distribution`](super::Distribution) that begins
//! with `common!`.
//!
//! ```text
//! family! {
//!     /// What it is.
//!     Uniform {
//!         /// What the parameter is.
//!         low: Constraint::LessThan(high.into()),
//!         …
//!     }
//! }
//!
//! impl Distribution for Uniform {
//!     common!(low, high);
//!     …
//! }
//! ```
//!
//! Constraints may name the other parameters. `shows […]` says which parameters stand in the text, and in which order
//! they are checked, where that is not all of them in the order of the arguments; `first |it| …` is done before
//! they are checked, for what is made of another family that checks its own.

macro_rules! family {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$what:meta])* $parameter:ident : $constraint:expr),+ $(,)?
        }
        $(first |$it:ident| $first:expr)?
    ) => {
        family! {
            $(#[$doc])*
            $name { $($(#[$what])* $parameter : $constraint),+ }
            shows [$($parameter),+]
            $(first |$it| $first)?
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$what:meta])* $parameter:ident : $constraint:expr),+ $(,)?
        }
        shows [$($shown:ident),*]
        $(first |$it:ident| $first:expr)?
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            $($parameter: $crate::Tensor,)+
            validates: bool,
        }

        impl $name {
            /// Of these parameters: numbers or tensors, which broadcast.
            ///
            /// # Panics
            /// When the shapes do not broadcast, or a parameter has a number that it must not have.
            #[track_caller]
            pub fn new($($parameter: impl $crate::Given<$crate::Arg>),+) -> Self {
                $crate::error::OrPanic::or_panic(Self::try_new($($parameter),+))
            }

            #[doc = concat!("[`", stringify!($name), "::new`] that returns what is wrong instead of panicking.")]
            pub fn try_new($($parameter: impl $crate::Given<$crate::Arg>),+) -> $crate::Result<Self> {
                Self::made([$($parameter.into()),+], super::validation::validate_args())
            }

            /// Of these parameters, whatever they are; values to score are not looked at either.
            ///
            /// # Panics
            /// When the shapes do not broadcast.
            #[track_caller]
            pub fn without_validation($($parameter: impl $crate::Given<$crate::Arg>),+) -> Self {
                $crate::error::OrPanic::or_panic(Self::made([$($parameter.into()),+], false))
            }

            #[inline(never)]
            pub(super) fn made(
                parameters: [$crate::Arg; [$(stringify!($parameter)),+].len()],
                validates: bool,
            ) -> $crate::Result<Self> {
                let [$($parameter),+] = super::numbers::broadcast_all(parameters)?;
                let made = Self { $($parameter,)+ validates };
                if validates {
                    $(
                        let $it = &made;
                        $first?;
                    )?
                    made.check()?;
                }
                Ok(made)
            }

            #[allow(unused_variables)]
            fn check(&self) -> $crate::Result<()> {
                let Self { $($parameter,)+ .. } = self;
                let constraints = [$((stringify!($parameter), $parameter, $constraint)),+];
                let order: &[&str] = &[$(stringify!($shown)),*];
                let place = |name: &str| order.iter().position(|shown| *shown == name);
                let mut constraints = constraints;
                constraints.sort_by_key(|(name, ..)| place(name));
                for (name, value, constraint) in &constraints {
                    super::validation::check_parameter(self, name, value, constraint)?;
                }
                Ok(())
            }

            $(
                $(#[$what])*
                pub fn $parameter(&self) -> &$crate::Tensor {
                    &self.$parameter
                }
            )+
        }

        super::family::text!($name, |it| [$((stringify!($shown), &it.$shown)),*]);
    };
}

/// What PyTorch's `repr` shows.
macro_rules! text {
    ($name:ident, |$it:ident| $parameters:expr) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let $it = self;
                let _ = $it;
                let parameters: &[(&str, &$crate::Tensor)] = &$parameters;
                super::validation::show(f, stringify!($name), parameters)
            }
        }

        $crate::shown::debug_is_display!($name);
    };
}

/// The shape, the validation and the expansion of what `family!` made of these parameters.
macro_rules! common {
    ($first:ident $(, $parameter:ident)*) => {
        fn batch_shape(&self) -> $crate::Shape {
            self.$first.shape()
        }

        fn validates(&self) -> bool {
            self.validates
        }

        fn expand_to(&self, shape: &$crate::Shape) -> $crate::Result<Self> {
            Ok(Self {
                $first: self.$first.try_expand(shape)?,
                $($parameter: self.$parameter.try_expand(shape)?,)*
                validates: self.validates,
            })
        }
    };
}

/// Draws and scores of a family that is another one, transformed: `self.transformed()`.
macro_rules! transformed {
    () => {
        fn draw_through(&self, shape: &$crate::Shape) -> $crate::Result<$crate::Tensor> {
            self.transformed()?.draw_through(shape)
        }

        fn draw(&self, shape: &$crate::Shape) -> $crate::Result<$crate::Tensor> {
            self.transformed()?.draw(shape)
        }

        fn has_rsample(&self) -> bool {
            true
        }

        fn try_cdf(&self, value: &$crate::Tensor) -> $crate::Result<$crate::Tensor> {
            self.transformed()?.try_cdf(value)
        }

        fn try_icdf(&self, value: &$crate::Tensor) -> $crate::Result<$crate::Tensor> {
            self.transformed()?.try_icdf(value)
        }
    };
    (with log_prob) => {
        super::family::transformed!();

        fn try_log_prob(&self, value: &$crate::Tensor) -> $crate::Result<$crate::Tensor> {
            self.transformed()?.try_log_prob(&self.valid(value)?)
        }
    };
}

/// What a distribution has in common with the one in its field of that name.
macro_rules! delegated {
    ($inner:ident) => {
        fn batch_shape(&self) -> $crate::Shape {
            self.$inner.batch_shape()
        }

        fn event_shape(&self) -> $crate::Shape {
            self.$inner.event_shape()
        }

        fn validates(&self) -> bool {
            self.$inner.validates()
        }

        fn has_rsample(&self) -> bool {
            self.$inner.has_rsample()
        }

        fn try_support(&self) -> $crate::Result<super::constraint::Constraint> {
            self.$inner.try_support()
        }

        fn try_mean(&self) -> $crate::Result<$crate::Tensor> {
            self.$inner.try_mean()
        }

        fn try_mode(&self) -> $crate::Result<$crate::Tensor> {
            self.$inner.try_mode()
        }

        fn try_variance(&self) -> $crate::Result<$crate::Tensor> {
            self.$inner.try_variance()
        }

        fn try_entropy(&self) -> $crate::Result<$crate::Tensor> {
            self.$inner.try_entropy()
        }

        fn draw(&self, shape: &$crate::Shape) -> $crate::Result<$crate::Tensor> {
            self.$inner.draw(shape)
        }

        fn draw_through(&self, shape: &$crate::Shape) -> $crate::Result<$crate::Tensor> {
            self.$inner.draw_through(shape)
        }
    };
}

pub(super) use {common, delegated, family, text, transformed};
