"""From outcomes of a design to a `SensitivityResult`: the way through, in order.

1. What each outcome is (`outputs`).  2. What its points mean (`designs.layout_of`).  3. Runs that are missing
(`treating`).  4. Indices with intervals (`methods`, `resampling`).  5. Is it settled (`converging`, `verdicts`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.experiments.design_table import Design
from sim.experiments.sweep_plan import LUCKS
from sim.sensitivity import shapes
from sim.sensitivity.converging import convergence_rows
from sim.sensitivity.data import Data, Floats
from sim.sensitivity.designs import Layout, layout_of, positions
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.methods import METHODS, Method
from sim.sensitivity.outputs import Outcome, outcomes_of
from sim.sensitivity.remarks import remarks
from sim.sensitivity.resampling import Estimates, Spread, dummy_floor, spread
from sim.sensitivity.result import SensitivityResult, table
from sim.sensitivity.screening import morris_floor
from sim.sensitivity.treating import TOLERATED, Treated, treat
from sim.sensitivity.verdicts import verdict

_FEWEST_GIVEN: Final = 64
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Ask:
    """How an analysis is to be made; see `analyse`."""

    luck: str = "common"
    policy: str = "refuse"
    tolerated: float = TOLERATED
    reasons: str = ""
    confidence: float = 0.95
    resamples: int | None = None
    seed: int = 1
    convergence: bool = True
    deterministic: bool = False


def analyse(
    design: Design,
    outcomes: Mapping[str, npt.ArrayLike],
    *,
    method: str | None = None,
    failed: npt.ArrayLike | None = None,
    horizon: float = math.nan,
    luck: str = "common",
    policy: str = "refuse",
    tolerated: float = TOLERATED,
    reasons: str = "",
    confidence: float = 0.95,
    resamples: int | None = None,
    seed: int = 1,
    convergence: bool = True,
    deterministic: bool = False,
) -> SensitivityResult:
    """What the outcomes depend on.

    Args:
        design: of `designs.make_design`, or any other where `method` takes given data.
        outcomes: by name (`share_end`, `share_practising[level=manager]@2.0`), shape (points, replicates) in the
            design's order, NaN where there is no value; (points,) is one replicate.
        method: another than the design was made for.
        failed: which runs did not finish, shape (points, replicates).
        horizon: years that runs last; needed for times that may never come.
        luck: "common" (replicate r lives through the same luck at every point) or "independent".
        policy, tolerated: what to do about missing runs, see `treating.treat`; reasons: why they failed, for messages.
        confidence: of the intervals, between 0 and 1.
        resamples: for intervals; the method's own number if left out.
        seed: of the resampling.
        convergence: whether to analyse the first half, quarter … of the base rows as well.
        deterministic: one run a point is all there is to know (a test function): no word about chance.

    Raises:
        SensitivityError: a design that does not fit, missing runs that the policy does not allow, wrong shapes.
    """
    if luck not in LUCKS:
        raise SensitivityError(f"luck is common or independent, found '{luck}'")
    if not 0.0 < confidence < 1.0:
        raise SensitivityError(f"confidence lies between 0 and 1, found {confidence!r}")
    ask = Ask(luck, policy, tolerated, reasons, confidence, resamples, seed, convergence, deterministic)
    layout = layout_of(design, method)
    if layout.method.estimate is None:
        raise SensitivityError(
            f"design {layout.method.name} has no analysis of its own; choose one for any points: rbd_fast, delta, pawn, rsa"
        )
    found = outcomes_of(outcomes, failed, horizon=horizon)
    rows: Rows = {name: [] for name in ("indices", "variance", "convergence", "verdicts", "outputs")}
    rows |= {name: [] for name in ("curves", "tornado", "points", "notes")}
    latest = {item.name: item.time for item in sorted(found, key=lambda item: (item.name, item.time))}
    for item in found:
        last = math.isnan(item.time) or latest[item.name] == item.time
        _one(item, layout, ask, rows, in_full=last)
    rows["factors"] = [_factor_row(layout, k) for k in range(len(layout.factors))]
    serious = {"warning": 0, "caution": 1, "info": 2}
    rows["notes"] = sorted(_once(rows["notes"]), key=lambda row: serious[row["level"]])
    replicates = next(iter(found)).y.shape[1]
    meta = {
        "samples": layout.samples, "second_order": layout.second_order, "replicates": replicates, "luck": luck,
        "seed": layout.seed, "points": len(design), "runs": len(design) * replicates, "confidence": confidence,
        "resamples": layout.method.resamples if resamples is None else resamples, "policy": policy,
        "salib": design.meta.get("salib", ""), "digest": design.digest,
    }  # fmt: skip
    return SensitivityResult(
        method=layout.method.name, meta=meta, **{name: table(name, entries) for name, entries in rows.items()}
    )


def _one(item: Outcome, layout: Layout, ask: Ask, rows: Rows, *, in_full: bool) -> None:
    """All rows of one outcome."""
    where = {"output": item.name, "time": item.time}
    rows["points"] += _point_rows(item, where)
    if item.given:
        layout, item = _where_there_is_any(item, layout)
        if layout.n_points < _FEWEST_GIVEN:
            rows["notes"].append(
                {**where, "level": "info", "kind": "two-humped", "text": f"{item.name}: {layout.n_points} points have "
                 "runs in the upper hump, too few to say what it depends on there"}
            )  # fmt: skip
            return
    treated = treat(
        item.y, layout, name=item.name, policy=ask.policy, tolerated=ask.tolerated, reasons=ask.reasons
    )
    method = layout.method
    members = tuple(numbers for _, numbers in layout.groups)
    x = layout.x[treated.rows]
    real = positions(layout)
    few = tuple(shapes.few_values(factor, real[:, j]) for j, factor in enumerate(layout.factors))
    data = Data(treated.y, x, members, few)
    common = ask.luck == "common"
    result = spread(
        data, method, common=common, seed=ask.seed, confidence=ask.confidence, resamples=ask.resamples
    )
    floors = _floors(data, method, ask)
    labels = _labels(layout)
    rows["indices"] += _index_rows(result, floors, layout, labels, where, data.replicates)
    rows["variance"] += _variance_rows(result, layout, labels, where, ask.confidence)
    rows["outputs"].append(_output_row(item, treated, result, where))
    runs = int(item.y.shape[0] * item.y.shape[1])
    lead = method.leads
    judged = verdict(
        lead,
        labels,
        result.value[lead],
        result.drawn[lead],
        result.low[lead],
        result.high[lead],
        runs=runs,
        resampling=method.resampling,
    )
    rows["verdicts"].append(
        {**where, "index": lead, "settled": judged.settled, "leading": "; ".join(judged.leading),
         "half_width": judged.half_width, "sentence": judged.sentence}
    )  # fmt: skip
    rows["notes"] += [
        {**where, **note} for note in remarks(item, treated, data, result, method, common, ask.deterministic)
    ]
    if in_full and ask.convergence:
        entries = convergence_rows(
            data, method, result, tuple(name for name, _ in layout.groups), labels, common=common, seed=ask.seed,
            confidence=ask.confidence,
        )  # fmt: skip
        rows["convergence"] += [{**where, **entry} for entry in entries]
    if in_full:
        _shape_rows(data, layout, real, treated, ask, where, rows)


def _shape_rows(
    data: Data, layout: Layout, real: Floats, treated: Treated, ask: Ask, where: dict[str, Any], rows: Rows
) -> None:
    name = layout.method.name
    if name == "tornado":
        bars = shapes.one_at_a_time_rows(data, layout.factors, ask.confidence)
        rows["tornado"] += [{**where, **bar} for bar in bars]
        return
    per_row = layout.x.shape[1]
    kept = (treated.rows[:, None] * per_row + np.arange(per_row)).ravel()
    flat, x = data.y.reshape(-1, data.replicates), real[kept]
    kinds = ("mean", *{"pawn": ("pawn",), "rsa": ("regional",)}.get(name, ()))
    rows_of = layout.clusters[kept]
    curves = shapes.curve_rows(flat, x, layout.factors, kinds, rows_of, ask.confidence)
    rows["curves"] += [{**where, **entry} for entry in curves]
    bars = shapes.tenth_rows(flat, x, layout.factors, rows_of, ask.confidence)
    rows["tornado"] += [{**where, **bar} for bar in bars]


def _where_there_is_any(item: Outcome, layout: Layout) -> tuple[Layout, Outcome]:
    """One value a point (the mean of its runs that have one) at the points that have any, for PAWN."""
    real = positions(layout)
    first = np.unique(layout.place.ravel(), return_index=True)[1]
    some = np.flatnonzero(np.isfinite(item.y).any(axis=1))
    mean = np.nanmean(item.y[some], axis=1)[:, None] if len(some) else item.y[some][:, :1]
    groups = tuple((factor.path, (k,)) for k, factor in enumerate(layout.factors))
    part = replace(
        layout, method=METHODS["pawn"], groups=groups, x=real[first[some]][:, None, :],
        place=np.arange(len(some), dtype=np.int64)[:, None], n_points=len(some),
        drawn_with=layout.clusters[first[some]],
    )  # fmt: skip
    return part, replace(item, y=mean)


def _floors(data: Data, method: Method, ask: Ask) -> Estimates:
    if method.name == "morris":
        return morris_floor(data)
    if method.resampling == "halves":
        return dummy_floor(data, method, seed=ask.seed, count=20 if method.name == "delta" else 40)
    return {}


def _labels(layout: Layout) -> tuple[str, ...]:
    return tuple(
        layout.factors[numbers[0]].label
        if len(numbers) == 1 and not layout.factors[numbers[0]].group
        else name
        for name, numbers in layout.groups
    )


def _index_rows(
    result: Spread,
    floors: Estimates,
    layout: Layout,
    labels: tuple[str, ...],
    where: dict[str, Any],
    replicates: int,
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    names = [name for name, _ in layout.groups]
    groups = [layout.factors[numbers[0]].group for _, numbers in layout.groups]
    for index, value in result.value.items():
        if index in ("V", "chance"):
            continue
        corrected = index in layout.method.corrected and replicates > 1
        common: dict[str, Any] = {**where, "index": index, "corrected": corrected}
        pairs = (
            np.argwhere(np.triu(np.ones(value.shape), 1))
            if value.ndim == 2
            else np.arange(len(value))[:, None]
        )
        size = np.array([abs(float(value[tuple(pair)])) for pair in pairs])
        rank = np.empty(len(size), dtype=np.int64)
        rank[np.argsort(np.where(np.isnan(size), np.inf, -size), kind="stable")] = np.arange(1, len(size) + 1)
        floor = floors.get(index)
        for place, pair in zip(rank.tolist(), pairs.tolist(), strict=True):
            at, second = tuple(pair), pair[1] if len(pair) > 1 else None
            rows.append(
                {
                    **common, "factor": names[pair[0]], "label": labels[pair[0]], "group": groups[pair[0]],
                    "factor2": "" if second is None else names[second],
                    "label2": "" if second is None else labels[second],
                    "value": float(value[at]), "low": float(result.low[index][at]),
                    "high": float(result.high[index][at]),
                    "floor": math.nan if floor is None else float(floor[at]), "rank": place,
                }
            )  # fmt: skip
    return rows


def _variance_rows(
    result: Spread, layout: Layout, labels: tuple[str, ...], where: dict[str, Any], confidence: float
) -> list[dict[str, Any]]:
    """Where the variance of a single run comes from, with shares and their intervals."""
    if "V" not in result.value:
        return []
    parts: list[tuple[str, str, str, Floats]] = []  # part, factor, label, [value, resamples…]
    variance = np.concatenate([[result.value["V"]], result.drawn["V"]])
    chance = np.concatenate([[result.value["chance"]], result.drawn["chance"]])
    if "S1" in result.value:
        first = np.concatenate([result.value["S1"][None], result.drawn["S1"]])
        alone = first * variance[:, None]
        for k, (name, _) in enumerate(layout.groups):
            parts.append(("alone", name, labels[k], alone[:, k]))
        parts.append(("together", "", "with one another", variance - alone.sum(axis=1)))
    else:
        parts.append(("factors", "", "all factors", variance))
    known = bool(np.isfinite(chance[0]))
    if known:
        parts.append(("chance", "", "chance", chance))
    whole = variance + (chance if known else 0.0)
    whole = np.where(whole > 0.0, whole, np.nan)
    rows = []
    tails = [50.0 * (1.0 - confidence), 50.0 * (1.0 + confidence)]
    for part, factor, label, values in parts:
        share = values / whole
        drawn = share[1:][np.isfinite(share[1:])]
        low, high = np.percentile(drawn, tails) if len(drawn) > 4 else (math.nan, math.nan)
        rows.append(
            {**where, "part": part, "factor": factor, "label": label, "variance": float(values[0]),
             "share": float(share[0]), "low": float(low), "high": float(high)}
        )  # fmt: skip
    return rows


def _output_row(item: Outcome, treated: Treated, result: Spread, where: dict[str, Any]) -> dict[str, Any]:
    variance = float(result.value.get("V", np.asarray(math.nan)))
    return {
        **where, "kind": item.kind,
        "treatment": "; ".join(part for part in (item.treatment, treated.said) if part),
        "points": item.y.shape[0], "runs": item.y.size, "failed": item.failed, "undefined": item.undefined,
        "mean": float(treated.y.mean()), "sd": math.sqrt(max(0.0, variance)) if np.isfinite(variance) else math.nan,
        "chance_sd": float(np.sqrt(result.value["chance"])), "remark": item.remark,
    }  # fmt: skip


def _point_rows(item: Outcome, where: dict[str, Any]) -> list[dict[str, Any]]:
    there = np.isfinite(item.y)
    n = there.sum(axis=1)
    mean = np.where(there, item.y, 0.0).sum(axis=1) / np.where(n > 0, n, np.nan)
    about = np.where(there, (item.y - mean[:, None]) ** 2, 0.0).sum(axis=1)
    sd = np.sqrt(about / np.where(n > 1, n - 1, np.nan))
    return [
        {**where, "point": k, "mean": mean_, "sd": sd_, "n": n_}
        for k, (mean_, sd_, n_) in enumerate(zip(mean.tolist(), sd.tolist(), n.tolist(), strict=True))
    ]


def _factor_row(layout: Layout, number: int) -> dict[str, Any]:
    factor = layout.factors[number]
    return {
        "factor": factor.path, "label": factor.label, "group": factor.group, "kind": factor.kind, "low": factor.low,
        "high": factor.high, "base": str(factor.base), "levels": " | ".join(map(str, factor.levels)),
        "distribution": factor.distribution if factor.kind != "categorical" else "", "unit": factor.unit,
        "grade": factor.grade, "tags": ", ".join(factor.tags), "source": factor.source, "meaning": factor.meaning,
    }  # fmt: skip


def _once(notes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Notes that say the same of several times of an outcome, once."""
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for note in notes:
        seen.setdefault((note["output"], note["text"]), note)
    return list(seen.values())
