//! What the types of variables are, read from rustc's MIR.
//!
//! A cell keeps `y` by `keep::<3, _>(&mut ManuallyDrop::new(y))`. In MIR that is a call whose last argument is a local,
//! and the declaration of that local has the type in full: `let mut _16: &mut std::mem::ManuallyDrop<wick::Tensor>;`.

use std::collections::HashMap;

/// What MIR says about a cell.
#[derive(Debug, Default)]
pub(super) struct Mir {
    /// By the index of `keep`: the variable's type.
    pub kept: HashMap<usize, String>,
    /// The type of a `:type` expression.
    pub probed: Option<String>,
    /// By the name that MIR gives to a closure's type: its signature.
    pub closures: HashMap<String, Signature>,
}

/// How a closure is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    /// `Fn`, `FnMut` or `FnOnce`.
    pub kind: &'static str,
    /// The types of its arguments; names without paths, because MIR shortens them here.
    pub arguments: Vec<String>,
    /// The type of its result, in full.
    pub result: String,
}

impl Signature {
    /// The trait object that holds such a closure. Types are left to inference, only what they borrow is said:
    /// `dyn Fn(&_, _) -> _`.
    pub fn dyn_type(&self) -> String {
        let arguments: Vec<_> = self.arguments.iter().map(|ty| placeholder(ty)).collect();
        let borrows = arguments.iter().any(|argument| argument.contains('&'));
        let result = match placeholder(&self.result) {
            ty if ty.contains('&') && !borrows => ty.replace('&', "&'static "),
            ty => ty,
        };
        format!("dyn {}({}) -> {result}", self.kind, arguments.join(", "))
    }
}

/// A type with everything but its references left open.
fn placeholder(ty: &str) -> String {
    let ty = ty.trim();
    if let Some(rest) = ty.strip_prefix("&mut ") {
        return format!("&mut {}", placeholder(rest));
    }
    if let Some(rest) = ty.strip_prefix('&') {
        return format!("&{}", placeholder(rest));
    }
    match ty {
        "()" => "()".into(),
        "!" => "!".into(),
        "str" => "str".into(),
        _ if ty.starts_with("dyn ") || ty.starts_with('[') && ty.contains('&') => ty.into(),
        _ if ty.starts_with('[') && !ty.contains(';') => "[_]".into(),
        // References further inside need their place said; the short name is mostly in scope.
        _ if ty.contains('&') || ty.contains("'_") => ty.into(),
        _ => "_".into(),
    }
}

/// Reads the MIR of a cell.
pub(super) fn read(mir: &str) -> Mir {
    let mut read = Mir::default();
    // Per function: the types of its locals.
    let mut locals: HashMap<&str, &str> = HashMap::new();
    let mut header: Option<Header<'_>> = None;
    for line in mir.lines() {
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix("fn ") {
            locals.clear();
            header = Header::parse(rest);
        } else if let Some((name, ty)) = local(line) {
            if name == "_0"
                && let Some(header) = header.take()
            {
                read.closures
                    .insert(header.closure.to_string(), header.signature(ty));
            }
            locals.insert(name, ty);
        } else if let Some(call) = Call::parse(line, "keep") {
            if let Some(ty) = call.type_of_last(&locals) {
                read.kept
                    .extend(call.index().map(|index| (index, ty.to_string())));
            }
        } else if let Some(call) = Call::parse(line, "type_of")
            && let Some(ty) = call.type_of_last(&locals)
        {
            read.probed = Some(ty.strip_prefix('&').unwrap_or(ty).to_string());
        }
    }
    read
}

/// `    let mut _16: TYPE;`
fn local(line: &str) -> Option<(&str, &str)> {
    let declaration = line.trim_start().strip_prefix("let ")?;
    let declaration = declaration.strip_prefix("mut ").unwrap_or(declaration);
    let (name, ty) = declaration.split_once(": ")?;
    name.starts_with('_')
        .then_some((name, ty.strip_suffix(';')?))
}

/// The first line of a closure's MIR.
struct Header<'a> {
    closure: &'a str,
    kind: &'static str,
    arguments: Vec<&'a str>,
}

impl<'a> Header<'a> {
    /// `wick_cell::{closure#0}::{closure#1}(_1: &mut {closure@cell:1:10: 1:16}, _2: i32) -> i32 {`
    fn parse(text: &'a str) -> Option<Self> {
        let (_, rest) = text.split_once("(_1: ")?;
        let end = matching(rest, ')')?;
        let mut arguments = top_level(&rest[..end], ',').into_iter();
        let itself = arguments.next()?.trim();
        let (kind, closure) = match (itself.strip_prefix("&mut "), itself.strip_prefix('&')) {
            (Some(closure), _) => ("FnMut", closure),
            (None, Some(closure)) => ("Fn", closure),
            (None, None) => ("FnOnce", itself),
        };
        if !closure.starts_with("{closure@") {
            return None;
        }
        let arguments = arguments.map(|argument| {
            argument
                .split_once(": ")
                .map_or(argument, |(_, ty)| ty)
                .trim()
        });
        Some(Self {
            closure,
            kind,
            arguments: arguments.collect(),
        })
    }

