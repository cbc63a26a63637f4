"""The best plan for a budget of money and leader hours: searched, chosen robustly, and run again before it is shown.

Three sets of luck and draws: one to search, one to choose what is shown, one for all numbers that are shown.
The best of many tries is always partly lucky; numbers from fresh luck are not (the optimiser's curse, Smith & Winkler
2006, doi:10.1287/mnsc.1050.0451).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.decisions.budget_tables import Compared, comparisons_of, front_table, in_words
from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import GOALS, Evaluate, check_goal, check_replicates
from sim.decisions.futures import Future, as_planned, drawn
from sim.decisions.menu import Menu
from sim.decisions.search import Limits, Trials, Tried, best_within, highest, pareto, search
from sim.decisions.statistics import Estimate, estimate
from sim.decisions.wording import NOT_DISTINGUISHABLE, amount, count, percent, points_of
from sim.decisions.wording import years as span
from sim.scenario import Scenario

SIGN_NEEDED: Final = 0.9  # share of runs in which the recommended plan must be ahead of doing nothing
STEPS: Final = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)  # multiples of the budget looked at
NEXT: Final = 1.1
_SEARCHED: Final = (0.5, 1.0, NEXT, 1.5)  # multiples within which the search looks for better neighbours
_FINALISTS: Final = 5
_FRONT: Final = 8
_NEAR: Final = 3  # candidates for the other multiples, and for the highest score whatever it takes
_RECOMMENDED: Final = {
    "name": "recommended", "title": "Recommended plan", "question": "Which plan is best within the budget?",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Best:
    """The plan with the highest score.

    Attributes:
        levers: in words; gain: over doing nothing, on fresh luck; money, leader_hours: what it takes; within: the budget.
    """

    levers: tuple[str, ...]
    gain: Estimate
    money: float
    leader_hours: float
    within: bool


@dataclass(frozen=True, slots=True)
class BestPlan:
    """The best plan found for a budget.  All numbers are on fresh luck, which took no part in choosing any row.

    Attributes:
        outcome, limits, currency: what was asked.
        plan: the recommended plan, None where none shows a gain.
        levers: its levers in words.
        gain: of the best plan within the budget over doing nothing, recommended or not; ahead: share of runs in which
            it is ahead.
        money, leader_hours: what it takes.
        finalists: a row a finalist, that plan first: levers, gain with interval, money, leader_hours, tied (not
            distinguishable from the first).
        front: the Pareto front: levers, gain with interval, money, leader_hours, within (the budget).
        by_budget: the best plan for multiples of the budget: budget, levers, gain, what it adds to the step before with
            interval, shown (whether that differs from 0), better_from (the least larger step whose plan is clearly
            better; NaN if none is).
        next_tenth: what ten per cent more budget adds to the best plan.
        worth_up_to: the least multiple of the budget that no larger one looked at is shown to better: 0 where none is
            shown to gain anything, None where the largest still adds.
        tried: plans run; exhaustive: whether they are all there are.
        years: over which money and hours are counted.
        beyond: how many of the plans tried exceed the money, and the leader hours.
        best: where none is recommended the best one, whether shown to gain or not and whatever it takes; None if
            every plan failed.
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
        if self.plan is None:
            return [self._nothing_line(), *self._beyond_lines(), *self._forgone_lines()]
        return [
            f"Recommended within the budget: {'; '.join(self.levers)} ({self._looked()}){self._tied()}.",
            f"On fresh luck it gains {points_of(self.gain)} over doing nothing in {GOALS[self.outcome]}, and is ahead in "
            f"{percent(self.ahead)} of runs.",
            f"It takes {amount(self.money)} {self.currency} ({self.limits.money_is}) and "
            f"{amount(self.leader_hours)} leader hours over {span(self.years)}: {amount(self.money / self.years)} "
            f"{self.currency} and {amount(self.leader_hours / self.years)} hours a year.",
            *self._beyond_lines(),
            self._next_line(),
            self._worth_line(),
        ]

    def _looked(self) -> str:
        return f"{count(self.tried, 'plan')} tried" + (", all there are" if self.exhaustive else "")

    def _tied(self) -> str:
        """Finalists that the recommended plan cannot be told from, and the cheapest of them."""
        others = self.finalists[self.finalists["tied"]]
        if not len(others):
            return ""
        are = "is" if len(others) == 1 else "are"
        text = f"; {count(len(others), 'other finalist')} {are} {NOT_DISTINGUISHABLE} from it"
        cheapest = others.sort_values(["money", "leader_hours"], kind="stable").iloc[0]
        if cheapest["money"] < self.money or cheapest["leader_hours"] < self.leader_hours:
            text += (
                f"; the cheapest ({cheapest['levers'] or 'doing nothing'}) takes {amount(cheapest['money'])} "
                f"{self.currency} and {amount(cheapest['leader_hours'])} leader hours"
            )
        return text

    def _nothing_line(self) -> str:
        """Why no plan is recommended."""
        goal = GOALS[self.outcome]
        if self.gain.above:
            return (
                f"No plan within the budget is recommended ({self._looked()}): the best one "
                f"({self.finalists['levers'].iloc[0]}) gains {points_of(self.gain)} over doing nothing in {goal} on fresh "
                f"luck, but is ahead in only {percent(self.ahead)} of runs, and {percent(SIGN_NEEDED)} are asked for."
            )
        return (
            f"No plan within the budget is shown to gain anything over doing nothing in {goal} ({self._looked()}); "
            "spend nothing on these grounds."
        )

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
            return ["Every plan tried failed, so what spending nothing forgoes is not known."]
        best = self.best
        if best.gain.below:
            return [
                f"Spending nothing forgoes nothing: even the plan with the highest score ({'; '.join(best.levers)}) gains "
                f"{points_of(best.gain)} on fresh luck."
            ]
        sure = "shown to be a gain" if best.gain.above else NOT_DISTINGUISHABLE + " from doing nothing"
        lines = [
            f"What spending nothing forgoes: the plan with the highest score, {'within' if best.within else 'beyond'} the "
            f"budget ({'; '.join(best.levers)}), gains {points_of(best.gain)} on fresh luck, {sure}; it takes "
            f"{amount(best.money)} {self.currency} and {amount(best.leader_hours)} leader hours over {span(self.years)}."
        ]
        if self.worth_up_to == 0.0 and not best.gain.above:
            lines.append(
                f"Up to {percent(STEPS[-1])} of the budget, the most looked at, the best plan is not shown to gain "
                "anything either."
            )
        return lines

    def _next_line(self) -> str:
        if not self.next_levers or not self.next_tenth.above:
            return f"A further {percent(NEXT - 1.0)} of the budget is not shown to buy anything."
        return (
            f"A further {percent(NEXT - 1.0)} of the budget buys {points_of(self.next_tenth)}: "
            f"{'; '.join(self.next_levers)}."
        )

    def _worth_line(self) -> str:
        """From where on more budget is not shown to add anything, and which plan that is if not the recommended one."""
        most = percent(STEPS[-1])
        if self.worth_up_to is None:
            return f"More is still shown to add at {most} of the budget, the most looked at."
        text = f"Beyond {percent(self.worth_up_to)} of the budget, more is not shown to add anything, up to {most}"
        row = next(row for row in self.by_budget.to_dict("records") if row["budget"] == self.worth_up_to)
        if self.worth_up_to < 1.0 and row["levers"] != "; ".join(self.levers):
            text += (
                f": the best plan for that ({row['levers'] or 'doing nothing'}) takes {amount(row['money'])} {self.currency} "
                f"and {amount(row['leader_hours'])} leader hours, and none for more is clearly better"
            )
        return text + "."


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
        fresh: runs of every plan that is shown, on luck and draws that took no part in choosing it.
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
    leaders = {
        step: best_within(looking.tried, limits.times(step), _FINALISTS if step == 1.0 else _NEAR)
        for step in STEPS
    }
    front = _thinned(pareto(looking.tried.values()), _FRONT)
    choosing.run([menu.nothing, *(one.choice for many in (*leaders.values(), front) for one in many)])
    winner, bigger = _winner(choosing, limits), _winner(choosing, limits.times(NEXT)).choice
    steps = {step: best_within(choosing.tried, limits.times(step))[0].choice for step in STEPS}
    twice_good = [one.choice for one in leaders[1.0] if choosing.tried[one.choice].score >= 0.0]
    finalists = list(dict.fromkeys([winner.choice, *twice_good]))
    front = pareto(choosing.tried[one.choice] for one in front)  # what is dominated there goes
    offered = [bigger, *steps.values(), *finalists, *(one.choice for one in front)]
    showing = trials(2, 3 * replicates, fresh)
    showing.run([menu.nothing, *offered])
    shown = showing.tried[winner.choice]
    gain = estimate(shown.gains)
    ahead = float((shown.gains > 0).mean()) if len(shown.gains) else 0.0
    good = gain.above and ahead >= SIGN_NEEDED
    if (
        gain.above
    ):  # so that the steps hold what the sentences say, even if it scored below doing nothing before
        steps |= {step: winner.choice for step in STEPS if step >= 1.0 and steps[step] == menu.nothing}
    best = None if good else _highest(looking, choosing, winner, limits)
    compared = Compared(
        showing,
        [winner.choice, *([best.choice] if best is not None else [])],
        comparisons_of(steps.values(), finalists),
    )
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
        finalists=compared.finalists(finalists),
        front=front_table(showing, front, limits),
        by_budget=compared.by_budget(steps),
        next_tenth=compared.difference(bigger, winner.choice),
        next_levers=tuple(menu.labels(bigger)) if bigger != winner.choice else (),
        worth_up_to=compared.worth_up_to(steps),
        tried=len(looking.tried | looking.glimpsed),
        exhaustive=everything,
        years=menu.base.run.years,
        beyond=_beyond(looking, limits),
        best=_best(showing, best, limits),
        plans={in_words(menu, one): menu.plan(one) for one in offered},
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


