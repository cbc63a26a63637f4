"""What could go wrong: the plan and my baseline in each setback of `sim.decisions.futures`, and in the two worst at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.futures import AS_PLANNED, NAMED, Future
from sim.decisions.plans import nothing
from sim.decisions.simulator import Simulator
from sim.experiments import plausible
from sim.experiments.design import parameter_draws
from sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Setbacks:
    """What setbacks leave of the gain.

    Attributes:
        rows: name, title and paired differences of the share practising at the horizon, a setback each; the first is
            "all goes as planned", the last the two worst at once.
        left_out: titles of those that would strike after the horizon.
    """

    rows: tuple[tuple[str, str, list[float]], ...] = ()
    left_out: tuple[str, ...] = ()


def tried(run: Simulator, plan: Scenario, draws: tuple[Mapping[str, float], ...], pairs: int) -> Setbacks:
    """Run the plan and doing nothing in each setback, pair r with the luck and the draw of pair r of the comparison."""
    futures, left_out = _fitting(plan)
    if draws:
        futures = [replace(future, draws=draws) for future in futures]
    usual = nothing(plan)

    def gains(some: Sequence[Future]) -> dict[str, pd.Series[float]]:
        wide = run([usual, plan], some, range(pairs)).pivot(
            index=["future", "replicate"], columns="plan", values="share_end"
        )
        difference = (wide[plan.name] - wide[usual.name]).dropna()  # failed runs
        return {str(name): one.droplevel("future") for name, one in difference.groupby(level="future")}

    found = gains(futures)
    worst = _two_worst(futures, found)
    if worst is not None:
        futures, found = [*futures, worst], found | gains([worst])
    return Setbacks(
        tuple(
            (one.name, one.title, [float(x) for x in found[one.name]]) for one in futures if one.name in found
        ),
        tuple(left_out),
    )


def draws_of(plan: Mapping[str, Any]) -> tuple[Mapping[str, float], ...]:
    """A comparison's own draws of the assumptions, from its stored plan."""
    names = tuple(plan["drawn"])
    if not plan["draws"]:
        return ()
    if plan.get("assumptions") == "plausible":
        points = plausible.draws(int(plan["draws"]), int(plan["seed"]))
        return tuple({name: point[name] for name in names} for point in points)
    rows = parameter_draws(names, int(plan["draws"]), seed=int(plan["seed"]))
    return tuple(dict(zip(names, map(float, row), strict=True)) for row in rows)


def _fitting(scenario: Scenario) -> tuple[list[Future], list[str]]:
    """The futures that strike within the horizon, and the titles of those that do not."""
    fitting, left_out = [], []
    for future in NAMED.values():
        try:
            future.on(scenario)
        except DecisionError:
            left_out.append(future.title)
        else:
            fitting.append(future)
    return fitting, left_out


def _two_worst(futures: Sequence[Future], gains: Mapping[str, pd.Series[float]]) -> Future | None:
    """The two that leave least of the gain, at once; None where fewer than two touch the plan.

    Setbacks do not add up, and a brief has no room for all pairs of them.
    """
    if AS_PLANNED not in gains:
        return None
    less = {
        name: (one - gains[AS_PLANNED]).dropna() for name, one in gains.items()
    }  # in runs that ended in both
    touching = [one for one in futures if one.name in less and less[one.name].any()]
    two = sorted(touching, key=lambda one: float(less[one.name].median()))[:2]
    return two[0].together(two[1]) if len(two) == 2 else None
