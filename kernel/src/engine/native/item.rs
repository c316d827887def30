//! One item of a cell: what it is called, what it is, and how its text changes on the way into the session's
//! crate.
//!
//! Cells and items are compiled as different crates, but to the person who writes them they are one. So what
//! stands at the top level of a cell is made public on the way, its fields and methods too. A `static` is
//! compiled once: later versions of the session's crate refer to the first one by its symbol, so it keeps its
//! value.

use std::collections::BTreeSet;
use std::ops::Range;

use quote::ToTokens;
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::cell_tests::{CellTest, tests_of};
use super::item_macros::{self, Defined};
use super::lex;

/// What an item is, as far as sessions treat items differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ItemKind {
    /// Struct, enum, union, trait, or an alias of one: has an identity that values depend on.
    Type,
    /// `fn`, `const`, module, foreign functions.
    Other,
    /// `static`, or statics made by `thread_local!` or `lazy_static!`.
    Static,
    /// `macro_rules!`.
    MacroRules {
        /// Whether what it expands to is items.
        of_items: bool,
    },
    /// A call of a macro that expands to items.
    MacroCall,
    /// An `impl` block.
    Impl(Impl),
}

/// What tells one `impl` block from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Impl {
    /// The trait with its arguments; `None` for an inherent impl.
    pub of_trait: Option<String>,
    /// The type it is for.
    pub for_type: String,
    /// The last name of that type's path: `Point` in `geometry::Point<T>`.
    pub type_name: Option<String>,
    /// Its functions and constants, with where each stands.
    pub members: Vec<(String, Range<usize>)>,
    /// Every identifier in front of its members.
    pub head: BTreeSet<String>,
}

/// A replacement in an item's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// What is replaced; empty for an insertion.
    pub range: Range<usize>,
    /// By what.
    pub text: String,
}

/// A `static` inside of an item, or the item itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Static {
    /// The whole declaration.
    pub range: Range<usize>,
    /// Where an attribute could go.
    pub start: usize,
    pub name: String,
    pub mutable: bool,
    /// The type of its value.
    pub ty: String,
    pub made: Made,
}

/// How a static comes to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// The compiler computes it.
    Compiled,
    /// By `thread_local!`, in each thread that asks for it.
    PerThread,
    /// By `lazy_static!`, when it is first asked for.
    Lazily,
}

/// One item of a cell.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub kind: ItemKind,
    /// The names it defines at the top level.
    pub names: Vec<String>,
    /// Where it stands in its cell.
    pub range: Range<usize>,
    /// Changes that make it public.
    pub edits: Vec<Edit>,
    /// The tests in it.
    pub tests: Vec<CellTest>,
    /// Its statics.
    pub statics: Vec<Static>,
    /// Whether it holds a loop.
    pub loops: bool,
    /// Whether a function in it returns an `impl Trait`, as far as can be seen.
    pub hides_types: bool,
    /// Every identifier in it.
    pub mentions: BTreeSet<String>,
    /// The names by which code may come to use it: its own and, for a trait, those of its members. Whatever a macro's call
    /// expands to counts by every word in it. An `impl` comes with what its head names.
    pub reach: BTreeSet<String>,
    /// Its text without white space and comments: two items with the same are the same.
    pub tokens: String,
}

impl Item {
    /// Of a parsed item.
    pub fn new(code: &str, item: &syn::Item) -> Self {
        let (kind, names) = kind_and_names(item);
        let range = item.span().byte_range();
        let mut visitor = Publish::new(code);
        visitor.visit_item(item);
        if let syn::Item::Macro(item) = item {
            visitor.edits = item_macros::publishing_edits(code, item);
        }
        let (tests, edits) = tests_of(item);
        visitor.edits.extend(edits);
        Self {
            tests,
            reach: reach(code, item, &kind, &names),
            kind,
            names,
            mentions: lex::mentions(&code[range.clone()]),
            range,
            edits: visitor.edits,
            statics: visitor.statics,
            loops: has_loop(|loops| loops.visit_item(item)),
            hides_types: hides_types(item),
            tokens: item.to_token_stream().to_string(),
        }
    }