def _winner(choosing: Trials, limits: Limits) -> Tried:
    """The best plan within the budget; doing nothing only where nothing else can be paid for."""
    nothing = choosing.menu.nothing
    some = {choice: one for choice, one in choosing.tried.items() if choice != nothing}
    return next(iter(best_within(some, limits)), choosing.tried[nothing])


def _highest(looking: Trials, choosing: Trials, winner: Tried, limits: Limits) -> Tried | None:
    """What spending nothing forgoes: the winner, or one beyond the budget with a higher score."""
    dear = choosing.run(one.choice for one in highest(looking, _NEAR) if not one.within(limits))
    some = {one.choice: one for one in (winner, *dear) if one.choice != choosing.menu.nothing}
    return next(iter(best_within(some, Limits())), None)


def _best(showing: Trials, best: Tried | None, limits: Limits) -> Best | None:
    """The highest score whatever it takes, as shown; whether it is within the budget was settled when it was chosen."""
    if best is None:
        return None
    (one,) = showing.run([best.choice])
    labels = tuple(showing.menu.labels(one.choice))
    return Best(labels, estimate(one.gains), one.money, one.leader_hours, best.within(limits))


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


def _thinned(front: list[Tried], most: int) -> list[Tried]:
    if len(front) <= most:
        return front
    keep = sorted({round(k * (len(front) - 1) / (most - 1)) for k in range(most)})
    return [front[k] for k in keep]
