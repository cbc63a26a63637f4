"""What the commands say beside their answers: where they are interrupted, quiet, or given what cannot be used."""

from __future__ import annotations

import dataclasses
import json
import sys
import types
from pathlib import Path
from typing import Any
from unittest.mock import Mock, create_autospec

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from decisions_lab import without_search

from sim.cli import faults, main
from sim.cli.decidetables import shown
from sim.validation.claims import Trial, load_claims
from sim.validation.claims.check import FILE, read
from sim.validation.claims.telling import BEGIN, END, document
from sim.validation.claims.trial import as_data
from sim.validation.rows import near

DOCS = Path(__file__).parents[1] / "docs"
PLAN = (
    'extends = "business_as_usual"\n[organization]\npeople = 40\ndepartments = 2\n[run]\nyears = 0.5\nburn_in = 0.1\n'
    '[[levers]]\nlever = "L01"\n'
)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plan.toml").write_text(PLAN)


def ripple(*words: str, code: int = 0) -> Result:
    found = CliRunner().invoke(main, list(words))
    assert found.exit_code == code, found.output
    assert "Traceback" not in found.output
    return found


def raising(problem: BaseException) -> Any:
    def stand_in(*_: object, **__: object) -> None:
        raise problem

    return stand_in


# --- ripple decide ------------------------------------------------------------------------------------------


class Part:
    """An answer, or a part of one, planted."""

    def __init__(self, word: str, rows: int = 1) -> None:
        self.word = word
        self.table = pd.DataFrame({"n": np.arange(rows)})

    def tables(self) -> dict[str, pd.DataFrame]:
        return {"tests": self.table}

    def facts(self) -> dict[str, Any]:
        return {
            "n": np.int64(3),
            "half": np.float64(0.5),
            "never": float("nan"),
            "is": np.bool_(True),
            "two": (1, None),
        }

    def in_words(self) -> list[str]:
        return [f"It is {self.word}."]


def test_tipping_points_stand_beside_what_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.decisions.does_it_last", lambda *_, **__: Part("lasting"))
    monkeypatch.setattr("sim.decisions.tipping_points", lambda *_, **__: Part("tipping", 40))
    words = ("decide", "lasting", "plan.toml", "--tipping")
    found = json.loads(ripple(*words, "--json").stdout)
    assert found["words"] == ["It is lasting.", "It is tipping."]
    assert list(found["tables"]) == ["tests_lasting", "tests_tipping"]
    assert found["facts"]["tipping"] == {"n": 3, "half": 0.5, "never": None, "is": True, "two": [1, None]}
    text = ripple(*words).stdout
    assert ": 40 rows, in tests_tipping.csv with --out DIR" in text  # too long for the screen
    alone = json.loads(ripple(*words[:-1], "--json").stdout)
    assert list(alone["tables"]) == ["tests"] and alone["words"] == ["It is lasting."]


@pytest.mark.parametrize("kept", [True, False])
def test_an_interrupted_question_says_what_is_kept(kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def question(plan: object, *, evaluate: Any, **_: object) -> None:
        evaluate.ran, evaluate.recalled = 5, 2
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.decisions.does_it_last", question)
    found = ripple(
        "decide", "lasting", "plan.toml", *(("--out", "d") if kept else ()), code=faults.INTERRUPTED
    )
    said = (
        "ripple: interrupted; 7 runs are kept in d: give the same command again to go on\n"
        if kept
        else "ripple: interrupted; nothing was kept. With --out DIR the same command goes on where it was interrupted\n"
    )
    assert found.stderr.endswith(said) and not found.stdout


def test_where_every_run_fails_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)
    monkeypatch.setattr("sim.decisions.simulator.run", raising(ArithmeticError("planted")))
    found = ripple(
        "decide", "contribution", "plan.toml", "--replicates", "2", "--workers", "1", code=faults.BAD_INPUT
    )
    assert "runs failed and are left out; most often" in found.stderr and "planted" in found.stderr
    assert "every one failed" in found.stderr.splitlines()[-1]


