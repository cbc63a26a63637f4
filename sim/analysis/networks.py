"""Measures of a network that people expect, by layer of ties: one table from name to function for people, one for layers.

Arcs run from the one who is heard to the hearer and weigh what the tie weighs.  Everything is worked out with sparse
matrices; the tests hold each measure to networkx and igraph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh

from sim.organization.measures import local_clustering, reciprocity, simple_graph
from sim.organization.people import Organization
from sim.theory.channels import LAYERS, LEVELS

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Matrix: TypeAlias = sparse.csr_matrix

EVERY: Final = "all"  # all layers together, weights added
DAMPING: Final = 0.85  # of PageRank, as Brin and Page have it
_BATCH: Final = 256  # people whose shortest paths are worked out at once
_SEED: Final = 1  # of the order in which communities are looked for


@dataclass(frozen=True, eq=False)
class Net:
    """One layer of ties among some people.

    Attributes:
        weights: weight of the arc from a row (heard) to a column (hearer), shape (n, n).
        department, level: of each person, shape (n,).
    """

    weights: Matrix
    department: Ints
    level: Ints

    @property
    def n(self) -> int:
        """Number of people."""
        return int(self.weights.shape[0])

    @cached_property
    def arcs(self) -> Matrix:
        """1 where there is an arc."""
        return (self.weights > 0).astype(np.float64).tocsr()

    @cached_property
    def mutual(self) -> Matrix:
        """Weights of both directions together, symmetric."""
        return (self.weights + self.weights.T).tocsr()

    @cached_property
    def pairs(self) -> Matrix:
        """1 where there is an arc in either direction, symmetric."""
        source, hearer = self.weights.nonzero()
        return simple_graph(self.n, hearer, source).astype(np.float64)

    @cached_property
    def paths(self) -> tuple[Floats, Floats]:
        """Betweenness and closeness: see `betweenness` and `closeness`."""
        return _paths(self.arcs)

    @cached_property
    def communities(self) -> Ints:
        """Number of the community of each person: see `community`."""
        return _communities(self.mutual)


def net_of(organization: Organization, layer: str = EVERY) -> tuple[Net, Ints]:
    """The ties of a layer that exist at the start, among the staff; and the seats of its rows.

    Raises:
        ValueError: no such layer.
    """
    if layer not in (*LAYERS, EVERY):
        raise ValueError(f"there is no layer {layer!r}; use one of {', '.join((*LAYERS, EVERY))}")
    ties = organization.ties
    use = ties.active & organization.staff[ties.hearer] & organization.staff[ties.source]
    if layer != EVERY:
        use &= ties.layer == LAYERS.index(layer)
    size = (organization.n, organization.n)
    whole = sparse.csr_matrix((ties.weight[use], (ties.source[use], ties.hearer[use])), shape=size)
    seats = np.flatnonzero(organization.staff)
    net = Net(
        whole[seats][:, seats].tocsr(),
        organization.department[seats].astype(np.int64),
        organization.level[seats].astype(np.int64),
    )
    return net, seats


# --- of people ----------------------------------------------------------------------------------------------


def hears(net: Net) -> Floats:
    """In-degree: how many people one hears."""
    return _sums(net.arcs, 0)


def heard_by(net: Net) -> Floats:
    """Out-degree: how many people hear one."""
    return _sums(net.arcs, 1)


def strength_in(net: Net) -> Floats:
    """Sum of the weights of the arcs on which one hears."""
    return _sums(net.weights, 0)


def strength_out(net: Net) -> Floats:
    """Sum of the weights of the arcs on which one is heard."""
    return _sums(net.weights, 1)


def betweenness(net: Net) -> Floats:
    """Share of the shortest paths of influence between other people that lead through one (Freeman 1977), directed."""
    return net.paths[0]


def closeness(net: Net) -> Floats:
    """How near one is to those whom one's influence reaches: r²/((n − 1)·Σd) with r people reached, 0 if none."""
    return net.paths[1]


def eigenvector(net: Net) -> Floats:
    """Leading eigenvector of the weights of both directions, in the largest connected part, 0 elsewhere; length 1."""
    found = np.zeros(net.n)
    if net.mutual.nnz == 0:
        return found
    _, part = connected_components(net.mutual, directed=False)
    members = np.flatnonzero(part == np.bincount(part).argmax())
    block = net.mutual[members][:, members]
    if len(members) < 50:
        vector = np.linalg.eigh(block.toarray())[1][:, -1]
    else:
        vector = eigsh(block.astype(float), k=1, which="LA", v0=np.ones(len(members)), tol=1e-12)[1][:, 0]
    found[members] = np.abs(vector)
    return found


