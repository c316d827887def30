//! Derive macros of Wick. Use them through `wick::prelude`; what they generate is documented where the traits are.

mod attributes;
mod bounds;
mod hooked;
mod module;

use proc_macro::TokenStream;

/// Implements `wick::nn::Module` (and `Display`, with PyTorch's text) for a struct or an enum.
///
/// Every field that holds parameters, buffers or modules becomes a member under the field's own name (its number in a
/// tuple struct), in the order in which the fields are declared. A field of any other type is ignored.
///
/// | field | becomes |
/// | --- | --- |
/// | a type that is a `Module` | a sub-module |
/// | `Tensor` | a parameter while it requires a gradient, otherwise a buffer |
/// | `Option`, `Box`, `Vec`, array, tuple of those | what it holds: `layers.0`, `layers.1`, … |
/// | a generic parameter | what stands for it, which has to be one of the above |
///
/// A field can say otherwise:
///
/// - `#[module(parameter)]`: the tensor is a parameter even while it is frozen.
/// - `#[module(buffer)]`: the tensor is part of the state, but not of what is trained.
/// - `#[module(skip)]`: the field is none of the module's members.
///
/// On the type, `#[module(extra_repr = Self::method)]` names a method `fn(&self) -> String` whose text is printed between
/// the module's parentheses.
#[proc_macro_derive(Module, attributes(module))]
pub fn derive_module(input: TokenStream) -> TokenStream {
    module::expand(syn::parse_macro_input!(input as syn::DeriveInput))
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Lets hooks see every call of a module of one's own: it stands before the `impl Forward for …`.
///
/// `register_forward_hook` and its kin see the modules of `wick::nn`, and what containers such as `Sequential` call,
/// without it. See `wick::nn::hooks`.
#[proc_macro_attribute]
pub fn hooked(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if let Some(argument) = arguments.into_iter().next() {
        let message = "`#[hooked]` takes no arguments";
        return syn::Error::new(argument.span().into(), message)
            .into_compile_error()
            .into();
    }
    hooked::expand(syn::parse_macro_input!(item as syn::ItemImpl))
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