    /// Of a macro call in statement position, which expands to these items.
    pub fn of_macro(code: &str, item: &syn::StmtMacro, defined: Defined) -> Self {
        let range = item.span().byte_range();
        let name = item.mac.path.segments.last().map(|last| &last.ident);
        let made = match name {
            Some(name) if name == "thread_local" => Some(Made::PerThread),
            Some(name) if name == "lazy_static" => Some(Made::Lazily),
            _ => None,
        };
        let statics = made.and_then(|made| {
            let inside = |input: syn::parse::ParseStream<'_>| statics_inside(input, made);
            inside.parse2(item.mac.tokens.clone()).ok()
        });
        let statics = statics.unwrap_or_default();
        let hides_types = statics.is_empty();
        Self {
            kind: if statics.is_empty() {
                ItemKind::MacroCall
            } else {
                ItemKind::Static
            },
            names: defined.names,
            mentions: lex::mentions(&code[range.clone()]),
            reach: lex::mentions(&code[range.clone()]),
            range,
            edits: defined.edits,
            tests: Vec::new(),
            statics,
            loops: false,
            hides_types,
            tokens: item.to_token_stream().to_string(),
        }
    }

    /// Whether an earlier item of another cell is no more when this one is there. A macro and another item may share a name;
    /// of a call that defines nothing with a name, there is only one.
    pub fn replaces(&self, earlier: &Self) -> bool {
        let same_call = self.kind == ItemKind::MacroCall && self.tokens == earlier.tokens;
        same_call
            || self.names.iter().any(|name| earlier.names.contains(name))
                && self.is_macro() == earlier.is_macro()
    }

    /// Whether values may depend on its identity. What a macro makes under a name may be a type.
    pub fn may_be_a_type(&self) -> bool {
        match self.kind {
            ItemKind::Type => true,
            ItemKind::MacroCall => !self.names.is_empty(),
            _ => false,
        }
    }

    /// Whether it is a `macro_rules!`.
    pub fn is_macro(&self) -> bool {
        matches!(self.kind, ItemKind::MacroRules { .. })
    }
}

/// See [`Item::reach`].
fn reach(code: &str, item: &syn::Item, kind: &ItemKind, names: &[String]) -> BTreeSet<String> {
    let mut reach: BTreeSet<String> = names.iter().cloned().collect();
    match (item, kind) {
        (syn::Item::Trait(item), _) => {
            let members = item.items.iter().filter_map(|member| match member {
                syn::TraitItem::Fn(member) => Some(&member.sig.ident),
                syn::TraitItem::Const(member) => Some(&member.ident),
                syn::TraitItem::Type(member) => Some(&member.ident),
                _ => None,
            });
            reach.extend(members.map(ToString::to_string));
        }
        (_, ItemKind::MacroCall) => reach = lex::mentions(&code[item.span().byte_range()]),
        _ => {}
    }
    reach
}

/// What makes an item public.
pub(super) fn publish(code: &str, item: &syn::Item) -> Vec<Edit> {
    let mut visitor = Publish::new(code);
    visitor.visit_item(item);
    visitor.edits
}

pub(super) fn kind_and_names(item: &syn::Item) -> (ItemKind, Vec<String>) {
    use syn::Item as I;
    let one = |name: &syn::Ident| vec![name.to_string()];
    match item {
        I::Struct(item) => (ItemKind::Type, one(&item.ident)),
        I::Enum(item) => (ItemKind::Type, one(&item.ident)),
        I::Union(item) => (ItemKind::Type, one(&item.ident)),
        I::Trait(item) => (ItemKind::Type, one(&item.ident)),
        I::TraitAlias(item) => (ItemKind::Type, one(&item.ident)),
        I::Type(item) => (ItemKind::Type, one(&item.ident)),
        I::Mod(item) => (ItemKind::Type, one(&item.ident)),
        I::Fn(item) => (ItemKind::Other, one(&item.sig.ident)),
        I::Const(item) if item.ident == "_" => (ItemKind::Other, Vec::new()),
        I::Const(item) => (ItemKind::Other, one(&item.ident)),
        I::Static(item) => (ItemKind::Static, one(&item.ident)),
        I::Macro(item) => match &item.ident {
            Some(name) => {
                let of_items = item_macros::expands_to_items(item);
                (ItemKind::MacroRules { of_items }, one(name))
            }
            None => (ItemKind::MacroCall, Vec::new()),
        },
        I::Impl(item) => (ItemKind::Impl(of_impl(item)), Vec::new()),
        I::ForeignMod(item) => (
            ItemKind::Other,
            item.items.iter().filter_map(foreign_name).collect(),
        ),
        _ => (ItemKind::Other, Vec::new()),
    }
}

