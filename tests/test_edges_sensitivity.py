"""Sensitivity where something is odd, missing or too little: what is said, and which number comes out."""

from __future__ import annotations

import json
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensitivity_lab import line

from sim.experiments.design_table import Design
from sim.experiments.sweeping import sweep
from sim.experiments.swept import Sweep
from sim.parameters import REGISTER
from sim.scenario import Scenario, load
from sim.sensitivity import testfunctions
from sim.sensitivity.advice import advise, estimate, in_words
from sim.sensitivity.analyse import analyse
from sim.sensitivity.choosing import choose, grouped
from sim.sensitivity.data import Data
from sim.sensitivity.decision import ranking
from sim.sensitivity.designs import layout_of, make_design
from sim.sensitivity.discovery import discover
from sim.sensitivity.distributional import delta, slices_of
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor, check_factors
from sim.sensitivity.methods import METHODS
from sim.sensitivity.of_sweep import analyse_sweep
from sim.sensitivity.outputs import outcomes_of
from sim.sensitivity.samplers import CURVES, shortest_curve
from sim.sensitivity.shapes import curve_rows
from sim.sensitivity.spectral import fast
from sim.sensitivity.structure import lever_factor, structural_factors
from sim.sensitivity.studies import load_study
from sim.sensitivity.study import plan_study
from sim.sensitivity.treating import treat

PLAN = load("contagion_first")
LINE = testfunctions.factors_of("noisy_line")


def plan(*levers: dict[str, Any], years: float = 2.0) -> Scenario:
    return load({"name": "mine", "run": {"years": years}, "levers": list(levers)})


def imported() -> Scenario:
    """As if its organisation came from a file; none is read."""
    return PLAN.model_copy(
        update={"organization": PLAN.organization.model_copy(update={"people_file": "people.csv"})}
    )


# --- choosing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wag*", r"nothing is left to vary \(wage: a setting"),
        ("contagion=0..inf", "is no range"),
        ("contagion=0..nan", "is no range"),
    ],
)
def test_choices_that_leave_nothing(text: str, said: str) -> None:
    with pytest.raises(SensitivityError, match=said):
        choose(text, PLAN)


def test_a_span_of_grades() -> None:
    found = {factor.path for factor in choose("grade B-C", PLAN).factors}
    apart = {factor.path for text in ("grade B", "grade C") for factor in choose(text, PLAN).factors}
    assert found == apart and found
    assert not found & {factor.path for factor in choose("grade D", PLAN).factors}


def test_a_parameter_without_a_range_takes_the_one_given() -> None:
    (factor,) = choose("habit_hardening=0.1..0.4", PLAN).factors
    assert (factor.low, factor.high, factor.base) == (0.1, 0.4, REGISTER["habit_hardening"].default)
    assert factor.path == "parameters.habit_hardening" and factor.label == "habit_hardening"


def test_of_a_lever_that_is_not_used_nothing_is_known_but_the_range() -> None:
    (factor,) = choose("levers.L03.dose=0..2", PLAN).factors
    assert (factor.path, factor.low, factor.high) == ("levers.L03.dose", 0.0, 2.0)
    assert np.isnan(factor.base)


def test_an_organisation_from_files_has_no_numbers_to_vary() -> None:
    assert structural_factors(imported()) == []
    with pytest.raises(SensitivityError, match="comes from files, so it has no numbers to vary"):
        choose("structure", imported())


def test_groups_are_by_grade_or_by_tag() -> None:
    with pytest.raises(SensitivityError, match="by 'grade' or 'tag', found 'colour'"):
        grouped(LINE, "colour")


# --- levers of a plan --------------------------------------------------------------------------------------------


def test_a_stop_varies_from_half_a_year_after_the_start_to_the_horizon() -> None:
    mine = plan({"lever": "L01", "start": 0.5, "stop": 1.5}, {"lever": "L04", "start": 0.25})
    ends = [(factor.low, factor.high, factor.base) for factor in choose("levers.*.stop", mine).factors]
    assert ends == [(1.0, 2.0, 1.5), (0.75, 2.0, 2.0)]


def test_where_the_plan_leaves_no_room_it_says_so_and_the_others_are_taken() -> None:
    mine = plan({"lever": "L01", "dose": 0.0}, {"lever": "L04", "dose": 1.0})
    assert [factor.path for factor in choose("levers.*.dose", mine).factors] == ["levers.L04.dose"]
    with pytest.raises(
        SensitivityError,
        match=r"levers\.L01\.dose: the plan leaves no room to vary it \(0 to 0\); give a range",
    ):
        choose("levers.L01.dose", mine)


def test_a_lever_has_five_aspects() -> None:
    with pytest.raises(
        SensitivityError, match="no 'colour' to vary; one of dose, start, stop, coverage, presence"
    ):
        lever_factor(PLAN, 0, "colour")


