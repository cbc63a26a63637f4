"""What may come: the sources' barriers as named futures, and draws of the uncertain parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

from sim.behaviours.barriers import BARRIERS
from sim.decisions.errors import DecisionError
from sim.experiments.design import drawn_names, parameter_draws
from sim.scenario import Scenario
from sim.scenario.schema import Shock, StartCondition

AS_PLANNED: Final = "as_planned"
ASSUMPTIONS: Final = "other_assumptions"
AND: Final = "+"  # between the names of futures that come together


@dataclass(frozen=True, slots=True)
class Future:
    """Circumstances in which a plan may find itself.

    Attributes:
        name: slug.
        title: for people; reads after "if": "the sponsor changes mind".
        shocks, start: barriers that strike at a date, and conditions that hold from the start, by id.
        draws: parameters by replicate (replicate r has draw r modulo their number); empty for the plan's own.
    """

    name: str
    title: str
    shocks: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    draws: tuple[Mapping[str, float], ...] = field(default=(), repr=False)

    def on(self, plan: Scenario) -> Scenario:
        """The plan in this future; what the plan says of a barrier itself is kept.

        Raises:
            DecisionError: the barrier would strike after the horizon.
        """
        named = {shock.barrier for shock in plan.shocks} | {row.barrier for row in plan.start}
        for barrier in self.shocks:
            if BARRIERS[barrier].start >= plan.run.years:
                raise DecisionError(
                    f"in the future '{self.name}' the barrier {barrier} strikes at year "
                    f"{BARRIERS[barrier].start:g}, after the horizon of {plan.run.years:g} years; "
                    "lengthen run.years or leave the future out"
                )
        shocks = [Shock(barrier=name) for name in self.shocks if name not in named]
        start = [StartCondition(barrier=name) for name in self.start if name not in named]
        if not shocks and not start:
            return plan
        return plan.model_copy(update={"shocks": [*plan.shocks, *shocks], "start": [*plan.start, *start]})

    def together(self, other: Future) -> Future:
        """Both futures at once; the draws are those of this one, or of the other where this one has none."""
        return Future(
            f"{self.name}{AND}{other.name}", f"{self.title} and {other.title}",
            shocks=tuple(dict.fromkeys((*self.shocks, *other.shocks))),
            start=tuple(dict.fromkeys((*self.start, *other.start))), draws=self.draws or other.draws,
        )  # fmt: skip

    def parameters(self, replicate: int) -> Mapping[str, float]:
        """The drawn parameters of a replicate; empty for the plan's own."""
        return self.draws[replicate % len(self.draws)] if self.draws else {}

    @property
    def answers(self) -> tuple[str, ...]:
        """Levers with which leaders answer its barriers."""
        found = [lever for name in (*self.shocks, *self.start) for lever in BARRIERS[name].answered_by]
        return tuple(dict.fromkeys(found))


_NAMED: Final = (
    Future(AS_PLANNED, "all goes as planned"),
    Future("sponsor_changes_mind", "the sponsor changes mind", shocks=("sponsor_withdraws",)),
    Future("priorities_shift", "priorities shift", shocks=("priorities_shift",)),
    Future("executives_run_for_cover", "executives run for cover", start=("executives_run_for_cover",)),
    Future("turnover_doubles", "turnover doubles for a year", shocks=("turnover_surge",)),
    Future("budget_freeze", "the budget is frozen", shocks=("budget_freeze",)),
    Future("experts_unavailable", "experts are not available", shocks=("experts_unavailable",)),
    Future("technology_jump", "technology jumps", shocks=("technology_jump",)),
)
NAMED: Final[Mapping[str, Future]] = {future.name: future for future in _NAMED}


def as_planned() -> Future:
    """The future in which nothing befalls the plan that it does not say itself."""
    return NAMED[AS_PLANNED]


def futures_named(names: Sequence[str]) -> tuple[Future, ...]:
    """Futures by name; a barrier's id is one too, and "budget_freeze+turnover_doubles" is both at once.

    Raises:
        DecisionError: no such future or barrier.
    """
    return tuple(reduce(Future.together, map(_named, name.split(AND))) for name in names)


def _named(name: str) -> Future:
    name = name.strip()
    if name in NAMED:
        return NAMED[name]
    if name not in BARRIERS:
        raise DecisionError(
            f"there is no future '{name}'; use {', '.join(NAMED)}, the id of a barrier ({', '.join(BARRIERS)}), "
            f"or several at once: budget_freeze{AND}turnover_doubles"
        )
    barrier = BARRIERS[name]
    if barrier.is_shock:
        return Future(name, barrier.name.lower(), shocks=(name,))
    return Future(name, barrier.name.lower(), start=(name,))


def drawn(plans: Sequence[Scenario], size: int, *, seed: int, name: str = ASSUMPTIONS) -> Future:
    """The future in which the assumptions are others: a Latin hypercube over the register's ranges.

    Args:
        plans: parameters that any of them states itself are not drawn.
        size: draws; replicate r has draw r modulo their number.
        seed: which draws.
    """
    stated = {key for plan in plans for key in plan.parameters}
    names = drawn_names(stated)
    rows = parameter_draws(names, size, seed=seed)
    draws = tuple({key: float(x) for key, x in zip(names, row, strict=True)} for row in rows)
    return Future(name, "our assumptions are off", draws=draws)


def with_parameter(name: str, value: float) -> Future:
    """The future in which one parameter has another value."""
    return Future(AS_PLANNED, f"{name} is {value:g}", draws=({name: value},))
