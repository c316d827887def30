//! The crate that runs a cell's statements.
//!
//! ```text
//! pub fn wick_cell() {
//!     let mut x: Tensor = take(0);                      // earlier variables that the cell names
//!     let mut body = Some(|| {                          // not `move`: what it only uses stays outside
//!         …the user's text…
//!         show(&(trailing expression));
//!         keep::<0, _>(&mut ManuallyDrop::new(y));      // new variables
//!         Ok(())
//!     });
//!     run(&mut || body.take()());                       // catches panics
//!     put_back(0, x);                                   // does not compile if the cell moved `x`
//! }
//! ```
//!
//! So a panic or a `?` costs only what the cell had moved, and rustc's own analysis says what that is: the first
//! attempt puts everything back, and where rustc answers that `x` was moved, the second does without.

use std::fmt::Write as _;
use std::ops::Range;

use super::cell_tests;
use super::notebook::Notebook;
use super::split::{Binding, Split, blank};
use super::variables::{Variable, Variables};
use crate::engine::source_map::{CellText, SourceFile, SourceMap};

/// Lints that say nothing to a person in a notebook. Statements: variables are for later cells.
const LINTS_OF_CELLS: &str = "#![allow(unused_variables, unused_mut, unused_assignments, unused_imports, unused_macros, \
     unused_parens, unused_braces, dead_code, unreachable_code, path_statements, static_mut_refs, redundant_semicolons, \
     non_snake_case, non_upper_case_globals, incomplete_include, unused_doc_comments, \
     macro_expanded_macro_exports_accessed_by_absolute_paths)]\n";

/// Items: everything is public, so nothing is unused.
pub(super) const LINTS_OF_ITEMS: &str = "#![allow(unused_imports, unused_macros, dead_code, static_mut_refs, \
     non_snake_case, improper_ctypes, private_interfaces, private_bounds, incomplete_include, ambiguous_glob_reexports, \
     macro_expanded_macro_exports_accessed_by_absolute_paths)]\n";

/// The file that holds a cell's statements, as rustc and panics call it.
pub(super) const CELL_FILE: &str = "cell";

/// The file around it.
pub(super) const ROOT_FILE: &str = "root.rs";

/// What is to be done with an earlier variable that the cell names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Take {
    /// It lives outside of the user's closure and is put back.
    PutBack,
    /// It lives inside and is kept again at the end: the cell moves it and assigns to it.
    Inside,
    /// It is not put back: the cell moves it.
    Moved,
}

/// What is to be done with a variable that the cell makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Keep {
    /// Keep it as it is.
    AsIs,
    /// Coerce it first: `Box<dyn Fn(_) -> _>` for a closure (`boxed`), a function pointer for a function.
    Coerced { ty: String, boxed: bool },
    /// Not: the cell moves it on.
    Moved,
    /// Not: the cell never gives it a value.
    Unset,
    /// Not: it can last only until the cell ends.
    Ends(Ending),
}

/// Why a variable ends with its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It borrows from another variable.
    Borrows {
        /// Whether it has to be dropped before others are kept, because dropping it uses what it borrows.
        first: bool,
    },
    /// Its type cannot be written.
    Unwritable,
}

impl Keep {
    /// Whether the variable holds a value when the cell ends.
    fn is_kept(&self) -> bool {
        !matches!(self, Keep::Moved | Keep::Unset | Keep::Ends(_))
    }
}

/// Everything that is decided about how a cell is compiled; made anew for each attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// Earlier variables that the cell names.
    pub takes: Vec<(Variable, Take)>,
    /// Variables that it makes.
    pub keeps: Vec<(Binding, Keep)>,
    /// What `?` takes.
    pub question_mark: QuestionMark,
    /// Whether the trailing expression is shown, if there is one. A block that never ends (`unsafe { abort() }`) has
    /// no type that could be.
    pub shows: bool,
}

/// What `?` takes at the top level of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuestionMark {
    /// Every error, and text.
    Errors,
    /// Everything with a `Debug`: the cell uses it on what is no error.
    Debug,
}

