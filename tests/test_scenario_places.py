"""Whom a plan means, in seats and in words; shocks that fall on some or on nobody; overrides that name no place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.organization.luck import Luck
from sim.scenario import Resolved, ScenarioError, load, resolve
from sim.scenario.fields import Who
from sim.scenario.seats import in_words, level_words, seats_of
from sim.scenario.words import warnings
from sim.theory.channels import EXECUTIVE, MANAGER

SMALL = {"people": 60, "tiers": 4, "departments": 3}


def plan(**more: Any) -> Resolved:
    return resolve(load({"name": "places", "organization": SMALL, **more}))


# --- who ----------------------------------------------------------------------------------------------------


def test_nobody_named_means_all_staff() -> None:
    organization = plan(organization={**SMALL, "community": 10}).organization
    np.testing.assert_array_equal(seats_of(None, organization, seed=1), np.flatnonzero(organization.staff))
    assert not organization.staff.all()


def test_where_there_are_no_managers_executives_do_what_they_would() -> None:
    flat = plan(organization={"people": 5, "tiers": 2, "departments": 1}).organization
    assert not (flat.level == MANAGER).any()
    seats = seats_of(Who(levels=["manager"]), flat, seed=1)
    np.testing.assert_array_equal(seats, np.flatnonzero(flat.level == EXECUTIVE))


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (None, "everyone"),
        (Who(levels=["executive", "manager", "employee"]), "everyone"),
        (Who(levels=["executive", "manager"]), "executives and managers"),
        (Who(tiers=[1, 2]), "everyone of tier 1 or 2"),
        (Who(departments=["A", "B", "C"]), "everyone in A, B or C"),
        (Who(sites=[0]), "everyone at site 0"),
        (Who(people=["a"]), "1 person chosen by id"),
        (Who(levels=["manager"], people=["a", "b"]), "managers among 2 people chosen by id"),
        (Who(people=["a", "b"]), "2 people chosen by id"),
        (Who(levels=["employee"], most_central=0.05), "the 5 % most central of the employees"),
        (Who(brokers=3), "the 3 who most stand between others, of the staff"),
        (Who(levels=["learning_leader"], random=0.5), "50 % of the learning leaders, drawn at random"),
    ],
)
def test_whom_a_plan_means_in_words(who: Who | None, words: str) -> None:
    assert in_words(who) == words


def test_a_level_of_ones_own_keeps_its_name() -> None:
    assert level_words(["community", "guest"]) == "the community outside and guest"


# --- shocks -------------------------------------------------------------------------------------------------


def test_a_shock_falls_on_those_it_names() -> None:
    found = plan(shocks=[{"barrier": "telling", "at": "month 1", "who": {"levels": ["manager"]}}])
    (shock,) = found.disturbances
    np.testing.assert_array_equal(shock.cover, found.organization.level == MANAGER)


def test_a_shock_without_severity_is_as_if_it_were_not_named() -> None:
    assert plan(shocks=[{"barrier": "telling", "at": "month 1", "severity": 0}]).disturbances == ()
    assert plan(start=[{"barrier": "experts_unavailable", "severity": 0}]).disturbances == ()


def test_a_starting_condition_is_no_shock() -> None:
    with pytest.raises(ScenarioError, match=r"move it to \[\[start\]\]"):
        plan(shocks=[{"barrier": "authority_shadow", "at": "month 1"}])


# --- what deserves a look -----------------------------------------------------------------------------------


def test_what_comes_too_late_is_said() -> None:
    levers = [{"lever": "L15", "start": "year 5"}]
    shocks = [{"barrier": "telling", "at": "year 5"}]
    text = " ".join(warnings(plan(levers=levers, shocks=shocks, run={"years": 2})))
    assert text.count("when the run is over") == 2


def test_a_relationship_that_carries_nothing_is_said() -> None:
    text = " ".join(warnings(plan(levers=[{"lever": "L03", "who": "leaders", "via": ["peers"]}])))
    assert "it will do nothing" in text


# --- overrides ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("levers.7.dose=1", "there is no levers.7"),
        ("levers.L99.dose=1", "L99"),
        ("levers.L02.dose=1", "the plan has no lever L02"),
        ("seed.first.used=1", "is a list: choose an entry by its number"),
        ("run.years.more=1", "has nothing inside it"),
    ],
)
def test_an_override_that_names_no_place_is_refused(override: str, says: str) -> None:
    base = {"name": "places", "levers": [{"lever": "L01"}], "seed": [{"used": 0.5}], "run": {"years": 2}}
    with pytest.raises(ScenarioError, match=says):
        load(base, overrides=[override])


def test_a_lever_named_twice_is_chosen_by_number() -> None:
    base = {"name": "places", "levers": [{"lever": "L15"}, {"lever": "L15", "start": "year 1"}]}
    with pytest.raises(ScenarioError, match="named 2 times"):
        load(base, overrides=["levers.L15.dose=1"])


# --- luck ---------------------------------------------------------------------------------------------------


def test_a_weighted_choice_follows_its_weights() -> None:
    weights = np.array([0.0, 1.0, 2.0, 5.0])
    drawn = [int(Luck(seed, "choice").choice(4, 1, weights)[0]) for seed in range(800)]
    counts = np.bincount(drawn, minlength=4)
    assert counts[0] == 0
    assert stats.chisquare(counts[1:], 800 * weights[1:] / 8).pvalue > 1e-4


def test_a_choice_has_different_numbers_in_order() -> None:
    found = Luck(3, "choice").choice(10, 6)
    assert len(set(found.tolist())) == 6 and (np.diff(found) > 0).all()
