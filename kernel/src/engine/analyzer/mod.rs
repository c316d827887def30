//! rust-analyzer beside a session: it knows the types of everything, the index in
//! [`native`](super::native) answers at once.
//!
//! Nobody waits for it. It is started by the first question that a person asks (Tab, Shift-Tab), gets warm in the
//! background, and until then there is no answer from here; nor is there one where it takes longer than
//! [`PATIENCE`]. It sees no cargo project but a list of [`crates`] and two files that only exist in messages: the items of
//! the session, and the cell that is being written behind the session's variables.

mod answers;
pub mod build;
mod client;
pub mod crates;
pub mod find;
mod settings;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use lsp_types::notification::{DidChangeTextDocument, DidOpenTextDocument, Initialized};
use lsp_types::request::{Completion as CompletionRequest, HoverRequest, Initialize};
use lsp_types::{
    CompletionParams, DidChangeTextDocumentParams, DidOpenTextDocumentParams, HoverParams,
    InitializedParams, Position, TextDocumentContentChangeEvent, TextDocumentIdentifier,
    TextDocumentItem, TextDocumentPositionParams, Uri, VersionedTextDocumentIdentifier,
};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use self::client::Client;
use self::crates::CrateList;
use super::Completion;
use crate::private;

/// How long an answer may take; a person who presses Tab notices more.
pub const PATIENCE: Duration = Duration::from_millis(250);

/// Says in milliseconds how long it may take instead, for machines that are slow or busy.
pub const PATIENCE_VARIABLE: &str = "WICK_RUST_ANALYZER_PATIENCE";

fn patience() -> Duration {
    let wanted = std::env::var(PATIENCE_VARIABLE).ok();
    let wanted = wanted.and_then(|text| text.trim().parse().ok());
    wanted.map_or(PATIENCE, Duration::from_millis)
}

/// How often it may end by itself before it is left alone.
const MOST_ENDS: u32 = 3;

/// Crates further below those that a cell can name are left out. Measured: with all 202 crates of the prelude's build
/// rust-analyzer takes 1.8 GB, with these 76 it takes 1.2 GB, and answers the same.
const NEAR: usize = 1;

/// The file of the session's items, which is a crate.
const ITEMS: &str = "notebook.rs";
/// The file of the cell, another one.
const CELL: &str = "cell.rs";

/// What is asked about: a place in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The source of the crate of items.
    pub items: String,
    /// The source of the crate around the cell.
    pub cell: String,
    /// The cursor, a byte of `cell`.
    pub at: usize,
}

/// What a session is made of. Where it changes, rust-analyzer starts anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// A file with the [`CrateList`] of the prelude.
    pub prelude: PathBuf,
    /// The names that cells have for those crates.
    pub externs: Vec<String>,
    /// The cargo project of the session's own dependencies, and where compiled proc macros may lie.
    pub session: Option<(PathBuf, Vec<PathBuf>)>,
    /// Where the compiler lies.
    pub sysroot: Option<PathBuf>,
    /// The folder that Wick's own build of rust-analyzer may be in.
    pub built: PathBuf,
    /// A folder for the two files.
    pub folder: PathBuf,
}

/// rust-analyzer, while it is not needed, on its way, or there.
#[derive(Default)]
pub struct Analyzer {
    state: State,
    project: Option<Project>,
    ends: u32,
}

#[derive(Default)]
enum State {
    #[default]
    Asleep,
    Warming(JoinHandle<Result<Warm, String>>),
    Warm(Box<Warm>),
    Off,
}

/// One that knows the project and answers fast.
struct Warm {
    client: Client,
    items: Document,
    cell: Document,
}

/// A file as the server has it.
struct Document {
    uri: Uri,
    version: i32,
    text: String,
}

impl Analyzer {
    /// What could stand at the cursor; nothing where that is not known in time.
    pub async fn complete(
        &mut self,
        project: Project,
        asked: Asked<'_>,
    ) -> Option<Vec<Completion>> {
        let warm = self.warm(project, &asked)?;
        timeout(patience(), warm.complete(&(asked.question)()))
            .await
            .ok()?
            .ok()
    }

