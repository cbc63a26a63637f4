"""P1: business as usual stays where the survey found it."""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from sim.calibration.cases import THREADS, Case, simulations, to_year
from sim.calibration.rows import Row, judged
from sim.engine.blueprint import blueprint
from sim.engine.layout import M_E, M_G, M_HEAD, M_PRACTISING, M_PSI, M_S
from sim.engine.run import Simulation
from sim.engine.world import surveyed_share
from sim.parameters import record
from sim.scenario import Resolved

YEARS = (1.0, 3.0, 5.0)
TOLERANCE = 0.02
_STATES = {"share practising": M_PRACTISING, "enthusiasm": M_E, "safety": M_PSI, "mindset": M_G, "skill": M_S}


def levels(
    resolved: Resolved, offset: float, count: int, *, years: tuple[float, ...] = YEARS, threads: int = THREADS
) -> npt.NDArray[np.float64]:
    """Mean levels of the staff at the start and at `years`, shape (replicates, 1 + years, 5).

    Columns: share practising, enthusiasm, safety, mindset, skill.
    """
    columns = list(_STATES.values())
    records = resolved.steps_per_year // 4

    def look(simulation: Simulation) -> npt.NDArray[np.float64]:
        to_year(simulation, max(years))
        series = simulation.record().series[:, 0]
        picked = series[[round(year * resolved.steps_per_year / simulation.every) for year in (0.0, *years)]]
        return picked[:, columns] / picked[:, [M_HEAD]]

    return np.stack(
        simulations(
            blueprint(resolved), look, offset=offset, count=count, threads=threads, record_every=records
        )
    )


def stationarity(case: Case, *, count: int = 200, threads: int = THREADS) -> list[Row]:
    """P1 on one organisation, with at least `count` replicates.

    Departures of the mean share and state means from the start at 1, 3 and 5 years, with 95 % intervals.

    The share is held against the surveyed one, states against their own level at time 0.  A row is inside where
    the whole interval is within ±.02; the spread of single runs is reported.
    """
    people = int(case.usual.organization.staff.sum())
    count = max(
        count, min(5 * count, ceil(100 * count / max(people, 1)))
    )  # else 21 people's luck fills the range
    found = levels(case.usual, case.offset, count, threads=threads)
    start = found[:, :1].copy()
    start[:, :, 0] = surveyed_share(case.usual, record(case.usual.parameters)[0])
    gone = found[:, 1:] - start
    rows = []
    for column, name in enumerate(_STATES):
        for at, year in enumerate(YEARS):
            values = gone[:, at, column]
            mean, half = float(values.mean()), 1.96 * float(values.std(ddof=1)) / sqrt(count)
            low, high = np.quantile(values, [0.05, 0.95])
            detail = f"95 % interval {mean - half:+.3f} to {mean + half:+.3f}; nine in ten runs {low:+.3f} to {high:+.3f}"
            row = judged(
                "P1", case.name, f"{name} at {year:.0f} y, departure", mean, -TOLERANCE, TOLERANCE, detail
            )
            if abs(mean) + half > TOLERANCE:
                row = Row(row.pattern, row.organization, row.quantity, mean, row.low, row.high, False, detail)
            rows.append(row)
    return rows
