"""Acquaintances of an imported organisation: dormant ties that are like the ones people named.

A file tells whom people turn to, not whom they might turn to next.  For every pair of informal contacts one
dormant pair is drawn like it: one of the two stays, the other gives way to a contact of his or her own in
the same department.  So layer, weight, reciprocity, and being inside the unit or across it are kept, and
the new pair is two steps apart, where new ties form (Kossinets & Watts 2006, doi:10.1126/science.1116869).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.organization.luck import Luck
from sim.organization.measures import simple_graph
from sim.organization.people import INFORMAL, Bools, Ints, Organization, Ties

_ROUNDS = 18
_NEAR_ROUNDS = 8  # rounds among contacts of contacts; then in the department; then anywhere alike
_UNIT_ROUNDS = 13

_Index = npt.NDArray[np.int64]


def acquaintances(organization: Organization, *, seed: int) -> Ties:
    """Dormant INFORMAL ties, as many pairs as there are active ones or as many as there is room for.

    Never a pair that is already tied in the same layer.  The result is to be joined to the organisation's
    ties.
    """
    ties = organization.ties
    informal = ties.where((ties.kind == INFORMAL) & ties.active)
    if not len(informal) or organization.n < 3:
        return Ties.empty()
    n = organization.n
    one, other, layer, forth, back = _pairs(informal, n)
    taken = np.unique(_key(ties.hearer, ties.source, ties.layer, n))
    luck = Luck(seed, "acquaintances")
    contacts = _Contacts(organization)
    open_ = np.arange(len(one))
    found: list[tuple[_Index, _Index, _Index]] = []
    for turn in range(_ROUNDS):
        keep_one = luck.uniform(len(open_)) < 0.5
        stays = np.where(keep_one, one[open_], other[open_])
        leaves = np.where(keep_one, other[open_], one[open_])
        comes = contacts.like(leaves, turn, luck)
        first, second = np.where(keep_one, stays, comes), np.where(keep_one, comes, stays)
        key = _key(first, second, layer[open_], n)
        unit = organization.department
        fits = (first != second) & ~np.isin(key, taken)
        fits &= (unit[first] == unit[second]) == (unit[stays] == unit[leaves])
        # The first of several pairs alike is kept.
        once = np.zeros(len(key), dtype=bool)
        once[np.flatnonzero(fits)[np.unique(key[fits], return_index=True)[1]]] = True
        found.append((open_[once], first[once], second[once]))
        taken = np.union1d(taken, key[once])
        open_ = open_[~once]
        if not len(open_):
            break
    model, first, second = (np.concatenate(column) for column in zip(*found))
    return _arcs(model, first, second, layer, forth, back)


def with_acquaintances(organization: Organization, *, seed: int) -> Organization:
    """The organisation with its dormant pool."""
    return organization.with_ties(Ties.joined(organization.ties, acquaintances(organization, seed=seed)))


def _key(one: Ints | _Index, other: Ints | _Index, layer: npt.ArrayLike, n: int) -> _Index:
    low, high = np.minimum(one, other).astype(np.int64), np.maximum(one, other).astype(np.int64)
    key: _Index = (np.asarray(layer, dtype=np.int64) * n + low) * n + high
    return key


def _pairs(
    informal: Ties, n: int
) -> tuple[_Index, _Index, _Index, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Pairs in a layer: hearer and source of the first arc, layer, weight forth, weight back (0 if not
    returned).
    """
    key = _key(informal.hearer, informal.source, informal.layer, n)
    order = np.lexsort((informal.source, informal.hearer, key))
    _, first = np.unique(key[order], return_index=True)
    last = np.append(first[1:], len(order)) - 1
    a, b = order[first], order[last]
    one, other = informal.hearer[a].astype(np.int64), informal.source[a].astype(np.int64)
    back = np.where(informal.hearer[b] == other, informal.weight[b], 0.0)
    return one, other, informal.layer[a].astype(np.int64), informal.weight[a], back


def _arcs(
    model: _Index,
    first: _Index,
    second: _Index,
    layer: _Index,
    forth: npt.NDArray[np.float64],
    back: npt.NDArray[np.float64],
) -> Ties:
    there = Ties.of(first, second, layer=layer[model], weight=forth[model], kind=INFORMAL, active=False)
    returned: Bools = back[model] > 0
    model, first, second = model[returned], first[returned], second[returned]
    return Ties.joined(
        there, Ties.of(second, first, layer=layer[model], weight=back[model], kind=INFORMAL, active=False)
    )


class _Contacts:
    """Draws somebody like a given person: a contact in the same department, anybody in it, or anybody."""

    def __init__(self, organization: Organization) -> None:
        ties, unit = organization.ties, organization.department
        active = ties.where(ties.active & (unit[ties.hearer] == unit[ties.source]))
        graph = simple_graph(organization.n, active.hearer, active.source)
        graph.sort_indices()
        self._start, self._contact = graph.indptr.astype(np.int64), graph.indices
        self._unit = unit
        self._members: _Index = np.argsort(unit, kind="stable").astype(np.int64)
        self._ends = np.concatenate([[0], np.cumsum(np.bincount(unit))])
        self._n = organization.n

    def like(self, person: _Index, turn: int, luck: Luck) -> _Index:
        u = luck.uniform(len(person))
        if turn < _NEAR_ROUNDS:
            low, high = self._start[person], self._start[person + 1]
            pick = np.minimum(low + (u * (high - low)).astype(np.int64), max(len(self._contact) - 1, 0))
            if not len(self._contact):
                return person
            near: _Index = np.where(high > low, self._contact[pick], person).astype(np.int64)
            return near
        if turn < _UNIT_ROUNDS:
            low, high = self._ends[self._unit[person]], self._ends[self._unit[person] + 1]
            alike: _Index = self._members[low + (u * (high - low)).astype(np.int64)]
            return alike
        return (u * self._n).astype(np.int64)
