//! Learning rates by a function of one's own.

use super::schedule::{Curve, Schedule, schedule};
use super::state::Entry;
use crate::optim::Optimizer;

/// A factor for each epoch.
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
            /// The same function for all groups.
            pub fn new(optimizer: &dyn Optimizer, factor: impl Fn(usize) -> f64 + Send + Sync + 'static) -> Self {
                Self::over(optimizer, vec![Box::new(factor)])
            }

            /// A function for each group.
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
    /// Multiplies the first learning rate by a function of the epoch: `LambdaLR`.
    ///
    /// ```
    /// use wick::optim::lr_scheduler::LambdaLR;
    /// use wick::prelude::*;
    ///
    /// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
    /// let scheduler = LambdaLR::new(&optimizer, |epoch| 1. / (1. + epoch as f64));
    /// scheduler.step();
    /// assert_eq!(optimizer.lr(), 0.5);
    /// ```
    LambdaLR;
    /// Multiplies the learning rate at every epoch by a function of it: `MultiplicativeLR`.
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
