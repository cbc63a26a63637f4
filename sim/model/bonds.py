"""Who hears whom: contacts of each person, and the bonds among them that end and form again."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sim.engine.layout import NEVER
from sim.organization.people import FIXED, Ties
from sim.scenario.resolved import Resolved

if TYPE_CHECKING:
    from sim.model.agents import Person
    from sim.model.presence import Presence

OF_THE_FIRM = -1  # programme of a bond that no programme brings


class Bond:
    """What ties two people on one relationship and can end and form again; one or both of them hear the other.

    Attributes:
        low, high: the two seats, in order of number.
        layer: relationship; programme: number of the programme that brings it, OF_THE_FIRM for an informal one.
        exists: whether they are in touch now.
        changes_at: step of the run at which that changes next, NEVER if it does not.
        arcs: who hears and what is then among that person's contacts.
    """

    __slots__ = ("arcs", "changes_at", "exists", "high", "layer", "low", "programme")

    def __init__(self, low: Person, high: Person, layer: int, programme: int, *, exists: bool) -> None:
        self.low, self.high, self.layer, self.programme, self.exists = low, high, layer, programme, exists
        self.changes_at = NEVER
        self.arcs: list[tuple[Person, Contact]] = []

    @property
    def informal(self) -> bool:
        """Whether people made it themselves, rather than a programme."""
        return self.programme == OF_THE_FIRM

    def other(self, person: Person) -> Person:
        """The other end."""
        return self.high if person is self.low else self.low

    def form(self) -> None:
        """They come in touch; each newest contact is the last of a person's list."""
        for hearer, contact in self.arcs:
            hearer.contacts[self.layer].append(contact)
        self.exists = True

    def end(self) -> None:
        """They lose touch; the last contact of the list takes the place of the one that goes."""
        for hearer, _ in self.arcs:
            contacts = hearer.contacts[self.layer]
            place = next(k for k, contact in enumerate(contacts) if contact[2] is self)
            contacts[place] = contacts[-1]
            contacts.pop()
        self.exists = False


# Somebody who is heard, how often (float32, as ties are stored), and the bond it hangs on (None for good).
Contact: TypeAlias = "tuple[Presence, float, Bond | None]"


def waits_until(step: int, u: float, hazard_dt: float) -> int:
    """The step of something of constant hazard that has not happened by `step`: one later at the earliest."""
    if hazard_dt <= 0.0:
        return NEVER
    wait = -log(u) / hazard_dt
    return NEVER if wait > 1e9 else step + 1 + int(wait)


def introduce(people: list[Person], resolved: Resolved) -> list[Bond]:
    """Give everybody their contacts and bonds; returns all bonds: informal ones first, then by programme.

    Within a programme bonds are in order of layer and seats, which is the order in which they change.
    """
    bonds: dict[tuple[int, int, int, int], Bond] = {}
    parts = [resolved.organization.ties, *(item.ties for item in resolved.programmes)]
    for programme, ties in enumerate(parts, start=OF_THE_FIRM):
        _introduce(people, ties, programme, bonds)
    for person in people:
        for layer, pool in enumerate(person.pool):
            pool.sort(key=lambda contact: contact[0].person.number)
            person.contacts[layer] = [contact for contact in pool if contact[2] is None or contact[2].exists]
    ordered = [bonds[key] for key in sorted(bonds)]
    for bond in ordered:
        bond.low.bonds.append(bond)
    for bond in ordered:  # after those in which one is the lower seat
        bond.high.bonds.append(bond)
    return ordered


def _introduce(
    people: list[Person], ties: Ties, programme: int, bonds: dict[tuple[int, int, int, int], Bond]
) -> None:
    known: dict[
        float, float
    ] = {}  # one object for each weight there is: fewer things to fetch when listening
    weights = [known.setdefault(weight, weight) for weight in ties.weight.astype(np.float32).tolist()]
    columns = (ties.hearer.tolist(), ties.source.tolist(), ties.layer.tolist(), weights, ties.kind.tolist())
    for hears, heard, layer, weight, kind, active in zip(*columns, ties.active.tolist()):
        hearer, source = people[hears], people[heard]
        if programme == OF_THE_FIRM and kind == FIXED:
            hearer.pool[layer].append((source.presence, weight, None))
            continue
        low, high = min(hears, heard), max(hears, heard)
        key = (programme, layer, low, high)
        if key not in bonds:
            exists = bool(active) and programme == OF_THE_FIRM
            bonds[key] = Bond(people[low], people[high], layer, programme, exists=exists)
        bond = bonds[key]
        if all(person is not hearer for person, _ in bond.arcs):  # two who mentor each other have one tie
            contact = (source.presence, weight, bond)
            bond.arcs.append((hearer, contact))
            hearer.pool[layer].append(contact)
