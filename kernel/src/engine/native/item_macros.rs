//! Calls of macros that expand to items: which they are, and what they define.
//!
//! What a cell's statement `make!(Point);` defines is to be there in later cells, so the call goes where the session's items
//! go. Of a `macro_rules!` of the session that can be read from its rules. Of a macro from elsewhere only the call is
//! known: `bitflags! { struct Flags: u32 { … } }` says what it makes.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::parse::Parser;

use super::item::{Edit, kind_and_names, publish};

/// The session's own macros that expand to items: their text, by name.
pub(super) type ItemMacros = BTreeMap<String, String>;

/// What a call defines, as far as that is known.
#[derive(Debug, Default)]
pub(super) struct Defined {
    pub names: Vec<String>,
    /// Make it visible outside of its module.
    pub edits: Vec<Edit>,
}

/// What items start with.
const STARTS: [&str; 13] = [
    "impl", "struct", "enum", "union", "trait", "fn", "mod", "type", "static", "const", "pub",
    "use", "extern",
];

/// What starts items with a name that macros are given to make them complete.
const DECLARES: [&str; 8] = [
    "struct", "enum", "union", "trait", "mod", "type", "static", "const",
];

/// Macros that make statics, whatever brackets they are called with.
const STATICS: [&str; 2] = ["thread_local", "lazy_static"];

/// Macros that are given items and make tokens of them.
const QUOTES: [&str; 4] = ["quote", "quote_spanned", "parse_quote", "stringify"];

/// Whether a `macro_rules!` expands to items: what its first rule produces starts like one.
pub(super) fn expands_to_items(item: &syn::ItemMacro) -> bool {
    rules(item.mac.tokens.clone())
        .first()
        .is_some_and(|rule| starts_like_an_item(&rule.body))
}

/// What makes public what a `macro_rules!` of the session expands to.
pub(super) fn publishing_edits(code: &str, item: &syn::ItemMacro) -> Vec<Edit> {
    let mut edits = Vec::new();
    for rule in rules(item.mac.tokens.clone()) {
        if starts_like_an_item(&rule.body)
            && let Some(items) = rule.items(&BTreeMap::new())
        {
            items
                .iter()
                .for_each(|item| edits.extend(publish(code, item)));
        }
    }
    // What is repeated in the pattern of a macro may stand in its body only once, and the other way around.
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    edits.dedup();
    edits
}

/// What a call in statement position defines; `None` where it is no call that expands to items.
pub(super) fn defined_by(mac: &syn::Macro, macros: &ItemMacros) -> Option<Defined> {
    let name = mac.path.segments.last()?.ident.to_string();
    if let Some(text) = macros.get(&name) {
        let parsed = syn::parse_str::<syn::ItemMacro>(text).ok()?;
        let of_rule = |rule: &Rule| Some(rule.names(rule.bind(&mac.tokens)?));
        let rules = rules(parsed.mac.tokens);
        // Where the call says how visible things are, it has to say so.
        let takes_visibility = rules
            .iter()
            .any(|rule| rule.kinds().values().any(|kind| kind == "vis"));
        let mut defined = takes_visibility
            .then(|| declared(mac.tokens.clone(), true))
            .flatten()
            .unwrap_or_default();
        for name in rules.iter().find_map(of_rule).unwrap_or_default() {
            if !defined.names.contains(&name) {
                defined.names.push(name);
            }
        }
        return Some(defined);
    }
    let in_braces = matches!(mac.delimiter, syn::MacroDelimiter::Brace(_));
    let name = name.as_str();
    (STATICS.contains(&name) || in_braces && !QUOTES.contains(&name))
        .then(|| declared(mac.tokens.clone(), false))
        .flatten()
}

