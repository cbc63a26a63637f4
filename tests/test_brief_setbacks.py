"""Setbacks of a brief: which are tried, which two come together, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

import sim
from sim.decisions.futures import NAMED, Future
from sim.report.brief_setbacks import Setbacks, tried

PLAN = {"name": "plan", "extends": "lead_by_example", "organization": {"people": 60}, "run": {"years": 3}}
Gain = Callable[[Future, int], float | None]


def world(gain: Gain, asked: list[list[str]]) -> Any:
    """A simulator whose plan gains what `gain` says; None is a run that failed."""

    def run(plans: Sequence[Any], futures: Sequence[Future], replicates: range) -> pd.DataFrame:
        asked.append([one.name for one in futures])
        rows = [
            (one.name, r, plan.name, float("nan") if (found := gain(one, r)) is None else found * k)
            for one in futures
            for r in replicates
            for k, plan in enumerate(plans)
        ]
        return pd.DataFrame(rows, columns=["future", "replicate", "plan", "share_end"])

    return run


def setbacks(gain: Gain, asked: list[list[str]] | None = None, **run: Any) -> Setbacks:
    plan = sim.load({**PLAN, "run": {**PLAN["run"], **run}})  # type: ignore[dict-item]
    return tried(world(gain, [] if asked is None else asked), plan, (), 3)


def harm(**losses: float) -> Gain:
    """A gain of .5, less what each setback takes; together they take the sum of both."""
    return lambda future, r: 0.5 + r / 100 - sum(losses.get(name, 0.0) for name in future.name.split("+"))


def test_the_two_that_leave_least_are_tried_at_once() -> None:
    asked: list[list[str]] = []
    found = setbacks(harm(budget_freeze=0.1, turnover_doubles=0.3, technology_jump=0.2), asked)
    assert asked == [list(NAMED), ["turnover_doubles+technology_jump"]]
    _, title, gains = found.rows[-1]
    assert title == "turnover doubles for a year and technology jumps"
    assert gains == pytest.approx([0.0, 0.01, 0.02]) and found.left_out == ()


def test_one_setback_that_matters_has_no_second() -> None:
    found = setbacks(harm(budget_freeze=0.1))
    assert [name for name, _, _ in found.rows] == list(NAMED)


def test_failed_runs_are_left_out_and_a_setback_of_failed_runs_alone_is_not_shown() -> None:
    def gain(future: Future, r: int) -> float | None:
        failed = future.name == "budget_freeze" or (future.name == "priorities_shift" and r == 1)
        return None if failed else harm(technology_jump=0.2)(future, r)

    found = {name: gains for name, _, gains in setbacks(gain).rows}
    assert "budget_freeze" not in found and found["priorities_shift"] == pytest.approx([0.5, 0.52])
    assert not any("+" in name for name in found)  # priorities that shift take nothing in the runs that ended


def test_what_strikes_after_the_horizon_is_left_out() -> None:
    found = setbacks(harm(budget_freeze=0.1, executives_run_for_cover=0.1), years=0.5)
    assert "technology jumps" in found.left_out and "technology_jump" not in {
        name for name, _, _ in found.rows
    }
    assert all("technology" not in name for name, _, _ in found.rows)
