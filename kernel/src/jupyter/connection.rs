//! The connection file: where to listen and with which key messages are signed.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jupyter_protocol::ConnectionInfo;
use jupyter_protocol::connection_info::Transport;
use tempfile::TempDir;
use zeromq::{Socket, SocketOptions};

use super::ipc;
use super::refusals::Refusals;
use crate::engine::native::Clients;

/// The one scheme that Jupyter uses.
const SCHEME: &str = "hmac-sha256";

/// No client sends more in one message: a notebook's widgets may send large buffers, and a signature is only checked
/// when all of a message is there.
pub(super) const LONGEST_MESSAGE: usize = 256 << 20;

/// A socket that cuts off who sends more than `longest` bytes in one message.
pub(super) fn socket<S: Socket>(longest: usize) -> S {
    let mut options = SocketOptions::default();
    options.max_message_size(longest);
    S::with_options(options)
}

/// Where a kernel listens, as its client decided.
#[derive(Debug)]
pub struct Connection {
    info: ConnectionInfo,
    session: String,
    refusals: Refusals,
    /// Where `ipc` sockets lie if the client's folder is open to others.
    hidden: OnceLock<TempDir>,
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
            refusals: Refusals::default(),
            hidden: OnceLock::new(),
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

    /// What the channels of the session have refused.
    pub(super) fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// Who can connect, and who was refused, for people.
    pub fn clients(&self) -> Clients {
        let (info, refusals) = (self.info.clone(), self.refusals.clone());
        Clients(Arc::new(move || {
            vec![
                ("listens", listens(&info)),
                ("messages", signed(&info).to_owned()),
                ("refused", refusals.to_string()),
            ]
        }))
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
        let bound = match endpoint.strip_prefix("ipc://") {
            Some(path) => match ipc::listen(Path::new(path), &self.hidden) {
                Ok(listener) => socket.bind_listener(listener).await,
                Err(error) => Err(error.into()),
            },
            None => socket.bind(endpoint).await,
        };
        match bound {
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
                ipc::remove(Path::new(path));
            }
        }
    }
}

fn listens(info: &ConnectionInfo) -> String {
    let ip = info.ip.as_str();
    let who = match info.transport {
        Transport::IPC => "only you can connect",
        Transport::TCP => match ip.parse::<IpAddr>() {
            Ok(address) if address.is_loopback() => "only programs on this machine can connect",
            _ if ip == "localhost" => "only programs on this machine can connect",
            _ => {
                "any machine that can reach this address can connect, because the connection file says so"
            }
        },
    };
    format!("on {ip}: {who}")
}

fn signed(info: &ConnectionInfo) -> &'static str {
    if info.key.is_empty() {
        "not signed: the connection file has no key, so whoever can connect is obeyed"
    } else {
        "signed with the key of the connection file; each is taken once"
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
    fn people_are_told_who_can_connect() {
        let local = connection(Transport::TCP, "127.0.0.1").clients();
        let lines = (local.0)();
        assert_eq!(
            lines[0].1,
            "on 127.0.0.1: only programs on this machine can connect"
        );
        assert!(lines[1].1.starts_with("signed"), "{lines:?}");
        let mut open = connection(Transport::TCP, "*");
        open.info.key.clear();
        let lines = (open.clients().0)();
        assert!(lines[0].1.contains("any machine"), "{lines:?}");
        assert!(lines[1].1.starts_with("not signed"), "{lines:?}");
    }
}