/// The items at the top level of a call's arguments; `None` where these do not start with one. The functions that macros from
/// elsewhere are given are mostly tests.
fn declared(tokens: TokenStream, functions: bool) -> Option<Defined> {
    let declares =
        |word: &Ident| DECLARES.iter().any(|start| word == start) || functions && word == "fn";
    let mut defined = Defined::default();
    let mut tokens = tokens.into_iter().peekable();
    // Whether an item can start here, and whether it is public then.
    let (mut at_start, mut public) = (true, false);
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '#' && at_start => {
                tokens.next();
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => (at_start, public) = (true, false),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                (at_start, public) = (true, false);
            }
            TokenTree::Ident(word) if at_start && word == "pub" => {
                public = true;
                tokens.next_if(|next| matches!(next, TokenTree::Group(_)));
            }
            TokenTree::Ident(word) if at_start && declares(word) => {
                at_start = false;
                let start = word.span().byte_range().start;
                if !public {
                    defined.edits.push(Edit {
                        range: start..start,
                        text: "pub ".into(),
                    });
                }
                while tokens.next_if(is_modifier).is_some() {}
                if let Some(TokenTree::Ident(name)) = tokens.peek() {
                    defined.names.push(name.to_string());
                }
            }
            _ if defined.names.is_empty() => return None,
            _ => at_start = false,
        }
    }
    (!defined.names.is_empty()).then_some(defined)
}

fn is_modifier(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(word) if word == "ref" || word == "mut" || word == "fn")
}

/// One rule of a `macro_rules!`.
struct Rule {
    pattern: TokenStream,
    body: TokenStream,
}

/// The rules, as far as they can be told apart.
fn rules(tokens: TokenStream) -> Vec<Rule> {
    let mut groups = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    std::iter::from_fn(|| {
        Some(Rule {
            pattern: groups.next()?,
            body: groups.next()?,
        })
    })
    .collect()
}

fn starts_like_an_item(body: &TokenStream) -> bool {
    let mut stream = body.clone();
    // `{{ … }}` is an expression; `$( … )*` repeats what is inside.
    for _ in 0..2 {
        let tokens: Vec<_> = stream.clone().into_iter().take(2).collect();
        match tokens.as_slice() {
            [TokenTree::Punct(dollar), TokenTree::Group(group)] if dollar.as_char() == '$' => {
                stream = group.stream();
            }
            _ => break,
        }
    }
    match stream.into_iter().next() {
        Some(TokenTree::Ident(first)) => STARTS.iter().any(|start| first == start),
        Some(TokenTree::Punct(first)) => first.as_char() == '#',
        _ => false,
    }
}

impl Rule {
    /// The kinds of its variables, by their names.
    fn kinds(&self) -> BTreeMap<String, String> {
        let mut kinds = BTreeMap::new();
        variables(&self.pattern, &mut kinds);
        kinds
    }

    /// What it expands to, each repetition once: with what is `bound` to its variables, and stand-ins for the others.
    fn items(&self, bound: &BTreeMap<String, Ident>) -> Option<Vec<syn::Item>> {
        let body = filled(self.body.clone(), &self.kinds(), bound);
        let file = |input: syn::parse::ParseStream<'_>| input.parse::<syn::File>();
        Some(file.parse2(body).ok()?.items)
    }

    /// The names of the items that it expands to, as far as what is `bound` tells them.
    fn names(&self, bound: BTreeMap<String, Ident>) -> Vec<String> {
        let items = self.items(&bound).unwrap_or_default();
        let names: BTreeSet<_> = items
            .iter()
            .flat_map(|item| kind_and_names(item).1)
            .collect();
        let known = |name: &String| !name.starts_with(STAND_IN);
        names.into_iter().filter(known).collect()
    }

    /// The identifiers among the arguments of a call, up to where arguments repeat; `None` where the call does not fit.
    fn bind(&self, call: &TokenStream) -> Option<BTreeMap<String, Ident>> {
        let mut bound = BTreeMap::new();
        bind(&self.pattern, call, &mut bound)?;
        Some(bound)
    }
}

/// The kinds of the variables of a pattern.
fn variables(pattern: &TokenStream, kinds: &mut BTreeMap<String, String>) {
    let tokens: Vec<_> = pattern.clone().into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            variables(&group.stream(), kinds);
        } else if let Some((name, kind)) = variable(&tokens[index..]) {
            kinds.insert(name.to_string(), kind.to_string());
        }
    }
}

