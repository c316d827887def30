//! The `#[module(…)]` attribute of a field and of a type.

use syn::{Attribute, Error, Ident, Path, Result, Token};

/// What a field is to its module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Whatever its type says.
    ByType,
    Parameter,
    Buffer,
    Skip,
}

impl Role {
    pub fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut role = Self::ByType;
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("module"))
        {
            let named: Ident = attribute.parse_args()?;
            if role != Self::ByType {
                return Err(Error::new_spanned(
                    attribute,
                    "a field has one role in its module",
                ));
            }
            role = match named.to_string().as_str() {
                "parameter" => Self::Parameter,
                "buffer" => Self::Buffer,
                "skip" => Self::Skip,
                other => {
                    let message = format!(
                        "`{other}` is no role of a field: write `parameter`, `buffer` or `skip`"
                    );
                    return Err(Error::new(named.span(), message));
                }
            };
        }
        Ok(role)
    }
}

/// The method that `#[module(extra_repr = method)]` on a type names.
pub fn extra_repr(attributes: &[Attribute]) -> Result<Option<Path>> {
    let mut method = None;
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("module"))
    {
        method = Some(attribute.parse_args_with(|input: syn::parse::ParseStream| {
            let key: Ident = input.parse()?;
            if key != "extra_repr" {
                return Err(Error::new(
                    key.span(),
                    "on a type, write `extra_repr = Self::method`",
                ));
            }
            input.parse::<Token![=]>()?;
            input.parse()
        })?);
    }
    Ok(method)
}
