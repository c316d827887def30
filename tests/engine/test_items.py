"""Items: functions, types, traits, constants, macros and modules, and what happens when they change."""

import re


def test_function_in_a_later_cell(kernel):
    kernel.ok("fn add(a: i32, b: i32) -> i32 { a + b }")
    assert kernel.value("add(2, 3)") == "5"


def test_function_calls_a_function_of_an_earlier_cell(kernel):
    kernel.ok("fn square(n: i32) -> i32 { n * n }")
    kernel.ok("fn sum_of_squares(a: i32, b: i32) -> i32 { square(a) + square(b) }")
    assert kernel.value("sum_of_squares(3, 4)") == "25"


def test_mutual_recursion_inside_a_cell(kernel):
    kernel.ok(
        "fn even(n: u32) -> bool { if n == 0 { true } else { odd(n - 1) } }\n"
        "fn odd(n: u32) -> bool { if n == 0 { false } else { even(n - 1) } }"
    )
    assert kernel.value("(even(10), odd(7), even(3))") == "(true, true, false)"


def test_items_may_stand_after_their_use(kernel):
    assert kernel.value("let x = later();\nfn later() -> i32 { 5 }\nx") == "5"


def test_generic_function_and_generic_type(kernel):
    kernel.ok("fn largest<T: PartialOrd + Copy>(items: &[T]) -> T { let mut m = items[0]; for &i in items { if i > m { m = i } } m }")
    kernel.ok("#[derive(Debug)]\nstruct Pair<A, B = A> { a: A, b: B }\nlet pair = Pair { a: 1, b: \"two\" };")
    assert kernel.value("(largest(&[1, 5, 2]), largest(&[0.5, 0.1]))") == "(5, 0.5)"
    assert kernel.value("pair") == 'Pair { a: 1, b: "two" }'


def test_const(kernel):
    kernel.ok("const LIMIT: usize = 3;\nconst NAMES: [&str; LIMIT] = [\"a\", \"b\", \"c\"];")
    kernel.ok("let grid = [[0u8; LIMIT]; 2];")
    assert kernel.value("(grid.len(), grid[0].len(), NAMES[2])") in ('(2, 3, "c")', "(2, 3, 'c')")


def test_static_keeps_its_value(kernel):
    kernel.ok("use std::sync::atomic::{AtomicU32, Ordering};\nstatic CALLS: AtomicU32 = AtomicU32::new(0);")
    kernel.ok("fn call() -> u32 { CALLS.fetch_add(1, Ordering::SeqCst) + 1 }")
    assert kernel.value("call()") == "1"
    assert kernel.value("call()") == "2"
    kernel.ok("CALLS.fetch_add(10, Ordering::SeqCst);")
    assert kernel.value("call()") == "13"


def test_static_keeps_its_value_when_items_beside_it_change(kernel):
    kernel.ok(
        "use std::sync::Mutex;\nstatic LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());\n"
        "struct Note { text: String }\nfn note(text: &str) { LOG.lock().unwrap().push(Note { text: text.into() }.text); }"
    )
    kernel.ok('note("one");')
    kernel.ok("impl Note { fn len(&self) -> usize { self.text.len() } }")
    kernel.ok('note("two");')
    assert kernel.value("LOG.lock().unwrap().clone()") == '["one", "two"]'


def test_thread_local(kernel):
    kernel.ok("use std::cell::Cell;\nthread_local! { static SEEN: Cell<u32> = const { Cell::new(0) }; }")
    kernel.ok("SEEN.with(|seen| seen.set(seen.get() + 2));")
    assert kernel.value("SEEN.with(|seen| seen.get())") == "2"


def test_macro_rules(kernel):
    kernel.ok("macro_rules! twice { ($e:expr) => { { $e; $e } }; }\nlet mut n = 0;")
    kernel.ok("twice!(n += 1);")
    assert kernel.value("n") == "2"


def test_macro_that_uses_a_macro_of_an_earlier_cell(kernel):
    kernel.ok("macro_rules! one { () => { 1 }; }")
    kernel.ok("macro_rules! two { () => { one!() + one!() }; }")
    assert kernel.value("two!()") == "2"


