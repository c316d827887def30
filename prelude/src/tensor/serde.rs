//! Tensors in serde's formats.
//!
//! Text formats such as JSON get the numbers as a list, binary ones as bytes. In the file of a session's state a tensor
//! is only a number, see [`state`](crate::state).

use ::serde::de::Error as _;
use ::serde::ser::Error as _;
use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kernels::Array;
use crate::{DType, Error, Result, Tensor, state};

/// A tensor on its own. Its gradient and where it came from are not part of it, nor is its device.
#[derive(Serialize, Deserialize)]
struct Plain<D> {
    dtype: String,
    shape: Vec<usize>,
    requires_grad: bool,
    data: D,
}

/// One number of a text format.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Number {
    Integer(i64),
    Float(f64),
    /// `nan`, `inf` or `-inf`, which JSON has no numbers for.
    NotFinite(String),
}

/// A tensor in the state that is being written or read.
#[derive(Serialize, Deserialize)]
struct Numbered {
    tensor: usize,
}

impl Serialize for Tensor {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        if let Some(number) = state::number_of(self) {
            let tensor = number.map_err(S::Error::custom)?;
            return Numbered { tensor }.serialize(serializer);
        }
        if serializer.is_human_readable() {
            let data = numbers(self).map_err(S::Error::custom)?;
            return plain(self, data).serialize(serializer);
        }
        let data = bytes(self).map_err(S::Error::custom)?;
        plain(self, serde_bytes::ByteBuf::from(data)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tensor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        if state::is_read() {
            let Numbered { tensor } = Numbered::deserialize(deserializer)?;
            return state::tensor_of(tensor).map_err(D::Error::custom);
        }
        let tensor = if deserializer.is_human_readable() {
            from_numbers(Plain::deserialize(deserializer)?)
        } else {
            from_bytes(Plain::deserialize(deserializer)?)
        };
        tensor.map_err(D::Error::custom)
    }
}

fn plain<D>(tensor: &Tensor, data: D) -> Plain<D> {
    Plain {
        dtype: tensor.dtype().name().to_owned(),
        shape: tensor.dims(),
        requires_grad: tensor.requires_grad(),
        data,
    }
}

fn numbers(tensor: &Tensor) -> Result<Vec<Number>> {
    let tensor = parts(&tensor.detach().cpu())?;
    if !tensor.is_floating_point() {
        let integers = tensor.try_to_vec::<i64>()?.into_iter();
        return Ok(integers.map(Number::Integer).collect());
    }
    let floats = tensor.try_to_vec::<f64>()?.into_iter();
    let number = |float: f64| match float.is_finite() {
        true => Number::Float(float),
        false => Number::NotFinite(float.to_string().to_lowercase()),
    };
    Ok(floats.map(number).collect())
}

/// Complex numbers are written as pairs of floats, in a last dimension that the shape does not tell of.
fn parts(tensor: &Tensor) -> Result<Tensor> {
    match tensor.is_complex() {
        true => tensor.try_view_as_real(),
        false => Ok(tensor.clone()),
    }
}

fn from_numbers(mut plain: Plain<Vec<Number>>) -> Result<Tensor> {
    let dtype = dtype_of(&plain)?;
    if dtype.is_complex() {
        plain.shape.push(2);
    }
    let tensor = if dtype.to_real().is_floating_point() {
        let float = |number: &Number| match number {
            Number::Integer(integer) => Ok(*integer as f64),
            Number::Float(float) => Ok(*float),
            Number::NotFinite(text) => text.parse().map_err(|_| not_a_number(text)),
        };
        let floats: Result<Vec<f64>> = plain.data.iter().map(float).collect();
        Tensor::try_from_vec(floats?, plain.shape)?
    } else {
        let integer = |number: &Number| match number {
            Number::Integer(integer) => Ok(*integer),
            Number::Float(float) => Err(not_a_number(&float.to_string())),
            Number::NotFinite(text) => Err(not_a_number(text)),
        };
        let integers: Result<Vec<i64>> = plain.data.iter().map(integer).collect();
        Tensor::try_from_vec(integers?, plain.shape)?
    };
    let tensor = match dtype.is_complex() {
        true => tensor.try_view_as_complex()?,
        false => tensor,
    };
    tensor
        .try_to_dtype(dtype)?
        .try_requires_grad_(plain.requires_grad)
}

fn not_a_number(text: &str) -> Error {
    Error::runtime(format!("`{text}` is no number of this dtype"))
}

fn bytes(tensor: &Tensor) -> Result<Vec<u8>> {
    let tensor = parts(&tensor.detach().cpu())?.contiguous();
    state::bytes_of(&tensor.to_candle()?)
}

fn from_bytes(plain: Plain<serde_bytes::ByteBuf>) -> Result<Tensor> {
    let dtype = dtype_of(&plain)?;
    let size = plain
        .shape
        .iter()
        .try_fold(dtype.size(), |a, b| a.checked_mul(*b));
    if size != Some(plain.data.len()) {
        return Err(Error::runtime(format!(
            "{} bytes are not a tensor of {} with the shape {:?}",
            plain.data.len(),
            plain.dtype,
            plain.shape
        )));
    }
    let storage = state::storage_of(&plain.data, dtype)?;
    let layout = candle_core::Layout::contiguous(plain.shape);
    Tensor::from_array(Array::new(storage, layout)).try_requires_grad_(plain.requires_grad)
}

fn dtype_of<D>(plain: &Plain<D>) -> Result<DType> {
    DType::from_name(&plain.dtype)
        .ok_or_else(|| Error::runtime(format!("there is no dtype `{}`", plain.dtype)))
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn json_holds_the_numbers() {
        let x = tensor!([[1.5, f64::NAN], [f64::INFINITY, -2.]]).requires_grad_(true);
        let text = serde_json::to_string(&x).unwrap();
        assert_eq!(
            text,
            r#"{"dtype":"float32","shape":[2,2],"requires_grad":true,"data":[1.5,"nan","inf",-2.0]}"#
        );
        let back: Tensor = serde_json::from_str(&text).unwrap();
        assert_eq!(back.to_string(), x.to_string());
    }

    #[test]
    fn every_dtype_comes_back_from_text_and_from_bytes() {
        for dtype in DType::ALL {
            let x = tensor!([[0., 1.], [1., 0.]]).to(dtype).t();
            let text = serde_json::to_string(&x).unwrap();
            let back: Tensor = serde_json::from_str(&text).unwrap();
            assert_eq!(back.to_string(), x.to_string());
            let bytes = rmp_serde::to_vec(&x).unwrap();
            let back: Tensor = rmp_serde::from_slice(&bytes).unwrap();
            assert_eq!(back.to_string(), x.to_string());
        }
    }

    #[test]
    fn what_is_no_tensor_is_refused() {
        let parse = |text| {
            serde_json::from_str::<Tensor>(text)
                .unwrap_err()
                .to_string()
        };
        let wrong = parse(r#"{"dtype":"float32","shape":[3],"requires_grad":false,"data":[1]}"#);
        assert!(wrong.contains('3'), "{wrong}");
        let wrong = parse(r#"{"dtype":"int64","shape":[1],"requires_grad":false,"data":["x"]}"#);
        assert!(wrong.contains("`x` is no number"), "{wrong}");
        let wrong = parse(r#"{"dtype":"int3","shape":[1],"requires_grad":false,"data":[1]}"#);
        assert!(wrong.contains("int3"), "{wrong}");
    }
}
