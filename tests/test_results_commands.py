"""`ripple sweep` and `ripple results`: sizes, messages, exit codes, and the job-array script."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from experiments_lab import BUSY, QUIET, without_search

from sim.cli import main
from sim.engine.stationary import Offset
from sim.experiments import compare
from sim.experiments.checking import diff, verify
from sim.experiments.errors import StoreError
from sim.experiments.exporting import export
from sim.scenario import toml

ROOT = Path(__file__).parents[1]
POINTS = "parameters.contagion,levers.L01.dose\n10,0.5\n20,1\n30,2\n"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_search(monkeypatch)
    monkeypatch.setattr("sim.experiments.usual.offset_near", lambda *_, **__: Offset(0.02, 0.1, 0.1, 0.0, 1))
    monkeypatch.setattr("sim.experiments.usual.offset_for", lambda *_, **__: Offset(0.01, 0.1, 0.1, 0.0, 1))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "busy.toml").write_text(toml.write(BUSY))
    (tmp_path / "points.csv").write_text(POINTS)


def ripple(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


SWEEP = ("sweep", "busy.toml", "--design", "points.csv", "--replicates", "2", "--workers", "1")


def test_a_sweep_from_a_file_of_points(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ripple(capsys, *SWEEP, "--out", "x", "--log", "logs/x.jsonl")
    assert code == 0 and "3 points × 2 replicates of busy" in out and "Tables   x" in out
    assert re.search(r"share_end +mean [\d.]+ %, nine points in ten [\d.]+ % to", out), out
    assert re.search(r"share_change +mean −?[\d.]+ points", out) and "Nothing differs" not in out
    lines = [json.loads(line) for line in Path("logs/x.jsonl").read_text().splitlines()]
    assert lines[-1]["stage"] == "finished" and lines[-1]["done"] == 6
    code, out, _ = ripple(capsys, *SWEEP, "--out", "x", "--json")
    data = json.loads(out)
    assert code == 0 and data["kind"] == "sweep" and data["finished"] and data["runs"] == 6
    code, out, _ = ripple(capsys, "results", "show", "x", "--json")
    assert json.loads(out) == data
    code, out, _ = ripple(capsys, "results", "list", ".")
    assert "sweep of busy over 3 points; seed 1; finished" in out


def test_a_sweep_whose_points_are_all_alike_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    Path("points.csv").write_text("money.hours_per_week\n38\n38\n")
    code, out, _ = ripple(capsys, *SWEEP, "--outputs", "share_end", "--out", "x")
    assert code == 0 and "Nothing differs between the points" in out


def test_factors_are_spread_over_their_ranges(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ripple(
        capsys, "sweep", "busy.toml", "--factors", "contagion", "--factors", "push", "--method", "latin", "--samples",
        "5", "--replicates", "1", "--workers", "1", "--out", "x", "--quiet",
    )  # fmt: skip
    assert code == 0 and out.strip() == "x"
    runs = pq.read_table("x/runs.parquet")
    assert runs.num_rows == 5 and {"x.parameters.contagion", "x.parameters.push"} <= set(runs.column_names)


def test_a_dry_run_says_what_it_takes_and_makes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ripple(capsys, *SWEEP, "--dry-run", "--json")
    size = json.loads(out)
    assert code == 0 and size["runs"] == 6 and size["seconds"] > 0 and size["megabytes"] < 1
    assert size["offsets"] == "search" and size["usual_runs"] > 0
    code, out, _ = ripple(capsys, *SWEEP, "--dry-run")
    assert "3 points, 1 scenario, 2 replicates: 6 runs" in out
    code, out, _ = ripple(capsys, *SWEEP, "--dry-run", "--out", "elsewhere")
    assert "MB in elsewhere" in out and not Path("elsewhere").exists()
    assert not Path("results").exists()


def test_more_than_ten_gigabytes_are_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.cli.size.ASK_ABOVE", 1e-6)
    code, _, err = ripple(capsys, *SWEEP, "--out", "x")
    assert code == 2 and "Give --yes if that is meant" in err and not Path("x").exists()
    assert ripple(capsys, *SWEEP, "--out", "x", "--yes", "--quiet")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sweep",), "name a scenario"),
        (("sweep", "busy.toml"), "say what to run"),
        (("sweep", "busy.toml", "--design", "points.csv", "--factors", "push"), "say what to run"),
        (("sweep", "busy.toml", "--design", "nothing.csv"), "nothing.csv cannot be read"),
        (("sweep", "busy.toml", "--factors", "contagoin"), "did you mean 'contagion'"),
        (("sweep", "nobody.toml", "--design", "points.csv"), "nobody.toml"),
        ((*SWEEP, "--shard", "4/3"), "is not i/n"),
        ((*SWEEP, "--outputs", "share_nd"), "did you mean 'share_end'"),
        ((*SWEEP, "--task", "nowhere:f"), "nowhere cannot be imported"),
        (("results", "merge", "x"), "no shards beside x"),
        (("results", "verify", "."), "not a results folder"),
        (("results", "diff", "x", "y"), "x is not a results folder"),
        (("results", "export", "x", "csv"), "x is not a results folder"),
    ],
)
def test_mistakes_are_one_message_and_exit_code_two(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = ripple(capsys, *arguments)
    assert code == 2 and said in err and "Traceback" not in err


def test_shards_are_merged_to_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    ripple(capsys, *SWEEP, "--out", "whole")
    for i in (1, 2):
        code, out, _ = ripple(capsys, *SWEEP, "--out", "x", "--shard", f"{i}/2")
        assert code == 0 and f"Shard {i} of 2 is done" in out and "ripple results merge x" in out
    assert ripple(capsys, "results", "verify", "x.shard-1-of-2")[0] == 0
    code, out, _ = ripple(capsys, "results", "merge", "x")
    assert code == 0 and "3 points × 2 replicates" in out
    code, out, _ = ripple(capsys, "results", "diff", "whole", "x")
    assert code == 0 and "same to the last byte: design.parquet, runs.parquet" in out


def test_results_that_differ_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    ripple(capsys, *SWEEP, "--out", "x", "--outputs", "skill_end")
    ripple(capsys, *SWEEP, "--out", "y", "--outputs", "skill_end", "--set", "parameters.skill_mean=0.55")
    code, out, _ = ripple(capsys, "results", "diff", "x", "y")
    assert code == 3 and "plan: scenario 'busy' changed" in out
    assert "6 runs are in both; 6 of them differ" in out and "busy: skill_end: mean" in out
    data = json.loads(ripple(capsys, "results", "diff", "x", "y", "--json")[1])
    assert data["runs_that_differ"] == 6 and data["outcomes"][0]["runs"] == 6


def test_exports_hold_what_is_stored(capsys: pytest.CaptureFixture[str]) -> None:
    ripple(capsys, *SWEEP, "--out", "x", "--store", "series")
    stored = pd.read_parquet("x/runs.parquet")
    code, out, _ = ripple(capsys, "results", "export", "x", "csv", "--to", "out")
    assert code == 0 and "out/runs.csv" in out
    found = pd.read_csv("out/runs.csv")
    assert found["share_end"].to_numpy() == pytest.approx(stored["share_end"].to_numpy(), abs=0)
    assert len(pd.read_csv("out/series.csv")) == pq.read_metadata("x/series.parquet").num_rows
    code, out, _ = ripple(capsys, "results", "export", "x", "xlsx", "--table", "runs")
    book = pd.read_excel("x/results.xlsx", sheet_name=None)
    assert code == 0 and set(book) == {"about", "runs"}
    assert book["runs"]["share_end"].to_numpy() == pytest.approx(stored["share_end"].to_numpy(), rel=1e-12)
    with pytest.raises(StoreError, match="stores no table 'events'"):
        export("x", "csv", tables=("events",))


def test_a_table_too_long_for_a_sheet_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ripple(capsys, *SWEEP, "--out", "x")
    monkeypatch.setattr("sim.experiments.exporting._SHEET_ROWS", 6)
    code, _, err = ripple(capsys, "results", "export", "x", "xlsx")
    assert code == 2 and "runs has 6 rows, a sheet holds 5; export csv" in err


def tampered(folder: str, column: str, row: int, value: Any) -> None:
    """Change one cell of `runs` and the hash in the manifest with it."""
    from sim.experiments.store import file_hash

    path = Path(folder) / "runs.parquet"
    table = pq.read_table(path)
    cells = table[column].to_pylist()
    cells[row] = value
    at = table.schema.get_field_index(column)
    pq.write_table(
        table.set_column(at, table.schema.field(column), pa.array(cells, table.schema.field(column).type)),
        path,
    )
    manifest = json.loads((Path(folder) / "manifest.json").read_text())
    manifest["tables"]["runs"] = file_hash(path)
    (Path(folder) / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("kind", ["sweep", "comparison"])
def test_verify_sees_a_changed_file_and_a_changed_number(
    capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    if kind == "sweep":
        ripple(capsys, *SWEEP, "--out", "x")
        rows = 6
    else:
        compare([QUIET, BUSY], out="x", replicates=2, draws=2, workers=1)
        rows = 8
    code, out, _ = ripple(capsys, "results", "verify", "x", "--sample", "100")
    assert code == 0 and f"{rows} runs made again: {rows} the same to the last bit" in out
    shutil.copytree("x", "y")
    tampered("y", "share_end", 3, 0.123456)
    found = verify("y", sample=100)
    assert [(row[0], row[1], row[2]) for row in found.differing] == [(3, "share_end", 0.123456)]
    code, out, _ = ripple(capsys, "results", "verify", "y", "--sample", "100")
    assert code == 3 and "run 3, share_end: stored 0.123456" in out
    whole = Path("x/runs.parquet").read_bytes()
    Path("x/runs.parquet").write_bytes(whole[:-9] + b"?" + whole[-8:])
    code, out, _ = ripple(capsys, "results", "verify", "x")
    assert code == 3 and "Not what was written: runs.parquet" in out
    Path("x/runs.parquet").unlink()
    assert verify("x").damaged == ("runs.parquet",)


def test_verify_says_why_runs_were_not_made_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ripple(capsys, *SWEEP, "--out", "x")
    monkeypatch.setattr("sim.experiments.sweep_plan.source_hash", lambda: "another")
    code, out, _ = ripple(capsys, "results", "verify", "x")
    assert code == 0 and "no run was made again" in out and "another version of the program" in out


def test_two_folders_of_one_sweep_do_not_differ(capsys: pytest.CaptureFixture[str]) -> None:
    ripple(capsys, *SWEEP, "--out", "x")
    shutil.copytree("x", "y")
    found = diff("x", "y")
    assert not found.plan and not found.other_tables and found.rows == (6, 0) and not found.outcomes


@pytest.mark.slow
def test_the_job_array_script_makes_the_whole(tmp_path: Path) -> None:
    """The script of docs/large_experiments.md, its array played by a loop."""
    environment = {
        **os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
        "OUT": str(tmp_path / "x"),
    }  # fmt: skip
    design = tmp_path / "points.csv"
    design.write_text("a.x\n" + "".join(f"{k / 10}\n" for k in range(10)))
    script = ROOT / "docs" / "sweep_array.sh"
    asked = ["--design", str(design), "--task", "sweep_tasks:stub", "--replicates", "2"]
    for i in (1, 2, 3):
        array = {"SLURM_ARRAY_TASK_ID": str(i), "SLURM_ARRAY_TASK_COUNT": "3"}
        subprocess.run(["bash", str(script), *asked], env={**environment, **array}, check=True, cwd=tmp_path)
    subprocess.run(["ripple", "results", "merge", str(tmp_path / "x")], env=environment, check=True)
    subprocess.run(["ripple", "sweep", *asked, "--out", str(tmp_path / "y")], env=environment, check=True)
    assert not diff(tmp_path / "x", tmp_path / "y").other_tables
