"""Elementary effects (Morris), mean squared slopes (DGSM), one factor at a time (tornado).

Effects are over the whole range of a factor: the outcome's change divided by the move in the unit cube.
"""

from __future__ import annotations

import math

import numpy as np

from sim.sensitivity.data import Data, Floats, across_luck, variance_of_means


def effects(data: Data) -> Floats:
    """Elementary effects of each trajectory and group, shape (trajectories, groups, replicates).

    A group that moves its members both ways has no direction: its effects are for their size alone.
    """
    moved = np.diff(data.x, axis=1)  # (trajectories, steps, factors)
    leap = np.diff(data.y, axis=1)  # (trajectories, steps, replicates)
    found = np.empty((data.rows, len(data.groups), data.replicates))
    for number, members in enumerate(data.groups):
        part = moved[:, :, list(members)]
        step = np.argmax(np.abs(part).max(axis=2), axis=1)
        row = np.arange(data.rows)
        size = part[row, step, :]
        length = size[:, 0] if len(members) == 1 else np.abs(size).max(axis=1)
        found[:, number] = leap[row, step] / length[:, None]
    return found


def morris(data: Data) -> dict[str, Floats]:
    """mu, mu_star, mu_rms, sigma of each group, shapes (groups,), and V.

    mu_star (Campolongo et al. 2007, doi:10.1016/j.envsoft.2006.10.004) is a mean of sizes, which chance makes larger
    and no subtraction mends; mu_rms, the root mean square, can be mended, and is.
    """
    found = Data(effects(data), np.empty((data.rows, 0, 0)), (), ())
    mean = found.mean()
    square = across_luck(found, lambda y: np.asarray((y**2).mean(axis=0)))
    about = across_luck(found, lambda y: np.asarray(((y - y.mean(axis=0)) ** 2).sum(axis=0)))
    single = np.array([len(members) == 1 for members in data.groups])
    return {
        "mu_star": np.abs(mean).mean(axis=0),
        "mu_rms": np.sqrt(np.maximum(square, 0.0)),
        "mu": np.where(single, mean.mean(axis=0), np.nan),
        "sigma": np.where(single, np.sqrt(np.maximum(about, 0.0) / max(1, data.rows - 1)), np.nan),
        "V": np.asarray(variance_of_means(data)),
    }


def morris_floor(data: Data) -> dict[str, Floats]:
    """mu_star that chance alone gives, 95th percentile, shape (groups,): mean of sizes of normal noise."""
    found = effects(data)
    if found.shape[2] < 2:
        return {"mu_star": np.full(found.shape[1], np.nan)}
    error = np.sqrt(found.var(axis=2, ddof=1).mean(axis=0) / found.shape[2])
    spread = 1.645 * math.sqrt((1.0 - 2.0 / math.pi) / data.rows)
    return {"mu_star": error * (math.sqrt(2.0 / math.pi) + spread)}


def slopes(data: Data) -> dict[str, Floats]:
    """nu (mean squared slope over the unit cube) and dgsm = nu / (π² V), an upper bound of ST, shapes (factors,).

    Sobol' & Kucherenko (2009), doi:10.1016/j.matcom.2009.01.023; the bound is for uniform coordinates, which the unit
    cube's are.
    """
    k = data.x.shape[2]
    step = np.stack([data.x[:, 1 + j, j] - data.x[:, 0, j] for j in range(k)], axis=1)
    slope = Data((data.y[:, 1:] - data.y[:, :1]) / step[:, :, None], data.x[:, :0], (), ())
    base = Data(data.y[:, :1], data.x[:, :1], (), ())
    nu = across_luck(slope, lambda y: np.asarray((y**2).mean(axis=0)))
    variance = variance_of_means(base)
    bound = nu / (math.pi**2 * variance) if variance > 0.0 else np.full(k, np.nan)
    return {"dgsm": bound, "nu": nu, "V": np.asarray(variance)}


def one_at_a_time(data: Data) -> dict[str, Floats]:
    """effect: outcome at the high value minus at the low value of each factor, the others at their base."""
    mean = data.mean()[0]
    return {"effect": mean[2::2] - mean[1::2]}
