"""What each lever contributes, and the best plan for a budget: known answers found, nothing made of nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np
import pytest
from decisions_lab import STRONG, Formula, doses, plan, quick, strong_plan  # noqa: F401
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.decisions import DecisionError, Limits, Simulator, best_plan, contributions, menu_of
from sim.decisions.search import Tried, pareto
from sim.organization.luck import Luck
from sim.scenario import Scenario
from sim.scenario.schema import LeverUse

TWELVE = STRONG[:12]
Game = Callable[[Iterable[str]], float]


def formula(game: Game, **options: object) -> Formula:
    """Worth of the levers of a plan, whatever the future."""
    return Formula(lambda scenario, *_: 0.1 + game(doses(scenario)), **options)  # type: ignore[arg-type]


def additive(**values: float) -> Game:
    return lambda levers: sum(values.get(lever, 0.0) for lever in levers)


def menu(*levers: str, base: Scenario | None = None, sizes: tuple[float, ...] = (1.0,)):  # type: ignore[no-untyped-def]
    return menu_of(base or plan("base"), [LeverUse(lever=lever) for lever in levers], sizes)


# --- contributions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exact_up_to", [8, 2])
def test_in_an_additive_game_everybody_gets_their_own(exact_up_to: int) -> None:
    run = formula(additive(L01=0.2, L02=0.1, L04=-0.05), noise=0.0, common=0.1, money={"L01": 2000.0})
    found = contributions(
        plan("p", "L01", "L02", "L04", "L25"), evaluate=run, exact_up_to=exact_up_to, orders=6
    )
    table = found.levers.set_index("id")
    for lever, own in {"L01": 0.2, "L02": 0.1, "L04": -0.05, "L25": 0.0}.items():
        assert table.loc[lever, ["alone", "on_top", "share"]].tolist() == pytest.approx([own] * 3)
    assert table["shown"].to_dict() == {"L01": True, "L02": True, "L04": True, "L25": False}
    assert found.exact == (exact_up_to == 8)
    assert found.together.mean == pytest.approx(0.0, abs=1e-12) and not found.together.clear
    assert table.loc["L01", "cost_per_point"] == pytest.approx(100.0)
    assert found.cost_curve()["lever"].str[:3].tolist() == [
        "L02",
        "L01",
    ]  # L02 is free; L04 harms, L25 shows nothing


def test_a_planted_interaction_is_shown_and_shared_by_halves() -> None:
    def game(levers: Iterable[str]) -> float:
        return 0.1 * ("L01" in set(levers)) + 0.3 * ({"L01", "L02"} <= set(levers))

    found = contributions(plan("p", "L01", "L02", "L04"), evaluate=formula(game, noise=0.004), replicates=12)
    table = found.levers.set_index("id")
    assert table.loc["L01", "share"] == pytest.approx(0.25, abs=0.01)
    assert table.loc["L02", "share"] == pytest.approx(0.15, abs=0.01)
    assert table.loc["L02", "alone"] == pytest.approx(0.0, abs=0.01)
    assert table.loc["L02", "on_top"] == pytest.approx(0.3, abs=0.01)
    assert found.together.mean == pytest.approx(0.3, abs=0.01)
    pairs = found.pairs.set_index(["one", "other"])
    assert pairs["shown"].sum() == 1
    steps = found.waterfall()
    assert steps["step"].iloc[-2] == "together" and steps["step"].iloc[0] == "nothing"
    assert steps["ends"].iloc[-1] == pytest.approx(0.1 + 0.4, abs=0.01)
    assert np.allclose(steps["begins"].iloc[1:-1], steps["ends"].iloc[:-2])
    assert any("more than the sum" in line for line in found.in_words())


def test_sampled_shares_hold_the_exact_ones_in_their_intervals() -> None:
    def game(levers: Iterable[str]) -> float:
        have = [k for k, lever in enumerate(TWELVE) if lever in set(levers)]
        return 0.4 * np.tanh(sum(0.02 * (k + 1) for k in have)) + 0.02 * (len(have) > 5)

    small = plan("p", *TWELVE[:6])
    exact = contributions(small, evaluate=formula(game), replicates=2).levers.set_index("id")
    sampled = contributions(small, evaluate=formula(game), exact_up_to=2, replicates=2, orders=40)
    table = sampled.levers.set_index("id")
    assert not sampled.exact and sampled.orders == 40 and sampled.pairs.empty
    slack = 1e-6
    assert (
        (table["share_low"] <= exact["share"] + slack) & (exact["share"] <= table["share_high"] + slack)
    ).all()
    assert table["share"].sum() == pytest.approx(exact["share"].sum(), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(values=st.lists(st.floats(-1, 1, width=32), min_size=8, max_size=8))
def test_shares_add_up_to_what_the_plan_gains(values: list[float]) -> None:
    worth = {
        frozenset(some): values[sum(1 << k for k in some)]
        for n in range(4)
        for some in combinations(range(3), n)
    }
    names = ("L01", "L02", "L04")
    game = lambda levers: worth[frozenset(names.index(lever) for lever in levers)]  # noqa: E731
    found = contributions(plan("p", *names), evaluate=formula(game), replicates=2)
    assert found.levers["share"].sum() == pytest.approx(found.total.mean, abs=1e-9)


def test_with_all_effects_zero_no_lever_is_recommended() -> None:
    for seed in range(10):
        run = formula(lambda _: 0.0, noise=0.05, seed=seed)
        found = contributions(plan("p", "L01", "L02", "L04"), evaluate=run, replicates=8)
        assert found.cost_curve().empty
        assert any("No lever shows a gain" in line for line in found.in_words())


def test_a_plan_without_levers_has_nothing_to_attribute() -> None:
    with pytest.raises(DecisionError, match="nothing to attribute"):
        contributions(plan("p"), evaluate=formula(lambda _: 0.0))


def test_a_lever_used_twice_is_two_players() -> None:
    double = plan(
        "p",
        {"lever": "L01", "who": "executives"},
        {"lever": "L01", "who": "managers", "label": "Managers follow"},
    )
    run = Formula(lambda scenario, *_: 0.1 * len(scenario.levers))
    assert contributions(double, evaluate=run, replicates=2).levers["share"].tolist() == pytest.approx(
        [0.1, 0.1]
    )


def test_the_simulator_attributes_a_plan(quick: Simulator) -> None:  # noqa: F811
    three = strong_plan().model_copy(update={"levers": strong_plan().levers[7:10]})
    found = contributions(three, evaluate=quick, replicates=4)
    assert found.levers["share"].sum() == pytest.approx(found.total.mean, abs=1e-9)
    assert (found.levers["leader_hours"] >= 0).all() and found.levers["leader_hours"].sum() > 0


# --- budget -------------------------------------------------------------------------------------------------------


def problem(seed: int) -> tuple[Game, dict[str, float], dict[str, float]]:
    """Twelve levers with gains, interactions, costs and hours drawn at random."""
    luck = Luck(seed, "knapsack")
    gains, money, hours = (dict(zip(TWELVE, luck.uniform(12).tolist())) for _ in range(3))
    pairs = list(combinations(TWELVE, 2))
    together = dict(zip(pairs, np.where(luck.uniform(66) < 0.25, luck.normal(66), 0.0).tolist()))

    def game(levers: Iterable[str]) -> float:
        have = set(levers)
        both = sum(size for pair, size in together.items() if have.issuperset(pair))
        return sum(0.07 * gains[lever] - 0.01 for lever in have) + 0.03 * both

    return game, {k: 10 + 90 * x for k, x in money.items()}, {k: 10 + 90 * x for k, x in hours.items()}


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_search_finds_the_exhaustive_optimum_of_twelve_levers(seed: int) -> None:
    game, money, hours = problem(seed)
    limits = Limits(money=300.0, leader_hours=300.0)
    best = max(
        game(some)
        for size in range(13)
        for some in combinations(TWELVE, size)
        if sum(money[x] for x in some) <= 300.0 and sum(hours[x] for x in some) <= 300.0
    )
    run = formula(game, money=money, hours=hours)
    found = best_plan(menu(*TWELVE), limits, evaluate=run, assumptions=False, replicates=2, fresh=2)
    assert not found.exhaustive and found.tried < 1000 < 2**12
    assert found.plan is not None
    assert found.gain.mean == pytest.approx(best, abs=1e-12)
    assert found.money <= 300.0 and found.leader_hours <= 300.0


@pytest.mark.parametrize("seed", (1, 4))
def test_a_quarter_of_the_runs_is_enough_for_most_plans(seed: int) -> None:
    """The same optimum, with noise that plans share and some of their own, for half of the runs or less."""
    game, money, hours = problem(seed)
    limits = Limits(money=300.0, leader_hours=300.0)
    clean = best_plan(
        menu(*TWELVE),
        limits,
        evaluate=formula(game, money=money, hours=hours),
        assumptions=False,
        replicates=3,
        fresh=2,
    )
    run = formula(game, money=money, hours=hours, common=0.1, noise=0.002)
    found = best_plan(menu(*TWELVE), limits, evaluate=run, assumptions=False, replicates=12, fresh=20)
    assert found.plan is not None and clean.plan is not None
    near = game(use.lever for use in found.plan.levers)
    assert near == pytest.approx(
        clean.gain.mean, abs=0.004
    )  # two standard deviations of what is a plan's own
    searching = sum(len(plans) * len(luck) for plans, _, luck in run.calls if max(luck) < 12)
    assert searching < 0.5 * 12 * found.tried


def test_the_planted_best_subset_is_found_among_decoys() -> None:
    planted = {"L02", "L08", "L10"}

    def game(levers: Iterable[str]) -> float:
        have = set(levers)
        return 0.02 * len(have) - 0.05 * len(have - planted) + (0.2 if planted <= have else 0.0)

    prices = dict.fromkeys(TWELVE[:8], 100.0)
    run = formula(game, money=prices, noise=0.003, common=0.1)
    found = best_plan(menu(*TWELVE[:8]), Limits(money=400.0), evaluate=run, assumptions=False, fresh=10)
    assert found.exhaustive and found.plan is not None
    assert {use.lever for use in found.plan.levers} == planted
    assert found.gain.low < 0.26 < found.gain.high
    assert not found.finalists["tied"].any()


def test_numbers_shown_are_from_luck_that_took_no_part_in_the_choice() -> None:
    run = formula(additive(L01=0.1, L02=0.05), noise=0.02, money={"L01": 1.0, "L02": 1.0})
    best_plan(menu("L01", "L02"), Limits(money=2.0), evaluate=run, assumptions=False, replicates=6, fresh=9)
    looked = {r for _, _, luck in run.calls[:-1] for r in luck}
    assert looked.isdisjoint(run.calls[-1][2]) and len(run.calls[-1][2]) == 9


def test_every_table_is_on_luck_that_chose_none_of_its_rows() -> None:
    def rule(scenario, future, replicate):  # type: ignore[no-untyped-def]
        lucky = 3.0 if replicate < 36 else 1.0  # of the search and of the choice, not of what is shown
        return 0.1 + lucky * sum({"L01": 0.1, "L02": 0.04}.get(lever, 0.0) for lever in doses(scenario))

    run = Formula(rule, money={"L01": 10.0, "L02": 5.0})
    found = best_plan(menu("L01", "L02"), Limits(money=10.0), evaluate=run, assumptions=False)
    true = {"L01": 0.1, "L02": 0.04, "": 0.0}
    assert found.gain.mean == pytest.approx(0.1)
    for name, table in found.tables().items():
        for row in table.to_dict("records"):
            worth = sum(true[label[:3]] for label in str(row["levers"]).split("; "))
            assert row["gain"] == pytest.approx(worth), name
            assert row["score"] == pytest.approx(worth), name


SIX = TWELVE[:6]


@pytest.mark.parametrize("seed", (0, 3, 4))
def test_small_steps_that_add_up_are_not_called_nothing(seed: int) -> None:
    """Each lever adds less than can be told from the step before; together they do not."""
    game = additive(**dict.fromkeys(SIX, 0.01))
    run = formula(game, noise=0.02, seed=seed, money=dict.fromkeys(SIX, 25.0))
    found = best_plan(menu(*SIX), Limits(money=100.0), evaluate=run, assumptions=False)
    assert found.worth_up_to is None or found.worth_up_to >= 1.0
    steps = found.by_budget.set_index("budget")
    assert not steps.loc[0.75, "shown"] and steps.loc[0.5, "better_from"] >= 0.9


def test_more_that_still_adds_and_nothing_at_all_are_told_apart() -> None:
    prices = {"L01": 100.0, "L02": 40.0}
    still = formula(additive(L01=0.2, L02=0.1), noise=0.002, money=prices)
    found = best_plan(menu("L01", "L02"), Limits(money=100.0), evaluate=still, assumptions=False)
    assert found.worth_up_to is None
    assert "More is still shown to add at 150 % of the budget, the most looked at." in found.in_words()
    never = formula(lambda _: 0.0, noise=0.05, money=prices)
    nothing = best_plan(menu("L01", "L02"), Limits(money=100.0), evaluate=never, assumptions=False)
    assert nothing.worth_up_to == 0.0 and nothing.plan is None
    assert nothing.in_words()[-1].startswith("Up to 150 % of the budget, the most looked at")


def test_a_cheaper_plan_that_cannot_be_told_from_it_is_named_beside_the_recommended_one() -> None:
    def rule(scenario, future, replicate):  # type: ignore[no-untyped-def]
        dear = 0.3 if replicate < 36 else 0.2  # it was lucky when it was chosen
        return 0.1 + max([{"L01": 0.2, "L02": dear}[lever] for lever in doses(scenario)], default=0.0)

    run = Formula(rule, noise=0.01, money={"L01": 40.0, "L02": 100.0}, hours={"L01": 7.0, "L02": 9.0})
    found = best_plan(menu("L01", "L02"), Limits(money=100.0), evaluate=run, assumptions=False)
    first, *rest = found.in_words()
    assert first.startswith("Recommended within the budget: L02")
    assert "1 other finalist is not distinguishable from it; the cheapest (L01" in first
    assert "takes 40 USD and 7 leader hours." in first
    assert found.worth_up_to == 0.5
    (line,) = [
        line for line in rest if line.startswith("Beyond 50 % of the budget, more is not shown to add")
    ]
    assert "(L01" in line and "none for more is clearly better" in line


@pytest.mark.parametrize("seed", range(6))
def test_what_is_forgone_is_no_lucky_glimpse(seed: int) -> None:
    """All levers gain a little: the highest of all plans has most of them, whatever three runs say."""
    run = formula(additive(**dict.fromkeys(SIX, 0.01)), noise=0.03, seed=seed, money=dict.fromkeys(SIX, 10.0))
    found = best_plan(menu(*SIX), Limits(money=5.0), evaluate=run, assumptions=False)
    assert found.best is not None and not found.best.within
    assert len(found.best.levers) >= 5 and found.best.gain.above


@pytest.mark.parametrize("seed", range(8))
def test_what_is_forgone_agrees_with_what_is_said_of_the_budget(seed: int) -> None:
    run = formula(
        additive(**dict.fromkeys(SIX, 0.004)), noise=0.02, seed=seed, money=dict.fromkeys(SIX, 10.0)
    )
    found = best_plan(menu(*SIX), Limits(money=100.0), evaluate=run, assumptions=False)
    words = " ".join(found.in_words())
    assert found.plan is None and found.best is not None
    assert found.best.within and found.best.gain == found.gain  # nothing is beyond this budget
    assert ("is shown to gain anything" in words) != ("shown to be a gain" in words)
    assert ("is ahead in only" in words) == found.gain.above
    assert not (found.gain.above and "gain anything either" in words)


def test_the_next_tenth_of_the_budget_and_where_it_stops_being_worth_it() -> None:
    run = formula(additive(L01=0.2, L02=0.1), noise=0.002, money={"L01": 100.0, "L02": 8.0, "L04": 1.0})
    found = best_plan(menu("L01", "L02", "L04"), Limits(money=100.0), evaluate=run, assumptions=False)
    assert [label[:3] for label in found.levers] == ["L01"]
    assert found.next_tenth.mean == pytest.approx(0.1, abs=0.01)
    assert {label[:3] for label in found.next_levers} >= {"L01", "L02"}
    assert found.worth_up_to == 1.1
    front = found.front.sort_values("money")
    assert (front["score"].diff().dropna() > 0).all()


def test_with_all_effects_zero_nothing_is_bought() -> None:
    for seed in range(8):
        run = formula(lambda _: 0.0, noise=0.05, seed=seed, money=dict.fromkeys(TWELVE, 10.0))
        found = best_plan(menu(*TWELVE[:4]), Limits(money=30.0), evaluate=run, assumptions=False, fresh=20)
        assert found.plan is None and found.levers == ()
        assert "spend nothing" in found.in_words()[0]


def test_a_tight_limit_is_named_and_what_spending_nothing_forgoes_too() -> None:
    run = formula(
        additive(L01=0.2, L02=0.1),
        noise=0.002,
        money={"L01": 100.0, "L02": 5.0},
        hours={"L01": 10.0, "L02": 80.0},
    )
    tight = best_plan(
        menu("L01", "L02"), Limits(money=50.0, leader_hours=20.0), evaluate=run, assumptions=False
    )
    words = tight.in_words()
    assert tight.plan is None and tight.beyond == (2, 2)
    assert "Of 4 plans tried, 2 exceed the money (50 USD) and 2 exceed the leader hours (20)." in words
    forgone = next(line for line in words if line.startswith("What spending nothing forgoes"))
    assert (
        "L01" in forgone
        and "L02" in forgone
        and "beyond the budget" in forgone
        and "shown to be a gain" in forgone
    )
    assert "105 USD and 90 leader hours over 12 months" in forgone
    wide = best_plan(menu("L01", "L02"), Limits(money=500.0), evaluate=run, assumptions=False).in_words()
    assert not any("exceed" in line or "forgoes" in line for line in wide)
    assert any("105 USD and 90 hours a year" in line for line in wide)


def test_a_gamble_on_a_few_assumptions_loses_to_a_plan_that_is_good_under_most() -> None:
    def rule(scenario, future, replicate):  # type: ignore[no-untyped-def]
        if "L01" in doses(scenario):
            return 0.1 + (1.2 if replicate % 5 == 0 else -0.05)  # mean .2, usually a loss
        return 0.1 + (0.15 if "L02" in doses(scenario) else 0.0)

    run = Formula(rule, money={"L01": 10.0, "L02": 10.0})
    found = best_plan(menu("L01", "L02"), Limits(money=10.0), evaluate=run, assumptions=False, replicates=10)
    bold = best_plan(
        menu("L01", "L02"),
        Limits(money=10.0),
        evaluate=run,
        assumptions=False,
        replicates=10,
        worse_share=1.0,
    )
    assert [label[:3] for label in found.levers] == ["L02"]
    assert bold.plan is None  # it wins on the mean, and is then not ahead often enough to be recommended


def test_doses_are_chosen_too() -> None:
    run = Formula(
        lambda scenario, *_: 0.1 + sum(0.1 * x * (2 - x) for x in doses(scenario).values()),
        money={"L01": 10.0},
    )
    found = best_plan(menu("L01", sizes=(0.5, 1.0, 2.0)), Limits(money=50.0), evaluate=run, assumptions=False)
    assert found.plan is not None and doses(found.plan) == {"L01": 1.0}
    assert found.levers[0].endswith("× 1")


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=12))
def test_the_front_holds_exactly_what_nothing_beats(rows: list[tuple[int, int, int]]) -> None:
    import pandas as pd

    tried = [
        Tried((k,), pd.Series(dtype=float), float(score), float(money), float(hours))
        for k, (score, money, hours) in enumerate(rows)
    ]
    front = {(one.score, one.money, one.leader_hours) for one in pareto(tried)}

    def beaten(one: Tried) -> bool:
        return any(
            (o.score >= one.score and o.money <= one.money and o.leader_hours <= one.leader_hours)
            and (o.score, o.money, o.leader_hours) != (one.score, one.money, one.leader_hours)
            for o in tried
        )

    assert front == {(one.score, one.money, one.leader_hours) for one in tried if not beaten(one)}


def test_budgets_that_are_none_are_refused() -> None:
    run = formula(lambda _: 0.0)
    for limits, words in [
        (Limits(), "there is no budget"),
        (Limits(money=-1.0), "give 0 or more"),
        (Limits(money=1.0, money_is="gold"), "say cost"),
    ]:
        with pytest.raises(DecisionError, match=words):
            best_plan(menu("L01"), limits, evaluate=run)
    with pytest.raises(DecisionError, match="menu is empty"):
        menu()
    with pytest.raises(DecisionError, match="doses are"):
        menu("L01", sizes=(0.0,))


def test_the_simulator_finds_a_plan_within_the_budget(quick: Simulator) -> None:  # noqa: F811
    base = strong_plan()
    found = best_plan(
        menu_of(base.model_copy(update={"levers": []}), base.levers[7:10]),
        Limits(leader_hours=4000.0), evaluate=quick, replicates=4, fresh=8,
    )  # fmt: skip
    assert found.exhaustive and found.tried == 8
    assert found.leader_hours <= 4000.0 * 1.05  # hours on fresh luck differ a little
    assert set(found.by_budget["budget"]) >= {1.0, 1.1}
