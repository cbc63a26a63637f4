"""The results folder: same bytes whatever happens, nothing finished lost, nothing foreign touched."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from experiments_lab import BUSY, QUIET, digests, without_search

from sim.experiments import (
    Experiment,
    ExperimentInterrupted,
    Progress,
    StoreError,
    compare,
    execute,
    files,
    make_plan,
    runner,
    work,
)
from sim.experiments.lock import Lock
from sim.experiments.plan import Block
from sim.experiments.store import Store, differing, row_groups
from sim.experiments.work import DIED, Done, Job, run_block
from sim.parameters import REGISTER

ASKED: dict[str, Any] = {"replicates": 6, "draws": 3, "workers": 1}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.plan._PERSON_STEPS", 40 * 26 * 2 * 2)  # two replicates a block


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The experiment made in one go."""
    folder = tmp_path_factory.mktemp("store") / "undisturbed"
    with pytest.MonkeyPatch.context() as monkeypatch:
        without_search(monkeypatch)
        monkeypatch.setattr("sim.experiments.plan._PERSON_STEPS", 40 * 26 * 2 * 2)
        compare([QUIET, BUSY], out=folder, **ASKED)
    return folder


def test_the_folder_holds_what_it_should_and_no_more(undisturbed: Path) -> None:
    names = {path.name for path in undisturbed.iterdir()}
    assert names == {
        "plan.json", "scenarios", "runs.parquet", "series.parquet", "events.parquet", "manifest.json", "log.jsonl",
    }  # fmt: skip
    assert {path.name for path in (undisturbed / "scenarios").iterdir()} == {"quiet.toml", "busy.toml"}
    runs = Experiment(undisturbed).runs
    assert len(runs) == 2 * (6 + 3)
    assert list(runs["run"]) == list(range(18))
    assert (runs["status"] == "ok").all()


def test_a_folder_does_not_say_on_whose_machine_it_was_made(undisturbed: Path) -> None:
    assert "host" not in json.loads((undisturbed / "manifest.json").read_text())


def test_rows_are_in_plan_order(undisturbed: Path) -> None:
    runs = Experiment(undisturbed).runs
    luck = runs[runs["uncertainty"] == "luck"]
    assert list(luck["scenario"]) == ["quiet", "quiet", "busy", "busy"] * 3
    assert list(luck["replicate"]) == [0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5]
    rest = runs[runs["uncertainty"] == "assumptions"]
    assert list(rest["draw"]) == [0, 0, 1, 1, 2, 2] == list(rest["replicate"])


def test_plans_share_luck_and_assumptions(undisturbed: Path) -> None:
    runs = Experiment(undisturbed).runs
    drawn = [name for name in runs.columns if name.startswith("p.")]
    rest = runs[runs["uncertainty"] == "assumptions"]
    for _, pair in rest.groupby("draw"):
        assert (pair[drawn].nunique() == 1).all() and pair["replicate"].nunique() == 1
    assert runs[runs["uncertainty"] == "luck"][drawn].isna().all().all()
    assert rest[drawn].nunique().gt(1).all()
    assert (runs["seed"] == 1).all()


@pytest.mark.parametrize("workers", [2, 5])
def test_same_bytes_whatever_the_workers(undisturbed: Path, tmp_path: Path, workers: int) -> None:
    compare([QUIET, BUSY], out=tmp_path / "x", **{**ASKED, "workers": workers})
    assert digests(tmp_path / "x") == digests(undisturbed)


