"""Each lever in the engine: dose 0 is nothing, its ties carry it, and it falls on the states it names at once.

Arms share their luck, so a state differs between two arms only where the lever reached it.  In a step leaders'
conduct moves last of what leaders do; it is heard in the next step.  Hence the first effect of a behaviour on others
is seen at the second step, that of a programme at the first.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from levers_lab import SEED, Pair, arcs, cut, plan, usual_offset

from sim.behaviours.catalogue import CATALOGUE
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.layout import VACANT
from sim.engine.run import Simulation, run
from sim.scenario import Resolved
from sim.theory.channels import LEARNING_LEADER

CARRIERS = {"sharing": {"skill", "memory"}}  # felt now, shared with others at the next step
REWIRING = [id_ for id_, one in CATALOGUE.items() if one.ties]
PEOPLE_BORNE = [id_ for id_, one in CATALOGUE.items() if one.people_borne]
CONTEXT = [id_ for id_, one in CATALOGUE.items() if not one.people_borne]
COURSES = {"lever": "L15"}  # something for design, uptake and relevance to work on
HALF_A_YEAR = 26


def two(id_: str, *others: dict[str, object]) -> tuple[Resolved, Resolved]:
    """A plan with the lever, and the same plan without it on the same seats."""
    # The board seat of L05 needs somebody to sit on it: here he stands beside HR in both arms.
    organization = {"governance": "hr_officer"} if id_ == "L05" else {}
    start = [{"capacity_factor": 10.0}]  # enough facilitators for both, so that neither takes from the other
    arms = [
        plan(*others, *own, organization=organization, start=start, years=1.0)
        for own in ([{"lever": id_}], [])
    ]
    return replace(arms[0], start=arms[1].start), arms[1]


def standing(resolved: Resolved) -> Blueprint:
    """The plan on seats that are all filled from the beginning."""
    made = blueprint(resolved)
    return replace(made, opens=np.zeros_like(made.opens))


def named(states: set[str], acts_on: set[str]) -> bool:
    """Whether all states that moved are among those named."""
    return all(CARRIERS.get(state, {state}) & acts_on for state in states)


def first_effect(pair: Pair, *, beyond: set[str], within: int = HALF_A_YEAR) -> dict[str, np.ndarray]:
    """What differs at the first step at which a state beyond `beyond` does."""
    for _ in range(within):
        found = pair.step()
        if set(found) - beyond:
            return found
    return {}


@pytest.mark.parametrize("id_", list(CATALOGUE))
def test_dose_zero_is_as_if_it_were_not_named(id_: str) -> None:
    arms = [
        run(resolved, seed=SEED, alpha_offset=usual_offset(), events=True)
        for resolved in (plan({"lever": id_, "dose": 0.0}, COURSES, years=1.0), plan(COURSES, years=1.0))
    ]
    for name in ("share", "series", "memory", "ledger", "credit", "events"):
        assert getattr(arms[0], name).tobytes() == getattr(arms[1], name).tobytes(), name


@pytest.mark.parametrize("id_", list(CATALOGUE))
def test_its_immediate_effect_falls_on_the_states_it_names_and_no_others(id_: str) -> None:
    one = CATALOGUE[id_]
    acts_on = set(one.acts_on)
    for others in ([], [COURSES]):
        if (
            id_ in ("L15", "L17") and others
        ):  # courses on courses; hours that are moved are felt in the same week
            continue
        with_it, without = two(id_, *others)
        if one.ties:
            # What is heard over new ties is heard at once; so look at the ties, then at the rest with the ties in both.
            bare = replace(
                with_it,
                programmes=tuple(replace(p, direct={}) if p.lever == id_ else p for p in with_it.programmes),
            )
            ties_come = Pair(standing(bare), standing(without)).step()
            assert "ties" in ties_come
            if not one.direct:
                continue
            without = bare
        pair = Pair(standing(with_it), standing(without))
        found = first_effect(pair, beyond=set() if acts_on == {"conduct"} else {"conduct"})
        assert named(set(found) - {"conduct"}, acts_on), f"{id_} acts on {sorted(found)}, names {one.acts_on}"
        if others or id_ != "L19":  # design does nothing without courses
            assert found, f"{id_} does nothing in half a year"
        assert "conduct" not in found or "conduct" in acts_on


@pytest.mark.parametrize("id_", list(CATALOGUE))
def test_every_state_it_names_is_reached_within_half_a_year(id_: str) -> None:
    wanted = set(CATALOGUE[id_].acts_on) - {"seats"}
    reached: set[str] = set()
    with_it, without = two(id_, *([] if id_ == "L15" else [COURSES]))
    strong = tuple(replace(p, dose=4.0) if p.lever == id_ else p for p in with_it.programmes)
    arms = standing(replace(with_it, programmes=strong)), standing(without)
    for replicate in range(60):  # adopting is rare: most levers need a few, the mildest some dozens
        pair = Pair(*arms, replicate=replicate)
        for _ in range(HALF_A_YEAR):
            reached |= set(pair.step())
        if wanted <= reached:
            return
    assert wanted <= reached, f"{id_} never moves {sorted(wanted - reached)}"


@pytest.mark.parametrize("id_", PEOPLE_BORNE)
def test_without_the_ties_it_flows_along_its_direct_effect_is_gone(id_: str) -> None:
    one = CATALOGUE[id_]
    with_it, without = two(id_)
    uses = [item for item in with_it.programmes if item.lever == id_]
    steps = 1 if not one.emits else 2
    actors = np.unique(np.concatenate([item.actors for item in uses])) if one.emits else np.empty(0)

    def others_moved(arm: Resolved, usual: Resolved) -> set[str]:
        pair = Pair(standing(arm), standing(usual))
        for _ in range(steps):
            found = pair.step()
        return {
            name for name, seats in found.items() if name != "conduct" and np.setdiff1d(seats, actors).size
        }

    assert others_moved(with_it, without), f"{id_} reaches nobody even with its ties"
    lost = others_moved(cut(with_it, one.flows_along), cut(without, one.flows_along))
    assert not lost, f"{id_} still moves {sorted(lost)} without {one.flows_along}"


@pytest.mark.parametrize("id_", CONTEXT)
def test_what_flows_along_no_tie_reaches_those_covered_and_nobody_else(id_: str) -> None:
    with_it, without = two(id_, *([] if id_ == "L15" else [COURSES]))
    inside = with_it.organization.department < 2

    def covering(mask: np.ndarray) -> Resolved:
        return replace(
            with_it,
            programmes=tuple(
                replace(item, cover=item.cover & mask, actors=item.actors[mask[item.actors]])
                if item.lever == id_
                else item
                for item in with_it.programmes
            ),
        )

    found = first_effect(Pair(covering(inside), without), beyond=set())
    assert found
    if id_ != "L17":  # hours that come to a unit are taken from another
        assert all(inside[seats].all() for seats in found.values()), (
            f"{id_} reaches others than those covered"
        )
    nobody = Pair(covering(np.zeros_like(inside)), without)
    assert not first_effect(nobody, beyond=set()), f"{id_} acts without covering anybody"


@pytest.mark.parametrize("id_", REWIRING)
def test_rewiring_brings_ties_for_as_long_as_it_lasts(id_: str) -> None:
    organization = {"governance": "hr_officer"} if id_ == "L05" else {}
    short = plan({"lever": id_, "start": 0.1, "stop": 0.3}, organization=organization, years=1.0)
    calm = {"tie_turnover": 0.0, "turnover_employees": 0.0, "turnover_leaders": 0.0}
    simulation = Simulation(
        standing(replace(short, parameters={**short.parameters, **calm})),
        seed=SEED,
        alpha_offset=usual_offset(),
    )
    n = short.organization.n
    simulation.advance(simulation.burn + 4)
    before = arcs(simulation.world, n)
    simulation.advance(6)
    during = arcs(simulation.world, n)
    simulation.advance(10)
    after = arcs(simulation.world, n)
    ties = short.programmes[0].ties
    brought = set(zip(ties.hearer.tolist(), ties.layer.tolist(), ties.source.tolist(), strict=True))
    assert brought - before and during == before | brought and after == before


def test_a_learning_leader_arrives_with_the_board_seat() -> None:
    late = plan({"lever": "L05", "start": 0.25}, years=1.0)
    usual = plan(years=1.0)
    seat = int(np.flatnonzero(late.organization.level == LEARNING_LEADER)[0])
    assert late.organization.n == usual.organization.n + 1
    simulation = Simulation(late, seed=SEED, alpha_offset=usual_offset())
    simulation.advance(simulation.burn + 13)
    assert simulation.world.flags[seat] & VACANT
    simulation.advance(1)
    assert not simulation.world.flags[seat] & VACANT


def test_an_empty_seat_changes_nobody_else_before_it_is_filled() -> None:
    pair = Pair(plan({"lever": "L05", "start": 0.25}, years=1.0), plan(years=1.0))
    for _ in range(13):
        assert set(pair.step()) == set()
