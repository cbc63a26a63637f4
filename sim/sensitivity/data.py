"""Outcomes laid out as their design was, and the one idea that takes chance out of them.

**Products only of runs with different luck.**  Everything a variance-based index is made of is a sum of products of
two outcomes.  The mean over R replicates of such a product at one and the same point is too large by the noise
variance over R.  The mean over all pairs of *different* replicates is not: their luck is independent, so its
products vanish on average, whether replicate 3 of one point shares its luck with replicate 3 of the next (common
luck) or not (independent luck).  For a quadratic form Q that mean is

    (R² Q(mean of the replicates) − sum over r of Q(replicate r)) / (R² − R),

which for Q = variance is the textbook subtraction of s²/R.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Data:
    """Outcomes of a design and the factors behind them.

    Attributes:
        y: outcomes, complete, shape (base rows, points of a row, replicates).
        x: coordinates in the unit cube, or positions of given data, shape (base rows, points of a row, factors).
        groups: members of each group that is analysed, by number of factor.
        discrete: by factor, whether it takes few values.
    """

    y: Floats
    x: Floats
    groups: tuple[tuple[int, ...], ...]
    discrete: tuple[bool, ...]

    @property
    def rows(self) -> int:
        """Number of base rows."""
        return int(self.y.shape[0])

    @property
    def replicates(self) -> int:
        """Number of replicates."""
        return int(self.y.shape[2])

    def take(self, rows: Ints | slice) -> Data:
        """Some of the base rows."""
        return replace(self, y=self.y[rows], x=self.x[rows])

    def replicates_only(self, which: Ints) -> Data:
        """Some of the replicates."""
        return replace(self, y=self.y[:, :, which])

    def mean(self) -> Floats:
        """Mean over the replicates, shape (base rows, points of a row)."""
        return np.asarray(self.y.mean(axis=2), dtype=np.float64)


def across_luck(data: Data, quadratic: Callable[[Floats], Floats]) -> Floats:
    """The expectation of a quadratic form of the outcomes with chance taken out.

    Args:
        data: with two replicates or more, or with one: nothing can be taken out then.
        quadratic: takes outcomes of shape (base rows, points of a row), returns any shape.
    """
    of_mean = np.asarray(quadratic(data.mean()), dtype=np.float64)
    n = data.replicates
    if n < 2:
        return of_mean
    each = sum(np.asarray(quadratic(data.y[:, :, r])) for r in range(n))
    return np.asarray((n**2 * of_mean - each) / (n**2 - n), dtype=np.float64)


def variance_of_means(data: Data) -> float:
    """Variance over all points of the expected outcome, chance taken out; may come out slightly negative."""

    def spread(y: Floats) -> Floats:
        return np.asarray(((y - y.mean()) ** 2).sum() / max(1, y.size - 1))

    return float(across_luck(data, spread))


def chance_variance(data: Data) -> float:
    """Variance of a run at fixed factors, mean over the points; NaN with a single replicate."""
    if data.replicates < 2:
        return float("nan")
    return float(data.y.var(axis=2, ddof=1).mean())
