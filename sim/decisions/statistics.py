"""Estimates with their intervals, and the rule by which two things are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import t_interval

Floats = npt.NDArray[np.float64]
ALPHA: Final = (
    0.01  # so that two copies of a plan are told apart in one of a hundred questions, not one of twenty
)
NIL: Final = 1e-9  # differences below this are rounding, not effects


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and how well it is known.

    Attributes:
        mean: of the values.
        low, high: its interval; infinite for fewer than two values.
        n: values.
    """

    mean: float
    low: float
    high: float
    n: int

    @property
    def above(self) -> bool:
        """Whether the interval lies above 0."""
        return self.n >= 2 and self.low > NIL

    @property
    def below(self) -> bool:
        """Whether the interval lies below 0."""
        return self.n >= 2 and self.high < -NIL

    @property
    def clear(self) -> bool:
        """Whether it differs from 0; otherwise the two things compared are not distinguishable."""
        return self.above or self.below

    def columns(self, name: str) -> dict[str, float]:
        """`name`, `name_low` and `name_high` for a table."""
        return {name: self.mean, f"{name}_low": self.low, f"{name}_high": self.high}


def estimate(values: npt.ArrayLike, *, comparisons: int = 1, alpha: float = ALPHA) -> Estimate:
    """Mean and t interval of paired values, missing ones left out.

    Args:
        values: one number a pair of runs.
        comparisons: how many such intervals are shown together; all of them hold at once with chance 1 − alpha
            (Bonferroni).
        alpha: error of all of them together.
    """
    x = np.asarray(values, dtype=np.float64)
    x = x[np.isfinite(x)]
    mean, low, high = t_interval(x, alpha=alpha / max(1, comparisons))
    return Estimate(mean, low, high, len(x))


def mean_of_worst(values: npt.ArrayLike, share: float) -> float:
    """Mean of the lowest `share` of the values (conditional value at risk); NaN of nothing.

    Rockafellar & Uryasev (2000), doi:10.21314/JOR.2000.038.  `share` 1 is the plain mean.
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    x = x[np.isfinite(x)]
    if not len(x):
        return float("nan")
    return float(x[: max(1, round(share * len(x)))].mean())


def ranked(names: Sequence[str], scores: Sequence[float]) -> list[str]:
    """Names by falling score, ties in the order given, missing scores last."""
    order = sorted(range(len(names)), key=lambda k: (-scores[k] if np.isfinite(scores[k]) else np.inf, k))
    return [names[k] for k in order]
