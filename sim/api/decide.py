"""Decisions between plans, question by question, with the names of `ripple decide`: `sim.decide.regret([...])`.

Each takes plans (names, files, mappings, builders or loaded scenarios) and gives a `Decision`.  Shared options:
`replicates`, `seed` (the first plan's where not given), `workers`, `overrides`, `progress` (see `sim.compare`) and `out`, a
folder in which runs are remembered: the same call with the same folder goes on from them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import decisions
from sim.api.results import Decision
from sim.api.showing import Shown, listening
from sim.arguments import listed, place, plain, whole
from sim.decisions.plans import Source, as_plan
from sim.experiments.comparing import FOLDER
from sim.experiments.errors import ExperimentError, StoreError
from sim.experiments.plan import sources
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.scenario.schema import LeverUse

__all__ = ["budget", "contribution", "dies", "flip", "lasting", "promises", "regret", "start"]


class _Asked:
    """What every question shares."""

    def __init__(
        self,
        plans: Source | Sequence[Source],
        *,
        seed: int | None = None,
        workers: int | None = None,
        overrides: Sequence[str] = (),
        out: str | Path | None = None,
        progress: Shown = None,
    ) -> None:
        changes = tuple(_texts("overrides", overrides, "path=value texts"))
        self.plans: list[Scenario] = [as_plan(plan, changes) for plan in sources(plans)]
        if not self.plans:
            raise decisions.DecisionError("no plan given; name at least one, e.g. 'stars_align'")
        self.seed = whole("seed", self.plans[0].run.seed if seed is None else seed, error=ExperimentError)
        self._workers = (
            None if workers is None else whole("workers", workers, low=1, high=4096, error=ExperimentError)
        )
        self._progress = progress
        self._out = None if out is None else place("out", out, FOLDER, error=StoreError)

    def answer(self, question: Callable[[decisions.Simulator], Any]) -> Decision:
        with ExitStack() as stack:
            listener = stack.enter_context(listening(self._progress))
            memory = None
            if self._out is not None:
                memory = stack.enter_context(decisions.Memory(self._out, seed=self.seed))
            simulator = decisions.Simulator(
                seed=self.seed, workers=self._workers, report=listener, memory=memory
            )
            found = question(simulator)
        return Decision(found, simulator.failures)


def _split(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options that all questions share, and the tool's own."""
    shared = ("seed", "workers", "overrides", "out", "progress")
    return {k: v for k, v in options.items() if k in shared}, {
        k: plain(v) for k, v in options.items() if k not in shared
    }


def _texts(name: str, given: str | Sequence[str], want: str) -> list[str]:
    """Texts as a list; one alone is a list of one."""
    return listed(name, given, (str,), want, error=ExperimentError)


def _uses(levers: str | Sequence[str]) -> list[LeverUse]:
    """Levers by id or name, at their usual dose."""
    from sim.scenario.schema import LeverUse
    from sim.scenario.vocabulary import lever_id

    named = _texts("levers", levers, "a list of levers, e.g. ['L01', 'L04']")
    return [LeverUse(lever=lever_id(name)) for name in named]


def regret(
    plans: Source | Sequence[Source], *, futures: Sequence[str] = (), draws: int = 40, **options: Any
) -> Decision:
    """Which plan is still good if things go otherwise: plans by futures, and the minimax-regret pick.

    Args:
        plans: doing nothing is always among them.
        futures: names, or ids of barriers, with + between those that come together; the seven that the
            sources name, one at a time, where not given.
        draws: runs in a further future in which the assumptions are drawn; 0 for none.
        options: outcome (the goal), and those that all questions share.
    """
    shared, own = _split(options)
    asked = _Asked(plans, **shared)
    named = _texts("futures", futures, "a list of futures, e.g. ['as_planned']")
    chosen = list(decisions.futures_named(named) if named else decisions.NAMED.values())
    if draws:
        chosen.append(decisions.drawn(asked.plans, plain(draws), seed=asked.seed))
    return asked.answer(lambda run: decisions.regret_table(asked.plans, evaluate=run, futures=chosen, **own))


