//! Columns and tables of [polars](https://docs.rs/polars) as tensors of Wick, and back.
//!
//! In a notebook the two come together, and `polars` with whatever features are wanted:
//!
//! ```text
//! :dep polars = { version = "0.55", features = ["csv"] }
//! :dep wick-polars
//! ```
//!
//! ```
//! use polars_core::prelude::*;
//! use wick::prelude::{DType, Tensor, tensor};
//! use wick_polars::{ToPolars, ToTensor};
//!
//! let table = df!("height" => [1.7, 1.8], "age" => [40i64, 50])?;
//! let age = table.column("age")?.tensor()?;
//! assert_eq!(age.to_vec1::<i64>(), [40, 50]);
//!
//! // A whole table has one dtype: the one that PyTorch promotes those of its columns to.
//! let x = table.tensor()?;
//! assert_eq!((x.dims(), x.dtype()), (vec![2, 2], DType::F64));
//!
//! let scaled = (x / 10).data_frame(["height", "age"])?;
//! assert_eq!(scaled.column("age")?.f64()?.get(1), Some(5.));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Numbers are copied once in each direction: what polars shares among its tables never changes, and what a tensor
//! holds may. Series that come from a tensor take the copy over as it is.
//!
//! Polars 0.55 is meant; the types of other versions are different ones. A column of dates, categories or text has no
//! numbers of its own: `cast` it first.

mod from_tensor;
mod to_tensor;

pub use from_tensor::ToPolars;
pub use polars_core;
pub use to_tensor::ToTensor;
