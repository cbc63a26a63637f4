"""P5a: what is left of a course when nothing else is done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.calibration.cases import THREADS, Case, seeded, shuffled_staff, simulations, to_year
from sim.calibration.rows import Row, judged
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.layout import PRACTISING, TENURE, VACANT
from sim.engine.run import Simulation
from sim.engine.world import surveyed_share
from sim.parameters import record
from sim.scenario import Resolved

PUBLISHED = {0.0: 0.62, 0.5: 0.44, 1.0: 0.34}  # Saks & Belcourt 2006: use at once, after 6 and 12 months
TRAINED = 0.20
TOLERANCE = 0.05


def stayed(
    tenure_then: npt.NDArray[np.float64], simulation: Simulation, years: float
) -> npt.NDArray[np.bool_]:
    """Which seats still have the person they had `years` ago, given everybody's tenure then, shape (n,)."""
    world = simulation.world
    same: npt.NDArray[np.bool_] = np.abs(world.state[:, TENURE] - tenure_then - years) < 1e-6
    stays: npt.NDArray[np.bool_] = same & ((world.flags & VACANT) == 0)
    return stays


def still_using(
    resolved: Resolved, offset: float, count: int, *, threads: int = THREADS
) -> npt.NDArray[np.float64]:
    """Share of the trained who stayed a year and use it, pooled over replicates, at 0, 6 and 12 months, shape (3,).

    A random fifth is trained; some of them practise anyway, so the chance that training adds is set for .62 of
    them to practise at time 0.
    """
    plan = blueprint(replace(resolved, years=1.0))
    usual = surveyed_share(resolved, record(resolved.parameters)[0])
    used = max(0.0, 1.0 - (1.0 - PUBLISHED[0.0]) / (1.0 - usual))
    size = max(1, round(TRAINED * int(resolved.organization.staff.sum())))

    def of_replicate(replicate: int) -> Blueprint:
        return seeded(
            plan, np.sort(shuffled_staff(plan, replicate, "trained")[:size]), used=used, committed=False
        )

    def look(simulation: Simulation) -> npt.NDArray[np.float64]:
        to_year(simulation, 0.0)
        tenure = simulation.world.state[:, TENURE].copy()
        present = simulation.seeded & ((simulation.world.flags & VACANT) == 0)
        uses = []
        for year in PUBLISHED:
            to_year(simulation, year)
            uses.append((simulation.world.flags & PRACTISING) != 0)
        stayers = present & stayed(tenure, simulation, 1.0)
        return np.array([stayers.sum(), *((use & stayers).sum() for use in uses)], dtype=np.float64)

    counts = np.array(
        simulations(of_replicate, look, offset=offset, count=count, threads=threads, record_every=10**6)
    ).sum(axis=0)
    shares: npt.NDArray[np.float64] = counts[1:] / max(counts[0], 1.0)
    return shares


def training_only(case: Case, *, count: int = 100, threads: int = THREADS) -> list[Row]:
    """P5a on one organisation."""
    found = still_using(case.usual, case.offset, count, threads=threads)
    trained = count * max(1, round(TRAINED * int(case.usual.organization.staff.sum())))
    return [
        judged(
            "P5a",
            case.name,
            f"trained stayers who use it after {12 * year:.0f} months",
            float(share),
            target - TOLERANCE,
            target + TOLERANCE,
            f"published {target:g}; standard error about {np.sqrt(share * (1.0 - share) / trained):.4f}",
        )
        for (year, target), share in zip(PUBLISHED.items(), found)
    ]
