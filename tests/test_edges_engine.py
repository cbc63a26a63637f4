"""Lines of the kernels that whole runs seldom reach, as the plain Python they are written in, on numbers set by hand."""

from __future__ import annotations

import math
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

from sim.engine import compiled, conduct, moving, notes, people, staffing, stationary, ties
from sim.engine.blueprint import Blueprint
from sim.engine.layout import (
    EXPERIENCE,
    LEADS,
    N_STATE,
    N_TRAIT,
    OVERLOAD,
    PRACTISING,
    SW_EVENTS,
    SW_ORDINARY,
    VACANT,
)
from sim.engine.run import Simulation
from sim.engine.stationary import Offset
from sim.engine.ties import NEVER
from sim.theory.channels import COMMUNITY, N_CONDUCT, TOPICS


def plain(function: Any) -> Callable[..., Any]:
    """A kernel as Python, whether or not kernels are compiled here."""
    return getattr(function, "py_func", function)  # type: ignore[no-any-return]


# --- events -------------------------------------------------------------------------------------------------


def test_events_are_kept_only_where_asked_for_and_counted_beyond_their_room() -> None:
    w = SimpleNamespace(
        switches=np.zeros(SW_EVENTS + 1, dtype=np.int32),
        events=np.zeros((1, 5), dtype=np.int64),
        event_count=np.zeros(1, dtype=np.int64),
    )
    note = plain(notes.note)
    note(w, 3, 4, 5, 6, 7)
    assert w.event_count[0] == 0 and not w.events.any()
    w.switches[SW_EVENTS] = 1
    note(w, 3, 4, 5, 6, 7)
    note(w, 8, 8, 8, 8, 8)
    assert w.events.tolist() == [[3, 4, 5, 6, 7]] and w.event_count[0] == 2


def test_more_events_than_their_room_are_a_fault_that_is_said(small_plan: Blueprint) -> None:
    run = Simulation(small_plan, seed=1, events=True)
    room = len(run.world.events)
    run.world.event_count[0] = room + 1
    with pytest.raises(RuntimeError, match=f"^{room + 1} events in .* steps exceed the room for {room}$"):
        run._take_events()


# --- ties, memory, skill ------------------------------------------------------------------------------------


def test_what_hardly_ever_happens_never_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ties, "log", math.log)
    after = plain(ties.after)
    assert after(7, 0.5, 0.0) == NEVER and after(7, 0.5, 1e-12) == NEVER
    assert after(7, float(np.exp(-2.5)), 1.0) == 7 + 1 + 2


def test_an_empty_department_remembers_what_it_did_and_a_bad_platform_only_stops_writing() -> None:
    heads = 2.0
    w = SimpleNamespace(
        memory=np.full((3, TOPICS), 0.5),
        memory_usual=np.zeros((3, TOPICS)),
        flow=np.zeros((3, TOPICS + 2)),
        kept=np.zeros(64),
    )
    w.flow[1:, :TOPICS] = 1.0
    w.flow[1:, TOPICS + 1] = heads
    w.flow[1, TOPICS] = -10.0  # a platform that is turned round, more than all that is written otherwise
    w.kept[moving.DT] = 0.1
    p = SimpleNamespace(codification=0.4, codification_platform=1.0, staleness=0.2)
    plain(moving.remember)(w, p)
    assert (w.memory[0] == 0.5).all()
    stale = 0.5 * np.exp(-0.2 * 0.1)
    assert w.memory[1] == pytest.approx(np.full(TOPICS, stale), rel=1e-9)
    assert (w.memory[2] > w.memory[1]).all()


