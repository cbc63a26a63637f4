"""Nets of the limits: stars, rings, tori, random nets; as organisations in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.organization.luck import Luck
from sim.organization.people import FIXED, Organization, Ties
from sim.organization.peoplefile import HIGHEST, LOWEST
from sim.scenario import Resolved
from sim.theory.channels import EMPLOYEE, RIPPLES

Arcs = npt.NDArray[np.int64]  # (arcs, 2): source, hearer
Seats = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Net:
    """Who hears whom among `n` people, and who practises at the start.

    Attributes:
        n: people; arcs: source and hearer, shape (arcs, 2); practising: seats, shape (seeds,).
        directed: whether the arcs go one way (else both ways are listed).
    """

    n: int
    arcs: Arcs
    practising: Seats
    directed: bool = False


def both_ways(pairs: Arcs) -> Arcs:
    """Arcs in both directions of undirected pairs."""
    return np.concatenate([pairs, pairs[:, ::-1]])


def star(rays: int) -> Net:
    """A hub (seat 0) and its rays; nobody practises."""
    pairs = np.stack([np.zeros(rays, dtype=np.int64), np.arange(1, rays + 1)], axis=1)
    return Net(rays + 1, both_ways(pairs), np.empty(0, dtype=np.int64))


def ring(n: int, degree: int) -> Net:
    """A ring on which each hears the `degree` nearest; seat 0 and its neighbours practise."""
    seats = np.arange(n)
    half = degree // 2
    pairs = np.concatenate([np.stack([seats, (seats + step) % n], axis=1) for step in range(1, half + 1)])
    return Net(n, both_ways(pairs), np.sort(np.arange(-half, half + 1) % n))


def torus(side: int) -> Net:
    """A torus of side × side with eight neighbours each; a square of nine practises."""
    seats = np.arange(side * side)
    row, column = seats // side, seats % side
    parts = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        parts.append(np.stack([seats, (row + down) % side * side + (column + right) % side], axis=1))
    square = np.array([r % side * side + c % side for r in (-1, 0, 1) for c in (-1, 0, 1)])
    return Net(side * side, both_ways(np.concatenate(parts)), np.sort(square))


def rewired_torus(side: int, share: float, seed: int) -> Net:
    """A torus on which each tie exchanged an end with another at chance `share`; a seat and its neighbours practise.

    Everybody's degree is kept.  An exchange moves two ties, so about 1 − (1 − share)² of them are moved.
    """
    net = torus(side)
    pairs = net.arcs[: len(net.arcs) // 2].copy()
    luck = Luck(seed, f"rewired {share:g}")
    known = {(min(a, b), max(a, b)) for a, b in pairs.tolist()}
    wanted = round(share * len(pairs))
    ends = luck.integers(len(pairs), 2 * 2 * max(wanted, 1)).reshape(-1, 2)
    done = 0
    for first, second in ends.tolist():
        if done == wanted:
            break
        a, b = pairs[first].tolist()
        c, d = pairs[second].tolist()
        fresh = (min(a, d), max(a, d)), (min(c, b), max(c, b))
        if len({a, b, c, d}) < 4 or fresh[0] in known or fresh[1] in known:
            continue
        known -= {(min(a, b), max(a, b)), (min(c, d), max(c, d))}
        known |= set(fresh)
        pairs[first], pairs[second] = (a, d), (c, b)
        done += 1
    arcs = both_ways(pairs)
    hub = int(luck.integers(net.n, 1)[0])
    return Net(net.n, arcs, np.unique(np.concatenate([[hub], arcs[arcs[:, 1] == hub, 0]])))


def random_net(n: int, mean_degree: float, seed: int, *, practising: float | int = 1) -> Net:
    """A Poisson random net (a fixed number of pairs, each alike), with a share or a number of people practising."""
    luck = Luck(seed, f"random net {n} {mean_degree:g}")
    wanted = round(n * mean_degree / 2.0)
    code = np.empty(0, dtype=np.int64)
    while len(code) < wanted:
        a, b = luck.integers(n, 2 * wanted), luck.integers(n, 2 * wanted)
        fresh = np.minimum(a, b) * n + np.maximum(a, b)
        code = np.unique(np.concatenate([code, fresh[a != b]]))
    code = code[luck.permutation(len(code))[:wanted]]
    pairs = np.stack([code // n, code % n], axis=1)
    count = practising if isinstance(practising, int) else round(practising * n)
    return Net(n, both_ways(pairs), np.sort(luck.permutation(n)[:count]))


def crowd(needs: list[int]) -> Net:
    """Granovetter's crowd: person i needs `needs[i]` others.  As many standing practisers, without ties, as there are people."""
    n = len(needs)
    arcs = [(n + k, i) for i, need in enumerate(needs) for k in range(n - need)]
    return Net(2 * n, np.array(arcs, dtype=np.int64), np.arange(n, 2 * n), directed=True)


def on_net(resolved: Resolved, net: Net) -> Resolved:
    """The same scenario on a net: ties of weight 1 on ripples that neither end nor form, no leaders, one department."""
    n = net.n
    order = np.lexsort((net.arcs[:, 0], net.arcs[:, 1]))
    practising = np.full(n, LOWEST)
    practising[net.practising] = HIGHEST
    zeros = np.zeros(n, dtype=np.int32)
    organization = Organization(
        name="net",
        ids=tuple(f"{seat:06d}" for seat in range(n)),
        manager=np.full(n, -1, dtype=np.int32),
        level=np.full(n, EMPLOYEE, dtype=np.int8),
        tier=np.zeros(n, dtype=np.int8),
        department=zeros,
        department_names=("everybody",),
        site=zeros,
        tenure=np.full(n, np.nan),
        ties=Ties.of(net.arcs[order, 1], net.arcs[order, 0], layer=RIPPLES, weight=1.0, kind=FIXED),
        survey={} if not len(net.practising) else {"practising": practising},
    )
    seedings = tuple(
        replace(seeding, seats=np.arange(n, dtype=np.int32)) for seeding in resolved.seedings
    )  # a net has no levels or departments to choose by: seeds are everybody
    return replace(resolved, organization=organization, seedings=seedings)
