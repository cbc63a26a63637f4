"""Tipping and hysteresis: the same doses from where the organisation is today, and from everybody practising.

Going up, the plan is tried at rising doses from today's organisation.  Going down, at the same doses from one where
everybody practises on the first day.  Where the two still differ after the horizon the organisation remembers where it
came from (hysteresis), at least for so long.  A tipping point is a step of the dose whose gain is several times what
an even rise would bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import Evaluate, check_replicates, evaluated
from sim.decisions.futures import as_planned
from sim.decisions.pairs import side_by_side
from sim.decisions.plans import Source, as_plan, used
from sim.decisions.statistics import Estimate, estimate
from sim.decisions.wording import percent, plain, points_of, years
from sim.scenario import Scenario
from sim.scenario.schema import SeedForm

Floats = npt.NDArray[np.float64]
DOSES: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
STEEP: Final = 2.0  # times an even rise, the lower end of the interval included
_OUTCOME: Final = "share_end"


@dataclass(frozen=True, slots=True)
class Tipping:
    """How the organisation answers to more and to less of a plan.

    Attributes:
        plan: name; years: horizon of each run.
        branches: a row a dose: from_today and from_everybody (mean share practising at the horizon), memory (their
            difference) with interval, remembers (whether it differs from 0).
        tips: a row a branch that tips: branch, below and above (doses), jump with interval, times (an even rise).
    """

    plan: str
    years: float
    branches: pd.DataFrame
    tips: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {"branches": self.branches, "tips": self.tips}

    def facts(self) -> dict[str, Any]:
        """What was found."""
        return {
            "plan": self.plan, "years": self.years, "tips": len(self.tips),
            "remembers_at": [float(x) for x in self.branches["dose"][self.branches["remembers"]]],
        }  # fmt: skip

    def in_words(self) -> list[str]:
        """Tipping and hysteresis in sentences."""
        lines = []
        for row in self.tips.to_dict("records"):
            way = "from today" if row["branch"] == "from_today" else "from everybody practising"
            jump = Estimate(row["jump"], row["jump_low"], row["jump_high"], int(row["n"]))
            lines.append(
                f"Coming {way}, it tips between {plain(row['below'])} and {plain(row['above'])} times the plan's "
                f"doses: {points_of(jump)} more in the share practising, {plain(row['times'])} times an even rise."
            )
        if not lines:
            lines.append(
                f"No tipping point is shown: no step of the doses of '{self.plan}' is clearly steeper than an even rise."
            )
        remembering = self.branches[self.branches["remembers"]]
        if remembering.empty:
            lines.append(
                f"No hysteresis is shown: after {years(self.years)} it no longer matters whether everybody practised "
                "at the start."
            )
        else:
            most = remembering.iloc[int(remembering["memory"].to_numpy().argmax())]
            lines.append(
                f"After {years(self.years)} it still matters where one began: at {plain(most['dose'])} times the doses "
                f"{percent(most['from_everybody'])} practise if everybody did at the start, "
                f"{percent(most['from_today'])} if one began from today."
            )
        return lines


def tipping_points(
    plan: Source,
    *,
    evaluate: Evaluate,
    doses: Sequence[float] = DOSES,
    horizon: float = 6.0,
    replicates: int = 12,
    first: int = 0,
) -> Tipping:
    """Try a plan at rising doses from two starting points.

    Args:
        plan: with one lever or more; its levers run from their start without end.
        evaluate: runs it; `sim.decisions.Simulator()`.
        doses: multiples of the plan's doses, two or more.
        horizon: years of each run: long, so that what lasts is told from what is merely slow.
        replicates: runs of each.
        first: number of the first replicate: other luck.

    Raises:
        DecisionError: a plan without levers, or numbers out of range.
    """
    base = as_plan(plan)
    if not used(base):
        raise DecisionError(f"'{base.name}' uses no lever, so it has no dose to raise; add [[levers]]")
    check_replicates(replicates)
    levels = sorted(set(float(dose) for dose in doses))
    largest = max(abs(use.dose) for use in used(base))
    if len(levels) < 2 or levels[0] < 0.0 or levels[-1] * largest > 5.0:
        raise DecisionError(f"doses are {doses}: give two or more, none below 0, so that no lever exceeds 5")
    if not 0.5 <= horizon <= 50.0:
        raise DecisionError(f"the horizon is {horizon:g} years: give 0.5 to 50")
    plans = {(way, k): _at(base, level, horizon, way) for way in _WAYS for k, level in enumerate(levels)}
    future = as_planned()
    found = evaluated(evaluate, list(plans.values()), [future], range(first, first + replicates), _OUTCOME)
    values = side_by_side(found, [one.name for one in plans.values()], future.name)
    low, high = values[:, : len(levels)], values[:, len(levels) :]
    rows = []
    for k, level in enumerate(levels):
        memory = estimate(high[:, k] - low[:, k], comparisons=len(levels))
        rows.append(
            {
                "dose": level, "from_today": float(np.nanmean(low[:, k])),
                "from_everybody": float(np.nanmean(high[:, k])),
                **memory.columns("memory"), "remembers": memory.above,
            }
        )  # fmt: skip
    tips = [tip for way, part in zip(_WAYS, (low, high)) if (tip := _tip(way, part, levels)) is not None]
    columns = ["branch", "below", "above", "jump", "jump_low", "jump_high", "times", "n"]
    return Tipping(base.name, horizon, pd.DataFrame(rows), pd.DataFrame(tips, columns=columns))


_WAYS: Final = ("from_today", "from_everybody")


def _at(base: Scenario, level: float, horizon: float, way: str) -> Scenario:
    """The plan at a multiple of its doses, for good, from one of the two starting points."""
    return base.model_copy(
        update={
            "name": f"{way}@{level:g}",
            "levers": [use.model_copy(update={"dose": use.dose * level, "stop": None}) for use in used(base)]
            if level > 0.0
            else [],
            "seed": [SeedForm()] if way == "from_everybody" else [],
            "run": base.run.model_copy(update={"years": horizon}),
        }
    )


def _tip(way: str, values: Floats, levels: Sequence[float]) -> dict[str, Any] | None:
    """The steepest step of a branch, if even the lower end of its interval is far steeper than an even rise."""
    widths = np.diff(levels)
    span = levels[-1] - levels[0]
    even = (values[:, -1] - values[:, 0]) / span
    steps = np.diff(values, axis=1) / widths
    k = int(np.nanmean(steps, axis=0).argmax())
    beyond = estimate(steps[:, k] - STEEP * even, comparisons=len(widths))
    if len(widths) < 2 or not beyond.above or not np.nanmean(even) > 0.0:
        return None
    jump = estimate(values[:, k + 1] - values[:, k], comparisons=len(widths))
    return {
        "branch": way, "below": levels[k], "above": levels[k + 1], **jump.columns("jump"),
        "times": float(np.nanmean(steps[:, k]) / np.nanmean(even)), "n": jump.n,
    }  # fmt: skip
