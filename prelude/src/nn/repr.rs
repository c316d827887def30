//! The text of a printed module, as PyTorch's `repr` writes it.

use std::fmt;

use super::hooks;
use super::members::{Child, Members};
use super::module::Module;
use super::module_list::ModuleList;

/// Writes PyTorch's text for `module`. This is the `Display` of every module.
///
/// ```
/// use std::fmt;
/// use wick::prelude::*;
/// struct Shown<'a>(&'a dyn Module);
/// impl fmt::Display for Shown<'_> {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         nn::fmt_module(self.0, f)
///     }
/// }
/// let net = Sequential::new((Linear::new(4, 8), ReLU::new()));
/// let text = "Sequential(\n  (0): Linear(in_features=4, out_features=8, bias=True)\n  (1): ReLU()\n)";
/// assert_eq!(Shown(&net).to_string(), text);
/// ```
pub fn fmt_module(module: &dyn Module, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(&repr(module))
}

/// The name of the module's type, which says so where tensors of it are made of others.
pub(super) fn kind(module: &dyn Module) -> String {
    match parametrizations(module) {
        Some(_) => format!("Parametrized{}", module.kind()),
        None => module.kind().to_owned(),
    }
}

/// The lines of the tensors that are made of others, as of a `ModuleDict`.
fn parametrizations(module: &dyn Module) -> Option<String> {
    if hooks::is_empty() {
        return None;
    }
    let made = hooks::made(module).into_iter();
    let lists: Vec<String> = made
        .filter_map(|made| {
            let steps = list_of("ParametrizationList", &made.listed()?);
            Some(format!("({}): {}", made.name(), indented(&steps)))
        })
        .collect();
    (!lists.is_empty()).then(|| block("ModuleDict", &lists))
}

/// `Sequential(`, a line for each child, `)`; or `ReLU()`.
pub(super) fn repr(module: &dyn Module) -> String {
    let extra = module.extra_repr();
    let children = Members::declared(module).children();
    let parametrizations = parametrizations(module);
    if module.is::<ModuleList>() {
        return list_repr(module.kind(), children);
    }
    if children.is_empty() && parametrizations.is_none() && !extra.contains('\n') {
        return format!("{}({extra})", module.kind());
    }
    let mut lines: Vec<String> = extra.lines().map(str::to_owned).collect();
    lines.extend(
        children
            .into_iter()
            .map(|(name, child)| format!("({name}): {}", indented(&child_repr(child)))),
    );
    if let Some(made) = parametrizations {
        lines.push(format!("(parametrizations): {}", indented(&made)));
    }
    block(&kind(module), &lines)
}

/// A list whose neighbours have the same text shows it once: `(0-2): 3 x ReLU()`.
fn list_repr(kind: &str, children: Vec<(String, Child<'_>)>) -> String {
    let items: Vec<String> = children
        .into_iter()
        .map(|(_, child)| child_repr(child))
        .collect();
    list_of(kind, &items)
}

fn list_of(kind: &str, items: &[String]) -> String {
    if items.is_empty() {
        return format!("{kind}()");
    }
    let mut lines = Vec::new();
    let mut start = 0;
    for group in items.chunk_by(|left, right| left == right) {
        let end = start + group.len();
        let text = indented(&group[0]);
        lines.push(match group.len() {
            1 => format!("({start}): {text}"),
            count => format!("({start}-{}): {count} x {text}", end - 1),
        });
        start = end;
    }
    block(kind, &lines)
}

fn child_repr(child: Child<'_>) -> String {
    match child {
        Child::Module(module) => repr(module),
        Child::List(members) => list_repr("ModuleList", members.children()),
    }
}

fn block(kind: &str, lines: &[String]) -> String {
    format!("{kind}(\n  {}\n)", lines.join("\n  "))
}

/// All lines but the first two columns further in.
fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}
