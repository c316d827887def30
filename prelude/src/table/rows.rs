//! A row out of anything that serde can write.

use super::Cell;
use serde::ser::{self, Impossible, Serialize, Serializer};
use std::fmt;

/// The columns of a row, in order.
pub(super) type Row = Vec<(String, Cell)>;

/// Why a value could not be written.
#[derive(Debug)]
pub(super) struct Failed(String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Failed(message.to_string())
    }
}

impl From<serde_json::Error> for Failed {
    fn from(error: serde_json::Error) -> Self {
        Failed(error.to_string())
    }
}

/// The columns of `value`.
pub(super) fn row<T: Serialize + ?Sized>(value: &T) -> Result<Row, Failed> {
    value.serialize(ToRow)
}

/// Text for one place: strings and numbers as they are, nothing for `None`, JSON for what has parts.
fn cell<T: Serialize + ?Sized>(value: &T) -> Result<Cell, Failed> {
    let json = serde_json::to_string(value)?;
    Ok(cell_of_json(&json))
}

fn cell_of_json(json: &str) -> Cell {
    match json.as_bytes() {
        b"null" => Cell::default(),
        [b'"', ..] => {
            Cell::text(serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned()))
        }
        [b'-' | b'0'..=b'9', ..] => Cell::number(json.strip_suffix(".0").unwrap_or(json)),
        [b'[' | b'{', ..] => Cell::text(spaced(json)),
        _ => Cell::text(json),
    }
}

/// JSON with a space behind each comma and colon that is no part of a string.
fn spaced(json: &str) -> String {
    let (mut text, mut in_string, mut escaped) = (String::with_capacity(json.len()), false, false);
    for c in json.chars() {
        text.push(c);
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => in_string = !in_string,
            ',' | ':' if !in_string => text.push(' '),
            _ => {}
        }
    }
    text
}

/// Writes one row.
struct ToRow;

/// A row that has a single value.
fn single(cell: Cell) -> Result<Row, Failed> {
    Ok(vec![("value".into(), cell)])
}

macro_rules! numbers {
    ($($method:ident $t:ty),+) => {$(
        fn $method(self, value: $t) -> Result<Row, Failed> {
            single(cell(&value)?)
        }
    )+};
}

impl Serializer for ToRow {
    type Ok = Row;
    type Error = Failed;
    type SerializeSeq = Columns;
    type SerializeTuple = Columns;
    type SerializeTupleStruct = Columns;
    type SerializeTupleVariant = Impossible<Row, Failed>;
    type SerializeMap = Columns;
    type SerializeStruct = Columns;
    type SerializeStructVariant = Columns;

    numbers!(
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_u8 u8,
        serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_f32 f32, serialize_f64 f64, serialize_char char,
        serialize_str &str, serialize_bytes &[u8]
    );

    fn serialize_none(self) -> Result<Row, Failed> {
        single(Cell::default())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Row, Failed> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Row, Failed> {
        single(Cell::default())
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Row, Failed> {
        single(Cell::text(name))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Row, Failed> {
        single(Cell::text(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Row, Failed> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Row, Failed> {
        Ok(vec![(variant.into(), cell(value)?)])
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Columns, Failed> {
        Ok(Columns::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Columns, Failed> {
        Ok(Columns::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Columns, Failed> {
        Ok(Columns::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Failed> {
        Err(Failed(format!(
            "`{variant}` has fields without names; give them names, or make a struct of it"
        )))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Columns, Failed> {
        Ok(Columns::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Columns, Failed> {
        Ok(Columns::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Columns, Failed> {
        Ok(Columns::default())
    }
}

/// The columns of a row that has several.
#[derive(Default)]
struct Columns {
    row: Row,
    key: Option<String>,
}

impl Columns {
    fn named<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Failed> {
        self.row.push((name.to_owned(), cell(value)?));
        Ok(())
    }

    fn numbered<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        let name = self.row.len().to_string();
        self.named(&name, value)
    }
}

macro_rules! numbered {
    ($($trait:ident $method:ident),+) => {$(
        impl ser::$trait for Columns {
            type Ok = Row;
            type Error = Failed;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
                self.numbered(value)
            }
            fn end(self) -> Result<Row, Failed> {
                Ok(self.row)
            }
        }
    )+};
}
numbered!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field);

macro_rules! named {
    ($($trait:ident),+) => {$(
        impl ser::$trait for Columns {
            type Ok = Row;
            type Error = Failed;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Failed> {
                self.named(key, value)
            }
            fn end(self) -> Result<Row, Failed> {
                Ok(self.row)
            }
        }
    )+};
}
named!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Columns {
    type Ok = Row;
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        self.key = Some(cell(key)?.text);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        let key = self.key.take().unwrap_or_default();
        self.named(&key, value)
    }

    fn end(self) -> Result<Row, Failed> {
        Ok(self.row)
    }
}
