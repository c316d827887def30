"""Notebooks that were written for evcxr: its commands, its way to ask, its files of startup, and cells that nobody here wrote."""

import os

import pytest

from kernel_client import Session
from test_input import run_answering


@pytest.mark.parametrize("line", [":sccache 1", ":cache 500", ":linker lld", ":preserve_vars_on_panic 1", ":efmt {:?}", ":quiet 1"])
def test_its_commands_are_accepted_quietly(kernel, line):
    assert kernel.ok(line).output == ""


def test_opt(kernel):
    kernel.ok(":opt 2")
    assert kernel.value("(0..10).sum::<i32>()") == "45"
    kernel.ok(":opt")
    assert "not `7`" in kernel.fails(":opt 7").said


def test_its_way_to_ask(kernel):
    code = (
        "fn get(prompt: &str, cmd: &str) -> String {\n    println!(\"{cmd}:{prompt}\");\n    let mut line = String::new();\n"
        "    std::io::stdin().read_line(&mut line).unwrap();\n    line.trim().to_owned()\n}\n"
        'println!("{} {}", get("Name?", "EVCXR_INPUT_REQUEST"), get("Word?", "EVCXR_INPUT_REQUEST_PASSWORD").len());'
    )
    cell, questions = run_answering(kernel, code, ["Ada", "hush"])
    assert questions == [{"prompt": "Name?", "password": False}, {"prompt": "Word?", "password": True}]
    assert cell.code == "Ada 4\n"


def test_its_files_of_startup_are_run(tmp_path):
    folder = tmp_path / "config" / "evcxr"
    folder.mkdir(parents=True)
    (folder / "init.evcxr").write_text(":opt 1\nlet from_init = 5;\n")
    (folder / "prelude.rs").write_text("fn from_prelude() -> i32 { 7 }\n")
    with Session(cwd=tmp_path, env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config")}) as kernel:
        cell = kernel.ok("from_init + from_prelude()")
        assert (cell.value, cell.count) == ("12", 1)


def test_a_file_of_startup_that_fails_is_told(tmp_path):
    folder = tmp_path / "config" / "evcxr"
    folder.mkdir(parents=True)
    (folder / "init.evcxr").write_text("let = 5;")
    with Session(cwd=tmp_path, env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config")}) as kernel:
        cell = kernel.ok("1 + 1")
        assert cell.value == "2" and "init.evcxr" in cell.stderr


# The Rust book, chapters 3 to 13, as the listings stand (their `fn main` is called by a line of its own).
BOOK = [
    # 3.2
    "let tup = (500, 6.4, 1);\n\nlet (x, y, z) = tup;\n\nprintln!(\"The value of y is: {y}\");",
    # 3.3
    "fn plus_one(x: i32) -> i32 {\n    x + 1\n}",
    "let x = plus_one(5);\n\nprintln!(\"The value of x is: {x}\");",
    # 3.5
    "let mut counter = 0;\n\nlet result = loop {\n    counter += 1;\n\n    if counter == 10 {\n        break counter * 2;\n    }\n};\n\nprintln!(\"The result is {result}\");",
    # 5.3
    "#[derive(Debug)]\nstruct Rectangle {\n    width: u32,\n    height: u32,\n}\n\nimpl Rectangle {\n    fn area(&self) -> u32 {\n        self.width * self.height\n    }\n}",
    "impl Rectangle {\n    fn can_hold(&self, other: &Rectangle) -> bool {\n        self.width > other.width && self.height > other.height\n    }\n}\nlet rect1 = Rectangle {\n    width: 30,\n    height: 50,\n};\nprintln!(\"{} {rect1:#?}\", rect1.area());",
    # 6.2
    "fn plus_one_maybe(x: Option<i32>) -> Option<i32> {\n    match x {\n        None => None,\n        Some(i) => Some(i + 1),\n    }\n}\n\nlet five = Some(5);\nlet six = plus_one_maybe(five);\nlet none = plus_one_maybe(None);\nprintln!(\"{six:?} {none:?}\");",
    # 8.3
    "use std::collections::HashMap;\n\nlet text = \"hello world wonderful world\";\n\nlet mut map = HashMap::new();\n\nfor word in text.split_whitespace() {\n    let count = map.entry(word).or_insert(0);\n    *count += 1;\n}\n\nprintln!(\"{}\", map[\"world\"]);",
    # 10.2
    "pub trait Summary {\n    fn summarize(&self) -> String;\n}\n\npub struct NewsArticle {\n    pub headline: String,\n}\n\nimpl Summary for NewsArticle {\n    fn summarize(&self) -> String {\n        format!(\"{}!\", self.headline)\n    }\n}\npub fn notify(item: &impl Summary) {\n    println!(\"Breaking news! {}\", item.summarize());\n}\nnotify(&NewsArticle { headline: String::from(\"Penguins win\") });",
    # 13.2
    "let v1: Vec<i32> = vec![1, 2, 3];\n\nlet v2: Vec<_> = v1.iter().map(|x| x + 1).collect();\n\nassert_eq!(v2, vec![2, 3, 4]);",
]


def test_listings_of_the_rust_book_run_one_after_another(kernel):
    said = [kernel.ok(listing).stdout for listing in BOOK]
    assert said[0] == "The value of y is: 6.4\n"
    assert said[2] == "The value of x is: 6\n"
    assert said[3] == "The result is 20\n"
    assert said[5].startswith("1500 Rectangle {")
    assert said[6] == "Some(6) None\n"
    assert said[7] == "2\n"
    assert said[8] == "Breaking news! Penguins win!\n"
    assert kernel.value("v2") == "[2, 3, 4]"
