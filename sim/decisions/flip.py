"""What would change the decision: the value of an assumption, or of a lever's number, at which plans change places.

The paired difference of two plans under common luck is nearly a smooth function of such a number, so its root is
found by bisection; the interval of the flip point holds every value at which the plans are not distinguishable.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import GOALS, Evaluate, check_goal, check_replicates, evaluated
from sim.decisions.futures import Future, as_planned, with_parameter
from sim.decisions.plans import Source, as_plans, renamed
from sim.decisions.statistics import NIL, Estimate, estimate
from sim.decisions.wording import NOT_DISTINGUISHABLE, listed, plain
from sim.parameters import REGISTER
from sim.scenario import Scenario
from sim.scenario.errors import nearest
from sim.scenario.schema import LeverUse
from sim.scenario.vocabulary import lever_id

_FIELDS: Final = {
    "dose": ("the dose", "times the usual dose"),
    "start": ("the start", "years"),
    "ramp": ("the ramp", "years"),
    "stop": ("the end", "years"),
    "leader_hours": ("leader hours", "hours a week"),
    "learner_hours": ("learner hours", "hours a week"),
}
_UNITLESS: Final = ("ratio", "share", "–", "0–1")  # units that say nothing beside a number
_RANGES: Final = {"dose": (0.0, 2.0), "leader_hours": (0.0, 8.0), "learner_hours": (0.0, 8.0)}


@dataclass(frozen=True, slots=True)
class Variable:
    """The number that is varied.

    Attributes:
        path: parameter, or `levers.L01.dose`.
        words: what it is; unit: of its values.
        low, high: range searched; log: whether on a logarithmic scale.
        lever, field: of a lever's number, "" for a parameter.
    """

    path: str
    words: str
    unit: str
    low: float
    high: float
    log: bool
    lever: str = ""
    field: str = ""

    def grid(self, points: int) -> list[float]:
        """Evenly spaced values from low to high."""
        spaced = np.geomspace if self.log else np.linspace
        return [float(x) for x in spaced(self.low, self.high, points)]

    def between(self, a: float, b: float) -> float:
        """The middle of two values."""
        return math.sqrt(a * b) if self.log else (a + b) / 2.0

    def on(self, plan: Scenario, value: float, name: str) -> Scenario:
        """The plan with a lever's number changed; the same plan for a parameter or where it lacks the lever.

        Raises:
            DecisionError: dates out of order.
        """
        if not self.lever:
            return renamed(plan, name)
        levers = [self._changed(use, value) if use.lever == self.lever else use for use in plan.levers]
        return plan.model_copy(update={"levers": levers, "name": name})

    def _changed(self, use: LeverUse, value: float) -> LeverUse:
        new = use.model_copy(update={self.field: value})
        if new.stop is not None and not new.start < new.stop:
            raise DecisionError(
                f"{self.path} = {value:g} makes {self.lever} start at {new.start:g} and stop at {new.stop:g} "
                "years; search a narrower range with low and high"
            )
        return new

    def future(self, value: float) -> Future:
        """The future in which a parameter has the value."""
        return as_planned() if self.lever else with_parameter(self.path, value)


@dataclass(frozen=True, slots=True)
class Point:
    """One flip point.

    Attributes:
        value: where the mean difference crosses 0.
        low, high: between them the plans are not distinguishable; at an end of the range if `open`.
        below, above: which plan is ahead below and above it.
        open_low, open_high: whether the interval may reach beyond the range searched.
    """

    value: float
    low: float
    high: float
    below: str
    above: str
    open_low: bool = False
    open_high: bool = False

    @property
    def shown(self) -> bool:
        """Whether the plans are told apart on both sides."""
        return not (self.open_low or self.open_high)


@dataclass(frozen=True, slots=True)
class Flip:
    """Where two plans change places along one number.

    Attributes:
        a, b, outcome: what is compared.
        variable: what is varied.
        points: flip points, ascending; those not shown on both sides are among them.
        assumed: the value of a parameter where nothing is varied; None for a lever's number.
        curve: a row a value tried: value, difference (b − a) with interval, ahead ("" where not distinguishable).
    """

    a: str
    b: str
    outcome: str
    variable: Variable
    points: tuple[Point, ...]
    curve: pd.DataFrame
    assumed: float | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        columns = ["value", "low", "high", "below", "above", "open_low", "open_high"]
        rows = [{name: getattr(point, name) for name in columns} for point in self.points]
        return {"flips": pd.DataFrame(rows, columns=columns), "curve": self.curve}

    def facts(self) -> dict[str, Any]:
        """What was found."""
        shown = [point.value for point in self.points if point.shown]
        return {"outcome": self.outcome, "a": self.a, "b": self.b, "vary": self.variable.path, "flips": shown}

    def in_words(self) -> list[str]:
        """What would change the choice, in sentences."""
        return [*self._order_lines(), *self._assumed_lines()]

    def _assumed_lines(self) -> list[str]:
        """What is assumed where nothing is varied: whoever judges a flip point needs it."""
        if self.assumed is None:
            return []
        return [f"Assumed is {self._value(self.assumed)}."]

    def _order_lines(self) -> list[str]:
        shown = [point for point in self.points if point.shown]
        if shown:
            return [self._point_line(point) for point in shown]
        span = f"{plain(self.variable.low)} and {self._value(self.variable.high)}"
        ahead = {str(name) for name in self.curve["ahead"] if name}
        if not ahead:
            return [
                f"{listed([self.a, self.b])} are {NOT_DISTINGUISHABLE} wherever {self.variable.words} lies between "
                f"{span}."
            ]
        if len(ahead) == 1 and not bool((self.curve["ahead"] == "").any()):
            return [
                f"No value of {self.variable.words} between {span} changes the order: '{ahead.pop()}' stays ahead in "
                f"{GOALS[self.outcome]}."
            ]
        leads = [
            f"'{name}' is ahead in {GOALS[self.outcome]} where {self.variable.words} {self._stretches(name)}"
            for name in (self.b, self.a)
            if name in ahead
        ]
        return [
            f"{'; '.join(leads)}; elsewhere between {span} {listed([self.a, self.b])} are {NOT_DISTINGUISHABLE}."
        ]

    def _stretches(self, name: str) -> str:
        """Where a plan is ahead: values tried next to each other are one stretch."""
        rows = zip(self.curve["ahead"], self.curve["value"], strict=True)
        found = [
            [float(value) for _, value in part]
            for ahead, part in groupby(rows, itemgetter(0))
            if ahead == name
        ]
        return " or ".join(
            f"is {self._value(some[0])}"
            if len(some) == 1
            else f"lies between {plain(some[0])} and {self._value(some[-1])}"
            for some in found
        )

    def _value(self, value: float) -> str:
        unit = "" if self.variable.unit in _UNITLESS else f" {self.variable.unit}"
        return f"{plain(value)}{unit}"

    def _point_line(self, point: Point) -> str:
        if point.above == self.b:
            side, leader, loser = "more", self.b, self.a
        else:
            side, leader, loser = "less", self.b, self.a
        return (
            f"'{leader}' overtakes '{loser}' if {self.variable.words} is {side} than {self._value(point.value)}; "
            f"between {plain(point.low)} and {plain(point.high)} they are {NOT_DISTINGUISHABLE}."
        )


def variable(
    path: str, plans: Sequence[Scenario], low: float | None = None, high: float | None = None
) -> Variable:
    """What a path means, and the range in which it is searched.

    Args:
        path: a parameter of the register, or `levers.ID.FIELD` (dose, start, ramp, stop, leader_hours,
            learner_hours).
        plans: those that are compared.
        low, high: range; the register's, or a usual one, where not given.

    Raises:
        DecisionError: no such parameter, lever or field, or a range that is none.
    """
    found = _lever_number(path, plans) if path.startswith("levers.") else _parameter(path)
    low, high = found.low if low is None else low, found.high if high is None else high
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise DecisionError(f"{path}: the range {low:g} to {high:g} is empty; give a low below a high")
    if not found.lever:
        bottom, top = REGISTER[path].hard
        if low < bottom or high > top:
            raise DecisionError(
                f"{path}: the range {low:g} to {high:g} leaves {bottom:g} to {top:g}, where the equations make sense"
            )
    return Variable(
        path, found.words, found.unit, low, high, found.log and low > 0.0, found.lever, found.field
    )


def _parameter(path: str) -> Variable:
    name = path.removeprefix("parameters.")
    if name not in REGISTER:
        raise DecisionError(f"no parameter is called '{name}'{nearest(name, REGISTER)}")
    if name != path:
        raise DecisionError(f"write the parameter without 'parameters.': {name}")
    entry = REGISTER[name]
    return Variable(
        name,
        f"{entry.meaning.partition(';')[0]} ({name})",
        entry.unit,
        entry.low,
        entry.high,
        entry.distribution == "loguniform",
    )


def _lever_number(path: str, plans: Sequence[Scenario]) -> Variable:
    steps = path.split(".")
    if len(steps) != 3 or steps[2] not in _FIELDS:
        raise DecisionError(f"'{path}' is no lever's number; write levers.L01.dose (or {', '.join(_FIELDS)})")
    try:
        lever = lever_id(steps[1])
    except ValueError as problem:
        raise DecisionError(f"{path}: {problem}") from None
    having = [plan for plan in plans if any(use.lever == lever for use in plan.levers)]
    if not having:
        raise DecisionError(f"{path}: none of {', '.join(plan.name for plan in plans)} uses {lever}")
    years = plans[0].run.years
    uses = [use for plan in having for use in plan.levers if use.lever == lever]
    first, last = max(use.start for use in uses), min(years if use.stop is None else use.stop for use in uses)
    week = 1.0 / 52.0
    spans = {"start": (0.0, last - week), "ramp": (0.0, years), "stop": (first + week, years)}
    low, high = spans.get(steps[2]) or _RANGES[steps[2]]
    words, unit = _FIELDS[steps[2]]
    return Variable(
        f"levers.{lever}.{steps[2]}", f"{words} of {lever}", unit, low, high, False, lever, steps[2]
    )


class _Search:
    """The paired difference as a function of the number, each value tried once."""

    def __init__(
        self,
        a: Scenario,
        b: Scenario,
        what: Variable,
        evaluate: Evaluate,
        replicates: range,
        outcome: str,
        tests: int,
    ) -> None:
        self.a, self.b, self.what, self.outcome, self.tests = a, b, what, outcome, tests
        self.evaluate, self.replicates = evaluate, replicates
        self.known: dict[float, Estimate] = {}

    def at(self, value: float) -> Estimate:
        """Difference b − a at a value."""
        if value not in self.known:
            plans = [self.what.on(plan, value, f"{plan.name}@{value:.9g}") for plan in (self.a, self.b)]
            future = self.what.future(value)
            found = evaluated(self.evaluate, plans, [future], self.replicates, self.outcome)
            both = found.matrix([plan.name for plan in plans], future.name)
            self.known[value] = estimate(both[:, 1] - both[:, 0], comparisons=self.tests)
        return self.known[value]

    def root(self, left: float, right: float, steps: int) -> float:
        """Where the mean difference crosses 0 between two values at which its signs differ."""
        sign = math.copysign(1.0, self.at(left).mean)
        for _ in range(steps):
            middle = self.what.between(left, right)
            mean = self.at(middle).mean
            if mean == 0.0:
                return middle
            left, right = (middle, right) if math.copysign(1.0, mean) == sign else (left, middle)
        # The last bracket is narrow: take its root as if the difference were straight.
        one, other = self.at(left).mean, self.at(right).mean
        return left + (right - left) * one / (one - other) if one != other else self.what.between(left, right)

    def edge(self, inside: float, outside: float, steps: int) -> float:
        """The border between values where the plans are tied (inside) and told apart (outside)."""
        for _ in range(steps):
            middle = self.what.between(inside, outside)
            inside, outside = (inside, middle) if self.at(middle).clear else (middle, outside)
        return outside


def flip_points(
    a: Source,
    b: Source,
    *,
    vary: str,
    evaluate: Evaluate,
    low: float | None = None,
    high: float | None = None,
    replicates: int = 20,
    outcome: str = "share_end",
    grid: int = 7,
    steps: int = 5,
    first: int = 0,
) -> Flip:
    """Find the values of a number at which plan b overtakes plan a, or falls behind it.

    Args:
        a, b: the plans.
        vary: a parameter of the register, or a lever's number as `levers.L01.dose` (changed in each plan that
            uses the lever).
        evaluate: runs them; `sim.decisions.Simulator()`.
        low, high: range searched; the register's where not given.
        replicates: runs at each value.
        outcome: the goal, see `GOALS`.
        grid: values looked at first: two crossings between neighbours are not seen.
        steps: halvings of the distance between two of them.
        first: number of the first replicate: other luck.

    Raises:
        DecisionError: plans that cannot be compared, or a number that cannot be varied.
    """
    plans = as_plans([a, b])
    check_goal(outcome)
    check_replicates(replicates)
    if grid < 2 or steps < 1:
        raise DecisionError(f"grid is {grid} and steps {steps}: give at least 2 and 1")
    what = variable(vary, plans, low, high)
    search = _Search(plans[0], plans[1], what, evaluate, range(first, first + replicates), outcome, grid)
    values = what.grid(grid)
    gaps = [search.at(value).mean for value in values]
    apart = [k for k in range(grid) if abs(gaps[k]) > NIL]  # a value of no difference lies within a crossing
    points = [_point(search, values, k, j, steps) for k, j in pairwise(apart) if gaps[k] * gaps[j] < 0.0]
    tried = sorted(search.known.items())
    curve = pd.DataFrame(
        [
            {
                "value": value, **gap.columns("difference"),
                "ahead": plans[1].name if gap.above else plans[0].name if gap.below else "",
            }
            for value, gap in tried
        ]
    )  # fmt: skip
    assumed = None if what.lever else plans[0].parameters.get(what.path, REGISTER[what.path].default)
    return Flip(plans[0].name, plans[1].name, outcome, what, tuple(points), curve, assumed)


def _point(search: _Search, values: list[float], k: int, j: int, steps: int) -> Point:
    """The flip point between two values of the grid, the k-th and the j-th, at which the signs differ."""
    sign = math.copysign(1.0, search.at(values[k]).mean)
    left = _first_clear(search, list(reversed(values[: k + 1])), sign)
    right = _first_clear(search, values[j:], -sign)
    # Only a flip that can be shown is worth the runs of finding it closely.
    shown = left is not None and right is not None
    steps = steps if shown else 1
    root = search.root(values[k], values[j], steps)
    a, b = search.a.name, search.b.name
    return Point(
        value=root,
        low=values[0]
        if left is None
        else search.edge(left[1] if left[1] is not None else root, left[0], steps),
        high=values[-1]
        if right is None
        else search.edge(right[1] if right[1] is not None else root, right[0], steps),
        below=b if sign > 0 else a,
        above=a if sign > 0 else b,
        open_low=left is None,
        open_high=right is None,
    )


def _first_clear(search: _Search, outward: list[float], sign: float) -> tuple[float, float | None] | None:
    """Going outward, the first value at which the plans are told apart, and the last before it (None: the root).

    None where they are told apart nowhere, or only with the order reversed again.
    """
    last: float | None = None
    for value in outward:
        gap = search.at(value)
        if gap.clear:
            return (value, last) if math.copysign(1.0, gap.mean) == sign else None
        last = value
    return None
