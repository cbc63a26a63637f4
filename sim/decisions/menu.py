"""The menu of a budget: levers that may be bought, each at one or more doses, and plans made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from sim.decisions.errors import DecisionError
from sim.decisions.plans import lever_labels, with_levers
from sim.scenario import Scenario
from sim.scenario.schema import LeverUse

Choice = tuple[int, ...]  # for each lever the number of its dose, 0 for none
LARGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Menu:
    """Levers and doses to choose from, put on one organisation.

    Attributes:
        base: organisation and circumstances.
        levers: what may be bought.
        doses: multiples of the dose of each, ascending.
    """

    base: Scenario
    levers: tuple[LeverUse, ...]
    doses: tuple[float, ...] = (1.0,)

    @property
    def nothing(self) -> Choice:
        """The choice of none."""
        return (0,) * len(self.levers)

    @property
    def size(self) -> int:
        """Number of different choices."""
        return int((len(self.doses) + 1) ** len(self.levers))

    def every(self) -> list[Choice]:
        """All choices."""
        return list(product(range(len(self.doses) + 1), repeat=len(self.levers)))

    def plan(self, choice: Choice) -> Scenario:
        """The plan that a choice is."""
        return with_levers(self.base, self.uses(choice), self.name(choice))

    def uses(self, choice: Choice) -> list[LeverUse]:
        """The levers of a choice at their doses."""
        return [
            use.model_copy(update={"dose": use.dose * self.doses[level - 1]})
            for use, level in zip(self.levers, choice, strict=True)
            if level
        ]

    def name(self, choice: Choice) -> str:
        """A name for a choice, different for every one."""
        return "choice-" + "-".join(str(level) for level in choice)

    def labels(self, choice: Choice) -> list[str]:
        """The levers of a choice in words, with the dose where there are several."""
        several = len(self.doses) > 1
        names = lever_labels(self.levers)
        return [
            f"{name} × {self.doses[level - 1]:g}" if several else name
            for name, level in zip(names, choice, strict=True)
            if level
        ]

    def neighbours(self, choice: Choice) -> list[Choice]:
        """Choices one step away: another dose of one lever, none of it, or one lever instead of another."""
        found: dict[Choice, None] = {}
        for k, level in enumerate(choice):
            for other in range(len(self.doses) + 1):
                if other != level:
                    found[(*choice[:k], other, *choice[k + 1 :])] = None
        for i, j in combinations(range(len(choice)), 2):
            if (choice[i] == 0) != (choice[j] == 0):
                swapped = list(choice)
                swapped[i], swapped[j] = choice[j], choice[i]
                found[tuple(swapped)] = None
        return list(found)


def menu_of(base: Scenario, levers: Sequence[LeverUse], doses: Sequence[float] = (1.0,)) -> Menu:
    """A menu, checked.

    Raises:
        DecisionError: no lever, too many, or doses that are none.
    """
    if not levers:
        raise DecisionError("the menu is empty; name levers, or a plan whose levers may be bought")
    if len(levers) > LARGEST:
        raise DecisionError(f"the menu has {len(levers)} levers; at most {LARGEST} can be searched")
    if not doses or any(not 0.0 < dose <= 5.0 for dose in doses):
        raise DecisionError(
            f"doses are {', '.join(f'{dose:g}' for dose in doses)}: give numbers above 0, at most 5"
        )
    return Menu(base, tuple(levers), tuple(sorted(set(doses))))
