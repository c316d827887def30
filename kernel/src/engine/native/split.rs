//! A cell's text, taken apart with a real parser: commands, `use`s, items, statements, a trailing expression.
//! Everything is a range of the cell's own text, so that diagnostics can point into it.

use std::ops::Range;

use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::cell_tests::CellTest;
use super::item::Item;
use super::item_macros::{ItemMacros, defined_by, expands_to_items};
use super::lex;
use super::uses::Leaf;
use crate::engine::deep::with_room;
use crate::engine::{Completeness, without_byte_order_mark};

/// What a cell is made of.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// `:` commands, in order.
    pub commands: Vec<Range<usize>>,
    /// `#![…]` attributes.
    pub attributes: Vec<Range<usize>>,
    /// `use` and `extern crate` declarations.
    pub uses: Vec<Leaf>,
    /// Functions, types, impls and the like.
    pub items: Vec<Item>,
    /// The names that top-level `let`s bind, the last binding of each.
    pub bindings: Vec<Binding>,
    /// The names that statements assign to as a whole (`x = …`).
    pub assigned: Vec<String>,
    /// The last expression, if it has no semicolon and is worth showing.
    pub trailing: Option<Range<usize>>,
    /// Where the places in a trailing tuple start: `(a, b.c)` shows them without moving them.
    pub shown_places: Vec<usize>,
    /// The call of the cell's own `main`, where the cell is a whole program: items only.
    pub program: Option<&'static str>,
    /// Its `#[test]` functions.
    pub tests: Vec<CellTest>,
    /// Whether there is code to run at all.
    pub runs: bool,
    /// Whether statements wait for a future outside of any async block.
    pub awaits: bool,
    /// Whether statements hold a loop.
    pub loops: bool,
    /// Whether the text did not parse: then everything counts as statements, and rustc says what is wrong.
    pub broken: bool,
}

impl Split {
    /// Of a text that does not parse.
    fn broken() -> Self {
        Self {
            broken: true,
            runs: true,
            ..Self::default()
        }
    }
}

/// A variable made by a `let` at the top level of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binding {
    pub name: String,
    pub mutable: bool,
    /// Where the name stands.
    pub range: Range<usize>,
    /// Whether it is bound to a closure, as far as the syntax shows.
    pub closure: bool,
    /// How many arguments that closure takes, if all of them say their types and none of these borrows.
    pub plain_arguments: Option<usize>,
}

/// Takes a cell apart that is the first of its session.
pub(super) fn split(text: &str) -> Split {
    split_with(text, &ItemMacros::new())
}

/// Takes a cell apart, in which these macros of earlier cells expand to items.
pub(super) fn split_with(text: &str, macros: &ItemMacros) -> Split {
    with_room(text, || split_here(text, macros)).unwrap_or_else(|| Split {
        commands: lex::command_lines(text),
        ..Split::broken()
    })
}

fn split_here(text: &str, macros: &ItemMacros) -> Split {
    let commands = lex::command_lines(text);
    let code = blank(text, &commands);
    // Attributes of the whole crate come first; statements cannot follow them in syn's grammar of a block.
    let cell = |input: syn::parse::ParseStream<'_>| {
        Ok((
            input.call(syn::Attribute::parse_inner)?,
            input.call(syn::Block::parse_within)?,
        ))
    };
    let parsed = cell.parse_str(&code).or_else(|error| {
        // A `let` or `use` at the end may lack its semicolon. Of other items it is a part that would not be there.
        let parsed = cell.parse_str(&format!("{code};"))?;
        match parsed.1.last() {
            Some(syn::Stmt::Local(_) | syn::Stmt::Item(syn::Item::Use(_))) => Ok(parsed),
            _ => Err(error),
        }
    });
    let mut split = match parsed {
        Ok((attributes, statements)) => from_statements(&code, &attributes, &statements, macros),
        Err(_) => Split::broken(),
    };
    // Every parse adds to proc-macro2's table of sources for this thread.
    proc_macro2::extra::invalidate_current_thread_spans();
    split.commands = commands;
    split
}