/// `$name:kind` at the start of these.
fn variable(tokens: &[TokenTree]) -> Option<(&Ident, &Ident)> {
    match tokens {
        [
            TokenTree::Punct(dollar),
            TokenTree::Ident(name),
            TokenTree::Punct(colon),
            TokenTree::Ident(kind),
            ..,
        ] if dollar.as_char() == '$' && colon.as_char() == ':' => Some((name, kind)),
        _ => None,
    }
}

fn bind(
    pattern: &TokenStream,
    call: &TokenStream,
    bound: &mut BTreeMap<String, Ident>,
) -> Option<()> {
    let pattern: Vec<_> = pattern.clone().into_iter().collect();
    let mut call = call.clone().into_iter().peekable();
    let mut rest = &pattern[..];
    while let Some(token) = rest.first() {
        if let Some((name, kind)) = variable(rest) {
            rest = &rest[4..];
            if kind == "ident" {
                let TokenTree::Ident(argument) = call.next()? else {
                    return None;
                };
                bound.insert(name.to_string(), argument);
            } else {
                let ends = |token: &TokenTree| {
                    rest.first()
                        .is_some_and(|next| next.to_string() == token.to_string())
                };
                while call.next_if(|token| !ends(token)).is_some() {}
            }
            continue;
        }
        match (token, call.next()) {
            (TokenTree::Punct(dollar), _) if dollar.as_char() == '$' => return Some(()),
            (TokenTree::Group(inner), Some(TokenTree::Group(given)))
                if inner.delimiter() == given.delimiter() =>
            {
                bind(&inner.stream(), &given.stream(), bound)?;
            }
            (token, Some(given)) if token.to_string() == given.to_string() => {}
            _ => return None,
        }
        rest = &rest[1..];
    }
    call.next().is_none().then_some(())
}

/// What names start with that stand for a variable.
const STAND_IN: &str = "wick_stands_for_";

/// A rule's body with something in the place of each variable, which stands where its `$` does.
fn filled(
    body: TokenStream,
    kinds: &BTreeMap<String, String>,
    bound: &BTreeMap<String, Ident>,
) -> TokenStream {
    let mut filled_in = TokenStream::new();
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => match tokens.next() {
                Some(TokenTree::Ident(name)) => {
                    let kind = kinds.get(&name.to_string()).map(String::as_str);
                    let at = dollar.span();
                    match bound.get(&name.to_string()) {
                        Some(argument) => filled_in.extend([TokenTree::from(argument.clone())]),
                        None => filled_in.extend(stand_in(&name, kind, at)),
                    }
                }
                Some(TokenTree::Group(repeated)) => {
                    filled_in.extend(filled(repeated.stream(), kinds, bound));
                    skip_repetition(&mut tokens);
                }
                _ => {}
            },
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), filled(group.stream(), kinds, bound));
                inner.set_span(group.span());
                filled_in.extend([TokenTree::from(inner)]);
            }
            token => filled_in.extend([token]),
        }
    }
    filled_in
}

/// After `$( … )`: a separator, if there is one, and `*`, `+` or `?`.
fn skip_repetition(tokens: &mut std::iter::Peekable<impl Iterator<Item = TokenTree>>) {
    let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if ['*', '+', '?'].contains(&punct.as_char()));
    for _ in 0..3 {
        if tokens.next().is_none_or(|token| is_end(&token)) {
            return;
        }
    }
}

