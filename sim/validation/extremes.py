"""Extremes that must not break the model, symmetries it must keep, and books that must balance every week."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.calibration.cases import simulations
from sim.engine.layout import (
    ADOPT,
    CASH,
    FACILITATOR_HOURS,
    HEADCOUNT,
    HIRE,
    LAPSE,
    LEADER_HOURS,
    LEARNER_HOURS,
    LEAVE,
    PRACTICE_HOURS,
    Q0,
    R0,
    VACANT,
)  # fmt: skip
from sim.engine.run import Simulation
from sim.organization.people import Organization, Ties
from sim.parameters import REGISTER
from sim.scenario import Resolved, load, resolve
from sim.validation import nets
from sim.validation.lab import SEED, limit, scenario
from sim.validation.nets import on_net
from sim.validation.rows import Row, holds, near

_OURS = "conservation"


def _run(resolved: Resolved, *, events: bool = False, replicate: int = 0) -> Simulation:
    simulation = Simulation(
        resolved, seed=SEED, replicate=replicate, alpha_offset=resolved.fixed_offset or 0.0, events=events
    )
    simulation.advance(resolved.burn_steps + resolved.steps)
    return simulation


def _unsound(simulation: Simulation) -> str:
    """What is not a number in a world, or a share or a price that cannot be; "" where there is nothing."""
    world = simulation.world
    for name in ("state", "trait", "reference", "z", "memory", "ledger", "share"):
        if not np.isfinite(getattr(world, name)).all():
            return f"{name} is not finite"
    if not ((world.share >= 0.0) & (world.share <= 1.0)).all():
        return "a share outside 0 to 1"
    return "hours or cash below 0" if world.ledger.min() < 0.0 else ""


def _skill_range(simulation: Simulation) -> tuple[float, float]:
    world = simulation.world
    here = (world.flags & VACANT) == 0
    skill = world.state[here, R0 : R0 + 4] + world.state[here, Q0 : Q0 + 4]
    return float(skill.min()), float(skill.max())


def _sane(what: str, resolved: Resolved, detail: str = "") -> Iterator[Row]:
    simulation = _run(resolved)
    found = _unsound(simulation)
    yield holds(
        what,
        not found,
        expected="finite numbers, shares in 0–1",
        ours=found or "all sound",
        source=_OURS,
        detail=detail,
        heading="extremes",
    )
    low, high = _skill_range(simulation)
    yield holds(
        f"smallest and largest skill: {what}", low >= 0.0 and high <= 1.0, expected="within 0 to 1",
        ours=f"{low:.3g} to {high:.3g}", source="skill is a share of today's frontier", heading="extremes",
    )  # fmt: skip


def extremes(quick: bool) -> Iterator[Row]:
    """Nothing on, everything on, and the smallest organisations."""
    still = _run(limit("bare", "run.years=3"))
    moved = float(np.abs(still.world.state[:, [0, 1, 2]]).max())
    changed = float(np.ptp(still.world.share))
    yield near(
        "largest feeling or change of share in three years with everything off",
        expected=0.0,
        ours=max(moved, changed),
        tolerance=0.0,
        source="nothing moves",
        heading="extremes",
    )
    usual = resolve(
        load({"name": "small", "extends": "all_levers", "organization": {"people": 120}, "run": {"years": 3}})
    )
    for name, pick in (("upper", max), ("lower", min)):
        ends = {entry.name: float(pick(entry.low, entry.high)) for entry in REGISTER.values()}
        yield from _sane(
            f"all levers with every parameter at the {name} end of its range", replace(usual, parameters=ends)
        )
    loud = replace(usual, programmes=tuple(replace(item, dose=5.0) for item in usual.programmes))
    yield from _sane("all levers at five times their dose", loud)
    ends = {entry.name: entry.high for entry in REGISTER.values()}
    yield from _sane("both at once", replace(loud, parameters=ends))
    everybody = scenario("business_as_usual", "run.years=2")
    pair = np.array([[0, 1]])
    for what, net in (
        ("one person", nets.Net(1, np.empty((0, 2), dtype=np.int64), np.empty(0, dtype=np.int64))),
        ("two people and one tie", nets.Net(2, pair, np.empty(0, dtype=np.int64), directed=True)),
        ("a star of 50 rays", nets.star(50)),
    ):
        yield from _sane(what, on_net(everybody, net), "business as usual for two years")


def million(quick: bool) -> Iterator[Row]:
    """A million people for 26 weeks."""
    started = time.monotonic()
    size = ("organization.people=1000000", "organization.tiers=9", "organization.departments=300")
    resolved = scenario("one_mild_lever", *size, "run.years=0.5", "run.burn_in=0")
    made = time.monotonic() - started
    simulation = _run(resolved)
    found = _unsound(simulation)
    seconds = time.monotonic() - started - made
    detail = f"made in {made:.0f} s, run in {seconds:.0f} s; share {simulation.world.share[-1]:.3f}"
    heads = simulation.world.ledger[-1, HEADCOUNT]
    yield holds(
        "a million people for 26 weeks", not found and heads > 9e5, expected="all sound",
        ours=found or f"{heads:,.0f} people there",
        source=_OURS, detail=detail, heading="extremes",
    )  # fmt: skip


def steps(quick: bool) -> Iterator[Row]:
    """Days, weeks and months give the same course, but for the error of the step."""
    count = 40 if quick else 200
    years = (1, 5) if quick else (1, 3, 5)
    found = {}
    for step in ("day", "week", "month"):
        plan = scenario("stars_align", "organization.people=120", "run.years=5", f"run.step={step}")

        def look(run: Simulation) -> list[float]:
            run.advance(run.burn + run.resolved.steps)
            per_year = run.resolved.steps_per_year
            return [float(run.world.share[year * per_year - 1]) for year in years]

        runs = count if step != "day" else count // 2
        found[step] = np.array(simulations(plan, look, offset=0.0, count=runs, record_every=10**6))
    for step, tolerance in (("day", 0.01), ("month", 0.03)):
        for column, year in enumerate(years):
            ours, weekly = found[step][:, column], found["week"][:, column]
            error = sqrt(ours.var(ddof=1) / len(ours) + weekly.var(ddof=1) / len(weekly))
            yield near(
                f"share after {year} years by {step}s less by weeks, sustained bundle, 120 people", expected=0.0,
                ours=float(ours.mean() - weekly.mean()), tolerance=tolerance + 3.0 * error, heading="extremes",
                source="same model in other steps",
                detail=f"{len(ours)} and {len(weekly)} runs; {tolerance:g} and three standard errors ({error:.3f})",
            )  # fmt: skip


def symmetries(quick: bool) -> Iterator[Row]:
    """The order of rows in the input decides nothing; two firms that never meet live as one would alone."""
    yield _permuted()
    yield _copies(60 if quick else 300)


def _permuted() -> Row:
    base = resolve(load({"name": "rows", "organization": {"people": 90, "departments": 3}}))
    tables = []
    with tempfile.TemporaryDirectory() as name:
        for order in (1, -1):
            folder = Path(name) / f"{order + 1}"
            folder.mkdir()
            _as_files(base.organization, folder, order)
            raw = {
                "name": "rows",
                "extends": "stars_align",
                "organization": {
                    "people_file": str(folder / "people.csv"),
                    "ties_file": str(folder / "ties.csv"),
                    "salt": "rows",
                },
                "run": {"years": 1.0, "burn_in": 0.25},
            }
            run = _run(resolve(load(raw)), events=True)
            record = run.record()
            tables.append([run.world.state, run.world.share, run.world.ledger, record.series, record.events])
    same = all(np.array_equal(a, b) for a, b in zip(*tables))
    return holds(
        "tables of a run when the rows of people and ties are turned round", same, expected="identical",
        ours="identical" if same else "different", source="order carries no meaning",
        detail="90 people, a year of the bundle", heading="extremes",
    )  # fmt: skip


def _as_files(organization: Organization, folder: Path, order: int) -> None:
    people = ["id,manager_id,department"]
    names = [f"p{seat:03d}" for seat in range(organization.n)]
    lines = [
        f"{names[seat]},{names[boss] if boss >= 0 else ''},{organization.department_names[organization.department[seat]]}"
        for seat, boss in enumerate(organization.manager.tolist())
    ]
    ties = organization.ties
    chosen = np.flatnonzero((ties.kind == 1) & ties.active)
    arcs = [f"{names[ties.source[t]]},{names[ties.hearer[t]]},advice" for t in chosen]
    (folder / "people.csv").write_text("\n".join(people + lines[::order]) + "\n", "utf-8")
    (folder / "ties.csv").write_text("\n".join(["source,target,layer", *arcs[::order]]) + "\n", "utf-8")


def doubled(resolved: Resolved) -> Resolved:
    """Two disconnected copies of an organisation as one."""
    one = resolved.organization
    n, ties = one.n, one.ties

    def twice(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate([values, values])

    shifted = Ties(
        ties.hearer + np.int32(n), ties.source + np.int32(n), ties.layer, ties.weight, ties.kind, ties.active
    )
    both = replace(
        one,
        ids=(*one.ids, *(f"{name}'" for name in one.ids)),
        manager=np.concatenate([one.manager, np.where(one.manager >= 0, one.manager + n, -1)]).astype(np.int32),
        level=twice(one.level), tier=twice(one.tier), site=twice(one.site), tenure=twice(one.tenure),
        department=np.concatenate([one.department, one.department + len(one.department_names)]).astype(np.int32),
        department_names=(*one.department_names, *(f"{name} (second)" for name in one.department_names)),
        ties=Ties.joined(ties, shifted),
        survey={name: twice(values) for name, values in one.survey.items()},
    )  # fmt: skip
    return replace(resolved, organization=both)


def _copies(count: int) -> Row:
    # The visible norm and the executives' broadcast speak to everybody, so they are switched off: the copies never meet.
    one = scenario(
        "business_as_usual", "organization.people=100", "parameters.mixing=0", "parameters.broadcast=0", "run.years=3",
        "parameters.threshold=0.3",
    )  # fmt: skip
    two, n = doubled(one), one.organization.n

    def look(run: Simulation) -> list[float]:
        run.advance(run.burn + run.resolved.steps)
        return [
            float((run.world.flags[first : first + n] & 1).mean())
            for first in range(0, len(run.world.flags), n)
        ]

    alone = np.array(simulations(one, look, offset=0.0, count=count, record_every=10**6))[:, 0]
    # The first copy has the luck of the one alone; the second has its own.
    second = np.array(simulations(two, look, offset=0.0, count=count, record_every=10**6))[:, 1]
    error = sqrt((alone.var(ddof=1) + second.var(ddof=1)) / count)
    ratio = float(second.std(ddof=1) / alone.std(ddof=1))
    return near(
        "mean share after 3 years of the second of two disconnected copies less that of one alone", expected=0.0,
        ours=float(second.mean() - alone.mean()), tolerance=4.0 * error, source="copies that never meet", heading="extremes",
        detail=f"{count} runs each; ratio of spreads {ratio:.2f}; tolerance four standard errors",
    )  # fmt: skip


def books(quick: bool) -> Iterator[Row]:
    """Headcount, practisers, hours and cash of every week against events and the plan."""
    resolved = scenario("all_levers", "organization.people=200", "run.years=3", "run.burn_in=0.5")
    run = _run(resolved, events=True)
    record, plan = run.record(), run.plan
    ledger, steps_run = run.world.ledger, resolved.steps
    # Before the scenario begins there are events too: they settle what the first week starts from.
    counts = np.zeros((steps_run, 5))
    inside = (record.events[:, 0] >= 0) & resolved.organization.staff[
        record.events[:, 1]
    ]  # outsiders are not counted
    np.add.at(counts, (record.events[inside, 0], record.events[inside, 2]), 1)
    change = np.diff(ledger[:, HEADCOUNT])
    gap = float(np.abs(change - (counts[1:, HIRE] - counts[1:, LEAVE])).max())
    yield _balance("change of headcount less hires and departures, largest of any week", gap, 0.0)
    practising = np.round(record.share * ledger[:, HEADCOUNT])
    joined = counts[1:, ADOPT] - counts[1:, LAPSE]
    drift = np.diff(practising) - joined
    allowed = counts[1:, HIRE] + counts[1:, LEAVE]
    gap = float((np.abs(drift) - allowed).max())
    yield _balance(
        "change of practisers less adoptions and lapses beyond those who came or left, largest of any week",
        max(gap, 0.0),
        0.0,
    )
    hours = resolved.dt * 52.0 * resolved.parameters["practice_hours"] * practising
    yield _balance(
        "practice hours less hours of those who practise, largest of any week",
        float(np.abs(ledger[:, PRACTICE_HOURS] - hours).max()),
        1e-6,
    )
    dose = np.abs(run.world.dose)
    weeks = 52.0 * resolved.dt
    for what, column, price in (("learner", LEARNER_HOURS, 1), ("facilitator", FACILITATOR_HOURS, 2)):
        due = weeks * (dose * (plan.programme_heads * plan.programme_hours[:, price])[:, None]).sum(axis=0)
        yield _balance(
            f"{what} hours less heads times hours times dose, largest of any week",
            float(np.abs(ledger[:, column] - due).max()),
            1e-6,
        )
    due = resolved.dt * (
        dose * (plan.programme_heads * plan.programme_hours[:, 3] + plan.programme_fixed)[:, None]
    ).sum(axis=0)
    yield _balance(
        "cash less prices times dose, largest of any week", float(np.abs(ledger[:, CASH] - due).max()), 1e-3
    )
    most = weeks * resolved.parameters["leader_hours"] * len(plan.seat_of_row)
    yield _balance(
        "leader hours beyond what all leaders have, largest of any week",
        float(max(ledger[:, LEADER_HOURS].max() - most, 0.0)),
        1e-9,
    )
    lit = int(run.world.credit.sum())
    adopted = int((record.events[:, 2] == ADOPT).sum())
    yield _balance("adoptions credited less adoptions", float(lit - adopted), 0.0)


def _balance(what: str, gap: float, tolerance: float) -> Row:
    return near(
        what,
        expected=0.0,
        ours=gap,
        tolerance=tolerance,
        source="the books",
        detail="200 people, all levers, 3 years",
        heading="extremes",
    )
