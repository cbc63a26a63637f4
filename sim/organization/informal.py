"""Informal ties: whom people ask, and whom they might ask instead.

Advice networks of firms share a shape (measured on ten of them): most ties stay inside the unit, though some
cross; two who share a contact tend to know each other; 40 to 80 % of askings are returned; senior people are
asked more.  The pool drawn here has twice the ties that are active.  Which half is active is a coin a dyad,
so active and dormant ties are alike and tie turnover keeps the statistics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.organization.luck import Luck
from sim.organization.people import INFORMAL, Bytes, Floats, Ints, Ties
from sim.organization.tree import heights_of, teams_of
from sim.theory.channels import PEERS, RIPPLES

RECIPROCITY = 0.6  # share of arcs that are returned (.39-.88 measured)
CLOSURE = 0.6  # share of dyads made by following a team mate to a common contact
NEARBY = 0.6  # share of first contacts in the unit that fall in the line of one's leader's leader
SENIORITY_PULL = 0.8  # log of how much more often a leader one tier higher is asked
UNIT_WEIGHT = 0.6
ACROSS_WEIGHT = 0.3
POOL = 2.0  # pool of possible ties, as a multiple of the active ones
_ROUNDS = 16

_Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """Where people sit, as far as informal ties care: all of shape (n,)."""

    manager: Ints
    tier: Bytes
    department: Ints
    site: Ints

    @property
    def unit(self) -> _Index:
        """Department at a site."""
        return self.department.astype(np.int64) * (int(self.site.max(initial=0)) + 1) + self.site


def informal_ties(places: Places, *, active: float, cross_share: float, seed: int) -> Ties:
    """A pool of informal ties of which half is active.

    Args:
        places: the reporting tree, departments and sites.
        active: mean number of active informal arcs a hearer, >= 0.
        cross_share: share of dyads across departments or sites, in [0, 1].
        seed: names the luck.

    Returns:
        INFORMAL ties: PEERS (weight .6) inside the unit but outside the team, RIPPLES (.3) across units.
        Fewer than asked where there are not enough people outside one's own team.
    """
    n = len(places.manager)
    returned = RECIPROCITY / (2.0 - RECIPROCITY)  # share of dyads with both arcs
    dyads = POOL * active * n / (1.0 + returned)
    if n < 3 or dyads < 1:
        return Ties.empty()
    unit = places.unit
    cross = cross_share if len(np.unique(unit)) > 1 else 0.0
    inside = _Search(places, across=False, luck=Luck(seed, "contacts inside")).dyads(
        round(dyads * (1 - cross))
    )
    # Where units hold little more than one's own team, people look outside for half of what they miss inside.
    missed = round(dyads * (1 - cross)) - len(inside[0])
    outside = round(dyads * cross) + missed // 2 if cross > 0 else 0
    across = _Search(places, across=True, luck=Luck(seed, "contacts across")).dyads(outside)
    asker, asked = (np.concatenate(pair) for pair in zip(inside, across))
    luck = Luck(seed, "reciprocity and activity")
    both = luck.uniform(len(asker)) < returned
    live = np.zeros(len(asker), dtype=bool)
    live[luck.permutation(len(asker))[: round(len(asker) / POOL)]] = True
    same = unit[asker] == unit[asked]
    layer, weight = np.where(same, PEERS, RIPPLES), np.where(same, UNIT_WEIGHT, ACROSS_WEIGHT)
    forth = Ties.of(asker, asked, layer=layer, weight=weight, kind=INFORMAL, active=live)
    back = Ties.of(asked, asker, layer=layer, weight=weight, kind=INFORMAL, active=live)
    return Ties.joined(forth, back.where(both))


class _Draw:
    """Draws a seat of a given group, with chances in proportion to how much a seat is asked."""

    def __init__(self, group: _Index, pull: Floats) -> None:
        self._order = np.argsort(group, kind="stable")
        self._ends = np.cumsum(pull[self._order])
        labels, first = np.unique(group[self._order], return_index=True)
        last = np.append(first[1:], len(group)) - 1
        self._low = np.zeros(int(labels.max()) + 1)
        self._high = np.zeros_like(self._low)
        self._low[labels] = self._ends[first] - pull[self._order[first]]
        self._high[labels] = self._ends[last]

    def __call__(self, group: _Index, u: Floats) -> _Index:
        point = self._low[group] + u * (self._high[group] - self._low[group])
        found = np.searchsorted(self._ends, point, side="right")
        return self._order[np.minimum(found, len(self._order) - 1)]


class _Search:
    """Finds different dyads (asker, asked), all inside units or all across them."""

    def __init__(self, places: Places, *, across: bool, luck: Luck) -> None:
        self._manager, self._unit, self._across, self._luck = places.manager, places.unit, across, luck
        self._n = len(places.manager)
        height = np.minimum(heights_of(places.manager, places.tier), 5)
        pull = np.exp(SENIORITY_PULL * height)
        self._team, self._team_start, self._team_size, _ = teams_of(places.manager)
        _, unit = np.unique(places.unit, return_inverse=True)
        leads = np.bincount(self._manager[self._manager >= 0], minlength=self._n) > 0
        grand = np.where(leads | (self._manager < 0), self._manager, self._manager[self._manager])
        _, near = np.unique(np.where(grand >= 0, self._n + grand, unit), return_inverse=True)
        self._anyone = _Draw(np.zeros(self._n, dtype=np.int64), pull)
        self._in_unit, self._unit_label = _Draw(unit, pull), unit
        self._nearby, self._near_label = _Draw(near, pull), near

    def dyads(self, wanted: int) -> tuple[_Index, _Index]:
        """`wanted` different dyads, or as many as turn up in a bounded number of rounds."""
        asker = asked = np.zeros(0, dtype=np.int64)
        for _ in range(_ROUNDS):
            missing = wanted - len(asker)
            if missing <= 0:
                break
            size = int(missing * (0.4 if not len(asker) else 1.3)) + 8
            copies = round(size * CLOSURE) if len(asker) else 0
            new_asker, new_asked = self._first_contacts(size - copies)
            if copies:
                also_asker, also_asked = self._followed(asker, asked, copies)
                new_asker = np.concatenate([new_asker, also_asker])
                new_asked = np.concatenate([new_asked, also_asked])
            fits = self._fits(new_asker, new_asked)
            asker = np.concatenate([asker, new_asker[fits]])
            asked = np.concatenate([asked, new_asked[fits]])
            key = np.minimum(asker, asked) * self._n + np.maximum(asker, asked)
            kept = np.sort(np.unique(key, return_index=True)[1])
            asker, asked = asker[kept], asked[kept]
        return asker[:wanted], asked[:wanted]

    def _first_contacts(self, size: int) -> tuple[_Index, _Index]:
        asker = self._luck.integers(self._n, size)
        u = self._luck.uniform(size)
        if self._across:
            return asker, self._anyone(np.zeros(size, dtype=np.int64), u)
        near = self._luck.uniform(size) < NEARBY
        asked = np.where(
            near, self._nearby(self._near_label[asker], u), self._in_unit(self._unit_label[asker], u)
        )
        return asker, asked

    def _followed(self, asker: _Index, asked: _Index, size: int) -> tuple[_Index, _Index]:
        """Triadic closure: a team mate asks the same person, or one asks a team mate of the person asked."""
        chosen = self._luck.integers(len(asker), size)
        one, other = asker[chosen], asked[chosen]
        first = self._luck.uniform(size) < 0.75
        moved = np.where(first, one, other)
        place = (self._luck.uniform(size) * self._team_size[moved]).astype(np.int64)
        mate = self._team[self._team_start[moved] + place]
        return np.where(first, mate, one), np.where(first, other, mate)

    def _fits(self, asker: _Index, asked: _Index) -> npt.NDArray[np.bool_]:
        """Not oneself, not a team mate, not one's leader or report; inside the unit or across as wanted."""
        lead, leads = self._manager[asker], self._manager[asked]
        fits: npt.NDArray[np.bool_] = (
            (asker != asked)
            & ((lead != leads) | (lead < 0))
            & (lead != asked)
            & (leads != asker)
            & ((self._unit[asker] != self._unit[asked]) == self._across)
        )
        return fits