/// `text` with `ranges` replaced by spaces, lines kept.
pub(super) fn blank(text: &str, ranges: &[Range<usize>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for byte in ranges.iter().flat_map(|range| range.clone()) {
        if bytes[byte] != b'\n' {
            bytes[byte] = b' ';
        }
    }
    String::from_utf8(bytes).expect("whole ranges of a text were replaced")
}

fn from_statements(
    code: &str,
    attributes: &[syn::Attribute],
    statements: &[syn::Stmt],
    macros: &ItemMacros,
) -> Split {
    let mut split = Split {
        attributes: attributes.iter().map(|a| a.span().byte_range()).collect(),
        ..Split::default()
    };
    let mut macros = macros.clone();
    macros.append(&mut item_macros(code, statements));
    for (index, statement) in statements.iter().enumerate() {
        let call = match statement {
            syn::Stmt::Macro(item) => Some(item).zip(defined_by(&item.mac, &macros)),
            _ => None,
        };
        match (statement, call) {
            (syn::Stmt::Item(syn::Item::Use(item)), _) => split.uses.extend(Leaf::of_use(item)),
            (syn::Stmt::Item(syn::Item::ExternCrate(item)), _) => {
                split.uses.push(Leaf::of_extern_crate(item));
            }
            (syn::Stmt::Item(item), _) => split.items.push(Item::new(code, item)),
            (_, Some((item, defined))) => {
                split.items.push(Item::of_macro(code, item, defined));
            }
            _ => {
                split.runs = true;
                of_statement(&mut split, statement, index + 1 == statements.len());
            }
        }
    }
    let tests = split.items.iter().flat_map(|item| item.tests.clone());
    split.tests = tests.collect();
    if !split.runs {
        split.program = statements.iter().find_map(call_of_main);
        split.runs = split.program.is_some();
        split.awaits = split.program.is_some_and(|call| call.contains(".await"));
    }
    split.runs |= !split.tests.is_empty();
    split
}

/// How `fn main` is called, if a statement is that. What people paste from books and guides is whole programs.
fn call_of_main(statement: &syn::Stmt) -> Option<&'static str> {
    let syn::Stmt::Item(syn::Item::Fn(item)) = statement else {
        return None;
    };
    let signature = &item.sig;
    if signature.ident != "main" || !signature.inputs.is_empty() {
        return None;
    }
    let fails = match &signature.output {
        syn::ReturnType::Type(_, ty) => match &**ty {
            syn::Type::Path(path) => path.path.segments.last(),
            _ => None,
        },
        syn::ReturnType::Default => None,
    }
    .is_some_and(|last| last.ident == "Result");
    // `#[tokio::main]` and its like make an ordinary function of it.
    let waits =
        signature.asyncness.is_some() && item.attrs.iter().all(|it| it.path().segments.len() < 2);
    Some(match (waits, fails) {
        (false, false) => "main();",
        (false, true) => "main()?;",
        (true, false) => "main().await;",
        (true, true) => "main().await?;",
    })
}

fn of_statement(split: &mut Split, statement: &syn::Stmt, last: bool) {
    match statement {
        syn::Stmt::Local(local) => {
            let closure = local
                .init
                .as_ref()
                .is_some_and(|init| matches!(*init.expr, syn::Expr::Closure(_)));
            let plain = local.init.as_ref().and_then(|it| match &*it.expr {
                syn::Expr::Closure(closure) => plain_arguments(closure),
                _ => None,
            });
            let mut names = BoundNames {
                bindings: Vec::new(),
                closure,
                plain_arguments: plain,
            };
            names.visit_pat(&local.pat);
            for binding in names.bindings {
                split
                    .bindings
                    .retain(|earlier| earlier.name != binding.name);
                split.bindings.push(binding);
            }
        }
        syn::Stmt::Expr(expr, None) if last && is_worth_showing(expr) => {
            split.shown_places = places_of_tuple(expr);
            split.trailing = Some(expr.span().byte_range())
        }
        syn::Stmt::Macro(item)
            if last && item.semi_token.is_none() && !is_unit_macro(&item.mac.path) =>
        {
            split.trailing = Some(item.span().byte_range());
        }
        _ => {}
    }
    let mut seen = Seen::default();
    seen.visit_stmt(statement);
    split.awaits |= seen.awaits;
    split.loops |= super::item::has_loop(|loops| loops.visit_stmt(statement));
    split.assigned.extend(seen.assigned);
}

