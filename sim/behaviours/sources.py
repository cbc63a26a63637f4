"""Reading this room's data: TOML and CSV inside the package, names checked, the nearest one offered."""

from __future__ import annotations

import csv
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sim.behaviours.lever import slug

T = TypeVar("T")


class CatalogueError(ValueError):
    """An entry of the behaviours' data that cannot be used: file, entry, what was found, how to mend it."""


class UnknownNameError(ValueError):
    """A lever or barrier that nobody has heard of; the message offers the nearest name."""


class Evidence(NamedTuple):
    """A published number that a lever or barrier leans on; a range is not a strict 95 % interval."""

    id: str
    default: str
    low: str
    high: str
    unit: str
    source: str
    grade: str


# The five texts that the rows are taken from, by the number in column `seed`.
TITLES: Final = {
    "000": "*Principles of learning leadership* (Barry Johnson, 2017)",
    "001": "an article on what a learning leader does and has to bring along (no title is known)",
    "002": "*Being a Learning Leader* (Henley Business School, on the research of Jane McKenzie, 2013)",
    "003": "*Learning-Focused Leadership and Peer Learning Groups*",
    "004": "*Leadership Strategies for Creating Learning Organizations*",
}


class SeedRow(NamedTuple):
    """One phrase of the five sources: `quotation` in the source's own words, `tag` the kind of statement."""

    id: str
    seed: str
    quotation: str
    name: str
    tag: str


def text(name: str) -> str:
    """A file of this room's data."""
    return files("sim.behaviours").joinpath("data", name).read_text(encoding="utf-8")


def read_toml(name: str) -> dict[str, Any]:
    """A TOML file of this room's data.

    Raises:
        CatalogueError: not TOML.
    """
    try:
        return tomllib.loads(text(name))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{name}: {error}") from None


@cache
def seed_rows() -> Mapping[str, SeedRow]:
    """The 167 phrases of the sources by id ("B001" …)."""
    rows = csv.DictReader(text("seed_rows.csv").splitlines())
    return MappingProxyType({row["id"]: SeedRow(**row) for row in rows})


@cache
def evidence() -> Mapping[str, Evidence]:
    """The published numbers that levers and barriers lean on, by id."""
    rows = csv.DictReader(text("evidence.csv").splitlines())
    return MappingProxyType({row["id"]: Evidence(**row) for row in rows})


def check_names(found: Iterable[str], valid: Iterable[str], where: str, what: str) -> None:
    """Raise `CatalogueError` for the first name of `found` that is not in `valid`."""
    known = list(valid)
    for name in found:
        if name not in known:
            close = get_close_matches(name, known, n=1, cutoff=0.5)
            advice = f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(known[:24])}"
            raise CatalogueError(f"{where}: unknown {what} {name!r}{advice}")


def number(value: object, where: str) -> float:
    """A finite number, or `CatalogueError`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CatalogueError(f"{where}: a finite number is needed, not {value!r}")
    return float(value)


def numbers(
    entry: Mapping[str, object], key: str, valid: Iterable[str], where: str, what: str
) -> dict[str, float]:
    """A table of finite numbers by known names, as `emits = { safety = 0.6 }`; empty where missing.

    Raises:
        CatalogueError: not a table, an unknown name, or not a finite number.
    """
    table = entry.get(key, {})
    if not isinstance(table, Mapping):
        raise CatalogueError(f"{where}.{key}: a table of numbers is needed, not {table!r}")
    check_names(table, valid, f"{where}.{key}", what)
    return {name: number(value, f"{where}.{key}.{name}") for name, value in table.items()}


class LazyMapping(Mapping[str, T], Generic[T]):
    """A read-only mapping whose data are read when first asked for."""

    def __init__(self, load: Callable[[], Mapping[str, T]]) -> None:
        self._load = load

    def __getitem__(self, key: str) -> T:
        return self._load()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())

    def __repr__(self) -> str:
        return f"<{len(self)} entries: {', '.join(self)}>"


def _nearest(wanted: str, known: list[str]) -> list[str]:
    """Up to two known slugs: those sharing a (nearly) equal word first, else those spelt alike."""
    words = {word for slug_ in known for word in slug_.split("_") if len(word) > 3}
    alike = {match for word in wanted.split("_") for match in get_close_matches(word, words, n=2, cutoff=0.8)}
    sharing = [slug_ for slug_ in known if alike & set(slug_.split("_"))]
    ranked = get_close_matches(wanted, sharing, n=2, cutoff=0.0)
    return ranked or get_close_matches(wanted, known, n=2, cutoff=0.5)


def numbered_alike(name: str, known: Iterable[str]) -> str | None:
    """The known id that differs from `name` only in capitals and leading zeros: "L1" and "L01"."""

    def bare(text: str) -> str:
        return re.sub(r"(?<!\d)0+(?=\d)", "", text.strip().lower())

    numbered = re.fullmatch(r"\s*[a-zA-Z]+0*\d+\s*", name) is not None
    return next((each for each in known if bare(each) == bare(name)), None) if numbered else None


def _as_known(match: str, id_: str) -> str:
    """A slug as people write it: ids in capitals."""
    return id_ if match == slug(id_) else match


def find(name: str, names: Mapping[str, str], what: str) -> str:
    """The id that `name` stands for; `names` maps every accepted slug or id to an id.

    Upper and lower case, blanks and hyphens are not told apart.

    Raises:
        UnknownNameError: with the nearest known names.
    """
    plain = {slug(key): id_ for key, id_ in names.items()}
    if slug(name) in plain:
        return plain[slug(name)]
    alike = numbered_alike(name, names.values())
    close = (
        [alike] if alike else [_as_known(match, plain[match]) for match in _nearest(slug(name), list(plain))]
    )
    advice = "; did you mean " + " or ".join(repr(match) for match in close) + "?" if close else ""
    raise UnknownNameError(f"no {what} is called {name!r}{advice}")
