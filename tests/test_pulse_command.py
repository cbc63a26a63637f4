"""`ripple pulse` from file to page, on the toy in place of simulations."""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any
from unittest.mock import Mock, create_autospec

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from pulse_lab import toy_bank
from test_pulse import answers

import sim.pulse
from sim.cli.group import main
from sim.pulse import Survey


def write(survey: Survey, path: Path) -> Path:
    """A survey as a file."""
    lines = [",".join(("wave", "team", "n", *survey.items))]
    for k, wave in enumerate(survey.waves):
        for t, team in enumerate(survey.teams):
            scores = ["" if np.isnan(value) else f"{value:.4f}" for value in survey.values[k, t]]
            lines.append(",".join((str(wave), team, f"{survey.asked[k, t]:.0f}", *scores)))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a bank (the toy) and answers.csv."""
    bank = toy_bank(600)
    monkeypatch.setattr(sim.pulse, "open_bank", lambda folder: bank)
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "plan.json").write_text("{}")
    write(answers(bank, 5), tmp_path / "answers.csv")
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["pulse", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_fit_writes_a_page_that_needs_no_network(folder: Path) -> None:
    said = run("fit", str(folder / "answers.csv"), "--out", str(folder))
    assert "height:" in said and "cannot say anything about idle" in said
    page = (folder / "pulse.html").read_text("utf-8")
    assert "http://www.w3.org" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "src=" not in page and page.count("<svg") == 6
    assert "cannot be told apart" in page and "does better" in page
    for name in ("posterior", "sample", "forecast", "plans", "recovery"):
        assert (folder / f"{name}.csv").stat().st_size > 50


def test_forecast_prints_bands_and_json(folder: Path) -> None:
    answers_file = str(folder / "answers.csv")
    assert "all teams" in run("forecast", answers_file, "--out", str(folder))
    found = json.loads(run("forecast", answers_file, "--out", str(folder), "--json"))
    assert {row["wave"] for row in found["forecast"]} == {6, 7, 8}
    assert len(found["plans"]) == 3


def test_recovery_writes_its_result_into_a_document(folder: Path) -> None:
    page = folder / "page.md"
    page.write_text("<!-- recovery: begin -->\n<!-- recovery: end -->\n", "utf-8")
    run("recovery", "--out", str(folder), "--waves", "4", "--repetitions", "60", "--write", str(page))
    text = page.read_text("utf-8")
    assert "| height |" in text and "of 60" in text
    assert (folder / "recovery.md").read_text("utf-8") in text


def test_what_is_missing_is_said(folder: Path, tmp_path: Path) -> None:
    answers_file = str(folder / "answers.csv")
    assert "--scenario my_plan.toml" in run("fit", answers_file, "--out", str(tmp_path / "no"), code=2)
    assert "LOW:HIGH" in run("fit", answers_file, "--out", str(folder), "--scale", "five", code=2)
    assert "COLUMN=ITEM" in run("fit", answers_file, "--out", str(folder), "--item", "mood", code=2)
    assert "no such file" in run(
        "fit", str(folder / "none.csv"), "--out", str(folder), "--scale", "1,5", code=2
    )


# --- what is said, with no calibration behind it ------------------------------------------------------------


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> sim.pulse.Bank:
    """The toy in place of a bank, in the folder `p`, and answers to it in answers.csv."""
    monkeypatch.chdir(tmp_path)
    made = toy_bank(600)
    monkeypatch.setattr(sim.pulse, "open_bank", lambda folder: made)
    Path("p", "bank").mkdir(parents=True)
    Path("p", "bank", "plan.json").write_text("{}")
    write(answers(made, 5), Path("answers.csv"))
    return made


def ripple(*words: str, code: int = 0) -> Result:
    found = CliRunner().invoke(main, list(words))
    assert found.exit_code == code, found.output
    return found


def found_of(survey: Any, strange: bool) -> Any:
    table = pd.DataFrame({"parameter": ["height"], "median": [2.0], "empty": [float("nan")]})
    return types.SimpleNamespace(
        survey=survey, strange=strange, table=lambda: table, comparisons=list, forecast=pd.DataFrame()
    )


@pytest.mark.parametrize("strange", [True, False])
def test_a_fit_is_told_in_words_quietly_or_as_data(
    toy: sim.pulse.Bank, strange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sim.pulse, "calibrate", lambda survey, bank: found_of(survey, strange))
    monkeypatch.setattr("sim.report.pulse.short", lambda found: ["height: 2"])
    monkeypatch.setattr("sim.report.pulse.write_pulse", lambda found, out, figures: out / "pulse.html")
    words = ("pulse", "fit", "answers.csv", "--out", "p")
    path = str(Path("p") / "pulse.html")
    text = ripple(*words).stdout.splitlines()
    warned = (
        ["The model hardly ever produces a survey like this one: do not lean on this."] if strange else []
    )
    assert text == ["height: 2", *warned, f"The page: {path}"]
    assert ripple(*words, "--quiet").stdout == f"{path}\n"
    data = json.loads(ripple(*words, "--json").stdout)
    row = {"parameter": "height", "median": 2.0, "empty": None}
    assert data == {"schema": 1, "posterior": [row], "said": ["height: 2"], "page": path}


def test_after_the_last_wave_there_is_nothing_to_forecast(
    toy: sim.pulse.Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sim.pulse, "calibrate", lambda survey, bank: found_of(survey, False))
    found = ripple("pulse", "forecast", "answers.csv", "--out", "p", code=2)
    assert "the last wave is at the end of the scenario" in found.stderr and not found.stdout
    assert (
        json.loads(ripple("pulse", "forecast", "answers.csv", "--out", "p", "--json").stdout)["forecast"]
        == []
    )


@pytest.mark.parametrize("calibrated", [True, False])
def test_a_recovery_leaves_with_three_where_intervals_do_not_cover(
    toy: sim.pulse.Bank, calibrated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.DataFrame({"parameter": ["height"], "coverage": [0.9]})
    found = types.SimpleNamespace(repetitions=20, table=table, calibrated=calibrated)
    study = create_autospec(sim.pulse.recovery, return_value=found)
    monkeypatch.setattr(sim.pulse, "recovery", study)
    monkeypatch.setattr("sim.pulse.recovery_text.recovery_markdown", lambda *_, **__: "the study")
    words = ("pulse", "recovery", "--out", "p", "--repetitions", "20")
    code = 0 if calibrated else 3
    assert ripple(*words, code=code).stdout == "the study\n"
    assert study.call_args.args[1].waves[-1] == toy.quarters  # to the end where no number of waves is given
    assert ripple(*words, "--quiet", code=code).stdout == f"{Path('p') / 'recovery.md'}\n"
    data = json.loads(ripple(*words, "--json", "--waves", "3", code=code).stdout)
    assert data["table"] == [{"parameter": "height", "coverage": 0.9}] and data["repetitions"] == 20
    assert study.call_args.args[1].waves == (0, 1, 2, 3)
    assert Path("p", "recovery.md").read_text() == "the study"


def test_a_bank_is_made_where_a_scenario_is_named(
    toy: sim.pulse.Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    make: Mock = create_autospec(sim.pulse.make_bank, return_value=toy)
    monkeypatch.setattr(sim.pulse, "make_bank", make)
    monkeypatch.setattr(sim.pulse, "calibrate", lambda survey, bank: found_of(survey, False))
    monkeypatch.setattr("sim.engine.compiled.is_compiled", lambda: False)
    words = ("pulse", "forecast", "answers.csv", "--out", "p", "--json", "--scenario", "plan.toml")
    few = ripple(*words, "--points", "610", "--plan", "stars_align", "--set", "run.years=2", "--seed", "7")
    assert "10 of the runs failed and are left out" in few.stderr and "are compiled, once" in few.stderr
    assert make.call_args.args == ("plan.toml",)
    given = make.call_args.kwargs
    assert (given["plans"], given["points"], given["seed"]) == (("stars_align",), 610, 7)
    assert given["parameters"] == sim.pulse.PARAMETERS and given["out"] == Path("p") / "bank"
    assert given["overrides"] == ("run.years=2",)
    whole = ripple(*words, "--points", "600", "--parameters", "push", "--quiet")
    assert whole.stderr == "" and make.call_args.kwargs["parameters"] == ("push",)
    make.side_effect = KeyboardInterrupt
    stopped = ripple(*words, code=130)
    assert stopped.stderr.endswith("ripple: interrupted; the same command again goes on\n")


def test_a_column_of_their_own_is_an_item(toy: sim.pulse.Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        sim.pulse, "calibrate", lambda survey, bank: seen.append(survey) or found_of(survey, False)
    )
    text = Path("answers.csv").read_text("utf-8").replace("enthusiasm", "engagement", 1)
    Path("answers.csv").write_text(text, "utf-8")
    words = ("pulse", "forecast", "answers.csv", "--out", "p", "--json")
    assert "engagement" in ripple(*words, code=2).stderr
    ripple(*words, "--item", "engagement=enthusiasm")
    assert "enthusiasm" in seen[0].items
