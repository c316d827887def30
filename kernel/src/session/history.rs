//! The cells of this session and of earlier ones, in SQLite, and how clients look for them.
//!
//! A thread of its own owns the database: a cell never waits for the disk. Where the database cannot be opened, one in
//! memory serves this session.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, Row, params};
use tokio::sync::oneshot;

/// How long to wait for another session that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait before the database is opened once more.
const PAUSE: Duration = Duration::from_millis(10);

/// As many cells are kept.
const MOST_CELLS: i64 = 50_000;

/// As much of a value's text is kept.
const LONGEST_OUTPUT: usize = 10_000;

/// A cell that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its execution count.
    pub line: u32,
    /// Its text.
    pub input: String,
    /// The plain text of its value, if it had one.
    pub output: Option<String>,
}

/// What a client looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// The last `n` cells of all sessions.
    Tail(usize),
    /// The cells with numbers from `start` up to, but without, `stop`; negative numbers count from the end, and no `stop`
    /// means up to the last one.
    Range {
        /// As numbered in the database; 0 is this one, -1 the one before.
        session: i64,
        /// The first.
        start: i64,
        /// The first one that is not meant.
        stop: Option<i64>,
    },
    /// Cells of all sessions whose whole text matches a pattern with `*`, `?` and `[…]`.
    Search {
        /// The pattern.
        pattern: String,
        /// Of equal texts only the latest.
        unique: bool,
        /// Only the last so many.
        n: Option<usize>,
    },
}

/// A cell that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The number of its session.
    pub session: i64,
    /// The cell.
    pub entry: Entry,
}

enum Job {
    Push(Entry),
    Find(Query, oneshot::Sender<Vec<Found>>),
}

/// All cells that were to be remembered.
pub struct History {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl History {
    /// The history in `file`; without one, that of this session alone.
    pub fn new(file: Option<PathBuf>) -> Self {
        let (jobs, todo) = channel();
        let thread = std::thread::Builder::new()
            .name("history".to_owned())
            .spawn(move || serve(file.as_deref(), &todo));
        Self {
            jobs: Some(jobs),
            thread: thread.ok(),
        }
    }

    /// Remembers a cell.
    pub fn push(&self, entry: Entry) {
        self.send(Job::Push(entry));
    }

    /// Looks for cells; oldest first.
    pub async fn find(&self, query: Query) -> Vec<Found> {
        let (answer, found) = oneshot::channel();
        self.send(Job::Find(query, answer));
        found.await.unwrap_or_default()
    }

