"""From a file, a bundled name or a mapping to a checked scenario: read, extend, override, validate."""

from __future__ import annotations

import copy
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import ValidationError

from sim.arguments import listed, plain, said
from sim.behaviours.own import define_levers
from sim.behaviours.sources import CatalogueError
from sim.scenario import library
from sim.scenario import overrides as override
from sim.scenario.complain import problems_of
from sim.scenario.errors import ScenarioError, nearest, shown
from sim.scenario.lines import with_line
from sim.scenario.schema import FILES, GENERATED, ListName, Scenario

# What describes one scenario and no other is not handed on by `extends`.
_OWN: Final = ("name", "title", "question")
_LISTS: Final[tuple[str, ...]] = get_args(ListName)
_MAX_BYTES: Final = 5_000_000
_MAX_CHAIN: Final = 30
Table = dict[str, Any]


def load(source: Scenario | str | Path | Mapping[str, Any], *, overrides: Sequence[str] = ()) -> Scenario:
    """A scenario, checked in full.

    `extends` starts from another scenario: tables are merged key by key, ours winning; the lists `levers`,
    `shocks`, `start` and `seed` replace the other's, unless `add_to` names them, and are inherited where ours
    does not have them; name, title and question are never inherited.

    Args:
        source: path of a TOML file, name of a bundled scenario, or a mapping of the same shape; a scenario that is
            loaded already is given back.
        overrides: `path=value` texts, see `sim.scenario.overrides`; applied last.

    Raises:
        ScenarioError: with every problem found, its place, and how to mend it.
    """
    overrides = listed("overrides", overrides, (str,), "path=value texts", error=ScenarioError)
    if isinstance(source, Scenario):
        return _as_it_is(source, overrides)
    if isinstance(source, Mapping):
        where, beside, own, chain = "scenario", Path(), _copied(source), []
    else:
        path = _file(source)
        where, beside, own, chain = str(source), path.parent, read(path), [path.resolve()]
        own.setdefault("name", path.stem)
        own.setdefault("title", str(path.stem).replace("_", " ").capitalize())
    try:
        raw, folders = _extended(own, beside, chain=chain)
        _define(raw.get("lever_definitions"))  # overrides may name them
        _apply(raw, folders, overrides)
        raw.setdefault("name", "scenario")
        scenario = Scenario.model_validate(raw)
    except ScenarioError as problem:
        raise ScenarioError(problem.problems, where=problem.where or where) from None
    except ValidationError as problem:
        problems = problems_of(problem, Scenario)
        if chain and not overrides:
            problems = [_with_line(text, chain[0], own) for text in problems]
        raise ScenarioError(problems, where=where) from None
    except RecursionError:
        raise ScenarioError("tables are nested too deeply", where=where) from None
    scenario._folders.update(folders)
    scenario._where = where
    return scenario


def _as_it_is(scenario: Scenario, overrides: Sequence[str]) -> Scenario:
    if overrides:
        raise ScenarioError(
            f"overrides cannot be applied to '{scenario.name}', which is loaded already; give its name or file"
        )
    return scenario


def _file(source: object) -> Path:
    """The file that a text or a path names; a path that is no file is looked up like a text."""
    if not isinstance(source, (str, os.PathLike)):
        raise ScenarioError(
            f"{said(source)} is no scenario; give a file, a mapping of tables or a bundled name, e.g. 'stars_align'"
        )
    if isinstance(source, Path) and os.path.exists(source) and not os.path.isdir(source):
        return source
    return library.find(str(source))


def _with_line(problem: str, path: Path, own: Table) -> str:
    """The problem with its line, where the file itself, and no scenario that it extends, says the place."""
    table = problem.partition(":")[0].partition(".")[0].partition("[")[0]
    if table not in own or table in own.get("add_to", ()):
        return problem
    return with_line(problem, path.read_text(encoding="utf-8-sig"))


def read(path: Path) -> Table:
    """The tables of one TOML file.

    A byte order mark is tolerated; anything but UTF-8 is refused with its place.

    Raises:
        ScenarioError: the file cannot be read or is not TOML.
    """
    where = str(path)
    try:
        if path.is_file() and path.stat().st_size > _MAX_BYTES:
            raise ScenarioError(
                f"is larger than {_MAX_BYTES // 1_000_000} MB; is it a scenario?", where=where
            )
        data = path.read_bytes()
    except OSError as problem:
        raise ScenarioError(f"cannot be read: {problem.strerror or problem}", where=where) from None
    return parse(data, where=where)


