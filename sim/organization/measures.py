"""The structure of an organisation in numbers, to hold it against what was measured on real ones (pattern
P11).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sim.organization.people import INFORMAL, Floats, Ints, Organization
from sim.organization.tree import heights_of
from sim.theory.channels import LAYERS


def structure(organization: Organization) -> dict[str, float]:
    """The quantities of pattern P11, on the ties that are active at the start and staff only.

    Returns, by name (NaN where undefined):
        people; manager_share: share of seats with reports; span_mean, span_median, span_max: direct reports
        of those who lead; tiers; clustering: mean local clustering of the undirected simple graph of all
        active ties; reciprocity: share of informal arcs (advice) that are returned; inside_unit,
        inside_unit_ratio: share of informal arcs inside a department, and that share over its expectation
        if partners were drawn at random; inside_unit_all: the same share over all pairs with any tie;
        advice_seniority: correlation of how often one is asked (informal arcs) with seniority (tiers led);
        degree: pairs a person; arcs: arcs a hearer; arcs_<layer>: by layer; acquaintances: dormant over
        active informal arcs.
    """
    n, staff = organization.n, organization.staff
    ties = organization.ties.where(
        organization.ties.active & staff[organization.ties.hearer] & staff[organization.ties.source]
    )
    spans = organization.reports_count()[organization.reports_count() > 0]
    informal = ties.where(ties.kind == INFORMAL)
    dormant = int(((organization.ties.kind == INFORMAL) & ~organization.ties.active).sum())
    graph = simple_graph(n, ties.hearer, ties.source)
    one, other = sparse.triu(graph).nonzero()
    unit = organization.department
    inside = _mean(unit[informal.hearer] == unit[informal.source])
    chance = _chance_inside(unit[staff])
    asked = np.bincount(informal.source, minlength=n)
    people = int(staff.sum())
    values = {
        "people": float(people),
        "manager_share": len(spans) / people if people else np.nan,
        "span_mean": _mean(spans),
        "span_median": float(np.median(spans)) if len(spans) else np.nan,
        "span_max": float(spans.max(initial=0)),
        "tiers": float(organization.tier.max(initial=0)) + 1,
        "clustering": float(local_clustering(graph)[staff].mean()) if people else np.nan,
        "reciprocity": reciprocity(n, informal.hearer, informal.source),
        "inside_unit": inside,
        "inside_unit_ratio": inside / chance if chance > 0 else np.nan,
        "inside_unit_all": _mean(unit[one] == unit[other]),
        "advice_seniority": correlation(
            asked[staff], heights_of(organization.manager, organization.tier)[staff]
        ),
        "degree": 2.0 * len(one) / people if people else np.nan,
        "arcs": len(ties) / people if people else np.nan,
        "acquaintances": dormant / len(informal) if len(informal) else np.nan,
    }
    for layer, label in enumerate(LAYERS):
        values[f"arcs_{label}"] = int((ties.layer == layer).sum()) / people if people else np.nan
    return values


def simple_graph(n: int, hearer: Ints, source: Ints) -> sparse.csr_matrix:
    """The undirected simple graph of some arcs as a symmetric 0/1 matrix, shape (n, n)."""
    ones = np.ones(len(hearer), dtype=np.int64)
    arcs = sparse.csr_matrix((ones, (hearer, source)), shape=(n, n))
    both = (arcs + arcs.T).tocsr()
    both.setdiag(0)
    both.eliminate_zeros()
    both.data[:] = 1
    return both


def local_clustering(graph: sparse.csr_matrix) -> Floats:
    """Share of each person's pairs of contacts who are themselves in contact, 0 below two contacts, shape
    (n,).
    """
    degree = np.asarray(graph.sum(axis=1)).ravel().astype(float)
    closed = np.asarray((graph @ graph).multiply(graph).sum(axis=1)).ravel()
    pairs = degree * (degree - 1)
    shares: Floats = np.divide(closed, pairs, out=np.zeros(len(degree)), where=pairs > 0)
    return shares


def reciprocity(n: int, hearer: Ints, source: Ints) -> float:
    """Share of different arcs whose reverse exists too; NaN without arcs."""
    forth = np.unique(hearer.astype(np.int64) * n + source)
    back = forth % n * n + forth // n
    return _mean(np.isin(back, forth))


def correlation(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Pearson correlation; NaN where either does not vary."""
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if len(x) < 3 or x.std() == 0 or y.std() == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def _chance_inside(unit: Ints) -> float:
    n = len(unit)
    if n < 2:
        return float("nan")
    sizes = np.bincount(unit).astype(float)
    return float((sizes * (sizes - 1)).sum() / (n * (n - 1)))


def _mean(values: npt.ArrayLike) -> float:
    array = np.asarray(values, dtype=float)
    return float(array.mean()) if len(array) else float("nan")
