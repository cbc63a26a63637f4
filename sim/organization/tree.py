"""The reporting tree as arrays: tiers, levels, departments, and the ties that come with a seat.

Weights are contact frequencies relative to a team mate's.  A dyad of manager and report exchanged 3.4 times
as much mail as one of team mates (85.7 against 25.4 in nine months; Michalski, Palus & Kazienko 2011).
"""

from __future__ import annotations

import numpy as np

from sim.organization.people import FIXED, Bools, Bytes, Ints, Ties
from sim.theory.channels import AUTHORITY, EMPLOYEE, EXECUTIVE, MANAGER, MUTUAL, PEERS

LEADER_WEIGHT = 3.4  # leader to report
NEXT_TIER_WEIGHT = 1.0  # leader's leader to report: "weaker to the next tier"
TEAM_WEIGHT = 1.0
JOINT_WEIGHT = 1.0
FULL_TEAM = 9  # up to this size everybody in a team hears everybody; beyond, the nearest eight


def tiers_of(manager: Ints) -> Bytes:
    """Steps below the top of each seat's own tree, 0 at a root, shape (n,).  The tree must have no cycle."""
    tier = np.zeros(len(manager), dtype=np.int8)
    above = manager.copy()
    while (led := above >= 0).any():
        tier += led
        above = np.where(led, manager[above], -1).astype(np.int32)
    return tier


def heights_of(manager: Ints, tier: Bytes) -> Bytes:
    """Seniority by what a seat leads: tiers below it in its own line, 0 for those who lead nobody, shape
    (n,).
    """
    height = np.zeros(len(manager), dtype=np.int8)
    for depth in range(int(tier.max(initial=0)), 0, -1):
        seats = np.flatnonzero(tier == depth)
        np.maximum.at(height, manager[seats], height[seats] + np.int8(1))
    return height


def levels_of(manager: Ints) -> Bytes:
    """Level of each seat from the tree alone, shape (n,).

    EXECUTIVE: roots who lead somebody and those of their direct reports who lead somebody.  MANAGER: every
    other seat with reports.  EMPLOYEE: a seat without reports.  Where nobody leads anybody, a single root
    is EXECUTIVE.
    """
    n = len(manager)
    leads = np.bincount(manager[manager >= 0], minlength=n) > 0
    root = manager < 0
    top = root | (~root & root[manager])
    level = np.where(leads, np.where(top, EXECUTIVE, MANAGER), EMPLOYEE).astype(np.int8)
    if n == 1:
        level[:] = EXECUTIVE
    return level


