"""What a sweep keeps of each run: any stored outcome, and any mean over people at a time.

    share_end                               an outcome of `schema.OUTCOMES`
    share_practising@2                      a measure of `schema.MEASURES` over all staff, two years after the start
    skill[level=manager]@1.5                the same of a level, a department or a band of tenure
    enthusiasm[department=Sales]@3
    share_practising@*                      every quarter up to the horizon: a column a quarter

Times are years from the start; the four-weekly record next to it is read (at most two weeks away).  Groups are those
that the tables show, under the names that they show: nobody is recognisable in a sweep either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from sim.engine.run import RunRecord
from sim.experiments.errors import ExperimentError
from sim.experiments.groups import Published
from sim.experiments.outcomes import shown_values
from sim.experiments.schema import MEASURES, OUTCOMES, runs_schema
from sim.scenario.errors import nearest

_FORM: Final = re.compile(r"(?P<measure>\w+)(\[(?P<kind>\w+)=(?P<group>[^\]]+)\])?@(?P<time>\*|[0-9.]+)")
_KINDS: Final = ("level", "department", "tenure")
QUARTER: Final = 0.25


class OutputError(ExperimentError):
    """An output that no run has: which, and what there is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure of a group at a time.

    Attributes:
        name: the column.
        measure: of `schema.MEASURES`.
        kind, group: as the series table names them.
        years: from the start of the scenario.
    """

    name: str
    measure: str
    kind: str
    group: str
    years: float


@dataclass(frozen=True, slots=True)
class Outputs:
    """The columns of a sweep's runs.

    Attributes:
        names: all columns in order.
        stored: those that are outcomes of `schema.OUTCOMES`.
        readings: the others.
    """

    names: tuple[str, ...]
    stored: tuple[str, ...]
    readings: tuple[Reading, ...]

    def fields(self) -> list[pa.Field]:
        """Column names and types."""
        known = runs_schema(())
        return [
            known.field(name) if name in self.stored else pa.field(name, pa.float64()) for name in self.names
        ]

    def read(
        self, found: Mapping[str, float | bool | None], record: RunRecord, shown: Published
    ) -> dict[str, float | bool | None]:
        """The columns of one run from its outcomes and its record; None beyond the horizon and where blank."""
        row: dict[str, float | bool | None] = {name: found[name] for name in self.stored}
        if self.readings:
            values = shown_values(record, shown)
            places = {place: k for k, place in enumerate(zip(shown.kinds, shown.names, strict=True))}
            for item in self.readings:
                row[item.name] = _value(item, values, places, record)
        return row


def _value(
    item: Reading,
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    places: Mapping[tuple[str, str], int],
    record: RunRecord,
) -> float | None:
    # A horizon that is no whole number of records ends less than one record after the last.
    step = float(record.times[1] - record.times[0]) if len(record.times) > 1 else 1.0
    if item.years > float(record.times[-1]) + step - 1e-9 or (item.kind, item.group) not in places:
        return None
    at = int(np.argmin(np.abs(record.times - item.years)))
    value = float(values[at, places[item.kind, item.group], MEASURES.index(item.measure)])
    return value if np.isfinite(value) else None


def parse_outputs(wanted: Sequence[str], *, years: float, groups: Sequence[Published]) -> Outputs:
    """The columns that texts ask for; all stored outcomes where nothing is asked for.

    Args:
        wanted: see the top of this file; "all" stands for all stored outcomes.
        years: longest horizon, where `@*` ends.
        groups: shown groups of each scenario; a group must be shown in one of them.

    Raises:
        OutputError: naming what cannot be read, and what there is.
    """
    names: list[str] = []
    readings: dict[str, Reading] = {}
    for text in wanted or ("all",):
        text = text.strip()
        if text == "all":
            names += OUTCOMES
        elif text in OUTCOMES:
            names.append(text)
        else:
            for item in _readings(text, years, groups):
                readings[item.name] = item
                names.append(item.name)
    unique = tuple(dict.fromkeys(names))
    return Outputs(
        unique,
        tuple(name for name in unique if name in OUTCOMES),
        tuple(readings[n] for n in unique if n in readings),
    )


def _readings(text: str, years: float, groups: Sequence[Published]) -> list[Reading]:
    match = _FORM.fullmatch(text)
    if match is None:
        if text in MEASURES:
            raise OutputError(f"output '{text}' is a measure: say when, e.g. {text}@2 or {text}@*")
        raise OutputError(
            f"output '{text}' is not known{nearest(text, [*OUTCOMES, *MEASURES])}; give an outcome such as share_end, "
            "or a measure at a time such as share_practising@2"
        )
    measure = match["measure"]
    if measure not in MEASURES:
        raise OutputError(f"output '{text}': no measure is called '{measure}'{nearest(measure, MEASURES)}")
    kind, group = match["kind"] or "all", match["group"] or "all"
    if kind != "all":
        _check_group(text, kind, group, groups)
    if match["time"] == "*":
        times = [QUARTER * k for k in range(1, int(years / QUARTER + 1e-9) + 1)]
    else:
        times = [_years(text, match["time"])]
        if times[0] > years + 1e-9:
            raise OutputError(f"output '{text}': the longest scenario ends after {years:g} years")
    place = f"[{kind}={group}]" if kind != "all" else ""
    return [Reading(f"{measure}{place}@{time:g}", measure, kind, group, time) for time in times]


def _years(text: str, found: str) -> float:
    try:
        return float(found)
    except ValueError:
        raise OutputError(f"output '{text}': '{found}' is not a number of years") from None


def _check_group(text: str, kind: str, group: str, groups: Sequence[Published]) -> None:
    if kind not in _KINDS:
        raise OutputError(f"output '{text}': groups are by {', '.join(_KINDS)}, not by '{kind}'")
    shown = sorted(
        {name for one in groups for of, name in zip(one.kinds, one.names, strict=True) if of == kind}
    )
    if group not in shown:
        raise OutputError(
            f"output '{text}': no {kind} is shown as '{group}'{nearest(group, shown)}; there are {', '.join(shown)} "
            "(small groups are shown together, so that nobody is recognisable)"
        )
