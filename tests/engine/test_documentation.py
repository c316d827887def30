"""The prelude's documentation, as completion and Shift-Tab show it."""

import json
import os
import re
from pathlib import Path

import pytest

PREFIX = Path(os.environ.get("WICK_PREFIX", Path.home() / ".local"))
# Kinds of entries that a person calls or names; fields, variants and modules are told of by what they are in.
SHOWN = ("function", "class")


@pytest.fixture(scope="module")
def entries() -> list[dict]:
    (table,) = (PREFIX / "share" / "wick").glob("prelude-*/docs.json")
    return json.loads(table.read_text())


def examples(docs: str) -> str:
    return "\n".join(re.findall(r"^```[^\n]*\n(.*?)^```", docs, re.MULTILINE | re.DOTALL))


def test_what_a_person_may_call_stands_in_an_example(entries):
    """Its own, its type's, or another one: methods of traits are told of once, for all types that have them."""
    words = {word for entry in entries for word in re.findall(r"\w+", examples(entry["docs"]))}
    words |= {entry["name"] for entry in entries if "```" in entry["docs"]}

    def shown(name: str) -> bool:
        # A twin is what its plain function is, but for what becomes of a mistake or of the tensor.
        return bool({name, name.removeprefix("try_"), name.removeprefix("try_").removesuffix("_")} & words)

    bare = [f"{entry['of']}::{entry['name']}" for entry in entries if entry["kind"] in SHOWN and not shown(entry["name"])]
    assert not bare, f"{len(bare)} stand in no example: {sorted(set(bare))[:40]}"