def teams_of(manager: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Seats sorted by team (those who share a manager; a root is a team of its own).

    Returns:
        order: seats, team by team, shape (n,).
        start, size: of each seat's own team in `order`, shape (n,).
        place: each seat's place in its team, from 0, shape (n,).
    """
    n = len(manager)
    seats = np.arange(n)
    team = np.where(manager >= 0, manager, n + seats)
    order = np.argsort(team, kind="stable")
    sorted_team = team[order]
    first = np.ones(n, dtype=bool)
    first[1:] = sorted_team[1:] != sorted_team[:-1]
    begins = np.flatnonzero(first)
    sizes = np.diff(np.append(begins, n))
    group = np.cumsum(first) - 1
    start, size = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    start[order], size[order] = begins[group], sizes[group]
    place = np.empty(n, dtype=np.int32)
    place[order] = seats
    return order.astype(np.int32), start, size, (place - start).astype(np.int32)


def fixed_ties(manager: Ints) -> Ties:
    """The ties that come with the seats of a reporting tree, all FIXED and active.

    AUTHORITY: report hears leader (3.4) and leader's leader (1.0).  MUTUAL: leader and report hear each other
    (1.0).  PEERS: team mates hear each other (1.0); in teams above nine each hears the eight nearest by
    index, so that the number of ties stays bounded.
    """
    report = np.flatnonzero(manager >= 0).astype(np.int32)
    leader = manager[report]
    led = manager[leader] >= 0
    return Ties.joined(
        Ties.of(report, leader, layer=AUTHORITY, weight=LEADER_WEIGHT, kind=FIXED),
        Ties.of(report[led], manager[leader[led]], layer=AUTHORITY, weight=NEXT_TIER_WEIGHT, kind=FIXED),
        _team_ties(manager),
        Ties.of(report, leader, layer=MUTUAL, weight=JOINT_WEIGHT, kind=FIXED),
        Ties.of(leader, report, layer=MUTUAL, weight=JOINT_WEIGHT, kind=FIXED),
    )


def _team_ties(manager: Ints) -> Ties:
    order, start, size, place = teams_of(manager)
    seats = np.arange(len(manager), dtype=np.int32)
    near = (FULL_TEAM - 1) // 2
    hearers, sources = [], []
    for step in range(1, FULL_TEAM):
        # In a large team steps 1..4 go forward round the ring and 5..8 backward.
        stride = np.where((size > FULL_TEAM) & (step > near), size - (step - near), step)
        has = step < size
        hearers.append(seats[has])
        sources.append(order[(start + (place + stride) % size)[has]])
    return Ties.of(
        np.concatenate(hearers), np.concatenate(sources), layer=PEERS, weight=TEAM_WEIGHT, kind=FIXED
    )


def department_subtrees(manager: Ints, count: int) -> Ints:
    """Cut a tree into at most `count` departments of like size, each of whole subtrees below the top, shape
    (n,).

    The cut is made at the first tier with at least `count` leading seats; neighbouring subtrees are joined.
    Fewer departments come only of a tree without such a tier.
    Seats above the cut belong to the department that most of the people below them belong to.
    """
    n = len(manager)
    tier = tiers_of(manager)
    leads = np.bincount(manager[manager >= 0], minlength=n) > 0
    heads_at = np.bincount(tier[leads], minlength=int(tier.max()) + 1)
    heads_at[0] = 0
    enough = np.flatnonzero(heads_at >= count)
    cut = int(enough[0]) if len(enough) else int(np.argmax(heads_at))
    if heads_at[cut] == 0 or count <= 1:
        return np.zeros(n, dtype=np.int32)
    head = np.arange(n, dtype=np.int32)
    while (below := (tier[head] > cut)).any():
        head = np.where(below, manager[head], head).astype(np.int32)
    is_head = leads & (tier == cut)
    size = np.bincount(head, minlength=n)[is_head].astype(float)
    middle = (np.cumsum(size) - size / 2) / size.sum()
    number = np.full(n, -1, dtype=np.int32)
    number[is_head] = _all_there(np.minimum((middle * count).astype(np.int32), count - 1), count)
    department = number[head]
    for depth in range(cut - 1, -1, -1):  # leaders above the cut: where most of their line is
        _join_majority(department, manager, tier == depth)
    for depth in range(1, cut + 1):  # seats that lead nobody beside the heads: with their leader
        staff = (tier == depth) & (department < 0)
        department[staff] = department[manager[staff]]
    department = np.maximum(department, 0)
    _, compact = np.unique(department, return_inverse=True)
    return compact.astype(np.int32)


def _all_there(number: Ints, count: int) -> Ints:
    """Departments of neighbouring subtrees, ascending, moved as little as gives each of `count` at least one.

    A large subtree can reach over a whole department's share; then its neighbours make that department.
    """
    subtrees = len(number)
    if subtrees < count or len(np.unique(number)) == count:
        return number
    moved = number.copy()
    before = -1
    for k in range(subtrees):
        before = moved[k] = max(min(int(number[k]), before + 1), count - subtrees + k)
    return moved


def _join_majority(department: Ints, manager: Ints, seats: Bools) -> None:
    """Give each of `seats` the commonest department among its reports, the lowest number of equals."""
    reports = np.flatnonzero((manager >= 0) & (department >= 0))
    reports = reports[seats[manager[reports]]]
    width = int(department.max()) + 1
    pair, count = np.unique(
        manager[reports].astype(np.int64) * width + department[reports], return_counts=True
    )
    order = np.lexsort((pair, -count, pair // width))
    leader, first = np.unique(pair[order] // width, return_index=True)
    department[leader] = pair[order][first] % width