def test_module(kernel):
    kernel.ok(
        "mod shapes {\n    pub mod round { pub fn area(r: f64) -> f64 { r * r * 3.0 } }\n"
        "    pub struct Square(pub f64);\n    impl Square { pub fn area(&self) -> f64 { self.0 * self.0 } }\n}"
    )
    assert kernel.value("shapes::round::area(2.0)") == "12.0"
    kernel.ok("use shapes::Square;")
    assert kernel.value("Square(3.0).area()") == "9.0"


def test_use_lasts(kernel):
    kernel.ok("use std::collections::{BTreeMap, BTreeSet as Set};\nuse std::fmt::Write as _;")
    kernel.ok("let mut map = BTreeMap::new();\nmap.insert(1, \"one\");\nlet set = Set::from([2, 1]);")
    kernel.ok("let mut text = String::new();\nwrite!(text, \"{map:?} {set:?}\").unwrap();")
    assert kernel.value("text") == r'"{1: \"one\"} {1, 2}"'


def test_use_in_functions_of_later_cells(kernel):
    kernel.ok("use std::collections::BTreeMap;")
    kernel.ok("fn count(text: &str) -> BTreeMap<char, usize> { let mut m = BTreeMap::new(); for c in text.chars() { *m.entry(c).or_insert(0) += 1; } m }")
    assert kernel.value('count("aba")') == "{'a': 2, 'b': 1}"


def test_attributes_and_derives(kernel):
    kernel.ok(
        "/// A colour.\n#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]\n#[repr(u8)]\n"
        "enum Colour { #[default] Red = 1, Green, Blue }\n#[inline]\nfn next(c: Colour) -> Colour { match c { Colour::Red => Colour::Green, _ => Colour::Blue } }"
    )
    assert kernel.value("(Colour::default(), next(Colour::Red), Colour::Blue as u8, Colour::Red < Colour::Blue)") == "(Red, Green, 3, true)"


def test_trait_and_impls_in_later_cells(kernel):
    kernel.ok("trait Speak { fn name(&self) -> String; fn speak(&self) -> String { format!(\"{} speaks\", self.name()) } }")
    kernel.ok("struct Dog;\nlet dog = Dog;")
    kernel.ok('impl Speak for Dog { fn name(&self) -> String { "Rex".into() } }')
    assert kernel.value("dog.speak()") == '"Rex speaks"'
    kernel.ok('impl Speak for i32 { fn name(&self) -> String { format!("number {self}") } }')
    assert kernel.value("5.speak()") == '"number 5 speaks"'
    kernel.ok("let all: Vec<Box<dyn Speak>> = vec![Box::new(Dog), Box::new(7)];")
    assert kernel.value("all.iter().map(|s| s.name()).collect::<Vec<_>>()") == '["Rex", "number 7"]'


def test_foreign_trait_for_a_type_of_an_earlier_cell(kernel):
    kernel.ok("struct Money(i64);\nlet price = Money(250);")
    kernel.ok("use std::fmt;\nimpl fmt::Display for Money { fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, \"{}.{:02} €\", self.0 / 100, self.0 % 100) } }")
    assert kernel.printed('println!("{price}");') == "2.50 €\n"
    kernel.ok("impl std::ops::Add for Money { type Output = Money; fn add(self, other: Money) -> Money { Money(self.0 + other.0) } }")
    kernel.ok("let total = price + Money(50);")
    assert kernel.printed('println!("{total}");') == "3.00 €\n"


def test_inherent_impl_in_a_later_cell(kernel):
    kernel.ok("struct Counter { n: u32 }\nlet mut counter = Counter { n: 5 };")
    kernel.ok("impl Counter { fn step(&mut self) -> u32 { self.n += 1; self.n } }")
    assert kernel.value("counter.step()") == "6"
    kernel.ok("impl Counter { const MAX: u32 = 9; fn left(&self) -> u32 { Self::MAX - self.n } }")
    assert kernel.value("counter.left()") == "3"
    assert kernel.value("counter.step()") == "7"


