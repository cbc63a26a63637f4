"""From the stored tables of an experiment to what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from sim.parameters import REGISTER
from sim.report.facts import Facts
from sim.report.findings import Difference, Findings, Outcome, Spread

MARKS: Final = (1.0, 2.0, 3.0, 5.0)  # years at which the tables show the share
SINGLES: Final = 8  # single runs drawn in each panel
COSTS: Final = ("leader_hours", "learner_hours", "practice_hours", "facilitator_hours", "cash", "cost")
_QUANTILES: Final = {"low90": 0.05, "low50": 0.25, "median": 0.5, "high50": 0.75, "high90": 0.95}
_FEWEST_DRAWS: Final = 12  # below this nothing is said about single assumptions
_Z: Final = 1.96


def gather(
    plans: Sequence[Facts],
    runs: pd.DataFrame,
    series: pd.DataFrame,
    *,
    seed: int,
    fingerprint: str,
    version: str,
    settings: Mapping[str, str] | None = None,
) -> Findings:
    """What the tables of an experiment say.

    Args:
        plans: the scenarios, in order; the first is what the others are compared with.
        runs, series: the stored tables (`sim.experiments.schema`).
        seed, fingerprint, version, settings: provenance.
    """
    planned = len(runs)
    fine = runs[runs["status"] == "ok"]
    kinds = set(fine["uncertainty"])
    kind = "assumptions" if "assumptions" in kinds else "luck"
    chosen, moments = fine[fine["uncertainty"] == kind], _moments(series, kind)
    usual = next((plan.name for plan in plans if plan.usual), None)
    base = plans[0].name
    movers, hinges = (
        _movers(chosen, plans) if kind == "assumptions" and len(plans) > 1 else (_no_movers(), ())
    )
    return Findings(
        outcomes=tuple(_outcome(plan, base, chosen, moments) for plan in plans),
        uncertainty=kind,
        draws=int(chosen["draw"].nunique()),
        replicates=_most(chosen if kind == "luck" else fine[fine["uncertainty"] == "luck"]),
        planned=planned,
        failed=planned - len(fine),
        years=max(plan.years for plan in plans),
        usual=usual if len(plans) > 1 else None,
        curves=_bands(moments[moments["kind"] == "all"], ["scenario", "time"]),
        luck_curves=_bands(_all_staff(series, "luck"), ["scenario", "time"]),
        singles=_singles(moments[moments["kind"] == "all"]),
        levels=_bands(_with_level(moments), ["scenario", "level", "time"]),
        differences=_difference_bands(moments, plans),
        credit=_credit(chosen),
        movers=movers,
        hinges=hinges,
        data_report=_data_report(plans),
        settings=dict(settings or {}),
        people=plans[0].people,
        wage=plans[0].wage,
        currency=plans[0].currency,
        fingerprint=fingerprint,
        version=version,
        seed=seed,
        warnings={plan.name: plan.warnings for plan in plans if plan.warnings},
    )


def _most(rows: pd.DataFrame) -> int:
    return int(rows.groupby("scenario", observed=True).size().max()) if len(rows) else 0


# --- series ---------------------------------------------------------------------------------------------------


def _moments(series: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Share practising by run, time and group, of one kind of uncertainty, with one number for each run."""
    rows = series.loc[
        (series["uncertainty"] == kind) & series["kind"].isin(["all", "level"]),
        ["scenario", "draw", "replicate", "time", "kind", "group", "share_practising"],
    ].copy()
    rows["scenario"] = rows["scenario"].astype(str)
    rows["run"] = rows["draw"].astype("float").fillna(0.0) * 1_000_000 + rows["replicate"]
    return rows.rename(columns={"share_practising": "value"}).dropna(subset=["value"])


def _all_staff(series: pd.DataFrame, kind: str) -> pd.DataFrame:
    rows = _moments(series, kind)
    return rows[rows["kind"] == "all"]


def _with_level(moments: pd.DataFrame) -> pd.DataFrame:
    rows = moments[(moments["kind"] == "level") & (moments["group"] != "community")]
    return rows.rename(columns={"group": "level"})


