"""History matching: which points of the parameters the fitted patterns do not rule out.

The implausibility of an outcome is its distance from what was observed, in standard deviations of all that blurs the
comparison: how widely the observation is reported, how far the model may be from the world (its *discrepancy*), the luck of the
runs and, where nobody simulated, the emulator.  A point is not implausible where the worst outcome stays within three (Vernon,
Goldstein & Bower 2010, doi:10.1214/10-BA524).  Among points drawn from the prior, those kept are a sample of the posterior of
approximate Bayesian computation with that acceptance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.calibration.bank import NAMES, Bank
from sim.calibration.emulators import Emulator, emulate
from sim.calibration.outcomes import OUTCOMES
from sim.organization.luck import Luck

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

CUT: Final = 3.0


@dataclass(frozen=True, slots=True)
class Target:
    """What is known of an outcome.

    Attributes:
        pattern: which pattern it belongs to.
        low, high: the range of the pattern, read as 95 %: its middle is observed with a quarter of its width as standard
            deviation.  Where one is infinite, only beyond the other counts against a point.
        discrepancy: standard deviation of what the model may miss.
    """

    pattern: str
    low: float
    high: float
    discrepancy: float

    @property
    def middle(self) -> float:
        """What was observed."""
        return 0.5 * (self.low + self.high)

    @property
    def spread(self) -> float:
        """Standard deviation of observation and discrepancy together."""
        width = self.high - self.low
        return float(np.hypot(0.25 * width if np.isfinite(width) else 0.0, self.discrepancy))

    def distance(self, values: Floats) -> Floats:
        """How far values are from what was observed, shape as given."""
        if np.isfinite(self.high - self.low):
            return np.abs(values - self.middle)
        return np.maximum(np.maximum(self.low - values, values - self.high), 0.0)


_INFINITE: Final = float("inf")
TARGETS: Final[dict[str, Target]] = {
    "drift": Target("P1", -0.02, 0.02, 0.01),
    "critical": Target("P3", 0.10, 0.40, 0.05),
    "near_at_half": Target("P3", 0.90, _INFINITE, 0.10),
    "steepest": Target("P4", 0.25, 2.0, 0.25),
    "rise": Target("P4", 1.0, 3.0, 0.25),
    "convex": Target("P4", 0.80, _INFINITE, 0.10),
    "using_0": Target("P5a", 0.57, 0.67, 0.02),
    "using_6": Target("P5a", 0.39, 0.49, 0.02),
    "using_12": Target("P5a", 0.29, 0.39, 0.02),
    "rank_order": Target("P10", 0.82, 0.86, 0.01),
    "ties_kept": Target("P10", 0.40, 0.75, 0.05),
}


def emulators(bank: Bank) -> dict[str, Emulator]:
    """An emulator of each outcome."""
    return {name: emulate(bank.unit, bank.found[:, column]) for column, name in enumerate(OUTCOMES)}


def noises(made: dict[str, Emulator]) -> Floats:
    """Variance of the luck of one simulated point by outcome, in the order of `OUTCOMES`.

    What an emulator leaves unexplained is luck and misfit; it counts as luck no further than range and discrepancy together.
    """
    return np.array([min(made[name].noise, TARGETS[name].spread ** 2) for name in OUTCOMES])


def implausibilities(found: Floats, noise: Floats) -> Floats:
    """Of simulated points, by outcome; 0 where an outcome is undefined, shape (points, outcomes).

    Args:
        found: shape (points, outcomes); noise: variances of their luck, shape (outcomes,).
    """
    table = np.zeros_like(found)
    for column, name in enumerate(OUTCOMES):
        target = TARGETS[name]
        table[:, column] = target.distance(found[:, column]) / np.hypot(target.spread, np.sqrt(noise[column]))
    return np.nan_to_num(table, nan=0.0)


def ruled_out(unit: Floats, waves: Sequence[dict[str, Emulator]], *, cut: float = CUT) -> Bools:
    """Whether any outcome of any wave's emulators is implausible at points nobody simulated, shape (points,)."""
    out = np.zeros(len(unit), dtype=np.bool_)
    for made in waves:
        # What tells most first: a point that is out need not be asked again.
        for name in sorted(OUTCOMES, key=lambda one: -made[one].explained):
            left = np.flatnonzero(~out)
            if not len(left):
                return out
            mean, variance = made[name](unit[left])
            target = TARGETS[name]
            wide = np.sqrt(target.spread**2 + variance)
            out[left] = target.distance(mean) / wide > cut
    return out


def not_ruled_out(
    size: int, waves: Sequence[dict[str, Emulator]], *, seed: int, most: int = 400_000, batch: int = 20_000
) -> tuple[Floats, float]:
    """Points drawn from the prior that no emulator rules out, and their share of the prior.

    Where `most` draws do not give enough, those found are multiplied: the parameters that no outcome is moved by are drawn
    afresh, the others step a little, and what is ruled out is drawn again.

    Returns:
        Points, shape (size, parameters), and the share of prior draws that was kept.
    """
    luck = Luck(seed, "not implausible")
    kept: list[Floats] = []
    tried = found = 0
    while found < size and tried < most:
        unit = luck.uniform(batch * len(NAMES)).reshape(batch, len(NAMES))
        good = unit[~ruled_out(unit, waves)]
        kept.append(good)
        tried, found = tried + batch, found + len(good)
    points = np.concatenate(kept)[:size]
    share = found / tried
    if 0 < len(points) < size:
        points = _multiplied(points, size, waves, luck)
    return points, share


def _multiplied(points: Floats, size: int, waves: Sequence[dict[str, Emulator]], luck: Luck) -> Floats:
    """A random walk among points that are not ruled out; its stationary distribution is uniform among them."""
    active = sorted({column for made in waves for one in made.values() for column in one.active})
    width = 0.6 * np.maximum(points[:, active].std(axis=0), 0.05)
    walkers = points[np.arange(size) % len(points)].copy()
    for _ in range(24):
        moved = luck.uniform(size * len(NAMES)).reshape(size, len(NAMES))
        some = luck.uniform(size * len(active)).reshape(size, len(active)) < 4.0 / len(active)
        step = np.where(some, width * luck.normal(size * len(active)).reshape(size, len(active)), 0.0)
        moved[:, active] = walkers[:, active] + step
        outside = ((moved < 0.0) | (moved > 1.0)).any(axis=1)
        good: Bools = np.logical_not(outside)
        good[good] = ~ruled_out(moved[good], waves)
        walkers[good] = moved[good]
    return walkers
