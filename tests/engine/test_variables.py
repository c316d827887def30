"""Variables: made, changed, shadowed, taken apart, moved, and kept from cell to cell."""

import pytest


def test_let_lasts_to_the_next_cell(kernel):
    kernel.ok("let greeting = String::from(\"hello\");")
    assert kernel.value("greeting") == '"hello"'


def test_several_variables_of_one_cell_all_last(kernel):
    kernel.ok("let a = 1;\nlet b = 2.5;\nlet c = 'x';\nlet d = vec![a, 2];")
    assert kernel.printed('println!("{a} {b} {c} {d:?}");') == "1 2.5 x [1, 2]\n"


def test_let_with_a_type(kernel):
    kernel.ok("let byte: u8 = 200;\nlet wide: Vec<u64> = Vec::new();")
    assert kernel.value("byte as u32 + 100") == "300"
    assert kernel.value("wide.len()") == "0"


def test_let_mut_can_be_changed_in_later_cells(kernel):
    kernel.ok("let mut numbers = vec![1, 2];")
    kernel.ok("numbers.push(3);")
    kernel.ok("numbers.push(4);")
    assert kernel.value("numbers") == "[1, 2, 3, 4]"


def test_let_without_mut_cannot_be_changed(kernel):
    kernel.ok("let fixed = 1;")
    error = kernel.fails("fixed += 1;")
    assert "E0594" in error.said or "E0384" in error.said
    assert kernel.value("fixed") == "1"


def test_shadowing_in_one_cell_and_across_cells(kernel):
    kernel.ok("let x = 1;\nlet x = x + 1;")
    assert kernel.value("x") == "2"
    kernel.ok('let x = format!("{x}!");')
    assert kernel.value("x") == '"2!"'


def test_shadowing_drops_the_old_value(kernel):
    kernel.ok(
        "struct Loud(&'static str);\n"
        'impl Drop for Loud { fn drop(&mut self) { println!("drop {}", self.0); } }'
    )
    kernel.ok('let loud = Loud("first");')
    assert kernel.printed('let loud = Loud("second");') == "drop first\n"


def test_assigning_to_an_earlier_variable(kernel):
    kernel.ok("let mut x = 1;")
    kernel.ok("x = 10;")
    assert kernel.value("x") == "10"


def test_compound_assignment_to_an_earlier_variable(kernel):
    kernel.ok("let mut x = 5;")
    kernel.ok("x += 2;")
    kernel.ok("x *= 3;")
    kernel.ok("x <<= 1;")
    assert kernel.value("x") == "42"


def test_assigning_to_a_field(kernel):
    kernel.ok("#[derive(Debug)]\nstruct Point { x: i32, y: i32 }\nlet mut p = Point { x: 1, y: 2 };")
    kernel.ok("p.x = 7;\np.y += 1;")
    assert kernel.value("p") == "Point { x: 7, y: 3 }"


def test_assigning_to_an_index(kernel):
    kernel.ok("let mut row = [1, 2, 3];\nlet mut table = vec![vec![0; 2]; 2];")
    kernel.ok("row[1] = 20;\ntable[1][0] += 5;")
    assert kernel.value("(row, table)") == "([1, 20, 3], [[0, 0], [5, 0]])"


def test_changing_through_a_mutable_reference(kernel):
    kernel.ok("let mut x = 1;\nlet mut words = vec![\"b\", \"a\"];")
    kernel.ok("{ let r = &mut x; *r += 41; }\nwords.sort();")
    kernel.ok("fn double(n: &mut i32) { *n *= 2; }")
    kernel.ok("double(&mut x);")
    assert kernel.value("x") == "84"
    assert kernel.value("words") == '["a", "b"]'


def test_declared_now_and_assigned_in_the_same_cell(kernel):
    kernel.ok("let late;\nif 1 + 1 == 2 { late = 3; } else { late = 4; }")
    assert kernel.value("late") == "3"


def test_tuple_pattern(kernel):
    kernel.ok('let (a, (b, _), mut c) = (1, ("two", 0), vec![3]);')
    kernel.ok("c.push(a);")
    assert kernel.printed('println!("{a} {b} {c:?}");') == "1 two [3, 1]\n"


