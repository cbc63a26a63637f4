"""One run: from a blueprint and a seed to the record of what happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.engine.block import new_block
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.layout import N_METRIC, NEVER, World
from sim.engine.measuring import measure
from sim.engine.populating import begin
from sim.engine.schedule import advance
from sim.engine.world import build, groups_of, longest_segment
from sim.scenario.resolved import Resolved
from sim.theory.channels import CONDUCT, N_CONDUCT

BINS = 256
_ROOM = 4_000_000  # event rows held between two visits to Python


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What one run left behind.

    Attributes:
        seed, replicate: the luck it had.
        share: share of staff practising after each step, shape (steps,).
        times: years of the records, shape (records,); record 0 is the start of the scenario.
        groups: (kind, name) of each recorded group.
        series: sums over the group by metric of `layout.METRICS`, shape (records, groups, metrics).
        memory: shared memory by record, department and topic, shape (records, departments, 4).
        ledger: hours and cash by step, columns `layout.LEADER_HOURS` …, shape (steps, 6).
        credit: adoptions by what lit them (four layers, spontaneous, well-mixed) and level, shape (6, 5).
        events: step from the start of the scenario, seat, kind, source, layer, shape (events, 5); empty unless
            asked for.
        unseeded_share: share practising at the horizon among staff who were not seeded.
    """

    seed: int
    replicate: int
    share: npt.NDArray[np.float64]
    times: npt.NDArray[np.float64]
    groups: list[tuple[str, str]]
    series: npt.NDArray[np.float64]
    memory: npt.NDArray[np.float64]
    ledger: npt.NDArray[np.float64]
    credit: npt.NDArray[np.int64]
    events: npt.NDArray[np.int32]
    unseeded_share: float


