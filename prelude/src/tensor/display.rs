//! A tensor as text: PyTorch's, to the character.

use super::Tensor;
use crate::device::Device;
use crate::dtype::Category;
use crate::kernels::array::{elements, locked};
use crate::kernels::element::with_element;
use crate::kernels::{Array, Element, transfer};
use crate::print::{Elements, TensorText};
use std::fmt;

/// Every element that is asked for, by its row-major position.
fn fetch(array: &Array, positions: &[usize]) -> crate::Result<Elements> {
    let (dims, strides) = (array.dims(), array.layout.stride());
    let place = |position: usize| {
        let (mut rest, mut at) = (position, array.layout.start_offset());
        for (&size, &stride) in dims.iter().zip(strides).rev() {
            at += rest % size * stride;
            rest /= size;
        }
        at
    };
    if array.dtype().is_complex() {
        let parts = [0, 1].map(|which| fetch(&super::complex::part(array, which), positions));
        return Ok(match parts {
            [Ok(Elements::Float(real)), Ok(Elements::Float(imaginary))] => {
                Elements::Complex(real, imaginary)
            }
            _ => Elements::Float(Vec::new()),
        });
    }
    locked([array], |[(data, _)]| {
        with_element!(array.dtype(), "str", T => {
            let data = elements::<T>(data)?;
            let picked = positions.iter().map(|&position| data[place(position)]);
            Ok(match array.dtype().category() {
                Category::Float | Category::Complex => Elements::Float(picked.map(|x| x.to_f64()).collect()),
                Category::Int => Elements::Int(picked.map(|x| x.to_i64()).collect()),
                Category::Bool => Elements::Bool(picked.map(|x| x.to_i64() != 0).collect()),
            })
        })
    })
}

/// Hands over what every printed form of a tensor is made of.
pub(super) fn described<R>(
    tensor: &Tensor,
    form: impl FnOnce(&TensorText<'_>) -> R,
) -> crate::Result<R> {
    let array = tensor.array();
    let host = if array.device() == Device::Cpu {
        array.clone()
    } else {
        transfer::to_device(&array, Device::Cpu)?
    };
    let device = array.device().is_cuda().then(|| array.device().to_string());
    let grad_fn = tensor
        .try_grad_fn()
        .map_or(Some("Invalid".into()), |made_by| {
            made_by.map(|made_by| made_by.name().to_owned())
        });
    let shape = array.shape();
    // What cannot be read is shown as nothing; reading main memory does not fail.
    let fetch =
        |positions: &[usize]| fetch(&host, positions).unwrap_or(Elements::Float(Vec::new()));
    Ok(form(&TensorText {
        shape: &shape,
        dtype: array.dtype().name(),
        device: device.as_deref(),
        requires_grad: tensor.requires_grad(),
        grad_fn: grad_fn.as_deref(),
        fetch: &fetch,
    }))
}

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_parameter() {
            f.write_str("Parameter containing:\n")?;
        }
        match described(self, |text| text.to_string()) {
            Ok(text) => f.write_str(&text),
            Err(error) => write!(f, "<tensor that cannot be read: {error}>"),
        }
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
