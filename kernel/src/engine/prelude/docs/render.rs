//! Types and signatures of rustdoc's data, as they are written in Rust.

use serde_json::Value;

/// How an item is declared, in one line.
pub(super) fn signature(item: &Value) -> String {
    let name = item["name"].as_str().unwrap_or_default();
    let inner = &item["inner"];
    let Some((kind, of)) = inner.as_object().and_then(|it| it.iter().next()) else {
        return name.to_owned();
    };
    match kind.as_str() {
        "function" => function(name, of),
        "struct" | "enum" | "union" | "trait" => {
            format!("{kind} {name}{}", parameters(&of["generics"]))
        }
        "type_alias" => format!("type {name} = {}", ty(&of["type"])),
        "module" => format!("mod {name}"),
        "macro" | "proc_macro" => format!("{name}!(…)"),
        "constant" => format!("const {name}: {}", ty(&of["type"])),
        "static" => format!("static {name}: {}", ty(&of["type"])),
        "struct_field" => format!("{name}: {}", ty(of)),
        _ => name.to_owned(),
    }
}

fn function(name: &str, function: &Value) -> String {
    let header = &function["header"];
    let word = |key: &str, word| if header[key] == true { word } else { "" };
    let inputs = function["sig"]["inputs"].as_array();
    let inputs: Vec<String> = inputs
        .into_iter()
        .flatten()
        .map(|input| {
            let (name, of) = (input[0].as_str().unwrap_or("_"), &input[1]);
            match (name, ty(of).as_str()) {
                ("self", "Self") => "self".to_owned(),
                ("self", "&Self") => "&self".to_owned(),
                ("self", "&mut Self") => "&mut self".to_owned(),
                (name, of) => format!("{name}: {of}"),
            }
        })
        .collect();
    let output = match &function["sig"]["output"] {
        Value::Null => String::new(),
        output => format!(" -> {}", ty(output)),
    };
    format!(
        "{}{}{}fn {name}{}({}){output}",
        word("is_const", "const "),
        word("is_async", "async "),
        word("is_unsafe", "unsafe "),
        parameters(&function["generics"]),
        inputs.join(", "),
    )
}

/// `<T: Scalar, const N: usize>`; parameters that `impl Trait` stands for are left out.
fn parameters(generics: &Value) -> String {
    let parameters: Vec<String> = generics["params"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|parameter| {
            let name = parameter["name"].as_str()?;
            let kind = &parameter["kind"];
            if kind.get("lifetime").is_some() {
                return Some(name.to_owned());
            }
            if let Some(of) = kind.get("const") {
                return Some(format!("const {name}: {}", ty(&of["type"])));
            }
            let of = kind.get("type")?;
            if of["is_synthetic"] == true {
                return None;
            }
            let bounds = bounds(&of["bounds"]);
            Some(if bounds.is_empty() {
                name.to_owned()
            } else {
                format!("{name}: {bounds}")
            })
        })
        .collect();
    if parameters.is_empty() {
        String::new()
    } else {
        format!("<{}>", parameters.join(", "))
    }
}

fn bounds(bounds: &Value) -> String {
    let bounds: Vec<String> = bounds
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|bound| {
            if let Some(lifetime) = bound["outlives"].as_str() {
                return Some(lifetime.to_owned());
            }
            let of = &bound["trait_bound"];
            let mark = if of["modifier"] == "maybe" { "?" } else { "" };
            Some(format!("{mark}{}", path(of.get("trait")?)))
        })
        .collect();
    bounds.join(" + ")
}

