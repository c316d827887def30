//! The way from rustc's own output to what a person reads.

use std::process::Command;

use super::{Mapped, Names, render, rustc::Diagnostic, syntax};
use crate::engine::CellId;
use crate::engine::source_map::{CellText, SourceFile, SourceMap};

/// Lines without their colours, joined.
pub(crate) fn plain(lines: &[String]) -> String {
    let mut text = String::new();
    let joined = lines.join("\n");
    let mut rest = joined.as_str();
    while let Some(start) = rest.find('\u{1b}') {
        text.push_str(&rest[..start]);
        let end = rest[start..].find('m').expect("an escape ends in m");
        rest = &rest[start + end + 1..];
    }
    text + rest
}

fn cell(id: u32, text: &str) -> CellText {
    CellText {
        id: CellId(id),
        text: text.into(),
    }
}

/// Items of cell 3 in a module of their own, and cell 7 in a function that stores its variables.
fn notebook(items: &str, statements: &str) -> SourceMap {
    let mut map = SourceMap::default();
    let mut file = SourceFile::new("items.rs", Some(cell(3, items)));
    file.push("// generated\n#[macro_use] pub mod wick_items_3 {\n");
    file.push_user(0..items.len());
    file.push("\n}");
    map.insert(file);
    let mut file = SourceFile::new("cell.rs", Some(cell(7, statements)));
    file.push(
        "#[path = \"items.rs\"] #[macro_use] pub mod notebook;\nuse notebook::wick_items_3::*;\n",
    );
    file.push("pub fn wick_run() { fn wick_store<T>(_: T) {} let stored = Box::new(1u8); {\n");
    file.push_user(0..statements.len());
    file.push("\nwick_store(stored); } }");
    map.insert(file);
    map
}

