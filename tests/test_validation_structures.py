"""Structures the other way round: what they are, and that their size is that of the structure alone."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.engine.run import run
from sim.model import LearningCultureModel
from sim.scenario import load, resolve
from sim.validation import registers, structure_effects, structures
from sim.validation.__main__ import main
from sim.validation.structure_effects import Effect, measure, table
from sim.validation.structures import Structure

PLAN = {
    "extends": "all_levers",
    "organization": {"people": 60},
    "run": {"years": 2.0, "step": "month"},
}


def test_every_structure_is_measured_and_read() -> None:
    known = set(structures.structures())
    rows = csv.DictReader(
        files("sim.validation").joinpath("data/impact_structures.csv").read_text("utf-8").splitlines()
    )
    assert {row["structure"] for row in rows} == known
    assert {name for one in registers.assumptions() for name in one.structures} == known


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"says": "x"}, "give says"),
        ({"set": ["a=1"]}, "give says"),
        ({"says": "x", "change": "magic"}, "additive_hazards"),
        ({"says": "x", "when": 1}, "when"),
        ({"says": "x", "set": "a=1"}, "set"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused(entry: dict[str, object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        structures._structure("mine", entry)


def test_what_differs_in_nothing_has_no_effect() -> None:
    same = Structure("same", "the same again", set=("run.years=2",))
    found = measure([same], draws=2, agent_draws=1, replicates=2, people=30)
    assert found == [Effect("same", 0.0, 0.0, (0.0, 0.0), 2)]


def test_simple_contagion_spreads_further_and_is_told_first() -> None:
    chosen = [structures.structures()[name] for name in ("outcome_map", "simple_contagion")]
    first, second = measure(chosen, draws=2, agent_draws=1, replicates=2, people=30)
    assert (first.structure, second.structure) == ("simple_contagion", "outcome_map")
    assert first.means[0] > 0.1 and first.share > 0.1
    assert second.share == second.skill == 0.0
    assert table([first]).splitlines()[1].startswith("simple_contagion,red,")


def test_too_few_runs_to_take_luck_out_are_refused() -> None:
    with pytest.raises(ValueError, match="2 runs or more"):
        measure([], replicates=1)


@given(arrays(np.float64, (3, 2, 2), elements=st.floats(-0.5, 0.5)))
def test_luck_is_taken_out_and_never_added(differences: np.ndarray) -> None:
    effect = structure_effects._effect("x", differences)
    raw = np.sqrt((differences.mean(axis=1) ** 2).mean(axis=0))
    assert 0.0 <= effect.share <= raw[0] + 1e-12 and 0.0 <= effect.skill <= raw[1] + 1e-12
    constant = structure_effects._effect("x", np.broadcast_to(differences[:, :1], (3, 2, 2)))
    assert constant.share == pytest.approx(np.sqrt((differences[:, 0, 0] ** 2).mean()))


def test_rivals_differ_from_the_model_as_it_is_in_their_structure_alone() -> None:
    from sim.validation.rival_agents import RIVALS, _evened

    resolved = resolve(load(PLAN))
    ours = run(resolved, seed=3, alpha_offset=-0.1)
    twin = LearningCultureModel(resolved, rng=3, alpha_offset=-0.1)
    twin.run_model()
    assert twin.share == pytest.approx(ours.share.tolist(), abs=1e-12)
    additive = RIVALS["additive_hazards"](resolved, -0.1, 3, 0)
    additive.run_model()
    assert (
        twin.share[-1] - additive.share[-1] > 0.1
    )  # under many levers, what adds does less than what multiplies
    assert _evened(np.array([[0.4, 0.0, -0.2], [0.0, 0.0, 0.0]])).tolist() == pytest.approx(
        np.array([[0.3, 0.0, -0.3], [0.0, 0.0, 0.0]])
    )
    even = RIVALS["even_channels"](resolved, -0.1, 3, 0)
    flow = np.abs(even.repertoire.flow).sum()
    assert flow == pytest.approx(np.abs(twin.repertoire.flow).sum())
    assert not np.allclose(even.repertoire.flow, twin.repertoire.flow)


def test_additive_hazards_agree_to_first_order() -> None:
    """Where nobody's readiness or company departs from the usual, both hazards are those of the model as it is."""
    plan = {**PLAN, "extends": "business_as_usual"}
    quiet = {
        "enthusiasm_noise": 0.0,
        "contagion": 0.0,
        "conduct_spread": 0.0,
        "a_practice": 0.0,
        "protection": 0.0,
    }
    resolved = resolve(load({**plan, "parameters": quiet}))
    from sim.validation.rival_agents import RIVALS

    usual = LearningCultureModel(resolved, rng=5, alpha_offset=0.0)
    other = RIVALS["additive_hazards"](resolved, 0.0, 5, 0)
    usual.run_model()
    other.run_model()
    assert max(abs(a - b) for a, b in zip(usual.share, other.share, strict=True)) <= 0.03


def test_the_command_writes_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def quick(told):  # type: ignore[no-untyped-def]
        told(0, 1, "step")
        return [Effect("step", 0.2, 0.01, (-0.1, 0.0), 1)]

    monkeypatch.setattr(structure_effects, "measure", quick)
    assert main(["structures", str(tmp_path / "made.csv")]) == 0
    assert (tmp_path / "made.csv").read_text("utf-8") == table(quick(lambda *_: None))
    assert main(["structures", str(tmp_path / "nowhere" / "made.csv")]) == 2
