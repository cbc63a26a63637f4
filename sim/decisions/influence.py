"""Influence maximisation: the seats from which a cascade along today's ties reaches most people.

Greedy choice (Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769; at least 63 % of the optimum) on reverse
reachable sets (Borgs et al. 2014, doi:10.1137/1.9781611973402.70): who could have lit a person drawn at random.
Cascades are independent, each tie passing on with its weight's share of all that the hearer hears (the weighted
cascade).  It is a textbook model of spreading, simpler than the simulation in which the choice is then tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.decisions.errors import DecisionError
from sim.organization.luck import Luck
from sim.organization.people import Organization

Ints = npt.NDArray[np.int32]
SETS: Final = 2000
_BUFFER: Final = 65_536


def reverse_reachable(
    organization: Organization, *, sets: int = SETS, seed: int = 0
) -> list[npt.NDArray[np.int64]]:
    """Sets of seats from which a cascade reaches a person drawn at random, one array of seats a set."""
    n = organization.n
    staff = np.flatnonzero(organization.staff)
    ties = organization.ties.where(organization.ties.active)
    order = np.argsort(ties.hearer, kind="stable")
    source, weight = ties.source[order].astype(np.int64), ties.weight[order].astype(np.float64)
    start = np.concatenate([[0], np.cumsum(np.bincount(ties.hearer, minlength=n))])
    heard = np.bincount(ties.hearer, weights=ties.weight, minlength=n)
    chance = weight / np.maximum(heard[ties.hearer[order]], 1e-300)
    luck = Luck(seed, "reverse reachable sets")
    draws, used = luck.uniform(_BUFFER), 0
    targets = staff[luck.integers(len(staff), sets)]
    found = []
    for target in targets:
        reached, waiting = {int(target)}, [int(target)]
        while waiting:
            seat = waiting.pop()
            first, last = int(start[seat]), int(start[seat + 1])
            if first == last:
                continue
            if used + last - first > len(
                draws
            ):  # many draws at once: a call each would take most of the time
                draws, used = luck.uniform(max(_BUFFER, last - first)), 0
            lit = source[first:last][draws[used : used + last - first] < chance[first:last]]
            used += last - first
            for other in lit.tolist():
                if other not in reached:
                    reached.add(other)
                    waiting.append(other)
        found.append(np.fromiter(reached, dtype=np.int64))
    return found


def greedy_seats(
    organization: Organization,
    count: int,
    *,
    among: Sequence[int] | None = None,
    seed: int = 0,
    sets: int = SETS,
) -> Ints:
    """Seats that greedily cover most reverse reachable sets, ascending, shape (count,).

    Args:
        organization: seats and ties.
        count: how many.
        among: seats to choose from; all staff where not given.
        seed: of the sets drawn.
        sets: how many sets.

    Raises:
        DecisionError: more seats than there are to choose from.
    """
    allowed = np.flatnonzero(organization.staff) if among is None else np.asarray(sorted(among))
    if not 0 < count <= len(allowed):
        raise DecisionError(f"{count} seats cannot be chosen from {len(allowed)}; give 1 to {len(allowed)}")
    drawn = reverse_reachable(organization, sets=sets, seed=seed)
    seats = np.concatenate(drawn)
    which = np.repeat(np.arange(len(drawn)), [len(some) for some in drawn])
    open_ = np.ones(len(drawn), dtype=np.bool_)
    chosen: list[int] = []
    for _ in range(count):
        covers = np.bincount(seats[open_[which]], minlength=organization.n)
        rank = np.full(organization.n, -1, dtype=np.int64)
        rank[allowed] = covers[allowed]
        rank[chosen] = -1
        best = int(rank.argmax())
        chosen.append(best)
        open_[which[seats == best]] = False
    return np.sort(np.array(chosen, dtype=np.int32))
