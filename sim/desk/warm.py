"""Runs that begin where business as usual ends.

Before a plan begins there is a year of business as usual (`run.burn_in`) in which it changes nothing.  That year is
lived through once for each replicate and kept; a plan with other doses, dates or prices goes on from there, and what
comes out is what a run from the start gives, bit for bit (a test holds it to that).  What a plan brings along (seats,
ties, how behaviours fit, parameters) decides which year it was, and is part of the key.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Any, Final

import numpy as np

from sim.engine.blueprint import Blueprint
from sim.engine.run import Simulation
from sim.engine.world import parameter_record, pushback

# Arrays of the world that a run changes; the rest is what the plan lays down.
CHANGING: Final = (
    "flags", "flags_before", "state", "trait", "reference", "voice", "signal", "active", "source", "weight", "pair",
    "pair_on", "pair_toggle", "z", "usual_conduct", "usual_boss", "push", "hours", "felt", "felt_usual", "radiated",
    "spread", "leader_felt", "memory", "memory_usual", "flow", "targeting", "observed", "words", "population",
    "credit",
)  # fmt: skip
ROOM: Final = 400_000_000  # bytes kept at most
Kept = dict[str, Any]


def warm_key(drawing: Blueprint, seed: int, offset: float) -> bytes:
    """What the year before the plan depends on, as a hash."""
    resolved, ties = drawing.resolved, drawing.ties
    organization = resolved.organization
    digest = hashlib.blake2b(digest_size=16)
    for array in (
        organization.manager, organization.level, organization.department, organization.tenure,
        ties.start, ties.source, ties.weight, ties.pair, ties.pair_a, ties.pair_b, ties.pair_programme, ties.pair_on,
        drawing.row, drawing.opens, drawing.fit,
        parameter_record(resolved, offset), pushback(resolved, resolved.parameters["pushback_share"]),
    ):  # fmt: skip
        digest.update(np.ascontiguousarray(array).tobytes())
    for name in sorted(organization.survey):
        digest.update(np.ascontiguousarray(organization.survey[name]).tobytes())
    digest.update(repr((seed, resolved.burn_steps, resolved.dt, sorted(resolved.responses.items()))).encode())
    return digest.digest()


class BurnedIn:
    """Worlds at the end of their year of business as usual, the least used ones forgotten first.

    Args:
        room: bytes kept at most.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._held = room, 0
        self._kept: OrderedDict[tuple[bytes, int], Kept] = OrderedDict()
        self._lock = Lock()

    def begin(
        self,
        drawing: Blueprint,
        key: bytes,
        *,
        seed: int,
        replicate: int,
        offset: float,
        events: bool = False,
    ) -> Simulation:
        """A run that stands one step before its plan begins.

        Args:
            key: `warm_key` of the drawing.
        """
        before = drawing.resolved.burn_steps - 1
        known = self._found((key, replicate)) if before >= 1 else None
        simulation = Simulation(
            drawing, seed=seed, replicate=replicate, alpha_offset=offset, events=events, people=known is None
        )
        if before < 1:
            return simulation
        if known is None:
            simulation.advance(before)
            self._keep((key, replicate), _copied(simulation))
        else:
            _put_back(simulation, known, before)
        return simulation

    def _found(self, key: tuple[bytes, int]) -> Kept | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: tuple[bytes, int], made: Kept) -> None:
        size = _size(made)
        with self._lock:
            if key in self._kept or size > self._room:
                return
            self._kept[key] = made
            self._held += size
            while self._held > self._room:
                _, gone = self._kept.popitem(last=False)
                self._held -= _size(gone)


def _copied(simulation: Simulation) -> Kept:
    return {name: getattr(simulation.world, name).copy(order="K") for name in CHANGING}


def _put_back(simulation: Simulation, kept: Kept, step: int) -> None:
    """The kept world in the place of the one just built, but for when the plan's own ties come."""
    world = simulation.world
    own = world.pair_programme >= 0
    for name in CHANGING:
        getattr(world, name)[...] = kept[name]
    world.pair_toggle[own] = world.programme_starts[world.pair_programme[own]]
    simulation.step = step


def _size(kept: Kept) -> int:
    return sum(int(array.nbytes) for array in kept.values())
