"""Which assumptions the answer hangs on: rank correlation of the outcome with what was drawn.

With some tens of draws and more parameters than draws a regression on all of them has no solution; Spearman's rank
correlation, one parameter at a time, asks less.  Parameters are drawn independently of one another (Latin hypercube),
so their correlations do not borrow from each other except by chance; the interval says how much chance there is.
"""

from __future__ import annotations

from math import atanh, sqrt, tanh
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis.pairs import paired, values_of

PREFIX: Final = "p."
COLUMNS: Final = ("parameter", "rank_correlation", "low", "high", "p_value", "clear", "draws")


def rank_correlation(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Spearman's rank correlation, ties averaged; NaN where one of them does not vary."""
    a, b = (pd.Series(np.asarray(values, dtype=np.float64)).rank().to_numpy() for values in (x, y))
    a, b = a - a.mean(), b - b.mean()
    scale = sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale > 0.0 else float("nan")


def fisher_interval(correlation: float, n: int, *, alpha: float = 0.05) -> tuple[float, float]:
    """Interval of a rank correlation by Fisher's z, standard error of Bonett & Wright (2000)."""
    from scipy.special import ndtri

    if n <= 3 or not np.isfinite(correlation):
        return -1.0, 1.0
    if abs(correlation) >= 1.0:
        return correlation, correlation
    half = float(ndtri(1.0 - alpha / 2.0)) * sqrt((1.0 + correlation**2 / 2.0) / (n - 3))
    z = atanh(correlation)
    return tanh(z - half), tanh(z + half)


def assumptions_that_matter(
    runs: pd.DataFrame, a: str, b: str | None = None, outcome: str = "share_end", *, top: int | None = 3
) -> pd.DataFrame:
    """The parameters whose draws go most with the paired difference b − a (or with a's outcome, without b).

    Returns:
        A row a parameter, strongest first: parameter, rank_correlation, low and high (95 %), p_value (two-sided, of
        no correlation), clear (whether it stays below .05 when multiplied by the number of parameters: Bonferroni),
        draws.  Empty where nothing was drawn or the outcome does not vary.

    Raises:
        KeyError: a scenario or outcome that is not in the table.
    """
    empty = pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
    if b is None:
        values = values_of(runs, a, outcome, "assumptions")
    else:
        pairs = paired(runs, a, b, outcome, "assumptions")
        values = pairs["b"] - pairs["a"]
    by_draw = values.groupby(level=0).mean()
    names = [name for name in runs.columns if str(name).startswith(PREFIX)]
    mine = runs[(runs["scenario"] == a) & (runs["uncertainty"] == "assumptions")]
    drawn = mine.drop_duplicates("draw").set_index("draw")[names]
    drawn.index = drawn.index.astype(int)
    drawn = drawn.loc[by_draw.index]
    y: npt.NDArray[np.float64] = np.asarray(by_draw, dtype=np.float64)
    n = len(y)
    if n < 4 or not names or np.ptp(y) == 0.0:
        return empty
    rows = [_row(str(name), np.asarray(drawn[name], dtype=np.float64), y, len(names)) for name in names]
    table = pd.DataFrame([row for row in rows if row is not None], columns=list(COLUMNS))
    order = (-table["rank_correlation"].abs()).sort_values(kind="stable").index
    table = table.loc[order].reset_index(drop=True)
    return table if top is None else table.head(top)


def _row(
    name: str, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], tests: int
) -> tuple[object, ...] | None:
    from scipy.special import stdtr

    rho, n = rank_correlation(x, y), len(y)
    if not np.isfinite(rho):
        return None
    low, high = fisher_interval(rho, n)
    rest = 1.0 - rho * rho
    p = 0.0 if rest <= 0.0 else float(2.0 * stdtr(n - 2, -abs(rho) * sqrt((n - 2) / rest)))
    return name.removeprefix(PREFIX), rho, low, high, p, p * tests < 0.05, n
