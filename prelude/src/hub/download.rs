//! Fetching one file.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use ureq::Agent;

use super::{HubError, Progress};

/// How long a server may take to answer at all. Short, because most often this is a machine without a network.
const CONNECT: Duration = Duration::from_secs(4);
/// How long a running download may stand still.
const STALL: Duration = Duration::from_secs(30);

/// Fetches `url` into the file `path`, which does not exist before all of it has come and was found to be right.
pub fn download(url: &str, path: &Path, progress: &mut dyn Progress) -> Result<(), HubError> {
    let response = agent()
        .get(url)
        .call()
        .map_err(|error| HubError::network(url, reason(error)))?;
    let total = response.body().content_length();
    let mut body = response
        .into_body()
        .into_with_config()
        .limit(u64::MAX)
        .reader();

    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder).map_err(|error| HubError::write(folder, error))?;
    // It is deleted again unless it is kept below, so a file under its own name is always complete.
    let mut file = NamedTempFile::new_in(folder).map_err(|error| HubError::write(path, error))?;
    let digest = copy(&mut body, &mut file, total, progress);
    progress.finish();
    check(url, path, &digest.map_err(|failure| failure.at(url, path))?)?;
    readable_by_all(&file).map_err(|error| HubError::write(path, error))?;
    file.persist(path)
        .map_err(|error| HubError::write(path, error.error))?;
    Ok(())
}

fn agent() -> Agent {
    Agent::config_builder()
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(STALL))
        .timeout_per_read(Some(STALL))
        .user_agent(concat!("wick/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// What went wrong while copying.
enum Failure {
    Network(String),
    Write(std::io::Error),
}

impl Failure {
    fn at(self, url: &str, path: &Path) -> HubError {
        match self {
            Self::Network(reason) => HubError::network(url, reason),
            Self::Write(error) => HubError::write(path, error),
        }
    }
}

/// Copies all of `body` into `file` and returns the SHA-256 of it in hexadecimal digits.
fn copy(
    body: &mut dyn Read,
    file: &mut NamedTempFile,
    total: Option<u64>,
    progress: &mut dyn Progress,
) -> Result<String, Failure> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut received = 0;
    loop {
        let count = body
            .read(&mut buffer)
            .map_err(|error| Failure::Network(cut(received, total, &error.to_string())))?;
        if count == 0 {
            break;
        }
        wick_runtime::interrupt::check();
        digest.update(&buffer[..count]);
        file.write_all(&buffer[..count]).map_err(Failure::Write)?;
        received += count as u64;
        progress.update(received, total);
    }
    if total.is_some_and(|total| total != received) {
        return Err(Failure::Network(cut(
            received,
            total,
            "the connection was closed",
        )));
    }
    file.flush().map_err(Failure::Write)?;
    Ok(digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn cut(received: u64, total: Option<u64>, reason: &str) -> String {
    let of = total.map_or_else(String::new, |total| format!(" of {total}"));
    format!("it broke off after {received}{of} bytes ({reason})")
}

/// Compares `digest` with the digits in the file's name: those between the last `-` and the `.` after it.
fn check(url: &str, path: &Path, digest: &str) -> Result<(), HubError> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let Some(expected) = promised(name) else {
        return Ok(());
    };
    if digest.starts_with(expected) {
        return Ok(());
    }
    let found = digest[..expected.len().min(digest.len())].to_owned();
    Err(HubError::Checksum {
        url: url.to_owned(),
        expected: expected.to_owned(),
        found,
    })
}

fn promised(name: &str) -> Option<&str> {
    let (_, tail) = name.rsplit_once('-')?;
    let (digits, _) = tail.split_once('.')?;
    let hexadecimal = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    (digits.len() >= 8 && digits.bytes().all(hexadecimal)).then_some(digits)
}

/// Makes a folder into which nobody else puts anything. One that PyTorch made stays as it is.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Temporary files are private; a file in a shared cache is not.
fn readable_by_all(file: &NamedTempFile) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()
}

const NO_NAME: &str = "no network, or no server of that name";

/// The error of a request in words for a person.
fn reason(error: ureq::Error) -> String {
    match error {
        ureq::Error::StatusCode(404) => "the server has no such file (404)".to_owned(),
        ureq::Error::StatusCode(code) => format!("the server answered with status {code}"),
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
    fn names_promise_a_checksum_or_none() {
        assert_eq!(promised("resnet18-f37072fd.pth"), Some("f37072fd"));
        assert_eq!(promised("resnext50_32x4d-7cdf4587.pth"), Some("7cdf4587"));
        assert_eq!(promised("my-model.pth"), None);
        assert_eq!(promised("weights.pth"), None);
    }
}