    fn send(&self, job: Job) {
        // Without its thread there is no history; cells run all the same.
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }
}

impl Drop for History {
    /// Waits until everything is written.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(file: Option<&Path>, todo: &Receiver<Job>) {
    let mut store = match Store::open(file) {
        Ok(store) => store,
        Err(error) => {
            let file = file.unwrap_or(Path::new("in memory"));
            tracing::warn!(
                "no history from earlier sessions: {}: {error}",
                file.display()
            );
            match Store::open(None) {
                Ok(store) => store,
                Err(error) => return tracing::warn!("no history: {error}"),
            }
        }
    };
    while let Ok(job) = todo.recv() {
        let outcome = match job {
            Job::Push(entry) => store.push(&entry),
            Job::Find(query, answer) => store.find(&query).map(|found| {
                let _ = answer.send(found);
            }),
        };
        if let Err(error) = outcome {
            tracing::warn!("history: {error}");
        }
    }
}

/// The database.
struct Store {
    database: Connection,
    /// This session's number, once it has a cell.
    session: Option<i64>,
}

impl Store {
    /// Opens the database, or makes it. Of sessions that start at once, one makes it and the others wait; where the
    /// journal's mode is set, SQLite does not wait by itself.
    fn open(file: Option<&Path>) -> rusqlite::Result<Self> {
        let started = Instant::now();
        loop {
            let opened = Self::open_now(file);
            let busy = |error: &rusqlite::Error| {
                error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
            };
            if !opened.as_ref().is_err_and(busy) || started.elapsed() > PATIENCE {
                return opened;
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn open_now(file: Option<&Path>) -> rusqlite::Result<Self> {
        let database = match file {
            Some(file) => {
                make_private(file);
                Connection::open(file)?
            }
            None => Connection::open_in_memory()?,
        };
        database.busy_timeout(PATIENCE)?;
        // Several kernels write; none waits for the disk. A loss of power may take the last cells, never the file.
        database.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS sessions (
                 session INTEGER PRIMARY KEY AUTOINCREMENT,
                 started TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
             CREATE TABLE IF NOT EXISTS cells (
                 session INTEGER NOT NULL, line INTEGER NOT NULL, source TEXT NOT NULL, output TEXT,
                 PRIMARY KEY (session, line)) WITHOUT ROWID;",
        )?;
        database.execute(
            "DELETE FROM cells WHERE session <= (
                 SELECT session FROM cells ORDER BY session DESC, line DESC LIMIT 1 OFFSET ?1)",
            [MOST_CELLS],
        )?;
        Ok(Self {
            database,
            session: None,
        })
    }

    fn push(&mut self, entry: &Entry) -> rusqlite::Result<()> {
        let session = match self.session {
            Some(session) => session,
            None => {
                (self.database).execute("INSERT INTO sessions DEFAULT VALUES", [])?;
                *self.session.insert(self.database.last_insert_rowid())
            }
        };
        let output = entry.output.as_deref().map(|output| {
            let end = output.floor_char_boundary(LONGEST_OUTPUT);
            &output[..end]
        });
        self.database.execute(
            "INSERT OR REPLACE INTO cells VALUES (?1, ?2, ?3, ?4)",
            params![session, entry.line, entry.input, output],
        )?;
        Ok(())
    }

    fn find(&self, query: &Query) -> rusqlite::Result<Vec<Found>> {
        match query {
            Query::Tail(n) => self.latest("*", false, Some(*n)),
            Query::Range {
                session,
                start,
                stop,
            } => self.range(*session, *start, *stop),
            Query::Search { pattern, unique, n } => self.latest(pattern, *unique, *n),
        }
    }

    fn latest(
        &self,
        pattern: &str,
        unique: bool,
        n: Option<usize>,
    ) -> rusqlite::Result<Vec<Found>> {
        let mut statement = self.database.prepare(
            "SELECT session, line, source, output FROM cells WHERE source GLOB ?1
             ORDER BY session DESC, line DESC",
        )?;
        let mut seen = std::collections::HashSet::new();
        let mut found = Vec::new();
        for row in statement.query_map([pattern], cell)? {
            if found.len() >= n.unwrap_or(usize::MAX) {
                break;
            }
            let row = row?;
            if !unique || seen.insert(row.entry.input.clone()) {
                found.push(row);
            }
        }
        found.reverse();
        Ok(found)
    }

    fn range(&self, session: i64, start: i64, stop: Option<i64>) -> rusqlite::Result<Vec<Found>> {
        let session = match session {
            relative @ ..=0 => self.current()? + relative,
            absolute => absolute,
        };
        let end: i64 = self.database.query_row(
            "SELECT coalesce(max(line), 0) + 1 FROM cells WHERE session = ?1",
            [session],
            |row| row.get(0),
        )?;
        let absolute = |line: i64| if line < 0 { line + end } else { line };
        let mut statement = self.database.prepare(
            "SELECT session, line, source, output FROM cells
             WHERE session = ?1 AND line >= ?2 AND line < ?3 ORDER BY line",
        )?;
        let stop = stop.map_or(end, absolute);
        let rows = statement.query_map([session, absolute(start), stop], cell)?;
        rows.collect()
    }

    /// This session's number, or the one it would get.
    fn current(&self) -> rusqlite::Result<i64> {
        match self.session {
            Some(session) => Ok(session),
            None => self.database.query_row(
                "SELECT coalesce(max(session), 0) + 1 FROM sessions",
                [],
                |row| row.get(0),
            ),
        }
    }
}

fn cell(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        session: row.get(0)?,
        entry: Entry {
            line: row.get(1)?,
            input: row.get(2)?,
            output: row.get(3)?,
        },
    })
}

/// What people have typed is for their eyes only. What cannot be made is noticed when the database is opened.
fn make_private(file: &Path) {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    if let Some(folder) = file.parent() {
        let _ = crate::private::make(folder);
    }
    let made = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(file);
    // One of an earlier version, or of a person's own making.
    let _ = made.and_then(|made| made.set_permissions(std::fs::Permissions::from_mode(0o600)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(inputs: &[&str]) -> Store {
        let mut store = Store::open(None).unwrap();
        push(&mut store, inputs);
        store
    }

    fn push(store: &mut Store, inputs: &[&str]) {
        for (line, input) in (1..).zip(inputs) {
            let entry = Entry {
                line,
                input: input.to_string(),
                output: None,
            };
            store.push(&entry).unwrap();
        }
    }

    fn lines(found: rusqlite::Result<Vec<Found>>) -> Vec<u32> {
        found.unwrap().iter().map(|it| it.entry.line).collect()
    }

    #[test]
    fn the_tail_is_what_came_last() {
        let store = store(&["a", "b", "c"]);
        assert_eq!(lines(store.find(&Query::Tail(2))), [2, 3]);
        assert_eq!(lines(store.find(&Query::Tail(9))), [1, 2, 3]);
    }

    #[test]
    fn ranges_count_from_both_ends() {
        let store = store(&["a", "b", "c", "d"]);
        assert_eq!(lines(store.range(0, 2, Some(4))), [2, 3]);
        assert_eq!(lines(store.range(1, 3, None)), [3, 4]);
        assert_eq!(lines(store.range(0, -2, Some(-1))), [3]);
        assert_eq!(lines(store.range(-1, 1, None)), Vec::<u32>::new());
    }

    #[test]
    fn searching_knows_wildcards() {
        let store = store(&["let a = 1;", "a", "let b = 2;", "a"]);
        assert_eq!(lines(store.latest("let*", false, None)), [1, 3]);
        assert_eq!(lines(store.latest("?", false, None)), [2, 4]);
        assert_eq!(lines(store.latest("?", true, None)), [4]);
        assert_eq!(lines(store.latest("*", false, Some(2))), [3, 4]);
        assert_eq!(lines(store.latest("let [ab]*", false, None)), [1, 3]);
        assert_eq!(lines(store.latest("", false, None)), Vec::<u32>::new());
    }

    #[tokio::test]
    async fn another_session_finds_what_this_one_did() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/history.sqlite");
        let entry = Entry {
            line: 1,
            input: "1 + 1".to_owned(),
            output: Some("2".to_owned()),
        };
        let first = History::new(Some(file.clone()));
        first.push(entry.clone());
        drop(first);
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = History::new(Some(file));
        let range = Query::Range {
            session: -1,
            start: 1,
            stop: None,
        };
        let found = second.find(range).await;
        assert_eq!(found, [Found { session: 1, entry }]);
    }

    #[test]
    fn sessions_that_start_at_once_all_remember() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("history.sqlite");
            let start = std::sync::Barrier::new(8);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        start.wait();
                        push(&mut Store::open(Some(&file)).unwrap(), &["a", "b"]);
                    });
                }
            });
            let store = Store::open(Some(&file)).unwrap();
            assert_eq!(store.latest("*", false, None).unwrap().len(), 16);
        }
    }

    #[tokio::test]
    async fn without_a_place_to_write_there_is_a_history_all_the_same() {
        let history = History::new(Some("/proc/none/history.sqlite".into()));
        history.push(Entry {
            line: 1,
            input: "x".to_owned(),
            output: None,
        });
        assert_eq!(history.find(Query::Tail(1)).await.len(), 1);
    }
}
