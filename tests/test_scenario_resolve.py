"""From the human form to the machine form: seats, fit, misuse, barriers, money, the stored text."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from organization_data import data_folder

from sim.behaviours.barriers import BARRIERS
from sim.behaviours.catalogue import CATALOGUE
from sim.organization.people import INFORMAL, PROGRAMME
from sim.parameters import defaults
from sim.scenario import Resolved, ScenarioError, load, names, resolve
from sim.scenario.editors import schema_text
from sim.scenario.library import folder
from sim.scenario.words import effort, full_years, plan_in_words, total_effort, warnings
from sim.theory.channels import COMMUNITY, CONDUCT, EXECUTIVE, LEARNING_LEADER, MANAGER

SMALL = {"people": 60, "tiers": 4, "departments": 3}


def plan(*levers: dict[str, Any], **more: Any) -> Resolved:
    organization = {**SMALL, **more.pop("organization", {})}
    return resolve(load({"levers": list(levers), "organization": organization, **more}))


def same(one: Any, other: Any) -> bool:
    """Equality of resolved parts, arrays included."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if hasattr(one, "__dataclass_fields__"):
        return type(one) is type(other) and all(
            same(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__
        )
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other)


# --- the library --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_every_bundled_scenario_resolves(name: str) -> None:
    scenario = load(name)
    plan = resolve(scenario)
    assert scenario.name == name
    assert plan.title and plan.question.endswith("?") and plan.question.count("?") == 1
    assert set(plan.parameters) == set(defaults())
    assert plan.years == 3.0
    assert all(0 <= item.start < item.stop for item in plan.programmes)
    assert all("when the run is over" not in text for text in warnings(plan))
    assert plan_in_words(plan)


@pytest.mark.parametrize("name", names())
def test_the_stored_text_is_the_whole_scenario(name: str) -> None:
    plan = resolve(load(name))
    assert "extends" not in tomllib.loads(plan.source)
    again = resolve(load(tomllib.loads(plan.source)))
    assert again.source == plan.source
    assert same(plan, again)


def test_plans_on_one_organisation_agree_on_seats() -> None:
    base = resolve(load("business_as_usual")).organization
    for name in names():
        other = resolve(load(name)).organization
        assert other.ids[: base.n] == base.ids
        assert np.array_equal(other.manager[: base.n], base.manager)
        assert all(level in (COMMUNITY, LEARNING_LEADER) for level in other.level[base.n :])


def test_rival_plans_take_about_the_same_leader_hours() -> None:
    for one, other in (("from_the_top", "peer_groups_first"), ("link_to_performance", "moderate_emphasis")):
        hours = [total_effort(resolve(load(name))).leader_hours for name in (one, other)]
        assert max(hours) / min(hours) < 1.2


def test_all_levers_names_every_lever() -> None:
    assert {item.lever for item in resolve(load("all_levers")).programmes} == set(CATALOGUE)


def test_the_schema_for_editors_is_current() -> None:
    stored = (folder() / "schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(), (
        "scenarios/schema.json is old: write sim.scenario.editors.schema_text() to it"
    )
    levers = json.loads(stored)["$defs"]["LeverUse"]["properties"]
    assert {"L01", "lead_by_example", "L32"} <= set(levers["lever"]["anyOf"][0]["enum"])
    assert levers["dose"]["description"]


# --- levers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lever", list(CATALOGUE))
def test_every_lever_can_be_used_by_id_and_name(lever: str) -> None:
    by_id = plan({"lever": lever})
    by_name = plan({"lever": CATALOGUE[lever].name})
    assert same(by_id.programmes, by_name.programmes)
    (item,) = by_id.programmes
    entry = CATALOGUE[lever]
    assert item.fit == tuple(
        max(0.0, entry.fit[layer]) for layer in ("authority", "peers", "mutual", "ripples")
    )
    assert dict(item.push) == dict(entry.push) and dict(item.direct) == dict(entry.direct)
    assert bool(len(item.ties)) == bool(entry.ties)
    assert (item.ties.kind == PROGRAMME).all()


@pytest.mark.parametrize("lever", list(CATALOGUE))
def test_dose_0_is_as_if_not_named(lever: str) -> None:
    assert same(plan({"lever": lever, "dose": 0, "misused": True}), plan())


