"""The regret table and flip points find known answers, and say of ties that they are ties."""

from __future__ import annotations

import re

import numpy as np
import pytest
from decisions_lab import Formula, doses, plan, quick, strong_plan  # noqa: F401
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.decisions import (
    NAMED,
    DecisionError,
    Simulator,
    drawn,
    flip_points,
    futures_named,
    regret_table,
)
from sim.decisions.evaluating import evaluated
from sim.decisions.flip import variable
from sim.parameters import REGISTER

A, B, C = plan("a", "L01"), plan("b", "L02"), plan("c", "L04")
FREEZE = futures_named(["as_planned", "budget_freeze", "turnover_doubles"])


def worth_table(table: dict[str, dict[str, float]]):  # type: ignore[no-untyped-def]
    """Worth by plan and future; 0.1 for doing nothing."""
    return lambda scenario, future, replicate: table.get(scenario.name, {}).get(future.name, 0.1)


def test_a_dominated_plan_loses_everywhere() -> None:
    rule = worth_table({"a": dict.fromkeys(NAMED, 0.5), "b": dict.fromkeys(NAMED, 0.4)})
    found = regret_table([B, A], evaluate=Formula(rule, common=0.2, noise=0.01), futures=None, replicates=12)
    assert found.recommended == found.pick == "a" and found.tied == ()
    assert found.hedges.empty
    cells = found.cells.set_index(["plan", "future"])
    assert set(found.cells.loc[found.cells["best"], "plan"]) == {"a"}
    assert cells.loc[("b", "budget_freeze"), "regret"] == pytest.approx(0.1, abs=0.02)
    assert found.in_words()[0].startswith("'a' is the safest choice")


def test_a_plan_that_does_nothing_is_doing_nothing_and_told_once() -> None:
    rule = worth_table({"a": dict.fromkeys(NAMED, 0.5)})
    found = regret_table([A, plan("usual")], evaluate=Formula(rule, noise=0.01), futures=FREEZE, replicates=6)
    assert found.plans == ("a", "nothing")
    with pytest.raises(DecisionError, match="'usual' does nothing out of the ordinary"):
        regret_table([plan("usual")], evaluate=Formula(rule), futures=FREEZE, replicates=6)


def test_the_plan_that_wins_only_in_one_future_is_a_hedge_not_the_pick() -> None:
    rule = worth_table(
        {
            "a": {"as_planned": 0.60, "budget_freeze": 0.50, "turnover_doubles": 0.55},
            "b": {"as_planned": 0.40, "budget_freeze": 0.56, "turnover_doubles": 0.30},
            "c": {"as_planned": 0.66, "budget_freeze": 0.20, "turnover_doubles": 0.58},
        }
    )
    found = regret_table([A, B, C], evaluate=Formula(rule, noise=0.005), futures=FREEZE, replicates=12)
    assert found.recommended == "a"
    worst = found.worst.set_index("plan")
    assert worst.loc["c", "future"] == "budget_freeze"
    assert worst.loc["c", "max_regret"] == pytest.approx(0.36, abs=0.01)
    hedge = found.hedges.set_index("future").loc["budget_freeze"]
    assert hedge["best_plan"] == "b"
    assert set(hedge["answers"].split(", ")) == set(NAMED["budget_freeze"].answers)
    assert any("'b'" in line and line.startswith("Hedge") for line in found.in_words())


def test_an_answer_the_pick_has_already_is_not_named_as_a_hedge() -> None:
    lever = NAMED["budget_freeze"].answers[0]
    mine = plan("a", lever)
    rule = worth_table({"a": {"as_planned": 0.9, "budget_freeze": 0.5}, "b": {"budget_freeze": 0.6}})
    found = regret_table([mine, B], evaluate=Formula(rule), futures=FREEZE[:2], replicates=3)
    assert found.pick == "a"
    assert lever not in found.hedges["answers"].iloc[0]


def test_a_plan_that_leads_everywhere_and_still_ties_says_why() -> None:
    rule = worth_table({"a": dict.fromkeys(NAMED, 0.5), "b": dict.fromkeys(NAMED, 0.46)})
    tied = regret_table([B, A], evaluate=Formula(rule, noise=0.06, seed=2), futures=FREEZE[:1], replicates=8)
    assert tied.pick == "a" and tied.tied and tied.recommended is None
    words = tied.in_words()
    assert words[1].startswith("'a' has the highest mean in every future and still ties: ")
    most = float(tied.worst.set_index("plan")["max_regret_high"]["a"])
    assert f"up to {100 * most:.1f} points better somewhere" in words[1]
    clear = regret_table([B, A], evaluate=Formula(rule, noise=0.001), futures=FREEZE, replicates=12)
    assert clear.recommended == "a" and not any("still ties" in line for line in clear.in_words())


