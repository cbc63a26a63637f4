"""Barriers of a plan: shocks with dates, and how the organisation differs before the plan begins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from sim.behaviours.barriers import BARRIERS, GOVERNANCE, Barrier, Begins
from sim.behaviours.catalogue import EVERYONE
from sim.organization.people import Bools, Organization
from sim.scenario.resolved import Disturbance, Start
from sim.scenario.schema import LeverUse, Shock, StartCondition
from sim.scenario.seats import Choose, levels_mask
from sim.scenario.vocabulary import entry_of


def dates(shock: Shock) -> tuple[float, float]:
    """When a shock begins and ends, in years; the barrier's own dates where the plan does not say.

    Raises:
        ValueError: it would end before it begins.
    """
    barrier = BARRIERS[shock.barrier]
    start = barrier.start if shock.start is None else shock.start
    if shock.lasts is not None:
        return start, start + shock.lasts
    if "stop" in shock.model_fields_set:
        stop = math.inf if shock.stop is None else shock.stop
    else:
        stop = start + (barrier.stop - barrier.start)
    if not start < stop:
        raise ValueError(f"must start before it stops, found start = {start:g} and stop = {stop:g} (years)")
    return start, stop


def disturbance(shock: Shock, organization: Organization, choose: Choose) -> Disturbance | None:
    """A shock of the plan, None at severity 0.

    Raises:
        ValueError: a barrier that cannot strike at a date, dates out of order, or nobody to fall on.
    """
    barrier = BARRIERS[shock.barrier]
    if not barrier.is_shock:
        raise ValueError(f"{barrier.id} is a starting condition, not a shock; move it to [[start]]")
    start, stop = dates(shock)
    if shock.severity == 0.0:
        return None
    if shock.who is None:
        cover = _covered(barrier, organization)
    else:
        cover = np.zeros(organization.n, dtype=np.bool_)
        cover[choose(shock.who)] = True
    return _lasting(barrier.at(shock.severity), start, stop, cover)


def standing(condition: StartCondition, organization: Organization) -> Disturbance | None:
    """What a barrier named as a starting condition does for as long as the run lasts, None if nothing."""
    if condition.barrier is None or condition.severity == 0.0:
        return None
    barrier = BARRIERS[condition.barrier]
    if not barrier.is_shock:
        return None
    return _lasting(barrier.at(condition.severity), 0.0, math.inf, _covered(barrier, organization))


def meets(use: LeverUse, organization: Organization) -> Disturbance | None:
    """The barrier that a misused lever meets while it is practised, None for most."""
    barrier = _met(use)
    if barrier is None or not barrier.is_shock:
        return None
    stop = math.inf if use.stop is None else use.stop
    return _lasting(barrier, use.start, stop, _covered(barrier, organization))


def start_of(conditions: Sequence[StartCondition], uses: Sequence[LeverUse], governance: str | None) -> Start:
    """All starting conditions together: those of the plan, of who owns learning, and of misused levers."""
    total = Begins() if governance is None else GOVERNANCE[governance].begins
    for condition in conditions:
        total = total.together(_begins(condition))
    for use in uses:
        met = _met(use)
        if met is not None:
            total = total.together(met.begins)
    start = Start(**{part.name: getattr(total, part.name) for part in fields(total)})
    stated = [condition.delay_cv for condition in conditions if condition.delay_cv is not None]
    # A stated spread of delays wins; together with a barrier's the larger one would otherwise hold.
    return replace(start, delay_cv=stated[-1]) if stated else start


def _begins(condition: StartCondition) -> Begins:
    named = Begins()
    if condition.barrier is not None and condition.severity > 0.0:
        named = BARRIERS[condition.barrier].begins.at(condition.severity)
    own = condition.model_dump(exclude={"barrier", "severity", "delay_cv"}, exclude_none=True)
    own["conduct_shift"] = {name: (pair[0], pair[1]) for name, pair in own["conduct_shift"].items()}
    return named.together(Begins(**own))


def _met(use: LeverUse) -> Barrier | None:
    name = entry_of(use.lever).misuse.get("with") if use.misused and use.dose else None
    return BARRIERS[str(name)] if name is not None else None


def _covered(barrier: Barrier, organization: Organization) -> Bools:
    return organization.staff if EVERYONE in barrier.covers else levels_mask(organization, barrier.covers)


def _lasting(barrier: Barrier, start: float, stop: float, cover: Bools) -> Disturbance:
    return Disturbance(name=barrier.id, start=start, stop=stop, cover=cover, **barrier.shock())
