"""Decisions over time and their runs at the edges: what was misasked, failed or interrupted is told in one sentence."""

from __future__ import annotations

import errno
from pathlib import Path

import pandas as pd
import pytest
from decisions_lab import Film, Formula, doses, plan, quick, without_search  # noqa: F401

from sim.decisions import (
    DecisionError,
    Memory,
    Simulator,
    compare_promises,
    does_it_last,
    promise_log,
    tipping_points,
    where_it_dies,
    whom_to_start_with,
)
from sim.decisions.curves import traced
from sim.decisions.futures import as_planned
from sim.decisions.plans import as_plan
from sim.decisions.simulator import digest_of
from sim.experiments import StoreError
from sim.scenario import Scenario, ScenarioError, load
from sim.scenario.schema import LeverUse

NAN = float("nan")


def flat(*_: object) -> float:
    return 0.1


# --- time: starting, lasting, dying, tipping ----------------------------------------------------------------------


def test_no_way_is_recommended_over_one_that_ties_with_it_and_who_was_left_out_is_told() -> None:
    def rule(scenario: Scenario, *_: object) -> float:
        return {"managers": 0.4, "peers": 0.4, "random": 0.2}.get(scenario.name.partition("-")[0], 0.1)

    run = Formula(rule, noise=0.01)
    ways = ["executives", "managers", "peers", "random"]
    found = whom_to_start_with(plan("p"), evaluate=run, people=6, ways=ways, replicates=12)
    words = found.in_words()
    assert found.recommended is None and {found.best, *found.tied} == {"managers", "peers"}
    assert words[0].startswith("Starting with 6 people gains 30.") and "over starting with nobody" in words[0]
    assert "and 20." in words[0] and words[0].endswith("over as many people at random.")
    assert words[1].startswith("Any of these ways will do, for they are not distinguishable from the best: ")
    assert found.left_out == ("executives",)
    assert words[2].startswith("Gains count the people themselves")
    assert words[3].startswith("Left out, having fewer people to choose from: ") and "executives" in words[3]
    with pytest.raises(DecisionError, match="no way of choosing has 30 people; ask for fewer"):
        whom_to_start_with(plan("p"), evaluate=run, people=30, ways=["executives"])


def firm(folder: Path) -> Scenario:
    """A scenario that reads its people from a file."""
    rows = ["id,manager_id,level,department", "boss,,1,Board", *(f"p{k},boss,3,Works" for k in range(11))]
    (folder / "people.csv").write_text("\n".join(rows) + "\n")
    (folder / "firm.toml").write_text('name = "firm"\n[organization]\npeople_file = "people.csv"\n')
    return load(folder / "firm.toml")


def test_people_that_vanish_after_loading_are_told_where_they_are_read(tmp_path: Path) -> None:
    scenario = firm(tmp_path)
    before = digest_of(scenario)
    (tmp_path / "people.csv").unlink()
    assert digest_of(scenario) != before  # and no complaint here
    with pytest.raises(ScenarioError, match=r"organization: .*people\.csv"):
        whom_to_start_with(scenario, evaluate=Formula(flat))


def test_times_and_doses_that_are_none_are_refused() -> None:
    one, none, run, film = (
        plan("p", "L01"),
        plan("p"),
        Formula(flat),
        Film(lambda *_: {"share_practising": 0.1}),
    )
    for ask, told in [
        (lambda: does_it_last(one, evaluate=film, stop=0.0), "stop is 0 and after"),
        (lambda: tipping_points(none, evaluate=run), "uses no lever, so it has no dose to raise"),
        (lambda: tipping_points(one, evaluate=run, doses=(1.0,)), "give two or more, none below 0"),
        (lambda: tipping_points(one, evaluate=run, horizon=0.1), "the horizon is 0.1 years: give 0.5 to 50"),
        (lambda: promise_log(none, evaluate=film), "uses no lever, so it promises nothing"),
        (lambda: promise_log(one, evaluate=film, dates=(0.5, 2.0)), "at most the horizon of 1"),
        (lambda: promise_log(one, evaluate=film, dates=(0.5,), band=1.0), "indicators is 3 and band 1"),
        (
            lambda: as_plan(one, ["run.years=2"]),
            "overrides cannot be applied to 'p', which is loaded already",
        ),
    ]:
        with pytest.raises(DecisionError, match=told):
            ask()


def test_tipping_tells_the_doses_at_which_the_start_still_matters() -> None:
    run = Formula(lambda scenario, *_: 0.5 if scenario.seed and doses(scenario) else 0.1, noise=0.01)
    found = tipping_points(plan("p", "L01"), evaluate=run, doses=(0.0, 0.5, 1.0, 2.0), horizon=3.0)
    assert found.facts() == {
        "plan": "p",
        "years": 3.0,
        "tips": len(found.tips),
        "remembers_at": [0.5, 1.0, 2.0],
    }
    assert found.tables()["branches"]["dose"].tolist() == [0.0, 0.5, 1.0, 2.0]
    assert found.tables()["tips"]["branch"].tolist() == ["from_everybody"]


GROUPS = (("all", "all"), ("level", "manager"), ("department", "Works"), ("department", "Few"))


def works(scenario: Scenario, time: float, kind: str, group: str) -> dict[str, float]:
    """The whole gains, Works does not unless a lever is aimed at it; of Few nothing may be shown."""
    aimed = sum(use.cover is not None and use.cover.departments == [group] for use in scenario.levers)
    gain = 0.3 * time if scenario.levers and group != "Works" else 0.0
    return {"share_practising": NAN if group == "Few" else 0.1 + gain + 0.2 * aimed}


