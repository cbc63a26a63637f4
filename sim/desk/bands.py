"""What the runs of a plan show: lines with bands, and how the plan ends beside doing nothing.

The middle is the median; bands hold the middle half and nine in ten runs.  Differences are taken run by run, since run
r of every arm has the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import ahead_from
from sim.engine.run import RunRecord
from sim.experiments.groups import Published
from sim.experiments.outcomes import outcomes, shown_values
from sim.experiments.schema import MEASURES
from sim.scenario.resolved import Resolved
from sim.theory.channels import LIT_BY

Floats = npt.NDArray[np.float64]
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
SHOWN: Final = ("share_practising", "enthusiasm", "skill", "safety", "mindset", "sharing")
_COLUMNS: Final = tuple(MEASURES.index(name) for name in SHOWN)
_NUMBERS: Final = ("share_end", "skill_end", "enthusiasm_end", "cost", "cash", "leader_hours", "learner_hours",
                   "facilitator_hours", "practice_hours")  # fmt: skip
_SINGLE: Final = 4


@dataclass(frozen=True, slots=True)
class Read:
    """What is kept of one run.

    Attributes:
        times: years of the records, shape (records,).
        values: by record, shown group and measure of `SHOWN`, NaN where blank.
        numbers: outcomes at the horizon by name.
        credit: adoptions since the plan began, by what lit them, shape (6,).
    """

    times: Floats
    values: Floats
    numbers: dict[str, float]
    credit: npt.NDArray[np.int64]


def read_run(record: RunRecord, before: npt.NDArray[np.int64], resolved: Resolved, shown: Published) -> Read:
    """What is kept of a run; `before` is its credit when the plan began."""
    found = outcomes(record, resolved)
    numbers = {name: float(value) for name in _NUMBERS if (value := found[name]) is not None}
    return Read(
        record.times,
        shown_values(record, shown)[:, :, _COLUMNS],
        numbers,
        (record.credit - before).sum(axis=1),
    )


def lines(runs: Mapping[int, Read], shown: Published) -> dict[str, Any]:
    """Quantiles over runs by group ("all" and levels) and measure, and some single runs, rounded for the page."""
    reads = [runs[k] for k in sorted(runs)]
    columns = [g for g, kind in enumerate(shown.kinds) if kind in ("all", "level")]
    stacked = np.stack([read.values[:, columns] for read in reads])
    found = np.quantile(stacked, QUANTILES, axis=0).round(4)
    groups = {
        shown.names[g]: {name: _plain(found[:, :, k, m]) for m, name in enumerate(SHOWN)}
        for k, g in enumerate(columns)
    }
    singles = [read.values[:, 0, 0].round(4).tolist() for read in reads[:_SINGLE]]
    return {"times": reads[0].times.round(4).tolist(), "groups": groups, "singles": singles}


def departments(runs: Mapping[int, Read], shown: Published) -> dict[str, Any]:
    """Mean enthusiasm and share practising over runs by department that may be shown, and record."""
    stacked = np.stack([runs[k].values for k in sorted(runs)]).mean(axis=0).round(4)
    return {
        shown.names[g]: {
            "practising": _plain(stacked[:, g, SHOWN.index("share_practising")]),
            "enthusiasm": _plain(stacked[:, g, SHOWN.index("enthusiasm")]),
        }
        for g, kind in enumerate(shown.kinds)
        if kind == "department"
    }


def end_of(plan: Mapping[int, Read], mine: Mapping[int, Read], resolved: Resolved) -> dict[str, Any]:
    """How the plan ends: ranges, paired differences with doing nothing, what it takes, what lit adoptions."""
    both = sorted(set(plan) & set(mine))
    ends = {
        name: {
            "plan": _range([plan[k].numbers[name] for k in both if name in plan[k].numbers]),
            "mine": _range([mine[k].numbers[name] for k in both if name in mine[k].numbers]),
            "difference": _range([
                plan[k].numbers[name] - mine[k].numbers[name] for k in both
                if name in plan[k].numbers and name in mine[k].numbers
            ]),
        }
        for name in _NUMBERS
    }  # fmt: skip
    gaps = [plan[k].numbers["share_end"] - mine[k].numbers["share_end"] for k in both]
    return {
        "runs": len(both),
        "ends": ends,
        "reached": _reached(plan, mine, both),
        "share_by_run": {str(k): plan[k].numbers["share_end"] for k in both},
        "ahead": float(np.mean([gap > 0.0 for gap in gaps])) if gaps else None,
        "lit_by": _lit_by([plan[k].credit for k in both]),
        "currency": str(resolved.money.get("currency", "")),
        "wage": resolved.wage,
    }


def _reached(plan: Mapping[int, Read], mine: Mapping[int, Read], both: list[int]) -> float | None:
    """Years until the plan stays above doing nothing in nine runs in ten, None if it does not."""
    if not both:
        return None
    gaps = np.stack([plan[k].values[:, 0, 0] - mine[k].values[:, 0, 0] for k in both], axis=1)
    return ahead_from(plan[both[0]].times, gaps)


def _lit_by(credits: list[npt.NDArray[np.int64]]) -> dict[str, list[float]]:
    """Share of adoptions by what lit them: low, middle and high over runs."""
    table = np.array(credits, dtype=np.float64)
    if not len(table):
        return {}
    total = table.sum(axis=1, keepdims=True)
    shares = np.divide(table, total, out=np.zeros_like(table), where=total > 0)
    return {name: _range(shares[:, k].tolist()) for k, name in enumerate(LIT_BY)}


def _range(values: list[float]) -> list[float]:
    """5 %, 50 % and 95 % points; empty without values."""
    return [float(x) for x in np.quantile(values, (0.05, 0.5, 0.95))] if values else []


def _plain(table: Floats) -> list[Any]:
    """Lists in which what is blank is None."""
    if np.isfinite(table).all():
        return list(table.tolist())
    return [_plain(row) if row.ndim else (None if not np.isfinite(row) else float(row)) for row in table]
