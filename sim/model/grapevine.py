"""What ties carry in a step, to everybody at once: the exposure W ℓ of the theory, layer by layer.

Everybody reads what was pinned up before anybody moved, so what reaches people can be worked out for all of them in
one go; what they make of it is their own (`sim.model.hearing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from sim.model.noticeboard import (
    FLOW0,
    OFFERS,
    PRACTISED,
    PRESENT,
    SAFETY,
    SKILL0,
    SKILLS,
    USUAL_CHANCE,
    VOICE,
    Noticeboard,
)
from sim.model.repertoire import DO, RADIATED, Vector
from sim.theory.channels import AUTHORITY, MUTUAL, N_CHANNELS, N_LAYERS, PEERS, TOPICS
from sim.theory.skill import novelty

if TYPE_CHECKING:
    from sim.model.agents import Person
    from sim.model.bonds import Circle


class Ties:
    """The ties of one relationship as they are now, and what they carry in this step.

    Every hearer has room for all contacts that person may ever have; room that is not used carries nothing.

    Attributes:
        hearers, seats, often: who hears whom and how often, an entry for each tie there is room for.
        matrix: W, hearers by seats.
        changed: circles in which a contact has come or gone since.
        present, practising, voices, safety: by hearer: weight of the contacts who are there, and of those who practise;
            what they say and how safe they are, each by how often it is heard.
    """

    def __init__(self, people: list[Person], layer: int) -> None:
        circles = [person.contacts[layer] for person in people]
        rooms = [max(len(circle), len(person.pool[layer])) for circle, person in zip(circles, people)]
        starts = np.concatenate([[0], np.cumsum(rooms)])
        shape, room = (len(people), len(people)), int(starts[-1])
        self.matrix: Any = csr_array((np.zeros(room), np.zeros(room, dtype=np.int32), starts), shape=shape)
        self.often, self.seats = self.matrix.data, self.matrix.indices
        self.hearers = np.repeat(np.arange(len(people)), rooms)
        self.changed: list[Circle] = circles
        for circle, start, end in zip(circles, starts.tolist(), starts[1:].tolist()):
            circle.ties, circle.place = self, slice(start, end)
        self.renew()
        self.present: list[float] = []
        self.practising: list[float] = []
        self.voices: list[float] = []
        self.safety: list[float] = []

    def renew(self) -> bool:
        """Lay out the circles that have changed; False where one has outgrown its room."""
        changed, self.changed = self.changed, []
        for circle in changed:
            first, end = circle.place.start, circle.place.stop
            last = first + len(circle)
            if last > end:
                return False
            self.often[first:last] = circle.often
            self.often[last:end] = 0.0
            self.seats[first:last] = [other.number for other in circle.seen]
        return True

    def carry(self, shown: Vector) -> Vector:
        """Let what is shown reach the hearers; returns all of it, shape (people, columns)."""
        sums: Vector = self.matrix @ shown
        self.present = sums[:, PRESENT].tolist()
        self.practising = sums[:, PRACTISED].tolist()
        self.voices = (sums[:, VOICE] + sums[:, FLOW0 + RADIATED]).tolist()
        self.safety = sums[:, SAFETY].tolist()
        return sums

    def gather(self, carried: Vector) -> list[float]:
        """Sum by hearer of what each tie carries."""
        return np.bincount(self.hearers, carried, minlength=self.matrix.shape[0]).tolist()  # type: ignore[no-any-return]


class Grapevine:
    """Everybody's ties, and what they carry in this step, by seat.

    Attributes:
        ties: by layer.
        conduct: what the conduct of leaders makes one feel, by channel, each by its share of contact, an array.
        example: do-behaviour of leaders on the reporting line, as seen.
        pulls: for each topic the upward pull of better skilled peers who share.
        novelty, joint: what joint work has to teach, and what those who both practise learn beyond the usual.
    """

    def __init__(self, people: list[Person]) -> None:
        self.people = people
        self.ties = [Ties(people, layer) for layer in range(N_LAYERS)]
        self.conduct: Vector = np.zeros((len(people), N_CHANNELS))
        self.example: list[float] = []
        self.pulls: list[list[float]] = []
        self.novelty: list[float] = []
        self.joint: list[float] = []

    def carry(self, board: Noticeboard, best_distance: float) -> None:
        """Work out what reaches everybody in this step."""
        self.conduct = np.zeros((len(self.people), N_CHANNELS))
        for layer in range(N_LAYERS):
            if not self.ties[layer].renew():
                self.ties[layer] = Ties(self.people, layer)
            sums = self.ties[layer].carry(board.seen_on(layer))
            felt, total = sums[:, FLOW0 : FLOW0 + N_CHANNELS], sums[:, PRESENT, None]
            self.conduct += np.divide(felt, total, out=np.zeros_like(felt), where=total > 0.0)
            if layer == AUTHORITY:
                self.example = sums[:, FLOW0 + DO].tolist()
        self._among_peers(board.shown)
        self._in_joint_work(board.shown, best_distance)

    def _among_peers(self, shown: Vector) -> None:
        ties = self.ties[PEERS]
        offered = ties.often * shown[ties.seats, OFFERS]
        self.pulls = []
        for topic in range(SKILL0, SKILL0 + TOPICS):
            skill = shown[:, topic]
            ahead = np.maximum(skill[ties.seats] - skill[ties.hearers], 0.0)  # `pull`: nobody is pulled down
            self.pulls.append(ties.gather(offered * ahead))

    def _in_joint_work(self, shown: Vector, best_distance: float) -> None:
        ties = self.ties[MUTUAL]
        one, other = shown[ties.hearers], shown[ties.seats]
        apart = np.abs(one[:, SKILLS] - other[:, SKILLS]).sum(axis=1) / TOPICS
        new = np.array([novelty(distance, best_distance) for distance in apart.tolist()])
        fresh = ties.often * other[:, PRESENT] * new
        together = one[:, PRACTISED] * other[:, PRACTISED] - one[:, USUAL_CHANCE] * other[:, USUAL_CHANCE]
        self.novelty = ties.gather(fresh)
        self.joint = ties.gather(fresh * together)
