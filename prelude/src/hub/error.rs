//! Why weights could not be had.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why weights could not be had, in one line.
///
/// ```
/// use wick::hub::{HubError, load};
/// match load("no-such-file.pth") {
///     Err(HubError::Read { path, .. }) => assert_eq!(path.display().to_string(), "no-such-file.pth"),
///     other => panic!("{other:?}"),
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum HubError {
    /// Nothing says where to keep files.
    NoHome,
    /// The server cannot be reached, said no, or went away.
    Network {
        /// What was asked for.
        url: String,
        /// What happened.
        reason: String,
    },
    /// What came is not the file that was promised.
    Checksum {
        /// What was asked for.
        url: String,
        /// The name of the checksum: SHA-256 or MD5.
        algorithm: &'static str,
        /// The first digits of it, or all.
        expected: String,
        /// The same digits of what came.
        found: String,
    },
    /// The file cannot be written here.
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file is there but is no state dict.
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl HubError {
    pub(super) fn network(url: &str, reason: impl Into<String>) -> Self {
        Self::Network {
            url: url.to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn bad_url(url: &str) -> Self {
        Self::network(url, "this is no URL of a file")
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn read(path: &Path, reason: impl Into<String>) -> Self {
        Self::Read {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for HubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHome => write!(
                f,
                "there is no folder to keep weights in: set HOME or TORCH_HOME"
            ),
            Self::Network { url, reason } => write!(f, "{url} cannot be fetched: {reason}"),
            Self::Checksum {
                url,
                algorithm,
                expected,
                found,
            } => write!(
                f,
                "{url} is damaged: its {algorithm} should begin with {expected} and begins with {found}; nothing was kept"
            ),
            Self::Write { path, source } => {
                write!(f, "{} cannot be written: {source}", path.display())
            }
            Self::Read { path, reason } => write!(
                f,
                "{} cannot be read as weights: {reason}; delete it to fetch it again",
                path.display()
            ),
        }
    }
}

impl std::error::Error for HubError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Write { source, .. } => Some(source),
            _ => None,
        }
    }
}
