use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::engine::{EngineError, Stream};

fn session() -> Session {
    Session::new(scripted::start)
}

fn cell(code: &str) -> Execute {
    Execute {
        code: code.to_owned(),
        store_history: true,
        ..Execute::default()
    }
}

async fn run(session: &mut Session, request: Execute) -> (Executed, Vec<Output>) {
    let mut shown = Vec::new();
    let executed = session
        .execute(request, &mut |output| shown.push(output))
        .await;
    (executed, shown)
}

fn stdout(text: &str) -> Output {
    Output::Stream {
        name: Stream::Stdout,
        text: text.to_owned(),
    }
}

#[tokio::test]
async fn outputs_come_in_order_and_joined() {
    let mut session = session();
    let (executed, shown) = run(
        &mut session,
        cell("print a\nprint b\neprint c\nprint d\nvalue 7"),
    )
    .await;
    assert_eq!(executed.count, CellId(1));
    assert_eq!(executed.reply, Ok(()));
    assert_eq!(shown[1], stdout("a\nb\n"));
    assert!(matches!(&shown[2], Output::Stream { name: Stream::Stderr, text } if text == "c\n"));
    assert_eq!(shown[3], stdout("d\n"));
    assert!(
        matches!(&shown[4], Output::Result { data, count: CellId(1) } if data["text/plain"] == "7")
    );
    assert_eq!(shown.len(), 5);
}

#[tokio::test]
async fn counts_begin_at_one_and_skip_what_is_not_stored() {
    let mut session = session();
    let silent = Execute {
        silent: true,
        ..cell("print a\nvalue 1")
    };
    let (executed, shown) = run(&mut session, silent).await;
    assert_eq!((executed.count, shown), (CellId(1), vec![]));
    let unstored = Execute {
        store_history: false,
        ..cell("print a")
    };
    assert_eq!(run(&mut session, unstored).await.0.count, CellId(1));
    assert_eq!(run(&mut session, cell(" \n")).await.0.count, CellId(1));
    assert_eq!(run(&mut session, cell("value 1")).await.0.count, CellId(1));
    assert_eq!(run(&mut session, cell("fail E x")).await.0.count, CellId(2));
    assert_eq!(run(&mut session, cell("value 3")).await.0.count, CellId(3));
    let found = session.history().find(history::Query::Tail(9)).await;
    let lines: Vec<_> = found.iter().map(|it| it.entry.line).collect();
    assert_eq!(lines, [1, 2, 3]);
    assert_eq!(found[2].entry.output.as_deref(), Some("3"));
}

#[tokio::test]
async fn user_expressions_have_values_or_errors_of_their_own() {
    let mut session = session();
    let request = Execute {
        user_expressions: BTreeMap::from([
            ("bad".to_owned(), "fail E nothing".to_owned()),
            ("good".to_owned(), "value 5".to_owned()),
            ("unit".to_owned(), "print u".to_owned()),
        ]),
        ..cell("value 1")
    };
    let (executed, shown) = run(&mut session, request.clone()).await;
    let values = executed.user_expressions;
    assert_eq!(values["good"].as_ref().unwrap()["text/plain"], "5");
    assert_eq!(values["unit"].as_ref().unwrap()["text/plain"], "()");
    assert_eq!(values["bad"].as_ref().unwrap_err().ename, "E");
    assert_eq!(
        shown
            .iter()
            .filter(|o| matches!(o, Output::Result { .. }))
            .count(),
        1
    );
    assert!(!shown.iter().any(|o| matches!(o, Output::Error(_))));

    let failing = Execute {
        code: "fail E x".to_owned(),
        ..request
    };
    assert!(
        run(&mut session, failing)
            .await
            .0
            .user_expressions
            .is_empty()
    );
}

#[tokio::test]
async fn threads_go_on_between_cells() {
    let mut session = session();
    run(&mut session, cell("later 30 tick")).await;
    let shown = Mutex::new(Vec::new());
    let mut show = |output| shown.lock().unwrap().push(output);
    let background = session.background(&mut show);
    let _ = tokio::time::timeout(Duration::from_millis(500), background).await;
    assert_eq!(shown.into_inner().unwrap(), [stdout("tick")]);
}

#[tokio::test]
async fn a_slow_cell_is_seen_while_it_runs() {
    let mut session = session();
    let seen = Arc::new(AtomicBool::new(false));
    let (flag, interrupts) = (seen.clone(), session.interrupts());
    let mut show = move |output| {
        if output == stdout("early\n") {
            flag.store(true, Ordering::SeqCst);
            interrupts.interrupt();
        }
    };
    let executed = session
        .execute(cell("print early\nwait for interrupt"), &mut show)
        .await;
    assert!(seen.load(Ordering::SeqCst));
    assert_eq!(executed.reply.unwrap_err().ename, "Interrupted");
}

