"""FAST and RBD-FAST: a factor's share of the variance is the power at its own frequencies.

The power of white noise is spread evenly over all frequencies; `data.across_luck` takes it out of the harmonics and of
the whole.  SALib's own formulas are used where it exposes them.
"""

from __future__ import annotations

import math

import numpy as np

from sim.sensitivity.data import Data, Floats, across_luck

HARMONICS_FAST = 4
HARMONICS_RBD = 10


def fast(data: Data) -> dict[str, Floats]:
    """S1, ST of extended FAST (Saltelli, Tarantola & Chan 1999), shapes (factors,), and V.

    A base row is one search curve for every factor in turn: outcomes of shape (curves, factors × points).
    """
    k = data.x.shape[2]
    parts = across_luck(data, lambda y: _curve_parts(y, k)).mean(axis=0)  # (factors, 3)
    variance = np.where(parts[:, 0] > 0.0, parts[:, 0], np.nan)
    return {
        "ST": 1.0 - parts[:, 2] / variance,
        "S1": parts[:, 1] / variance,
        "V": np.asarray(parts[:, 0].mean()),
    }


def _curve_parts(y: Floats, k: int) -> Floats:
    """Variance, power at the own harmonics and at low frequencies, shape (curves, factors, 3)."""
    from SALib.analyze.fast import compute_orders

    n = y.shape[1] // k
    omega = math.floor((n - 1) / (2 * HARMONICS_FAST))
    parts = np.zeros((len(y), k, 3))
    for row, curves in enumerate(y.reshape(len(y), k, n)):
        for number, curve in enumerate(curves):
            if (
                np.ptp(curve) == 0.0
            ):  # the transform of a constant leaves rounding errors, whose shares say nothing
                continue
            power = np.abs(np.fft.fft(curve)[1 : math.ceil(n / 2)]) ** 2 / n**2
            variance = 2.0 * float(power.sum())
            first, total = compute_orders(curve, n, HARMONICS_FAST, omega)
            parts[row, number] = variance, first * variance, (1.0 - total) * variance
    return parts


def rbd_fast(data: Data) -> dict[str, Floats]:
    """S1 of RBD-FAST on any points (Tarantola et al. 2006; Plischke 2010), shape (factors,), and V.

    With the bias correction of Tissot & Prieur (2012), doi:10.1016/j.ress.2012.06.010.
    """
    x = data.x[:, 0, :]
    orders = [_there_and_back(np.argsort(x[:, j], kind="stable")) for j in range(x.shape[1])]

    def parts(y: Floats) -> Floats:
        flat = y[:, 0]
        n = len(flat)
        share = 2.0 * HARMONICS_RBD / n
        found = np.empty((len(orders), 2))
        for number, order in enumerate(orders):
            power = np.abs(np.fft.rfft(flat[order] - flat.mean())) ** 2
            power[1 : (n + 1) // 2] *= 2.0
            whole, own = power[1:].sum() / n**2, power[1 : HARMONICS_RBD + 1].sum() / n**2
            found[number] = own - share / (1.0 - share) * (whole - own), whole
        return found

    taken = across_luck(data, parts)
    variance = float(taken[:, 1].mean())
    return {"S1": taken[:, 0] / (variance if variance > 0.0 else np.nan), "V": np.asarray(variance)}


def _there_and_back(order: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Every second one upwards, then the others downwards: a closed curve through the sorted points."""
    return np.concatenate([order[::2], order[1::2][::-1]])
