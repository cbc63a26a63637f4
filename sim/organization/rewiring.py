"""Levers that rewire: peer groups, cross-functional teams, mentors, a seat at the board, the community
outside.

The functions that return `Ties` are for programmes (kind PROGRAMME: a lever brings them and takes them
away); those that return an `Organization` add seats with FIXED ties.  All ties are active.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.organization.errors import OrganizationError
from sim.organization.luck import Luck
from sim.organization.people import FIXED, PROGRAMME, Floats, Ints, Organization, Ties
from sim.organization.tree import JOINT_WEIGHT, LEADER_WEIGHT, NEXT_TIER_WEIGHT, TEAM_WEIGHT
from sim.theory.channels import (
    AUTHORITY,
    COMMUNITY,
    EXECUTIVE,
    LEARNING_LEADER,
    MUTUAL,
    PEERS,
    RIPPLES,
)

GROUP_WEIGHT = 1.0
BRIDGE_WEIGHT = 0.7
MENTOR_WEIGHT = 1.0
BOARD_WEIGHT = 1.0
COMMUNITY_WEIGHT = 1.0
HEARD_BY_OUTSIDER = 3  # members of staff that each outsider hears


def peer_groups(
    organization: Organization, members: Ints, *, size: int = 6, seed: int, across_units: bool = True
) -> Ties:
    """Peer learning groups: members are dealt into groups of about `size`; everybody in a group hears
    everybody.

    Args:
        members: seats, any order; repeated seats count once.
        size: people a group, 2 or more; groups differ by at most one, so none is left with a single person.
        across_units: deal each department over the groups; otherwise groups are filled from one department
            after another.

    Returns:
        PEERS ties of weight 1.0; none for fewer than two members.
    """
    order = _by_department(organization, members, Luck(seed, "peer groups"))
    return _all_pairs(_deal(order, size, across=across_units), weight=GROUP_WEIGHT)


def bridges(organization: Organization, members: Ints, *, size: int = 5, seed: int) -> Ties:
    """Cross-functional teams: each mixes as many departments as it can.

    Returns:
        PEERS ties of weight .7 (joint work on the side, less contact than with one's own team) in both
        directions between all in a team.
    """
    order = _by_department(organization, members, Luck(seed, "cross-functional teams"))
    return _all_pairs(_deal(order, size, across=True), weight=BRIDGE_WEIGHT)


def mentor_pairs(organization: Organization, mentees: Ints, *, seed: int) -> Ties:
    """A mentor for each mentee, outside the mentee's own line.

    A mentor is a member of staff who sits neither above nor below the mentee, nor in the same team, drawn
    from those one tier or more above the mentee if there are any (from the two nearest such tiers), else
    from those with a longer tenure, else from anybody outside the line.  As far as possible each mentor has
    one mentee, then two, ...

    Returns:
        MUTUAL ties of weight 1.0, both arcs; none for a mentee outside whose line there is nobody.
    """
    chosen = np.unique(np.asarray(mentees, dtype=np.int32))
    luck = Luck(seed, "mentors")
    rank = luck.uniform(organization.n)
    u = luck.uniform(len(chosen))
    load = np.zeros(organization.n, dtype=np.int64)
    pairs: list[tuple[int, int]] = []
    pools = _mentor_pools(organization)
    for turn in luck.permutation(len(chosen)):
        mentee = int(chosen[turn])
        mentor = _mentor_for(organization, mentee, pools, rank, float(u[turn]), load)
        if mentor >= 0:
            load[mentor] += 1
            pairs.append((mentee, mentor))
    if not pairs:
        return Ties.empty()
    mentee_of, mentor_of = np.array(sorted(pairs), dtype=np.int32).T
    return _both_ways(mentee_of, mentor_of, layer=MUTUAL, weight=MENTOR_WEIGHT, kind=PROGRAMME)


def board_ties(organization: Organization, learning_leaders: Ints, *, kind: int = PROGRAMME) -> Ties:
    """A seat at the board: each learning leader and every executive hear each other as peers (weight 1.0)."""
    leaders = np.unique(np.asarray(learning_leaders, dtype=np.int32))
    executives = np.flatnonzero(organization.level == EXECUTIVE).astype(np.int32)
    one = np.repeat(leaders, len(executives))
    other = np.tile(executives, len(leaders))
    apart = one != other
    return _both_ways(one[apart], other[apart], layer=PEERS, weight=BOARD_WEIGHT, kind=kind)


def with_learning_leaders(organization: Organization, count: int, *, board: bool) -> Organization:
    """The organisation with `count` more seats of level LEARNING_LEADER.

    With a board seat they report to the root with the most people, and are peers of every executive.
    Without, they report to the other executives in turn (to the root where it is the only one).  Their
    FIXED ties are those of any report: authority, joint work, and one another as team mates under the same
    leader.

    Raises:
        OrganizationError: `count` is below 0, or nobody leads the organisation.
    """
    if count < 0:
        raise OrganizationError(f"learning leaders is {count}: give 0 or more")
    if count == 0:
        return organization
    root = _main_root(organization)
    executives = np.flatnonzero((organization.level == EXECUTIVE) & (organization.manager == root))
    hosts = np.array([root]) if board or not len(executives) else executives
    leader = np.resize(hosts, count).astype(np.int32)
    seats = np.arange(organization.n, organization.n + count, dtype=np.int32)
    grown = _append(
        organization,
        ids=_new_ids(organization, "learning-leader", count),
        manager=leader,
        level=LEARNING_LEADER,
        tier=organization.tier[leader] + 1,
        department=organization.department[leader],
        site=organization.site[leader],
    )
    led = organization.manager[leader] >= 0
    one, other = np.nonzero((leader[:, None] == leader[None, :]) & ~np.eye(count, dtype=bool))
    parts = [
        Ties.of(seats, leader, layer=AUTHORITY, weight=LEADER_WEIGHT, kind=FIXED),
        Ties.of(
            seats[led],
            organization.manager[leader[led]],
            layer=AUTHORITY,
            weight=NEXT_TIER_WEIGHT,
            kind=FIXED,
        ),
        Ties.of(seats[one], seats[other], layer=PEERS, weight=TEAM_WEIGHT, kind=FIXED),
        _both_ways(seats, leader, layer=MUTUAL, weight=JOINT_WEIGHT, kind=FIXED),
    ]
    if board:
        parts.append(board_ties(grown, seats, kind=FIXED))
    return grown.with_ties(Ties.joined(organization.ties, *parts))


def with_community(organization: Organization, per_hundred_staff: float, *, seed: int) -> Organization:
    """The organisation with people outside who hear of it: COMMUNITY seats without a manager.

    Args:
        per_hundred_staff: outsiders per hundred members of staff, 0 or more.
        seed: who hears whom.

    Each outsider hears three members of staff drawn at random (or all, if fewer) through RIPPLES ties of
    weight 1.0; nobody hears an outsider.

    Raises:
        OrganizationError: the number is negative, infinite or NaN.
    """
    if not 0.0 <= per_hundred_staff < 1e6:
        raise OrganizationError(
            f"community per hundred staff is {per_hundred_staff!r}: give a number of 0 or more"
        )
    staff = np.flatnonzero(organization.staff).astype(np.int32)
    count = round(per_hundred_staff * len(staff) / 100)
    if count == 0:
        return organization
    luck = Luck(seed, "community")
    heard = _different(luck, len(staff), count, min(HEARD_BY_OUTSIDER, len(staff)))
    seats = np.arange(organization.n, organization.n + count, dtype=np.int32)
    nearest = staff[heard[:, 0]]
    grown = _append(
        organization,
        ids=_new_ids(organization, "community", count),
        manager=np.full(count, -1, dtype=np.int32),
        level=COMMUNITY,
        tier=np.zeros(count, dtype=np.int8),
        department=organization.department[nearest],
        site=organization.site[nearest],
    )
    ties = Ties.of(
        np.repeat(seats, heard.shape[1]),
        staff[heard.ravel()],
        layer=RIPPLES,
        weight=COMMUNITY_WEIGHT,
        kind=FIXED,
    )
    return grown.with_ties(Ties.joined(organization.ties, ties))


def _by_department(organization: Organization, members: Ints, luck: Luck) -> Ints:
    """Members department by department, in random order within each."""
    seats = np.unique(np.asarray(members, dtype=np.int32))
    shuffled = seats[luck.permutation(len(seats))]
    return shuffled[np.argsort(organization.department[shuffled], kind="stable")]


def _deal(order: Ints, size: int, *, across: bool) -> list[Ints]:
    """Groups of about `size`: dealt like cards (across) or cut like a loaf."""
    if size < 2:
        raise OrganizationError(f"group size is {size}: a group needs at least 2 people")
    groups = max(1, round(len(order) / size))
    while groups > 1 and len(order) // groups < 2:
        groups -= 1
    return [order[k::groups] for k in range(groups)] if across else list(np.array_split(order, groups))


def _all_pairs(groups: list[Ints], *, weight: float) -> Ties:
    hearers, sources = [], []
    for group in groups:
        one, other = np.nonzero(~np.eye(len(group), dtype=bool))
        hearers.append(group[one])
        sources.append(group[other])
    return Ties.of(
        np.concatenate(hearers), np.concatenate(sources), layer=PEERS, weight=weight, kind=PROGRAMME
    )


def _both_ways(one: Ints, other: Ints, *, layer: int, weight: float, kind: int) -> Ties:
    return Ties.of(
        np.concatenate([one, other]), np.concatenate([other, one]), layer=layer, weight=weight, kind=kind
    )


def _mentor_pools(organization: Organization) -> list[npt.NDArray[np.int64]]:
    """Members of staff by tier, so that a mentor is looked for one tier up first."""
    staff = organization.staff
    return [
        np.flatnonzero(staff & (organization.tier == tier))
        for tier in range(int(organization.tier.max()) + 1)
    ]


def _mentor_for(
    organization: Organization,
    mentee: int,
    pools: list[npt.NDArray[np.int64]],
    rank: Floats,
    u: float,
    load: npt.NDArray[np.int64],
) -> int:
    tier = int(organization.tier[mentee])
    above = [pools[t] for t in range(tier - 1, max(-1, tier - 3), -1)]
    level = pools[tier]
    longer = level[organization.tenure[level] > organization.tenure[mentee]]
    for pool in [*above, longer, *pools]:
        # A window of a large pool is enough, and keeps a company-wide programme linear in its size.
        if len(pool) > 64:
            pool = np.take(pool, int(u * len(pool)) + np.arange(64), mode="wrap")
        fits = [int(seat) for seat in pool if _outside_line(organization, mentee, int(seat))]
        if fits:
            return min(fits, key=lambda seat: (load[seat], rank[seat]))
    return -1


def _outside_line(organization: Organization, mentee: int, seat: int) -> bool:
    manager = organization.manager
    if seat == mentee or (manager[mentee] >= 0 and manager[seat] == manager[mentee]):
        return False
    return not (_is_above(manager, seat, mentee) or _is_above(manager, mentee, seat))


def _is_above(manager: Ints, one: int, other: int) -> bool:
    above = int(manager[other])
    while above >= 0:
        if above == one:
            return True
        above = int(manager[above])
    return False


def _main_root(organization: Organization) -> int:
    """The root with the most direct reports, the first of equals."""
    roots = np.flatnonzero((organization.manager < 0) & organization.staff)
    if not len(roots):
        raise OrganizationError(
            "the organisation has no member of staff at the top: add one before learning leaders"
        )
    return int(roots[np.argmax(organization.reports_count()[roots])])


def _different(luck: Luck, population: int, rows: int, width: int) -> npt.NDArray[np.int64]:
    """`rows` draws of `width` different numbers below `population`, shape (rows, width)."""
    drawn = np.zeros((rows, width), dtype=np.int64)
    for column in range(width):
        # The k-th of those not yet taken: shift past each earlier one, smallest first.
        value = luck.integers(population - column, rows)
        for taken in np.sort(drawn[:, :column], axis=1).T:
            value += value >= taken
        drawn[:, column] = value
    return drawn


def _new_ids(organization: Organization, stem: str, count: int) -> tuple[str, ...]:
    used = set(organization.ids)
    names: list[str] = []
    k = 0
    while len(names) < count:
        k += 1
        if f"{stem}-{k}" not in used:
            names.append(f"{stem}-{k}")
    return tuple(names)


def _append(
    organization: Organization,
    *,
    ids: tuple[str, ...],
    manager: Ints,
    level: int,
    tier: npt.ArrayLike,
    department: Ints,
    site: Ints,
) -> Organization:
    """More seats at the end, without ties; tenure and survey unknown."""
    unknown = np.full(len(ids), np.nan)
    survey: Mapping[str, Floats] = {
        name: np.concatenate([values, unknown]) for name, values in organization.survey.items()
    }
    return replace(
        organization,
        ids=organization.ids + ids,
        manager=np.concatenate([organization.manager, manager]).astype(np.int32),
        level=np.concatenate([organization.level, np.full(len(ids), level)]).astype(np.int8),
        tier=np.concatenate([organization.tier, np.asarray(tier)]).astype(np.int8),
        department=np.concatenate([organization.department, department]).astype(np.int32),
        site=np.concatenate([organization.site, site]).astype(np.int32),
        tenure=np.concatenate([organization.tenure, unknown]),
        survey=survey,
    )
