"""The agents at their edges: firms without executives, departments of nobody, contacts nobody planned for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from twin_cases import first_difference, short

from sim.engine.layout import SPONTANEOUS
from sim.model import LearningCultureModel
from sim.model.departments import Department, retarget
from sim.model.show import page
from sim.model.usual import Population, _take_means
from sim.scenario import names
from sim.scenario.resolved import Resolved
from sim.theory.channels import EXECUTIVE, MANAGER, PEERS


@pytest.fixture(scope="module")
def plan() -> Resolved:
    return short("stars_align", organization={"people": 30}, run={"years": 0.25, "burn_in": 0.0})


@pytest.fixture
def model(plan: Resolved) -> LearningCultureModel:
    return LearningCultureModel(plan, rng=1, alpha_offset=0.0)


def unit(number: int, heads: float, observed: float) -> Department:
    made = Department(number, f"unit {number}")
    made.seen_heads, made.observed = heads, observed
    return made


def test_a_firm_without_executives_is_the_same_in_both_worlds(plan: Resolved) -> None:
    organization = plan.organization
    level = np.where(organization.level == EXECUTIVE, MANAGER, organization.level).astype(
        organization.level.dtype
    )
    assert (level != organization.level).any()
    flat = replace(plan, organization=replace(organization, level=level))
    assert first_difference(flat, seed=2, steps=6) is None
    usual = LearningCultureModel(flat, rng=2, alpha_offset=0.0).population
    assert usual.executives == 0.0 and usual.enthusiasm != 0.0


def test_of_nobody_there_is_no_mean() -> None:
    usual = Population()
    _take_means(usual, [])
    assert (usual.enthusiasm, usual.safety, usual.mindset, usual.executives) == (0.0, 0.0, 0.0, 0.0)


def test_hours_are_moved_by_heads_and_none_are_made() -> None:
    units = [unit(0, 10.0, 0.3), unit(1, 20.0, 0.1), unit(2, 30.0, 0.2)]
    assert retarget(units, 0.5)
    given = [one.targeting for one in units]
    # The lowest share gets 1.5, the highest .5, the middle 1; all of it by 60 / (.5·10 + 1.5·20 + 30).
    assert given == pytest.approx([0.5 * 60 / 65, 1.5 * 60 / 65, 60 / 65])
    assert sum(one.seen_heads * one.targeting for one in units) == pytest.approx(60.0)
    assert retarget(units, 0.0) and {one.targeting for one in units} == {1.0}
    assert not retarget(units, 0.0)


def test_departments_that_nobody_was_seen_in_share_nothing_out() -> None:
    units = [unit(0, 0.0, 0.0), unit(1, 0.0, 0.0), unit(2, 0.0, 0.0)]
    assert retarget(units, 0.2)
    assert [one.targeting for one in units] == pytest.approx([1.2, 1.0, 0.8])


def test_a_department_that_opens_later_has_nothing_written_down_yet(model: LearningCultureModel) -> None:
    (opening, *_), later = model.departments, Department(9, "later")
    opening.settle(model.rhythm.share_usual)
    assert all(level > 0.0 for level in opening.memory_usual)
    later.members = [model.people[3]]
    later.members[0].opens = 5
    later.settle(model.rhythm.share_usual)
    assert later.memory_usual == [0.0] * len(opening.memory_usual)


def test_contacts_beyond_the_room_planned_for_are_heard_all_the_same(model: LearningCultureModel) -> None:
    """Somebody's extension introduces people who were no contacts of the organisation's."""
    hearer = model.people[0]
    planned = {hearer.number} | {other.number for other, _, _ in hearer.pool[PEERS]}
    room = len(hearer.pool[PEERS])
    strangers = [other for other in model.people if other.number not in planned]
    for other in strangers[: room + 1]:
        hearer.contacts[PEERS].add((other, 0.5, None))
    before = model.grapevine.ties[PEERS]
    model.step()
    after = model.grapevine.ties[PEERS]
    assert after is not before
    row = after.matrix[[hearer.number]].toarray().ravel()
    for seat, often in zip(hearer.contacts[PEERS].seen, hearer.contacts[PEERS].often):
        assert row[seat.number] == pytest.approx(often)
    assert (row > 0.0).sum() == len(hearer.contacts[PEERS]) > room


def test_where_nobody_practises_nobody_lit_the_fire(model: LearningCultureModel) -> None:
    """A rival contagion may adopt without any contact who practises: no seat and no crowd is credited."""
    person = model.people[0]
    model.board.shown[:] = 0.0
    model.share_practising = 0.0
    assert person.who_lit_me(0.0, 1.0) == (-1, SPONTANEOUS)


@pytest.mark.filterwarnings("ignore")
def test_the_page_lets_choose_scenario_and_luck_where_nothing_else_is_said(
    model: LearningCultureModel,
) -> None:
    pytest.importorskip("solara")
    shown: Any = page(model=model)
    params = shown.kwargs["model_params"]
    assert params["scenario"]["values"] == sorted(names()) and params["scenario"]["value"] in names()
    assert (params["rng"].min, params["rng"].max, params["rng"].value) == (1, 100, 1)
