//! `Debug` that is compiled already.
//!
//! To find out that a type has `Debug`, rustc reads the list of all implementations in all crates that a cell can reach:
//! a third of what it does for a small cell. For types that cells show all the time there is [`CompiledDebug`], which has few
//! implementations, and whose code is in this library: the text is the one of `{:?}`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{Debug, Formatter, Result};
use std::rc::Rc;
use std::sync::Arc;

/// Types whose `{:?}` needs no new code.
pub trait CompiledDebug {
    /// Writes what `{:?}` writes.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result;

    /// Hands each element of a tuple on, in order; false where it is none.
    fn elements(&self, _element: &mut dyn FnMut(&dyn CompiledDebug)) -> bool {
        false
    }
}

/// What is behind it, for `{:?}`.
pub(crate) struct AsDebug<'a>(pub &'a dyn CompiledDebug);

impl Debug for AsDebug<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.0.fmt(f)
    }
}

/// Implements [`CompiledDebug`] for types that have `Debug`, in the crate where this stands.
#[macro_export]
#[doc(hidden)]
macro_rules! compiled_debug {
    ($($ty:ty)*) => {$(
        impl $crate::show::CompiledDebug for $ty {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(self, f)
            }
        }
    )*};
}

compiled_debug! {
    () bool char str String
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64
    std::time::Duration std::time::Instant std::path::Path std::path::PathBuf
}

macro_rules! pointers {
    ($($ty:ty)*) => {$(
        impl<T: CompiledDebug + ?Sized> CompiledDebug for $ty {
            fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                (**self).fmt(f)
            }
        }
    )*};
}

pointers! { &T &mut T Box<T> Rc<T> Arc<T> }

impl<T: CompiledDebug> CompiledDebug for [T] {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        list(f, self.len(), &|index| &self[index])
    }
}

impl<T: CompiledDebug> CompiledDebug for Vec<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.as_slice().fmt(f)
    }
}

impl<T: CompiledDebug, const N: usize> CompiledDebug for [T; N] {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.as_slice().fmt(f)
    }
}

impl<T: CompiledDebug> CompiledDebug for Option<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Some(value) => variant(f, "Some", value),
            None => f.write_str("None"),
        }
    }
}

impl<T: CompiledDebug, E: CompiledDebug> CompiledDebug for std::result::Result<T, E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Ok(value) => variant(f, "Ok", value),
            Err(error) => variant(f, "Err", error),
        }
    }
}

macro_rules! maps {
    ($(($($parameters:tt)*) $ty:ty)*) => {$(
        impl<K: CompiledDebug, V: CompiledDebug, $($parameters)*> CompiledDebug for $ty {
            fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                map(f, &mut |entry| self.iter().for_each(|(key, value)| entry(key, value)))
            }
        }
    )*};
}

maps! { (S) HashMap<K, V, S> () BTreeMap<K, V> }

macro_rules! tuples {
    ($(($($name:ident $index:tt),+))+) => {$(
        impl<$($name: CompiledDebug),+> CompiledDebug for ($($name,)+) {
            fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                tuple(f, self)
            }

            fn elements(&self, element: &mut dyn FnMut(&dyn CompiledDebug)) -> bool {
                $(element(&self.$index);)+
                true
            }
        }
    )+};
}

/// Calls a macro with the tuples that std implements its traits for.
macro_rules! for_tuples {
    ($call:ident) => {
        $call! {
            (A 0)
            (A 0, B 1)
            (A 0, B 1, C 2)
            (A 0, B 1, C 2, D 3)
            (A 0, B 1, C 2, D 3, E 4)
            (A 0, B 1, C 2, D 3, E 4, F 5)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
        }
    };
}
pub(crate) use for_tuples;

for_tuples!(tuples);

// Behind `dyn`, so that a cell only has the calls.

fn list<'a>(
    f: &mut Formatter<'_>,
    length: usize,
    element: &dyn Fn(usize) -> &'a dyn CompiledDebug,
) -> Result {
    let mut list = f.debug_list();
    for index in 0..length {
        list.entry(&AsDebug(element(index)));
    }
    list.finish()
}

fn variant(f: &mut Formatter<'_>, name: &str, value: &dyn CompiledDebug) -> Result {
    f.debug_tuple(name).field(&AsDebug(value)).finish()
}

fn tuple(f: &mut Formatter<'_>, tuple: &dyn CompiledDebug) -> Result {
    let mut fields = f.debug_tuple("");
    tuple.elements(&mut |element| {
        fields.field(&AsDebug(element));
    });
    fields.finish()
}

/// Hands each key and its value on.
type Entries<'a> = dyn FnMut(&mut dyn FnMut(&dyn CompiledDebug, &dyn CompiledDebug)) + 'a;

fn map(f: &mut Formatter<'_>, entries: &mut Entries<'_>) -> Result {
    let mut map = f.debug_map();
    entries(&mut |key, value| {
        map.entry(&AsDebug(key), &AsDebug(value));
    });
    map.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same<T: CompiledDebug + Debug>(value: T) {
        assert_eq!(format!("{:?}", AsDebug(&value)), format!("{value:?}"));
        assert_eq!(format!("{:#?}", AsDebug(&value)), format!("{value:#?}"));
        assert_eq!(
            format!("{:08.3?}", AsDebug(&value)),
            format!("{value:08.3?}")
        );
    }

    #[test]
    fn the_text_is_that_of_debug() {
        same(());
        same(-7);
        same((1.5, f32::NAN, 1e300));
        same("a \"quoted\" é\n");
        same(String::from("x"));
        same(('a', true, [1u8; 3]));
        same((1,));
        same(vec![vec![1, 2], vec![], vec![3]]);
        same([Some("a"), None]);
        same(Some(Box::new([1, 2][..].to_vec())));
        same(Ok::<i32, String>(3));
        same(Err::<i32, _>(String::from("no")));
        same(((1, 2), Rc::new(3), Arc::new([4])));
        same(BTreeMap::from([(1, "one"), (2, "two")]));
        same(HashMap::from([("a", vec![1.])]));
        same(std::time::Duration::from_millis(1500));
        same(std::path::PathBuf::from("/tmp/a b"));
        same::<[i32; 0]>([]);
    }
}
