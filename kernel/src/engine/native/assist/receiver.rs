//! The type of what stands before a dot, as far as it can be told from names alone.

use ra_ap_rustc_lexer::{LiteralKind, TokenKind};
use syn::parse::Parser;

use super::super::item::ItemKind;
use super::super::lex::{Token, tokens};
use super::{Known, last_name};

/// How far back a chain of calls is followed.
const LONGEST_CHAIN: usize = 32;

/// One link of a chain: `.shape()` is `Link { name: "shape", called: true }`.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    name: String,
    called: bool,
}

/// What a chain starts with, and how it goes on.
#[derive(Debug, PartialEq, Eq)]
struct Chain {
    root: Root,
    links: Vec<Link>,
}

#[derive(Debug, PartialEq, Eq)]
enum Root {
    /// `x`, or with `called` `f(…)`.
    Name { path: Vec<String>, called: bool },
    /// Text.
    Text,
}

impl Known {
    /// The last name of the type of the expression that ends `before`.
    pub(super) fn type_before(&self, before: &str) -> Option<String> {
        let Chain { root, links } = chain(before)?;
        let mut ty = match root {
            Root::Text => "str".to_owned(),
            Root::Name { path, called } => self.type_of_root(before, &path, called, 0)?,
        };
        for link in links {
            ty = self.type_of_member(&ty, &link.name)?;
        }
        Some(ty)
    }

    fn type_of_root(
        &self,
        before: &str,
        path: &[String],
        called: bool,
        depth: u8,
    ) -> Option<String> {
        let name = path.last()?;
        if let [of, name] = path {
            // A function of a type, or a variant.
            return self.type_of_member(of, name).or_else(|| Some(of.clone()));
        }
        if path.len() > 2 {
            return Some(path[path.len() - 2].clone());
        }
        if !called {
            if depth < 4
                && let Some(ty) = self.type_of_local(before, name, depth)
            {
                return Some(ty);
            }
            return Some(last_name(&self.variables.get(name)?.ty).to_owned());
        }
        if let Some(entry) = self.docs().and_then(|docs| docs.find(name)) {
            return entry.returns.clone();
        }
        if name == "tensor" {
            return Some("Tensor".to_owned());
        }
        self.functions()
            .find(|(of, signature)| of.is_none() && signature.ident == name)
            .and_then(|(_, signature)| returned(&signature))
    }

    /// What `let name = …` in the cell itself makes.
    fn type_of_local(&self, before: &str, name: &str, depth: u8) -> Option<String> {
        let at = before
            .rfind(&format!("let {name}"))
            .or_else(|| before.rfind(&format!("let mut {name}")))?;
        let rest = before[at..].split_once(name)?.1.trim_start();
        if let Some(ty) = rest.strip_prefix(':') {
            let ty = ty.split(['=', ';']).next()?;
            return Some(last_name(ty).to_owned());
        }
        let value = rest.strip_prefix('=')?;
        let value = value
            .split_once(';')
            .map_or(value, |(value, _)| value)
            .trim();
        // `Foo { … }` is a `Foo`.
        if let Some((ty, _)) = value.split_once('{')
            && ty.trim().chars().all(|c| super::is_word(c) || c == ':')
            && ty.starts_with(|c: char| c.is_uppercase())
        {
            return Some(last_name(ty).to_owned());
        }
        let Chain { root, links } = chain(value)?;
        let Root::Name { path, called } = root else {
            return Some("str".to_owned());
        };
        let earlier = &before[..at];
        let mut ty = self.type_of_root(earlier, &path, called, depth + 1)?;
        for link in links {
            ty = self.type_of_member(&ty, &link.name)?;
        }
        Some(ty)
    }

