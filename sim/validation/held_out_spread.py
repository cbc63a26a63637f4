"""Held-out patterns of spread: P2, P5b, P6, P7 and P12."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.calibration import draws
from sim.calibration.cases import Case, seeded, simulations, to_year
from sim.calibration.rows import Row, judged, reported
from sim.calibration.tipping import others_share, random_people, tipping
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.run import Simulation
from sim.engine.stationary import offset_for, with_parameters
from sim.engine.world import surveyed_share
from sim.parameters import record
from sim.scenario import Resolved
from sim.theory.channels import CONDUCT
from sim.validation.lab import scenario

Floats = npt.NDArray[np.float64]
_KEPT, _MARGIN = 0.5, 0.1
_PEOPLE_OF_A_DRAW: Final = 200


def shares(plan: Resolved, offset: float, count: int, years: tuple[float, ...]) -> Floats:
    """Share practising at some years, shape (runs, years); the runs of two plans have the same luck."""

    def look(run: Simulation) -> list[float]:
        run.advance(run.burn + run.resolved.steps)
        return [float(run.world.share[round(year / run.resolved.dt) - 1]) for year in years]

    plan = replace(plan, years=max(years))
    return np.array(simulations(plan, look, offset=offset, count=count, record_every=10**6))


def unstable_point(one: Case, count: int) -> float:
    """Share from which practice goes on by itself: half of the runs that start there stand higher two years later.

    A random share practises at time 0, free to lapse and leave; nothing else is done.  Bisection to .0125.
    """
    plan = blueprint(replace(one.usual, years=2.0))

    def rises(share: float) -> float:
        size = round(share * int(one.usual.organization.staff.sum()))

        def of_replicate(replicate: int) -> Blueprint:
            seats = np.sort(random_people(plan, replicate)[:size])
            return seeded(plan, seats, used=1.0, committed=False)

        def look(run: Simulation) -> float:
            to_year(run, 0.25)
            early = float(run.world.share[:13].mean())
            to_year(run, 2.0)
            return float(run.world.share[-13:].mean() > early)

        return float(
            np.mean(simulations(of_replicate, look, offset=one.offset, count=count, record_every=10**6))
        )

    low, high = 0.15, 0.9
    while high - low > 0.0125:
        middle = 0.5 * (low + high)
        if rises(middle) >= 0.5:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


def programmes_end(one: Case, quick: bool) -> Iterator[Row]:
    """P2: what is left two years after the bundle ends, by whether the peak stood below or above the unstable point."""
    edge = unstable_point(one, 12 if quick else 40)
    yield reported(
        "P2", one.name, "unstable point, share", edge, "half of the runs that start there rise by themselves"
    )
    usual = surveyed_share(one.usual, record(one.usual.parameters)[0])
    peaks, ends = [], []
    lengths = (0.75, 1.25, 1.75, 2.25, 3.0) if quick else (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
    for length in lengths:
        items = tuple(replace(item, stop=length) for item in one.bundle.programmes)
        plan = replace(one.bundle, programmes=items)
        found = _peak_and_end(replace(plan, years=length + 2.0), one.offset, 12 if quick else 40)
        peaks.append(found[:, 0])
        ends.append(found[:, 1])
    peak, end = np.concatenate(peaks), np.concatenate(ends)
    gained = peak - usual > 0.02
    kept = (end - usual) / np.where(gained, peak - usual, 1.0)
    for words, chosen, low, high in (
        ("below", gained & (peak < edge - _MARGIN), -np.inf, _KEPT),
        ("above", gained & (peak > edge + _MARGIN), _KEPT, np.inf),
    ):
        value = float(np.median(kept[chosen])) if chosen.any() else float("nan")
        detail = f"{int(chosen.sum())} runs of programmes of {lengths[0]:g} to {lengths[-1]:g} years"
        what = f"median share of the gain kept two years after the end, peaks .1 {words} the unstable point"
        yield judged("P2", one.name, what, value, low, high, detail)


def _peak_and_end(plan: Resolved, offset: float, count: int) -> Floats:
    """Highest quarter of a run and its last, shape (runs, 2): a programme's gain may go on growing after it has ended."""

    def look(run: Simulation) -> list[float]:
        run.advance(run.burn + run.resolved.steps)
        quarter = np.convolve(run.world.share, np.full(13, 1 / 13), mode="valid")
        return [float(quarter.max()), float(quarter[-1])]

    return np.array(simulations(plan, look, offset=offset, count=count, record_every=10**6))


