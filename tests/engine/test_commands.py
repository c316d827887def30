"""The commands that begin with a colon."""


def test_help_names_every_command(kernel):
    text = kernel.ok(":help").said
    for command in (":dep", ":vars", ":type", ":timing", ":clear", ":help"):
        assert command in text


def test_vars_lists_names_and_types(kernel):
    kernel.ok('let count = 5u8;\nlet t = Tensor::ones([2, 3]);\nlet names = vec![String::from("a")];')
    text = kernel.ok(":vars").said
    for word in ("count", "u8", "t", "Tensor", "names", "Vec<String>"):
        assert word in text, text


def test_vars_of_an_empty_session(kernel):
    kernel.ok(":vars")


def test_vars_forgets_what_was_moved(kernel):
    kernel.ok("let gone = vec![1];\nlet stays = 2;")
    kernel.ok("drop(gone);")
    text = kernel.ok(":vars").said
    assert "stays" in text and "gone" not in text


def test_type_of_an_expression(kernel):
    kernel.ok("let v = vec![1.5f32];\nlet t = Tensor::ones([2]);")
    assert "Vec<f32>" in kernel.ok(":type v").said
    assert "Option<" in kernel.ok(":type v.iter().copied().next()").said
    assert "Tensor" in kernel.ok(":type &t * 2.").said
    assert "i32" in kernel.ok(":type 1 + 1").said


def test_type_neither_runs_nor_moves(kernel):
    kernel.ok("let v = vec![1];")
    assert "ran" not in kernel.ok(':type { println!("ran"); v }').stdout.replace(":type", "")
    assert kernel.value("v") == "[1]"


def test_type_of_what_is_wrong_is_an_error(kernel):
    assert "missing" in kernel.fails(":type missing + 1").said
    kernel.fails(":type")


def test_timing_shows_the_phases(kernel):
    kernel.ok(":timing")
    text = kernel.ok("let n = 1 + 1;").said
    assert "ms" in text
    assert any(word in text for word in ("compile", "rustc")) and "run" in text
    kernel.ok(":timing off")
    assert "ms" not in kernel.ok("let n = 1 + 2;").said


def test_opt_says_and_sets_how_fast_code_is(kernel):
    assert "auto" in kernel.ok(":opt").said
    kernel.ok(":opt 3")
    assert kernel.value("(0..10).sum::<i32>()") == "45"
    kernel.ok(":opt 0")
    assert kernel.value("let mut s = 0;\nfor n in 0..5 { s += n; }\ns") == "10"
    kernel.ok(":opt auto")
    assert "`fast`" in kernel.fails(":opt fast").said


def test_clear_forgets_everything(kernel):
    kernel.ok("let x = 1;\nfn f() {}\nstruct S;")
    kernel.ok(":clear")
    assert "x" in kernel.fails("x").said
    kernel.fails("f();")
    assert kernel.value("1 + 1") == "2"


def test_unknown_command_is_one_clear_line(kernel):
    error = kernel.fails(":vasr")
    assert ":vasr" in error.said and ":help" in error.said


def test_command_among_code(kernel):
    cell = kernel.ok("let a = 1;\n:vars")
    assert "a" in cell.said


def test_a_colon_in_code_is_no_command(kernel):
    assert kernel.value("let x\n    : i32 = 5;\nx") == "5"


def test_an_error_in_the_expression_of_type_is_marked_where_it_stands(kernel):
    cell = kernel.fails(":type t")
    assert "In[1]:1:7" in cell.traceback, cell.traceback
