"""From stored tables to the fields of a brief.  Pure: what has to be run is run in `sim.report.brief`."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.analysis.pairs import ahead_from
from sim.behaviours.catalogue import CATALOGUE
from sim.decisions.curves import Curves
from sim.decisions.futures import AS_PLANNED
from sim.decisions.plans import DEFAULT
from sim.decisions.promises import INDICATORS, promises_from
from sim.report.brief_fields import Brief, FutureRow, Indicator, LeverRow, Mover, OtherPlan
from sim.report.errors import ReportError
from sim.report.facts import Facts
from sim.report.findings import Findings, Spread
from sim.report.gather import COSTS, SHARE, difference_of, gather

DATES: Final = (
    1 / 12,
    1 / 6,
    1 / 4,
    1 / 3,
    1 / 2,
    2 / 3,
)  # parts of the horizon at which an indicator is looked at
SELDOM: Final = 0.34  # an indicator that tells no more often than this is not promised
TELLS: Final = 0.8  # share of runs in which an indicator should tell the plan from my baseline
INDICATED: Final = 3
_NUMBERS: Final = ("years", "low", "median", "high", "usual_low", "usual", "usual_high", "tells")
_BAND: Final = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Material:
    """What a brief is made of.

    Attributes:
        plan, mine: facts of the plan and of my baseline.
        levers: rows of the plan's timeline as `plan.json` keeps it (id, label, dose, start, ramp, stop).
        runs, series: stored tables that hold both, under the same luck and the same draws.
        seed, version, equations, experiment, organisation_hash: provenance.
        default: runs and series of the default baseline, None where it could not be made.
        same_baselines: whether my baseline is the default one.
        futures: name, title and paired differences at the horizon; futures_left_out: titles.
        others: facts of other plans; compared: the runs that hold them and the plan, `runs` where not given.
        decision: sentences of a decision.
        begins: the day the plan starts.
        remarks: what could not be made.
    """

    plan: Facts
    mine: Facts
    levers: Sequence[Mapping[str, Any]]
    runs: pd.DataFrame
    series: pd.DataFrame
    seed: int
    version: str
    equations: str
    experiment: str
    organisation_hash: str
    default: tuple[pd.DataFrame, pd.DataFrame] | None = None
    same_baselines: bool = False
    futures: Sequence[tuple[str, str, Sequence[float]]] = ()
    futures_left_out: Sequence[str] = ()
    others: Sequence[Facts] = ()
    compared: pd.DataFrame | None = None
    decision: Sequence[str] = ()
    begins: datetime.date | None = None
    remarks: Sequence[str] = field(default=())


def findings_of(material: Material) -> Findings:
    """The plan against my baseline, from the same functions as the page of a comparison."""
    both = [material.mine.name, material.plan.name]
    return gather(
        [material.mine, material.plan],
        material.runs[material.runs["scenario"].isin(both)],
        material.series[material.series["scenario"].isin(both)],
        seed=material.seed,
        fingerprint=material.experiment,
        version=material.version,
    )


def brief_of(material: Material) -> Brief:
    """The fields of a brief.

    Raises:
        ReportError: no pair of runs came to an end.
    """
    fine = material.runs[material.runs["status"] == "ok"]
    names = (material.plan.name, material.mine.name)
    found = findings_of(material) if {*names} <= set(fine["scenario"]) else None
    if found is None or (difference := found.outcomes[1].difference) is None:
        raise ReportError(
            f"no pair of runs of {' and '.join(names)} came to an end; the column reason of runs.parquet says why"
        )
    mine, plan = found.outcomes
    gap = _gaps(material, found.uncertainty)
    planned = next((list(gains) for name, _, gains in material.futures if name == AS_PLANNED), None)
    return Brief(
        plan=material.plan.name,
        title=" ".join(material.plan.title.split()) or material.plan.name,
        question=" ".join(material.plan.question.split()),
        mine=material.mine.name,
        organisation=material.plan.organisation,
        people=found.people,
        years=found.years,
        wage=found.wage,
        currency=found.currency,
        verdict=difference.verdict,
        start=mine.start,  # people won over beforehand are part of the plan
        plan_end=plan.shares[max(plan.shares)],
        mine_end=mine.shares[max(mine.shares)],
        default_end=_default_end(material, mine.shares[max(mine.shares)], found.uncertainty),
        same_baselines=material.same_baselines,
        gain=difference.spread,
        ahead=difference.ahead,
        luck_gain=None if plan.luck_difference is None else plan.luck_difference.spread,
        visible_after=visible_after(gap),
        half_after=half_after(gap),
        costs={key: plan.costs[key] - mine.costs[key] for key in COSTS},
        levers=tuple(_lever(row, material.plan) for row in material.levers if row["what"] == "lever"),
        futures=tuple(
            FutureRow(name, title, spread(gains), len(gains), name == AS_PLANNED or list(gains) != planned)
            for name, title, gains in material.futures
        ),
        futures_left_out=tuple(material.futures_left_out),
        indicators=_indicators(material, found.uncertainty, found.years),
        movers=_movers(found),
        hinges=tuple(_meaning(found.movers, name) for name in found.hinges),
        warnings=tuple(found.warnings.get(plan.name, ())),
        others=tuple(_others(material, found.uncertainty)),
        decision=tuple(material.decision),
        worth=plan.worth_difference,
        uncertainty=found.uncertainty,
        draws=found.draws,
        replicates=found.replicates,
        version=material.version,
        equations=material.equations,
        experiment=material.experiment,
        organisation_hash=material.organisation_hash,
        seed=material.seed,
        curves=_curves(material, found),
        remarks=tuple(material.remarks),
        leader_asked=plan.asked,
        pairs=difference.pairs,
        begins="" if material.begins is None else material.begins.isoformat(),
    )


def spread(values: Sequence[float] | np.ndarray[Any, Any]) -> Spread:
    """Median and 90 % range of the known values."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return Spread(float("nan"), float("nan"), float("nan"))
    low, middle, high = np.quantile(known, _BAND)
    return Spread(float(middle), float(low), float(high))