class Simulation:
    """A run that can be stepped, looked at, copied and taken on.

    Args:
        plan: blueprint or resolved scenario.
        seed, replicate: decide the luck.
        alpha_offset: see `sim.engine.stationary`.
        events: whether to keep events.
        record_every: steps between two records by group; four weeks by default.
        people: whether to draw the people, see `sim.engine.world.build`.
    """

    def __init__(
        self,
        plan: Blueprint | Resolved,
        *,
        seed: int,
        replicate: int = 0,
        alpha_offset: float = 0.0,
        events: bool = False,
        record_every: int | None = None,
        people: bool = True,
    ) -> None:
        self.plan = plan if isinstance(plan, Blueprint) else blueprint(plan)
        self.resolved = self.plan.resolved
        self.seed, self.replicate = seed, replicate
        per_year = self.resolved.steps_per_year
        self.every = record_every or max(1, per_year // 13)
        self.quarter = max(1, per_year // 4)
        n = self.resolved.organization.n
        self._chunk = max(1, min(_ROOM // (4 * n + 64), per_year)) if events else 1 << 30
        self.world, self._handle, self.p = build(
            self.plan, seed, replicate, alpha_offset=alpha_offset, events=events,
            room=self._chunk * (4 * n + 64) if events else 0, people=people,
        )  # fmt: skip
        groups = groups_of(self.resolved)
        self._groups = groups
        records = self.resolved.steps // self.every + 1
        self._series = np.zeros((records, len(groups), N_METRIC))
        self._memory = np.zeros((records, *self.world.memory.shape))
        widest = longest_segment(self.plan)
        self._block, self._crowd = new_block(), np.zeros(3)
        self._leaders, self._weights = np.zeros(widest, dtype=np.int32), np.zeros(widest)
        self._z_next = np.zeros_like(self.world.z)
        self._histogram = np.zeros((len(groups), BINS))
        self._events: list[npt.NDArray[np.int32]] = []
        self.step = 0
        self.burn = self.resolved.burn_steps
        self.seeded = np.zeros(n, dtype=np.bool_)
        if self.burn == 0:
            self._begin()

    def _begin(self) -> None:
        """The scenario begins: seeds, starting conditions, first record."""
        n = self.resolved.organization.n
        used, committed = np.zeros(n), np.zeros(n, dtype=np.uint8)
        for seeding in self.resolved.seedings:
            used[seeding.seats] = np.maximum(used[seeding.seats], seeding.used)
            committed[seeding.seats] |= np.uint8(seeding.committed)
            self.seeded[seeding.seats] = True
        shift, shift_share = np.zeros(N_CONDUCT), np.zeros(N_CONDUCT)
        for name, (size, part) in self.resolved.start.conduct_shift.items():
            shift[CONDUCT.index(name)], shift_share[CONDUCT.index(name)] = size, part
        begin(self._handle, self.p, self.step, used, committed, shift, shift_share, self.resolved.start.habit)
        self._take_events()
        measure(self._handle, self._block, self._series[0], self._histogram)
        self._memory[0] = self.world.memory

    @property
    def done(self) -> bool:
        """Whether the horizon is reached."""
        return self.step >= self.burn + self.resolved.steps

    def advance(self, steps: int = 1) -> None:
        """Run up to `steps` further steps (burn-in steps count), stopping at the horizon."""
        last = min(self.step + steps, self.burn + self.resolved.steps)
        while self.step < last:
            stop = min(last, self.step + self._chunk)
            if self.step < self.burn:
                stop = min(stop, self.burn)
            self._advance(stop)
            if self.step == self.burn:
                self._begin()

    def _advance(self, stop: int) -> None:
        # Memory by record is copied in Python, so stop at each record's step.
        while self.step < stop:
            at = self.step - self.burn
            to = stop
            if at >= 0:
                to = min(stop, self.burn + (at // self.every + 1) * self.every)
            advance(
                self._handle, self._block, self.p, self.step, to, self.burn, self.quarter, self.every, self._series,
                self._crowd, self._leaders, self._weights, self._histogram, self._z_next,
            )  # fmt: skip
            self.step = to
            if at >= 0 and (to - self.burn) % self.every == 0:
                self._memory[(to - self.burn) // self.every] = self.world.memory
            self._take_events()

    def _take_events(self) -> None:
        count = int(self.world.event_count[0])
        if count:
            if count > len(
                self.world.events
            ):  # the room is sized for the worst case, so this is a fault of ours
                raise RuntimeError(
                    f"{count} events in {self._chunk} steps exceed the room for {len(self.world.events)}"
                )
            self._events.append(self.world.events[:count].copy())
            self.world.event_count[0] = 0

    def record(self) -> RunRecord:
        """What happened so far."""
        from sim.engine.layout import PRACTISING, VACANT

        world, resolved = self.world, self.resolved
        others = resolved.organization.staff & ~self.seeded & ((world.flags & VACANT) == 0)
        practising = (world.flags & PRACTISING) != 0
        events = np.concatenate(self._events) if self._events else np.zeros((0, 5), dtype=np.int32)
        events = events.copy()
        events[:, 0] -= self.burn
        return RunRecord(
            seed=self.seed,
            replicate=self.replicate,
            share=world.share,
            times=np.arange(len(self._series), dtype=np.float64) * self.every * resolved.dt,
            groups=self._groups,
            series=self._series,
            memory=self._memory,
            ledger=world.ledger,
            credit=world.credit,
            events=events,
            unseeded_share=float(practising[others].mean()) if others.any() else 0.0,
        )


def run(
    plan: Blueprint | Resolved,
    *,
    seed: int,
    replicate: int = 0,
    alpha_offset: float = 0.0,
    events: bool = False,
) -> RunRecord:
    """Run a scenario once, from business as usual to its horizon."""
    simulation = Simulation(plan, seed=seed, replicate=replicate, alpha_offset=alpha_offset, events=events)
    simulation.advance(simulation.burn + simulation.resolved.steps)
    return simulation.record()


__all__ = ["NEVER", "RunRecord", "Simulation", "World", "run"]
