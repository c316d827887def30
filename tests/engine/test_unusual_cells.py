"""Cells as people type them who have not read any documentation."""

import pytest


@pytest.mark.parametrize("code", ["let x = 10", "let mut x = 5; x += 5", "use std::cmp::max\n;let x = max(10, 3)"])
def test_the_last_semicolon_may_be_missing(kernel, code):
    kernel.ok(code)
    assert kernel.value("x") == "10"


def test_statements_that_need_no_semicolon(kernel):
    cell = kernel.ok("let mut n = 0;\nfor i in 0..3 { n += i; }\nif n > 2 { n *= 2; } else { n = 0; }\nwhile n < 10 { n += 1; }\nmatch n { 10 => println!(\"ten\"), _ => println!(\"other\") }")
    assert cell.stdout == "ten\n"
    assert kernel.value("n") == "10"


def test_a_type_that_becomes_clear_later_in_the_cell(kernel):
    kernel.ok("let mut v = Vec::new();\nv.push(1u8);\nlet mut m = std::collections::HashMap::new();\nm.insert(\"a\", v.clone());")
    assert kernel.value("(v, m)") == '([1], {"a": [1]})'


def test_a_type_that_never_becomes_clear_is_an_error(kernel):
    assert "E0282" in kernel.fails("let v = Vec::new();").said


def test_a_bad_use_leaves_no_trace(kernel):
    kernel.fails("use nothing::of_this::Kind;")
    assert kernel.value("1 + 1") == "2"
    kernel.fails("use std::collections::NoSuchMap;\nlet a = 1;")
    kernel.ok("let b = 2;")
    assert kernel.value("b") == "2"


def test_the_same_use_again(kernel):
    for _ in range(3):
        kernel.ok("use std::collections::HashMap;\nlet m: HashMap<u8, u8> = HashMap::new();")
    kernel.ok("use std::collections::*;\nlet d: VecDeque<u8> = VecDeque::from([1]);")
    assert kernel.value("(m.len(), d.len())") == "(0, 1)"


def test_use_of_another_thing_by_the_same_name(kernel):
    kernel.ok("mod a { pub fn f() -> u8 { 1 } }\nmod b { pub fn f() -> u8 { 2 } }")
    kernel.ok("use a::f;")
    assert kernel.value("f()") == "1"
    kernel.ok("use b::f;")
    assert kernel.value("f()") == "2"


def test_an_error_in_a_statement_after_a_good_item(kernel):
    kernel.fails('fn helper() -> i32 { 1 }\nlet a: i32 = "text";')
    kernel.ok("fn helper() -> i32 { 2 }")
    assert kernel.value("helper()") == "2"


def test_an_item_of_a_cell_that_panics_stays(kernel):
    kernel.fails('fn helper() -> i32 { 7 }\npanic!("after the item");')
    assert kernel.value("helper()") == "7"


def test_panic_in_a_function_with_a_variable_borrowed(kernel):
    kernel.ok("let mut v = vec![1];\nfn grow(v: &mut Vec<i32>) { v.push(2); panic!(\"while borrowed\"); }")
    kernel.fails("grow(&mut v);")
    assert kernel.value("v") == "[1, 2]"


def test_panic_in_a_drop(kernel):
    kernel.ok("let kept = 1;\nstruct Bomb;\nimpl Drop for Bomb { fn drop(&mut self) { panic!(\"in drop\"); } }")
    assert "in drop" in kernel.fails("let _ = Bomb;\n{ let bomb = Bomb; }").said
    assert kernel.value("kept") == "1"


def test_paths_through_crate_and_self(kernel):
    kernel.ok("mod geometry { #[derive(Debug, Clone)] pub struct P(pub i32); pub fn origin() -> self::P { P(0) } }")
    kernel.ok("let p = crate::geometry::origin();\nuse self::geometry::P;")
    assert kernel.value("(p, P(3).0)") == "(P(0), 3)"


def test_attributes_on_statements(kernel):
    kernel.ok("#[allow(unused_variables)]\nlet a = 1;\n#[cfg(any())]\nlet a = 2;\n#[cfg(all())]\nlet b = 3;")
    assert kernel.value("(a, b)") == "(1, 3)"


def test_inner_attributes_and_documentation_comments(kernel):
    kernel.ok("#![allow(dead_code)]\n//! About this cell.\n/// About f.\nfn f() -> u8 { 1 }")
    assert kernel.value("f()") == "1"


def test_unsafe_unions_and_raw_pointers(kernel):
    kernel.ok("#[repr(C)]\nunion Bits { f: f32, u: u32 }\nlet bits = Bits { f: 1.0 };")
    assert kernel.value("unsafe { bits.u == 0x3f80_0000 }") == "true"
    kernel.ok("let mut n = 5;\nlet p = &raw mut n;\nunsafe { *p += 1; }")
    assert kernel.value("n") == "6"


def test_impl_for_containers_of_an_own_type(kernel):
    kernel.ok("struct Coin(u32);\ntrait Total { fn total(&self) -> u32; }")
    kernel.ok("impl Total for Vec<Coin> { fn total(&self) -> u32 { self.iter().map(|c| c.0).sum() } }\nimpl Total for [Coin] { fn total(&self) -> u32 { 0 } }")
    assert kernel.value("vec![Coin(1), Coin(2)].total()") == "3"


