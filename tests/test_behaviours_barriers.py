"""Barriers: the sixteen of the sources and a few more, in the vocabulary of the resolved scenario."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.behaviours.barriers import BARRIERS, GOVERNANCE, Begins, barrier, governance, parse_barrier
from sim.behaviours.sources import CatalogueError, UnknownNameError, seed_rows

SIXTEEN = {row.id for row in seed_rows().values() if row.tag == "barrier"}


def test_each_of_the_sixteen_is_a_barrier_of_its_own() -> None:
    assert len(SIXTEEN) == 16
    owners = {row: barrier(row).id for row in SIXTEEN}
    assert len(set(owners.values())) == 16
    assert all(row in BARRIERS[id_].rows for row, id_ in owners.items())


def test_extra_shocks_are_there() -> None:
    extra = {
        "turnover_surge",
        "budget_freeze",
        "technology_jump",
        "reorganisation",
        "late_review",
        "complacency",
    }
    assert extra <= set(BARRIERS)


def test_effects_speak_the_words_of_the_resolved_scenario() -> None:
    resolved = pytest.importorskip("sim.scenario.resolved")
    start = {item.name for item in fields(resolved.Start)}
    assert {item.name for item in fields(Begins)} == start
    assert Begins().delay_cv == resolved.Start().delay_cv
    shock = set(inspect.signature(resolved.Disturbance).parameters)
    for one in BARRIERS.values():
        assert set(one.shock()) <= shock


@pytest.mark.parametrize("id_", list(BARRIERS))
def test_severity_nil_is_nothing_and_one_is_as_it_stands(id_: str) -> None:
    one = BARRIERS[id_]
    nothing = one.at(0.0)
    assert all(value == 0.0 for value in (*nothing.channels.values(), *nothing.push.values()))
    assert all(value == 1.0 for value in nothing.gate.values())
    assert nothing.turnover == 1.0 and nothing.skill_loss == nothing.tie_reset == nothing.vacate == 0.0
    begins = nothing.begins
    assert begins.threshold_factor == begins.capacity_factor == 1.0
    assert begins.habit == begins.delay_mean == 0.0 and begins.fade_halflife == float("inf")
    assert one.at(1.0) == one


@given(st.sampled_from(sorted(BARRIERS)), st.floats(0.0, 20.0))
def test_shares_stay_shares_at_any_severity(id_: str, severity: float) -> None:
    one = BARRIERS[id_].at(severity)
    for share in (one.skill_loss, one.tie_reset, one.vacate, one.begins.habit, *one.gate.values()):
        assert 0.0 <= share <= 1.0
    assert all(0.0 <= share <= 1.0 for share in one.begins.pushback_by_level.values())


@pytest.mark.parametrize("severity", [-1.0, float("nan"), float("inf")])
def test_impossible_severity_is_refused(severity: float) -> None:
    with pytest.raises(ValueError, match="severity"):
        barrier("telling").at(severity)


def test_conditions_add_up() -> None:
    both = barrier("overworked_hr").begins.together(barrier("late_review").begins)
    assert both.delay_mean == pytest.approx(0.5) and both.capacity_factor == 0.5 and both.fade_halflife == 1.5
    assert Begins().together(both) == both


def test_unknown_barrier_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="sponsor_withdraws"):
        barrier("sponsor_withdrew")


def test_governance_forms_of_seed_001_and_none() -> None:
    assert set(GOVERNANCE) == {"learning_leader", "hr_officer", "compliance_officer", "none"}
    capacity = [governance(id_).begins.capacity_factor for id_ in ("learning_leader", "hr_officer", "none")]
    assert capacity == sorted(capacity, reverse=True)
    assert governance("learning_leader").reports_to == "root" and not governance("none").seat
    with pytest.raises(UnknownNameError, match="hr_officer"):
        governance("hr_oficer")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({}, "no effect"),
        ({"channels": {"tme": -1.0}}, "did you mean 'time'"),
        ({"gate": {"L99": 0.0}}, "gate"),
        ({"gate": {"L01": -1.0}}, "negative"),
        ({"skill_loss": 1.0}, "skill_loss"),
        ({"turnover": 2.0, "start": 2.0, "stop": 1.0}, "stop comes after"),
        ({"begins": {"conduct_shift": {"L10": 1.0}}}, "shift, share"),
        ({"begins": {"habit": 2.0}}, "share"),
        ({"begins": {"delay_mean": -1.0}}, "negative"),
    ],
)
def test_bad_barrier_is_refused(entry: dict[str, object], says: str) -> None:
    words = {"name": "x", "summary": "y", "rows": ["B061"]}
    with pytest.raises(CatalogueError, match=says):
        parse_barrier("x", words | entry, "barriers.toml [x]")
