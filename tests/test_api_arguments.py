"""What the verbs take: numbers of numpy, one scenario alone, any form of a design; and what they say of the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from experiments_lab import BUSY, QUIET

import sim
from sim.arguments import said, whole
from sim.decisions import DecisionError
from sim.experiments.comparing import _workers
from sim.experiments.design_table import DesignError
from sim.experiments.plan import make_plan
from sim.experiments.points import check_parameters
from sim.experiments.sweep_plan import make_sweep
from sim.model import Checkpoint, CheckpointError, LearningCultureModel, checkpoint

TINY: dict[str, Any] = {**QUIET, "run": {"years": 0.1, "burn_in": 0.1}}
POINTS = sim.Design.from_columns({"parameters.contagion": [0.1]})
PATH = "parameters.contagion"


# --- whole numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint8])
def test_whole_numbers_of_numpy_are_whole_numbers(kind: type[np.integer[Any]]) -> None:
    assert type(whole("seed", kind(3), error=ValueError)) is int
    plan = make_plan([QUIET], seed=kind(4), replicates=kind(2), draws=kind(3))  # type: ignore[arg-type]
    assert (plan.seed, type(plan.seed), plan.replicates, plan.draws) == (4, int, 2, 3)
    assert type(make_sweep([QUIET], POINTS, seed=kind(3)).seed) is int  # type: ignore[arg-type]
    assert _workers(kind(1)) == (1, None)  # type: ignore[arg-type]


def test_other_counts_may_be_of_numpy_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []

    def noted(*_: object, **options: Any) -> None:
        given.append(options)
        raise InterruptedError

    monkeypatch.setattr("sim.sensitivity.study.sensitivity", noted)
    monkeypatch.setattr("sim.experiments.sweep", noted)
    monkeypatch.setattr("sim.decisions.contributions", noted)
    calls: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (
            sim.sensitivity_analysis,
            {"samples": np.int64(4), "replicates": np.int64(1), "outputs": "share_end"},
        ),
        (
            lambda s, **more: sim.sweep(s, POINTS, **more),
            {"replicates": np.int64(2), "shard": (np.int64(1), 2)},
        ),
        (sim.decide.contribution, {"replicates": np.int64(2), "workers": 1}),
    ]
    for verb, options in calls:
        with pytest.raises(InterruptedError):
            verb(QUIET, **options)
    assert [type(one["replicates"]) for one in given] == [int, int, int]
    assert type(given[0]["samples"]) is int and given[0]["outputs"] == ["share_end"]
    assert given[1]["shard"] == (1, 2) and type(given[1]["shard"][0]) is int


def test_one_outcome_alone_is_a_list_of_one() -> None:
    assert (
        make_sweep([QUIET], POINTS, outputs="share_end").outputs
        == make_sweep([QUIET], POINTS, outputs=["share_end"]).outputs
    )
    with pytest.raises(sim.ExperimentError, match="outputs is 5: give a list"):
        make_sweep([QUIET], POINTS, outputs=5)  # type: ignore[arg-type]


def test_a_lever_or_future_alone_is_a_list_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.api.decide import _uses

    assert [use.lever for use in _uses("L01")] == ["L01"]
    with pytest.raises(DecisionError, match="as_plannd"):
        sim.decide.regret([QUIET], futures="as_plannd", draws=0)


WRONG = [-1, True, np.True_, 2**63, 2**64 - 1, None, 1.5, 4.0, "a", np.int64(-1), np.float64(2.0), [1]]


@pytest.mark.parametrize("value", WRONG)
def test_what_is_no_whole_number_in_range_is_said(value: Any) -> None:
    asked: list[tuple[str, Callable[[], object]]] = [
        ("seed", lambda: sim.run_once(TINY, seed=value, alpha_offset=0.0)),
        ("replicate", lambda: sim.run_once(TINY, replicate=value, alpha_offset=0.0)),
    ]
    if value is not None:
        asked += [
            ("seed", lambda: make_plan([QUIET], seed=value)),
            ("seed", lambda: make_sweep([QUIET], POINTS, seed=value)),
            ("seed", lambda: sim.decide.regret([QUIET, BUSY], seed=value)),
            ("seed", lambda: sim.sensitivity_analysis([QUIET], seed=value)),
        ]
    for name, verb in asked:
        with pytest.raises(sim.ExperimentError) as caught:
            verb()
        assert str(caught.value) == f"{name} is {said(value)}: give a whole number from 0 to 2^63 - 1"


def test_a_run_has_the_same_luck_whatever_kind_its_numbers_are() -> None:
    plain = sim.run_once(TINY, seed=2, replicate=1, alpha_offset=0.0)
    other = sim.run_once(TINY, seed=np.int64(2), replicate=np.int64(1), alpha_offset=0.0)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(plain.events, other.events)
    assert (other.record.seed, other.record.replicate) == (2, 1)


@pytest.mark.parametrize("engine", [True, False])
def test_a_branch_takes_whole_numbers_of_numpy_and_no_others(engine: bool) -> None:
    from sim.engine.run import Simulation

    plan = sim.resolve(TINY)
    run: Any = Simulation(plan, seed=3) if engine else LearningCultureModel(plan, rng=3, alpha_offset=0.0)
    saved = checkpoint(run)
    assert type(saved.restore(replicate=np.int64(5)).replicate) is int
    for value in (value for value in WRONG if value is not None):
        with pytest.raises(CheckpointError, match=r"replicate is .*: give a whole number from 0"):
            saved.restore(replicate=value)


def test_a_file_that_is_no_checkpoint_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="none: cannot be read: No such file or directory"):
        Checkpoint.load(tmp_path / "none")
    with pytest.raises(CheckpointError, match="path is None: give the file of a checkpoint"):
        Checkpoint.load(None)  # type: ignore[arg-type]


def test_a_scenario_takes_numbers_of_numpy_wherever_they_stand() -> None:
    built = (
        sim.build("one")
        .organization(people=np.int64(40), departments=np.int32(3))
        .run(years=np.int64(1))
        .parameters(contagion=np.float32(0.25))  # type: ignore[arg-type]
        .lever("L01", dose=np.float32(2.0))
    )
    made = built.scenario()
    assert (made.organization.people, made.run.years, made.levers[0].dose) == (40, 1, 2.0)
    assert sim.load({"organization": {"people": np.int64(40)}}).organization.people == 40


# --- scenarios ----------------------------------------------------------------------------------------------


def test_every_form_of_a_scenario_is_laid_out(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[organization]\npeople = 40\n[run]\nyears = 0.5\nburn_in = 0.1\n")
    forms: list[Any] = [str(file), file, QUIET, sim.build("b").organization(people=40), sim.load(QUIET)]
    assert {sim.resolve(form).organization.n for form in forms} == {40}
    mine = sim.resolve(QUIET).organization
    assert sim.resolve(BUSY, organization=mine).organization is mine
    assert sim.resolve("stars_align").name == sim.resolve(Path("stars_align")).name == "stars_align"


def test_one_scenario_alone_is_a_list_of_one(tmp_path: Path) -> None:
    file = tmp_path / "quiet.toml"
    file.write_text("[organization]\npeople = 40\n")
    builder = sim.build("quiet").organization(people=40)
    for alone in (str(file), file, QUIET, builder, sim.load(QUIET)):
        assert [arm.name for arm in make_plan(alone, draws=1).arms] == ["quiet"]
        assert [arm.name for arm in make_sweep(alone, POINTS).arms] == ["quiet"]
    assert [arm.name for arm in make_plan(iter([QUIET, BUSY]), draws=1).arms] == ["quiet", "busy"]  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [5, 1.5, b"x", object()])
def test_what_is_no_list_of_scenarios_is_said(value: Any) -> None:
    for verb in (sim.compare, sim.decide.regret, sim.sensitivity_analysis, lambda s: sim.sweep(s, POINTS)):
        with pytest.raises(sim.ExperimentError) as caught:
            verb(value)
        assert str(caught.value).startswith(f"scenarios is {said(value)}: give a list of names, files")


def test_no_plan_at_all_is_said() -> None:
    with pytest.raises(DecisionError, match="no plan given; name at least one"):
        sim.decide.regret([])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        (5, "5"),
        (float("nan"), "nan"),
        (b"x", "b'x'"),
        (pd.DataFrame({"a": [1]}), "a DataFrame"),
        ([], "a list"),
    ],
)
def test_what_is_no_scenario_is_said(value: Any, shown: str) -> None:
    with pytest.raises(sim.ScenarioError) as caught:
        sim.load(value)
    assert str(caught.value) == (
        f"{shown} is no scenario; give a file, a mapping of tables or a bundled name, e.g. 'stars_align'"
    )


def test_a_path_has_the_help_of_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert sim.load(Path("stars_align")).name == "stars_align"
    for name in ("stars_algn", "none.toml"):
        with pytest.raises(sim.ScenarioError) as text:
            sim.load(name)
        with pytest.raises(sim.ScenarioError) as path:
            sim.load(Path(name))
        assert str(text.value) == str(path.value)
    with pytest.raises(sim.ScenarioError, match="is a folder; give a scenario file inside it"):
        sim.load(tmp_path)
    (tmp_path / "stars_align").write_text('title = "Mine"\n')  # a path that is a file is that file
    assert sim.load(Path("stars_align")).title == "Mine"


def test_a_loaded_scenario_is_given_back() -> None:
    made = sim.load(QUIET)
    assert sim.load(made) is made
    with pytest.raises(
        sim.ScenarioError, match="overrides cannot be applied to 'quiet', which is loaded already"
    ):
        sim.load(made, overrides=["run.years=1"])


def test_one_change_alone_is_a_list_of_one() -> None:
    assert sim.load(QUIET, overrides="run.years=2").run.years == 2.0
    assert make_plan([QUIET], overrides="run.years=2", draws=1).arms[0].resolved.years == 2.0
    with pytest.raises(sim.ScenarioError, match="overrides is 5: give path=value texts"):
        sim.load(QUIET, overrides=5)  # type: ignore[arg-type]


# --- designs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'{PATH}\n20\n "30"\n0x1F\n', "point 1: '\"30\"' is not a number"),
        (f"{PATH}\n20\n30\n0x1F\n", "point 2: '0x1F' is not a number"),
        (f"{PATH}\n20\n-1\n", "point 1: -1 "),
    ],
)
def test_the_cell_at_fault_is_quoted_with_its_point_and_file(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "d.csv").write_text(text)
    design = sim.Design.read(tmp_path / "d.csv")
    for some in (design, design.take(slice(0, 3))):
        with pytest.raises(DesignError) as caught:
            check_parameters(some)
        assert str(caught.value).startswith(f"design {tmp_path / 'd.csv'}, column {PATH}, {told}")


def test_a_point_that_cannot_be_run_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("organization.people\n40\n1\n")
    with pytest.raises(DesignError, match=r"point 1 of the design .*d\.csv cannot be run with 'quiet'"):
        make_sweep([QUIET], sim.Design.read(tmp_path / "d.csv"))


def test_text_that_reads_as_numbers_is_told_apart() -> None:
    with pytest.raises(
        DesignError, match=f"column {PATH}, point 0: '20' is text; give numbers without quotes"
    ):
        check_parameters(sim.Design.from_columns({PATH: ["20", "30"]}))
    with pytest.raises(DesignError, match=f"column {PATH}, point 1: 'x' is not a number"):
        check_parameters(sim.Design.from_columns({PATH: [0.1, "x"]}))


def test_tabs_part_cells(tmp_path: Path) -> None:
    (tmp_path / "d.tsv").write_text("a.x\ta.y\ta.z\n1\t0,5\tnever\n-2\t1.25\ta,b\n")
    expected = sim.Design.from_columns({"a.x": [1, -2], "a.y": [0.5, 1.25], "a.z": ["never", "a,b"]})
    assert sim.Design.read(tmp_path / "d.tsv") == expected
    (tmp_path / "d.tsv").write_text("a.x\t\n1\n")  # a tab at the end parts nothing
    assert sim.Design.read(tmp_path / "d.tsv") == sim.Design.from_columns({"a.x": [1]})


@pytest.mark.parametrize(
    ("design", "told"),
    [
        (None, "design is None: give columns by path"),
        ([], "design is a list: give columns by path"),
        ("d.csv", r"design is 'd\.csv': give columns by path.*Design\.read"),
        ({}, "a design needs a column at least"),
        ({PATH: [True]}, "point 0: True is not a number"),
        ({PATH: [0.1, False]}, "point 1: False is not a number"),
        ({PATH: np.array([True])}, "point 0: True is not a number"),
        ({f"quiet:{PATH}": [0.1, True]}, "point 1: True is not a number"),
        (pd.DataFrame({PATH: [True, False]}), "point 0: True is not a number"),
        ({PATH: 0.1}, r"is 0\.1: give a list of values"),
        ({PATH: "ab"}, "is 'ab': give a list of values"),
        ({PATH: [[1.0], [1.0, 2.0]]}, "lists of different lengths; give one value a point"),
        ({PATH: [0.1, None]}, "point 1: None is not a number"),
        ({PATH: [2**70]}, "more than 64 bits"),
        ({1: [1]}, "1 is not a path"),
    ],
)
def test_what_is_no_design_is_said(design: Any, told: str) -> None:
    with pytest.raises(DesignError, match=told):
        sim.sweep([QUIET], design)


def test_values_that_come_one_by_one_are_a_column() -> None:
    for column in ((x / 10 for x in (1, 2)), map(float, ("0.1", "0.2")), pd.Series([0.1, 0.2], dtype=object)):
        assert sim.Design.of({PATH: column}) == sim.Design.from_columns({PATH: [0.1, 0.2]})
    whole_numbers = pd.DataFrame({PATH: pd.Series([1, 2], dtype="Int64")})
    assert sim.Design.of(whole_numbers) == sim.Design.from_columns({PATH: range(1, 3)})
    assert sim.Design.of(POINTS) is POINTS


# --- precision, folders, progress ---------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["a", True, [0.1], 0, 1.0, float("inf"), 1j])
def test_what_is_no_precision_is_said(value: Any) -> None:
    with pytest.raises(sim.ExperimentError) as caught:
        sim.compare([QUIET], precision=value)
    assert str(caught.value).startswith(f"precision is {said(value)}: give a half-width between 0 and 1")
    assert type(make_plan([QUIET], precision=np.float32(0.5), draws=1).precision) is float  # type: ignore[arg-type]


def test_what_is_no_folder_is_said() -> None:
    verbs: list[Callable[[Any], object]] = [
        lambda out: sim.compare([QUIET], out=out, draws=1, replicates=1),
        lambda out: sim.sweep([QUIET], POINTS, out=out),
        lambda out: sim.sensitivity_analysis([QUIET], factors=["contagion"], out=out),
        lambda out: sim.decide.regret([QUIET], out=out),
        lambda out: sim.validate(out=out),
        sim.open_results, sim.open_sweep, sim.open_sensitivity,
    ]  # fmt: skip
    for verb in verbs:
        with pytest.raises(
            sim.StoreError, match=r"(out|folder) is 5: give a results folder, e\.g\. 'results/mine'"
        ):
            verb(5)
    with pytest.raises(sim.StoreError, match="folder is None"):
        sim.open_results(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["yes", 1, 0, []])
def test_progress_is_a_switch_or_a_function(value: Any) -> None:
    with pytest.raises(sim.ExperimentError, match=r"progress is .*: give True, False, None or a function"):
        sim.compare([QUIET], progress=value)


def test_values_are_quoted_short() -> None:
    assert said("x" * 99) == "'" + "x" * 58 + "…"
    assert said(10**5000) == "a very large number"
    assert (said(np.int64(3)), said([1]), said(object())) == ("3", "a list", "an object")
