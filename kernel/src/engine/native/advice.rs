//! One line more than rustc says, where a notebook differs from a program.

use super::generate::Ending;
use super::notebook::Notebook;
use super::variables::{Gone, Variables};
use crate::engine::diagnostics::Mapped;

/// What the engine knows that rustc does not.
pub(super) struct Context<'a> {
    pub variables: &'a Variables,
    pub notebook: &'a Notebook,
    /// Whether what is wrong is in items, which see no variables.
    pub of_items: bool,
}

/// Adds lines to the errors of a cell.
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
    diagnostics
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
        Some("E0405" | "E0412" | "E0422" | "E0433") => named
            .and_then(|name| unfinished(name, context).or_else(|| python_module(name)))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// That a cell failed which was to make `name`.
fn unfinished(name: &str, context: &Context<'_>) -> Option<String> {
    let Some(Gone::Unfinished(cell)) = context.variables.why_gone(name) else {
        return None;
    };
    // Another cell has made it since, as an item.
    let is_there = context.notebook.names().any(|(other, _)| other == name);
    (!is_there).then(|| {
        format!(
            "`{name}` was to be made by {cell}, which failed: what a cell makes lasts only if the cell ends well"
        )
    })
}

fn is_unknown_name(diagnostic: &Mapped) -> bool {
    matches!(diagnostic.code.as_deref(), Some("E0425" | "E0423"))
}

/// What makes a variable last that could not.
fn how_to_keep(ending: Ending) -> &'static str {
    match ending {
        Ending::Borrows { .. } => {
            "make a copy (`.clone()`, `.to_owned()`), share the value (`Arc`), let it live forever (`Box::leak`), or write \
             `move` in front of a closure"
        }
        Ending::Unwritable => {
            "collect it (`.collect()` into a `Vec`), or give it a type that can be written (`let …: Box<dyn Iterator<Item = …>> = \
             Box::new(…)`; of a future: `.await` it there)"
        }
    }
}

/// Why a name is not in scope.
fn unknown_name(name: &str, context: &Context<'_>) -> Vec<String> {
    if context.of_items && context.variables.get(name).is_some() {
        return vec![format!(
            "`{name}` is a variable, which functions and impls cannot see: pass it as an argument, use a closure, or make it a `static`"
        )];
    }
    match context.variables.why_gone(name) {
        Some(Gone::Moved(cell)) => vec![format!(
            "`{name}` was moved in {cell}: give it a `.clone()` there, or a reference (`&{name}`), to keep it"
        )],
        Some(Gone::Ended(ending, cell)) => {
            let why = match ending {
                Ending::Borrows { .. } => "it borrows from another variable",
                Ending::Unwritable => "its type cannot be written",
            };
            let how = how_to_keep(*ending);
            vec![format!(
                "`{name}` ended with {cell}, because {why}: to keep it, {how}"
            )]
        }
        Some(Gone::Redefined(ty, cell)) => {
            vec![format!(
                "`{name}` held a `{ty}`, which was defined anew in {cell}: make it again"
            )]
        }
        Some(Gone::Lost(cell)) => vec![format!(
            "`{name}` was lost when the process died in {cell}: make it again"
        )],
        Some(Gone::Unfinished(_)) => unfinished(name, context).into_iter().collect(),
        None => match python_module(name) {
            Some(line) => vec![line],
            // rustc has suggestions of its own for short names, mostly too many.
            None if name.len() < 3 => Vec::new(),
            None => near_miss(name, context),
        },
    }
}

/// Where the functions are that Python has in a module which everyone imports.
fn python_module(name: &str) -> Option<String> {
    let line = match name {
        "torch" => {
            "there is no `torch` in front of names: write `tensor!([1, 2])`, `Tensor::rand([2, 3])`, `x.relu()`, `F::relu(&x)`, \
             `nn::…`, `optim::…`"
        }
        "np" | "numpy" => {
            "arrays are the crate `ndarray`'s: `x.numpy::<f32>()` is a tensor's memory as one, `Tensor::from_numpy(&array)` is a \
             tensor in an array's memory"
        }
        "plt" | "matplotlib" => "write `plot(…)`, `scatter(…)`, `bar(…)`, `hist(…)` or `x.show()`",
        _ => return None,
    };
    Some(line.to_owned())
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
