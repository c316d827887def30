//! The connection file: where to listen and with which key messages are signed.

use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use jupyter_protocol::ConnectionInfo;
use jupyter_protocol::connection_info::Transport;
use zeromq::Socket;

/// The one scheme that Jupyter uses.
const SCHEME: &str = "hmac-sha256";

/// Where a kernel listens, as its client decided.
#[derive(Debug, Clone)]
pub struct Connection {
    info: ConnectionInfo,
    session: String,
}

/// Why a kernel cannot listen; each says which file or address is meant.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The file cannot be read.
    #[error("cannot read the connection file {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what Jupyter writes.
    #[error("{path} is not a Jupyter connection file: {source}")]
    Parse {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// Messages would be signed in a way that is not known here.
    #[error("{path} asks for the signature scheme `{scheme}`; Wick knows `{SCHEME}`")]
    Scheme {
        /// Which.
        path: PathBuf,
        /// What it asks for.
        scheme: String,
    },
    /// An address is taken or not ours.
    #[error("cannot listen on {endpoint}: {reason}")]
    Bind {
        /// Where.
        endpoint: String,
        /// Why.
        reason: String,
    },
}

impl Connection {
    /// Reads the file that a client wrote.
    pub fn read(path: &Path) -> Result<Self, ConnectionError> {
        let text = std::fs::read(path).map_err(|source| ConnectionError::Read {
            path: path.to_owned(),
            source,
        })?;
        let info: ConnectionInfo =
            serde_json::from_slice(&text).map_err(|source| ConnectionError::Parse {
                path: path.to_owned(),
                source,
            })?;
        if !info.key.is_empty() && info.signature_scheme != SCHEME {
            return Err(ConnectionError::Scheme {
                path: path.to_owned(),
                scheme: info.signature_scheme,
            });
        }
        Ok(Self::new(info))
    }

    /// Listens where `info` says.
    pub fn new(info: ConnectionInfo) -> Self {
        Self {
            info,
            session: uuid::Uuid::new_v4().to_string(),
        }
    }

    /// What the client wrote.
    pub fn info(&self) -> &ConnectionInfo {
        &self.info
    }

    /// The kernel's own session id, new with every start.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The endpoint of the shell channel.
    pub fn shell(&self) -> String {
        self.endpoint(self.info.shell_port)
    }

    /// The endpoint of the control channel.
    pub fn control(&self) -> String {
        self.endpoint(self.info.control_port)
    }

    /// The endpoint of the iopub channel.
    pub fn iopub(&self) -> String {
        self.endpoint(self.info.iopub_port)
    }

    /// The endpoint of the stdin channel.
    pub fn stdin(&self) -> String {
        self.endpoint(self.info.stdin_port)
    }

    /// The endpoint of the heartbeat channel.
    pub fn heartbeat(&self) -> String {
        self.endpoint(self.info.hb_port)
    }

    fn endpoint(&self, port: u16) -> String {
        let ip = self.info.ip.as_str();
        match self.info.transport {
            Transport::IPC => format!("ipc://{ip}-{port}"),
            Transport::TCP if ip == "*" => format!("tcp://0.0.0.0:{port}"),
            Transport::TCP if ip.contains(':') && !ip.starts_with('[') => {
                format!("tcp://[{ip}]:{port}")
            }
            Transport::TCP => format!("tcp://{ip}:{port}"),
        }
    }

    /// Makes `socket` sign with the session's key.
    pub(super) fn sign<S: Socket>(&self, socket: S) -> jupyter_zmq_client::Connection<S> {
        jupyter_zmq_client::Connection::new(socket, &self.info.key, &self.session)
    }

    /// Makes `socket` listen. A socket file that a killed kernel left behind is replaced.
    pub(super) async fn bind<S: Socket>(
        &self,
        socket: &mut S,
        endpoint: &str,
    ) -> Result<(), ConnectionError> {
        if let Some(path) = endpoint.strip_prefix("ipc://") {
            remove_socket(Path::new(path));
        }
        match socket.bind(endpoint).await {
            Ok(_) => Ok(()),
            Err(error) => Err(ConnectionError::Bind {
                endpoint: endpoint.to_owned(),
                reason: error.to_string(),
            }),
        }
    }

    /// Removes the files of `ipc` sockets.
    pub(super) fn remove_sockets(&self) {
        if self.info.transport == Transport::IPC {
            let endpoints = [
                self.shell(),
                self.control(),
                self.iopub(),
                self.stdin(),
                self.heartbeat(),
            ];
            for path in endpoints.iter().filter_map(|e| e.strip_prefix("ipc://")) {
                remove_socket(Path::new(path));
            }
        }
    }
}

fn remove_socket(path: &Path) {
    let is_socket = path
        .symlink_metadata()
        .is_ok_and(|m| m.file_type().is_socket());
    if is_socket && let Err(error) = std::fs::remove_file(path) {
        tracing::warn!("cannot remove the old socket {}: {error}", path.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(transport: Transport, ip: &str) -> Connection {
        Connection::new(ConnectionInfo {
            ip: ip.to_owned(),
            transport,
            shell_port: 1,
            iopub_port: 2,
            stdin_port: 3,
            control_port: 4,
            hb_port: 5,
            key: "key".to_owned(),
            signature_scheme: SCHEME.to_owned(),
            kernel_name: None,
        })
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn endpoints_are_spelled_as_zeromq_wants_them() {
        assert_eq!(
            connection(Transport::TCP, "127.0.0.1").shell(),
            "tcp://127.0.0.1:1"
        );
        assert_eq!(connection(Transport::TCP, "*").iopub(), "tcp://0.0.0.0:2");
        assert_eq!(connection(Transport::TCP, "::1").stdin(), "tcp://[::1]:3");
        assert_eq!(
            connection(Transport::IPC, "/tmp/k").control(),
            "ipc:///tmp/k-4"
        );
    }

    #[test]
    fn a_wrong_file_is_named() {
        let missing = Connection::read(Path::new("/no/such/file")).unwrap_err();
        assert!(
            missing
                .to_string()
                .starts_with("cannot read the connection file /no/such/file")
        );
        let broken = file("{");
        let error = Connection::read(broken.path()).unwrap_err().to_string();
        assert!(
            error.contains("is not a Jupyter connection file"),
            "{error}"
        );
    }

    #[test]
    fn another_signature_scheme_is_refused() {
        let mut info = connection(Transport::TCP, "127.0.0.1").info;
        info.signature_scheme = "hmac-md5".to_owned();
        let file = file(&serde_json::to_string(&info).unwrap());
        let error = Connection::read(file.path()).unwrap_err().to_string();
        assert!(error.contains("`hmac-md5`"), "{error}");
    }

    #[test]
    fn only_sockets_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (socket, text) = (folder.path().join("s"), folder.path().join("t"));
        drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        std::fs::write(&text, "kept").unwrap();
        remove_socket(&socket);
        remove_socket(&text);
        assert!(!socket.exists());
        assert!(text.exists());
    }
}
