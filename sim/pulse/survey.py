"""Pulse surveys: what teams answered, wave by wave, as one array.

A file has one line a team and wave:

    wave,team,n,share_practising,enthusiasm,safety
    0,Sales,14,0.07,0.52,0.61
    1,Sales,13,0.15,0.58,0.60

`wave` counts quarters from the start of the plan (0 is the survey just before it); a column `date` (2026-03-31) may
stand in its place, and is rounded to quarters after the first date.  `n` is how many answered.  Every further column
is an item of `ITEMS`: the team's mean, on 0–1 (or on the questionnaire's own scale, which is then named), or empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.organization.csvfile import Row, Table, read_table
from sim.organization.errors import OrganizationError
from sim.organization.privacy import MINIMUM
from sim.pulse.errors import PulseError

Floats = npt.NDArray[np.float64]

ITEMS: Final = ("share_practising", "enthusiasm", "safety", "skill")
SHARE: Final = "share_practising"
QUARTER: Final = 0.25
_DAYS: Final = 365.25


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What teams answered.

    Attributes:
        waves: quarters from the start, ascending, 0 first.
        teams: names; items: of `ITEMS`.
        values: means on 0–1, NaN where there is none, shape (waves, teams, items).
        asked: how many answered, 0 where there is nothing, shape (waves, teams).
        hidden: lines that were left out because fewer than five answered.
    """

    waves: tuple[int, ...]
    teams: tuple[str, ...]
    items: tuple[str, ...]
    values: Floats
    asked: Floats
    hidden: int = 0

    def __post_init__(self) -> None:
        shape = (len(self.waves), len(self.teams), len(self.items))
        if self.values.shape != shape or self.asked.shape != shape[:2]:
            raise PulseError(f"survey: values have shape {self.values.shape}, but {shape} is needed")
        if not self.waves or self.waves[0] != 0:
            raise PulseError("survey: there is no wave 0, the answers before the plan began; add it")
        if len(self.waves) < 2:
            raise PulseError("survey: one wave shows no change; add the next when it comes")

    def until(self, wave: int) -> Survey:
        """The same survey as it stood at a wave."""
        keep = [k for k, found in enumerate(self.waves) if found <= wave]
        waves = tuple(self.waves[k] for k in keep)
        return Survey(waves, self.teams, self.items, self.values[keep], self.asked[keep], self.hidden)


def read_survey(
    path: str | Path, *, scale: tuple[float, float] = (0.0, 1.0), names: Mapping[str, str] | None = None
) -> Survey:
    """Read a survey file.

    Args:
        path: a CSV in any common dialect (see `sim.organization.csvfile`), see the top of this file.
        scale: lowest and highest answer of the questionnaire, for every item but the share practising.
        names: item by the column that holds it, where a column is called otherwise ({"engagement": "enthusiasm"}).

    Raises:
        PulseError: naming file, line and column, what was found and how to mend it.
    """
    file = Path(path)
    if not scale[0] < scale[1]:
        raise PulseError(
            f"scale {scale[0]:g} to {scale[1]:g}: give the lowest and the highest answer, e.g. 1:5"
        )
    try:
        table = read_table(file)
    except OrganizationError as problem:
        raise PulseError(f"survey {problem}") from None
    if not table.rows:
        raise PulseError(f"survey {file} holds no line of answers; give a header and a line a team and wave")
    called = {" ".join(column.lower().split()): item for column, item in (names or {}).items()}
    columns = _columns(file, table.columns, called)
    lines = [_line(file, row, table, columns, scale) for row in table.rows]
    return _assemble(file, _quarters(file, lines), tuple(columns))


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    when: int | date
    team: str
    asked: int
    values: Mapping[str, float]


