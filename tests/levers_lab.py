"""A small organisation to try levers on: plans, paired runs, and what differs between two arms.

Arms share their luck (same seed, same replicate), so what differs is what the lever did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.layout import (
    CARE_FELT,
    LEADS,
    M_E,
    M_G,
    M_HEAD,
    M_PRACTISING,
    M_PSI,
    M_S,
    M_SHARING,
    OCCASIONS_FELT,
    PRACTISING,
    Q0,
    R0,
    RECOGNITION_FELT,
    VACANT,
    Y_E,
    Y_G,
    Y_PSI,
    World,
)  # fmt: skip
from sim.engine.run import RunRecord, Simulation, run
from sim.engine.stationary import offset_for
from sim.organization.people import Ties
from sim.scenario import Resolved, load, resolve
from sim.theory.channels import LAYERS, TOPICS

PEOPLE = 150
SEED = 20_261
TINY = 1e-11  # ties that come later shift the order of sums; rounding is no effect

Floats = npt.NDArray[np.float64]


def plan(
    *levers: Mapping[str, Any],
    start: Sequence[Mapping[str, Any]] = (),
    shocks: Sequence[Mapping[str, Any]] = (),
    parameters: Mapping[str, float] | None = None,
    organization: Mapping[str, Any] | None = None,
    years: float = 2.0,
    burn_in: float = 0.25,
) -> Resolved:
    """A plan on the small organisation, resolved."""
    return resolve(
        load(
            {
                "name": "trial",
                "organization": {"people": PEOPLE, "departments": 5, "seed": 3} | dict(organization or {}),
                "levers": [dict(row) for row in levers],
                "start": [dict(row) for row in start],
                "shocks": [dict(row) for row in shocks],
                "parameters": dict(parameters or {}),
                "run": {"years": years, "burn_in": burn_in},
            }
        )
    )


@lru_cache(maxsize=1)
def usual_offset() -> float:
    """What makes business as usual of the small organisation stationary; the same in every arm."""
    return offset_for(plan()).value


def records(resolved: Resolved, replicates: int, *, seed: int = SEED) -> list[RunRecord]:
    """Runs with replicate numbers 0, 1, …, on two threads."""
    made = blueprint(resolved)
    offset = usual_offset()

    def one(replicate: int) -> RunRecord:
        return run(made, seed=seed, replicate=replicate, alpha_offset=offset)

    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(one, range(replicates)))


METRIC = {
    "practising": M_PRACTISING, "enthusiasm": M_E, "safety": M_PSI, "mindset": M_G, "skill": M_S, "sharing": M_SHARING,
}  # fmt: skip


def means(found: Sequence[RunRecord], metric: str, *, last: int = 13) -> Floats:
    """Mean of a recorded metric over all staff and the last `last` records (a year), a number a run."""
    column = METRIC[metric]
    return np.array([(r.series[-last:, 0, column] / r.series[-last:, 0, M_HEAD]).mean() for r in found])


def paired(arm: Floats, other: Floats) -> tuple[float, float]:
    """Mean paired difference and its standard error."""
    gap = arm - other
    return float(gap.mean()), float(gap.std(ddof=1) / np.sqrt(len(gap)))


def cut(resolved: Resolved, layers: Sequence[str]) -> Resolved:
    """The same plan where these relationships do not exist: neither standing, nor brought, nor by broadcast."""
    gone = [LAYERS.index(layer) for layer in layers]

    def left(ties: Ties) -> Ties:
        return ties.where(~np.isin(ties.layer, gone))

    organization = resolved.organization
    parameters = dict(resolved.parameters)
    if "ripples" in layers:
        parameters["broadcast"] = 0.0  # the executives' broadcast is a ripple to everybody
    return replace(
        resolved,
        organization=organization.with_ties(left(organization.ties)),
        programmes=tuple(replace(item, ties=left(item.ties)) for item in resolved.programmes),
        parameters=parameters,
    )


def arcs(world: World, n: int) -> set[tuple[int, int, int]]:
    """Ties that exist now among the first n seats: (hearer, layer, source)."""
    found = set()
    for hearer in range(n):
        for layer in range(len(LAYERS)):
            first = world.start[hearer, layer]
            for slot in range(first, first + world.active[hearer, layer]):
                if world.source[slot] < n:
                    found.add((hearer, layer, int(world.source[slot])))
    return found


def changed(a: World, b: World) -> dict[str, npt.NDArray[np.int64]]:
    """States (names of `sim.behaviours.lever.STATES`) that differ between two worlds, and on which seats.

    Numbers that a person only carries over to the next step stand for the state they then move: felt care for
    turnover, felt recognition and occasions to share for skill (of those who hear) and memory.
    """
    n = min(len(a.manager), len(b.manager))
    found: dict[str, npt.NDArray[np.int64]] = {}

    def put(name: str, seats: npt.NDArray[np.bool_]) -> None:
        if seats.any():
            found[name] = np.union1d(found.get(name, np.empty(0, dtype=np.int64)), np.flatnonzero(seats))

    def differ(*columns: int) -> npt.NDArray[np.bool_]:
        gap: npt.NDArray[np.bool_] = (np.abs(a.state[:n, columns] - b.state[:n, columns]) > TINY).any(axis=1)
        return gap

    bits = a.flags[:n] ^ b.flags[:n]
    put("practising", (bits & PRACTISING) != 0)
    put("turnover", (bits & VACANT) != 0)
    put("turnover", differ(CARE_FELT))
    put("enthusiasm", differ(Y_E))
    put("safety", differ(Y_PSI))
    put("mindset", differ(Y_G))
    put("skill", differ(*range(R0, R0 + TOPICS), *range(Q0, Q0 + TOPICS)))
    put("sharing", differ(RECOGNITION_FELT, OCCASIONS_FELT))
    conduct = np.zeros(n, dtype=np.bool_)
    shared = [seat for seat in range(n) if a.row[seat] >= 0 and b.row[seat] >= 0]
    conduct[shared] = (np.abs(a.z[a.row[shared]] - b.z[b.row[shared]]) > TINY).any(axis=1)
    put("conduct", conduct)
    put("memory", (np.abs(a.memory - b.memory) > TINY).any(axis=1)[a.department[:n]])
    put("targeting", (np.abs(a.targeting - b.targeting) > TINY)[a.department[:n]])
    moved = np.zeros(n, dtype=np.bool_)
    moved[[hearer for hearer, _, _ in arcs(a, n) ^ arcs(b, n)]] = True
    put("ties", moved)
    beyond = max((a, b), key=lambda world: len(world.manager))
    if (beyond.flags[n:] & VACANT == 0).any():
        found["seats"] = np.arange(n, len(beyond.manager))
    return found


class Pair:
    """Two arms with one luck, stepped together from the start of the scenario."""

    def __init__(self, one: Resolved | Blueprint, other: Resolved | Blueprint, *, replicate: int = 0) -> None:
        self.arms = [
            Simulation(arm, seed=SEED, replicate=replicate, alpha_offset=usual_offset())
            for arm in (one, other)
        ]
        for arm in self.arms:
            arm.advance(arm.burn)

    def step(self) -> dict[str, npt.NDArray[np.int64]]:
        """One more week in both; what differs after it."""
        for arm in self.arms:
            arm.advance(1)
        return changed(self.arms[0].world, self.arms[1].world)


__all__ = [
    "LEADS", "METRIC", "PEOPLE", "SEED", "Pair", "arcs", "changed", "cut", "means", "paired", "plan", "records",
    "usual_offset",
]  # fmt: skip