impl Plan {
    /// The first attempt: everything survives.
    pub fn new(split: &Split, text: &str, variables: &Variables) -> Self {
        let mentions = super::lex::mentions(&blank(text, &split.commands));
        let takes = variables
            .iter()
            .filter(|variable| split.broken || mentions.contains(variable.word()));
        Self {
            takes: takes
                .map(|variable| (variable.clone(), Take::PutBack))
                .collect(),
            keeps: split
                .bindings
                .iter()
                .map(|binding| (binding.clone(), Keep::AsIs))
                .collect(),
            question_mark: QuestionMark::Errors,
            shows: true,
        }
    }

    /// Has closures kept as what they almost always are, by the looks of them; `None` where one does not show enough.
    /// If that is wrong, rustc says so.
    pub fn guessing_closures(mut self) -> Option<Self> {
        let mut guessed = false;
        for (binding, keep) in &mut self.keeps {
            let Binding {
                closure,
                plain_arguments,
                mutable,
                ..
            } = binding;
            match plain_arguments.filter(|_| !*mutable) {
                Some(arguments) => {
                    let open = vec!["_"; arguments].join(", ");
                    let ty = format!("::std::boxed::Box<dyn Fn({open}) -> _>");
                    *keep = Keep::Coerced { ty, boxed: true };
                    guessed = true;
                }
                None if *closure => return None,
                None => {}
            }
        }
        guessed.then_some(self)
    }

    /// The variables that hold a value when the cell ends, in the order of their indices for `keep`.
    pub fn kept(&self) -> impl Iterator<Item = Kept<'_>> {
        let new = self
            .keeps
            .iter()
            .filter(|(_, keep)| keep.is_kept())
            .map(|(binding, _)| Kept::New(binding));
        let inside = self.takes.iter().filter(|(_, take)| *take == Take::Inside);
        new.chain(inside.map(|(variable, _)| Kept::Again(variable)))
    }
}

/// A variable that a cell keeps.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kept<'a> {
    /// Made by the cell.
    New(&'a Binding),
    /// An earlier one that was moved and assigned to.
    Again(&'a Variable),
}

impl Kept<'_> {
    pub fn name(&self) -> &str {
        match self {
            Kept::New(binding) => &binding.name,
            Kept::Again(variable) => &variable.name,
        }
    }

    pub fn mutable(&self) -> bool {
        match self {
            Kept::New(binding) => binding.mutable,
            Kept::Again(variable) => variable.mutable,
        }
    }
}

/// A generated crate, and where in it each variable is put back or kept.
pub(super) struct Generated {
    pub map: SourceMap,
    /// By index of [`Plan::takes`], bytes of [`ROOT_FILE`] or, for [`Take::Inside`], of [`CELL_FILE`].
    pub takes: Vec<Option<Range<usize>>>,
    /// By index of [`Plan::keeps`], bytes of [`CELL_FILE`].
    pub keeps: Vec<Option<Range<usize>>>,
    /// Where the types of earlier variables are written, bytes of [`ROOT_FILE`].
    pub types: Vec<Range<usize>>,
    /// Where the trailing expression is shown, bytes of [`CELL_FILE`].
    pub shown: Option<Range<usize>>,
    /// How much of [`ROOT_FILE`], from its start, is attributes of the crate.
    pub attributes: usize,
}

/// Appends code and says where it stands.
fn push(file: &mut SourceFile, code: &str) -> Range<usize> {
    let start = file.text().len();
    file.push(code);
    start..file.text().len()
}