/// A type.
pub(super) fn ty(of: &Value) -> String {
    let Some((kind, of)) = of.as_object().and_then(|it| it.iter().next()) else {
        // `"infer"`
        return "_".to_owned();
    };
    let list =
        |of: &Value| -> Vec<String> { of.as_array().into_iter().flatten().map(ty).collect() };
    match kind.as_str() {
        "resolved_path" => path(of),
        "generic" | "primitive" => of.as_str().unwrap_or_default().to_owned(),
        "borrowed_ref" => {
            let lifetime = of["lifetime"].as_str().map(|it| format!("{it} "));
            let mutable = if of["is_mutable"] == true { "mut " } else { "" };
            format!(
                "&{}{mutable}{}",
                lifetime.unwrap_or_default(),
                ty(&of["type"])
            )
        }
        "raw_pointer" => {
            let mutable = if of["is_mutable"] == true {
                "mut"
            } else {
                "const"
            };
            format!("*{mutable} {}", ty(&of["type"]))
        }
        "slice" => format!("[{}]", ty(of)),
        "array" => format!(
            "[{}; {}]",
            ty(&of["type"]),
            of["len"].as_str().unwrap_or("_")
        ),
        "tuple" => match list(of).as_slice() {
            [one] => format!("({one},)"),
            all => format!("({})", all.join(", ")),
        },
        "impl_trait" => format!("impl {}", bounds(of)),
        "dyn_trait" => {
            let traits = of["traits"].as_array().into_iter().flatten();
            let traits: Vec<String> = traits.map(|it| path(&it["trait"])).collect();
            format!("dyn {}", traits.join(" + "))
        }
        "function_pointer" => {
            let inputs = of["sig"]["inputs"].as_array().into_iter().flatten();
            let inputs: Vec<String> = inputs.map(|it| ty(&it[1])).collect();
            format!(
                "fn({}){}",
                inputs.join(", "),
                returned(&of["sig"]["output"])
            )
        }
        "qualified_path" => {
            let name = of["name"].as_str().unwrap_or_default();
            format!("{}::{name}", ty(&of["self_type"]))
        }
        _ => "_".to_owned(),
    }
}

fn returned(output: &Value) -> String {
    match output {
        Value::Null => String::new(),
        output => format!(" -> {}", ty(output)),
    }
}

/// A path by its last name, with its arguments.
fn path(of: &Value) -> String {
    let full = of["path"]
        .as_str()
        .or(of["name"].as_str())
        .unwrap_or_default();
    let name = full.rsplit("::").next().unwrap_or(full);
    let arguments = &of["args"];
    if let Some(of) = arguments.get("parenthesized") {
        let inputs: Vec<String> = of["inputs"]
            .as_array()
            .into_iter()
            .flatten()
            .map(ty)
            .collect();
        return format!("{name}({}){}", inputs.join(", "), returned(&of["output"]));
    }
    let of = &arguments["angle_bracketed"];
    let mut all: Vec<String> = of["args"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|argument| {
            let (kind, of) = argument.as_object()?.iter().next()?;
            Some(match kind.as_str() {
                "lifetime" => of.as_str()?.to_owned(),
                "type" => ty(of),
                "const" => of["expr"].as_str()?.to_owned(),
                _ => "_".to_owned(),
            })
        })
        .collect();
    for constraint in of["constraints"].as_array().into_iter().flatten() {
        let name = constraint["name"].as_str().unwrap_or_default();
        all.push(format!(
            "{name} = {}",
            ty(&constraint["binding"]["equality"]["type"])
        ));
    }
    if all.is_empty() {
        name.to_owned()
    } else {
        format!("{name}<{}>", all.join(", "))
    }
}

/// The last name of a type, references aside: `Tensor` of `&Tensor`, `Vec` of `Vec<f32>`.
pub(super) fn last_name(of: &Value) -> String {
    if let Some(inner) = of.get("borrowed_ref") {
        return last_name(&inner["type"]);
    }
    let text = ty(of);
    text.split('<').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_written_as_in_rust() {
        let tensor = json!({"resolved_path": {"path": "$crate::Tensor", "args": null}});
        let vec = json!({"resolved_path": {"path": "Vec", "args": {"angle_bracketed": {
            "args": [{"type": tensor}], "constraints": []}}}});
        let borrowed = json!({"borrowed_ref": {"lifetime": null, "is_mutable": true, "type": vec}});
        assert_eq!(ty(&borrowed), "&mut Vec<Tensor>");
        assert_eq!(last_name(&borrowed), "Vec");
        assert_eq!(ty(&json!({"tuple": [{"primitive": "u8"}]})), "(u8,)");
        assert_eq!(ty(&json!({"slice": {"generic": "T"}})), "[T]");
        let into = json!({"impl_trait": [{"trait_bound": {"trait": {"path": "Into", "args": {"angle_bracketed": {
            "args": [{"type": {"primitive": "f64"}}], "constraints": []}}}, "modifier": "none"}}]});
        assert_eq!(ty(&into), "impl Into<f64>");
    }
}