/// The elements of a tuple that are places, by where they start.
fn places_of_tuple(expr: &syn::Expr) -> Vec<usize> {
    let syn::Expr::Tuple(tuple) = expr else {
        return Vec::new();
    };
    let is_place = |expr: &&syn::Expr| {
        matches!(
            expr,
            syn::Expr::Path(_) | syn::Expr::Field(_) | syn::Expr::Index(_)
        )
    };
    let places = tuple.elems.iter().filter(is_place);
    places
        .map(|place| place.span().byte_range().start)
        .collect()
}

/// Loops and the like have no value. Showing them would only take them out of statement position.
fn is_worth_showing(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::ForLoop(_)
        | syn::Expr::While(_)
        | syn::Expr::Assign(_)
        | syn::Expr::Return(_)
        | syn::Expr::Break(_)
        | syn::Expr::Continue(_) => false,
        syn::Expr::If(expr) => expr.else_branch.is_some(),
        syn::Expr::Binary(expr) => !is_compound_assignment(&expr.op),
        syn::Expr::Macro(expr) => !is_unit_macro(&expr.mac.path),
        _ => true,
    }
}

fn is_compound_assignment(op: &syn::BinOp) -> bool {
    use syn::BinOp::{
        AddAssign, BitAndAssign, BitOrAssign, BitXorAssign, DivAssign, MulAssign, RemAssign,
        ShlAssign, ShrAssign, SubAssign,
    };
    matches!(
        op,
        AddAssign(_)
            | SubAssign(_)
            | MulAssign(_)
            | DivAssign(_)
            | RemAssign(_)
            | BitXorAssign(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
}

/// std's macros that print, check or give up.
fn is_unit_macro(path: &syn::Path) -> bool {
    const NAMES: [&str; 14] = [
        "print",
        "println",
        "eprint",
        "eprintln",
        "panic",
        "todo",
        "unimplemented",
        "unreachable",
        "assert",
        "assert_eq",
        "assert_ne",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
    ];
    path.segments
        .last()
        .is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
}

/// Macros of this cell that expand to items.
fn item_macros(code: &str, statements: &[syn::Stmt]) -> ItemMacros {
    let definitions = statements.iter().filter_map(|statement| match statement {
        syn::Stmt::Item(syn::Item::Macro(item)) => Some(item),
        _ => None,
    });
    definitions
        .filter(|item| expands_to_items(item))
        .filter_map(|item| {
            let text = &code[item.span().byte_range()];
            Some((item.ident.as_ref()?.to_string(), text.to_string()))
        })
        .collect()
}

/// See [`Binding::plain_arguments`].
fn plain_arguments(closure: &syn::ExprClosure) -> Option<usize> {
    use quote::ToTokens;
    if closure.asyncness.is_some() || closure.lifetimes.is_some() {
        return None;
    }
    let plain = |input: &syn::Pat| match input {
        syn::Pat::Type(typed) => {
            let ty = typed.ty.to_token_stream().to_string();
            let words = lex::mentions(&ty);
            let open = ["_", "impl", "dyn"];
            !ty.contains(['&', '\'', '(']) && !open.iter().any(|word| words.contains(*word))
        }
        _ => false,
    };
    (closure.inputs.iter().all(plain)).then_some(closure.inputs.len())
}

/// Collects what a pattern binds.
struct BoundNames {
    bindings: Vec<Binding>,
    closure: bool,
    plain_arguments: Option<usize>,
}

impl<'ast> Visit<'ast> for BoundNames {
    fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
        let name = pat.ident.to_string();
        // A pattern that is a constant or a unit variant looks the same; `None` is the one people write.
        if name != "None" {
            let binding = Binding {
                name,
                mutable: pat.mutability.is_some(),
                range: pat.ident.span().byte_range(),
                closure: self.closure,
                plain_arguments: self.plain_arguments,
            };
            self.bindings.push(binding);
        }
        syn::visit::visit_pat_ident(self, pat);
    }

    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}

/// Looks for `.await` and plain assignments, not inside of functions, closures and async blocks for the former.
#[derive(Default)]
struct Seen {
    awaits: bool,
    assigned: Vec<String>,
    inside: bool,
}

impl Seen {
    fn nested(&mut self, visit: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.inside, true);
        visit(self);
        self.inside = outside;
    }
}

impl<'ast> Visit<'ast> for Seen {
    fn visit_expr_await(&mut self, expr: &'ast syn::ExprAwait) {
        self.awaits |= !self.inside;
        syn::visit::visit_expr_await(self, expr);
    }

