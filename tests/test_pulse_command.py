"""`ripple pulse` from file to page, on the toy in place of simulations."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
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
