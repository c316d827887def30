//! `-p name=value`: values for what the notebook's cell tagged `parameters` declares, in a cell behind it.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use syn::parse::Parser;

/// The tag of the cell that declares parameters and their defaults, as papermill has it.
pub const DECLARED: &str = "parameters";

/// The tag of the cell that gives them values.
pub const INJECTED: &str = "injected-parameters";

/// Reads `name=value`.
pub fn parse(argument: &str) -> Result<(String, String)> {
    let Some((name, value)) = argument.split_once('=') else {
        bail!("`-p {argument}` is not of the form name=value");
    };
    let name = name.trim();
    ensure!(
        syn::parse_str::<syn::Ident>(name).is_ok(),
        "`{name}` cannot be the name of a variable"
    );
    Ok((name.to_owned(), value.to_owned()))
}

/// The cell that sets `values`; `declared` is the text of the cell with the defaults, whose types are kept.
pub fn cell(values: &[(String, String)], declared: &str) -> String {
    let declared = variables(declared);
    let mut lines = vec!["// Parameters".to_owned()];
    for (name, value) in values {
        let ty = declared.get(name).and_then(Option::as_deref);
        let value = expression(value, ty);
        lines.push(match ty {
            Some(ty) => format!("let {name}: {ty} = {value};"),
            None => format!("let {name} = {value};"),
        });
    }
    lines.join("\n")
}

/// Those of `values` that the cell with the defaults, `declared`, does not know: a name with a typing error, most likely.
pub fn unknown<'a>(values: &'a [(String, String)], declared: &str) -> Vec<&'a str> {
    let known = variables(declared);
    let given = values.iter().map(|(name, _)| name.as_str());
    given.filter(|name| !known.contains_key(*name)).collect()
}

/// What a person typed, as Rust: what is an expression of numbers, truths, lists or text in quotes is one; anything else is
/// text.
fn expression(value: &str, ty: Option<&str>) -> String {
    let text = ty.is_some_and(|ty| ty.contains("str") || ty.contains("String"));
    let parsed = syn::parse_str::<syn::Expr>(value);
    let written = match parsed {
        Ok(expression) if is_value(&expression) && (!text || value.starts_with('"')) => {
            value.trim().to_owned()
        }
        _ => format!("{value:?}"),
    };
    match ty {
        Some("String") => format!("String::from({written})"),
        Some("f32" | "f64") if written.parse::<i64>().is_ok() => format!("{written}."),
        _ => written,
    }
}

fn is_value(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Lit(_) => true,
        syn::Expr::Unary(unary) => is_value(&unary.expr),
        syn::Expr::Array(array) => array.elems.iter().all(is_value),
        syn::Expr::Tuple(tuple) => tuple.elems.iter().all(is_value),
        syn::Expr::Macro(call) => call.mac.path.is_ident("vec"),
        _ => false,
    }
}

/// The variables that `let`s of a cell declare, with their types where those are plain: written ones, and those of literals
/// that have one of their own.
fn variables(cell: &str) -> BTreeMap<String, Option<String>> {
    let statements = syn::Block::parse_within.parse_str(cell).unwrap_or_default();
    let mut variables = BTreeMap::new();
    for statement in statements {
        let syn::Stmt::Local(local) = statement else {
            continue;
        };
        match local.pat {
            syn::Pat::Type(typed) => {
                if let syn::Pat::Ident(name) = *typed.pat {
                    let ty = typed.ty;
                    let ty = quote::quote!(#ty).to_string();
                    variables.insert(name.ident.to_string(), Some(ty));
                }
            }
            syn::Pat::Ident(name) => {
                let value = local.init.map(|init| *init.expr);
                variables.insert(name.ident.to_string(), value.and_then(own_type));
            }
            _ => {}
        }
    }
    variables
}

fn own_type(value: syn::Expr) -> Option<String> {
    match value {
        syn::Expr::Lit(literal) => match literal.lit {
            syn::Lit::Int(it) if !it.suffix().is_empty() => Some(it.suffix().to_owned()),
            syn::Lit::Float(it) if it.suffix().is_empty() => Some("f64".to_owned()),
            syn::Lit::Float(it) => Some(it.suffix().to_owned()),
            syn::Lit::Str(_) => Some("&str".to_owned()),
            _ => None,
        },
        syn::Expr::Unary(unary) => own_type(*unary.expr),
        syn::Expr::Call(call) => {
            let syn::Expr::Path(path) = *call.func else {
                return None;
            };
            let of = path.path.segments.first()?.ident.to_string();
            (of == "String").then_some(of)
        }
        syn::Expr::MethodCall(call) => {
            let makes_text = call.method == "to_string" || call.method == "to_owned";
            makes_text.then(|| "String".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[&str], declared: &str) -> String {
        let values: Vec<_> = pairs.iter().map(|it| parse(it).unwrap()).collect();
        let cell = cell(&values, declared);
        cell.strip_prefix("// Parameters\n").unwrap().to_owned()
    }

    #[test]
    fn values_are_read_as_people_mean_them() {
        assert_eq!(set(&["n=3"], ""), "let n = 3;");
        assert_eq!(set(&["rate=-1e-3"], ""), "let rate = -1e-3;");
        assert_eq!(set(&["on=true"], ""), "let on = true;");
        assert_eq!(set(&["name=mnist v2"], ""), "let name = \"mnist v2\";");
        assert_eq!(set(&["name=Adam"], ""), "let name = \"Adam\";");
        assert_eq!(set(&["x=[1, 2]"], ""), "let x = [1, 2];");
        assert_eq!(set(&["equation=a=b"], ""), "let equation = \"a=b\";");
    }

    #[test]
    fn a_name_that_no_default_has_is_found() {
        let values = ["n=1", "rate=2", "typo=3"].map(|it| parse(it).unwrap());
        let declared = "let mut n: usize = 1; let rate = 0.5;";
        assert_eq!(unknown(&values, declared), ["typo"]);
        assert_eq!(unknown(&values, ""), ["n", "rate", "typo"]);
    }

    #[test]
    fn the_types_of_the_defaults_are_kept() {
        let declared = "let n: usize = 1;\nlet rate = 0.5;\nlet name = String::from(\"a\");\nlet label = \"b\";";
        assert_eq!(set(&["n=3"], declared), "let n: usize = 3;");
        assert_eq!(set(&["rate=1"], declared), "let rate: f64 = 1.;");
        assert_eq!(
            set(&["name=7"], declared),
            "let name: String = String::from(\"7\");"
        );
        assert_eq!(set(&["label=7"], declared), "let label: &str = \"7\";");
    }

    #[test]
    fn what_is_no_parameter_is_said() {
        assert!(parse("n").is_err());
        assert!(parse("2x=3").is_err());
    }
}
