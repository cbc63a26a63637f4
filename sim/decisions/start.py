"""Whom to start with: the same number of people, chosen in different ways, who practise from the first day.

Where a way of choosing leaves it open who exactly (some managers, anybody), each run has its own pick, so that the
interval holds the luck of the pick too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import GOALS, Evaluate, Found, check_goal, check_replicates, evaluated
from sim.decisions.futures import Future, as_planned
from sim.decisions.influence import greedy_seats
from sim.decisions.plans import Source, as_plan, nothing
from sim.decisions.statistics import Estimate, estimate, ranked
from sim.decisions.wording import NOT_DISTINGUISHABLE, count, points_of
from sim.organization.errors import OrganizationError
from sim.organization.luck import Luck
from sim.organization.people import Organization
from sim.organization.selection import select
from sim.scenario import Scenario, ScenarioError
from sim.scenario.build import organization_of
from sim.scenario.fields import Who
from sim.scenario.schema import SeedForm
from sim.theory.channels import EMPLOYEE, EXECUTIVE, LEVELS, MANAGER

Ints = npt.NDArray[np.int32]

STRATEGIES: Final = MappingProxyType(
    {
        "executives": "executives",
        "managers": "managers",
        "peers": "employees as peers",
        "most_central": "those whom most people hear",
        "brokers": "those who stand between others",
        "greedy": "greedy influence maximisation",
        "random": "anybody, at random",
    }
)
_LEVEL: Final = {"executives": EXECUTIVE, "managers": MANAGER, "peers": EMPLOYEE}
_USUAL_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Starters:
    """What comes of starting with different people.

    Attributes:
        outcome, people: what was asked; how many people each way starts with.
        ways: a row a way of choosing, best first: way, gain over starting with nobody, with interval; over_random
            with interval; tied (not distinguishable from the best); n.
        best, tied: the best way and those not distinguishable from it; recommended: the best, where the start is
            shown to gain anything, nothing is tied with it, and it is clearly ahead of starting at random (or is
            random itself).
        left_out: ways with too few people to choose from.
    """

    outcome: str
    people: int
    ways: pd.DataFrame
    best: str
    tied: tuple[str, ...]
    recommended: str | None
    left_out: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {"ways": self.ways}

    def facts(self) -> dict[str, Any]:
        """What was found."""
        return {
            "outcome": self.outcome, "people": self.people, "best": self.best, "tied": list(self.tied),
            "recommended": self.recommended, "left_out": list(self.left_out),
        }  # fmt: skip

    def in_words(self) -> list[str]:
        """Whom to start with, in sentences."""
        row = self.ways.iloc[0]
        goal, people = GOALS[self.outcome], count(self.people, "person", "people")
        if not row["shown"]:
            lines = [
                f"Starting with {people} is not shown to gain anything over starting with nobody, in {goal}."
            ]
        elif self.tied:
            lines = self._tied_lines(row)
        elif self.recommended is None:
            lines = [
                f"Starting with {people} gains {points_of(_estimate_of(row, 'gain'))} over starting with nobody, in "
                f"{goal}, at best ({STRATEGIES[self.best]}), but is {NOT_DISTINGUISHABLE} from starting with as many "
                "people at random."
            ]
        else:
            lines = [
                f"Start with {STRATEGIES[self.best]}: {people} gain "
                f"{points_of(_estimate_of(row, 'gain'))} over starting with nobody, in {goal}{self._over(row)}."
            ]
        lines.append("Gains count the people themselves; what it takes to win them over is not costed.")
        if self.left_out:
            lines.append(f"Left out, having fewer people to choose from: {self._ways(self.left_out)}.")
        return lines

    def _tied_lines(self, row: Any) -> list[str]:
        """Several ways at the top: none is recommended over the others."""
        people = count(self.people, "person", "people")
        unshown = [str(way) for way in self.ways["way"][self.ways["tied"] & ~self.ways["shown"]]]
        doubt = f" Not shown to gain anything by themselves: {self._ways(unshown)}." if unshown else ""
        return [
            f"Starting with {people} gains {points_of(_estimate_of(row, 'gain'))} over starting with nobody, in "
            f"{GOALS[self.outcome]}, at best ({STRATEGIES[self.best]}){self._over(row)}.",
            f"Any of these ways will do, for they are {NOT_DISTINGUISHABLE} from the best: "
            f"{self._ways([self.best, *self.tied])}.{doubt}",
        ]

    def _over(self, row: Any) -> str:
        """What the best way gains over people at random, where that is shown."""
        if not row["better_than_random"]:
            return ""
        return f", and {points_of(_estimate_of(row, 'over_random'))} over as many people at random"

    def _ways(self, names: Sequence[str]) -> str:
        return "; ".join(STRATEGIES[name] for name in names)


def _estimate_of(row: Any, name: str) -> Estimate:
    """An interval out of a row of a table."""
    return Estimate(float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"]), int(row["n"]))


def whom_to_start_with(
    plan: Source,
    *,
    evaluate: Evaluate,
    people: int | None = None,
    ways: Sequence[str] = tuple(STRATEGIES),
    committed: bool = False,
    replicates: int = 20,
    outcome: str = "share_mean",
    future: Future | None = None,
    first: int = 0,
) -> Starters:
    """Start a plan with the same number of people chosen in different ways.

    Args:
        plan: what else happens; often business as usual.
        evaluate: runs it; `sim.decisions.Simulator()`.
        people: how many start; where not given one in twenty, but no more than there are executives or managers.
        ways: of `STRATEGIES`.
        committed: whether they never lapse and never leave.
        replicates: runs of each way.
        outcome: the goal, see `GOALS`.
        future: circumstances; all going as planned where not given.
        first: number of the first replicate: other luck.

    Raises:
        DecisionError: an unknown way, or a number of people that nobody can supply.
    """
    base = as_plan(plan)
    check_goal(outcome)
    check_replicates(replicates)
    unknown = [way for way in ways if way not in STRATEGIES]
    if unknown or not ways:
        raise DecisionError(
            f"ways of choosing are {', '.join(STRATEGIES)}; found {', '.join(unknown) or 'none'}"
        )
    try:
        organization = organization_of(base)
    except OrganizationError as problem:
        raise ScenarioError(f"organization: {problem}", where=base.where) from None
    number = _number(people, organization, ways)
    able = [way for way in ways if _available(way, organization) >= number]
    if not able:
        raise DecisionError(f"no way of choosing has {number} people; ask for fewer")
    future = future or as_planned()
    luck = range(first, first + replicates)

    def start(way: str) -> pd.Series[float]:
        plans = seated(base, organization, way, number, luck, committed=committed)
        return _values(plans, evaluate, future, outcome)

    values = {way: start(way) for way in able}
    anybody = values["random"] if "random" in values else start("random")
    none = base.model_copy(update={"seed": [], "name": nothing(base).name})
    usual = evaluated(evaluate, [none], [future], luck, outcome).values(none.name, future.name)
    return _result(
        values, anybody, usual, outcome=outcome, people=number, left_out=[w for w in ways if w not in able]
    )


def _number(people: int | None, organization: Organization, ways: Sequence[str]) -> int:
    staff = int(organization.staff.sum())
    if people is not None:
        if isinstance(people, bool) or not isinstance(people, int) or not 1 <= people <= staff:
            raise DecisionError(f"people is {people!r}: give a whole number from 1 to {staff}, the staff")
        return people
    there = [_available(way, organization) for way in ways]
    least = min([size for size in there if size > 0], default=1)
    return max(1, min(round(_USUAL_SHARE * staff), least))


def _available(way: str, organization: Organization) -> int:
    if way in _LEVEL:
        return int((organization.level == _LEVEL[way]).sum())
    return int(organization.staff.sum())


def seats(organization: Organization, way: str, number: int, pick: int) -> Ints:
    """The seats that a way of choosing gives, ascending, shape (number,); `pick` is whose luck, where luck decides."""
    if way == "greedy":
        return greedy_seats(organization, number)
    if way == "most_central":
        return select(organization, most_central=number)
    if way == "brokers":
        return select(organization, brokers=number)
    level = _LEVEL.get(way)
    there = np.flatnonzero(organization.staff if level is None else organization.level == level)
    chosen = Luck(pick, f"starters {way}").choice(len(there), number)
    return there[chosen].astype(np.int32)


def rule(organization: Organization, way: str, number: int) -> Who:
    """A way of choosing as a plan says it, to start with such people for good; where luck decides it picks once.

    The greedy choice has no rule, so its people are named, by their ids in the organisation.
    """
    if way in _LEVEL:
        return Who(levels=[LEVELS[_LEVEL[way]]], random=number)
    if way == "greedy":
        return Who(people=[organization.ids[seat] for seat in seats(organization, way, number, 0)])
    return Who.model_validate({way: number})


def seated(
    base: Scenario, organization: Organization, way: str, number: int, luck: Sequence[int], *, committed: bool
) -> list[tuple[Scenario, list[int]]]:
    """The plan with the starters of a way, and the replicates that start so: each has its own pick where luck decides.

    As many picks as replicates: were a few picks used again and again, the interval would not hold their luck.
    """
    open_ = way in (*_LEVEL, "random")
    picks: dict[tuple[int, ...], list[int]] = {}
    for replicate in luck:
        some = seats(organization, way, number, replicate) if open_ or not picks else next(iter(picks))
        picks.setdefault(tuple(int(seat) for seat in some), []).append(replicate)
    return [
        (
            base.model_copy(
                update={
                    "name": f"{way}-{mine[0]}",
                    "seed": [
                        SeedForm(
                            who=Who(people=[organization.ids[seat] for seat in some]), committed=committed
                        )
                    ],
                }
            ),
            mine,
        )
        for some, mine in picks.items()
    ]


def _values(
    plans: Sequence[tuple[Scenario, list[int]]], evaluate: Evaluate, future: Future, outcome: str
) -> pd.Series[float]:
    """Outcome by replicate, each from the plan that has its pick."""
    tables = [
        evaluated(evaluate, [plan], [future], mine, outcome).table.assign(plan="picks")
        for plan, mine in plans
    ]
    return Found(pd.concat(tables, ignore_index=True), outcome).values("picks", future.name)


def _result(
    values: dict[str, pd.Series[float]],
    anybody: pd.Series[float],
    usual: pd.Series[float],
    *,
    outcome: str,
    people: int,
    left_out: list[str],
) -> Starters:
    names = list(values)
    tests = max(1, len(names))
    order = ranked(names, [float(values[way].mean()) for way in names])
    best = order[0]
    rows: list[dict[str, Any]] = []
    for way in order:
        gain = estimate((values[way] - usual).dropna(), comparisons=tests)
        over = estimate((values[way] - anybody).dropna(), comparisons=tests)
        behind = estimate((values[best] - values[way]).dropna(), comparisons=tests)
        rows.append(
            {
                "way": way,
                "who": STRATEGIES[way],
                **gain.columns("gain"),
                **over.columns("over_random"),
                "shown": gain.above,
                "better_than_random": over.above,
                "tied": way != best and not behind.clear,
                "n": gain.n,
            }
        )
    table = pd.DataFrame(rows)
    tied = tuple(str(way) for way in table["way"][table["tied"]])
    top = table.iloc[0]
    clear = bool(top["shown"]) and not tied and (bool(top["better_than_random"]) or best == "random")
    return Starters(
        outcome=outcome,
        people=people,
        ways=table,
        best=best,
        tied=tied,
        recommended=best if clear else None,
        left_out=tuple(left_out),
    )
