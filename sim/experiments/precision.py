"""When to stop: the half-width of an interval that allows for the looking, on completed prefixes only.

Looks come at fixed numbers of replicates (20, 40, 80 …).  Look k spends alpha_k = .05 / 2^k of the error (k = 1, 2 …;
the sum never exceeds .05), so the interval at whichever look the experiment stops covers with at least 95 %: a union
bound, in the spirit of alpha spending (Lan & DeMets 1983, doi:10.1093/biomet/70.3.659).  It decides on the first
20, 40, 80 … replicates, never on those that happen to be ready.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

ALPHA = 0.05


def spent(look: int) -> float:
    """Error spent at look 1, 2, …"""
    return ALPHA / 2.0**look


def half_width(values: npt.ArrayLike, alpha: float) -> float:
    """Half-width of the t interval of a mean at level 1 − alpha; infinite for fewer than two values."""
    from scipy.special import stdtrit

    x = np.asarray(values, dtype=np.float64)
    x = x[np.isfinite(x)]
    if len(x) < 2:
        return float("inf")
    return float(stdtrit(len(x) - 1, 1.0 - alpha / 2.0) * x.std(ddof=1) / sqrt(len(x)))


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one look.

    Attributes:
        replicates: size of the prefix.
        alpha: error spent.
        half_width: widest half-width over the contrasts with the first scenario (or of the mean, with one).
        enough: whether the target is reached.
    """

    replicates: int
    alpha: float
    half_width: float
    enough: bool


def look(shares: Sequence[npt.NDArray[np.float64]], number: int, target: float) -> Look:
    """Look for the `number`-th time (1, 2, …) at outcomes by scenario, paired by replicate, NaN where failed.

    Args:
        shares: one array a scenario, each of shape (replicates,).
        target: half-width wanted.
    """
    alpha = spent(number)
    contrasts = [other - shares[0] for other in shares[1:]] or [shares[0]]
    # Several contrasts share the error, so that all of them hold together.
    width = max(half_width(values, alpha / len(contrasts)) for values in contrasts)
    return Look(len(shares[0]), alpha, width, width <= target)
