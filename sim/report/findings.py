"""What an experiment found, as named fields and tables: the one source of the page, the end table and the JSON.

So that the same number stands in all three, whoever shows a result takes it from here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from sim.report.wording import printable

LEVELS: Final = ("kirkpatrick_reaction", "kirkpatrick_learning", "kirkpatrick_behaviour")
RESULTS: Final = (
    "kirkpatrick_results",
    "net_present_value",
)  # only where a scenario asks for the outcome map


NOTICED: Final = 0.02  # share of the hours asked that may be missing without a word


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a timeline.

    Attributes:
        label, who: what it is and who does it.
        start, ramp, stop: years; `stop` may be inf.
        dose: multiple of the usual dose.
        hours: hours a week of everybody together at full dose.
        kind: "programme", "shock" or "start".
    """

    label: str
    who: str
    start: float
    ramp: float
    stop: float
    dose: float
    hours: float
    kind: str = "programme"


@dataclass(frozen=True, slots=True)
class Spread:
    """A number with its 90 % range.

    Attributes:
        middle: median.
        low, high: 5th and 95th percentile.
    """

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A plan against the first one, paired run by run.

    Attributes:
        spread: median and 90 % range of the difference in share practising at the end.
        ahead, tied: share of pairs in which the plan is ahead, and in which there is no difference.
        pairs: how many.
        verdict: "more" or "fewer" where distinguishable (see `sim.analysis.paired_difference`); "leans_more" or
            "leans_fewer" where only the interval of the mean leaves out 0; else "same": not distinguishable.
        mean, mean_low, mean_high: mean difference with its 95 % confidence interval.
    """

    spread: Spread
    ahead: float
    tied: float
    pairs: int
    verdict: str
    mean: float
    mean_low: float
    mean_high: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One plan.

    Attributes:
        name, title, question: for people.
        start: mean share practising at the start.
        shares: spread of the share practising by years since the start, the horizon included.
        difference: against the first plan, None for the first.
        costs: mean a run of leader_hours, learner_hours, practice_hours, facilitator_hours, cash, cost.
        bars: its timeline.
        luck_shares, luck_difference: the same with luck alone, where assumptions were drawn too.
        levels: spread of the columns of `LEVELS` and `RESULTS` that the runs have, by name.
        worth_difference: median and 90 % range of the paired difference in net present value, None where unknown.
        asked: leader hours that the plan asks for, NaN where not known; `costs` has those given.
    """

    name: str
    title: str
    question: str
    start: float
    shares: Mapping[float, Spread]
    difference: Difference | None
    costs: Mapping[str, float]
    bars: Sequence[Bar] = ()
    luck_shares: Mapping[float, Spread] = field(default_factory=dict)
    luck_difference: Difference | None = None
    levels: Mapping[str, Spread] = field(default_factory=dict)
    worth_difference: Spread | None = None
    asked: float = math.nan

    @property
    def gives_less(self) -> bool:
        """Whether leaders are known to give noticeably fewer hours than the plan asks for."""
        return self.asked * (1.0 - NOTICED) > self.costs.get("leader_hours", math.nan)


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that is told about an experiment.

    Attributes:
        outcomes: the plans in order; the first is what the others are compared with.
        uncertainty: "assumptions" or "luck": what the headline and the bands contain.
        draws, replicates: how many of each went into it.
        planned, failed: runs.
        years: horizon.
        usual: name of the plan that does nothing out of the ordinary, if one was compared.
        curves: scenario, years, median, low50, high50, low90, high90.
        singles: scenario, run, years, value.
        luck_curves, luck_singles: the same with luck alone, empty where the others are that already.
        levels: scenario, level, years, median, low90, high90.
        differences: scenario, years, median, low50, high50, low90, high90.
        credit: scenario, layer, adoptions.
        movers: parameter, meaning, unit, low, high, at_low, at_high, clear, grade, source, in order of importance.
        hinges: parameters whose low and high ends favour different plans.
        data_report: lines by organisation.
        settings: label and value, for the settings table.
        people: staff.
        wage, currency: what hours are worth.
        warnings: by scenario, what deserves a second look.
        unlike: plans whose business as usual is not that of the first: other people or other assumptions.
        fingerprint: short hash of the plan of the experiment; version: of the program; seed.
    """

    outcomes: tuple[Outcome, ...]
    uncertainty: str
    draws: int
    replicates: int
    planned: int
    failed: int
    years: float
    usual: str | None
    curves: pd.DataFrame
    luck_curves: pd.DataFrame
    singles: pd.DataFrame
    luck_singles: pd.DataFrame
    levels: pd.DataFrame
    differences: pd.DataFrame
    credit: pd.DataFrame
    movers: pd.DataFrame
    hinges: tuple[str, ...]
    data_report: Mapping[str, Sequence[str]]
    settings: Mapping[str, str]
    people: int
    wage: float
    currency: str
    fingerprint: str
    version: str
    seed: int
    warnings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unlike: tuple[str, ...] = ()

    @property
    def names(self) -> dict[str, str]:
        """Titles by scenario name, in order; a title that occurs twice carries its name."""
        titles = [" ".join(printable(outcome.title).split()) for outcome in self.outcomes]
        return {
            outcome.name: title if title and titles.count(title) == 1 else f"{title} ({outcome.name})".strip()
            for outcome, title in zip(self.outcomes, titles)
        }

    @property
    def small_print(self) -> str:
        """Provenance at the foot of each figure."""
        return f"experiment {self.fingerprint} · seed {self.seed} · Ripple {self.version}"
