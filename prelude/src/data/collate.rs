//! Batches of elements.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use crate::error::Result;
use crate::tensor::{Tensor, TensorElement};

/// Elements that can be put together to a batch: `torch.utils.data.default_collate`.
///
/// Tensors are stacked along a new first dimension, numbers become a tensor (`i64` for integers and `f64` for floats,
/// as Python's have), and of tuples, lists and maps each part becomes a batch of its own. Strings stay a list.
///
/// Implement it for a type of your own, or give the loader a function:
/// [`DataLoader::collate_fn`](super::DataLoader::collate_fn).
///
/// ```
/// use wick::data::Collate;
/// use wick::prelude::*;
///
/// let elements = vec![(tensor!([1., 2.]), (0, "zero")), (tensor!([3., 4.]), (1, "one"))];
/// let (x, (y, names)): (Tensor, (Tensor, Vec<_>)) = Collate::collate(elements).unwrap();
/// assert_eq!(x.to_string(), "tensor([[1., 2.],\n        [3., 4.]])");
/// assert_eq!(y.to_string(), "tensor([0, 1])");
/// assert_eq!(names, ["zero", "one"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "default_collate: batch must contain tensors, numbers, maps or lists; found `{Self}`",
    label = "a batch of `{Self}` cannot be made",
    note = "give the loader a function with `DataLoader::with_collate(dataset, |elements| …)`, or, for images, the data set \
            a transform that ends with `ToTensor`"
)]
pub trait Collate: Sized {
    /// What a batch of them is.
    type Batch: Send + 'static;

    /// The batch of `elements`, of which there is at least one.
    ///
    /// # Errors
    /// When they do not go together.
    fn collate(elements: Vec<Self>) -> Result<Self::Batch>;
}

impl Collate for Tensor {
    type Batch = Tensor;

    fn collate(elements: Vec<Self>) -> Result<Tensor> {
        Tensor::try_stack(&elements, 0)
    }
}

macro_rules! numbers {
    ($($number:ty as $wide:ty),*) => {$(
        impl Collate for $number {
            type Batch = Tensor;

            fn collate(elements: Vec<Self>) -> Result<Tensor> {
                list(elements.into_iter().map(|element| element as $wide).collect())
            }
        }
    )*};
}
numbers!(
    i8 as i64,
    i16 as i64,
    i32 as i64,
    i64 as i64,
    isize as i64,
    u8 as i64,
    u16 as i64,
    u32 as i64,
    u64 as i64,
    usize as i64,
    f32 as f64,
    f64 as f64,
    bool as bool
);

fn list<T: TensorElement>(numbers: Vec<T>) -> Result<Tensor> {
    let len = numbers.len();
    Tensor::try_from_vec(numbers, [len])
}

impl Collate for String {
    type Batch = Vec<String>;

    fn collate(elements: Vec<Self>) -> Result<Vec<String>> {
        Ok(elements)
    }
}

impl Collate for &'static str {
    type Batch = Vec<&'static str>;

    fn collate(elements: Vec<Self>) -> Result<Self::Batch> {
        Ok(elements)
    }
}

macro_rules! tuples {
    ($(($($part:ident)+))*) => {$(
        impl<$($part: Collate),+> Collate for ($($part,)+) {
            type Batch = ($($part::Batch,)+);

            #[allow(non_snake_case)]
            fn collate(elements: Vec<Self>) -> Result<Self::Batch> {
                $(let mut $part = Vec::with_capacity(elements.len());)+
                for element in elements {
                    let parts = element;
                    tuples!(@push parts, $($part)+);
                }
                Ok(($(Collate::collate($part)?,)+))
            }
        }
    )*};
    (@push $parts:ident, $a:ident) => { $a.push($parts.0); };
    (@push $parts:ident, $a:ident $b:ident) => { $a.push($parts.0); $b.push($parts.1); };
    (@push $parts:ident, $a:ident $b:ident $c:ident) => {
        tuples!(@push $parts, $a $b); $c.push($parts.2);
    };
    (@push $parts:ident, $a:ident $b:ident $c:ident $d:ident) => {
        tuples!(@push $parts, $a $b $c); $d.push($parts.3);
    };
}
tuples!((A)(A B)(A B C)(A B C D));

/// Element by element; they all have as many as the first.
impl<T: Collate> Collate for Vec<T> {
    type Batch = Vec<T::Batch>;

    fn collate(elements: Vec<Self>) -> Result<Self::Batch> {
        let count = elements.first().map_or(0, Vec::len);
        if elements.iter().any(|element| element.len() != count) {
            return Err(crate::Error::runtime(
                "each element in list of batch should be of equal size",
            ));
        }
        let batch = elements.len();
        let mut columns: Vec<Vec<T>> = (0..count).map(|_| Vec::with_capacity(batch)).collect();
        for element in elements {
            for (column, part) in columns.iter_mut().zip(element) {
                column.push(part);
            }
        }
        columns.into_iter().map(T::collate).collect()
    }
}

macro_rules! maps {
    ($($map:ident: $($bound:ident)+;)*) => {$(
        /// Under each key of the first map, what all of them have there.
        impl<K: $($bound +)+ Clone + std::fmt::Debug + Send + 'static, V: Collate> Collate for $map<K, V> {
            type Batch = $map<K, V::Batch>;

            fn collate(mut elements: Vec<Self>) -> Result<Self::Batch> {
                let keys: Vec<K> = elements.first().map(|first| first.keys().cloned().collect()).unwrap_or_default();
                let column = |key: K| {
                    let values = elements.iter_mut().map(|element| element.remove(&key));
                    match values.collect::<Option<Vec<V>>>() {
                        Some(values) => Ok((key, V::collate(values)?)),
                        None => Err(crate::Error::runtime(format!("an element of the batch lacks the key {key:?}"))),
                    }
                };
                keys.into_iter().map(column).collect()
            }
        }
    )*};
}
maps! {
    HashMap: Eq Hash;
    BTreeMap: Ord;
}