def parse(data: bytes, *, where: str) -> Table:
    """The tables of a TOML text in bytes; `where` is what messages call it.

    Raises:
        ScenarioError: not UTF-8, not TOML, or empty.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ScenarioError("is UTF-16; save it as UTF-8", where=where)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        found = f"byte 0x{data[problem.start]:02x} at position {problem.start} (line {line})"
        raise ScenarioError(f"is not UTF-8: {found}; save it as UTF-8", where=where) from None
    if not text.strip():
        raise ScenarioError(
            'is empty; `name = "…"` and `extends = "business_as_usual"` make a start', where=where
        )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        deep = isinstance(problem, RecursionError)
        detail = (
            "tables are nested too deeply" if deep else f"{problem}; is a quote or a bracket missing there?"
        )
        raise ScenarioError(f"is not TOML: {detail}", where=where) from None


def _copied(source: Mapping[str, Any]) -> Table:
    try:
        copied: Table = plain(copy.deepcopy(dict(source)))
        return copied
    except (TypeError, RecursionError) as problem:
        raise ScenarioError(f"cannot be used as a scenario: {problem}", where="scenario") from None


def _define(definitions: Any) -> None:
    if isinstance(definitions, dict):
        try:
            define_levers(definitions)
        except CatalogueError as problem:
            raise ScenarioError(str(problem)) from None


def _extended(own: Table, beside: Path, *, chain: Sequence[Path]) -> tuple[Table, dict[str, Path]]:
    """`own` with what it extends merged in, and the folder of each file named in [organization]."""
    own = dict(own)
    parent_name, added = own.pop("extends", None), own.pop("add_to", [])
    _tidy(own)
    folders = _folders_of(own, beside)
    _check_add_to(added, parent_name)
    if parent_name is None:
        return own, folders
    if not isinstance(parent_name, str):
        raise ScenarioError(f"extends must be the name or file of one scenario, found {shown(parent_name)}")
    path = library.find(parent_name, beside=beside)
    step = path.resolve()
    if step in chain or len(chain) > _MAX_CHAIN:
        circle = " → ".join(link.stem for link in [*chain, step])
        raise ScenarioError(f"extends runs in a circle: {circle}; take one of them out")
    parent, parent_folders = _extended(read(path), path.parent, chain=[*chain, step])
    for key in _OWN:
        parent.pop(key, None)
    return _merged(parent, own, added), {**parent_folders, **folders}


def _check_add_to(added: Any, parent_name: Any) -> None:
    if not isinstance(added, list) or not all(isinstance(name, str) for name in added):
        raise ScenarioError(
            f'add_to must be a list of names, found {shown(added)}; write add_to = ["levers"]'
        )
    for name in added:
        if name not in _LISTS:
            raise ScenarioError(f"add_to names '{name}', which is not a list{nearest(name, _LISTS)}")
    if added and parent_name is None:
        raise ScenarioError("add_to needs extends: there is nothing to add to")


def _tidy(raw: Table) -> None:
    """One way to say each thing: `[start]` is a list of one, `at` of a shock is `start`."""
    for name in _LISTS:
        if isinstance(raw.get(name), dict):
            raw[name] = [raw[name]]
    if isinstance(raw.get("shocks"), list):
        raw["shocks"] = [_at_is_start(row) for row in raw["shocks"]]


def _at_is_start(row: Any) -> Any:
    """`at` and `start` of a shock are one place, so that an override finds it by either name."""
    if not isinstance(row, dict) or "at" not in row or "start" in row:
        return row
    return {"start" if key == "at" else key: value for key, value in row.items()}


def _folders_of(raw: Table, beside: Path) -> dict[str, Path]:
    organization = raw.get("organization")
    if not isinstance(organization, dict):
        return {}
    return {key: beside for key in FILES if key in organization}


def _merged(parent: Table, own: Table, added: Sequence[str]) -> Table:
    result = dict(parent)
    for key, value in own.items():
        before = result.get(key)
        if key == "organization" and isinstance(before, dict) and isinstance(value, dict):
            result[key] = _merged(_other_origin_dropped(before, value), value, ())
        elif isinstance(before, dict) and isinstance(value, dict):
            result[key] = _merged(before, value, ())
        elif key in added and isinstance(before, list) and isinstance(value, list):
            result[key] = [*before, *value]
        else:
            result[key] = value
    return result


def _other_origin_dropped(before: Table, ours: Table) -> Table:
    """Files replace a generated organisation, and the other way round, rather than contradict it."""
    if any(key in ours for key in ("people_file", "ties_file")):
        return {key: value for key, value in before.items() if key not in GENERATED}
    return before


def _apply(raw: Table, folders: dict[str, Path], texts: Sequence[str]) -> None:
    paths = override.apply(raw, texts)
    set_files = [key for key in FILES if f"organization.{key}" in paths]
    for key in set_files:
        folders[key] = Path()
    if set_files and isinstance(raw.get("organization"), dict):
        for key in GENERATED:
            if f"organization.{key}" not in paths:
                raw["organization"].pop(key, None)
