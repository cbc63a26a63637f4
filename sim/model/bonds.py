"""Who hears whom: contacts of each person, and the bonds among them that end and form again."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sim.engine.layout import NEVER
from sim.organization.people import FIXED
from sim.organization.people import Ties as TieTable
from sim.scenario.resolved import Resolved

if TYPE_CHECKING:
    from sim.model.agents import Person
    from sim.model.grapevine import Ties

OF_THE_FIRM = -1  # programme of a bond that no programme brings


class Bond:
    """What ties two people on one relationship and can end and form again; one or both of them hear the other.

    Attributes:
        low, high: the two seats, in order of number.
        layer: relationship; programme: number of the programme that brings it, OF_THE_FIRM for an informal one.
        exists: whether they are in touch now.
        changes_at: step of the run at which that changes next, NEVER if it does not; set by the model's `plan_change`.
        number: place among all bonds, the order in which those of one step change.
        arcs: who hears and what is then among that person's contacts.
    """

    __slots__ = ("arcs", "changes_at", "exists", "high", "layer", "low", "number", "programme")

    def __init__(self, low: Person, high: Person, layer: int, programme: int, *, exists: bool) -> None:
        self.low, self.high, self.layer, self.programme, self.exists = low, high, layer, programme, exists
        self.changes_at = NEVER
        self.number = -1
        self.arcs: list[tuple[Person, Contact]] = []

    @property
    def informal(self) -> bool:
        """Whether people made it themselves, rather than a programme."""
        return self.programme == OF_THE_FIRM

    def other(self, person: Person) -> Person:
        """The other end."""
        return self.high if person is self.low else self.low

    def form(self) -> None:
        """They come in touch."""
        for hearer, contact in self.arcs:
            hearer.contacts[self.layer].add(contact)
        self.exists = True

    def end(self) -> None:
        """They lose touch."""
        for hearer, _ in self.arcs:
            hearer.contacts[self.layer].remove(self)
        self.exists = False


# Somebody who is heard, how often (float32, as ties are stored), and the bond it hangs on (None for good).
Contact: TypeAlias = "tuple[Person, float, Bond | None]"


class Circle:
    """A person's contacts of one relationship, in the order in which they are asked who lit a fire.

    Attributes:
        seen: who is heard; often: how often; bonds: what each hangs on, None for good.
        ties: where they are laid out with everybody's, and which must know when contacts come or go; place: there.
    """

    __slots__ = ("bonds", "often", "place", "seen", "ties")

    def __init__(self, contacts: list[Contact] | None = None) -> None:
        self.ties: Ties | None = None
        self.place = slice(0, 0)
        self.seen: list[Person] = []
        self.often: list[float] = []
        self.bonds: list[Bond | None] = []
        for contact in contacts or []:
            self.add(contact)

    def __len__(self) -> int:
        return len(self.seen)

    def add(self, contact: Contact) -> None:
        """A new contact comes last."""
        seen, often, bond = contact
        self.seen.append(seen)
        self.often.append(often)
        self.bonds.append(bond)
        self._change()

    def remove(self, bond: Bond | None) -> None:
        """The last contact takes the place of the one that goes."""
        place = self.bonds.index(bond)
        self.seen[place], self.often[place], self.bonds[place] = self.seen[-1], self.often[-1], self.bonds[-1]
        self.seen.pop()
        self.often.pop()
        self.bonds.pop()
        self._change()

    def _change(self) -> None:
        if self.ties is not None:
            self.ties.changed.append(self)


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
            pool.sort(key=lambda contact: contact[0].number)
            person.contacts[layer] = Circle([c for c in pool if c[2] is None or c[2].exists])
    ordered = [bonds[key] for key in sorted(bonds)]
    for number, bond in enumerate(ordered):
        bond.number = number
        bond.low.bonds.append(bond)
    for bond in ordered:  # after those in which one is the lower seat
        bond.high.bonds.append(bond)
    return ordered


def _introduce(
    people: list[Person], ties: TieTable, programme: int, bonds: dict[tuple[int, int, int, int], Bond]
) -> None:
    known: dict[float, float] = {}  # one object for each weight there is: less to fetch when listening
    weights = [known.setdefault(weight, weight) for weight in ties.weight.astype(np.float32).tolist()]
    columns = (ties.hearer.tolist(), ties.source.tolist(), ties.layer.tolist(), weights, ties.kind.tolist())
    for hears, heard, layer, weight, kind, active in zip(*columns, ties.active.tolist()):
        hearer, source = people[hears], people[heard]
        if programme == OF_THE_FIRM and kind == FIXED:
            hearer.pool[layer].append((source, weight, None))
            continue
        low, high = min(hears, heard), max(hears, heard)
        key = (programme, layer, low, high)
        if key not in bonds:
            exists = bool(active) and programme == OF_THE_FIRM
            bonds[key] = Bond(people[low], people[high], layer, programme, exists=exists)
        bond = bonds[key]
        if all(person is not hearer for person, _ in bond.arcs):  # two who mentor each other have one tie
            contact = (source, weight, bond)
            bond.arcs.append((hearer, contact))
            hearer.pool[layer].append(contact)
