"""Emulators: what the model would give at a point that nobody simulated, and how sure that is.

One Gaussian process an outcome, on the few parameters that move it (its *active inputs*), about a linear trend; the luck of a
few runs is its white noise.  Needs scikit-learn (extra `calibration`).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.calibration.errors import CalibrationError

Floats = npt.NDArray[np.float64]
MOST_ACTIVE: Final = 8
_SEEN: Final = 2.5  # standard errors beyond which a correlation counts
_FEWEST: Final = 30  # points below which no emulator is made
_CHUNK: Final = 4000  # predictions at once


@dataclass(frozen=True, slots=True)
class Emulator:
    """An outcome over the unit cube.

    Attributes:
        active: columns of the parameters that move it, strongest first.
        noise: variance of the luck of one simulated point.
        explained: share of the variance at points left out that it explains (1 − error/variance; may be negative).
    """

    active: tuple[int, ...]
    noise: float
    explained: float
    _process: Any
    _trend: Floats
    _scale: float

    def __call__(self, unit: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of the outcome without luck, shape (points,) each."""
        x = unit[:, self.active]
        mean, deviation = np.empty(len(x)), np.empty(len(x))
        for first in range(0, len(x), _CHUNK):
            part = slice(first, first + _CHUNK)
            mean[part], deviation[part] = self._process.predict(x[part], return_std=True)
        own = np.maximum(deviation**2 * self._scale**2 - self.noise, 0.0)
        return _trended(x, self._trend) + self._scale * mean, own


def emulate(unit: Floats, values: Floats) -> Emulator:
    """An emulator of one outcome.

    Args:
        unit: points, shape (points, parameters); values: the outcome there, shape (points,); undefined ones are left out.

    Raises:
        CalibrationError: too few points, or scikit-learn is missing.
    """
    good = np.isfinite(values)
    unit, values = unit[good], values[good]
    if len(values) < _FEWEST:
        raise CalibrationError(
            f"the bank has {len(values)} points where an outcome is defined; simulate {_FEWEST} or more (--first, --second)"
        )
    active = active_inputs(unit, values)
    found = _fitted(unit, values, active)
    kept = np.arange(len(values)) % 5 != 0
    trial = _fitted(unit[kept], values[kept], active, kernel=found._process.kernel_)
    left = values[~kept]
    missed = float(((left - trial(unit[~kept])[0]) ** 2).mean())
    explained = 1.0 - missed / max(float(left.var()), 1e-12)
    return Emulator(found.active, found.noise, explained, found._process, found._trend, found._scale)


def active_inputs(unit: Floats, values: Floats, most: int = MOST_ACTIVE) -> tuple[int, ...]:
    """Columns whose value, or distance from the middle, goes with the outcome beyond chance; at most `most`, at least one.

    Chosen one after the other, each against what the trend of those before leaves.
    """
    n = len(values)
    curved = (unit - unit.mean(axis=0)) ** 2
    chosen: list[int] = []
    left = values - values.mean()
    while len(chosen) < min(most, n // 8):
        strength = np.maximum(np.abs(_correlations(unit, left)), np.abs(_correlations(curved, left)))
        strength[chosen] = -1.0
        best = int(np.argmax(strength))
        if chosen and strength[best] < _SEEN / np.sqrt(n):
            break
        chosen.append(best)
        design = np.column_stack([np.ones(n), unit[:, chosen], curved[:, chosen]])
        left = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return tuple(chosen)


def _climb(objective: Any, start: Floats, bounds: Floats) -> tuple[Floats, float]:
    """Likelihood climbed for a few dozen steps: the last digits of a length do not matter here."""
    from scipy.optimize import minimize

    found = minimize(objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": 30})
    return found.x, float(found.fun)


def _correlations(columns: Floats, values: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0) * max(float((values**2).sum()), 1e-300))
    found: Floats = (centred * values[:, None]).sum(axis=0) / np.where(spread > 0.0, spread, 1.0)
    return found


def _trended(x: Floats, trend: Floats) -> Floats:
    return np.asarray(trend[0] + x @ trend[1:], dtype=np.float64)


def _fitted(unit: Floats, values: Floats, active: tuple[int, ...], kernel: Any = None) -> Emulator:
    """A process on the active inputs; with the lengths and the noise of `kernel` where it is given."""
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise CalibrationError(
            "calibrating needs scikit-learn; install it with: pip install -e '.[calibration]' in the folder of Ripple"
        ) from None
    x = unit[:, active]
    design = np.column_stack([np.ones(len(x)), x])
    trend: Floats = np.linalg.lstsq(design, values, rcond=None)[0].astype(np.float64)
    left = values - _trended(x, trend)
    scale = max(float(left.std()), 1e-9)
    lengths = RBF(np.full(len(active), 1.0), (0.15, 30.0))
    asked = ConstantKernel(0.5, (1e-3, 1e2)) * lengths + WhiteKernel(0.5, (0.02, 1.5))
    process = GaussianProcessRegressor(kernel or asked, optimizer=None if kernel else _climb)
    with (
        warnings.catch_warnings(),
        threadpool_limits(limits=1),
    ):  # threads cost more than they bring at this size
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(x, left / scale)
    noise = float(process.kernel_.k2.noise_level) * scale**2
    return Emulator(active, noise, float("nan"), process, trend, scale)
