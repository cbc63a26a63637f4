"""How business as usual is made stationary at the points of a sweep: which way, decided by the plan alone.

- `default`: the offset of the scenarios' own parameters at every point; right where nothing that varies acts at
  business as usual, rough otherwise.
- `search`: a few runs at every point (`sim.engine.stationary.offset_near`).
- `emulate`: runs at some hundred pilot points inside the design's box; a smooth function of the columns that act at
  business as usual, fitted to them, gives the offset of every point (`sim.experiments.usual`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.engine.stationary import INERT
from sim.experiments.design_table import Design
from sim.experiments.points import PARAMETERS, SweptArm, own_path

METHODS: Final = ("emulate", "search", "default")
EMULATE_FROM: Final = 300  # distinct points from which a pilot is cheaper than searching each
# Nothing of these is there at business as usual.
NOT_USUAL: Final = (
    "levers",
    "shocks",
    "start",
    "seed",
    "run",
    "money",
    "outputs",
    "name",
    "title",
    "question",
)


def acts_at_usual(path: str) -> bool:
    """Whether business as usual can depend on a path of a design."""
    proper = own_path(path)[1]
    if proper.startswith(PARAMETERS):
        return proper.removeprefix(PARAMETERS) not in INERT
    return proper.split(".")[0].removesuffix("+") not in NOT_USUAL


def acting_columns(arm: SweptArm, design: Design) -> tuple[int, ...]:
    """Columns of a design on which an arm's business as usual can depend: they vary, and they act."""
    return tuple(
        k
        for k in sorted((*arm.parameters, *arm.others))
        if acts_at_usual(design.paths[k]) and (design.values[k] != design.values[k][0]).any()
    )


def choose_method(arms: Sequence[SweptArm], design: Design) -> str:
    """The cheapest way that is good enough."""
    columns = sorted({k for arm in arms for k in acting_columns(arm, design)})
    if not columns:
        return "default"
    return "emulate" if distinct(design, columns) >= EMULATE_FROM else "search"


def distinct(design: Design, columns: Sequence[int], *, enough: int = EMULATE_FROM) -> int:
    """Number of different points in some columns; counting stops at `enough`."""
    seen: set[tuple[object, ...]] = set()
    for start in range(0, design.n_points, 4096):
        chosen = [design.values[k][start : start + 4096].tolist() for k in columns]
        seen.update(zip(*chosen, strict=True))
        if len(seen) >= enough:
            break
    return len(seen)


def codes(design: Design, column: int) -> list[str]:
    """Categories of a text column in order of their names."""
    return sorted(set(np.asarray(design.values[column]).tolist()))
