//! Modules of a notebook are seen by hooks, and by `summary`, wherever they are called: a line in front of the body of
//! their `forward` does what `#[hooked]` does. It stands behind the brace that opens the body, on the same line, so that
//! the body keeps its lines and its errors.

use quote::ToTokens;

use super::item::Edit;

/// The edit that an `impl Forward for …` gets; `None` for all else, and for what says `#[hooked]` itself.
///
/// Only names are looked at here. Whether it is the prelude's `Forward`, method resolution finds out
/// (`wick::nn::hooks::own`).
pub(super) fn edit(item: &syn::ItemImpl) -> Option<Edit> {
    let (path, _) = item.trait_.as_ref()?;
    let is_named = |path: &syn::Path, name: &str| {
        path.segments
            .last()
            .is_some_and(|last| last.ident == name && last.arguments.is_none())
    };
    if !is_named(path, "Forward") || item.attrs.iter().any(|it| is_named(it.path(), "hooked")) {
        return None;
    }
    let forward = item.items.iter().find_map(|member| match member {
        syn::ImplItem::Fn(member) if member.sig.ident == "forward" => Some(member),
        _ => None,
    })?;
    let signature = &forward.sig;
    let is_plain = signature.asyncness.is_none()
        && signature.constness.is_none()
        && signature.generics.params.is_empty();
    let mut inputs = signature.inputs.iter();
    let (Some(syn::FnArg::Receiver(receiver)), Some(syn::FnArg::Typed(input)), None) =
        (inputs.next(), inputs.next(), inputs.next())
    else {
        return None;
    };
    let text = |tokens: &dyn ToTokens| tokens.to_token_stream().to_string();
    let syn::Pat::Ident(name) = &*input.pat else {
        return None;
    };
    if !is_plain || text(receiver) != "& self" || text(&input.ty) != "& Tensor" {
        return None;
    }
    let name = (name.mutability.is_none() && name.by_ref.is_none()).then_some(&name.ident)?;
    let brace = forward.block.brace_token.span.open().byte_range().end;
    Some(Edit {
        range: brace..brace,
        text: format!(
            " if let Some(y) = {{ #[allow(unused_imports)] use ::wick::nn::hooks::own::*; (&Own(self)).around({name}) }} \
             {{ return y; }}"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str) -> Option<String> {
        let item: syn::ItemImpl = syn::parse_str(text).unwrap();
        let edit = edit(&item)?;
        let mut text = text.to_owned();
        text.replace_range(edit.range, &edit.text);
        syn::parse_str::<syn::ItemImpl>(&text).unwrap();
        Some(text)
    }

    #[test]
    fn the_line_stands_in_front_of_the_body() {
        let text = "impl Forward for Net {\n    fn forward(&self, x: &Tensor) -> Tensor {\n        x.relu()\n    }\n}";
        let edited = edited(text).unwrap();
        let lines: Vec<&str> = edited.lines().collect();
        assert_eq!(lines.len(), text.lines().count());
        assert!(lines[1].contains("{ if let Some(y)") && lines[1].contains("around(x)"));
        assert_eq!(lines[2], "        x.relu()");
    }

    #[test]
    fn nothing_else_is_touched() {
        for text in [
            "impl Net { fn forward(&self, x: &Tensor) -> Tensor { x.relu() } }",
            "#[hooked] impl Forward for Net { fn forward(&self, x: &Tensor) -> Tensor { x.relu() } }",
            "impl Forward for Net { fn forward(&self, (a, b): (&Tensor, &Tensor)) -> Tensor { a + b } }",
            "impl Forward for Net { fn forward(&mut self, x: &Tensor) -> Tensor { x.relu() } }",
            "impl Forward<Tensor> for Net { fn forward(&self, x: &Tensor) -> Tensor { x.relu() } }",
        ] {
            assert_eq!(edited(text), None, "{text}");
        }
    }
}
