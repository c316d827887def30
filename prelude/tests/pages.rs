//! `docs/pytorch-to-wick.md`: PyTorch's calls and what they are here, made from the lines that declare operations.
//!
//! `WICK_WRITE_PAGES=1 cargo test --release -p wick --test pages` writes it anew.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The public functions of PyTorch 2.15, one a line.
const PYTORCH: &str = include_str!("reference/pytorch-names.txt");

/// An operation as `ops!` (or a macro of its kind) declares it.
struct Declared {
    name: String,
    /// The twin that works in place, if there is one.
    in_place: String,
    /// Rust's arguments, without the tensor itself.
    arguments: String,
    /// Whether it is `Tensor::name(…)` (or a function of a module) and not a method.
    of_type: bool,
    /// Where it lies if it is no method: `Tensor`, `fft`.
    place: &'static str,
    doc: String,
}

impl Declared {
    /// PyTorch's call: the one that the documentation names, or the method of the same name.
    fn pytorch(&self) -> String {
        let named = self.doc.split('`').skip(1).step_by(2).find(|code| {
            ["torch.", "F.", "x."]
                .iter()
                .any(|start| code.starts_with(start))
                && !code.contains("dtype=")
        });
        match named {
            Some(code) => format!("`{code}`"),
            None => self
                .namesake()
                .map_or_else(String::new, |name| format!("`{name}`")),
        }
    }

    /// PyTorch's function of the same name, or of the name without what tells Rust's variants apart.
    fn namesake(&self) -> Option<String> {
        let stem = [
            "_dim", "_dims", "_with", "_all", "_scaled", "_sizes", "_tuple",
        ]
        .iter()
        .find_map(|suffix| self.name.strip_suffix(suffix));
        let first = if self.of_type { "torch" } else { "Tensor" };
        let places = [
            first,
            "torch",
            "F",
            "torch.special",
            "torch.linalg",
            "torch.fft",
        ];
        [Some(self.name.as_str()), stem]
            .into_iter()
            .flatten()
            .flat_map(|name| places.map(|place| format!("{place}.{name}")))
            .find(|name| PYTORCH.lines().any(|line| line == name))
    }

    fn wick(&self) -> String {
        match self.of_type {
            true => format!("{}::{}({})", self.place, self.name, self.arguments),
            false => format!("x.{}({})", self.name, self.arguments),
        }
    }

    /// The first sentence, without links.
    fn summary(&self) -> String {
        let end = self.doc.find(". ").map_or(self.doc.len(), |at| at + 1);
        let mut text = self.doc[..end].replace("[`", "`").replace("`Tensor::", "`");
        // Where a link leads: only the words stay.
        while let Some(at) = text.find("`](") {
            let link = text[at..].find(')').map_or(text.len(), |end| at + end + 1);
            text.replace_range(at + 1..link, "");
        }
        let text = text.replace("`]", "`");
        text.replace('|', "\\|").trim_end_matches('.').to_string()
    }
}

/// The arguments' types as a reader thinks of them.
fn readable(arguments: &str) -> String {
    let mut text = arguments.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in [
        ("impl crate::Given<Arg>", "number or tensor"),
        ("impl crate::Given<crate::Scalar>", "number"),
        ("impl crate::Given<Scalar>", "number"),
        ("impl crate::Given<Dims>", "dims"),
        ("impl Into<TensorOptions>", "options"),
    ] {
        text = text.replace(from, to);
    }
    text.trim_matches([',', ' ']).to_string()
}

/// What stands between the bracket at the start of `text` and the one that closes it, and what follows.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[1..at], &text[at + 1..]));
        }
    }
    None
}

