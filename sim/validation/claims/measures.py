"""Measures that stored outcomes cannot give: functions of a point, run as tasks of a sweep (`sim.experiments.tasks`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.layout import ADOPT, L_E, Y_E
from sim.engine.run import Simulation
from sim.engine.stationary import offset_near_for
from sim.scenario import load, resolve

_PLAN: Final = "stars_align"
_YEARS: Final = 2.0
_PREFIX: Final = "parameters."


def reach(point: Mapping[str, Any], *, seed: int, replicate: int) -> dict[str, float]:
    """People lit a head, by the keenest and by the least keen quarter of staff, over two years of stars_align.

    Keen is who expresses most enthusiasm (its level, whatever its reason) on the day the plan begins.  A person is lit
    by whom the engine credits: whoever the new practiser saw practise, by weight.

    Args:
        point: `parameters.NAME` and any other place of the scenario, by path.
    """
    values = tuple(sorted((key, value) for key, value in point.items()))
    drawn, offset = _prepared(values)
    simulation = Simulation(drawn, seed=seed, replicate=replicate, alpha_offset=offset, events=True)
    simulation.advance(simulation.burn)
    world = simulation.world
    keen = world.trait[:, L_E] + world.state[:, Y_E]
    simulation.advance(drawn.resolved.steps)
    top, bottom = reached(keen, simulation.record().events, drawn.resolved.organization.staff)
    return {"top": top, "bottom": bottom}


def reached(
    keen: npt.NDArray[np.float64], events: npt.NDArray[np.int32], staff: npt.NDArray[np.bool_]
) -> tuple[float, float]:
    """People lit a head by the keenest and the least keen quarter of staff.

    Args:
        keen: enthusiasm by seat, shape (n,).
        events: as in `RunRecord.events`.
        staff: which seats count, shape (n,).
    """
    adopted = events[(events[:, 2] == ADOPT) & (events[:, 0] >= 0) & (events[:, 3] >= 0)]
    lit = np.bincount(adopted[:, 3], minlength=len(keen)).astype(np.float64)
    seats = np.flatnonzero(staff)
    order = seats[np.argsort(keen[seats], kind="stable")]
    quarter = max(1, len(order) // 4)
    return float(lit[order[-quarter:]].mean()), float(lit[order[:quarter]].mean())


@lru_cache(maxsize=4)
def _prepared(values: tuple[tuple[str, Any], ...]) -> tuple[Blueprint, float]:
    """Blueprint and offset of a point: the replicates of one point share them."""
    changes = [f"{path}={value}" for path, value in values if not path.startswith(_PREFIX)]
    resolved = resolve(load(_PLAN, overrides=[f"run.years={_YEARS}", *changes]))
    drawn = {path.removeprefix(_PREFIX): float(value) for path, value in values if path.startswith(_PREFIX)}
    resolved = replace(resolved, parameters={**resolved.parameters, **drawn})
    return blueprint(resolved), offset_near_for(resolved, 0.0).value
