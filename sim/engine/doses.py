"""The plan over time: doses after ramps, delays, gates, fading and finite capacity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.engine.layout import NEVER, Flags, Floats, Ints
from sim.parameters import REGISTER
from sim.scenario.resolved import Disturbance, Programme, Resolved
from sim.theory.chance import SHOCK, draw, uniform

_DELAY = 1 << 30  # sub-index of a programme's review delay among the draws about shocks


@dataclass(frozen=True, slots=True)
class Doses:
    """Doses by programme and step, and what follows from them.

    Attributes:
        dose: in effect at each step, shape (programmes, steps).
        changed: whether anything of the plan changes at a step, shape (steps,).
        starts, stops: steps of the run (burn-in included) at which a programme's ties come and go.
        leaving: factor on the leaving hazard by group of seats and step, shape (groups, steps).
        leaving_group: which of these groups each seat is in, shape (n,).
        adapt: fraction of hours that measure-and-adapt moves at each quarter, signed, shape (steps,).
    """

    dose: Floats
    changed: Flags
    starts: Ints
    stops: Ints
    leaving: Floats
    leaving_group: Ints
    adapt: Floats


def first_step(moment: float, dt: float) -> int:
    """The first step that begins at or after a moment, both counted from the start of the scenario; years, years."""
    return NEVER if moment / dt >= NEVER else max(int(np.ceil(moment / dt - 1e-9)), 0)


def ramped(times: Floats, *, start: float, ramp: float, stop: float) -> Floats:
    """Dose profile in [0, 1]: 0 before `start`, linear over `ramp` years, 0 from `stop` on."""
    rise = np.ones_like(times) if ramp <= 0.0 else np.clip((times - start) / ramp, 0.0, 1.0)
    return np.where((times >= start - 1e-9) & (times < stop - 1e-9), rise, 0.0)


def review_delay(resolved: Resolved, k: int, key: tuple[int, int]) -> float:
    """Years that a delivered programme waits for review: Gamma(mean, cv), drawn once a run."""
    mean, cv = resolved.start.delay_mean, resolved.start.delay_cv
    if mean <= 0.0 or not resolved.programmes[k].delivered:
        return 0.0
    if cv <= 0.0:
        return mean
    from scipy.special import gammaincinv  # the quantile; scipy.stats takes most of a second to import

    words = draw(0, k, SHOCK, _DELAY, *key)
    return float(gammaincinv(1.0 / cv**2, uniform(words[0])) * (mean * cv**2))


def gate(shock: Disturbance, item: Programme) -> float:
    """Factor that a disturbance puts on a programme's dose."""
    factor = 1.0
    for name, value in shock.gate.items():
        paid = item.cash_per_head > 0.0 or item.cash_fixed > 0.0
        applies = {"sponsored": item.sponsored, "delivered": item.delivered, "paid": paid, "all": True}
        if applies.get(name, name == item.lever):
            factor *= value
    return factor