/// What rustc says about the notebook.
fn compile(map: &SourceMap) -> Vec<Mapped> {
    let folder = tempfile::tempdir().unwrap();
    for file in map.files() {
        std::fs::write(folder.path().join(file.name()), file.text()).unwrap();
    }
    let output = Command::new("rustc")
        .args([
            "--edition=2024",
            "--crate-type=lib",
            "--crate-name=wick_cell_7",
        ])
        .args(["--emit=metadata", "--error-format=json", "cell.rs"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let diagnostics = Diagnostic::parse_all(&String::from_utf8(output.stderr).unwrap());
    let names = Names::hiding(["notebook", "wick_items", "wick_cell"]);
    Mapped::all(&diagnostics, map, &names)
}

/// The report of what is wrong with the notebook, without colours.
fn report(items: &str, statements: &str) -> String {
    let error =
        render::report(&compile(&notebook(items, statements))).expect("it does not compile");
    let text = plain(&error.traceback);
    for generated in [
        "wick_",
        "notebook",
        "cell.rs",
        "items.rs",
        "aborting due to",
    ] {
        assert!(!text.contains(generated), "{generated} is in\n{text}");
    }
    text
}

#[test]
fn a_moved_value_looks_as_rustc_shows_it() {
    assert_eq!(
        report(
            "",
            "let s = String::from(\"é\");\nlet t = s;\nprintln!(\"{s}\");"
        ),
        "\
error[E0382]: borrow of moved value: `s`
 --> In[7]:3:12
  |
1 | let s = String::from(\"é\");
  |     - move occurs because `s` has type `String`, which does not implement the `Copy` trait
2 | let t = s;
  |         - value moved here
3 | println!(\"{s}\");
  |            ^ value borrowed here after move
  |
help: consider cloning the value if the performance cost is acceptable
  |
2 | let t = s.clone();
  |          ++++++++"
    );
}

#[test]
fn a_diagnostic_may_speak_of_two_cells() {
    let text = report(
        "pub struct Point;\npub fn take(_: Point) {}",
        "let p = 1;\ntake(p);",
    );
    assert!(
        text.contains("error[E0308]: mismatched types\n --> In[7]:2:6"),
        "{text}"
    );
    assert!(text.contains("expected `Point`, found integer"), "{text}");
    assert!(
        text.contains("note: function defined here\n --> In[3]:2:8"),
        "{text}"
    );
}

#[test]
fn all_errors_of_a_cell_are_told() {
    let map = notebook("", "let a: i32 = \"x\";\nlet b = nothing;");
    let error = render::report(&compile(&map)).unwrap();
    assert_eq!(error.ename, "E0425");
    let mut messages: Vec<&str> = error.evalue.lines().collect();
    messages.sort_unstable();
    assert_eq!(
        messages,
        [
            "cannot find value `nothing` in this scope",
            "mismatched types"
        ]
    );
}

#[test]
fn an_import_is_proposed_at_the_top_of_the_cell() {
    let text = report("", "let a = 1;\nlet m = HashMap::<i32, i32>::new();");
    assert!(
        text.contains(
            "help: consider importing this struct\n  |\n1 + use std::collections::HashMap;\n  |"
        ),
        "{text}"
    );
}

#[test]
fn an_error_in_a_macro_is_shown_where_it_was_called() {
    let text = report(
        "#[macro_export] macro_rules! double { ($e:expr) => { $e * 2u8 } }",
        "let v = double!(\"x\");",
    );
    assert!(text.contains("In[3]:1:57"), "{text}");
    assert!(text.contains("in this macro invocation"), "{text}");
    assert!(!text.contains("originates in"), "{text}");
    let text = report("pub struct P;", "println!(\"{}\", P);\nlet v = vec![P; 2];");
    assert!(text.contains(" --> In[7]:1:16"), "{text}");
    assert!(
        text.contains("note: in format strings you may be able to use `{:?}`"),
        "{text}"
    );
    assert!(text.contains(" --> In[7]:2:14"), "{text}");
}

#[test]
fn an_error_of_generated_code_alone_is_flagged() {
    let map = notebook("", "drop(stored);");
    let errors = compile(&map);
    let file = map.get("cell.rs").unwrap();
    let store = file.text().find("wick_store(stored)").unwrap();
    let error = errors.iter().find(|d| d.is_error()).unwrap();
    assert_eq!(error.code.as_deref(), Some("E0382"));
    assert!(error.raw().is_about("cell.rs", &(store..store + 18)));
    // The place where the value went is the person's own.
    assert!(!error.generated);
    assert_eq!(error.place().unwrap().range, 5..11);

    let mut map = SourceMap::default();
    let mut file = SourceFile::new("cell.rs", Some(cell(7, "1 + 1")));
    file.push("pub fn wick_run() -> bool { ");
    file.push_user(0..5);
    file.push("; \"generated\" }");
    map.insert(file);
    let errors = compile(&map);
    let error = errors.iter().find(|d| d.is_error()).unwrap();
    assert!(error.generated);
    assert!(error.place().is_none());
    assert!(render::report(&errors).is_some());
}

#[test]
fn what_generated_code_repeats_is_told_once() {
    let mut map = SourceMap::default();
    let mut file = SourceFile::new("cell.rs", Some(cell(7, "drop(text); drop(text);")));
    file.push("pub fn wick_run(text: String) { ");
    file.push_user(0..23);
    file.push(" drop(text); }");
    map.insert(file);
    let errors = compile(&map);
    assert_eq!(errors.iter().filter(|d| d.is_error()).count(), 2);
    let text = plain(&render::report(&errors).unwrap().traceback);
    assert_eq!(text.matches("error[E0382]").count(), 1, "{text}");
}

#[test]
fn what_is_missing_is_missing_at_the_end_of_the_cell() {
    let report = |text: &str| {
        let mut map = SourceMap::default();
        let mut file = SourceFile::new("cell.rs", Some(cell(7, text)));
        file.push("pub fn wick_run() { ");
        file.push_user(0..text.len());
        file.push("; }");
        map.insert(file);
        render::report(&compile(&map)).unwrap()
    };
    let error = report("1 +\n");
    assert_eq!(
        error.evalue,
        "expected expression, found the end of the cell"
    );
    let text = plain(&error.traceback);
    assert!(
        text.contains(" --> In[7]:1:4\n  |\n1 | 1 +\n  |    ^"),
        "{text}"
    );
    let error = report("let t = (1, 2");
    assert_eq!(error.evalue, "the cell contains an unclosed delimiter");
    assert_eq!(error.ename, "SyntaxError");
    let text = plain(&error.traceback);
    assert!(
        text.contains("1 | let t = (1, 2\n  |         ^ unclosed delimiter"),
        "{text}"
    );
}

#[test]
fn patches_of_one_suggestion_stay_together() {
    let text = report("fn g(x: &str, y: &str) -> &str { x }", "");
    assert!(
        text.contains("fn g<'a>(x: &'a str, y: &'a str) -> &'a str { x }"),
        "{text}"
    );
    let text = report("", "let m = Rc::<i32>::new(1); let a = Arc::<u8>::new(1);");
    assert!(text.contains("use std::rc::Rc;"), "{text}");
}

#[test]
fn warnings_are_those_a_person_wants() {
    let map = notebook(
        "use std::fmt;\nfn f() { let inner = 1; }",
        "let unused = 1;\nlet Weights = 2;\nstd::fs::read(\"x\");",
    );
    let warnings = render::warnings(&compile(&map)).unwrap();
    let text = plain(&[warnings]);
    assert!(
        text.contains("warning: unused `Result` that must be used"),
        "{text}"
    );
    assert!(text.contains("warning: unused variable: `inner`"), "{text}");
    assert!(
        text.contains("^^^^^ help: if this is intentional, prefix it with an underscore: `_inner`"),
        "{text}"
    );
    for unwanted in ["`unused`", "Weights", "fmt", "never used", "on by default"] {
        assert!(!text.contains(unwanted), "{unwanted} is in\n{text}");
    }
}

#[test]
fn advice_comes_last() {
    let mut errors = compile(&notebook("", "nothing"));
    errors[0].advice = vec![
        "write it first".into(),
        "note: `nothing` was moved in [4]".into(),
    ];
    let text = plain(&render::report(&errors).unwrap().traceback);
    assert!(
        text.ends_with("  = help: write it first\n  = note: `nothing` was moved in [4]"),
        "{text}"
    );
}

#[test]
fn a_syntax_error_points_at_the_token() {
    let cell = cell(2, "let x = ;");
    let parse = syn::parse::Parser::parse_str(syn::Block::parse_within, &cell.text);
    let errors = syntax::mapped(&parse.unwrap_err(), &cell, 0);
    let error = render::report(&errors).unwrap();
    assert_eq!(error.ename, "SyntaxError");
    let text = plain(&error.traceback);
    assert!(
        text.contains(" --> In[2]:1:9\n  |\n1 | let x = ;\n  |         ^"),
        "{text}"
    );
}