    /// What is known of the name at the cursor, in markdown.
    pub async fn hover(&mut self, project: Project, asked: Asked<'_>) -> Option<String> {
        let warm = self.warm(project, &asked)?;
        timeout(patience(), warm.hover(&(asked.question)()))
            .await
            .ok()?
            .ok()?
    }

    /// The process, if it is warm; otherwise sees to it that it will be.
    fn warm(&mut self, project: Project, asked: &Asked<'_>) -> Option<&mut Warm> {
        if self.project.as_ref() != Some(&project) {
            self.end();
            self.project = Some(project.clone());
        }
        if let State::Warm(warm) = &self.state
            && warm.client.is_gone()
        {
            self.ends += 1;
            self.state = State::Asleep;
        }
        match &mut self.state {
            State::Asleep if self.ends < MOST_ENDS => {
                let primers = (asked.primers)();
                self.state = State::Warming(tokio::spawn(Warm::up(project, primers)));
            }
            State::Warming(task) if task.is_finished() => {
                // It has ended, so this does not wait.
                let outcome = outcome_of(task);
                self.state = match outcome {
                    Some(Ok(Ok(warm))) => State::Warm(Box::new(warm)),
                    Some(Ok(Err(why))) => {
                        tracing::info!("completion does without rust-analyzer: {why}");
                        State::Off
                    }
                    Some(Err(_)) | None => State::Off,
                };
            }
            _ => {}
        }
        match &mut self.state {
            State::Warm(warm) => Some(warm),
            _ => None,
        }
    }

    /// Ends the process. The next question starts another one.
    pub fn end(&mut self) {
        if let State::Warming(task) = std::mem::take(&mut self.state) {
            task.abort();
        }
    }
}

impl Drop for Analyzer {
    fn drop(&mut self) {
        self.end();
    }
}

/// The texts that a question needs, made only where there is somebody to ask.
pub struct Asked<'a> {
    /// The question itself.
    pub question: &'a (dyn Fn() -> Question + Sync),
    /// Some of the same session that have everything read which most questions need.
    pub primers: &'a (dyn Fn() -> Vec<Question> + Sync),
}

/// The outcome of a task that has ended.
fn outcome_of<T>(task: &mut JoinHandle<T>) -> Option<Result<T, tokio::task::JoinError>> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::Pin::new(task).poll(&mut context) {
        std::task::Poll::Ready(outcome) => Some(outcome),
        std::task::Poll::Pending => None,
    }
}

impl Warm {
    /// Starts rust-analyzer and has it read what most questions need.
    async fn up(project: Project, primers: Vec<Question>) -> Result<Self, String> {
        let began = Instant::now();
        let folder = project.folder.clone();
        let prepared = tokio::task::spawn_blocking(move || prepare(&project));
        let (program, settings) = prepared.await.map_err(|error| error.to_string())??;
        let started = Client::start(&program, &folder, settings.clone()).await;
        let client = started.map_err(|error| format!("{}: {error}", program.display()))?;
        let hello = settings::initialize(&settings);
        client.request::<Initialize>(hello).await?;
        client.notify::<Initialized>(InitializedParams {});
        let open = |name: &str, text: &str| -> Result<Document, String> {
            let document = Document::new(&folder.join(name), text)?;
            client.notify::<DidOpenTextDocument>(document.opened());
            Ok(document)
        };
        let (items, cell) = (open(ITEMS, "")?, open(CELL, "")?);
        let mut warm = Self {
            client,
            items,
            cell,
        };
        warm.client.quiet().await?;
        for primer in &primers {
            if warm.complete(primer).await?.is_empty() {
                tracing::warn!("rust-analyzer knows nothing of the session");
            }
        }
        tracing::info!("rust-analyzer is warm after {:?}", began.elapsed());
        Ok(warm)
    }

    async fn complete(&mut self, question: &Question) -> Result<Vec<Completion>, String> {
        let place = self.tell(question);
        let params = CompletionParams {
            text_document_position: place,
            work_done_progress_params: Default::default(),
            partial_result_params: Default::default(),
            context: None,
        };
        let answer = self.client.request::<CompletionRequest>(params).await?;
        Ok(answers::completions(answer))
    }

    async fn hover(&mut self, question: &Question) -> Result<Option<String>, String> {
        let params = HoverParams {
            text_document_position_params: self.tell(question),
            work_done_progress_params: Default::default(),
        };
        let answer = self.client.request::<HoverRequest>(params).await?;
        Ok(answer.and_then(answers::hover))
    }

