"""What can last only as long as its cell: it does, the cell says so, and a later cell is told how to keep it."""

import pytest


def test_reference_to_a_variable_of_an_earlier_cell(kernel):
    kernel.ok("let words = vec![String::from(\"a\")];")
    assert "`first` borrows and ends with this cell" in kernel.ok("let first = &words[0];").said
    assert kernel.value("words") == '["a"]'
    assert "`first` ended with [2]" in kernel.fails("first").said


def test_reference_to_a_variable_of_the_same_cell(kernel):
    cell = kernel.ok("let text = String::from(\"a b\");\nlet part = text.split(' ').next().unwrap();\nprintln!(\"{part}\");")
    assert "`part` borrows" in cell.said and "a\n" in cell.said
    assert kernel.value("text") == '"a b"'


def test_borrowing_type_with_a_lifetime(kernel):
    kernel.ok("struct View<'a> { text: &'a str }\nlet text = String::from(\"abc\");")
    assert kernel.value("let view = View { text: &text };\nview.text.len()") == "3"
    assert kernel.value("text") == '"abc"'


def test_a_guard_is_dropped_before_what_it_guards_is_kept(kernel):
    kernel.ok("let m = std::sync::Mutex::new(5);\nlet mut guard = m.lock().unwrap();\n*guard += 1;")
    assert kernel.value("m.lock().unwrap()") == "6"


def test_closures_that_borrow(kernel):
    cell = kernel.ok(
        "let mut list = vec![1, 2, 3];\nlet mut add = || list.push(7);\nadd();\nadd();\nprintln!(\"{list:?}\");"
    )
    assert "[1, 2, 3, 7, 7]" in cell.said and "`add` borrows" in cell.said
    assert kernel.value("list.len()") == "5"


def test_a_name_that_ended_hides_an_earlier_variable(kernel):
    kernel.ok("let first = 1;\nlet words = vec![2];")
    kernel.ok("let first = &words[0];")
    assert "ended" in kernel.fails("first").said


def test_what_is_wrong_in_any_program_is_told_as_rustc_tells_it(kernel):
    error = kernel.fails(
        "let mut v = vec![1, 2, 3];\nlet first = &v[0];\nv.push(6);\nprintln!(\"{first}\");"
    )
    assert error.ename == "E0502" and "immutable borrow later used here" in error.said
    assert "ends with" not in error.said
    error = kernel.fails("let r;\n{\n    let x = 5;\n    r = &x;\n}\nprintln!(\"{r}\");")
    assert error.ename == "E0597" and error.said.count("E0597") == 1


def test_borrowing_inside_one_cell_is_fine(kernel):
    kernel.ok("let mut words = vec![String::from(\"b\"), String::from(\"a\")];")
    assert kernel.value("{ let first = &words[0]; first.len() }") == "1"
    assert kernel.printed('for word in &words { print!("{word}"); }') == "ba"
    kernel.ok("for word in words.iter_mut() { word.push('!'); }")
    assert kernel.value("words") == '["b!", "a!"]'


def test_borrow_may_be_shown(kernel):
    kernel.ok("let words = vec![1, 2, 3];")
    assert kernel.value("&words[1..]") == "[2, 3]"
    assert kernel.value("words.iter().max()") == "Some(3)"


@pytest.mark.parametrize("advice", ["clone", "Arc", "Box::leak", "move"])
def test_the_advice_names_the_ways_out(kernel, advice):
    kernel.ok("let words = vec![1, 2, 3];")
    kernel.ok("let slice = &words[..];")
    assert advice in kernel.fails("slice").said


def test_value_whose_type_cannot_be_written(kernel):
    cell = kernel.ok("let evens = (0..10).filter(|n| n % 2 == 0);\nprintln!(\"{}\", evens.clone().count());")
    assert "`evens` ends with this cell: its type cannot be written" in cell.said and "5\n" in cell.said
    error = kernel.fails("evens")
    assert "Box<dyn Iterator" in error.said and ".collect" in error.said


def test_the_advice_for_it_works(kernel):
    kernel.ok("let mut evens: Box<dyn Iterator<Item = i32>> = Box::new((0..10).filter(|n| n % 2 == 0));")
    assert kernel.value("evens.nth(1)") == "Some(2)"
    kernel.ok("let list = (0..10).filter(|n| n % 2 == 0).collect::<Vec<i32>>();")
    assert kernel.value("list") == "[0, 2, 4, 6, 8]"


def test_impl_trait_of_a_function_is_kept_where_its_type_can_be_written(kernel):
    kernel.ok("fn evens() -> impl Iterator<Item = u32> { (0..).step_by(2) }")
    kernel.ok("let mut it = evens();")
    assert kernel.value("it.by_ref().take(3).collect::<Vec<_>>()") == "[0, 2, 4]"
    assert kernel.value("it.next()") == "Some(6)"
    kernel.ok("fn odds() -> impl Iterator<Item = u32> { (0..).filter(|n| n % 2 == 1) }")
    assert "`odd` ends" in kernel.ok("let odd = odds();").said


def test_closures_that_borrow_and_give_something_back(kernel):
    """rustc's error for these is about the closure, and only a note of it about our keeping it."""
    cell = kernel.ok("let k = 3;\nlet add = |x: i32| x + k;\nadd(4)")
    assert cell.value == "7" and "`add` borrows and ends with this cell" in cell.stderr
    cell = kernel.ok("let mut calls = 0;\nlet mut count = || { calls += 1; calls };\ncount();\ncount()")
    assert cell.value == "2" and "`count` borrows and ends with this cell" in cell.stderr
    assert kernel.value("(k, calls)") == "(3, 2)"
    kernel.ok("let moved = move |x: i32| x * k;")
    assert kernel.value("moved(5)") == "15"