def test_a_future_that_touches_no_plan_is_said_once() -> None:
    rule = worth_table(
        {
            "a": {"as_planned": 0.5, "budget_freeze": 0.5, "turnover_doubles": 0.3},
            "b": {"as_planned": 0.4, "budget_freeze": 0.4, "turnover_doubles": 0.35},
        }
    )
    words = regret_table([A, B], evaluate=Formula(rule), futures=FREEZE, replicates=3).in_words()
    assert "If the budget is frozen: that does not touch these plans, every number is as planned." in words
    assert not any(line.startswith("If the budget is frozen: 'a'") for line in words)
    assert any(line.startswith("If turnover doubles for a year: 'b' is best") for line in words)


@pytest.mark.parametrize("tool", ["gain", "regret"])
def test_two_copies_of_a_plan_are_not_distinguishable_in_95_of_100_seeds(tool: str) -> None:
    copies = [plan("one", "L01"), plan("two", "L01")]
    told_apart = 0
    for seed in range(100):
        run = Formula(
            lambda scenario, future, replicate: 0.5 if scenario.levers else 0.1, noise=0.05, seed=seed
        )
        if tool == "gain":
            found = evaluated(run, copies, FREEZE[:1], range(10), "share_end")
            told_apart += found.gain("two", "one", FREEZE[0].name).clear
        else:
            told_apart += (
                regret_table(copies, evaluate=run, futures=FREEZE[:2], replicates=6).recommended is not None
            )
    assert told_apart <= 5


def test_with_all_effects_zero_no_plan_is_recommended() -> None:
    for noise in (0.0, 0.05):
        found = regret_table(
            [A, B], evaluate=Formula(lambda *_: 0.1, noise=noise), futures=FREEZE, replicates=8
        )
        assert found.recommended is None
        assert {found.pick, *found.tied} == {"a", "b", "nothing"}
        assert "no plan is recommended" in found.in_words()[0]


def test_where_doing_nothing_is_best_no_plan_is_recommended() -> None:
    harm = Formula(lambda scenario, *_: 0.1 if scenario.levers else 0.3)
    found = regret_table([A, B], evaluate=harm, futures=FREEZE, replicates=4)
    assert found.pick == "nothing" and found.recommended is None
    assert found.in_words()[0].startswith("Doing nothing is safest")


def test_drawn_assumptions_are_one_future_in_which_every_plan_has_the_same_draws() -> None:
    future = drawn([A, B], 5, seed=4)
    seen: dict[str, list[float]] = {}

    def rule(scenario, which, replicate):  # type: ignore[no-untyped-def]
        value = which.parameters(replicate)["contagion"]
        seen.setdefault(scenario.name, []).append(value)
        return value

    regret_table([A, B], evaluate=Formula(rule), futures=[future], replicates=5)
    assert seen["a"] == seen["b"] and len(set(seen["a"])) == 5
    low, high = REGISTER["contagion"].low, REGISTER["contagion"].high
    assert all(low <= value <= high for value in seen["a"])


@settings(max_examples=12, deadline=None)
@given(
    values=st.lists(st.floats(0, 1, width=32), min_size=9, max_size=9),
    shift=st.floats(-0.5, 0.5, width=32),
)
def test_regret_is_never_negative_and_ignores_what_all_plans_share(values: list[float], shift: float) -> None:
    names, futures = ["a", "b", "nothing"], [future.name for future in FREEZE]
    table = {name: dict(zip(futures, values[3 * k :])) for k, name in enumerate(names)}
    moved = {name: {key: x + shift for key, x in row.items()} for name, row in table.items()}
    one = regret_table([A, B], evaluate=Formula(worth_table(table)), futures=FREEZE, replicates=2)
    two = regret_table([A, B], evaluate=Formula(worth_table(moved)), futures=FREEZE, replicates=2)
    assert (one.cells["regret"] >= 0).all()
    assert (one.cells.groupby("future")["regret"].min() == 0).all()
    assert one.cells.groupby("future")["best"].sum().eq(1).all()
    assert np.allclose(one.cells["regret"], two.cells["regret"], atol=1e-6)


