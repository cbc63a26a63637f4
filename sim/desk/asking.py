"""Questions asked of the plan on the page: which tool of `sim.decisions` answers, with what, and what its ranges hold."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import pandas as pd

from sim import decisions
from sim.decisions.errors import DecisionError
from sim.decisions.futures import drawn
from sim.decisions.plans import titled, used
from sim.decisions.promises import DATES, OBSERVED
from sim.decisions.start import rule
from sim.desk.answering import SEED
from sim.desk.errors import DeskError
from sim.desk.view import Arms, OwnedLever, View, with_owner
from sim.report.answer_tables import titles_of
from sim.report.answers import Answer
from sim.scenario import Scenario
from sim.scenario.build import organization_of
from sim.scenario.schema import LeverUse, SeedForm
from sim.scenario.vocabulary import lever_id

BASELINE: Final = "my_baseline"  # doing nothing, where a question asks for a plan
_OF_NOTHING: Final = ("start", "budget")  # questions that can be asked before anything is planned
# Runs of each plan behind the numbers of an answer, where those are means.
_OVER: Final = {
    "regret": 12,
    "contribution": 12,
    "budget": 40,
    "start": 20,
    "last": 12,
    "tip": 12,
    "dies": 12,
    "flip": 12,
}
# What the note on means does not hold for, or leaves out.
_ALSO: Final = {
    "budget": ". These runs took no part in choosing which plans are shown",
    "last": ". The time until half is gone is no mean: its range holds the true time 99 times in 100",
}
_LUCK: Final = "Ranges here are of luck alone, under the assumptions as they are set"
_BOTH: Final = "Ranges here hold luck and what we do not know of the assumptions, which are drawn"
# Kept in memory for a question that is asked again: runs, bytes of their curves, offsets.
_RUNS, _SERIES, _OFFSETS = 60_000, 200_000_000, 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is asked with.

    Attributes:
        arms: the lines of the page.
        view: of the page; its levers know their owners.
        others: saved plans to be held against it.
        options: what the page sent along.
        simulator: runs plans.
    """

    arms: Arms
    view: View
    others: Sequence[Scenario]
    options: Mapping[str, Any]
    simulator: Any

    @property
    def plan(self) -> Scenario:
        """The plan of the page."""
        return self.arms.plan


class Recent:
    """Runs remembered while the desk runs, so that a question that was given up goes on: see `Simulator(memory=)`."""

    def __init__(self) -> None:
        self.seed = SEED
        self.rows: dict[Any, dict[str, float]] = {}
        self.series: dict[Any, pd.DataFrame] = {}
        self.offsets: dict[tuple[str, str], float] = {}
        self._lock, self._held = Lock(), 0

    def keep(self, key: Any, row: Mapping[str, float], series: pd.DataFrame | None = None) -> None:
        """Remember a run; the oldest are forgotten."""
        with self._lock:
            self.rows[key] = dict(row)
            while len(self.rows) > _RUNS:
                del self.rows[next(iter(self.rows))]
            if series is not None:
                self._forget_series(key)
                self.series[key] = series
                self._held += _bytes(series)
            while self._held > _SERIES:
                self._forget_series(next(iter(self.series)))

    def _forget_series(self, key: Any) -> None:
        if (gone := self.series.pop(key, None)) is not None:
            self._held -= _bytes(gone)

    def trim(self) -> None:
        """Forget the oldest offsets; between two questions, since one counts on those that it has found."""
        with self._lock:
            while len(self.offsets) > _OFFSETS:
                del self.offsets[next(iter(self.offsets))]

    def keep_offset(self, scenario: str, parameters: str, offset: float) -> None:
        """Remember what makes business as usual stationary."""
        with self._lock:
            self.offsets[scenario, parameters] = offset


def _bytes(series: pd.DataFrame) -> int:
    return int(series.memory_usage().sum())


def answer(tool: str, asked: Asked) -> tuple[Answer, dict[str, Any]]:
    """The answer to a question, and what the page can do with it: `plans` to take, `files` to keep.

    Raises:
        DeskError: no such question, or one that cannot be asked of the plan or with these options.
    """
    if tool not in _TOOLS:
        raise DeskError(f"there is no question called {tool[:20]!r}")
    if tool not in _OF_NOTHING and not used(asked.plan):
        raise DeskError("nothing is planned yet, so there is nothing to ask; move a lever first")
    plans = [asked.plan, *asked.others]
    try:
        found, note = _TOOLS[tool](asked)
    except DecisionError as problem:
        raise DeskError(titled(str(problem), plans)) from None
    names = titles_of(plans) | dict(getattr(found, "titles", {}))
    facts = _facts(found)
    if tool in _OVER:
        note += (
            f". Numbers here are means over {_few(asked, _OVER[tool])} runs of each plan, with a range that holds the true "
            "mean 99 times in 100; Outcome shows the middle one of 20 runs and where nine in ten lie, so the two differ"
        )
    note += _ALSO.get(tool, "")
    told = Answer(
        tool, tuple(titled(text, plans) for text in found.in_words()), f"{note}.", found.tables(), facts, names,
        asked.plan.money.currency,
    )  # fmt: skip
    return told, _to_take(found, asked)


