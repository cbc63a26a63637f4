"""Offsets of business as usual over a design: which parameters act, how good the function is, what it costs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.engine.run import Simulation
from sim.engine.stationary import (
    INERT,
    Offset,
    business_as_usual,
    fingerprint,
    offset_near,
    with_parameters,
)
from sim.experiments.design_table import Design
from sim.experiments.points import Resolver
from sim.experiments.sweep_plan import make_sweep
from sim.experiments.usual import Axis, Smooth, Usual, _terms, _wanted, axes_of, find_usual, fit_smooth, ridge
from sim.experiments.usual_plan import acting_columns, choose_method
from sim.organization.luck import Luck
from sim.parameters import REGISTER
from sim.scenario import Resolved, load, resolve

FIRM = ["organization.people=60", "organization.departments=3"]


def usual(*overrides: str) -> Resolved:
    made = business_as_usual(resolve(load("business_as_usual", overrides=[*FIRM, *overrides])))
    return replace(made, years=3.0)


def left_behind(resolved: Resolved) -> bytes:
    """Everything a run leaves behind, so that also what would change practice only now and then is seen."""
    simulation = Simulation(resolved, seed=3, replicate=1, record_every=10**6)
    simulation.advance(simulation.resolved.steps)
    world = simulation.world
    return b"".join(
        array.tobytes() for array in (world.state, world.z, world.flags, world.share, world.memory)
    )


def surveyed(resolved: Resolved) -> Resolved:
    """The same firm with a survey that misses some answers."""
    n = resolved.organization.n
    luck = Luck(4, "survey")
    columns = {}
    for name in ("enthusiasm", "safety", "mindset", "skill", "practising"):
        values = 0.05 + 0.9 * np.asarray(luck.uniform(n))
        values[np.asarray(luck.uniform(n)) < 0.3] = np.nan
        columns[name] = (
            np.where(np.isnan(values), np.nan, (values < 0.3) * 1.0) if name == "practising" else values
        )
    return replace(resolved, organization=replace(resolved.organization, survey=columns))


def somewhere(resolved: Resolved, seed: int) -> Resolved:
    """Every parameter moved, the inert ones too."""
    luck = Luck(seed, "somewhere")
    u = np.asarray(luck.uniform(len(REGISTER)))
    values = {
        name: entry.low + float(at) * (entry.high - entry.low)
        for (name, entry), at in zip(REGISTER.items(), u, strict=True)
        if entry.low < entry.high
    }
    return with_parameters(resolved, {**values, "share_practising": 0.2, "habit_hardening": 0.2})


def moved(name: str, to_high: bool) -> dict[str, float]:
    entry = REGISTER[name]
    if entry.low < entry.high:
        return {name: entry.high if to_high else entry.low}
    return {name: entry.default * 1.3 + 0.1}


CASES = {
    "plain": lambda: usual(),
    "moved": lambda: somewhere(usual(), 1),
    "outsiders": lambda: somewhere(usual("organization.community=10"), 2),
    "threshold": lambda: somewhere(usual('responses.adoption="threshold"', 'responses.count="number"'), 3),
    "surveyed": lambda: somewhere(surveyed(usual()), 5),
}


@pytest.mark.parametrize("case", CASES)
def test_inert_parameters_change_nothing_at_business_as_usual(case: str) -> None:
    base = CASES[case]()
    expected = left_behind(base)
    for name in sorted(INERT):
        for to_high in (False, True):
            assert left_behind(with_parameters(base, moved(name, to_high))) == expected, name


def test_the_others_do_act_somewhere() -> None:
    """A negative control: parameters known to act are not on the list, and the test above would see them."""
    base = with_parameters(usual(), {"share_practising": 0.25})
    for name in ("contagion", "relaxation", "susceptibility", "skill_spread", "mixing", "enthusiasm_noise"):
        assert name not in INERT
        assert left_behind(with_parameters(base, moved(name, False))) != left_behind(
            with_parameters(base, moved(name, True))
        )


def test_fingerprints_ignore_what_cannot_act() -> None:
    base = usual()
    assert fingerprint(with_parameters(base, {"push": 0.7, "wage": 80.0})) == fingerprint(base)
    assert fingerprint(with_parameters(base, {"contagion": 11.0})) != fingerprint(base)
    bare = replace(base, responses={**base.responses, "centring": "none"})
    assert fingerprint(with_parameters(bare, {"push": 0.7})) != fingerprint(bare)


def plan_of(columns: dict[str, object], **options: object):  # type: ignore[no-untyped-def]
    return make_sweep(
        ["business_as_usual", "lead_by_example"], Design.from_columns(columns), overrides=FIRM, **options
    )  # type: ignore[arg-type]


def test_levers_and_inert_parameters_need_no_offset_of_their_own() -> None:
    plan = plan_of({"levers.L01.dose": [0.5, 1.0], "parameters.push": [0.7, 1.0], "run.years": [1, 2]})
    assert plan.offsets == "default"
    assert [acting_columns(arm, plan.design) for arm in plan.arms] == [(), ()]
    assert [arm.reference for arm in plan.arms] == [0, 0]


def test_the_way_follows_from_the_plan() -> None:
    few = {"parameters.contagion": np.linspace(10, 40, 20), "levers.L01.dose": np.linspace(0, 2, 20)}
    many = {"parameters.contagion": np.linspace(10, 40, 400), "levers.L01.dose": np.linspace(0, 2, 400)}
    plan = plan_of(few)
    assert plan.offsets == "search"
    assert acting_columns(plan.arms[1], plan.design) == (0,)
    assert choose_method(plan.arms, Design.from_columns(many)) == "emulate"
    repeated = {"parameters.contagion": np.tile([10.0, 20.0], 200), "levers.L01.dose": np.linspace(0, 2, 400)}
    assert choose_method(plan.arms, Design.from_columns(repeated)) == "search"


def test_a_column_for_one_scenario_parts_their_business_as_usual() -> None:
    plan = plan_of({"lead_by_example:parameters.contagion": np.linspace(10, 40, 5)})
    assert [arm.reference for arm in plan.arms] == [0, 1]
    assert [acting_columns(arm, plan.design) for arm in plan.arms] == [(), (0,)]


def test_a_box_keeps_its_walls_while_the_design_grows() -> None:
    low, high = REGISTER["contagion"].low, REGISTER["contagion"].high
    width = (high - low) / 16
    small = plan_of({"parameters.contagion": [low + 1.2 * width, low + 7.1 * width]})
    large = plan_of({"parameters.contagion": [low + 1.2 * width, low + 4 * width, low + 7.9 * width]})
    (one,), (other,) = axes_of(small.arms[0], small.design), axes_of(large.arms[0], large.design)
    assert (one.low, one.high) == (other.low, other.high) == pytest.approx((low + width, low + 8 * width))
    assert one.value(0.0) == pytest.approx(one.low) and one.value(1.0) == pytest.approx(one.high)


def test_ridge_finds_a_line_through_noise() -> None:
    luck = Luck(2, "ridge")
    x = 2 * np.asarray(luck.uniform(400)).reshape(200, 2) - 1
    noise = np.asarray(luck.uniform(200)) - 0.5
    terms = np.column_stack([np.ones(200), x, x**2 - 1 / 3, x[:, 0] * x[:, 1]])
    weights = ridge(terms, 0.3 + x[:, 0] - 0.5 * x[:, 1] + 0.2 * noise)
    assert weights == pytest.approx([0.3, 1.0, -0.5, 0, 0, 0], abs=0.05)
    assert ridge(terms, np.full(200, 0.7)) == pytest.approx([0.7, 0, 0, 0, 0, 0], abs=1e-12)


def test_few_runs_are_believed_as_far_as_their_noise_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    base = usual()
    for spread, believed in ((1e-9, "far"), (0.2, "near")):
        shares = iter(np.tile([0.2 - spread, 0.2 + spread], 500))
        monkeypatch.setattr("sim.engine.stationary._mean_share", lambda *_, s=shares: next(s))
        found = offset_near(base, 0.1, runs=4, rounds=1)
        full = np.log(0.2 / 0.8) - np.log(0.1 / 0.9)
        if believed == "far":
            assert found.value < 0.1 - full / 2
        else:
            assert 0.1 - full / 2 < found.value < 0.1


def test_places_in_a_box_by_hand() -> None:
    words = Axis(0, "responses.adoption", 0.0, 1.0, False, ("hill", "linear", "none"), False)
    assert [words.value(u) for u in (0.0, 0.34, 0.67, 0.9999)] == ["hill", "linear", "none", "none"]
    assert [column.tolist() for column in words.scaled(["none", "hill", "linear"])] == [[0, 0, 1], [1, 0, 0]]
    decades = Axis(0, "x", 0.01, 1.0, True, (), False)
    assert [decades.value(u) for u in (0.0, 0.5, 1.0)] == pytest.approx([0.01, 0.1, 1.0])
    assert decades.scaled([0.01, 0.1, 1.0])[0] == pytest.approx([-1.0, 0.0, 1.0])
    whole = Axis(0, "organization.people", 10.0, 20.0, False, (), True)
    assert whole.value(0.26) == 13 and isinstance(whole.value(0.26), int)


def test_categories_have_no_squares() -> None:
    """Constant, one indicator, x, x² − 1/3, and their product."""
    words = Axis(0, "w", 0.0, 1.0, False, ("a", "b"), False)
    number = Axis(1, "x", 0.0, 2.0, False, (), False)
    found = _terms((words, number), [["b", "a"], [2.0, 1.0]], True)
    assert found.tolist() == [
        [1.0, 1.0, 1.0, pytest.approx(2 / 3), 1.0],
        [1.0, 0.0, 0.0, pytest.approx(-1 / 3), 0.0],
    ]


def test_columns_of_text_and_of_the_organisation_have_boxes_too() -> None:
    plan = plan_of(
        {
            "responses.adoption": ["hill", "threshold", "hill"],
            "organization.sites": [1, 3, 2],
            "parameters.obsolescence_halflife": [3.0, 4.0, 5.0],
        }
    )
    words, sites, life = axes_of(plan.arms[0], plan.design)
    assert words.levels == ("hill", "threshold") and (sites.low, sites.high) == (1.0, 3.0) and sites.whole
    entry = REGISTER["obsolescence_halflife"]
    assert life.log and entry.low <= life.low <= 3.0 and 5.0 <= life.high <= entry.high
    assert [axis.column for axis in (words, sites, life)] == [0, 1, 2]


def test_two_rounds_at_one_place_are_weighed_without_asking_for_their_slope() -> None:
    """Nothing moved, so nothing says how steep it is: .7 is taken; the second round counts twice."""
    at, first, second = np.zeros(4), np.full(4, 0.7), np.full(4, -0.7)
    assert _wanted([at], [first]) == pytest.approx([-1.0] * 4)
    assert _wanted([at, at], [first, second]) == pytest.approx([(-1.0 + 2.0) / 3.0] * 4)
    moved = at + 0.5  # gaps rise by .5 over .5: slope 1
    assert _wanted([at, moved], [at - 0.5, at]) == pytest.approx([0.5] * 4)


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"weights": 3}', '{"weights": []}'])
def test_a_function_found_once_is_remembered_and_one_that_cannot_be_read_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    found: list[int] = []

    def fit(arms: Any, design: Any, arm: int, axes: tuple[Axis, ...], start: float, **_: object) -> Smooth:
        found.append(arm)
        return Smooth(axes, True, (start, 0.25, 0.0), 0.002, 0.001, 0.004, 99)

    monkeypatch.setattr("sim.experiments.usual.CACHE", tmp_path)
    monkeypatch.setattr("sim.experiments.usual.fit_smooth", fit)
    monkeypatch.setattr(
        "sim.experiments.usual.offset_for", lambda *_, **__: Offset(0.123456, 0.1, 0.1, 0.0, 1)
    )
    told: list[int] = []

    def ask(highest: float) -> Usual:
        plan = plan_of({"parameters.contagion": np.linspace(10.0, highest, 400)})
        return find_usual(plan.arms, plan.design, "emulate", threads=1, told=lambda: told.append(1))

    first = ask(40.0)
    assert found == [0] and told and first.start == {0: 0.1235}
    assert ask(40.0).smooth == first.smooth and found == [0]
    (path,) = (tmp_path / "offsets").iterdir()
    assert json.loads(path.read_text())["weights"] == [0.1235, 0.25, 0.0]
    ask(20.0)  # another box
    assert found == [0, 0]
    path.write_text(broken)
    assert ask(40.0).smooth == first.smooth and found == [0, 0, 0]
    told_people = first.described(["quiet"])["quiet"]
    assert told_people == {
        "columns": ["parameters.contagion"], "error_in_share": 0.002, "bias_in_share": 0.001,
        "largest_gap_measured": 0.004, "pilot_runs": 99, "used": True,
    }  # fmt: skip


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("sim.experiments.usual.CACHE", tmp_path / "file")
    monkeypatch.setattr(
        "sim.experiments.usual.fit_smooth",
        lambda arms, design, arm, axes, start, **_: Smooth(axes, True, (0.5, 0.0, 0.0), 0.0, 0.0, 0.0, 9),
    )
    monkeypatch.setattr("sim.experiments.usual.offset_for", lambda *_, **__: Offset(0.1, 0.1, 0.1, 0.0, 1))
    plan = plan_of({"parameters.contagion": np.linspace(10.0, 40.0, 400)})
    assert find_usual(plan.arms, plan.design, "emulate", threads=1).smooth[0]([20.0]) == 0.5


@pytest.mark.slow
def test_the_function_keeps_the_share_where_it_was_at_a_tenth_of_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fresh points, fresh luck: within .01 of the target; and cheaper than searching from some hundred points on."""
    monkeypatch.setattr("sim.experiments.usual.pilot_size", lambda _: 48)
    monkeypatch.setattr("sim.experiments.usual.pilot_runs", lambda _: 10)
    monkeypatch.setattr("sim.experiments.usual._FRESH", 16)
    luck = Luck(9, "points")
    u = np.asarray(luck.uniform(1200)).reshape(400, 3)
    plan = plan_of(
        {
            "parameters.contagion": 5 + 35 * u[:, 0],
            "parameters.g_enthusiasm": 0.6 + 1.4 * u[:, 1],
            "parameters.susceptibility": 0.15 + 0.65 * u[:, 2],
        }
    )
    assert plan.offsets == "emulate"
    axes = axes_of(plan.arms[0], plan.design)
    made = fit_smooth(plan.arms, plan.design, 0, axes, 0.0, threads=2)
    assert isinstance(made, Smooth) and made.good and abs(made.bias) < 0.01
    again = Usual("emulate", {0: 0.0}, {0: made})
    resolver = Resolver(plan.arms, plan.design.paths)
    point = list(plan.design.point(7).values())
    assert again.offset(resolver, 0, point, (0, 1, 2)) == made(point) == round(made(point), 4)
    assert made.runs == 2 * 48 * 10 + 16 * 30
    # A search of eight runs a round and two rounds or more a point, for 12 factors at n = 512 with second order.
    assert made.runs < 16 * 13_312 / 10
