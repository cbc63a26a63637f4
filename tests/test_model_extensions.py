"""Every extension example runs, is short, does what it says, and leaves the twin's invariants in force."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from twin_cases import first_difference, short

import sim
from sim.engine.run import Simulation
from sim.model import LearningCultureModel, contagions, register_contagion
from sim.model.contagion import OURS, contagion
from sim.model.twin import differences
from sim.theory.channels import PEERS
from sim.theory.practice import expected_response, hill

FOLDER = Path(__file__).parents[1] / "docs" / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def equal_for_half_a_year(resolved: sim.Resolved) -> None:
    """The invariant of the twin test: agents and engine agree on every event and state."""
    simulation = Simulation(resolved, seed=1, alpha_offset=0.1, events=True)
    model = LearningCultureModel(resolved, rng=1, alpha_offset=0.1)
    for _ in range(26):
        simulation.advance(1)
        model.step()
    assert differences(simulation, model) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_is_short_and_touches_nothing_of_ours(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 40
    assert "._" not in text and "monkeypatch" not in text and "setattr" not in text


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_runs_as_it_stands(path: Path) -> None:
    if path.stem == "solara_page":
        pytest.importorskip("solara")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_a_manager_of_ones_own_mends_safety() -> None:
    found = example("manager_of_ones_own").main(people=40, weeks=12, offset=0.0)
    assert found["menders"] > found["usual"] + 0.01


def test_a_lever_of_ones_own_moves_people_and_is_the_same_in_both_worlds() -> None:
    module = example("lever_of_ones_own")
    plan = {**module.PLAN, "organization": {"people": 40}, "run": {"burn_in": 0.0}}
    plan["levers"] = [{"lever": "walking", "dose": 2.0}]
    equal_for_half_a_year(sim.resolve(sim.load(plan)))
    found = module.main(people=60, replicates=8)
    assert found["walking"] > found["usual"]


def test_ties_of_ones_own_carry_and_are_the_same_in_both_worlds() -> None:
    plans = example("ties_of_ones_own").plans(people=60)
    alone, pool = plans["alone"].organization.ties, plans["car pool"].organization.ties
    assert len(pool) > len(alone) + 60 and (pool.layer[len(alone) :] == PEERS).all()
    equal_for_half_a_year(plans["car pool"])


def test_an_outcome_of_ones_own_is_collected_and_read_from_runs() -> None:
    series, of_runs = example("outcome_of_ones_own").main(people=40, weeks=3, offset=0.0)
    assert len(series) == 52 + 3 and series.notna().all() and series.nunique() > 40
    assert len(of_runs) == 10 and np.isfinite(of_runs).all() and len(set(of_runs)) == 10


def test_another_outcome_map_gives_other_results() -> None:
    found = example("outcome_map_of_ones_own").main(people=60)
    assert found["ours"]["productivity"] != found["mastery"]["productivity"]
    assert found["mastery"]["net_present_value"] != found["ours"]["net_present_value"]


def test_a_rival_contagion_starts_from_the_same_usual_and_goes_elsewhere() -> None:
    curves = example("rival_contagion").main(people=40, years=0.5, replicates=1)
    assert list(curves.columns) == ["hill", "linear", "fashion"] and len(curves) == 26
    assert not np.allclose(curves["hill"], curves["fashion"])


# --- theories of contagion by name --------------------------------------------------------------------------


def test_a_rival_that_says_what_we_say_is_the_same_run() -> None:
    """So a rival is used wherever ours is: at business as usual and in every hazard."""
    register_contagion("hill again", lambda x, threshold, steepness: hill(x, threshold, steepness))
    plan = short("stars_align", run={"years": 0.5})
    models = [
        LearningCultureModel(plan, rng=1, alpha_offset=0.1, contagion=name) for name in ("hill", "hill again")
    ]
    for model in models:
        model.run_model()
    assert models[0].events == models[1].events
    usual = [[person.usual_response for person in model.people] for model in models]
    np.testing.assert_allclose(usual[0], usual[1], atol=1e-12)


def test_the_mean_of_a_rival_is_taken_by_the_rule_of_ours() -> None:
    rival = register_contagion("hill once more", hill)
    for mean, variance in ((0.1, 0.01), (0.5, 0.04), (0.02, 0.0)):
        ours = expected_response(mean, variance, 0.3, 4.0, 0)
        assert rival.expected(mean, variance, 0.3, 4.0) == pytest.approx(ours, abs=1e-12)


@pytest.mark.parametrize("form", ["hill", "threshold", "linear"])
def test_ours_are_found_by_name_and_equal_the_engine(form: str) -> None:
    assert form in contagions() and contagion(form).name == form
    plan = short("stars_align", run={"years": 0.25, "burn_in": 0.1}, responses={"adoption": form})
    assert first_difference(plan, seed=2) is None


@pytest.mark.parametrize(
    ("name", "response", "says"),
    [
        ("hill", lambda x, threshold, n: x, "one of ours"),
        ("minus", lambda x, threshold, n: -x, "must be ≥ 0"),
        ("nan", lambda x, threshold, n: float("nan"), "must be ≥ 0"),
    ],
)
def test_a_rival_that_cannot_be_is_refused(name: str, response: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        register_contagion(name, response)
    assert name in OURS or name not in contagions()


def test_an_unknown_contagion_is_said() -> None:
    with pytest.raises(ValueError, match="no contagion is called 'hil'"):
        LearningCultureModel(short("business_as_usual"), rng=1, alpha_offset=0.0, contagion="hil")
