"""Recovery: would the fitted patterns, or other data, find the parameters of a world that is known?

Points of the prior take turns as the truth: their own outcomes are the observation, as blurred as the real one, and
emulators that never saw them weigh the points of the prior, each by the normal density of its distances.  A parameter whose
truth lies outside the middle nine tenths of that weight too often, or whose interval hardly shrinks, is not identified.  (The
sample itself is more cautious: it only rules out.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.calibration.bank import NAMES, Bank
from sim.calibration.emulators import emulate
from sim.calibration.matching import TARGETS
from sim.calibration.outcomes import COMMITTED, OUTCOMES
from sim.organization.luck import Luck

Floats = npt.NDArray[np.float64]
MIDDLE: Final = (0.05, 0.95)
COVERED, SHRUNK = 0.80, 0.20
_CANDIDATES: Final = 12_000
_ENOUGH: Final = 20.0  # effective number of candidates below which nothing is said of a truth


PATTERNS: Final = {
    name: TARGETS[name].spread for name in OUTCOMES
}  # what is known, and how blurred: standard deviations
_SHARPER: Final = {name: spread / 4.0 for name, spread in PATTERNS.items()}
_SEEN: Final = 0.03  # standard deviation of a share that was counted
_ROLL_OUT: Final = {f"bundle_{year}": _SEEN for year in (1, 2, 3, 6)}
_TRIALS: Final = {f"others_{share:g}": _SEEN for share in COMMITTED}
DATA: Final[Mapping[str, Mapping[str, float]]] = {
    "the fitted patterns, as widely as they are known": PATTERNS,
    "the same, known four times as well": _SHARPER,
    "and a bundle followed: share after 1, 2, 3, 6 years ± .03": {**PATTERNS, **_ROLL_OUT},
    "and trials: share of the others where a random 5 to 40 % are committed, ± .03": {**PATTERNS, **_TRIALS},
    "all of these, patterns four times as well": {**_SHARPER, **_ROLL_OUT, **_TRIALS},
}


@dataclass(frozen=True, slots=True)
class Recovered:
    """How well a parameter was found again.

    Attributes:
        name: of the parameter.
        coverage: share of truths inside the middle nine tenths of the weight.
        shrinkage: 1 − width of that interval / its width in the prior, mean over truths.
        truths: how many.
    """

    name: str
    coverage: float
    shrinkage: float
    truths: int

    @property
    def identified(self) -> bool:
        """Whether the truth is covered and the interval is narrower than the prior's."""
        return self.coverage >= COVERED and self.shrinkage >= SHRUNK


def recover(
    bank: Bank,
    *,
    known: Mapping[str, float] = PATTERNS,
    folds: int = 2,
    seed: int = 1,
    candidates: int = _CANDIDATES,
) -> list[Recovered]:
    """By parameter, the most shrunk first; truths are the points of wave 1, which are drawn from the prior.

    Args:
        known: what is seen of each truth, columns of the bank (`OUTCOMES`, `BESIDE`), and the standard deviation of seeing it;
            the luck of the bank's few runs comes on top.
        folds: how many times emulators are made; each leaves out its share of the truths.
        candidates: points of the prior among which is sought.
    """
    table = {**dict(zip(OUTCOMES, bank.found.T, strict=True)), **bank.beside}
    seeing = np.array([spread**2 for spread in known.values()])
    tried = Luck(seed, "recovery").uniform(candidates * len(NAMES)).reshape(candidates, len(NAMES))
    truths = np.flatnonzero((bank.wave == 1) & np.isfinite(bank.found).sum(axis=1).astype(bool))
    inside: list[npt.NDArray[np.bool_]] = []
    widths: list[Floats] = []
    for fold in range(folds):
        out = truths[fold::folds]
        kept = np.ones(len(bank), dtype=np.bool_)
        kept[out] = False
        made = [emulate(bank.unit[kept], table[name][kept]) for name in known]
        means, own = (np.stack(part, axis=1) for part in zip(*(one(tried) for one in made), strict=True))
        blur = own + np.array([one.noise for one in made]) + seeing
        for truth in out:
            hazy = np.sqrt(seeing) * Luck(seed, f"seeing {truth}").normal(len(known))
            seen = np.array([table[name][truth] for name in known]) + hazy
            likelihood = -0.5 * np.nan_to_num((means - seen) ** 2 / blur + np.log(blur), nan=0.0).sum(axis=1)
            weight = np.exp(likelihood - likelihood.max())
            if weight.sum() ** 2 / (weight**2).sum() < _ENOUGH:
                continue
            low, high = _weighted(tried, weight)
            inside.append((bank.unit[truth] >= low) & (bank.unit[truth] <= high))
            widths.append(high - low)
    if not inside:
        return []
    covered, width = np.mean(inside, axis=0), np.mean(widths, axis=0)
    whole = MIDDLE[1] - MIDDLE[0]
    found = [
        Recovered(name, float(covered[k]), float(1.0 - width[k] / whole), len(inside))
        for k, name in enumerate(NAMES)
    ]
    return sorted(found, key=lambda one: -one.shrinkage)


def _weighted(points: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Ends of the middle nine tenths of the weight, by column."""
    order = np.argsort(points, axis=0)
    passed = np.cumsum(weight[order], axis=0) / weight.sum()
    places = [(passed < part).sum(axis=0) for part in MIDDLE]
    columns = np.arange(points.shape[1])
    low, high = (points[order[np.minimum(place, len(points) - 1), columns], columns] for place in places)
    return low, high


def other_data(bank: Bank, *, seed: int = 1) -> str:
    """Which parameters other data than the patterns would find, as a table in Markdown."""
    lines = ["| what is known of a world | parameters found | nearest of the others |", "|---|---|---|"]
    for words, known in DATA.items():
        found = recover(bank, known=known, seed=seed)
        there = [f"`{one.name}` ({one.shrinkage:.2f})" for one in found if one.identified]
        rest = [f"`{one.name}` ({one.shrinkage:.2f})" for one in found if not one.identified][:4]
        truths = found[0].truths if found else 0
        lines.append(f"| {words} ({truths} worlds) | {', '.join(there) or 'none'} | {', '.join(rest)} |")
    return "\n".join(lines) + "\n"
