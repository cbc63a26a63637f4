"""What Mesa's users expect to find: one table of everybody, quick sets of agents, and a page that says so."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pytest
from twin_cases import short

import sim
from sim.model import AGENT_COLUMNS, LearningCultureModel, Manager
from sim.theory.channels import LAYERS

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def model() -> LearningCultureModel:
    plan = short("stars_align", organization={"people": 300, "community": 4}, run={"burn_in": 0.0})
    model = LearningCultureModel(plan, rng=1, alpha_offset=0.0)
    for _ in range(6):
        model.step()
    return model


def test_the_table_of_agents_says_what_agents_are(model: LearningCultureModel) -> None:
    table = model.agent_table()
    assert list(table.columns) == [name for name in AGENT_COLUMNS if name != "seat"]
    assert table.index.name == "seat" and list(table.index) == [person.number for person in model.people]
    assert table["enthusiasm"].tolist() == [person.enthusiasm for person in model.people]
    assert (table["state"] == "practising").sum() == sum(person.practising for person in model.people)
    assert table["level"].value_counts().to_dict() == {
        level: len(some) for level, some in model.agents.groupby("level_name")
    }
    parts = table[[f"skill_{k}" for k in range(1, 5)]].mean(axis=1)
    np.testing.assert_allclose(parts, table["skill"], atol=1e-12)
    reports = table.loc[table["manager"] >= 0].groupby("manager").size()
    assert (table.loc[reports.index, "reports"] == reports).all()
    for layer, name in enumerate(LAYERS):
        assert table[f"{name}_contacts"].tolist() == [len(person.contacts[layer]) for person in model.people]
    assert not table.drop(columns="manager").isna().any().any()


def test_sets_of_agents_are_quick(model: LearningCultureModel) -> None:
    """A set operation over 300 people takes a small part of what a step takes."""

    def least(action: object, times: int = 5) -> float:
        taken = []
        for _ in range(times):
            before = time.process_time()
            action()  # type: ignore[operator]
            taken.append(time.process_time() - before)
        return min(taken)

    step = least(model.step)
    for action in (
        lambda: model.agents.select(lambda person: person.skill > 0.5),
        lambda: model.agents.agg("tenure", max),
        lambda: model.agents.groupby("level_name").agg("enthusiasm", sum),
        lambda: model.agents.do("share"),
        lambda: model.agents_by_type[Manager],
    ):
        assert least(action) < step


def test_what_is_set_on_an_agent_holds(model: LearningCultureModel) -> None:
    future = model.checkpoint().restore()
    there = [person for person in future.people if not person.vacant and person.level_name != "community"]
    future.agents.set("tenure", 5.0)
    future.step()
    stayed = [person.tenure for person in there if person.tenure > 4.0]
    assert len(stayed) > 250 and np.allclose(stayed, 5.0 + future.rhythm.dt)


def test_a_table_of_a_scenario_is_a_scenario() -> None:
    raw = {"extends": "business_as_usual", "organization": {"people": 20}, "run": {"burn_in": 0.0}}
    from_table = LearningCultureModel(raw, rng=1, alpha_offset=0.0)
    from_loaded = LearningCultureModel(sim.load(raw), rng=1, alpha_offset=0.0)
    assert len(from_table.people) == 20 and from_table.agent_table().equals(from_loaded.agent_table())


def test_spontaneous_adoption_that_is_off_is_off_here_too() -> None:
    raw = {
        "extends": "business_as_usual",
        "organization": {"people": 20},
        "responses": {"spontaneous": "off"},
    }
    model = LearningCultureModel(raw, rng=1)
    assert max(person.spontaneous for person in model.people) < 1e-100


def test_the_page_on_extending_names_what_exists() -> None:
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    named = set(re.findall(r"docs/examples/\w+\.py", text))
    assert named == {f"docs/examples/{path.name}" for path in (ROOT / "docs" / "examples").glob("*.py")}
    for row in re.findall(r"^\| \d \| (.+?) \|", text, flags=re.MULTILINE):
        for method in re.findall(r"`(\w+)`", row):
            assert callable(getattr(Manager, method)), method
