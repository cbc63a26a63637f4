"""`ripple sweep`, `ripple sensitivity` and `ripple results` where runs fail, shards are made, or nothing is to be said."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from experiments_lab import BUSY, without_search

from sim.cli import faults, main
from sim.cli import sensitivity as of_sensitivity
from sim.cli import size as sizes
from sim.cli import sweep as of_sweep
from sim.experiments import StoreError, Sweep
from sim.scenario import toml

LINE = "sim.sensitivity.testfunctions:noisy_line"
MORRIS = (
    "sensitivity",
    "--task",
    LINE,
    "--method",
    "morris",
    "--samples",
    "4",
    "--replicates",
    "2",
    "--workers",
    "1",
)
PICKY = ("sweep", "--task", "sweep_tasks:picky", "--replicates", "2", "--workers", "1")


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_search(monkeypatch)
    monkeypatch.chdir(tmp_path)
    Path("busy.toml").write_text(toml.write(BUSY))


def ripple(*words: str, code: int = 0) -> Result:
    found = CliRunner().invoke(main, list(words))
    assert found.exit_code == code, found.output
    assert "Traceback" not in found.output
    return found


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A sweep of four points, of which the second and third fail."""
    Path("points.csv").write_text("a.x\n0.2\n0.9\n0.7\n0.1\n")
    monkeypatch.setenv("PICKY", "points.csv")
    return (*PICKY, "--design", "points.csv")


# --- runs that fail -----------------------------------------------------------------------------------------


def test_a_sweep_with_failed_runs_says_which_and_how_to_mend_them(failing: tuple[str, ...]) -> None:
    found = ripple(*failing, "--out", "x", code=faults.SOME_FAILED)
    assert "  2 runs failed: ZeroDivisionError: x is 0.9\n" in found.stdout
    assert "  2 runs failed: ZeroDivisionError: x is 0.7\n" in found.stdout
    assert "--retry-failed" in found.stdout
    assert "4 of 8 runs failed; the column `reason` says why" in found.stderr
    assert "finished, 4 runs failed" in ripple("results", "list", ".").stdout


