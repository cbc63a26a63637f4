"""Who lit whom: through which relationship people came to practise."""

from __future__ import annotations

import pandas as pd

_PREFIX = "adoptions_"


def lit_by_layer(runs: pd.DataFrame, *, uncertainty: str = "luck") -> pd.DataFrame:
    """Adoptions by what lit them: scenario, layer, adoptions (mean a run), share (of the scenario's adoptions)."""
    rows = runs[(runs["uncertainty"] == uncertainty) & (runs["status"] == "ok")]
    columns = [name for name in runs.columns if str(name).startswith(_PREFIX)]
    means = rows.groupby("scenario", sort=False)[columns].mean()
    means.columns = pd.Index([str(name).removeprefix(_PREFIX) for name in columns], name="layer")
    table = means.stack().rename("adoptions").reset_index()
    return _with_shares(table)


def who_lit_whom(events: pd.DataFrame, *, replicates: int | None = None) -> pd.DataFrame:
    """Adoptions by relationship and level of the person lit.

    Args:
        events: the stored table.
        replicates: runs a scenario; counted from the table where not given (a run without any event is missed).

    Returns:
        scenario, layer, level, adoptions (mean a run), share (of the scenario's adoptions).
    """
    lit = events[events["kind"] == "adopt"]
    runs = events.groupby("scenario", sort=False)["replicate"].nunique()
    counts = lit.groupby(["scenario", "layer", "level"], sort=False)["count"].sum()
    table = counts.rename("adoptions").reset_index()
    each = table["scenario"].map(runs) if replicates is None else replicates
    table["adoptions"] = table["adoptions"] / each
    return _with_shares(table)


def _with_shares(table: pd.DataFrame) -> pd.DataFrame:
    total = table.groupby("scenario")["adoptions"].transform("sum")
    return table.assign(share=(table["adoptions"] / total).where(total > 0))
