"""The command that runs: tables, JSON, pages, exit codes, and what happens when something goes wrong midway."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sim.cli import faults, main
from sim.experiments import Experiment, ExperimentInterrupted
from sim.scenario import names

RIPPLE = [sys.executable, "-c", "from sim.cli import main; main()"]
SMALL = ["--set", "organization.people=30", "--set", "run.years=1", "--replicates", "2", "--workers", "1"]
PLANS = ["business_as_usual", "lead_by_example"]


def ripple(*args: str) -> Result:
    return CliRunner().invoke(main, list(args))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small comparison, made by the command."""
    place = tmp_path_factory.mktemp("results") / "small"
    result = ripple("compare", *PLANS, *SMALL, "--out", str(place))
    assert result.exit_code == 0, result.output
    (place.parent / "shown.txt").write_text(result.stdout)
    return place


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page is drawn, which takes a second or two."""
    monkeypatch.setattr("sim.report.page.write_page", lambda found, place, **_: place / "report.html")


def test_end_table_says_who_is_ahead_and_where_the_page_is(folder: Path) -> None:
    text = (folder.parent / "shown.txt").read_text()
    for words in (*PLANS, "1 year", "difference, points", "verdict", "cost", "leader hours", "90 % band"):
        assert words in text, words
    assert str(folder / "report.html") in text
    assert "\x1b" not in text


def test_page_is_written_and_whole(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
    assert len(list(root.iter("section"))) == 12
    assert {"runs.parquet", "series.parquet", "events.parquet", "manifest.json"} <= {
        p.name for p in folder.iterdir()
    }


def test_results_list_and_show(folder: Path) -> None:
    listed = ripple("results", "list", str(folder.parent))
    assert str(folder) in listed.output and "finished" in listed.output
    content = json.loads(ripple("results", "list", str(folder.parent), "--json").output)
    assert content["results"][0]["scenarios"] == PLANS
    shown = ripple("results", "show", str(folder))
    assert shown.exit_code == 0
    assert shown.stdout.strip() == (folder.parent / "shown.txt").read_text().strip()


def test_results_show_writes_a_missing_page(folder: Path) -> None:
    page = folder / "report.html"
    before = page.read_bytes()
    page.unlink()
    try:
        content = json.loads(ripple("results", "show", str(folder), "--json").output)
        assert page.is_file() and content["report"] == str(page)
    finally:
        page.write_bytes(before)


def test_json_is_one_object_and_nothing_else(folder: Path, undrawn: None) -> None:
    result = ripple("compare", *PLANS, *SMALL, "--out", str(folder), "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert content["schema"] == 1
    assert [row["name"] for row in content["scenarios"]] == PLANS
    first, second = content["scenarios"]
    assert first["difference"] is None
    assert second["difference"]["low"] <= second["difference"]["median"] <= second["difference"]["high"]
    assert content["failed"] == 0 and content["runs"] == 8
    runs = Experiment(folder).runs
    mine = runs[(runs["scenario"] == "lead_by_example") & (runs["uncertainty"] == "assumptions")]
    assert second["share"][-1]["median"] == pytest.approx(np.median(mine["share_end"]), abs=1e-6)


def test_quiet_says_only_where_the_page_is(folder: Path, undrawn: None) -> None:
    result = ripple("compare", *PLANS, *SMALL, "--out", str(folder), "--quiet")
    assert result.stdout == f"{folder / 'report.html'}\n"
    assert result.stderr == ""


def test_a_finished_experiment_says_so(folder: Path, undrawn: None) -> None:
    result = ripple("compare", *PLANS, *SMALL, "--out", str(folder))
    assert "nothing was run again" in result.stderr


def test_another_plan_in_the_folder_is_refused(folder: Path) -> None:
    result = ripple("compare", *PLANS, *SMALL, "--seed", "9", "--out", str(folder))
    assert result.exit_code == faults.BAD_INPUT
    assert "seed was 1, now 9" in result.stderr and result.stdout == ""


def test_default_folder_and_one_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undrawn: None
) -> None:
    monkeypatch.chdir(tmp_path)
    result = ripple("run", "lead_by_example", *SMALL, "--uncertainty", "luck", "--json")
    content = json.loads(result.stdout)
    assert Path(content["folder"]).parent == Path("results")
    assert Path(content["folder"]).name.startswith("lead_by_example-")
    assert content["uncertainty"] == "luck" and "luck alone" in content["contents"]
    assert len(content["scenarios"]) == 1


@pytest.mark.slow
def test_plans_on_other_people_are_called_out(tmp_path: Path) -> None:
    for name, people in (("small", 30), ("large", 40)):
        (tmp_path / f"{name}.toml").write_text(
            f'name = "{name}"\n[organization]\npeople = {people}\n[run]\nyears = 1\nreplicates = 2\n'
        )
    files = [str(tmp_path / "small.toml"), str(tmp_path / "large.toml")]
    result = ripple(
        "compare", *files, "--uncertainty", "luck", "--workers", "1", "--json", "--out", str(tmp_path / "r")
    )
    assert "Not like with like" in json.loads(result.stdout)["caution"]


@pytest.mark.slow
def test_nobody_can_be_recognised_on_the_page(tmp_path: Path) -> None:
    assert ripple("init", str(tmp_path / "firm"), "--files").exit_code == 0
    for file in ("people.csv", "ties.csv"):
        path = tmp_path / "firm" / file
        path.write_text(re.sub(r"\bp(\d\d)\b", r"staff-zq\1", path.read_text()))
    place = tmp_path / "r"
    plans = [str(tmp_path / "firm" / name) for name in ("my_firm.toml", "my_plan.toml")]
    options = ["--set", "run.years=1", "--replicates", "2", "--workers", "1", "--out", str(place)]
    assert ripple("compare", *plans, *options, "--person-level").exit_code == 0
    for path in place.rglob("*"):
        if path.is_file():
            assert b"staff-zq" not in path.read_bytes(), path
    page = (place / "report.html").read_text(encoding="utf-8")
    assert "executives and managers" in page or "everyone" in page
    assert not re.search(r"\d+ (executive|manager)s?\b", page)


def refuse(problem: BaseException) -> Any:
    def raising(*_: object, **__: object) -> None:
        raise problem

    return raising


def test_interruption_says_how_to_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "results"
    for problem in (ExperimentInterrupted(place, 3, 8), KeyboardInterrupt()):
        monkeypatch.setattr("sim.experiments.execute", refuse(problem))
        result = ripple("compare", *PLANS, *SMALL, "--out", str(place))
        assert result.exit_code == faults.INTERRUPTED
        assert "the same command again" in result.stderr and str(place) in result.stderr
        assert result.stdout == "" and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "--out"),
        (errno.EACCES, "no permission"),
        (errno.EIO, "error"),
    ],
)
def test_what_the_system_refuses_is_one_message(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    problem = OSError(number, os.strerror(number), "some/report.html")
    monkeypatch.setattr("sim.report.page.write_page", refuse(problem))
    result = ripple("compare", *PLANS, *SMALL, "--out", str(folder))
    assert result.exit_code == faults.BAD_INPUT
    assert words in result.stderr and "some/report.html" in result.stderr and result.stdout == ""


def test_a_results_place_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "inside"):
        result = ripple("compare", *PLANS, *SMALL, "--out", str(place))
        assert result.exit_code == faults.BAD_INPUT and result.stdout == ""
        assert str(tmp_path / "file") in result.stderr
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_failed_runs_leave_with_three(
    folder: Path, monkeypatch: pytest.MonkeyPatch, undrawn: None, share: float
) -> None:
    experiment = Experiment(folder)
    runs = experiment.runs.copy()
    failing = (runs["replicate"] == 0) | (share == 1.0)
    runs.loc[failing, "status"] = "failed"
    runs.loc[failing, "reason"] = "made up"
    experiment.__dict__["runs"] = runs
    monkeypatch.setattr("sim.experiments.execute", lambda *_, **__: experiment)
    for extra in ([], ["--json"], ["--quiet"]):
        result = ripple("compare", *PLANS, *SMALL, "--out", str(folder), *extra)
        assert result.exit_code == faults.SOME_FAILED
        assert "runs failed" in result.output
        if extra == ["--json"]:
            assert json.loads(result.stdout)["failed"] == int(failing.sum())


def on_terminal(command: list[str], **environment: str) -> str:
    """What a command shows on a terminal."""
    mine, theirs = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    child = subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env={**kept, "TERM": "xterm", **environment}
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(mine, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(mine)
    assert child.wait() == 0
    return shown.decode()


@pytest.mark.slow
def test_no_colour_when_asked(folder: Path) -> None:
    show = [*RIPPLE, "results", "show", str(folder)]
    assert "\x1b[1m" in on_terminal(show)
    assert "\x1b" not in on_terminal(show, NO_COLOR="1")


@pytest.mark.slow
def test_ctrl_c_and_again(tmp_path: Path) -> None:
    command = [
        *RIPPLE,
        "compare",
        *PLANS,
        "--set",
        "organization.people=100",
        "--replicates",
        "20",
        "--workers",
        "1",
        "--out",
        str(tmp_path / "r"),
        "--quiet",
    ]
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell that runs the tests in the background has Ctrl-C ignored, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not list((tmp_path / "r" / "parts").glob("*.runs.parquet")) and child.poll() is None:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=120)
    assert child.returncode == faults.INTERRUPTED, err
    assert out == "" and "the same command again" in err and "Traceback" not in err
    again = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert again.returncode == 0 and again.stdout.strip().endswith("report.html")


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_bundled_scenario_makes_a_page(name: str, tmp_path: Path) -> None:
    result = (
        ripple("compare", "business_as_usual", name, *SMALL, "--out", str(tmp_path / "r"))
        if (name != "business_as_usual")
        else ripple("run", name, *SMALL, "--out", str(tmp_path / "r"))
    )
    assert result.exit_code == 0, result.output
    text = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))


def test_an_environment_that_forbids_compiling_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import numba

    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    result = ripple("run", "business_as_usual", *SMALL, "--out", str(tmp_path / "r"))
    assert result.exit_code == faults.BAD_INPUT and "NUMBA_DISABLE_JIT is set" in result.stderr
    assert not (tmp_path / "r").exists()
