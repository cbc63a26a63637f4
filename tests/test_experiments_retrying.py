"""Failed runs of a finished comparison are made again, nothing else is, and the bytes are those of one that never failed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from experiments_lab import BUSY, QUIET, digests, without_search

from sim.cli import faults
from sim.cli.group import main
from sim.experiments import Experiment, ExperimentInterrupted, StoreError, compare, retrying, work

ASKED: dict[str, Any] = {"replicates": 6, "draws": 3, "workers": 1}


@pytest.fixture(autouse=True)
def _small_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)
    monkeypatch.setattr("sim.experiments.plan._PERSON_STEPS", 40 * 26 * 2 * 2)  # two replicates a block


def failing(at: Callable[[str, int], bool]) -> Callable[..., Any]:
    """A run that cannot be made at some scenarios and replicates."""
    real = work.run

    def sometimes(plan: Any, **luck: Any) -> Any:
        if at(plan.resolved.name, luck["replicate"]):
            raise MemoryError("there was no room")
        return real(plan, **luck)

    return sometimes


def with_failures(out: Path, at: Callable[[str, int], bool], **asked: Any) -> Experiment:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "run", failing(at))
        return compare([QUIET, BUSY], out=out, **{**ASKED, **asked})


def blocks_since(folder: Path, what: str) -> list[str]:
    """Names of the blocks made after the last line of the log that says so."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    last = max(k for k, line in enumerate(lines) if line["what"] == what)
    return [line["name"] for line in lines[last:] if line["what"] == "block"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("retrying") / "undisturbed"
    with pytest.MonkeyPatch.context() as patch:
        without_search(patch)
        patch.setattr("sim.experiments.plan._PERSON_STEPS", 40 * 26 * 2 * 2)
        compare([QUIET, BUSY], out=folder, **ASKED, person_level=True)
    return folder


def test_what_holds_a_failed_run_is_made_again_and_nothing_else(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "x"
    first = with_failures(
        out, lambda name, replicate: name == "busy" and replicate in (1, 3), person_level=True
    )
    assert first.failed == 3  # two of luck, one of the three draws
    assert compare([QUIET, BUSY], out=out, **ASKED, person_level=True).failed == 3  # not without being asked
    again = compare([QUIET, BUSY], out=out, **ASKED, person_level=True, retry_failed=True)
    assert again.failed == 0 and digests(out) == digests(undisturbed)
    people = "people_events.parquet"
    assert (out / people).read_bytes() == (undisturbed / people).read_bytes()
    assert sorted(blocks_since(out, "making again")) == [
        "part-0-luck-0000000", "part-0-luck-0000001", "part-1-assumptions-0000001",
    ]  # fmt: skip


def test_without_failed_runs_nothing_is_touched(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "x"
    shutil.copytree(undisturbed, out)
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    compare([QUIET, BUSY], out=out, **ASKED, person_level=True, retry_failed=True)
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.parquet")} == before


def test_what_fails_again_is_told_again_and_can_be_asked_once_more(tmp_path: Path) -> None:
    out = tmp_path / "x"
    with_failures(out, lambda name, replicate: replicate == 2)
    assert with_failures(out, lambda name, replicate: replicate == 2, retry_failed=True).failed == 4
    assert compare([QUIET, BUSY], out=out, **ASKED, retry_failed=True).failed == 0


@pytest.mark.parametrize("writes", [0, 1, 5])
def test_cut_short_while_it_is_taken_apart_it_stays_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    out = tmp_path / "x"
    with_failures(out, lambda name, replicate: replicate == 4)
    before, real, done = digests(out), retrying.write_part, [0]

    def full(*given: Any) -> None:
        done[0] += 1
        if done[0] > writes:
            raise OSError(28, "No space left on device")
        real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(retrying, "write_part", full)
        with pytest.raises(StoreError, match="the disk is full"):
            compare([QUIET, BUSY], out=out, **ASKED, retry_failed=True)
    assert Experiment(out).finished and digests(out) == before
    assert compare([QUIET, BUSY], out=out, **ASKED, retry_failed=True).failed == 0


def test_interrupted_while_it_is_made_again_it_goes_on(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "x"
    with_failures(out, lambda name, replicate: replicate in (0, 5))

    def stop(progress: Any) -> None:
        if progress.stage == "running" and progress.done < progress.total:
            raise KeyboardInterrupt

    with pytest.raises(ExperimentInterrupted):
        compare([QUIET, BUSY], out=out, **ASKED, retry_failed=True, progress=stop)
    assert not Experiment(out).finished
    assert compare([QUIET, BUSY], out=out, **ASKED).failed == 0
    assert digests(out) == digests(undisturbed)


def test_with_a_target_of_precision_only_what_was_looked_at_is_kept(tmp_path: Path) -> None:
    asked: dict[str, Any] = {
        "precision": 0.2, "replicates": None, "draws": None, "uncertainty": ["luck"], "workers": 1,
    }  # fmt: skip
    calm = compare([QUIET, BUSY], out=tmp_path / "calm", **asked)
    out = tmp_path / "x"
    with_failures(out, lambda name, replicate: replicate == 3, **asked)
    assert compare([QUIET, BUSY], out=out, **asked, retry_failed=True).failed == 0
    assert digests(out) == digests(tmp_path / "calm") and len(Experiment(out).runs) == len(calm.runs)
    assert blocks_since(out, "making again") == ["part-0-luck-0000001"]


def test_tables_that_cannot_be_read_are_said_and_left(tmp_path: Path) -> None:
    out = tmp_path / "x"
    with_failures(out, lambda name, replicate: replicate == 2)
    (out / "series.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(StoreError, match="its tables cannot be read; it is damaged or gone"):
        compare([QUIET, BUSY], out=out, **ASKED, retry_failed=True)
    assert Experiment(out).finished


def test_the_command_says_how_and_does_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [
        "compare", "business_as_usual", "lead_by_example", "--set", "organization.people=30", "--set", "run.years=1",
        "--replicates", "4", "--workers", "1", "--uncertainty", "luck", "--out", str(tmp_path / "x"),
    ]  # fmt: skip
    monkeypatch.setattr("sim.report.page.write_page", lambda *_, **__: tmp_path / "page")
    with monkeypatch.context() as patch:
        patch.setattr(work, "run", failing(lambda name, replicate: replicate == 1))
        first = CliRunner().invoke(main, command)
    assert first.exit_code == faults.SOME_FAILED
    assert "2 of 8 runs failed" in first.output and "the same command with --retry-failed" in first.stderr
    again = CliRunner().invoke(main, [*command, "--retry-failed"])
    assert (
        again.exit_code == 0 and "failed" not in again.output and "nothing was run again" not in again.output
    )
    once_more = CliRunner().invoke(main, [*command, "--retry-failed"])
    assert once_more.exit_code == 0 and "nothing was run again" in once_more.output