@pytest.mark.parametrize(("on", "newcomer", "learns"), [(1, 0.2, True), (0, 0.2, False), (1, 5.0, False)])
def test_ordinary_learning_is_never_forgetting(
    on: int, newcomer: float, learns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is off where it is switched off, and 0 where newcomers bring more than is lost."""
    monkeypatch.setattr(people, "exp", math.exp)
    w = SimpleNamespace(
        trait=np.zeros((1, N_TRAIT)),
        level=np.array([people.EMPLOYEE]),
        kept=np.zeros(64),
        switches=np.full(SW_ORDINARY + 1, on, dtype=np.int32),
    )
    w.trait[0, people.S_USUAL0 : people.S_USUAL0 + 4] = 0.5
    w.kept[people.OBSOLESCENCE], w.kept[people.DT] = 0.1, 0.25
    p = SimpleNamespace(turnover_employees=0.2, turnover_leaders=9.0, skill_newcomer=newcomer)
    plain(people.settle_skill)(w, p, 0)
    b = ((0.1 + 0.2) * 0.5 - 0.2 * newcomer * 0.5) / 0.5 if learns else 0.0
    assert w.trait[0, people.B0 : people.B0 + 4] == pytest.approx(np.full(4, b))
    kept = w.trait[0, people.KEPT_R0 : people.KEPT_R0 + 4]
    assert kept == pytest.approx(np.full(4, np.exp(-(b + 0.1) * 0.25)))


# --- leaders ------------------------------------------------------------------------------------------------


def test_a_leader_who_moves_up_keeps_the_own_conduct(monkeypatch: pytest.MonkeyPatch) -> None:
    felt: list[int] = []
    drawn: list[int] = []
    monkeypatch.setattr(staffing, "felt_usually", lambda w, row: felt.append(row))
    monkeypatch.setattr(staffing, "draw_conduct", lambda w, p, seat, row, step: drawn.append(row))
    monkeypatch.setattr(staffing, "settle_skill", lambda w, p, seat: None)
    w = SimpleNamespace(
        trait=np.arange(3.0)[:, None] * np.ones(N_TRAIT),
        state=np.arange(3.0)[:, None] * np.ones(N_STATE),
        flags=np.array([LEADS | VACANT, LEADS | PRACTISING, 0]),
        row=np.array([0, 1, -1]),
        usual_conduct=np.arange(2.0)[:, None] * np.ones(N_CONDUCT),
        z=5.0 * np.arange(2.0)[:, None] * np.ones(N_CONDUCT),
    )
    move_up = plain(staffing.move_up)
    move_up(w, None, 0, 1, 9)
    assert (w.usual_conduct[0] == 1.0).all() and (w.z[0] == 5.0).all() and felt == [0] and not drawn
    assert (w.trait[0] == 1.0).all() and w.flags[0] == LEADS | PRACTISING
    assert w.state[0, EXPERIENCE] == w.state[0, OVERLOAD] == 0.0 and w.state[0].sum() == N_STATE - 2
    move_up(w, None, 0, 2, 9)  # who led nobody draws an own conduct
    assert drawn == [0] and felt == [0] and w.flags[0] == LEADS
    move_up(w, None, 2, 1, 9)  # a seat that leads nobody asks for none
    assert drawn == [0] and felt == [0] and (w.trait[2] == 1.0).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # draws wrap around, as they do compiled
@pytest.mark.parametrize("fraction", [0.3, -0.3])
def test_hours_go_to_the_third_that_practises_least(fraction: float) -> None:
    """Three units of 4, 4 and 8 people; whoever lives outside and empty seats are not observed; hours are moved."""
    units = np.repeat([0, 1, 2], [5, 5, 8])
    flags = np.zeros(18, dtype=np.int32)
    flags[[0, 5, 6, *range(10, 18)]] = PRACTISING  # 1 of 4, 2 of 4, 8 of 8
    level = np.zeros(18, dtype=np.int32)
    flags[4], level[9] = VACANT | PRACTISING, COMMUNITY
    w = SimpleNamespace(
        targeting=np.ones(3), observed=np.zeros((3, 3)), manager=np.zeros(18), department=units, flags=flags,
        level=level, adapt=np.full(200, fraction), key=np.array([1, 2], dtype=np.uint32),
    )  # fmt: skip
    p = SimpleNamespace(measure_error=0.0)
    retarget = plain(conduct.retarget)
    assert not retarget(w, p, 9, 9, 13)
    assert w.observed[:, :2].tolist() == [[4.0, 1.0], [4.0, 2.0], [8.0, 8.0]]
    assert retarget(w, p, 13, 13, 13)
    raw = np.array([1.0 + fraction, 1.0, 1.0 - fraction])
    assert w.targeting == pytest.approx(raw * 16 / (raw @ [4, 4, 8]))
    w.adapt[:] = 0.0
    assert retarget(w, p, 26, 26, 13) and (w.targeting == 1.0).all()
    assert not retarget(w, p, 39, 39, 13)
    w.observed[:], w.adapt[:] = 0.0, fraction
    assert retarget(w, p, 52, 52, 13)  # where nobody is there, there is nothing to share out
    assert w.targeting == pytest.approx(raw)


# --- the search for the offset, and where kernels are kept ---------------------------------------------------


def test_the_search_keeps_its_best_round(small_plan: Blueprint, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    shares = iter([0.30, 0.60, 0.25])

    def planted(plan: Blueprint, at: float, replicate: int) -> float:
        asked.append(at)
        return next(shares)

    monkeypatch.setattr(stationary, "_mean_share", planted)
    monkeypatch.setattr(stationary, "surveyed_share", lambda usual, p: 0.20)
    found = stationary.find_offset(small_plan.resolved, runs=1, rounds=2, threads=1)
    assert (found.share, found.rounds) == (0.25, 2) and found.value == asked[2] and not found.settled
    shares = iter([0.21, 0.60, 0.55])
    found = stationary.find_offset(small_plan.resolved, runs=1, rounds=2, threads=1)
    assert (found.share, found.rounds, found.value) == (0.21, 0, 0.0)


def test_an_offset_that_cannot_be_kept_is_found_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    monkeypatch.setattr(stationary, "CACHE", tmp_path / "file")
    found = Offset(0.1, 0.2, 0.2, 0.0, 1)
    assert stationary._remember("key", found) is found
    monkeypatch.setattr(stationary, "CACHE", tmp_path / "folder")
    assert stationary._remember("key", replace(found, value=0.5)).value == 0.5
    assert [path.name for path in (tmp_path / "folder" / "offsets").iterdir()] == ["key.json"]


def test_kernels_do_without_a_folder_where_none_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    monkeypatch.setenv("RIPPLE_CACHE", str(tmp_path / "file"))
    before = numba.config.CACHE_DIR
    made = runpy.run_path(str(compiled.__file__))
    assert made["_writable"] is False and before == numba.config.CACHE_DIR
    assert str(made["CACHE"]).startswith(str(tmp_path))
