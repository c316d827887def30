"""Sessions with so many items that they are compiled in parts: nobody is to notice which part an item is in."""

import pytest

MANY = 30


@pytest.fixture
def long(kernel):
    """A session with many structs, the first ones more than any part holds away from the last ones."""
    kernel.ok("#[derive(Debug, Clone, PartialEq)]\nstruct First { x: i32 }\nimpl First { fn new(x: i32) -> Self { First { x } } }")
    kernel.ok("trait Area { fn area(&self) -> i32; }\nimpl Area for First { fn area(&self) -> i32 { self.x * self.x } }")
    kernel.ok("fn helper() -> i32 { 1 }\nfn uses_helper() -> i32 { helper() + 10 }")
    kernel.ok("static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);\n"
              "fn call() -> u32 { CALLS.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 }")
    kernel.ok("let first = First::new(3);\nlet any: Box<dyn std::any::Any> = Box::new(First::new(4));")
    for n in range(MANY):
        kernel.ok(f"struct Later{n} {{ x: i32 }}\nimpl Later{n} {{ fn new(x: i32) -> Self {{ Later{n} {{ x }} }} fn twice(&self) -> i32 {{ self.x * 2 }} }}")
    return kernel


def test_items_of_all_ages_work_together(long):
    assert long.value(f"Later{MANY - 1}::new(first.x).twice() + Later0::new(1).twice() + first.area()") == "17"
    long.ok(f"fn both(a: &First, b: &Later{MANY - 1}) -> i32 {{ a.area() + b.twice() }}")
    assert long.value(f"both(&first, &Later{MANY - 1}::new(5))") == "19"
    assert long.value("uses_helper()") == "11"


def test_a_type_is_the_same_type_in_every_part(long):
    long.ok(f"let pair = (first.clone(), Later{MANY - 1}::new(1));")
    assert long.value("any.downcast_ref::<First>() == Some(&First { x: 4 })") == "true"
    assert long.value(f"let other = Later0::new(2); (pair.0 == first, any.downcast_ref::<Later0>().is_none())") == "(true, true)"


def test_an_impl_for_an_early_type(long):
    long.ok("impl std::ops::Add for First { type Output = First; fn add(self, other: First) -> First { First::new(self.x + other.x) } }")
    assert long.value("(first.clone() + first.clone()).x") == "6"
    long.ok("impl From<First> for Later0 { fn from(first: First) -> Later0 { Later0::new(first.x) } }")
    assert long.value("let made: Later0 = first.clone().into(); made.twice()") == "6"
    long.ok("impl std::ops::Mul<First> for i32 { type Output = i32; fn mul(self, first: First) -> i32 { self * first.x } }")
    assert long.value("5 * first.clone()") == "15"
    long.ok("impl Area for i32 { fn area(&self) -> i32 { *self } }")
    assert long.value("8.area()") == "8"
    long.ok("impl<T: Area> Twofold for T { fn twofold(&self) -> i32 { self.area() * 2 } }\ntrait Twofold { fn twofold(&self) -> i32; }")
    assert long.value("first.twofold()") == "18"


def test_a_redefined_function_is_called_by_earlier_ones(long):
    long.ok("fn helper() -> i32 { 2 }")
    assert long.value("uses_helper()") == "12"


def test_what_does_not_fit_a_new_definition_is_dropped_at_once(long):
    told = long.run('fn helper() -> &\'static str { "two" }').stderr
    assert "uses_helper" in told and "does not fit any more" in told


def test_a_static_is_one_in_all_parts(long):
    assert long.value("call()") == "1"
    long.ok(f"fn call_with() -> u32 {{ Later{MANY - 1}::new(1); call() }}")
    assert long.value("call_with()") == "2"
    long.ok("fn call_with_first() -> u32 { First::new(1); call() }")
    assert long.value("(call_with_first(), call())") == "(3, 4)"
    assert long.value("CALLS.load(std::sync::atomic::Ordering::SeqCst)") == "4"


def test_a_redefined_type_takes_its_variables_along(long):
    told = long.run("struct First { y: u8 }").stderr
    assert "`first` was dropped" in told
    assert long.value("First { y: 2 }.y") == "2"
    assert long.value("Later3::new(4).twice()") == "8"


def test_mistakes_are_told_with_everything_in_view(long):
    error = long.fails("Latter3::new(1)")
    assert "Later3" in error.said
    error = long.fails("let wrong: u8 = first.area();")
    assert "E0308" in error.said
    assert long.value("first.x") == "3"


def test_going_back_and_a_crash_keep_the_parts(long):
    long.ok("fn newest() -> i32 { first_of(&First::new(7)) }\nfn first_of(first: &First) -> i32 { first.x }")
    assert long.value("newest()") == "7"
    long.fails("std::process::abort()")
    assert long.value("(newest(), first.area(), call())") == "(7, 9, 1)"
    long.ok(":undo")
    assert long.value("(newest(), Later0::new(1).twice())") == "(7, 2)"
