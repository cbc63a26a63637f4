"""What people who know Mesa write works here, with each Mesa that we allow, and says the truth."""

from __future__ import annotations

import re
from pathlib import Path

import mesa
import numpy as np
import pytest
from packaging.version import Version
from twin_cases import short

from sim.model import Employee, Executive, LearningCultureModel, Manager
from sim.model.agents import KINDS, Person

PLAN = {
    "organization": {"people": 60, "departments": 3, "community": 2},
    "run": {"burn_in": 0.0, "years": 0.5},
}


@pytest.fixture(scope="module")
def model() -> LearningCultureModel:
    model = LearningCultureModel(
        short("stars_align", **PLAN), rng=3, alpha_offset=0.0,
        agent_reporters={"skill": "skill", "state": lambda person: person.state},
        model_reporters={"executives": lambda m: len(m.agents_by_type[Executive])},
    )  # fmt: skip
    for _ in range(4):
        model.step()
    return model


def test_the_mesa_installed_is_one_that_we_say() -> None:
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8")
    low, high = re.search(r'"mesa>=([\d.]+),<([\d.]+)"', text).groups()  # type: ignore[union-attr]
    assert Version(low) <= Version(mesa.__version__) < Version(high)
    assert (low, high) == ("3.3", "4")


def test_it_is_a_mesa_model_of_mesa_agents(model: LearningCultureModel) -> None:
    assert isinstance(model, mesa.Model) and isinstance(model.datacollector, mesa.DataCollector)
    assert all(isinstance(person, mesa.Agent) and isinstance(person, Person) for person in model.agents)
    kinds = {kind.__name__: len(some) for kind, some in model.agents_by_type.items()}
    levels = model.resolved.organization.level.tolist()
    assert sum(kinds.values()) == len(model.agents) == len(model.people) == len(levels)
    assert kinds == {kind.__name__: levels.count(k) for k, kind in KINDS.items() if k in levels}
    assert set(model.agent_types) == set(model.agents_by_type)


def test_sets_say_what_a_loop_says(model: LearningCultureModel) -> None:
    people, everyone = model.people, model.agents
    keen = everyone.select(lambda person: person.enthusiasm > 0)
    assert set(keen) == {person for person in people if person.enthusiasm > 0}
    assert set(everyone.select(agent_type=Manager)) == set(model.agents_by_type[Manager])
    assert len(everyone.select(at_most=5)) == 5
    assert everyone.agg("skill", np.mean) == pytest.approx(np.mean([person.skill for person in people]))
    assert everyone.get("tenure") == [person.tenure for person in everyone]
    assert everyone.map(lambda person: person.number) == [person.number for person in everyone]
    by_state = everyone.groupby("state").count()
    assert by_state == {s: sum(p.state == s for p in people) for s in {p.state for p in people}}
    worst = everyone.groupby("level_name").agg("skill", min)
    assert worst["employee"] == min(person.skill for person in people if type(person) is Employee)
    first = next(iter(everyone.sort("skill", ascending=True)))
    assert first.skill == min(person.skill for person in people)
    done: list[int] = []
    everyone.do(lambda person: done.append(person.number))
    everyone.shuffle_do(lambda person: done.append(person.number))
    assert sorted(done) == sorted([person.number for person in people] * 2)


def test_shuffling_and_generators_of_mesa_change_nothing() -> None:
    plain, disturbed = (
        LearningCultureModel(short("stars_align", **PLAN), rng=3, alpha_offset=0.0) for _ in "12"
    )
    for _ in range(8):
        plain.step()
        disturbed.agents.shuffle_do(lambda person: None)
        disturbed.rng.uniform(size=7)
        disturbed.random.random()
        disturbed.step()
    assert plain.events == disturbed.events and plain.agent_table().equals(disturbed.agent_table())


def test_collected_data_are_those_of_each_step(model: LearningCultureModel) -> None:
    series = model.datacollector.get_model_vars_dataframe()
    assert (
        list(series["week"]) == [1, 2, 3, 4] and (series["executives"] == series["executives"].iloc[0]).all()
    )
    assert series["practising"].iloc[-1] == model.share_now
    agents = model.datacollector.get_agent_vars_dataframe()
    assert agents.index.names == ["Step", "AgentID"] and len(agents) == 4 * len(model.people)
    last = agents.xs(agents.index.get_level_values("Step").max(), level="Step")
    assert sorted(last["skill"]) == sorted(person.skill for person in model.people)
    assert set(last["state"]) <= {"practising", "not practising", "vacant"}


def test_the_same_rng_is_the_same_run_and_none_draws_one() -> None:
    one, same, other, drawn = (
        LearningCultureModel(short("stars_align", **PLAN), rng=rng, alpha_offset=0.0)
        for rng in (3, 3, 4, None)
    )
    for model in (one, same, other, drawn):
        model.run_model()
        assert not model.running
    assert one.events == same.events != other.events
    again = LearningCultureModel(short("stars_align", **PLAN), rng=drawn.seed_of_run, alpha_offset=0.0)
    again.run_model()
    assert again.events == drawn.events
