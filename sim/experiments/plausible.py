"""The sample of parameters that the fitted patterns do not rule out, and draws from it.

`data/plausible.csv` is written by `ripple calibrate` (see `sim.calibration`): a row a point that was simulated and found
not implausible, a column a parameter.  It lies here because experiments draw from it.  Parameters that it does not hold
stand at their defaults.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from sim.organization.luck import Luck
from sim.parameters import REGISTER


@lru_cache(maxsize=1)
def plausible() -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Names of the parameters and the points, shape (points, parameters); the array is read-only.

    Raises:
        ValueError: the file names a parameter that there is not, or has a cell that is no number.
    """
    rows = csv.reader(files("sim.experiments").joinpath("data/plausible.csv").read_text("utf-8").splitlines())
    names = tuple(next(rows))
    unknown = [name for name in names if name not in REGISTER]
    if unknown:
        raise ValueError(
            f"plausible.csv: there is no parameter {', '.join(unknown)}; make the file again with ripple calibrate"
        )
    points = np.array([[float(cell) for cell in row] for row in rows], dtype=np.float64)
    points.setflags(write=False)
    return names, points


def chosen(size: int, *, seed: int) -> npt.NDArray[np.int64]:
    """Rows of the sample for `size` draws, shape (size,): each once before any comes twice."""
    points = len(plausible()[1])
    luck = Luck(seed, "plausible")
    rounds = [luck.permutation(points) for _ in range(-(-size // points))]
    return np.concatenate(rounds)[:size].astype(np.int64) if rounds else np.empty(0, dtype=np.int64)


def draws(n: int, seed: int = 1) -> list[dict[str, float]]:
    """Not-implausible parameters, ready for `with_parameters` or `--set parameters.NAME=…`.

    Args:
        n: how many, 0 or more; a longer list begins with the shorter one of the same seed.
        seed: which.

    Raises:
        ValueError: a negative number.
    """
    if n < 0:
        raise ValueError(f"{n} draws: give a number from 0")
    names, points = plausible()
    return [dict(zip(names, points[row].tolist(), strict=True)) for row in chosen(n, seed=seed)]
