"""Cells that a client sends all at once: the next one is compiled while one runs, and nobody is to notice but by the time."""

SLEEP = "std::thread::sleep(std::time::Duration::from_millis(400));"


def queued(kernel, *cells):
    """Sends all of the cells at once; what came of the last one."""
    kernel.ok(":timing")
    # While this one runs, the others arrive.
    kernel.client.execute(SLEEP)
    for cell in cells[:-1]:
        kernel.client.execute(cell)
    return kernel.run(cells[-1])


def test_what_is_sent_early_is_compiled_early(kernel):
    cell = queued(kernel, f"let n = 41;\n{SLEEP}", "n + 1")
    assert cell.value == "42"
    assert "compiled before" in cell.stdout, str(cell)


def test_the_items_of_the_next_cell(kernel):
    first = f"struct P {{ x: i32 }}\nlet p = P {{ x: 4 }};\n{SLEEP}"
    cell = queued(kernel, first, "fn twice(p: &P) -> i32 { p.x * 2 }\ntwice(&p)")
    assert cell.value == "8"
    assert cell.stdout.count("compiled before") == 2, str(cell)


def test_a_variable_that_the_running_cell_moves(kernel):
    kernel.ok('let text = String::from("a");')
    cell = queued(kernel, f"{SLEEP} drop(text);", "let text = 5;\ntext")
    assert cell.value == "5"


def test_a_failure_changes_what_comes_next(kernel):
    kernel.ok("let n = 1u8;")
    kernel.client.execute(SLEEP)
    kernel.client.execute(f'let n = "two";\n{SLEEP}\npanic!("no")', stop_on_error=False)
    assert kernel.value("n + 1") == "2"


def test_mistakes_are_told_when_their_cell_is_run(kernel):
    kernel.client.execute(SLEEP)
    kernel.client.execute(SLEEP)
    cell = kernel.fails("let x: u8 = \"text\";")
    assert "E0308" in cell.said
    assert cell.said.count("E0308") == 1


def test_other_requests_keep_their_place(kernel):
    client = kernel.client
    client.execute(SLEEP)
    client.execute("let a = 1;")
    asked = client.inspect("a", 1)
    client.execute('let a = "text";')
    again = client.inspect("a", 1)
    replies = {}
    while again not in replies:
        message = client.get_shell_msg(timeout=30)
        replies[message["parent_header"]["msg_id"]] = message["content"]
    assert "i32" in str(replies[asked]["data"]) and "str" not in str(replies[asked]["data"])
    assert "str" in str(replies[again]["data"])