/// Puts the crate of a cell together.
pub(super) fn generate(
    cell: &CellText,
    split: &Split,
    plan: &Plan,
    notebook: &Notebook,
) -> Generated {
    let mut body = SourceFile::new(CELL_FILE, Some(cell.clone()));
    let mut generated = Generated {
        map: SourceMap::default(),
        takes: Vec::new(),
        keeps: Vec::new(),
        types: Vec::new(),
        shown: None,
        attributes: 0,
    };

    body.push("{");
    for (index, (variable, take)) in plan.takes.iter().enumerate() {
        if *take == Take::Inside {
            let Variable { name, ty, .. } = variable;
            body.push(&format!(
                "let mut {name}: {ty} = unsafe {{ ::wick_runtime::cell::take({index}) }};"
            ));
        }
    }
    let trailing = split.trailing.as_ref().filter(|_| plan.shows);
    generated.shown = push_statements(&mut body, split, cell, trailing);
    body.push("\n;");
    if !split.tests.is_empty() {
        body.push(&cell_tests::call(&split.tests));
    }
    // What was made last may borrow from what was made before.
    for (binding, keep) in plan.keeps.iter().rev() {
        if *keep == Keep::Ends(Ending::Borrows { first: true }) {
            body.push(&format!("::core::mem::drop({});", binding.name));
        }
    }
    let mut index = 0;
    for (binding, keep) in &plan.keeps {
        let name = &binding.name;
        let range = match keep {
            Keep::Moved | Keep::Unset | Keep::Ends(_) => {
                generated.keeps.push(None);
                continue;
            }
            Keep::AsIs => push(&mut body, &keep_call(index, name)),
            Keep::Coerced { ty, boxed } => {
                let value = if *boxed {
                    format!("::std::boxed::Box::new({name})")
                } else {
                    name.clone()
                };
                let range = push(&mut body, &format!("let {name}: {ty} = {value};"));
                let keep = push(&mut body, &keep_call(index, name));
                range.start..keep.end
            }
        };
        generated.keeps.push(Some(range));
        index += 1;
    }
    for (variable, take) in &plan.takes {
        if *take == Take::Inside {
            let range = push(&mut body, &keep_call(index, &variable.name));
            generated.takes.push(Some(range));
            index += 1;
        } else {
            generated.takes.push(None);
        }
    }
    body.push("::core::result::Result::Ok(())}");

    let mut root = SourceFile::new(ROOT_FILE, None);
    root.push(LINTS_OF_CELLS);
    root.push(&notebook.attributes());
    generated.attributes = root.text().len();
    root.push("use ::wick::prelude::*;\n");
    if !notebook.is_empty() {
        root.push(&notebook.imports());
    }
    // Macros of this cell stay where they are.
    root.push(&notebook.macros(|definition| definition.cell != *cell));
    root.push("#[unsafe(no_mangle)] pub fn wick_cell() {\n");
    notebook.uses.push_earlier(&mut root, cell);
    for (index, (variable, take)) in plan.takes.iter().enumerate() {
        let Variable {
            name, ty, mutable, ..
        } = variable;
        let mutable = if *mutable { "mut " } else { "" };
        let range = match take {
            Take::Inside => 0..0,
            _ => push(
                &mut root,
                &format!(
                    "let {mutable}{name}: {ty} = unsafe {{ ::wick_runtime::cell::take({index}) }};\n"
                ),
            ),
        };
        generated.types.push(range);
    }
    let (error, convert) = match plan.question_mark {
        QuestionMark::Errors => ("::wick_runtime::CellError", ""),
        QuestionMark::Debug => (
            "::wick_runtime::DebugError",
            ".map_err(::wick_runtime::DebugError::into_cell_error)",
        ),
    };
    let (open, close) = if split.awaits {
        ("::wick_runtime::cell::block_on(async {", "})")
    } else {
        ("", "")
    };
    let result = format!("::core::result::Result<(), {error}>");
    let body_start = if split.awaits {
        format!(
            "let mut wick_body = ::core::option::Option::Some(|| -> {result} {{ {open} let wick_result: {result} = async "
        )
    } else {
        format!("let mut wick_body = ::core::option::Option::Some(|| -> {result} ")
    };
    root.push(&body_start);
    root.push(&format!("{{ include!({CELL_FILE:?}) }}"));
    root.push(if split.awaits {
        ".await; wick_result "
    } else {
        ""
    });
    root.push(close);
    root.push(if split.awaits { "});\n" } else { ");\n" });
    root.push(&format!(
        "::wick_runtime::cell::run(&mut || match wick_body.take() {{ ::core::option::Option::Some(mut wick_body) => wick_body(){convert}, \
         ::core::option::Option::None => ::core::result::Result::Ok(()) }});\n",
    ));
    for (index, (variable, take)) in plan.takes.iter().enumerate() {
        if *take == Take::PutBack {
            let call = format!(
                "unsafe {{ ::wick_runtime::cell::put_back({index}, {}) }};\n",
                variable.name
            );
            generated.takes[index] = Some(push(&mut root, &call));
        }
    }
    root.push("}\n");
    generated.map.insert(root);
    generated.map.insert(body);
    generated
}

