//! One line more than rustc says, where a notebook differs from a program.

use std::ops::Range;

use super::generate::{CELL_FILE, Generated, Plan, ROOT_FILE};
use super::notebook::Notebook;
use super::variables::{Gone, Variables};
use crate::engine::diagnostics::Mapped;

/// What the engine knows that rustc does not.
pub(super) struct Context<'a> {
    pub variables: &'a Variables,
    pub notebook: &'a Notebook,
    /// How the statements were compiled; none for items.
    pub statements: Option<(&'a Plan, &'a Generated)>,
}

/// Adds lines to the errors of a cell, and takes out errors that only repeat another one in our code.
pub(super) fn add(mut diagnostics: Vec<Mapped>, context: &Context<'_>) -> Vec<Mapped> {
    for diagnostic in diagnostics
        .iter_mut()
        .filter(|diagnostic| diagnostic.is_error())
    {
        let lines = lines(diagnostic, context);
        if !lines.is_empty() && is_unknown_name(diagnostic) {
            diagnostic.forget_similar_names();
        }
        diagnostic.advice.extend(lines);
    }
    let borrowed = diagnostics
        .iter()
        .any(|diagnostic| borrows_too_long(diagnostic.code.as_deref()));
    if borrowed && let Some((_, generated)) = context.statements {
        // Keeping the variable that is borrowed from fails as well; once is enough.
        diagnostics.retain(|diagnostic| {
            let ours = |code: &str| diagnostic.code.as_deref() == Some(code);
            let about = |file, ranges: &[Option<Range<usize>>]| {
                ranges
                    .iter()
                    .flatten()
                    .any(|range| diagnostic.raw().is_about(file, range))
            };
            !(ours("E0505")
                && (about(CELL_FILE, &generated.keeps) || about(ROOT_FILE, &generated.takes)))
        });
    }
    diagnostics
}

fn borrows_too_long(code: Option<&str>) -> bool {
    matches!(
        code,
        Some("E0597" | "E0716" | "E0521" | "E0373" | "E0515" | "E0506" | "E0499" | "E0502")
    )
}

fn lines(diagnostic: &Mapped, context: &Context<'_>) -> Vec<String> {
    let named = first_quoted(&diagnostic.message);
    match diagnostic.code.as_deref() {
        _ if is_unknown_name(diagnostic) => named
            .map(|name| unknown_name(name, context))
            .unwrap_or_default(),
        Some("E0384" | "E0594" | "E0596") => {
            let made = named.and_then(|name| context.variables.get(root_of(name)));
            let made = made.filter(|variable| !variable.mutable);
            made.map(|variable| {
                format!(
                    "`{name}` was made without `mut` in {cell}: write `let mut {name} = …` there, or `let mut {name} = {name};` here",
                    name = variable.name,
                    cell = variable.cell
                )
            })
            .into_iter()
            .collect()
        }
        code if borrows_too_long(code) || code == Some("E0505") => kept_borrow(diagnostic, context),
        _ => Vec::new(),
    }
}

fn is_unknown_name(diagnostic: &Mapped) -> bool {
    matches!(diagnostic.code.as_deref(), Some("E0425" | "E0423"))
}

/// A variable that cannot be kept because it borrows.
fn kept_borrow(diagnostic: &Mapped, context: &Context<'_>) -> Vec<String> {
    let Some((plan, generated)) = context.statements else {
        return Vec::new();
    };
    let keeps = plan.keeps.iter().zip(&generated.keeps);
    let touched = keeps.filter_map(|((binding, _), range)| Some((binding, range.as_ref()?)));
    let mut touched = touched
        .filter(|(_, range)| diagnostic.raw().touches(CELL_FILE, range))
        .map(|(binding, _)| binding);
    match touched.next() {
        Some(binding) if binding.closure => vec![format!(
            "`{}` cannot be kept for later cells while it borrows: write `move` in front of the closure, or put the lines into a block `{{ … }}`",
            binding.name
        )],
        Some(binding) => vec![format!(
            "`{}` cannot be kept for later cells while it borrows: keep a copy (`.clone()`, `.to_owned()`), share the value (`Arc`), \
             let it live forever (`Box::leak`), or put the lines into a block `{{ … }}`",
            binding.name
        )],
        None => Vec::new(),
    }
}

/// Why a name is not in scope.
fn unknown_name(name: &str, context: &Context<'_>) -> Vec<String> {
    if context.statements.is_none() && context.variables.get(name).is_some() {
        return vec![format!(
            "`{name}` is a variable, which functions and impls cannot see: pass it as an argument, use a closure, or make it a `static`"
        )];
    }
    match context.variables.why_gone(name) {
        Some(Gone::Moved(cell)) => vec![format!(
            "`{name}` was moved in {cell}: give it a `.clone()` there, or a reference (`&{name}`), to keep it"
        )],
        Some(Gone::Redefined(ty, cell)) => {
            vec![format!(
                "`{name}` held a `{ty}`, which was defined anew in {cell}: make it again"
            )]
        }
        Some(Gone::Lost(cell)) => vec![format!(
            "`{name}` was lost when the process died in {cell}: make it again"
        )],
        // rustc has suggestions of its own for short names, mostly too many.
        None if name.len() < 3 => Vec::new(),
        None => near_miss(name, context),
    }
}

/// A variable whose name is written almost the same.
fn near_miss(name: &str, context: &Context<'_>) -> Vec<String> {
    let known = context
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .chain(context.notebook.names().map(|(name, _)| name));
    nearest(name, known)
        .map(|near| format!("there is a `{near}`"))
        .into_iter()
        .collect()
}

/// The one of `known` that differs from `name` in at most a third of its letters.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = name.chars().count().div_ceil(3);
    let near = known
        .filter(|other| *other != name)
        .map(|other| (strsim::osa_distance(name, other), other));
    near.filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, other)| other)
}

/// The first name in backticks.
fn first_quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

/// `x` of `x.field[0]`, `*x`.
fn root_of(place: &str) -> &str {
    let place = place.trim_start_matches(['*', '&', '(']);
    place
        .split(|c: char| !(c == '_' || c.is_alphanumeric()))
        .next()
        .unwrap_or(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_nearly_right_are_found() {
        let known = ["tensor_a", "tensor_b", "model"];
        assert_eq!(nearest("tensr_a", known.into_iter()), Some("tensor_a"));
        assert_eq!(nearest("optimizer", known.into_iter()), None);
    }

    #[test]
    fn the_variable_of_a_place_is_its_first_name() {
        assert_eq!(root_of("x.field"), "x");
        assert_eq!(root_of("*x"), "x");
    }
}
