//! PyTorch for Rust notebooks: tensors, autograd, modules, optimizers and models, with PyTorch's semantics, numbers and
//! text.
//!
//! ```
//! use wick::prelude::*;
//!
//! let x = tensor!([1., 2., 3.]).requires_grad_(true);
//! let loss = (&x * &x).sum();
//! loss.backward();
//! assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [2., 4., 6.]);
//! ```

// What derives generate names this crate `wick`, here too.
extern crate self as wick;

#[macro_use]
mod functions;

pub mod autograd;
pub mod data;
pub mod datasets;
mod default_dtype;
mod device;
pub mod distributions;
mod dtype;
mod error;
pub mod fft;
pub mod func;
mod given;
pub mod graph;
pub mod hub;
mod interop;
mod kernels;
mod limits;
pub mod linalg;
pub mod models;
pub mod nn;
mod numpy;
pub mod optim;
pub mod picture;
pub mod plot;
pub mod prelude;
pub mod print;
pub mod progress;
pub mod random;
mod scalar;
pub mod serialization;
mod shape;
mod shown;
pub mod state;
mod storage;
pub mod summary;
pub mod table;
#[macro_use]
pub mod tensor;
pub mod transforms;

pub use anyhow;
pub use candle_core;
pub use candle_nn;
pub use faer;
pub use image;
#[cfg(feature = "nalgebra")]
pub use nalgebra;
pub use ndarray;
pub use num_complex::Complex;
pub use plotters;
pub use wick_runtime;
pub use wick_runtime::client::{page, set_next_input};
pub use wick_runtime::display::clear_output;
pub use wick_runtime::{comm, getpass, input};

pub use autograd::{grad, no_grad};
pub use default_dtype::{get_default_dtype, set_default_dtype, try_set_default_dtype};
pub use device::{Device, cuda};
pub use dtype::DType;
pub use error::{Error, ErrorKind, Result};
pub use given::Given;
pub use interop::dlpack;
pub use limits::{FloatInfo, IntInfo};
pub use numpy::{NdArray, NdNumber, NdRead};
pub use random::manual_seed;
pub use scalar::{Arg, Scalar};
pub use serialization::{Value, load, save, try_load, try_save};
pub use shape::{DimInt, Dims, Shape};
pub use tensor::Tensor;

/// The ratio of a circle's circumference to its diameter (`torch.pi`).
///
/// ```
/// use wick::prelude::*;
/// assert_eq!(tensor!([0., PI / 2., PI]).cos().round().to_vec1::<f32>(), [1., 0., -1.]);
/// ```
pub const PI: f64 = std::f64::consts::PI;
