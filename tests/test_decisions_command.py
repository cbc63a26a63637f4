"""`ripple decide`: every question is answered from the command line, and bad ones get one message."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from decisions_lab import without_search

from sim.cli import main

ORGANISATION = 'extends = "business_as_usual"\n[organization]\npeople = 60\ndepartments = 3\n[run]\nyears = 1.0\nburn_in = 0.1\n'


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)


@pytest.fixture
def plans(tmp_path: Path) -> list[str]:
    """Two plans in files."""
    found = []
    for name, levers in (("one", ("L01", "L02")), ("two", ("L04", "L10"))):
        path = tmp_path / f"{name}.toml"
        path.write_text(
            ORGANISATION + "".join(f'[[levers]]\nlever = "{lever}"\ndose = 2\n' for lever in levers)
        )
        found.append(str(path))
    return found


def ask(*words: str) -> Result:
    return CliRunner().invoke(main, ["decide", *words], catch_exceptions=True)


def answer(*words: str) -> dict[str, Any]:
    """The JSON answer."""
    result = ask(*words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_every_question_is_answered(plans: list[str], tmp_path: Path) -> None:
    few = ("--replicates", "3")
    questions = {
        "regret": (*plans, "--draws", "2", "--future", "as_planned", "--future", "executives_run_for_cover"),
        "flip": (*plans, "--vary", "contagion", "--grid", "2"),
        "contribution": (plans[0],),
        "budget": (plans[0], "--leader-hours", "900", "--no-draws", "--fresh", "3"),
        "start": (plans[0], "--people", "2", "--way", "random", "--way", "greedy"),
        "lasting": (plans[0], "--stop", "0.5", "--after", "0.5"),
        "dies": (plans[0], "--lever", "L10"),
        "promises": (plans[0], "--at", "0.5", "--no-draws", "--replicates", "19"),
    }
    for name, words in questions.items():
        out = tmp_path / name
        found = answer(name, *words, *(few if name != "promises" else ()), "--out", str(out))
        assert found["decision"] == name and found["words"] and found["failed"] == 0
        assert json.loads((out / "decision.json").read_text()) == found
        for table, rows in found["tables"].items():
            if rows:
                assert len(pd.read_csv(out / f"{table}.csv")) == len(rows)


def test_the_screen_shows_the_same_sentences_as_the_answer(plans: list[str]) -> None:
    words = ("contribution", plans[0], "--replicates", "3", "--seed", "5")
    told = ask(*words).stdout
    found = answer(*words)
    assert all(line in told for line in found["words"])
    assert found["seed"] == 5
    assert ask(*words, "--quiet").stdout.splitlines() == found["words"]


def test_the_same_question_has_the_same_answer_with_any_number_of_workers(plans: list[str]) -> None:
    words = ("regret", *plans, "--draws", "3", "--future", "as_planned", "--replicates", "5")
    assert answer(*words, "--workers", "1")["tables"] == answer(*words, "--workers", "3")["tables"]


def test_promises_are_compared_with_what_was_observed(plans: list[str], tmp_path: Path) -> None:
    log = tmp_path / "promises.csv"
    log.write_text(
        "indicator,kind,group,years,date,low,median,high,usual,usual_low,usual_high\n"
        "enthusiasm,all,all,0.5,2027-07-01,0.6,0.65,0.7,0.5,0.45,0.55\n"
    )
    seen = tmp_path / "seen.csv"
    seen.write_text("indicator,group,years,observed\nenthusiasm,all,0.5,0.5\n")
    found = answer("promises", "--log", str(log), "--observed", str(seen))
    assert found["facts"]["below"] == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("regret", "no_such_plan"), "no_such_plan"),
        (("regret", "stars_align", "--future", "rain"), "there is no future 'rain'"),
        (("flip", "stars_align", "from_the_top", "--vary", "contagon"), "contagion"),
        (("contribution", "business_as_usual"), "nothing to attribute"),
        (("budget", "stars_align"), "there is no budget"),
        (("budget", "stars_align", "--money", "1", "--lever", "L99"), "L99"),
        (("start", "--way", "popular"), "ways of choosing"),
        (("lasting", "business_as_usual"), "nothing that could last"),
        (("dies", "business_as_usual"), "nothing spreads"),
        (("promises",), "name a plan"),
        (("promises", "--log", "x.csv"), "--observed"),
        (("regret", "stars_align", "--goal", "profit"), "no goal"),
    ],
)
def test_bad_questions_get_one_message(words: tuple[str, ...], told: str) -> None:
    result = ask(*words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr and not result.stdout


def test_failed_runs_are_told_and_left_out(plans: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import sim.decisions.simulator as simulator

    real = simulator.run

    def sometimes(drawing: Any, **options: Any) -> Any:
        if options["replicate"] == 1:
            raise ArithmeticError("planted")
        return real(drawing, **options)

    monkeypatch.setattr(simulator, "run", sometimes)
    result = ask("contribution", plans[0], "--replicates", "4", "--json")
    assert result.exit_code == 3
    assert "planted" in result.stderr
    assert json.loads(result.stdout)["failed"] > 0


def test_sentences_hold_no_digits_of_their_own() -> None:
    """Every number in a sentence is a value: templates have none outside their braces."""
    folder = Path(__file__).parents[1] / "sim" / "decisions"
    for path in sorted(folder.glob("*.py")):
        source = path.read_text()
        for body in re.findall(
            r"def (?:in_words|_\w*lines?)\(.*?(?=\n    def |\n@|\ndef |\Z)", source, flags=re.S
        ):
            texts = re.findall(r'f?"((?:[^"\\]|\\.)*)"', body)
            outside = [re.sub(r"\{[^{}]*\}", "", text) for text in texts]
            assert not [text for text in outside if re.search(r"\d", text)], path.name


def test_tables_on_the_screen_are_for_people(plans: list[str], tmp_path: Path) -> None:
    """Titles, points and ranges rather than columns; nothing is cut off; the files keep the columns."""
    for path, title in zip(plans, ("Show it", "Free the time")):
        Path(path).write_text(f'title = "{title}"\n' + Path(path).read_text())
    told = ask(
        "regret",
        *plans,
        "--draws",
        "0",
        "--future",
        "as_planned",
        "--replicates",
        "3",
        "--out",
        str(tmp_path / "r"),
    ).stdout
    table = told[told.index("How far each plan falls short") :]
    assert "Show it" in table and "Free the time" in table and "doing nothing" in table
    assert "all goes as planned, points" in table and "largest shortfall, points" in table
    for name in ("cells\n", "worst\n", "max_regret", "as_planned", "regret_low"):
        assert name not in table, name
    assert "max_regret_low" in (tmp_path / "r" / "worst.csv").read_text()


def test_rows_of_long_plans_stay_apart_and_units_are_said() -> None:
    from sim.cli.decidetables import shown
    from sim.report.answer_tables import heading

    long = "Lead by example (L01) at the usual dose; Give time and space (L04) at the usual dose; "
    table = pd.DataFrame(
        {
            "budget": [0.25, 0.5], "levers": [long + "Mentoring (L10)", long + "Peer groups (L09)"], "gain": [0.0123, 0.02],
            "gain_low": [0.001, float("nan")], "gain_high": [0.03, 0.04], "money": [424320.4, 10.0], "shown": [True, False],
        }
    )  # fmt: skip
    text = shown("by_budget", table, {}, "USD")
    assert "0.25 x" in text and "1.2 (0.1 to 3.0)" in text and "424,320 " in text and "money, USD" in text
    assert (
        "Mentoring (L10)" in " ".join(text.split())
        and "(L09)" in text
        and "…" not in text
        and "..." not in text
    )
    assert max(map(len, text.splitlines())) < 110
    assert heading("by_budget") == "The best plan for less and for more budget"
    assert heading("flips_levers.L01.dose") == "Where the choice turns over: levers.L01.dose"


def test_columns_are_headed_by_what_they_hold() -> None:
    from sim.cli.decidetables import shown

    varied = pd.DataFrame({"value": [0.4, 2.0], "difference": [-0.01, -0.0001], "ahead": ["a", ""]})
    text = shown("curve", varied, {"a": "Plan A"}, "USD")
    assert text.startswith("value assumed  difference, points") and "mean" not in text
    assert "−1.0" in text and "-" not in text and "−0.0" not in text and "Plan A" in text
    stopped = pd.DataFrame(
        {"test": ["x"], "at_stop": [0.0171], "at_stop_low": [-0.02], "at_stop_high": [0.05]}
    )
    assert "1.7 (−2.0 to 5.0)" in shown("tests", stopped, {}, "USD")
    by = pd.DataFrame({"by": ["peers", "spontaneous"], "adoptions": [1.5, 3.0]})
    told = shown("carriers", by, {"peers": "employees as peers"}, "USD")
    assert "ties between peers" in told and "of their own accord" in told and "employees as peers" not in told
    ways = pd.DataFrame({"way": ["peers"], "over_random": [0.005]})
    assert "employees as peers" in shown("ways", ways, {"peers": "employees as peers"}, "USD")


def test_every_table_has_a_plain_heading(plans: list[str]) -> None:
    from sim.report.answer_tables import _HEADINGS

    folder = Path(__file__).parents[1] / "sim" / "decisions"
    names = set()
    for path in folder.glob("*.py"):
        for body in re.findall(r"def tables\(self\).*?\n    def ", path.read_text(), flags=re.S):
            names |= set(re.findall(r'"(\w+)": self', body)) | set(re.findall(r'return \{"(\w+)":', body))
    assert len(names) > 12 and names <= set(_HEADINGS)


def test_money_can_be_said_a_year(plans: list[str]) -> None:
    both = ("budget", plans[0], "--no-draws", "--fresh", "3", "--replicates", "3")
    twice = ask(*both, "--money", "1", "--money-a-year", "1")
    assert twice.exit_code == 2 and "not both" in twice.stderr
    whole = answer(*both, "--money", "90000", "--set", "run.years=2")
    assert answer(*both, "--money-a-year", "45000", "--set", "run.years=2") == whole
    assert "WHOLE horizon" in ask("budget", "--help").stdout
