"""The search for the best plan within a budget: all choices where there are few, a beam search where there are many.

No optimiser from outside: under common luck a score is nearly free of noise, so comparing neighbours directly works,
needs a few hundred plans, gives the same answer every time and leaves its trail (every plan tried) for the Pareto
front.  A population or model-based optimiser spends as many runs before it knows anything, and its answer depends on
its own luck.

Most of those few hundred plans are plainly not the best, which a few runs show.  So every choice is looked at with a
quarter of the runs, and only those near the top get the rest (successive halving, Jamieson & Talwalkar 2016,
http://proceedings.mlr.press/v51/jamieson16.html, with two rungs).  Scores are compared on the same runs only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import Evaluate, Found, evaluated
from sim.decisions.futures import Future
from sim.decisions.menu import Choice, Menu
from sim.decisions.statistics import mean_of_worst

BEAM: Final = 3  # plans whose neighbours are looked at in each round
PROMOTED: Final = 8  # plans within a limit that get all runs
FIRST: Final = 0.25  # share of the runs that every plan gets
_LEAST: Final = 3  # fewer runs than this show nothing
_ROUNDS: Final = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent over the horizon.

    Attributes:
        money: in currency, of the `money_is` outcome ("cost" fully loaded, or "cash"); inf for no limit.
        leader_hours: hours of leaders; inf for no limit.
    """

    money: float = float("inf")
    leader_hours: float = float("inf")
    money_is: str = "cost"

    def times(self, factor: float) -> Limits:
        """So many times the budget."""
        return Limits(self.money * factor, self.leader_hours * factor, self.money_is)


@dataclass(frozen=True, slots=True)
class Tried:
    """A choice that was run.

    Attributes:
        choice: what.
        gains: over doing nothing, by replicate.
        score: mean of the worse share of them.
        money, leader_hours: means over replicates, beyond doing nothing.
    """

    choice: Choice
    gains: pd.Series[float]
    score: float
    money: float
    leader_hours: float

    def within(self, limits: Limits) -> bool:
        """Whether it can be paid for."""
        slack = 1.0 + 1e-9
        return self.money <= limits.money * slack and self.leader_hours <= limits.leader_hours * slack


