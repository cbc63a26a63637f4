"""Decisions at the edges: what was misasked or failed is told in one sentence, what is unknown is called unknown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from decisions_lab import Film, Formula, doses, plan, quick, without_search  # noqa: F401

from sim.behaviours.barriers import BARRIERS
from sim.decisions import (
    NAMED,
    DecisionError,
    Limits,
    best_plan,
    contributions,
    flip_points,
    futures_named,
    menu_of,
    regret_table,
)
from sim.decisions.curves import Curves
from sim.decisions.evaluating import Found, evaluated
from sim.decisions.flip import variable
from sim.decisions.futures import as_planned
from sim.decisions.menu import LARGEST, Menu
from sim.decisions.statistics import Estimate, mean_of_worst
from sim.decisions.wording import amount, points_of, years
from sim.scenario import Scenario
from sim.scenario.schema import LeverUse

NAN = float("nan")


def worth(**values: float) -> Callable[..., float]:
    """Worth of a plan: .1, and what each of its levers adds."""
    return lambda scenario, *_: 0.1 + sum(values.get(lever, 0.0) for lever in doses(scenario))


def menu(*levers: str) -> Menu:
    return menu_of(plan("base"), [LeverUse(lever=lever) for lever in levers])


def flat(*_: object) -> float:
    return 0.1


# --- budget -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "told"), [(0.105, "; the cheapest (L02"), (0.1, "from it.")])
def test_a_finalist_that_ties_is_named_and_its_price_where_it_is_cheaper(first: float, told: str) -> None:
    prices = {"L01": 10.0, "L02": 6.0} if first > 0.1 else {"L01": 6.0, "L02": 10.0}
    run = Formula(worth(L01=first, L02=0.1), noise=0.01 if first > 0.1 else 0.0, money=prices)
    found = best_plan(menu("L01", "L02"), Limits(money=10.0), evaluate=run, assumptions=False, replicates=4)
    (line,) = [line for line in found.in_words() if "finalist" in line]
    assert line.startswith("Recommended within the budget: L01" if first > 0.1 else "Recommended")
    assert "; 1 other finalist is not distinguishable from it" in line and told in line
    assert ("takes 6 USD" in line) == (first > 0.1)


def test_the_next_tenth_is_told_with_what_it_buys_and_no_end_where_there_is_none() -> None:
    run = Formula(worth(L01=0.2, L02=0.1), noise=0.002, money={"L01": 100.0, "L02": 8.0})
    words = best_plan(menu("L01", "L02"), Limits(money=100.0), evaluate=run, assumptions=False).in_words()
    (line,) = [line for line in words if line.startswith("A further 10 %")]
    assert "buys 10." in line or "buys 9.9" in line or "buys 10.0" in line
    assert (
        "L02" in line
        and "Beyond 110 % of the budget, more is not shown to add anything, up to 150 %." in words
    )
    dear = Formula(worth(L01=0.2, L02=0.1), noise=0.002, money={"L01": 100.0, "L02": 50.0})
    open_ = best_plan(menu("L01", "L02"), Limits(money=100.0), evaluate=dear, assumptions=False)
    assert open_.worth_up_to is None  # half as much again still buys something
    assert "More is still shown to add at 150 % of the budget, the most looked at." in open_.in_words()


def test_where_every_lever_harms_nothing_is_forgone() -> None:
    run = Formula(worth(L01=-0.1, L02=-0.2), noise=0.01, money={"L01": 5.0, "L02": 5.0})
    found = best_plan(menu("L01", "L02"), Limits(money=20.0), evaluate=run, assumptions=False)
    words = found.in_words()
    assert found.plan is None and "spend nothing" in words[0]
    assert words[-1].startswith("Spending nothing forgoes nothing: even the plan with the highest score (L01")
    assert found.worth_up_to == 0.0 and not any("not distinguishable" in line for line in words)


def test_a_lever_that_always_fails_is_neither_bought_nor_said_to_be_too_dear() -> None:
    def rule(scenario: Scenario, *_: object) -> float:
        return NAN if "L02" in doses(scenario) else 0.1 + 0.2 * len(doses(scenario))

    run = Formula(rule, money={"L01": 5.0, "L02": 5.0})
    found = best_plan(menu("L01", "L02"), Limits(money=100.0), evaluate=run, assumptions=False, replicates=4)
    assert [label[:3] for label in found.levers] == ["L01"]
    assert found.beyond == (0, 0)
    assert not any("exceed" in line for line in found.in_words())


def test_a_search_that_goes_on_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    levers = ("L01", "L02", "L03", "L04", "L07", "L08")
    tried = []
    for rounds in (0, 60):
        monkeypatch.setattr("sim.decisions.search._ROUNDS", rounds)
        run = Formula(worth(**dict.fromkeys(levers, 0.05)), money=dict.fromkeys(levers, 1.0))
        found = best_plan(
            menu(*levers),
            Limits(money=9.0),
            evaluate=run,
            assumptions=False,
            exhaustive_up_to=3,
            replicates=2,
        )
        assert not found.exhaustive
        tried.append(found.tried)
    assert tried[0] == 1 + len(levers) < tried[1]  # nothing and its neighbours, and no more


def test_menus_and_shares_that_are_none_are_refused() -> None:
    with pytest.raises(DecisionError, match="the worse share is 0: give a share above 0"):
        best_plan(menu("L01"), Limits(money=1.0), evaluate=Formula(flat), worse_share=0.0)
    with pytest.raises(DecisionError, match=f"{LARGEST + 1} levers; at most {LARGEST}"):
        menu_of(plan("base"), [LeverUse(lever="L01")] * (LARGEST + 1))


# --- contributions ------------------------------------------------------------------------------------------------


def test_a_lever_that_harms_is_told_as_what_it_costs_the_plan() -> None:
    run = Formula(worth(L01=0.2, L04=-0.05), common=0.1)
    words = contributions(plan("p", "L01", "L04"), evaluate=run, replicates=4).in_words()
    (line,) = [line for line in words if "costs the plan" in line]
    assert line.startswith("L04") and line.endswith("costs the plan 5.0 points.")


def test_orders_with_a_failed_run_are_left_out_and_too_few_are_told() -> None:
    def failing(first: int) -> Formula:
        def rule(scenario: Scenario, _: object, replicate: int) -> float:
            return NAN if first <= replicate < 9 else 0.1 + 0.1 * len(doses(scenario))

        return Formula(rule, money={"L01": 100.0})

    three = plan("p", "L01", "L02", "L04")
    found = contributions(three, evaluate=failing(4), replicates=4, exact_up_to=2, orders=8)
    assert found.levers["share"].tolist() == pytest.approx([0.1] * 3)
    assert found.levers.set_index("id").loc["L01", "cost"] == pytest.approx(100.0)
    with pytest.raises(DecisionError, match="too few orders of the levers could be run to the end"):
        contributions(three, evaluate=failing(4), replicates=4, exact_up_to=2, orders=5)


# --- tables of runs -----------------------------------------------------------------------------------------------


def runs(**columns: list[float]) -> pd.DataFrame:
    """Two plans of three runs each."""
    return pd.DataFrame(
        {"plan": ["a"] * 3 + ["b"] * 3, "future": "as_planned", "replicate": [0, 1, 2] * 2, **columns}
    )


def test_replicates_that_one_plan_lacks_are_left_out_of_the_pairs() -> None:
    found = Found(runs(share_end=[0.1, NAN, 0.3, 0.5, 0.6, 0.9]), "share_end")
    np.testing.assert_allclose(found.matrix(["a", "b"], "as_planned"), [[0.1, 0.5], [0.3, 0.9]])
    assert found.gain("b", "a", "as_planned").mean == pytest.approx(0.5)
    assert np.isnan(found.mean("a", "as_planned", "cost"))  # the evaluator does not tell it
    apart = Found(runs(share_end=[0.1, NAN, NAN, NAN, 0.6, 0.9]), "share_end")
    with pytest.raises(DecisionError, match="no replicate of all of a, b came to an end in 'as_planned'"):
        apart.matrix(["a", "b"], "as_planned")
    none = Found(runs(share_end=[NAN] * 3 + [0.1] * 3), "share_end")
    with pytest.raises(
        DecisionError, match="no run of 'a' in the future 'as_planned' has share_end; every one"
    ):
        none.values("a", "as_planned")
    with pytest.raises(
        DecisionError, match="no outcome 'luck'; they have plan, future, replicate, share_end"
    ):
        none.values("b", "as_planned", "luck")


def test_an_evaluator_that_is_none_is_refused() -> None:
    one, two = plan("a", "L01"), plan("a", "L02")
    with pytest.raises(DecisionError, match="two plans are called 'a'; give one of them another name"):
        evaluated(Formula(flat), [one, two], [as_planned()], range(2), "share_end")
    with pytest.raises(DecisionError, match="lacks the columns future, replicate"):
        evaluated(lambda *_: pd.DataFrame({"plan": []}), [one], [as_planned()], range(2), "share_end")


def test_records_over_time_tell_what_they_do_not_hold() -> None:
    table = pd.DataFrame(
        {
            "plan": ["a", "b"], "future": "as_planned", "replicate": [0, 1], "time": 0.5, "kind": "all",
            "group": "all", "share_practising": [0.1, 0.2],
        }
    )  # fmt: skip
    curves = Curves(table)
    for wanted, told in [
        (lambda: curves.of("a", "as_planned", measure="luck"), "the record has no measure 'luck'"),
        (lambda: curves.of("a", "as_planned", kind="level", group="manager"), "tells of level manager"),
        (lambda: curves.gain("a", "b", "as_planned"), "'a' and 'b' have no run in common in the future"),
    ]:
        with pytest.raises(DecisionError, match=told):
            wanted()


def test_numbers_that_are_not_known_are_called_unknown() -> None:
    assert points_of(Estimate(0.123, NAN, NAN, 1)) == "12.3 points (interval unknown)"
    assert amount(NAN) == amount(float("inf")) == years(NAN) == "unknown"
    assert np.isnan(mean_of_worst([NAN], 0.5)) and mean_of_worst([3.0, 1.0, 2.0, 9.0], 0.5) == 1.5


# --- futures and flip points --------------------------------------------------------------------------------------


def test_a_barrier_is_a_future_by_its_id() -> None:
    shock = next(id_ for id_, barrier in BARRIERS.items() if barrier.is_shock)
    standing = next(id_ for id_, barrier in BARRIERS.items() if not barrier.is_shock)
    befalls, from_the_start = futures_named([shock, standing])
    assert (befalls.shocks, befalls.start) == ((shock,), ())
    assert (from_the_start.shocks, from_the_start.start) == ((), (standing,))
    assert befalls.title == BARRIERS[shock].name.lower()


def test_futures_with_a_plus_between_them_come_together() -> None:
    (both,) = futures_named(["budget_freeze+sponsor_withdraws + unskilled_managers"])
    assert both.name == "budget_freeze+sponsor_withdraws+unskilled_managers"
    assert (both.shocks, both.start) == (("budget_freeze", "sponsor_withdraws"), ("unskilled_managers",))
    assert both.title.startswith("the budget is frozen and ") and both.title.count(" and ") == 2
    found = both.on(plan("a", "L01", run={"years": 3}))
    assert [shock.barrier for shock in found.shocks] == list(both.shocks)
    assert [row.barrier for row in found.start] == list(both.start)
    with pytest.raises(DecisionError, match=r"no future 'frost'; use .*budget_freeze\+turnover_doubles"):
        futures_named(["budget_freeze+frost"])


def test_without_the_future_as_planned_nothing_is_compared_with_it() -> None:
    found = regret_table(
        [plan("a", "L01"), plan("b", "L02")], evaluate=Formula(worth(L01=0.1, L02=0.3)),
        futures=[NAMED["budget_freeze"], NAMED["turnover_doubles"]], replicates=3,
    )  # fmt: skip
    assert found.pick == "b" and not any("as planned" in line for line in found.in_words())


def by_dose(scenario: Scenario, *_: object) -> float:
    """Plan b is worth a tenth for each unit of its dose, plan a a tenth."""
    return 0.1 * doses(scenario).get("L02", 1.0)


def test_the_side_on_which_a_plan_overtakes_is_said() -> None:
    a, b = plan("a", "L01"), plan("b", "L02")
    rising = flip_points(
        a, b, vary="levers.L02.dose", evaluate=Formula(by_dose), low=0.1, high=2.5, replicates=2
    )
    (point,) = rising.points
    assert point.value == pytest.approx(1.0, abs=0.05) and (point.below, point.above) == ("a", "b")
    assert (
        rising.in_words()[0].startswith("'b' overtakes 'a' if") and " is more than " in rising.in_words()[0]
    )
    falling = flip_points(
        b, a, vary="levers.L02.dose", evaluate=Formula(by_dose), low=0.1, high=2.5, replicates=2
    )
    assert (
        falling.in_words()[0].startswith("'a' overtakes 'b' if") and " is less than " in falling.in_words()[0]
    )
    # Exactly alike at a value that is looked at: the order changes there.
    exact = flip_points(
        a, b, vary="levers.L02.dose", evaluate=Formula(by_dose), low=0, high=2, grid=3, replicates=2
    )
    (point,) = exact.points
    assert point.shown and point.value == pytest.approx(1.0) and (point.below, point.above) == ("a", "b")
    assert exact.in_words()[0].startswith("'b' overtakes 'a' if")


def test_what_cannot_be_varied_is_told() -> None:
    a, b = plan("a", "L01"), plan("b", {"lever": "L02", "stop": 0.5})
    run = Formula(flat)
    with pytest.raises(
        DecisionError, match=r"makes L02 start at 0.5 and stop at 0.5 years; search a narrower range"
    ):
        flip_points(a, b, vary="levers.L02.start", evaluate=run, low=0.0, high=1.0, replicates=2)
    with pytest.raises(DecisionError, match="grid is 1 and steps 5: give at least 2 and 1"):
        flip_points(a, b, vary="levers.L02.dose", evaluate=run, grid=1)
    with pytest.raises(DecisionError, match=r"write the parameter without 'parameters\.': contagion"):
        variable("parameters.contagion", [a, b])
