"""The engine at the edges: extremes of every parameter, successors, officers, organisations without authority ties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from twin_cases import first_difference, short

from sim.engine import stationary
from sim.engine.layout import LEADER_HOURS, OPENNESS, OVERLOAD, Q0, R0, VACANT
from sim.engine.run import Simulation, run
from sim.engine.schedule import advance
from sim.engine.stationary import offset_for, offset_near
from sim.experiments.usual import find_usual
from sim.model import LearningCultureModel
from sim.organization.people import Organization
from sim.organization.rewiring import with_learning_leaders
from sim.parameters import REGISTER
from sim.scenario import Resolved, load, resolve
from sim.scenario.resolved import NOTHING
from sim.theory.channels import AUTHORITY, LEARNING_LEADER, TOPICS
from sim.validation import nets
from sim.validation.nets import on_net


def skills(simulation: Simulation) -> np.ndarray:
    """Skill by person there and topic."""
    state = simulation.world.state[(simulation.world.flags & VACANT) == 0]
    found: np.ndarray = state[:, R0 : R0 + TOPICS] + state[:, Q0 : Q0 + TOPICS]
    return found


# --- extremes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pick", [min, max])
@pytest.mark.parametrize("dose", [1.0, 5.0])
def test_skill_stays_between_0_and_1_at_the_ends_of_every_range(pick: Any, dose: float) -> None:
    """All levers, every month for two years; the state itself is bounded, not what is shown of it."""
    plan = short("all_levers", organization={"people": 40}, run={"years": 2, "step": "month"})
    ends = {entry.name: float(pick(entry.low, entry.high)) for entry in REGISTER.values()}
    loud = tuple(replace(item, dose=item.dose * dose) for item in plan.programmes)
    simulation = Simulation(replace(plan, parameters=ends, programmes=loud), seed=1)
    while not simulation.done:
        simulation.advance(1)
        assert skills(simulation).min() >= 0.0
        assert skills(simulation).max() <= 1.0 + 1e-15
        assert np.isfinite(simulation.world.state).all()


# --- ordinary learning off ----------------------------------------------------------------------------------


def test_without_ordinary_learning_half_of_all_skill_is_out_of_date_after_a_half_life() -> None:
    plan = resolve(load("limits/obsolescence", overrides=["organization.people=30"]))
    simulation = Simulation(plan, seed=2)
    before = skills(simulation)
    simulation.advance(5 * 52)
    np.testing.assert_allclose(skills(simulation), before / 2.0, rtol=1e-12)


def test_with_it_skill_stays() -> None:
    plan = resolve(
        load("limits/obsolescence", overrides=["organization.people=30", 'responses.ordinary_learning="on"'])
    )
    simulation = Simulation(plan, seed=2)
    simulation.advance(5 * 52)
    assert abs(skills(simulation).mean() - plan.parameters["skill_mean"]) < 0.1


# --- offsets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("responses", "value"), [({"spontaneous": "off"}, NOTHING), ({"centring": "none"}, 0.0)]
)
def test_a_fixed_offset_is_not_searched_for(
    responses: dict[str, str], value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def searched(*_: Any, **__: Any) -> float:
        raise AssertionError("business as usual was run")

    monkeypatch.setattr(stationary, "_mean_share", searched)
    plan = short("business_as_usual", responses=responses)
    for found in (offset_for(plan), offset_near(plan, 0.3)):
        assert found.value == value and np.isnan(found.share) and found.rounds == 0 and not found.settled
    assert LearningCultureModel(plan, rng=1).p.alpha_offset == value
    arm: Any = type("Arm", (), {"reference": 0, "resolved": plan})()
    design: Any = None
    assert find_usual([arm], design, "search", threads=1).start == {0: value}


# --- successors ---------------------------------------------------------------------------------------------


def successors() -> Resolved:
    """Leaders who often leave; half of them push back; one lever at a constant dose."""
    levers = [{"lever": "L12", "who": "leaders", "leader_hours": 8.0}]
    parameters = {"turnover_leaders": 2.0, "pushback_share": 0.5, "leader_hours": 5.0, "vacancy": 0.05}
    return short("business_as_usual", levers=levers, parameters=parameters)


def test_a_successor_gives_hours_by_an_attitude_of_the_own() -> None:
    """Overload and books follow who sits there now, though the dose never changes again."""
    plan = successors()
    simulation = Simulation(plan, seed=3)
    simulation.advance(plan.burn_steps + 1)
    world = simulation.world
    actors = plan.programmes[0].actors
    first = world.trait[actors, OPENNESS].copy()
    replaced = 0
    while not simulation.done:
        simulation.advance(1)
        there = (world.flags[actors] & VACANT) == 0
        open_ = world.trait[actors, OPENNESS] > 0.0
        given = np.where(there & open_, 8.0, 0.0)
        at = simulation.step - simulation.burn - 1
        assert world.ledger[at, LEADER_HOURS] == pytest.approx(np.minimum(given, 5.0).sum())
        np.testing.assert_allclose(world.state[actors, OVERLOAD][there], np.where(open_, 0.6, 0.0)[there])
        replaced += int((open_ != (first > 0.0)).sum())
    assert replaced > 0  # else nothing was tested


def test_agents_and_engine_agree_on_successors() -> None:
    assert first_difference(successors(), seed=4) is None


# --- who owns learning --------------------------------------------------------------------------------------


def board(governance: str | None, *levers: dict[str, Any]) -> Resolved:
    organization = {} if governance is None else {"governance": governance}
    return short("business_as_usual", organization=organization, levers=list(levers))


@pytest.mark.parametrize("governance", ["learning_leader", "hr_officer", "compliance_officer"])
def test_a_standing_officer_is_there_before_a_board_seat_is_given(governance: str) -> None:
    plan = board(governance, {"lever": "L05", "start": "month 6"})
    simulation = Simulation(plan, seed=5)
    officer = plan.organization.level == LEARNING_LEADER
    assert officer.any() and not (simulation.world.flags[officer] & VACANT).any()
    assert (simulation.world.opens == 0).all()
    model = LearningCultureModel(plan, rng=5, alpha_offset=0.0)
    assert all(person.opens == 0 and not person.vacant for person in model.people)


def test_a_seat_that_the_plan_adds_opens_with_the_first_that_needs_it() -> None:
    plan = board(None, {"lever": "L05", "start": "month 6"}, {"lever": "L05", "start": "month 3"})
    simulation = Simulation(plan, seed=5)
    officer = plan.organization.level == LEARNING_LEADER
    expected = simulation.burn + 13
    assert simulation.world.opens[officer].tolist() == [expected]
    assert (simulation.world.flags[officer] & VACANT).all()
    model = LearningCultureModel(plan, rng=5, alpha_offset=0.0)
    assert [person.opens for person in model.people if person.level == LEARNING_LEADER] == [expected]
    simulation.advance(expected + 1)
    assert not (simulation.world.flags[officer] & VACANT).any()


def test_who_sits_in_an_organisation_of_ones_own_stands_there() -> None:
    scenario = load({"name": "own", "organization": {"people": 30}, "levers": [{"lever": "L05"}]})
    own = with_learning_leaders(resolve(load("business_as_usual")).organization, 1, board=False)
    plan = resolve(scenario, organization=own)
    assert (Simulation(plan, seed=1).world.opens == 0).all()


# --- no authority ties --------------------------------------------------------------------------------------


def without_authority(plan: Resolved) -> Resolved:
    firm: Organization = plan.organization
    return replace(
        plan, organization=firm.with_ties(firm.ties.where(firm.ties.layer != AUTHORITY)), programmes=()
    )


def test_imitation_is_centred_on_the_own_leader_without_authority_ties() -> None:
    """At business as usual nobody's conduct drifts towards the leader's usual one."""
    plan = without_authority(short("business_as_usual", responses={"turnover": "off"}))
    simulation = Simulation(replace(plan, parameters={**plan.parameters, "encouragement": 0.0}), seed=6)
    world = simulation.world
    boss = world.manager[world.seat_of_row]
    led = boss >= 0
    np.testing.assert_array_equal(world.usual_boss[led], world.usual_conduct[world.row[boss[led]]])
    simulation.advance(52)
    assert led.any() and not world.z.any()


def test_agents_and_engine_agree_without_authority_ties() -> None:
    plan = without_authority(short("business_as_usual", organization={"people": 40}))
    assert first_difference(plan, seed=7, steps=30) is None


# --- well mixed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sis", "sisa"])
def test_the_crowd_is_a_complete_graph_without_its_ties(name: str) -> None:
    """`mixing` as the mean of the group: whoever does not practise meets the same company, so events are the same."""
    n = 60
    crowd = resolve(load(f"limits/{name}", overrides=[f"organization.people={n}", "run.years=6"]))
    value = crowd.parameters
    everybody = np.array([(i, j) for i in range(n) for j in range(n) if i != j])
    net = nets.Net(n, everybody, np.arange(9))
    crowd = on_net(crowd, nets.Net(n, np.empty((0, 2), dtype=np.int64), np.arange(9)))
    tied = on_net(
        replace(crowd, parameters={**value, "mixing": 0.0, "weight_ripples": value["mixing"] / n}), net
    )
    found = [
        run(plan, seed=8, alpha_offset=plan.fixed_offset or 0.0, events=True).events[:, :3]
        for plan in (crowd, tied)
    ]
    assert len(found[0]) > 30
    np.testing.assert_array_equal(found[0], found[1])


def test_one_person_runs_on_the_kernels_of_many() -> None:
    """NumPy calls a table of one row laid out by rows; taken at its word, every kernel would be compiled anew."""
    usual = resolve(load("business_as_usual", overrides=["run.years=0.1", "run.burn_in=0"]))
    alone = on_net(usual, nets.Net(1, np.empty((0, 2), dtype=np.int64), np.empty(0, dtype=np.int64)))
    run(usual, seed=1)
    known = list(advance.signatures)  # type: ignore[attr-defined]
    run(alone, seed=1)
    assert list(advance.signatures) == known  # type: ignore[attr-defined]