def test_coverage_of_a_lever_that_names_nobody_is_of_those_it_concerns() -> None:
    (of_managers,) = choose("levers.L01.coverage", plan({"lever": "L01"})).factors
    assert of_managers.path == "levers.L01.who.random" and of_managers.base == 1.0
    (need,) = of_managers.needs
    varied = load(
        {"name": "mine", "levers": [{"lever": "L01"}]}, overrides=[need, "levers.L01.who.random=0.5"]
    )
    who = varied.levers[0].who
    assert who is not None and who.random == 0.5 and who.levels


@pytest.mark.parametrize(("who", "by"), [({"most_central": 0.1}, "most_central"), ({"random": 3}, "random")])
def test_coverage_of_chosen_people_is_varied_at_its_own_place(who: dict[str, Any], by: str) -> None:
    with pytest.raises(SensitivityError, match=f"chooses its people by {by}; vary that place instead"):
        choose("levers.L04.coverage", plan({"lever": "L04", "who": who}))


# --- factors and designs -----------------------------------------------------------------------------------------


def test_factors_that_cannot_be_varied_together() -> None:
    one = Factor("x", low=0.0, high=1.0)
    with pytest.raises(SensitivityError, match="no factor is chosen"):
        check_factors([])
    with pytest.raises(SensitivityError, match="factor x is chosen twice with different ranges"):
        check_factors([one, replace(one, high=2.0)])
    with pytest.raises(
        SensitivityError, match="kind 'colour' is unknown; continuous, integer or categorical"
    ):
        Factor("x", "colour", 0.0, 1.0)  # type: ignore[arg-type]
    with pytest.raises(SensitivityError, match="factor x: 'z' is not one of its levels"):
        Factor("x", "categorical", levels=("a", "b")).positions(["a", "z"])


def test_a_base_between_two_whole_numbers_is_not_rounded_away() -> None:
    design = make_design((Factor("x", "integer", 1, 4, base=2.5), Factor("y", low=0.0, high=1.0)), "tornado")
    assert design.values[0].tolist() == [2.5, 1.0, 4.0, 2.5, 2.5]
    whole = make_design((Factor("x", "integer", 1, 4, base=2), Factor("y", low=0.0, high=1.0)), "tornado")
    assert whole.values[0].dtype == np.int64


def test_text_in_a_design_of_ones_own_is_categories() -> None:
    cells = np.tile(["b", "a"], 40)
    x = np.arange(80.0)
    layout = layout_of(Design(("w", "x"), (cells, x)), "pawn")
    assert (layout.factors[0].kind, layout.factors[0].levels) == ("categorical", ("a", "b"))
    assert layout.x[:2, 0, 0].tolist() == [1.0, 0.0]
    with pytest.raises(SensitivityError, match="column w of the design does not vary; leave it out"):
        layout_of(Design(("w", "x"), (np.full(80, "a"), x)), "pawn")


def test_fast_takes_more_points_for_more_factors() -> None:
    method = METHODS["fast"]
    assert method.usual_for(40) == CURVES * shortest_curve(40) > method.usual == method.usual_for(2)


# --- indices of odd outcomes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [3, 7, 10, 13, 100])
def test_no_slice_is_empty_however_few_the_points(points: int) -> None:
    number, count = slices_of(np.arange(points)[::-1] * 0.1, False)
    assert count == min(10, points) and set(number.tolist()) == set(range(count))
    assert np.ptp(np.bincount(number)) <= 1


def test_parts_in_which_nothing_varies_are_left_out_of_delta_as_in_salib() -> None:
    from SALib.analyze.delta import calc_delta

    x = (np.arange(256) + 0.5) / 256
    y = np.where(x < 0.25, 0.0, np.random.default_rng(1).normal(size=256))
    data = Data(y[:, None, None], x[:, None, None], ((0,),), (False,))
    edges = np.linspace(0, 256, int(np.ceil(256 ** (2.0 / (7.0 + np.tanh((1500.0 - 256) / 500.0))))) + 1)
    assert delta(data)["delta"][0] == pytest.approx(
        calc_delta(y, np.linspace(y.min(), y.max(), 100), x, edges)
    )


def test_a_search_curve_without_variance_says_nothing_of_its_factor() -> None:
    design = make_design(LINE, "fast", 129)
    layout = layout_of(design)
    y = line(design)[layout.place][:, :, None]
    y[:, 258:] = 0.25  # the curve of the third factor
    found = fast(Data(y, layout.x, ((0,), (1,), (2,)), (False,) * 3))
    assert np.isnan(found["S1"][2]) and np.isnan(found["ST"][2])
    assert (found["S1"][:2] > 0.1).all()


