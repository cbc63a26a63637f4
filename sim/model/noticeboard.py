"""What others can hear and see of everybody: pinned up once a step, before anybody moves, and all that others read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from sim.model.repertoire import N_FLOW, Vector
from sim.theory.channels import N_LAYERS, TOPICS

if TYPE_CHECKING:
    from sim.model.agents import Person

# What is shown of a person, in order: whether somebody is there (1.0); practised when the step began (1.0 or 0.0);
# enthusiasm as expressed and safety, levels in log-odds; propensity to share beyond the usual, and in all (0 for one
# who does not practise); usual chance of practising; skill by topic.
Shown: TypeAlias = tuple[float, ...]
PRESENT, PRACTISED, VOICE, SAFETY, OFFERS, SHARES, USUAL_CHANCE, SKILL0 = range(8)
N_SHOWN: Final = SKILL0 + TOPICS
SKILLS: Final = slice(SKILL0, N_SHOWN)
FLOW0: Final = SAFETY + 1  # of what ties carry: the first four, then what conduct brings about


class Noticeboard:
    """A row for each seat; those of a vacant seat are zero.

    Attributes:
        shown: what is shown of each person, columns `PRESENT` …, shape (people, N_SHOWN).
        conduct: what a leader's conduct brings about, layer by layer: what the channels feel, what it radiates and
            what is done, shape (N_LAYERS, people, N_FLOW); zero for those who do not lead.
    """

    __slots__ = ("conduct", "shown")

    def __init__(self, people: int) -> None:
        self.shown: Vector = np.zeros((people, N_SHOWN))
        self.conduct: Vector = np.zeros((N_LAYERS, people, N_FLOW))

    def pin_up(self, people: list[Person], leaders: list[Person]) -> None:
        """What `express` and `radiate` have made of everybody in this step."""
        self.shown = np.array([person.shown for person in people])
        self.shown[np.array([person.vacant for person in people])] = 0.0
        for leader in leaders:
            self.conduct[:, leader.number] = 0.0 if leader.vacant else leader.radiates

    def seen_on(self, layer: int) -> Vector:
        """What reaches a hearer of each person on a layer, shape (people, FLOW0 + N_FLOW)."""
        return np.hstack([self.shown[:, :FLOW0], self.conduct[layer]])
