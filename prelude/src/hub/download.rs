//! Fetching one file, in as many connections as it takes.

use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderMap, StatusCode};

use super::partial::Partial;
use super::{Expected, HubError, Progress};

/// How long a server may take to answer at all. Short, because most often this is a machine without a network.
const CONNECT: Duration = Duration::from_secs(4);
/// How long a running download may stand still.
const STALL: Duration = Duration::from_secs(30);
/// So many connections in a row may bring nothing new.
const TRIES: u32 = 3;
/// The pause before the first of them; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// What to ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// Where.
    pub url: &'a str,
    /// The token that says who asks. No other server gets to see it.
    pub token: Option<&'a str>,
}

impl<'a> From<&'a str> for Request<'a> {
    fn from(url: &'a str) -> Self {
        Self { url, token: None }
    }
}

/// Fetches a file, which does not exist under its name before all of it has come and was found to be right.
///
/// What has come lies in `NAME.partial` until then. A connection that breaks off is taken up again where it ended, and
/// if it cannot be, so is what is `expected` to have a checksum by the next call, in another process too. Of two that
/// fetch the same file at the same time the second one waits for the first.
pub(crate) fn download(
    request: Request<'_>,
    path: &Path,
    expected: &Expected,
    progress: &mut dyn Progress,
) -> Result<(), HubError> {
    let Some(mut partial) = Partial::open(path, expected.is_checksum())? else {
        return Ok(());
    };
    let continued = partial.len() > 0;
    let fetched = fetch(request, path, &mut partial, progress);
    progress.finish();
    fetched?;
    let mut right = partial.check(request.url, expected);
    if continued && matches!(right, Err(HubError::Checksum { .. })) {
        // The beginning was of another file than the end.
        partial.clear()?;
        let fetched = fetch(request, path, &mut partial, progress);
        progress.finish();
        fetched?;
        right = partial.check(request.url, expected);
    }
    if right.is_err() {
        partial.discard();
    }
    right?;
    partial.keep()
}

/// Fills the file, with further connections where one breaks off.
fn fetch(
    request: Request<'_>,
    path: &Path,
    partial: &mut Partial,
    progress: &mut dyn Progress,
) -> Result<(), HubError> {
    let at_first = partial.len();
    let mut connection = Connection {
        request,
        etag: None,
        total: None,
    };
    let (mut most, mut in_vain) = (at_first, 0);
    loop {
        let failure = match connection.run(partial, progress) {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        let reason = match failure {
            Failure::Refused(reason) => return Err(HubError::network(request.url, reason)),
            Failure::Write(error) => return Err(HubError::write(path, error)),
            Failure::Broken(reason) => reason,
        };
        in_vain = match partial.len() > most {
            true => 0,
            false => in_vain + 1,
        };
        most = most.max(partial.len());
        // Nothing has ever come: there is no network, and to ask again would only take longer.
        if in_vain == TRIES || connection.total.is_none() {
            let reason = match most {
                0 => reason,
                _ => cut(partial.len(), connection.total, &reason),
            };
            return Err(HubError::network(request.url, reason));
        }
        wick_runtime::interrupt::check();
        std::thread::sleep(PAUSE * 2u32.pow(in_vain));
    }
}

/// What went wrong with a connection.
enum Failure {
    /// It could not be made, or did not last.
    Broken(String),
    /// The server said no.
    Refused(String),
    /// What came cannot be written.
    Write(std::io::Error),
}

/// What is known of a file from one connection to the next.
struct Connection<'a> {
    request: Request<'a>,
    /// The server's name for this very version of the file.
    etag: Option<String>,
    /// How long all of it is, if the server has said so; `None` before it has answered.
    total: Option<Option<u64>>,
}

