"""The best plan for a budget of money and leader hours: searched, chosen robustly, and run again before it is shown.

Three sets of luck and draws: one to search, one to choose among the finalists, one for the numbers that are shown.
The best of many tries is always partly lucky; numbers from fresh luck are not (the optimiser's curse, Smith & Winkler
2006, doi:10.1287/mnsc.1050.0451).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import GOALS, Evaluate, check_goal, check_replicates
from sim.decisions.futures import Future, as_planned, drawn
from sim.decisions.menu import Choice, Menu
from sim.decisions.search import Limits, Trials, Tried, best_within, pareto, search
from sim.decisions.statistics import Estimate, estimate
from sim.decisions.wording import NOT_DISTINGUISHABLE, amount, count, percent, points_of
from sim.decisions.wording import years as span
from sim.scenario import Scenario

SIGN_NEEDED: Final = 0.9  # share of runs in which the recommended plan must be ahead of doing nothing
STEPS: Final = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)  # multiples of the budget looked at
NEXT: Final = 1.1
_SEARCHED: Final = (0.5, 1.0, NEXT, 1.5)  # multiples within which the search looks for better neighbours
_FINALISTS: Final = 5
_FRONT: Final = 12
_RECOMMENDED: Final = {
    "name": "recommended", "title": "Recommended plan", "question": "Which plan is best within the budget?",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Best:
    """The plan with the highest score.

    Attributes:
        levers: in words; gain: over doing nothing; money, leader_hours: what it takes; within: the budget.
    """

    levers: tuple[str, ...]
    gain: Estimate
    money: float
    leader_hours: float
    within: bool


@dataclass(frozen=True, slots=True)
class BestPlan:
    """The best plan found for a budget.

    Attributes:
        outcome, limits, currency: what was asked.
        plan: the recommended plan, None where none shows a gain.
        levers: its levers in words.
        gain: over doing nothing, on fresh luck; ahead: share of those runs in which it is ahead.
        money, leader_hours: what it takes.
        finalists: a row a finalist: levers, gain with interval, money, leader_hours, tied (not distinguishable from
            the winner); on the luck they were chosen with.
        front: the Pareto front: levers, gain with interval, money, leader_hours, within (the budget).
        by_budget: the best plan for multiples of the budget on the luck of the choice: budget, levers, gain, and
            what it adds to the step before with interval, shown (whether that differs from 0).
        next_tenth: what ten per cent more budget adds to the winner, on fresh luck.
        worth_up_to: multiple of the budget from which more is not shown to add anything; None if it still does.
        tried: plans run; exhaustive: whether they are all there are.
        years: over which money and hours are counted.
        beyond: how many of the plans tried exceed the money, and the leader hours.
        best: the best one, whether shown to gain or not, and whatever it takes: on the luck of the choice.
        plans: the plans of `finalists` and `front` by their levers in words.
    """

    outcome: str
    limits: Limits
    currency: str
    plan: Scenario | None
    levers: tuple[str, ...]
    gain: Estimate
    ahead: float
    money: float
    leader_hours: float
    finalists: pd.DataFrame
    front: pd.DataFrame
    by_budget: pd.DataFrame
    next_tenth: Estimate
    next_levers: tuple[str, ...]
    worth_up_to: float | None
    tried: int
    exhaustive: bool
    years: float
    beyond: tuple[int, int]
    best: Best | None
    plans: Mapping[str, Scenario]

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {"finalists": self.finalists, "front": self.front, "by_budget": self.by_budget}

    def facts(self) -> dict[str, Any]:
        """What was found."""
        return {
            "outcome": self.outcome, "recommended": list(self.levers) if self.plan is not None else None,
            **self.gain.columns("gain"), "ahead": self.ahead, "money": self.money,
            "leader_hours": self.leader_hours, **self.next_tenth.columns("next_tenth"),
            "worth_up_to": self.worth_up_to, "tried": self.tried, "exhaustive": self.exhaustive,
        }  # fmt: skip

    def in_words(self) -> list[str]:
        """The recommendation in sentences."""
        looked = f"{count(self.tried, 'plan')} tried" + (", all there are" if self.exhaustive else "")
        goal = GOALS[self.outcome]
        if self.plan is None:
            return [
                f"No plan within the budget is shown to gain anything over doing nothing in {goal} ({looked}); "
                "spend nothing on these grounds.",
                *self._beyond_lines(),
                *self._forgone_lines(),
            ]
        lines = [
            f"Recommended within the budget: {'; '.join(self.levers)} ({looked}).",
            f"On fresh luck it gains {points_of(self.gain)} over doing nothing in {goal}, and is ahead in "
            f"{percent(self.ahead)} of runs.",
            f"It takes {amount(self.money)} {self.currency} ({self.limits.money_is}) and "
            f"{amount(self.leader_hours)} leader hours over {span(self.years)}: {amount(self.money / self.years)} "
            f"{self.currency} and {amount(self.leader_hours / self.years)} hours a year.",
            *self._beyond_lines(),
        ]
        others = self.finalists[self.finalists["tied"]]
        if len(others):
            cheapest = others.sort_values("money", kind="stable").iloc[0]
            text = f"{count(len(others), 'other finalist')} {'is' if len(others) == 1 else 'are'} {NOT_DISTINGUISHABLE} from it"
            if cheapest["money"] < self.money:
                text += (
                    f"; the cheapest ({cheapest['levers'] or 'doing nothing'}) takes "
                    f"{amount(cheapest['money'])} {self.currency}"
                )
            lines.append(text + ".")
        lines.append(self._next_line())
        if self.worth_up_to is not None:
            lines.append(
                f"Beyond {percent(self.worth_up_to)} of the budget, more is not shown to add anything."
            )
        return lines

    def _beyond_lines(self) -> list[str]:
        """Which limit excludes plans."""
        limits = (
            (self.beyond[0], f"the money ({amount(self.limits.money)} {self.currency})"),
            (self.beyond[1], f"the leader hours ({amount(self.limits.leader_hours)})"),
        )
        parts = [f"{number:,} exceed {what}" for number, what in limits if number]
        return [f"Of {count(self.tried, 'plan')} tried, {' and '.join(parts)}."] if parts else []

    def _forgone_lines(self) -> list[str]:
        """What spending nothing gives up."""
        if self.best is None:
            return [
                "No plan tried has a higher score than doing nothing, so spending nothing forgoes nothing shown."
            ]
        best = self.best
        sure = "shown to be a gain" if best.gain.above else NOT_DISTINGUISHABLE + " from doing nothing"
        return [
            f"What spending nothing forgoes: the plan with the highest score, {'within' if best.within else 'beyond'} the "
            f"budget ({'; '.join(best.levers)}), gains {points_of(best.gain)} on the luck of the choice, {sure}; it takes "
            f"{amount(best.money)} {self.currency} and {amount(best.leader_hours)} leader hours over {span(self.years)}."
        ]

    def _next_line(self) -> str:
        if not self.next_levers or not self.next_tenth.clear:
            return f"A further {percent(NEXT - 1.0)} of the budget is not shown to buy anything."
        return (
            f"A further {percent(NEXT - 1.0)} of the budget buys {points_of(self.next_tenth)}: "
            f"{'; '.join(self.next_levers)}."
        )


def best_plan(
    menu: Menu,
    limits: Limits,
    *,
    evaluate: Evaluate,
    replicates: int = 12,
    fresh: int = 40,
    assumptions: bool = True,
    worse_share: float = 0.5,
    outcome: str = "share_end",
    seed: int = 1,
    exhaustive_up_to: int = 300,
) -> BestPlan:
    """Search a menu for the best plan within a budget.

    Args:
        menu: what may be bought, see `menu_of`.
        limits: what may be spent.
        evaluate: runs plans; `sim.decisions.Simulator()`.
        replicates: runs of each promising plan while searching (the others get a quarter of them); the choice among
            finalists takes twice as many.
        fresh: runs of the winner, on luck and draws that took no part in choosing it.
        assumptions: whether each run also draws the uncertain parameters.
        worse_share: the score is the mean of this share of the worst runs, so that a plan which gains much under
            a few assumptions does not win; 1 for the plain mean.
        outcome: the goal, see `GOALS`.
        seed: of the draws of parameters.
        exhaustive_up_to: menus with no more plans than this are run through.

    Raises:
        DecisionError: numbers out of range.
    """
    check_goal(outcome)
    check_replicates(replicates)
    check_replicates(fresh)
    _check_limits(limits)
    if not 0.0 < worse_share <= 1.0:
        raise DecisionError(f"the worse share is {worse_share:g}: give a share above 0, at most 1")

    def trials(part: int, first: int, size: int) -> Trials:
        future = _future(menu, size, seed=seed + part, assumptions=assumptions)
        luck = range(first, first + size)
        return Trials(menu, evaluate, future, luck, outcome, worse_share, limits.money_is)

    looking = trials(0, 0, replicates)
    budgets = [limits.times(step) for step in (STEPS if menu.size <= exhaustive_up_to else _SEARCHED)]
    everything = search(looking, budgets, exhaustive_up_to=exhaustive_up_to)
    choosing = trials(1, replicates, 2 * replicates)
    leaders = {step: best_within(looking.tried, limits.times(step), _FINALISTS) for step in STEPS}
    front = _thinned(pareto(looking.tried.values()), _FRONT)
    highest = best_within(looking.glimpsed | looking.tried, Limits())[
        :1
    ]  # whatever it takes: what a limit forgoes
    choosing.run(
        [
            menu.nothing,
            *(one.choice for one in highest),
            *(one.choice for many in leaders.values() for one in many),
            *(o.choice for o in front),
        ]
    )
    winner = best_within(choosing.tried, limits)[0]
    bigger = best_within(choosing.tried, limits.times(NEXT))[0]
    showing = trials(2, 3 * replicates, fresh)
    shown, more = showing.run([winner.choice])[0], showing.run([bigger.choice])[0]
    gain = estimate(shown.gains)
    ahead = float((shown.gains > 0).mean()) if len(shown.gains) else 0.0
    good = gain.above and ahead >= SIGN_NEEDED
    by_budget = _by_budget(menu, choosing, limits)
    offered = [
        winner.choice,
        *(one.choice for one in (*leaders[1.0], *front)),
        *(one.choice for one in highest),
    ]
    return BestPlan(
        outcome=outcome,
        limits=limits,
        currency=menu.base.money.currency,
        plan=menu.plan(winner.choice).model_copy(update=_RECOMMENDED) if good else None,
        levers=tuple(menu.labels(winner.choice)) if good else (),
        gain=gain,
        ahead=ahead,
        money=shown.money,
        leader_hours=shown.leader_hours,
        finalists=_finalists(menu, choosing, winner, leaders[1.0]),
        front=_front(menu, choosing, [one.choice for one in front], limits),
        by_budget=by_budget,
        next_tenth=_difference(more, shown),
        next_levers=tuple(menu.labels(bigger.choice)) if bigger.choice != winner.choice else (),
        worth_up_to=_worth_up_to(by_budget),
        tried=len(looking.tried | looking.glimpsed),
        exhaustive=everything,
        years=menu.base.run.years,
        beyond=_beyond(looking, limits),
        best=_best(menu, choosing, limits),
        plans={_in_words(menu, choice): menu.plan(choice) for choice in offered},
    )


def _beyond(looking: Trials, limits: Limits) -> tuple[int, int]:
    """How many of the plans looked at exceed the money, and the leader hours."""
    ran = (looking.glimpsed | looking.tried).values()
    seen = [one for one in ran if np.isfinite(one.score)]  # of a plan that failed nobody knows what it takes
    by_money, by_hours = (
        Limits(limits.money, money_is=limits.money_is),
        Limits(leader_hours=limits.leader_hours),
    )
    return sum(not one.within(by_money) for one in seen), sum(not one.within(by_hours) for one in seen)


def _best(menu: Menu, choosing: Trials, limits: Limits) -> Best | None:
    """The highest score whatever it takes; None where doing nothing has it."""
    one = best_within(choosing.tried, Limits())[0]
    if one.choice == menu.nothing:
        return None
    labels = tuple(menu.labels(one.choice))
    return Best(labels, estimate(one.gains), one.money, one.leader_hours, one.within(limits))


def _future(menu: Menu, size: int, *, seed: int, assumptions: bool) -> Future:
    return drawn([menu.base], size, seed=seed) if assumptions else as_planned()


def _check_limits(limits: Limits) -> None:
    for name, value in (("money", limits.money), ("leader hours", limits.leader_hours)):
        if not value >= 0.0:
            raise DecisionError(f"the budget of {name} is {value:g}: give 0 or more")
    if limits.money_is not in ("cost", "cash"):
        raise DecisionError(f"money is '{limits.money_is}': say cost (hours included) or cash")
    if np.isinf(limits.money) and np.isinf(limits.leader_hours):
        raise DecisionError("there is no budget: limit money, leader hours or both")


def _difference(one: Tried, other: Tried) -> Estimate:
    return estimate((one.gains - other.gains).dropna())


def _thinned(front: list[Tried], most: int) -> list[Tried]:
    if len(front) <= most:
        return front
    keep = sorted({round(k * (len(front) - 1) / (most - 1)) for k in range(most)})
    return [front[k] for k in keep]


def _in_words(menu: Menu, choice: Choice) -> str:
    return "; ".join(menu.labels(choice))


def _row(menu: Menu, one: Tried, comparisons: int) -> dict[str, Any]:
    return {
        "levers": _in_words(menu, one.choice),
        **estimate(one.gains, comparisons=comparisons).columns("gain"),
        "score": one.score,
        "money": one.money,
        "leader_hours": one.leader_hours,
    }


def _finalists(menu: Menu, choosing: Trials, winner: Tried, leaders: Sequence[Tried]) -> pd.DataFrame:
    choices = list(dict.fromkeys([winner.choice, *(one.choice for one in leaders)]))
    rows = []
    for choice in choices:
        one = choosing.tried[choice]
        apart = estimate((winner.gains - one.gains).dropna(), comparisons=len(choices))
        tied = choice != winner.choice and not apart.clear
        rows.append({**_row(menu, one, len(choices)), "tied": tied})
    return pd.DataFrame(rows)


def _front(menu: Menu, choosing: Trials, choices: Sequence[Choice], limits: Limits) -> pd.DataFrame:
    """The front found while searching, with its numbers on the luck of the choice; what is dominated there goes."""
    again = pareto(choosing.tried[choice] for choice in choices)
    rows = [{**_row(menu, one, len(again)), "within": one.within(limits)} for one in again]
    return pd.DataFrame(rows)


def _by_budget(menu: Menu, choosing: Trials, limits: Limits) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    before: Tried = choosing.tried[menu.nothing]
    for step in STEPS:
        best = best_within(choosing.tried, limits.times(step))[0]
        added = _difference(best, before)
        row = {"budget": step, **_row(menu, best, len(STEPS)), **added.columns("added"), "shown": added.above}
        rows.append(row)
        before = best
    return pd.DataFrame(rows)


def _worth_up_to(by_budget: pd.DataFrame) -> float | None:
    """The largest multiple of the budget whose step is shown to add something; None if the last one is."""
    shown = by_budget.loc[by_budget["shown"], "budget"]
    if shown.empty:
        return None
    last = float(shown.iloc[-1])
    return None if last == float(by_budget["budget"].iloc[-1]) else last
