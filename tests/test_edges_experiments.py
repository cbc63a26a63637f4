"""Comparisons where something is missing, broken or in the way: what is said, and what is kept."""

from __future__ import annotations

import errno
import json
import os
import pickle
import sys
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from experiments_lab import BUSY, QUIET, digests, without_search

from sim.engine.stationary import Offset
from sim.experiments import (
    Experiment,
    ExperimentInterrupted,
    Progress,
    StoreError,
    compare,
    execute,
    make_plan,
)
from sim.experiments.checking import diff, verify
from sim.experiments.errors import WorkerDied
from sim.experiments.experiment import open_results
from sim.experiments.exporting import export
from sim.experiments.files import told, write_text
from sim.experiments.folder import ResultsFolder
from sim.experiments.lock import Lock, alive
from sim.experiments.merging import StoredPlan, merge
from sim.experiments.pieces import run_block
from sim.experiments.store import differing, how_to_mend
from sim.experiments.swept import Sweep
from sim.experiments.work import Job
from sim.experiments.workers import Crew, _end_with, end_with_leader, usable_processors

FEW: dict[str, Any] = {"replicates": 2, "uncertainty": ["luck"], "workers": 1}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenarios, two runs each."""
    folder = tmp_path_factory.mktemp("edges") / "both"
    with pytest.MonkeyPatch.context() as monkeypatch:
        without_search(monkeypatch)
        compare([QUIET, BUSY], out=folder, **FEW)
    return folder


@pytest.fixture(scope="module")
def unfinished(both: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, stopped before it was whole."""
    folder = tmp_path_factory.mktemp("edges") / "unfinished"
    Experiment(both).save(folder)
    (folder / "manifest.json").unlink()
    return folder


# --- what is asked of a folder that cannot answer ----------------------------------------------------------------


def test_one_scenario_is_run_as_a_comparison_of_one(both: Path, tmp_path: Path) -> None:
    alone = compare([QUIET], out=tmp_path / "x", **FEW)
    runs = Experiment(both).runs
    expected = runs[runs["scenario"] == "quiet"]
    assert list(alone.runs["share_end"]) == list(expected["share_end"])
    with pytest.raises(StoreError, match="holds one scenario: there is nothing to compare it with"):
        alone.difference()


def test_what_is_not_finished_says_how_to_finish_it(unfinished: Path, both: Path) -> None:
    with pytest.raises(StoreError, match=r"is not finished .*give its command again"):
        verify(unfinished)
    with pytest.raises(StoreError, match="is not finished; give its command again"):
        diff(both, unfinished)
    with pytest.raises(StoreError, match="is not finished; give its command again, then export it"):
        export(unfinished, "csv")
    with pytest.raises(StoreError, match="holds no whole table of runs; give the same command again"):
        ResultsFolder(unfinished).stored()


