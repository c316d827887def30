//! Transforms one after another, and transforms that are functions.

use std::fmt;
use std::sync::Arc;

use super::Transform;

/// Transforms one after another: `torchvision.transforms.Compose`.
///
/// ```
/// use wick::transforms::{CenterCrop, Compose, Resize, ToTensor};
/// let transform = Compose::new((Resize::new(256), CenterCrop::new(224), ToTensor));
/// assert_eq!(
///     transform.to_string(),
///     "Compose(\n    Resize(size=256, interpolation=bilinear, max_size=None, antialias=True)\n    \
///      CenterCrop(size=(224, 224))\n    ToTensor()\n)"
/// );
///
/// assert_eq!(transform.transforms().1.to_string(), "CenterCrop(size=(224, 224))");
/// ```
#[derive(Clone)]
pub struct Compose<T> {
    transforms: T,
}

impl<T> Compose<T> {
    /// The transforms of a tuple, one after another, the first one first.
    pub fn new(transforms: T) -> Self {
        Self { transforms }
    }

    /// The tuple of transforms.
    pub fn transforms(&self) -> &T {
        &self.transforms
    }
}

/// A tuple of transforms, each of which takes what the one before it gives.
///
/// ```
/// use std::fmt;
/// use wick::transforms::{CenterCrop, Chain, ToTensor};
///
/// struct Shown<T>(T);
///
/// impl<T: Chain> fmt::Display for Shown<T> {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         self.0.lines(f)
///     }
/// }
///
/// let text = Shown((CenterCrop::new(224), ToTensor)).to_string();
/// assert_eq!(text, "\n    CenterCrop(size=(224, 224))\n    ToTensor()");
/// ```
pub trait Chain {
    /// Writes each transform on a line of its own, four spaces to the right.
    fn lines(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: Chain> fmt::Display for Compose<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compose(")?;
        self.transforms.lines(f)?;
        f.write_str("\n)")
    }
}

macro_rules! chains {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: fmt::Display),+> Chain for ($($name,)+) {
            #[allow(non_snake_case)]
            fn lines(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let ($($name,)+) = self;
                $(write!(f, "\n    {}", $name)?;)+
                Ok(())
            }
        }
    )*};
}
chains!((A)(A, B)(A, B, C)(A, B, C, D)(A, B, C, D, E)(
    A, B, C, D, E, F
)(A, B, C, D, E, F, G)(A, B, C, D, E, F, G, H));

/// What comes out of a chain: each name is a transform, and the input goes from one to the next.
macro_rules! composed {
    ($(($first:ident $(, $next:ident after $before:ident)*; $last:ident))*) => {$(
        impl<I, $first: Transform<I> $(, $next: Transform<$before::Output>)*> Transform<I> for Compose<($first, $($next,)*)>
        {
            type Output = $last::Output;

            #[allow(non_snake_case)]
            #[track_caller]
            fn apply(&self, input: I) -> Self::Output {
                let ($first, $($next,)*) = &self.transforms;
                let value = $first.apply(input);
                $(let value = $next.apply(value);)*
                value
            }
        }
    )*};
}
composed! {
    (A; A)
    (A, B after A; B)
    (A, B after A, C after B; C)
    (A, B after A, C after B, D after C; D)
    (A, B after A, C after B, D after C, E after D; E)
    (A, B after A, C after B, D after C, E after D, F after E; F)
    (A, B after A, C after B, D after C, E after D, F after E, G after F; G)
    (A, B after A, C after B, D after C, E after D, F after E, G after F, H after G; H)
}

/// A function as a transform: `torchvision.transforms.Lambda`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Lambda, Transform};
/// let double = Lambda::new(|x: Tensor| x * 2);
/// assert_eq!(double.apply(tensor!([1, 2])).to_vec1::<i64>(), [2, 4]);
/// ```
pub struct Lambda<I, O> {
    function: Arc<dyn Fn(I) -> O + Send + Sync>,
}

impl<I, O> Lambda<I, O> {
    /// The transform that calls `function`.
    pub fn new(function: impl Fn(I) -> O + Send + Sync + 'static) -> Self {
        Self {
            function: Arc::new(function),
        }
    }
}

impl<I, O> Clone for Lambda<I, O> {
    fn clone(&self) -> Self {
        Self {
            function: self.function.clone(),
        }
    }
}

impl<I, O> Transform<I> for Lambda<I, O> {
    type Output = O;

    fn apply(&self, input: I) -> O {
        (self.function)(input)
    }
}

impl<I, O> fmt::Display for Lambda<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lambda()")
    }
}

impl<I, O> fmt::Debug for Lambda<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

crate::shown::debug_is_display!([T: Chain] Compose<T>);
