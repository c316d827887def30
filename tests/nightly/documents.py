"""Code in documents that nobody here wrote, read from the crates as cargo downloads them."""

import re
from pathlib import Path

REGISTRY = Path.home() / ".cargo" / "registry" / "src"


def version_of(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", path.name.rsplit("-", 1)[-1].split("+")[0]))


def document(crate: str, file: str) -> str:
    """A file of the newest version of a crate that is there; of a Rust file, its documentation."""
    folders = [it for it in REGISTRY.glob(f"*/{crate}-*") if re.fullmatch(rf"{re.escape(crate)}-\d+\.\d+\.\d+.*", it.name)]
    assert folders, f"cargo has not downloaded {crate}"
    text = (max(folders, key=version_of) / file).read_text()
    if not file.endswith(".rs"):
        return text
    lines = [line for line in text.splitlines() if line.startswith("//!")]
    return "\n".join(re.sub(r"^//! ?", "", line) for line in lines) or text


def cells(text: str) -> list[str]:
    """The blocks of Rust in markdown, without the lines that rustdoc hides."""
    blocks = re.findall(r"^```([^\n]*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    rust = [code for language, code in blocks if language.strip() in ("", "rust", "rs", "text")]
    return ["\n".join(line for line in code.splitlines() if not re.match(r"\s*#( |$)", line)) for code in rust]
