"""The organisations that patterns are computed on, and runs on them, many at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.run import Simulation
from sim.engine.stationary import business_as_usual, offset_for, with_parameters
from sim.organization.luck import Luck
from sim.organization.people import Ints
from sim.scenario import Resolved, Seeding, load, resolve
from sim.scenario.schema import OrganizationForm

T = TypeVar("T")

SEED: Final = 20_260_417  # luck of the patterns: neither that of an experiment nor that of the offset
GENERATED: Final = (300, 1000)


@dataclass(frozen=True, slots=True)
class RealSet:
    """What a set of the real organisations holds.

    Attributes:
        people: how many; lines: whether it knows who reports to whom; ties: whether it knows who talks to whom.
        unfit: why it cannot bear a pattern at all, "" where it can.
    """

    people: int
    lines: bool
    ties: bool
    unfit: str = ""


REAL_SETS: Final = {
    "krackhardt_hightech": RealSet(21, True, True),
    "cp_consulting": RealSet(46, False, True),
    "aarhus_cs": RealSet(61, False, True),
    "lazega_lawfirm": RealSet(71, False, True),
    "burkhardt_agency": RealSet(73, False, True),
    "cp_manufacturing": RealSet(77, False, True),
    "invs13": RealSet(92, False, True),
    "medical_innovation": RealSet(
        125, False, True, "physicians in four towns are no firm: bounds only (P12)"
    ),
    "manufacturing_email": RealSet(167, True, True),
    "sourcegraph_org": RealSet(244, True, False),
    "ukgov_pensions_regulator": RealSet(380, True, False),
    "spillane_schools": RealSet(433, False, True, "fifteen schools that never meet are no one organisation"),
    "climate_univbct": RealSet(
        495, False, False, "neither reporting lines nor ties: everything would be generated"
    ),
    "ukgov_hm_treasury": RealSet(1139, True, False),
    "ukgov_decc_2011_03": RealSet(1172, True, False),
    "climate_bh1996": RealSet(
        7382, False, False, "neither reporting lines nor ties: everything would be generated"
    ),
}
LARGE_ENOUGH: Final = 100  # people below whom a committed share cannot be set finely enough
_P1_ALONE: Final = ("krackhardt_hightech", "cp_consulting", "lazega_lawfirm")
REAL: Final = (
    *_P1_ALONE,
    *(name for name, one in REAL_SETS.items() if not one.unfit and one.people >= LARGE_ENOUGH),
)
THREADS: Final = max(1, min(os.cpu_count() or 1, 8))


@dataclass(frozen=True, slots=True)
class Case:
    """One organisation at business as usual, its stationary offset, and the bundle on it.

    Attributes:
        name: for tables; generated: whether it was made from a few numbers.
        usual: the organisation with nothing done differently, weekly, after a year of burn-in.
        offset: see `sim.engine.stationary`; settled: whether that search ended near the surveyed share.
        bundle: the scenario "when the stars align", kept up to the horizon.
    """

    name: str
    generated: bool
    usual: Resolved
    bundle: Resolved
    offset: float
    settled: bool = True


def data_root() -> Path | None:
    """Folder of the real organisations: the environment variable RIPPLE_DATA, else None."""
    named = os.environ.get("RIPPLE_DATA")
    return Path(named) if named and Path(named).is_dir() else None


def organization_forms(
    generated: Sequence[int] = GENERATED, real: Sequence[str] = REAL, *, data: Path | None = None
) -> dict[str, OrganizationForm]:
    """Organisations by name: generated ones by size, real ones from the folders under `data` that are there."""
    forms = {f"generated {people}": OrganizationForm(people=people) for people in generated}
    for name in real if data is not None else ():
        folder = Path(str(data)) / name
        if (folder / "people.csv").is_file():
            ties = folder / "ties.csv"
            forms[name] = OrganizationForm(
                people_file=str(folder / "people.csv"), ties_file=str(ties) if ties.is_file() else None
            )
    return forms


def case(
    name: str,
    form: OrganizationForm,
    *,
    parameters: Mapping[str, float] | None = None,
    runs: int | None = None,
    rounds: int = 4,
    threads: int = THREADS,
) -> Case:
    """Resolve an organisation and make its business as usual stationary.

    Args:
        name, form: from `organization_forms`.
        parameters: other than the defaults.
        runs, rounds: effort of the search for the offset, see `sim.engine.stationary.find_offset`.
    """
    plans = []
    for scenario in ("business_as_usual", "stars_align"):
        plans.append(resolve(load(scenario).model_copy(update={"organization": form})))
    usual, bundle = (with_parameters(plan, parameters or {}) for plan in plans)
    usual = replace(business_as_usual(usual), burn_in=1.0)
    found = offset_for(usual, runs=runs, rounds=rounds, threads=threads)
    return Case(name, not form.imported, usual, replace(bundle, burn_in=1.0), found.value, found.settled)


def simulations(
    plan: Resolved | Blueprint | Callable[[int], Blueprint],
    look: Callable[[Simulation], T],
    *,
    offset: float,
    count: int,
    threads: int = THREADS,
    record_every: int | None = None,
) -> list[T]:
    """Build `count` replicates and hand each to `look`, which runs it as far as it likes; results in order.

    Args:
        plan: one plan for all, or a function from the replicate to its blueprint.
    """
    if callable(plan):
        choose = plan
    else:
        drawn = plan if isinstance(plan, Blueprint) else blueprint(plan)

        def choose(replicate: int) -> Blueprint:
            return drawn

    def one(replicate: int) -> T:
        return look(
            Simulation(
                choose(replicate),
                seed=SEED,
                replicate=replicate,
                alpha_offset=offset,
                record_every=record_every,
            )
        )

    with ThreadPoolExecutor(max_workers=threads) as pool:
        return list(pool.map(one, range(count)))


def to_year(simulation: Simulation, year: float) -> None:
    """Run on to a year of the scenario, burn-in included before it."""
    wanted = simulation.burn + round(year * simulation.resolved.steps_per_year)
    simulation.advance(wanted - simulation.step)


def seeded(plan: Blueprint, seats: Ints, *, used: float, committed: bool) -> Blueprint:
    """The same plan with some seats seeded at its start."""
    seeding = Seeding(seats=seats, used=used, committed=committed)
    return replace(plan, resolved=replace(plan.resolved, seedings=(seeding,) if len(seats) else ()))


def shuffled_staff(plan: Blueprint, replicate: int, purpose: str) -> Ints:
    """Staff in a random order of this replicate: its first k are a random k, nested over k, shape (staff,)."""
    staff = plan.resolved.organization.staff.nonzero()[0]
    order = Luck(SEED, f"{purpose} {replicate}").permutation(len(staff))
    return staff[order].astype(np.int32)
