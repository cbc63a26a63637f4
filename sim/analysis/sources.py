"""Who lit whom: through which relationship people came to practise."""

from __future__ import annotations

import pandas as pd

_PREFIX = "adoptions_"


def lit_by_layer(runs: pd.DataFrame, *, uncertainty: str = "luck") -> pd.DataFrame:
    """Adoptions by what lit them: scenario, layer, adoptions (mean a run), share (of the scenario's adoptions)."""
    rows = runs[(runs["uncertainty"] == uncertainty) & (runs["status"] == "ok")]
    columns = [name for name in runs.columns if str(name).startswith(_PREFIX)]
    means = rows.groupby("scenario", sort=False)[columns].mean()
    means.columns = pd.Index([str(name).removeprefix(_PREFIX) for name in columns])
    table = means.reset_index().melt(id_vars="scenario", var_name="layer", value_name="adoptions")
    return _with_shares(table)


def who_lit_whom(events: pd.DataFrame, *, replicates: int | pd.Series[int] | None = None) -> pd.DataFrame:
    """Adoptions by relationship and level of the person lit.

    Args:
        events: the stored table.
        replicates: runs of each scenario (one number, or by name); counted from the table where not given (a run
            without any event is missed).

    Returns:
        scenario, layer, level, adoptions (mean a run), share (of the scenario's adoptions).
    """
    lit = events[events["kind"] == "adopt"]
    runs = events.groupby("scenario", sort=False)["replicate"].nunique()
    counts = lit.groupby(["scenario", "layer", "level"], sort=False)["count"].sum()
    table = counts.rename("adoptions").reset_index()
    runs = replicates if isinstance(replicates, pd.Series) else runs
    each = replicates if isinstance(replicates, int) else table["scenario"].map(runs)
    table["adoptions"] = table["adoptions"] / each
    return _with_shares(table)


def _with_shares(table: pd.DataFrame) -> pd.DataFrame:
    total = table.groupby("scenario")["adoptions"].transform("sum")
    return table.assign(share=(table["adoptions"] / total).where(total > 0))