impl Connection<'_> {
    /// Asks for what is missing and appends it.
    fn run(&mut self, partial: &mut Partial, progress: &mut dyn Progress) -> Result<(), Failure> {
        let start = partial.len();
        let mut request = agent()
            .get(self.request.url)
            // A packed transfer has no parts that could be asked for.
            .header("accept-encoding", "identity");
        if start > 0 {
            request = request.header("range", format!("bytes={start}-"));
            if let Some(etag) = &self.etag {
                request = request.header("if-range", etag);
            }
        }
        if let Some(token) = self.request.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = request
            .call()
            .map_err(|error| Failure::Broken(reason(error)))?;
        let rest = match response.status() {
            StatusCode::PARTIAL_CONTENT if starts_at(response.headers()) == Some(start) => start,
            // From the beginning, because the server cannot do otherwise or has another version.
            StatusCode::OK => {
                partial.truncate().map_err(Failure::Write)?;
                0
            }
            // It has no more than that, or something else: the next connection begins anew.
            StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::PARTIAL_CONTENT if start > 0 => {
                partial.truncate().map_err(Failure::Write)?;
                self.total = Some(None);
                return Err(Failure::Broken("the server has another file".to_owned()));
            }
            StatusCode::NOT_FOUND => {
                let reason = "the server has no such file (404)";
                return Err(Failure::Refused(reason.to_owned()));
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let code = response.status().as_u16();
                let reason = format!("the server wants to know who asks ({code})");
                return Err(Failure::Refused(reason));
            }
            status => {
                let reason = format!("the server answered with status {}", status.as_u16());
                return Err(Failure::Refused(reason));
            }
        };
        self.etag = etag(response.headers());
        let body = response.into_body();
        let total = body.content_length().map(|length| rest + length);
        self.total = Some(total);
        let mut body = body.into_with_config().limit(u64::MAX).reader();
        append(&mut body, partial, total, progress)
    }
}

fn append(
    body: &mut dyn Read,
    partial: &mut Partial,
    total: Option<u64>,
    progress: &mut dyn Progress,
) -> Result<(), Failure> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = body
            .read(&mut buffer)
            .map_err(|error| Failure::Broken(error.to_string()))?;
        if count == 0 {
            break;
        }
        wick_runtime::interrupt::check();
        partial
            .write_all(&buffer[..count])
            .map_err(Failure::Write)?;
        progress.update(partial.len(), total);
    }
    match total {
        Some(total) if total != partial.len() => {
            Err(Failure::Broken("the connection was closed".to_owned()))
        }
        _ => Ok(()),
    }
}

pub(super) fn agent() -> Agent {
    config().build().into()
}

/// How servers are asked.
pub(super) fn config() -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    Agent::config_builder()
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(STALL))
        .timeout_per_read(Some(STALL))
        .http_status_as_error(false)
        .user_agent(concat!("wick/", env!("CARGO_PKG_VERSION")))
}

/// The first byte that a partial answer brings: `Content-Range: bytes 10-32/33`.
fn starts_at(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get("content-range")?.to_str().ok()?;
    let (start, _) = range.trim().strip_prefix("bytes")?.split_once('-')?;
    start.trim().parse().ok()
}

/// A name for the contents; one that only says that two versions are much alike is none.
fn etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get("etag")?.to_str().ok()?;
    (!etag.starts_with("W/")).then(|| etag.to_owned())
}

fn cut(received: u64, total: Option<Option<u64>>, reason: &str) -> String {
    let of = total
        .flatten()
        .map_or_else(String::new, |total| format!(" of {total}"));
    format!("it broke off after {received}{of} bytes ({reason})")
}

const NO_NAME: &str = "no network, or no server of that name";

/// The error of a request in words for a person.
pub(super) fn reason(error: ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "the server does not answer".to_owned(),
        // The operating system has no error code for this, only the text.
        ureq::Error::HostNotFound => NO_NAME.to_owned(),
        ureq::Error::Io(error) if error.to_string().contains("lookup address") => {
            NO_NAME.to_owned()
        }
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_answer_says_where_it_begins() {
        let start = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("content-range", value.parse().unwrap());
            starts_at(&headers)
        };
        assert_eq!(start("bytes 10-32/33"), Some(10));
        assert_eq!(start("bytes 0-0/*"), Some(0));
        assert_eq!(start("bytes */33"), None);
        assert_eq!(starts_at(&HeaderMap::new()), None);
    }
}
