"""Stored tables as labelled arrays (xarray; `pip install -e '.[xarray]'`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiments.errors import ExperimentError
from sim.experiments.schema import MEASURES, OUTCOMES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sim.experiments import Experiment, Sweep

_RUN: Final = ["draw", "replicate"]


def _xarray() -> Any:
    try:
        import xarray
    except ImportError:
        raise ExperimentError(
            "to_xarray needs the library xarray: pip install -e '.[xarray]' in the folder of Ripple"
        ) from None
    return xarray


def experiment_cube(made: Experiment, uncertainty: str | None = None) -> xr.Dataset:
    """Runs and series of one kind of uncertainty, dimensions scenario, run, time and group.

    Returns:
        Outcomes (scenario, run), measures (scenario, run, time, group); coordinates draw and replicate along run
        (draw -1 where none), kind along group.  NaN where a run failed or a group does not exist.

    Raises:
        ExperimentError: xarray is not installed, or there are no runs of that kind.
    """
    xarray = _xarray()
    kinds = list(dict.fromkeys(made.runs["uncertainty"]))
    kind = uncertainty if uncertainty is not None else kinds[0]
    if kind not in kinds:
        raise ExperimentError(f"there are no runs of uncertainty {kind!r}; there is {', '.join(kinds)}")
    runs, series = (_numbered(table, kind) for table in (made.runs, made.series))
    pairs = runs[_RUN].drop_duplicates().sort_values(_RUN, ignore_index=True)
    runs, series = (table.merge(pairs.rename_axis("run").reset_index(), on=_RUN) for table in (runs, series))
    groups = series[["kind", "group"]].drop_duplicates(ignore_index=True)
    label = [name if sort == name else f"{sort}: {name}" for sort, name in groups.itertuples(index=False)]
    series = series.merge(groups.assign(label=label), on=["kind", "group"])
    drawn = [name for name in runs.columns if name.startswith("p.") and runs[name].notna().any()]
    outcomes = [name for name in (*OUTCOMES, *drawn) if name in runs]
    numbers = runs.astype(dict.fromkeys(outcomes, float))
    cube = numbers.set_index(["scenario", "run"])[outcomes].to_xarray()
    measures = [name for name in MEASURES if name in series]
    over_time = series.set_index(["scenario", "run", "time", "label"])[measures].to_xarray()
    cube = xarray.merge([cube, over_time.rename(label="group")], join="outer")
    cube = cube.sel(scenario=made.names, group=label)
    return cube.assign_coords(
        scenario=made.names,
        group=label,
        kind=("group", groups["kind"].tolist()),
        draw=("run", pairs["draw"].to_numpy()),
        replicate=("run", pairs["replicate"].to_numpy()),
    ).assign_attrs(uncertainty=kind, seed=int(made.plan["seed"]), version=str(made.plan["version"]))


def _numbered(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Rows of one kind of uncertainty, -1 where nothing was drawn."""
    rows = table[table["uncertainty"] == kind].drop(columns="run", errors="ignore")
    return rows.assign(draw=rows["draw"].fillna(-1).astype(int), replicate=rows["replicate"].astype(int))


def sweep_cube(made: Sweep) -> xr.Dataset:
    """Outputs of a sweep, dimensions point, scenario and replicate; the factors are coordinates along point.

    Raises:
        ExperimentError: xarray is not installed.
    """
    xarray = _xarray()
    arrays = {
        output: (
            ("point", "scenario", "replicate"),
            np.stack([made.values(output, name) for name in made.names], axis=1),
        )
        for output in made.outputs
    }
    design = made.design
    factors = {path: ("point", np.asarray(column)) for path, column in zip(design.paths, design.values)}
    cube: xr.Dataset = xarray.Dataset(arrays, coords={"scenario": made.names, **factors})
    return cube.assign_attrs(seed=int(made.plan["seed"]), version=str(made.plan["version"]))
