"""Scenarios at their edges: odd files, odd overrides, odd values, and what is said of each."""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.organization import OrganizationError
from sim.scenario import Resolved, ScenarioError, load, resolve
from sim.scenario import toml as writer
from sim.scenario.imported import load_imported
from sim.scenario.vocabulary import part
from sim.scenario.words import plan_in_words, warnings

SMALL: dict[str, Any] = {"people": 20, "tiers": 3, "departments": 2}


def message(source: Any, *overrides: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        resolve(load(source, overrides=overrides))
    return str(caught.value)


def plan(**tables: Any) -> Resolved:
    return resolve(load({"organization": SMALL, **tables}))


# --- files --------------------------------------------------------------------------------------------------


def test_files_that_cannot_be_scenarios(tmp_path: Path) -> None:
    large = tmp_path / "large.toml"
    large.write_text("# " + "x" * 5_000_000, encoding="utf-8")
    assert message(large).endswith("large.toml: is larger than 5 MB; is it a scenario?")
    assert message(tmp_path / "none.toml").startswith(f"no file named '{tmp_path / 'none.toml'}'")
    assert "cannot be used as a scenario: " in message({"title": sys})


def test_a_name_without_its_ending_is_the_file_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text('title = "Mine"\n[organization]\npeople = 20\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("mine").title == "Mine"


def test_problems_travel_to_other_processes() -> None:
    again = pickle.loads(pickle.dumps(ScenarioError(["one", "two"], where="here.toml")))
    assert isinstance(again, ScenarioError)
    assert (again.problems, again.where) == (("one", "two"), "here.toml")
    assert str(again) == "here.toml: 2 problems\n  - one\n  - two"


def test_people_that_are_not_in_files_are_not_read() -> None:
    with pytest.raises(
        OrganizationError, match="people_file is missing: ties need the people that they join"
    ):
        load_imported(load({"organization": SMALL}))


# --- overrides ----------------------------------------------------------------------------------------------

PLAN: dict[str, Any] = {
    "organization": SMALL,
    "levers": [{"lever": "L01", "dose": 1.0}, {"dose": 2.0}, {"lever": "no such lever"}],
    "start": [{"conduct_shift": {"L01": [0.1, 0.5]}}],
}


def test_overrides_reach_into_lists_by_number() -> None:
    made = load({**PLAN, "levers": PLAN["levers"][:1]}, overrides=["start[0].conduct_shift.L01[1]=0.25"])
    assert made.start[0].conduct_shift == {"L01": [0.1, 0.25]}
    assert "counted from 0; there is no levers.1" in message(
        {**PLAN, "levers": PLAN["levers"][:1]}, "levers[1]={}"
    )


def test_overrides_that_go_through_a_value_say_so() -> None:
    assert "--set run.years.of.x=1: run.years is 2, which has nothing inside it" in message(
        {"organization": SMALL, "run": {"years": 2}}, "run.years.of.x=1"
    )
    assert "parameters.push.hard: there is no parameter 'push.hard'" in message(
        {"organization": SMALL}, "parameters.push.hard=1"
    )


def test_entries_without_a_name_are_passed_over() -> None:
    """The lever is sought by name; one entry has none and one is no lever, which is said afterwards."""
    said = message(PLAN, "levers.L01.dose=3")
    assert "--set" not in said and "no such lever" in said
    said = message({**PLAN, "levers": PLAN["levers"][1:]}, "levers.L01.dose=3")
    assert 'the plan has no lever L01; add it with levers+={lever="L01"}' in said


@pytest.mark.parametrize("parts", [21, 3000])
def test_a_path_too_deep_is_one_sentence(parts: int) -> None:
    said = message({"organization": SMALL}, "title." + ".".join("a" * (parts - 1)) + "=1")
    assert f"a path of {parts} parts; no place of a scenario lies deeper than 20" in said
    assert len(said) < 400


def test_tables_as_deep_as_they_may_be_are_named_by_their_place() -> None:
    assert "title: expected text" in message({"organization": SMALL}, "title." + ".".join("a" * 19) + "=1")


# --- values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (True, "expected a share such as 0.05 or a count such as 3, found True"),
        ("half", "expected a share such as 0.05 or a count such as 3, found 'half'"),
        (0, "expected a count of 1 or more, found 0"),
        (1.5, "expected a share above 0 and at most 1, found 1.5; a count is a whole number"),
    ],
)
def test_a_part_is_a_share_or_a_count(value: object, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        part(value)
    assert str(caught.value) == says
    assert [part(good) for good in (0.05, 3, 1.0)] == [0.05, 3, 1.0]


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"organization": {"people_file": "x.csv", "survey_scale": [5, 1]}}, "survey_scale must rise, found [5.0, 1.0]"),
        ({"shocks": [{"barrier": "sponsor_withdraws", "start": 1, "for": 0}]},
         "for = 0 lasts no time; remove the shock or give it a length"),
        ({"start": [{"conduct_shift": {"L01": [0.1, 0.5], "L02": [0.1]}}]},
         "conduct_shift.L02 must be [shift in log-odds from -5 to 5, share from 0 to 1], found [0.1]"),
        ({"organization": {"people_file": "x.csv", "layers": {"a": {"target": "peers", "sort": 1}}}},
         "unknown key 'sort'; valid here: target, influence, threshold, kind"),
        ({"run": {"years": {"much": 1}}}, "run.years"),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_said_with_their_place(tables: dict[str, Any], says: str) -> None:
    assert says in message({"organization": SMALL, **tables})