@dataclass(slots=True)
class Trials:
    """Runs choices of a menu, each once, against doing nothing.

    Attributes:
        menu, evaluate, future, replicates, outcome: what to run.
        worse_share: share of the worst runs whose mean is the score; 1 for the plain mean.
        money_is: which outcome is the money.
        tried: choices with all their runs; glimpsed: choices with the first few of them.
    """

    menu: Menu
    evaluate: Evaluate
    future: Future
    replicates: Sequence[int]
    outcome: str
    worse_share: float
    money_is: str
    tried: dict[Choice, Tried] = field(default_factory=dict)
    glimpsed: dict[Choice, Tried] = field(default_factory=dict)

    @property
    def few(self) -> Sequence[int]:
        """The replicates of a glimpse; all of them where they are few anyway."""
        size = max(_LEAST, round(FIRST * len(self.replicates)))
        return self.replicates[: min(size, len(self.replicates))]

    @property
    def halving(self) -> bool:
        """Whether a glimpse is cheaper than a whole look."""
        return len(self.few) < len(self.replicates)

    def run(self, choices: Iterable[Choice]) -> list[Tried]:
        """The choices in order with all their runs, those not tried before being run together."""
        wanted = list(dict.fromkeys(choices))
        self._add(wanted, self.tried, self.replicates)
        return [self.tried[choice] for choice in wanted]

    def glimpse(self, choices: Iterable[Choice], limits: Sequence[Limits]) -> None:
        """Look at choices with a few runs each, and run those near the top of any limit in full."""
        if not self.halving:
            self.run(choices)
            return
        self._add([self.menu.nothing, *choices], self.glimpsed, self.few)
        near = [one for limit in limits for one in beam(self.glimpsed, limit, PROMOTED, PROMOTED // 4)]
        self.run([self.menu.nothing, *near])

    def _add(self, wanted: Sequence[Choice], known: dict[Choice, Tried], replicates: Sequence[int]) -> None:
        missing = list(dict.fromkeys(choice for choice in wanted if choice not in known))
        if not missing:
            return
        both = list(dict.fromkeys([self.menu.nothing, *missing]))
        plans = [self.menu.plan(choice) for choice in both]
        found = evaluated(self.evaluate, plans, [self.future], replicates, self.outcome)
        for choice in missing:
            known[choice] = self._tried(choice, found)

    def _tried(self, choice: Choice, found: Found) -> Tried:
        name, none, future = self.menu.name(choice), self.menu.name(self.menu.nothing), self.future.name
        usual = found.values(none, future)
        try:
            gains = (found.values(name, future) - usual).dropna()
        except DecisionError:  # every run of it failed
            return Tried(choice, pd.Series(dtype="float64"), float("-inf"), float("inf"), float("inf"))
        money, hours = (
            found.mean(name, future, key) - found.mean(none, future, key)
            for key in (self.money_is, "leader_hours")
        )
        return Tried(choice, gains, mean_of_worst(gains, self.worse_share), money, hours)


def search(trials: Trials, limits: Sequence[Limits], *, exhaustive_up_to: int) -> bool:
    """Try choices until no neighbour of the best ones within any of the limits is better; True if all were tried.

    The trail is in `trials.tried` and `trials.glimpsed`.
    """
    menu = trials.menu
    if menu.size <= exhaustive_up_to:
        trials.glimpse(menu.every(), limits)
        return True
    trials.glimpse([menu.nothing, *menu.neighbours(menu.nothing)], limits)
    done: set[Choice] = set()
    for _ in range(_ROUNDS):
        fresh = [
            choice for limit in limits for choice in beam(trials.tried, limit, BEAM, 1) if choice not in done
        ]
        if not fresh:
            break
        done.update(fresh)
        trials.glimpse((neighbour for choice in fresh for neighbour in menu.neighbours(choice)), limits)
    return False


def highest(trials: Trials, count: int) -> list[Tried]:
    """The best choices whatever they take, by all their runs; a glimpse of few runs only says which to look at.

    The choice of all levers is looked at too: what each adds may be too little to be seen in a glimpse.
    """
    everything = (len(trials.menu.doses),) * len(trials.menu.levers)
    trials.run([*beam(trials.glimpsed, Limits(), PROMOTED, 0), everything])
    return best_within(trials.tried, Limits(), count)


def beam(tried: Mapping[Choice, Tried], limits: Limits, by_score: int, by_value: int) -> list[Choice]:
    """The best choices within the limits: so many by score, and so many by score for money."""
    within = [one for one in tried.values() if one.within(limits) and np.isfinite(one.score)]
    best = sorted(within, key=lambda one: (-one.score, one.money, one.choice))[:by_score]
    paid = [one for one in within if one.money > 0.0]
    cheap = sorted(paid, key=lambda one: (-one.score / one.money, one.choice))[:by_value]
    return list(dict.fromkeys(one.choice for one in (*best, *cheap)))


def best_within(tried: Mapping[Choice, Tried], limits: Limits, count: int = 1) -> list[Tried]:
    """The best choices within the limits, the cheaper first among equals."""
    within = [one for one in tried.values() if one.within(limits) and np.isfinite(one.score)]
    return sorted(within, key=lambda one: (-one.score, one.money, one.leader_hours, one.choice))[:count]


def pareto(tried: Iterable[Tried]) -> list[Tried]:
    """Choices that no other beats in score, money and leader hours at once, by rising money.

    Of choices that agree in all three one is kept.
    """
    order = sorted(
        (one for one in tried if np.isfinite(one.score)),
        key=lambda one: (one.money, one.leader_hours, -one.score, one.choice),
    )
    front: list[Tried] = []
    for one in order:
        if not any(
            other.money <= one.money and other.leader_hours <= one.leader_hours and other.score >= one.score
            for other in front
        ):
            front.append(one)
    return front