@pytest.mark.parametrize("lever", list(CATALOGUE))
def test_misuse_changes_what_reaches_the_engine(lever: str) -> None:
    used, misused = plan({"lever": lever}), plan({"lever": lever, "misused": True})
    (a,), (b,) = used.programmes, misused.programmes
    changed = (a.fit, a.push, a.direct, a.reverse) != (b.fit, b.push, b.direct, b.reverse)
    assert changed or misused.disturbances or misused.start != used.start


def test_conduct_is_practised_by_leaders_and_programmes_cover() -> None:
    result = plan({"lever": "L10"}, {"lever": "L27"}, {"lever": "L15"})
    managers = np.flatnonzero(result.organization.level == MANAGER)
    coach, train, courses = result.programmes
    assert np.array_equal(coach.actors, managers)
    assert np.array_equal(train.actors, managers) and np.array_equal(np.flatnonzero(train.cover), managers)
    assert not len(courses.actors) and courses.cover.sum() == 60


def test_who_chooses_actors() -> None:
    (item,) = plan({"lever": "L01", "who": "executives"}).programmes
    organization = plan().organization
    assert np.array_equal(item.actors, np.flatnonzero(organization.level == EXECUTIVE))
    (item,) = plan({"lever": "L01", "who": {"people": [organization.ids[3]]}}).programmes
    assert item.actors.tolist() == [3]
    (item,) = plan({"lever": "L01", "who": {"levels": ["manager"], "random": 2}}).programmes
    assert len(item.actors) == 2


def test_time_given_by_few_is_the_time_of_those_they_lead() -> None:
    organization = plan().organization
    leader = int(np.flatnonzero(organization.level == MANAGER)[0])
    (item,) = plan({"lever": "L04", "who": {"people": [organization.ids[leader]]}}).programmes
    led = np.flatnonzero(organization.manager == leader)
    assert set(led) <= set(np.flatnonzero(item.cover)) and item.cover.sum() < 60
    (usual,) = plan({"lever": "L04"}).programmes
    assert usual.cover.sum() == 60


def test_in_a_flat_organisation_executives_do_what_managers_would() -> None:
    result = plan(
        {"lever": "L10"}, {"lever": "L27"}, {"lever": "L01", "who": "managers"}, organization={"tiers": 3}
    )
    assert not (result.organization.level == MANAGER).any()
    executives = np.flatnonzero(result.organization.level == EXECUTIVE)
    assert all(np.array_equal(item.actors, executives) for item in result.programmes)
    assert any("falls to the executives" in line for line in plan_in_words(result))


def test_via_takes_the_catalogues_fit_there_and_none_elsewhere() -> None:
    (item,) = plan({"lever": "L10", "via": ["peers"]}).programmes
    assert item.fit == (0.0, CATALOGUE["L10"].fit["peers"], 0.0, 0.0)
    assert item.fit[1] < 0


def test_less_telling() -> None:
    (item,) = plan({"lever": "telling", "dose": -0.5}).programmes
    assert item.push == {"telling": 1.0} and item.dose == -0.5 and "telling" in CONDUCT


def test_one_lever_twice_must_fit_alike() -> None:
    twice = plan({"lever": "L01", "who": "executives"}, {"lever": "L01", "who": "managers", "start": 1})
    assert [item.lever for item in twice.programmes] == ["L01", "L01"]
    with pytest.raises(ScenarioError, match="used twice on different relationships"):
        plan({"lever": "L10"}, {"lever": "L10", "via": ["peers"]})


def test_prices_can_be_changed() -> None:
    (item,) = plan(
        {"lever": "L15", "cash_per_head": 0, "cash_fixed": 5, "learner_hours": 2, "dose": 2}
    ).programmes
    took = effort(item)
    assert (took.cash, took.learner_hours, took.leader_hours) == (10, 2 * 2 * 60, 0)


def test_l05_brings_a_learning_leader_and_a_seat_at_the_board() -> None:
    result = plan({"lever": "L05"})
    assert (result.organization.level == LEARNING_LEADER).sum() == 1
    executives = (result.organization.level == EXECUTIVE).sum()
    assert len(result.programmes[0].ties) == 2 * executives
    owned = plan({"lever": "L05"}, organization={"governance": "learning_leader"})
    assert (owned.organization.level == LEARNING_LEADER).sum() == 1
    assert not len(owned.programmes[0].ties)