fn stand_in(name: &Ident, kind: Option<&str>, at: Span) -> TokenStream {
    let code = match kind {
        // It may be more than it is here, or nothing: what comes after it is left as it is.
        Some("vis") => "pub",
        Some("item") => "const _: () = ();",
        Some("block") => "{}",
        Some("stmt") => ";",
        Some("literal") => return TokenTree::from(Literal::u8_suffixed(0)).into(),
        Some("lifetime") => {
            let quote = Punct::new('\'', Spacing::Joint);
            return TokenStream::from_iter([TokenTree::from(quote), Ident::new("wick", at).into()]);
        }
        Some(_) => return TokenTree::from(Ident::new(&format!("{STAND_IN}{name}"), at)).into(),
        // `$crate`
        None => "crate",
    };
    let tokens: TokenStream = code.parse().unwrap_or_default();
    let at_it = |mut token: TokenTree| {
        token.set_span(at);
        token
    };
    tokens.into_iter().map(at_it).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item_macro(text: &str) -> syn::ItemMacro {
        syn::parse_str(text).unwrap()
    }

    /// What a call of one of these macros defines.
    fn names(macros: &[&str], call: &str) -> Option<Vec<String>> {
        let named = |text: &&str| {
            let name = item_macro(text).ident.unwrap().to_string();
            (name, text.to_string())
        };
        let macros = macros.iter().map(named).collect();
        let call: syn::StmtMacro = match syn::parse_str(call).unwrap() {
            syn::Stmt::Macro(call) => call,
            other => panic!("{other:?}"),
        };
        Some(defined_by(&call.mac, &macros)?.names)
    }

    fn published(text: &str) -> String {
        let mut changed = text.to_string();
        for edit in publishing_edits(text, &item_macro(text)).iter().rev() {
            changed.replace_range(edit.range.clone(), &edit.text);
        }
        changed
    }

    #[test]
    fn what_a_macro_of_the_session_makes_is_public() {
        assert_eq!(
            published(
                "macro_rules! m { ($n:ident, $($f:ident: $t:ty),*) => { #[derive(Clone)] struct $n { $($f: $t),* } impl $n { fn new() -> Self { todo!() } } } }"
            ),
            "macro_rules! m { ($n:ident, $($f:ident: $t:ty),*) => { #[derive(Clone)] pub struct $n { $(pub $f: $t),* } impl $n { pub fn new() -> Self { todo!() } } } }"
        );
        assert_eq!(
            published(
                "macro_rules! m { ($v:vis $n:ident) => { $v struct $n; } ; ($($t:ty)*) => { $( impl Area for $t { fn area(&self) -> f64 { 1. } } )* } }"
            ),
            "macro_rules! m { ($v:vis $n:ident) => { $v struct $n; } ; ($($t:ty)*) => { $( impl Area for $t { fn area(&self) -> f64 { 1. } } )* } }"
        );
        let makes_a_value = "macro_rules! m { ($x:expr) => { $x + 1 } }";
        assert_eq!(published(makes_a_value), makes_a_value);
        assert!(!expands_to_items(&item_macro(makes_a_value)));
    }

    #[test]
    fn names_come_from_the_rule_that_fits() {
        let make = "macro_rules! make { (struct $n:ident = $v:expr) => { struct $n; impl $n {} }; ($a:ident => $b:ident; $($rest:tt)*) => { fn $a() {} const $b: u8 = 1; } }";
        let made = |call| names(&[make], call).unwrap();
        assert_eq!(made("make!(struct Point = 1 + 2);"), ["Point"]);
        assert_eq!(made("make! { f => B; and so on }"), ["B", "f"]);
        assert!(made("make!(1);").is_empty());
        let newtype = "macro_rules! newtype { ($(#[$m:meta])* $v:vis struct $n:ident($t:ty)) => { $(#[$m])* $v struct $n($t); } }";
        let called = "newtype!(#[derive(Debug)] struct Meters(f64));";
        assert_eq!(names(&[newtype], called).unwrap(), ["Meters"]);
    }

    #[test]
    fn a_macro_from_elsewhere_says_by_its_arguments_what_it_makes() {
        let made = |call| names(&[], call);
        let flags = "bitflags! { #[derive(Debug)] pub struct Flags: u32 { const A = 1; } impl Other: u8 {} struct More: u8 {} }";
        assert_eq!(made(flags).unwrap(), ["Flags", "More"]);
        assert_eq!(
            made("lazy_static! { static ref A: u8 = { 1 }; pub static ref B: u8 = 2; }").unwrap(),
            ["A", "B"]
        );
        for call in [
            "println!(\"struct\");",
            "vec! { 1 };",
            "quote! { struct A; }",
            "json!({});",
            "select! { x = a => x }",
            "proptest! { #[test] fn f(x in 0..1) {} }",
            "m!();",
            "m! { }",
        ] {
            assert_eq!(made(call), None, "{call}");
        }
    }
}
