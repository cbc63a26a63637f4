"""Tables of answers for people: headings, titles, points, units; files and JSON keep the columns as they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

_HEADINGS: Final = {
    "regret": "How far each plan falls short of the best one, by future, in points",
    "cells": "Each plan in each future",
    "worst": "Each plan in the future that suits it least",
    "hedges": "Futures in which the pick loses, and what answers them",
    "finalists": "The finalists, on luck that took no part in choosing them",
    "front": "Plans that no other beat in gain, money and leader hours at once when they were chosen",
    "by_budget": "The best plan for less and for more budget",
    "levers": "What each lever contributes",
    "pairs": "What two levers do together, beyond each alone",
    "waterfall": "From doing nothing to the plan, lever by lever",
    "cost_curve": "Levers by what a point costs",
    "groups": "The plan's gain by group",
    "carriers": "Along which relationships it spread",
    "unblocks": "Levers added where it dies",
    "flips": "Where the choice turns over",
    "curve": "The difference along the way",
    "tests": "What is left after the stop",
    "promises": "What to watch for, and when",
    "observed": "What was promised and what was seen",
    "ways": "Ways of choosing whom to start with",
    "branches": "Where it ends from today, and from everybody practising",
    "tips": "Where it tips",
}
_POINTS: Final = frozenset((
    "gain", "regret", "max_regret", "alone", "on_top", "share", "interaction", "change", "begins", "ends", "added",
    "difference", "jump", "group_gain", "gain_so_far", "from_today", "from_everybody", "score", "value", "low", "median",
    "high", "usual", "usual_low", "usual_high", "observed", "total", "at_stop",
    "at_end", "over_random",
))  # fmt: skip
_PERCENT: Final = frozenset(["wins", "ahead", "kept", "tells", "relative"])
_MONEY: Final = frozenset(["money", "cost", "cash", "cost_per_point", "money_per_point", "cost_so_far"])
_HOURS: Final = frozenset(["leader_hours", "learner_hours", "hours_per_point"])
_YEARS: Final = frozenset(["years", "half_life"])
_TITLES: Final = {
    "n": "runs", "wins": "ahead of all in", "tied": "not distinguishable",
    "better_from": "clearly better from", "max_regret": "largest shortfall",
    "regret": "falls short by", "value": "mean", "levers": "plan", "on_top": "on top of the rest", "share": "share",
    "score": "mean of worse runs", "within": "within the budget", "shown": "shown to differ", "added": "adds",
    "answers": "levers that answer it", "best_plan": "best plan there", "best": "best there",
}  # fmt: skip
_RAW: Final = {"flips": {"value", "low", "high"}, "curve": {"value"}}  # numbers of what is varied, not shares


def heading(name: str) -> str:
    """What a table is, for people; parts of several answers say of what."""
    key = next((key for key in _HEADINGS if name == key or name.startswith(f"{key}_")), None)
    if key is None:
        return name.replace("_", " ").capitalize()
    return _HEADINGS[key] if name == key else f"{_HEADINGS[key]}: {name.removeprefix(key + '_')}"


def titles_of(plans: Sequence[Scenario]) -> dict[str, str]:
    """Titles by the names that stand in tables: of plans, doing nothing, futures, tests, ways and indicators."""
    from sim.decisions import plans as of_plans
    from sim.decisions.futures import ASSUMPTIONS, NAMED
    from sim.decisions.lasting import TITLES
    from sim.decisions.promises import INDICATORS
    from sim.decisions.start import STRATEGIES

    futures = {future.name: future.title for future in NAMED.values()}
    more = {
        ASSUMPTIONS: "our assumptions are off",
        of_plans.NOTHING: "doing nothing",
        of_plans.MINE: "doing nothing",
    }
    return {**futures, **more, **TITLES, **INDICATORS, **STRATEGIES, **of_plans.titles_of(plans)}


def readable(
    name: str, table: pd.DataFrame, titles: Mapping[str, str], currency: str
) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a table: a range beside its number, titles, points without a hundredfold, money without decimals.

    Args:
        name: of the table; some columns mean something else in another one.
        titles: by the names that stand in cells and columns, see `titles_of`.
    """
    if name.startswith("carriers"):
        titles = {**titles, **_carriers()}
    raw = next((columns for key, columns in _RAW.items() if name.startswith(key)), set())
    columns = [str(column) for column in table.columns]
    ends = {f"{column}_{end}" for column in columns for end in ("low", "high")}
    head, body = [], []
    for column in (one for one in columns if one not in ends):
        kind = _kind(column, name, raw)
        varied = column == "value" and column in raw
        head.append("value assumed" if varied else _head(column, kind, titles, currency))
        both = f"{column}_low" in columns and f"{column}_high" in columns
        lows, highs = (table[f"{column}_{end}"] if both else [None] * len(table) for end in ("low", "high"))
        body.append(
            [
                _cell(kind, x, titles) + _range(kind, low, high)
                for x, low, high in zip(table[column], lows, highs)
            ]
        )
    return head, [list(row) for row in zip(*body)]


def _carriers() -> Mapping[str, str]:
    """What carries it further, by relationship; elsewhere the same words name groups of people."""
    from sim.decisions.dying import CARRIERS

    return CARRIERS


def _kind(column: str, table: str, raw: set[str]) -> str:
    if column in raw:
        return "number"
    kinds = {"points": _POINTS, "percent": _PERCENT, "money": _MONEY, "hours": _HOURS, "years": _YEARS}
    if column in ("budget", "better_from"):
        return "times"
    found = next((kind for kind, names in kinds.items() if column in names), None)
    return found or ("points" if table == "regret" else "number")


def _head(column: str, kind: str, titles: Mapping[str, str], currency: str) -> str:
    text = titles.get(column) or _TITLES.get(column) or column.replace("_", " ")
    unit = {"points": "points", "years": "years", "money": currency}.get(kind, "")
    return f"{text}, {unit}" if unit and not text.endswith(unit) else text


def _cell(kind: str, value: Any, titles: Mapping[str, str]) -> str:
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "–"
    if isinstance(value, str):
        return titles.get(value, value)
    if not math.isfinite(value):
        return "–"
    return _number(kind, value).replace("-", "−")


def _number(kind: str, value: float) -> str:
    if kind == "points":
        return f"{round(100.0 * value, 1) + 0.0:.1f}"  # never minus nothing
    if kind == "percent":
        return f"{100.0 * value:.0f} %"
    if kind == "times":
        return f"{value:g} x"
    if kind in ("money", "hours"):
        return f"{value:,.0f}"
    return f"{value:.1f}" if kind == "years" else f"{value:,.3g}" if isinstance(value, float) else f"{value}"


def _range(kind: str, low: Any, high: Any) -> str:
    if low is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f" ({_cell(kind, low, {})} to {_cell(kind, high, {})})"