def flip(a: Source, b: Source, *, vary: str, **options: Any) -> Decision:
    """The value of a parameter or lever's number (`vary`) at which plan b overtakes plan a.

    Args:
        options: low, high, grid, outcome, and those that all questions share.
    """
    shared, own = _split(options)
    asked = _Asked([a, b], **shared)
    one, other = asked.plans
    return asked.answer(lambda run: decisions.flip_points(one, other, vary=vary, evaluate=run, **own))


def contribution(plan: Source, **options: Any) -> Decision:
    """What each lever of a plan contributes: alone, on top of the rest, its fair share, and what it costs a point.

    Args:
        options: orders, exact_up_to, outcome, and those that all questions share.
    """
    shared, own = _split(options)
    asked = _Asked([plan], **shared)
    return asked.answer(lambda run: decisions.contributions(asked.plans[0], evaluate=run, **own))


def budget(
    plan: Source,
    *,
    money: float = math.inf,
    leader_hours: float = math.inf,
    money_is: str = "cost",
    levers: Sequence[str] = (),
    doses: Sequence[float] = (1.0,),
    **options: Any,
) -> Decision:
    """The best plan for a budget, and what a tenth more would buy.

    Args:
        money: what may be spent over the horizon, in the plan's currency; leader_hours: hours that leaders may give.
        money_is: "cost" (hours at the wage counted) or "cash".
        levers: what may be bought; the levers of the plan where not given.
        doses: on offer, as multiples.
        options: fresh, assumptions, outcome, and those that all questions share.
    """
    from sim.decisions.plans import used

    shared, own = _split(options)
    asked = _Asked([plan], **shared)
    uses = _uses(levers) if levers else used(asked.plans[0])
    menu = decisions.menu_of(asked.plans[0], uses, tuple(doses))
    limits = decisions.Limits(money, leader_hours, money_is)
    return asked.answer(lambda run: decisions.best_plan(menu, limits, evaluate=run, seed=asked.seed, **own))


def start(plan: Source = "business_as_usual", **options: Any) -> Decision:
    """Whom to start with: as many executives, managers, peers, central people, brokers or anybody.

    Args:
        options: people, ways, committed, outcome, and those that all questions share.
    """
    shared, own = _split(options)
    asked = _Asked([plan], **shared)
    return asked.answer(lambda run: decisions.whom_to_start_with(asked.plans[0], evaluate=run, **own))


def lasting(plan: Source, **options: Any) -> Decision:
    """Whether a plan lasts: its sponsor withdraws, its budget stops; half-life of what it brought.

    Args:
        options: stop, after (years), and those that all questions share.
    """
    shared, own = _split(options)
    asked = _Asked([plan], **shared)
    return asked.answer(lambda run: decisions.does_it_last(asked.plans[0], evaluate=run, **own))


def dies(plan: Source, *, levers: Sequence[str] = (), **options: Any) -> Decision:
    """Where a plan dies: by level and department, what carried it, and the cheapest unblock.

    Args:
        levers: to try where it dies; a usual few where not given.
        options: those that all questions share.
    """
    shared, own = _split(options)
    asked = _Asked([plan], **shared)
    if levers:
        own["unblockers"] = _uses(levers)
    return asked.answer(lambda run: decisions.where_it_dies(asked.plans[0], evaluate=run, **own))


def promises(plan: Source, *, draws: bool = True, **options: Any) -> Decision:
    """Dated leading indicators of a plan with bands.

    Args:
        draws: whether the bands contain the assumptions too.
        options: dates (years), begins, and those that all questions share.
    """
    shared, own = _split(options)
    asked = _Asked([plan], **shared)
    own.setdefault("replicates", 40)
    future = decisions.drawn(asked.plans, own["replicates"], seed=asked.seed) if draws else None
    return asked.answer(lambda run: decisions.promise_log(asked.plans[0], evaluate=run, future=future, **own))
