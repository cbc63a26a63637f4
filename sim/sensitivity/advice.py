"""Which method, and how many runs?  Advice before anything is run, with its reasons.

The rules, in order: many factors are screened first (Morris); an outcome with two humps or times that may never come
asks for PAWN; else Sobol' indices where the budget allows base rows enough, RBD-FAST where it does not.  Replicates:
products of runs with different luck need two at least, and a share of ±.05 needs the noise of a point's mean to be no
larger than the spread between points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor, check_factors, groups_of
from sim.sensitivity.methods import METHODS, Method, method_named

MANY: Final = 20
# Bytes of a stored run (parameters not counted) and of each factor, zstd; measured on 10^6 rows of 22 columns: 200 MB.
BYTES_A_RUN: Final = 200.0
BYTES_A_FACTOR: Final = 9.0
ASK_ABOVE_MB: Final = 10_000.0
_ENOUGH: Final = {"sobol": 256, "morris": 16, "rbd_fast": 256, "pawn": 256, "dgsm": 64}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a study takes.

    Attributes:
        method, samples, replicates: as asked or advised; second_order: for Sobol'.
        points, runs: points to run, and runs in all (points × scenarios × replicates).
        seconds: on all workers together, wall clock; megabytes: stored.
        ask: whether to ask before starting (above 10 GB).
    """

    method: str
    samples: int
    replicates: int
    second_order: bool
    points: int
    runs: int
    seconds: float
    megabytes: float

    @property
    def ask(self) -> bool:
        """Whether it is so large that a person should be asked first."""
        return self.megabytes > ASK_ABOVE_MB


@dataclass(frozen=True, slots=True)
class Advice:
    """A method and its size, why, and what else there is.

    Attributes:
        estimate: of the advised study.
        reason: sentences.
        alternatives: other methods with what they would take, and what for.
    """

    estimate: Estimate
    reason: str
    alternatives: tuple[tuple[Estimate, str], ...] = ()


def estimate(
    factors: Sequence[Factor],
    method: str,
    samples: int | None = None,
    *,
    replicates: int = 8,
    scenarios: int = 1,
    seconds_per_run: float = 0.05,
    workers: int = 1,
    second_order: bool = True,
) -> Estimate:
    """Runs, seconds and megabytes of a study (an upper bound: points that coincide are run once).

    Args:
        factors: what varies.
        method, samples, second_order: as for `designs.make_design`.
        replicates, scenarios: runs of each point.
        seconds_per_run: of one run on one core.
        workers: processes.

    Raises:
        SensitivityError: no such method.
    """
    chosen, how = check_factors(factors), method_named(method)
    n = how.usual_for(len(chosen)) if samples is None else samples
    groups = len(groups_of(chosen)) if how.groups else len(chosen)
    points = how.points(len(chosen), groups, n, second_order)
    runs = points * replicates * scenarios
    size = runs * (BYTES_A_RUN + BYTES_A_FACTOR * len(chosen)) / 1e6
    return Estimate(
        how.name, n, replicates, second_order, points, runs, runs * seconds_per_run / max(1, workers), size
    )


def advise(
    factors: Sequence[Factor],
    *,
    seconds: float | None = None,
    runs: int | None = None,
    scenarios: int = 1,
    seconds_per_run: float = 0.05,
    workers: int = 1,
    skewed: bool = False,
) -> Advice:
    """A method and its size for a budget.

    Args:
        factors: what varies.
        seconds, runs: what may be spent, either or both; an hour if neither.
        scenarios: plans that are run at every point.
        seconds_per_run, workers: to turn seconds into runs.
        skewed: whether the outcome has two humps or is a time that may never come.

    Raises:
        SensitivityError: a budget of nothing.
    """
    chosen = check_factors(factors)
    budget = _budget(seconds, runs, seconds_per_run, workers)
    groups = len(groups_of(chosen))

    def sized(name: str) -> Estimate | None:
        found = _largest(METHODS[name], chosen, budget, scenarios)
        if found is None:
            return None
        n, replicates = found
        return estimate(
            chosen, name, n, replicates=replicates, scenarios=scenarios, seconds_per_run=seconds_per_run, workers=workers,
            second_order=groups > 1,
        )  # fmt: skip

    order = _order(groups, skewed)
    possible = [(name, found) for name in order if (found := sized(name)) is not None]
    if not possible:
        least = _smallest(chosen, scenarios)
        raise SensitivityError(
            f"{budget:,} runs are too few for {len(chosen)} factors by any method; {least:,} are the least "
            "(Morris), or put factors into groups"
        )
    name, best = possible[0]
    others = tuple((found, METHODS[other].answers) for other, found in possible[1:4])
    return Advice(best, _reason(name, best, groups, budget), others)