fn foreign_name(item: &syn::ForeignItem) -> Option<String> {
    match item {
        syn::ForeignItem::Fn(item) => Some(item.sig.ident.to_string()),
        syn::ForeignItem::Static(item) => Some(item.ident.to_string()),
        syn::ForeignItem::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

fn of_impl(item: &syn::ItemImpl) -> Impl {
    let members = item.items.iter().filter_map(|member| {
        let name = match member {
            syn::ImplItem::Fn(member) => &member.sig.ident,
            syn::ImplItem::Const(member) => &member.ident,
            syn::ImplItem::Type(member) => &member.ident,
            _ => return None,
        };
        Some((name.to_string(), member.span().byte_range()))
    });
    let type_name = match &*item.self_ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    };
    Impl {
        of_trait: item
            .trait_
            .as_ref()
            .map(|(path, _)| path.to_token_stream().to_string()),
        for_type: item.self_ty.to_token_stream().to_string(),
        type_name,
        members: members.collect(),
        head: head(item),
    }
}

fn head(item: &syn::ItemImpl) -> BTreeSet<String> {
    let mut words = lex::mentions(&item.self_ty.to_token_stream().to_string());
    let generics = &item.generics;
    words.extend(lex::mentions(&generics.to_token_stream().to_string()));
    words.extend(lex::mentions(
        &generics.where_clause.to_token_stream().to_string(),
    ));
    if let Some((path, _)) = &item.trait_ {
        words.extend(lex::mentions(&path.to_token_stream().to_string()));
    }
    words
}

/// The declarations inside of `thread_local! { … }` and `lazy_static! { … }`.
fn statics_inside(input: syn::parse::ParseStream<'_>, made: Made) -> syn::Result<Vec<Static>> {
    let mut statics = Vec::new();
    while !input.is_empty() {
        input.call(syn::Attribute::parse_outer)?;
        let first = input.span().byte_range();
        input.parse::<syn::Visibility>()?;
        input.parse::<syn::Token![static]>()?;
        if made == Made::Lazily {
            input.parse::<syn::Token![ref]>()?;
        }
        let name: syn::Ident = input.parse()?;
        input.parse::<syn::Token![:]>()?;
        let ty: syn::Type = input.parse()?;
        input.parse::<syn::Token![=]>()?;
        input.parse::<Option<syn::Token![const]>>()?;
        let init: syn::Expr = input.parse()?;
        input.parse::<Option<syn::Token![;]>>()?;
        statics.push(Static {
            range: first.start..init.span().byte_range().end,
            start: first.start,
            name: name.to_string(),
            mutable: false,
            ty: ty.to_token_stream().to_string(),
            made,
        });
    }
    Ok(statics)
}

/// Whether there is a loop in what `visit` is shown. What macros hold counts by its words.
pub(super) fn has_loop(visit: impl FnOnce(&mut Loops)) -> bool {
    let mut loops = Loops(false);
    visit(&mut loops);
    loops.0
}

/// Whether an `impl Trait` is returned anywhere in an item. What macros expand to is not known.
fn hides_types(item: &syn::Item) -> bool {
    struct Hidden(bool);
    impl<'ast> Visit<'ast> for Hidden {
        fn visit_return_type(&mut self, ty: &'ast syn::ReturnType) {
            let words = lex::mentions(&ty.to_token_stream().to_string());
            self.0 |= words.contains("impl");
        }

        fn visit_macro(&mut self, mac: &'ast syn::Macro) {
            self.0 |= lex::mentions(&mac.tokens.to_string()).contains("impl");
        }
    }
    let mut hidden = Hidden(false);
    hidden.visit_item(item);
    hidden.0
}

/// Looks for loops.
pub(super) struct Loops(bool);

impl<'ast> Visit<'ast> for Loops {
    fn visit_expr(&mut self, expr: &'ast syn::Expr) {
        self.0 |= matches!(
            expr,
            syn::Expr::ForLoop(_) | syn::Expr::While(_) | syn::Expr::Loop(_)
        );
        syn::visit::visit_expr(self, expr);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let words = lex::mentions(&mac.tokens.to_string());
        self.0 |= ["for", "while", "loop"]
            .iter()
            .any(|word| words.contains(*word));
    }
}

/// Collects the edits that make an item public, and its statics.
struct Publish<'a> {
    code: &'a str,
    edits: Vec<Edit>,
    statics: Vec<Static>,
    /// 0 at the top level of the cell, more inside of modules and functions.
    depth: usize,
}