def test_failed_runs_of_a_shard_are_told_and_again_by_the_merge(
    failing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ripple(*failing, "--out", "x", "--shard", "1/2", code=faults.SOME_FAILED)
    assert "Shard 1 of 2 is done. When all are: ripple results merge x\n" in first.stdout
    assert first.stderr == "ripple: 4 of 8 runs failed; ripple results merge says why\n"
    waiting = ripple("results", "show", "x.shard-1-of-2").stdout
    assert ": shard 1 of 2, complete: 8 runs, 4 of them failed\n" in waiting
    assert waiting.endswith("When all 2 shards are: ripple results merge x\n")
    data = json.loads(ripple("results", "show", "x.shard-1-of-2", "--json").stdout)
    assert (data["finished"], data["shard_finished"], data["runs"], data["failed"]) == (False, True, 8, 4)
    with pytest.raises(StoreError, match=r"is shard 1 of 2, complete; merge the shards"):
        Sweep("x.shard-1-of-2").runs  # noqa: B018
    Path("x.shard-1-of-2").rename("mine")
    assert "ripple results merge OUT SHARD..." in ripple("results", "show", "mine").stdout
    Path("mine").rename("x.shard-1-of-2")
    listed = json.loads(ripple("results", "list", ".", "--json").stdout)["results"]
    assert listed[0]["shard"] == {"number": 1, "of": 2} and listed[0]["failed"] == 4
    ripple(*failing, "--out", "x", "--shard", "2/2", "--quiet")
    merged = ripple("results", "merge", "x", code=faults.SOME_FAILED)
    assert "  2 runs failed: ZeroDivisionError: x is 0.9\n" in merged.stdout
    assert "give the command of the sweep again with --retry-failed" in merged.stdout
    monkeypatch.setenv("PICKY", "mended")  # and that is what helps
    assert "failed" not in ripple(*failing, "--out", "x", "--retry-failed").output


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_an_interrupted_sweep_is_shown_as_a_fault(form: tuple[str, ...], failing: tuple[str, ...]) -> None:
    ripple(*failing, "--out", "x", "--quiet", code=faults.SOME_FAILED)
    Path("x/manifest.json").unlink()
    found = ripple("results", "show", "x", *form, code=faults.BAD_INPUT)
    assert found.stdout == "" and "is not finished: give the same command again\n" in found.stderr


def test_a_folder_with_a_blank_can_be_pasted(failing: tuple[str, ...]) -> None:
    found = ripple(*failing, "--out", "my sweep", "--shard", "2/2")
    assert "ripple results merge 'my sweep'\n" in found.stdout


# --- shards of a study --------------------------------------------------------------------------------------


def test_shards_of_a_study_say_what_comes_next() -> None:
    for i in (1, 2):
        found = ripple(*MORRIS, "--out", "s", "--shard", f"{i}/2")
        assert f"Shard {i} of 2 is done. When all are: ripple results merge s\n" in found.stdout
        assert "and then: ripple sensitivity --from s\n" in found.stdout
    merged = ripple("results", "merge", "s")
    assert "14 points × 2 replicates of noisy_line" in merged.stdout


def test_a_shard_of_a_study_keeps_to_json_and_quiet() -> None:
    found = json.loads(ripple(*MORRIS, "--out", "s", "--shard", "1/2", "--json").stdout)
    assert found["shard"] == {"number": 1, "of": 2} and not found["finished"]
    assert ripple(*MORRIS, "--out", "s", "--shard", "1/2", "--quiet").stdout == "s.shard-1-of-2\n"


def test_failed_runs_of_a_shard_of_a_study_leave_with_three(monkeypatch: pytest.MonkeyPatch) -> None:
    made = types.SimpleNamespace(
        folder=Path("s.shard-1-of-2"), failed=3, finished=False, manifest={"runs": 14}
    )
    monkeypatch.setattr("sim.sensitivity.study.carry_out", lambda *_, **__: made)
    found = ripple(*MORRIS, "--out", "s", "--shard", "1/2", code=faults.SOME_FAILED)
    assert "3 of 14 runs failed" in found.stderr


# --- ripple sensitivity -------------------------------------------------------------------------------------


def test_what_a_pattern_leaves_out_is_said_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    words = (
        "sensitivity",
        "busy.toml",
        "--factors",
        "grade D",
        "--method",
        "morris",
        "--dry-run",
        "--set",
        "run.years=0.1",
    )
    monkeypatch.setattr(sizes, "_time_a_run", lambda plan: (0.5, 1e-4))
    monkeypatch.setattr("sim.experiments.workers.usable_processors", lambda: 2)
    found = ripple(*words)
    assert " is left out: " in found.stderr
    assert "is left out" not in ripple(*words, "--quiet").output
    assert found.stdout.startswith("Morris") and " factors, " in found.stdout
    assert "runs of business as usual to keep it steady" in found.stdout and " here\n" in found.stdout


def test_an_interrupted_study_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.sensitivity.study.carry_out", interrupted)
    found = ripple(*MORRIS, code=faults.INTERRUPTED)
    assert found.stderr.endswith("ripple: interrupted; the same command again goes on\n")


class Told:
    """A study as the command tells it, without one."""

    def __init__(self, failed: int) -> None:
        self.folder, self.failed, self.manifest = Path("s"), failed, {"runs": 56}


@pytest.mark.parametrize("failed", [0, 2])
def test_quiet_is_the_path_of_the_page_and_failures_leave_with_three(
    failed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.experiments.swept.open_sweep", lambda folder: Told(failed))
    monkeypatch.setattr("sim.sensitivity.study.analyse_study", lambda *_, **__: None)
    monkeypatch.setattr("sim.report.sensitivity_build.studied", lambda *_, **__: None)
    page = lambda found, folder, figures: folder / "sensitivity.html"  # noqa: E731
    monkeypatch.setattr("sim.report.sensitivity_page.write_sensitivity", page)
    found = ripple("sensitivity", "--from", "s", "--quiet", code=faults.SOME_FAILED if failed else 0)
    assert found.stdout == f"{Path('s') / 'sensitivity.html'}\n"
    assert ("2 of 56 runs failed; the column `reason` says why" in found.stderr) is bool(failed)


def test_an_outcome_without_the_leading_index_has_no_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import pandas as pd

    rows = pd.DataFrame({"index": ["S1"], "rank": [1], "value": [0.5], "factor": ["x"]})
    monkeypatch.setattr("sim.report.sensitivity_page.leading_index", lambda found: "ST")
    monkeypatch.setattr("sim.report.sensitivity_page.at_end", lambda indices, output: rows)
    study: Any = types.SimpleNamespace(result=types.SimpleNamespace(indices=rows), words=str)
    of_sensitivity._table(study, "y")
    assert capsys.readouterr().out == ""
    rows = pd.DataFrame({"index": ["ST"], "rank": [1], "value": [float("nan")], "factor": ["x"]})
    of_sensitivity._table(study, "y")
    assert capsys.readouterr().out == "y: nothing to say, it does not vary with the factors\n\n"


# --- ripple sweep -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*PICKY, "--factors", "x"), "give --design for a task of your own"),
        ((*PICKY, "--design", "p.csv", "--dask", "tcp://a:1"), "a Dask cluster has the workers that it has"),
        ((*PICKY, "--design", "p.csv", "--dask", "local"), "p.csv cannot be read"),  # may be given both
    ],
)
def test_options_that_do_not_go_together(words: tuple[str, ...], said: str) -> None:
    found = ripple(*words, code=faults.BAD_INPUT)
    assert said in found.stderr and not found.stdout


