"""The bank of simulations: points of the parameters and what the fitted patterns look at there, a wave a folder.

Each wave is a sweep (`sim.experiments.sweeping`) whose task is `sim.calibration.outcomes.look`: interrupted, it goes on where
it stopped; finished, it is read.  The first wave is drawn from the register's ranges, every later one from what the emulators
of the waves before do not rule out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.calibration.outcomes import BESIDE, OUTCOMES
from sim.experiments.design import drawn_names, latin_hypercube
from sim.experiments.design_table import Design
from sim.experiments.runner import Report
from sim.experiments.sweeping import sweep
from sim.parameters import REGISTER

Floats = npt.NDArray[np.float64]

TASK: Final = "sim.calibration.outcomes:look"
_BLOCK, _FAR = 64, 192
NAMES: Final = drawn_names()  # what is drawn: every parameter with a range that is no setting


@dataclass(frozen=True, slots=True)
class Bank:
    """Points that were simulated.

    Attributes:
        unit: in the unit cube of the ranges, shape (points, parameters), columns as `NAMES`.
        found: what came out, shape (points, outcomes), columns as `OUTCOMES`; NaN where undefined.
        beside: other columns of the runs by name, shape (points,) each.
        wave: number of the wave of each point, from 1.
    """

    unit: Floats
    found: Floats
    beside: Mapping[str, Floats]
    wave: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.unit)

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Bank:
        """Some of the points."""
        beside = {name: column[rows] for name, column in self.beside.items()}
        return Bank(self.unit[rows], self.found[rows], beside, self.wave[rows])

    def and_(self, other: Bank) -> Bank:
        """The points of both."""
        beside = {name: np.concatenate([self.beside[name], other.beside[name]]) for name in self.beside}
        return Bank(
            np.concatenate([self.unit, other.unit]),
            np.concatenate([self.found, other.found]),
            beside,
            np.concatenate([self.wave, other.wave]),
        )


def prior(size: int, *, seed: int) -> Floats:
    """Points of the unit cube, shape (size, parameters): Latin hypercubes of 64 one after the other.

    A longer list begins with the shorter one, so that a bank can grow.
    """
    blocks = range(-(-size // _BLOCK))
    cubes = [latin_hypercube(_BLOCK, len(NAMES), seed=seed * 10_000 + block) for block in blocks]
    return np.concatenate(cubes)[:size]


def pulled(size: int, *, seed: int) -> Floats:
    """Points between the prior and the defaults, shape (size, parameters): .15 to .85 of the way from the defaults outwards.

    Far from the defaults hardly anything tips, so a bank of the prior alone says little where the patterns are met.  Emulators
    may be taught anywhere; what is kept in the end is judged against the whole prior.
    """
    blocks = range(-(-size // _FAR))
    far = np.concatenate([latin_hypercube(_FAR, 1, seed=seed + block) for block in blocks])[:size]
    out = 0.15 + 0.7 * far
    home = to_unit({})
    return home + out * (prior(size, seed=seed) - home)


def to_values(unit: Floats) -> dict[str, Floats]:
    """Columns of parameter values by name from points of the unit cube, shape (points, parameters)."""
    values = {}
    for column, name in enumerate(NAMES):
        entry, u = REGISTER[name], unit[:, column]
        if entry.distribution == "loguniform":
            low, high = log(entry.low), log(entry.high)
            values[name] = np.clip(np.exp(low + u * (high - low)), entry.low, entry.high)
        else:
            values[name] = entry.low + u * (entry.high - entry.low)
    return values


def to_unit(values: Mapping[str, float]) -> Floats:
    """A point of the unit cube from values; parameters that are not given stand at their defaults, shape (parameters,)."""
    unit = np.empty(len(NAMES))
    for column, name in enumerate(NAMES):
        entry = REGISTER[name]
        low, high, value = entry.low, entry.high, values.get(name, entry.default)
        if entry.distribution == "loguniform":
            low, high, value = log(low), log(high), log(value)
        unit[column] = (value - low) / (high - low)
    return np.clip(unit, 0.0, 1.0)


def simulated(
    unit: Floats,
    folder: Path,
    *,
    wave: int,
    left: float = 1.0,
    workers: int | None = None,
    progress: Report | None = None,
) -> Bank:
    """Simulate points into a folder, or go on with it, or read it where it is finished.

    Args:
        unit: points, shape (points, parameters).
        left: share of the prior that the points are drawn from; kept with the design.

    Raises:
        StoreError: the folder holds other points.
        ExperimentInterrupted: Ctrl-C; what was finished is kept.
    """
    columns = {f"parameters.{name}": column for name, column in to_values(unit).items()}
    design = _as_before(folder, Design.from_columns(columns, {"left": left}))
    made = sweep(
        ["patterns"], design, task=TASK, outputs=(*OUTCOMES, *BESIDE), replicates=1, rows_per_piece=4, out=folder,
        workers=workers, progress=progress,
    )  # fmt: skip
    table = {name: made.values(name)[:, 0] for name in (*OUTCOMES, *BESIDE)}
    good = made.ok()[:, 0]
    bank = Bank(
        unit, np.stack([table[name] for name in OUTCOMES], axis=1), {name: table[name] for name in BESIDE},
        np.full(len(unit), wave),
    )  # fmt: skip
    return bank.take(good)


def _as_before(folder: Path, wanted: Design) -> Design:
    """The design of a folder where it holds the same points but for the last digits, else the one that is wanted."""
    place = folder / "design.parquet"
    if not place.is_file():
        return wanted
    known = Design.from_parquet(place)
    if known.paths != wanted.paths or len(known) < len(wanted):
        return wanted
    known = known.take(slice(0, len(wanted)))
    same = all(
        np.allclose(a, b, rtol=1e-9, atol=0.0) for a, b in zip(known.values, wanted.values, strict=True)
    )
    return known if same else wanted
