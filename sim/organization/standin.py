"""A stand-in for a reporting tree that a file does not have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.organization.people import Floats, Ints


def stand_in_tree(rank: Floats, department: Ints, asked: npt.NDArray[np.integer], *, span: float) -> Ints:
    """A tree from what is known of seniority: manager of each seat, -1 for the root, shape (n,).

    The most senior person of each department heads it, and leads its people through a tree of constant span
    in order of seniority; the heads form such a tree under the most senior of all.

    Args:
        rank: formal level, 1 the most senior, NaN where unknown (then last), shape (n,).
        department: shape (n,).
        asked: how many ask each person, which decides between equals, shape (n,).
        span: reports of a full leader, rounded, at least 2.
    """
    n = len(rank)
    seats = np.arange(n)
    order = np.lexsort((seats, -asked, np.where(np.isnan(rank), np.inf, rank)))
    place = np.empty(n, dtype=np.int64)
    place[order] = seats
    manager = np.full(n, -1, dtype=np.int32)
    heads = []
    by_department = np.lexsort((place, department))
    for members in np.split(by_department, np.flatnonzero(np.diff(department[by_department])) + 1):
        _heap(manager, members, span)
        heads.append(int(members[0]))
    _heap(manager, np.array(sorted(heads, key=lambda seat: int(place[seat]))), span)
    return manager


def _heap(manager: Ints, members: npt.NDArray[np.int64], span: float) -> None:
    """Member k reports to member (k - 1) // span."""
    width = max(2, round(span))
    manager[members[1:]] = members[(np.arange(1, len(members)) - 1) // width]
