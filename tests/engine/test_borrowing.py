"""What cannot be kept: rustc's own error, and one line that says what to write instead."""

import pytest


def test_reference_to_a_variable_of_an_earlier_cell(kernel):
    kernel.ok("let words = vec![String::from(\"a\")];")
    error = kernel.fails("let first = &words[0];")
    assert "first" in error.said and "clone" in error.said
    assert kernel.value("words") == '["a"]'


def test_reference_to_a_variable_of_the_same_cell(kernel):
    error = kernel.fails("let text = String::from(\"a b\");\nlet part = text.split(' ').next().unwrap();")
    assert "part" in error.said and ("clone" in error.said or "to_owned" in error.said or "to_string" in error.said)


def test_borrowing_type_with_a_lifetime(kernel):
    kernel.ok("struct View<'a> { text: &'a str }\nlet text = String::from(\"abc\");")
    error = kernel.fails("let view = View { text: &text };")
    assert "view" in error.said
    assert kernel.value("text") == '"abc"'


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


@pytest.mark.parametrize("advice", ["clone", "Arc", "Box::leak", "block"])
def test_the_advice_names_the_ways_out(kernel, advice):
    kernel.ok("let words = vec![1, 2, 3];")
    assert advice in kernel.fails("let slice = &words[..];").said


def test_value_whose_type_cannot_be_written(kernel):
    error = kernel.fails("let evens = (0..10).filter(|n| n % 2 == 0);")
    assert "evens" in error.said
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
    assert "odd" in kernel.fails("let odd = odds();").said
