"""A small writer of TOML 1.0 for plain data: one canonical text for one scenario."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def write(table: Mapping[str, object]) -> str:
    """TOML text of nested tables, arrays, text, numbers and booleans, in the order given.

    None values are left out.  Lists of tables at the top become `[[name]]`; deeper tables are written inline.

    Raises:
        TypeError: a value of another type.
    """
    lines: list[str] = []
    tables: list[str] = []
    for key, value in table.items():
        if value is None:
            continue
        if isinstance(value, Mapping):
            tables += ["", f"[{_key(key)}]", *_body(value)]
        elif _is_tables(value):
            for row in value:  # type: ignore[attr-defined]
                tables += ["", f"[[{_key(key)}]]", *_body(row)]
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return "\n".join(lines + tables).strip("\n") + "\n"


def _is_tables(value: object) -> bool:
    return (
        isinstance(value, list | tuple) and len(value) > 0 and all(isinstance(row, Mapping) for row in value)
    )


def _body(table: Mapping[str, object]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items() if value is not None]


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    def escape(char: str) -> str:
        if char in _ESCAPES:
            return _ESCAPES[char]
        return f"\\u{ord(char):04X}" if ord(char) < 32 or ord(char) == 127 else char

    return '"' + "".join(escape(char) for char in text) + '"'


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return "{ " + inner + " }" if inner else "{}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    raise TypeError(f"cannot write {type(value).__name__} as TOML")


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value)
