"""Departments: what they hold in common, and the hours that measure-and-adapt moves between them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from sim.model.noticeboard import PRESENT, SHARES, SKILL0, Noticeboard
from sim.model.rhythm import Rhythm
from sim.theory.chance import MEASURE, draw, normal
from sim.theory.channels import PLATFORM, TOPICS
from sim.theory.memory import memory_step

if TYPE_CHECKING:
    from sim.model.agents import Person


class Department:
    """A department: its staff, its shared memory, and the share of programmes' hours it gets.

    Attributes:
        memory: shared memory by topic, a departure from its usual; memory_usual: what is usually shared.
        targeting: factor on programmes' hours here, 1 unless measure-and-adapt moves them.
        seen_heads, seen_practising: counts of the last look; observed: share as observed, with error.
        shared, platform, heads: what reaches the memory in this step.
    """

    def __init__(self, number: int, name: str) -> None:
        self.number, self.name = number, name
        self.members: list[Person] = []
        self.memory = [0.0] * TOPICS
        self.memory_usual = [0.0] * TOPICS
        self.targeting = 1.0
        self.seen_heads = self.seen_practising = self.observed = 0.0
        self.shared = [0.0] * TOPICS
        self.platform = self.heads = 0.0

    def settle(self, share_usual: float) -> None:
        """What is usually written down here: mean of usual practice, sharing and skill, by topic."""
        usual = [person for person in self.members if person.opens == 0]
        if not usual:
            return
        for k in range(TOPICS):
            total = sum(person.usual_chance * share_usual * person.usual_skill[k] for person in usual)
            self.memory_usual[k] = total / len(usual)

    def take_stock(self, board: Noticeboard) -> None:
        """What those who practise here share in this step, on which platform, out of how many."""
        shown = board.shown[[person.number for person in self.members]]
        present = shown[:, PRESENT]
        self.heads = float(present.sum())
        self.platform = float(present @ [person.surroundings.item(PLATFORM) for person in self.members])
        self.shared = (shown[:, SHARES] @ shown[:, SKILL0:]).tolist()

    def write_down(self, p: SimpleNamespace, pace: Rhythm) -> None:
        """Schedule step 7: the memory grows with what is shared and goes stale."""
        if self.heads == 0.0:
            return
        rate = max(p.codification + p.codification_platform * self.platform / self.heads, 0.0)
        loss = pace.obsolescence + p.staleness
        for k in range(TOPICS):
            inflow = rate * self.shared[k] / self.heads
            usual = p.codification * self.memory_usual[k]
            self.memory[k] = memory_step(self.memory[k], inflow, usual, loss, pace.dt)

    def look(self) -> None:
        """Count who practises here, for the next quarter's decision."""
        present = [person for person in self.members if not person.vacant]
        self.seen_heads = float(len(present))
        self.seen_practising = float(sum(person.practising for person in present))

    def observe(self, step: int, key: tuple[int, int], error: float) -> None:
        """The share practising as last counted, with the error of observation."""
        share = self.seen_practising / self.seen_heads if self.seen_heads > 0.0 else 0.0
        self.observed = share + error * normal(draw(step, self.number, MEASURE, 0, *key)[0])


def looking_week(at: int, quarter: int) -> bool:
    """Whether departments are counted in this step: a month before the quarter ends."""
    return at % quarter == quarter - max(1, quarter // 3)


def retarget(departments: list[Department], fraction: float) -> bool:
    """Move hours to the third of departments with the lowest observed share; whether anything may have changed.

    A negative fraction is the misuse: hours go to those who have most.  0 gives everybody the same again.
    """
    if fraction == 0.0:
        changed = any(unit.targeting != 1.0 for unit in departments)
        for unit in departments:
            unit.targeting = 1.0
        return changed
    count = len(departments)
    for rank, unit in enumerate(sorted(departments, key=lambda unit: (unit.observed, unit.number))):
        unit.targeting = 1.0
        if 3 * rank < count:
            unit.targeting = 1.0 + fraction
        elif 3 * rank >= 2 * count:
            unit.targeting = 1.0 - fraction
    heads = sum(unit.seen_heads for unit in departments)
    given = sum(unit.seen_heads * unit.targeting for unit in departments)
    if given > 0.0:  # hours are moved, not made
        for unit in departments:
            unit.targeting *= heads / given
    return True
