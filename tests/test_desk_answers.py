"""What the desk answers: the same numbers as a run from the start, given up when a newer question comes."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from desk_lab import offset_at_hand, small_view

from sim.desk.answering import SEED, Answerer
from sim.desk.board import board
from sim.desk.errors import DeskError
from sim.desk.view import REPLICATES, arms, read_view, scenario_of, view_of
from sim.desk.warm import BurnedIn, warm_key
from sim.engine.blueprint import blueprint
from sim.engine.run import run
from sim.experiments.outcomes import outcomes
from sim.scenario import load, names, resolve

NOWHERE = Path("nowhere")


def drawing_of(name: str, *overrides: str) -> Any:
    return blueprint(resolve(load(name, overrides=["organization.people=80", "run.years=1", *overrides])))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("stars_align", []),
        ("peer_groups_first", []),
        ("governance_hr", []),
        ("sponsor_withdrawal", []),
        ("culture_for_all", []),
        ("business_as_usual", ['seed+={who={levels=["manager"], random=2}, committed=true}']),
    ],
)
def test_a_run_that_goes_on_from_the_kept_year_is_the_run_from_the_start(
    name: str, change: list[str]
) -> None:
    drawing, burned = drawing_of(name, *change), BurnedIn()
    key = warm_key(drawing, SEED, 0.1)
    plain = run(drawing, seed=SEED, replicate=3, alpha_offset=0.1)
    for _ in range(2):  # the first lives the year, the second goes on from it
        simulation = burned.begin(drawing, key, seed=SEED, replicate=3, offset=0.1)
        simulation.advance(10_000)
        found = simulation.record()
        for part in ("share", "series", "memory", "ledger", "credit"):
            assert np.array_equal(getattr(found, part), getattr(plain, part)), part


def test_other_doses_and_dates_share_the_year_and_other_beliefs_do_not() -> None:
    usual = drawing_of("peer_groups_first")
    moved = drawing_of(
        "peer_groups_first", "levers.L12.dose=0.3", "levers.L16.start=0.4", "levers.L26.ramp=0.5"
    )
    key = warm_key(usual, SEED, 0.0)
    assert warm_key(moved, SEED, 0.0) == key
    burned = BurnedIn()
    burned.begin(usual, key, seed=SEED, replicate=0, offset=0.0)
    simulation = burned.begin(moved, key, seed=SEED, replicate=0, offset=0.0)
    simulation.advance(10_000)
    assert np.array_equal(simulation.record().series, run(moved, seed=SEED, alpha_offset=0.0).series)
    for change in ("parameters.contagion=0.5", "organization.seed=2", "levers=[]", "responses.turnover=off"):
        assert warm_key(drawing_of("peer_groups_first", change), SEED, 0.0) != key, change
    assert warm_key(usual, SEED, 0.01) != key and warm_key(usual, SEED + 1, 0.0) != key


def test_what_is_kept_never_exceeds_its_room() -> None:
    drawing = drawing_of("stars_align")
    key = warm_key(drawing, SEED, 0.0)
    burned = BurnedIn(room=1_000_000)
    for replicate in range(12):
        burned.begin(drawing, key, seed=SEED, replicate=replicate, offset=0.0)
    assert 0 < burned._held <= 1_000_000
    assert burned._held == sum(array.nbytes for kept in burned._kept.values() for array in kept.values())


def answer(answerer: Answerer, view: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    async def all_of() -> list[dict[str, Any]]:
        newer = options.pop("newer", threading.Event())
        return [message async for message in answerer.answer(read_view(view), NOWHERE, newer, **options)]

    return asyncio.run(all_of())


@pytest.fixture(scope="module")
def answerer() -> Any:
    found = Answerer(2)
    with offset_at_hand():
        yield found
    found.close()


def test_the_answer_has_the_numbers_of_the_runs(answerer: Answerer) -> None:
    messages = answer(answerer, small_view())
    done = messages[-1]
    assert done["kind"] == "done" and done["runs"] == REPLICATES
    three = arms(read_view(small_view()), NOWHERE)
    ends = {}
    for name, scenario in (("plan", three.plan), ("mine", three.mine)):
        offset = answerer.prepare(scenario).offset
        assert offset is not None
        resolved = resolve(scenario)
        drawing = blueprint(resolved)
        records = [run(drawing, seed=SEED, replicate=k, alpha_offset=offset) for k in range(REPLICATES)]
        ends[name] = np.array([outcomes(record, resolved)["share_end"] for record in records])
        assert np.allclose(done["ends"]["share_end"][name], np.quantile(ends[name], (0.05, 0.5, 0.95)))
    assert done["share_by_run"] == {
        str(k): share for k, share in enumerate(ends["plan"])
    }  # plans are compared by run
    gap = np.quantile(ends["plan"] - ends["mine"], (0.05, 0.5, 0.95))  # run by run, not of two bands
    assert np.allclose(done["ends"]["share_end"]["difference"], gap)


def test_a_few_runs_come_first_and_all_of_them_last(answerer: Answerer) -> None:
    view = small_view(levers=[{"lever": "L04", "dose": 0.7}])
    lines = [
        message
        for message in answer(answerer, view)
        if message["kind"] == "line" and message["arm"] == "plan"
    ]
    assert [line["done"] for line in lines] == [2, 10, 20]
    again = answer(answerer, view)  # undone and redone: nothing is run twice
    assert [m["done"] for m in again if m["kind"] == "line" and m["arm"] == "plan"] == [20]


def test_lines_the_page_has_are_not_sent_again(answerer: Answerer) -> None:
    first = answer(answerer, small_view())
    have = [message["key"] for message in first if message["kind"] == "line"]
    second = answer(answerer, small_view(levers=[{"lever": "L01", "dose": 0.9}]), have=have)
    assert {m["arm"] for m in second if m["kind"] == "line"} == {"plan"}
    assert {m["arm"] for m in second if m["kind"] == "same"} == {"mine", "default"}


def test_only_the_default_baseline_is_spared_beliefs_and_barriers(answerer: Answerer) -> None:
    view = small_view(parameters={"contagion": 0.5}, shocks=[{"barrier": "turnover_surge", "start": 0.2}])
    three = arms(read_view(view), NOWHERE)
    assert not three.default.parameters and not three.default.shocks and not three.default.levers
    assert (
        three.mine.parameters == {"contagion": 0.5} and len(three.mine.shocks) == 1 and not three.mine.levers
    )
    lines = {m["arm"]: m["key"] for m in answer(answerer, view) if m["kind"] == "line"}
    assert len(set(lines.values())) == 3


def test_a_newer_question_ends_the_older_one(answerer: Answerer) -> None:
    newer = threading.Event()
    view = small_view(levers=[{"lever": "L09", "dose": 1.3}], years=3.0)

    async def until_first() -> list[str]:
        kinds = []
        async for message in answerer.answer(read_view(view), NOWHERE, newer):
            kinds.append(message["kind"])
            if message["kind"] == "line":
                newer.set()
        return kinds

    kinds = asyncio.run(until_first())
    assert "done" not in kinds and kinds.count("line") == 1
    assert answer(answerer, view)[-1]["kind"] == "done"  # and nothing is spoiled by it


def test_the_board_adds_up_and_warns_of_too_much() -> None:
    view = read_view(
        small_view(levers=[{"lever": "L01", "dose": 2.0, "owner": "Ann"}, {"lever": "L25", "dose": 2.0}])
    )
    scenario = scenario_of(view, NOWHERE)
    found = board(scenario, resolve(scenario))
    managers = next(load for load in found["loads"] if load["name"] == "managers")
    assert managers["mean"][-1] == pytest.approx(2 * 1.5 + 2 * 1.5)  # hours of L01 and L25 at dose 2
    assert not any(text.startswith("Too much") for text in found["warnings"])  # 6 of 6.5 hours
    heavier = read_view(small_view(levers=[{"lever": "L01", "dose": 2.0}, {"lever": "L25", "dose": 2.5}]))
    scenario = scenario_of(heavier, NOWHERE)
    warned = board(scenario, resolve(scenario))["warnings"]
    assert any(text.startswith("Too much for managers: 6.8 hours") for text in warned)
    assert found["rows"][0]["label"] == "Lead by example (Ann)"


def test_the_board_says_who_is_won_over_beforehand() -> None:
    """Whoever opened a file with such people would otherwise see its gain and not where it comes from."""
    who = {"levels": ["manager"], "random": 2}
    seed = [{"who": who, "committed": True}, {"who": "employees", "used": 0.25}]
    scenario = scenario_of(read_view(small_view(seed=seed)), NOWHERE)
    resolved = resolve(scenario)
    some, all_ = board(scenario, resolved)["beforehand"]
    assert some == (
        "2 of the managers, drawn at random: won over beforehand, they practise from the first day; "
        "they never lapse and never leave"
    )
    assert all_.startswith("Employees (") and all_.endswith("from the first day with chance 0.25")
    real = scenario.organization.model_copy(update={"people_file": "people.csv"})
    told = board(scenario.model_copy(update={"organization": real}), resolved)["beforehand"]
    assert "(" not in told[1]  # nobody is counted by level where people are real
    assert (
        board(arms(read_view(small_view(seed=seed)), NOWHERE).mine, resolve(load("business_as_usual")))[
            "beforehand"
        ]
        == []
    )


@pytest.mark.parametrize("name", [name for name in names() if name != "business_as_usual"])
def test_a_bundled_plan_comes_back_from_a_view_as_it_went(name: str) -> None:
    scenario = load(name)
    back = scenario_of(read_view(view_of(scenario)), NOWHERE)
    for part in ("shocks", "start", "seed", "parameters"):
        assert getattr(back, part) == getattr(scenario, part), part
    assert [row.model_dump() for row in back.levers] == [row.model_dump() for row in scenario.levers]
    assert back.run.years == scenario.run.years and back.organization.people == scenario.organization.people


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"levers": [{"lever": "L99"}]}, "L99"),
        ({"levers": [{"lever": "L01", "dose": 99}]}, "dose"),
        ({"levers": [{"lever": "L01", "start": 2, "stop": 1}]}, "before"),
        ({"organization": {"people": 10**9}}, "people"),
        ({"organization": {"people_file": "/etc/passwd"}}, "people_file"),
        ({"organization": {"imported": "../../etc"}}, "imported"),
        ({"organization": {"imported": "0123456789ab"}}, "imported in another browser"),
        ({"parameters": {"contagionn": 1.0}}, "contagion"),
        ({"parameters": {"weight_peers": float("nan")}}, "weight_peers"),
        ({"extends": "/etc/passwd"}, "extends"),
        ({"schema": 2}, "format 2"),
        ({"title": ""}, "title"),
    ],
)
def test_a_view_that_cannot_be_used_is_refused_with_its_place(change: dict[str, Any], said: str) -> None:
    with pytest.raises((DeskError, ValueError), match=said):
        resolve(scenario_of(read_view(small_view(**change)), NOWHERE))