def test_same_bytes_with_an_executor_of_ones_own(undisturbed: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        compare([QUIET, BUSY], out=tmp_path / "x", **{**ASKED, "workers": pool})
        assert pool.submit(int).result() == 0  # left open
    assert digests(tmp_path / "x") == digests(undisturbed)


class StopAfter:
    """Presses Ctrl-C once so many runs are done."""

    def __init__(self, runs: int) -> None:
        self.runs = runs

    def __call__(self, progress: Progress) -> None:
        if progress.stage == "running" and progress.done >= self.runs:
            raise KeyboardInterrupt


@pytest.mark.parametrize("runs", [0, 4, 10, 16])
def test_an_interrupted_experiment_goes_on_to_the_same_bytes(
    undisturbed: Path, tmp_path: Path, runs: int
) -> None:
    folder = tmp_path / "x"
    with pytest.raises(ExperimentInterrupted, match="same command again") as caught:
        compare([QUIET, BUSY], out=folder, **ASKED, progress=StopAfter(runs))
    assert caught.value.done >= runs and caught.value.total == 18
    assert not (folder / "lock").exists()
    seen: list[Progress] = []
    compare([QUIET, BUSY], out=folder, **ASKED, progress=seen.append)
    assert next(p for p in seen if p.stage == "running").done == caught.value.done
    assert digests(folder) == digests(undisturbed)


def test_ctrl_c_while_writing_leaves_it_resumable(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as inner, pytest.raises(KeyboardInterrupt):
        inner.setattr("sim.experiments.store.Store._assemble", press)
        compare([QUIET, BUSY], out=tmp_path / "x", **ASKED)
    compare([QUIET, BUSY], out=tmp_path / "x", **ASKED)
    assert digests(tmp_path / "x") == digests(undisturbed)


def test_a_finished_experiment_returns_at_once(undisturbed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.workers.run_block", None)  # nothing may be run
    before = digests(undisturbed)
    seen: list[Progress] = []
    again = compare([QUIET, BUSY], out=undisturbed, **ASKED, progress=seen.append)
    assert again.finished and [p.stage for p in seen] == ["finished"] and digests(undisturbed) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"replicates": 8}, "replicates was 6, now 8"),
        ({"seed": 2}, "seed was 1, now 2"),
        ({"draws": 2}, "draws was 3, now 2"),
        ({"uncertainty": "luck"}, "uncertainty was luck and assumptions, now luck"),
        ({"person_level": True}, "person level was False, now True"),
        ({"overrides": ["run.years=0.25"]}, "scenario 'quiet' changed.*years = 0.5.*years = 0.25"),
        ({"overrides": ["parameters.threshold=0.5"]}, "scenario 'quiet' changed"),
    ],
)
def test_a_folder_with_another_plan_is_refused_and_the_difference_named(
    undisturbed: Path, change: dict[str, Any], said: str
) -> None:
    before = digests(undisturbed)
    with pytest.raises(StoreError, match=said):
        compare([QUIET, BUSY], out=undisturbed, **{**ASKED, **change})
    assert digests(undisturbed) == before and not (undisturbed / "lock").exists()


def test_other_scenarios_are_named(undisturbed: Path) -> None:
    with pytest.raises(StoreError, match="scenarios were quiet and busy, now busy"):
        compare([BUSY], out=undisturbed, **ASKED)


def test_another_version_of_the_equations_is_named() -> None:
    assert list(differing({"equations": "a"}, {"equations": "b"})) == [
        "its equations are of another version of the program"
    ]


def test_a_folder_with_foreign_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(StoreError, match=r"thesis\.docx, which is not ours"):
        compare([QUIET], out=tmp_path, **ASKED)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize("text", ["", "[]", '{"name": "npm"}'])
def test_a_foreign_plan_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(StoreError, match=r"plan\.json"):
        compare([QUIET], out=tmp_path, **ASKED)
    assert (tmp_path / "plan.json").read_text() == text


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    for folder in (tmp_path / "x", tmp_path / "x" / "y"):
        with pytest.raises(StoreError, match="results folder"):
            compare([QUIET], out=folder, **ASKED)


def test_two_writers_are_kept_apart(tmp_path: Path) -> None:
    plan = make_plan([QUIET], replicates=2, draws=1)
    said = f"process {os.getpid()} on {socket.gethostname()} is writing"
    with Store(tmp_path / "x", plan), pytest.raises(StoreError, match=said):
        Store(tmp_path / "x", plan).__enter__()
    execute(plan, out=tmp_path / "x", workers=1)


def test_the_lock_of_another_process_holds_until_it_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from sim.experiments.lock import Lock\n"
        "with Lock(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None and holder.stdout.readline().strip() == b"held"
        with pytest.raises(StoreError, match=f"process {holder.pid} on"):
            Lock(tmp_path).__enter__()
    finally:
        holder.kill()
        holder.wait()
    assert (tmp_path / "lock").exists()  # it died without letting go in order
    with Lock(tmp_path):
        assert json.loads((tmp_path / "lock").read_text())["process"] == os.getpid()
    assert not (tmp_path / "lock").exists()


def test_a_full_disk_is_one_sentence_and_loses_nothing(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, real, count = tmp_path / "x", os.fsync, [0]

    def full(file: int) -> None:
        count[0] += 1
        if count[0] > 9:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file)

    with monkeypatch.context() as inner, pytest.raises(StoreError, match="the disk is full; make room"):
        inner.setattr(files.os, "fsync", full)
        compare([QUIET, BUSY], out=folder, **ASKED)
    kept = list((folder / "parts").glob("*.runs.parquet"))
    assert kept and not list((folder / "parts").glob("*.tmp")) and not (folder / "lock").exists()
    compare([QUIET, BUSY], out=folder, **ASKED)
    assert digests(folder) == digests(undisturbed)


