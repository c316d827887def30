//! `#[hooked]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Block, Error, FnArg, ImplItem, ItemImpl, Pat, Result, parse_quote};

/// The impl with `nn::hooks::call` around the body of its `forward`.
pub fn expand(mut item: ItemImpl) -> Result<TokenStream> {
    let forward = item.items.iter_mut().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "forward" => Some(function),
        _ => None,
    });
    let Some(forward) = forward else {
        return Err(Error::new_spanned(
            item,
            "`#[hooked]` stands before an `impl Forward for …`, which has a function `forward`",
        ));
    };
    let output = &forward.sig.output;
    let Some(FnArg::Typed(input)) = forward.sig.inputs.iter_mut().nth(1) else {
        return Err(Error::new_spanned(&forward.sig, "`forward` takes a tensor"));
    };
    let (pattern, ty) = (input.pat.clone(), &input.ty);
    let name = match &*pattern {
        Pat::Ident(ident) => ident.ident.clone(),
        _ => {
            let name = format_ident!("input");
            *input.pat = parse_quote!(#name);
            name
        }
    };
    let body = &forward.block;
    let block: Block = parse_quote!({
        ::wick::nn::hooks::call(self, #name, |#pattern: #ty| #output #body)
    });
    forward.block = block;
    Ok(quote!(#item))
}
