"""What a run was worth: the four levels and the outcome map, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.engine.layout import CASH, HEADCOUNT, LEADER_HOURS, M_E, M_HEAD, M_P10, M_PRACTISING, M_S, N_METRIC
from sim.engine.run import RunRecord
from sim.experiments.design import drawn_names
from sim.experiments.outcomes import outcomes
from sim.experiments.plan import make_plan
from sim.experiments.schema import OUTCOMES
from sim.experiments.worth import RESULTS
from sim.scenario import load, resolve
from sim.scenario.resolved import Resolved

PEOPLE = 10.0
MONEY = {"wage": 20.0, "currency": "EUR", "hours_per_week": 40.0, "outcome_map": True, "discount_rate": 0.1}


def a_plan(**money: Any) -> Resolved:
    """Four monthly steps, a record every second one; skill is worth .5 and enthusiasm .2."""
    plan = resolve(load({"name": "small", "organization": {"people": 20}, "run": {"step": "month"}}))
    values = {**plan.parameters, "b_productivity_skill": 0.5, "b_productivity_enthusiasm": 0.2}
    return replace(plan, years=4 / 12, parameters=values, money={**MONEY, **money})


def a_record() -> RunRecord:
    """Skill .40, .44, .50, enthusiasm .50, .60, .55, tenth percentile .30, .31, .40; half of the staff leads an hour."""
    series = np.zeros((3, 12, N_METRIC))
    series[:, 0, M_HEAD] = PEOPLE
    series[:, 0, M_S] = PEOPLE * np.array([0.40, 0.44, 0.50])
    series[:, 0, M_E] = PEOPLE * np.array([0.50, 0.60, 0.55])
    series[:, 0, M_PRACTISING] = [1.0, 2.0, 4.0]
    series[:, 0, M_P10] = [0.30, 0.31, 0.40]
    ledger = np.zeros((4, 6))
    ledger[:, HEADCOUNT] = PEOPLE
    ledger[:, LEADER_HOURS] = 5.0
    ledger[:, CASH] = 300.0
    return RunRecord(
        seed=1, replicate=0, share=np.array([0.1, 0.2, 0.3, 0.4]), times=np.array([0.0, 2 / 12, 4 / 12]),
        groups=[("all", "all")], series=series, memory=np.zeros((3, 1, 4)), ledger=ledger,
        credit=np.zeros((6, 5), dtype=np.int64), events=np.zeros((0, 5), dtype=np.int32), unseeded_share=0.4,
    )  # fmt: skip


def test_the_three_levels_that_ask_for_no_money() -> None:
    found = outcomes(a_record(), a_plan())
    assert found["kirkpatrick_reaction"] == pytest.approx((0.60 + 0.55) / 2 - 0.50)
    assert found["kirkpatrick_learning"] == pytest.approx(0.10)
    assert found["kirkpatrick_behaviour"] == pytest.approx(0.30)
    assert found["skill_equity_start"] == pytest.approx(0.75)
    assert found["skill_equity_end"] == pytest.approx(0.8)


def test_productivity_is_the_mean_of_the_map_over_the_horizon() -> None:
    # Records: 1 + .5·.04 + .2·.10 = 1.04 and 1 + .5·.10 + .2·.05 = 1.06.
    found = outcomes(a_record(), a_plan())
    assert found["productivity"] == pytest.approx(1.05)
    assert found["kirkpatrick_results"] == pytest.approx(0.05)
    assert found["productivity_end"] == pytest.approx(1.06)


def test_net_present_value_by_hand() -> None:
    # Middles of the months lie a quarter and three quarters between records: gains of .01, .03, .045, .055 of the
    # pay of a month, 10 people · 40 h · 52 weeks / 12 · 20 = 34,666.67; cost 300 + 5 h · 20 = 400 a month.
    pay = 10 * 40 * 52 / 12 * 20
    gains = [0.01, 0.03, 0.045, 0.055]
    found = outcomes(a_record(), a_plan())
    assert found["value_gained"] == pytest.approx(pay * sum(gains))
    by_hand = sum((pay * gain - 400) / 1.1 ** ((k + 0.5) / 12) for k, gain in enumerate(gains))
    assert found["net_present_value"] == pytest.approx(by_hand)
    # −53.1 + 632.4 + 1137.2 + 1465.3
    assert by_hand == pytest.approx(3181.8, abs=0.1)
    assert found["cost"] == pytest.approx(1600.0)


def test_a_higher_discount_leaves_less_of_what_comes_late() -> None:
    late, soon = (
        outcomes(a_record(), a_plan(discount_rate=rate))["net_present_value"] for rate in (0.5, 0.0)
    )
    assert isinstance(late, float) and isinstance(soon, float) and late < soon


def test_results_are_undefined_unless_asked_for() -> None:
    found = outcomes(a_record(), a_plan(outcome_map=False))
    assert {found[name] for name in RESULTS} == {None}
    assert found["kirkpatrick_learning"] == pytest.approx(0.10) and found["cost"] == pytest.approx(1600.0)
    assert set(RESULTS) < set(OUTCOMES) and set(found) == set(OUTCOMES)


def test_results_are_undefined_where_nobody_is_left() -> None:
    """A mean over no staff is no number: neither money nor levels are made of it."""
    record = a_record()
    record.series[2, 0, :] = 0.0
    found = outcomes(record, a_plan())
    assert [found[name] for name in RESULTS] == [None] * len(RESULTS)
    assert found["kirkpatrick_learning"] is None and found["kirkpatrick_behaviour"] is None


def test_the_assumptions_of_the_map_are_drawn_only_where_it_is_asked_for() -> None:
    both = {"b_productivity_skill", "b_productivity_enthusiasm"}
    assert not both & set(drawn_names())
    assert both <= set(drawn_names(outcome_map=True))
    asked = {"name": "asked", "organization": {"people": 20}, "money": {"outcome_map": True}}
    assert both <= set(make_plan([asked], draws=2).drawn)
    assert not both & set(make_plan([{**asked, "money": {}}], draws=2).drawn)


def test_a_wage_that_is_moved_as_a_parameter_is_the_wage_that_is_paid() -> None:
    plan = a_plan()
    moved = replace(plan, parameters={**plan.parameters, "wage": 60.0})
    assert (plan.wage, moved.wage) == (20.0, 60.0)
    assert outcomes(a_record(), moved)["cost"] == pytest.approx(4 * (300 + 5 * 60))
