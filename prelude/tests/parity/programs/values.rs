//! The arguments of a statement: `"v3"` is a variable, `"0.5"` a float, `2` an integer, the rest is what JSON has.

use tinyjson::JsonValue;
use wick::prelude::*;
use wick::tensor::{Index, Rounding};
use wick::{Arg, Scalar};

use crate::fixture;

/// An argument as the type that a call takes it as.
pub trait Argument: Sized {
    fn read(value: &JsonValue, variables: &[Tensor]) -> Self;
}

macro_rules! take {
    ($($t:ty: |$value:ident, $variables:ident| $taken:expr;)*) => {$(
        impl Argument for $t {
            fn read($value: &JsonValue, $variables: &[Tensor]) -> Self {
                let _ = $variables;
                $taken
            }
        }
    )*};
}
take! {
    Tensor: |value, variables| variables[number(value)].clone();
    Arg: |value, variables| match is_variable(value) {
        true => Arg::Tensor(Tensor::read(value, variables)),
        false => Arg::Scalar(Scalar::read(value, variables)),
    };
    Scalar: |value, variables| match value {
        JsonValue::Boolean(truth) => Scalar::Bool(*truth),
        JsonValue::Number(number) => Scalar::Int(*number as i64),
        float => Scalar::Float(f64::read(float, variables)),
    };
    f64: |value, variables| fixture::number(value);
    i64: |value, variables| fixture::number(value) as i64;
    usize: |value, variables| fixture::number(value) as usize;
    bool: |value, variables| value == &JsonValue::Boolean(true);
    DType: |value, variables| DType::from_name(text(value)).expect("the dtype is known");
    Rounding: |value, variables| match text(value) {
        "floor" => Rounding::Floor,
        _ => Rounding::Trunc,
    };
    Index: |value, variables| match value {
        JsonValue::Null => Index::NewAxis,
        JsonValue::Number(at) => Index::At(*at as i64),
        JsonValue::Array(parts) => Index::Slice {
            start: Option::read(&parts[0], variables),
            end: Option::read(&parts[1], variables),
            step: usize::read(&parts[2], variables),
        },
        name if is_variable(name) => Index::Tensor(Tensor::read(name, variables)),
        _ => Index::Ellipsis,
    };
}

impl<T: Argument> Argument for Vec<T> {
    fn read(value: &JsonValue, variables: &[Tensor]) -> Self {
        let values = fixture::list(value).iter();
        values.map(|value| T::read(value, variables)).collect()
    }
}

impl<T: Argument> Argument for Option<T> {
    fn read(value: &JsonValue, variables: &[Tensor]) -> Self {
        (!value.is_null()).then(|| T::read(value, variables))
    }
}

/// The number of a variable.
pub fn number(value: &JsonValue) -> usize {
    let name = text(value).strip_prefix('v').expect("a variable");
    name.parse().expect("the number of a variable")
}

/// Every variable that an argument names.
pub fn variables(value: &JsonValue, names: &mut Vec<usize>) {
    match value {
        JsonValue::Array(values) => values.iter().for_each(|value| variables(value, names)),
        name if is_variable(name) => names.push(number(name)),
        _ => {}
    }
}

fn is_variable(value: &JsonValue) -> bool {
    let name: Option<&String> = value.get();
    name.is_some_and(|name| name.starts_with('v'))
}

pub fn text(value: &JsonValue) -> &str {
    value
        .get::<String>()
        .unwrap_or_else(|| panic!("{value:?} is no text"))
}

pub fn given<'a>(value: &'a JsonValue, name: &str) -> Option<&'a JsonValue> {
    match value {
        JsonValue::Object(fields) => fields.get(name).filter(|value| !value.is_null()),
        other => panic!("{other:?} has no fields"),
    }
}

pub fn field<'a>(value: &'a JsonValue, name: &str) -> &'a JsonValue {
    given(value, name).unwrap_or_else(|| panic!("the statement has no field '{name}'"))
}