def test_struct_pattern(kernel):
    kernel.ok("struct Size { width: u32, height: u32, depth: u32 }")
    kernel.ok("let Size { width, height: tall, .. } = Size { width: 3, height: 4, depth: 5 };")
    assert kernel.printed('println!("{width} {tall}");') == "3 4\n"


def test_slice_and_at_patterns(kernel):
    kernel.ok("let [first, rest @ ..] = [1, 2, 3];\nlet whole @ (left, _) = (4, 5);")
    assert kernel.printed('println!("{first} {rest:?} {whole:?} {left}");') == "1 [2, 3] (4, 5) 4\n"


def test_let_else(kernel):
    kernel.ok('let Some(found) = "a=b".split(\'=\').nth(1) else { panic!("none") };')
    assert kernel.value("found") == '"b"'


def test_variable_that_is_a_static_reference(kernel):
    kernel.ok('let text = "static";\nlet slice: &\'static [i32] = &[1, 2, 3];\nlet leaked = Box::leak(Box::new(5));')
    kernel.ok("*leaked += 1;")
    assert kernel.printed('println!("{text} {slice:?} {leaked}");') == "static [1, 2, 3] 6\n"


def test_variable_of_a_generic_type(kernel):
    kernel.ok("use std::collections::HashMap;\nlet mut ages: HashMap<String, Vec<Option<u8>>> = HashMap::new();")
    kernel.ok('ages.entry("ada".into()).or_default().push(Some(36));')
    assert kernel.value("ages") == '{"ada": [Some(36)]}'


def test_shared_ownership_and_interior_mutability(kernel):
    kernel.ok("use std::{cell::RefCell, rc::Rc};\nlet shared = Rc::new(RefCell::new(vec![1]));\nlet other = shared.clone();")
    kernel.ok("other.borrow_mut().push(2);")
    assert kernel.value("shared.borrow().len()") == "2"


def test_variables_whose_names_are_raw_or_not_ascii(kernel):
    kernel.ok("let r#type = 1;\nlet größe = 2;")
    assert kernel.value("r#type + größe") == "3"


def test_block_variables_do_not_leak(kernel):
    kernel.ok("{ let inner = 1; let _ = inner; }")
    assert "inner" in kernel.fails("inner").said


# ------------------------------------------------------------------------------------------ moving


def test_a_moved_variable_says_where_it_was_moved(kernel):
    kernel.ok("let v = vec![1];")
    kernel.ok("let n = 1;")
    kernel.ok("let w = n + 1;")
    kernel.ok("let taken = v;")
    error = kernel.fails("v.len()")
    assert "`v` was moved in [4]" in error.said
    assert kernel.value("taken") == "[1]"


def test_moving_into_a_function(kernel):
    kernel.ok("fn eat(text: String) -> usize { text.len() }\nlet text = String::from(\"abc\");")
    assert kernel.value("eat(text)") == "3"
    assert "`text` was moved in [2]" in kernel.fails("text").said


def test_a_moved_variable_can_be_made_again(kernel):
    kernel.ok("let v = vec![1];")
    kernel.ok("drop(v);")
    kernel.ok("let v = vec![2];")
    assert kernel.value("v") == "[2]"


def test_a_mutable_variable_that_was_moved_can_be_assigned_again(kernel):
    kernel.ok("let mut v = vec![1];")
    kernel.ok("drop(v);\nv = vec![2];")
    assert kernel.value("v") == "[2]"


def test_moving_one_variable_leaves_the_others(kernel):
    kernel.ok("let a = String::from(\"a\");\nlet b = String::from(\"b\");")
    kernel.ok("drop(a);")
    assert kernel.value("b") == '"b"'


def test_moving_in_a_branch_is_moving(kernel):
    kernel.ok("let v = vec![1];")
    kernel.ok("if v.len() < 5 { drop(v); }")
    assert "`v` was moved in [2]" in kernel.fails("v").said


def test_moving_a_part_of_a_variable(kernel):
    kernel.ok("let pair = (String::from(\"a\"), String::from(\"b\"));")
    kernel.ok("let first = pair.0;")
    assert kernel.value("first") == '"a"'
    assert "pair" in kernel.fails("pair").said


