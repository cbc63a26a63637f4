"""Choosing seats: by level, department, tier, site or id, the most central, brokers, a random share."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence

import numpy as np

from sim.organization.errors import OrganizationError
from sim.organization.luck import Luck
from sim.organization.measures import simple_graph
from sim.organization.people import Bools, Floats, Ints, Organization
from sim.organization.privacy import pseudonym
from sim.theory.channels import LEVELS

EXACT_BETWEENNESS = 500  # people up to whom betweenness is computed; it takes people times ties


def select(
    organization: Organization,
    *,
    levels: Iterable[str] | None = None,
    departments: Iterable[str] | None = None,
    tiers: Iterable[int] | None = None,
    sites: Iterable[int] | None = None,
    ids: Iterable[str] | None = None,
    most_central: float | int | None = None,
    brokers: float | int | None = None,
    share: float | int | None = None,
    seed: int = 0,
    salt: str | None = None,
) -> Ints:
    """Seats for which every condition given holds, ascending.

    Args:
        levels: names of levels; without it everybody but the community outside.
        departments: names of departments.
        tiers: steps below the top, 0 at a root.
        sites: numbers of sites.
        ids: ids as stored or, with `salt`, as in the imported file.
        most_central: keep the most heard of those chosen so far: a count (int) or a share (float in (0, 1]).
        brokers: keep those who most stand between others, likewise.
        share: keep a random part, likewise; the luck is named by `seed`.
        salt: of the imported organisation's pseudonyms.

    A share is rounded up, so that a share of somebody is somebody.

    Raises:
        OrganizationError: a name, tier, site or id that the organisation does not have, or a part out of
        range.
    """
    chosen = organization.staff.copy() if levels is None else _by_level(organization, levels)
    if departments is not None:
        chosen &= _by_department(organization, departments)
    if tiers is not None:
        chosen &= _by_number(organization.tier, tiers, "tier")
    if sites is not None:
        chosen &= _by_number(organization.site, sites, "site")
    if ids is not None:
        chosen &= _by_id(organization, ids, salt)
    seats = np.flatnonzero(chosen).astype(np.int32)
    if most_central is not None:
        seats = _top(seats, heard_by(organization), most_central, "most_central")
    if brokers is not None:
        seats = _top(seats, brokerage(organization), brokers, "brokers")
    if share is not None:
        # A rank for every seat of the organisation: who is drawn does not hang on who else was eligible.
        luck = Luck(seed, "random share").uniform(organization.n)
        seats = _top(seats, luck, share, "share")
    return seats


def heard_by(organization: Organization) -> Floats:
    """How many different people hear each seat through active ties, shape (n,)."""
    ties = organization.ties.where(organization.ties.active)
    pair = np.unique(ties.source.astype(np.int64) * organization.n + ties.hearer)
    return np.bincount(pair // organization.n, minlength=organization.n).astype(float)


def brokerage(organization: Organization) -> Floats:
    """How much each seat stands between others, shape (n,).

    Betweenness (Freeman 1977) on the undirected simple graph of active ties up to 500 people; beyond, where
    it would take minutes, the number of contacts in other departments.
    """
    n = organization.n
    ties = organization.ties.where(organization.ties.active)
    graph = simple_graph(n, ties.hearer, ties.source)
    if n <= EXACT_BETWEENNESS:
        import networkx

        between = networkx.betweenness_centrality(networkx.from_scipy_sparse_array(graph))
        # Rounded, so that sums taken in another order do not change who comes first.
        return np.array([round(between[seat], 12) for seat in range(n)])
    one, other = graph.nonzero()
    apart = organization.department[one] != organization.department[other]
    return np.bincount(one[apart], minlength=n).astype(float)


def _top(seats: Ints, score: Floats, part: float | int, name: str) -> Ints:
    count = _count(part, len(seats), name)
    order = np.argsort(-score[seats], kind="stable")[:count]
    return np.sort(seats[order])


def _count(part: float | int, available: int, name: str) -> int:
    if isinstance(part, bool) or not isinstance(part, (int, float)):
        raise OrganizationError(f"{name} is {part!r}: give a count or a share in (0, 1]")
    if isinstance(part, int):
        if part < 0:
            raise OrganizationError(f"{name} is {part}: a count is 0 or more")
        return min(part, available)
    if not 0.0 <= part <= 1.0:
        raise OrganizationError(
            f"{name} is {part!r}: a share lies in [0, 1]; for a count write a whole number"
        )
    return math.ceil(part * available - 1e-9)


def _by_level(organization: Organization, levels: Iterable[str]) -> Bools:
    wanted = [_index(level, LEVELS, "level") for level in _listed(levels)]
    return np.isin(organization.level, wanted)


def _by_department(organization: Organization, departments: Iterable[str]) -> Bools:
    wanted = [_index(name, organization.department_names, "department") for name in _listed(departments)]
    return np.isin(organization.department, wanted)


def _by_number(column: np.ndarray, wanted: Iterable[int], name: str) -> Bools:
    numbers = list(wanted)
    known = np.unique(column).tolist()
    for number in numbers:
        if number not in known:
            raise OrganizationError(f"{name} {number!r} does not occur: use {_few(known)}")
    return np.isin(column, numbers)


def _by_id(organization: Organization, ids: Iterable[str], salt: str | None) -> Bools:
    place = {identity: seat for seat, identity in enumerate(organization.ids)}
    chosen = np.zeros(organization.n, dtype=np.bool_)
    for identity in _listed(ids):
        seat = place.get(identity)
        if seat is None and salt is not None:
            seat = place.get(pseudonym(salt, identity))
        if seat is None:
            near = difflib.get_close_matches(identity, organization.ids, 1)
            raise OrganizationError(
                f"nobody has the id {identity!r}: "
                + (f"did you mean {near[0]!r}?" if near else "check the people file")
            )
        chosen[seat] = True
    return chosen


def _listed(names: Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _index(name: str, known: Sequence[str], kind: str) -> int:
    if name in known:
        return list(known).index(name)
    near = difflib.get_close_matches(str(name), known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"use {_few(known)}"
    raise OrganizationError(f"there is no {kind} {name!r}: {hint}")


def _few(names: Sequence[object]) -> str:
    shown = ", ".join(repr(name) for name in names[:8])
    return shown + (f" or one of {len(names) - 8} others" if len(names) > 8 else "")
