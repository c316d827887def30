"""`:save-state` and `:load-state`: a session's variables in a file."""

import json
import zipfile

from kernel_client import Session

SETUP = """
use std::collections::HashMap;
use serde::{Serialize, Deserialize};
#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Settings { rate: f64, tag: &'static str, steps: Option<Vec<u8>> }
#[derive(Module)]
struct Net { a: Linear, b: Linear }
impl Net { fn forward(&self, x: &Tensor) -> Tensor { self.b.forward(&self.a.forward(x)) } }
struct Opaque(i32);
let settings = Settings { rate: 0.1, tag: "first", steps: Some(vec![1, 2]) };
let mut words = HashMap::from([("a", 1.5)]);
let x = tensor!([1., 2., 3.]).requires_grad_(true);
let column = x.detach().view([3, 1]);
(&x * &x).sum().backward();
let net = Net { a: Linear::new(2, 3), b: Linear::new(3, 1) };
let opaque = Opaque(1);
let double = |n: i32| n * 2;
"""


def test_a_state_goes_to_another_session(tmp_path):
    with Session(cwd=tmp_path) as session:
        session.ok(SETUP)
        answer = session.value("net.forward(&Tensor::ones([1, 2])).detach()")
        said = session.ok(":save-state my state").said
        assert "`settings`, `words`, `x`" in said and "the weights of `net`" in said
        assert "not saved: `double` (Box<dyn Fn(i32) -> i32>): functions cannot be saved" in said
        assert "not saved: `opaque` (Opaque): `#[derive(Serialize, Deserialize)]` on `Opaque` lets it be saved" in said
        # Saving is nothing that could be undone.
        assert "[3]" not in session.ok(":history").said
    with Session(cwd=tmp_path) as session:
        said = session.ok(":load-state my state").said
        assert "waiting: the weights of `net` (Net)" in said
        assert session.value("(&settings.tag, &settings.steps, words.len())") == '("first", Some([1, 2]), 1)'
        session.ok('words.insert("b", 2.0);')
        assert session.value("(&x, x.grad())") == "(tensor([1., 2., 3.], requires_grad=True), tensor([2., 4., 6.]))"
        session.ok("column.add_(5);")
        assert session.value("x") == "tensor([6., 7., 8.], requires_grad=True)"
        session.ok("let net = Net { a: Linear::new(2, 3), b: Linear::new(3, 1) };")
        session.ok(":load-state my state net")
        assert session.value("net.forward(&Tensor::ones([1, 2])).detach()") == answer


TRAINING = """
let w = tensor!([1., 2.]).requires_grad_(true);
let optimizer = SGD::new([w.clone()], 0.1).momentum(0.9);
let schedule = optim::lr_scheduler::StepLR::new(&optimizer, 2).gamma(0.5);
"""
STEPS = "for _ in 0..3 { optimizer.zero_grad(); (&w * &w).sum().backward(); optimizer.step(); schedule.step(); }\nw"


def test_a_training_goes_on_in_another_session(tmp_path):
    with Session(cwd=tmp_path) as session:
        session.ok(TRAINING)
        session.ok(STEPS)
        said = session.ok(":save-state state").said
        assert "`w`, the state of `optimizer`, `schedule`" in said and "not saved" not in said
        six_steps = session.value(STEPS)
    with Session(cwd=tmp_path) as session:
        said = session.ok(":load-state state").said
        assert "waiting: the state of `optimizer` (optim::sgd::SGD)" in said or "waiting: the state of `optimizer` (SGD)" in said, said
        # The parameters first: an optimizer is one of parameters that are there.
        session.ok(TRAINING.replace("let w = tensor!([1., 2.]).requires_grad_(true);", ""))
        assert "the state of `optimizer`, `schedule`" in session.ok(":load-state state optimizer schedule").said
        assert session.value(STEPS) == six_steps


def test_only_what_was_asked_for_is_loaded(tmp_path):
    with Session(cwd=tmp_path) as session:
        session.ok("let a = 1;\nlet b = String::from(\"two\");\nlet f = |n: i32| n;")
        session.ok(":save-state state")
        session.ok("let a = 10;\nlet b = 20;")
        session.ok(":load-state state b")
        assert session.value("(a, &b)") == '(10, "two")'
        assert "holds no `f`; it holds a, b" in session.fails(":load-state state f").said


def test_a_type_that_has_changed_is_named_and_nothing_is_lost(tmp_path):
    with Session(cwd=tmp_path) as session:
        session.ok(
            "use serde::{Serialize, Deserialize};\n#[derive(Serialize, Deserialize)] struct P { n: i32 }\n"
            "let p = P { n: 1 };\nlet q = 5;"
        )
        session.ok(":save-state state")
        session.ok("#[derive(Serialize, Deserialize)] struct P { m: i32 }\nlet q = 6;")
        assert "`p` does not fit what its type is now: missing field `m`" in session.fails(":load-state state").said
        assert session.value("q") == "6"
        session.ok(":load-state state q")
        assert session.value("q") == "5"


def test_files_that_are_no_state(tmp_path):
    (tmp_path / "text").write_text("no state")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("x", json.dumps({}))
    with Session(cwd=tmp_path) as session:
        session.ok("let kept = 1;")
        assert "text is no saved state" in session.fails(":load-state text").said
        assert "other.zip is no saved state" in session.fails(":load-state other.zip").said
        assert "No such file" in session.fails(":load-state missing").said
        assert "No such file" in session.fails(":save-state missing/state").said
        assert sorted(path.name for path in tmp_path.iterdir()) == ["other.zip", "text"]
        assert session.value("kept") == "1"
