"""Macros that expand to items: what they make is there in later cells, and replaced like anything else."""

POINT = """\
macro_rules! point {
    ($name:ident, $start:expr) => {
        #[derive(Debug, Clone)]
        struct $name { x: i64 }
        impl $name {
            fn new(x: i64) -> Self { Self { x: x + $start } }
        }
    };
}
"""


def test_a_macro_of_the_same_cell(kernel):
    kernel.ok(POINT + "point!(Point, 1);\nlet p = Point::new(2);")
    assert kernel.value("(p.x, Point::new(5))") == "(3, Point { x: 6 })"


def test_a_macro_of_an_earlier_cell(kernel):
    kernel.ok(POINT)
    kernel.ok("point! { Point, 1 }")
    assert kernel.value("Point::new(2)") == "Point { x: 3 }"
    kernel.ok("impl Point { fn double(&self) -> i64 { self.x * 2 } }")
    assert kernel.value("Point::new(2).double()") == "6"


def test_a_call_that_runs_again_replaces_what_it_made(kernel):
    kernel.ok(POINT)
    kernel.ok("point!(Point, 1);")
    kernel.ok("point!(Point, 1);")
    assert kernel.value("Point::new(2).x") == "3"
    reply = kernel.ok("point!(Point, 10);\nlet other = 1;")
    assert "ambiguous" not in reply.stderr
    assert kernel.value("Point::new(2).x") == "12"
    kernel.ok("struct Point(u8);")
    assert kernel.value("Point(7).0") == "7"


def test_a_macro_that_implements_a_trait(kernel):
    kernel.ok("trait Area { fn area(&self) -> f64; }\nstruct A;\nstruct B;")
    kernel.ok("macro_rules! area { ($($t:ty => $a:expr),* $(,)?) => { $( impl Area for $t { fn area(&self) -> f64 { $a } } )* } }")
    kernel.ok("area! { A => 1.5, B => 2.5 }")
    kernel.ok("area! { A => 1.5, B => 2.5 }")
    assert kernel.value("A.area() + B.area()") == "4.0"


def test_a_macro_that_is_told_the_visibility(kernel):
    kernel.ok(
        "macro_rules! newtype {\n    ($(#[$m:meta])* $v:vis struct $n:ident($t:ty)) => {\n        $(#[$m])* $v struct $n($t);\n"
        "        impl From<$t> for $n { fn from(x: $t) -> Self { Self(x) } }\n    };\n}\n"
        "newtype! { #[derive(Debug)] struct Meters(f64) }"
    )
    kernel.ok("newtype!(#[derive(Debug)] pub struct Miles(f64));")
    assert kernel.value("(Meters::from(3.5), Miles::from(1.0).0)") == "(Meters(3.5), 1.0)"


def test_functions_made_by_a_macro(kernel):
    kernel.ok("macro_rules! getter { ($name:ident, $value:literal) => { fn $name() -> i64 { $value } } }")
    kernel.ok("getter!(one, 1);\ngetter!(two, 2);")
    assert kernel.value("one() + two()") == "3"


def test_a_macro_that_makes_a_value_is_shown(kernel):
    kernel.ok("macro_rules! twice { ($x:expr) => { $x * 2 } }")
    assert kernel.value("twice!(21)") == "42"
    assert kernel.value("twice! { 4 }") == "8"


def test_bitflags_and_lazy_static_as_their_guides_write_them(kernel):
    kernel.ok(':dep bitflags = "2"\n:dep lazy_static = "1"', timeout=300)
    kernel.ok(
        "use bitflags::bitflags;\n\n"
        "bitflags! {\n"
        "    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n"
        "    struct Flags: u32 {\n        const A = 0b00000001;\n        const B = 0b00000010;\n"
        "        const ABC = Self::A.bits() | Self::B.bits();\n    }\n}",
        timeout=300,
    )
    assert kernel.value("(Flags::A | Flags::B) == Flags::ABC") == "true"
    kernel.ok(
        "use std::collections::HashMap;\nuse lazy_static::lazy_static;\n"
        "lazy_static! {\n"
        "    static ref HASHMAP: HashMap<u32, &'static str> = { let mut m = HashMap::new(); m.insert(0, \"foo\"); m };\n"
        "    static ref COUNT: usize = HASHMAP.len();\n}",
        timeout=300,
    )
    assert kernel.value("(*COUNT, HASHMAP[&0])") == '(1, "foo")'


def test_what_lazy_static_has_made_lasts(kernel):
    kernel.ok(':dep lazy_static = "1"', timeout=300)
    kernel.ok(
        "use lazy_static::lazy_static;\nuse std::sync::Mutex;\n"
        "lazy_static! { static ref LOG: Mutex<Vec<u8>> = Mutex::new(vec![]); }",
        timeout=300,
    )
    assert kernel.value("LOG.lock().unwrap().push(1);\nLOG.lock().unwrap().len()") == "1"
    kernel.ok("fn unrelated() {}")
    assert kernel.value("LOG.lock().unwrap().push(2);\nLOG.lock().unwrap().len()") == "2"
    assert kernel.value("fn user() -> usize { LOG.lock().unwrap().len() }\nuser()") == "2"
    kernel.ok("lazy_static! { static ref LOG: Mutex<Vec<u8>> = Mutex::new(vec![7]); }")
    assert kernel.value("LOG.lock().unwrap().clone()") == "[7]"
