"""Kernels as plain Python: equal to the agents in everything, line by line under coverage.

The module runs with `NUMBA_DISABLE_JIT=1 pytest -p uncompiled`; its last test does that in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numba
import pytest
from test_second_implementation import surveyed
from twin_cases import first_difference, short, trouble

from sim.engine.layout import EVENT_KINDS
from sim.engine.run import Simulation
from sim.organization import Ties
from sim.scenario import Resolved, load, resolve

HERE = Path(__file__)
uncompiled = pytest.mark.skipif(not numba.config.DISABLE_JIT, reason="kernels are compiled in this process")
SMALL = {"people": 18, "tiers": 3, "departments": 3, "community": 12}


@uncompiled
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # empty lanes divide 0 by 0, integers wrap as compiled
@pytest.mark.parametrize(
    ("years", "responses"),
    [
        (2.5, {}),
        (0.4, {"centring": "none", "count": "number"}),
        (0.4, {"turnover": "off", "adoption": "threshold"}),
    ],
)
def test_plain_kernels_equal_the_agents(years: float, responses: dict[str, str]) -> None:
    run = {"years": years, "step": "month", "burn_in": 0.1}
    assert first_difference(trouble(organization=SMALL, run=run, responses=responses), seed=4) is None


def known_of_some() -> Resolved:
    """Levels, practice and tenure surveyed of some; nobody leaves in the first year, employees never."""
    plan = surveyed()
    values = {**plan.parameters, "turnover_first_year": 0.0, "turnover_employees": 0.0}
    return replace(plan, parameters=values, years=0.25, burn_in=0.1, steps_per_year=12)


def restless() -> Resolved:
    """Leaders hardly stay, vacancies are long, most successors come from within; committed seats are filled at the start."""
    parameters = {"turnover_leaders": 8.0, "turnover_employees": 3.0, "vacancy": 0.5, "promotion_share": 0.9}
    seed = [{"committed": True, "who": {"levels": ["manager"]}}]
    run = {"years": 0.75, "burn_in": 0.5, "step": "month"}
    return short("stars_align", organization={"people": 24}, run=run, parameters=parameters, seed=seed)


def at_once() -> Resolved:
    """Vacancies are filled at once; a threshold so low that company alone makes everybody adopt; everybody averages."""
    parameters = {
        "vacancy": 0.0,
        "turnover_employees": 3.0,
        "threshold": 0.01,
        "contagion": 60.0,
        "susceptibility": 1.0,
    }
    run = {"years": 0.5, "burn_in": 0.1, "step": "month"}
    return short("stars_align", organization={"people": 20}, run=run, parameters=parameters)


def nothing_at_all() -> Resolved:
    return resolve(
        load("limits/degroot", overrides=["organization.people=20", "run.years=0.5", 'run.step="month"'])
    )


def opening() -> Resolved:
    """A board seat that nobody holds before the plan asks for it."""
    run = {"years": 0.5, "burn_in": 0.1, "step": "month"}
    levers = [{"lever": "L05", "start": "month 3"}]
    return short("business_as_usual", organization={"people": 18}, run=run, levers=levers)


def unheard() -> Resolved:
    """Nobody hears anybody and nobody has heard before: company is nothing."""
    run = {"years": 0.5, "burn_in": 0.1, "step": "month"}
    parameters = {"prior_contacts": 0.0, "mixing": 0.0, "broadcast": 0.0}
    plan = short("business_as_usual", organization={"people": 18}, run=run, parameters=parameters)
    return replace(plan, organization=plan.organization.with_ties(Ties.empty()))


@uncompiled
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("plan", [known_of_some, restless, at_once, nothing_at_all, opening, unheard])
def test_plain_kernels_equal_the_agents_at_the_edges(plan: Callable[[], Resolved]) -> None:
    assert first_difference(plan(), seed=5) is None


@uncompiled
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_trouble_makes_everything_happen() -> None:
    """Else lines would be left out."""
    run: dict[str, Any] = {"years": 2.5, "step": "month", "burn_in": 0.1}
    simulation = Simulation(trouble(organization=SMALL, run=run), seed=4, alpha_offset=0.15, events=True)
    simulation.advance(10**6)
    assert set(simulation.record().events[:, 2]) == set(range(len(EVENT_KINDS)))


@pytest.mark.slow
def test_kernels_run_as_plain_python() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "uncompiled",
        "-k",
        "everything",
        HERE.name,
    ]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(command, cwd=HERE.parent, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout[-2000:]
