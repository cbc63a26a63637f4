"""Held-out patterns of states: P8 (studies measured in the model as they were measured) and P9b."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from sim.calibration.cases import Case, shuffled_staff, simulations, to_year
from sim.calibration.likeness import contacts, intraclass, morans_i, observed
from sim.calibration.rows import Row, reported
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.layout import L_E, L_PSI, PRACTISING, Q0, R0, TENURE, VACANT, Y_E, Y_PSI, World
from sim.engine.run import Simulation
from sim.engine.stationary import with_parameters
from sim.organization.luck import Luck
from sim.organization.measures import correlation
from sim.organization.rewiring import peer_groups
from sim.scenario import Resolved
from sim.scenario.resolved import Programme
from sim.theory.channels import COMMUNITY, TOPICS
from sim.validation.lab import SEED, scenario

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NO_PEERS = {"weight_peers": 0.0}


@dataclass(frozen=True, slots=True)
class Study:
    """A published number and how it is measured in the model.

    Attributes:
        name: who and when; estimand: population, contrast, lag, standardiser, within or between, in words.
        published: its number; low, high: its range.
        measure: the same in the model, from the organisation at business as usual and the number of runs.
        judged: False where the model can only do something like what the study did.
    """

    name: str
    estimand: str
    published: float
    low: float
    high: float
    measure: Callable[[Case, int], float]
    judged: bool = True


def present(world: World) -> Bools:
    """Staff who are there, shape (n,)."""
    found: Bools = ((world.flags & VACANT) == 0) & (world.level != COMMUNITY)
    return found


def skill(world: World) -> Floats:
    """Skill by topic, shape (n, topics)."""
    found: Floats = world.state[:, R0 : R0 + TOPICS] + world.state[:, Q0 : Q0 + TOPICS]
    return found


def trained(one: Case, count: int) -> float:
    """Skill of a trained random half less that of the rest, in the rest's standard deviations, after a quarter's course."""
    halves = course_for_half(replace(one.usual, years=1.0))

    def look(run: Simulation) -> float:
        to_year(run, 0.25)
        half = run.plan.resolved.programmes[0].cover & present(run.world)
        rest = ~run.plan.resolved.programmes[0].cover & present(run.world)
        level = skill(run.world)
        gaps = (level[half].mean(axis=0) - level[rest].mean(axis=0)) / level[rest].std(axis=0, ddof=1)
        return float(gaps.mean())

    return float(np.mean(simulations(halves, look, offset=one.offset, count=count, record_every=10**6)))


def half_of_staff(plan: Resolved, lever: Programme, replicate: int, *, dose: float, stop: float) -> Programme:
    """A programme for a random half of the staff, at once, whatever facilitators there are."""
    staff = shuffled_staff(blueprint(plan), replicate, "half")
    cover = np.zeros(plan.organization.n, dtype=np.bool_)
    cover[staff[: len(staff) // 2]] = True
    return replace(lever, cover=cover, dose=dose, stop=stop, facilitator_hours=0.0)


def course_for_half(plan: Resolved) -> Callable[[int], Blueprint]:
    """By number of the replicate: the plan in which a random half of the staff takes a course (L15) for a quarter."""
    course = scenario("business_as_usual", 'levers=[{lever="L15"}]').programmes[0]

    def of_replicate(replicate: int) -> Blueprint:
        half = half_of_staff(plan, course, replicate, dose=4.0, stop=0.25)
        return blueprint(replace(plan, programmes=(half,)))

    return of_replicate


def safety_and_learning(one: Case, count: int) -> float:
    """Correlation between people of surveyed safety (reliability .7) and practising, biserial, at business as usual."""

    def look(run: Simulation) -> float:
        to_year(run, 0.0)
        here = present(run.world)
        level = run.world.trait[:, L_PSI] + run.world.state[:, Y_PSI]
        seen = observed(level[here], run.replicate)
        practises = ((run.world.flags[here] & PRACTISING) != 0).astype(float)
        share = practises.mean()
        point = correlation(seen, practises)
        return float(point * sqrt(share * (1.0 - share)) / norm.pdf(norm.ppf(share)))

    return float(np.nanmean(simulations(one.usual, look, offset=one.offset, count=count, record_every=10**6)))


def leaders_and_led(one: Case, count: int) -> float:
    """Correlation of surveyed enthusiasm (reliability .7) of leaders and the mean of their reports, between teams."""

    def look(run: Simulation) -> float:
        to_year(run, 1.0)
        world = run.world
        here = present(world)
        seen = observed(world.trait[:, L_E] + world.state[:, Y_E], run.replicate)
        bosses, teams = [], []
        for boss in np.unique(world.manager[world.manager >= 0]):
            reports = np.flatnonzero((world.manager == boss) & here)
            if here[boss] and len(reports) >= 3:
                bosses.append(seen[boss])
                teams.append(seen[reports].mean())
        return correlation(np.array(bosses), np.array(teams))

    plan = replace(one.usual, years=1.0)
    return float(np.nanmean(simulations(plan, look, offset=one.offset, count=count, record_every=10**6)))


def pairs_meet(one: Case, count: int) -> float:
    """What random pairs who met for four weeks gained in skill over others: share of it left four months later."""
    lever = scenario("business_as_usual", 'levers=[{lever="L09", size=2}]').programmes[0]
    plan = replace(one.usual, years=1.0)

    def of_replicate(replicate: int) -> Blueprint:
        item = half_of_staff(plan, lever, replicate, dose=2.0, stop=4.0 / 52.0)
        members = np.flatnonzero(item.cover).astype(np.int32)
        ties = peer_groups(plan.organization, members, size=2, seed=replicate)
        return blueprint(replace(plan, programmes=(replace(item, ties=ties),)))

    def look(run: Simulation) -> tuple[float, float]:
        to_year(run, 0.0)
        before, tenure = skill(run.world).mean(axis=1), run.world.state[:, TENURE].copy()
        found = []
        for year in (4.0 / 52.0, 22.0 / 52.0):
            to_year(run, year)
            same = present(run.world) & (np.abs(run.world.state[:, TENURE] - tenure - year) < 1e-6)
            gain = skill(run.world).mean(axis=1) - before
            half = run.plan.resolved.programmes[0].cover
            found.append(float(gain[same & half].mean() - gain[same & ~half].mean()))
        return found[0], found[1]

    found = np.array(simulations(of_replicate, look, offset=one.offset, count=count, record_every=10**6))
    during, later = found.mean(axis=0)
    return float(later / during)


STUDIES = (
    Study(
        "Arthur et al. 2003", "staff; trained half against the rest; right after one course load; SD of the rest; between",
        0.63, 0.3, 1.0, trained,
    ),
    Study(
        "Frazier et al. 2017", "staff; correlation of safety and learning; no lag; .62 × a discount of .4–.8; between",
        0.37, 0.20, 0.56, safety_and_learning,
    ),
    Study(
        "Gutermann et al. 2017", "teams of three and more; correlation of leader's and team's engagement; no lag; between",
        0.15, 0.05, 0.30, leaders_and_led,
    ),
    Study(
        "Sandvik et al. 2020", "staff; random pairs met for 4 weeks; gain 18 weeks later over gain at the end (.18/.24); between",
        0.75, 0.45, 1.0, pairs_meet,
    ),
)  # fmt: skip


def clusters_of_change(one: Case, quick: bool) -> Iterator[Row]:
    """P9b: after three years of business as usual, are *changes* of enthusiasm alike among contacts?"""
    count = 8 if quick else 40

    def look(run: Simulation) -> tuple[float, float, float, float]:
        to_year(run, 3.0)
        world = run.world
        here = present(world)
        gone = observed(world.state[:, Y_E], run.replicate)
        place = (np.cumsum(here) - 1).astype(np.int32)
        hearer, source = contacts(world)
        both = here[hearer] & here[source]
        values = gone[here]
        mixed = values[Luck(SEED, f"shuffled {run.replicate}").permutation(len(values))]
        ties = place[hearer[both]], place[source[both]]
        return (
            intraclass(values, world.team[here]), morans_i(values, *ties),
            intraclass(mixed, world.team[here]), morans_i(mixed, *ties),
        )  # fmt: skip

    tables = []
    for plan in (one.usual, with_parameters(one.usual, NO_PEERS)):
        found = simulations(
            replace(plan, years=3.0), look, offset=one.offset, count=count, record_every=10**6
        )
        tables.append(np.array(found))
    (ours, apart), error = (
        (np.nanmean(table, axis=0) for table in tables),
        np.nanstd(tables[0], axis=0) / sqrt(count),
    )
    for column, name in enumerate(("ICC(1) by team", "Moran's I over contacts")):
        detail = f"± {1.96 * error[column]:.3f} (95 %); by chance {ours[column + 2]:.3f}; "
        detail += f"without peers' voices {apart[column]:.3f}; {count} runs"
        yield reported(
            "P9b",
            one.name,
            f"{name} of observed departures of enthusiasm after 3 y",
            float(ours[column]),
            detail,
        )
