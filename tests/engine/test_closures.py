"""Closures, which have no type that can be written, and are kept all the same."""


def test_closure_is_kept(kernel):
    kernel.ok("let double = |n: i32| n * 2;")
    assert kernel.value("double(21)") == "42"


def test_closure_that_owns_what_it_caught(kernel):
    kernel.ok("let name = String::from(\"Ada\");\nlet greet = move |greeting: &str| format!(\"{greeting}, {name}\");")
    assert kernel.value('greet("Hello")') == '"Hello, Ada"'
    assert kernel.value('greet("Bye")') == '"Bye, Ada"'


def test_closure_that_changes_its_state(kernel):
    kernel.ok("let mut n = 0;\nlet mut next = move || { n += 1; n };")
    assert kernel.value("next()") == "1"
    assert kernel.value("next()") == "2"


def test_closure_that_can_be_called_once(kernel):
    kernel.ok("let text = String::from(\"once\");\nlet once = move || text;")
    assert kernel.value("once()") == '"once"'
    assert "`once` was moved in [2]" in kernel.fails("once()").said


def test_closure_passed_to_functions(kernel):
    kernel.ok("let is_even = |n: &i32| n % 2 == 0;")
    assert kernel.value("vec![1, 2, 3, 4].into_iter().filter(|n| is_even(n)).collect::<Vec<_>>()") == "[2, 4]"
    kernel.ok("fn apply(f: impl Fn(&i32) -> bool, n: i32) -> bool { f(&n) }")
    assert kernel.value("apply(&is_even, 3)") == "false"


def test_closure_over_tensors(kernel):
    kernel.ok("let w = tensor!([1., 2.]);\nlet model = move |x: &Tensor| (x * &w).sum();")
    assert kernel.value("model(&tensor!([3., 4.]))") == "tensor(11.)"


def test_closure_that_returns_a_closure(kernel):
    kernel.ok("fn adder(n: i32) -> impl Fn(i32) -> i32 { move |m| m + n }\nlet add = |n: i32| adder(n)(1);")
    assert kernel.value("add(4)") == "5"


def test_function_pointers_and_boxed_closures(kernel):
    kernel.ok("fn inc(n: i32) -> i32 { n + 1 }\nlet f: fn(i32) -> i32 = inc;\nlet g: Box<dyn Fn(i32) -> i32> = Box::new(|n| n * 10);")
    assert kernel.value("g(f(1))") == "20"
    kernel.ok("let h = inc;")
    assert kernel.value("h(5)") == "6"


def test_closure_that_borrows_a_variable_ends_with_its_cell_and_says_move(kernel):
    kernel.ok("let list = vec![1, 2];")
    assert kernel.printed('let len = || list.len();\nprint!("{}", len());') == "2"
    assert "move" in kernel.fails("len()").said
    assert kernel.value("list") == "[1, 2]"


def test_a_closure_that_says_what_it_takes_needs_one_attempt(kernel):
    kernel.ok(":timing")
    assert "attempt" not in kernel.ok("let scale = |x: f64, n: usize| x * n as f64;").stdout
    assert kernel.value("scale(1.5, 2)") == "3.0"


def test_closures_that_look_plain_and_are_not(kernel):
    kernel.ok("let text = String::from(\"once\");\nlet once = move |n: usize| { let _ = n; text };")
    assert kernel.value("once(1)") == '"once"'
    kernel.ok("let count = std::cell::Cell::new(0);\nlet next = move |by: i32| { count.set(count.get() + by); count.get() };")
    assert kernel.value("next(2) + next(3)") == "7"
    kernel.ok("let never = |n: i32| -> i32 { if n > 0 { panic!(\"no\") } else { n } };")
    assert kernel.value("never(0)") == "0"
    assert "missing" in kernel.fails("let wrong = |n: i32| n + missing;").said


def test_a_derivative_is_a_function_that_is_kept(kernel):
    kernel.ok("let slope = func::grad(|x: &Tensor| x.pow(3).sum());\nlet bend = func::vmap(func::grad(func::grad(|x: &Tensor| x.sin())));")
    assert kernel.value("slope(&tensor!([1., 2.]))") == "tensor([ 3., 12.])"
    assert kernel.value("bend(&tensor!([0., 1.]))") == "tensor([-0.0000, -0.8415])"