def _facts(found: Any) -> dict[str, Any]:
    """What was found, as JSON can hold it; of a number that was varied also what it is."""
    facts = {**found.facts(), **({"words": found.variable.words} if hasattr(found, "variable") else {})}
    return {key: _plain(value) for key, value in facts.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


# --- the questions --------------------------------------------------------------------------------------------


def _regret(asked: Asked) -> tuple[Any, str]:
    found = decisions.regret_table([asked.plan, *asked.others], evaluate=asked.simulator, replicates=12)
    return found, f"{_LUCK} and in each future"


def _contribution(asked: Asked) -> tuple[Any, str]:
    return decisions.contributions(
        asked.plan, evaluate=asked.simulator, replicates=12, orders=12, exact_up_to=5
    ), _LUCK


def _last(asked: Asked) -> tuple[Any, str]:
    return decisions.does_it_last(asked.plan, evaluate=asked.simulator, replicates=12), _LUCK


def _tip(asked: Asked) -> tuple[Any, str]:
    return decisions.tipping_points(asked.plan, evaluate=asked.simulator, replicates=_few(asked, 12)), _LUCK


def _dies(asked: Asked) -> tuple[Any, str]:
    return decisions.where_it_dies(asked.plan, evaluate=asked.simulator, replicates=12), _LUCK


def _flip(asked: Asked) -> tuple[Any, str]:
    if asked.options.get("others") and not asked.others:
        raise DeskError("the saved plan is this plan as it is now; choose another one to hold it against")
    rival = asked.others[0] if asked.others else asked.arms.mine.model_copy(update={"name": BASELINE})
    vary = str(asked.options.get("vary", ""))
    found = decisions.flip_points(rival, asked.plan, vary=vary, evaluate=asked.simulator, replicates=12)
    return found, f"{_LUCK}, but for the one that is varied"


def _start(asked: Asked) -> tuple[Any, str]:
    alone = asked.options.get("alone") is True
    people = _number(asked.options, "people", least=1.0)
    found = decisions.whom_to_start_with(
        asked.arms.mine if alone else asked.plan, evaluate=asked.simulator, replicates=_few(asked, 20),
        people=None if people is None else round(people), committed=asked.options.get("committed") is True,
    )  # fmt: skip
    return found, _LUCK


def _budget(asked: Asked) -> tuple[Any, str]:
    money, hours = (_number(asked.options, key) for key in ("money", "leader_hours"))
    limits = decisions.Limits(
        math.inf if money is None else money, math.inf if hours is None else hours,
        "cash" if asked.options.get("money_is") == "cash" else "cost",
    )  # fmt: skip
    doses = [0.5, 1.0, 2.0] if asked.options.get("doses") is True else [1.0]
    draws = asked.options.get("luck_alone") is not True
    menu = decisions.menu_of(asked.plan, _menu(asked), doses)
    found = decisions.best_plan(
        menu,
        limits,
        evaluate=asked.simulator,
        assumptions=draws,
        replicates=_few(asked, 12),
        fresh=_few(asked, 40),
    )
    return found, _BOTH if draws else _LUCK


def _promises(asked: Asked) -> tuple[Any, str]:
    draws = asked.options.get("luck_alone") is not True
    size = _few(asked, 40)
    horizon = asked.plan.run.years
    dates = [date for date in DATES if date <= horizon] or [horizon]
    found = decisions.promise_log(
        asked.plan, evaluate=asked.simulator, dates=dates, begins=_day(asked.options.get("begins")), replicates=size,
        future=drawn([asked.plan], size, seed=SEED) if draws else None,
    )  # fmt: skip
    return found, _BOTH if draws else _LUCK


_Tool = Callable[[Asked], tuple[Any, str]]
_TOOLS: Final[dict[str, _Tool]] = {
    "regret": _regret,
    "contribution": _contribution,
    "budget": _budget,
    "start": _start,
    "last": _last,
    "tip": _tip,
    "dies": _dies,
    "flip": _flip,
    "promises": _promises,
}


def _few(asked: Asked, usual: int) -> int:
    """Runs: as many as the command takes, or fewer where the page asks for a quick look."""
    runs = _number(asked.options, "replicates", least=5.0)
    return usual if runs is None else min(usual, round(runs))


def _number(options: Mapping[str, Any], key: str, *, least: float = 0.0) -> float | None:
    """A number that the page sent, None for none.

    Raises:
        DeskError: what is none, or too small.
    """
    value = options.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < math.inf:
        raise DeskError(f"{key.replace('_', ' ')} is {str(value)[:20]!r}: give a number from {least:g} on")
    return float(value)


def _day(text: Any) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(str(text))
    except ValueError:
        raise DeskError(f"the day is {str(text)[:20]!r}: write it as 2027-01-31") from None


def _menu(asked: Asked) -> list[LeverUse]:
    """Levers that may be bought: those of the plan as they are there, others at their usual dose."""
    chosen = asked.options.get("menu")
    mine = used(asked.plan)
    if not isinstance(chosen, list) or not chosen:
        return mine
    try:
        ids = list(dict.fromkeys(lever_id(str(name)) for name in chosen[:64]))
    except ValueError as problem:
        raise DeskError(str(problem)) from None
    there = [use for use in mine if use.lever in ids]
    have = {use.lever for use in there}
    return [*there, *(LeverUse(lever=one) for one in ids if one not in have)]


# --- what can be taken from an answer -------------------------------------------------------------------------


def _to_take(found: Any, asked: Asked) -> dict[str, Any]:
    """Plans that can become the plan on the board, and files to keep."""
    if isinstance(found, decisions.BestPlan):
        return {"plans": _plans(found, asked.view)}
    if isinstance(found, decisions.Starters):
        return {"starts": _starts(found, asked)}
    if isinstance(found, decisions.Promises) and len(found.log):
        form = found.log[list(OBSERVED[:-1])].assign(observed="")
        texts = (
            found.log.to_csv(index=False, lineterminator="\n"),
            form.to_csv(index=False, lineterminator="\n"),
        )
        return {"files": dict(zip(("promises.csv", "observed.csv"), texts, strict=True))}
    return {}


def _plans(found: decisions.BestPlan, view: View) -> list[dict[str, Any]]:
    """Plans of the front, numbered as they are drawn, then the other finalists; the recommended one first."""
    recommended = "; ".join(found.levers)
    rows: dict[str, dict[str, Any]] = {}
    for table, numbered in ((found.front, True), (found.finalists, False)):
        for number, row in enumerate(table.to_dict("records"), 1):
            words = str(row["levers"])
            if not words or words in rows:
                continue
            rows[words] = {
                "words": words, "number": number if numbered else None, "recommended": words == recommended,
                **{key: float(row[key]) for key in ("gain", "money", "leader_hours")},
                "levers": levers_of(found.plans[words], view),
            }  # fmt: skip
    return sorted(rows.values(), key=lambda row: not row["recommended"])


def _starts(found: decisions.Starters, asked: Asked) -> list[dict[str, Any]]:
    """People to start with, by the ways of choosing in their order, each as the view takes it."""
    organization = organization_of(asked.plan)
    committed = asked.options.get("committed") is True
    rows = []
    for row in found.ways.to_dict("records"):
        who = str(row["who"])
        form = SeedForm(who=rule(organization, str(row["way"]), found.people), committed=committed)
        rows.append(
            {
                "words": f"{who[0].upper()}{who[1:]} ({found.people})",
                "gain": float(row["gain"]), "low": float(row["gain_low"]), "high": float(row["gain_high"]),
                "recommended": row["way"] == found.recommended,
                "seed": [form.model_dump(exclude_none=True, by_alias=True)],
            }
        )  # fmt: skip
    return rows


def levers_of(plan: Scenario, view: View) -> list[dict[str, Any]]:
    """The levers of a plan made of a view's, as the view has them: with the names of their owners."""
    owned = {}
    for lever in view.levers:
        form = with_owner(lever.model_dump(exclude_none=True, by_alias=True))
        owned[lever.lever, form.get("label"), lever.start] = lever
    rows = []
    for use in plan.levers:
        known: OwnedLever | None = owned.get((use.lever, use.label, use.start))
        kept = {} if known is None else {"owner": known.owner, "label": known.label}
        form = {**use.model_dump(exclude_none=True, by_alias=True), **kept}
        rows.append({key: value for key, value in form.items() if value is not None})
    return rows
