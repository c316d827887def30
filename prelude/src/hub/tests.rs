//! The hub against a server on this machine.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use super::load;
use super::server::{Server, answer, file, part, range};
use super::*;
use crate::prelude::*;

/// SHA-256 of this begins with 8848f57c.
const CONTENTS: &[u8] = b"the weights of a very small model";
const NAME: &str = "model-8848f57c.pth";

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
    let server = Server::new(|_| file(CONTENTS));
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
    let server = Server::new(|_| file(b"something else"));
    let folder = tempfile::tempdir().unwrap();
    let error = Hub::new(&server.url, folder.path())
        .file(NAME, &mut ())
        .unwrap_err();
    assert!(
        matches!(&error, HubError::Checksum { algorithm: "SHA-256", expected, .. } if expected == "8848f57c"),
        "{error}"
    );
    assert!(files_in(folder.path()).is_empty());
}

#[test]
fn a_file_that_the_server_lacks_is_said_to_lack() {
    let server = Server::new(|_| answer("404 Not Found", "", 0, b""));
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
fn a_connection_that_breaks_off_is_taken_up_where_it_ended() {
    let server = Server::new(|request| part(request, CONTENTS, 10));
    let folder = tempfile::tempdir().unwrap();
    let mut progress = Recorded::default();
    let path = Hub::new(&server.url, folder.path())
        .file(NAME, &mut progress)
        .unwrap();
    assert_eq!(std::fs::read(path).unwrap(), CONTENTS);
    let starts: Vec<_> = server.requests().iter().map(|head| range(head)).collect();
    assert_eq!(starts, [None, Some(10), Some(20), Some(30)]);
    assert!(server.requests()[1].contains("if-range: \"1\""));
    assert_eq!(progress.last, (33, Some(33)));
    assert_eq!(files_in(folder.path()), [NAME]);
}

#[test]
fn the_next_call_goes_on_with_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    // This one knows nothing of parts, so each connection begins anew and ends in the same place.
    let server = Server::new(|_| answer("200 OK", "", CONTENTS.len(), &CONTENTS[..10]));
    let error = Hub::new(&server.url, folder.path())
        .file(NAME, &mut ())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("it broke off after 10 of 33 bytes"),
        "{error}"
    );
    let left = format!("{NAME}.partial");
    assert_eq!(files_in(folder.path()), [left]);

    let server = Server::new(|request| part(request, CONTENTS, usize::MAX));
    let path = Hub::new(&server.url, folder.path())
        .file(NAME, &mut ())
        .unwrap();
    assert_eq!(std::fs::read(path).unwrap(), CONTENTS);
    assert_eq!(range(&server.requests()[0]), Some(10));
    assert_eq!(files_in(folder.path()), [NAME]);
}

#[test]
fn what_is_there_of_another_file_is_thrown_away() {
    for left in [&b"the end of it does not fit"[..], &[b'x'; 50], CONTENTS] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(format!("{NAME}.partial")), left).unwrap();
        let server = Server::new(|request| part(request, CONTENTS, usize::MAX));
        let path = Hub::new(&server.url, folder.path())
            .file(NAME, &mut ())
            .unwrap();
        assert_eq!(std::fs::read(path).unwrap(), CONTENTS);
        assert_eq!(server.asked(), 2);
    }
}

#[test]
fn without_a_checksum_nothing_is_left_to_go_on_with() {
    let server = Server::new(|_| answer("200 OK", "", CONTENTS.len(), &CONTENTS[..10]));
    let folder = tempfile::tempdir().unwrap();
    let error = Hub::new(&server.url, folder.path()).file("weights.pth", &mut ());
    assert!(matches!(error, Err(HubError::Network { .. })));
    assert!(files_in(folder.path()).is_empty());
}

#[test]
fn a_file_that_has_moved_is_found() {
    let server = Server::new(|request| match request.contains("/elsewhere/") {
        true => part(request, CONTENTS, 20),
        false => answer(
            "302 Found",
            &format!("Location: /elsewhere/{NAME}\r\n"),
            0,
            b"",
        ),
    });
    let folder = tempfile::tempdir().unwrap();
    let path = Hub::new(&server.url, folder.path())
        .file(NAME, &mut ())
        .unwrap();
    assert_eq!(std::fs::read(path).unwrap(), CONTENTS);
    assert_eq!(server.asked(), 4);
}

#[test]
fn two_that_want_the_same_file_fetch_it_once() {
    let server = Server::new(|request| {
        std::thread::sleep(Duration::from_millis(200));
        part(request, CONTENTS, usize::MAX)
    });
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::new(&server.url, folder.path());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let path = hub.file(NAME, &mut ()).unwrap();
                assert_eq!(std::fs::read(path).unwrap(), CONTENTS);
            });
        }
    });
    assert_eq!(server.asked(), 1);
}

#[test]
fn what_is_made_is_for_nobody_else_to_look_into() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::new(|_| file(CONTENTS));
    let folder = tempfile::tempdir().unwrap();
    let checkpoints = folder.path().join("torch/hub/checkpoints");
    Hub::new(&server.url, &checkpoints)
        .file(NAME, &mut ())
        .unwrap();
    for made in ["torch", "torch/hub", "torch/hub/checkpoints"] {
        let mode = std::fs::metadata(folder.path().join(made))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "{made}");
    }
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
    let server = Server::new(|_| file(CONTENTS));
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
    let server = Server::new(|_| file(SMALL.1));
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

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// The SHA-256 of `CONTENTS`.
const SUM: &str = "8848f57c2f2f5f9d";

