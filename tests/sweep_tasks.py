"""Functions that tests sweep instead of the simulation."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def stub(point: Mapping[str, Any], *, seed: int, replicate: int) -> float:
    """The sum of the point plus a little luck."""
    return float(sum(point.values())) + 1e-3 * ((seed * 31 + replicate) % 97)


def linear(point: Mapping[str, Any], *, seed: int, replicate: int) -> dict[str, float]:
    """x1 + x2 / 2 with normal noise; and the noise itself."""
    noise = float(np.random.default_rng([seed, replicate]).normal())
    return {"y": point["a.x1"] + 0.5 * point["a.x2"] + noise, "noise": noise}


def slow(point: Mapping[str, Any], *, seed: int, replicate: int) -> float:
    """`stub` in a twentieth of a second."""
    time.sleep(0.05)
    return stub(point, seed=seed, replicate=replicate)


def picky(point: Mapping[str, Any], *, seed: int, replicate: int) -> float:
    """Fails where x is above .5, as long as the file named in PICKY exists."""
    if point["a.x"] > 0.5 and Path(os.environ["PICKY"]).exists():
        raise ZeroDivisionError(f"x is {point['a.x']:g}")
    return float(point["a.x"])


def deadly(point: Mapping[str, Any], *, seed: int, replicate: int) -> float:
    """Kills its process where x is above .9."""
    if point["a.x"] > 0.9:
        os._exit(9)
    return float(point["a.x"])


def endless(point: Mapping[str, Any], *, seed: int, replicate: int) -> float:
    """Not a number at x = 0."""
    return float("nan") if point["a.x"] == 0 else float(point["a.x"])