    fn visit_expr_assign(&mut self, expr: &'ast syn::ExprAssign) {
        let mut targets = vec![&*expr.left];
        while let Some(target) = targets.pop() {
            match target {
                syn::Expr::Path(path) => self
                    .assigned
                    .extend(path.path.get_ident().map(ToString::to_string)),
                syn::Expr::Tuple(tuple) => targets.extend(&tuple.elems),
                _ => {}
            }
        }
        syn::visit::visit_expr_assign(self, expr);
    }

    fn visit_expr_async(&mut self, expr: &'ast syn::ExprAsync) {
        self.nested(|seen| syn::visit::visit_expr_async(seen, expr));
    }

    fn visit_expr_closure(&mut self, expr: &'ast syn::ExprClosure) {
        self.nested(|seen| syn::visit::visit_expr_closure(seen, expr));
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        // What a macro does with its tokens is not known; `println!("{}", f().await)` is what people write.
        let tokens = mac.tokens.to_string();
        self.awaits |= !self.inside && (tokens.contains(". await") || tokens.contains(".await"));
    }
}

/// Whether a text could be run as it stands.
pub(in crate::engine) fn completeness(text: &str) -> Completeness {
    let text = without_byte_order_mark(text);
    // What nests too deeply here, rustc may still have an opinion of.
    with_room(text, || completeness_here(text)).unwrap_or(Completeness::Complete)
}

