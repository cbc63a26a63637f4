"""`--set path=value`: change one place of a scenario without editing its file.

A path is dotted: `run.years=2`, `organization.people=500`, `parameters.contagion=18`.  An entry of a list is
chosen by its number from 0 (`levers.0.dose=2`), or by its lever or barrier (`levers.L01.dose=2`,
`shocks.sponsor_withdraws.start="month 9"`).  A plus adds an entry: `levers+={lever="L05", dose=1}`.
Values are TOML; plain text needs no quotes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sim.scenario import vocabulary
from sim.scenario.errors import ScenarioError, nearest

_PLAIN: Final = re.compile(r"[A-Za-z0-9][\w .:/\\~-]*|[./~][\w .:/\\~-]*")
_IDENTITY: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "levers": ("lever", vocabulary.lever_id),
    "shocks": ("barrier", vocabulary.barrier_id),
    "start": ("barrier", vocabulary.barrier_id),
}
_DEEPEST: Final = 20
"""Parts a path may have; no table of a scenario lies nearly as deep, and Pythons differ in how deep they can go."""
Table = dict[str, Any]


def apply(raw: Table, overrides: Sequence[str]) -> set[str]:
    """Change `raw` in place by each override in turn.

    Returns:
        The dotted paths that were set.

    Raises:
        ScenarioError: naming every override that cannot be read or has no place.
    """
    problems: list[str] = []
    paths: set[str] = set()
    for text in overrides:
        try:
            path, value = parse(text)
            _set(raw, path, value)
            paths.add(path)
        except ValueError as problem:
            problems.append(f"--set {text if len(text) <= 200 else text[:199] + '…'}: {problem}")
    if problems:
        raise ScenarioError(problems)
    return paths


def parse(text: str) -> tuple[str, Any]:
    """Path and value of one override.

    Raises:
        ValueError: no `=`, no path, or a value that is not TOML.
    """
    path, equals, value = text.partition("=")
    path, value = path.strip(), value.strip()
    if not equals or not path or not value:
        raise ValueError("expected path=value, for example run.years=2")
    try:
        return path, tomllib.loads(f"value = {value}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        if _PLAIN.fullmatch(value):
            return path, value
        raise ValueError(f"'{value}' is not a TOML value; put text in quotes") from None


def _set(raw: Table, path: str, value: Any) -> None:
    adding = path.endswith("+")
    steps = path.removesuffix("+").replace("[", ".").replace("]", "").split(".")
    if not all(steps):
        raise ValueError(f"'{path}' is not a dotted path")
    if len(steps) > _DEEPEST:
        raise ValueError(f"a path of {len(steps)} parts; no place of a scenario lies deeper than {_DEEPEST}")
    if steps[0] == "parameters" and len(steps) > 2:
        steps = ["parameters", ".".join(steps[1:])]
    place: Any = raw
    for depth, step in enumerate(steps[:-1]):
        place = _enter(place, step, ".".join(steps[:depth]))
    last = "start" if steps[0] == "shocks" and steps[-1] == "at" else steps[-1]
    if isinstance(place, list):
        place[_index(place, last, ".".join(steps[:-1]))] = value
    elif not isinstance(place, dict):
        raise ValueError(f"{'.'.join(steps[:-1])} is {place!r}, which has nothing inside it")
    elif adding:
        _append(place, last, value)
    else:
        place[last] = value


def _append(place: Table, name: str, value: Any) -> None:
    rows = place.setdefault(name, [])
    if not isinstance(rows, list):
        raise ValueError(f"{name} is not a list, so nothing can be added to it")
    rows.append(value)


def _enter(place: Any, step: str, path: str) -> Any:
    if isinstance(place, list):
        return place[_index(place, step, path)]
    if not isinstance(place, dict):
        raise ValueError(f"{path} is {place!r}, which has nothing inside it")
    return place.setdefault(step, {})


def _index(rows: list[Any], step: str, path: str) -> int:
    if step.isdecimal():
        number = int(step)
        if number >= len(rows):
            count = f"has {len(rows)} entr{'y' if len(rows) == 1 else 'ies'}, counted from 0"
            raise ValueError(f"{path} {count}; there is no {path}.{step}")
        return number
    if path not in _IDENTITY:
        raise ValueError(f"{path} is a list: choose an entry by its number from 0, found '{step}'")
    key, read = _IDENTITY[path]
    wanted = read(step)
    named = [_name_of(row, key, read) for row in rows]
    found = [number for number, name in enumerate(named) if name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"{wanted} is named {len(found)} times; choose by number: {path}.{found[0]} …")
    advice = nearest(wanted, [name for name in named if name])
    raise ValueError(f'the plan has no {key} {wanted}{advice}; add it with {path}+={{{key}="{wanted}"}}')


def _name_of(row: Any, key: str, read: Callable[[str], str]) -> str:
    if not isinstance(row, dict) or not isinstance(row.get(key), str):
        return ""
    try:
        return read(row[key])
    except ValueError:
        return ""
