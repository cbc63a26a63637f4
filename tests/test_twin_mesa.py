"""The model in Mesa's idiom: agents, sets of agents, a data collector; and subclasses that change it."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pytest
from twin_cases import short

from sim.model import (
    CommunityMember,
    Employee,
    Executive,
    Impressions,
    LearningCultureModel,
    LearningLeader,
    Manager,
    Person,
)
from sim.scenario import Resolved, ScenarioError
from sim.theory.channels import CONDUCT


@pytest.fixture(scope="module")
def plan() -> Resolved:
    return short("all_levers", run={"years": 0.5, "burn_in": 0.0}, organization={"community": 3})


def ran(plan: Resolved, steps: int = 26, **more: Any) -> LearningCultureModel:
    model = LearningCultureModel(plan, rng=1, alpha_offset=0.1, **more)
    for _ in range(steps):
        model.step()
    return model


def test_one_agent_a_seat_by_type(plan: Resolved) -> None:
    model = ran(plan, 0)
    assert isinstance(model, mesa.Model)
    assert len(model.agents) == plan.organization.n
    kinds = {Executive, Manager, Employee, LearningLeader, CommunityMember}
    assert set(model.agents_by_type) == kinds and all(issubclass(kind, Person) for kind in kinds)
    counts = np.bincount(plan.organization.level, minlength=5)
    assert [len(model.agents_by_type[kind]) for kind in (Executive, Manager, Employee)] == counts[:3].tolist()
    for person in model.agents:
        assert person.manager is None or person in person.manager.reports


def test_sets_of_agents_work(plan: Resolved) -> None:
    model = ran(plan)
    managers = model.agents_by_type[Manager]
    keen = managers.select(lambda person: person.enthusiasm > 0.0)
    assert 0 < len(keen) <= len(managers)
    assert model.agents.agg("tenure", max) > 0.0
    by_state = model.agents.groupby("state").count()
    assert sum(by_state.values()) == len(model.agents)
    assert by_state["practising"] == sum(person.practising for person in model.people)
    model.agents.set("tenure", 5.0)
    assert set(model.agents.get("tenure")) == {5.0}


def test_the_data_collector_tells_the_story(plan: Resolved) -> None:
    reporters = {"enthusiasm": "enthusiasm", "practising": "practising", "skill": lambda person: person.skill}
    model = ran(plan, agent_reporters=reporters)
    table = model.datacollector.get_model_vars_dataframe()
    assert table["week"].tolist() == list(range(1, 27))
    assert table["practising"].tolist() == model.share
    assert table["headcount"].tolist() == [page.headcount for page in model.ledger]
    agents = model.datacollector.get_agent_vars_dataframe()
    assert agents.shape == (26 * len(model.agents), 3)
    last = agents.xs(26, level="Step")
    assert last["skill"].tolist() == [person.skill for person in model.agents]


def test_it_runs_to_its_horizon_and_says_so() -> None:
    model = LearningCultureModel(
        short("business_as_usual", run={"years": 0.25, "burn_in": 0.25}), rng=2, alpha_offset=0.0
    )
    assert model.week == -13 and model.running
    model.run_model()
    assert model.week == 13 and not model.running and len(model.ledger) == 13
    with pytest.raises(ValueError, match="ends after 13 steps"):
        model.step()


def test_same_luck_same_run_and_other_luck_another(plan: Resolved) -> None:
    one, same = ran(plan, 13), ran(plan, 13)
    assert one.events == same.events and one.share == same.share
    assert ran(plan, 13, replicate=1).events != one.events
    drawn = LearningCultureModel(plan, alpha_offset=0.1)
    again = LearningCultureModel(plan, rng=drawn.seed_of_run, alpha_offset=0.1)
    assert [person.usual_enthusiasm for person in drawn.people] == [
        person.usual_enthusiasm for person in again.people
    ]


def test_mesa_shuffling_and_other_agents_do_not_disturb_it(plan: Resolved) -> None:
    class Observer(mesa.Agent):  # type: ignore[misc]
        """Looks on."""

    expected = ran(plan, 13)
    model = LearningCultureModel(plan, rng=1, alpha_offset=0.1)
    Observer(model)
    for _ in range(13):
        model.agents.shuffle(inplace=True)
        model.random.random()
        model.step()
    assert model.events == expected.events
    assert [person.enthusiasm for person in model.people] == [person.enthusiasm for person in expected.people]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"rng": -1}, "rng must be a whole number"),
        ({"rng": 1.5}, "rng must be a whole number"),
        ({"rng": True}, "rng must be a whole number"),
        ({"rng": 1, "replicate": None}, "replicate must be a whole number"),
        ({"rng": 1, "agent_classes": {"boss": Manager}}, "no level 'boss'"),
        ({"rng": 1, "agent_classes": {"manager": dict}}, "must be a subclass of Person"),
    ],
)
def test_bad_input_is_said_in_one_line(plan: Resolved, more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        LearningCultureModel(plan, alpha_offset=0.0, **more)


def test_an_unknown_scenario_is_said() -> None:
    with pytest.raises(ScenarioError, match="stars_alin"):
        LearningCultureModel("stars_alin", rng=1)


# --- subclasses ---------------------------------------------------------------------------------------------


class WarmManager(Manager):
    """Coaches (L10) two log-odds more than a usual manager, whatever the plan says."""

    def conduct(self) -> list[float]:
        """As always, and warmer."""
        z = list(super().conduct())
        z[CONDUCT.index("L10")] += 2.0
        return z


class QuickLearner(Employee):
    """Learns twice as much from peers."""

    def hear_peers(self, got: Impressions) -> None:
        """As always, with twice the pull."""
        super().hear_peers(got)
        got.pulls = [2.0 * pull for pull in got.pulls]


class Loyal(Employee):
    """Never leaves."""

    def leaving_hazard(self) -> float:
        """None."""
        return 0.0


def mean(people: list[Person], name: str) -> float:
    return sum(getattr(person, name) for person in people) / len(people)


def test_a_manager_of_another_kind_changes_the_reports() -> None:
    plan = short("business_as_usual", run={"years": 1, "burn_in": 0.0})
    usual = ran(plan, 40)
    warm = ran(plan, 40, agent_classes={"manager": WarmManager})
    assert WarmManager in warm.agents_by_type and Manager not in warm.agents_by_type

    def reports(model: LearningCultureModel) -> list[Person]:
        return [
            person for person in model.people if person.manager and person.manager.level_name == "manager"
        ]

    assert mean(reports(warm), "safety") > mean(reports(usual), "safety") + 0.2
    # employees who lead nobody imitate nobody; the conduct of managers under managers follows
    assert warm.share != usual.share or warm.events != usual.events


def test_an_overridden_method_of_an_employee_takes_effect() -> None:
    plan = short("all_levers", run={"years": 1, "burn_in": 0.0})
    usual, other = ran(plan, 20), ran(plan, 20, agent_classes={"employee": QuickLearner})
    gained = [sum(sum(person.gain) for person in model.agents_by_type[kind]) for model, kind in
              ((usual, Employee), (other, QuickLearner))]  # fmt: skip
    assert gained[0] != gained[1]
    loyal = ran(plan, 52, agent_classes={"employee": Loyal})
    left = {loyal.people[seat].level_name for _, seat, kind, _, _ in loyal.events if kind == 2}
    assert "employee" not in left


def test_a_subclass_that_changes_nothing_changes_nothing(plan: Resolved) -> None:
    class Quiet(Employee):
        """An employee with a note."""

        def __init__(self, model: LearningCultureModel, number: int) -> None:
            super().__init__(model, number)
            self.note = "subclasses may carry what they like"

    same = ran(plan, 26, agent_classes={"employee": Quiet})
    assert same.events == ran(plan).events
