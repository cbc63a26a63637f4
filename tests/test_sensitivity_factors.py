"""Factors: quantiles become values, names become factors, files become studies."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import REGISTER
from sim.scenario import load
from sim.sensitivity.choosing import choose, grouped
from sim.sensitivity.designs import make_design
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor, groups_of
from sim.sensitivity.studies import load_study, names

PLAN = load("contagion_first")
DISTRIBUTIONS = ("uniform", "loguniform", "triangular", "normal", "lognormal")
U = np.linspace(0.0, 1.0, 2001)


@given(
    st.sampled_from(DISTRIBUTIONS),
    st.floats(0.01, 100.0),
    st.floats(0.01, 100.0),
    st.floats(0.0, 1.0),
)
def test_values_rise_and_stay_in_range(distribution: str, low: float, width: float, peak: float) -> None:
    factor = Factor("x", low=low, high=low + width, distribution=distribution, base=low + peak * width)
    values = factor.values(U)
    assert values[0] >= low and values[-1] <= low + width
    assert (np.diff(values) >= 0.0).all()
    assert math.isclose(values[0], low, rel_tol=1e-9) and math.isclose(values[-1], low + width, rel_tol=1e-9)


def test_quantiles_are_those_of_scipy() -> None:
    from scipy import stats

    u = np.linspace(0.05, 0.95, 19)
    triangle = Factor("x", low=1.0, high=5.0, distribution="triangular", base=2.0).values(u)
    assert np.allclose(triangle, stats.triang(0.25, 1.0, 4.0).ppf(u))
    logs = Factor("x", low=0.1, high=10.0, distribution="loguniform").values(u)
    assert np.allclose(logs, stats.loguniform(0.1, 10.0).ppf(u))
    normal = Factor("x", low=-1.0, high=3.0, distribution="normal").values(u)
    bell = stats.norm(1.0, 4.0 / (2 * 1.959963984540054))
    assert np.allclose(normal, stats.truncnorm(-1.959963984540054, 1.959963984540054, *bell.args).ppf(u))
    heavy = Factor("x", low=1.0, high=math.e**4, distribution="lognormal").values(0.5)
    assert math.isclose(float(heavy), math.e**2)


def test_whole_numbers_are_equally_likely_ends_included() -> None:
    values = Factor("x", "integer", 2, 5).values((np.arange(4000) + 0.5) / 4000)
    assert values.dtype == np.int64
    assert np.bincount(values).tolist() == [0, 0, 1000, 1000, 1000, 1000]


def test_categories_take_equal_slices_and_keep_their_type() -> None:
    u = (np.arange(300) + 0.5) / 300
    text = Factor("x", "categorical", levels=("b", "a", "c")).values(u)
    assert text.dtype == object and text[0] == "b" and [(text == k).sum() for k in "abc"] == [100] * 3
    assert Factor("x", "categorical", levels=(1, 7)).values(u).dtype == np.int64
    assert Factor("x", "categorical", levels=(0.0, 0.7)).values([0.49, 0.5]).tolist() == [0.0, 0.7]
    assert Factor("x", "categorical", levels=("b", "a")).positions(["a", "b"]).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"low": 1.0, "high": 1.0}, "holds nothing to vary"),
        ({"low": 0.0, "high": math.inf}, "holds nothing to vary"),
        ({"low": 0.0, "high": 1.0, "distribution": "loguniform"}, "above 0"),
        ({"low": 0.0, "high": 1.0, "distribution": "beta"}, "unknown"),
        ({"kind": "integer", "low": 0.5, "high": 3.0}, "whole ends"),
        ({"kind": "categorical", "levels": ("a", "a")}, "all different"),
    ],
)
def test_senseless_factors_are_refused(arguments: dict[str, object], word: str) -> None:
    with pytest.raises(SensitivityError, match=word):
        Factor("x", **arguments)  # type: ignore[arg-type]


def test_a_factor_survives_json() -> None:
    for factor in (*choose("grade D, structure, governance", PLAN).factors, Factor("x", low=0.0, high=1.0)):
        again = Factor.from_dict(json.loads(json.dumps(factor.as_dict(), allow_nan=False)))
        assert again.as_dict() == factor.as_dict()
        assert (again.values(U) == factor.values(U)).all()


def test_a_parameter_brings_its_declared_range() -> None:
    (factor,) = choose("obsolescence_halflife", PLAN).factors
    entry = REGISTER["obsolescence_halflife"]
    assert (factor.low, factor.high, factor.distribution) == (entry.low, entry.high, "loguniform")
    assert (factor.path, factor.grade, factor.unit) == ("parameters.obsolescence_halflife", "D", "years")
    assert factor.base == entry.default


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("g_[ab]*", ["parameters.g_awareness"]),
        ("tag least_known", [f"parameters.{n}" for n, e in REGISTER.items() if "least_known" in e.tags]),
        ("levers.L01", ["levers.L01.dose"]),
        ("levers.0.start", ["levers.L01.start"]),
        ("lead_by_example", None),
        ("organization.span, span", ["organization.span"]),
        ("governance", ["organization.governance"]),
        ("contagion", ["parameters.contagion"]),
    ],
)
def test_names_patterns_and_tags(text: str, paths: list[str] | None) -> None:
    if paths is None:
        with pytest.raises(SensitivityError, match="no factor is called"):
            choose(text, PLAN)
    else:
        assert [factor.path for factor in choose(text, PLAN).factors] == paths


def test_grades_leave_settings_and_what_the_scenario_states_out_and_say_so() -> None:
    stated = load("contagion_first", overrides=["parameters.do_weight=0.5"])
    choice = choose("grade D", stated)
    found = {factor.path.removeprefix("parameters.") for factor in choice.factors}
    assert all(REGISTER[name].grade == "D" for name in found)
    left = dict(choice.left_out)
    assert left["do_weight"] == "the scenario states it" and "wage" in left and "share_practising" in left
    assert not found & set(left)
    assert {REGISTER[name].grade for name in (*found, *left)} == {"D"}
    assert choose("do_weight", stated).factors[0].base == 0.5


def test_ranges_of_any_place() -> None:
    people, dose, kind, known = choose(
        "organization.people=100..1000:loguniform, levers.L01.dose=0..2, responses.adoption=hill|linear, "
        "contagion=10..30:triangular",
        PLAN,
    ).factors
    assert (people.kind, people.low, people.high, people.distribution) == ("integer", 100, 1000, "loguniform")
    assert (dose.kind, dose.low, dose.high, dose.base) == ("continuous", 0.0, 2.0, 0.7)
    assert kind.levels == ("hill", "linear")
    assert known.distribution == "triangular" and known.base == REGISTER["contagion"].default


def test_presence_and_coverage_of_a_lever() -> None:
    (there,) = choose("levers.L02.presence", PLAN).factors
    assert there.levels == (0.0, 1.0) and there.path == "levers.L02.dose"
    choice = choose("levers.*.coverage", PLAN)
    assert len(choice.factors) == len(PLAN.levers) == len(choice.needs)
    design = make_design(choice.factors, "latin", 8)
    for point in range(8):
        varied = load("contagion_first", overrides=[*choice.needs, *design.overrides(point)])
        shares = [use.who.random for use in varied.levers if use.who is not None]
        assert np.allclose(shares, [design.values[k][point] for k in range(len(shares))])
    assert varied.levers[3].who is not None and varied.levers[3].who.levels == ["employee", "manager"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("contagon", "did you mean 'contagion'"),
        ("levers.L99", "did you mean"),
        ("levers.L03", "does not use 'L03'"),
        ("levers.L01.dosage", "did you mean 'dose'"),
        ("grade E", "A \\(best\\) to D"),
        ("zz*", "fits the pattern"),
        ("contagion=4", "is no range"),
        ("contagion=3..2", "low < high"),
        ("contagion=0..1:unifrom", "did you mean 'uniform'"),
        ("threshold=0..9", "from 0 to 5 only"),
        ("habit_hardening", "has no range"),
        ("parameters.nothing=0..1", "there is no parameter 'nothing'"),
        ("", "no factor is chosen"),
        ("do_weight, do_weight=0..2, do_weight", "twice"),
    ],
)
def test_bad_names_say_what_is_near(text: str, word: str) -> None:
    with pytest.raises(SensitivityError, match=word):
        choose(text, PLAN)


def test_groups_by_name_grade_and_tag() -> None:
    factors = choose("do_weight, push", PLAN, group="leaders").factors + choose("contagion", PLAN).factors
    assert groups_of(factors) == (("leaders", (0, 1)), ("parameters.contagion", (2,)))
    assert {f.group for f in grouped(choose("contagion, g_safety", PLAN).factors, "grade")} == {
        "grade D",
        "grade B",
    }


@pytest.mark.parametrize("name", names())
def test_bundled_studies_can_be_laid_out_and_set(name: str) -> None:
    study = load_study(name)
    assert study.title and study.question
    scenario = load(study.scenarios[-1], overrides=study.set)
    choice = study.choose(scenario)
    assert study.method
    design = make_design(choice.factors, study.method, study.samples, seed=study.seed or 1)
    for point in (0, design.n_points // 2, design.n_points - 1):
        load(study.scenarios[-1], overrides=[*study.set, *choice.needs, *design.overrides(point)])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("method = 3", "method: expected str, found 3"),
        ("metod = 'sobol'", "unknown key 'metod'; did you mean 'method'"),
        ("luck = 'shared'", "expected common or independent"),
        ("samples = 0", "samples: expected 1 or more"),
        ("[[factors]]\nchoose = 'contagon'", "factors\\[0\\]: no factor is called 'contagon'"),
        ("[[factors]]\ngroup = 'a'", "either choose"),
        ("[[factors]]\npath = 'parameters.contagion'\nlow = 'x'\nhigh = 2", "low: expected a number"),
        ("[[factors]]\npath = 'parameters.contagion'\nlow = 3\nhigh = 2", "low < high"),
        ("[[factors]]\nchoos = 'x'", "unknown key 'choos'"),
        ("title = 'x'", "has no \\[\\[factors\\]\\]"),
        ("title = ", "is not TOML"),
    ],
)
def test_bad_studies_name_file_and_place(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SensitivityError, match=word) as found:
        load_study(path).choose(PLAN)
    assert "mine.toml" in str(found.value)


def test_a_study_with_a_factor_in_full_and_a_group(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        "[[factors]]\nchoose = ['do_weight', 'push']\ngroup = 'leaders'\n"
        "[[factors]]\npath = 'parameters.contagion'\nlow = 10\nhigh = 30\ndistribution = 'triangular'\n"
        "[[factors]]\npath = 'responses.adoption'\nlevels = ['hill', 'linear']\n",
        "utf-8",
    )
    a, b, c, d = load_study(path).choose(PLAN).factors
    assert a.group == b.group == "leaders"
    assert (c.low, c.high, c.distribution, c.unit) == (10.0, 30.0, "triangular", REGISTER["contagion"].unit)
    assert d.kind == "categorical" and d.levels == ("hill", "linear")
    with pytest.raises(SensitivityError, match="no study file named 'spraed'; did you mean 'spread'"):
        load_study("spraed")
