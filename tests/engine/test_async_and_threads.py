"""`.await`, async blocks, and threads that outlive their cell."""


def test_await_at_cell_level(kernel):
    assert kernel.value("async fn five() -> i32 { 5 }\nfive().await + 1") == "6"


def test_async_block(kernel):
    assert kernel.value("let n = async { 20 + 1 }.await;\nn * 2") == "42"
    assert kernel.value("n") == "21"


def test_await_of_a_timer_and_of_a_spawned_task(kernel):
    kernel.ok("let task = tokio::spawn(async { tokio::time::sleep(std::time::Duration::from_millis(20)).await; 7 });")
    assert kernel.value("task.await?") == "7"


def test_await_with_variables_of_earlier_cells(kernel):
    kernel.ok("let names = vec![\"a\".to_string(), \"b\".to_string()];\nasync fn shout(s: &str) -> String { s.to_uppercase() }")
    kernel.ok("let mut shouted = Vec::new();\nfor name in &names { shouted.push(shout(name).await); }")
    assert kernel.value("shouted") == '["A", "B"]'


def test_question_mark_after_await(kernel):
    kernel.ok('async fn read(text: &str) -> Result<i32, std::num::ParseIntError> { text.parse() }')
    assert kernel.value('read("4").await?') == "4"
    assert "invalid digit" in kernel.fails('read("four").await?;').evalue
    assert kernel.value('read("5").await?') == "5"


def test_panic_in_async_code(kernel):
    kernel.ok("let kept = 1;\nasync fn bad() { panic!(\"async reason\") }")
    assert "async reason" in kernel.fails("bad().await;").evalue
    assert kernel.value("kept") == "1"


def test_channels_between_tasks(kernel):
    kernel.ok("let (sender, mut receiver) = tokio::sync::mpsc::channel::<i32>(4);")
    kernel.ok("let producer = tokio::spawn(async move { for n in 0..3 { sender.send(n).await.unwrap(); } });")
    assert kernel.value("let mut all = vec![];\nwhile let Some(n) = receiver.recv().await { all.push(n); }\nall") == "[0, 1, 2]"


def test_thread_inside_a_cell(kernel):
    assert kernel.value("std::thread::spawn(|| 6 * 7).join().unwrap()") == "42"
    assert kernel.value("let v = vec![1, 2];\nstd::thread::scope(|s| s.spawn(|| v.len()).join().unwrap())") == "2"


def test_thread_goes_on_across_cells(kernel):
    kernel.ok(
        "use std::sync::{Arc, atomic::{AtomicBool, AtomicU64, Ordering}};\n"
        "let count = Arc::new(AtomicU64::new(0));\nlet stop = Arc::new(AtomicBool::new(false));"
    )
    kernel.ok(
        "let worker = { let (count, stop) = (count.clone(), stop.clone()); std::thread::spawn(move || {\n"
        "    while !stop.load(Ordering::SeqCst) { count.fetch_add(1, Ordering::SeqCst); std::thread::sleep(std::time::Duration::from_millis(1)); }\n"
        "    \"done\"\n}) };"
    )
    kernel.ok("let seen = count.load(Ordering::SeqCst);\nstd::thread::sleep(std::time::Duration::from_millis(50));")
    assert kernel.value("count.load(Ordering::SeqCst) > seen") == "true"
    kernel.ok("stop.store(true, Ordering::SeqCst);")
    assert kernel.value("worker.join().unwrap()") == '"done"'


def test_output_of_a_thread_arrives_after_its_cell(kernel):
    kernel.ok("std::thread::spawn(|| { std::thread::sleep(std::time::Duration::from_millis(300)); println!(\"from the thread\"); });")
    cell = kernel.ok("std::thread::sleep(std::time::Duration::from_millis(800));")
    assert "from the thread" in cell.stdout


def test_output_of_a_thread_arrives_while_no_cell_runs(kernel):
    kernel.ok("std::thread::spawn(|| { std::thread::sleep(std::time::Duration::from_millis(300)); println!(\"between cells\"); });")
    while True:
        message = kernel.client.get_iopub_msg(timeout=5)
        if message["msg_type"] == "stream":
            break
    assert message["content"]["text"] == "between cells\n"


def test_panic_of_a_thread_is_seen_and_harms_nobody(kernel):
    kernel.ok("let kept = 1;")
    cell = kernel.ok("let r = std::thread::spawn(|| { panic!(\"in the thread\") }).join();\nr.is_err()")
    assert cell.value == "true"
    assert "in the thread" in cell.said
    assert kernel.value("kept") == "1"


def test_tensors_in_threads(kernel):
    kernel.ok("let t = tensor!([1., 2., 3.]);")
    assert kernel.value("let u = t.clone();\nstd::thread::spawn(move || u.sum().item::<f64>()).join().unwrap()") == "6.0"