def test_community_comes_last_but_for_learning_leaders() -> None:
    result = plan(organization={"community": 10.0, "governance": "hr_officer"})
    assert result.organization.level[60:].tolist() == [COMMUNITY] * 6 + [LEARNING_LEADER]


@pytest.mark.parametrize(
    ("lever", "part"),
    [
        ({"lever": "L01", "size": 4}, "size has no meaning"),
        ({"lever": "L10", "misused": True, "via": ["peers"]}, "remove via"),
        ({"lever": "L01", "who": {"departments": ["Departmint 1"]}}, "did you mean 'Department 1'"),
        ({"lever": "L01", "who": {"people": ["s99"]}}, "s99"),
        ({"lever": "L01", "who": {"tiers": [9]}}, "tier 9"),
        ({"lever": "L01", "who": "community"}, "nobody"),
    ],
)
def test_levers_that_cannot_be_used_so(lever: dict[str, Any], part: str) -> None:
    with pytest.raises(ScenarioError, match=part) as caught:
        plan(lever)
    assert "levers[0]" in str(caught.value)


def test_an_organisation_that_cannot_be() -> None:
    with pytest.raises(ScenarioError, match="organization: tiers"):
        plan(organization={"people": 5, "tiers": 9})


# --- barriers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("barrier", list(BARRIERS))
def test_every_barrier_is_a_shock_or_a_start(barrier: str) -> None:
    usual = plan()
    if BARRIERS[barrier].is_shock:
        (item,) = plan(shocks=[{"barrier": barrier, "at": 0.5, "for": "3 months"}]).disturbances
        assert (item.start, item.stop, item.name) == (0.5, 0.75, barrier)
        assert item.cover.any()
    else:
        with pytest.raises(ScenarioError, match=r"\[\[start\]\]"):
            plan(shocks=[{"barrier": barrier}])
    begun = plan(start={"barrier": barrier})
    assert begun.start != usual.start or begun.disturbances
    assert same(plan(start={"barrier": barrier, "severity": 0}).start, usual.start)


def test_a_shock_keeps_the_barriers_dates_where_the_plan_says_nothing() -> None:
    usual = BARRIERS["priorities_shift"]
    (item,) = plan(shocks=[{"barrier": "priorities_shift"}]).disturbances
    assert (item.start, item.stop) == (usual.start, usual.stop)
    (item,) = plan(shocks=[{"barrier": "priorities_shift", "at": 2}]).disturbances
    assert item.stop - item.start == usual.stop - usual.start
    (item,) = plan(shocks=[{"barrier": "sponsor_withdraws", "stop": "never"}]).disturbances
    assert math.isinf(item.stop)
    with pytest.raises(ScenarioError, match="start before it stops"):
        plan(shocks=[{"barrier": "priorities_shift", "stop": 0.1}])


def test_starting_conditions_add_up() -> None:
    start = plan(
        start=[
            {"barrier": "complacency"},
            {"habit": 0.5, "delay_cv": 0.1, "pushback_by_level": {"manager": 0.2}},
        ]
    ).start
    assert start.habit == pytest.approx(0.75)
    assert start.delay_cv == 0.1
    assert start.pushback_by_level == {"manager": pytest.approx(0.2)}


def test_governance_sets_capacity_and_delay() -> None:
    assert plan(organization={"governance": "hr_officer"}).start.capacity_factor == 0.5
    assert plan().start.capacity_factor == 1.0


# --- the rest -----------------------------------------------------------------------------------------------


def test_seeds_and_parameters() -> None:
    result = plan(seed=[{"who": {"random": 0.2}, "used": 0.62}], parameters={"contagion": 30.0})
    (seeding,) = result.seedings
    assert len(seeding.seats) == 12 and seeding.used == 0.62 and not seeding.committed
    assert result.parameters["contagion"] == 30.0
    assert {**result.parameters, "contagion": defaults()["contagion"]} == defaults()


def test_a_parameter_outside_its_hard_range_is_refused_and_outside_its_evidence_noted() -> None:
    with pytest.raises(ScenarioError, match="outside 0 to 1"):
        plan(parameters={"protection": 1.5})
    assert any(
        "outside the range of its evidence" in text for text in warnings(plan(parameters={"contagion": 60.0}))
    )