def test_a_table_that_nobody_named_is_headed_by_its_name() -> None:
    from sim.report.answer_tables import heading

    assert heading("what_else") == "What else"
    text = shown("what_else", pd.DataFrame({"n": [np.int64(3)]}), {}, "USD")
    assert text.splitlines()[1] == "3"


# --- ripple calibrate ---------------------------------------------------------------------------------------


@pytest.fixture
def calibrated(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Stands in for a calibration of 148 points."""
    pytest.importorskip("sklearn")
    from sim.calibration import calibrate as room

    found = types.SimpleNamespace(
        bank=range(148), sample=range(20), defaults=np.array([0.5, 2.36]),
        recovered=[types.SimpleNamespace(name=name, identified=name != "push") for name in ("contagion", "push")],
    )  # fmt: skip
    mock: Mock = create_autospec(room.calibrate, return_value=found)
    monkeypatch.setattr(room, "calibrate", mock)
    monkeypatch.setattr(room, "write_sample", lambda found, path: path.parent.mkdir(exist_ok=True))
    monkeypatch.setattr("sim.calibration.account.markdown", lambda found: "the account")
    return mock


def test_a_calibration_is_told_in_words_quietly_or_as_data(calibrated: Mock) -> None:
    account = Path("c") / "calibration.md"
    text = ripple("calibrate", "--out", "c", "--waves", "4", "--later", "32").stdout
    assert text.splitlines() == [
        "20 of 148 points are in the sample; identified: contagion",
        "Implausibility of the defaults: 2.4 at worst (3 rules out)",
        f"The account: {account}",
    ]
    assert account.read_text() == "# Calibration\n\nthe account"
    given = calibrated.call_args.kwargs
    assert (given["waves"], given["later"], given["first"]) == (4, 32, 64) and given["say"] is not None
    assert ripple("calibrate", "--out", "c", "--quiet").stdout == f"{account}\n"
    assert calibrated.call_args.kwargs["say"] is None
    data = json.loads(ripple("calibrate", "--out", "c", "--json").stdout)
    assert data["identified"] == ["contagion"] and data["implausibility_of_the_defaults"] == 2.36
    calibrated.return_value.recovered = []
    assert "identified: none\n" in ripple("calibrate", "--out", "c").stdout


def test_an_interrupted_calibration_goes_on_from_its_folder(calibrated: Mock) -> None:
    calibrated.side_effect = KeyboardInterrupt
    found = ripple("calibrate", "--out", "c", code=faults.INTERRUPTED)
    assert found.stderr == "ripple: interrupted; the same command again goes on from c\n"


def test_a_calibration_that_cannot_be_is_one_message(calibrated: Mock) -> None:
    from sim.calibration.errors import CalibrationError

    calibrated.side_effect = CalibrationError("nothing of the prior is left")
    found = ripple("calibrate", "--out", "c", code=faults.BAD_INPUT)
    assert found.stderr == "ripple: nothing of the prior is left\n"


def test_without_scikit_learn_nothing_is_simulated_in_vain(
    calibrated: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    found = ripple("calibrate", "--out", "c", code=faults.BAD_INPUT)
    assert "calibrating needs scikit-learn; install it with: pip install" in found.stderr
    calibrated.assert_not_called()


# --- ripple claims ------------------------------------------------------------------------------------------


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Trial:
    """The shipped trial; no figure is drawn, which takes seconds."""
    figure = types.SimpleNamespace(
        key="claims", svg="<svg/>", title="t", caption="c", svg_file=lambda: b"<svg/>"
    )
    monkeypatch.setattr("sim.report.claims.claim_figures", lambda wanted, made: {"T1": figure})
    monkeypatch.setattr("sim.report.claims.overview", lambda wanted, made: figure)
    return read(DOCS / "figures" / "claims" / FILE)


def page(text: str) -> Path:
    Path("docs").mkdir(exist_ok=True)
    path = Path("docs") / "claims.md"
    path.write_text(text, "utf-8")
    return path


def test_the_document_is_renewed_from_a_kept_trial(kept: Trial) -> None:
    before = f"Mine.\n{BEGIN}\nstale\n{END}\nMine too.\n"
    path = page(before)
    Path(FILE).write_text(json.dumps(as_data(kept)), "utf-8")
    found = ripple("claims", "--from", FILE, "--docs", "docs", "--out", "o")
    assert path.read_text("utf-8") == document(before, load_claims(), kept)
    home = Path("docs") / "figures" / "claims"
    assert (home / FILE).read_bytes() == Path(FILE).read_bytes()  # the document stands on what lies beside it
    assert (
        (home / "claims.svg").read_bytes() == b"<svg/>" == (Path("o") / "figures" / "claims.svg").read_bytes()
    )
    assert f"The verdicts: {Path('o') / 'claims.md'}" in found.stdout
    before = (home / FILE).read_text("utf-8")
    ripple("claims", "--from", str(home / FILE), "--docs", "docs", "--out", "o", "--quiet")
    assert (home / FILE).read_text("utf-8") == before  # from itself: nothing to copy


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("T1", "--docs", "docs"), "leave the names of claims out"),
        (("--from", "plan.toml"), "plan.toml: cannot be read as a trial of claims"),
        (("--from", FILE, "--docs", "docs"), "the page has no place for the verdicts"),
        (("--from", FILE, "--docs", "empty"), "claims.md"),
    ],
)
def test_what_cannot_be_renewed_is_said(kept: Trial, words: tuple[str, ...], said: str) -> None:
    page("no marks")
    Path("empty").mkdir()
    Path(FILE).write_text(json.dumps(as_data(kept)), "utf-8")
    found = ripple("claims", *words, "--out", "o", code=faults.BAD_INPUT)
    assert said in found.stderr and not found.stdout
    assert Path("docs", "claims.md").read_text("utf-8") == "no marks"


def test_a_claim_without_a_verdict_leaves_with_three(kept: Trial) -> None:
    first = dataclasses.replace(kept.outcomes[0], judgement=None, problem="nothing reached the end")
    some = dataclasses.replace(kept, outcomes=(first, kept.outcomes[1]))
    Path(FILE).write_text(json.dumps(as_data(some)), "utf-8")
    found = ripple("claims", "--from", FILE, "--out", "o", code=faults.SOME_FAILED)
    assert "no verdict: nothing reached the end; " in found.stdout
    rows = [line.split()[0] for line in found.stdout.splitlines() if not line.startswith("      ")]
    assert rows[:2] == [one.claim for one in some.outcomes] and len(rows) == 3  # and where the verdicts are


@pytest.mark.parametrize("quiet", [True, False])
def test_a_trial_says_which_world_it_is_in(kept: Trial, quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def trial(wanted: Any, out: Path, *, quick: bool, told: Any, workers: int | None) -> Trial:
        assert [claim.id for claim in wanted] == ["T1"] and quick and workers == 2 and out == Path("o")
        told(0, 2, "main")
        told(1, 2, "null twin")
        told(2, 2, "null twin")
        return dataclasses.replace(kept, effort="quick")

    monkeypatch.setattr("sim.validation.claims.check.try_and_keep", trial)
    words = ("claims", "T1", "--quick", "--out", "o", "--workers", "2")
    found = ripple(*words, *(["--quiet"] if quiet else []))
    assert [line.partition(" (")[0] for line in found.stderr.splitlines()] == (
        [] if quiet else ["1 of 2: main", "2 of 2: null twin"]
    )
    page_of = str(Path("o") / "claims.md")
    assert found.stdout == f"{page_of}\n" if quiet else found.stdout.startswith("A quick run: few draws")


# --- ripple validate ----------------------------------------------------------------------------------------

GOOD = near("a limit", expected=1.0, ours=1.0, tolerance=0.001, source="a book")


def test_a_validation_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def validate(*, told: Any, **_: object) -> list[Any]:
        told(0, 2, "toys")
        told(1, 2, "extremes")
        told(2, 2, "extremes")
        return [GOOD]

    monkeypatch.setattr("sim.validation.validate.validate", validate)
    found = ripple("validate", "--out", "v")
    assert [line.partition(" (")[0] + line.partition("s):")[2] for line in found.stderr.splitlines()] == [
        "0 of 2 toys", "1 of 2 extremes",
    ]  # fmt: skip
    quiet = ripple("validate", "--out", "v", "--quiet")
    assert quiet.stdout == f"{Path('v') / 'validation.html'}\n" and not quiet.stderr


def test_an_interrupted_validation_says_where_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.validation.validate.validate", raising(KeyboardInterrupt()))
    found = ripple("validate", "--out", "v", code=faults.INTERRUPTED)
    assert "goes on with what is not finished in v\n" in found.stderr


def test_figures_of_the_claims_are_written_beside_their_results(kept: Trial) -> None:
    from sim.cli.validate import _drawn

    Path("claims").mkdir()
    Path("claims", FILE).write_text(json.dumps(as_data(kept)), "utf-8")
    made = _drawn(Path("claims"))
    assert made["T1"].svg == "<svg/>" and "claims/figures/T1.svg" in dataclasses.astuple(made["T1"])
    assert Path("claims", "figures", "T1.svg").read_bytes() == b"<svg/>"


# --- the rest -----------------------------------------------------------------------------------------------


def test_an_interrupted_brief_says_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.report.brief.write_brief", raising(KeyboardInterrupt()))
    found = ripple("report", "x", "--futures", "0", code=faults.INTERRUPTED)
    assert "interrupted; what was finished is kept in x: give the same command again\n" in found.stderr


def test_strict_refuses_what_would_be_generated() -> None:
    Path("people.csv").write_text("id,manager_id\na,\nb,a\nc,a\nd,a\ne,a\nf,a\n")
    Path("firm.toml").write_text('[organization]\npeople_file = "people.csv"\n')
    lax = ripple("check", "firm.toml").stdout
    found = ripple("check", "firm.toml", "--strict", code=faults.BAD_INPUT)
    assert "This plan can be run." in lax and "people.csv" in found.stderr and not found.stdout


HR = "Employee ID;Chief;Department;Mood\n1;;Board;4\n" + "".join(
    f"{k};1;Sales;{k % 5 + 1}\n" for k in range(2, 9)
)


def test_columns_and_the_scale_are_taken_as_they_are_given() -> None:
    Path("hr.csv").write_text(HR)
    words = ("import", "hr.csv", "--map", "manager_id=Chief", "--map", "enthusiasm=Mood", "--scale", "1;5")
    data = json.loads(ripple(*words, "--json").stdout)
    assert data["survey"] is None and data["written"] == []
    assert data["people"]["columns"]["manager_id"]["column"] == "Chief"
    assert data["people"]["columns"]["enthusiasm"]["column"] == "Mood"
    ripple(*words, "--out", "firm")
    from sim.scenario import load

    assert list(load(Path("firm", "my_firm.toml")).organization.survey_scale or ()) == [1.0, 5.0]
    assert "This plan can be run." in ripple("check", str(Path("firm", "my_firm.toml"))).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scale", "1"), "--scale '1': write the lowest and the highest answer, e.g. --scale 1:5"),
        (("--scale", "1,five"), "--scale '1,five'"),
        (("--map", "manager_id"), "--map 'manager_id': write it as --map 'manager_id=Reports To'"),
        (("--map", "manager_id= "), "write it as"),
        (("--layer", "=peers"), "write it as --layer 'advice=peers:target_to_source'"),
    ],
)
def test_an_option_of_an_import_that_cannot_be_read(words: tuple[str, str], said: str) -> None:
    Path("hr.csv").write_text(HR)
    found = ripple("import", "hr.csv", *words, code=faults.BAD_INPUT)
    assert said in found.stderr and not found.stdout


def test_what_was_run_before_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def question(plan: object, *, evaluate: Any, **_: object) -> Part:
        evaluate.ran, evaluate.recalled = 5, 2
        return Part("lasting")

    monkeypatch.setattr("sim.decisions.does_it_last", question)
    words = ("decide", "lasting", "plan.toml", "--out", "d")
    assert "2 runs were there already; 5 were made.\n" in ripple(*words).stderr
    assert ripple(*words, "--quiet").stderr == ""
    assert json.loads(Path("d", "decision.json").read_text())["runs"] == 7