def test_toml_leaves_out_what_is_not_there_and_refuses_what_it_does_not_know() -> None:
    assert writer.write({"a": None, "b": 1, "t": {"x": None, "y": float("nan")}}) == "b = 1\n\n[t]\ny = nan\n"
    with pytest.raises(TypeError, match="cannot write set as TOML"):
        writer.write({"a": {1, 2}})


# --- what a plan does ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "lasts"), [({}, (0.0, float("inf"))), ({"start": 0.25, "stop": 0.5}, (0.25, 0.5))]
)
def test_a_misuse_meets_its_barrier_as_long_as_it_is_practised(
    use: dict[str, float], lasts: tuple[float, float]
) -> None:
    own = {
        "name": "Walking meetings",
        "direct": {"safety": 0.4},
        "fit": {"authority": 1.0},
        "misuse": {"with": "compliance_only"},
        "misuse_text": "Everybody walks because they must.",
    }
    levers = [{"lever": "walking", "misused": True, **use}]
    (met,) = plan(lever_definitions={"walking": own}, levers=levers).disturbances
    assert met.name == "compliance_only" and (met.start, met.stop) == lasts and met.cover.sum() == 20
    assert not plan(lever_definitions={"walking": own}, levers=[{"lever": "walking"}]).disturbances


def test_a_lever_that_reaches_nobody_is_refused() -> None:
    own = {"name": "For outsiders", "direct": {"safety": 0.4}, "covers": ["community"]}
    said = message({"organization": SMALL, "lever_definitions": {"own": own}, "levers": [{"lever": "own"}]})
    assert "own (For outsiders) reaches nobody in this organisation; change who or cover" in said


def test_conduct_that_nobody_practises_deserves_a_look() -> None:
    made = plan(levers=[{"lever": "L01"}])
    assert not any("nobody" in text for text in warnings(made))
    item = made.programmes[0]
    empty = replace(made, programmes=(replace(item, actors=item.actors[:0]),))
    assert warnings(empty) == [
        *warnings(made),
        "L01 (Lead by example) is practised by nobody in this organisation.",
    ]


def test_thresholds_and_habit_of_the_start_are_said() -> None:
    text = "\n".join(plan_in_words(plan(start=[{"threshold_factor": 1.5, "habit": 0.4}])))
    assert "Adoption thresholds are 1.5 times the usual." in text
    assert "Habit has hardened to 0.4 (0 none, 1 complete)." in text
    usual = "\n".join(plan_in_words(plan()))
    assert "Adoption thresholds" not in usual and "Habit has hardened" not in usual
    assert np.isclose(plan(start=[{"habit": 0.4}]).start.habit, 0.4)


def test_an_owner_is_said_in_the_label() -> None:
    plan = {**PLAN, "levers": [{"lever": "L01", "owner": "Ann"}]}
    assert "unknown key 'owner'; say who owns it in its label" in message(plan)
