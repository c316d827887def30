"""Cells of documents that nobody here wrote run unchanged, one after another: guides of crates that know evcxr, and others."""

import pytest

from kernel_client import Session

from documents import book_cells, cells, document

# Building polars takes its time, and so does compiling against such crates on a machine that does other things.
BUILD = 3000


def test_plotters_guide_for_evcxr(kernel):
    kernel.ok(':dep plotters = { version = "^0.3.6", default-features = false }', timeout=BUILD)
    (cell,) = [it for it in cells(document("plotters", "src/lib.rs")) if it.startswith(":dep plotters")]
    shown = kernel.ok(cell, timeout=BUILD)
    assert any("svg" in it["text/html"] for it in shown.displays if "text/html" in it), shown.said


def test_plotlys_readme(kernel, tmp_path):
    kernel.ok(':dep plotly = "0.14"', timeout=BUILD)
    (first, *_) = [it for it in cells(document("plotly", "README.md")) if "write_html" in it]
    kernel.ok(first, timeout=BUILD)
    assert '"y":[2,1,0]' in (tmp_path / "out.html").read_text()
    shown = kernel.ok("plot", timeout=BUILD)
    assert any("plotly" in str(forms).lower() for forms in shown.displays), shown.said


def test_charmings_first_chart_as_html(kernel, tmp_path):
    kernel.ok(':dep charming = "0.6"', timeout=BUILD)
    readme = cells(document("charming", "README.md"))
    (pie,) = [it for it in readme if "Nightingale" in it]
    # The picture needs a JavaScript engine built in; the same chart as HTML does not, as the README says further down.
    chart = pie[pie.index("let chart") : pie.index(";", pie.index("rose 8")) + 1]
    uses = pie[: pie.index("fn main")].replace(", ImageRenderer", "")
    kernel.ok(uses + chart, timeout=BUILD)
    (html,) = [it for it in readme if "HtmlRenderer::new" in it]
    # The README was written when saving did not yet change the renderer.
    html = html[: html.index("// Use ImageRenderer")].replace("let renderer", "let mut renderer")
    kernel.ok(html, timeout=BUILD)
    assert "rose 1" in kernel.value("html_str", timeout=BUILD)


def polars_session(kernel: Session) -> list[str]:
    features = '["lazy", "csv", "parquet", "ipc", "pivot", "describe", "temporal", "strings"]'
    kernel.ok(f':dep polars = {{ version = "0.55", features = {features} }}', timeout=BUILD)
    return cells(document("polars", "src/docs/eager.rs"))


def test_ten_cells_of_polars_cookbook(kernel):
    pasted = polars_session(kernel) + cells(document("polars", "src/docs/lazy.rs"))
    # Nobody runs these where they were written: others take what is `f64` for `f32`, speak of columns and files that are not
    # there, or are of an older version. They fail as a program of them would, and the session goes on.
    ran = [kernel.run(cell, timeout=BUILD) for cell in pasted]
    assert len([cell for cell in ran if cell.status == "ok"]) >= 10, [str(cell)[:200] for cell in ran if cell.status != "ok"]
    assert "shape: (3, 2)" in kernel.value('DataFrame::new_infer_height(vec![Column::new("a".into(), &[1, 2, 3]), Column::new("b".into(), &[1., 2., 3.])])?')


def test_tables_of_polars_are_tensors(kernel):
    """The crate is built beside the prelude, so that its tensors are the notebook's."""
    polars_session(kernel)
    kernel.ok(":dep wick-polars", timeout=BUILD)
    kernel.ok("use polars::prelude::{DataFrame, df};\nuse wick_polars::{ToPolars, ToTensor};")
    kernel.ok('let table = df!("a" => [1i32, 2], "b" => [Some(0.5f32), None])?;\nlet x = table.tensor()?.requires_grad_(true);')
    assert kernel.value("x.i(0).sum()") == "tensor(1.5000, grad_fn=<SumBackward0>)"
    assert "shape: (2, 2)" in kernel.value('(x.detach() * 2).data_frame(["a", "b"])?', timeout=BUILD)


@pytest.mark.parametrize("chapter", [3, 4, 5, 6, 8, 9, 10, 13])
def test_a_chapter_of_the_rust_book(kernel, chapter):
    """Pasted one after another into one session, unchanged."""
    pasted = book_cells(chapter)
    if not pasted:
        pytest.skip("the toolchain has no documentation: rustup component add rust-docs")
    assert len(pasted) > 10
    for cell in pasted:
        ran = kernel.run(cell, timeout=60)
        # Some open a file that is not there, to show what becomes of that.
        assert ran.status == "ok" or ("hello.txt" in cell and "No such file" in ran.said), str(ran)
