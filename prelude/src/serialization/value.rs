//! What a file holds.

use std::fmt;
use std::ops::Index;

use crate::error::{Error, Result};
use crate::nn::StateDict;
use crate::{DType, Tensor};

/// What [`load`](super::load) returns and [`save`](super::save) takes: a tensor, or what Python makes of tensors,
/// numbers and strings.
///
/// ```
/// use wick::prelude::*;
/// let value = Value::dict([("lr", Value::from(0.1)), ("betas", Value::Tuple(vec![0.9.into(), 0.99.into()]))]);
/// assert_eq!(value["betas"][1].as_f64(), Some(0.99));
/// assert_eq!(value.to_string(), "{'lr': 0.1, 'betas': (0.9, 0.99)}");
///
/// // What it is not is `None`.
/// let (epoch, name, done) = (Value::from(7), Value::from("resnet"), Value::from(true));
/// assert_eq!((epoch.as_i64(), epoch.as_str(), epoch.as_bool()), (Some(7), None, None));
/// assert_eq!((name.as_str(), done.as_bool()), (Some("resnet"), Some(true)));
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Value {
    /// `None`
    #[default]
    None,
    /// `True` or `False`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A complex number: its real and its imaginary part.
    Complex(f64, f64),
    /// A string.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// `torch.float32`, for instance.
    DType(DType),
    /// The name of a `torch.device`.
    Device(String),
    /// A tensor or parameter.
    Tensor(Tensor),
    /// `[…]`
    List(Vec<Value>),
    /// `(…)`, and `torch.Size`
    Tuple(Vec<Value>),
    /// A set.
    Set(Vec<Value>),
    /// `{…}` in its order, and `OrderedDict`.
    Dict(Vec<(Value, Value)>),
}

impl Value {
    /// A dict with strings for keys, in the order given.
    pub fn dict<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        let entry = |(key, value): (K, Value)| (Self::Str(key.into()), value);
        Self::Dict(entries.into_iter().map(entry).collect())
    }

    /// What a dict has under a key; `None` where it has no such key, or is no dict.
    ///
    /// `value["key"]` is the same, and panics with the keys that there are.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let checkpoint = Value::dict([("epoch", Value::from(7))]);
    /// assert_eq!(checkpoint.get("epoch").and_then(|epoch| epoch.as_i64()), Some(7));
    /// assert!(checkpoint.get("step").is_none());
    /// ```
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Self::Dict(entries) = self else {
            return None;
        };
        let found = entries.iter().find(|(name, _)| name.as_str() == Some(key));
        found.map(|(_, value)| value)
    }

    /// The items of a list, a tuple or a set; `None` of anything else.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let losses = Value::List(vec![0.5.into(), 0.25.into()]);
    /// let sum: f64 = losses.items().unwrap().iter().filter_map(|loss| loss.as_f64()).sum();
    /// assert_eq!(sum, 0.75);
    /// ```
    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Tuple(items) | Self::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The integer, if it is one. A truth value or a float is none.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The number as a float, if it is an integer or a float.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            Self::Int(value) => Some(*value as f64),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(value) => Some(value),
            _ => None,
        }
    }

    /// The tensor, if it is one, without a copy.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Value::from(tensor!([1., 2.])).as_tensor().unwrap().dims(), [2]);
    /// assert!(Value::from(1.5).as_tensor().is_none());
    /// ```
    pub fn as_tensor(&self) -> Option<&Tensor> {
        match self {
            Self::Tensor(value) => Some(value),
            _ => None,
        }
    }

    /// The tensor, which shares its numbers with this value.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Value::from(tensor!([1., 2.])).tensor().unwrap().to_string(), "tensor([1., 2.])");
    /// let error = Value::from(1.5).tensor().unwrap_err();
    /// assert_eq!(error.to_string(), "expected a Tensor, but the value is a float");
    /// ```
    ///
    /// # Errors
    /// When it is something else.
    pub fn tensor(&self) -> Result<Tensor> {
        let tensor = self.as_tensor().cloned();
        tensor.ok_or_else(|| {
            Error::dtype(format!(
                "expected a Tensor, but the value is a {}",
                self.kind()
            ))
        })
    }

    /// A dict of tensors as a state dict, for `load_state_dict`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Linear::new(2, 1);
    /// let checkpoint = Value::dict([("model", Value::from(net.state_dict()))]);
    /// net.load_state_dict(&checkpoint["model"].state_dict().unwrap()).unwrap();
    /// let error = checkpoint.state_dict().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "this is no state dict: under 'model' it holds a dict, no tensor; its keys are 'model'"
    /// );
    /// ```
    ///
    /// # Errors
    /// When it is no dict, or something in it is no tensor under a name; the sentence says what there is instead, since
    /// checkpoints often hold the state dict under a name such as `model`.
    pub fn state_dict(&self) -> Result<StateDict> {
        let Self::Dict(entries) = self else {
            return Err(Error::dtype(format!(
                "Expected state_dict to be dict-like, got {}.",
                self.kind()
            )));
        };
        let entry = |(key, value): &(Value, Value)| match (key, value) {
            (Self::Str(name), Self::Tensor(tensor)) => Ok((name.clone(), tensor.clone())),
            (key, value) => Err(Error::dtype(format!(
                "this is no state dict: under {key} it holds a {}, no tensor; its keys are {}",
                value.kind(),
                keys(entries)
            ))),
        };
        entries.iter().map(entry).collect()
    }

    /// Python's name of the type.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!((Value::from(1).kind(), Value::from("a").kind(), Value::None.kind()), ("int", "str", "NoneType"));
    /// ```
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Complex(..) => "complex",
            Self::Str(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::DType(_) => "torch.dtype",
            Self::Device(_) => "torch.device",
            Self::Tensor(_) => "Tensor",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Set(_) => "set",
            Self::Dict(_) => "dict",
        }
    }
}