def _budget(seconds: float | None, runs: int | None, per_run: float, workers: int) -> int:
    allowed = []
    if seconds is None and runs is None:
        seconds = 3600.0
    if seconds is not None:
        allowed.append(int(seconds * max(1, workers) / max(per_run, 1e-9)))
    if runs is not None:
        allowed.append(runs)
    budget = min(allowed)
    if budget < 1:
        raise SensitivityError("the budget allows no run; give more seconds or runs")
    return budget


def _order(groups: int, skewed: bool) -> tuple[str, ...]:
    if groups > MANY:
        return ("morris", "rbd_fast", "pawn", "sobol")
    if skewed:
        return ("pawn", "rsa", "sobol", "morris")
    return ("sobol", "rbd_fast", "morris", "pawn")


def _largest(how: Method, factors: Sequence[Factor], budget: int, scenarios: int) -> tuple[int, int] | None:
    """Most base rows (a power of two) and replicates (8, 4 or 2) that the budget allows; None below enough."""
    groups = len(groups_of(factors)) if how.groups else len(factors)
    enough = _ENOUGH.get(how.name, how.least)
    for replicates in (8, 4, 2):
        n = 1 << 14
        while n >= enough:
            if how.points(len(factors), groups, n, groups > 1) * replicates * scenarios <= budget:
                return n, replicates
            n >>= 1
    return None


def _smallest(factors: Sequence[Factor], scenarios: int) -> int:
    return (
        METHODS["morris"].points(len(factors), len(groups_of(factors)), _ENOUGH["morris"], True)
        * 2
        * scenarios
    )


def _reason(name: str, size: Estimate, groups: int, budget: int) -> str:
    what = f"{METHODS[name].title}: {METHODS[name].answers}."
    many = (
        f"{groups} factors or groups are many: screen them, then study those that matter with Sobol' indices."
    )
    why = {
        "morris": many if groups > MANY else f"{budget:,} runs are too few for shares of variance.",
        "sobol": f"{budget:,} runs are enough for {size.samples} base rows of {groups} factors or groups.",
        "rbd_fast": f"{budget:,} runs are too few for Sobol' indices; first-order shares need fewer.",
        "pawn": "The outcome is skewed, censored or has two humps: its variance says little, its distribution does.",
        "rsa": "The outcome has two humps: ask where the upper one lies.",
    }[name]
    luck = f"{size.replicates} replicates a point tell chance from the factors."
    return f"{what} {why} {luck}"


def in_words(size: Estimate) -> str:
    """An estimate in a line: "Sobol', 512 samples × 8 replicates: 106,496 runs, about 14 min, 33 MB"."""
    seconds = size.seconds
    if seconds < 120.0:
        time = f"{math.ceil(seconds)} s"
    elif seconds < 7200.0:
        time = f"{seconds / 60.0:.0f} min"
    else:
        time = f"{seconds / 3600.0:.1f} h"
    room = f"{size.megabytes:,.0f} MB" if size.megabytes >= 1.0 else "less than 1 MB"
    return (
        f"{METHODS[size.method].title}, {size.samples} samples × {size.replicates} replicates: {size.runs:,} runs, "
        f"about {time}, {room}"
    )
