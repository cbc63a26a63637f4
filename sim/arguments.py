"""What a caller hands over, read once for every verb: whole numbers, lists, folders; each refusal is one sentence."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

SEEDS: Final = 2**63 - 1  # the largest seed, and the largest replicate
_PLAIN: Final = (bool, int, float, complex, str, bytes, Path, np.generic)
_WIDTH: Final = 60


def said(value: object) -> str:
    """A value as it is quoted in a message: a plain one as it is, shortened; any other by its kind."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is not None and not isinstance(value, _PLAIN):
        kind = type(value).__name__
        return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"
    try:
        text = f"'{value}'" if isinstance(value, Path) else repr(value)
    except ValueError:  # a number of too many digits to be written
        text = "a very large number"
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def plain(value: Any) -> Any:
    """Numbers of numpy as those of Python, in tables and lists too."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(plain(item) for item in value)
    return value


def whole(name: str, value: Any, *, low: int = 0, high: int = SEEDS, error: type[ValueError]) -> int:
    """A whole number, of Python or numpy.

    Raises:
        ValueError: of the kind `error`: no whole number (True and False are none), or out of range.
    """
    try:
        number = None if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not low <= number <= high:
        last = "2^63 - 1" if high == SEEDS else f"{high:,}"
        raise error(f"{name} is {said(value)}: give a whole number from {low} to {last}")
    return number


def listed(name: str, given: Any, one: tuple[type, ...], want: str, *, error: type[ValueError]) -> list[Any]:
    """What was given as a list; a single thing of the kinds `one` is a list of one.

    Raises:
        ValueError: of the kind `error`: neither.
    """
    if isinstance(given, one):
        return [given]
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise error(f"{name} is {said(given)}: give {want}")
    return list(given)


def place(name: str, given: Any, want: str, *, error: type[ValueError]) -> Path:
    """A path from text or a path.

    Raises:
        ValueError: of the kind `error`: neither.
    """
    try:
        return Path(os.fspath(given))
    except TypeError:
        raise error(f"{name} is {said(given)}: give {want}") from None
