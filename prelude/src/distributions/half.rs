//! Numbers without their sign.

/// What a family of numbers around 0 without their sign knows by the family with a sign, which `signed` gives.
macro_rules! folded {
    () => {
        fn has_rsample(&self) -> bool {
            true
        }

        fn try_support(&self) -> $crate::Result<super::constraint::Constraint> {
            Ok(super::constraints::nonnegative())
        }

        fn try_mode(&self) -> $crate::Result<$crate::Tensor> {
            Ok(self.scale.zeros_like())
        }

        fn draw(&self, shape: &$crate::Shape) -> $crate::Result<$crate::Tensor> {
            $crate::autograd::no_grad(|| self.signed()?.draw(shape)?.try_abs())
        }

        fn draw_through(&self, shape: &$crate::Shape) -> $crate::Result<$crate::Tensor> {
            self.signed()?.draw_through(shape)?.try_abs()
        }

        fn try_log_prob(&self, value: &$crate::Tensor) -> $crate::Result<$crate::Tensor> {
            let x = self.valid(value)?;
            let log_prob = self
                .signed()?
                .try_log_prob(&x)?
                .try_add(std::f64::consts::LN_2)?;
            x.ge(0).try_where_(log_prob, f64::NEG_INFINITY)
        }

        fn try_cdf(&self, value: &$crate::Tensor) -> $crate::Result<$crate::Tensor> {
            Ok(2 * self.signed()?.try_cdf(&self.valid(value)?)? - 1)
        }

        fn try_icdf(&self, value: &$crate::Tensor) -> $crate::Result<$crate::Tensor> {
            self.signed()?.try_icdf(&((self.fitting(value)? + 1) / 2))
        }

        fn try_entropy(&self) -> $crate::Result<$crate::Tensor> {
            self.signed()?
                .try_entropy()?
                .try_sub(std::f64::consts::LN_2)
        }
    };
}
pub(super) use folded;
