""":undo, :checkpoint, :restore, :memory and :snapshot."""


def test_undo_takes_back_the_last_cell(kernel):
    kernel.ok("let mut v = vec![1];\nlet w = tensor!([1., 2.]);")
    kernel.ok("v.push(2);\nw.add_(1);\nlet other = 3;")
    assert kernel.value("(&v, &w, other)") == "([1, 2], tensor([2., 3.]), 3)"
    said = kernel.ok(":undo 2").said
    assert "`other` is gone" in said and "[2]" in said
    assert kernel.value("(&v, &w)") == "([1], tensor([1., 2.]))"
    assert kernel.run("other").status == "error"


def test_undo_brings_back_what_was_moved(kernel):
    kernel.ok('let name = String::from("Ada");')
    kernel.ok("drop(name);")
    assert "`name` is back" in kernel.ok(":undo").said
    assert kernel.value("name") == '"Ada"'


def test_undo_of_items_and_statics(kernel):
    kernel.ok("static N: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(1);\nfn f() -> u8 { 1 }")
    kernel.ok("N.store(7, std::sync::atomic::Ordering::SeqCst);\nfn f() -> u8 { 2 }")
    kernel.ok(":undo")
    assert kernel.value("(f(), N.load(std::sync::atomic::Ordering::SeqCst))") == "(1, 1)"
    kernel.ok("fn f() -> u8 { 3 }")
    assert kernel.value("f()") == "3"


def test_more_than_there_is_cannot_be_undone(kernel):
    assert "nothing to undo" in kernel.fails(":undo").said
    kernel.ok("let a = 1;")
    assert "only the last cell" in kernel.fails(":undo 2").said
    for wrong in ("zero", "0", "-1"):
        assert ":undo" in kernel.fails(f":undo {wrong}").said
    assert kernel.value("a") == "1"


def test_undo_after_undo_and_after_a_crash(kernel):
    kernel.ok("let mut n = 1;")
    kernel.ok("n = 2;")
    kernel.ok("n = 3;")
    kernel.ok(":undo")
    kernel.ok(":undo")
    assert kernel.value("n") == "1"
    kernel.ok("n = 4;")
    kernel.fails("n = 5; std::process::abort();")
    assert kernel.value("n") == "4"
    kernel.ok(":undo 2")
    assert kernel.value("n") == "1"


def test_a_checkpoint_can_be_returned_to_again_and_again(kernel):
    kernel.ok("let w = tensor!([1.]).requires_grad_(true);")
    assert ":restore clean" in kernel.ok(":checkpoint clean").said
    for _ in range(3):
        kernel.ok("(&w * 5).sum().backward();\nlet extra = 1;")
        assert kernel.value("w.grad()") == "tensor([5.])"
        assert "`extra` is gone" in kernel.ok(":restore clean").said
        assert kernel.value("w.grad()") == "None"
    assert "clean" in kernel.ok(":checkpoint").said
    assert "clean" in kernel.fails(":restore claen").said


def test_a_checkpoint_survives_a_crash_and_fifty_cells(kernel):
    kernel.ok("let mut n = 1;")
    kernel.ok(":checkpoint one")
    for _ in range(50):
        kernel.ok("n += 1;")
    kernel.fails("std::process::abort();")
    assert kernel.value("n") == "51"
    kernel.ok(":restore one")
    assert kernel.value("n") == "1"


def test_a_later_checkpoint_is_said_to_be_gone(kernel):
    kernel.ok("let a = 1;")
    kernel.ok(":checkpoint early")
    kernel.ok("let b = 2;")
    kernel.ok(":checkpoint late")
    assert "`late`" in kernel.ok(":restore early").said
    kernel.fails(":restore late")


def test_history_shows_what_each_step_made(kernel):
    kernel.ok("let a = 1;")
    kernel.ok("let b = vec![0u8; 1 << 20];\nlet a = 2;")
    lines = kernel.ok(":history").stdout.splitlines()
    assert "[2]" in lines[0] and "+a" in lines[0] and "+b" in lines[0] and "now" in lines[0]
    assert "[1]" in lines[1] and ":undo" in lines[1]
    assert all("holds" in line for line in lines[:3]), lines


def test_the_memory_limit_can_be_changed(kernel):
    kernel.ok("let kept = 1;")
    assert "512.0 MiB" in kernel.ok(":memory 512M").said
    error = kernel.fails("let big = vec![1u8; 700 << 20];")
    assert error.ename == "OutOfMemory" and "512.0 MiB" in error.evalue and "700.0 MiB" in error.evalue
    assert ":1:" in error.traceback
    kernel.ok(":memory 2G")
    assert kernel.value("let big = vec![1u8; 700 << 20]; (big.len(), kept)") == "(734003200, 1)"
    assert ":memory" in kernel.fails(":memory lots").said


def test_without_snapshots_a_crash_is_said_to_cost_the_variables(kernel):
    kernel.ok("let kept = 1;")
    kernel.ok(":snapshot off")
    assert "off" in kernel.ok(":snapshot").said
    assert "kept" in kernel.fails("std::process::abort();").said
    kernel.fails("kept")
    kernel.ok(":snapshot on")
    kernel.ok("let kept = 2;")
    kernel.fails("std::process::abort();")
    assert kernel.value("kept") == "2"


def test_a_thread_of_an_earlier_cell_ends_and_the_error_says_so(kernel):
    kernel.ok("let n = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));\nlet m = n.clone();\nstd::thread::spawn(move || loop { m.fetch_add(1, std::sync::atomic::Ordering::SeqCst); std::thread::sleep(std::time::Duration::from_millis(5)); });")
    assert "threads" in kernel.fails("std::process::abort();").said
    first = kernel.value("n.load(std::sync::atomic::Ordering::SeqCst)")
    kernel.ok("std::thread::sleep(std::time::Duration::from_millis(50));")
    assert kernel.value("n.load(std::sync::atomic::Ordering::SeqCst)") == first


def test_parallel_and_async_work_goes_on_after_a_crash(kernel):
    kernel.ok("let a = Tensor::rand([300, 300]);\nlet b = a.matmul(&a);\ntokio::time::sleep(std::time::Duration::from_millis(1)).await;")
    kernel.fails("std::process::abort();")
    assert kernel.value("a.matmul(&a).eq(&b).all()") == "tensor(True)"
    assert kernel.value("tokio::spawn(async { 6 * 7 }).await?") == "42"