def pagerank(net: Net) -> Floats:
    """Where attention ends up that is passed on from hearer to heard by weight (Brin and Page 1998); sums to 1."""
    n, heard = net.n, net.weights.T.tocsr()  # from hearer to source
    total = _sums(heard, 1)
    step = (sparse.diags(np.divide(1.0, total, out=np.zeros(n), where=total > 0)) @ heard).T.tocsr()
    rank, gap = np.full(n, 1.0 / n), 1.0
    while gap >= 1e-12:  # each turn leaves DAMPING of it at most
        fresh = np.asarray(DAMPING * (step @ rank + rank[total == 0].sum() / n) + (1.0 - DAMPING) / n)
        gap, rank = float(np.abs(fresh - rank).sum()), fresh
    return rank


def constraint(net: Net) -> Floats:
    """Burt's (1992) constraint: how far one's contacts are each other's; low for brokers, NaN without contacts."""
    share = _proportions(net.mutual)
    invested = (share + share @ share).multiply(net.pairs)
    return _with_contacts(net, _sums(invested.multiply(invested), 1))


def effective_size(net: Net) -> Floats:
    """Burt's (1992) effective size: contacts less what is redundant among them; NaN without contacts."""
    top = net.mutual.max(axis=1).toarray().ravel() if net.mutual.nnz else np.zeros(net.n)
    relative = sparse.diags(np.divide(1.0, top, out=np.zeros(net.n), where=top > 0)) @ net.mutual
    redundant = (_proportions(net.mutual) @ relative.T).multiply(net.pairs)
    return _with_contacts(net, _sums(net.pairs, 1) - _sums(redundant, 1))


def clustering(net: Net) -> Floats:
    """Share of one's pairs of contacts who are in contact themselves, whatever the direction; 0 below two contacts."""
    return local_clustering(net.pairs)


def outside(net: Net) -> Floats:
    """Share of one's contacts who are in another department, NaN without contacts."""
    one, other = net.pairs.nonzero()
    abroad = np.bincount(one, net.department[one] != net.department[other], minlength=net.n)
    degree = _sums(net.pairs, 1)
    share: Floats = np.divide(abroad, degree, out=np.full(net.n, np.nan), where=degree > 0)
    return share


def community(net: Net) -> Floats:
    """Number of one's community, 0 the largest, by modularity of weights (Louvain: Blondel et al. 2008)."""
    return net.communities.astype(np.float64)


PERSON_MEASURES: Final[Mapping[str, Callable[[Net], Floats]]] = {
    "hears": hears,
    "heard_by": heard_by,
    "strength_in": strength_in,
    "strength_out": strength_out,
    "betweenness": betweenness,
    "closeness": closeness,
    "eigenvector": eigenvector,
    "pagerank": pagerank,
    "constraint": constraint,
    "effective_size": effective_size,
    "clustering": clustering,
    "outside": outside,
    "community": community,
}


# --- of layers ----------------------------------------------------------------------------------------------


def transitivity(net: Net) -> float:
    """Share of two-step contacts that are closed, over the whole layer; NaN without any."""
    degree = _sums(net.pairs, 1)
    open_and_closed = float((degree * (degree - 1)).sum())
    closed = float((net.pairs @ net.pairs).multiply(net.pairs).sum())
    return closed / open_and_closed if open_and_closed else float("nan")


def assortativity(net: Net, label: Ints) -> float:
    """Newman's (2003) coefficient: 1 if arcs stay among the alike, 0 if they fall as by chance; NaN if all are alike."""
    source, hearer = net.arcs.nonzero()
    if not len(source):
        return float("nan")
    kinds = int(label.max()) + 1
    mixing = np.zeros((kinds, kinds))
    np.add.at(mixing, (label[source], label[hearer]), 1.0 / len(source))
    chance = float(mixing.sum(axis=1) @ mixing.sum(axis=0))
    return (float(np.trace(mixing)) - chance) / (1.0 - chance) if chance < 1.0 - 1e-12 else float("nan")


def modularity(net: Net, label: Ints) -> float:
    """Newman's modularity of a partition on the weights of both directions; NaN without ties."""
    total = float(net.mutual.sum())
    if not total:
        return float("nan")
    one, other = net.mutual.nonzero()
    within = float(np.asarray(net.mutual[one, other]).ravel()[label[one] == label[other]].sum())
    strength = np.bincount(label, _sums(net.mutual, 1))
    return within / total - float((strength**2).sum()) / total**2


def _reciprocity(net: Net) -> float:
    source, hearer = net.arcs.nonzero()
    return reciprocity(net.n, hearer.astype(np.int32), source.astype(np.int32))


def _largest(net: Net) -> float:
    _, part = connected_components(net.pairs, directed=False)
    return float(np.bincount(part).max()) / net.n