fn keep_call(index: usize, name: &str) -> String {
    format!(
        "::wick_runtime::cell::keep::<{index}, _>(&mut ::core::mem::ManuallyDrop::new({name}));"
    )
}

/// The user's statements as they stand, with items and commands blanked and the expression at `trailing` shown; where
/// that is done.
fn push_statements(
    body: &mut SourceFile,
    split: &Split,
    cell: &CellText,
    trailing: Option<&Range<usize>>,
) -> Option<Range<usize>> {
    let mut gaps: Vec<Range<usize>> = split.commands.clone();
    gaps.extend(split.attributes.iter().cloned());
    gaps.extend(
        split
            .items
            .iter()
            .filter(|item| !item.is_macro())
            .map(|item| item.range.clone()),
    );
    gaps.sort_by_key(|range| range.start);
    let end = trailing.map_or(cell.text.len(), |trailing| trailing.start);
    let mut at = 0;
    for gap in gaps.into_iter().filter(|gap| gap.start < end) {
        body.push_user(at..gap.start);
        body.push(&blank(
            &cell.text[gap.clone()],
            std::slice::from_ref(&(0..gap.len())),
        ));
        at = gap.end;
    }
    body.push_user(at..end);
    body.push(split.program.unwrap_or_default());
    let trailing = trailing?;
    let start = body.text().len();
    body.push("{use ::wick_runtime::show::{Displayed as _,Probe,ViaCompiled as _,ViaDebug as _,ViaDisplay as _,\
        ViaNothing as _,ViaRich as _,ViaTuple as _};::wick_runtime::via_evcxr!{}match &(");
    let mut at = trailing.start;
    for place in &split.shown_places {
        body.push_user(at..*place);
        body.push("&");
        at = *place;
    }
    body.push_user(at..trailing.end);
    body.push("\n){wick_value=>{if !wick_value.evcxr_display().displayed(){(&&&&&&Probe(wick_value)).show()}}}}");
    Some(start..body.text().len())
}

/// The crate that answers `:type expression`, without running anything.
pub(super) fn generate_type_probe(
    cell: &CellText,
    expression: Range<usize>,
    variables: &Variables,
    notebook: &Notebook,
) -> SourceMap {
    let mentions = super::lex::mentions(&cell.text[expression.clone()]);
    let mut root = SourceFile::new(ROOT_FILE, Some(cell.clone()));
    root.push(LINTS_OF_CELLS);
    root.push(&notebook.attributes());
    root.push("use ::wick::prelude::*;\n");
    if !notebook.is_empty() {
        root.push(&notebook.imports());
    }
    root.push(&notebook.macros(|_| true));
    root.push("pub async fn wick_cell() {\n");
    notebook.uses.push_earlier(&mut root, cell);
    let mut parameters = String::new();
    for variable in variables
        .iter()
        .filter(|variable| mentions.contains(variable.word()))
    {
        let Variable { name, ty, .. } = variable;
        let _ = writeln!(
            parameters,
            "let mut {name}: {ty} = unsafe {{ ::wick_runtime::cell::take(0) }};"
        );
    }
    root.push(&parameters);
    root.push("::wick_runtime::cell::type_of(&mut ::core::mem::ManuallyDrop::new(&(");
    root.push_user(expression);
    root.push(")));\n}\n");
    let mut map = SourceMap::default();
    map.insert(root);
    map
}
