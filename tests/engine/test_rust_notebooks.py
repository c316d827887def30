"""Longer sessions, the way people who try Rust in a notebook write them."""


def test_bank_account_session(kernel):
    kernel.ok("#[derive(Debug, Clone)]\npub enum Entry { Deposit(u64), Withdrawal(u64) }")
    kernel.ok("#[derive(Debug, Default)]\npub struct Account { entries: Vec<Entry> }")
    kernel.ok(
        "impl Account {\n    fn balance(&self) -> i64 {\n        self.entries.iter().map(|e| match e { Entry::Deposit(n) => *n as i64, Entry::Withdrawal(n) => -(*n as i64) }).sum()\n    }\n}"
    )
    kernel.ok("let mut account = Account::default();")
    kernel.ok("account.entries.push(Entry::Deposit(100));\naccount.entries.push(Entry::Withdrawal(30));")
    assert kernel.value("account.balance()") == "70"
    kernel.ok("impl Account { fn withdraw(&mut self, n: u64) -> Result<i64, String> { if self.balance() < n as i64 { return Err(format!(\"only {} left\", self.balance())) } self.entries.push(Entry::Withdrawal(n)); Ok(self.balance()) } }")
    assert kernel.value("account.withdraw(50)") == "Ok(20)"
    assert kernel.value("account.withdraw(50)") == 'Err("only 20 left")'
    kernel.fails("account.withdraw(50).unwrap();")
    assert kernel.value("account.entries.len()") == "3"


def test_generic_stack_with_traits(kernel):
    kernel.ok("use std::fmt::Debug;\n#[derive(Debug)]\nstruct Stack<T> { items: Vec<T> }\nimpl<T: Debug + Clone> Stack<T> { fn new() -> Self { Stack { items: vec![] } } fn push(mut self, t: T) -> Self { self.items.push(t); self } }")
    kernel.ok("let stack = Stack::new().push(1).push(2);")
    kernel.ok("impl<T> IntoIterator for Stack<T> { type Item = T; type IntoIter = std::iter::Rev<std::vec::IntoIter<T>>; fn into_iter(self) -> Self::IntoIter { self.items.into_iter().rev() } }")
    assert kernel.value("stack.into_iter().collect::<Vec<_>>()") == "[2, 1]"


def test_tokenizer_with_iterators_and_lifetimes(kernel):
    kernel.ok("#[derive(Debug, PartialEq)]\nenum Token<'a> { Number(f64), Word(&'a str), Sign(char) }")
    kernel.ok(
        "fn tokens(text: &str) -> Vec<Token<'_>> {\n    text.split_whitespace().map(|w| if let Ok(n) = w.parse() { Token::Number(n) } else if w.len() == 1 { Token::Sign(w.chars().next().unwrap()) } else { Token::Word(w) }).collect()\n}"
    )
    assert kernel.value('tokens("12 + foo")') == '[Number(12.0), Sign(\'+\'), Word("foo")]'
    kernel.ok('let kept = tokens("1 two");')
    assert kernel.value("kept.len()") == "2"


def test_labelled_loops_shadowing_and_early_exit(kernel):
    assert kernel.value("let mut found = None;\n'outer: for a in 1..20 {\n    for b in a..20 {\n        if a * a + b * b == 13 * 13 { found = Some((a, b)); break 'outer; }\n    }\n}\nfound") == "Some((5, 12))"
    assert kernel.value("let n = 'value: { if found.is_some() { break 'value 1; } 2 };\nn") == "1"


def test_return_at_cell_level_stops_the_cell(kernel):
    cell = kernel.run('println!("a");\nif true { return Ok(()); }\nprintln!("b");')
    assert "b\n" not in cell.stdout
    assert kernel.value("1") == "1"


def test_const_generics_and_associated_types(kernel):
    kernel.ok("struct Grid<const R: usize, const C: usize>([[i32; C]; R]);\nimpl<const R: usize, const C: usize> Grid<R, C> { fn t(&self) -> Grid<C, R> { let mut g = Grid([[0; R]; C]); for r in 0..R { for c in 0..C { g.0[c][r] = self.0[r][c]; } } g } }")
    kernel.ok("let grid = Grid([[1, 2, 3], [4, 5, 6]]);")
    assert kernel.value("grid.t().0") == "[[1, 4], [2, 5], [3, 6]]"


def test_trait_objects_generics_and_dyn_across_cells(kernel):
    kernel.ok("trait Layer { fn run(&self, x: f64) -> f64; }\nstruct Scale(f64);\nimpl Layer for Scale { fn run(&self, x: f64) -> f64 { x * self.0 } }")
    kernel.ok("let mut layers: Vec<Box<dyn Layer>> = vec![Box::new(Scale(2.0))];")
    kernel.ok("struct Shift(f64);\nimpl Layer for Shift { fn run(&self, x: f64) -> f64 { x + self.0 } }\nlayers.push(Box::new(Shift(1.0)));")
    assert kernel.value("layers.iter().fold(3.0, |x, layer| layer.run(x))") == "7.0"


def test_operator_overloading_and_sorting(kernel):
    kernel.ok("use std::ops::{Add, Mul};\n#[derive(Debug, Clone, Copy, PartialEq)]\nstruct V2 { x: f64, y: f64 }\nimpl Add for V2 { type Output = V2; fn add(self, o: V2) -> V2 { V2 { x: self.x + o.x, y: self.y + o.y } } }\nimpl Mul<f64> for V2 { type Output = V2; fn mul(self, k: f64) -> V2 { V2 { x: self.x * k, y: self.y * k } } }")
    kernel.ok("let (a, b) = (V2 { x: 1.0, y: 2.0 }, V2 { x: 0.5, y: 0.0 });")
    assert kernel.value("a + b * 2.0") == "V2 { x: 2.0, y: 2.0 }"
    kernel.ok("let mut all = vec![a, b];\nall.sort_by(|p, q| p.x.partial_cmp(&q.x).unwrap());")
    assert kernel.value("all[0].x") == "0.5"


def test_reading_and_writing_files_in_the_notebooks_folder(kernel, tmp_path):
    kernel.ok('std::fs::write("note.txt", "written")?;')
    assert (tmp_path / "note.txt").read_text() == "written"
    assert kernel.value('std::fs::read_to_string("note.txt")?') == '"written"'


def test_names_that_the_machinery_could_use_itself(kernel):
    kernel.ok("let vars = 1;\nlet ctx = 2;\nlet result = 3;\nlet store = 4;\nlet cell = 5;\nlet value = 6;")
    kernel.ok("fn run() -> i32 { 7 }\nfn main() -> i32 { 8 }\nmod runtime { pub fn x() -> i32 { 9 } }\nstruct Session;\nstruct Cell;\nstruct Store;")
    assert kernel.value("vars + ctx + result + store + cell + value + run() + main() + runtime::x()") == "45"


def test_own_names_over_those_of_the_prelude(kernel):
    kernel.ok("#[derive(Debug)]\nstruct Tensor(i32);\nlet mine = Tensor(1);")
    assert kernel.value("mine") == "Tensor(1)"
    kernel.ok("enum Option<T> { Nothing, Just(T) }\nlet o = Option::Just(1);")
    kernel.ok("if let Option::Just(n) = o { println!(\"{n}\"); }")
