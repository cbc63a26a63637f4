"""Every barrier and shock makes worse the outcome that its row of the sources names; at severity 0 it is nothing.

Arms share their luck and differ in the barrier alone; one-sided at the 95 % level.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from levers_lab import SEED, means, paired, plan, usual_offset
from test_traceability_switches import value

from sim.behaviours.barriers import BARRIERS
from sim.behaviours.traceability import traces
from sim.engine.blueprint import blueprint
from sim.engine.run import RunRecord, run
from sim.scenario import Resolved

RUNS = 40
ONE_SIDED = 1.685  # 95 % quantile of Student's t, 39 degrees of freedom

LEAD = ({"lever": "L01"}, {"lever": "L12"}, {"lever": "L10"})
DELIVERED = ({"lever": "L15"}, {"lever": "L09"})
BUNDLE = (*LEAD, {"lever": "L04"}, {"lever": "L28"}, {"lever": "L15"})
FROM_THE_TOP = ({"lever": "L01", "dose": 2.0}, {"lever": "L28"})

# barrier: what is planned, and the outcome where no row of the sources names one for it; more is better but for turnover
CASES: dict[str, tuple[tuple[dict[str, Any], ...], str]] = {
    "departure_from_tradition": (BUNDLE, ""),
    "executives_run_for_cover": (FROM_THE_TOP, ""),
    "no_learning_leader": (DELIVERED, ""),
    "overworked_hr": (DELIVERED, ""),
    "compliance_only": (DELIVERED, ""),
    "sponsor_withdraws": (BUNDLE, ""),
    "priorities_shift": (BUNDLE, ""),
    "experts_unavailable": (BUNDLE, ""),
    "late_review": (DELIVERED, ""),
    "authority_of_expertise": (LEAD, ""),
    "authority_shadow": (LEAD, ""),
    "telling": (LEAD, ""),
    "complacency": (BUNDLE, ""),
    "stuck_in_processes": (BUNDLE, ""),
    "unskilled_managers": (LEAD, ""),
    "rigidity": (LEAD, ""),
    "turnover_surge": (BUNDLE, ""),
    "budget_freeze": (DELIVERED, "skill"),
    "technology_jump": (BUNDLE, ""),
    "reorganisation": (BUNDLE, "share_practising"),
}
LESS_IS_BETTER = ("turnover_per_year",)


def under(barrier: str, levers: tuple[dict[str, Any], ...], severity: float, years: float = 2.0) -> Resolved:
    """The plan under the barrier."""
    row = [{"barrier": barrier, "severity": severity}]
    return plan(*levers, years=years, **({"start": row} if BARRIERS[barrier].is_start else {"shocks": row}))


def runs(resolved: Resolved, count: int) -> list[RunRecord]:
    made = blueprint(resolved)
    return [run(made, seed=SEED, replicate=k, alpha_offset=usual_offset(), events=True) for k in range(count)]


def outcome(barrier: str) -> str:
    """The outcome that the barrier's row of the sources names, or the one given above."""
    named = [one.output for one in traces().values() if one.barrier == barrier]
    return CASES[barrier][1] or named[0]


def test_every_barrier_is_tried() -> None:
    assert set(CASES) == set(BARRIERS)


@pytest.mark.parametrize("barrier", list(BARRIERS))
def test_at_severity_zero_it_is_nothing(barrier: str) -> None:
    levers = CASES[barrier][0]
    arms = [runs(resolved, 1)[0] for resolved in (under(barrier, levers, 0.0, 1.5), plan(*levers, years=1.5))]
    for name in ("share", "series", "memory", "ledger", "credit", "events"):
        assert getattr(arms[0], name).tobytes() == getattr(arms[1], name).tobytes(), name


@pytest.mark.slow
@pytest.mark.parametrize("barrier", list(BARRIERS))
def test_it_makes_worse_what_its_row_names(barrier: str) -> None:
    levers, _ = CASES[barrier]
    output = outcome(barrier)
    hard, plain = under(barrier, levers, 1.0), plan(*levers)
    values = [
        [value(record, resolved, output) for record in runs(resolved, RUNS)] for resolved in (hard, plain)
    ]
    mean, error = paired(np.array(values[0]), np.array(values[1]))
    worse = mean if output in LESS_IS_BETTER else -mean
    assert worse > ONE_SIDED * error, f"{barrier}: {output} moves by {mean:+.2g} ± {error:.2g}"


@pytest.mark.slow
def test_twice_the_severity_is_worse() -> None:
    found = [
        means(runs(under("authority_shadow", LEAD, severity), RUNS), "safety") for severity in (1.0, 2.0)
    ]
    mean, error = paired(found[1], found[0])
    assert mean < -ONE_SIDED * error