def test_bad_questions_say_how_to_mend_them() -> None:
    run = Formula(lambda *_: 0.1)
    cases = [
        (lambda: regret_table([], evaluate=run), "name at least one"),
        (lambda: regret_table([A, plan("a", "L02")], evaluate=run), "another name"),
        (lambda: regret_table([A, plan("nothing", "L02")], evaluate=run), "another name"),
        (lambda: regret_table([A], evaluate=run, outcome="cost"), "no goal"),
        (lambda: regret_table([A], evaluate=run, replicates=1), "whole number from 2"),
        (lambda: futures_named(["rain"]), "there is no future 'rain'"),
        (
            lambda: regret_table([A, plan("d", "L02", parameters={"contagion": 12.0})], evaluate=run),
            "differ in parameters",
        ),
    ]
    for ask, words in cases:
        with pytest.raises(DecisionError, match=words):
            ask()


def test_a_future_that_strikes_after_the_horizon_is_refused() -> None:
    with pytest.raises(DecisionError, match="after the horizon"):
        NAMED["turnover_doubles"].on(plan("short", "L01"))


def test_runs_that_failed_are_missing_only_where_their_own_plan_is_compared() -> None:
    def rule(scenario, future, replicate):  # type: ignore[no-untyped-def]
        if scenario.name == "c" and replicate >= 2:
            return float("nan")
        return {"a": 0.6, "b": 0.4, "c": 0.3}.get(scenario.name, 0.2)

    plans, future = [A, B, plan("c", "L03")], [NAMED["as_planned"]]
    found = regret_table(plans, evaluate=Formula(rule, noise=0.02), futures=future, replicates=20)
    cells = found.cells.set_index("plan")
    assert cells["n"].to_dict() == {"a": 20, "b": 20, "c": 2, "nothing": 20}
    assert (
        cells.loc["a", "best"] and not cells.loc["b", "tied"]
    )  # told apart by the twenty runs that both have
    assert cells.loc["a", "wins"] == 1.0

    def apart(scenario, future, replicate):  # type: ignore[no-untyped-def]
        return float("nan") if (scenario.name == "c") == (replicate < 2) else 0.3

    with pytest.raises(DecisionError, match="'a' and 'c' have no run in common"):
        regret_table(plans, evaluate=Formula(apart), futures=future, replicates=4)


# --- flip points --------------------------------------------------------------------------------------------------


def by_life(root: float, *, rising: bool = True, both: bool = True):  # type: ignore[no-untyped-def]
    """Plan b is ahead of a where skills last longer (rising) or less long than `root`."""

    def rule(scenario, future, replicate):  # type: ignore[no-untyped-def]
        life = future.parameters(replicate)["obsolescence_halflife"]
        gap = 0.05 * (life - root) * (1 if rising else -1)
        return 0.4 + (gap if scenario.name.startswith("b") else 0.0)

    return rule


def test_the_flip_point_is_found_and_said_in_plain_words() -> None:
    run = Formula(by_life(3.1, rising=False), common=0.1, noise=0.004)
    found = flip_points(A, B, vary="obsolescence_halflife", evaluate=run, replicates=12)
    (point,) = found.points
    assert point.shown and point.low < 3.1 < point.high
    assert point.value == pytest.approx(3.1, abs=0.15)
    assert (point.below, point.above) == ("b", "a")
    line, assumed = found.in_words()
    assert assumed.startswith("Assumed is 5")
    assert line.startswith("'b' overtakes 'a' if ") and "is less than" in line and "years" in line


@pytest.mark.slow
def test_the_interval_of_a_flip_point_covers_the_truth_and_copies_show_none() -> None:
    covered = shown = 0
    for seed in range(40):
        run = Formula(by_life(6.0), noise=0.05, seed=seed)
        points = flip_points(A, B, vary="obsolescence_halflife", evaluate=run, replicates=10, steps=3).points
        covered += any(point.low <= 6.0 <= point.high for point in points)
        flat = Formula(lambda *_: 0.4, noise=0.05, seed=seed)
        same = flip_points(A, B, vary="obsolescence_halflife", evaluate=flat, replicates=10, steps=3)
        shown += any(point.shown for point in same.points)
    assert covered >= 36
    assert shown <= 2


def test_no_flip_is_told_apart_from_a_tie() -> None:
    ahead = Formula(lambda scenario, *_: 0.6 if scenario.name.startswith("b") else 0.4)
    tie = Formula(lambda *_: 0.4)
    one = flip_points(A, B, vary="contagion", evaluate=ahead, replicates=3)
    two = flip_points(A, B, vary="contagion", evaluate=tie, replicates=3)
    assert one.points == two.points == ()
    assert "'b' stays ahead" in one.in_words()[0]
    assert "not distinguishable" in two.in_words()[0]


