"""Functions whose indices are known in closed form, as tasks that a sweep can run instead of the simulation.

A task takes the values of one point by path (their last step is the name that counts: `x1`, `parameters.x1`), a seed
and the number of the replicate, and returns outcomes by name; see `sim.experiments.tasks`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.organization.luck import Luck
from sim.sensitivity.factors import Factor

Floats = npt.NDArray[np.float64]
G_COEFFICIENTS: Final = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0)
SLOPES: Final = (1.0, 0.5, 0.1)
NOISE: Final = 0.5

# Closed forms: Ishigami & Homma (1990), a = 7, b = .1; Sobol' (1993); slopes²/12 over their sum.
ISHIGAMI: Final[Mapping[str, tuple[float, ...]]] = {
    "S1": (0.3139051911, 0.4424111448, 0.0),
    "ST": (0.5575888552, 0.4424111448, 0.2436836641),
}
ISHIGAMI_S13: Final = 0.2436836641
G_FUNCTION: Final[Mapping[str, tuple[float, ...]]] = {
    "S1": (0.71619, 0.17905, 0.02368, 0.00716, 0.00007, 0.00007, 0.00007, 0.00007),
    "ST": (0.78714, 0.24220, 0.03432, 0.01046, 0.00011, 0.00011, 0.00011, 0.00011),
}
NOISY_LINE: Final[Mapping[str, tuple[float, ...]]] = {
    "S1": (1 / 1.26, 0.25 / 1.26, 0.01 / 1.26),
    "ST": (1 / 1.26, 0.25 / 1.26, 0.01 / 1.26),
}


def factors_of(name: str) -> tuple[Factor, ...]:
    """The factors of a test function: x1, x2, … over its cube.

    Raises:
        KeyError: no such function.
    """
    count, low, high = {
        "ishigami": (3, -math.pi, math.pi),
        "g_function": (8, 0.0, 1.0),
        "noisy_line": (3, 0.0, 1.0),
    }[name]
    return tuple(Factor(f"x{k}", low=low, high=high) for k in range(1, count + 1))


def ishigami(values: Mapping[str, float], *, seed: int = 0, replicate: int = 0) -> dict[str, float]:
    """sin x1 + 7 sin² x2 + .1 x3⁴ sin x1."""
    x1, x2, x3 = _in_order(values)
    return {"y": math.sin(x1) + 7.0 * math.sin(x2) ** 2 + 0.1 * x3**4 * math.sin(x1)}


def g_function(values: Mapping[str, float], *, seed: int = 0, replicate: int = 0) -> dict[str, float]:
    """Product of (|4 x_i − 2| + a_i) / (1 + a_i), a = 0, 1, 4.5, 9, 99, 99, 99, 99."""
    product = 1.0
    for x, a in zip(_in_order(values), G_COEFFICIENTS, strict=True):
        product *= (abs(4.0 * x - 2.0) + a) / (1.0 + a)
    return {"y": product}


def noisy_line(values: Mapping[str, float], *, seed: int = 0, replicate: int = 0) -> dict[str, float]:
    """x1 + .5 x2 + .1 x3 and normal noise of standard deviation .5, its luck keyed by seed and replicate."""
    line = sum(slope * x for slope, x in zip(SLOPES, _in_order(values), strict=True))
    return {"y": line + NOISE * float(Luck(seed, f"noise of a line, replicate {replicate}").normal(1)[0])}


def _in_order(values: Mapping[str, float]) -> list[float]:
    named = {path.rpartition(".")[2]: float(value) for path, value in values.items()}
    return [named[name] for name in sorted(named, key=lambda name: int(name.removeprefix("x")))]
