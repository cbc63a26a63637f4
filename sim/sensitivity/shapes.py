"""How the outcome goes with each factor: curves over its range, the bars of a tornado."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.sensitivity.data import Data, Floats, Ints
from sim.sensitivity.distributional import high_points, slice_distances, slices_of
from sim.sensitivity.factors import Factor


def curve_rows(
    y: Floats,
    x: Floats,
    factors: tuple[Factor, ...],
    kinds: tuple[str, ...],
    rows_of: Ints,
    confidence: float = 0.95,
) -> list[dict[str, Any]]:
    """Rows of the table `curves`, without output and time.

    Args:
        y: outcomes, shape (points, replicates).
        x: positions of the factors' values, shape (points, factors).
        kinds: of "mean", "pawn", "regional".
        rows_of: base row that each point was drawn with, shape (points,).
        confidence: of the intervals of means.
    """
    rows: list[dict[str, Any]] = []
    mean = y.mean(axis=1)
    high = high_points(mean)
    for j, factor in enumerate(factors):
        named = {"factor": factor.path, "label": factor.label}
        number, count = slices_of(x[:, j], few_values(factor, x[:, j]))
        distances = slice_distances(y, number, count) if "pawn" in kinds else np.zeros(count)
        for part in range(count):
            inside = number == part
            n = int(inside.sum())
            at = float(np.median(x[inside, j]))
            place = {**named, "bin": part, "x": at, "x_text": _level_text(factor, at), "n": n}
            if "mean" in kinds:
                value, half = _mean(mean[inside], rows_of[inside], confidence)
                rows.append({**place, "curve": "mean", "y": value, "low": value - half, "high": value + half})
            if "pawn" in kinds:
                rows.append({**place, "curve": "pawn", "y": float(distances[part])})
        if "regional" in kinds and 0 < high.sum() < len(high):
            rows += _regional_rows(x[:, j], high, factor, named)
    return rows


def few_values(factor: Factor, x: Floats) -> bool:
    """Whether a factor is cut into its values rather than into tenths."""
    return factor.kind != "continuous" or len(np.unique(x)) <= 10


def _level_text(factor: Factor, at: float) -> str:
    if factor.kind != "categorical":
        return ""
    return str(factor.levels[min(len(factor.levels) - 1, int(at))])


def _regional_rows(
    x: Floats,
    high: np.ndarray,
    factor: Factor,
    named: dict[str, Any],  # type: ignore[type-arg]
) -> list[dict[str, Any]]:
    ends = np.unique(np.quantile(x, np.linspace(0.0, 1.0, 21), method="inverted_cdf"))
    rows = []
    for curve, members in (("regional_in", x[high]), ("regional_out", x[~high])):
        upto = np.searchsorted(np.sort(members), ends, side="right") / len(members)
        for k, (at, share) in enumerate(zip(ends.tolist(), upto.tolist(), strict=True)):
            place = {**named, "curve": curve, "bin": k, "x": at, "x_text": _level_text(factor, at)}
            rows.append({**place, "y": share, "n": len(members)})
    return rows


def _mean(values: Floats, rows_of: Ints, confidence: float) -> tuple[float, float]:
    """Mean of points and half its interval, with Student's t.

    Points of one base row share most of their coordinates, so rows are what is independent (cluster-robust standard
    error; Cameron & Miller 2015, doi:10.3368/jhr.50.2.317).
    """
    from scipy.special import stdtrit

    value = float(values.mean())
    sums = np.bincount(np.unique(rows_of, return_inverse=True)[1], weights=values - value)
    n = len(sums)
    if n < 2:
        return value, float("nan")
    error = np.sqrt(n / (n - 1.0) * float(sums @ sums)) / len(values)
    return value, float(stdtrit(n - 1, 0.5 + 0.5 * confidence)) * error


def tenth_rows(
    y: Floats, x: Floats, factors: tuple[Factor, ...], rows_of: Ints, confidence: float = 0.95
) -> list[dict[str, Any]]:
    """Rows of the table `tornado` from points that fill the space: lowest and highest tenth, the others free.

    Args: as in `curve_rows`.
    """
    mean = y.mean(axis=1)
    rows = []
    for j, factor in enumerate(factors):
        number, _ = slices_of(x[:, j], few_values(factor, x[:, j]))
        present = np.unique(number)
        row: dict[str, Any] = {"factor": factor.path, "label": factor.label, "kind": "tenths"}
        for end, part in (("low", present[0]), ("high", present[-1])):
            inside = number == part
            value, half = _mean(mean[inside], rows_of[inside], confidence)
            at = float(np.median(x[inside, j]))
            row |= {f"x_{end}": _shown(factor, at), f"y_{end}": value}
            row |= {f"{end}_lo": value - half, f"{end}_hi": value + half}
        rows.append({**row, "x_base": "all", "y_base": float(mean.mean())})
    return sorted(rows, key=lambda row: -abs(row["y_high"] - row["y_low"]))


def one_at_a_time_rows(data: Data, factors: tuple[Factor, ...], confidence: float) -> list[dict[str, Any]]:
    """Rows of the table `tornado` from a design of one factor at a time, with Student's t over the replicates."""
    from scipy.special import stdtrit

    y = data.y[0]  # (points, replicates)
    n = y.shape[1]
    mean = y.mean(axis=1)
    t = float(stdtrit(n - 1, 0.5 + 0.5 * confidence)) if n > 1 else np.nan
    half = t * y.std(axis=1, ddof=1) / np.sqrt(n) if n > 1 else np.full(len(y), np.nan)
    rows = []
    for j, factor in enumerate(factors):
        low, high = 1 + 2 * j, 2 + 2 * j
        ends = factor.values(np.array([0.0, 1.0])).tolist()
        rows.append(
            {
                "factor": factor.path, "label": factor.label, "kind": "one at a time",
                "x_low": factor.text(ends[0]), "x_base": factor.text(factor.middle), "x_high": factor.text(ends[1]),
                "y_low": mean[low], "y_base": mean[0], "y_high": mean[high],
                "low_lo": mean[low] - half[low], "low_hi": mean[low] + half[low],
                "high_lo": mean[high] - half[high], "high_hi": mean[high] + half[high],
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: -abs(row["y_high"] - row["y_low"]))


def _shown(factor: Factor, at: float) -> str:
    return factor.text(_level_text(factor, at) or at)
