//! An engine for tests that does what the cell's lines say: `print TEXT`, `eprint TEXT`, `value TEXT`,
//! `show ID TEXT`, `update ID TEXT`, `clear`, `fail NAME TEXT`, `panic`, `wait MS`, `wait for interrupt`,
//! `later MS TEXT`, `ask PROMPT` (prints the answer), `next TEXT`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Map;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use crate::engine::*;

pub(crate) struct Scripted {
    events: UnboundedSender<Event>,
    stop: Arc<Stop>,
}

#[derive(Default)]
struct Stop(Notify, Answers);

#[derive(Default)]
struct Answers(std::sync::Mutex<Option<Option<String>>>, Notify);

impl Interrupt for Stop {
    fn interrupt(&self) {
        self.0.notify_one();
    }

    fn answer(&self, text: Option<String>) {
        *self.1.0.lock().unwrap() = Some(text);
        self.1.1.notify_one();
    }
}

pub(crate) async fn start(events: UnboundedSender<Event>) -> Result<Box<dyn Engine>, EngineError> {
    Ok(Box::new(Scripted {
        events,
        stop: Arc::default(),
    }))
}

fn plain(text: &str) -> MimeBundle {
    MimeBundle::from_iter([("text/plain".to_owned(), text.into())])
}

impl Scripted {
    fn send(&self, event: Event) {
        self.events.send(event).expect("the session listens");
    }

    fn display(&self, rest: &str, update: bool) {
        let (id, text) = rest.split_once(' ').unwrap_or((rest, ""));
        self.send(Event::Display {
            data: plain(text),
            metadata: Map::new(),
            display_id: Some(id.to_owned()),
            update,
        });
    }
}

#[async_trait]
impl Engine for Scripted {
    async fn evaluate(&mut self, cell: Cell) -> Reply {
        for line in cell.code.lines() {
            let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
            match verb {
                "print" => self.send(Event::Output(Stream::Stdout, format!("{rest}\n"))),
                "eprint" => self.send(Event::Output(Stream::Stderr, format!("{rest}\n"))),
                "value" => self.send(Event::Result(plain(rest))),
                "show" => self.display(rest, false),
                "update" => self.display(rest, true),
                "clear" => self.send(Event::ClearOutput { wait: true }),
                "ask" => {
                    let answers = &self.stop.1;
                    self.send(Event::Ask {
                        prompt: rest.to_owned(),
                        password: rest.contains("secret"),
                    });
                    answers.1.notified().await;
                    let answer = answers.0.lock().unwrap().take().flatten();
                    let answer = answer.unwrap_or_else(|| "nobody".to_owned());
                    self.send(Event::Output(Stream::Stdout, format!("{answer}\n")));
                }
                "next" => self.send(Event::Payload(serde_json::json!({
                    "source": "set_next_input", "text": rest, "replace": false
                }))),
                "panic" => panic!("as the cell said"),
                "wait" => match rest.parse() {
                    Ok(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
                    Err(_) => {
                        self.stop.0.notified().await;
                        return Err(CellError::plain("Interrupted", "stopped"));
                    }
                },
                "later" => {
                    let (ms, text) = rest.split_once(' ').expect("later MS TEXT");
                    let (ms, text) = (ms.parse().expect("milliseconds"), text.to_owned());
                    let events = self.events.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(ms)).await;
                        let _ = events.send(Event::Output(Stream::Stdout, text));
                    });
                }
                "fail" => {
                    let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
                    return Err(CellError::plain(name, text));
                }
                _ => return Err(CellError::plain("UnknownVerb", verb)),
            }
        }
        Ok(())
    }

    fn completeness(&self, code: &str) -> Completeness {
        Aside::completeness(self, code)
    }

    async fn complete(&mut self, code: &str, cursor: usize) -> Completions {
        Aside::complete(self, code, cursor).await
    }

    async fn inspect(&mut self, code: &str, cursor: usize) -> Option<MimeBundle> {
        Aside::inspect(self, code, cursor).await
    }

    async fn comm(&mut self, message: CommMessage, _id: CellId) -> Reply {
        if message.kind == CommKind::Open && message.target != "echo" {
            self.send(Event::Comm(CommMessage {
                kind: CommKind::Close,
                ..message
            }));
            return Ok(());
        }
        if message.data == "fail" {
            return Err(CellError::plain("E", "as the message said"));
        }
        self.send(Event::Comm(CommMessage {
            kind: CommKind::Message,
            ..message
        }));
        Ok(())
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        self.stop.clone()
    }

    fn aside(&self) -> Option<Arc<dyn Aside>> {
        Some(Arc::new(Self {
            events: self.events.clone(),
            stop: self.stop.clone(),
        }))
    }

    async fn reset(&mut self) -> Result<(), EngineError> {
        Ok(())
    }

    async fn shutdown(&mut self) {}
}

/// Says the same while a cell runs.
#[async_trait]
impl Aside for Scripted {
    fn completeness(&self, code: &str) -> Completeness {
        match code {
            code if code.ends_with('{') => Completeness::Incomplete {
                indent: "    ".to_owned(),
            },
            code if code.starts_with('}') => Completeness::Invalid,
            _ => Completeness::Complete,
        }
    }

    async fn complete(&self, _code: &str, cursor: usize) -> Completions {
        Completions {
            start: cursor - 2,
            end: cursor,
            items: vec![Completion {
                text: "print".to_owned(),
                kind: "keyword",
                signature: Some("print TEXT".to_owned()),
            }],
        }
    }

    async fn inspect(&self, code: &str, _cursor: usize) -> Option<MimeBundle> {
        code.starts_with("print").then(|| plain("prints its text"))
    }

    async fn comm(&self, message: CommMessage) {
        self.send(Event::Comm(message));
    }
}
