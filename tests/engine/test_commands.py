"""The commands that begin with a colon."""

import re


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


def phases(text: str) -> dict[str, float]:
    """Milliseconds by the name of the row."""
    return {name: float(ms) for name, ms in re.findall(r"^(\S.*?) +([\d.]+) ms", text, re.MULTILINE)}


def test_timing_tells_what_showing_took(kernel):
    kernel.ok(
        "use std::{thread::sleep, time::Duration};\nstruct Slow(u64);\nimpl Rich for Slow {\n"
        "    fn mime_bundle(&self) -> Option<MimeBundle> {\n"
        "        sleep(Duration::from_millis(self.0));\n        Html(\"slow\").mime_bundle()\n    }\n}"
    )
    kernel.ok(":timing")
    quiet = phases(kernel.ok("sleep(Duration::from_millis(100));").stdout)
    assert quiet["run"] >= 100 and "display" not in quiet
    value = phases(kernel.ok("sleep(Duration::from_millis(50)); Slow(120)").stdout)
    assert value["run"] >= 50 and value["display"] >= 120
    assert value["run"] + value["display"] <= value["total"]
    displayed = phases(kernel.ok("let place = display(Slow(60)); place.update(Slow(70));").stdout)
    assert displayed["display"] >= 130


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


def test_vars_is_a_table(kernel):
    kernel.ok("let t = Tensor::zeros([2, 3]);\nlet mut names = vec![1u8, 2];")
    kernel.ok("struct Silent;\nlet silent = Silent;")
    shown = kernel.ok(":vars").displays[0]
    lines = shown["text/plain"].splitlines()
    assert lines[0].split() == ["name", "type", "shape", "device", "memory", "cell"]
    rows = {line.split("  ")[0]: line for line in lines[1:]}
    assert "Tensor (float32)" in rows["t"] and "[2, 3]" in rows["t"] and "cpu" in rows["t"] and "24 bytes" in rows["t"]
    assert "[2]" in rows["mut names"] and "Silent" in rows["silent"]
    assert ">device</th>" in shown["text/html"] and "[2, 3]" in shown["text/html"]


def test_time_runs_once_and_shows_the_value(kernel):
    cell = kernel.ok("let v = vec![3];\n:time v.len() + 1")
    assert cell.value == "2"
    assert "ran " in cell.stdout and "compiled" in cell.stdout
    assert "cannot find" in kernel.fails(":time missing_name").said


def test_bench_tells_mean_and_deviation(kernel):
    kernel.ok("let v = vec![1u64; 1000];")
    text = kernel.ok(":bench v.iter().sum::<u64>()").stdout
    assert "per loop (mean ± std. dev. of 7 runs" in text
    assert kernel.value("v.len()") == "1000"
    assert "missing" in kernel.fails(":bench missing()").said
    panicked = kernel.fails(':bench v.get(1000).expect("too far")').traceback
    assert "too far" in panicked and "wick_runtime" not in panicked


def test_env_is_set_for_cells(kernel):
    kernel.ok(":env WICK_TEST_VALUE = some text")
    assert kernel.value('std::env::var("WICK_TEST_VALUE").unwrap()') == '"some text"'
    assert kernel.ok(":env WICK_TEST_VALUE").stdout == "some text\n"
    assert "WICK_TEST_VALUE=some text" in kernel.ok(":env").stdout


def test_shell(kernel, tmp_path):
    assert kernel.ok(":sh echo out; echo err >&2").stdout == "out\n"
    cell = kernel.ok("%%bash\nfor n in 1 2; do\n  echo $n\ndone\ntouch made")
    assert cell.stdout == "1\n2\n" and (tmp_path / "made").exists()
    assert "exit status 3" in kernel.fails("%%bash\nexit 3").said
    kernel.ok('std::fs::create_dir("sub")?;\nstd::env::set_current_dir("sub")?;')
    assert kernel.ok(":sh pwd").stdout.strip().endswith("/sub")


def test_a_shell_command_can_be_interrupted(kernel):
    request = kernel.client.execute(":sh echo started; sleep 600")
    while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
        pass
    kernel.manager.interrupt_kernel()
    assert kernel.shell_reply(request, timeout=20)["ename"] == "Interrupted"
    assert kernel.value("1 + 1") == "2"


def test_explain(kernel):
    shown = kernel.ok(":explain E0382").displays[0]
    assert "moved" in shown["text/plain"] and "```rust" in shown["text/markdown"]
    assert kernel.ok(":explain 382").displays[0] == shown
    kernel.fails(":explain")
    kernel.fails(":explain E9999")


def test_load(kernel, tmp_path):
    (tmp_path / "functions.rs").write_text("fn double(x: i32) -> i32 { 2 * x }\nlet loaded = double(4);\n")
    kernel.ok(":load functions.rs")
    assert kernel.value("double(loaded)") == "16"
    assert "no_such.rs" in kernel.fails(":load no_such.rs").said


def test_saved_session_is_a_program(kernel, tmp_path):
    kernel.ok("use std::collections::BTreeMap;\nfn double(x: i32) -> i32 { x + x }\nlet mut map = BTreeMap::<i32, i32>::new();")
    kernel.ok("map.insert(1, double(2));\n:vars")
    kernel.fails("missing();")
    kernel.ok("map")
    kernel.ok(":save session.rs")
    text = (tmp_path / "session.rs").read_text()
    assert text.index("fn double") < text.index("fn main") < text.index("map.insert(1, double(2));") < text.index("show!(map);")
    assert "missing" not in text and ":vars" not in text
    kernel.ok(":save project")
    manifest = (tmp_path / "project" / "Cargo.toml").read_text()
    assert '[dependencies]\nwick = ' in manifest and 'name = "project"' in manifest
    assert (tmp_path / "project" / "src" / "main.rs").read_text() == text


def test_a_typo_gets_the_nearest_command(kernel):
    assert "`:vars`" in kernel.fails(":vras").said
    assert "`:explain`" in kernel.fails(":explian E0382").said


def test_undone_cells_are_not_saved(kernel, tmp_path):
    kernel.ok("let kept = 1;")
    kernel.ok("let undone = 2;")
    kernel.ok(":undo")
    kernel.ok(":save session.rs")
    text = (tmp_path / "session.rs").read_text()
    assert "let kept = 1;" in text and "undone" not in text


def test_help_tells_of_one_command(kernel):
    assert kernel.ok(":help dep").stdout.splitlines()[1].startswith(":dep --lock")
    assert kernel.ok(":help :vars").stdout.startswith(":vars")
    assert "Did you mean `:vars`?" in kernel.fails(":help vasr").evalue


def test_what_env_sets_is_seen_by_scripts(kernel):
    kernel.ok(":env WICK_TRIED=a b")
    assert kernel.value('std::env::var("WICK_TRIED")?') == '"a b"'
    assert kernel.ok('%%bash\necho "[$WICK_TRIED]"').stdout == "[a b]\n"
    assert kernel.ok(':sh echo "[$WICK_TRIED]"').stdout == "[a b]\n"


def test_what_ipython_knows_is_told_in_wicks_words(kernel):
    assert "here it is `:bench EXPRESSION`" in kernel.fails("%timeit 1 + 1").evalue
    assert "`:timing`" in kernel.fails("%%time\nlet x = 1;").evalue
    assert ":sh ls -l" in kernel.fails("!ls -l").traceback
    assert kernel.value("!true") == "false"


def test_quit_leaves_a_console(kernel):
    (payload,) = kernel.ok(":quit").reply["payload"]
    assert payload == {"source": "ask_exit", "keepkernel": False}