def test_an_impl_may_be_written_again(kernel):
    kernel.ok("struct Cat;\nimpl Cat { fn sound(&self) -> &'static str { \"meow\" } }\nlet cat = Cat;")
    assert kernel.value("cat.sound()") == '"meow"'
    kernel.ok("impl Cat { fn sound(&self) -> &'static str { \"purr\" } }")
    assert kernel.value("cat.sound()") == '"purr"'


def test_a_struct_is_the_same_type_in_every_cell(kernel):
    kernel.ok("use std::any::{Any, TypeId};\n#[derive(Debug, PartialEq)]\nstruct Thing(i32);")
    kernel.ok("let before = TypeId::of::<Thing>();\nlet boxed: Box<dyn Any> = Box::new(Thing(3));")
    for number in range(3):
        kernel.ok(f"fn other_{number}() -> i32 {{ {number} }}")
    kernel.ok("impl Thing { fn get(&self) -> i32 { self.0 } }")
    kernel.ok("impl Default for Thing { fn default() -> Self { Thing(0) } }")
    assert kernel.value("before == TypeId::of::<Thing>()") == "true"
    assert kernel.value("boxed.downcast_ref::<Thing>().map(|thing| thing.get())") == "Some(3)"


def test_privacy_inside_a_cell_does_not_get_in_the_way(kernel):
    kernel.ok("struct Secret { inner: i32 }\nimpl Secret { fn new() -> Self { Secret { inner: 4 } } }")
    kernel.ok("let secret = Secret::new();")
    assert kernel.value("secret.inner") == "4"


def test_enum_and_match_in_later_cells(kernel):
    kernel.ok("enum Shape { Circle { r: f64 }, Square(f64), Empty }")
    kernel.ok("use Shape::*;\nlet shapes = vec![Circle { r: 1.0 }, Square(2.0), Empty];")
    kernel.ok("fn area(s: &Shape) -> f64 { match s { Shape::Circle { r } => 3.0 * r * r, Shape::Square(a) => a * a, Shape::Empty => 0.0 } }")
    assert kernel.value("shapes.iter().map(area).sum::<f64>()") == "7.0"


def test_type_alias(kernel):
    kernel.ok("type Grid = Vec<Vec<u8>>;")
    kernel.ok("let grid: Grid = vec![vec![1]];")
    assert kernel.value("grid") == "[[1]]"


def test_implementing_an_iterator_for_an_own_type(kernel):
    kernel.ok("struct Fib { a: u64, b: u64 }\nimpl Iterator for Fib { type Item = u64; fn next(&mut self) -> Option<u64> { let r = self.a; (self.a, self.b) = (self.b, self.a + self.b); Some(r) } }")
    kernel.ok("let mut fib = Fib { a: 0, b: 1 };")
    assert kernel.value("fib.by_ref().take(5).collect::<Vec<_>>()") == "[0, 1, 1, 2, 3]"
    assert kernel.value("fib.next()") == "Some(5)"


# -------------------------------------------------------------------------------------- redefinition


def test_redefining_a_function(kernel):
    kernel.ok("fn answer() -> i32 { 1 }")
    kernel.ok("fn answer() -> i32 { 42 }")
    assert kernel.value("answer()") == "42"


def test_a_function_that_calls_a_redefined_function_sees_the_new_one(kernel):
    kernel.ok("fn base() -> i32 { 1 }")
    kernel.ok("fn plus_one() -> i32 { base() + 1 }")
    kernel.ok("fn base() -> i32 { 10 }")
    assert kernel.value("plus_one()") == "11"


def test_redefining_a_struct_drops_and_names_the_variables_of_the_old_type(kernel):
    kernel.ok("struct Config { a: i32 }\nlet old = Config { a: 1 };\nlet list = vec![Config { a: 2 }];\nlet other = 5;")
    cell = kernel.ok("struct Config { a: i32, b: String }")
    assert "old" in cell.said and "list" in cell.said
    assert "other" not in cell.said
    assert kernel.value("other") == "5"
    assert "old" in kernel.fails("old.a").said
    kernel.ok('let new = Config { a: 1, b: "b".into() };')
    assert kernel.value("new.b") == '"b"'


