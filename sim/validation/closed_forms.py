"""What the limits should give, by formulas that know nothing of the engine."""

from __future__ import annotations

from math import exp, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import binom, poisson

Floats = npt.NDArray[np.float64]
_ROUNDING: Final = 1e-12


def friedkin_johnsen(weights: Floats, susceptibility: Floats, reasons: Floats) -> Floats:
    """Rest point of y = Σ W y + u: (I − Σ W)⁻¹ u, shape (n,) (Friedkin & Johnsen 1990)."""
    n = len(reasons)
    found = np.linalg.solve(np.eye(n) - susceptibility[:, None] * weights, reasons)
    return np.asarray(found, dtype=np.float64)


def left_perron(weights: Floats) -> Floats:
    """Left eigenvector of a row-stochastic matrix to eigenvalue 1, summing to 1, shape (n,) (French 1956, DeGroot 1974)."""
    n = len(weights)
    system = np.vstack([weights.T - np.eye(n), np.ones(n)])
    found: Floats = np.linalg.lstsq(system, np.append(np.zeros(n), 1.0), rcond=None)[0]
    return found


def sisa_rest(spontaneous: float, contagion: float, lapse: float) -> float:
    """Steady share of dI/dt = (a + b I)(1 − I) − g I (Hill et al. 2010); with a = 0 the endemic share of SIS."""
    d = contagion - spontaneous - lapse
    return (d + sqrt(d * d + 4.0 * spontaneous * contagion)) / (2.0 * contagion)


def bass(times: Floats, innovation: float, imitation: float, start: float = 0.0) -> Floats:
    """F(t) of dF/dt = (p + q F)(1 − F) from F(0) = start (Bass 1969)."""
    p, q = innovation, imitation
    k = (1.0 - start) / (p + q * start)
    decay = k * np.exp(-(p + q) * times)
    found: Floats = (1.0 - p * decay) / (1.0 + q * decay)
    return found


def cascade(mean_degree: float, threshold: float, seeds: float) -> float:
    """Final active share on a Poisson random net with fractional thresholds (Gleeson & Cahalane 2007)."""
    degrees = np.arange(1, int(mean_degree + 12 * sqrt(mean_degree) + 20))
    chance = poisson.pmf(degrees, mean_degree)
    least = np.ceil(threshold * degrees - _ROUNDING)  # contacts that a person of each degree needs
    reached = degrees * chance / mean_degree
    q = seeds
    for _ in range(100_000):
        new = seeds + (1.0 - seeds) * float(reached @ binom.sf(least - 1, degrees - 1, q))
        if abs(new - q) < 1e-13:
            break
        q = new
    return seeds + (1.0 - seeds) * float(chance @ binom.sf(least - 1, degrees, q))


def watts_window(vulnerable: int) -> tuple[float, float]:
    """Lower and upper mean degree of the cascade window z·P(Pois(z) ≤ K − 2) = 1 (Watts 2002).

    Args:
        vulnerable: K, the largest degree at which one contact suffices.

    Raises:
        ValueError: there is no window.
    """

    def condition(z: float) -> float:
        return float(z * poisson.cdf(vulnerable - 2, z) - 1.0)

    grid = np.linspace(0.5, 30.0, 5901)
    values = grid * poisson.cdf(vulnerable - 2, grid) - 1.0
    crossings = np.flatnonzero(np.diff(np.sign(values)) != 0)
    if values.max() <= 0.0 or len(crossings) < 2:
        raise ValueError(f"no cascade window for vulnerable degree {vulnerable}")
    low, high = crossings[0], crossings[-1]
    return float(brentq(condition, grid[low], grid[low + 1])), float(
        brentq(condition, grid[high], grid[high + 1])
    )


def survival(years: float, hazard: float) -> float:
    """Chance of not having left after some years at a constant hazard."""
    return exp(-hazard * years)
