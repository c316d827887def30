//! The hub against a server on this machine.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::load;
use super::*;
use crate::prelude::*;

/// SHA-256 of this begins with 8848f57c.
const CONTENTS: &[u8] = b"the weights of a very small model";
const NAME: &str = "model-8848f57c.pth";

/// Answers every request with the same bytes and closes the connection.
struct Server {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Server {
    fn new(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/models", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                // A client that went away is a test's own affair.
                let _ = respond(stream, &answer);
            }
        });
        Self { url, asked }
    }

    fn with_file(contents: &[u8]) -> Self {
        Self::new(answer("200 OK", contents.len(), contents))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn respond(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
        request.push(byte[0]);
    }
    stream.write_all(answer)
}

fn answer(status: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

#[derive(Default)]
struct Recorded {
    last: (u64, Option<u64>),
    finished: bool,
}

impl Progress for Recorded {
    fn update(&mut self, received: u64, total: Option<u64>) {
        self.last = (received, total);
    }

    fn finish(&mut self) {
        self.finished = true;
    }
}

#[test]
fn a_file_is_fetched_once() {
    let server = Server::with_file(CONTENTS);
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::new(&server.url, folder.path().join("hub/checkpoints"));
    let mut progress = Recorded::default();

    let path = hub.file(NAME, &mut progress).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), CONTENTS);
    let length = CONTENTS.len() as u64;
    assert_eq!(progress.last, (length, Some(length)));
    assert!(progress.finished);

    assert_eq!(hub.file(NAME, &mut ()).unwrap(), path);
    assert_eq!(server.asked(), 1);
    assert_eq!(files_in(path.parent().unwrap()), [NAME]);
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_not_kept() {
    let server = Server::with_file(b"something else");
    let folder = tempfile::tempdir().unwrap();
    let error = Hub::new(&server.url, folder.path())
        .file(NAME, &mut ())
        .unwrap_err();
    assert!(
        matches!(&error, HubError::Checksum { expected, .. } if expected == "8848f57c"),
        "{error}"
    );
    assert!(files_in(folder.path()).is_empty());
}

#[test]
fn a_file_that_the_server_lacks_is_said_to_lack() {
    let server = Server::new(answer("404 Not Found", 0, b""));
    let folder = tempfile::tempdir().unwrap();
    let error = Hub::new(&server.url, folder.path())
        .file(NAME, &mut ())
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        format!(
            "{}/{NAME} cannot be fetched: the server has no such file (404)",
            server.url
        )
    );
}

#[test]
fn a_connection_that_breaks_off_leaves_nothing() {
    let server = Server::new(answer("200 OK", CONTENTS.len(), &CONTENTS[..10]));
    let folder = tempfile::tempdir().unwrap();
    let mut progress = Recorded::default();
    let error = Hub::new(&server.url, folder.path())
        .file(NAME, &mut progress)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("it broke off after 10 of 33 bytes"),
        "{error}"
    );
    assert!(progress.finished);
    assert!(files_in(folder.path()).is_empty());
}

#[test]
fn without_a_server_the_answer_comes_at_once() {
    // The port was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let error = Hub::new(format!("http://{address}"), folder.path())
        .file(NAME, &mut ())
        .unwrap_err();
    assert!(matches!(error, HubError::Network { .. }), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_file_that_is_no_state_dict_says_which_file() {
    let server = Server::with_file(CONTENTS);
    let folder = tempfile::tempdir().unwrap();
    let error = Hub::new(&server.url, folder.path())
        .state_dict(NAME, &mut ())
        .unwrap_err();
    assert!(
        matches!(&error, HubError::Read { path, .. } if path.ends_with(NAME)),
        "{error}"
    );
}

/// `small.pth` as torch wrote it, under the name that its SHA-256 asks for.
const SMALL: (&str, &[u8]) = ("small-8c33a99d.pth", include_bytes!("testdata/small.pth"));

#[test]
fn weights_go_from_the_server_into_a_model() {
    let server = Server::with_file(SMALL.1);
    let folder = tempfile::tempdir().unwrap();
    let state = Hub::new(&server.url, folder.path())
        .state_dict(SMALL.0, &mut ())
        .unwrap();
    let names: Vec<_> = state.keys().collect();
    let norm = [
        "1.weight",
        "1.bias",
        "1.running_mean",
        "1.running_var",
        "1.num_batches_tracked",
    ];
    assert_eq!(names, [&["0.weight", "0.bias"][..], &norm[..]].concat());

    let net = Sequential::new((Linear::new(2, 3), BatchNorm2d::new(3)));
    net.load_state_dict(&state).unwrap();
    let weight = net.parameters()[0].to_string();
    let expected = "tensor([[-0.0053,  0.3793],\n        [-0.5820, -0.5204],\n        [-0.2723,  0.1896]], requires_grad=True)";
    assert!(weight.ends_with(expected), "{weight}");
    let count = state.get("1.num_batches_tracked").unwrap();
    assert_eq!((count.item::<i64>(), count.dim()), (7, 0));
}

#[test]
fn views_and_half_floats_are_read_as_they_were_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("variants.pth");
    std::fs::write(&path, include_bytes!("testdata/variants.pth")).unwrap();
    let state = load(&path).unwrap();
    let values = |name: &str| state.get(name).unwrap().flatten(0, -1).to_vec1::<f64>();
    assert_eq!(state.get("half").unwrap().dtype(), DType::F16);
    assert_eq!(values("half"), [1.5, -2.0]);
    assert_eq!(state.get("transposed").unwrap().shape(), [3, 2]);
    assert_eq!(values("transposed"), [0., 3., 1., 4., 2., 5.]);
    assert_eq!(values("part"), [4., 5.]);
}

#[test]
fn a_file_from_before_pytorch_1_6_holds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        load(&path).unwrap().to_string()
    };
    let old = read("legacy.pth", include_bytes!("testdata/legacy.pth"));
    assert_eq!(old, read("small.pth", SMALL.1));
}
