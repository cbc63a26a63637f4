"""P8: studies of the evidence register, measured in the model the way they were measured.

The first four are in `held_out_states`; here are leaders' conduct, newcomers and decay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import log
from typing import Final

import numpy as np

from sim.calibration.cases import SEED, Case, simulations, to_year
from sim.calibration.likeness import observed
from sim.calibration.rows import Row, judged, reported
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.layout import L_E, PRACTISING, TENURE, Y_E
from sim.engine.run import Simulation
from sim.engine.stationary import with_parameters
from sim.organization.luck import Luck
from sim.organization.measures import correlation
from sim.theory.channels import CONDUCT
from sim.validation.held_out_states import NO_PEERS, STUDIES, Study, course_for_half, present, skill
from sim.validation.lab import scenario


def led(one: Case, count: int, *, lever: str, years: float = 1.0) -> float:
    """What the reports of a random half of the leaders, who practise a lever for a year, gain in skill over other reports.

    In standard deviations of skill between the other reports, mean over topics.
    """
    item = scenario(
        "business_as_usual",
        f'levers=[{{lever="{lever}"}}]',
        f"organization.people={one.usual.organization.n}",
    )
    programme = item.programmes[0]
    plan = replace(one.usual, years=years)

    def of_replicate(replicate: int) -> Blueprint:
        leaders = np.flatnonzero(np.bincount(plan.organization.manager[plan.organization.manager >= 0]))
        half = Luck(SEED, f"led {replicate}").permutation(len(leaders))[: len(leaders) // 2]
        actors = np.sort(leaders[half]).astype(np.int32)
        return blueprint(
            replace(plan, programmes=(replace(programme, actors=actors, cover=plan.organization.staff),))
        )

    def look(run: Simulation) -> float:
        to_year(run, 0.0)
        before = skill(run.world)
        to_year(run, years)
        boss = run.world.manager
        reports = present(run.world) & (boss >= 0)
        treated = reports & np.isin(boss, run.plan.resolved.programmes[0].actors)
        rest = reports & ~treated
        level = skill(run.world)
        gain = level - before
        gaps = (gain[treated].mean(axis=0) - gain[rest].mean(axis=0)) / level[rest].std(axis=0, ddof=1)
        return float(gaps.mean())

    return float(np.mean(simulations(of_replicate, look, offset=one.offset, count=count, record_every=10**6)))


def newcomers(one: Case, count: int) -> float:
    """Mean skill of those hired in the last days of the first year, a year after hire, relative to that at hire, less 1.

    They are few, so eight times as many runs are made.
    """

    def look(run: Simulation) -> tuple[float, float]:
        to_year(run, 1.0)
        fresh = present(run.world) & (run.world.state[:, TENURE] < 1.5 / 52.0)
        before, tenure = skill(run.world).mean(axis=1), run.world.state[:, TENURE].copy()
        to_year(run, 2.0)
        same = fresh & present(run.world) & (np.abs(run.world.state[:, TENURE] - tenure - 1.0) < 1e-6)
        return float(before[same].sum()), float(skill(run.world).mean(axis=1)[same].sum())

    plan = replace(one.usual, years=2.0)
    found = np.array(simulations(plan, look, offset=one.offset, count=8 * count, record_every=10**6)).sum(
        axis=0
    )
    return float(found[1] / found[0] - 1.0)


def new_staff(one: Case, count: int) -> float:
    """Share of the staff with less than a year of tenure, after three years of business as usual."""

    def look(run: Simulation) -> float:
        to_year(run, 3.0)
        here = present(run.world)
        return float((run.world.state[here, TENURE] < 1.0).mean())

    return float(
        np.mean(
            simulations(
                replace(one.usual, years=3.0), look, offset=one.offset, count=count, record_every=10**6
            )
        )
    )


def unused_gain(one: Case, count: int) -> float:
    """Months in which the gain of a course halves among those who do not practise at its end nor eleven months later."""
    plan = replace(one.usual, years=1.25)
    ends = (0.25, 0.25 + 11.0 / 12.0)

    def look(run: Simulation) -> list[float]:
        found: list[float] = []
        gains, idle = [], np.ones(plan.organization.n, dtype=np.bool_)
        to_year(run, 0.0)
        before = skill(run.world).mean(axis=1)
        for year in ends:
            to_year(run, year)
            gains.append(skill(run.world).mean(axis=1) - before)
            idle &= present(run.world) & ((run.world.flags & PRACTISING) == 0)
        stayed = idle & (run.world.state[:, TENURE] > ends[1])
        half = run.plan.resolved.programmes[0].cover
        for gain in gains:
            found.append(float(gain[stayed & half].mean() - gain[stayed & ~half].mean()))
        return found

    before, after = np.array(
        simulations(course_for_half(plan), look, offset=one.offset, count=count, record_every=10**6)
    ).mean(axis=0)
    return float(-11.0 * log(2.0) / log(after / before)) if 0.0 < after < before else float("inf")


def coached_and_keen(one: Case, count: int) -> float:
    """Correlation between people of their own leader's coaching (L10) and surveyed enthusiasm, at business as usual."""
    place = CONDUCT.index("L10")
    plan = replace(one.usual, years=1.0)

    def look(run: Simulation) -> float:
        to_year(run, 1.0)
        world = run.world
        row_of = np.full(plan.organization.n, -1)
        row_of[run.plan.seat_of_row] = np.arange(len(run.plan.seat_of_row))
        led_by = np.where(world.manager >= 0, row_of[np.maximum(world.manager, 0)], -1)
        here = present(world) & (led_by >= 0)
        seen = observed(world.trait[:, L_E] + world.state[:, Y_E], run.replicate)
        conduct = world.z + world.usual_conduct
        return correlation(conduct[led_by[here], place], seen[here])

    return float(np.nanmean(simulations(plan, look, offset=one.offset, count=count, record_every=10**6)))


