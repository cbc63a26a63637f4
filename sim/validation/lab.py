"""Runs of a limit: the scenario file by the ordinary loader, on the compiled kernels, and in the agents beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from sim.calibration.cases import THREADS
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.run import Simulation
from sim.scenario import Resolved, load, resolve

SEED: Final = 20_260_801  # luck of the validation: neither that of the patterns nor that of an experiment
_ROUNDING: Final = 1e-12  # the two add the same numbers in different orders
T = TypeVar("T")


def scenario(name: str, *overrides: str) -> Resolved:
    """A bundled scenario, resolved; limits by their name alone ("bass")."""
    return resolve(load(name, overrides=overrides))


def limit(name: str, *overrides: str) -> Resolved:
    """A bundled limit, resolved ("bass")."""
    return scenario(f"limits/{name}", *overrides)


def begin(plan: Blueprint | Resolved, replicate: int = 0) -> Simulation:
    """A run at its start; the offset is that which the scenario fixes, else 0."""
    resolved = plan.resolved if isinstance(plan, Blueprint) else plan
    offset = resolved.fixed_offset or 0.0
    return Simulation(plan, seed=SEED, replicate=replicate, alpha_offset=offset, record_every=10**6)


def replicates(plan: Resolved, look: Callable[[Simulation], T], count: int) -> list[T]:
    """`look` at each of `count` runs, some at once, in order."""
    drawn = blueprint(plan)
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        return list(pool.map(lambda r: look(begin(drawn, r)), range(count)))


def each(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """Do several things, some at once, in order."""
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        return list(pool.map(lambda job: job(), jobs))


def to_rest(simulation: Simulation, patience: int = 8) -> npt.NDArray[np.bool_]:
    """Run a deterministic spread until nothing has changed for `patience` steps; who practises, shape (n,)."""
    before, quiet = practisers(simulation), 0
    while not simulation.done and quiet < patience:
        simulation.advance(1)
        now = practisers(simulation)
        quiet = quiet + 1 if (now == before).all() else 0
        before = now
    return before


def practisers(simulation: Simulation) -> npt.NDArray[np.bool_]:
    """Who practises now, shape (n,)."""
    from sim.engine.layout import PRACTISING

    found: npt.NDArray[np.bool_] = (simulation.world.flags & PRACTISING) != 0
    return found


def twin_difference(resolved: Resolved, steps: int) -> str:
    """Run engine and agents side by side; "" where they are equal at every step, else how they differ first."""
    from sim.model import LearningCultureModel
    from sim.model.twin import tables, tables_of

    offset = resolved.fixed_offset or 0.0
    simulation = Simulation(resolved, seed=SEED, alpha_offset=offset, events=True)
    model = LearningCultureModel(resolved, rng=SEED, alpha_offset=offset)
    for step in range(min(steps, resolved.burn_steps + resolved.steps)):
        simulation.advance(1)
        model.step()
        theirs = tables(model)
        for name, ours in tables_of(simulation).items():
            gap = _relative_gap(ours, theirs[name])
            if not gap <= _ROUNDING:
                return f"step {step + 1}: {name} differs by {gap:.2g}"
    return ""


def _relative_gap(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64]) -> float:
    """Largest difference, relative where numbers exceed 1 (where nobody lapses, spells last a thousand million years)."""
    if ours.size != theirs.size:
        return float("inf")
    if not ours.size:
        return 0.0
    gap = np.abs(ours - theirs.reshape(ours.shape)) / np.maximum(1.0, np.abs(ours))
    return float(np.where(np.isnan(gap), np.inf, gap).max())