@pytest.mark.parametrize("kind, value", [("i32", "1"), ("f64", "1.5"), ("(u8, bool)", "(1, true)"), ("[i64; 3]", "[1, 2, 3]")])
def test_copy_types_are_never_lost(kernel, kind, value):
    kernel.ok(f"let x: {kind} = {value};")
    kernel.ok("let y = x;\ndrop(x);")
    kernel.ok("std::thread::spawn(move || { let _ = x; }).join().unwrap();")
    assert kernel.value("x") == value


def test_own_copy_type_is_never_lost(kernel):
    kernel.ok("#[derive(Clone, Copy, Debug)]\nstruct Id(u32);\nlet id = Id(7);")
    kernel.ok("let other = id;\ndrop(id);")
    assert kernel.value("id") == "Id(7)"


# ---------------------------------------------------------------------------------------- surviving


@pytest.mark.parametrize(
    "disaster",
    [
        'panic!("no");',
        'let n: i32 = "x".parse()?;',
        "let n: i32 = \"not a number\";",
        "let = ;",
        "unknown_function();",
    ],
    ids=["panic", "question mark", "type error", "syntax error", "unknown name"],
)
def test_a_variable_survives(kernel, disaster):
    kernel.ok("let v = vec![1, 2, 3];\nlet mut count = 1;\nlet t = tensor!([1., 2.]);")
    kernel.fails(disaster)
    assert kernel.value("v") == "[1, 2, 3]"
    kernel.ok("count += 1;")
    assert kernel.value("count") == "2"
    assert kernel.value("t") == "tensor([1., 2.])"


def test_a_variable_used_before_the_panic_survives(kernel):
    kernel.ok("let mut v = vec![1, 2, 3];")
    kernel.fails('v.push(4);\nprintln!("{v:?}");\nif v.len() == 4 { panic!("after the push"); }')
    assert kernel.value("v") == "[1, 2, 3, 4]"


def test_a_variable_used_before_the_question_mark_survives(kernel):
    kernel.ok("let mut v = vec![1];")
    kernel.fails('v.push(2);\nlet n: i32 = "x".parse()?;\nv.push(n);')
    assert kernel.value("v") == "[1, 2]"


def test_a_variable_moved_by_a_failed_cell_is_gone_and_says_so(kernel):
    kernel.ok("let v = vec![1];")
    kernel.fails('drop(v);\npanic!("after the move");')
    assert "`v` was moved in [2]" in kernel.fails("v").said


def test_a_failed_compilation_moves_nothing(kernel):
    kernel.ok("let v = vec![1];")
    kernel.fails("drop(v);\nlet n: i32 = \"text\";")
    assert kernel.value("v") == "[1]"


def test_new_variables_of_a_failed_cell_do_not_exist(kernel):
    kernel.fails('let early = 1;\npanic!("no");')
    assert "early" in kernel.fails("early").said


def test_a_variable_that_its_own_cell_moves_is_gone_and_says_so(kernel):
    kernel.ok('let name = String::from("first");')
    kernel.ok('let name = String::from("second");\ndrop(name);')
    assert "moved in [2]" in kernel.fails("name").traceback
    assert kernel.value('let name = String::from("third"); name') == '"third"'


FAILURES = ['panic!("no");', "std::process::abort();", '"x".parse::<i32>()?;', 'let number: i32 = "x";']


@pytest.mark.parametrize("end", FAILURES)
def test_a_name_that_a_failed_cell_was_to_make_is_told_from_one_that_never_was(kernel, end):
    kernel.ok("let old = 1;")
    kernel.fails(f"let made = 2;\nlet old = 3;\n{end}")
    assert "`made` was to be made by [2], which failed" in kernel.fails("made").said
    assert kernel.value("old") == "1"
    kernel.ok("let made = 4;")
    assert kernel.value("made") == "4"


def test_an_item_of_a_cell_that_did_not_compile_is_told_from_one_that_never_was(kernel):
    cell = "struct Point { x: i32 }\nfn twice(x: i32) -> i32 { 2 * x }\n"
    kernel.fails(cell + 'let number: i32 = "x";')
    for use in ("twice(1)", "Point { x: 1 }", "Point::new()", "let far: Option<Point> = None;"):
        assert "was to be made by [1], which failed" in kernel.fails(use).said, use
    kernel.ok(cell)
    assert kernel.value("twice(1)") == "2"
    # What is wrong now is something else.
    assert "was to be made" not in kernel.fails("Point").said
