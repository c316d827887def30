"""Parameters of papermill as Rust."""

import math
import re

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

__all__ = ["RustTranslator", "WickEngine"]

_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\0": r"\0"}

# A name, perhaps a type, a value, and what a comment says of it.
_DECLARATION = re.compile(r"^\s*let\s+(?:mut\s+)?(\w+)\s*(?::\s*([^=;]+?))?\s*=\s*(.*?);\s*(?://\s*(.*))?$")


class RustTranslator(Translator):
    """Values of JSON and YAML as Rust expressions, and what a cell of parameters declares."""

    @classmethod
    def translate_none(cls, val):
        return "None::<f64>"

    @classmethod
    def translate_int(cls, val):
        if -(2**31) <= val < 2**31:
            return str(val)
        return f"{val}i64" if -(2**63) <= val < 2**63 else f"{val}i128"

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "f64::NAN"
        if math.isinf(val):
            return "f64::INFINITY" if val > 0 else "f64::NEG_INFINITY"
        text = repr(val)
        return text if any(mark in text for mark in ".e") else f"{text}."

    @classmethod
    def translate_escaped_str(cls, str_val):
        return '"' + "".join(_ESCAPES.get(character, character) for character in str(str_val)) + '"'

    @classmethod
    def translate_list(cls, val):
        # Rust's lists hold one type: whole numbers among others are made others.
        if any(isinstance(item, float) for item in val):
            val = [float(item) if type(item) is int else item for item in val]
        return "vec![" + ", ".join(map(cls.translate, val)) + "]"

    @classmethod
    def translate_dict(cls, val):
        values = list(val.values())
        if any(isinstance(item, float) for item in values):
            values = [float(item) if type(item) is int else item for item in values]
        pairs = (f"({cls.translate_str(str(key))}, {cls.translate(item)})" for key, item in zip(val, values))
        return "std::collections::BTreeMap::from([" + ", ".join(pairs) + "])"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        found = (_DECLARATION.match(line) for line in parameters_cell["source"].splitlines())
        return [
            Parameter(name=it[1], inferred_type_name=it[2] or "None", default=it[3], help=it[4] or "") for it in found if it
        ]


class WickEngine(NBClientEngine):
    """Papermill's own engine under a name whose entry point brings the translator along."""


papermill_translators.register("rust", RustTranslator)
papermill_translators.register("wick", RustTranslator)
