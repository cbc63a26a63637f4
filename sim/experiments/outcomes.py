"""From the record of one run to rows of the tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.engine.layout import (
    ADOPT,
    CASH,
    FACILITATOR_HOURS,
    HEADCOUNT,
    LEADER_HOURS,
    LEARNER_HOURS,
    LEAVE,
    M_E,
    M_G,
    M_HEAD,
    M_LOAD,
    M_P10,
    M_PRACTISING,
    M_PSI,
    M_S,
    M_SHARING,
    M_STAGE0,
    M_TIME,
    PRACTICE_HOURS,
)  # fmt: skip
from sim.engine.run import RunRecord
from sim.experiments.groups import Published, blank_cells
from sim.experiments.schema import EVENTS, MEASURES, PEOPLE_EVENTS, SERIES, STAGES
from sim.experiments.worth import levels
from sim.scenario.resolved import Resolved
from sim.scenario.words import outside_evidence
from sim.theory.channels import COMMUNITY, EVENT_KINDS, EXECUTIVE, LEVELS, LIT_BY, MANAGER

Floats = npt.NDArray[np.float64]
_MEANS = {
    "share_practising": M_PRACTISING, "enthusiasm": M_E, "safety": M_PSI, "mindset": M_G, "skill": M_S,
    "sharing": M_SHARING, "time_felt": M_TIME, "leader_load": M_LOAD,
    **{f"stage_{name}": M_STAGE0 + index for index, name in enumerate(STAGES)},
}  # fmt: skip


def check_finite(found: Mapping[str, float | bool | None], record: RunRecord, resolved: Resolved) -> None:
    """Refuse a run whose numbers overflowed; parameters far from their evidence are the likely cause.

    Raises:
        ArithmeticError: an outcome or a mean over time is not finite.
    """
    wrong = [name for name, value in found.items() if value is not None and not math.isfinite(value)]
    if wrong or not np.isfinite(record.series).all():
        said = [
            f"{', '.join(wrong) or 'a mean over time'} not finite",
            *outside_evidence(resolved.parameters),
        ]
        raise ArithmeticError("; ".join(said))


def outcomes(record: RunRecord, resolved: Resolved) -> dict[str, float | bool | None]:
    """The outcomes of a run by name (`schema.OUTCOMES`); None where the run cannot say.

    Shares are of staff; times in years, None if never within the horizon (censored); hours and cash are sums over
    the horizon; cost is cash plus leaders', learners' and facilitators' hours at the wage.  Skill equity is the 10th
    percentile of skill over its mean (1: all alike).  For the rest see `sim.experiments.worth`.
    """
    first, last = record.series[0, 0], record.series[-1, 0]
    ledger = record.ledger.sum(axis=0)
    years = resolved.steps * resolved.dt
    heads = float(record.ledger[:, HEADCOUNT].mean())
    leavers = float(np.count_nonzero((record.events[:, 2] == LEAVE) & (record.events[:, 0] >= 0)))
    start = _ratio(first[M_PRACTISING], first[M_HEAD])
    end = float(record.share[-1])
    by_level = record.series[-1, 1 : 1 + len(LEVELS)]
    leading = by_level[[EXECUTIVE, MANAGER]].sum(axis=0)
    adopted = record.events[(record.events[:, 2] == ADOPT) & (record.events[:, 0] >= 0)]
    lit = np.bincount(_lit_by(adopted), minlength=len(LIT_BY))
    hours = float(ledger[LEADER_HOURS] + ledger[LEARNER_HOURS] + ledger[FACILITATOR_HOURS])
    return {
        "share_start": start,
        **{f"share_{y}y": share_at(record.share, resolved, float(y)) for y in (1, 2, 3, 5)},
        "share_end": end,
        "share_change": end - start if start is not None else None,
        "unseeded_share": record.unseeded_share,
        "swept": record.unseeded_share > 0.5,
        "time_to_25": time_to(record.share, start, 0.25, resolved.dt),
        "time_to_50": time_to(record.share, start, 0.50, resolved.dt),
        "skill_start": _ratio(first[M_S], first[M_HEAD]),
        "skill_end": _ratio(last[M_S], last[M_HEAD]),
        "skill_p10_end": float(last[M_P10]),
        "skill_equity_start": _ratio(float(first[M_P10]), _ratio(first[M_S], first[M_HEAD]) or 0.0),
        "skill_equity_end": _ratio(float(last[M_P10]), _ratio(last[M_S], last[M_HEAD]) or 0.0),
        "enthusiasm_end": _ratio(last[M_E], last[M_HEAD]),
        "safety_end": _ratio(last[M_PSI], last[M_HEAD]),
        "mindset_end": _ratio(last[M_G], last[M_HEAD]),
        "sharing_end": _ratio(last[M_SHARING], last[M_HEAD]),
        "memory_end": float(_memory(record)[-1, 0]),
        "leader_hours": float(ledger[LEADER_HOURS]),
        "learner_hours": float(ledger[LEARNER_HOURS]),
        "practice_hours": float(ledger[PRACTICE_HOURS]),
        "facilitator_hours": float(ledger[FACILITATOR_HOURS]),
        "cash": float(ledger[CASH]),
        "cost": float(ledger[CASH]) + hours * resolved.wage,
        "leavers_per_year": leavers / years,
        "turnover_per_year": _ratio(leavers / years, heads),
        "leader_load_end": _ratio(leading[M_LOAD], leading[M_HEAD]),
        "community_share_end": _ratio(by_level[COMMUNITY, M_PRACTISING], by_level[COMMUNITY, M_HEAD]),
        "durability_1y": durability(record.share, resolved, 1.0),
        "durability_2y": durability(record.share, resolved, 2.0),
        **levels(record, resolved),
        **{f"adoptions_{name}": float(lit[k]) for k, name in enumerate(LIT_BY)},
    }


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole > 0 else None


def share_at(share: Floats, resolved: Resolved, years: float) -> float | None:
    """Share practising after so many years, None beyond the horizon."""
    step = round(years * resolved.steps_per_year)
    return float(share[step - 1]) if 1 <= step <= len(share) else None


def time_to(share: Floats, start: float | None, level: float, dt: float) -> float | None:
    """Years until the share first reaches `level`: 0 if it starts there, None if it never does."""
    if start is not None and start >= level:
        return 0.0
    reached = np.flatnonzero(share >= level)
    return float((reached[0] + 1) * dt) if len(reached) else None


def durability(share: Floats, resolved: Resolved, years: float) -> float | None:
    """Share so many years after the last programme ends, divided by the share at its end; None if not seen."""
    stops = [item.stop for item in resolved.programmes]
    if not stops or not np.isfinite(max(stops)):
        return None
    at_end, later = share_at(share, resolved, max(stops)), share_at(share, resolved, max(stops) + years)
    return None if at_end is None or later is None or at_end <= 0 else later / at_end


def _lit_by(adopted: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    return np.clip(adopted[:, 4], 0, len(LIT_BY) - 1).astype(np.int64)


def _memory(record: RunRecord) -> Floats:
    """Mean shared memory by record and recorded group: all and departments, NaN for the rest."""
    by_department = record.memory.mean(axis=2)
    table = np.full(record.series.shape[:2], np.nan)
    columns = [index for index, (kind, _) in enumerate(record.groups) if kind == "department"]
    heads = record.series[:, columns, M_HEAD]
    table[:, columns] = by_department
    total = heads.sum(axis=1)
    table[:, 0] = np.divide(
        (heads * by_department).sum(axis=1), total, out=np.zeros_like(total), where=total > 0
    )
    return table


def shown_values(record: RunRecord, shown: Published) -> Floats:
    """Means by record, shown group and measure (`schema.MEASURES`), NaN where blank, shape (records, groups, measures)."""
    memory = _memory(record)
    records, groups = len(record.times), len(shown.names)
    values = np.full((records, groups, len(MEASURES)), np.nan)
    for g, rows in enumerate(shown.members):
        part = record.series[:, rows, :]
        heads = part[:, :, M_HEAD]
        total = heads.sum(axis=1)
        there = total > 0
        sums = part.sum(axis=1)
        for m, name in enumerate(MEASURES):
            column = values[:, g, m]
            if name == "headcount":
                column[:] = total
            elif (
                name == "skill_p10"
            ):  # a percentile of a merged group does not follow from those of its parts
                if len(rows) == 1:
                    column[there] = part[there, 0, M_P10]
            elif name == "memory":
                known = memory[:, rows]
                column[there] = (known * heads).sum(axis=1)[there] / total[there]
            else:
                column[there] = sums[there, _MEANS[name]] / total[there]
    values[blank_cells(shown, values[:, :, 0])] = np.nan
    return values


def series_rows(
    record: RunRecord, shown: Published, *, scenario: str, uncertainty: str, draw: int | None, replicate: int
) -> pa.Table:
    """The record of a run by time and shown group."""
    values = shown_values(record, shown)
    records, groups = values.shape[:2]
    size = records * groups
    flat = values.reshape(size, len(MEASURES)).astype(np.float32)
    columns: list[Any] = [
        pa.array([scenario] * size, pa.string()),
        pa.array([uncertainty] * size, pa.string()),
        pa.array([draw] * size, pa.int32()),
        pa.array(np.full(size, replicate, dtype=np.int32)),
        pa.array(np.repeat(record.times, groups)),
        pa.array(list(shown.kinds) * records, pa.string()),
        pa.array(list(shown.names) * records, pa.string()),
    ]
    columns += [pa.array(flat[:, m], pa.float32(), from_pandas=True) for m in range(len(MEASURES))]
    return pa.Table.from_arrays(columns, schema=SERIES)


def event_rows(
    record: RunRecord, resolved: Resolved, shown: Published, *, scenario: str, replicate: int
) -> pa.Table:
    """Counts of events by week, kind, layer and level."""
    events = record.events[record.events[:, 0] >= 0]
    labels = sorted(set(shown.levels))
    label_of = np.array([labels.index(name) for name in shown.levels])
    week = np.floor(events[:, 0] * (52.0 / resolved.steps_per_year) + 1e-9).astype(np.int64)
    kind = events[:, 2].astype(np.int64)
    layer = np.where(kind == ADOPT, np.clip(events[:, 4], 0, len(LIT_BY) - 1), -1).astype(np.int64)
    level = label_of[resolved.organization.level[events[:, 1]]]
    keys, counts = np.unique(np.stack([week, kind, layer, level], axis=1), axis=0, return_counts=True)
    layers = ["", *LIT_BY]
    size = len(keys)
    return pa.Table.from_arrays(
        [
            pa.array([scenario] * size, pa.string()),
            pa.array(np.full(size, replicate, dtype=np.int32)),
            pa.array(keys[:, 0].astype(np.int32)),
            pa.array([EVENT_KINDS[k] for k in keys[:, 1]], pa.string()),
            pa.array([layers[k + 1] for k in keys[:, 2]], pa.string()),
            pa.array([labels[k] for k in keys[:, 3]], pa.string()),
            pa.array(counts.astype(np.int32)),
        ],
        schema=EVENTS,
    )


def people_rows(record: RunRecord, resolved: Resolved, *, scenario: str, replicate: int) -> pa.Table:
    """Each event with the pseudonyms of the seats it concerns."""
    events = record.events[record.events[:, 0] >= 0]
    ids = resolved.organization.ids
    size = len(events)
    week = np.floor(events[:, 0] * (52.0 / resolved.steps_per_year) + 1e-9).astype(np.int32)
    return pa.Table.from_arrays(
        [
            pa.array([scenario] * size, pa.string()),
            pa.array(np.full(size, replicate, dtype=np.int32)),
            pa.array(week),
            pa.array([EVENT_KINDS[k] for k in events[:, 2]], pa.string()),
            pa.array([ids[k] for k in events[:, 1]], pa.string()),
            pa.array([ids[k] if k >= 0 else None for k in events[:, 3]], pa.string()),
            pa.array(
                [LIT_BY[k] if kind == ADOPT and k >= 0 else "" for kind, k in events[:, [2, 4]]], pa.string()
            ),
        ],
        schema=PEOPLE_EVENTS,
    )