    /// The type of a field, or what a method or a function of a type returns.
    fn type_of_member(&self, of: &str, name: &str) -> Option<String> {
        let field = self
            .fields()
            .find(|(ty, field, _)| ty == of && field == name);
        if let Some((_, _, ty)) = field {
            return Some(last_name(&ty).to_owned());
        }
        let own = self
            .functions()
            .find(|(ty, signature)| ty.as_deref() == Some(of) && signature.ident == name)
            .and_then(|(_, signature)| returned(&signature));
        let own = own.map(|ty| if ty == "Self" { of.to_owned() } else { ty });
        own.or_else(|| {
            let mut members = self.docs()?.members(of);
            members.find(|entry| entry.name == name)?.returns.clone()
        })
    }

    /// The named fields of the notebook's structs: struct, field, type.
    pub(super) fn fields(&self) -> impl Iterator<Item = (String, String, String)> {
        let definitions = self.notebook.definitions.iter();
        definitions
            .filter(|definition| definition.item.kind == ItemKind::Type)
            .filter_map(|it| parse(&it.cell.text[it.item.range.clone()]))
            .filter_map(|item| match item {
                syn::Item::Struct(item) => Some(item),
                _ => None,
            })
            .flat_map(|item| {
                let name = item.ident.to_string();
                let fields = item.fields.into_iter().enumerate();
                let fields = fields.map(move |(index, field)| {
                    let field_name = field.ident.map_or(index.to_string(), |it| it.to_string());
                    (name.clone(), field_name, written(&field.ty))
                });
                fields.collect::<Vec<_>>()
            })
    }

    /// The variants of the notebook's enums: enum, variant.
    pub(super) fn variants(&self) -> impl Iterator<Item = (String, String)> {
        let definitions = self.notebook.definitions.iter();
        definitions
            .filter(|definition| definition.item.kind == ItemKind::Type)
            .filter_map(|it| parse(&it.cell.text[it.item.range.clone()]))
            .filter_map(|item| match item {
                syn::Item::Enum(item) => Some(item),
                _ => None,
            })
            .flat_map(|item| {
                let name = item.ident.to_string();
                let variants = item.variants.into_iter();
                variants
                    .map(move |it| (name.clone(), it.ident.to_string()))
                    .collect::<Vec<_>>()
            })
    }

    /// The notebook's functions, with the type that they belong to.
    pub(super) fn functions(&self) -> impl Iterator<Item = (Option<String>, syn::Signature)> {
        let definitions = self.notebook.definitions.iter();
        definitions
            .filter_map(|it| parse(&it.cell.text[it.item.range.clone()]))
            .flat_map(|item| match item {
                syn::Item::Fn(item) => vec![(None, item.sig)],
                syn::Item::Impl(block) => {
                    let of = last_name(&written(&block.self_ty)).to_owned();
                    let functions = block.items.into_iter().filter_map(|item| match item {
                        syn::ImplItem::Fn(item) => Some((Some(of.clone()), item.sig)),
                        _ => None,
                    });
                    functions.collect()
                }
                _ => Vec::new(),
            })
    }
}

fn parse(text: &str) -> Option<syn::Item> {
    let parse = |input: syn::parse::ParseStream<'_>| input.parse::<syn::Item>();
    let item = parse.parse_str(text).ok();
    proc_macro2::extra::invalidate_current_thread_spans();
    item
}

/// Syntax as people write it.
pub(super) fn written(syntax: &impl quote::ToTokens) -> String {
    let mut text = syntax.to_token_stream().to_string();
    for (spaced, tight) in [
        (" < ", "<"),
        (" >", ">"),
        (" , ", ", "),
        ("& ", "&"),
        (" :: ", "::"),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        (" : ", ": "),
        (" ;", ";"),
        ("[ ", "["),
        (" ]", "]"),
    ] {
        text = text.replace(spaced, tight);
    }
    text.replace("->", "-> ").replace("->  ", "-> ")
}

fn returned(signature: &syn::Signature) -> Option<String> {
    match &signature.output {
        syn::ReturnType::Default => None,
        syn::ReturnType::Type(_, ty) => Some(last_name(&written(ty)).to_owned()),
    }
}

