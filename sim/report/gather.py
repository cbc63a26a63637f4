"""From the stored tables of an experiment to what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from sim.analysis import assumptions_that_matter, bands, lit_by_layer, paired_difference
from sim.analysis.pairs import paired
from sim.parameters import REGISTER
from sim.report.facts import Facts
from sim.report.findings import LEVELS, RESULTS, Difference, Findings, Outcome, Spread

MARKS: Final = (1.0, 2.0, 3.0, 5.0)  # years at which the tables show the share
SINGLES: Final = 6  # single runs drawn in each panel
COSTS: Final = ("leader_hours", "learner_hours", "practice_hours", "facilitator_hours", "cash", "cost")
SHARE: Final = "share_practising"
_FEWEST_DRAWS: Final = 12  # below this nothing is said about single assumptions
_MOST_MOVERS: Final = 8
_BAND_COLUMNS: Final = {"q05": "low90", "q25": "low50", "median": "median", "q75": "high50", "q95": "high90"}
_MOVER_COLUMNS: Final = (
    "parameter", "meaning", "unit", "low", "high", "at_low", "at_high", "clear", "grade", "source",
)  # fmt: skip


def gather(
    plans: Sequence[Facts],
    runs: pd.DataFrame,
    series: pd.DataFrame,
    *,
    seed: int,
    fingerprint: str,
    version: str,
    settings: Mapping[str, str] | None = None,
    unlike: Sequence[str] = (),
) -> Findings:
    """What the tables of an experiment say.

    Args:
        plans: the scenarios, in order; the first is what the others are compared with.
        runs, series: the stored tables (`sim.experiments.schema`).
        seed, fingerprint, version, settings: provenance.
        unlike: plans whose business as usual is not that of the first.
    """
    fine = runs[runs["status"] == "ok"]
    kind = "assumptions" if (fine["uncertainty"] == "assumptions").any() else "luck"
    both = kind == "assumptions" and bool((fine["uncertainty"] == "luck").any())
    shares = _shares(series)
    movers = _movers(fine, plans) if kind == "assumptions" else _no_movers()
    return Findings(
        outcomes=tuple(_outcome(plan, plans[0].name, fine, kind, also_luck=both) for plan in plans),
        uncertainty=kind,
        draws=int(fine["draw"].nunique()),
        replicates=_replicates(fine),
        planned=len(runs),
        failed=len(runs) - len(fine),
        years=max(plan.years for plan in plans),
        usual=next((plan.name for plan in plans if plan.usual), None) if len(plans) > 1 else None,
        curves=_bands(shares, kind, "all"),
        luck_curves=_bands(shares, "luck", "all") if both else _bands(shares.head(0), "luck", "all"),
        singles=_singles(shares, kind),
        luck_singles=_singles(shares, "luck") if both else _singles(shares.head(0), "luck"),
        levels=_bands(shares, kind, "level").rename(columns={"group": "level"}),
        differences=_bands(_differences(shares, plans), kind, "all"),
        credit=lit_by_layer(runs, uncertainty=kind).query("adoptions > 0").reset_index(drop=True),
        movers=movers,
        hinges=_hinges(movers),
        data_report=_data_report(plans),
        settings=dict(settings or {}),
        people=plans[0].people,
        wage=plans[0].wage,
        currency=plans[0].currency,
        fingerprint=fingerprint,
        version=version,
        seed=seed,
        unlike=tuple(unlike),
        warnings={plan.name: plan.warnings for plan in plans if plan.warnings},
    )


def _replicates(fine: pd.DataFrame) -> int:
    luck = fine[fine["uncertainty"] == "luck"]
    return int(luck["replicate"].nunique())


# --- series ---------------------------------------------------------------------------------------------------


def _shares(series: pd.DataFrame) -> pd.DataFrame:
    """Share practising of the whole staff and of each level."""
    keep = series["kind"].isin(["all", "level"]) & (series["group"] != "community")
    columns = ["scenario", "uncertainty", "draw", "replicate", "time", "kind", "group", SHARE]
    rows = series.loc[keep, columns].astype({SHARE: "float64"})
    return rows.assign(draw=rows["draw"].astype("float64").fillna(-1.0)).dropna(subset=[SHARE])


def _bands(shares: pd.DataFrame, uncertainty: str, kind: str) -> pd.DataFrame:
    """Columns scenario, group, years, median, low50, high50, low90, high90."""
    rows = shares[(shares["uncertainty"] == uncertainty) & (shares["kind"] == kind)]
    wanted = ["scenario", "group", "years", *_BAND_COLUMNS.values()]
    if not len(rows):
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in wanted})
    table = bands(rows, metrics=[SHARE])
    return table.rename(columns={**_BAND_COLUMNS, "time": "years"})[wanted]


def _singles(shares: pd.DataFrame, uncertainty: str) -> pd.DataFrame:
    """The first few runs, the same luck in every plan: scenario, run, years, value."""
    rows = shares[(shares["uncertainty"] == uncertainty) & (shares["kind"] == "all")]
    number = rows["draw"] * 1e6 + rows["replicate"]
    first = sorted(set(number))[:SINGLES]
    rows = rows.assign(run=number)[number.isin(first)]
    return rows[["scenario", "run", "time", SHARE]].rename(columns={"time": "years", SHARE: "value"})


def _differences(shares: pd.DataFrame, plans: Sequence[Facts]) -> pd.DataFrame:
    """Run by run, how far each plan lies above the first: the same columns as the shares."""
    rows = shares[shares["kind"] == "all"]
    keys = ["uncertainty", "draw", "replicate", "time", "kind", "group"]
    wide = rows.pivot_table(index=keys, columns="scenario", values=SHARE, observed=True)
    parts = [
        (wide[plan.name] - wide[plans[0].name])
        .dropna()
        .rename(SHARE)
        .reset_index()
        .assign(scenario=plan.name)
        for plan in plans[1:]
        if plan.name in wide and plans[0].name in wide
    ]
    return pd.concat(parts, ignore_index=True) if parts else rows.head(0)


# --- outcomes -------------------------------------------------------------------------------------------------


def _outcome(plan: Facts, base: str, fine: pd.DataFrame, kind: str, *, also_luck: bool) -> Outcome:
    mine = fine[(fine["scenario"] == plan.name) & (fine["uncertainty"] == kind)]
    luck = fine[(fine["scenario"] == plan.name) & (fine["uncertainty"] == "luck")]
    other = plan.name != base
    return Outcome(
        name=plan.name,
        title=plan.title,
        question=plan.question,
        start=float(mine["share_start"].mean()),
        shares=_shares_at_marks(mine, plan.years),
        difference=difference_of(fine, base, plan.name, kind) if other else None,
        costs={key: float(mine[key].mean()) for key in COSTS},
        bars=plan.bars,
        luck_shares=_shares_at_marks(luck, plan.years) if also_luck else {},
        luck_difference=difference_of(fine, base, plan.name, "luck") if other and also_luck else None,
        levels={key: _spread(mine[key]) for key in (*LEVELS, *RESULTS) if _known(mine, key)},
        worth_difference=_worth(fine, base, plan.name, kind) if other else None,
        asked=plan.asked,
    )


def _known(runs: pd.DataFrame, column: str) -> bool:
    """Whether a column is there (older results lack some) and says anything."""
    return column in runs and bool(runs[column].notna().any())


def _worth(fine: pd.DataFrame, base: str, name: str, kind: str) -> Spread | None:
    """The paired difference in net present value, where both plans asked for the outcome map."""
    if not _known(fine, "net_present_value") or not _both(fine, base, name):
        return None
    pairs = paired(fine, base, name, "net_present_value", kind)
    return _spread(pairs["b"] - pairs["a"]) if len(pairs) else None


def _shares_at_marks(mine: pd.DataFrame, years: float) -> dict[float, Spread]:
    """The share at the marks within the horizon, and at the horizon."""
    found = {}
    for year in MARKS:
        column = mine[f"share_{year:.0f}y"]
        if year <= years + 1e-9 and column.notna().any():
            found[year] = _spread(column)
    if not found or abs(max(found) - years) > 0.02:
        found[years] = _spread(mine["share_end"])
    return found


def _spread(values: pd.Series[float]) -> Spread:
    known = values.dropna().to_numpy(dtype=float)
    if not len(known):
        return Spread(float("nan"), float("nan"), float("nan"))
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95])
    return Spread(float(middle), float(low), float(high))


def _both(fine: pd.DataFrame, base: str, name: str) -> bool:
    """Whether there are runs of both: every run of one may have failed."""
    return {base, name} <= set(fine["scenario"])


def difference_of(fine: pd.DataFrame, base: str, name: str, kind: str) -> Difference | None:
    """A plan against another, pair by pair, with the one rule for "distinguishable"; None if there is no pair."""
    if not _both(fine, base, name):
        return None
    found = paired_difference(fine, base, name, "share_end", kind)
    if not found.n:
        return None
    pairs = paired(fine, base, name, "share_end", kind)
    sign = "more" if found.mean > 0 else "fewer"
    verdict = "same"
    if found.distinguishable:
        verdict = sign
    elif found.low > 0 or found.high < 0:
        verdict = f"leans_{sign}"
    return Difference(
        spread=Spread(found.median, found.q05, found.q95),
        ahead=found.b_above,
        tied=float((pairs["a"] == pairs["b"]).mean()),
        pairs=found.n,
        verdict=verdict,
        mean=found.mean,
        mean_low=found.low,
        mean_high=found.high,
    )


# --- assumptions ----------------------------------------------------------------------------------------------


def _no_movers() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in _MOVER_COLUMNS})


def _movers(fine: pd.DataFrame, plans: Sequence[Facts]) -> pd.DataFrame:
    """Parameters drawn, by how far the difference that the headline speaks of goes with them.

    Their ends are the mean difference over the third of the draws in which the parameter is lowest, and highest.
    """
    found = [
        (plan.name, paired_difference(fine, plans[0].name, plan.name, "share_end", "assumptions"))
        for plan in plans[1:]
        if _both(fine, plans[0].name, plan.name)
    ]
    if not found or max(contrast.n for _, contrast in found) < _FEWEST_DRAWS:
        return _no_movers()
    name = max(found, key=lambda pair: pair[1].median)[0]
    ranked = assumptions_that_matter(fine, plans[0].name, name, "share_end", top=_MOST_MOVERS)
    drawn = fine[fine["uncertainty"] == "assumptions"]
    wide = drawn.pivot_table(index="draw", columns="scenario", values="share_end")
    gap = (wide[name] - wide[plans[0].name]).dropna()
    values = drawn.drop_duplicates("draw").set_index("draw").loc[gap.index]
    rows = []
    for parameter, clear in zip(ranked["parameter"], ranked["clear"]):
        entry = REGISTER[str(parameter)]
        order = values[f"p.{parameter}"].rank(pct=True)
        ends = float(gap[order <= 1 / 3].mean()), float(gap[order > 2 / 3].mean())
        rows.append(
            (
                entry.name,
                entry.meaning,
                entry.unit,
                entry.low,
                entry.high,
                *ends,
                bool(clear),
                entry.grade,
                entry.source,
            )
        )
    if not rows:
        return _no_movers()
    table = pd.DataFrame(rows, columns=list(_MOVER_COLUMNS))
    # as drawn: what stands out from chance first, then by the length of its bar
    table["length"] = (table["at_high"] - table["at_low"]).abs()
    table = table.sort_values(["clear", "length"], ascending=False, kind="stable")
    return table.drop(columns="length").reset_index(drop=True)


def _hinges(movers: pd.DataFrame) -> tuple[str, ...]:
    """Parameters that clearly matter and whose ends favour different plans."""
    turn = (movers["at_low"] * movers["at_high"] < 0) & movers["clear"].astype(bool)
    return tuple(movers.loc[turn, "parameter"]) if len(movers) else ()


def _data_report(plans: Sequence[Facts]) -> dict[str, Sequence[str]]:
    """What was found and made up, once for each organisation."""
    reports: dict[str, Sequence[str]] = {}
    for plan in plans:
        if plan.data_report and plan.data_report not in reports.values():
            reports[f"{plan.organisation} ({plan.name})" if reports else plan.organisation] = plan.data_report
    return reports
