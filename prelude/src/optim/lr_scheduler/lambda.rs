//! Learning rates by a function of one's own.

use super::schedule::{Curve, Schedule, schedule};
use super::state::Entry;
use crate::optim::Optimizer;

/// A factor for each epoch, as [`LambdaLR::each`] and [`MultiplicativeLR::each`] take one for each group.
///
/// ```
/// use wick::optim::lr_scheduler::Factor;
///
/// let halved: Factor = Box::new(|epoch| 0.5_f64.powi(epoch as i32));
/// assert_eq!(halved(2), 0.25);
/// ```
pub type Factor = Box<dyn Fn(usize) -> f64 + Send + Sync>;

/// Declares schedules by functions, which differ in what the factor is applied to.
macro_rules! by_function {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        pub struct $name {
            schedule: Schedule,
            factors: Vec<Factor>,
        }

        impl $name {
            /// A schedule with the same function for all groups.
            pub fn new(optimizer: &dyn Optimizer, factor: impl Fn(usize) -> f64 + Send + Sync + 'static) -> Self {
                Self::over(optimizer, vec![Box::new(factor)])
            }

            /// A schedule with a function for each group, in their order.
            ///
            /// # Panics
            /// When there are not as many functions as groups.
            #[track_caller]
            pub fn each(optimizer: &dyn Optimizer, factors: Vec<Factor>) -> Self {
                let groups = optimizer.handle().lock().groups.len();
                assert_eq!(
                    factors.len(),
                    groups,
                    "Expected {groups} lr_lambdas, but got {}",
                    factors.len()
                );
                Self::over(optimizer, factors)
            }

            fn over(optimizer: &dyn Optimizer, factors: Vec<Factor>) -> Self {
                let schedule = Schedule::new(optimizer);
                let made = Self { schedule, factors };
                made.schedule.begin(&made);
                made
            }

            fn factor(&self, epoch: i64, group: usize) -> f64 {
                self.factors[group.min(self.factors.len() - 1)](epoch.max(0) as usize)
            }
        }
    )*};
}

by_function! {
    /// Multiplies the first learning rate by a function of the epoch: `torch.optim.lr_scheduler.LambdaLR`.
    ///
    /// ```
    /// use wick::optim::lr_scheduler::LambdaLR;
    /// use wick::prelude::*;
    ///
    /// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
    /// let scheduler = LambdaLR::new(&optimizer, |epoch| 1. / (1. + epoch as f64));
    /// scheduler.step();
    /// assert_eq!(optimizer.lr(), 0.5);
    ///
    /// let groups = [1., 0.5].map(|lr| optim::ParamGroup::new(Linear::new(2, 1).parameters()).lr(lr));
    /// let optimizer = optim::SGD::with_groups(groups, 1.);
    /// let scheduler = LambdaLR::each(&optimizer, vec![Box::new(|_| 1.), Box::new(|_| 0.5)]);
    /// scheduler.step();
    /// assert_eq!(scheduler.get_last_lr(), [1., 0.25]);
    /// ```
    LambdaLR;
    /// Multiplies the learning rate at every epoch by a function of it: `torch.optim.lr_scheduler.MultiplicativeLR`.
    ///
    /// ```
    /// use wick::optim::lr_scheduler::MultiplicativeLR;
    /// use wick::prelude::*;
    ///
    /// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
    /// let scheduler = MultiplicativeLR::new(&optimizer, |epoch| if epoch < 3 { 0.5 } else { 1. });
    /// let rates: Vec<f64> = (0..4).map(|_| { scheduler.step(); optimizer.lr() }).collect();
    /// assert_eq!(rates, [0.5, 0.25, 0.25, 0.25]);
    ///
    /// let groups = [1., 0.5].map(|lr| optim::ParamGroup::new(Linear::new(2, 1).parameters()).lr(lr));
    /// let optimizer = optim::SGD::with_groups(groups, 1.);
    /// let scheduler = MultiplicativeLR::each(&optimizer, vec![Box::new(|_| 1.), Box::new(|_| 0.5)]);
    /// scheduler.step();
    /// assert_eq!(scheduler.get_last_lr(), [1., 0.25]);
    /// ```
    MultiplicativeLR;
}

impl Curve for LambdaLR {
    fn first(&self, group: usize, base: f64, _: f64) -> f64 {
        base * self.factor(0, group)
    }

    fn next(&self, epoch: i64, group: usize, base: f64, _: f64) -> f64 {
        base * self.factor(epoch, group)
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        Vec::new()
    }
}

impl Curve for MultiplicativeLR {
    fn next(&self, epoch: i64, group: usize, _: f64, now: f64) -> f64 {
        now * self.factor(epoch, group)
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        Vec::new()
    }
}

schedule!(LambdaLR, MultiplicativeLR);