LAYER_MEASURES: Final[Mapping[str, Callable[[Net], float]]] = {
    "people": lambda net: float(net.n),
    "arcs": lambda net: float(net.arcs.nnz),
    "density": lambda net: net.arcs.nnz / (net.n * (net.n - 1)) if net.n > 1 else float("nan"),
    "contacts_mean": lambda net: float(_sums(net.pairs, 1).mean()),
    "reciprocity": _reciprocity,
    "clustering": lambda net: float(clustering(net).mean()),
    "transitivity": transitivity,
    "parts": lambda net: float(connected_components(net.pairs, directed=False)[0]),
    "largest_part": _largest,
    "assortativity_department": lambda net: assortativity(net, net.department),
    "assortativity_level": lambda net: assortativity(net, net.level),
    "communities": lambda net: float(net.communities.max(initial=-1)) + 1.0,
    "modularity": lambda net: modularity(net, net.communities),
    "modularity_department": lambda net: modularity(net, net.department),
}


# --- tables -------------------------------------------------------------------------------------------------


def person_table(
    organization: Organization,
    layers: Sequence[str] = (*LAYERS, EVERY),
    measures: Sequence[str] = tuple(PERSON_MEASURES),
) -> pd.DataFrame:
    """A row a member of staff and layer: layer, seat, id (pseudonym), level, department, and the measures.

    For research on networks; it is not made for appraising a person.

    Raises:
        ValueError: no such layer or measure.
    """
    import pandas as pd

    _known(measures, PERSON_MEASURES)
    parts = []
    for layer in layers:
        net, seats = net_of(organization, layer)
        names = organization.department_names or ("everybody",)
        who = {
            "layer": layer,
            "seat": seats,
            "id": [organization.ids[seat] for seat in seats],
            "level": [LEVELS[level] for level in net.level],
            "department": [names[number] for number in net.department],
        }
        parts.append(pd.DataFrame({**who, **{name: PERSON_MEASURES[name](net) for name in measures}}))
    return pd.concat(parts, ignore_index=True)


def layer_table(
    organization: Organization,
    layers: Sequence[str] = (*LAYERS, EVERY),
    measures: Sequence[str] = tuple(LAYER_MEASURES),
) -> pd.DataFrame:
    """A row a measure of the whole layer, a column a layer.

    Raises:
        ValueError: no such layer or measure.
    """
    import pandas as pd

    _known(measures, LAYER_MEASURES)
    nets = {layer: net_of(organization, layer)[0] for layer in layers}
    rows = {name: [LAYER_MEASURES[name](net) for net in nets.values()] for name in measures}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(nets)).rename_axis("measure")


def _known(measures: Sequence[str], table: Mapping[str, object]) -> None:
    for name in measures:
        if name not in table:
            raise ValueError(f"there is no measure {name!r}; use some of {', '.join(table)}")


# --- how ----------------------------------------------------------------------------------------------------


def _sums(matrix: Matrix, axis: int) -> Floats:
    return np.asarray(matrix.sum(axis=axis), dtype=np.float64).ravel()


def _proportions(matrix: Matrix) -> Matrix:
    """Rows that sum to 1, or to 0 where empty."""
    total = _sums(matrix, 1)
    return sparse.diags(np.divide(1.0, total, out=np.zeros(len(total)), where=total > 0)) @ matrix


def _with_contacts(net: Net, values: Floats) -> Floats:
    return np.where(_sums(net.pairs, 1) > 0, values, np.nan)


def _paths(arcs: Matrix) -> tuple[Floats, Floats]:
    """Betweenness by Brandes (2001), and closeness, for a batch of sources at a time; columns are sources."""
    n = arcs.shape[0]
    through, near = np.zeros(n), np.zeros(n)
    back = arcs.T.tocsr()
    for first in range(0, n, _BATCH):
        sources = np.arange(first, min(first + _BATCH, n))
        columns = np.arange(len(sources))
        distance = np.full((n, len(sources)), -1, dtype=np.int32)
        ways = np.zeros((n, len(sources)))
        distance[sources, columns], ways[sources, columns] = 0, 1.0
        front, depth = ways.copy(), 0
        while front.any():
            depth += 1
            front = np.where(distance < 0, back @ front, 0.0)
            distance[front > 0] = depth
            ways += front
        reached = distance > 0
        far, count = np.where(reached, distance, 0).sum(axis=0), reached.sum(axis=0)
        near[sources] = np.divide(
            count.astype(float) ** 2, far * max(1, n - 1), out=np.zeros(len(sources)), where=far > 0
        )
        credit = np.zeros_like(ways)
        for step in range(depth, 1, -1):
            share = np.divide(1.0 + credit, ways, out=np.zeros_like(ways), where=distance == step)
            credit += np.where(distance == step - 1, (arcs @ share) * ways, 0.0)
        through += credit.sum(axis=1)
    return through / max(1, (n - 1) * (n - 2)), near


def _communities(mutual: Matrix) -> Ints:
    """Louvain on the symmetric weights, from a fixed seed; numbered by size, then by their first member."""
    import networkx as nx

    graph = nx.from_scipy_sparse_array(sparse.triu(mutual))
    found = nx.community.louvain_communities(graph, weight="weight", seed=_SEED)
    label = np.zeros(mutual.shape[0], dtype=np.int64)
    for number, members in enumerate(sorted(found, key=lambda group: (-len(group), min(group)))):
        label[list(members)] = number
    return label
