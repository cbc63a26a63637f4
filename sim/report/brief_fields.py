"""What a brief says, as named fields: the one source of `brief.html`, `brief.json` and `brief.xlsx`.

Shares are on 0–1, times in years from the start of the plan, money in `currency`, hours over the whole horizon.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import pandas as pd

from sim.report.findings import NOTICED, Spread

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class LeverRow:
    """A lever of the plan.

    Attributes:
        id, name: of the catalogue; `name` is the scenario's own label where it has one.
        who: who does it, "" where the folder does not tell.
        start, ramp, stop: years; `stop` may be inf.
        dose: multiple of the usual dose; hours: a week, of everybody together, 0 where the folder does not tell.
        grade: of the evidence, A (meta-analysis) to D (judgement); "" for a lever of one's own.
        side_effect: what else it does.
    """

    id: str
    name: str
    who: str
    start: float
    ramp: float
    stop: float
    dose: float
    hours: float
    grade: str
    side_effect: str


@dataclass(frozen=True, slots=True)
class FutureRow:
    """The gain over my baseline if things go otherwise.

    Attributes:
        name, title: what befalls the plan; `title` reads after "if".
        gain: median and 90 % range of the paired difference at the horizon; runs: pairs.
        touches: whether it changes anything; False where every pair of runs ends as if all had gone as planned.
    """

    name: str
    title: str
    gain: Spread
    runs: int
    touches: bool = True


@dataclass(frozen=True, slots=True)
class OtherPlan:
    """Another plan of the folder.

    Attributes:
        title: what it is called.
        verdict: of the plan against it, by the rule of `sim.report.findings.Difference`.
        gain: median and 90 % range of the paired difference, the plan minus it; runs: pairs.
    """

    title: str
    verdict: str
    gain: Spread
    runs: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """A leading indicator: what should be seen by a date if the plan works as the model says.

    Attributes:
        name: column of the record; title: what it is, for people; kind, group: among whom, "all" for everybody.
        years: from the start; date: in the calendar, "" where the start has none.
        low, median, high: the plan's band (90 %); usual_low, usual, usual_high: that of my baseline.
        tells: share of runs of the plan that lie above the band of my baseline.
    """

    name: str
    title: str
    kind: str
    group: str
    years: float
    date: str
    low: float
    median: float
    high: float
    usual_low: float
    usual: float
    usual_high: float
    tells: float


@dataclass(frozen=True, slots=True)
class Mover:
    """An assumption that the gain goes with.

    Attributes:
        name, meaning: of the register; grade: of its source.
        at_low, at_high: mean gain over the third of the draws in which it is lowest, and highest.
        clear: whether it stands out from chance.
    """

    name: str
    meaning: str
    grade: str
    at_low: float
    at_high: float
    clear: bool


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything that a brief says.

    Attributes:
        plan, title, question: the plan; mine: name of my baseline.
        organisation, people, years, wage, currency: what it is about.
        verdict: of the gain, see `sim.report.findings.Difference`.
        start: share practising at the start, without the plan; plan_end, mine_end, default_end: at the horizon.
        same_baselines: whether my baseline is the default one: no assumption was changed and nothing befalls the organisation.
        gain: median and 90 % range of the paired difference to my baseline at the horizon; ahead: share of the pairs that
            end ahead; luck_gain: the gain with luck alone, at the default assumptions, None where that is `gain` or unknown.
        visible_after: from when on nine runs in ten are ahead of their twin, None if never.
        half_after: when half of the final gain is there, median and 90 % range over runs that end ahead; None if none.
        costs: leader_hours, learner_hours, facilitator_hours, practice_hours, cash, cost, beyond my baseline.
        levers, futures, indicators, movers: see there; futures_left_out: those that strike after the horizon.
        hinges: meanings of assumptions whose two ends favour different sides.
        warnings: what deserves a second look.
        others: other plans of the folder, and what tells the plan from them.
        decision: sentences of the question that the folder answers, if it is one.
        worth: median and 90 % range of the net present value of the gain, None unless the outcome map is on.
        uncertainty, draws, replicates: what the ranges contain.
        version, equations, experiment, organisation_hash, seed: provenance.
        curves: scenario, years, median, low90, high90 of "plan", "mine" and "default".
        remarks: what could not be made, and why.
        leader_asked: leader hours that the plan asks for, NaN where not known; `costs` has those given.
        pairs: of runs behind the gain.
        begins: the day the plan starts, as 2027-01-31; "" where nobody says.
    """

    plan: str
    title: str
    question: str
    mine: str
    organisation: str
    people: int
    years: float
    wage: float
    currency: str
    verdict: str
    start: float
    plan_end: Spread
    mine_end: Spread
    default_end: Spread | None
    same_baselines: bool
    gain: Spread
    ahead: float
    luck_gain: Spread | None
    visible_after: float | None
    half_after: Spread | None
    costs: Mapping[str, float]
    levers: tuple[LeverRow, ...]
    futures: tuple[FutureRow, ...]
    futures_left_out: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    movers: tuple[Mover, ...]
    hinges: tuple[str, ...]
    warnings: tuple[str, ...]
    others: tuple[OtherPlan, ...]
    decision: tuple[str, ...]
    worth: Spread | None
    uncertainty: str
    draws: int
    replicates: int
    version: str
    equations: str
    experiment: str
    organisation_hash: str
    seed: int
    curves: pd.DataFrame = field(repr=False)
    remarks: tuple[str, ...] = ()
    leader_asked: float = math.nan
    pairs: int = 0
    begins: str = ""

    @property
    def gives_less(self) -> bool:
        """Whether leaders are known to give noticeably fewer hours than the plan asks for."""
        return self.leader_asked * (1.0 - NOTICED) > self.costs["leader_hours"]

    @property
    def gains(self) -> bool:
        """Whether a gain is shown."""
        return self.verdict == "more"

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON: every field but the curves."""
        found = asdict(self)  # type: ignore[call-overload]
        found.pop("curves")
        data: dict[str, Any] = {"schema": SCHEMA, **_plain(found)}
        return data


def _plain(value: Any) -> Any:
    """JSON knows neither NaN nor infinity; numbers rounded as the command's own JSON rounds them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
