"""Two scenarios run by run: the same luck, the same assumptions, only the plan differs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

SIGN_NEEDED: Final = 0.90  # share of draws in which the sign must hold


def values_of(runs: pd.DataFrame, scenario: str, outcome: str, uncertainty: str) -> pd.Series[float]:
    """An outcome by (draw, replicate), failed runs and missing values left out.

    Raises:
        KeyError: a scenario or outcome that is not in the table.
    """
    if outcome not in runs.columns:
        raise KeyError(f"no outcome {outcome!r}; the table has {', '.join(map(str, runs.columns))}")
    if not (runs["scenario"] == scenario).any():
        raise KeyError(f"no scenario {scenario!r}; the table has {', '.join(sorted(set(runs['scenario'])))}")
    mine = runs[
        (runs["scenario"] == scenario) & (runs["uncertainty"] == uncertainty) & (runs["status"] == "ok")
    ]
    index = pd.MultiIndex.from_arrays([mine["draw"].fillna(-1).astype(int), mine["replicate"]])
    values = pd.to_numeric(mine[outcome].astype("float64")).to_numpy(dtype=np.float64)
    return pd.Series(values, index=index, name=scenario).dropna()


def paired(runs: pd.DataFrame, a: str, b: str, outcome: str, uncertainty: str) -> pd.DataFrame:
    """Columns a and b, a row for each run that both have, index (draw, replicate) in order."""
    first, second = values_of(runs, a, outcome, uncertainty), values_of(runs, b, outcome, uncertainty)
    table = pd.concat([first.rename("a"), second.rename("b")], axis=1, join="inner")
    return table.sort_index()


def t_interval(values: npt.ArrayLike, *, alpha: float = 0.05) -> tuple[float, float, float]:
    """Mean and its t interval at level 1 − alpha; the interval is (−inf, inf) for fewer than two values."""
    from scipy.special import stdtrit

    x = np.asarray(values, dtype=np.float64)
    if len(x) == 0:
        return float("nan"), float("-inf"), float("inf")
    mean = float(x.mean())
    if len(x) < 2:
        return mean, float("-inf"), float("inf")
    half = float(stdtrit(len(x) - 1, 1.0 - alpha / 2.0)) * float(x.std(ddof=1)) / sqrt(len(x))
    return mean, mean - half, mean + half


@dataclass(frozen=True, slots=True)
class Contrast:
    """How far b lies above a, pair by pair.

    Attributes:
        a, b, outcome, uncertainty: what is compared: b minus a; "luck" at the default parameters, or luck together
            with "assumptions".
        n, dropped: pairs used, and pairs of which one run failed or has no value.
        mean: mean difference; low, high: its t interval at level 1 − alpha.
        median, q05, q25, q75, q95: of the differences themselves.
        sign_share: share of pairs whose difference has the sign of the mean; b_above: share in which b is above a.
        alpha: error of the interval.
        distinguishable: luck: the interval leaves out 0; assumptions: that, and the sign holds in 90 % of draws.
    """

    a: str
    b: str
    outcome: str
    uncertainty: str
    n: int
    dropped: int
    mean: float
    low: float
    high: float
    median: float
    q05: float
    q25: float
    q75: float
    q95: float
    sign_share: float
    b_above: float
    alpha: float
    distinguishable: bool

    @property
    def verdict(self) -> str:
        """One sentence, plainly."""
        if self.n == 0:
            return f"no pair of runs of '{self.a}' and '{self.b}' has {self.outcome}"
        if not self.distinguishable:
            return f"'{self.a}' and '{self.b}' are not distinguishable in {self.outcome}"
        word = "above" if self.mean > 0 else "below"
        return f"'{self.b}' is {word} '{self.a}' in {self.outcome} in {self.sign_share:.0%} of {self.n} pairs"

    def as_dict(self) -> dict[str, object]:
        """All of it, for tables and JSON."""
        return {**asdict(self), "verdict": self.verdict}


def paired_difference(
    runs: pd.DataFrame,
    a: str,
    b: str,
    outcome: str = "share_end",
    uncertainty: str = "assumptions",
    *,
    alpha: float = 0.05,
) -> Contrast:
    """Difference b − a over pairs of runs.

    Args:
        runs: the table of runs.
        a, b: scenarios.
        outcome: a column of `runs`.
        uncertainty: "luck" or "assumptions".
        alpha: error of the interval of the mean.

    Raises:
        KeyError: a scenario or outcome that is not in the table.
    """
    pairs = paired(runs, a, b, outcome, uncertainty)
    there = (runs["uncertainty"] == uncertainty) & (runs["scenario"] == a)
    d = (pairs["b"] - pairs["a"]).to_numpy(dtype=np.float64)
    mean, low, high = t_interval(d, alpha=alpha)
    quantiles = np.quantile(d, [0.05, 0.25, 0.5, 0.75, 0.95]) if len(d) else np.full(5, np.nan)
    sign_share = float((np.sign(d) == np.sign(mean)).mean()) if len(d) else float("nan")
    clear = bool(len(d) >= 2 and (low > 0.0 or high < 0.0))
    if uncertainty == "assumptions":
        clear = clear and sign_share >= SIGN_NEEDED
    return Contrast(
        a=a,
        b=b,
        outcome=outcome,
        uncertainty=uncertainty,
        n=len(d),
        dropped=int(there.sum()) - len(d),
        mean=mean,
        low=low,
        high=high,
        median=float(quantiles[2]),
        q05=float(quantiles[0]),
        q25=float(quantiles[1]),
        q75=float(quantiles[3]),
        q95=float(quantiles[4]),
        sign_share=sign_share,
        b_above=float((d > 0).mean()) if len(d) else float("nan"),
        alpha=alpha,
        distinguishable=clear,
    )


def ahead_from(times: Floats, gaps: Floats) -> float | None:
    """From when on a plan stays ahead in nine pairs of runs in ten, None if it does not.

    Args:
        times: moments, ascending, shape (moments,).
        gaps: plan less the other, shape (moments, pairs).
    """
    if not gaps.size:
        return None
    clear = (gaps > 1e-9).mean(axis=1) >= SIGN_NEEDED
    if not clear[-1]:
        return None
    below = np.flatnonzero(~clear)
    return float(times[below[-1] + 1 if len(below) else 0])
