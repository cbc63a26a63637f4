"""What pictures of answers share: numbers of a table, ranges, axes in points."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from sim.report.canvas import INK, PALETTE, signed_points

Floats = npt.NDArray[np.float64]
BLUE, ORANGE, GREEN = PALETTE[0], PALETTE[1], PALETTE[2]
ROW = 0.27  # inches of a row


def points(value: float) -> str:
    """A difference in points, as in the tables."""
    return f"{100 * value:.1f}".replace("-", "−")


def numbers(table: pd.DataFrame, column: str) -> Floats:
    """A column as numbers; what is missing as NaN."""
    return np.asarray(pd.to_numeric(table[column], errors="coerce"), dtype=np.float64)


def errors_of(table: pd.DataFrame, column: str) -> Floats:
    """Distances to both ends of a range, shape (2, rows); nothing where an end is unknown."""
    middle, low, high = (numbers(table, f"{column}{end}") for end in ("", "_low", "_high"))
    ends = np.clip(np.stack([middle - low, high - middle]), 0.0, None)
    return np.where(np.isfinite(ends), ends, 0.0)


def zero_line(axes: Axes, *, upright: bool) -> None:
    (axes.axvline if upright else axes.axhline)(0.0, color=INK, lw=0.8, zorder=1)


def points_axis(axis: Any) -> None:
    axis.set_major_formatter(signed_points)
