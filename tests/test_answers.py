"""Answers: kept as plain data and told again with the same numbers; every question is drawn, with words beside."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from decisions_lab import Film, Formula, doses

from sim.decisions.plans import titled
from sim.desk import asking
from sim.desk.asking import Asked, Recent, answer, levers_of
from sim.desk.folder import Folder
from sim.desk.view import arms, read_view
from sim.report.answers import TITLES, Answer, answer_from, answer_section

VIEW: dict[str, Any] = {
    "title": "Ours & <others>",
    "organization": {"people": 60, "departments": 3},
    "years": 2.0,
    "levers": [{"lever": "L01", "owner": "Ann"}, {"lever": "L04", "dose": 1.5}, {"lever": "L09"}],
}
WORTH = {"L01": 0.06, "L04": 0.03, "L09": -0.01}
GROUPS = (("all", "all"), ("level", "executive"), ("level", "manager"), ("level", "employee"))


def gain(scenario: Any, future: Any = None, replicate: int = 0) -> float:
    seeded = 0.4 if scenario.seed else 0.0
    return 0.1 + seeded + sum(WORTH.get(lever, 0.0) * dose for lever, dose in doses(scenario).items())


def frames(scenario: Any, time: float, kind: str, group: str) -> dict[str, float]:
    end = 0.1 + (gain(scenario) - 0.1) * min(1.0, time / max(scenario.run.years, 1e-9))
    return dict.fromkeys(
        ("share_practising", "enthusiasm", "safety", "mindset", "sharing", "skill", "stage_trying"), end
    )


def told(tool: str, **options: Any) -> tuple[Answer, dict[str, Any]]:
    view = read_view(VIEW)
    three = arms(view, Path("nowhere"))
    money, hours = {"L01": 100_000.0, "L04": 40_000.0, "L09": 10_000.0}, {"L01": 300.0}
    names = ("authority", "peers", "mutual", "ripples", "spontaneous", "mixed")
    more = {f"adoptions_{name}": lambda plan, *_: 10 * gain(plan) for name in names}
    run: Formula = Film(
        frames, groups=GROUPS, noise=0.004, jitter=0.004, every=0.25, money=money, hours=hours, more=more
    )
    few = {"luck_alone": True, "vary": "contagion", "money": 150_000.0, **options}
    few = {"replicates": 19 if tool == "promises" else 6, **few}  # a band of nine in ten takes so many
    return answer(tool, Asked(three, view, [], few, run))


@pytest.mark.parametrize("tool", [tool for tool in TITLES if tool != "kept"])
def test_an_answer_is_drawn_and_told_again_with_the_same_numbers(tool: str) -> None:
    found, _ = told(tool)
    again = answer_from(json.loads(json.dumps(found.as_data(), default=lambda value: value.item())))
    section = answer_section(found)
    assert answer_section(again) == section and again.title == TITLES[tool]
    words = re.findall(r'<svg role="img" aria-label="([^"]*)"', section)
    assert words and all(len(text) > 40 and "nan" not in text for text in words)
    assert "Ours &amp; &lt;others&gt;" in section or tool in ("budget", "start", "promises")
    assert "<others>" not in section
    assert not re.search(r"ours_others|my_baseline|'nothing'", " ".join(found.words))


def test_the_note_says_what_each_range_holds() -> None:
    """A half-life is no mean; the plans of a budget are shown on other runs than they were chosen by."""
    last, budget, start = (told(tool)[0].note for tool in ("last", "budget", "start"))
    assert "mean 99 times in 100" in last and last.endswith("its range holds the true time 99 times in 100.")
    assert budget.endswith("These runs took no part in choosing which plans are shown.")
    assert "half is gone" not in start and "took no part" not in start


def test_pictures_hold_the_numbers_of_the_tables() -> None:
    found, _ = told("contribution")
    (waterfall, _cost) = found.drawings()
    for row in found.tables["waterfall"].to_dict("records")[1:-1]:
        assert (
            f"{row['step'].replace('together', 'what they do together')} {100 * row['change']:.1f}".replace(
                "-", "−"
            )
            in waterfall.alt
        )
    regret, _ = told("regret")
    worst = regret.tables["worst"].set_index("plan")["max_regret"]
    assert f"doing nothing {100 * worst['nothing']:.1f}" in regret.drawings()[0].alt


def test_a_plan_that_was_found_comes_with_its_owners_and_doses() -> None:
    found, more = told("budget")
    rows = more["plans"]
    assert rows and rows[0]["recommended"] and rows[0]["words"] in " ".join(found.words)
    by_words = {row["words"]: row for row in rows}
    ann = next(lever for row in by_words.values() for lever in row["levers"] if lever["lever"] == "L01")
    assert ann["owner"] == "Ann" and "label" not in ann
    assert all(row["money"] <= 150_000 * 1.5 + 1 for row in rows)
    assert read_view({**VIEW, "levers": rows[0]["levers"]}).levers
    numbers = [row["number"] for row in rows if row["number"]]
    assert max(numbers) <= len(found.tables["front"]) and len(set(numbers)) == len(numbers)


def test_levers_that_the_plan_lacks_can_be_on_the_menu() -> None:
    _, more = told("budget", menu=["L01", "L12"])
    there = {lever["lever"] for row in more["plans"] for lever in row["levers"]}
    assert there <= {"L01", "L12"} and "L01" in there


def test_levers_keep_names_of_their_own() -> None:
    view = read_view({**VIEW, "levers": [{"lever": "L01", "label": "Walk the talk", "owner": "Ann"}]})
    (lever,) = levers_of(arms(view, Path("nowhere")).plan, view)
    assert (lever["label"], lever["owner"]) == ("Walk the talk", "Ann")


def test_what_is_promised_comes_as_a_log_and_a_form() -> None:
    found, more = told("promises", begins="2027-01-04")
    log, form = more["files"]["promises.csv"], more["files"]["observed.csv"]
    assert log.splitlines()[0].startswith("indicator,kind,group,years,date,low")
    assert form.splitlines()[0] == "indicator,group,years,observed" and form.splitlines()[1].endswith(",")
    assert len(log.splitlines()) == len(form.splitlines()) == len(found.tables["promises"]) + 1


def test_only_so_many_runs_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_RUNS", 3)
    recent = Recent()
    for number in range(5):
        recent.keep(("plan", "", number), {"share_end": 0.1})
    assert [key[2] for key in recent.rows] == [2, 3, 4]


def test_a_sentence_calls_plans_by_title_and_by_name_where_titles_repeat() -> None:
    plan = arms(read_view(VIEW), Path("nowhere")).plan
    twin = plan.model_copy(update={"name": "twin"})
    assert titled("'nothing' beats 'ours_others'", [plan]) == "Doing nothing beats “Ours & <others>”"
    assert "(twin)" in titled("'twin' is ahead", [plan, twin])
    with pytest.raises(ValueError, match="no answer"):
        answer_from({"schema": 1})


def test_answers_by_other_equations_are_not_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path, "x" * 40)
    folder.keep_answer("0123", Answer("flip", ("It holds.",)))
    assert [one.words for one in folder.answers("0123")] == [("It holds.",)] and folder.answers("4567") == []
    monkeypatch.setattr("sim.desk.folder.source_hash", lambda: "others")
    assert folder.answers("0123") == []