    /// Brings the two files up to date.
    fn tell(&mut self, question: &Question) -> TextDocumentPositionParams {
        for (document, text) in [
            (&mut self.items, &question.items),
            (&mut self.cell, &question.cell),
        ] {
            if let Some(change) = document.change(text) {
                self.client.notify::<DidChangeTextDocument>(change);
            }
        }
        TextDocumentPositionParams {
            text_document: TextDocumentIdentifier {
                uri: self.cell.uri.clone(),
            },
            position: position(&question.cell, question.at),
        }
    }
}

impl Document {
    fn new(path: &Path, text: &str) -> Result<Self, String> {
        let uri = Uri::from_str(&file_uri(path)).map_err(|error| error.to_string())?;
        Ok(Self {
            uri,
            version: 1,
            text: text.to_owned(),
        })
    }

    fn opened(&self) -> DidOpenTextDocumentParams {
        DidOpenTextDocumentParams {
            text_document: TextDocumentItem {
                uri: self.uri.clone(),
                language_id: "rust".to_owned(),
                version: self.version,
                text: self.text.clone(),
            },
        }
    }

    /// What to say so that the server has `text`.
    fn change(&mut self, text: &str) -> Option<DidChangeTextDocumentParams> {
        if self.text == text {
            return None;
        }
        self.version += 1;
        text.clone_into(&mut self.text);
        Some(DidChangeTextDocumentParams {
            text_document: VersionedTextDocumentIdentifier {
                uri: self.uri.clone(),
                version: self.version,
            },
            content_changes: vec![TextDocumentContentChangeEvent {
                range: None,
                range_length: None,
                text: text.to_owned(),
            }],
        })
    }
}

/// Finds the program, and puts together what it is to be told.
fn prepare(project: &Project) -> Result<(PathBuf, serde_json::Value), String> {
    let found = find::find(&project.built)?;
    let io = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut list =
        CrateList::read(&project.prelude).map_err(|error| io(&project.prelude, error))?;
    let mut named = list.named(&project.externs);
    if let Some((session, dylibs)) = &project.session {
        list.add_session(session, dylibs, &mut named)?;
    }
    list.keep_near(&mut named, NEAR);
    private::make(&project.folder).map_err(|error| io(&project.folder, error))?;
    for file in [ITEMS, CELL] {
        // Its text comes in messages, but there has to be a file.
        let path = project.folder.join(file);
        fs::write(&path, "").map_err(|error| io(&path, error))?;
    }
    list.add_own("notebook", project.folder.join(ITEMS), named.clone());
    let notebook = crates::Dependency {
        index: list.crates.len() - 1,
        name: "notebook".to_owned(),
    };
    named.push(notebook);
    list.add_own("cell", project.folder.join(CELL), named);
    let settings = settings::settings(&list, project.sysroot.as_deref());
    Ok((found.program, settings))
}

/// Lines count from zero, columns in bytes.
fn position(text: &str, at: usize) -> Position {
    let before = &text[..at];
    let line = before.matches('\n').count();
    let column = at - before.rfind('\n').map_or(0, |newline| newline + 1);
    Position::new(line as u32, column as u32)
}

fn file_uri(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt;
    let mut uri = String::from("file://");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                uri.push(*byte as char);
            }
            // Writing to a string does not fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_lines_and_bytes() {
        assert_eq!(position("é\nab", 5), Position::new(1, 2));
        assert_eq!(position("é", 2), Position::new(0, 2));
        assert_eq!(position("", 0), Position::new(0, 0));
    }

    #[test]
    fn any_path_is_an_address() {
        let uri = file_uri(Path::new("/a b/é"));
        assert_eq!(uri, "file:///a%20b/%C3%A9");
        assert!(Document::new(Path::new("/a b/é.rs"), "").is_ok());
    }

    #[test]
    fn a_document_is_told_once() {
        let mut document = Document::new(Path::new("/a.rs"), "x").unwrap();
        assert_eq!(document.change("x"), None);
        assert_eq!(document.change("y").unwrap().text_document.version, 2);
        assert_eq!(document.change("y"), None);
    }
}
