"""Outcomes of the test functions for whole designs, with and without noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.experiments.design_table import Design
from sim.sensitivity import testfunctions
from sim.sensitivity.data import Data
from sim.sensitivity.designs import layout_of

Floats = npt.NDArray[np.float64]


def outcome(design: Design, name: str) -> Floats:
    """A test function at every point, shape (points,)."""
    function = getattr(testfunctions, name)
    return np.array([function(design.point(k))["y"] for k in range(len(design))])


def line(design: Design) -> Floats:
    """The line of `noisy_line` without its noise, shape (points,)."""
    return np.stack(design.values, axis=1) @ np.array(testfunctions.SLOPES)


def with_noise(y: Floats, replicates: int, sd: float, seed: int) -> Floats:
    """Independent normal noise in every run, shape (points, replicates)."""
    return y[:, None] + sd * np.random.default_rng([seed, 7]).standard_normal((len(y), replicates))


def with_common_luck(design: Design, y: Floats, replicates: int, seed: int, slope: float = 0.15) -> Floats:
    """Luck that moves every point alike and tilts the effect of every factor, and a little noise of each run."""
    rng = np.random.default_rng([seed, 8])
    x = np.stack(design.values, axis=1)
    shift, tilt = 0.5 * rng.standard_normal(replicates), slope * rng.standard_normal((x.shape[1], replicates))
    return y[:, None] + shift + (x - 0.5) @ tilt + 0.1 * rng.standard_normal((len(y), replicates))


def data_of(design: Design, y: Floats, method: str | None = None) -> Data:
    """Outcomes laid out as an analyser takes them."""
    layout = layout_of(design, method)
    y = y[:, None] if y.ndim == 1 else y
    members = tuple(numbers for _, numbers in layout.groups)
    return Data(y[layout.place], layout.x, members, (False,) * len(layout.factors))