def test_a_disk_that_fills_while_the_tables_are_put_together(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "x"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as inner, pytest.raises(StoreError, match="the disk is full"):
        inner.setattr("sim.experiments.store.Store._assemble", full)
        compare([QUIET, BUSY], out=folder, **ASKED)
    compare([QUIET, BUSY], out=folder, **ASKED)
    assert digests(folder) == digests(undisturbed)


def test_a_read_only_place_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(StoreError, match="cannot be written; give another folder"):
        compare([QUIET], out=tmp_path / "x", **ASKED)


def test_an_unfinished_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(ExperimentInterrupted):
        compare([QUIET], out=tmp_path / "x", **ASKED, progress=StopAfter(2))
    found = Experiment(tmp_path / "x")
    assert not found.finished and "unfinished" in repr(found) and found._repr_html_()
    with pytest.raises(StoreError, match="give the same command again"):
        _ = found.runs
    with pytest.raises(StoreError, match="not a results folder"):
        Experiment(tmp_path)


# --- failures ---------------------------------------------------------------------------------------------------


def test_a_failed_run_is_a_row_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = work.run

    def sometimes(plan: Any, **luck: Any) -> Any:
        if plan.resolved.name == "busy" and luck["replicate"] == 3:
            raise ZeroDivisionError("three\nis unlucky")
        return real(plan, **luck)

    monkeypatch.setattr(work, "run", sometimes)
    found = compare([QUIET, BUSY], out=tmp_path / "x", **ASKED)
    bad = found.runs[found.runs["status"] == "failed"]
    assert list(bad["scenario"]) == ["busy"] and list(bad["replicate"]) == [3]
    assert list(bad["reason"]) == ["ZeroDivisionError: three is unlucky"]
    assert bad["share_end"].isna().all()
    assert found.failed == 1 and len(found.runs) == 18
    assert not ((found.series["scenario"] == "busy") & (found.series["replicate"] == 3)).any()
    assert found.difference(uncertainty="luck").n == 5


def test_a_run_that_fails_once_is_tried_again_and_leaves_no_trace_in_the_tables(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = work.run, [0]

    def at_second_try(plan: Any, **luck: Any) -> Any:
        tries[0] += 1
        if tries[0] == 5:
            raise MemoryError
        return real(plan, **luck)

    monkeypatch.setattr(work, "run", at_second_try)
    compare([QUIET, BUSY], out=tmp_path / "x", **ASKED)
    assert digests(tmp_path / "x") == digests(undisturbed)
    log = [json.loads(line) for line in (tmp_path / "x" / "log.jsonl").read_text().splitlines()]
    assert sum(line.get("retried", 0) for line in log) == 1


def test_a_number_that_is_not_finite_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = work.run

    def broken(plan: Any, **luck: Any) -> Any:
        record = real(plan, **luck)
        if luck["replicate"] == 0:
            record.series[-1, 0, 5] = float("inf")
        return record

    monkeypatch.setattr(work, "run", broken)
    runs = compare([QUIET], out=tmp_path / "x", replicates=2, uncertainty="luck", workers=1).runs
    assert list(runs["status"]) == ["failed", "ok"] and "skill_end not finite" in runs["reason"][0]


def test_a_failure_by_a_wild_parameter_names_it_and_its_range(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "outcomes", lambda *_: {"skill_end": float("inf")})
    wild = {**QUIET, "parameters": {"gain_stretch": 1e308, "contagion": REGISTER["contagion"].high}}
    runs = compare([wild], out=tmp_path / "x", replicates=1, uncertainty="luck", workers=1).runs
    entry = REGISTER["gain_stretch"]
    assert runs["reason"][0] == (
        f"ArithmeticError: skill_end not finite; gain_stretch = 1e+308 {entry.unit} lies outside the range of its evidence, "
        f"{entry.low:g} to {entry.high:g}."
    )


class Deadly:
    """Workers of which some die at a certain run; in place of a crew of processes."""

    processes, workers = True, 2

    def __init__(self, job: Job, run: tuple[str, int, int] | None) -> None:
        self.job, self.run, self.renewed = job, run, 0

    def submit(self, block: Block, dead: tuple[tuple[int, int], ...] = ()) -> Future[Done]:
        future: Future[Done] = Future()
        there = self.run and block.uncertainty == self.run[0] and self.run[2] in block.replicates
        if self.run and there and self.run[1:] not in dead:
            future.set_exception(BrokenProcessPool("died"))
            return future
        future.set_result(run_block(self.job, block, dead))
        return future

    alone = submit

    def renew(self) -> None:
        self.renewed += 1

    def stop(self, *, cancel: bool = False) -> None:
        pass


def test_a_run_that_kills_its_worker_fails_alone(undisturbed: Path, tmp_path: Path) -> None:
    plan = make_plan([QUIET, BUSY], replicates=6, draws=3)
    with Store(tmp_path / "x", plan) as store:
        crew = Deadly(Job(plan, (0.0, 0.0), store.parts), ("luck", 1, 2))
        blocks = [*plan.luck_blocks(), *plan.assumption_blocks()]
        runner.run_blocks(blocks, store, crew, runner.Tally(18, None))  # type: ignore[arg-type]
        store.finish(blocks, {})
    runs, expected = Experiment(tmp_path / "x").runs, Experiment(undisturbed).runs
    assert crew.renewed >= 1
    bad = runs["status"] == "failed"
    assert list(runs[bad]["reason"]) == [DIED]
    assert list(runs[bad]["scenario"]) == ["busy"] and list(runs[bad]["replicate"]) == [2]
    pd.testing.assert_frame_equal(runs[~bad], expected[~bad], check_dtype=False)


# --- bytes ------------------------------------------------------------------------------------------------------


def test_row_groups_do_not_depend_on_the_parts() -> None:
    schema = pa.schema([("x", pa.int64())])
    table = pa.table({"x": list(range(50))}, schema=schema)
    for cut in (1, 7, 50):
        parts = [table.slice(start, cut) for start in range(0, 50, cut)]
        groups = list(row_groups(parts, schema, size=20))
        assert [len(group) for group in groups] == [20, 20, 10]
        assert pa.concat_tables(groups).equals(table)
    assert [len(group) for group in row_groups([], schema, size=20)] == [0]


def test_schemas_are_stored_as_stated(undisturbed: Path) -> None:
    for name in ("runs", "series", "events"):
        schema = pq.read_schema(undisturbed / f"{name}.parquet")
        assert schema.metadata[b"ripple.table"] == name.encode()


@pytest.mark.slow
def test_same_bytes_with_processes_from_a_script_without_a_main_guard(
    undisturbed: Path, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from sim.experiments import execute, make_plan\n"
        "from sim.experiments import plan as plans\n"
        "from sim.engine.stationary import Offset\n"
        "import sim.experiments.comparing as c\n"
        "c.offset_for = lambda *a, **k: Offset(0.0, 0.1, 0.1, 0.0, 0)\n"
        f"plan = make_plan([{QUIET!r}, {BUSY!r}], replicates=6, uncertainty='luck')\n"
        "for n in (1, 2):\n"
        "    execute(plan, workers=n, processes=n > 1, out=sys.argv[1] + str(n))\n"
    )
    subprocess.run([sys.executable, str(script), str(tmp_path / "x")], check=True, timeout=300)
    assert digests(tmp_path / "x1") == digests(tmp_path / "x2")


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_time_and_nothing_else(tmp_path: Path) -> None:
    plan = make_plan([QUIET, BUSY], replicates=24, uncertainty="luck")
    execute(plan, workers=1, processes=False, out=tmp_path / "calm")
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.stage == "running" and progress.done and not killed:
            lines = (tmp_path / "wild" / "log.jsonl").read_text().splitlines()
            killed.append(next(json.loads(line)["process"] for line in lines if '"block"' in line))
            os.kill(killed[0], getattr(signal, "SIGKILL", signal.SIGTERM))

    found = execute(plan, workers=2, processes=True, out=tmp_path / "wild", progress=kill_one)
    assert killed and killed[0] != os.getpid() and found.failed == 0
    assert "worker died" in (tmp_path / "wild" / "log.jsonl").read_text()
    assert digests(tmp_path / "wild") == digests(tmp_path / "calm")


@pytest.mark.slow
def test_killed_at_random_moments_it_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "kill_test.py"
    command = [sys.executable, str(script), "--times", "2", "--replicates", "30", "--folder", str(tmp_path)]
    done = subprocess.run(command, check=True, timeout=900, capture_output=True, text=True)
    assert re.search(r"\([1-9]\d* parts were whole\): same bytes", done.stdout), done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "leader.py"
    script.write_text(
        "import os, time\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from multiprocessing import get_context\n"
        "from sim.experiments.workers import end_with_leader\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPoolExecutor(1, mp_context=get_context('spawn'), initializer=end_with_leader)\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as leader:
        assert leader.stdout is not None
        worker = int(leader.stdout.readline())
        leader.kill()
    for _ in range(200):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("the worker goes on without its leader")