# --- over time ------------------------------------------------------------------------------------------------


def _gaps(material: Material, kind: str) -> pd.DataFrame:
    """Plan minus my baseline in the share practising: a row a moment, a column a pair of runs."""
    rows = material.series
    rows = rows[(rows["uncertainty"] == kind) & (rows["kind"] == "all")]
    rows = rows.assign(pair=rows["draw"].astype("float64").fillna(-1.0) * 1e6 + rows["replicate"])
    wide = rows.pivot_table(index=["time", "pair"], columns="scenario", values=SHARE)
    names = (material.plan.name, material.mine.name)
    if not all(name in wide for name in names):
        return pd.DataFrame()
    gap = (wide[names[0]].astype("float64") - wide[names[1]].astype("float64")).unstack("pair")
    found: pd.DataFrame = gap.dropna(axis=1)
    return found


def visible_after(gap: pd.DataFrame) -> float | None:
    """From when on, in years, nine pairs in ten stay above 0; None if never."""
    return ahead_from(gap.index.to_numpy(dtype=np.float64), gap.to_numpy())


def half_after(gap: pd.DataFrame) -> Spread | None:
    """When a pair first has half of its difference at the end, over the pairs that end ahead; None if most do not."""
    if gap.empty:
        return None
    values, times = gap.to_numpy(), gap.index.to_numpy(dtype=np.float64)
    ahead = values[-1] > 1e-9
    if ahead.mean() <= 0.5:
        return None
    first = (values[:, ahead] >= 0.5 * values[-1, ahead]).argmax(axis=0)
    return spread(times[first])


def _curves(material: Material, found: Findings) -> pd.DataFrame:
    keep = ["years", "median", "low90", "high90"]
    roles = {material.plan.name: "plan", material.mine.name: "mine"}
    parts = [
        found.curves.loc[found.curves["scenario"] == name, keep].assign(scenario=role)
        for name, role in roles.items()
    ]
    if material.same_baselines:
        parts.append(parts[1].assign(scenario="default"))
    elif material.default is not None:
        facts = replace(material.mine, name=DEFAULT)
        other = gather([facts], *material.default, seed=0, fingerprint="", version="")
        parts.append(other.curves[keep].assign(scenario="default"))
    return pd.concat(parts, ignore_index=True)


