"""Measures that look at whole distributions: PAWN, Borgonovo's delta, regional analysis.  Any points will do."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np

from sim.sensitivity.data import Data, Floats, Ints, variance_of_means

SLICES: Final = 10
UPPER: Final = 0.75  # regional analysis asks where the outcome is in its upper quarter


def slices_of(x: Floats, discrete: bool) -> tuple[Ints, int]:
    """The slice of each point, shape (points,), and their number: values of a discrete factor, tenths of others.

    No slice is empty.
    """
    if discrete:
        values, number = np.unique(x, return_inverse=True)
        if len(values) <= SLICES:
            return number.astype(np.int64), len(values)
    rank = np.argsort(np.argsort(x, kind="stable"), kind="stable")
    count = min(SLICES, len(x))
    return (rank * count // len(x)).astype(np.int64), count


def pawn(data: Data) -> dict[str, Floats]:
    """pawn and pawn_max: median and largest Kolmogorov–Smirnov distance of a slice's outcomes from all outcomes.

    Of single runs, so of the outcome with its chance: nothing is to be taken out (Pianosi & Wagener 2018,
    doi:10.1016/j.envsoft.2018.07.019).  Only the order of outcomes counts, so a censored time may stand for "later".
    """
    distances = [
        slice_distances(data.y[:, 0, :], *slices_of(data.x[:, 0, j], data.discrete[j]))
        for j in range(data.x.shape[2])
    ]
    return {
        "pawn": np.array([float(np.median(found)) for found in distances]),
        "pawn_max": np.array([float(found.max()) for found in distances]),
        "V": np.asarray(variance_of_means(data)),
    }


def slice_distances(y: Floats, number: Ints, slices: int) -> Floats:
    """Kolmogorov–Smirnov distance of each slice's outcomes from all, shape (slices,).

    Args:
        y: outcomes, shape (points, replicates).
        number: slice of each point, shape (points,); none is empty.
    """
    flat = y.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    last = np.append(ordered[1:] != ordered[:-1], True)  # where a run of equal outcomes ends
    member = np.repeat(number, y.shape[1])[order]
    whole = np.arange(1, len(flat) + 1) / len(flat)
    found = np.zeros(slices)
    for part in range(slices):
        inside = member == part
        found[part] = np.abs(np.cumsum(inside) / inside.sum() - whole)[last].max()
    return found


def delta(data: Data) -> dict[str, Floats]:
    """delta of the mean outcome (Borgonovo 2007; estimator of Plischke et al. 2013 as in SALib), shape (factors,).

    Chance is not taken out: it spreads the mean outcome, which makes every delta smaller.
    """
    y = data.mean()[:, 0]
    n = len(y)
    if np.ptp(y) == 0.0:
        return {"delta": np.full(data.x.shape[2], np.nan), "V": np.asarray(0.0)}
    power = 2.0 / (7.0 + np.tanh((1500.0 - n) / 500.0))
    edges = np.linspace(0, n, min(int(np.ceil(n**power)), 48) + 1)
    grid = np.linspace(y.min(), y.max(), 100)
    whole = density(y, grid)
    found = np.zeros(data.x.shape[2])
    for j in range(len(found)):
        ordered = y[np.argsort(data.x[:, 0, j], kind="stable")]
        for low, high in itertools.pairwise(edges):
            part = ordered[int(low) : int(high)]  # ranks above low up to high
            if len(part) > 1 and np.ptp(part) > 0.0:
                gap = np.abs(whole - density(part, grid))
                found[j] += len(part) / (2.0 * n) * np.trapezoid(gap, grid)
    return {"delta": found, "V": np.asarray(variance_of_means(data))}


def density(y: Floats, grid: Floats) -> Floats:
    """Gaussian kernel density at the grid, Silverman's bandwidth, as `scipy.stats.gaussian_kde` has it."""
    width = (len(y) * 0.75) ** -0.2 * y.std(ddof=1)
    kernel = np.exp(-0.5 * ((grid[:, None] - y[None, :]) / width) ** 2)
    return np.asarray(kernel.sum(axis=1) / (len(y) * width * np.sqrt(2.0 * np.pi)))


def regional(data: Data) -> dict[str, Floats]:
    """Where do the points with a high outcome lie?  regional and cvm, shapes (factors,).

    regional: Kolmogorov–Smirnov distance between a factor's values where the mean outcome is in its upper quarter
    and elsewhere (Hornberger & Spear 1981).  cvm: SALib's regional analysis, the Cramér–von Mises statistic of the
    points in each tenth of the outcome against the rest, mean over tenths; it grows with the sample, so it ranks only.
    """
    y = data.mean()[:, 0]
    x = data.x[:, 0, :]
    high = high_points(y)
    nothing = np.full(x.shape[1], np.nan)
    found = {"regional": nothing, "cvm": nothing, "V": np.asarray(variance_of_means(data))}
    if 0 < high.sum() < len(y):
        found["regional"] = np.array([ks(x[high, j], x[~high, j]) for j in range(x.shape[1])])
        found["cvm"] = np.array([_mean(cramer_von_mises(x[:, j], y)) for j in range(x.shape[1])])
    return found


def _mean(tenths: Floats) -> float:
    """Mean over the tenths that say something, NaN where none does: an outcome of few values."""
    there = tenths[~np.isnan(tenths)]
    return float(there.mean()) if len(there) else float("nan")


def cramer_von_mises(x: Floats, y: Floats) -> Floats:
    """Two-sample Cramér–von Mises statistic of x where y is in each of its tenths against elsewhere, shape (10,).

    NaN where a tenth holds one point or none, or all.  As `SALib.analyze.rsa` with target "Y".
    """
    from scipy.stats import rankdata

    edges = np.quantile(y, np.append(np.arange(0.0, 1.0, 1.0 / SLICES), 1.0))
    rank = rankdata(x)
    found = np.full(SLICES, np.nan)
    for part in range(SLICES):
        inside = ((edges[part] < y) | ((part == 0) & (edges[0] <= y))) & (y <= edges[part + 1])
        n, m = int(inside.sum()), int((~inside).sum())
        if n and m and len(np.unique(y[inside])) > 1:
            a, b = np.sort(rank[inside]), np.sort(rank[~inside])
            u = n * ((a - np.arange(1, n + 1)) ** 2).sum() + m * ((b - np.arange(1, m + 1)) ** 2).sum()
            found[part] = u / (n * m * (n + m)) - (4.0 * n * m - 1.0) / (6.0 * (n + m))
    return found


def high_points(y: Floats) -> np.ndarray:  # type: ignore[type-arg]
    """Which points count as high: the upper quarter; where many are equal there, those above the quartile."""
    edge = float(np.quantile(y, UPPER))
    high = y >= edge
    return high if high.mean() <= 0.5 else y > edge


def ks(a: Floats, b: Floats) -> float:
    """Two-sample Kolmogorov–Smirnov distance."""
    both = np.unique(np.concatenate([a, b]))
    upto_a = np.searchsorted(np.sort(a), both, side="right") / len(a)
    upto_b = np.searchsorted(np.sort(b), both, side="right") / len(b)
    return float(np.abs(upto_a - upto_b).max())