def test_a_type_that_knows_itself_and_another(kernel):
    kernel.ok("#[derive(Debug)]\nstruct Tree { value: i32, children: Vec<Tree> }\n#[derive(Debug)]\nenum List { Nil, Cons(i32, Box<List>) }")
    kernel.ok("let tree = Tree { value: 1, children: vec![Tree { value: 2, children: vec![] }] };\nlet list = List::Cons(1, Box::new(List::Nil));")
    kernel.ok("impl Tree { fn sum(&self) -> i32 { self.value + self.children.iter().map(Tree::sum).sum::<i32>() } }")
    assert kernel.value("tree.sum()") == "3"
    assert kernel.value("list") == "Cons(1, Nil)"


def test_types_of_two_cells_that_know_each_other(kernel):
    kernel.ok("struct Circle { r: f64 }\nlet circle = Circle { r: 2.0 };")
    kernel.ok("struct Square { a: f64 }")
    kernel.ok("impl Circle { fn bounds(&self) -> Square { Square { a: 2.0 * self.r } } }\nimpl Square { fn inner(&self) -> Circle { Circle { r: self.a / 2.0 } } }")
    assert kernel.value("circle.bounds().inner().bounds().a") == "4.0"


def test_variables_named_like_functions_and_types(kernel):
    kernel.ok("fn count() -> i32 { 1 }\nlet length = 2;")
    kernel.ok("fn length_of(s: &str) -> usize { let length = s.len(); length }")
    assert kernel.value('(count(), length, length_of("abc"))') == "(1, 2, 3)"


def test_a_function_cannot_see_variables_and_says_so(kernel):
    kernel.ok("let factor = 3;")
    error = kernel.fails("fn scaled(n: i32) -> i32 { n * factor }")
    assert "factor" in error.said


def test_raw_strings_escapes_and_comments_with_brackets(kernel):
    kernel.ok('let s = r#"a "quoted" { text"#;\nlet t = "} // no comment"; // } { real comment\n/* { */ let u = \'}\';')
    assert kernel.value("(s.len(), t.len(), u)") == "(17, 15, '}')"


def test_dropping_everything_at_the_end_runs_destructors(kernel):
    kernel.ok("struct Last;\nimpl Drop for Last { fn drop(&mut self) { std::fs::write(\"dropped\", \"yes\").unwrap(); } }\nlet last = Last;")
    kernel.ok("drop(last);")
    assert kernel.value('std::fs::read_to_string("dropped")?') == '"yes"'


def test_closures_in_structs_and_function_tables(kernel):
    kernel.ok("struct Button { on_click: Box<dyn Fn(u32) -> String> }\nlet b = Button { on_click: Box::new(|n| format!(\"{n} clicks\")) };")
    assert kernel.value("(b.on_click)(2)") == '"2 clicks"'
    kernel.ok("let ops: Vec<(&str, fn(f64, f64) -> f64)> = vec![(\"+\", |a, b| a + b), (\"max\", f64::max)];")
    assert kernel.value("ops.iter().map(|(name, f)| format!(\"{name}{}\", f(1.0, 2.0))).collect::<Vec<_>>()") == '["+3", "max2"]'


def test_iterators_and_results_in_one_expression(kernel):
    assert kernel.value('"1,2,x".split(\',\').map(str::parse::<i32>).filter_map(Result::ok).sum::<i32>()') == "3"
    assert kernel.value('"1,2,3".split(\',\').map(|p| p.parse::<i32>()).collect::<Result<Vec<_>, _>>()?') == "[1, 2, 3]"


def test_empty_and_comment_cells_between(kernel):
    kernel.ok("let a = 1;")
    kernel.ok("")
    kernel.ok("// nothing here")
    kernel.ok("\n\n/* nor\n here */\n")
    assert kernel.value("a") == "1"


def test_emoji_and_wide_text(kernel):
    assert kernel.printed('println!("🦀 漢字 é");') == "🦀 漢字 é\n"
    assert kernel.value('let s = "🦀"; s.len()') == "4"


def test_large_values_and_deep_types(kernel):
    kernel.ok("let big = vec![0u8; 50_000_000];\nlet table = [[0i64; 100]; 100];")
    assert kernel.value("(big.len(), table[99][99])") == "(50000000, 0)"
    kernel.ok("use std::{sync::{Arc, Mutex}, collections::HashMap};\nlet deep: Arc<Mutex<HashMap<String, Vec<Option<Box<dyn Fn(i32) -> i32 + Send>>>>>> = Arc::default();")
    assert kernel.value("deep.lock().unwrap().len()") == "0"


def test_a_byte_order_mark_at_the_start_is_no_code(kernel):
    assert kernel.value("\ufefflet a = 20;\nfn twice(n: i32) -> i32 { 2 * n }\ntwice(a) + 2") == "42"
    assert "cannot find value `missing`" in kernel.fails("\ufeffmissing + a").traceback
    assert "i32" in kernel.ok("\ufeff:type a").said
