"""Runs of a question outlive it: what was run is not run again, and nothing stale is taken for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from decisions_lab import plan, without_search

from sim.cli import main
from sim.decisions import Memory, Simulator
from sim.decisions.futures import as_planned, drawn
from sim.decisions.simulator import digest_of
from sim.experiments import StoreError
from sim.scenario import load

TWO = (plan("one", "L01"), plan("two", "L02"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)


def asked(folder: Path, *, replicates: int = 3, seed: int = 3) -> tuple[pd.DataFrame, Simulator]:
    with Memory(folder, seed=seed) as memory:
        run = Simulator(seed=seed, workers=2, memory=memory)
        return run(TWO, [as_planned(), drawn(TWO, 2, seed=1)], range(replicates)), run


def test_the_second_time_nothing_is_run_and_the_table_is_the_same(tmp_path: Path) -> None:
    first, before = asked(tmp_path)
    again, after = asked(tmp_path)
    assert (before.ran, before.recalled, after.ran, after.recalled) == (12, 0, 0, 12)
    pd.testing.assert_frame_equal(first, again)
    fresh = Simulator(seed=3, workers=1)(TWO, [as_planned(), drawn(TWO, 2, seed=1)], range(3))
    pd.testing.assert_frame_equal(first, fresh)


def test_only_what_is_new_is_run(tmp_path: Path) -> None:
    asked(tmp_path)
    _, more = asked(tmp_path, replicates=4)
    assert (more.ran, more.recalled) == (4, 12)
    _, other = asked(tmp_path, seed=4)
    assert (other.ran, other.recalled) == (12, 0)


def test_records_over_time_are_remembered_too(tmp_path: Path) -> None:
    def traced() -> tuple[pd.DataFrame, int]:
        with Memory(tmp_path, seed=3) as memory:
            run = Simulator(seed=3, memory=memory)
            return run.trace(TWO[:1], [as_planned()], range(2)), run.ran

    (first, ran), (again, none) = traced(), traced()
    assert (ran, none) == (2, 0)
    pd.testing.assert_frame_equal(first, again)


def test_runs_before_an_interruption_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sim.decisions.simulator as simulator

    real, calls = simulator.run, [0]

    def interrupted(drawing: Any, **options: Any) -> Any:
        calls[0] += 1
        if calls[0] > 4:
            raise KeyboardInterrupt
        return real(drawing, **options)

    monkeypatch.setattr(simulator, "run", interrupted)
    with pytest.raises(KeyboardInterrupt), Memory(tmp_path, seed=3) as memory:
        Simulator(seed=3, workers=1, memory=memory)(TWO, [as_planned()], range(8))
    monkeypatch.setattr(simulator, "run", real)
    with Memory(tmp_path, seed=3) as memory:
        run = Simulator(seed=3, workers=1, memory=memory)
        table = run(TWO, [as_planned()], range(8))
    assert (run.recalled, run.ran) == (4, 12) and len(table) == 16


def test_other_equations_are_not_recalled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(tmp_path)
    monkeypatch.setattr("sim.decisions.memory.source_hash", lambda: "other")
    assert asked(tmp_path)[1].recalled == 0


def test_failed_runs_are_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sim.decisions.simulator as simulator

    real = simulator.run

    def sometimes(drawing: Any, **options: Any) -> Any:
        if options["replicate"] == 1:
            raise ArithmeticError("planted")
        return real(drawing, **options)

    monkeypatch.setattr(simulator, "run", sometimes)
    _, run = asked(tmp_path)
    assert sum(run.failures.values()) == 4
    monkeypatch.setattr(simulator, "run", real)
    table, run = asked(tmp_path)
    assert (run.ran, run.failures) == (4, {}) and table["share_end"].notna().all()


def test_two_writers_are_one_too_many_and_a_damaged_part_is_told(tmp_path: Path) -> None:
    asked(tmp_path)
    with Memory(tmp_path, seed=3), pytest.raises(StoreError, match="is writing there"):
        Memory(tmp_path, seed=3).__enter__()
    part = next((tmp_path / "runs").glob("outcomes-*.parquet"))
    part.write_bytes(b"no")
    with pytest.raises(StoreError, match="delete it"):
        asked(tmp_path)


def test_what_a_file_holds_decides_what_a_run_is(tmp_path: Path) -> None:
    people = "id,manager_id,level,department\nboss,,1,Board\n"
    (tmp_path / "people.csv").write_text(people + "".join(f"p{k},boss,2,Board\n" for k in range(8)))
    (tmp_path / "firm.toml").write_text('name = "firm"\n[organization]\npeople_file = "people.csv"\n')
    before = digest_of(load(tmp_path / "firm.toml"))
    assert digest_of(load(tmp_path / "firm.toml")) == before
    (tmp_path / "people.csv").write_text(people + "".join(f"p{k},boss,2,Board\n" for k in range(9)))
    assert digest_of(load(tmp_path / "firm.toml")) != before


def test_a_command_with_a_folder_remembers_and_keeps_its_plans(tmp_path: Path) -> None:
    firm = 'extends = "business_as_usual"\n[organization]\npeople = 60\ndepartments = 3\n[run]\nyears = 1.0\nburn_in = 0.1\n'
    for name, lever in (("one", "L01"), ("two", "L02")):
        (tmp_path / f"{name}.toml").write_text(f'{firm}[[levers]]\nlever = "{lever}"\n')
    words = ["decide", "regret", str(tmp_path / "one.toml"), str(tmp_path / "two.toml")]
    words += ["--draws", "2", "--future", "as_planned", "--replicates", "3", "--out", str(tmp_path / "out")]
    first = CliRunner().invoke(main, words)
    told = json.loads((tmp_path / "out" / "decision.json").read_text())
    again = CliRunner().invoke(main, words)
    assert first.exit_code == again.exit_code == 0, first.output
    assert "were there already; 0 were made" in again.stderr
    assert json.loads((tmp_path / "out" / "decision.json").read_text()) == told
    assert load(tmp_path / "out" / "scenarios" / "two.toml").levers[0].lever == "L02"