def test_a_lead_over_part_of_the_range_is_said_as_such() -> None:
    def rule(scenario, future, replicate):  # type: ignore[no-untyped-def]
        return 0.4 + (max(0.0, doses(scenario)["L02"] - 1.0) if scenario.name.startswith("b") else 0.0)

    run = Formula(rule, noise=0.01, seed=1)
    found = flip_points(A, B, vary="levers.L02.dose", evaluate=run, replicates=10, grid=5)
    (line,) = found.in_words()
    assert line.startswith("'b' is ahead") and "between 1.5" in line and "not distinguishable" in line


def test_a_lead_at_both_ends_is_said_of_each() -> None:
    def rule(scenario, future, replicate):  # type: ignore[no-untyped-def]
        gap = max(0.0, abs(doses(scenario)["L02"] - 1.0) - 0.4) if scenario.name.startswith("b") else 0.0
        return 0.4 + gap

    run = Formula(rule, noise=0.01, seed=1)
    found = flip_points(A, B, vary="levers.L02.dose", evaluate=run, replicates=10, grid=9)
    (line,) = found.in_words()
    ends = re.search(r"lies between 0 and (\S+) times the usual dose or lies between (\S+) and 2 times", line)
    assert ends is not None and float(ends[1]) < 0.65 and float(ends[2]) > 1.35
    assert line.endswith(
        "elsewhere between 0 and 2 times the usual dose 'a' and 'b' are not distinguishable."
    )


def test_two_crossings_are_both_found() -> None:
    def rule(scenario, future, replicate):  # type: ignore[no-untyped-def]
        dose = doses(scenario).get("L02", 0.0)
        return 0.4 + ((dose - 0.5) * (1.5 - dose) if scenario.name.startswith("b") else 0.0)

    found = flip_points(A, B, vary="levers.L02.dose", evaluate=Formula(rule, noise=0.002), replicates=8)
    assert [point.value for point in found.points] == pytest.approx([0.5, 1.5], abs=0.03)
    assert [point.below for point in found.points] == ["a", "b"]


def test_what_can_be_varied() -> None:
    assert variable("contagion", [A, B]).low == REGISTER["contagion"].low
    assert variable("levers.contagious_enthusiasm.dose", [A, B]).lever == "L02"
    for path, words in [
        ("contagon", "contagion"),
        ("levers.L01.colour", "no lever's number"),
        ("levers.L25.dose", "uses L25"),
        ("levers.nothing_such.dose", "lever"),
    ]:
        with pytest.raises(DecisionError, match=words):
            variable(path, [A, B])
    with pytest.raises(DecisionError, match="low below a high"):
        variable("contagion", [A], low=3.0, high=2.0)
    with pytest.raises(DecisionError, match="equations make sense"):
        variable("obsolescence_halflife", [A], low=-1.0, high=2.0)


# --- with the simulator -------------------------------------------------------------------------------------------


def test_the_simulator_fills_a_regret_table(quick: Simulator) -> None:  # noqa: F811
    strong = strong_plan()
    names = ["as_planned", "sponsor_changes_mind", "executives_run_for_cover"]
    found = regret_table([strong], evaluate=quick, futures=futures_named(names), replicates=8)
    assert found.recommended == "strong"
    assert found.cells["value"].between(0, 1).all()
    ran = quick.ran
    regret_table(
        [strong.model_copy(update={"name": "again"})],
        evaluate=quick,
        futures=futures_named(names),
        replicates=8,
    )
    assert quick.ran == ran  # the same runs under another name are remembered


def test_the_simulator_finds_the_dose_at_which_a_plan_overtakes(quick: Simulator) -> None:  # noqa: F811
    low = plan("low", {"lever": "L02", "dose": 2.0}, {"lever": "L25", "dose": 2.0})
    high = plan(
        "high", {"lever": "L02", "dose": 2.0}, {"lever": "L25", "dose": 2.0}, {"lever": "L01", "dose": 1.0}
    )
    found = flip_points(
        low, high, vary="levers.L01.dose", low=-4.0, high=4.0, evaluate=quick, replicates=10, grid=5, steps=2
    )
    at_nil = found.curve.set_index("value").loc[0.0]
    assert at_nil["difference"] == pytest.approx(0.0, abs=0.02)
    assert found.curve["difference"].iloc[-1] > found.curve["difference"].iloc[0]
