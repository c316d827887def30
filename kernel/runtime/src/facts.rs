//! What can be told about a variable at a glance: for `:vars`, and for whoever points at a name.
//!
//! The kernel generates `tell("x", (&&&&FactProbe(&x)).facts())`; as in [`show`](crate::show), method resolution picks the
//! best that the type has.

use std::fmt::{Debug, Write as _};

use serde::{Deserialize, Serialize};

use crate::display::emit;
use crate::protocol::Frame;

/// As much of a value's text as is kept.
const LONGEST: usize = 2000;

/// A variable at a glance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The size of each dimension, for what has dimensions.
    pub shape: Option<Vec<usize>>,
    /// What its elements are: `torch.float32`.
    pub dtype: Option<String>,
    /// Where it lives: `cpu`.
    pub device: Option<String>,
    /// Memory, as far as it is known.
    pub bytes: u64,
    /// The beginning of its `Debug` text.
    pub text: Option<String>,
}

/// Types that know more about themselves than their size.
pub trait Glance {
    /// Everything but the text.
    fn glance(&self) -> Facts;
}

impl<T> Glance for Vec<T> {
    fn glance(&self) -> Facts {
        Facts {
            shape: Some(vec![self.len()]),
            bytes: (size_of::<Self>() + self.capacity() * size_of::<T>()) as u64,
            ..Facts::default()
        }
    }
}

impl<T, const N: usize> Glance for [T; N] {
    fn glance(&self) -> Facts {
        Facts {
            shape: Some(vec![N]),
            bytes: size_of::<Self>() as u64,
            ..Facts::default()
        }
    }
}

impl Glance for String {
    fn glance(&self) -> Facts {
        Facts {
            shape: Some(vec![self.chars().count()]),
            bytes: (size_of::<Self>() + self.capacity()) as u64,
            ..Facts::default()
        }
    }
}

/// A value to be looked at.
pub struct FactProbe<'a, T: ?Sized>(pub &'a T);

/// Types with [`Glance`] and `Debug`.
pub trait ViaGlance {
    /// What is known.
    fn facts(&self) -> Facts;
}

impl<T: Glance + Debug> ViaGlance for &&&FactProbe<'_, T> {
    fn facts(&self) -> Facts {
        with_text(self.0.glance(), self.0)
    }
}

/// Types with only [`Glance`].
pub trait ViaGlanceOnly {
    /// What is known.
    fn facts(&self) -> Facts;
}

impl<T: Glance> ViaGlanceOnly for &&FactProbe<'_, T> {
    fn facts(&self) -> Facts {
        self.0.glance()
    }
}

/// Types with `Debug`.
pub trait ViaText {
    /// What is known.
    fn facts(&self) -> Facts;
}

impl<T: Debug> ViaText for &FactProbe<'_, T> {
    fn facts(&self) -> Facts {
        with_text(of_size(size_of::<T>()), self.0)
    }
}

/// All others.
pub trait ViaSize {
    /// What is known.
    fn facts(&self) -> Facts;
}

impl<T> ViaSize for FactProbe<'_, T> {
    fn facts(&self) -> Facts {
        of_size(size_of::<T>())
    }
}

fn of_size(bytes: usize) -> Facts {
    Facts {
        bytes: bytes as u64,
        ..Facts::default()
    }
}

/// Adds the beginning of the text; a value that is larger than anyone wants to see is not written out in full.
fn with_text(mut facts: Facts, value: &dyn Debug) -> Facts {
    struct Start(String);
    impl std::fmt::Write for Start {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.push_str(text);
            if self.0.len() > LONGEST {
                return Err(std::fmt::Error);
            }
            Ok(())
        }
    }
    let mut start = Start(String::new());
    if write!(start, "{value:?}").is_err() {
        start.0.truncate(start.0.floor_char_boundary(LONGEST));
        start.0.push('…');
    }
    facts.text = Some(start.0);
    facts
}

/// Tells the kernel.
pub fn tell(name: &str, facts: Facts) {
    let facts = serde_json::to_value(facts).unwrap_or_default();
    emit(&Frame::Answer(serde_json::json!([name, facts])));
}

#[cfg(test)]
// As cells call it.
#[expect(clippy::needless_borrow)]
mod tests {
    use super::*;

    struct Silent;

    #[test]
    fn the_best_that_a_type_has_is_told() {
        let facts = (&&&&FactProbe(&vec![1u8, 2])).facts();
        assert_eq!(facts.shape, Some(vec![2]));
        assert_eq!(facts.text.as_deref(), Some("[1, 2]"));
        assert_eq!((&&&&FactProbe(&7u32)).facts().bytes, 4);
        assert_eq!((&&&&FactProbe(&Silent)).facts(), Facts::default());
        let silent = (&&&&FactProbe(&vec![Silent])).facts();
        assert_eq!((silent.shape, silent.text), (Some(vec![1]), None));
    }

    #[test]
    fn a_long_text_is_cut() {
        let text = (&&&&FactProbe(&vec![7u8; 100_000])).facts().text.unwrap();
        assert!(
            text.ends_with('…') && text.len() < LONGEST + 10,
            "{}",
            text.len()
        );
    }
}
