"""What each lever of a plan contributes: alone, on top of the rest, and its Shapley share.

A plan is a game whose players are its levers (Shapley 1953, doi:10.1515/9781400881970-018): the worth of some of
them is the outcome of the plan with those alone.  The Shapley share of a lever is its mean marginal contribution
over all orders of introducing them; shares add up to what the whole plan gains.  Up to a few levers all subsets
are run; beyond, orders are sampled, each forward and backward (Mitchell et al. 2022, JMLR 23:43), each pair of
orders with luck of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import GOALS, Evaluate, Found, check_goal, check_replicates, evaluated
from sim.decisions.futures import Future, as_planned
from sim.decisions.plans import Source, as_plan, lever_labels, used, with_levers
from sim.decisions.statistics import Estimate, estimate
from sim.decisions.wording import NOT_DISTINGUISHABLE, amount, count, points, points_of
from sim.organization.luck import Luck
from sim.scenario import Scenario

Floats = npt.NDArray[np.float64]
Subset = frozenset[int]
EXACT: Final = 8  # levers up to which all subsets are run
COSTS: Final = ("cost", "cash", "leader_hours", "learner_hours")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What each lever of a plan adds.

    Attributes:
        plan, outcome: what was asked.
        levers: a row a lever, by falling share: lever, alone (leave one in), on_top (leave one out) and share
            (Shapley), each with interval; shown (whether the share differs from 0); share of cost, cash,
            leader_hours and learner_hours; cost_per_point and hours_per_point (NaN where no gain is shown).
        pairs: interaction of two levers with nothing else there, with interval; only where all subsets were run.
        total: gain of the whole plan over doing nothing.
        together: what the levers gain together beyond the sum of what each gains alone.
        exact: whether all subsets were run; orders: how many orders were sampled otherwise.
        usual: mean outcome of doing nothing.
        currency: of the costs.
    """

    plan: str
    outcome: str
    levers: pd.DataFrame
    pairs: pd.DataFrame
    total: Estimate
    together: Estimate
    exact: bool
    orders: int
    usual: float
    currency: str

    def waterfall(self) -> pd.DataFrame:
        """From doing nothing to the plan: each lever alone, then what they do together; step, begins, change, ends."""
        steps = [(str(row["lever"]), float(row["alone"])) for row in self.levers.to_dict("records")]
        steps.append(("together", self.together.mean))
        at, rows = self.usual, [("nothing", 0.0, self.usual, self.usual)]
        for name, change in steps:
            rows.append((name, at, change, at + change))
            at += change
        rows.append((self.plan, 0.0, at, at))
        return pd.DataFrame(rows, columns=["step", "begins", "change", "ends"])

    def cost_curve(self) -> pd.DataFrame:
        """The culture cost curve: levers whose gain is shown by rising cost a point, with sums up to each."""
        table = self.levers[self.levers["shown"] & (self.levers["share"] > 0)]
        table = table.sort_values("cost_per_point", kind="stable")
        columns = ["lever", "share", "cost", "leader_hours", "cost_per_point", "hours_per_point"]
        table = table[columns].reset_index(drop=True)
        return table.assign(gain_so_far=table["share"].cumsum(), cost_so_far=table["cost"].cumsum())

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {
            "levers": self.levers, "pairs": self.pairs, "waterfall": self.waterfall(), "cost_curve": self.cost_curve(),
        }  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """What was found."""
        return {
            "plan": self.plan, "outcome": self.outcome, "exact": self.exact, "orders": self.orders,
            **self.total.columns("total"), **self.together.columns("together"),
            "carried_by": [str(name) for name in self._shown()["lever"]],
        }  # fmt: skip

    def _shown(self) -> pd.DataFrame:
        return self.levers[self.levers["shown"] & (self.levers["share"] > 0)]

    def in_words(self) -> list[str]:
        """Who carries the plan, in sentences."""
        goal = GOALS[self.outcome]
        if not self.total.clear:
            lines = [f"'{self.plan}' and doing nothing are {NOT_DISTINGUISHABLE} in {goal}."]
        else:
            word = "gains" if self.total.above else "changes by"
            lines = [f"'{self.plan}' {word} {points_of(self.total)} over doing nothing, in {goal}."]
        shown = self._shown()
        if shown.empty:
            return [*lines, "No lever shows a gain of its own; none is recommended on these grounds."]
        for row in shown.to_dict("records"):
            lines.append(
                f"{row['lever']} accounts for {_range(row, 'share')}: {_range(row, 'alone')} alone, "
                f"{_range(row, 'on_top')} on top of the rest."
            )
        harmful = self.levers[self.levers["shown"] & (self.levers["share"] < 0)]
        for row in harmful.to_dict("records"):
            lines.append(f"{row['lever']} costs the plan {points(-row['share'])}.")
        silent = len(self.levers) - len(shown) - len(harmful)
        if silent:
            lines.append(f"For {count(silent, 'other lever')} no contribution is shown.")
        if self.together.clear:
            more = "more" if self.together.above else "less"
            lines.append(
                f"Together they do {points(abs(self.together.mean))} {more} than the sum of each alone."
            )
        first = self.cost_curve().iloc[0]
        lines.append(
            f"Cheapest of the levers whose gain is shown: {first['lever']}, {amount(first['cost_per_point'])} "
            f"{self.currency} and {amount(first['hours_per_point'])} leader hours a point, at the middle of its range."
        )
        return lines


