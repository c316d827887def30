"""Code in documents that nobody here wrote, read from the crates as cargo downloads them."""

import html
import re
import subprocess
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


def book_cells(chapter: int) -> list[str]:
    """The blocks of a chapter of the Rust book that are meant to compile and to end well, as its copy button gives them."""
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip()
    found = []
    for page in sorted((Path(sysroot) / "share/doc/rust/html/book").glob(f"ch{chapter:02d}-*.html")):
        for kinds, code in re.findall(r'<code class="language-rust([^"]*)">(.*?)</code></pre>', page.read_text(), re.DOTALL):
            if not any(word in kinds for word in ("does_not_compile", "ignore", "panics", "noplayground")):
                found.append(html.unescape(re.sub(r"<[^>]+>", "", code)).strip())
    return [code for code in found if code]
