"""Keep a run of the engine as it is now and branch futures from it; the same for a model of agents.

saved = checkpoint(simulation)
same, other = saved.restore(), saved.restore(replicate=7)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from sim.arguments import whole
from sim.engine.layout import SW_EVENTS
from sim.model.checkpoint import Checkpoint, CheckpointError
from sim.model.model import LearningCultureModel
from sim.theory.chance import keys

if TYPE_CHECKING:
    from sim.engine.blueprint import Blueprint
    from sim.engine.run import Simulation


@dataclass(frozen=True, slots=True)
class RunCheckpoint:
    """A run of the engine as it was, by `checkpoint`.

    Attributes:
        plan: of the run, never changed by it; seed, replicate: its luck; every: steps between records.
        step: steps done, burn-in included; arrays: of the world, by name; rest: what else has come about.
    """

    plan: Blueprint
    seed: int
    replicate: int
    every: int
    step: int
    arrays: dict[str, Any]
    rest: dict[str, Any]

    def restore(self, *, replicate: int | None = None) -> Simulation:
        """A new run that goes on from here; as often as one likes.

        Args:
            replicate: luck of this replicate of the run's seed from here on; the same luck where not given.

        Raises:
            CheckpointError: a replicate that is no whole number from 0 up.
        """
        from sim.engine.run import Simulation

        if replicate is not None:
            replicate = whole("replicate", replicate, error=CheckpointError)
        run = Simulation(
            self.plan,
            seed=self.seed,
            replicate=self.replicate,
            alpha_offset=self.rest["alpha_offset"],
            events=self.rest["events_kept"],
            record_every=self.every,
        )
        for name, kept in self.arrays.items():
            getattr(run.world, name)[...] = kept
        run._series[...], run._memory[...] = self.rest["series"], self.rest["memory"]
        run._events = [table.copy() for table in self.rest["events"]]
        run.seeded[...], run.step = self.rest["seeded"], self.step
        if replicate is not None:
            run.replicate = replicate
            run.world.key[...] = keys(self.seed, replicate)
        return run


@overload
def checkpoint(run: Simulation) -> RunCheckpoint: ...
@overload
def checkpoint(run: LearningCultureModel) -> Checkpoint: ...


def checkpoint(run: Simulation | LearningCultureModel) -> RunCheckpoint | Checkpoint:
    """The run as it is now; its `restore` makes new runs that go on from here."""
    from sim.engine.run import Simulation

    return _of_engine(run) if isinstance(run, Simulation) else run.checkpoint()


def _of_engine(run: Simulation) -> RunCheckpoint:
    arrays = {
        name: array.copy()
        for name, array in run.world._asdict().items()
        if isinstance(array, np.ndarray) and array.flags.writeable
    }
    rest = {
        "alpha_offset": float(run.p["alpha_offset"]),
        "events_kept": bool(run.world.switches[SW_EVENTS]),
        "series": run._series.copy(),
        "memory": run._memory.copy(),
        "events": [table.copy() for table in run._events],
        "seeded": run.seeded.copy(),
    }
    return RunCheckpoint(run.plan, run.seed, run.replicate, run.every, run.step, arrays, rest)
