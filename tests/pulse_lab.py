"""A toy organisation whose answers are known functions of its parameters: banks without the simulation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.organization.luck import Luck
from sim.pulse.bank import Bank
from sim.pulse.survey import ITEMS
from sim.sensitivity.factors import Factor

Floats = npt.NDArray[np.float64]

TEAMS = ("Sales", "Works", "Care", "Board")
SEATS = np.array([30.0, 40.0, 25.0, 12.0])
FACTORS = (
    Factor("parameters.height", low=1.0, high=3.0),
    Factor("parameters.speed", low=0.1, high=1.0, distribution="loguniform"),
    Factor("parameters.idle", low=0.0, high=1.0),
)


def toy_bank(points: int = 1500, *, seed: int = 4, quarters: int = 8, luck: float = 0.01) -> Bank:
    """Enthusiasm and safety rise to `height` with `speed`; `idle` does nothing at all.

    Plans: "now"; "same", a copy of it; "more", whose share practising ends fifteen points higher.
    """
    draws = Luck(seed, "toy")
    u = draws.uniform(points * len(FACTORS)).reshape(points, len(FACTORS))
    height, speed = FACTORS[0].values(u[:, 0]), FACTORS[1].values(u[:, 1])
    time = np.arange(quarters + 1) / 4.0
    rise = height[:, None] * (1.0 - np.exp(-time / speed[:, None]))
    values = np.empty((3, points, quarters + 1, len(TEAMS), len(ITEMS)))
    for k, item in enumerate(ITEMS):
        start, gain = {"share_practising": (0.1, 0.06), "skill": (0.5, 0.0)}.get(item, (0.4, 0.1))
        noise = luck * draws.normal(points * (quarters + 1) * len(TEAMS)).reshape(values.shape[1:4])
        values[0, ..., k] = np.clip(start + gain * rise[:, :, None] + noise, 0.01, 0.99)
    values[1:] = values[0]
    values[2, ..., 0] += 0.15 * (np.arange(quarters + 1) > quarters / 2)[:, None]
    return Bank("now", ("now", "same", "more"), TEAMS, SEATS, FACTORS, u, values)
