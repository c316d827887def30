"""The steps of a Dockerfile without a container engine: in a bare Debian that debootstrap makes, with Rust where the
official image has it. At the end the primer runs there, as the image's user.

    sudo python3 tests/install/image.py FOLDER [DOCKERFILE]

FOLDER is made where it is missing; what is there already is used again. Takes as long as building all of Wick does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What the image `rust:VERSION-bookworm` has and these steps need: of Debian, and of Rust.
DEBIAN = "bookworm"
PACKAGES = ["binutils", "ca-certificates", "curl", "gcc", "libc6-dev"]
RUST = {"RUSTUP_HOME": "/usr/local/rustup", "CARGO_HOME": "/usr/local/cargo"}
PATH = "/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

PRIMER = "jupyter nbconvert --log-level WARN --to notebook --execute notebooks/pytorch_primer.ipynb --output /tmp/primer.ipynb"


class Image:
    """A folder as the root of a system, in the state that the instructions so far have made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", **RUST}
        self.user = "root"
        self.place = "/"

    def run(self, command: str) -> None:
        print(f"\n== {self.user}: {command}", flush=True)
        inside = f"cd {self.place} && {command}"
        program = ["chroot", f"--userspec={self.user}", str(self.folder), "/bin/sh", "-c", inside]
        subprocess.run(program, env=self.environment, check=True)

    def copy(self, owner: str) -> None:
        """`COPY . .`, without what .dockerignore names."""
        ignored = [f"--exclude={pattern.removeprefix('**/')}" for pattern in (ROOT / ".dockerignore").read_text().split()]
        into = self.folder / self.place.lstrip("/")
        into.mkdir(parents=True, exist_ok=True)
        packed = subprocess.Popen(["tar", "-C", ROOT, *ignored, "-c", "."], stdout=subprocess.PIPE)
        subprocess.run(["tar", "-C", into, "-x"], stdin=packed.stdout, check=True)
        assert packed.wait() == 0
        if owner:
            subprocess.run(["chroot", self.folder, "chown", "-R", owner, self.place], check=True)

    def obey(self, instruction: str, rest: str) -> None:
        rest = re.sub(r"\$\{(\w+)\}", lambda name: self.environment.get(name[1], name[0]), rest)
        match instruction:
            case "RUN":
                self.run(rest)
            case "ENV" | "ARG":
                for name, value in re.findall(r"(\w+)=(\S+)", rest):
                    self.environment[name] = value.strip('"')
            case "USER":
                self.user = rest
            case "WORKDIR":
                self.place = rest
            case "COPY":
                owner = re.fullmatch(r"(?:--chown=(\S+) )?\. \.", rest)
                assert owner, f"COPY {rest}"
                self.copy(owner[1] or "")
            case "EXPOSE" | "CMD":
                pass
            case _:
                raise SystemExit(f"image.py does not know {instruction}")


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, rest.strip()


def bare_debian(folder: Path) -> None:
    if not (folder / "etc" / "debian_version").exists():
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", DEBIAN, folder], check=True)
    shutil.copy("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    # Where this machine trusts an authority of its own, the image has to.
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", folder / "etc/ssl/certs/ca-certificates.crt")


def official_rust(image: Image, version: str) -> None:
    """Rust as its image has it."""
    if (image.folder / "usr/local/cargo/bin/cargo").exists():
        return
    rustup = shutil.which("rustup")
    assert rustup, "rustup is missing: https://rustup.rs"
    # Under this name it installs itself.
    shutil.copy(rustup, image.folder / "tmp" / "rustup-init")
    image.run(
        f"/tmp/rustup-init -y -q --no-modify-path --profile minimal --default-toolchain {version} "
        "&& chmod -R a+w /usr/local/rustup /usr/local/cargo && rm /tmp/rustup-init"
    )


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """With the kernel's file systems, as any container has them."""
    # Private: what is taken away from here must not be taken away from this machine.
    mounts = [["-t", "proc", "proc", folder / "proc"], ["--make-private", "--bind", "/dev", folder / "dev"]]
    for mount in mounts:
        mount[-1].mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", *mount], check=True)
    try:
        yield
    finally:
        for mount in reversed(mounts):
            subprocess.run(["umount", "-l", mount[-1]], check=True)


def main(folder: Path, dockerfile: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise SystemExit("image.py: needs root and debootstrap (apt-get install debootstrap)")
    (_, base), *steps = instructions(dockerfile)
    rust = re.fullmatch(rf"rust:([\d.]+)-{DEBIAN}", base)
    assert rust, f"FROM {base}"
    image = Image(folder)
    bare_debian(folder)
    with mounted(folder):
        official_rust(image, rust[1])
        for step in steps:
            image.obey(*step)
        image.run(PRIMER)
    print("\nevery step ended well, and the primer ran")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]) if len(sys.argv) == 3 else ROOT / "Dockerfile")