def test_curves_hold_the_kinds_asked_for() -> None:
    x = np.linspace(0.0, 1.0, 50)[:, None]
    rows = curve_rows(x, x, (Factor("x", low=0.0, high=1.0),), ("pawn",), np.arange(50))
    assert {row["curve"] for row in rows} == {"pawn"} and len(rows) == 10
    assert rows[0]["y"] == pytest.approx(0.9) and rows[0]["n"] == 5  # the lowest tenth against all


def test_many_lucks_make_humps_that_a_few_do_not() -> None:
    """Of sixteen replicates half are in the upper hump: luck decides between two ways in which things can go."""
    rng = np.random.default_rng(2)
    for replicates, kind in ((6, "number"), (16, "two-humped")):
        y = 0.02 * rng.standard_normal((100, replicates)) + (np.arange(replicates) % 2)
        assert outcomes_of({"y": y})[0].kind == kind


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, -0.5])
def test_confidence_is_a_share(confidence: float) -> None:
    design = make_design(LINE, "sobol", 8)
    with pytest.raises(SensitivityError, match="confidence lies between 0 and 1, found"):
        analyse(design, {"y": line(design)}, confidence=confidence)


def test_outcomes_have_points_and_replicates() -> None:
    for wrong in (np.zeros((2, 2, 2)), np.zeros((0, 3))):
        with pytest.raises(SensitivityError, match=r"outcome y has shape .*give \(points, replicates\)"):
            outcomes_of({"y": wrong})


@pytest.mark.parametrize("policy", ["drop", "impute-median"])
def test_an_outcome_without_any_value_cannot_be_analysed(policy: str) -> None:
    design = make_design(LINE, "sobol", 8)
    y = np.full((len(design), 2), np.nan)
    with pytest.raises(
        SensitivityError, match=r"128 of 128 runs have no value for y.*: no point can be analysed"
    ):
        treat(y, layout_of(design), name="y", policy=policy)


def test_a_ranking_needs_two_pairs_at_some_point() -> None:
    gap = np.full((5, 3), np.nan)
    gap[:, 0] = 1.0
    with pytest.raises(SensitivityError, match="no point has two pairs of runs of A and B"):
        ranking(gap, a="A", b="B", outcome="y")
    gap[0, 1:] = 1.0, 1.1
    assert ranking(gap, a="A", b="B", outcome="y").points == 1


@pytest.mark.parametrize("deepest", [0, 7])
def test_a_box_has_one_to_six_questions(deepest: int) -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(SensitivityError, match=f"a box of {deepest} questions is no box; give 1 to 6"):
        discover(Design(("x",), (np.arange(100.0),)), np.arange(100) > 50, deepest=deepest)


# --- advice ------------------------------------------------------------------------------------------------------


def test_without_a_budget_an_hour_is_meant() -> None:
    asked: dict[str, Any] = {"seconds_per_run": 0.1, "workers": 2}
    found = advise(LINE, **asked)
    assert found == advise(LINE, seconds=3600.0, **asked)
    assert 1800.0 < found.estimate.seconds <= 3600.0


def test_times_are_told_in_the_unit_that_fits() -> None:
    size = estimate(LINE, "sobol", 8, replicates=1)
    said = {
        seconds: in_words(replace(size, seconds=seconds)) for seconds in (0.2, 119.5, 150.0, 7100.0, 9000.0)
    }
    wanted = {
        0.2: "about 1 s",
        119.5: "about 120 s",
        150.0: "about 2 min",
        7100.0: "about 118 min",
        9000.0: "about 2.5 h",
    }
    assert {seconds: text.split(", ")[2] for seconds, text in said.items()} == wanted


# --- study files and plans ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("set = [3]", r"set: expected a list of texts, found \[3\]"),
        ("outputs = ['y', 2]", "outputs: expected a list of texts"),
        ("factors = ['contagion']", r"factors\[0\]: expected a table, found 'contagion'"),
        ("[[factors]]\nchoose = 'contagion'\nlow = 1", "low goes with path, not with choose"),
        ("[[factors]]\nchoose = 3", "choose: expected text or a list of texts, found 3"),
        ("[[factors]]\nchoose = ['contagion', 3]", "choose: expected text or a list of texts"),
        (
            "[[factors]]\npath = 'responses.adoption'\nlevels = 'hill'",
            "levels: expected a list, found 'hill'",
        ),
    ],
)
def test_bad_studies_name_file_and_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SensitivityError, match=said) as found:
        load_study(path).choose(PLAN)
    assert "mine.toml" in str(found.value)


def test_a_study_that_cannot_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> str:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "mine.toml"
    path.write_text("")
    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(SensitivityError, match=r"mine\.toml: cannot be read: Permission denied"):
        load_study(path)


SMALL = {"name": "small", "organization": {"people": 20}, "run": {"years": 0.25, "step": "month"}}


