//! Losses as modules: what is asked of a network, as one number.

use super::functional as F;
use crate::Tensor;

/// Declares losses: PyTorch's name, the function, what the arguments are.
macro_rules! losses {
    ($($(#[$doc:meta])* $loss:ident = $function:ident ($input:ident, $target:ident);)*) => {$(
        $(#[$doc])*
        #[derive(super::Module, Default)]
        pub struct $loss {}

        impl $loss {
            /// The mean over the batch.
            pub fn new() -> Self {
                Self {}
            }

            /// The loss, a 0-d tensor.
            pub fn forward(&self, $input: &Tensor, $target: &Tensor) -> Tensor {
                F::$function($input, $target)
            }
        }

        super::debug_is_display!($loss);
    )*};
}

losses! {
    /// The cross entropy of logits `[N, C]` and the right classes `[N]`: `nn.CrossEntropyLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let criterion = nn::CrossEntropyLoss::new();
    /// let loss = criterion.forward(&tensor!([[0., 0.]]), &tensor!([1]));
    /// assert_eq!(loss.to_string(), "tensor(0.6931)");
    /// ```
    CrossEntropyLoss = cross_entropy(logits, classes);
    /// The mean squared difference: `nn.MSELoss`.
    MSELoss = mse_loss(input, target);
    /// The negative log-likelihood of log-probabilities `[N, C]` and the right classes `[N]`: `nn.NLLLoss`.
    NLLLoss = nll_loss(log_probabilities, classes);
    /// The binary cross entropy of logits and probabilities: `nn.BCEWithLogitsLoss`.
    BCEWithLogitsLoss = binary_cross_entropy_with_logits(logits, probabilities);
}