#[tokio::test]
async fn a_failing_engine_answers_each_cell_and_may_recover() {
    let broken = Arc::new(AtomicBool::new(true));
    let flag = broken.clone();
    let mut session = Session::new(move |events| {
        let broken = flag.load(Ordering::SeqCst);
        async move {
            if broken {
                let problem = "no rustc: install it".to_owned();
                return Err(EngineError::Toolchain(problem));
            }
            scripted::start(events).await
        }
    });
    assert_eq!(session.completeness("x").await, None);
    for _ in 0..2 {
        let (executed, shown) = run(&mut session, cell("value 1")).await;
        let error = executed.reply.unwrap_err();
        assert_eq!(
            (error.ename.as_str(), error.evalue.as_str()),
            ("ToolchainError", "no rustc: install it")
        );
        assert!(matches!(&shown[1], Output::Error(_)));
    }
    broken.store(false, Ordering::SeqCst);
    assert_eq!(run(&mut session, cell("value 1")).await.0.reply, Ok(()));
}

#[tokio::test]
async fn a_cell_that_waits_for_its_engine_can_be_interrupted() {
    let mut session = Session::new(|events| async move {
        tokio::time::sleep(Duration::from_millis(600)).await;
        scripted::start(events).await
    });
    let interrupts = session.interrupts();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        interrupts.interrupt();
    });
    let began = std::time::Instant::now();
    let (executed, _) = run(&mut session, cell("value 1")).await;
    assert_eq!(executed.reply.unwrap_err().ename, "Interrupted");
    assert!(began.elapsed() < Duration::from_millis(500));
    assert_eq!(run(&mut session, cell("value 1")).await.0.reply, Ok(()));
}

#[tokio::test]
async fn a_panic_of_the_engine_is_an_error_of_the_cell() {
    let mut session = session();
    let error = run(&mut session, cell("panic")).await.0.reply.unwrap_err();
    assert_eq!(error.ename, "InternalError");
    assert!(
        error.evalue.contains("as the cell said"),
        "{}",
        error.evalue
    );
    assert_eq!(run(&mut session, cell("value 1")).await.0.reply, Ok(()));
}

#[test]
fn a_person_may_leave_by_word_unless_the_word_means_something() {
    let reply = |ename: &str| Err(CellError::plain(ename, ""));
    assert!(wants_to_leave(" exit\n", &reply("E0425")));
    assert!(wants_to_leave("quit()", &reply("E0425")));
    assert!(!wants_to_leave("exit", &Ok(())));
    assert!(!wants_to_leave("exit", &reply("E0308")));
    assert!(!wants_to_leave("exit_now", &reply("E0425")));
}

#[tokio::test]
async fn a_question_is_answered_from_outside() {
    let mut session = session();
    let cells = session.interrupts();
    let request = Execute {
        allow_stdin: true,
        ..cell("ask secret")
    };
    let mut shown = Vec::new();
    let mut show = |output| {
        if let Output::Ask { password, .. } = &output {
            assert!(password);
            cells.answer(Some("42".to_owned()));
        }
        shown.push(output);
    };
    assert!(session.execute(request, &mut show).await.reply.is_ok());
    assert_eq!(shown.last(), Some(&stdout("42\n")));
}

#[tokio::test]
async fn where_nobody_can_answer_the_cell_goes_on() {
    let mut session = session();
    let (executed, shown) = run(&mut session, cell("ask name")).await;
    assert!(executed.reply.is_ok());
    assert_eq!(shown.last(), Some(&stdout("nobody\n")));
    assert!(shown.iter().any(
        |it| matches!(it, Output::Stream { name: Stream::Stderr, text } if text.contains("input"))
    ));
}

#[tokio::test]
async fn of_several_next_inputs_the_last_one_counts() {
    let mut session = session();
    let (executed, _) = run(&mut session, cell("next a\nnext b")).await;
    let texts: Vec<_> = executed.payload.iter().map(|it| &it["text"]).collect();
    assert_eq!(texts, ["b"]);
    assert!(
        run(&mut session, cell("value 1"))
            .await
            .0
            .payload
            .is_empty()
    );
}

#[tokio::test]
async fn comms_are_known_while_they_are_open() {
    let mut session = session();
    let message = |kind, target: &str, data: &str| CommMessage {
        kind,
        id: "1".to_owned(),
        target: target.to_owned(),
        data: data.into(),
        buffers: Vec::new(),
    };
    let mut shown = Vec::new();
    let mut show = |output| shown.push(output);
    session
        .comm(message(CommKind::Open, "nobody", ""), &mut show)
        .await;
    assert!(session.comms().is_empty());
    session
        .comm(message(CommKind::Open, "echo", "a"), &mut show)
        .await;
    assert_eq!(session.comms()["1"], "echo");
    session
        .comm(message(CommKind::Message, "", "fail"), &mut show)
        .await;
    assert!(matches!(shown.last(), Some(Output::Error(_))));
    assert_eq!(shown.len(), 3);
}