    fn signature(self, result: &str) -> Signature {
        Signature {
            kind: self.kind,
            arguments: self.arguments.into_iter().map(ToOwned::to_owned).collect(),
            result: result.to_string(),
        }
    }
}

/// A call of one of the runtime's functions.
struct Call<'a> {
    generics: &'a str,
    arguments: Vec<&'a str>,
}

impl<'a> Call<'a> {
    /// `_15 = keep::<0, &str>(copy _16) -> [return: bb7, unwind: bb21];`
    fn parse(line: &'a str, function: &str) -> Option<Self> {
        let (_, call) = line.split_once(" = ")?;
        let path = call.split('(').next()?;
        let name = path.split("::<").next()?;
        if name.rsplit("::").next()? != function {
            return None;
        }
        let open = generic_end(call)?;
        let arguments = call[open..].strip_prefix('(')?;
        Some(Self {
            generics: call[..open].split_once("::<").map_or("", |(_, rest)| rest),
            arguments: top_level(&arguments[..matching(arguments, ')')?], ','),
        })
    }

    fn index(&self) -> Option<usize> {
        self.generics.split_once(", ")?.0.parse().ok()
    }

    /// `&mut std::mem::ManuallyDrop<TYPE>` without what is around the type.
    fn type_of_last(&self, locals: &HashMap<&str, &'a str>) -> Option<&'a str> {
        let argument = self.arguments.last()?.trim();
        let local = argument
            .strip_prefix("move ")
            .or(argument.strip_prefix("copy "))?;
        let ty = locals.get(local)?;
        let start = ty.find("ManuallyDrop<")? + "ManuallyDrop<".len();
        ty[start..].strip_suffix('>')
    }
}

/// Where the argument list of a call starts, behind its generic arguments.
fn generic_end(call: &str) -> Option<usize> {
    match call.find("::<") {
        Some(open) if call[..open].find('(').is_none() => {
            let inside = open + "::<".len();
            Some(inside + matching(&call[inside..], '>')? + 1)
        }
        _ => call.find('('),
    }
}

/// Where the bracket that was opened before `text` is closed by `close`.
fn matching(text: &str, close: char) -> Option<usize> {
    let mut depth = 0usize;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        match c {
            _ if depth == 0 && c == close && !(c == '>' && previous == '-') => return Some(at),
            '(' | '[' | '{' | '<' => depth += 1,
            // The arrow of a function type closes nothing.
            '>' if previous == '-' => {}
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        previous = c;
    }
    None
}

/// Splits at `separator` outside of all brackets.
fn top_level(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut previous) = (0usize, 0, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if previous == '-' => {}
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ if c == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
        previous = c;
    }
    if !text[start..].trim().is_empty() {
        parts.push(&text[start..]);
    }
    parts
}

/// What can be said of a type as MIR prints it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It can be written like this in any cell.
    As(String),
    /// It is this closure.
    Closure(String),
    /// It is a function: its pointer type.
    Function(String),
    /// It cannot be written.
    Not,
}

/// Turns a type of MIR into one that can be written. All that outlives a cell is `'static`, so that is what
/// references become, except in the arguments of functions, where every lifetime will do.
pub(super) fn written(ty: &str) -> Written {
    if ty.starts_with("{closure@") && matching(&ty[1..], '}') == Some(ty.len() - 2) {
        return Written::Closure(ty.to_string());
    }
    if ty.ends_with('}')
        && let Some(at) = function_item(ty)
    {
        return match written(ty[..at].trim_end()) {
            Written::As(pointer) => Written::Function(pointer),
            _ => Written::Not,
        };
    }
    if ty.contains('{') || ty.contains("impl ") {
        return Written::Not;
    }
    let Ok(mut parsed) = syn::parse_str::<syn::Type>(ty) else {
        return Written::Not;
    };
    let mut lifetimes = Lifetimes { local: false };
    syn::visit_mut::VisitMut::visit_type_mut(&mut lifetimes, &mut parsed);
    if lifetimes.local {
        Written::Not
    } else {
        Written::As(type_text(&parsed))
    }
}

/// `fn(i32) -> i32 {path::to::function}`: where the name starts.
fn function_item(ty: &str) -> Option<usize> {
    let starts = ty.starts_with("fn(")
        || ty.starts_with("unsafe ")
        || ty.starts_with("extern ")
        || ty.starts_with("for<");
    starts.then(|| ty.rfind(" {")).flatten()
}

/// A type on one line, with rustfmt's spaces.
fn type_text(ty: &syn::Type) -> String {
    use quote::ToTokens;
    let tokens = ty.to_token_stream().to_string();
    let mut text = tokens;
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        ("( ", "("),
        (" )", ")"),
        ("[ ", "["),
        (" ]", "]"),
        (" ;", ";"),
        ("fn (", "fn("),
        ("Fn (", "Fn("),
        ("FnMut (", "FnMut("),
        ("FnOnce (", "FnOnce("),
    ] {
        text = text.replace(from, to);
    }
    text.replace("->", " -> ").replace("  ", " ")
}

