"""Intervals: the same estimate from resampled base rows and resampled luck.

Rows: with *independent* luck a base row carries its own luck, so resampling rows resamples luck with it.  With
*common* luck all rows share theirs, so the replicates are resampled beside the rows.  Replicates get exponential
weights (Rubin 1981) rather than counts, because two copies of one replicate would not be independent luck.

Halves: methods that sort or slice their points would take two copies of a point for a pattern.  The spread between
estimates from halves of the points, drawn without replacement, is that of the whole estimate (Politis & Romano 1994).

Curves (FAST): few, so the standard error comes from leaving out each in turn, with Student's t.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.organization.luck import Luck
from sim.sensitivity.data import Data, Floats, chance_variance
from sim.sensitivity.methods import Estimator, Method

Estimates = dict[str, Floats]
FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """An estimate and its resamples.

    Attributes:
        value: by index, the estimate itself.
        drawn: by index, resampled estimates, first axis the resample; already shifted where `recentred`.
        low, high: by index, ends of the interval; NaN where there is none.
    """

    value: Estimates
    drawn: Estimates
    low: Estimates
    high: Estimates


def spread(
    data: Data,
    method: Method,
    *,
    common: bool,
    seed: int,
    confidence: float = 0.95,
    resamples: int | None = None,
) -> Spread:
    """Estimate with intervals.

    Args:
        data: complete outcomes.
        method: with an analyser.
        common: whether replicate r has the same luck at every point.
        seed: of the resampling.
        resamples: the method's own number if left out.
    """
    assert method.estimate is not None
    value = _with_chance(data, method.estimate)
    count = method.resamples if resamples is None else resamples
    tail = 50.0 * (1.0 - confidence)
    if method.resampling == "curves":
        return _by_curves(data, method.estimate, value, confidence)
    if method.resampling == "luck":
        return _by_luck(data, method.estimate, value, common, confidence)
    many = (
        _by_halves(data, method.estimate, common, seed, count)
        if method.resampling == "halves"
        else _by_rows(data, method.estimate, common, seed, count)
    )
    drawn = {name: np.stack([draw[name] for draw in many]) for name in value}
    for name in method.recentred:
        drawn[name] = drawn[name] + (value[name] - drawn[name].mean(axis=0))
    low = {name: np.percentile(found, tail, axis=0) for name, found in drawn.items()}
    high = {name: np.percentile(found, 100.0 - tail, axis=0) for name, found in drawn.items()}
    return Spread(value, drawn, low, high)


def _with_chance(data: Data, estimate: Estimator) -> Estimates:
    with np.errstate(invalid="ignore", divide="ignore"):
        return {**estimate(data), "chance": np.asarray(chance_variance(data))}


def _by_rows(data: Data, estimate: Estimator, common: bool, seed: int, count: int) -> list[Estimates]:
    rows_luck, replicate_luck = Luck(seed, "resampled base rows"), Luck(seed, "resampled replicates")
    found = []
    for _ in range(count):
        drawn = data.take(rows_luck.integers(data.rows, data.rows))
        if common and data.replicates >= FEW:
            drawn = drawn.weighted(-np.log(replicate_luck.uniform(data.replicates)))
        found.append(_with_chance(drawn, estimate))
    return found


def _by_halves(data: Data, estimate: Estimator, common: bool, seed: int, count: int) -> list[Estimates]:
    rows_luck, replicate_luck = Luck(seed, "half of the points"), Luck(seed, "half of the replicates")
    found = []
    for _ in range(count):
        drawn = data.take(rows_luck.permutation(data.rows)[: data.rows // 2])
        if common and data.replicates >= 4:
            half = np.sort(replicate_luck.permutation(data.replicates)[: data.replicates // 2])
            drawn = drawn.replicates_only(half)
        found.append(_with_chance(drawn, estimate))
    return found


def _student(confidence: float, freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + 0.5 * confidence))


def _by_curves(data: Data, estimate: Estimator, value: Estimates, confidence: float) -> Spread:
    n = data.rows
    if n < 2:
        return _without(value)
    left = [_with_chance(data.take(np.delete(np.arange(n), k)), estimate) for k in range(n)]
    drawn = {name: np.stack([draw[name] for draw in left]) for name in value}
    # Jackknife: (n − 1)/n times the sum of squares about the mean of the leave-one-out estimates.
    error = {name: np.sqrt((n - 1.0) * np.var(found, axis=0)) for name, found in drawn.items()}
    t = _student(confidence, n - 1)
    return Spread(
        value,
        drawn,
        {name: value[name] - t * error[name] for name in value},
        {name: value[name] + t * error[name] for name in value},
    )


def _by_luck(data: Data, estimate: Estimator, value: Estimates, common: bool, confidence: float) -> Spread:
    """Student's t over the replicates: of one run of the whole row each, paired where luck is common."""
    n = data.replicates
    if n < 2:
        return _without(value)
    each = [estimate(data.replicates_only(np.array([r]))) for r in range(n)]
    drawn = {name: np.stack([draw[name] for draw in each]) for name in each[0]}
    t = _student(confidence, n - 1)
    half = {name: t * found.std(axis=0, ddof=1) / np.sqrt(n) for name, found in drawn.items()}
    blank = {name: np.full(np.shape(value[name]), np.nan) for name in value}
    return Spread(
        value,
        {**{name: found[None] for name, found in value.items()}, **drawn},
        {**blank, **{name: value[name] - half[name] for name in half}},
        {**blank, **{name: value[name] + half[name] for name in half}},
    )


def _without(value: Estimates) -> Spread:
    blank = {name: np.full(np.shape(found), np.nan) for name, found in value.items()}
    return Spread(value, {name: found[None] for name, found in value.items()}, blank, blank)


def dummy_floor(data: Data, method: Method, *, seed: int, count: int = 40) -> Estimates:
    """What a factor without any influence shows by chance: 95th percentile over shuffled copies, by index.

    Points are shuffled whole, with all their replicates.  The floor depends on how many values a factor takes, not on
    which, so one factor of each number of values stands for all.
    """
    assert method.estimate is not None
    values = [len(np.unique(data.x[:, 0, j])) if few else 0 for j, few in enumerate(data.discrete)]
    kinds = {count_: j for j, count_ in reversed(list(enumerate(values)))}
    stand = list(kinds.values())
    few = tuple(data.discrete[j] for j in stand)
    luck = Luck(seed, "factors without influence")
    drawn: list[Estimates] = []
    for _ in range(count):
        x = data.x[luck.permutation(data.rows)][:, :, stand]
        shuffled = Data(data.y, x, tuple((k,) for k in range(len(stand))), few)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn.append(method.estimate(shuffled))
    place = [list(kinds).index(count_) for count_ in values]
    return {
        name: np.percentile(np.stack([draw[name] for draw in drawn]), 95.0, axis=0)[place]
        for name in method.recentred
    }
