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


# ------------------------------------------------------------------------------- more than text


def shown(kernel, code, **options):
    """The one bundle that a cell shows, its plain text included."""
    cell = kernel.ok(code, **options)
    assert len(cell.displays) == 1, str(cell)
    bundle = cell.displays[0]
    assert bundle["text/plain"], bundle
    return bundle


@pytest.mark.parametrize(
    "code, mime, form, text",
    [
        ('Html("<b>bold</b>")', "text/html", "<b>bold</b>", "bold"),
        ('Svg("<svg/>")', "image/svg+xml", "<svg/>", "<svg, 6 bytes>"),
        ('Markdown("*m*")', "text/markdown", "*m*", "*m*"),
        ('Latex("x^2")', "text/latex", "$$x^2$$", "x^2"),
        ("Json([1, 2])", "application/json", [1, 2], "[\n  1,\n  2\n]"),
        ('Text("no quotes")', "text/plain", "no quotes", "no quotes"),
        ("Png(vec![1, 2, 3])", "image/png", "AQID", "<png, 3 bytes>"),
        ("Jpeg(vec![1, 2, 3])", "image/jpeg", "AQID", "<jpeg, 3 bytes>"),
    ],
)
def test_kinds_of_text_and_files_have_a_form_and_a_text(kernel, code, mime, form, text):
    for cell in (code, f"display({code});"):
        bundle = shown(kernel, cell)
        assert bundle[mime] == form
        assert bundle["text/plain"] == text


def test_a_type_of_a_cell_can_be_rich(kernel):
    kernel.ok(
        "struct Money(f64);\nimpl Rich for Money {\n    fn mime_bundle(&self) -> Option<MimeBundle> {\n"
        '        Forms::text(format!("{} EUR", self.0)).html(format!("<b>{}</b> &euro;", self.0)).into()\n    }\n}'
    )
    bundle = shown(kernel, "Money(2.5)")
    assert bundle == {"text/plain": "2.5 EUR", "text/html": "<b>2.5</b> &euro;"}
    assert shown(kernel, "let m = Money(1.0);\ndisplay(&m);") == {"text/plain": "1 EUR", "text/html": "<b>1</b> &euro;"}


def test_what_cannot_be_displayed_says_what_to_do(kernel):
    said = kernel.fails("#[derive(Debug)]\nstruct P(i32);\ndisplay(P(1));").said
    assert "implement `Rich` for it" in said


def test_a_handle_replaces_what_it_showed_also_from_a_later_cell(kernel):
    cell = kernel.ok('let handle = display("first");\nhandle.update(2);')
    assert [(event.kind, event.text) for event in cell.events] == [("display", '"first"'), ("update", "2")]
    later = kernel.ok('handle.update(Html("<i>third</i>"))')
    assert [(event.kind, event.data.get("text/html")) for event in later.events] == [("update", "<i>third</i>")]
    assert kernel.value("display(1)") is None


def test_clear_output(kernel):
    cell = kernel.ok('println!("a");\nclear_output(true);\nprintln!("b");')
    kinds = [event.kind for event in cell.events]
    assert "clear" in kinds
    assert [event.data["wait"] for event in cell.events if event.kind == "clear"] == [True]


def test_arrays_have_a_table_and_pictures_are_png(kernel):
    bundle = shown(kernel, "ndarray::array![[1., 2.], [3., 4.]]")
    assert bundle["text/html"].count("<td") == 4
    assert bundle["text/plain"].startswith("[[1.0, 2.0],")
    bundle = shown(kernel, "image::RgbImage::new(4, 3)")
    assert bundle["image/png"].startswith("iVBORw0KGgo")
    assert bundle["text/plain"] == "<image 4x3, RGB8>"


def test_a_table_of_structs(kernel):
    kernel.ok("use serde::Serialize;\n#[derive(Serialize)]\nstruct Run { name: &'static str, loss: Option<f64> }")
    kernel.ok('let runs = vec![Run { name: "a", loss: Some(0.5) }, Run { name: "bb", loss: None }];')
    bundle = shown(kernel, "table(&runs)")
    assert bundle["text/plain"] == "   name  loss\n0  a      0.5\n1  bb"
    assert bundle["text/html"].count("<tr>") == 3


# ------------------------------------------------------------------------------- tensors and plots


@pytest.mark.parametrize(
    "code, mime, text",
    [
        ("Tensor::rand([3, 8, 8]).show();", "image/png", "<image 8x8, RGB>"),
        ("Tensor::rand([1, 8, 8]).show();", "image/png", "<image 8x8, grey>"),
        ("Tensor::rand([8, 9, 3]).show();", "image/png", "<image 9x8, RGB>"),
        ("Tensor::rand([5, 3, 8, 8]).show();", "image/png", "<5 images 8x8, RGB>"),
        ("Tensor::zeros([8, 8]).to(DType::U8).show();", "image/png", "<image 8x8, grey>"),
        ("Tensor::zeros([2, 2]).show();", "image/svg+xml", "tensor([[0., 0.],\n        [0., 0.]])"),
        ("tensor!([1, 2, 3]).show();", "image/svg+xml", "plot (x: 0 to 2)\n  ▁▄█  1 to 3"),
        ("tensor!(2.5).show();", "text/plain", "tensor(2.5000)"),
        ("Tensor::randn([3, 8, 8]).picture().normalize()", "image/png", "<image 8x8, RGB>"),
        ("heatmap(&tensor!([[1, 2]]))", "image/svg+xml", "tensor([[1, 2]])"),
    ],
)
def test_tensors_are_shown_as_what_they_are(kernel, code, mime, text):
    bundle = shown(kernel, code)
    assert bundle["text/plain"] == text
    assert bundle[mime]