/// What is read from the text before a dot.
pub(super) fn look_before(text: &str) {
    chain(text);
}

/// Reads the chain of fields and calls that ends `text`, from its end.
fn chain(text: &str) -> Option<Chain> {
    let all: Vec<Token> = tokens(text)
        .filter(|token| {
            !matches!(
                token.kind,
                TokenKind::Whitespace
                    | TokenKind::LineComment { .. }
                    | TokenKind::BlockComment { .. }
            )
        })
        .collect();
    let mut at = all.len();
    let mut links = Vec::new();
    for _ in 0..LONGEST_CHAIN {
        let (called, end) = skip_call(&all[..at])?;
        at = end;
        let token = all.get(at.checked_sub(1)?)?;
        at -= 1;
        if let TokenKind::Literal { kind, .. } = token.kind {
            let text = matches!(kind, LiteralKind::Str { .. } | LiteralKind::RawStr { .. });
            links.reverse();
            return text.then_some(Chain {
                root: Root::Text,
                links,
            });
        }
        if token.kind != TokenKind::Ident {
            return None;
        }
        let name = text[token.range.clone()].to_owned();
        if at > 0 && all[at - 1].kind == TokenKind::Dot {
            at -= 1;
            links.push(Link { name, called });
            continue;
        }
        let mut path = vec![name];
        while let [.., before, one, two] = &all[..at]
            && one.kind == TokenKind::Colon
            && two.kind == TokenKind::Colon
            && before.kind == TokenKind::Ident
        {
            path.insert(0, text[before.range.clone()].to_owned());
            at -= 3;
        }
        links.reverse();
        let root = Root::Name { path, called };
        return Some(Chain { root, links });
    }
    None
}

/// Steps back over `(…)`, `!(…)`, `::<…>(…)`, `?` and `[…]` behind a name; says whether the name is called.
fn skip_call(tokens: &[Token]) -> Option<(bool, usize)> {
    let mut at = tokens.len();
    let mut called = false;
    loop {
        match tokens.get(at.checked_sub(1)?)?.kind {
            TokenKind::Question => at -= 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                called |= tokens[at - 1].kind == TokenKind::CloseParen;
                let mut depth = 0;
                loop {
                    at = at.checked_sub(1)?;
                    match tokens[at].kind {
                        TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                            depth += 1
                        }
                        TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                            depth -= 1
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            TokenKind::Gt => {
                let mut depth = 0;
                loop {
                    at = at.checked_sub(1)?;
                    match tokens[at].kind {
                        TokenKind::Gt => depth += 1,
                        TokenKind::Lt => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
                while at > 0 && tokens[at - 1].kind == TokenKind::Colon {
                    at -= 1;
                }
            }
            TokenKind::Bang => {
                called = true;
                at -= 1;
            }
            _ => return Some((called, at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> String {
        let Chain { root, links } = chain(text).unwrap();
        let root = match root {
            Root::Text => "text".to_owned(),
            Root::Name { path, called } => path.join("::") + if called { "()" } else { "" },
        };
        let links = links
            .iter()
            .map(|it| format!(".{}{}", it.name, if it.called { "()" } else { "" }));
        root + &links.collect::<String>()
    }

    #[test]
    fn chains_are_read_from_their_end() {
        assert_eq!(links("let y = x"), "x");
        assert_eq!(links("f(a, x.grad()"), "x.grad()");
        assert_eq!(links("x.matmul(&y.t()).relu()?"), "x.matmul().relu()");
        assert_eq!(links("wick::Tensor::ones([2])"), "wick::Tensor::ones()");
        assert_eq!(links("tensor!([1, 2])"), "tensor()");
        assert_eq!(links("x.item::<f32>()"), "x.item()");
        assert_eq!(links("\"a b\".trim()"), "text.trim()");
        assert_eq!(links("self.layers[0].weight"), "self.layers.weight");
        assert!(chain("1 + ").is_none());
        assert!(chain("").is_none());
    }
}