fn completeness_here(text: &str) -> Completeness {
    if super::commands::script(text).is_some() {
        return Completeness::Complete;
    }
    let code = blank(text, &lex::command_lines(text));
    let indent_of_last_line = || {
        let last = code.lines().last().unwrap_or_default();
        last[..last.len() - last.trim_start().len()].to_string()
    };
    match lex::shape(&code) {
        lex::Shape::Mismatched => return Completeness::Invalid,
        lex::Shape::Open(depth) => {
            return Completeness::Incomplete {
                indent: "    ".repeat(depth),
            };
        }
        lex::Shape::Closed => {}
    }
    let parsed = syn::Block::parse_within.parse_str(&code);
    let completeness = match parsed {
        Ok(_) => Completeness::Complete,
        Err(error) => {
            let rest = code
                .get(error.span().byte_range().start..)
                .unwrap_or_default();
            let at_end =
                error.to_string().contains("unexpected end of input") || rest.trim().is_empty();
            if at_end {
                Completeness::Incomplete {
                    indent: indent_of_last_line(),
                }
            } else {
                Completeness::Invalid
            }
        }
    };
    proc_macro2::extra::invalidate_current_thread_spans();
    completeness
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(split: &Split) -> Vec<&str> {
        split
            .bindings
            .iter()
            .map(|binding| binding.name.as_str())
            .collect()
    }

    #[test]
    fn a_whole_program_is_run() {
        let call = |text: &str| split(text).program;
        assert_eq!(
            call("use std::io;\nfn f() {}\nfn main() { f() }"),
            Some("main();")
        );
        assert_eq!(
            call("fn main() -> io::Result<()> { Ok(()) }"),
            Some("main()?;")
        );
        assert_eq!(call("fn main() -> ExitCode { todo!() }"), Some("main();"));
        assert_eq!(call("#[tokio::main]\nasync fn main() {}"), Some("main();"));
        assert_eq!(call("async fn main() {}"), Some("main().await;"));
        assert!(split("async fn main() {}").awaits);
        // Who calls it knows when.
        assert_eq!(call("fn main() {}\nmain()"), None);
        assert_eq!(call("fn main(n: u8) {}"), None);
        assert_eq!(call("fn mine() {}"), None);
    }

    #[test]
    fn every_part_is_found_where_it_stands() {
        let text = ":timing\nuse std::fmt::{self, Write as W};\nfn f() {}\nlet é = 1;\né + 1";
        let split = split(text);
        assert_eq!(&text[split.commands[0].clone()], ":timing");
        let leaves: Vec<_> = split.uses.iter().map(|leaf| leaf.text(text)).collect();
        assert_eq!(leaves, ["use std::fmt;", "use std::fmt::Write as W;"]);
        assert_eq!(split.items[0].names, ["f"]);
        assert_eq!(names(&split), ["é"]);
        assert_eq!(&text[split.trailing.unwrap()], "é + 1");
    }

    #[test]
    fn no_nesting_ends_the_kernel() {
        let deep = |one: &str, other: &str, count: usize| {
            format!("{}1{}", one.repeat(count), other.repeat(count))
        };
        let texts = [
            deep("(", ")", 300),
            deep("[", "]", 300),
            deep("{", "}", 300),
            deep("!", "", 500),
            deep("-", "", 500),
            deep("&", "", 500),
            deep("return ", "", 300),
            deep("|| ", "", 300),
            deep("a = ", "", 300),
            deep("f(", ")", 300),
            deep("if a {} else ", "", 300),
            deep("match a { _ => ", "}", 150),
            deep("async move {", "}", 150),
            deep("", "+1", 800),
            deep("", ".a()", 800),
            deep("", " as u8", 500),
            deep("", "?", 800),
            deep("", "[0]", 800),
            format!("let x: {};", deep("Vec<", ">", 300)),
            format!("let x: {}u8;", "&".repeat(500)),
            format!("let x: {}u8;", "fn() -> ".repeat(300)),
            format!("let {};", deep("(", ")", 300)),
            format!("let {} = 1;", "&".repeat(500)),
            format!("use {};", deep("a::{", "}", 300)),
            format!("use {}b;", "a::".repeat(600)),
            deep("mod m {", "}", 150),
            deep("fn f() {", "}", 150),
            deep("(", ")", 200_000),
            deep("(", "", 200_000),
        ];
        for text in texts {
            split(&text);
            completeness(&text);
        }
    }

    #[test]
    fn only_what_ends_without_it_may_lack_its_semicolon() {
        assert_eq!(names(&split("let x = 1")), ["x"]);
        assert_eq!(split("use std::fmt").uses.len(), 1);
        for text in [
            "extern crate core as c",
            "struct P",
            "const A: u8 = 1",
            "static B: u8 = 1",
            "type T = u8",
        ] {
            assert!(split(text).broken, "{text}");
        }
    }

    #[test]
    fn patterns_bind_all_their_names() {
        let split = split(
            "let (a, mut b) = t; let P { x, y: Q(z, ..), .. } = p; let Some(w) = o else { return };",
        );
        assert_eq!(names(&split), ["a", "b", "x", "z", "w"]);
        assert!(split.bindings[1].mutable);
    }

    #[test]
    fn a_name_bound_twice_is_one_variable() {
        assert_eq!(names(&split("let x = 1; let x = x + 1;")), ["x"]);
    }

    #[test]
    fn what_has_no_value_is_not_shown() {
        for text in [
            "x;",
            "for i in v {}",
            "println!(\"\")",
            "x = 1",
            "x += 1",
            "if a { b() }",
            "fn f() {}",
        ] {
            assert_eq!(split(text).trailing, None, "{text}");
        }
        for text in [
            "x",
            "vec![1]",
            "if a { 1 } else { 2 }",
            "match x { _ => 1 }",
            "{ 1 }",
            "f()",
            "(x)",
        ] {
            assert!(split(text).trailing.is_some(), "{text}");
        }
    }

    #[test]
    fn a_tuple_of_places_is_shown_without_moving_them() {
        assert_eq!(split("(a, b.c, d[0], f(), 1)").shown_places, [1, 4, 9]);
        assert!(split("a").shown_places.is_empty());
    }

    #[test]
    fn waiting_counts_outside_of_async_blocks() {
        assert!(split("let x = f().await;").awaits);
        assert!(split("println!(\"{}\", f().await)").awaits);
        assert!(!split("let x = async { f().await };").awaits);
        assert!(!split("async fn f() { g().await }").awaits);
    }

    #[test]
    fn unfinished_cells_ask_for_more() {
        assert_eq!(completeness("let x = 1;"), Completeness::Complete);
        assert_eq!(
            completeness("fn f() {"),
            Completeness::Incomplete {
                indent: "    ".into()
            }
        );
        assert!(matches!(
            completeness("let x ="),
            Completeness::Incomplete { .. }
        ));
        assert!(matches!(
            completeness("x."),
            Completeness::Incomplete { .. }
        ));
        assert_eq!(completeness("let = 5;"), Completeness::Invalid);
        assert_eq!(completeness(")"), Completeness::Invalid);
        for commands in [":vars\n", "\u{feff}:vars\n", "\u{feff}\u{feff}:vars\n"] {
            assert_eq!(completeness(commands), Completeness::Complete);
        }
    }
}
