"""The end table: one row a scenario and kind of uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pandas as pd

from sim.analysis.pairs import paired_difference

_MEDIANS = ("share_1y", "share_2y", "share_3y", "skill_end", "cost", "practice_hours")


def wilson(successes: int, n: int, *, alpha: float = 0.05) -> tuple[float, float]:
    """Interval of a probability (Wilson 1927); (0, 1) without any trial."""
    from scipy.special import ndtri

    if n == 0:
        return 0.0, 1.0
    z = float(ndtri(1.0 - alpha / 2.0))
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def summary(runs: pd.DataFrame, names: Sequence[str] | None = None, *, alpha: float = 0.05) -> pd.DataFrame:
    """What came of each scenario.

    Args:
        runs: the table of runs.
        names: scenarios in the order wanted; as they appear where not given.
        alpha: error of the intervals of differences.

    Returns:
        A row for each uncertainty and scenario: runs, failed; share_start, share_end (medians), share_end_q05 and
        share_end_q95, medians of other outcomes; swept (share of runs) with swept_low and swept_high (95 %);
        time_to_50 (median in years, inf where half of the runs or more never get there); difference from the first
        scenario in share_end with difference_low, difference_high, sign_share and distinguishable (missing for the
        first scenario).
    """
    order = list(dict.fromkeys(runs["scenario"])) if names is None else list(names)
    rows = []
    for uncertainty in dict.fromkeys(runs["uncertainty"]):
        for name in order:
            mine = runs[(runs["scenario"] == name) & (runs["uncertainty"] == uncertainty)]
            row = {"uncertainty": uncertainty, "scenario": name, **_one(mine)}
            if name != order[0]:
                contrast = paired_difference(runs, order[0], name, "share_end", str(uncertainty), alpha=alpha)
                row |= {
                    "difference": contrast.mean,
                    "difference_low": contrast.low,
                    "difference_high": contrast.high,
                    "sign_share": contrast.sign_share,
                    "distinguishable": contrast.distinguishable,
                }
            rows.append(row)
    return pd.DataFrame(rows)


def _one(mine: pd.DataFrame) -> dict[str, object]:
    fine = mine[mine["status"] == "ok"]
    swept = int(fine["swept"].astype("float64").sum())
    low, high = wilson(swept, len(fine))
    shares = fine["share_end"].astype("float64")
    times = fine["time_to_50"].astype("float64").fillna(np.inf).to_numpy()
    row: dict[str, object] = {
        "runs": len(mine),
        "failed": len(mine) - len(fine),
        "share_start": _median(fine["share_start"]),
        "share_end": _median(shares),
        "share_end_q05": float(shares.quantile(0.05)) if len(fine) else float("nan"),
        "share_end_q95": float(shares.quantile(0.95)) if len(fine) else float("nan"),
        "swept": swept / len(fine) if len(fine) else float("nan"),
        "swept_low": low,
        "swept_high": high,
        # The upper middle of an even number, so that a half that never gets there counts as never.
        "time_to_50": float(np.sort(times)[len(times) // 2]) if len(fine) else float("nan"),
    }
    return row | {name: _median(fine[name]) for name in _MEDIANS}


def _median(column: pd.Series[float]) -> float:
    return float(column.astype("float64").median()) if len(column) else float("nan")