def doses(resolved: Resolved, key: tuple[int, int]) -> Doses:
    """Lay out the doses of one run; `key` decides how long reviews take."""
    steps, dt = resolved.steps, resolved.dt
    times: Floats = np.arange(steps, dtype=np.float64) * dt
    programmes = resolved.programmes
    table = np.zeros((len(programmes), steps))
    starts = np.zeros(len(programmes), dtype=np.int32)
    stops = np.zeros(len(programmes), dtype=np.int32)
    for k, item in enumerate(programmes):
        start = item.start + review_delay(resolved, k, key)
        table[k] = item.dose * ramped(times, start=start, ramp=item.ramp, stop=item.stop)
        first, last = min(first_step(start, dt), steps), min(first_step(item.stop, dt), steps)
        if first >= last:  # the review took longer than the programme: its ties never come
            first = last = steps
        starts[k], stops[k] = resolved.burn_steps + first, resolved.burn_steps + last
    _fade(table, resolved, times)
    surges = [shock for shock in resolved.disturbances if shock.turnover != 1.0]
    hit, group = np.unique(
        np.array([shock.cover for shock in surges], dtype=np.bool_).reshape(len(surges), -1).T
        if surges
        else np.zeros((resolved.organization.n, 0), dtype=np.bool_),
        axis=0,
        return_inverse=True,
    )
    leaving = np.ones((len(hit), steps))
    for number, shock in enumerate(surges):
        leaving[np.ix_(hit[:, number], _during(shock, resolved))] *= shock.turnover
    for shock in resolved.disturbances:
        during = _during(shock, resolved)
        for k, item in enumerate(programmes):
            table[k, during] *= gate(shock, item)
    _ration(table, resolved)
    adapt = np.zeros(steps)
    for k, item in enumerate(programmes):
        if item.lever == "L17":
            measured = float(
                (item.cover & resolved.organization.staff).sum() / resolved.organization.staff.sum()
            )
            adapt += np.clip(table[k], 0.0, 1.5) * (-0.5 if item.reverse else 0.5) * measured
    changed = np.zeros(steps, dtype=np.uint8)
    if steps:
        changed[0] = 1
        changed[1:] = (np.diff(table, axis=1) != 0.0).any(axis=0)
        for shock in resolved.disturbances:
            for moment in (shock.start, shock.stop):
                step = first_step(moment, dt)
                if step < steps:
                    changed[step] = 1
    return Doses(
        table, changed, starts, stops, leaving, group.astype(np.int32).ravel(), np.clip(adapt, -0.9, 0.9)
    )


def _during(shock: Disturbance, resolved: Resolved) -> npt.NDArray[np.bool_]:
    """Steps at which a disturbance lasts."""
    steps = np.arange(resolved.steps)
    first, last = first_step(shock.start, resolved.dt), first_step(shock.stop, resolved.dt)
    return (steps >= first) & (steps < last)


def _fade(table: npt.NDArray[np.float64], resolved: Resolved, times: Floats) -> None:
    """Sponsors tire: sponsored programmes lose half their dose in `fade_halflife`, longer under sponsorship (L08)."""
    halflife = resolved.start.fade_halflife
    if not np.isfinite(halflife):
        return
    support = np.zeros_like(times)
    for k, item in enumerate(resolved.programmes):
        if item.lever == "L08":
            support += np.maximum(table[k], 0.0)
    lives = halflife * (
        1.0
        + resolved.parameters.get("sponsor_persistence", REGISTER["sponsor_persistence"].default) * support
    )
    gone = np.concatenate([[0.0], np.cumsum(resolved.dt / lives)[:-1]]) if len(times) else times
    for k, item in enumerate(resolved.programmes):
        if item.sponsored:
            table[k] *= 0.5**gone


def _ration(table: npt.NDArray[np.float64], resolved: Resolved) -> None:
    """Facilitation is finite: programmes that need it share what there is."""
    if not len(resolved.programmes):
        return
    staff = resolved.organization.staff
    heads = np.array([(item.cover & staff).sum() for item in resolved.programmes], dtype=np.float64)
    need = np.array([item.facilitator_hours for item in resolved.programmes]) * heads
    value = resolved.parameters
    base = value.get("facilitator_hours", REGISTER["facilitator_hours"].default) * float(staff.sum()) / 100.0
    more = np.zeros(table.shape[1])
    for k, item in enumerate(resolved.programmes):
        if item.lever in ("L05", "L21"):
            more += np.maximum(table[k], 0.0) * value.get(
                "capacity_lever", REGISTER["capacity_lever"].default
            )
    capacity = base * resolved.start.capacity_factor * (1.0 + more)
    demand = (np.abs(table) * need[:, None]).sum(axis=0)
    factor = np.where(demand > capacity, capacity / np.maximum(demand, 1e-12), 1.0)
    table[need > 0.0] *= factor