def _default_end(material: Material, mine: Spread, kind: str) -> Spread | None:
    if material.same_baselines:
        return mine
    if material.default is None:
        return None
    runs = material.default[0]
    return spread(runs.loc[(runs["uncertainty"] == kind) & (runs["status"] == "ok"), "share_end"].to_numpy())


# --- lists ----------------------------------------------------------------------------------------------------


def _lever(row: Mapping[str, Any], plan: Facts) -> LeverRow:
    known = CATALOGUE.get(str(row["id"]))
    bar = next(
        (
            b
            for b in plan.bars
            if b.label == row["label"] and b.start == row["start"] and b.dose == row["dose"]
        ),
        None,
    )
    return LeverRow(
        id=str(row["id"]),
        name=str(row["label"]),
        who=bar.who if bar is not None else "",
        start=float(row["start"]),
        ramp=float(row["ramp"]),
        stop=float("inf") if row["stop"] is None else float(row["stop"]),
        dose=float(row["dose"]),
        hours=bar.hours if bar is not None else 0.0,
        grade=known.grade if known is not None else "",
        side_effect=known.side_effect if known is not None else "",
    )


def _indicators(material: Material, kind: str, years: float) -> tuple[Indicator, ...]:
    """For each of the indicators that stand out most, the earliest date at which it tells well."""
    rows = material.series[material.series["uncertainty"] == kind]
    rows = rows.rename(columns={"scenario": "plan"}).assign(
        future=kind, replicate=rows["draw"].astype("float64").fillna(-1.0) * 1e6 + rows["replicate"]
    )
    have = [name for name in INDICATORS if name in rows.columns]
    rows = rows.assign(**{name: np.nan for name in INDICATORS if name not in have})
    dates = [part * years for part in DATES]
    names = (material.plan.name, material.mine.name, kind)
    made = promises_from(Curves(rows), names, dates, indicators=INDICATED, begins=material.begins)
    found = []
    for _, log in made.log.groupby(["indicator", "group"], sort=False):
        good = log[log["tells"] >= TELLS]
        row: Any = good.iloc[0] if len(good) else log.iloc[int(log["tells"].to_numpy().argmax())]
        if float(row["tells"]) <= SELDOM:
            continue
        found.append(
            Indicator(
                name=str(row["indicator"]),
                title=INDICATORS[row["indicator"]],
                date=str(row["date"]),
                kind=str(row["kind"]),
                group=str(row["group"]),
                **{name: float(row[name]) for name in _NUMBERS},
            )
        )
    return tuple(sorted(found, key=lambda one: (one.years, one.name)))


def _movers(found: Findings) -> tuple[Mover, ...]:
    return tuple(
        Mover(
            str(row["parameter"]), meaning_of(str(row["parameter"]), str(row["meaning"])), str(row["grade"]),
            float(row["at_low"]), float(row["at_high"]), bool(row["clear"]),
        )
        for row in found.movers.to_dict("records")
    )  # fmt: skip


def _meaning(movers: pd.DataFrame, name: str) -> str:
    return meaning_of(name, str(movers.loc[movers["parameter"] == name, "meaning"].iloc[0]))


def meaning_of(name: str, meaning: str) -> str:
    """The first clause of what a parameter means; its name where that holds a digit, which would look like a finding."""
    first = re.split(r"; |: |, in units", meaning)[0]
    return name.replace("_", " ") if re.search(r"\d", first) else first


def _others(material: Material, kind: str) -> list[OtherPlan]:
    """What tells the plan from each other plan: the same rule as for the plan against the first of a comparison."""
    runs = material.runs if material.compared is None else material.compared
    fine = runs[runs["status"] == "ok"]
    found = []
    for other in material.others:
        told = difference_of(fine, other.name, material.plan.name, kind)
        title = other.title or other.name
        if title == material.plan.title:  # the plan itself, as it was saved or named before
            title = f"{title} ({other.name})"
        unknown = OtherPlan(title, "same", Spread(math.nan, math.nan, math.nan), 0)
        found.append(unknown if told is None else OtherPlan(title, told.verdict, told.spread, told.pairs))
    return found