def test_a_group_that_may_not_be_shown_is_no_row_and_several_cures_are_compared() -> None:
    film = Film(works, groups=GROUPS, jitter=0.002, every=0.5, money={"L04": 100.0, "L10": 900.0})
    cures = [LeverUse(lever="L04"), LeverUse(lever="L10")]
    found = where_it_dies(plan("p", "L01"), evaluate=film, unblockers=cures, replicates=6)
    assert found.groups["group"].tolist() == ["manager", "Works"]
    words = found.in_words()
    assert words[-2].startswith("Cheapest unblock for the department 'Works': L04")
    assert words[-1].startswith("Costs a point are means") and "not distinguishable" in words[-1]


def test_a_cure_that_the_plan_practises_elsewhere_is_not_tried() -> None:
    film = Film(works, groups=GROUPS, jitter=0.002, every=0.5)
    base = plan("p", {"lever": "L04", "via": ["peers"]})
    found = where_it_dies(base, evaluate=film, unblockers=[LeverUse(lever="L04")], replicates=6)
    assert found.weakest == ("department", "Works") and found.unblocks.empty
    assert "money_per_point" in found.unblocks and not any("unblock" in line for line in found.in_words())


# --- promises -----------------------------------------------------------------------------------------------------


def rising(scenario: Scenario, time: float, kind: str, group: str) -> dict[str, float]:
    flat_ones = dict.fromkeys(
        ("share_practising", "safety", "mindset", "sharing", "skill", "stage_trying"), 0.3
    )
    return {
        **flat_ones,
        "enthusiasm": NAN if group == "manager" else 0.4 + 0.1 * bool(scenario.levers) * time,
    }


def test_promises_within_both_bands_and_those_that_wait_are_counted(tmp_path: Path) -> None:
    film = Film(rising, groups=(("all", "all"), ("level", "manager")), jitter=0.05)
    log = promise_log(plan("p", "L01"), evaluate=film, dates=(0.5, 1.0), replicates=30)
    assert set(log.log["group"]) == {"all"}  # of the managers nothing may be shown
    saved, seen = log.save(tmp_path / "promises.csv"), tmp_path / "seen.csv"
    between = float(log.log["low"].iloc[0] + log.log["usual_high"].iloc[0]) / 2.0
    seen.write_text(f"indicator,group,years,observed\nenthusiasm,all,0.5,{between:.4f}\n")
    kept = compare_promises(saved, seen)
    assert kept.waiting == 1 and kept.rows["like_usual"].tolist() == [True]
    assert kept.in_words() == [
        "1 of 1 promise observed so far kept.",
        "Within the promise, but not distinguishable from doing nothing: 'mean enthusiasm (0 to 1)'.",
        "1 promise still to be observed.",
    ]


# --- runs and their memory ----------------------------------------------------------------------------------------


def test_runs_do_not_depend_on_how_they_are_dealt_out(
    quick: Simulator,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plans = [plan("one", "L01"), plan("two", "L02")]
    together = quick(plans, [as_planned()], range(2))
    monkeypatch.setattr(
        "sim.decisions.simulator._CHUNK", 1
    )  # a task a run: the second finds its scenario ready
    monkeypatch.setattr("sim.decisions.simulator._KEPT", 1)  # and only one scenario is held at a time
    apart = Simulator(seed=3, workers=1)
    pd.testing.assert_frame_equal(apart(plans, [as_planned()], range(2)), together)
    assert list(apart._ready) == [digest_of(as_planned().on(plans[1]))]


def test_where_every_run_fails_there_is_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)

    def broken(*_: object, **__: object) -> None:
        raise FloatingPointError("the share is no number")

    monkeypatch.setattr("sim.decisions.simulator.run", broken)
    run = Simulator(seed=3, workers=1)
    with pytest.raises(DecisionError, match="no run of one came to an end"):
        traced(run, [plan("one", "L01")], [as_planned()], range(2))
    assert sum(run.failures.values()) == 2 and "the share is no number" in next(iter(run.failures))


def test_a_memory_of_other_luck_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the memory is of seed 4, the simulator of 3; give both the same"):
        Simulator(seed=3, memory=Memory(tmp_path, seed=4))


def test_a_memory_sweeps_up_after_an_interruption_and_leaves_strange_files_alone(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    (folder / ".outcomes-000000.parquet.1-1.tmp").write_text("half a part")
    (folder / "notes-000007.parquet").write_text("not ours")
    with Memory(tmp_path, seed=3) as memory:
        memory.keep(("plan", "", 0), {"share_end": 0.25})
    assert not list(folder.glob(".*.tmp")) and (folder / "notes-000007.parquet").read_text() == "not ours"
    with Memory(tmp_path, seed=3) as memory:
        assert memory.rows == {("plan", "", 0): {"share_end": 0.25}}


def test_a_memory_that_cannot_be_written_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StoreError, match="it is not a folder; give another"),
        Memory(tmp_path / "file", seed=3),
    ):
        pass

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sim.decisions.memory.write_part", full)
    memory = Memory(tmp_path, seed=3).__enter__()
    memory.keep(("plan", "", 0), {"share_end": 0.25})
    with pytest.raises(StoreError, match="the disk is full; make room"):
        memory.__exit__(None, None, None)
    monkeypatch.undo()
    with Memory(tmp_path, seed=3) as again:  # it let go of the folder all the same
        assert again.rows == {}
