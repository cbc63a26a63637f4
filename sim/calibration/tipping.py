"""P3: how many committed people it takes until the others follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.calibration.cases import SEED, THREADS, Case, seeded, shuffled_staff, simulations, to_year
from sim.calibration.rows import Row, judged, reported
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.run import Simulation
from sim.engine.world import surveyed_share
from sim.organization.luck import Luck
from sim.organization.people import Ints
from sim.parameters import record
from sim.scenario import Resolved

Order = Callable[[Blueprint, int], Ints]
STEP, FINE, LAST = 0.05, 0.025, 0.60
HALF_STAYS, NEAR = 0.90, 0.05


def random_people(plan: Blueprint, replicate: int) -> Ints:
    """Staff in random order."""
    return shuffled_staff(plan, replicate, "committed")


def whole_teams(plan: Blueprint, replicate: int) -> Ints:
    """Staff team by team, teams in random order: clustered seeds."""
    organization = plan.resolved.organization
    staff = np.flatnonzero(organization.staff)
    team = np.where(organization.manager >= 0, organization.manager, np.arange(organization.n))[staff]
    rank = Luck(SEED, f"teams {replicate}").permutation(organization.n)
    return staff[np.lexsort((staff, rank[team]))].astype(np.int32)


def top_down(plan: Blueprint, replicate: int) -> Ints:
    """Staff from the top of the tree downwards, at random within a tier."""
    staff = random_people(plan, replicate)
    return staff[np.argsort(plan.resolved.organization.tier[staff], kind="stable")]


def others_share(
    resolved: Resolved,
    offset: float,
    share: float,
    count: int,
    *,
    years: tuple[float, ...] = (5.0,),
    order: Order = random_people,
    threads: int = THREADS,
) -> npt.NDArray[np.float64]:
    """Share practising among those not committed, shape (replicates, years).

    A committed share of the staff, additional to business as usual, practises from time 0, never lapses and never
    leaves.  The seeds of a smaller share are among those of a larger one, and the luck is the same.
    """
    plan = blueprint(replace(resolved, years=max(years)))
    size = round(share * int(resolved.organization.staff.sum()))

    def of_replicate(replicate: int) -> Blueprint:
        return seeded(plan, np.sort(order(plan, replicate)[:size]), used=1.0, committed=True)

    def look(simulation: Simulation) -> list[float]:
        found = []
        for year in years:
            to_year(simulation, year)
            found.append(simulation.record().unseeded_share)
        return found

    return np.array(
        simulations(of_replicate, look, offset=offset, count=count, threads=threads, record_every=10**6)
    )


@dataclass(frozen=True, slots=True)
class Tipping:
    """Where the others follow.

    Attributes:
        shares: committed shares tried, ascending; chance: of the others' share passing .5 by year and share,
            shape (years, shares); others: by share, the others' shares at the judged year, shape (replicates,).
        critical: smallest share with chance ≥ .5 by year, NaN where none was found, shape (years,).
    """

    shares: tuple[float, ...]
    chance: npt.NDArray[np.float64]
    others: dict[float, npt.NDArray[np.float64]]
    critical: tuple[float, ...]


def tipping(
    resolved: Resolved,
    offset: float,
    count: int,
    *,
    years: tuple[float, ...] = (5.0,),
    judged_at: int = 0,
    order: Order = random_people,
    threads: int = THREADS,
) -> Tipping:
    """Search the smallest committed share that tips, on a grid of .05 refined to .025 below the first that does.

    Args:
        years: horizons; judged_at: which of them decides when the search ends and where it is refined.
    """
    tried: dict[float, npt.NDArray[np.float64]] = {}

    def chance(share: float) -> npt.NDArray[np.float64]:
        if share not in tried:
            tried[share] = others_share(
                resolved, offset, share, count, years=years, order=order, threads=threads
            )
        passed: npt.NDArray[np.float64] = (tried[share] > 0.5).mean(axis=0)
        return passed

    share = STEP
    while share <= LAST + 1e-9 and chance(share)[judged_at] < 0.5:
        share = round(share + STEP, 3)
    if share <= LAST:
        chance(round(share - FINE, 3))
    shares = tuple(sorted(tried))
    table = np.stack([chance(at) for at in shares], axis=1)
    critical = tuple(
        next((at for at, passed in zip(shares, table[k]) if passed >= 0.5), float("nan"))
        for k in range(len(years))
    )
    return Tipping(shares, table, {at: tried[at][:, judged_at] for at in shares}, critical)


def critical_mass(case: Case, *, count: int = 60, reach: bool = True, threads: int = THREADS) -> list[Row]:
    """P3 on one organisation: c* at 5 years, and how the others fare at half of it.

    Args:
        count: replicates a share; reach: also report c* at 3 and 10 years, for clustered and top-down seeds.
    """
    usual = surveyed_share(case.usual, record(case.usual.parameters)[0])
    years = (3.0, 5.0, 10.0) if reach else (5.0,)
    middle = 1 if reach else 0
    found = tipping(case.usual, case.offset, count, years=years, judged_at=middle, threads=threads)
    critical = found.critical[middle]
    steps = ", ".join(f"{share:g}: {passed:.2f}" for share, passed in zip(found.shares, found.chance[middle]))
    rows = [
        judged(
            "P3",
            case.name,
            "c*, committed share at which the others tip by year 5",
            critical,
            0.10,
            0.40,
            f"chance by share {steps}",
        )
    ]
    if np.isfinite(critical):
        half = others_share(case.usual, case.offset, critical / 2.0, count, threads=threads)[:, 0]
        near = float((np.abs(half - usual) <= NEAR).mean())
        error = half.std(ddof=1) / np.sqrt(len(half))
        detail = f"others' mean share {half.mean():.3f} (standard error {error:.4f}) against {usual:.3f}"
        rows.append(
            judged(
                "P3",
                case.name,
                "runs in which the others stay within .05 of usual at c*/2",
                near,
                HALF_STAYS,
                1.0,
                detail,
            )
        )
    if reach:
        rows += [
            reported(
                "P3", case.name, "c* at 3 years", found.critical[0], "∞ beyond the shares tried shows as –"
            ),
            reported("P3", case.name, "c* at 10 years", found.critical[2]),
        ]
        for label, order in (("clustered", whole_teams), ("top-down", top_down)):
            other = tipping(case.usual, case.offset, count, order=order, threads=threads)
            rows.append(reported("P3", case.name, f"c* at 5 years, {label} seeds", other.critical[0]))
    return rows