def _columns(file: Path, header: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """Column by item, in the order of `ITEMS`."""
    wrong = [name for name in names.values() if name not in ITEMS]
    if wrong:
        raise PulseError(f"item '{wrong[0]}' is not known; there are {', '.join(ITEMS)}")
    for name in ("team", "n"):
        if name not in header:
            raise PulseError(f"survey {file}: no column '{name}'; found {', '.join(map(str, header))}")
    if ("wave" in header) == ("date" in header):
        raise PulseError(f"survey {file}: give one column 'wave' (quarters from the start) or 'date'")
    found: dict[str, str] = {}
    for column in header:
        item = names.get(column, column)
        if column in ("wave", "date", "team", "n"):
            continue
        if item not in ITEMS:
            raise PulseError(
                f"survey {file}: column '{column}' is no item; there are {', '.join(ITEMS)}; name it (--item "
                f"{column}=enthusiasm) or take it out"
            )
        if item in found:
            raise PulseError(
                f"survey {file}: columns '{found[item]}' and '{column}' are both {item}; keep one"
            )
        found[item] = column
    if not found:
        raise PulseError(f"survey {file}: no item; give a column of {', '.join(ITEMS)}")
    return {item: found[item] for item in ITEMS if item in found}


def _line(
    file: Path, row: Row, table: Table, columns: Mapping[str, str], scale: tuple[float, float]
) -> _Line:
    place = f"survey {file}, line {row.line}"
    team = table.text(row, "team")
    if not team:
        raise PulseError(f"{place}, column team: empty; name the team")
    asked = _whole(f"{place}, column n", table.text(row, "n"))
    values = {}
    for item, column in columns.items():
        text = table.text(row, column)
        if text:
            low, high = (0.0, 1.0) if item == SHARE else scale
            values[item] = _score(f"{place}, column {column}", text, low, high)
    when: int | date
    if "wave" in table.columns:
        when = _whole(f"{place}, column wave", table.text(row, "wave"))
    else:
        told = table.text(row, "date")
        try:
            when = date.fromisoformat(told)
        except ValueError:
            raise PulseError(f"{place}, column date: '{told}' is no date; write 2026-03-31") from None
    return _Line(row.line, when, team, asked, values)


def _whole(place: str, text: str) -> int:
    if not text.isdecimal():
        raise PulseError(f"{place}: '{text}' is not a whole number of 0 or more")
    return int(text)


def _score(place: str, text: str, low: float, high: float) -> float:
    try:
        value = float(text if "." in text else text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise PulseError(
            f"{place}: '{text}' is not a number from {low:g} to {high:g}; name the scale (--scale)"
        )
    return (value - low) / (high - low)


def _quarters(file: Path, lines: Sequence[_Line]) -> dict[tuple[int, str], _Line]:
    """Lines by wave and team."""
    dates = [line.when for line in lines if isinstance(line.when, date)]
    first = min(dates) if dates else None
    found: dict[tuple[int, str], _Line] = {}
    for line in lines:
        if isinstance(line.when, date):
            assert first is not None
            wave = round((line.when - first).days / _DAYS / QUARTER)
        else:
            wave = line.when
        if (wave, line.team) in found:
            raise PulseError(
                f"survey {file}, line {line.number}: team {line.team} has wave {wave} in line "
                f"{found[wave, line.team].number} already; keep one"
            )
        found[wave, line.team] = line
    return found


def _assemble(file: Path, lines: Mapping[tuple[int, str], _Line], items: tuple[str, ...]) -> Survey:
    waves = tuple(sorted({wave for wave, _ in lines}))
    teams = tuple(dict.fromkeys(team for _, team in lines))
    values = np.full((len(waves), len(teams), len(items)), np.nan)
    asked = np.zeros((len(waves), len(teams)))
    hidden = 0
    for (wave, team), line in lines.items():
        if line.asked < MINIMUM:  # so few could be recognised, and say little
            hidden += 1
            continue
        at = waves.index(wave), teams.index(team)
        asked[at] = line.asked
        for k, item in enumerate(items):
            values[at][k] = line.values.get(item, float("nan"))
    asked[np.isnan(values).all(axis=2)] = 0.0
    if not (asked[0] > 0).any():
        raise PulseError(
            f"survey {file}: no team has {MINIMUM} answers or more in its first wave; gather small teams"
        )
    try:
        return Survey(waves, teams, items, values, asked, hidden)
    except PulseError as problem:
        raise PulseError(f"{file}, {problem}") from None
