"""The command before anything runs: help, init, check, explain, scenarios, and everything that can be mistyped."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from sim._version import __version__
from sim.cli import faults, main
from sim.pulse.bank import LEAST
from sim.scenario import load, names, resolve
from sim.sensitivity.treating import POLICIES
from sim.validation.rows import HEADINGS

HEAVY = ("numpy", "numba", "pandas", "matplotlib", "mesa", "pydantic", "scipy", "pyarrow")


def ripple(*args: str) -> Result:
    return CliRunner().invoke(main, list(args))


def one_message(result: Result, code: int = faults.BAD_INPUT) -> str:
    """The message of a command that was refused: no traceback, nothing on standard output."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()
    return result.stderr


def test_help_teaches_and_names_every_command() -> None:
    text = ripple("--help").output
    for name in ("init", "check", "explain", "scenarios", "run", "compare", "results"):
        assert re.search(rf"^  {name}\b", text, re.M), name
    assert "ripple compare from_the_top peer_groups_first" in text
    for command in ("init", "check", "explain", "run", "compare", "results", "scenarios"):
        assert "Examples" in ripple(command, "--help").output


def test_help_of_run_and_compare_names_the_promised_options() -> None:
    for command in ("run", "compare"):
        text = ripple(command, "--help").output
        for option in (
            "--replicates N", "--precision P", "--seed S", "--workers W", "--set PATH=VALUE", "--uncertainty",
            "--out DIR", "--quiet", "--json", "--person-level",
        ):  # fmt: skip
            assert option in text, option


def test_version() -> None:
    assert ripple("--version").output == f"ripple {__version__}\n"


def test_nothing_heavy_is_imported_before_a_command_runs() -> None:
    code = f"import sys, sim.cli; print([name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_choices_that_help_lists_without_loading_their_rooms_are_those_of_the_rooms() -> None:
    choices = {
        (command, option.name): tuple(option.type.choices)
        for command in ("sensitivity", "validate")
        for option in main.get_command(click.Context(main), command).params
        if isinstance(option.type, click.Choice)
    }
    assert choices["sensitivity", "policy"] == POLICIES
    assert choices["validate", "headings"] == HEADINGS
    pulse = main.get_command(click.Context(main), "pulse")
    fit = pulse.get_command(click.Context(pulse), "fit")
    assert next(option for option in fit.params if option.name == "points").type.min == LEAST


def test_scenarios_lists_all_with_their_questions() -> None:
    assert [line.split()[0] for line in ripple("scenarios").output.splitlines()[: len(names())]] == names()
    content = json.loads(ripple("scenarios", "--json").output)
    assert content["schema"] == 1
    assert all(row["question"].endswith("?") or row["question"] for row in content["scenarios"])


@pytest.mark.parametrize("files", [False, True])
def test_init_writes_a_firm_and_a_plan_that_can_be_compared(tmp_path: Path, files: bool) -> None:
    folder = tmp_path / "my firm"
    result = ripple("init", str(folder), *(["--files"] if files else []))
    assert result.exit_code == 0
    assert "ripple compare" in result.output and "my_plan.toml" in result.output
    firm, plan = (resolve(load(folder / name)) for name in ("my_firm.toml", "my_plan.toml"))
    assert firm.organization.ids == plan.organization.ids
    assert not firm.programmes and len(plan.programmes) == 2
    assert ripple("check", str(folder / "my_plan.toml")).exit_code == 0
    if files:
        assert not firm.organization.report.warnings
        assert firm.organization.n == len((folder / "people.csv").read_text().splitlines()) - 1


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "my_plan.toml").write_text("mine")
    message = one_message(ripple("init", str(tmp_path)))
    assert "already holds my_plan.toml" in message
    assert (tmp_path / "my_plan.toml").read_text() == "mine"
    assert not (tmp_path / "my_firm.toml").exists()


def test_init_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file" in one_message(ripple("init", str(tmp_path / "file")))


def test_check_says_the_plan_in_words() -> None:
    text = ripple("check", "stars_align", "--set", "organization.people=60").output
    assert "60 people" in text and "leader hours" in text and "Lead by example (L01): by" in text
    assert "Generated people" not in text and "generated: 60 people in" in text  # said once
    assert (
        "leaders give less" in text
        and "pushes back (usually 25% of them)" in text
        and "6.5 hours a week" in text
    )
    content = json.loads(ripple("check", "stars_align", "--json").output)
    assert content["schema"] == 1 and content["leader_hours"] > 0 and content["data_report"]


