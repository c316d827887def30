"""`:dep`: crates from disk and from the registry, and the one copy of candle that all of them share."""

from pathlib import Path

import pytest

BUILD = 600  # seconds that cargo may take
pytestmark = pytest.mark.timeout(BUILD + 120)


def crate(folder: Path, name: str, source: str, manifest: str = "") -> Path:
    """Writes a small library crate."""
    (folder / name / "src").mkdir(parents=True)
    (folder / name / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "0.3.1"\nedition = "2021"\n{manifest}')
    (folder / name / "src" / "lib.rs").write_text(source)
    return folder / name


def test_a_crate_from_a_folder(kernel, tmp_path):
    path = crate(tmp_path, "half-open", "pub fn triple(n: i32) -> i32 { n * 3 }\npub struct Named(pub String);")
    kernel.ok("let before = 5;")
    kernel.ok(f':dep half-open = {{ path = "{path}" }}', timeout=BUILD)
    assert kernel.value("half_open::triple(before)") == "15"
    kernel.ok('use half_open::Named;\nlet named = Named("kept".into());')
    assert kernel.value("named.0") == '"kept"'


def test_dep_and_code_in_one_cell(kernel, tmp_path):
    path = crate(tmp_path, "inone", "pub const N: u8 = 9;")
    assert kernel.value(f':dep inone = {{ path = "{path}" }}\nuse inone::N;\nN', timeout=BUILD) == "9"


def test_a_relative_path_counts_from_the_notebook(kernel, tmp_path):
    crate(tmp_path, "nearby", "pub fn here() -> &'static str { \"here\" }")
    kernel.ok(':dep nearby = { path = "./nearby" }', timeout=BUILD)
    assert kernel.value("nearby::here()") == '"here"'


def test_features(kernel, tmp_path):
    path = crate(
        tmp_path,
        "choosy",
        '#[cfg(feature = "loud")]\npub fn say() -> &\'static str { "LOUD" }\n#[cfg(not(feature = "loud"))]\npub fn say() -> &\'static str { "quiet" }',
        "[features]\nloud = []\n",
    )
    kernel.ok(f':dep choosy = {{ path = "{path}", features = ["loud"] }}', timeout=BUILD)
    assert kernel.value("choosy::say()") == '"LOUD"'


def test_two_dependencies_one_of_which_uses_the_other(kernel, tmp_path):
    base = crate(tmp_path, "base", "#[derive(Debug)]\npub struct Shared(pub i32);")
    user = crate(tmp_path, "user", "pub fn make() -> base::Shared { base::Shared(4) }", f'[dependencies]\nbase = {{ path = "{base}" }}\n')
    kernel.ok(f':dep base = {{ path = "{base}" }}\n:dep user = {{ path = "{user}" }}', timeout=BUILD)
    assert kernel.value("let shared: base::Shared = user::make();\nshared.0") == "4"


def test_a_dependency_added_later_keeps_variables_and_earlier_dependencies(kernel, tmp_path):
    first = crate(tmp_path, "first", "#[derive(Debug)]\npub struct One(pub i32);")
    second = crate(tmp_path, "second", "pub fn two() -> i32 { 2 }")
    kernel.ok(f':dep first = {{ path = "{first}" }}', timeout=BUILD)
    kernel.ok("let one = first::One(1);\nlet t = tensor!([1., 2.]);\nstruct Mine(i32);\nlet mine = Mine(3);")
    kernel.ok(f':dep second = {{ path = "{second}" }}', timeout=BUILD)
    assert kernel.value("one.0 + second::two() + mine.0") == "6"
    assert kernel.value("t") == "tensor([1., 2.])"


def test_a_crate_that_uses_wick_works_on_the_sessions_tensors(kernel, tmp_path):
    prelude = Path(__file__).resolve().parents[2] / "prelude"
    path = crate(
        tmp_path,
        "layers",
        "use wick::prelude::*;\n#[derive(Module)]\npub struct Twice { pub inner: Linear }\nimpl Forward for Twice {\n"
        "    fn forward(&self, x: &Tensor) -> Tensor { self.inner.forward(x) * 2 }\n}\npub fn grad_is_on() -> bool { wick::autograd::is_grad_enabled() }",
        f'[dependencies]\nwick = {{ path = "{prelude}" }}\n',
    )
    kernel.ok(f':dep layers = {{ path = "{path}" }}', timeout=BUILD)
    kernel.ok("let net = layers::Twice { inner: Linear::new(2, 1) };\nlet x = Tensor::ones([1, 2]).requires_grad_(true);")
    assert kernel.value("net.forward(&x).sum().backward();\nx.grad().unwrap().shape()") == "torch.Size([1, 2])"
    assert kernel.value("wick::no_grad(|| layers::grad_is_on())") == "false"


def test_a_crate_from_the_registry_by_version(kernel):
    kernel.ok(':dep itoa = "1"', timeout=BUILD)
    assert kernel.value("itoa::Buffer::new().format(128u64).to_string()") == '"128"'


def test_a_crate_from_the_registry_with_version_and_features(kernel):
    kernel.ok(':dep either = { version = "1", default-features = false, features = ["use_std"] }', timeout=BUILD)
    assert kernel.value("let e: either::Either<i32, &str> = either::Left(3);\ne.left()") == "Some(3)"


def test_derive_macros_of_a_crate_from_the_registry(kernel):
    kernel.ok(':dep serde = { version = "1", features = ["derive"] }\n:dep serde_json = "1"', timeout=BUILD)
    kernel.ok("use serde::{Deserialize, Serialize};\n#[derive(Serialize, Deserialize, Debug)]\nstruct Point { x: i32, label: String }")
    kernel.ok('let point: Point = serde_json::from_str(r#"{"x": 1, "label": "a"}"#)?;')
    assert kernel.value("point") == 'Point { x: 1, label: "a" }'
    assert kernel.printed('println!("{}", serde_json::to_string(&point)?);') == '{"x":1,"label":"a"}\n'


def test_c_code_through_libc(kernel):
    kernel.ok(':dep libc = "0.2"', timeout=BUILD)
    text = kernel.printed('unsafe { libc::printf(c"%s %d\\n".as_ptr(), c"from C".as_ptr(), 7 as libc::c_int); libc::fflush(std::ptr::null_mut()); }')
    assert text == "from C 7\n"


def test_c_functions_that_glibc_does_not_share_are_there(kernel):
    kernel.ok(':dep libc = "0.2"', timeout=BUILD)
    kernel.ok('extern "C" fn bye() {}')
    assert kernel.value("unsafe { libc::atexit(bye) }") == "0"
    assert kernel.value("unsafe { libc::pthread_atfork(None, None, Some({ unsafe extern \"C\" fn child() {} child })) }") == "0"


def test_progress_is_a_line_that_updates(kernel, tmp_path):
    path = crate(tmp_path, "slow", "pub fn f() {}")
    cell = kernel.ok(f':dep slow = {{ path = "{path}" }}', timeout=BUILD)
    shown = [event for event in cell.events if event.kind in ("display", "update", "stdout", "stderr")]
    assert shown, "a build that says nothing looks like a hang"
    lasting = "".join(event.text for event in cell.events if event.kind in ("stdout", "stderr"))
    assert lasting.count("\n") <= 3, lasting


def test_a_dependency_that_is_already_there_costs_nothing(kernel, tmp_path):
    path = crate(tmp_path, "again", "pub const N: i32 = 1;")
    kernel.ok(f':dep again = {{ path = "{path}" }}', timeout=BUILD)
    assert kernel.ok(f':dep again = {{ path = "{path}" }}').seconds < 2
    assert kernel.value("again::N") == "1"


@pytest.mark.parametrize(
    "line, reason",
    [
        (':dep no-such-folder = { path = "/nowhere/at/all" }', "/nowhere/at/all"),
        (':dep surely-not-a-crate-of-this-name-7781 = "1"', "surely-not-a-crate-of-this-name-7781"),
        (':dep itoa = "77.0.0"', "77.0.0"),
        (':dep itoa = { version = "1", features = ["no-such-feature"] }', "no-such-feature"),
        (":dep", ":dep"),
        (":dep itoa = { version = ", "dep"),
    ],
)
def test_a_failing_dep_says_why_and_loses_nothing(kernel, line, reason):
    kernel.ok("let kept = vec![1];\nlet t = tensor!([1.]);")
    error = kernel.fails(line, timeout=BUILD)
    assert reason in error.said
    assert kernel.value("kept") == "[1]"
    assert kernel.value("t") == "tensor([1.])"


def test_a_dependency_that_does_not_compile_says_so_and_can_be_repaired(kernel, tmp_path):
    path = crate(tmp_path, "broken", "pub fn f() -> i32 { \"text\" }")
    error = kernel.fails(f':dep broken = {{ path = "{path}" }}', timeout=BUILD)
    assert "mismatched types" in error.said
    assert kernel.value("1 + 1") == "2"
    (path / "src" / "lib.rs").write_text("pub fn f() -> i32 { 5 }")
    kernel.ok(f':dep broken = {{ path = "{path}" }}', timeout=BUILD)
    assert kernel.value("broken::f()") == "5"


# ------------------------------------------------------------------------------- one copy of candle


def test_candle_core_in_a_cell_is_the_preludes(kernel):
    kernel.ok("let t = tensor!([[1., 2.], [3., 4.]]);")
    kernel.ok("let c: candle_core::Tensor = candle_core::Tensor::new(&[1f32, 2.], &candle_core::Device::Cpu)?;")
    assert kernel.value("c.sum_all()?.to_scalar::<f32>()?") == "3.0"
    kernel.ok("let there: candle_core::Tensor = t.to_candle()?;\nlet back = Tensor::from_candle(&there)?;")
    assert kernel.value("back") == "tensor([[1., 2.],\n        [3., 4.]])"


def test_candle_nn_in_a_cell_next_to_wick(kernel):
    kernel.ok("use candle_nn::{Linear as CandleLinear, Module as _};\nlet weight = candle_core::Tensor::ones((2, 3), candle_core::DType::F32, &candle_core::Device::Cpu)?;")
    kernel.ok("let layer = CandleLinear::new(weight, None);")
    assert kernel.value("layer.forward(&candle_core::Tensor::ones((1, 3), candle_core::DType::F32, &candle_core::Device::Cpu)?)?.to_vec2::<f32>()?") == "[[3.0, 3.0]]"


def test_a_dependency_that_uses_candle_shares_the_preludes_copy(kernel, tmp_path):
    path = crate(
        tmp_path,
        "scaler",
        "pub fn double(t: &candle_core::Tensor) -> candle_core::Result<candle_core::Tensor> { t * 2.0 }",
        '[dependencies]\ncandle-core = "0.11.1"\n',
    )
    kernel.ok("let c = candle_core::Tensor::new(&[1f32, 2.], &candle_core::Device::Cpu)?;")
    kernel.ok(f':dep scaler = {{ path = "{path}" }}', timeout=BUILD)
    assert kernel.value("scaler::double(&c)?.to_vec1::<f32>()?") == "[2.0, 4.0]"
