"""Measures of structure against networkx and against published counts."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from organization_data import data_folder

from sim.organization import GeneratorSpec, generate
from sim.organization.csvfile import read_table
from sim.organization.measures import correlation, local_clustering, reciprocity, simple_graph


def test_clustering_and_reciprocity_as_networkx_has_them() -> None:
    ties = generate(GeneratorSpec(people=150), seed=9).ties
    pairs = sorted(set(zip(ties.hearer.tolist(), ties.source.tolist())))
    directed = nx.DiGraph(pairs)
    directed.add_nodes_from(range(150))
    expected = nx.clustering(nx.Graph(directed))
    found = local_clustering(simple_graph(150, ties.hearer, ties.source))
    assert np.allclose(found, [expected[k] for k in range(150)], atol=1e-12)
    assert reciprocity(150, ties.hearer, ties.source) == pytest.approx(nx.reciprocity(directed), abs=1e-12)


@pytest.mark.parametrize(
    ("folder", "layer", "arcs", "returned"),
    [
        ("lazega_lawfirm", "advice", 892, 0.392),
        ("lazega_lawfirm", "cowork", 1104, 0.685),
        ("lazega_lawfirm", "friendship", 575, 0.612),
        ("krackhardt_hightech", "advice", 190, None),
        ("krackhardt_hightech", "friendship", 102, None),
        ("krackhardt_hightech", "reports_to", 20, 0.0),
    ],
)
def test_published_counts(folder: str, layer: str, arcs: int, returned: float | None) -> None:
    """Rows NET-Lazega and NET-Krackhardt of the evidence register."""
    table = read_table(data_folder(folder) / "ties.csv")
    rows = [row.cells for row in table.rows if row.cells["layer"] == layer]
    assert len(rows) == arcs
    source = np.array([int(row["source"]) for row in rows], dtype=np.int32)
    target = np.array([int(row["target"]) for row in rows], dtype=np.int32)
    if returned is not None:
        assert reciprocity(100, source, target) == pytest.approx(returned, abs=0.0006)


def test_lazega_ties_inside_the_office() -> None:
    """Row NET-Lazega: .785 of advice stays within the office."""
    folder = data_folder("lazega_lawfirm")
    office = {row.cells["id"]: row.cells["office"] for row in read_table(folder / "people.csv").rows}
    advice = [row.cells for row in read_table(folder / "ties.csv").rows if row.cells["layer"] == "advice"]
    inside = np.mean([office[row["source"]] == office[row["target"]] for row in advice])
    assert inside == pytest.approx(0.785, abs=0.0006)


def test_correlation_without_variation_is_undefined() -> None:
    assert np.isnan(correlation([1, 1, 1], [1, 2, 3]))