def test_explain_goes_from_sentence_to_number() -> None:
    text = ripple("explain", "L01").output
    assert "In the words of the sources" in text and "grade" in text and "push D_1" in text
    assert "Price at dose 1\n  1.5 hours a week of each leader who does it\n" in text
    assert "50 in cash a year for each person it reaches" in ripple("explain", "L09").output
    assert "did you mean 'L01'?" in ripple("explain", "L1").stderr
    assert ripple("explain", "lead_by_example").output == text
    assert "sponsor" in ripple("explain", "sponsor_withdraws").output.lower()
    parameter = ripple("explain", "susceptibility").output
    assert "0.15 to 0.8" in parameter and "Grade        D" in parameter
    assert json.loads(ripple("explain", "L01", "--json").output)["id"] == "L01"
    assert json.loads(ripple("explain", "sponsor_withdraws", "--json").output)["stop"] is None


def test_explain_without_a_name_lists_everything() -> None:
    text = ripple("explain").output
    assert all(name in text for name in ("L01", "L32", "sponsor_withdraws", "susceptibility"))
    content = json.loads(ripple("explain", "--json").output)
    assert len(content["levers"]) == 32 and len(content["parameters"]) > 60


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], "No such command"),
        (["check"], "Missing argument"),
        (["check", "stars_aling"], "did you mean 'stars_align'"),
        (["check", "missing.toml"], "no file named"),
        (["check", ""], "names no scenario"),
        (["check", "stars_align", "--set", "garbage"], "expected path=value"),
        (["check", "stars_align", "--set", "run.years=nan"], "run.years"),
        (["check", "stars_align", "--set", "parameters.threshold=inf"], "threshold"),
        (["check", "stars_align", "--set", "run.replicats=4"], "did you mean 'replicates'"),
        (["run", "stars_align", "--replicates", "0"], "--replicates"),
        (["run", "stars_align", "--replicates", "many"], "--replicates"),
        (["run", "stars_align", "--precision", "nan"], "not between 0 and 1"),
        (["run", "stars_align", "--precision", "inf"], "not between 0 and 1"),
        (["run", "stars_align", "--precision", "two"], "not a number"),
        (["run", "stars_align", "--workers", "-1"], "--workers"),
        (["run", "stars_align", "--seed", "1.5"], "--seed"),
        (["run", "stars_align", "--uncertainty", "none"], "--uncertainty"),
        (["run", "stars_align", "peer_groups_first"], "unexpected extra argument"),
        (["compare", "stars_align"], "two scenarios or more"),
        (["compare", "stars_align", "stars_align"], "two scenarios are called"),
        (["explain", "L99"], "ripple explain"),
        (["explain", "susceptability"], "susceptibility"),
        (["results", "show", "nowhere"], "not a results folder"),
        (["results", "list", "nowhere"], "not a folder"),
    ],
)
def test_bad_input_is_one_message(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in one_message(ripple(*arguments))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"name = \xff", "not UTF-8"),
        ("name = 'x'".encode("utf-16"), "UTF-16"),
        (b"name = ", "not TOML"),
        (b"nmae = 'x'", "did you mean 'name'"),
        (b"[[levers]]\nlever = 'L77'", "L77"),
        (b"[[levers]]\nlever = 'L01'\nstart = 2\nstop = 1", "before it stops"),
        (b"[run]\nyears = nan", "run.years"),
        (b"extends = 'loop.toml'", "loop"),
    ],
)
def test_files_that_are_no_scenarios(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "loop.toml"
    path.write_bytes(content)
    message = one_message(ripple("check", str(path)))
    assert words in message and "loop" in message


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    assert "is a folder" in one_message(ripple("check", str(tmp_path)))


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_garbage_never_ends_in_a_traceback(name: str, override: str) -> None:
    for arguments in (
        ["check", "--", name],
        ["check", "business_as_usual", f"--set={override}"],
        ["explain", "--", name],
    ):
        result = ripple(*arguments)
        assert result.exit_code in (faults.FINE, faults.BAD_INPUT), result.output
        assert "Traceback" not in result.output


def test_the_unforeseen_is_logged_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setenv("RIPPLE_CACHE", str(tmp_path))
    monkeypatch.setattr("sim.scenario.load", broken)
    message = one_message(ripple("check", "stars_align"), code=faults.UNFORESEEN)
    assert "a fault of ours" in message
    logs = list((tmp_path / "logs").glob("*.log"))
    assert len(logs) == 1 and str(logs[0]) in message
    assert "Traceback" in logs[0].read_text()


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f'{sys.executable} -c "from sim.cli import main; main()" explain | head -1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Levers")
    assert done.stderr == ""
