//! `#[derive(Module)]`.
//!
//! The generated code is small, since every cell that defines a model compiles it: one call for each field, and
//! everything else happens in the library. Which fields count is decided by their types, and a macro sees only their
//! spelling; so each field is wrapped in a `Field`, whose method is found through `Known` where the type can be a
//! member and, one automatic reference further, through `Other` for all other types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, Index, Member, Result, Type};

use crate::attributes::{self, Role};
use crate::bounds;

pub fn expand(input: DeriveInput) -> Result<TokenStream> {
    if let Some(lifetime) = bounds::first_lifetime(&input.generics) {
        return Err(Error::new_spanned(
            lifetime,
            "a module owns its members, so it has no lifetime parameter",
        ));
    }
    let (arms, types) = arms(&input)?;
    let name = &input.ident;
    let kind = name.to_string();
    let extra_repr = attributes::extra_repr(&input.attrs)?.map(|method| {
        quote! {
            fn extra_repr(&self) -> ::std::string::String {
                #method(self)
            }
        }
    });
    let generics = bounds::bounded(&input.generics, &types.iter().collect::<Vec<_>>());
    let (_, arguments, _) = input.generics.split_for_impl();
    let (parameters, _, conditions) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #parameters ::wick::nn::Module for #name #arguments #conditions {
            fn kind(&self) -> &'static str {
                #kind
            }
            fn members<'members>(&'members self, members: &mut ::wick::nn::Members<'members>) {
                #[allow(unused_imports)]
                use ::wick::nn::field::{Known as _, Other as _};
                match self {
                    #(#arms)*
                }
            }
            fn as_module(&self) -> &dyn ::wick::nn::Module {
                self
            }
            #extra_repr
        }
        #[automatically_derived]
        impl #parameters ::core::fmt::Display for #name #arguments #conditions {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::wick::nn::fmt_module(self, f)
            }
        }
    })
}

/// The arms of the `match` over `self`, and the types of the fields in them.
fn arms(input: &DeriveInput) -> Result<(Vec<TokenStream>, Vec<Type>)> {
    let mut types = Vec::new();
    let arms = match &input.data {
        Data::Struct(data) => vec![arm(&quote!(Self), &data.fields, &mut types)?],
        Data::Enum(data) if data.variants.is_empty() => vec![quote!(_ => {})],
        Data::Enum(data) => {
            let variants = data.variants.iter().map(|variant| {
                let name = &variant.ident;
                arm(&quote!(Self::#name), &variant.fields, &mut types)
            });
            variants.collect::<Result<_>>()?
        }
        Data::Union(data) => {
            return Err(Error::new_spanned(
                data.union_token,
                "a union cannot be a module",
            ));
        }
    };
    Ok((arms, types))
}

/// `Self { conv1: field_0, fc: field_1, .. } => { … }`, with the types of those fields added to `types`.
fn arm(pattern: &TokenStream, fields: &Fields, types: &mut Vec<Type>) -> Result<TokenStream> {
    let mut bindings = Vec::new();
    let mut calls = Vec::new();
    for (position, field) in fields.iter().enumerate() {
        let role = Role::of(&field.attrs)?;
        if role == Role::Skip || (role == Role::ByType && is_number(&field.ty)) {
            continue;
        }
        let binding = format_ident!("field_{position}");
        let member = member(field, position);
        calls.push(call(role, &name(&member), &binding));
        bindings.push(quote!(#member: #binding));
        if role == Role::ByType {
            types.push(field.ty.clone());
        }
    }
    Ok(quote!(#pattern { #(#bindings,)* .. } => { #(#calls)* }))
}

fn call(role: Role, name: &str, binding: &Ident) -> TokenStream {
    match role {
        Role::ByType => quote!((&::wick::nn::field::Field(#binding)).add_to(#name, members);),
        Role::Parameter => quote!(::wick::nn::field::Tensors::parameter(#binding, #name, members);),
        Role::Buffer => quote!(::wick::nn::field::Tensors::buffer(#binding, #name, members);),
        Role::Skip => TokenStream::new(),
    }
}

fn member(field: &Field, position: usize) -> Member {
    field
        .ident
        .clone()
        .map_or(Member::Unnamed(Index::from(position)), Member::Named)
}

/// The name under which PyTorch would know the field: `type`, not `r#type`.
fn name(member: &Member) -> String {
    match member {
        Member::Named(ident) => ident.to_string().trim_start_matches("r#").to_owned(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

/// Whether the type is one of the language's own plain values, for which no code is needed at all.
fn is_number(ty: &Type) -> bool {
    const PLAIN: [&str; 16] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
        "u32", "u64", "u128", "usize",
    ];
    matches!(ty, Type::Path(path) if PLAIN.iter().any(|plain| path.path.is_ident(plain)))
}