def _range(row: Mapping[Any, Any], name: str) -> str:
    return points_of(Estimate(row[name], row[f"{name}_low"], row[f"{name}_high"], 0))


def contributions(
    plan: Source,
    *,
    evaluate: Evaluate,
    replicates: int = 20,
    orders: int = 40,
    exact_up_to: int = EXACT,
    outcome: str = "share_end",
    future: Future | None = None,
    first: int = 0,
) -> Contribution:
    """Attribute what a plan gains to its levers.

    Args:
        plan: with one lever or more.
        evaluate: runs it; `sim.decisions.Simulator()`.
        replicates: runs of each subset (all subsets), and of each lever alone and left out.
        orders: pairs of orders sampled where there are more levers than `exact_up_to`.
        exact_up_to: levers up to which all subsets are run.
        outcome: the goal, see `GOALS`.
        future: circumstances; all going as planned where not given.
        first: number of the first replicate: other luck.

    Raises:
        DecisionError: a plan without levers, or numbers out of range.
    """
    base = as_plan(plan)
    levers = used(base)
    if not levers:
        raise DecisionError(f"'{base.name}' uses no lever, so there is nothing to attribute; add [[levers]]")
    check_goal(outcome)
    check_replicates(replicates)
    check_replicates(orders)
    game = _Game(base, evaluate, future or as_planned(), outcome, lever_labels(levers))
    size = len(levers)
    exact = size <= exact_up_to
    luck = range(first, first + replicates)
    everyone = frozenset(range(size))
    if exact:
        game.play([frozenset(some) for k in range(size + 1) for some in combinations(range(size), k)], luck)
        samples = {name: _exact_shares(game, size, name) for name in game.outcomes()}
    else:
        single = [frozenset([k]) for k in range(size)]
        game.play([frozenset(), everyone, *single, *(everyone - one for one in single)], luck)
        samples = _sampled_shares(game, size, orders, first + replicates)
    return _result(game, base, everyone, samples, exact=exact, orders=0 if exact else orders)


class _Game:
    """Subsets of a plan's levers and their runs."""

    def __init__(
        self, base: Scenario, evaluate: Evaluate, future: Future, outcome: str, labels: list[str]
    ) -> None:
        self.base, self.levers = base, used(base)
        self.evaluate, self.future, self.outcome, self.labels = evaluate, future, outcome, labels
        self.found = Found(pd.DataFrame(columns=["plan", "future", "replicate"]), outcome)

    def name(self, some: Subset) -> str:
        return "+".join(f"{k}" for k in sorted(some)) or "none"

    def play(self, subsets: Sequence[Subset], replicates: Sequence[int]) -> None:
        self.found = self.run(subsets, replicates)

    def run(self, subsets: Sequence[Subset], replicates: Sequence[int]) -> Found:
        plans = [
            with_levers(self.base, [self.levers[k] for k in sorted(some)], self.name(some))
            for some in subsets
        ]
        return evaluated(self.evaluate, plans, [self.future], replicates, self.outcome)

    def outcomes(self) -> list[str]:
        return [
            self.outcome,
            *(name for name in COSTS if name in self.found.table.columns and name != self.outcome),
        ]

    def values(self, subsets: Sequence[Subset], outcome: str | None = None) -> Floats:
        """Outcome by replicate and subset, replicates that all of them have, shape (replicates, subsets)."""
        return self.found.matrix([self.name(some) for some in subsets], self.future.name, outcome)


def _exact_shares(game: _Game, size: int, outcome: str) -> Floats:
    """Shapley shares replicate by replicate, shape (replicates, levers)."""
    subsets = [frozenset(some) for k in range(size + 1) for some in combinations(range(size), k)]
    place = {some: column for column, some in enumerate(subsets)}
    worth = game.values(subsets, outcome)
    shares = np.zeros((len(worth), size))
    for some in subsets:
        weight = (
            factorial(len(some)) * factorial(size - len(some) - 1) / factorial(size)
            if len(some) < size
            else 0.0
        )
        for k in set(range(size)) - some:
            shares[:, k] += weight * (worth[:, place[some | {k}]] - worth[:, place[some]])
    return shares


