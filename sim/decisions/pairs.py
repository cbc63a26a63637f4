"""Outcomes of several plans side by side, so that a failed run is missing only where its own plan is compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import Found

Floats = npt.NDArray[np.float64]


def side_by_side(found: Found, plans: Sequence[str], future: str) -> Floats:
    """The goal by replicate and plan, NaN where the run failed, shape (replicates, plans).

    Raises:
        DecisionError: two plans have no replicate in common in which both came to an end.
    """
    columns = [found.values(plan, future) for plan in plans]
    values = pd.concat(columns, axis=1, join="outer").sort_index().to_numpy(dtype=np.float64)
    there = np.isfinite(values)
    for k, j in combinations(range(len(plans)), 2):
        if not (there[:, k] & there[:, j]).any():
            raise DecisionError(
                f"'{plans[k]}' and '{plans[j]}' have no run in common in the future '{future}': too many failed"
            )
    return values


def best_of(values: Floats) -> int:
    """The plan that no other is above on average, in the replicates that the two have in common.

    Where no run failed it is the one with the highest mean.
    """
    behind = [
        max(float(np.nanmean(values[:, j] - values[:, k])) for j in range(values.shape[1]))
        for k in range(values.shape[1])
    ]
    return int(np.argmin(behind))