/// Hugging Face's hub with one large file, which another server keeps, and one small one.
fn hugging_face(storage: &str, sum: &'static str) -> Server {
    let large = format!(
        "Location: {storage}/blob\r\nX-Linked-Etag: \"{sum}\"\r\nX-Linked-Size: {}\r\nX-Repo-Commit: {COMMIT}\r\n",
        CONTENTS.len()
    );
    Server::new(move |request| {
        let path = request.split(' ').nth(1).unwrap();
        let small = format!("ETag: \"c0ffee\"\r\nX-Repo-Commit: {COMMIT}\r\n");
        match path {
            "/ann/tiny/resolve/main/model.safetensors" => answer("302 Found", &large, 0, b""),
            "/ann/tiny/resolve/main/sub/config.json" => answer(
                "200 OK",
                &small,
                2,
                if request.starts_with("head") {
                    b""
                } else {
                    b"{}"
                },
            ),
            "/old/tiny/resolve/main/sub/config.json" => answer(
                "307 Temporary Redirect",
                "Location: /ann/tiny/resolve/main/sub/config.json\r\n",
                0,
                b"",
            ),
            _ => answer(
                "404 Not Found",
                "X-Error-Message: Entry not found\r\n",
                0,
                b"",
            ),
        }
    })
}

fn sum_of_contents() -> &'static str {
    use sha2::{Digest, Sha256};
    let digits: String = Sha256::digest(CONTENTS)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(digits.starts_with(&SUM[..8]));
    digits.leak()
}

#[test]
fn files_of_hugging_face_lie_where_its_tools_look() {
    let storage = Server::new(|request| part(request, CONTENTS, 20));
    let sum = sum_of_contents();
    let server = hugging_face(&storage.url, sum);
    let cache = tempfile::tempdir().unwrap();
    let repo = HuggingFace::new(&server.url, cache.path()).model("ann/tiny");

    let path = repo.get_with("model.safetensors", &mut ()).unwrap();
    let root = cache.path().join("models--ann--tiny");
    assert_eq!(
        path,
        root.join(format!("snapshots/{COMMIT}/model.safetensors"))
    );
    assert_eq!(std::fs::read(&path).unwrap(), CONTENTS);
    let link = std::fs::read_link(&path).unwrap();
    assert_eq!(link.to_str().unwrap(), format!("../../blobs/{sum}"));
    assert_eq!(
        std::fs::read_to_string(root.join("refs/main")).unwrap(),
        COMMIT
    );

    let nested = repo.get_with("sub/config.json", &mut ()).unwrap();
    assert_eq!(std::fs::read_to_string(&nested).unwrap(), "{}");
    let link = std::fs::read_link(&nested).unwrap();
    assert_eq!(link.to_str().unwrap(), "../../../blobs/c0ffee");

    // The hub is asked whether there is a newer version; the file does not come again.
    let fetched = storage.asked();
    assert_eq!(repo.get_with("model.safetensors", &mut ()).unwrap(), path);
    assert_eq!(storage.asked(), fetched);
    // A commit is what it is.
    let asked = server.asked();
    let pinned = repo.clone().revision(COMMIT);
    assert_eq!(pinned.get_with("model.safetensors", &mut ()).unwrap(), path);
    assert_eq!(server.asked(), asked);
}

#[test]
fn without_a_network_the_cache_is_enough() {
    let server = hugging_face("http://nowhere", sum_of_contents());
    let cache = tempfile::tempdir().unwrap();
    let name = "sub/config.json";
    let path = HuggingFace::new(&server.url, cache.path())
        .model("ann/tiny")
        .get_with(name, &mut ())
        .unwrap();
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let nowhere = HuggingFace::new(format!("http://{address}"), cache.path());
    assert_eq!(
        nowhere.model("ann/tiny").get_with(name, &mut ()).unwrap(),
        path
    );
    let error = nowhere.model("ann/tiny").get_with("other", &mut ());
    assert!(matches!(error, Err(HubError::Network { .. })));
}

#[test]
fn what_hugging_face_says_is_passed_on() {
    let storage = Server::new(|_| file(b"something else"));
    let server = hugging_face(&storage.url, sum_of_contents());
    let cache = tempfile::tempdir().unwrap();
    let hub = HuggingFace::new(&server.url, cache.path());
    let error = |id: &str, name: &str| {
        hub.model(id)
            .get_with(name, &mut ())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("ann/tiny", "weights.bin"),
        format!(
            "{}/ann/tiny/resolve/main/weights.bin cannot be fetched: Entry not found",
            server.url
        )
    );
    assert!(error("ann/tiny", "model.safetensors").contains("is damaged: its SHA-256"));
    assert!(error("ann/tiny", "../../../etc/passwd").contains("must stay within"));
    // A renamed repository.
    let moved = hub
        .model("old/tiny")
        .get_with("sub/config.json", &mut ())
        .unwrap();
    assert!(moved.starts_with(cache.path().join("models--old--tiny")));
}