def test_an_interrupted_sweep_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, failing: tuple[str, ...]
) -> None:
    monkeypatch.setattr("sim.experiments.sweeping.execute_sweep", interrupted)
    found = ripple(*failing, code=faults.INTERRUPTED)
    assert found.stderr.endswith("ripple: interrupted; the same command again goes on\n")


def test_the_size_counts_what_keeps_business_as_usual_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiments.usual import pilot_runs, pilot_size

    Path("points.csv").write_text("parameters.contagion\n10\n20\n30\n")
    monkeypatch.setattr(sizes, "_time_a_run", lambda plan: (0.5, 1e-4))
    words = (
        "sweep",
        "busy.toml",
        "--design",
        "points.csv",
        "--replicates",
        "2",
        "--workers",
        "2",
        "--dry-run",
        "--json",
    )
    size = {
        how: json.loads(ripple(*words, "--offsets", how).stdout) for how in ("emulate", "search", "default")
    }
    each = pilot_runs(40)
    assert size["search"]["usual_runs"] == 3 * each and size["default"]["usual_runs"] == 0
    assert size["emulate"]["usual_runs"] == each * (2 * pilot_size(1) + 96)
    assert size["default"]["seconds"] == 6 * 0.5 / 2  # six runs of half a second, two at a time
    assert size["search"]["seconds"] == round((3.0 + 3 * each * 260 * 40 * 1e-4) / 2, 1)
    plain = ripple(*words[:-1], "--offsets", "default").stdout
    assert "business as usual" not in plain and "about 2 seconds here" in plain
    monkeypatch.setattr(sizes, "_BYTES_A_SERIES_ROW", 1e6)
    series = json.loads(ripple(*words, "--offsets", "default", "--store", "series").stdout)
    # six runs of half a year, thirteen rows a year for each of three departments and ten other groups
    assert series["megabytes"] == pytest.approx(6 * 0.5 * 13 * 13, abs=1.0)


def test_somebody_at_the_keyboard_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    size = sizes.Size(3, 1, 2, 6, 0, None, 25_000.0)
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(isatty=lambda: True))
    asked: list[str] = []

    def confirm(text: str, *, abort: bool, err: bool) -> None:
        asked.append(text)
        assert abort and err  # no is the end of it, and the question is no part of the answer

    monkeypatch.setattr(sizes.click, "confirm", confirm)
    sizes.ask(size, yes=False)
    assert asked == ["This sweep will store about 25 GB (6 runs). Go on?"]
    sizes.ask(size, yes=True)
    assert len(asked) == 1


