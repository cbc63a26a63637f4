"""Does it last: what remains when the sponsor withdraws or the budget stops, and how long half of it takes to fade.

The half-life of the culture is the time from the stop until what the plan gained over doing nothing is half of what it
was at the stop.  It is read from the mean gain under common luck; its interval, a 99 % one like all others, comes from
resampling the replicates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.decisions.curves import bootstrap, traced
from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import Trace, check_replicates
from sim.decisions.futures import as_planned
from sim.decisions.plans import Source, as_plan, nothing, used
from sim.decisions.statistics import ALPHA, Estimate, estimate
from sim.decisions.wording import NOT_DISTINGUISHABLE, points_of, years
from sim.scenario import Scenario
from sim.scenario.schema import Shock

Floats = npt.NDArray[np.float64]
CONTINUED: Final = "continued"
SPONSOR: Final = "sponsor_withdraws"
STOPPED: Final = "budget_stops"
_ROUNDS: Final = 2000  # of resampling: ten of them lie beyond each end of a 99 % interval
TITLES: Final = {
    CONTINUED: "the plan goes on",
    SPONSOR: "the sponsor withdraws (the levers go on without backing)",
    STOPPED: "the budget stops and every lever ends",
}


@dataclass(frozen=True, slots=True)
class Lasting:
    """What remains of a plan.

    Attributes:
        plan: name; stop: years from the start at which the plug is pulled; after: years followed from then.
        tests: a row a test (continued, sponsor_withdraws, budget_stops): gain of the share practising over doing
            nothing at the stop and at the end, with intervals; kept (ratio of the two); half_life in years with
            interval, inf where it does not fall to half within the time followed; shown (whether there was a gain).
        curve: a row a test and moment: time, gain with interval.
    """

    plan: str
    stop: float
    after: float
    tests: pd.DataFrame
    curve: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {"tests": self.tests, "curve": self.curve}

    def facts(self) -> dict[str, Any]:
        """What was found."""
        rows = self.tests.set_index("test")
        return {
            "plan": self.plan, "stop": self.stop, "after": self.after,
            **{f"half_life_{name}": float(rows.loc[name, "half_life"]) for name in rows.index},
        }  # fmt: skip

    def in_words(self) -> list[str]:
        """What remains, in sentences."""
        rows = {str(row["test"]): row for row in self.tests.to_dict("records")}
        first = rows[STOPPED]
        if not first["shown"]:
            return [
                f"After {years(self.stop)} '{self.plan}' is not shown to have gained anything over doing nothing, so "
                "there is nothing that could last."
            ]
        lines = [
            f"After {years(self.stop)} '{self.plan}' is {points_of(_estimate(first, 'at_stop'))} above doing nothing, "
            "in the share practising."
        ]
        lines += [self._line(rows[name]) for name in (STOPPED, SPONSOR) if name in rows]
        return lines

    def _line(self, row: dict[Any, Any]) -> str:
        left = _estimate(row, "at_end")
        text = f"If then {TITLES[row['test']]}, it is {points_of(left)} above doing nothing {years(self.after)} later"
        if not left.clear:
            text = (
                f"If then {TITLES[row['test']]}, it is {NOT_DISTINGUISHABLE} from doing nothing {years(self.after)} later: "
                f"{points_of(left)}"
            )
        low, high = row["half_life_low"], row["half_life_high"]
        if not math.isfinite(row["half_life"]):
            if math.isfinite(low):
                text += (
                    f"; on average it does not fall to half within that time, but it may after {years(low)}"
                )
                return f"{text}, where the range of its half-life begins."
            return f"{text}; it does not fall to half within that time."
        upper = f"to {years(high)}" if math.isfinite(high) else "or more"
        return f"{text}; half is gone after {years(row['half_life'])} ({years(low)} {upper})."


def _estimate(row: dict[Any, Any], name: str) -> Estimate:
    return Estimate(row[name], row[f"{name}_low"], row[f"{name}_high"], int(row["n"]))


def does_it_last(
    plan: Source,
    *,
    evaluate: Trace,
    stop: float | None = None,
    after: float = 3.0,
    replicates: int = 20,
    first: int = 0,
) -> Lasting:
    """Pull the plug and watch.

    Args:
        plan: with one lever or more.
        evaluate: traces it; `sim.decisions.Simulator()`.
        stop: years from the start; where not given, when the last lever of the plan ends, or half its horizon if
            none does.
        after: years to follow from then.
        replicates: runs of each test.
        first: number of the first replicate: other luck.

    Raises:
        DecisionError: a plan without levers, or times out of range.
    """
    base = as_plan(plan)
    if not used(base):
        raise DecisionError(
            f"'{base.name}' uses no lever, so there is nothing that could last; add [[levers]]"
        )
    check_replicates(replicates)
    at = _usual_stop(base) if stop is None else stop
    if not (0.0 < at <= 50.0 and 0.1 <= after <= 50.0):
        raise DecisionError(f"stop is {at:g} and after {after:g}: give years above 0, at most 50")
    long = base.model_copy(update={"run": base.run.model_copy(update={"years": at + after})})
    arms = pulled(long, at)
    future = as_planned()
    plans = [nothing(long), *arms.values()]
    curves = traced(evaluate, plans, [future], range(first, first + replicates))
    rows, parts = [], []
    for name in arms:
        gap = curves.gain(name, plans[0].name, future.name)
        rows.append(_test(name, gap, at))
        parts.append(_curve(name, gap))
    return Lasting(base.name, at, after, pd.DataFrame(rows), pd.concat(parts, ignore_index=True))


def _usual_stop(plan: Scenario) -> float:
    stops = [use.stop for use in used(plan)]
    ends = [stop for stop in stops if stop is not None]
    return min(max(ends), plan.run.years) if len(ends) == len(stops) else plan.run.years / 2.0


def pulled(plan: Scenario, at: float) -> dict[str, Scenario]:
    """The plan going on past the stop, with its sponsor gone from then, and with every lever ended then."""
    going = plan.model_copy(
        update={
            "name": CONTINUED,
            "levers": [
                use.model_copy(update={"stop": None}) if use.stop is not None and use.stop >= at else use
                for use in plan.levers
            ],
        }
    )
    gone = going.model_copy(
        update={
            "name": SPONSOR,
            "shocks": [
                *(shock for shock in plan.shocks if shock.barrier != SPONSOR),
                Shock(barrier=SPONSOR, start=at),
            ],
        }
    )
    ended = plan.model_copy(
        update={
            "name": STOPPED,
            "levers": [
                use if use.stop is not None and use.stop <= at else use.model_copy(update={"stop": at})
                for use in plan.levers
                if use.start < at
            ],
        }
    )
    return {CONTINUED: going, SPONSOR: gone, STOPPED: ended}


def _test(name: str, gap: pd.DataFrame, at: float) -> dict[str, Any]:
    times = gap.columns.to_numpy(dtype=np.float64)
    values = gap.to_numpy(dtype=np.float64)
    values = values[np.isfinite(values).all(axis=1)]
    before = estimate(values[:, _moment(times, at)])
    end = estimate(values[:, -1])

    def half(some: Floats) -> float:
        return half_life(times, some.mean(axis=0), at)

    lives = np.sort(bootstrap(values, half, rounds=_ROUNDS)) if len(values) > 1 else np.array([half(values)])
    return {
        "test": name,
        **before.columns("at_stop"),
        **end.columns("at_end"),
        "kept": end.mean / before.mean if before.above else float("nan"),
        "half_life": half(values),
        "half_life_low": float(lives[int(ALPHA / 2.0 * (len(lives) - 1))]),
        "half_life_high": float(lives[math.ceil((1.0 - ALPHA / 2.0) * (len(lives) - 1))]),
        "shown": before.above,
        "n": before.n,
    }


def _moment(times: Floats, at: float) -> int:
    """The last moment of the record not after `at`."""
    return max(0, int(np.searchsorted(times, at + 1e-9, side="right")) - 1)


def half_life(times: Floats, gain: Floats, at: float) -> float:
    """Years from `at` until the gain is first half of what it is then; inf if not seen, or if there is no gain.

    Args:
        times: moments in years, ascending, shape (moments,).
        gain: at each of them.
        at: when the plug is pulled.
    """
    first = _moment(times, at)
    if not gain[first] > 0.0:
        return math.inf
    goal = gain[first] / 2.0
    below = np.flatnonzero(gain[first:] <= goal)
    if not len(below):
        return math.inf
    k = first + int(below[0])
    high, low = gain[k - 1], gain[k]
    part = (high - goal) / (high - low)
    return float(times[k - 1] + part * (times[k] - times[k - 1]) - at)


def _curve(name: str, gap: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {"test": name, "time": float(time), **estimate(gap[time].to_numpy(dtype=np.float64)).columns("gain")}
        for time in gap.columns
    ]
    return pd.DataFrame(rows)
