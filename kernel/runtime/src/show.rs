//! How the last line of a cell is shown.
//!
//! The generated code calls `(&&&&&&Probe(&value)).show()`, and method resolution picks the first of these that
//! the type has: [`Rich`], [`CompiledDebug`], a tuple, `Debug`, `Display`, none. (This is dtolnay's autoref specialisation.) A type
//! with an inherent `evcxr_display(&self)` shows itself by that instead: an inherent method comes before the one
//! of the trait that [`via_evcxr!`](crate::via_evcxr) makes, which every type has.
//!
//! Formatting happens behind `dyn`, once in this library, so that a cell only carries a call.

use std::fmt::{Debug, Display};
use std::time::Instant;

pub use crate::compiled_debug::CompiledDebug;
use crate::compiled_debug::{AsDebug, for_tuples};
use crate::display::{emit, took};
use crate::forms::complete;
use crate::protocol::Frame;
use crate::rich::plain;
use crate::{MimeBundle, Rich};

/// What the blanket `evcxr_display` returns: the type has none of its own.
pub struct NotEvcxr;

impl NotEvcxr {
    /// Whether something was shown: no.
    pub fn displayed(&self) -> bool {
        false
    }
}

/// Makes `evcxr_display` for types that have none, where it stands.
///
/// A trait of this crate would be seen by the compiler wherever the crate is used, and evcxr's own kernel, which shows a value by
/// `Debug` when the compiler finds no `evcxr_display` and nothing else to say, would fail at the advice to import it.
#[doc(hidden)]
#[macro_export]
macro_rules! via_evcxr {
    () => {
        #[allow(dead_code)]
        trait WickViaEvcxr {
            fn evcxr_display(&self) -> $crate::show::NotEvcxr {
                $crate::show::NotEvcxr
            }
        }

        impl<T: ?Sized> WickViaEvcxr for T {}
    };
}

/// Whatever an inherent `evcxr_display` returned: it has shown itself.
pub trait Displayed {
    /// Whether something was shown: yes.
    fn displayed(&self) -> bool {
        true
    }
}

impl<T: ?Sized> Displayed for T {}

/// A value to be shown.
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// Types with a display of ours.
pub trait ViaRich {
    /// Shows it.
    fn show(&self);
}

impl<T: Rich + ?Sized> ViaRich for &&&&&Probe<'_, T> {
    fn show(&self) {
        let started = Instant::now();
        show_bundle(self.0.mime_bundle());
        took(started);
    }
}

/// Types whose `Debug` need not be looked for.
pub trait ViaCompiled {
    /// Shows it.
    fn show(&self);
}

impl<T: CompiledDebug> ViaCompiled for &&&&Probe<'_, T> {
    fn show(&self) {
        show_compiled(self.0);
    }
}

/// Tuples, laid out as IPython lays them out.
pub trait ViaTuple {
    /// Shows it.
    fn show(&self);
}

impl<T: Tuple> ViaTuple for &&&Probe<'_, T> {
    fn show(&self) {
        show_tuple(self.0);
    }
}

/// Types with `Debug`.
pub trait ViaDebug {
    /// Shows it.
    fn show(&self);
}

impl<T: Debug + ?Sized> ViaDebug for &&Probe<'_, T> {
    fn show(&self) {
        show_text(format_args!("{:?}", self.0));
    }
}

/// Types with only `Display`.
pub trait ViaDisplay {
    /// Shows it.
    fn show(&self);
}

impl<T: Display + ?Sized> ViaDisplay for &Probe<'_, T> {
    fn show(&self) {
        show_text(format_args!("{}", self.0));
    }
}

/// All others.
pub trait ViaNothing {
    /// Says what to write.
    fn show(&self);
}

impl<T: ?Sized> ViaNothing for Probe<'_, T> {
    fn show(&self) {
        show_nameless(std::any::type_name::<T>());
    }
}

/// A tuple whose elements have `Debug`.
pub trait Tuple {
    /// Hands each element on, in order.
    fn elements(&self, element: &mut dyn FnMut(&dyn Debug));
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),+))+) => {$(
        impl<$($name: Debug),+> Tuple for ($($name,)+) {
            fn elements(&self, element: &mut dyn FnMut(&dyn Debug)) {
                $(element(&self.$index);)+
            }
        }
    )+};
}

for_tuples!(tuples);

fn show_bundle(bundle: Option<MimeBundle>) {
    if let Some(mut bundle) = bundle {
        complete(&mut bundle);
        emit(&Frame::Result(bundle));
    }
}

fn show_text(text: std::fmt::Arguments<'_>) {
    let started = Instant::now();
    show_bundle(Some(plain(text.to_string())));
    took(started);
}

fn show_compiled(value: &dyn CompiledDebug) {
    let started = Instant::now();
    let mut elements = Vec::new();
    match value.elements(&mut |element| elements.push(format!("{:?}", AsDebug(element)))) {
        true => show_elements(elements, started),
        false => show_text(format_args!("{:?}", AsDebug(value))),
    }
}

fn show_nameless(type_name: &str) {
    let name = type_name.split('<').next().unwrap_or(type_name);
    let name = name.rsplit("::").next().unwrap_or(name);
    show_text(format_args!(
        "<{name}>  (write #[derive(Debug)] above it to see what it holds)"
    ));
}

fn show_tuple(tuple: &dyn Tuple) {
    let started = Instant::now();
    let mut elements = Vec::new();
    tuple.elements(&mut |element| elements.push(format!("{element:?}")));
    show_elements(elements, started);
}

/// A tuple, from the texts of its elements.
fn show_elements(elements: Vec<String>, started: Instant) {
    let elements: Vec<_> = elements.into_iter().map(as_python).collect();
    show_bundle(Some(plain(lay_out_tuple(&elements))));
    took(started);
}

/// Python has no `Some`: a gradient that is there is a tensor.
fn as_python(text: String) -> String {
    match text
        .strip_prefix("Some(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        Some(inner) if inner.starts_with("tensor(") => inner.replace("\n     ", "\n"),
        _ => text,
    }
}

/// As wide as a line of IPython may be.
const LINE_WIDTH: usize = 79;

/// One line if it fits and no element is more than a line, else one element a line, aligned behind the
/// parenthesis (`IPython/lib/pretty.py`).
fn lay_out_tuple(elements: &[String]) -> String {
    let comma = if elements.len() == 1 { "," } else { "" };
    let line = format!("({}{comma})", elements.join(", "));
    if !line.contains('\n') && line.chars().count() <= LINE_WIDTH {
        return line;
    }
    let elements: Vec<_> = elements
        .iter()
        .map(|element| element.replace('\n', "\n "))
        .collect();
    format!("({}{comma})", elements.join(",\n "))
}

#[cfg(test)]
mod tests {
    use super::lay_out_tuple;

    fn lay_out(elements: &[&str]) -> String {
        lay_out_tuple(&elements.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn short_tuples_stay_on_a_line() {
        assert_eq!(lay_out(&["1", "torch.float32"]), "(1, torch.float32)");
        assert_eq!(lay_out(&["1"]), "(1,)");
    }

    #[test]
    fn long_tuples_take_a_line_for_each_element() {
        let device = "device(type='cuda', index=0)";
        assert_eq!(
            lay_out(&[device; 3]),
            format!("({device},\n {device},\n {device})")
        );
    }

    #[test]
    fn an_element_of_several_lines_breaks_the_tuple() {
        let text = lay_out(&["tensor([[1],\n        [2]])", "3"]);
        assert_eq!(text, "(tensor([[1],\n         [2]]),\n 3)");
    }
}