@pytest.mark.parametrize("used", [True, False])
def test_a_sweep_tells_what_never_happened_and_how_the_offset_fits(
    used: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import numpy as np

    never = np.full((3, 2), np.nan)
    values = {"time_to_25": never, "share_end": np.array([[0.1, 0.2], [0.3, np.nan], [0.5, 0.5]])}
    usual = {"busy": {"used": used, "error_in_share": 0.0123}, "method": "emulate"}
    made: Any = types.SimpleNamespace(
        plan={"design": {"points": 3}}, replicates=2, names=["busy"], outputs=["time_to_25"], failed=0,
        manifest={"usual": usual}, folder=Path("x"), values=lambda output, scenario: values[output],
    )  # fmt: skip
    of_sweep.show(made)
    text = capsys.readouterr().out
    assert text.splitlines()[1].split() == ["time_to_25", "never"]
    assert "Nothing differs between the points" in text
    fits = "holds" if used else "was too rough, so every point was searched"
    assert f"Business as usual of busy: the fitted offset {fits} (error 0.0123 of the share)" in text
    made.outputs = ["share_end"]
    (row,) = of_sweep.summary(made)
    assert row["mean"] == pytest.approx((0.15 + 0.3 + 0.5) / 3) and row["undefined"] == 1


# --- ripple results -----------------------------------------------------------------------------------------


def test_an_empty_place_says_how_to_fill_it() -> None:
    assert "No experiments in results yet. Make one: ripple compare" in ripple("results", "list").stdout
    assert json.loads(ripple("results", "list", "--json").stdout) == {"schema": 1, "results": []}
    Path("somewhere", "else").mkdir(parents=True)
    assert "No experiments in somewhere yet" in ripple("results", "list", "somewhere").stdout
    Path("results").write_text("")
    assert "results is not a folder" in ripple("results", "list", code=faults.BAD_INPUT).stderr


def test_a_long_list_of_differences_is_cut_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiments.checking import Difference

    rows = tuple(("busy", f"outcome_{k}", 1.0, float("nan"), 2) for k in range(23))
    found = Difference(plan=(), same_tables=(), other_tables=("runs.parquet",), rows=(6, 2), outcomes=rows)
    monkeypatch.setattr("sim.experiments.checking.diff", lambda a, b: found)
    text = ripple("results", "diff", "a", "b", code=faults.SOME_FAILED).stdout
    assert "outcome_19" in text and "outcome_20" not in text and "same to the last byte" not in text
    assert text.endswith("  and 3 more (--json shows all)\n")
    data = json.loads(ripple("results", "diff", "a", "b", "--json", code=faults.SOME_FAILED).stdout)
    assert len(data["outcomes"]) == 23 and data["outcomes"][22]["mean_b"] is None


def test_a_verdict_as_data(failing: tuple[str, ...]) -> None:
    ripple(*failing, "--out", "x", code=faults.SOME_FAILED)
    data = json.loads(ripple("results", "verify", "x", "--json", "--sample", "0").stdout)
    assert data["sound"] and "runs.parquet" in data["files"] and data["damaged"] == data["sampled"] == []
    Path("x/runs.parquet").write_bytes(b"PAR1")
    data = json.loads(ripple("results", "verify", "x", "--json", code=faults.SOME_FAILED).stdout)
    assert not data["sound"] and data["damaged"] == ["runs.parquet"]


def test_a_task_of_ones_own_is_not_timed() -> None:
    found = ripple(*MORRIS, "--dry-run", "--out", "s").stdout
    assert "14 points × 1 scenario × 2 replicates = 28 runs\n" in found
    assert found.endswith("runs\nabout 0.1 MB in s\n")  # neither a time nor business as usual


def test_nought_is_a_seed_of_the_points_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[Any] = []
    monkeypatch.setattr(of_sweep, "_perform", lambda plan, options: planned.append(plan))
    words = ("sweep", "busy.toml", "--factors", "contagion", "--method", "latin", "--samples", "4")
    for seed in (("--seed", "0"), ("--seed", "1"), ()):
        ripple(*words, *seed)
    nought, one, none = (list(plan.design.values[0]) for plan in planned)
    assert none == one != nought
    assert [plan.seed for plan in planned[:2]] == [0, 1]