/// The first keys of a dict.
fn keys(entries: &[(Value, Value)]) -> String {
    const SHOWN: usize = 8;
    let shown = entries.iter().take(SHOWN).map(|(key, _)| key.to_string());
    let more = if entries.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.collect::<Vec<_>>().join(", "))
}

/// `checkpoint["model"]`
impl Index<&str> for Value {
    type Output = Value;

    #[track_caller]
    fn index(&self, key: &str) -> &Value {
        match (self.get(key), self) {
            (Some(value), _) => value,
            (None, Self::Dict(entries)) => {
                panic!("KeyError: '{key}'; the keys are {}", keys(entries))
            }
            (None, other) => panic!("a {} has no key '{key}'", other.kind()),
        }
    }
}

/// `checkpoint["betas"][1]`
impl Index<usize> for Value {
    type Output = Value;

    #[track_caller]
    fn index(&self, index: usize) -> &Value {
        match self.items() {
            Some(items) => &items[index],
            None => panic!("a {} has no item {index}", self.kind()),
        }
    }
}

macro_rules! value_from {
    ($($t:ty => $variant:ident),*) => {$(
        impl From<$t> for Value {
            fn from(value: $t) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}
value_from!(
    bool => Bool, u8 => Int, i32 => Int, i64 => Int, u32 => Int, f32 => Float, f64 => Float, &str => Str, String => Str,
    DType => DType, Tensor => Tensor, Vec<Value> => List
);

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Int(value as i64)
    }
}

impl From<&Tensor> for Value {
    fn from(tensor: &Tensor) -> Self {
        Self::Tensor(tensor.clone())
    }
}

impl From<&Value> for Value {
    fn from(value: &Value) -> Self {
        value.clone()
    }
}

impl From<&StateDict> for Value {
    fn from(state: &StateDict) -> Self {
        Self::dict(state.iter().map(|(name, tensor)| (name, tensor.into())))
    }
}

impl From<StateDict> for Value {
    fn from(state: StateDict) -> Self {
        (&state).into()
    }
}

/// As Python prints it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, items: &[Value]| {
            for (index, item) in items.iter().enumerate() {
                let separator = if index == 0 { "" } else { ", " };
                write!(f, "{separator}{item}")?;
            }
            Ok(())
        };
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(value) => f.write_str(if *value { "True" } else { "False" }),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => f.write_str(&crate::nn::python::float(*value)),
            Self::Complex(real, imaginary) => write!(f, "({real}{imaginary:+}j)"),
            Self::Str(text) => write!(
                f,
                "'{}'",
                text.replace('\\', "\\\\")
                    .replace('\'', "\\'")
                    .replace('\n', "\\n")
            ),
            Self::Bytes(bytes) => write!(f, "b'{}'", bytes.escape_ascii()),
            Self::DType(dtype) => write!(f, "torch.{}", dtype.name()),
            Self::Device(name) => write!(f, "device(type='{name}')"),
            Self::Tensor(tensor) => write!(f, "{tensor}"),
            Self::List(items) => {
                f.write_str("[")?;
                list(f, items)?;
                f.write_str("]")
            }
            Self::Tuple(items) => {
                f.write_str("(")?;
                list(f, items)?;
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
            Self::Set(items) if items.is_empty() => f.write_str("set()"),
            Self::Set(items) => {
                f.write_str("{")?;
                list(f, items)?;
                f.write_str("}")
            }
            Self::Dict(entries) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{key}: {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