def test_a_study_needs_a_scenario_and_factors() -> None:
    with pytest.raises(SensitivityError, match=r"no scenario is named; name one, e.g. stars_align"):
        plan_study(factors="contagion")
    with pytest.raises(SensitivityError, match="no factor is chosen; name parameters"):
        plan_study([SMALL])


def test_a_loaded_scenario_is_taken_as_it_is() -> None:
    loaded = load(SMALL)
    found = plan_study([loaded], factors="contagion, susceptibility", samples=8)
    assert found.sweep.arms[0].scenario is loaded
    with pytest.raises(
        SensitivityError, match="overrides cannot be applied to 'small', which is loaded already"
    ):
        plan_study([loaded], factors="contagion", overrides=["run.years=1"])


def test_factors_made_beforehand_need_no_scenario_to_choose_them_from() -> None:
    mine = Factor("parameters.contagion", low=10.0, high=20.0)
    found = plan_study([SMALL, {**SMALL, "name": "other"}], factors=[mine], samples=64)
    assert found.factors == (mine,) and found.sweep.design.paths == ("parameters.contagion",)


def test_factors_of_a_function_of_ones_own_are_given_in_full() -> None:
    mine = Factor("a.x", low=0.0, high=1.0), Factor("a.y", low=0.0, high=1.0)
    with pytest.raises(SensitivityError, match="factors of a function of your own cannot be looked up"):
        plan_study(task="sweep_tasks:stub", factors="contagion")
    with pytest.raises(SensitivityError, match="nothing is known of the factors of sweep_tasks:stub"):
        plan_study(task="sweep_tasks:stub")
    assert plan_study(task="sweep_tasks:stub", factors=mine, samples=8).factors == mine


# --- from a sweep ------------------------------------------------------------------------------------------------


def swept(folder: Path, monkeypatch: pytest.MonkeyPatch, answer: Any, **options: Any) -> Sweep:
    """A function of two numbers at 64 points, two runs each."""

    def task(point: Any, *, seed: int, replicate: int) -> Any:
        return answer(point["a.x"], replicate)

    module = types.ModuleType("planted")
    module.task = task  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "planted", module)
    design = make_design((Factor("a.x", low=0.0, high=1.0), Factor("a.y", low=0.0, high=1.0)), "pawn", 64)
    asked: dict[str, Any] = {"scenarios": [], "replicates": 2, "workers": 1, **options}
    return sweep(asked.pop("scenarios"), design, task="planted:task", out=folder, **asked)


def test_outcomes_that_some_runs_lack_must_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = swept(tmp_path, monkeypatch, lambda x, _: {"y": None if x > 0.9 else x})
    with pytest.raises(SensitivityError, match="has no outcome that every run has a value of; name the ones"):
        analyse_sweep(made)


def test_times_that_may_never_come_need_a_horizon_to_be_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = swept(
        tmp_path, monkeypatch, lambda x, replicate: {"time_to_25": None if x > 0.5 else x + 0.01 * replicate},
        scenarios=["a", "b"], outputs=["time_to_25"],
    )  # fmt: skip
    with pytest.raises(SensitivityError, match=r"may never come within the run; say the horizon \(years\)"):
        analyse_sweep(made)
    found = analyse_sweep(made, horizon=2.0, resamples=4, convergence=False)
    assert set(found.outputs["output"]) == {"time_to_25: b − a", "time_to_25: b overtakes a"}


@pytest.mark.parametrize("years", [(2.0,), (1.0, 2.0), ()])
def test_the_horizon_is_that_of_the_longest_scenario_that_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, years: tuple[float, ...]
) -> None:
    made = swept(tmp_path, monkeypatch, lambda x, _: {"time_to_25": x}, outputs=["time_to_25"])
    stored = json.loads((tmp_path / "plan.json").read_text())
    stored["described"] = [{"years": one} for one in years]
    (tmp_path / "plan.json").write_text(json.dumps(stored))
    asked: dict[str, Any] = {"resamples": 4, "convergence": False}
    if years:
        found = analyse_sweep(Sweep(made.folder), **asked)
        assert "never counts as 2 years" in found.outputs["treatment"].iloc[0]
    else:
        with pytest.raises(SensitivityError, match=r"say the horizon \(years\)"):
            analyse_sweep(Sweep(made.folder), **asked)


def test_failures_of_a_sweep_are_counted_with_their_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(x: float, replicate: int) -> float:
        if x > 0.75:
            raise ZeroDivisionError("x is high")
        return x + 0.01 * replicate

    made = swept(tmp_path, monkeypatch, answer)
    failed = 2 * int((made.design.values[0] > 0.75).sum())
    with pytest.raises(SensitivityError, match=rf"\({failed} × ZeroDivisionError: x is high\)"):
        analyse_sweep(made)
