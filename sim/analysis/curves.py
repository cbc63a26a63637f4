"""Curves over time: the middle and the bands of many runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

KEYS: Final = ["scenario", "uncertainty", "kind", "group", "time"]
QUANTILES: Final = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
_NOT_METRICS: Final = frozenset([*KEYS, "draw", "replicate"])


def bands(
    series: pd.DataFrame, *, metrics: Sequence[str] | None = None, kinds: Sequence[str] | None = None
) -> pd.DataFrame:
    """Median, 50 % band (q25–q75) and 90 % band (q05–q95) over runs, at each time.

    Args:
        series: the stored table.
        metrics: its columns to summarise; all where not given.
        kinds: kinds of groups, e.g. ("all", "level"); all where not given.

    Returns:
        A row for each scenario, uncertainty, kind, group, metric and time, in that order: n (runs with a value),
        mean, q05, q25, median, q75, q95.  Cells in which no run has a value are left out.

    Raises:
        KeyError: a metric that is not a column.
    """
    wanted = (
        [name for name in series.columns if name not in _NOT_METRICS] if metrics is None else list(metrics)
    )
    missing = [name for name in wanted if name not in series.columns]
    if missing:
        raise KeyError(f"no metric {missing[0]!r} in the series")
    rows = series if kinds is None else series[series["kind"].isin(list(kinds))]
    grouped = rows.astype(dict.fromkeys(wanted, "float64")).groupby(KEYS, sort=False, observed=True)[wanted]
    parts = {"n": grouped.count(), "mean": grouped.mean()}
    for name, q in QUANTILES.items():
        parts[name] = grouped.quantile(q)
    columns = [pd.Series(table.stack(), name=name) for name, table in parts.items()]
    long = pd.concat(columns, axis=1).rename_axis([*KEYS, "metric"]).reset_index()
    long = long[long["n"] > 0].astype({"n": "int64"})
    order = ["scenario", "uncertainty", "kind", "group", "metric", "time"]
    ranks = {name: {value: k for k, value in enumerate(dict.fromkeys(rows[name]))} for name in order[:4]}
    ranks["metric"] = {value: k for k, value in enumerate(wanted)}
    sort = long.assign(**{f"_{name}": long[name].map(rank) for name, rank in ranks.items()})
    sort = sort.sort_values([*(f"_{name}" for name in order[:5]), "time"], kind="stable")
    table: pd.DataFrame = sort[[*order, "n", "mean", *QUANTILES]].reset_index(drop=True)
    return table
