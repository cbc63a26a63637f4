"""Intervals: the same estimate from resampled base rows and resampled luck.

Rows: with *independent* luck a base row carries its own luck, so resampling rows resamples luck with it.  With
*common* luck all rows share theirs, and what that does is seen by leaving out each replicate in turn (jackknife): its
deviations, with normal weights and Student's t for how few they are, are added to the resampled estimates.  Counting
some replicates twice instead would not do: two copies of one replicate are no independent luck.

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
        return _by_luck(data, method.estimate, value, confidence)
    many = (
        _by_halves(data, method.estimate, seed, count)
        if method.resampling == "halves"
        else _by_rows(data, method.estimate, seed, count)
    )
    drawn = {name: np.stack([draw[name] for draw in many]) for name in value}
    for name in method.recentred:
        drawn[name] = drawn[name] + (value[name] - drawn[name].mean(axis=0))
    if common and data.replicates >= FEW:
        moved = _moved_by_luck(data, method.estimate, seed, count, confidence)
        drawn = {name: found + moved[name] for name, found in drawn.items()}
    low = {name: np.percentile(found, tail, axis=0) for name, found in drawn.items()}
    high = {name: np.percentile(found, 100.0 - tail, axis=0) for name, found in drawn.items()}
    return Spread(value, drawn, low, high)


def _with_chance(data: Data, estimate: Estimator) -> Estimates:
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {**estimate(data), "chance": np.asarray(chance_variance(data))}
    if np.ptp(data.y) == 0.0:
        # Rounding must not be divided by rounding.
        return {
            name: value if name in ("V", "chance", "effect") else value * np.nan
            for name, value in found.items()
        }
    return found


def _by_rows(data: Data, estimate: Estimator, seed: int, count: int) -> list[Estimates]:
    luck = Luck(seed, "resampled base rows")
    return [
        _with_chance(data.take(luck.integers(data.rows, data.rows)), estimate) for _ in range(count)
    ]  # fmt: skip


def _by_halves(data: Data, estimate: Estimator, seed: int, count: int) -> list[Estimates]:
    luck = Luck(seed, "half of the points")
    half = data.rows // 2
    return [_with_chance(data.take(luck.permutation(data.rows)[:half]), estimate) for _ in range(count)]


def _moved_by_luck(data: Data, estimate: Estimator, seed: int, count: int, confidence: float) -> Estimates:
    """How estimates would differ with another luck, by index: random sums of the jackknife's deviations.

    First axis the resample.  Their standard deviation is the jackknife's error, √((R − 1)/R Σ (θ_r − θ)²), widened
    from the normal to Student's t with R − 1 degrees of freedom.
    """
    from scipy.special import ndtri

    n = data.replicates
    others = [np.delete(np.arange(n), r) for r in range(n)]
    left = [_with_chance(data.replicates_only(kept), estimate) for kept in others]
    widen = _student(confidence, n - 1) / float(ndtri(0.5 + 0.5 * confidence))
    weights = widen * np.sqrt((n - 1.0) / n) * Luck(seed, "another luck").normal(count * n).reshape(count, n)
    moved = {}
    for name in left[0]:
        each = np.stack([draw[name] for draw in left])
        moved[name] = np.tensordot(weights, each - each.mean(axis=0), axes=1)
    return moved


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


def _by_luck(data: Data, estimate: Estimator, value: Estimates, confidence: float) -> Spread:
    """Student's t over the replicates, each a run of the whole row: paired where luck is common."""
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
