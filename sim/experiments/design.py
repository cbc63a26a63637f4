"""Which assumptions are drawn, and how: a Latin hypercube over the register's ranges.

A draw is shared by all plans of an experiment, so that plans are compared under the same assumptions.

Not drawn:
- tags "start" (where the organisation stands today: a setting, surveyed or stated), "money" (prices are settings,
  wage among them), "outcome_map" (unless a scenario asks for that map) and "limits" (switches for closed forms);
- parameters whose range is a point;
- parameters that any of the compared scenarios sets itself: what a person states is not an assumption of ours.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.organization.luck import Luck
from sim.parameters import REGISTER

SKIPPED_TAGS: Final = frozenset({"start", "money", "outcome_map", "limits"})


def drawn_names(stated: Collection[str] = (), *, outcome_map: bool = False) -> tuple[str, ...]:
    """Names of the parameters that are drawn, in the register's order.

    Args:
        stated: parameters that a scenario sets itself.
        outcome_map: whether a scenario asks for the outcome map, whose parameters are then drawn too.
    """
    skipped = SKIPPED_TAGS - {"outcome_map"} if outcome_map else SKIPPED_TAGS
    return tuple(
        name
        for name, entry in REGISTER.items()
        if entry.low < entry.high and not skipped & set(entry.tags) and name not in stated
    )


def latin_hypercube(size: int, dimensions: int, *, seed: int) -> npt.NDArray[np.float64]:
    """Points in (0, 1), one in each of `size` slices of every dimension, shape (size, dimensions).

    McKay, Beckman & Conover (1979), doi:10.1080/00401706.1979.10489755; made from `Luck`, so the same on every
    version of NumPy.
    """
    luck = Luck(seed, "assumptions")
    points = np.empty((size, dimensions))
    for column in range(dimensions):
        order = luck.permutation(size)
        points[:, column] = (order + luck.uniform(size)) / size
    return points


def parameter_draws(names: Collection[str], size: int, *, seed: int) -> npt.NDArray[np.float64]:
    """Values of the named parameters, uniform or log-uniform over their ranges, shape (size, names)."""
    values = latin_hypercube(size, len(names), seed=seed)
    for column, name in enumerate(names):
        entry = REGISTER[name]
        u = values[:, column]
        if entry.distribution == "loguniform":
            low, high = np.log(entry.low), np.log(entry.high)
            values[:, column] = np.clip(np.exp(low + u * (high - low)), entry.low, entry.high)
        else:
            values[:, column] = entry.low + u * (entry.high - entry.low)
    return values
