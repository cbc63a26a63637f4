"""Means over time as arrays: replicates by moments, paired under common luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import Trace
from sim.decisions.futures import Future
from sim.organization.luck import Luck
from sim.scenario import Scenario

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curves:
    """The record of some plans.

    Attributes:
        table: as `Trace` returns it.
    """

    table: pd.DataFrame

    def groups(self, kind: str) -> list[str]:
        """Names of the shown groups of a kind, in order."""
        mine = self.table[self.table["kind"] == kind]
        return [str(name) for name in dict.fromkeys(mine["group"])]

    def of(
        self,
        plan: str,
        future: str,
        *,
        kind: str = "all",
        group: str = "all",
        measure: str = "share_practising",
    ) -> pd.DataFrame:
        """A measure: a row a replicate, a column a moment.

        Raises:
            DecisionError: no run of it came to an end, or no such measure.
        """
        if measure not in self.table.columns:
            raise DecisionError(f"the record has no measure '{measure}'")
        t = self.table
        mine = t[(t["plan"] == plan) & (t["future"] == future) & (t["kind"] == kind) & (t["group"] == group)]
        if mine.empty:
            raise DecisionError(f"no run of '{plan}' in the future '{future}' tells of {kind} {group}")
        return mine.pivot(index="replicate", columns="time", values=measure).astype("float64")

    def gain(
        self,
        plan: str,
        against: str,
        future: str,
        *,
        kind: str = "all",
        group: str = "all",
        measure: str = "share_practising",
    ) -> pd.DataFrame:
        """Paired difference plan − against: a row a replicate, a column a moment."""
        one = self.of(plan, future, kind=kind, group=group, measure=measure)
        other = self.of(against, future, kind=kind, group=group, measure=measure)
        gap = (one - other).dropna(how="all")
        if gap.empty:
            raise DecisionError(f"'{plan}' and '{against}' have no run in common in the future '{future}'")
        return gap


def traced(
    evaluate: Trace, plans: Sequence[Scenario], futures: Sequence[Future], replicates: Sequence[int]
) -> Curves:
    """Run plans and keep how they went.

    Raises:
        DecisionError: no run came to an end.
    """
    table = evaluate.trace(plans, futures, replicates)
    if table.empty:
        raise DecisionError(f"no run of {', '.join(plan.name for plan in plans)} came to an end")
    return Curves(table)


def bootstrap(values: Floats, statistic: Any, *, rounds: int = 400, seed: int = 0) -> Floats:
    """A statistic of resampled replicates (Efron 1979), shape (rounds,).

    Args:
        values: shape (replicates, moments).
        statistic: from such an array to a number.
        rounds: how many.
        seed: of the resampling.
    """
    luck = Luck(seed, "bootstrap over replicates")
    size = len(values)
    picks = luck.integers(size, rounds * size).reshape(rounds, size)
    return np.array([float(statistic(values[pick])) for pick in picks])