_LED = "for a year against others'; skill; SD of the others; between; not judged: in the studies {}"
_TRAINING = _LED.format("the treatment is a training session of hours")
MORE: Final = (
    Study(
        "Slemp et al. 2018",
        "staff; correlation of own leader's coaching and surveyed enthusiasm; no lag; .40 × a discount of .4–.8; between",
        0.24, 0.12, 0.40, coached_and_keen,
    ),
    Study(
        "De Grip et al. 2016",
        "newcomers who stay; mean skill a year after hire over that at hire, less 1; within (a call centre there)",
        0.64, 0.30, 0.80, newcomers,
    ),
    Study(
        "Tatel & Ackerman 2025",
        "trained who do not practise; months to lose half of the gain, against the untrained; between",
        11.0, 6.5, 13.0, unused_gain,
    ),
    Study("BLS 2024", "staff; share with less than a year of tenure; no lag (all employers there)", 0.22, 0.16, 0.24, new_staff),
    Study(
        "Keith & Frese 2008", "reports of leaders who let them learn by doing (L14) " + _TRAINING,
        0.44, 0.25, 0.65, partial(led, lever="L14"), judged=False,
    ),
    Study(
        "Keiser & Arthur 2021", "reports of leaders who hold after-action reviews (L26) " + _TRAINING,
        0.79, 0.60, 0.95, partial(led, lever="L26"), judged=False,
    ),
    Study(
        "Jones et al. 2016", "reports of leaders who coach (L10) " + _LED.format("coaches come from outside"),
        0.28, 0.10, 0.50, partial(led, lever="L10"), judged=False,
    ),
    Study(
        "Sisk et al. 2018", "reports of leaders with a growth mindset (L16) " + _LED.format("pupils are taught it"),
        0.05, 0.0, 0.10, partial(led, lever="L16"), judged=False,
    ),
)  # fmt: skip


def studies(one: Case, quick: bool) -> Iterator[Row]:
    """P8: studies of the evidence register, measured in the model the way they were measured."""
    count = 10 if quick else 60
    alone = replace(one, usual=with_parameters(one.usual, NO_PEERS))
    for study in (*STUDIES, *MORE):
        ours, without = study.measure(one, count), study.measure(alone, count)
        detail = f"published {study.published:g}; {study.estimand}; without peers' voices {without:.2f}; {count} runs"
        if study.judged:
            yield judged("P8", one.name, study.name, ours, study.low, study.high, detail)
        else:
            yield reported(
                "P8", one.name, study.name, ours, f"range {study.low:g} to {study.high:g}; {detail}"
            )
