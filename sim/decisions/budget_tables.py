"""The tables of the best plan for a budget: plans compared on fresh luck, so that what is said of them agrees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.decisions.menu import Choice, Menu
from sim.decisions.search import Limits, Trials, Tried
from sim.decisions.statistics import Estimate, estimate


def in_words(menu: Menu, choice: Choice) -> str:
    """The levers of a choice."""
    return "; ".join(menu.labels(choice))


def _row(menu: Menu, one: Tried, comparisons: int) -> dict[str, Any]:
    return {
        "levers": in_words(menu, one.choice),
        **estimate(one.gains, comparisons=comparisons).columns("gain"),
        "score": one.score,
        "money": one.money,
        "leader_hours": one.leader_hours,
    }


def front_table(showing: Trials, front: Sequence[Tried], limits: Limits) -> pd.DataFrame:
    """The front as it was found, with its numbers on fresh luck."""
    rows = [
        {**_row(showing.menu, showing.tried[one.choice], len(front)), "within": one.within(limits)}
        for one in front
    ]
    return pd.DataFrame(rows).sort_values("money", kind="stable", ignore_index=True)


def comparisons_of(steps: Iterable[Choice], finalists: Sequence[Choice]) -> int:
    """Comparisons of plans that are read together: each step with each, and the winner with each finalist."""
    return math.comb(len(set(steps)) + 1, 2) + len(finalists) - 1


@dataclass(frozen=True, slots=True)
class Compared:
    """Plans compared with each other on fresh luck, so that all of it holds together.

    Whether the leading plans gain over doing nothing is a question of its own each: the one that is asked.

    Attributes:
        showing: the plans, run.
        leading: the best plan within the budget, then the best whatever it takes.
        comparisons: how many are read together.
    """

    showing: Trials
    leading: Sequence[Choice]
    comparisons: int

    def difference(self, one: Choice, other: Choice) -> Estimate:
        """Of two plans, run by run."""
        tried = self.showing.tried
        alone = other == self.showing.menu.nothing and one in self.leading
        gaps = (tried[one].gains - tried[other].gains).dropna()
        return estimate(gaps, comparisons=1 if alone else self.comparisons)

    def finalists(self, choices: Sequence[Choice]) -> pd.DataFrame:
        """The winner and those near it."""
        rows, winner = [], self.leading[0]
        for choice in choices:
            tied = choice != winner and not self.difference(winner, choice).clear
            rows.append({**_row(self.showing.menu, self.showing.tried[choice], len(choices)), "tied": tied})
        return pd.DataFrame(rows)

    def by_budget(self, steps: Mapping[float, Choice]) -> pd.DataFrame:
        """The best plan for each step, and from which larger step on it is bettered."""
        rows: list[dict[str, Any]] = []
        before = self.showing.menu.nothing
        for step, choice in steps.items():
            added = self.difference(choice, before)
            row = _row(self.showing.menu, self.showing.tried[choice], len(steps))
            better = self._better_from(step, choice, steps)
            rows.append(
                {"budget": step, **row, **added.columns("added"), "shown": added.above, "better_from": better}
            )
            before = choice
        return pd.DataFrame(rows)

    def worth_up_to(self, steps: Mapping[float, Choice]) -> float | None:
        """The least step that no larger one betters, 0 for doing nothing; None if only the largest is that."""
        from_nothing = {0.0: self.showing.menu.nothing, **steps}
        least = next(
            s for s, choice in from_nothing.items() if math.isnan(self._better_from(s, choice, steps))
        )
        return None if least == max(steps) else least

    def _better_from(self, step: float, choice: Choice, steps: Mapping[float, Choice]) -> float:
        """The least larger step whose plan is clearly better."""
        larger = (s for s, other in steps.items() if s > step and self.difference(other, choice).above)
        return next(larger, math.nan)
