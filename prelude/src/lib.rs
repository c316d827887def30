//! Wick's prelude.
pub use candle_core;
pub use candle_nn;
pub use wick_runtime;
pub mod print;
pub mod random;
