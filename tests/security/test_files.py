"""What a session leaves on the disk is closed to all other users."""

import os
import stat
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kernel_client import Session

# What an ordinary user has.
UMASK = 0o022


@pytest.fixture
def home(tmp_path):
    """A home folder that others may look into, with nothing in it yet."""
    folder = tmp_path / "home"
    folder.mkdir()
    folder.chmod(0o755)
    before = os.umask(UMASK)
    yield folder
    os.umask(before)


@pytest.fixture
def weights_url(tmp_path):
    """A server on this machine with a file of weights."""
    served = tmp_path / "served"
    served.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield served, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def open_to_others(root: Path) -> list[str]:
    """What below `root` other users could read, write or list."""
    found = []

    def walk(folder: Path) -> None:
        for entry in folder.iterdir():
            status = entry.lstat()
            mode = stat.S_IMODE(status.st_mode)
            if entry.is_symlink():
                continue
            if mode & 0o077 == 0:
                # Nobody else gets any further here.
                continue
            if entry.is_dir():
                walk(entry)
            found.append(f"{entry.relative_to(root)} {mode:o}")

    walk(root)
    return found


def test_everything_that_is_made_is_closed_to_others(home, weights_url):
    served, url = weights_url
    work, temporary = home / "work", home / "tmp"
    work.mkdir()
    temporary.mkdir()
    library = work / "mine"
    (library / "src").mkdir(parents=True)
    (library / "Cargo.toml").write_text('[package]\nname = "mine"\nversion = "0.1.0"\nedition = "2024"\n')
    (library / "src/lib.rs").write_text("pub fn one() -> u8 { 1 }\n")
    # What is there before the session is the user's own affair.
    for path in [work, temporary, library, library / "src", *library.rglob("*.*")]:
        path.chmod(0o700)
    environment = {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "WICK_TRACE": str(home / "trace.json"),
        # cargo's and rustup's own folders are theirs.
        "CARGO_HOME": os.environ.get("CARGO_HOME", str(Path.home() / ".cargo")),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
        **{f"XDG_{name}_HOME": str(home / folder) for name, folder in (("CACHE", ".cache"), ("STATE", ".local/state"), ("DATA", ".local/share"), ("CONFIG", ".config"))},
    }
    for name in ("WICK_CACHE", "TORCH_HOME"):
        environment[name] = ""
    with Session(cwd=work, env=environment, ipc=temporary / "kernel") as session:
        session.ok(f'save(&Linear::new(2, 1).state_dict(), "{served}/w.pth");')
        assert session.value(f'wick::hub::load_state_dict_from_url("{url}/w.pth")?.len()') == "2"
        session.ok(':dep mine = { path = "mine" }\nassert_eq!(mine::one(), 1);', timeout=170)
        session.ok("struct P;\nlet kept = 1;")
        session.fails("panic!()")
        session.fails("std::process::abort();")
        session.fails("let wrong: u8 = 1.5;")
        session.ok("%%bash\necho hello")
        session.ok(":checkpoint here")
        session.ok(":save-state state")
        session.ok(":load-state state kept")
        session.ok(":undo")
        while_it_runs = open_to_others(home)
        session.manager.shutdown_kernel()
    made = {path.relative_to(home).parts[0] for path in home.rglob("*")}
    assert made >= {".cache", ".local", "work", "trace.json"}, made
    assert (work / "state").exists() and list((home / ".local/state").rglob("*.sqlite*"))
    assert list((home / ".cache").rglob("w.pth"))
    assert not list(work.glob("core*"))
    assert while_it_runs == []
    assert open_to_others(home) == []
