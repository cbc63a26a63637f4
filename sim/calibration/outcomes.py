"""What the fitted patterns look at, cheaply, at one point of the parameters: a row of the bank of simulations.

P1 is met at every point by its own offset and is looked at as the drift that is left; P3, P4, P5a and P10 follow.
The numbers are those of `sim.calibration.patterns` with a few runs instead of many, and P3 by months: emulators average
the luck out.  A change of this file makes another bank: its hash is part of what a bank's folder is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.calibration.bundle import convex_at_first, curves, growth
from sim.calibration.cases import Case
from sim.calibration.likeness import stability
from sim.calibration.tipping import NEAR, others_share
from sim.calibration.training import still_using
from sim.engine.stationary import business_as_usual, offset_near, with_parameters
from sim.engine.world import surveyed_share
from sim.parameters import record
from sim.scenario import load, resolve
from sim.scenario.schema import OrganizationForm

Floats = npt.NDArray[np.float64]

PEOPLE: Final = 200  # staff of the generated organisation on which points are looked at
RUNS: Final = 8  # runs a quantity
STEPS: Final = 12  # a year where only the state years on is looked at (P3, the drift); weekly elsewhere
COMMITTED: Final = (0.05, 0.10, 0.15, 0.20, 0.30, 0.40)
OUTCOMES: Final = (
    "drift", "critical", "near_at_half", "steepest", "rise", "convex", "using_0", "using_6", "using_12", "rank_order",
    "ties_kept",
)  # fmt: skip
BESIDE: Final = (
    "offset",
    "swept",
    *(f"others_{c:g}" for c in COMMITTED),
    *(f"bundle_{y:g}" for y in (1, 2, 3, 6)),
)


def look(point: Mapping[str, Any], *, seed: int, replicate: int) -> dict[str, float | None]:
    """One point of a sweep: `OUTCOMES` and `BESIDE` by name; None where undefined.

    Args:
        point: `parameters.NAME` to value.
        seed, replicate: not used: every point is lived through with the luck of the patterns, so that points differ by their
            parameters alone.
    """
    values = {path.removeprefix("parameters."): float(value) for path, value in point.items()}
    found = outcomes(prepared(values))
    return {name: value if np.isfinite(value) else None for name, value in found.items()}


def prepared(values: Mapping[str, float], *, people: int = PEOPLE) -> Case:
    """A generated organisation under parameters, with an offset from a few runs."""
    form = OrganizationForm(people=people)
    plans = [
        with_parameters(resolve(load(name).model_copy(update={"organization": form})), values)
        for name in ("business_as_usual", "stars_align")
    ]
    usual = business_as_usual(plans[0])
    found = offset_near(usual, 0.0)
    return Case(
        f"generated {people}", True, replace(usual, burn_in=1.0), replace(plans[1], burn_in=1.0), found.value, found.settled
    )  # fmt: skip


def outcomes(one: Case, *, runs: int = RUNS, threads: int = 1) -> dict[str, float]:
    """The fitted patterns' quantities on one organisation; NaN where undefined.

    Args:
        runs: of a quantity; twice as many of business as usual and of training, half as many over three years.
    """
    usual, offset = one.usual, one.offset
    target = surveyed_share(usual, record(usual.parameters)[0])
    coarse = replace(usual, steps_per_year=STEPS)
    others = np.stack([others_share(coarse, offset, c, runs, threads=threads)[:, 0] for c in COMMITTED])
    critical = crossing(COMMITTED, (others > 0.5).mean(axis=1), 0.5)
    calm = others_share(coarse, offset, 0.0, 2 * runs, threads=threads)[:, 0]
    near = [float((np.abs(values - target) <= NEAR).mean()) for values in (calm, *others)]
    found = curves(one.bundle, offset, runs, threads=threads)
    dt = one.bundle.dt
    form = growth(found.mean(axis=0), target, dt)
    swept = found[:, -1] > 0.5
    bent = [convex_at_first(run, target, dt) for run in found[swept]]
    using = still_using(usual, offset, 2 * runs, threads=threads)
    steady = stability(usual, offset, max(runs // 2, 4), threads=threads)
    values = {
        "drift": float(calm.mean()) - target,
        "critical": critical,
        "near_at_half": float(np.interp(critical / 2.0, (0.0, *COMMITTED), near)),
        "steepest": form.steepest,
        "rise": form.rise,
        "convex": float(np.mean(bent)) if bent else float("nan"),
        "using_0": float(using[0]),
        "using_6": float(using[1]),
        "using_12": float(using[2]),
        "rank_order": steady.rank_order,
        "ties_kept": steady.ties_kept,
        "offset": offset,
        "swept": float(swept.mean()),
    }
    values |= {f"others_{c:g}": float(share) for c, share in zip(COMMITTED, others.mean(axis=1))}
    values |= {
        f"bundle_{year:g}": float(found[:, round(year / dt) - 1].mean()) for year in (1.0, 2.0, 3.0, 6.0)
    }
    return values


def crossing(shares: tuple[float, ...], values: Floats, level: float) -> float:
    """Where values rising over shares first pass a level, linear between them; 2 × the last share if never."""
    for k, value in enumerate(values):
        if value >= level:
            if k == 0:
                return float(shares[0] * level / value) if value > 0.0 else float(shares[0])
            before = values[k - 1]
            return float(shares[k - 1] + (shares[k] - shares[k - 1]) * (level - before) / (value - before))
    return 2.0 * shares[-1]
