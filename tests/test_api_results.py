"""Results as objects: labelled tables, cubes, figures that say where they come from; and silence unless asked."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import matplotlib.figure
import numpy as np
import pandas as pd
import pytest
from experiments_lab import BUSY, QUIET, without_search

import sim
from sim.api import showing
from sim.experiments import Progress
from sim.report.build import fingerprint
from sim.sensitivity.result import SensitivityResult
from sim.validation.rows import near

QUICK: dict[str, Any] = {"replicates": 4, "draws": 12, "seed": 3, "workers": 1}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> sim.Experiment:
    with pytest.MonkeyPatch.context() as patch:
        without_search(patch)
        return sim.compare([QUIET, BUSY], out=tmp_path_factory.mktemp("api") / "made", **QUICK)


# --- scenarios in Python ------------------------------------------------------------------------------------


def test_a_builder_says_the_same_as_a_mapping() -> None:
    built = (
        sim.build("plan", title="A plan", question="Why?")
        .organization(people=40)
        .organization(departments=3)
        .run(years=0.5)
        .parameters(contagion=0.2)
        .lever("L01", who="leaders", dose=2.0)
        .lever("L04")
        .shock("sponsor_withdraws", at="month 3")
        .table("money", outcome_map=True)
    )
    mapping = {
        "name": "plan", "title": "A plan", "question": "Why?", "extends": "business_as_usual",
        "organization": {"people": 40, "departments": 3}, "run": {"years": 0.5}, "parameters": {"contagion": 0.2},
        "levers": [{"lever": "L01", "who": "leaders", "dose": 2.0}, {"lever": "L04"}],
        "shocks": [{"barrier": "sponsor_withdraws", "at": "month 3"}], "money": {"outcome_map": True},
    }  # fmt: skip
    assert dict(built) == mapping
    assert built.scenario().model_dump() == sim.load(mapping).model_dump()


def test_a_builder_is_never_changed() -> None:
    one = sim.build("one").lever("L01")
    other = one.lever("L04").run(years=1)
    other["levers"].append("nothing")
    assert [row["lever"] for row in one["levers"]] == ["L01"] and "run" not in one
    assert [row["lever"] for row in other["levers"]] == ["L01", "L04"] and len(other) == 4


def test_a_builder_with_a_fault_says_where() -> None:
    with pytest.raises(sim.ScenarioError, match="peeple"):
        sim.build("one").organization(peeple=40).scenario()


# --- comparisons --------------------------------------------------------------------------------------------


def test_what_is_opened_and_saved_is_the_same(made: sim.Experiment, tmp_path: Path) -> None:
    assert type(made) is sim.Experiment
    copied = made.save(tmp_path / "copy")
    assert type(copied) is sim.Experiment
    pd.testing.assert_frame_equal(copied.table, made.table)
    pd.testing.assert_frame_equal(sim.open_results(made.folder).runs, made.runs)


def test_one_kind_of_uncertainty_may_be_given_as_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_search(monkeypatch)
    alone = sim.run(QUIET, uncertainty="luck", replicates=2, workers=1, out=tmp_path / "alone")
    assert set(alone.runs["uncertainty"]) == {"luck"}
    with pytest.raises(sim.StoreError, match="two scenarios"):
        alone.plot_difference()
    with pytest.raises(sim.StoreError, match="luck"):
        alone.plot_adoption(luck_alone=True)


@pytest.mark.parametrize("name", ["adoption", "levels", "difference", "who_lit_whom", "timeline"])
def test_figures_carry_hash_seed_and_version(made: sim.Experiment, name: str) -> None:
    figure = getattr(made, f"plot_{name}")()
    assert isinstance(figure, matplotlib.figure.Figure)
    foot = " ".join(text.get_text() for text in figure.texts)
    assert fingerprint(made.plan) in foot and "seed 3" in foot and sim.__version__ in foot


def test_a_figure_shows_itself_also_after_a_change(made: sim.Experiment) -> None:
    figure = made.plot_timeline()
    before = figure._repr_html_()
    figure.axes[0].set_title("A title of mine")
    assert before.startswith("<div") and "<svg" in before and "A title of mine" not in before
    assert "A title of mine" in figure._repr_html_()
    assert made.plot_timeline() is not figure


def test_a_figure_that_needs_more_says_what(made: sim.Experiment) -> None:
    made._painters.pop("assumptions", None)  # type: ignore[attr-defined]
    with pytest.raises(sim.StoreError, match="a dozen draws"):
        made.plot_assumptions()


def test_the_words_and_the_page_are_those_of_the_command(made: sim.Experiment) -> None:
    page = made.report().read_text(encoding="utf-8")
    assert made.in_words()[0].split("“")[0] in page
    assert made._repr_html_().count("<tr") == len(made.table) + 1


def test_a_cube_holds_what_the_tables_hold(made: sim.Experiment) -> None:
    pytest.importorskip("xarray")
    for kind, sizes in (("luck", 4), ("assumptions", 12)):
        cube = made.to_xarray(kind)
        assert list(cube["scenario"].values) == ["quiet", "busy"] and cube.sizes["run"] == sizes
        rows = made.runs[(made.runs["uncertainty"] == kind) & (made.runs["scenario"] == "busy")]
        assert sorted(cube["share_end"].sel(scenario="busy").values) == sorted(rows["share_end"])
        series = made.series.query("uncertainty == @kind and scenario == 'quiet' and kind == 'level'")
        for row in series.sample(5, random_state=1).itertuples():
            draw = -1 if pd.isna(row.draw) else row.draw
            run = np.flatnonzero((cube["draw"] == draw) & (cube["replicate"] == row.replicate))
            cell = cube["skill"].sel(scenario="quiet", time=row.time, group=f"level: {row.group}")
            assert len(run) == 1 and cell.values[run[0]] == pytest.approx(row.skill, nan_ok=True)
    assert cube.attrs["seed"] == 3 and bool((cube["kind"].sel(group="all") == "all").all())
    with pytest.raises(sim.ExperimentError, match="no runs of uncertainty 'weather'"):
        made.to_xarray("weather")


def test_without_xarray_it_says_how_to_get_it(made: sim.Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(sim.ExperimentError, match=r"pip install -e '\.\[xarray\]'"):
        made.to_xarray()


# --- the other verbs ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_sweep_takes_columns_and_gives_a_cube(tmp_path: Path) -> None:
    pytest.importorskip("xarray")
    points = {"parameters.contagion": [0.1, 0.3, 0.5], "parameters.push": [1.0, 1.0, 2.0]}
    options: dict[str, Any] = {"replicates": 2, "workers": 1, "offsets": "default"}
    made = sim.sweep([QUIET], pd.DataFrame(points), out=tmp_path / "a", **options)
    same = sim.sweep([QUIET], points, out=tmp_path / "b", **options)
    cube = made.to_xarray()
    assert cube.sizes == {"point": 3, "scenario": 1, "replicate": 2}
    np.testing.assert_array_equal(cube["share_end"][:, 0], made.values("share_end"))
    np.testing.assert_array_equal(cube["parameters.contagion"], points["parameters.contagion"])
    pd.testing.assert_frame_equal(made.runs, same.runs)
    assert type(sim.open_sweep(tmp_path / "a")) is sim.Sweep and "3 points" in made._repr_html_()


@pytest.mark.slow
def test_a_sensitivity_analysis_is_stored_opened_and_drawn(tmp_path: Path) -> None:
    made = sim.sensitivity_analysis(
        task="sim.sensitivity.testfunctions:ishigami", method="sobol", samples=64, replicates=1, workers=1,
        out=tmp_path / "study",
    )  # fmt: skip
    assert list(made.table["factor"]) == list(made.result.index("ST")["factor"])
    assert made.plot() is made.plot(made.plots()[0])
    assert f"Ripple {sim.__version__}" in " ".join(text.get_text() for text in made.plot().texts)
    opened = sim.open_sensitivity(tmp_path / "study")
    pd.testing.assert_frame_equal(opened.table, made.table, check_dtype=False)
    assert opened.in_words() == made.in_words() and opened.in_words()[0] in made._repr_html_().replace(
        "&#x27;", "'"
    )
    assert SensitivityResult.load(tmp_path / "study" / "sensitivity").method == "sobol"
    with pytest.raises(sim.StoreError, match="there is no figure 'pie'"):
        made.plot("pie")
    with pytest.raises(sim.StoreError, match="no figures of an outcome 'hope'"):
        made.plots("hope")


def test_validation_is_a_table_with_a_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def rows(*, quick: bool, told: Any, **_: Any) -> list[Any]:
        told(0, 1, "toys")
        told(1, 1, "done")
        return [
            near("one", expected=1.0, ours=1.0 + quick, tolerance=0.5, source="a book"),
            near("two", expected=1.0, ours=1.0, tolerance=0.5, source="a book"),
        ]

    monkeypatch.setattr("sim.validation.validate.validate", rows)
    told: list[Progress] = []
    quick, full = sim.validate(quick=True, progress=told.append), sim.validate()
    assert not quick.good and full.good
    assert list(quick.table["verdict"]) == ["FAIL", "pass"] and "FAIL" in quick._repr_html_()
    assert told[0].stage == "toys" and told[-1].done == told[-1].total == 1
    assert quick.save(tmp_path).name == "validation.html" and (tmp_path / "validation.json").exists()


def test_a_decision_is_words_and_tables(tmp_path: Path) -> None:
    found = sim.decide.regret(
        [QUIET, BUSY], futures=["as_planned"], draws=0, replicates=2,
        workers=1,
    )  # fmt: skip
    assert found.in_words()[0] in repr(found) and found.facts["outcome"] == "share_end"
    assert found.table.equals(found.tables["regret"]) and not found.failures
    assert {path.name for path in found.save(tmp_path / "d")} == {f"{name}.csv" for name in found.tables}


# --- silence, progress --------------------------------------------------------------------------------------


def test_nothing_is_printed_unless_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    without_search(monkeypatch)
    monkeypatch.setattr(showing, "_LINE_EVERY", 0.0)
    for number, shown in enumerate((None, False, True)):
        folder = tmp_path / str(number)
        made = sim.compare(
            [QUIET, BUSY], out=folder, uncertainty="luck", replicates=2, workers=1, progress=shown
        )
        made.plot_adoption()
        out, err = capfd.readouterr()
        assert out == ""
        assert bool(err) == (shown is True), err
    assert "running: 4 of 4 done" in err
    told: list[Progress] = []
    sim.compare([QUIET, BUSY], out=folder, uncertainty="luck", replicates=2, workers=1, progress=told.append)
    assert told[-1].stage == "finished"


def test_a_notebook_shows_a_bar_and_takes_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    class Handle:
        def update(self, picture: Any) -> None:
            shown.append(picture.data)

    def display(picture: Any, display_id: bool) -> Handle:
        shown.append(picture.data)
        return Handle()

    fake = types.SimpleNamespace(HTML=lambda data: types.SimpleNamespace(data=data), display=display)
    monkeypatch.setitem(sys.modules, "IPython.display", fake)  # type: ignore[arg-type]
    monkeypatch.setattr(showing, "in_notebook", lambda: True)
    monkeypatch.setattr(showing, "_BAR_EVERY", 0.0)
    monkeypatch.setattr(showing, "_FIRST", 0.0)
    with pytest.raises(KeyboardInterrupt), showing.listening(None) as listener:
        assert listener is not None
        listener(Progress("running", 3, 8, 1, 2.0, 4.0))
        listener(Progress("running", 5, 8, 1, 3.0, 2.0))
        raise KeyboardInterrupt
    assert 'value="3" max="8"' in shown[0] and "5 of 8 done, 1 failed" in shown[1] and shown[2:] == [""]
    with showing.listening(False) as silent:
        assert silent is None