def test_redefining_a_struct_to_the_same_text_keeps_the_variables(kernel):
    kernel.ok("#[derive(Debug)]\nstruct P { x: i32 }")
    kernel.ok("let p = P { x: 1 };")
    kernel.ok("#[derive(Debug)]\nstruct P { x: i32 }")
    assert kernel.value("p") == "P { x: 1 }"


def test_what_cannot_be_compiled_with_the_new_definition_is_said(kernel):
    kernel.ok("struct Config { a: i32 }")
    kernel.ok("fn show(c: &Config) -> i32 { c.a }")
    cell = kernel.run("struct Config { renamed: i32 }")
    assert "show" in cell.said, str(cell)
    kernel.ok("let x = 5;")
    assert kernel.value("x") == "5"


def test_redefining_a_const(kernel):
    kernel.ok("const N: i32 = 1;\nfn n() -> i32 { N }")
    kernel.ok("const N: i32 = 2;")
    assert kernel.value("(N, n())") == "(2, 2)"


def test_redefining_a_macro(kernel):
    kernel.ok("macro_rules! m { () => { 1 }; }")
    kernel.ok("macro_rules! m { () => { 2 }; }")
    assert kernel.value("m!()") == "2"


def test_an_item_with_an_error_leaves_the_old_one(kernel):
    kernel.ok("fn f() -> i32 { 1 }")
    kernel.fails('fn f() -> i32 { "not a number" }')
    assert kernel.value("f()") == "1"


def test_thirty_cells_of_items(kernel):
    for number in range(30):
        before = f"f{number - 1}() + 1" if number else "0"
        kernel.ok(f"struct S{number}(i32);\nfn f{number}() -> i32 {{ {before} }}")
    assert kernel.value("f29()") == "29"


def test_a_later_use_does_not_change_what_earlier_items_mean(kernel):
    kernel.ok("fn parsed(s: &str) -> Result<u8, std::num::ParseIntError> { s.parse() }\nfn largest() -> i32 { [1, 3].into_iter().fold(0, max) }\nfn max(a: i32, b: i32) -> i32 { if a > b { a } else { b } }")
    cell = kernel.ok("use std::io::Result;\nfn read() -> Result<u8> { Ok(1) }")
    assert cell.said == ""
    cell = kernel.ok("use std::fmt::*;\nuse std::cmp::*;\nfn other() -> i32 { 1 }")
    assert cell.said == ""
    assert kernel.value('(parsed("7")?, read()?, largest())') == "(7, 1, 3)"


def test_an_item_written_again_sees_the_uses_of_today(kernel):
    kernel.ok("use std::collections::HashMap as Map;\nfn kind() -> &'static str { std::any::type_name::<Map<u8, u8>>() }")
    kernel.ok("use std::collections::BTreeMap as Map;")
    assert "HashMap" in kernel.value("kind()")
    kernel.ok("fn kind() -> &'static str { std::any::type_name::<Map<u8, u8>>() }")
    assert "BTreeMap" in kernel.value("kind()")


def test_a_use_of_what_is_no_more_is_dropped_and_said(kernel):
    kernel.ok("mod shapes { pub struct Circle(pub f32); pub fn unit() -> Circle { Circle(1.0) } }\nuse shapes::{Circle, unit};")
    cell = kernel.ok("mod shapes { pub struct Circle(pub f64); }")
    assert "`use shapes::unit;` of [1]" in cell.said
    assert kernel.value("Circle(2.0f64).0") == "2.0"


OWN_MODULE = (
    "#[derive(Module)]\nstruct Net { inner: Linear }\n"
    "impl Net { fn new() -> Self { Net { inner: Linear::new(4, 2) } } }\n"
    "impl Forward for Net {\n    fn forward(&self, x: &Tensor) -> Tensor {\n        self.inner.forward(x).relu()\n    }\n}\n"
)


