//! How a notebook lets hooks see the modules of its cells without `#[hooked]`: Wick's kernel puts a line in front of the
//! body of `forward`, which leaves the body what it is, so that errors in it read as ever.
//!
//! The line is `if let Some(y) = (&Own(self)).around(x) { return y; }`, and method resolution picks [`Seen`] where the type
//! has this crate's [`Forward`], [`Unseen`] where the trait of that name is someone else's.

use super::call::around;
use crate::Tensor;
use crate::nn::module::Forward;

/// A module whose `forward` has been called.
pub struct Own<'a, T: ?Sized>(pub &'a T);

/// Modules.
pub trait Seen {
    /// What `forward` returns with hooks around it; `None` where there are none, or they have run already.
    fn around(&self, x: &Tensor) -> Option<Tensor>;
}

impl<T: Forward> Seen for Own<'_, T> {
    #[inline]
    fn around(&self, x: &Tensor) -> Option<Tensor> {
        if super::is_empty() {
            return None;
        }
        around(self.0, x)
    }
}

/// Everything else.
pub trait Unseen {
    /// Nothing.
    fn around<X, Y>(&self, _: X) -> Option<Y> {
        None
    }
}

impl<T: ?Sized> Unseen for &Own<'_, T> {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::prelude::*;

    #[derive(Module)]
    struct Scale {
        factor: Tensor,
    }

    impl Forward for Scale {
        // The kernel writes it so, whatever the type has.
        #[allow(clippy::needless_borrow)]
        fn forward(&self, x: &Tensor) -> Tensor {
            use crate::nn::hooks::own::*;
            if let Some(y) = (&Own(self)).around(x) {
                return y;
            }
            x * &self.factor
        }
    }

    fn counting(scale: &Scale) -> (Arc<AtomicUsize>, crate::autograd::RemovableHandle) {
        let seen = Arc::new(AtomicUsize::new(0));
        let kept = seen.clone();
        let handle = scale.register_forward_hook(move |_, _, output| {
            kept.fetch_add(1, Ordering::SeqCst);
            output + 1.
        });
        (seen, handle)
    }

    #[test]
    fn hooks_run_once_wherever_it_is_called() {
        let scale = Scale {
            factor: Tensor::full([1], 2.),
        };
        let x = Tensor::full([1], 3.);
        assert_eq!(scale.forward(&x).item::<f32>(), 6.);
        let (seen, handle) = counting(&scale);
        assert_eq!(scale.forward(&x).item::<f32>(), 7.);
        assert_eq!(seen.load(Ordering::SeqCst), 1);
        handle.remove();
        assert_eq!(scale.forward(&x).item::<f32>(), 6.);
        let net = Sequential::new((scale, ReLU::new()));
        let mut modules = net.modules().into_iter();
        let inner = modules
            .find_map(|module| module.downcast_ref::<Scale>())
            .unwrap();
        let (seen, _handle) = counting(inner);
        assert_eq!(net.forward(&x).item::<f32>(), 7.);
        assert_eq!(seen.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_trait_of_the_same_name_is_left_alone() {
        trait Forward {
            fn forward(&self, x: &Tensor) -> Tensor;
        }
        struct Other;
        impl Forward for Other {
            fn forward(&self, x: &Tensor) -> Tensor {
                use crate::nn::hooks::own::*;
                if let Some(y) = (&Own(self)).around(x) {
                    return y;
                }
                x + 1.
            }
        }
        assert_eq!(Other.forward(&Tensor::full([1], 1.)).item::<f32>(), 2.);
    }
}