impl<'a> Publish<'a> {
    fn new(code: &'a str) -> Self {
        Self {
            code,
            edits: Vec::new(),
            statics: Vec::new(),
            depth: 0,
        }
    }

    /// `visibility` belongs to something at the top level whose next token starts at `next`.
    fn publish(&mut self, visibility: &syn::Visibility, next: usize) {
        match visibility {
            syn::Visibility::Public(_) => {}
            syn::Visibility::Restricted(_) => {
                self.edits.push(Edit {
                    range: visibility.span().byte_range(),
                    text: "pub".into(),
                });
            }
            syn::Visibility::Inherited if self.depth == 0 => {
                self.edits.push(Edit {
                    range: next..next,
                    text: "pub ".into(),
                });
            }
            syn::Visibility::Inherited => {}
        }
    }

    fn fields(&mut self, fields: &syn::Fields) {
        for field in fields {
            let next = field
                .ident
                .as_ref()
                .map_or_else(|| field.ty.span(), syn::Ident::span);
            self.publish(&field.vis, next.byte_range().start);
        }
    }

    fn nested(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }

    fn start_of(&self, first: &impl Spanned) -> usize {
        first.span().byte_range().start
    }
}

impl<'ast> Visit<'ast> for Publish<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.publish(&item.vis, self.start_of(&item.struct_token));
        self.fields(&item.fields);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.publish(&item.vis, self.start_of(&item.enum_token));
    }

    fn visit_item_union(&mut self, item: &'ast syn::ItemUnion) {
        self.publish(&item.vis, self.start_of(&item.union_token));
        self.fields(&syn::Fields::Named(item.fields.clone()));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        let first = item
            .unsafety
            .map_or(item.trait_token.span, |token| token.span);
        self.publish(&item.vis, first.byte_range().start);
        self.nested(|inside| syn::visit::visit_item_trait(inside, item));
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.publish(&item.vis, self.start_of(&item.type_token));
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        if item.ident != "_" {
            self.publish(&item.vis, self.start_of(&item.const_token));
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.publish(&item.vis, self.start_of(&item.sig));
        self.nested(|inside| inside.visit_block(&item.block));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let first = item
            .unsafety
            .map_or(item.mod_token.span, |token| token.span);
        self.publish(&item.vis, first.byte_range().start);
        self.nested(|inside| syn::visit::visit_item_mod(inside, item));
    }

    fn visit_item_foreign_mod(&mut self, item: &'ast syn::ItemForeignMod) {
        for item in &item.items {
            match item {
                syn::ForeignItem::Fn(item) => self.publish(&item.vis, self.start_of(&item.sig)),
                syn::ForeignItem::Static(item) => {
                    self.publish(&item.vis, self.start_of(&item.static_token))
                }
                syn::ForeignItem::Type(item) => {
                    self.publish(&item.vis, self.start_of(&item.type_token))
                }
                _ => {}
            }
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.edits.extend(super::hooks::edit(item));
        for member in &item.items {
            match member {
                syn::ImplItem::Fn(member) => {
                    if item.trait_.is_none() {
                        self.publish(&member.vis, self.start_of(&member.sig));
                    }
                    self.nested(|inside| inside.visit_block(&member.block));
                }
                syn::ImplItem::Const(member) if item.trait_.is_none() => {
                    self.publish(&member.vis, self.start_of(&member.const_token));
                }
                _ => {}
            }
        }
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let start = match &item.vis {
            syn::Visibility::Inherited => self.start_of(&item.static_token),
            visibility => visibility.span().byte_range().start,
        };
        self.publish(&item.vis, self.start_of(&item.static_token));
        self.statics.push(Static {
            range: item.span().byte_range(),
            start,
            name: item.ident.to_string(),
            mutable: matches!(item.mutability, syn::StaticMutability::Mut(_)),
            ty: self.code[item.ty.span().byte_range()].to_string(),
            made: Made::Compiled,
        });
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

#[cfg(test)]
mod tests {
    use super::super::split::split;
    use super::*;

    /// The text of a cell's items after their edits.
    fn published(text: &str) -> String {
        let mut edits: Vec<_> = split(text)
            .items
            .into_iter()
            .flat_map(|item| item.edits)
            .collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
        let mut text = text.to_string();
        edits
            .iter()
            .for_each(|edit| text.replace_range(edit.range.clone(), &edit.text));
        text
    }

    #[test]
    fn what_stands_at_the_top_is_made_public() {
        assert_eq!(
            published("#[derive(Debug)] struct P { x: i32, #[a] pub(crate) y: u8, pub z: () }"),
            "#[derive(Debug)] pub struct P { pub x: i32, #[a] pub y: u8, pub z: () }"
        );
        assert_eq!(
            published("struct W(i32, pub u8);"),
            "pub struct W(pub i32, pub u8);"
        );
        assert_eq!(
            published("async fn f() { fn g() {} }"),
            "pub async fn f() { fn g() {} }"
        );
        assert_eq!(
            published("impl P { const A: u8 = 1; fn f(&self) {} }"),
            "impl P { pub const A: u8 = 1; pub fn f(&self) {} }"
        );
        assert_eq!(
            published("impl T for P { fn f(&self) {} }"),
            "impl T for P { fn f(&self) {} }"
        );
        assert_eq!(
            published("/// doc\nunsafe trait T { fn f(); }"),
            "/// doc\npub unsafe trait T { fn f(); }"
        );
    }

    #[test]
    fn a_module_keeps_its_secrets() {
        assert_eq!(
            published("mod m { fn f() {} pub fn g() {} struct S { x: i32 } }"),
            "pub mod m { fn f() {} pub fn g() {} struct S { x: i32 } }"
        );
    }

    #[test]
    fn statics_are_found_everywhere() {
        let split = split(
            "fn f() { static N: u8 = 1; } static mut M: Vec<i32> = Vec::new(); thread_local! { static T: Cell<u8> = Cell::new(1); }",
        );
        let statics: Vec<_> = split
            .items
            .iter()
            .flat_map(|item| &item.statics)
            .map(|s| (s.name.as_str(), s.ty.as_str()))
            .collect();
        assert_eq!(
            statics,
            [("N", "u8"), ("M", "Vec<i32>"), ("T", "Cell < u8 >")]
        );
        assert_eq!(split.items[2].names, ["T"]);
    }

    #[test]
    fn impls_are_known_by_trait_and_type() {
        let split = split("impl<T> Add<P> for Q<T> { fn add(self) {} }");
        let ItemKind::Impl(of) = &split.items[0].kind else {
            panic!()
        };
        assert_eq!(
            (of.of_trait.as_deref(), of.type_name.as_deref()),
            (Some("Add < P >"), Some("Q"))
        );
        assert_eq!(of.members[0].0, "add");
    }
}