def test_a_comparison_is_no_sweep(both: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds a comparison, not a sweep; open it with open_results"):
        Sweep(both)
    with pytest.raises(StoreError, match="holds a comparison; only sweeps are made in shards"):
        merge(tmp_path / "whole", [both])
    assert not (tmp_path / "whole").exists()


def test_a_table_that_is_no_table_is_named(both: Path, tmp_path: Path) -> None:
    copy = Experiment(both).save(tmp_path / "copy").folder
    (copy / "runs.parquet").write_bytes(b"nothing of the kind")
    mend = r"delete .*copy and give the command that made it again"
    with pytest.raises(StoreError, match=rf"copy.runs\.parquet cannot be read: .*{mend}"):
        Experiment(copy).runs  # noqa: B018
    (copy / "runs.parquet").unlink()  # the same command again would find a finished folder and run nothing
    with pytest.raises(StoreError, match=rf"copy.runs\.parquet cannot be read: .*{mend}"):
        Experiment(copy).runs  # noqa: B018
    (copy / "plan.json").write_text("{")
    with pytest.raises(StoreError, match=rf"copy.plan\.json cannot be read: .*{mend}"):
        Experiment(copy)


def test_a_file_that_may_not_be_read_is_not_to_be_deleted() -> None:
    assert how_to_mend(PermissionError(errno.EACCES, "no"), Path("x")) == "check its permissions and its disk"


def test_designs_are_told_apart_by_what_differs() -> None:
    stored = {"seed": 1, "design": {"points": 24, "paths": ["a"], "digest": "old"}}
    wanted = {"seed": 1, "design": {"points": 24, "paths": ["a"], "digest": "new"}}
    assert list(differing(stored, wanted)) == ["its design has other values"]
    assert list(differing(stored, {**wanted, "seed": 4})) == ["seed was 1, now 4"]  # which spreads the points
    more = {"seed": 4, "design": {"points": 30, "paths": ["a"], "digest": "new"}}
    assert list(differing(stored, more)) == ["seed was 1, now 4", "its design has 24 points, now 30"]


def test_a_copy_that_cannot_be_made_says_where(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sim.experiments.experiment.shutil.copytree", full)
    with pytest.raises(StoreError, match=r"cannot copy to elsewhere.*No space left"):
        Experiment(both).save("elsewhere")


def test_exports_that_cannot_be_made(both: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="'pdf' is not known; give csv or xlsx"):
        export(both, "pdf")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="it is not a folder"):
        export(both, "csv", tmp_path / "file")


def test_other_trouble_with_a_disk_is_told_in_its_own_words(
    both: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("sim.experiments.exporting.replacing", broken)
    with pytest.raises(StoreError, match="Input/output error; mend it, then give the same command again"):
        export(both, "csv", tmp_path)


def test_what_a_plan_does_may_differ_though_its_text_does_not() -> None:
    row = {"name": "one", "source": "a = 1", "organisation": "x", "machine": "1"}
    assert list(differing({"scenarios": [row]}, {"scenarios": [{**row, "machine": "2"}]})) == [
        "what 'one' does changed"
    ]
    assert list(differing({"scenarios": [row]}, {"scenarios": [{**row, "source": "a = 1\nb = 2"}]})) == [
        "scenario 'one' changed"
    ]
    assert list(differing({"scenarios": [row]}, {"scenarios": [{**row, "source": "a = 2"}]})) == [
        "scenario 'one' changed ('a = 1' was stored, now 'a = 2')"
    ]


def test_only_the_scenario_that_differs_is_named() -> None:
    one, two = ({"name": name, "source": "a = 1", "organisation": "x"} for name in ("one", "two"))
    assert list(differing({"scenarios": [one, two]}, {"scenarios": [one, {**two, "organisation": "y"}]})) == [
        "the organisation of 'two' changed (its files?)"
    ]


def test_runs_are_made_again_from_the_scenarios_given(both: Path) -> None:
    """As for organisations from files, which a results folder does not hold."""
    found = verify(both, sample=1, scenarios=[QUIET, BUSY])
    assert found.sound and len(found.sampled) == 1 and found.remark == ""
    other = verify(both, sample=1, scenarios=[BUSY, QUIET])
    assert other.sampled == () and "scenarios were quiet and busy, now busy and quiet" in other.remark


def test_a_folder_is_opened_by_its_name(both: Path) -> None:
    found = open_results(str(both))
    assert found.names == ["quiet", "busy"] and "quiet vs busy, 4 runs" in repr(found)


def test_a_stored_plan_does_not_guess_what_only_its_parts_know() -> None:
    plan = StoredPlan(Path(), {"rows": 7, "rows_per_piece": 3}, {})
    assert plan.count == 3
    for ask in (plan.size, plan.keys):
        with pytest.raises(NotImplementedError):
            ask(None)  # type: ignore[operator]


# --- what was left lying about -----------------------------------------------------------------------------------


class StopAtOnce:
    """Presses Ctrl-C before the first run."""

    def __call__(self, progress: Progress) -> None:
        if progress.stage == "running":
            raise KeyboardInterrupt


def test_half_written_files_and_parts_of_a_whole_table_are_cleared_away(both: Path, tmp_path: Path) -> None:
    folder = tmp_path / "x"
    with pytest.raises(ExperimentInterrupted) as caught:
        compare([QUIET, BUSY], out=folder, **FEW, progress=StopAtOnce())
    again = pickle.loads(pickle.dumps(caught.value))  # as it comes back from another process
    assert (again.folder, again.done, again.total) == (folder, caught.value.done, 4)
    assert str(again) == str(caught.value)
    for stale in (folder / ".plan.json.1-1.tmp", folder / "parts" / ".part.1-1.tmp"):
        stale.write_text("half")
    compare([QUIET, BUSY], out=folder, **FEW)
    assert not list(folder.rglob("*.tmp")) and digests(folder) == digests(both)
    (folder / "parts").mkdir()
    compare([QUIET, BUSY], out=folder, **FEW)
    assert not (folder / "parts").exists() and digests(folder) == digests(both)


def test_a_part_that_vanishes_before_the_tables_are_written_is_told(tmp_path: Path) -> None:
    def thief(progress: Progress) -> None:
        if progress.stage == "writing":
            next((tmp_path / "x" / "parts").glob("*.runs.parquet")).unlink()

    with pytest.raises(StoreError, match=r"No such file.*finished runs are kept"):
        compare([QUIET, BUSY], out=tmp_path / "x", **FEW, progress=thief)
    assert not (tmp_path / "x" / "runs.parquet").exists()


def test_text_is_written_whole(tmp_path: Path) -> None:
    write_text(tmp_path / "x.txt", "é\n")
    assert (tmp_path / "x.txt").read_bytes() == "é\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]


# --- the lock ----------------------------------------------------------------------------------------------------


def test_a_lock_whose_file_was_removed_between_two_looks_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever held it deleted the file after we opened it: our lock would be on a file that nobody else sees."""
    looks: list[int] = []

    def take(_: int) -> bool:
        looks.append(1)
        if len(looks) == 1:
            (tmp_path / "lock").unlink()
        return True

    monkeypatch.setattr("sim.experiments.lock._take", take)
    with Lock(tmp_path):
        assert len(looks) == 2
        assert json.loads((tmp_path / "lock").read_text())["process"] == os.getpid()
    assert not (tmp_path / "lock").exists()


def test_a_lock_that_goes_on_slipping_away_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(_: int) -> bool:
        (tmp_path / "lock").unlink()
        return True

    monkeypatch.setattr("sim.experiments.lock._take", take)
    monkeypatch.setattr("sim.experiments.lock.time.sleep", lambda _: None)
    with pytest.raises(StoreError, match="is writing there; wait until it is done"), Lock(tmp_path):
        pass


def test_who_does_not_hold_a_lock_does_not_remove_it(tmp_path: Path) -> None:
    with Lock(tmp_path):
        Lock(tmp_path).__exit__(None, None, None)
        assert (tmp_path / "lock").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no signal asks there whether a process lives")
def test_a_process_lives_unless_it_is_known_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(problem: type[OSError]) -> None:
        def kill(*_: object) -> None:
            raise problem

        monkeypatch.setattr("sim.experiments.lock.os.kill", kill)

    assert alive(os.getpid())
    answers(ProcessLookupError)
    assert not alive(1)
    answers(PermissionError)  # another user's
    assert alive(1)


# --- runs that cannot be made, and workers that die --------------------------------------------------------------


def test_a_draw_without_business_as_usual_is_a_failed_row_and_can_be_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[float] = []

    def sometimes(resolved: Any, start: float) -> Offset:
        calls.append(resolved.parameters["contagion"])
        if calls[-1] == calls[0]:
            raise ArithmeticError("no offset holds the share")
        return Offset(0.0, 0.1, 0.1, 0.0, 0)

    monkeypatch.setattr("sim.experiments.work.offset_near_for", sometimes)
    made = compare(
        [QUIET, BUSY], out=tmp_path / "x", uncertainty=["assumptions"], draws=2, replicates=2, workers=1
    )
    runs = made.runs
    assert list(runs["uncertainty"].unique()) == ["assumptions"] and len(runs) == 4
    assert list(runs["status"]) == ["failed", "failed", "ok", "ok"] and made.failed == 2
    assert runs["reason"][0] == (
        "business as usual under this draw: ArithmeticError: no offset holds the share"
    )
    assert len(calls) == 2  # both scenarios share business as usual, and what failed is not tried again
    found = verify(tmp_path / "x", sample=4)
    assert found.sound and found.sampled == (0, 1, 2, 3) and found.remark == ""


def test_responses_that_leave_nothing_to_search_for_have_their_offset_under_every_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def searched(*_: object, **__: object) -> Offset:
        raise AssertionError("nothing is to be searched for")

    monkeypatch.setattr("sim.experiments.comparing.offset_for", searched)
    monkeypatch.setattr("sim.experiments.work.offset_near_for", searched)
    source = {**QUIET, "responses": {"centring": "none"}}
    made = compare([source], out=tmp_path / "x", draws=2, replicates=1, workers=1)
    assert (made.runs["status"] == "ok").all() and (made.runs["alpha_offset"] == 0.0).all()


def test_a_job_that_was_sent_to_a_worker_makes_the_same_runs(both: Path) -> None:
    plan = make_plan([QUIET, BUSY], replicates=2, uncertainty=["luck"])
    job = Job(plan, (0.0, 0.0), None)
    block = next(iter(plan.luck_blocks()))
    first = run_block(job, block).parts
    again = pickle.loads(pickle.dumps(job))
    assert not again._prepared  # what can be made again is not sent
    assert run_block(again, block).parts == first


class Breaks(ThreadPoolExecutor):
    """Refuses so many pieces, and lets others break at work."""

    def __init__(self, refused: int, broken: int = 0) -> None:
        super().__init__(1)
        self.refused, self.broken = refused, broken

    def submit(self, *arguments: Any, **options: Any) -> Future[Any]:
        if self.refused > 0:
            self.refused -= 1
            raise BrokenExecutor("a worker died")
        if self.broken > 0:
            self.broken -= 1
            future: Future[Any] = Future()
            future.set_exception(BrokenExecutor("a worker died"))
            return future
        return super().submit(*arguments, **options)


@pytest.mark.parametrize(("refused", "broken"), [(1, 0), (0, 1)])
def test_pieces_that_an_executor_of_ones_own_loses_are_sent_again(
    both: Path, tmp_path: Path, refused: int, broken: int
) -> None:
    with Breaks(refused, broken) as pool:
        compare([QUIET, BUSY], out=tmp_path / "x", **{**FEW, "workers": pool})
    assert digests(tmp_path / "x") == digests(both)


def test_an_executor_of_ones_own_that_stays_broken_is_one_sentence(tmp_path: Path) -> None:
    with Breaks(100) as pool, pytest.raises(WorkerDied, match="the executor given no longer works"):
        compare([QUIET, BUSY], out=tmp_path / "x", **{**FEW, "workers": pool})
    assert not (tmp_path / "x" / "lock").exists()


def test_workers_that_die_whatever_they_do_end_the_experiment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("out of memory"))
        return future

    monkeypatch.setattr(Crew, "submit", dies)
    monkeypatch.setattr("sim.experiments.workers.alone", dies)
    plan = make_plan([QUIET], replicates=2, uncertainty=["luck"])
    with pytest.raises(WorkerDied, match=r"worker processes end abruptly in .*out of memory.*--workers 1"):
        execute(plan, out=tmp_path / "x", workers=2, processes=True)


def test_stopping_twice_and_renewing_nobody_is_harmless() -> None:
    crew = Crew(None, 1, processes=False)  # type: ignore[arg-type]
    crew.renew()
    crew.stop()
    crew.stop(cancel=True)
    assert crew._own is None


def test_processors_are_counted_where_the_system_does_not_say_which_may_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr("sim.experiments.workers.os.sched_getaffinity", raising=False)
    monkeypatch.setattr("sim.experiments.workers.os.cpu_count", lambda: 6)
    assert usable_processors() == 6
    monkeypatch.setattr("sim.experiments.workers.os.cpu_count", lambda: None)
    assert usable_processors() == 1


@pytest.mark.skipif(sys.platform == "win32", reason="what a process leaves behind is no pipe there")
def test_a_worker_ends_with_its_leader_and_a_leader_with_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr("sim.experiments.workers.os._exit", ended.append)
    monkeypatch.setattr("sim.experiments.workers.parent_process", lambda: None)
    monkeypatch.setattr("sim.experiments.workers.threading.Thread", None)  # would fail if it were started
    end_with_leader()
    assert not ended
    reading, writing = os.pipe()
    os.close(writing)  # the leader's end is closed when it dies
    _end_with(reading)
    os.close(reading)
    assert ended == [1]


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "the disk is full; make room"),
        (errno.EFBIG, "larger than is allowed here; raise the limit"),
        (errno.EROFS, "cannot be written; give another folder"),
        (errno.EIO, "mend it, then give the same command again"),
    ],
)
def test_what_the_system_refuses_is_said_with_what_to_do(number: int, says: str, tmp_path: Path) -> None:
    assert says in str(told(OSError(number, os.strerror(number)), tmp_path))