def _bands(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Median, 50 and 90 % bands over runs; `time` becomes `years`."""
    if not len(rows):
        return pd.DataFrame(columns=[*("years" if name == "time" else name for name in by), *_QUANTILES])
    table = rows.groupby(by, observed=True, sort=True)["value"].quantile(list(_QUANTILES.values())).unstack()
    table.columns = pd.Index(list(_QUANTILES))
    return table.reset_index().rename(columns={"time": "years"})


def _singles(rows: pd.DataFrame) -> pd.DataFrame:
    """The first few runs, the same luck in every plan."""
    first = sorted(rows["run"].unique())[:SINGLES]
    part = rows.loc[rows["run"].isin(first), ["scenario", "run", "time", "value"]]
    return part.rename(columns={"time": "years"}).reset_index(drop=True)


def _difference_bands(moments: pd.DataFrame, plans: Sequence[Facts]) -> pd.DataFrame:
    rows = moments[moments["kind"] == "all"]
    if len(plans) < 2 or not len(rows):
        return _bands(rows.head(0), ["scenario", "time"])
    wide = rows.pivot_table(index=["run", "time"], columns="scenario", values="value")
    parts = []
    for plan in plans[1:]:
        if plan.name in wide and plans[0].name in wide:
            gap = (wide[plan.name] - wide[plans[0].name]).dropna().rename("value").reset_index()
            parts.append(gap.assign(scenario=plan.name))
    return _bands(pd.concat(parts) if parts else rows.head(0), ["scenario", "time"])


# --- outcomes -------------------------------------------------------------------------------------------------


def _outcome(plan: Facts, base: str, runs: pd.DataFrame, moments: pd.DataFrame) -> Outcome:
    mine = runs[runs["scenario"] == plan.name]
    shares = {}
    for year in MARKS:
        column = f"share_{year:.0f}y"
        if year <= plan.years + 1e-9 and mine[column].notna().any():
            shares[year] = _spread(mine[column])
    if not shares or abs(max(shares) - plan.years) > 0.02:
        shares[plan.years] = _spread(mine["share_end"])
    return Outcome(
        name=plan.name,
        title=plan.title,
        question=plan.question,
        start=float(mine["share_start"].mean()) if len(mine) else float("nan"),
        shares=shares,
        difference=None if plan.name == base else _difference(runs, base, plan.name),
        costs={key: float(mine[key].mean()) if len(mine) else 0.0 for key in COSTS},
        bars=plan.bars,
    )


def _spread(values: pd.Series) -> Spread:
    known = values.dropna().to_numpy(dtype=float)
    if not len(known):
        return Spread(float("nan"), float("nan"), float("nan"))
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95])
    return Spread(float(middle), float(low), float(high))


def _gaps(runs: pd.DataFrame, base: str, name: str) -> pd.Series:
    """Difference at the end by pair, a draw's replicates averaged; index: draw or replicate."""
    key = "draw" if (runs["uncertainty"] == "assumptions").all() and len(runs) else "replicate"
    wide = runs.pivot_table(
        index=[key, "replicate"] if key == "draw" else [key], columns="scenario", values="share_end"
    )
    if name not in wide or base not in wide:
        return pd.Series(dtype=float)
    gaps = (wide[name] - wide[base]).dropna()
    return gaps.groupby(level=0).mean()


def _difference(runs: pd.DataFrame, base: str, name: str) -> Difference | None:
    gaps = _gaps(runs, base, name)
    if not len(gaps):
        return None
    spread, mean = _spread(gaps), float(gaps.mean())
    error = _Z * float(gaps.std(ddof=1)) / len(gaps) ** 0.5 if len(gaps) > 1 else float("inf")
    ahead = float((gaps > 0).mean() + 0.5 * (gaps == 0).mean())
    verdict = "same"
    if spread.low > 0 or spread.high < 0:
        verdict = "more" if spread.low > 0 else "fewer"
    elif mean - error > 0 or mean + error < 0:
        verdict = "leans_more" if mean > 0 else "leans_fewer"
    return Difference(spread, ahead, len(gaps), verdict, mean, mean - error, mean + error)


def _credit(runs: pd.DataFrame) -> pd.DataFrame:
    columns = [name for name in runs.columns if name.startswith("adoptions_")]
    table = runs.groupby("scenario", observed=True)[columns].mean().stack().rename("adoptions").reset_index()
    table.columns = pd.Index(["scenario", "layer", "adoptions"])
    table["layer"] = table["layer"].str.removeprefix("adoptions_")
    return table[table["adoptions"] > 0].reset_index(drop=True)


# --- assumptions ----------------------------------------------------------------------------------------------

_MOVER_COLUMNS: Final = (
    "parameter", "meaning", "unit", "low", "high", "at_low", "at_high", "grade", "source",
)  # fmt: skip


def _no_movers() -> pd.DataFrame:
    return pd.DataFrame(columns=list(_MOVER_COLUMNS))


def _movers(runs: pd.DataFrame, plans: Sequence[Facts]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Parameters drawn, by how far the difference moves with them; those on which its sign hinges."""
    gaps = {plan.name: _gaps(runs, plans[0].name, plan.name) for plan in plans[1:]}
    name = max(gaps, key=lambda key: gaps[key].median() if len(gaps[key]) else -np.inf)
    gap = gaps[name]
    if len(gap) < _FEWEST_DRAWS:
        return _no_movers(), ()
    values = runs.drop_duplicates("draw").set_index("draw").filter(like="p.").loc[gap.index]
    rank = values.rank().corrwith(gap.rank()).abs().sort_values(ascending=False, kind="stable")
    rows = []
    for column in rank.dropna().index[:10]:
        entry = REGISTER[column.removeprefix("p.")]
        order = values[column].rank(pct=True)
        ends = gap[order <= 1 / 3].mean(), gap[order > 2 / 3].mean()
        rows.append(
            (entry.name, entry.meaning, entry.unit, entry.low, entry.high, *ends, entry.grade, entry.source)
        )
    found = pd.DataFrame(rows, columns=list(_MOVER_COLUMNS))
    return found, tuple(found.loc[found["at_low"] * found["at_high"] < 0, "parameter"])


def _data_report(plans: Sequence[Facts]) -> dict[str, Sequence[str]]:
    """What was found and made up, once for each organisation."""
    reports: dict[str, Sequence[str]] = {}
    for plan in plans:
        if plan.data_report and plan.data_report not in reports.values():
            reports[f"{plan.organisation} ({plan.name})" if reports else plan.organisation] = plan.data_report
    return reports
