"""What a run was worth: four levels after Kirkpatrick, and the outcome map from culture to money.

The levels (Kirkpatrick 1959; Kirkpatrick & Kirkpatrick 2006) are *readings* of the state, each a departure from the
start of the scenario, where business as usual stands:

1. reaction: how enthusiasm was moved while the plan ran, mean level over the horizon less that at the start;
2. learning: mean skill at the horizon less that at the start;
3. behaviour: share practising at the horizon less that at the start;
4. results: productivity, mean over the horizon, less 1.

Results and money are what the outcome map makes of skill and enthusiasm (`sim.theory.outcomes`): the least certain
part, so they are None unless a scenario asks for it with `[money] outcome_map = true`, and nothing is ranked by them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sim.engine.layout import (
    CASH,
    FACILITATOR_HOURS,
    HEADCOUNT,
    LEADER_HOURS,
    LEARNER_HOURS,
    M_E,
    M_HEAD,
    M_PRACTISING,
    M_S,
)
from sim.engine.run import RunRecord
from sim.scenario.resolved import Resolved
from sim.theory.outcomes import net_present_value, productivity

Floats = npt.NDArray[np.float64]
OutcomeMap: TypeAlias = Callable[[float, float, float, float, float], float]
WEEKS: float = 52.0
RESULTS = ("productivity", "productivity_end", "kirkpatrick_results", "value_gained", "net_present_value")


def levels(record: RunRecord, resolved: Resolved) -> dict[str, float | None]:
    """The four levels by name; shares and levels on 0–1, results relative to business as usual, None where unknown."""
    enthusiasm, skill, practising = (mean_of(record, metric) for metric in (M_E, M_S, M_PRACTISING))
    found: dict[str, float | None] = {
        "kirkpatrick_reaction": _less(float(enthusiasm[1:].mean()), enthusiasm[0])
        if len(enthusiasm) > 1
        else None,
        "kirkpatrick_learning": _less(skill[-1], skill[0]),
        "kirkpatrick_behaviour": _less(practising[-1], practising[0]),
    }
    return found | results(record, resolved)


def results(
    record: RunRecord, resolved: Resolved, *, outcome_map: OutcomeMap = productivity
) -> dict[str, float | None]:
    """What the outcome map makes of a run (`RESULTS`); all None unless the scenario asks for it.

    productivity: mean over the horizon, relative to the start (1.0 is no change); productivity_end: at the horizon.
    value_gained: currency, the change in productivity times the working hours of the staff at the wage, a year of 52
    weeks.  net_present_value: currency, that less cash and hours of leaders, learners and facilitators, each step
    discounted from its middle to the start at `[money] discount_rate`.

    Args:
        outcome_map: another map from culture to productivity, of the arguments of `theory.outcomes.productivity`.
    """
    if not resolved.money.get("outcome_map") or len(record.times) < 2:
        return dict.fromkeys(RESULTS)
    ratio = productivity_by_record(record, resolved, outcome_map)
    if not np.isfinite(ratio).all():
        return dict.fromkeys(RESULTS)
    dt, ledger = resolved.dt, record.ledger
    middles = (np.arange(len(ledger)) + 0.5) * dt
    paid = ledger[:, HEADCOUNT] * float(resolved.money["hours_per_week"]) * WEEKS * dt * resolved.wage  # type: ignore[arg-type]
    gained = (np.interp(middles, record.times, ratio) - 1.0) * paid
    hours = ledger[:, LEADER_HOURS] + ledger[:, LEARNER_HOURS] + ledger[:, FACILITATOR_HOURS]
    cost = ledger[:, CASH] + hours * resolved.wage
    rate = float(resolved.money["discount_rate"])  # type: ignore[arg-type]
    worth = sum(
        net_present_value(*row, rate) for row in zip(gained.tolist(), cost.tolist(), middles.tolist())
    )
    mean = float(ratio[1:].mean())
    return dict(zip(RESULTS, (mean, float(ratio[-1]), mean - 1.0, float(gained.sum()), worth), strict=True))


def productivity_by_record(
    record: RunRecord, resolved: Resolved, outcome_map: OutcomeMap = productivity
) -> Floats:
    """Productivity of the staff at each record, relative to the start of the scenario, shape (records,)."""
    skill, enthusiasm = mean_of(record, M_S), mean_of(record, M_E)
    by_skill = resolved.parameters["b_productivity_skill"]
    by_enthusiasm = resolved.parameters["b_productivity_enthusiasm"]
    return np.array(
        [
            outcome_map(s, skill[0], e - enthusiasm[0], by_skill, by_enthusiasm)
            for s, e in zip(skill, enthusiasm)
        ]
    )


def mean_of(record: RunRecord, metric: int) -> Floats:
    """Mean of a metric over all staff at each record, NaN where nobody is there, shape (records,)."""
    rows = record.series[:, 0]
    heads = rows[:, M_HEAD]
    means: Floats = np.divide(rows[:, metric], heads, out=np.full(len(heads), np.nan), where=heads > 0)
    return means


def _less(value: float, start: float) -> float | None:
    gap = float(value - start)
    return gap if np.isfinite(gap) else None