def test_all_problems_of_resolving_come_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        plan(
            {"lever": "L01", "size": 4},
            {"lever": "L02", "who": {"people": ["nobody"]}},
            shocks=[{"barrier": "complacency"}],
            parameters={"protection": 9.0},
        )
    assert len(caught.value.problems) == 4


def test_words_say_who_does_what_when_and_what_it_takes() -> None:
    lines = "\n".join(plan_in_words(resolve(load("sponsor_withdrawal"))))
    for part in (
        "Lead by example (L01): by",
        "from the start to the end",
        "leader hours a week",
        "from month 6 for good",
        "USD",
    ):
        assert part in lines


@pytest.mark.parametrize("lever", list(CATALOGUE))
def test_words_tell_bad_practice_from_good(lever: str) -> None:
    entry = CATALOGUE[lever]
    assert entry.misuse_text in "\n".join(plan_in_words(plan({"lever": lever, "misused": True})))
    assert entry.misuse_text not in "\n".join(plan_in_words(plan({"lever": lever})))


def test_a_plan_that_only_talks_is_pointed_out() -> None:
    assert any("without Lead by example (L01)" in text for text in warnings(plan({"lever": "L07"})))
    assert not any("without L01" in text for text in warnings(plan({"lever": "L07"}, {"lever": "L01"})))


@given(start=st.floats(0, 5), ramp=st.floats(0, 3), length=st.floats(0.01, 5), horizon=st.floats(0.1, 5))
@settings(max_examples=60, deadline=None)
def test_full_years_never_exceed_what_runs(start: float, ramp: float, length: float, horizon: float) -> None:
    (item,) = plan({"lever": "L01", "start": start, "ramp": ramp, "stop": start + length}).programmes
    amount = full_years(item, horizon)
    assert 0 <= amount <= max(0.0, min(start + length, horizon) - start) + 1e-12


# --- imported organisations ---------------------------------------------------------------------------------


def _imported(name: str) -> list[str]:
    files = data_folder(name)
    return [f"organization.{key}_file={files / key}.csv" for key in ("people", "ties", "layers")]


def test_an_imported_organisation_by_override() -> None:
    result = resolve(load("lead_by_example", overrides=_imported("krackhardt_hightech")))
    assert result.organization.n == 21
    assert (result.organization.ties.kind == INFORMAL).any()


def test_ids_of_people_do_not_reach_the_stored_text() -> None:
    overrides = [
        *_imported("krackhardt_hightech"),
        'levers.0.who={people=["7", "14"]}',
        'organization.salt="pepper"',
    ]
    result = resolve(load("lead_by_example", overrides=overrides))
    (item,) = result.programmes
    assert len(item.actors) == 2
    stored = tomllib.loads(result.source)
    hidden = stored["levers"][0]["who"]["people"]
    assert sorted(hidden) == sorted(result.organization.ids[seat] for seat in item.actors)
    assert "pepper" not in result.source and "salt" not in stored["organization"]


def test_pseudonyms_are_the_same_in_every_run_of_one_file(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,manager_id\na,\nb,a\nc,a\n", encoding="utf-8")
    raw = {"organization": {"people_file": str(path)}}
    first = resolve(load(raw)).organization.ids
    assert first == resolve(load(raw)).organization.ids
    path.write_text("id,manager_id\na,\nb,a\nc,a\nd,b\n", encoding="utf-8")
    assert not set(first) & set(resolve(load(raw)).organization.ids)


def test_files_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nothere\.csv"):
        resolve(load({"organization": {"people_file": str(tmp_path / "nothere.csv")}}))


def test_people_won_over_beforehand_deserve_a_look() -> None:
    """They are part of the gain from the first day, and cost nothing in it."""
    assert not [text for text in warnings(plan()) if "won over" in text]
    some = plan(
        seed=[{"who": {"levels": ["manager"], "random": 2}}, {"who": {"levels": ["manager"], "random": 2}}]
    )
    assert (
        warnings(some)[0].startswith("2 people are won over beforehand") and "not costed" in warnings(some)[0]
    )
    assert warnings(plan(seed=[{"who": {"brokers": 1}}]))[0].startswith("1 person is won over")