def test_values_that_are_no_colours_are_told(kernel):
    assert "cut to 0 to 1; .picture().normalize()" in shown(kernel, "Tensor::full([3, 4, 4], 7.).show();")["text/plain"]


def test_plots_of_lists_tensors_and_iterators(kernel):
    bundle = shown(
        kernel,
        'plot(&tensor!([4., 2., 1.])).label("train").line(vec![3, 2, 2]).label("test").points((0..3).map(|i| (i, i * i)))\n'
        '    .title("Loss").xlabel("epoch").log_y()',
    )
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"].splitlines()[0] == "Loss (x epoch: 0 to 2)"
    assert bundle["text/plain"].splitlines()[1].split() == ["train", "█▃▁", "4", "to", "1"]
    assert "<rect" in shown(kernel, 'bar((["a", "b"], [3, 5]))')["image/svg+xml"]
    assert "count" in shown(kernel, "Tensor::randn([1000]).hist()")["image/svg+xml"]


def test_the_graph_of_autograd(kernel):
    kernel.ok("let a = tensor!([1., 2.]).requires_grad_(true);\nlet y = (&a * &a).sum();")
    bundle = shown(kernel, 'make_dot(&y).names([("a", &a)])')
    assert bundle["text/plain"].splitlines()[1] == "└─ SumBackward0"
    assert "AccumulateGrad: a (2,)" in bundle["text/plain"]
    assert "MulBackward0" in bundle["image/svg+xml"]


def test_a_tensor_as_a_formula_and_as_a_table(kernel):
    kernel.ok("let big = Tensor::zeros([100, 100]);")
    bundle = shown(kernel, "big.latex()")
    assert bundle["text/latex"].count("&") == 42
    assert bundle["text/plain"].startswith("tensor([[0., 0., 0.,  ..., 0., 0., 0.]")
    assert shown(kernel, "big.html()")["text/html"].count("<td") == 49


# ------------------------------------------------------------------------------- what moves


def final(cell):
    """What stands in the notebook when the cell has ended: the last bundle of each display."""
    return [event for event in cell.events if event.kind in ("display", "update")][-1].data


def test_a_progress_bar_moves_and_leaves_a_line(kernel):
    cell = kernel.ok('for _ in progress(0..20).named("steps") { std::thread::sleep(std::time::Duration::from_millis(20)); }')
    kinds = [event.kind for event in cell.events]
    assert kinds[0] == "display" and set(kinds[1:]) == {"update"} and len(kinds) > 2
    assert "text/html" in cell.events[0].data
    assert list(final(cell)) == ["text/plain"]
    assert final(cell)["text/plain"].startswith("steps: 100%|" + "█" * 30 + "| 20/20 [00:00<00:00, ")


def test_a_fast_loop_sends_few_updates(kernel):
    cell = kernel.ok("let mut sum = 0u64;\nfor i in progress(0..2_000_000u64) { sum += i; }")
    assert len(cell.events) < 5 + 15 * cell.seconds
    assert "2000000/2000000" in final(cell)["text/plain"]


def test_inner_bars_share_the_display_and_go_away(kernel):
    cell = kernel.ok(
        'for _ in progress(0..3).named("outer") { for _ in progress(0..5).named("inner") '
        "{ std::thread::sleep(std::time::Duration::from_millis(30)); } }"
    )
    assert [event.kind for event in cell.events].count("display") == 1
    assert any("inner" in event.text for event in cell.events)
    assert final(cell)["text/plain"].startswith("outer: 100%") and "inner" not in final(cell)["text/plain"]


def test_a_bar_of_a_cell_that_panics_stays_where_it_stood(kernel):
    cell = kernel.fails("for i in progress(0..10) { assert!(i < 4, \"stop here\"); }")
    assert "stop here" in cell.said
    assert final(cell)["text/plain"].startswith(" 40%|") or final(cell)["text/plain"].startswith(" 50%|")


def test_a_bar_of_an_interrupted_cell_stays_where_it_stood(kernel):
    sent = []

    def interrupt(event):
        if event.kind == "update" and not sent:
            sent.append(True)
            kernel.manager.interrupt_kernel()

    cell = kernel.run(
        "for _ in progress(0..100_000) { std::thread::sleep(std::time::Duration::from_millis(5)); }", on_event=interrupt
    )
    assert cell.status == "error" and sent
    assert list(final(cell)) == ["text/plain"] and "/100000 [" in final(cell)["text/plain"]


def test_a_bar_moved_by_hand_goes_on_in_a_later_cell(kernel):
    first = kernel.ok("let bar = progress_bar(10);\nbar.advance(3);")
    assert "3/10" in final(first)["text/plain"]
    second = kernel.ok("bar.set(10);\nbar.finish();")
    assert {event.kind for event in second.events} == {"update"} and "10/10" in final(second)["text/plain"]


def test_a_live_plot_ends_with_every_value(kernel):
    cell = kernel.ok(
        'let live = live_plot("loss");\nfor i in 0..100 { live.push("train", 100 - i); '
        "std::thread::sleep(std::time::Duration::from_millis(10)); }"
    )
    kinds = [event.kind for event in cell.events]
    assert kinds[0] == "display" and 2 <= len(kinds) < 30
    assert final(cell)["text/plain"].endswith("100 to 1")
    later = kernel.ok('live.push("train", 0);')
    assert [event.kind for event in later.events] == ["update"] and final(later)["text/plain"].endswith("100 to 0")
