//! A server on this machine, for tests.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Answers each request with what a function says, and closes the connection.
pub(crate) struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` gets the head of a request and gives the whole response.
    pub fn new(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let asked = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that went away is a test's own affair.
                let _ = respond(stream, &answer, &asked);
            }
        });
        Self { url, requests }
    }

    /// The heads of all requests so far, in small letters.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn asked(&self) -> usize {
        self.requests().len()
    }
}

fn respond(
    mut stream: TcpStream,
    answer: &impl Fn(&str) -> Vec<u8>,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
        request.push(byte[0]);
    }
    let request = String::from_utf8_lossy(&request).to_lowercase();
    asked.lock().unwrap().push(request.clone());
    stream.write_all(&answer(&request))
}

/// A response that says it has `length` bytes; fewer make a connection that breaks off.
pub(crate) fn answer(status: &str, headers: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// All of a file.
pub(crate) fn file(contents: &[u8]) -> Vec<u8> {
    answer("200 OK", "", contents.len(), contents)
}

/// What a request asks for of `contents`, of which a connection brings `most` bytes.
pub(crate) fn part(request: &str, contents: &[u8], most: usize) -> Vec<u8> {
    let Some(start) = range(request) else {
        return answer(
            "200 OK",
            "ETag: \"1\"\r\n",
            contents.len(),
            &contents[..most.min(contents.len())],
        );
    };
    if start >= contents.len() {
        return answer("416 Range Not Satisfiable", "", 0, b"");
    }
    let (last, all) = (contents.len() - 1, contents.len());
    let range = format!("Content-Range: bytes {start}-{last}/{all}\r\nETag: \"1\"\r\n");
    let rest = &contents[start..];
    answer(
        "206 Partial Content",
        &range,
        rest.len(),
        &rest[..most.min(rest.len())],
    )
}

/// Where the part begins that a request asks for.
pub(crate) fn range(request: &str) -> Option<usize> {
    let (_, tail) = request.split_once("range: bytes=")?;
    tail.split_once('-')?.0.parse().ok()
}
