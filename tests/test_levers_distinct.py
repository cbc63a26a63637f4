"""No two levers respond in proportion over all states, levels and times."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from levers_lab import PEOPLE, SEED, plan, usual_offset

from sim.behaviours.catalogue import CATALOGUE
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.layout import CARE_FELT, PRACTISING, Q0, R0, VACANT, Y_E, Y_G, Y_PSI
from sim.engine.run import Simulation
from sim.theory.channels import CONDUCT, TOPICS

BOUND = 0.999  # of |cosine|; the closest pair that is found lies well below (see the test's output with -s)
RUNS = 4
LEVELS = 3
EVERY = 8  # weeks
WEEKS = 104


def departures(simulation: Simulation) -> np.ndarray:
    """Mean departures by level of what people and leaders carry, and what stands beside them, at one time."""
    world = simulation.world
    state, level = world.state[:PEOPLE], world.level[:PEOPLE]
    here = (world.flags[:PEOPLE] & VACANT) == 0
    columns = np.column_stack(
        [
            state[:, (Y_E, Y_PSI, Y_G, CARE_FELT)],
            (world.flags[:PEOPLE] & PRACTISING) != 0,
            state[:, R0 : R0 + TOPICS].mean(axis=1),
            state[:, Q0 : Q0 + TOPICS].mean(axis=1),
            world.active[:PEOPLE].sum(axis=1),
            world.targeting[world.department[:PEOPLE]],
            world.memory[world.department[:PEOPLE]].mean(axis=1),
        ]
    )
    z = np.zeros((PEOPLE, len(CONDUCT)))
    rows = world.seat_of_row < PEOPLE
    z[world.seat_of_row[rows]] = world.z[rows]
    table = np.column_stack([columns, z])
    return np.concatenate([table[here & (level == k)].mean(axis=0) for k in range(LEVELS)])


def history(made: Blueprint, replicate: int) -> np.ndarray:
    simulation = Simulation(made, seed=SEED, replicate=replicate, alpha_offset=usual_offset())
    simulation.advance(simulation.burn)
    found = []
    for _ in range(0, WEEKS, EVERY):
        simulation.advance(EVERY)
        found.append(departures(simulation))
    return np.array(found)


@pytest.mark.slow
def test_no_two_levers_respond_in_proportion() -> None:
    """Each lever alone for two years against business as usual, with courses in both so that design and targeting tell.

    Each state is put in units of its own largest departure, so that none drowns the others.
    """
    courses = {"lever": "L15"}
    roomy = [{"capacity_factor": 10.0}]

    def mean_history(*levers: dict[str, object]) -> np.ndarray:
        made = blueprint(plan(*levers, start=roomy))
        return np.mean([history(made, replicate) for replicate in range(RUNS)], axis=0)

    usual, with_courses = mean_history(), mean_history(courses)
    responses = {
        id_: with_courses - usual if id_ == "L15" else mean_history(courses, {"lever": id_}) - with_courses
        for id_ in CATALOGUE
    }
    scale = np.max([np.abs(one).max(axis=0) for one in responses.values()], axis=0)
    scaled = {id_: (one / np.where(scale > 0.0, scale, 1.0)).ravel() for id_, one in responses.items()}
    cosines = []
    for (a, x), (b, y) in combinations(scaled.items(), 2):
        assert x.any() and y.any()
        cosines.append((abs(float(x @ y)) / float(np.sqrt((x @ x) * (y @ y))), a, b))
    closest = sorted(cosines, reverse=True)[:8]
    print("closest pairs:", ", ".join(f"{a} and {b} {cosine:.3f}" for cosine, a, b in closest))
    assert closest[0][0] < BOUND
