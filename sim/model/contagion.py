"""How practising contacts invite one to join: the theory's named responses, and rivals by a name of their own.

A response C says how strongly a share x of practising contacts reinforces adopting; hazards are linear in it
(`sim.theory.practice`).  Whatever the response, its mean at business as usual is taken off the spontaneous part, so
that rivals start from the same business as usual and differ in what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import TypeAlias

import numpy as np

from sim.theory.practice import expected_response, hill, response, threshold_response

# x, share (or number) of contacts who practise; the person's threshold θ; steepness n → C ≥ 0
Response: TypeAlias = Callable[[float, float, float], float]


@dataclass(frozen=True, slots=True)
class Contagion:
    """One theory of contagion.

    Attributes:
        name: what it is called.
        response: C of exposure, threshold and steepness.
        expected: its mean at business as usual, of mean and variance of the exposure, threshold and steepness.
    """

    name: str
    response: Response
    expected: Callable[[float, float, float, float], float]


def _expected(form: int, mean: float, variance: float, threshold: float, steepness: float) -> float:
    return expected_response(mean, variance, threshold, steepness, form)


def _threshold(x: float, threshold: float, _: float) -> float:
    return threshold_response(x, threshold)


def _linear(x: float, threshold: float, steepness: float) -> float:
    return response(x, threshold, steepness, 2)


_CONTAGIONS: dict[str, Contagion] = {
    "hill": Contagion("hill", hill, partial(_expected, 0)),
    "threshold": Contagion("threshold", _threshold, partial(_expected, 1)),
    "linear": Contagion("linear", _linear, partial(_expected, 2)),
}
OURS = tuple(_CONTAGIONS)


def contagions() -> Mapping[str, Contagion]:
    """The theories of contagion there are, by name."""
    return dict(_CONTAGIONS)


def register_contagion(name: str, rival: Response) -> Contagion:
    """Give a rival theory of contagion a name under which `LearningCultureModel(contagion=name)` finds it.

    Args:
        name: not one of ours; a rival registered before under this name is replaced.
        rival: (exposure in [0, 1], threshold, steepness) → C, finite and ≥ 0; C(0) = 0 unless it invents practice.

    Raises:
        ValueError: one of our own names, or a response that is negative or not a number where it was tried.
    """
    if name in OURS:
        raise ValueError(f"contagion {name!r} is one of ours; give the rival a name of its own")
    for x in (0.0, 0.1, 0.5, 1.0):
        c = rival(x, 0.5, 4.0)
        if not 0.0 <= c < float("inf"):
            raise ValueError(
                f"contagion {name!r}: the response at exposure {x:g} is {c!r}; it must be ≥ 0 and finite"
            )
    _CONTAGIONS[name] = found = Contagion(name, rival, partial(_mean_over_normal, rival))
    return found


def contagion(name: str) -> Contagion:
    """The theory of contagion of that name.

    Raises:
        ValueError: nobody has registered one; says which there are.
    """
    try:
        return _CONTAGIONS[name]
    except KeyError:
        known = ", ".join(_CONTAGIONS)
        raise ValueError(
            f"no contagion is called {name!r}; there are {known}; see register_contagion"
        ) from None


_NODES, _WEIGHTS = (values.tolist() for values in np.polynomial.hermite_e.hermegauss(7))
_TOTAL = sum(_WEIGHTS)


def _mean_over_normal(
    rival: Response, mean: float, variance: float, threshold: float, steepness: float
) -> float:
    """As `expected_response` for ours: seven points of Gauss–Hermite, exposure folded back into [0, 1]."""
    sd = sqrt(max(variance, 0.0))
    points = (min(max(mean + sd * node, 0.0), 1.0) for node in _NODES)
    return float(sum(w * rival(x, threshold, steepness) for w, x in zip(_WEIGHTS, points)) / _TOTAL)