struct Lifetimes {
    /// Whether a type that only exists inside of the cell was seen.
    local: bool,
}

impl syn::visit_mut::VisitMut for Lifetimes {
    fn visit_type_reference_mut(&mut self, ty: &mut syn::TypeReference) {
        if ty
            .lifetime
            .as_ref()
            .is_none_or(|lifetime| lifetime.ident == "_")
        {
            ty.lifetime = Some(syn::Lifetime::new(
                "'static",
                proc_macro2::Span::call_site(),
            ));
        }
        syn::visit_mut::visit_type_reference_mut(self, ty);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = syn::Lifetime::new("'static", proc_macro2::Span::call_site());
        }
    }

    // Lifetimes of arguments and results belong to the function type.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(
        &mut self,
        _: &mut syn::ParenthesizedGenericArguments,
    ) {
    }
}

/// The names of the notebook's items that a written type is made of.
pub(super) fn notebook_names(ty: &str) -> Vec<String> {
    let start = format!("{}::", super::notebook::CRATE);
    let mut names: Vec<String> = Vec::new();
    for (at, _) in ty.match_indices(&start) {
        let path = &ty[at + start.len()..];
        let path = path
            .split(|c: char| !(c == ':' || c == '_' || c.is_alphanumeric()))
            .next()
            .unwrap_or_default();
        // `notebook::P`, or `notebook::cell3::P` where no shorter path exists.
        let mut segments = path.split("::");
        let first = segments.next().unwrap_or_default();
        let is_module = first
            .strip_prefix("cell")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let name = if is_module {
            segments.next().unwrap_or_default()
        } else {
            first
        };
        if !names.iter().any(|other| other == name) {
            names.push(name.to_string());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r"
fn wick_cell::{closure#0}(_1: &mut {closure@root.rs:10:22: 10:24}) -> Result<(), CellError> {
    let mut _0: std::result::Result<(), wick_runtime::CellError>;
    let mut _16: &mut std::mem::ManuallyDrop<std::collections::HashMap<std::string::String, [u8; 4]>>;
    let mut _20: &mut std::mem::ManuallyDrop<{closure@cell:16:17: 16:24}>;
    bb7: {
        _15 = wick_runtime::cell::keep::<0, HashMap<String, [u8; 4]>>(copy _16) -> [return: bb7, unwind: bb21];
        _19 = keep::<1, {closure@cell:16:17: 16:24}>(move _20) -> [return: bb9, unwind: bb21];
    }
}
fn wick_cell::{closure#0}::{closure#2}(_1: &{closure@cell:16:17: 16:24}, _2: &Tensor, _3: (i32, u8)) -> f64 {
    let mut _0: f64;
}
";

    #[test]
    fn types_of_kept_variables_are_those_of_locals() {
        let mir = read(SAMPLE);
        assert_eq!(
            mir.kept[&0],
            "std::collections::HashMap<std::string::String, [u8; 4]>"
        );
        assert_eq!(mir.kept[&1], "{closure@cell:16:17: 16:24}");
    }

    #[test]
    fn a_closure_is_known_by_its_signature() {
        let signature = &read(SAMPLE).closures["{closure@cell:16:17: 16:24}"];
        assert_eq!(signature.arguments, ["&Tensor", "(i32, u8)"]);
        assert_eq!(signature.dyn_type(), "dyn Fn(&_, _) -> _");
    }

    fn as_written(ty: &str) -> String {
        match written(ty) {
            Written::As(ty) => ty,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_is_borrowed_forever_is_static() {
        assert_eq!(as_written("&str"), "&'static str");
        assert_eq!(
            as_written("std::vec::Vec<&[i32; 3]>"),
            "std::vec::Vec<&'static [i32; 3]>"
        );
        assert_eq!(as_written("notebook::P<'_>"), "notebook::P<'static>");
        assert_eq!(
            as_written("for<'a> fn(&'a str) -> &'a str"),
            "for<'a> fn(&'a str) -> &'a str"
        );
        assert_eq!(
            as_written("std::boxed::Box<dyn std::ops::Fn(i32) -> i32>"),
            "std::boxed::Box<dyn std::ops::Fn(i32) -> i32>"
        );
    }

    #[test]
    fn some_types_cannot_be_written() {
        assert_eq!(
            written("std::iter::Map<std::ops::Range<i32>, {closure@cell:1:2: 3:4}>"),
            Written::Not
        );
        assert_eq!(written("{async block@cell:1:2: 3:4}"), Written::Not);
        assert_eq!(
            written("{closure@cell:1:2: 3:4}"),
            Written::Closure("{closure@cell:1:2: 3:4}".into())
        );
        assert_eq!(
            written("fn(i32) -> i32 {notebook::cell1::f}"),
            Written::Function("fn(i32) -> i32".into())
        );
    }

    #[test]
    fn the_notebook_s_types_are_found_in_a_type() {
        assert_eq!(
            notebook_names("std::vec::Vec<(notebook::P, notebook::cell3_1::Q<notebook::P>)>"),
            ["P", "Q"]
        );
    }
}
