"""Futures branched from a checkpoint are what an uninterrupted run would have been, of agents and of the engine."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from twin_cases import trouble

from sim.engine.run import Simulation
from sim.model import Checkpoint, CheckpointError, Employee, LearningCultureModel, checkpoint
from sim.model.twin import differences, tables
from sim.scenario import Resolved

STEPS = [0, pytest.param(5, marks=pytest.mark.slow), pytest.param(13, marks=pytest.mark.slow), 30]


@pytest.fixture(scope="module")
def plan() -> Resolved:
    organization = {"people": 40, "tiers": 3, "departments": 3, "community": 2}
    return trouble(run={"years": 0.5, "burn_in": 0.25}, organization=organization)


def model_at(plan: Resolved, step: int, **more: Any) -> LearningCultureModel:
    model = LearningCultureModel(plan, rng=3, alpha_offset=0.1, **more)
    for _ in range(step):
        model.step()
    return model


def run_at(plan: Resolved, step: int) -> Simulation:
    run = Simulation(plan, seed=3, alpha_offset=0.1, events=True)
    run.advance(step)
    return run


def assert_alike(one: LearningCultureModel, other: LearningCultureModel) -> None:
    ours, theirs = tables(one), tables(other)
    for name, table in ours.items():
        np.testing.assert_array_equal(table, theirs[name], err_msg=name)
    frames = [model.datacollector.get_model_vars_dataframe() for model in (one, other)]
    assert frames[0].equals(frames[1])


@pytest.mark.parametrize("step", STEPS)
def test_a_branch_of_a_model_goes_on_as_if_uninterrupted(plan: Resolved, step: int) -> None:
    """Before, during and after business as usual, with ties, seats and shocks to come."""
    model = model_at(plan, step)
    futures = [model.checkpoint().restore(), copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    model.run_model()
    for future in futures:
        assert len(future.share) == max(step - 13, 0)
        future.run_model()
        assert_alike(model, future)


@pytest.mark.parametrize("step", STEPS)
def test_a_branch_of_the_engine_goes_on_as_if_uninterrupted(plan: Resolved, step: int) -> None:
    run = run_at(plan, step)
    saved = checkpoint(run)
    run.advance(1000)
    for _ in range(2):  # a branch leaves the checkpoint as it was
        future = saved.restore()
        assert future.step == step
        future.advance(1000)
        ours, theirs = run.record(), future.record()
        for name in ("share", "series", "memory", "ledger", "credit", "events", "unseeded_share"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


def test_branches_do_not_disturb_each_other(plan: Resolved) -> None:
    model = model_at(plan, 20)
    before, saved = tables(model), model.checkpoint()
    future = saved.restore()
    future.nobody_leaves = True
    future.run_model()
    for name, table in before.items():
        np.testing.assert_array_equal(table, tables(model)[name], err_msg=name)
    assert future.events != _ended(saved.restore()).events
    assert all(person.model is future for person in future.people)
    assert not {id(person) for person in future.people} & {id(person) for person in model.people}


def _ended(model: LearningCultureModel) -> LearningCultureModel:
    model.run_model()
    return model


def test_other_luck_from_here_on_is_the_same_in_both_worlds(plan: Resolved) -> None:
    model, run = model_at(plan, 20).checkpoint(), checkpoint(run_at(plan, 20))
    other, engine = model.restore(replicate=5), run.restore(replicate=5)
    first = other.events.copy()
    for _ in range(19):
        other.step()
        engine.advance(1)
    assert differences(engine, other) == []
    assert other.events[: len(first)] == first
    assert other.events != _ended(model.restore()).events[: len(other.events)]
    # a branch of a branch keeps the plan as it was laid out in the beginning
    again = other.checkpoint().restore()
    assert again.plan.starts == other.plan.starts and again.plan.dose == other.plan.dose


class Friendly(Employee):
    """Carries a friend, a note and a function."""

    def live(self) -> None:
        super().live()
        self.friend = self.model.people[0]
        self.note = {"week": self.model.week}


def test_what_subclasses_and_other_agents_carry_is_kept(plan: Resolved) -> None:
    class Observer(mesa.Agent):  # type: ignore[misc]
        """Looks on."""

    model = model_at(
        plan, 3, agent_classes={"employee": Friendly}, agent_reporters={"e": lambda a: a.unique_id}
    )
    Observer(model).seen = model.people[5]
    future = model.checkpoint().restore()
    friend = next(person for person in future.people if isinstance(person, Friendly))
    assert friend.friend is future.people[0] and friend.note == {"week": model.week - 1}
    observer = next(iter(future.agents_by_type[Observer]))
    assert observer.seen is future.people[5] and observer.model is future
    assert {kind: len(some) for kind, some in future.agents_by_type.items()} == {
        kind: len(some) for kind, some in model.agents_by_type.items()
    }
    future.step()
    assert len(future.datacollector.get_agent_vars_dataframe()) > 0


def test_a_checkpoint_can_be_written_and_read(plan: Resolved, tmp_path: Path) -> None:
    model = model_at(plan, 20)
    model.checkpoint().save(tmp_path / "week7")
    future = Checkpoint.load(tmp_path / "week7").restore()
    assert_alike(_ended(model), _ended(future))


def test_what_cannot_be_kept_is_said(plan: Resolved, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"no pickle")
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        Checkpoint.load(tmp_path / "other")
    (tmp_path / "list").write_bytes(pickle.dumps([1]))
    with pytest.raises(CheckpointError, match="holds a list"):
        Checkpoint.load(tmp_path / "list")
    with pytest.raises(CheckpointError, match="cannot be written"):
        model_at(plan, 0, model_reporters={"n": lambda model: 1}).checkpoint().save(tmp_path / "lambda")
    model = model_at(plan, 0)
    model.people[0].handle = open(__file__)  # noqa: SIM115
    with pytest.raises(CheckpointError, match="cannot be kept"):
        model.checkpoint()
    model.people[0].handle.close()
