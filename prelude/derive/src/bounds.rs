//! What a generic module asks of its type parameters.

use proc_macro2::TokenTree;
use quote::{ToTokens, quote};
use syn::{
    GenericParam, Generics, Ident, Type, TypeParam, TypeParamBound, WherePredicate, parse_quote,
};

/// `generics` with the bounds that make the impl below right for every choice of types: a parameter that occurs in
/// one of the `fields` has to be something a module can hold. Without the bound such a field would look like any
/// other value and its weights would be left out silently.
pub fn bounded(generics: &Generics, fields: &[&Type]) -> Generics {
    let mut bounded = generics.clone();
    let predicates: Vec<WherePredicate> = generics
        .type_params()
        .map(|parameter| {
            let name = &parameter.ident;
            let is_member = fields.iter().any(|field| mentions(field, name))
                && !is_callable(generics, parameter);
            let member = is_member.then(|| quote!(::wick::nn::Member+));
            parse_quote!(#name: #member 'static)
        })
        .collect();
    bounded.make_where_clause().predicates.extend(predicates);
    bounded
}

/// The first lifetime parameter, which no module may have.
pub fn first_lifetime(generics: &Generics) -> Option<&GenericParam> {
    generics
        .params
        .iter()
        .find(|parameter| matches!(parameter, GenericParam::Lifetime(_)))
}

/// Whether a value of type `field` may hold a value of type `name`.
fn mentions(field: &Type, name: &Ident) -> bool {
    let holds_none = match field {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "PhantomData"),
        Type::FnPtr(_) | Type::Ptr(_) => true,
        _ => false,
    };
    !holds_none && contains(field.to_token_stream(), name)
}

fn contains(tokens: proc_macro2::TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => contains(group.stream(), name),
        _ => false,
    })
}

/// Whether `parameter` is declared to be a function, as in `F: Fn(&Tensor) -> Tensor`.
fn is_callable(generics: &Generics, parameter: &TypeParam) -> bool {
    let in_where = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates)
        .filter_map(|predicate| {
            let WherePredicate::Type(predicate) = predicate else {
                return None;
            };
            let Type::Path(bounded) = &predicate.bounded_ty else {
                return None;
            };
            bounded
                .path
                .is_ident(&parameter.ident)
                .then_some(&predicate.bounds)
        });
    in_where.chain([&parameter.bounds]).flatten().any(|bound| {
        let TypeParamBound::Trait(bound) = bound else {
            return false;
        };
        let name = bound
            .path
            .segments
            .last()
            .map(|last| last.ident.to_string());
        matches!(name.as_deref(), Some("Fn" | "FnMut" | "FnOnce"))
    })
}