def _sampled_shares(game: _Game, size: int, orders: int, first: int) -> dict[str, Floats]:
    """Marginal contributions over pairs of orders (one and its reverse), shape (pairs of orders, levers) by outcome."""
    luck = Luck(first, "orders of levers")
    wanted = game.outcomes()
    samples: dict[str, list[Floats]] = {name: [] for name in wanted}
    for pair in range(orders):
        order = [int(k) for k in luck.permutation(size)]
        chains = [[frozenset(way[:k]) for k in range(size + 1)] for way in (order, list(reversed(order)))]
        # Both orders begin with nothing and end with everything; each subset is run once.
        subsets = list(dict.fromkeys([*chains[0], *chains[1]]))
        found = game.run(subsets, [first + pair])
        try:
            worth = {name: _row(found, game, subsets, name) for name in wanted}
        except DecisionError:
            continue  # a run failed: this pair of orders is left out
        for name in wanted:
            gains = np.zeros(size)
            for way, chain in zip((order, list(reversed(order))), chains, strict=True):
                for k, lever in enumerate(way):
                    gains[lever] += (worth[name][chain[k + 1]] - worth[name][chain[k]]) / 2.0
            samples[name].append(gains)
    if len(samples[game.outcome]) < 2:
        raise DecisionError(
            "too few orders of the levers could be run to the end; every other one had a failed run"
        )
    return {name: np.array(rows) for name, rows in samples.items()}


def _row(found: Found, game: _Game, subsets: list[Subset], outcome: str) -> dict[Subset, float]:
    values = found.matrix([game.name(some) for some in subsets], game.future.name, outcome)[0]
    return dict(zip(subsets, (float(value) for value in values), strict=True))


def _result(
    game: _Game, base: Scenario, everyone: Subset, samples: dict[str, Floats], *, exact: bool, orders: int
) -> Contribution:
    size = len(everyone)
    single = [frozenset([k]) for k in range(size)]
    worth = game.values([frozenset(), everyone, *single, *(everyone - one for one in single)])
    none, all_, alone, without = worth[:, 0], worth[:, 1], worth[:, 2 : 2 + size], worth[:, 2 + size :]
    rows = []
    for k, label in enumerate(game.labels):
        share = estimate(samples[game.outcome][:, k], comparisons=size)
        row: dict[str, Any] = {"lever": label, "id": game.levers[k].lever}
        row |= estimate(alone[:, k] - none, comparisons=size).columns("alone")
        row |= estimate(all_ - without[:, k], comparisons=size).columns("on_top")
        row |= share.columns("share")
        row["shown"] = share.clear
        row |= {
            name: float(samples[name][:, k].mean()) if name in samples else float("nan") for name in COSTS
        }
        gains = 100.0 * share.mean if share.above else float("nan")
        row["cost_per_point"], row["hours_per_point"] = row["cost"] / gains, row["leader_hours"] / gains
        rows.append(row)
    table = pd.DataFrame(rows).sort_values("share", ascending=False, kind="stable").reset_index(drop=True)
    gains = (alone - none[:, None]).sum(axis=1)
    return Contribution(
        plan=base.name,
        outcome=game.outcome,
        levers=table,
        pairs=_pairs(game, size) if exact else _no_pairs(),
        total=estimate(all_ - none),
        together=estimate(all_ - none - gains),
        exact=exact,
        orders=orders,
        usual=float(none.mean()),
        currency=base.money.currency,
    )


def _no_pairs() -> pd.DataFrame:
    return pd.DataFrame(
        columns=["one", "other", "interaction", "interaction_low", "interaction_high", "shown"]
    )


def _pairs(game: _Game, size: int) -> pd.DataFrame:
    """What two levers gain together beyond the sum of each alone."""
    rows = []
    tests = max(1, size * (size - 1) // 2)
    for i, j in combinations(range(size), 2):
        worth = game.values([frozenset(), frozenset([i]), frozenset([j]), frozenset([i, j])])
        found = estimate(worth[:, 3] - worth[:, 1] - worth[:, 2] + worth[:, 0], comparisons=tests)
        rows.append(
            {
                "one": game.labels[i], "other": game.labels[j], **found.columns("interaction"), "shown": found.clear,
            }
        )  # fmt: skip
    return pd.DataFrame(rows) if rows else _no_pairs()