/// A declaration: `name, try_name, [twins] (x, arguments…)`, or without twins and `x`.
fn declaration(text: &str, doc: &str, place: &'static str) -> Option<Declared> {
    let (name, rest) = text.split_once(',')?;
    let rest = rest
        .trim_start()
        .strip_prefix(&format!("try_{name}"))?
        .trim_start_matches([',', ' ']);
    let (twins, rest) = match rest.starts_with('[') {
        true => bracketed(rest)?,
        // `creations!` names the variant with options next.
        false => ("", &rest[rest.find('(')?..]),
    };
    let (arguments, _) = bracketed(rest.trim_start())?;
    let of_type = !text.contains('[') || !(arguments == "x" || arguments.starts_with("x,"));
    let arguments = match (
        arguments.strip_prefix("tensors"),
        arguments.strip_prefix("x: &Tensor"),
    ) {
        (Some(rest), _) => format!("tensors: &[…]{rest}"),
        (_, Some(rest)) => format!("&x{rest}"),
        _ => arguments.strip_prefix('x').unwrap_or(arguments).to_string(),
    };
    Some(Declared {
        name: name.to_string(),
        in_place: twins.split(',').next().unwrap_or_default().to_string(),
        arguments: readable(&arguments),
        of_type,
        place,
        doc: doc.trim().to_string(),
    })
}

fn declared_in(source: &str, place: &'static str) -> Vec<Declared> {
    let (mut found, mut doc) = (Vec::new(), String::new());
    let lines: Vec<&str> = source.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim();
        if let Some(text) = line.strip_prefix("///") {
            // What follows an empty line is not part of the summary.
            if !doc.ends_with('\n') {
                doc.push_str(if text.trim().is_empty() { "\n" } else { text });
            }
            continue;
        }
        let starts = line
            .split_once(',')
            .is_some_and(|(name, rest)| rest.trim_start().starts_with(&format!("try_{name}")));
        if starts && !doc.is_empty() {
            let whole = lines[at..lines.len().min(at + 6)].join(" ");
            found.extend(declaration(whole.trim(), &doc, place));
        }
        doc.clear();
    }
    found
}

fn page(sources: &Path) -> String {
    let mut files: Vec<PathBuf> = std::fs::read_dir(sources)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files.push(sources.join("../linalg/methods.rs"));
    files.extend(
        ["one", "several", "frequencies", "short"]
            .map(|name| sources.join(format!("../fft/{name}.rs"))),
    );
    let mut page = String::from(
        "# PyTorch to Wick\n\n\
         Every operation that is declared in one line of `prelude/src/tensor`, the methods of `prelude/src/linalg`, and `wick::fft`,\n\
         made from those lines; `wick::linalg` has more functions. `x` is the tensor\n\
         that a method belongs to; *number or tensor* takes either, *dims* takes `0`, `[0, 1]`, `(0, 1)` or `()`. Each has a\n\
         twin `try_…` that returns a `Result`; the third column names the twin that works in place. Where the first is empty,\n\
         PyTorch has no function of its own for it.\n",
    );
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        let place = match file.parent().is_some_and(|folder| folder.ends_with("fft")) {
            true => "fft",
            false => "Tensor",
        };
        let declared = declared_in(&source, place);
        if declared.is_empty() {
            continue;
        }
        let title = source
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("//!")
            .trim()
            .trim_end_matches('.');
        write!(
            page,
            "\n## {title}\n\n| PyTorch | Wick | in place | |\n| --- | --- | --- | --- |\n"
        )
        .unwrap();
        for operation in declared {
            let in_place = match operation.in_place.as_str() {
                "" => String::new(),
                name => format!("`{name}`"),
            };
            writeln!(
                page,
                "| {} | `{}` | {in_place} | {} |",
                operation.pytorch(),
                operation.wick(),
                operation.summary()
            )
            .unwrap();
        }
    }
    page
}

#[test]
fn the_table_of_operations_is_current() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = here.join("../docs/pytorch-to-wick.md");
    let page = page(&here.join("src/tensor"));
    assert!(
        page.lines().count() > 300,
        "the declarations were not found"
    );
    if std::env::var_os("WICK_WRITE_PAGES").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/pytorch-to-wick.md is not current; WICK_WRITE_PAGES=1 cargo test --release -p wick --test pages writes it"
    );
}