def test_hooks_see_a_notebooks_own_modules(kernel):
    kernel.ok(OWN_MODULE)
    kernel.ok(
        "use std::sync::{Arc, Mutex};\nlet net = Net::new();\nlet seen = Arc::new(Mutex::new(Vec::new()));\n"
        "let kept = seen.clone();\n"
        "let hook = net.register_forward_hook(move |module, _, y: &Tensor| kept.lock().unwrap().push((module.kind(), y.shape())));"
    )
    kernel.ok("net.forward(&Tensor::rand([3, 4]));")
    assert kernel.value("seen.lock().unwrap().clone()") == '[("Net", torch.Size([3, 2]))]'
    kernel.ok("hook.remove();\nnet.forward(&Tensor::rand([3, 4]));")
    assert kernel.value("seen.lock().unwrap().len()") == "1"


def test_summary_sees_a_notebooks_own_modules(kernel):
    kernel.ok(OWN_MODULE)
    kernel.ok(
        "#[derive(Module)]\nstruct Two { first: Net, last: Linear }\n"
        "impl Forward for Two { fn forward(&self, x: &Tensor) -> Tensor { self.last.forward(&self.first.forward(x)) } }"
    )
    text = kernel.value("summary(&Two { first: Net::new(), last: Linear::new(2, 7) }, [3, 4])")
    rows = {re.split(r"\s*\(|  ", line.strip(" ├│└─"))[0]: line for line in text.splitlines() if "[3" in line}
    assert rows.keys() >= {"Two", "Net", "Linear"} and "[3, 2]" in rows["Net"], text


def test_errors_in_a_modules_forward_are_where_they_stand(kernel):
    kernel.ok("#[derive(Module)]\nstruct Off { inner: Linear }")
    head = "impl Forward for Off {\n    fn forward(&self, x: &Tensor) -> Tensor {"
    for body, ename, place, line in [
        (" missing(x) }\n}", "E0425", ":2:47", "missing(x)"),
        ("\n        x.relu();\n    }\n}", "E0308", ":2:38", "fn forward"),
        ("\n        let y = self.inner;\n        x.relu()\n    }\n}", "E0507", ":3:17", "self.inner"),
    ]:
        cell = kernel.fails(head + body)
        assert cell.ename == ename and place in cell.traceback and line in cell.traceback, str(cell)
        assert "around" not in cell.said and "Own" not in cell.said
    kernel.ok(head + '\n        panic!("of {:?}", x.shape())\n    }\n}')
    cell = kernel.fails("Off { inner: Linear::new(1, 1) }.forward(&Tensor::ones([2]))")
    assert "of torch.Size([2])" in cell.evalue and f"In[{cell.count - 1}]:3" in cell.traceback, str(cell)


def test_someone_elses_forward_is_left_alone(kernel):
    kernel.ok(
        "trait Forward { fn forward(&self, x: &Tensor) -> Tensor; }\nstruct Plain;\n"
        "impl Forward for Plain { fn forward(&self, x: &Tensor) -> Tensor { x + 1. } }"
    )
    assert kernel.value("Plain.forward(&tensor!([1.]))") == "tensor([2.])"


def test_methods_that_track_their_caller_are_called_through_dyn(kernel):
    kernel.ok(
        "trait Line { fn line(&self) -> u32; }\nstruct Here;\n"
        "impl Line for Here { #[track_caller] fn line(&self) -> u32 { std::panic::Location::caller().line() } }"
    )
    kernel.ok("let here: Box<dyn Line> = Box::new(Here);")
    assert int(kernel.value("here.line()")) > 0
    # In the cell that defines them, too, and as a pointer to a function.
    assert kernel.value("#[track_caller]\nfn seven() -> u8 { 7 }\nlet f: fn() -> u8 = seven;\nf()") == "7"


def test_loaders_with_workers_run_in_a_cell(kernel):
    kernel.ok("use wick::data::*;\nlet data = TensorDataset::new((Tensor::arange(0, 8, 1), Tensor::ones([8])));")
    cell = "for (x, _) in &DataLoader::new(data.clone()).batch_size(4).num_workers(2) { println!(\"{x}\"); }"
    assert kernel.printed(cell) == "tensor([0, 1, 2, 3])\ntensor([4, 5, 6, 7])\n"