def more_than_its_parts(one: Case, quick: bool) -> Iterator[Row]:
    """P5b: leaders' conduct and programmes together against each alone, on two scales."""
    conduct = tuple(item for item in one.bundle.programmes if item.lever in CONDUCT)
    rest = tuple(item for item in one.bundle.programmes if item.lever not in CONDUCT)
    count, years = (16, (2.0,)) if quick else (80, (2.0, 3.0))
    found = {}
    for name, items in (
        ("none", ()),
        ("conduct", conduct),
        ("programmes", rest),
        ("both", (*conduct, *rest)),
    ):
        found[name] = shares(replace(one.bundle, programmes=items), one.offset, count, years)
    for column, year in enumerate(years):
        arms = {name: table[:, column] for name, table in found.items()}
        for scale, values in (
            ("share", arms),
            ("log-odds", {name: _log_odds(v) for name, v in arms.items()}),
        ):
            contrast = values["both"] - values["conduct"] - values["programmes"] + values["none"]
            half = 1.96 * float(contrast.std(ddof=1)) / sqrt(count)
            means = ", ".join(f"{name} {v.mean():.2f}" for name, v in arms.items())
            detail = f"± {half:.3f} (95 %), {count} runs; shares: {means}"
            if scale == "log-odds":
                detail += "; structural" if abs(contrast.mean()) <= half else "; not the scale alone"
            yield reported(
                "P5b",
                one.name,
                f"surplus of the bundle over its two parts at {year:g} y, {scale}",
                float(contrast.mean()),
                detail,
            )


def _log_odds(share: Floats) -> Floats:
    inside = np.clip(share, 0.01, 0.99)
    found: Floats = np.log(inside / (1.0 - inside))
    return found


def _of_draw(values: Mapping[str, float], *names: tuple[str, ...]) -> tuple[list[Resolved], float]:
    """Plans under a draw and the offset of its business as usual."""
    size = f"organization.people={_PEOPLE_OF_A_DRAW}"
    plans = [with_parameters(scenario(name[0], size, *name[1:]), values) for name in names]
    return plans, offset_for(plans[0], runs=4, rounds=2).value


def pressure_spoils(one: Case, quick: bool) -> Iterator[Row]:
    """P6: courses under pressure against courses, the same luck, over draws of the parameters."""
    tried = draws(8 if quick else 60)
    runs, years = 4, (2.0,)
    gaps = []
    plain = ("business_as_usual", 'levers=[{lever="L15"}]')
    pressed = (*plain, 'shocks=[{barrier="telling", at=0, for=2}]')
    for values in tried:
        (courses, both), offset = _of_draw(values, plain, pressed)
        gaps.append(float((shares(both, offset, runs, years) - shares(courses, offset, runs, years)).mean()))
    lower = float((np.array(gaps) < 0.0).mean())
    detail = (
        f"{len(tried)} not-implausible draws, {runs} paired runs each; mean difference {np.mean(gaps):+.4f}"
    )
    yield judged(
        "P6",
        f"generated {_PEOPLE_OF_A_DRAW}",
        "share of draws in which pressure lowers what courses reach after 2 y",
        lower,
        0.5,
        1.0,
        detail,
    )


def luck_at_the_tip(one: Case, quick: bool) -> Iterator[Row]:
    """P7: luck decides at the critical mass, and nowhere else."""
    count = 16 if quick else 80
    found = tipping(one.usual, one.offset, count)
    critical = found.critical[0]
    if not np.isfinite(critical):
        yield reported(
            "P7",
            one.name,
            "spread at c* relative to far from it",
            float("nan"),
            "no c* among the shares tried",
        )
        return
    tip = float(found.others[critical].std(ddof=1))
    far = {
        share: float(others_share(one.usual, one.offset, share, count).std(ddof=1)) for share in (0.0, 0.6)
    }
    for share, spread in far.items():
        detail = f"s.d. {tip:.3f} at c* = {critical:g}, {spread:.3f} at c = {share:g}; {count} runs each"
        yield judged(
            "P7",
            one.name,
            f"spread between runs at c* relative to c = {share:g}",
            tip / spread,
            3.0,
            np.inf,
            detail,
        )


def ceiling(one: Case, quick: bool) -> Iterator[Row]:
    """P12: even the strongest bundle is no faster than physicians took up a new drug under full marketing."""
    tried = draws(8 if quick else 60)
    bundle, runs = ("all_levers",), 2
    below = []
    for values in tried:
        (plan,), offset = _of_draw(values, bundle)
        below.append(shares(plan, offset, runs, (0.5, 17.0 / 12.0)).mean(axis=0))
    found = np.array(below)
    for column, (months, bound) in enumerate(((6, 0.50), (17, 0.87))):
        part = float((found[:, column] <= bound).mean())
        median = float(np.median(found[:, column]))
        detail = (
            f"{len(tried)} not-implausible draws, {runs} runs each, all 32 levers; median share {median:.2f}"
        )
        yield judged(
            "P12",
            f"generated {_PEOPLE_OF_A_DRAW}",
            f"share of draws at or below {bound:g} after {months} months",
            part,
            0.9,
            1.0,
            detail,
        )
