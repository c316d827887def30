"""What a trailing expression shows, and how."""

import pytest


@pytest.mark.parametrize(
    "code, text",
    [
        ("1 + 1", "2"),
        ("2.0", "2.0"),
        ("'c'", "'c'"),
        ('"text"', '"text"'),
        ("true", "true"),
        ("vec![1, 2]", "[1, 2]"),
        ("Some(1)", "Some(1)"),
        ("if 1 < 2 { \"yes\" } else { \"no\" }", '"yes"'),
        ("match 5 { 0 => 'a', _ => 'b' }", "'b'"),
        ("{ let a = 1; a + 1 }", "2"),
        ("unsafe { 5 }", "5"),
        ("1 +\n    2", "3"),
    ],
)
def test_trailing_expression_is_shown(kernel, code, text):
    assert kernel.value(code) == text


@pytest.mark.parametrize("code", ["", "   \n", "// a comment", "1 + 1;", "let x = 5;", "()", "fn f() {}", "println!();", "for _ in 0..2 {}", "if true { }"])
def test_nothing_is_shown(kernel, code):
    assert kernel.value(code) is None


def test_a_comment_after_the_expression(kernel):
    assert kernel.value("1 + 2 // three") == "3"
    assert kernel.value("1 + 3 /* four */\n// end\n") == "4"


def test_debug_is_used_where_there_is_nothing_better(kernel):
    assert kernel.value("#[derive(Debug)]\nstruct P { x: i32, y: &'static str }\nP { x: 1, y: \"z\" }") == 'P { x: 1, y: "z" }'


def test_display_of_ours_before_debug(kernel):
    assert kernel.value("tensor!([1, 2])") == "tensor([1, 2])"


def test_evcxr_display_before_everything(kernel):
    kernel.ok(
        "#[derive(Debug)]\nstruct Html(&'static str);\nimpl Html {\n    fn evcxr_display(&self) {\n"
        '        println!("EVCXR_BEGIN_CONTENT text/html\\n<b>{}</b>\\nEVCXR_END_CONTENT", self.0);\n    }\n}'
    )
    cell = kernel.ok('Html("bold")')
    assert [bundle["text/html"].strip() for bundle in cell.displays] == ["<b>bold</b>"]
    assert cell.stdout == ""


def test_without_debug_it_says_how_to_see_more(kernel):
    shown = kernel.value("struct Opaque;\nOpaque")
    assert "Opaque" in shown and "#[derive(Debug)]" in shown


def test_a_variable_alone_is_not_moved(kernel):
    kernel.ok("let v = vec![String::from(\"a\")];\nlet t = tensor!([1., 2.]);")
    for _ in range(2):
        assert kernel.value("v") == '["a"]'
        assert kernel.value("t") == "tensor([1., 2.])"


def test_a_field_or_an_element_alone_is_not_moved(kernel):
    kernel.ok("struct P { name: String }\nlet p = P { name: \"n\".into() };\nlet v = vec![String::from(\"a\")];")
    assert kernel.value("p.name") == '"n"'
    assert kernel.value("v[0]") == '"a"'
    assert kernel.value("(p.name.len(), v.len())") == "(1, 1)"


def test_a_tuple_of_variables_is_not_moved_by_being_shown(kernel):
    kernel.ok("let a = tensor!([1, 2]);\nlet b = tensor!([3, 4]);")
    assert kernel.value("(a, b)") == "(tensor([1, 2]), tensor([3, 4]))"
    assert kernel.value("a") == "tensor([1, 2])"


@pytest.mark.parametrize(
    "code, text",
    [
        ("t.shape()", "torch.Size([2, 3])"),
        ("t.dtype()", "torch.float32"),
        ("t.device()", "device(type='cpu')"),
        ("(t.shape(), t.dtype(), t.device())", "(torch.Size([2, 3]), torch.float32, device(type='cpu'))"),
        ("(t.device(), t.device())", "(device(type='cpu'), device(type='cpu'))"),
        ("(t.sum(), 1)", "(tensor(0.), 1)"),
        ("t.grad()", "None"),
    ],
)
def test_as_python_prints_it(kernel, code, text):
    kernel.ok("let t = Tensor::zeros([2, 3]);")
    assert kernel.value(code) == text


def test_three_devices(kernel):
    kernel.ok("let a = Tensor::ones([1]);")
    assert kernel.value("(a.device(), a.device(), a.device())") == "(device(type='cpu'), device(type='cpu'), device(type='cpu'))"


def test_result_carries_the_execution_count(kernel):
    kernel.ok("let a = 1;")
    cell = kernel.ok("a")
    assert cell.count == 2


def test_a_panicking_debug_is_an_error_not_a_crash(kernel):
    kernel.ok("let kept = vec![1];")
    kernel.ok("struct Bad;\nimpl std::fmt::Debug for Bad { fn fmt(&self, _: &mut std::fmt::Formatter) -> std::fmt::Result { panic!(\"in debug\") } }")
    assert "in debug" in kernel.fails("Bad").said
    assert kernel.value("kept") == "[1]"
