"""What the tools ask of whoever runs plans: `evaluate(plans, futures, replicates) -> table`.

Every tool of this room takes such an evaluator.  The simulator is one (`sim.decisions.simulator`); a formula with a
known answer is another, which is how the tools are tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.futures import Future
from sim.decisions.statistics import Estimate, estimate
from sim.scenario import Scenario

Floats = npt.NDArray[np.float64]
KEY: Final = ("plan", "future", "replicate")


class Evaluate(Protocol):
    """Runs plans in futures.

    Replicate r has the same luck (and, in a future with drawn assumptions, the same draw) in every plan, so that
    differences are paired.  Replicates that were not asked for before are fresh luck.

    Returns:
        A row a plan, future and replicate: columns plan, future, replicate, then one a numeric outcome (all of
        those asked for by tools, e.g. share_end, and cost, cash, leader_hours); a failed run is missing or NaN.
    """

    def __call__(
        self, plans: Sequence[Scenario], futures: Sequence[Future], replicates: Sequence[int]
    ) -> pd.DataFrame: ...


class Trace(Protocol):
    """Runs plans in futures and tells how they went, group by group.

    Returns:
        Columns plan, future, replicate, time (years), kind ("all", "level", "department", "tenure"), group,
        headcount, share_practising, and further means over the group.
    """

    def trace(
        self, plans: Sequence[Scenario], futures: Sequence[Future], replicates: Sequence[int]
    ) -> pd.DataFrame: ...


class Tracing(Evaluate, Trace, Protocol):
    """Does both."""


# What a plan may be good at: outcome, what it is called, all between 0 and 1 and better when higher.
GOALS: Final = MappingProxyType(
    {
        "share_end": "the share practising at the horizon",
        "share_mean": "the share practising, averaged over the horizon",
        "share_1y": "the share practising after the first year",
        "share_2y": "the share practising after the second year",
        "unseeded_share": "the share practising at the horizon among those not seeded",
        "skill_end": "mean skill at the horizon",
        "enthusiasm_end": "mean enthusiasm at the horizon",
        "safety_end": "mean psychological safety at the horizon",
        "mindset_end": "mean growth mindset at the horizon",
        "sharing_end": "mean sharing at the horizon",
    }
)


def check_goal(outcome: str) -> str:
    """The outcome, if it is one that tools can aim at.

    Raises:
        DecisionError: it is not.
    """
    if outcome not in GOALS:
        raise DecisionError(f"outcome '{outcome}' is no goal of a decision; use one of {', '.join(GOALS)}")
    return outcome


def check_replicates(replicates: int, *, least: int = 2) -> int:
    """The number of replicates, if an interval can be made of it.

    Raises:
        DecisionError: too few.
    """
    if isinstance(replicates, bool) or not isinstance(replicates, int) or not least <= replicates <= 100_000:
        raise DecisionError(f"replicates is {replicates!r}: give a whole number from {least} to 100,000")
    return replicates


class Found:
    """A table of runs, asked for by plan and future.

    Args:
        table: as `Evaluate` returns it.
        outcome: the goal.
    """

    def __init__(self, table: pd.DataFrame, outcome: str) -> None:
        self.table, self.outcome = table, outcome
        self._rows: dict[tuple[str, str], list[int]] = {}
        for row, key in enumerate(zip(table["plan"].tolist(), table["future"].tolist(), strict=True)):
            self._rows.setdefault(key, []).append(row)
        self._replicates = table["replicate"].to_numpy(dtype=np.int64)
        self._columns: dict[str, Floats] = {}

    def _column(self, outcome: str) -> Floats:
        if outcome not in self.table.columns:
            raise DecisionError(
                f"the runs have no outcome '{outcome}'; they have {', '.join(map(str, self.table.columns))}"
            )
        if outcome not in self._columns:
            self._columns[outcome] = self.table[outcome].to_numpy(dtype=np.float64)
        return self._columns[outcome]

    def values(self, plan: str, future: str, outcome: str | None = None) -> pd.Series[float]:
        """An outcome by replicate, missing values left out.

        Raises:
            DecisionError: no run of it came to an end, or the evaluator does not know the outcome.
        """
        name = outcome or self.outcome
        rows = np.array(self._rows.get((plan, future), []), dtype=np.int64)
        x, replicates = self._column(name)[rows], self._replicates[rows]
        there = np.isfinite(x)
        if not there.any():
            raise DecisionError(f"no run of '{plan}' in the future '{future}' has {name}; every one failed")
        order = np.argsort(replicates[there], kind="stable")
        return pd.Series(x[there][order], index=replicates[there][order])

    def matrix(self, plans: Sequence[str], future: str, outcome: str | None = None) -> Floats:
        """An outcome by replicate and plan, replicates that any plan lacks left out, shape (replicates, plans)."""
        columns = [self.values(plan, future, outcome) for plan in plans]
        common = columns[0].index
        if all(len(column) == len(common) and (column.index == common).all() for column in columns[1:]):
            return np.stack([column.to_numpy() for column in columns], axis=1)
        joined = pd.concat(columns, axis=1, join="inner")
        if joined.empty:
            raise DecisionError(f"no replicate of all of {', '.join(plans)} came to an end in '{future}'")
        return joined.to_numpy(dtype=np.float64)

    def mean(self, plan: str, future: str, outcome: str) -> float:
        """Mean of an outcome over replicates; NaN where the evaluator does not tell it."""
        if outcome not in self.table.columns:
            return float("nan")
        return float(self.values(plan, future, outcome).mean())

    def gain(
        self, plan: str, against: str, future: str, outcome: str | None = None, *, comparisons: int = 1
    ) -> Estimate:
        """Paired difference plan − against."""
        both = self.matrix([plan, against], future, outcome)
        return estimate(both[:, 0] - both[:, 1], comparisons=comparisons)


def evaluated(
    evaluate: Evaluate,
    plans: Sequence[Scenario],
    futures: Sequence[Future],
    replicates: Sequence[int],
    outcome: str,
) -> Found:
    """Run plans and check that the table is one.

    Raises:
        DecisionError: names twice, or a table without its key.
    """
    for kind, names in (("plans", [p.name for p in plans]), ("futures", [f.name for f in futures])):
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise DecisionError(f"two {kind} are called '{twice}'; give one of them another name")
    table = evaluate(plans, futures, replicates)
    missing = [name for name in KEY if name not in table.columns]
    if missing:
        raise DecisionError(f"the evaluator's table lacks the columns {', '.join(missing)}")
    return Found(table, outcome)
