"""`people.csv`: who there is, whom they report to, and what a survey found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.organization.csvfile import Row, Source, Table, read_table
from sim.organization.errors import OrganizationError
from sim.organization.people import Floats, Ints

SURVEY = ("enthusiasm", "safety", "mindset", "skill", "practising")
LOWEST, HIGHEST = 0.02, 0.98  # surveyed levels are kept off the ends, where log-odds are infinite
_NOT_STAFF = (
    "former",
    "left",
    "leaver",
    "terminated",
    "inactive",
    "technical",
    "system",
    "shared",
    "external",
    "ausgeschieden",
    "ausgetreten",
    "ehemalig",
    "gekündigt",
    "inaktiv",
    "uit dienst",
    "inactif",
    "inactivo",
)
_NO_LEVEL = ("former", "leaver", "terminated", "inactive", "account", "ehemalig", "inaktiv")
_STATUS = ("status", "statut", "estado")


@dataclass(frozen=True, slots=True)
class People:
    """The people file, sorted by id.

    Attributes:
        file, format: name, and encoding and delimiter in words.
        ids: as in the file, ascending, shape (n,).
        lines: line of each, shape (n,).
        place: seat of each id.
        manager: seat, -1 for none, shape (n,).
        rank: column level, 1 the most senior, NaN where blank, shape (n,).
        department: index, -1 where blank; None where nobody has one, shape (n,).
        department_names: ascending.
        site: index, shape (n,); tenure: years, NaN where blank, shape (n,).
        survey: levels in [.02, .98] by name, NaN where blank.
        warnings: what deserves a look.
    """

    file: str
    format: str
    ids: tuple[str, ...]
    lines: tuple[int, ...]
    place: Mapping[str, int]
    manager: Ints
    rank: Floats
    department: Ints | None
    department_names: tuple[str, ...]
    site: Ints
    tenure: Floats
    survey: Mapping[str, Floats]
    warnings: tuple[str, ...]


def read_people(path: Source, *, survey_scale: tuple[float, float] = (0.0, 1.0)) -> People:
    """The people file; see `load_organization` for its columns.

    Raises:
        OrganizationError: duplicate or missing ids, unknown or own managers, numbers that are none or out
        of range.
    """
    table = read_table(path, required=("id",))
    if not table.rows:
        raise OrganizationError(
            f"{table.file}: there are column names but no people; add a line for each person"
        )
    rows = _sorted_by_id(table)
    ids = tuple(table.text(row, "id") for row in rows)
    place = {identity: seat for seat, identity in enumerate(ids)}
    department, names = _codes(table, rows, "department")
    site, _ = _codes(table, rows, "site" if "site" in table.columns else "office")
    encoding = f"{table.encoding}, delimiter {table.delimiter!r}"
    return People(
        file=table.file,
        format=encoding,
        ids=ids,
        lines=tuple(row.line for row in rows),
        place=place,
        manager=np.array([_manager(table, row, place) for row in rows], dtype=np.int32),
        rank=_numbers(table, rows, "level", 1, 1000, "a number from 1 (most senior) to 1000, or nothing"),
        department=None if (department < 0).all() else department,
        department_names=names,
        site=_with_own_code(site),
        tenure=_numbers(table, rows, "tenure_years", 0, 100, "years from 0 to 100, or nothing"),
        survey=_survey(table, rows, survey_scale),
        warnings=(*odd_people(table, rows), *_spelt_twice(table, rows)),
    )


def people_of_ties(path: Source) -> People:
    """The people whom a ties file names, of whom nothing else is known.

    Raises:
        OrganizationError: the file names nobody.
    """
    table = read_table(path, required=("source", "target"))
    first: dict[str, int] = {}
    for row in table.rows:
        for column in ("source", "target"):
            identity = table.text(row, column)
            if not identity:
                raise table.error(row, column, "give the id of a person")
            first.setdefault(identity, row.line)
    if not first:
        raise OrganizationError(f"{table.file}: there are no ties and no people file; add one of them")
    ids = tuple(sorted(first))
    n = len(ids)
    return People(
        file=table.file,
        format="none, people are those named in the ties file",
        ids=ids,
        lines=tuple(first[identity] for identity in ids),
        place={identity: seat for seat, identity in enumerate(ids)},
        manager=np.full(n, -1, dtype=np.int32),
        rank=np.full(n, np.nan),
        department=None,
        department_names=(),
        site=np.zeros(n, dtype=np.int32),
        tenure=np.full(n, np.nan),
        survey={},
        warnings=(),
    )


def _sorted_by_id(table: Table) -> list[Row]:
    seen: dict[str, int] = {}
    for row in table.rows:
        identity = table.text(row, "id")
        if not identity:
            raise table.error(row, "id", "give every person an id")
        if identity in seen:
            raise table.error(
                row, "id", f"the id is on line {seen[identity]} already; every person needs their own"
            )
        seen[identity] = row.line
    return sorted(table.rows, key=lambda row: table.text(row, "id"))


def _manager(table: Table, row: Row, place: Mapping[str, int]) -> int:
    boss = table.text(row, "manager_id")
    if not boss:
        return -1
    if boss not in place:
        raise table.error(
            row, "manager_id", "nobody has that id; add the person, mend the id or leave it blank"
        )
    if boss == table.text(row, "id"):
        raise table.error(
            row, "manager_id", "a person cannot report to themselves; leave it blank for the top"
        )
    return place[boss]


def _numbers(table: Table, rows: list[Row], column: str, low: float, high: float, what: str) -> Floats:
    return np.array([table.number(row, column, low=low, high=high, what=what) for row in rows])


def _codes(table: Table, rows: list[Row], column: str) -> tuple[Ints, tuple[str, ...]]:
    """Names as numbers in alphabetical order, -1 where blank."""
    texts = [table.text(row, column) for row in rows]
    names = tuple(sorted({text for text in texts if text}))
    number = {name: k for k, name in enumerate(names)}
    return np.array([number.get(text, -1) for text in texts], dtype=np.int32), names


def _spelt_twice(table: Table, rows: Sequence[Row]) -> list[str]:
    """Names of departments or sites that differ in capitals or spaces alone: they count as two, and are said."""
    found = []
    for column in ("department", "site"):
        names: dict[str, set[str]] = {}
        for row in rows:
            if text := table.text(row, column):
                names.setdefault("".join(text.casefold().split()), set()).add(text)
        for spellings in sorted(sorted(group) for group in names.values() if len(group) > 1):
            listed = " and ".join(repr(text) for text in spellings)
            found.append(
                f"column {table.called.get(column, column)!r}: {listed} count as {len(spellings)}; "
                "write them alike if they are one"
            )
    return found


def _with_own_code(site: Ints) -> Ints:
    """People without a site share one of their own; nobody has one: all are at site 0."""
    return np.where(site < 0, site.max(initial=-1) + 1, site).astype(np.int32)


def _survey(table: Table, rows: list[Row], scale: tuple[float, float]) -> dict[str, Floats]:
    low, high = scale
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise OrganizationError(
            f"survey_scale is {scale!r}: give the lowest and the highest answer, such as [1, 5]"
        )
    what = f"a number from {low:g} to {high:g} (survey_scale: the lowest and the highest answer), or leave it blank"
    measured = {
        name: (_numbers(table, rows, name, low, high, what) - low) / (high - low)
        for name in SURVEY
        if name in table.columns
    }
    return {
        name: np.clip(values, LOWEST, HIGHEST)
        for name, values in measured.items()
        if not np.isnan(values).all()
    }


def odd_people(table: Table, rows: Sequence[Row]) -> tuple[str, ...]:
    """Accounts that may not be people at work, by columns of status or level: they are kept, but pointed out."""
    found: list[str] = []
    for column in table.columns:
        words = (
            _NOT_STAFF
            if any(word in column.lower() for word in _STATUS)
            else _NO_LEVEL
            if "level" in column.lower()
            else ()
        )
        if not words:
            continue
        odd = Counter(
            text for row in rows if any(word in (text := table.text(row, column)).lower() for word in words)
        )
        listed = ", ".join(f"{count} {text}" for text, count in sorted(odd.items()))
        if odd:
            found.append(
                f"column {column!r} has {listed}: they are kept as people; "
                "take their lines out if they are not"
            )
    return tuple(found)
