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

    fn summary(&self) -> String {
        summary_of(&self.doc)
    }
}

/// The first sentence, without links.
fn summary_of(doc: &str) -> String {
    let end = doc.find(". ").map_or(doc.len(), |at| at + 1);
    let mut text = doc[..end].replace("[`", "`").replace("`Tensor::", "`");
    // Where a link leads: only the words stay.
    while let Some(at) = text.find("`](") {
        let link = text[at..].find(')').map_or(text.len(), |end| at + end + 1);
        text.replace_range(at + 1..link, "");
    }
    let text = text.replace("`]", "`");
    text.replace('|', "\\|").trim_end_matches('.').to_string()
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

/// What stands for one of PyTorch's names elsewhere than on tensors: a module, a loss, an optimizer, a function.
struct Named {
    pytorch: String,
    wick: String,
    summary: String,
}

/// The public modules, by the folder or file of `src` that they are made in, the names by which cells reach them, and whether macros
/// declare things there.
const MODULES: [(&str, &str, bool); 27] = [
    ("linalg", "linalg", true),
    ("nn/functional", "F", true),
    ("nn/init", "nn::init", true),
    ("nn/utils", "nn::utils", true),
    ("nn", "nn", true),
    ("optim/lr_scheduler", "optim::lr_scheduler", true),
    ("optim/swa_utils", "optim::swa_utils", true),
    ("optim", "optim", true),
    ("data", "data", false),
    ("datasets", "datasets", true),
    ("transforms", "transforms", true),
    ("models", "models", true),
    ("autograd/functional", "autograd::functional", true),
    ("autograd", "autograd", false),
    ("func", "func", false),
    (
        "distributions/constraints",
        "distributions::constraints",
        false,
    ),
    ("distributions", "distributions", true),
    ("random", "random", false),
    ("serialization", "serialization", false),
    ("hub", "hub", false),
    ("summary", "summary", false),
    ("print", "print", false),
    ("numpy", "Tensor", false),
    ("default_dtype", "wick", false),
    ("device/cuda", "cuda", false),
    ("tensor", "Tensor", false),
    ("dtype", "DType", false),
];

/// PyTorch's name in the prose of an item.
fn named_in(doc: &str) -> Option<&str> {
    doc.split('`').skip(1).step_by(2).find(|code| {
        ["torch.", "F.", "Tensor.", "torchvision.", "torchinfo."]
            .iter()
            .any(|start| code.starts_with(start))
            && !code.ends_with('.')
            && code
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
    })
}

/// The public name that a line declares: behind `fn`, `struct` and their kin, or the first one where a macro declares.
fn declared_name(line: &str, by_macros: bool) -> Option<&str> {
    let public = line.strip_prefix("pub ");
    let mut words = public
        .unwrap_or(line)
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty());
    match words.next()? {
        // A trait's methods are as public as it is.
        "fn" if public.is_none() && !line.contains("(&self") => None,
        "fn" | "struct" | "enum" | "trait" | "type" => words.next(),
        "pub" | "const" | "static" | "impl" | "let" | "mod" | "use" => None,
        first => by_macros.then_some(first),
    }
}

fn named_things(source: &str, module: &str, by_macros: bool) -> Vec<Named> {
    let (mut found, mut doc, mut prose) = (Vec::new(), String::new(), true);
    let mut lines = source.lines().map(str::trim).peekable();
    while let Some(text) = lines.next() {
        if let Some(text) = text.strip_prefix("///") {
            // What follows the first paragraph is not part of the summary.
            prose &= !text.trim().is_empty();
            if prose {
                doc.push_str(text);
            }
            continue;
        }
        if text.starts_with('#') {
            continue;
        }
        if let (Some(pytorch), Some(name)) = (named_in(&doc), declared_name(text, by_macros)) {
            // Arguments may stand on lines of their own.
            let first = lines.peek().filter(|_| text.ends_with('('));
            let method = [Some(&text), first].into_iter().flatten().any(|text| {
                text.contains("&self")
                    || text.contains("mut self")
                    || text.contains("(self")
                    || *text == "self,"
            });
            found.push(Named {
                pytorch: pytorch.to_string(),
                wick: match (method, module) {
                    (true, _) => format!(".{name}(…)"),
                    // A type stands beside these two types, not in them.
                    (_, "Tensor" | "DType") if name.starts_with(char::is_uppercase) => {
                        name.to_string()
                    }
                    (false, _) => format!("{module}::{name}"),
                },
                summary: summary_of(doc.trim()),
            });
        }
        doc.clear();
        prose = true;
    }
    found
}

/// The Rust files of a folder and those below it.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// A table for each module but those of tensors.
fn other_tables(sources: &Path) -> String {
    let mut page = String::new();
    let mut files = rust_files(sources);
    files.sort();
    for (i, (_, module, _)) in MODULES.iter().enumerate() {
        if MODULES[..i].iter().any(|(_, earlier, _)| earlier == module) {
            continue;
        }
        let inside = |file: &Path, folder: &str| {
            let file = file.strip_prefix(sources).unwrap();
            file.starts_with(folder) || file == Path::new(&format!("{folder}.rs"))
        };
        let mut named: Vec<Named> = files
            .iter()
            // Methods of tensors stand among the operations.
            .filter(|file| !file.ends_with("linalg/methods.rs"))
            .filter_map(|file| {
                let (_, of, by_macros) =
                    MODULES.iter().find(|(folder, ..)| inside(file, folder))?;
                (of == module).then_some((file, *by_macros))
            })
            .flat_map(|(file, by_macros)| {
                named_things(&std::fs::read_to_string(file).unwrap(), module, by_macros)
            })
            .collect();
        named.sort_by(|a, b| (&a.pytorch, &a.wick).cmp(&(&b.pytorch, &b.wick)));
        named.dedup_by(|a, b| a.wick == b.wick && a.pytorch == b.pytorch);
        if named.is_empty() {
            continue;
        }
        write!(
            page,
            "\n## `{module}`\n\n| PyTorch | Wick | |\n| --- | --- | --- |\n"
        )
        .unwrap();
        for it in named {
            writeln!(
                page,
                "| `{}` | `{}` | {} |",
                it.pytorch, it.wick, it.summary
            )
            .unwrap();
        }
    }
    page
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
         made from those lines. `x` is the tensor that a method belongs to; *number or tensor* takes either, *dims* takes `0`, `[0, 1]`, `(0, 1)` or `()`. Each has a\n\
         twin `try_…` that returns a `Result`; the third column names the twin that works in place. Where the first is empty,\n\
         PyTorch has no function of its own for it. At the end stand layers, losses, optimizers and all else that is no\n\
         operation on a tensor, by the module that it is in (`F` is `wick::nn::functional`), then what a tensor and a dtype\n\
         have besides.\n",
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
    page.push_str(&other_tables(sources.parent().unwrap()));
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
