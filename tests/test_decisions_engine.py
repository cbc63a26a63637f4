"""The tools on the real engine: levers without effect are never recommended, a dominated plan never wins."""

from __future__ import annotations

import pytest
from decisions_lab import plan, quick, strong_plan  # noqa: F401

from sim.decisions import (
    DecisionError,
    Limits,
    Simulator,
    best_plan,
    contributions,
    does_it_last,
    futures_named,
    menu_of,
    promise_log,
    regret_table,
    where_it_dies,
)
from sim.decisions.evaluating import evaluated
from sim.decisions.plans import renamed
from sim.scenario import Scenario

pytestmark = pytest.mark.slow

EMPTY = {
    f"nothing{k}": {"name": f"Nothing {k}", "direct": {"safety": 0.0}, "cash_fixed": 10.0} for k in range(3)
}


def empty_plan() -> Scenario:
    """Three levers that cost money and do nothing."""
    return plan("empty", *EMPTY, lever_definitions=EMPTY)


def test_with_all_effects_zero_no_tool_recommends_anything(quick: Simulator) -> None:  # noqa: F811
    empty = empty_plan()
    futures = futures_named(["as_planned", "executives_run_for_cover"])
    assert regret_table([empty], evaluate=quick, futures=futures, replicates=4).recommended is None
    assert contributions(empty, evaluate=quick, replicates=4).cost_curve().empty
    found = best_plan(
        menu_of(empty.model_copy(update={"levers": []}), empty.levers),
        Limits(money=1e6), evaluate=quick, replicates=4, fresh=4, assumptions=False,
    )  # fmt: skip
    assert found.plan is None
    assert promise_log(empty, evaluate=quick, dates=(0.5,), replicates=19).log.empty
    assert where_it_dies(empty, evaluate=quick, replicates=4).unblocks.empty
    words = does_it_last(empty, evaluate=quick, stop=0.5, after=0.4, replicates=4).in_words()
    assert "nothing that could last" in words[0]


def test_a_dominated_plan_is_never_the_pick_and_copies_are_tied(quick: Simulator) -> None:  # noqa: F811
    strong = strong_plan()
    levers = [use.model_copy(update={"dose": 0.2 * use.dose}) for use in strong.levers]
    weak = strong.model_copy(update={"name": "weak", "levers": levers})
    futures = futures_named(["as_planned", "executives_run_for_cover"])
    found = regret_table([weak, strong], evaluate=quick, futures=futures, replicates=40)
    assert found.pick == found.recommended == "strong"
    copies = [strong, renamed(strong, "copy")]
    found = regret_table(copies, evaluate=quick, futures=futures, replicates=6)
    assert found.recommended is None and {found.pick, *found.tied} >= {"strong", "copy"}
    gain = evaluated(quick, copies, futures[:1], range(6), "share_end").gain("copy", "strong", "as_planned")
    assert gain.mean == 0.0 and not gain.clear


def test_the_search_agrees_with_running_through_all_plans(quick: Simulator) -> None:  # noqa: F811
    strong = strong_plan()
    menu = menu_of(strong.model_copy(update={"levers": []}), strong.levers[6:11])
    limits = Limits(leader_hours=3000.0)

    def best(exhaustive_up_to: int) -> tuple[str, ...]:
        found = best_plan(
            menu,
            limits,
            evaluate=quick,
            replicates=8,
            fresh=8,
            assumptions=False,
            exhaustive_up_to=exhaustive_up_to,
        )
        assert found.exhaustive == bool(exhaustive_up_to)
        return found.levers

    assert best(300) == best(0) != ()


def test_a_question_that_cannot_be_asked_is_refused(quick: Simulator) -> None:  # noqa: F811
    with pytest.raises(DecisionError, match="nothing to attribute"):
        contributions(plan("bare"), evaluate=quick)
