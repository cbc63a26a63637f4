"""Measures of networks, each held to networkx or igraph; who lit whom, held to the engine's own books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from scipy import sparse

import sim
from sim.analysis import lighting, networks
from sim.analysis.networks import LAYER_MEASURES, PERSON_MEASURES, Net, layer_table, net_of, person_table
from sim.engine.layout import ADOPT, HIRE, LAPSE, LEAVE, MIXED, N_CREDIT, PROMOTION, SPONTANEOUS
from sim.engine.run import run
from sim.organization import GeneratorSpec, Organization, generate
from sim.organization.measures import structure
from sim.report.lighting import lighting_map, rings
from sim.theory.channels import EVENT_KINDS, LAYERS, LIT_BY


def net(arcs: np.ndarray[Any, Any], department: np.ndarray[Any, Any] | None = None) -> Net:
    """From a dense matrix of weights, source by hearer."""
    unit = np.zeros(len(arcs), dtype=np.int64) if department is None else department
    return Net(sparse.csr_matrix(arcs.astype(float)), unit, unit)


def directed(one: Net) -> nx.DiGraph:
    return nx.from_scipy_sparse_array(one.weights, create_using=nx.DiGraph)


def mutual(one: Net) -> nx.Graph:
    return nx.from_scipy_sparse_array(one.mutual)


def by_node(found: dict[int, float], n: int) -> np.ndarray[Any, Any]:
    return np.array([found[node] for node in range(n)], dtype=float)


PEERS_OF_OURS: dict[str, Callable[[Net], dict[int, float]]] = {
    "hears": lambda one: dict(directed(one).in_degree()),
    "heard_by": lambda one: dict(directed(one).out_degree()),
    "strength_in": lambda one: dict(directed(one).in_degree(weight="weight")),
    "strength_out": lambda one: dict(directed(one).out_degree(weight="weight")),
    "betweenness": lambda one: nx.betweenness_centrality(directed(one)),
    "closeness": lambda one: nx.closeness_centrality(directed(one).reverse()),
    "pagerank": lambda one: nx.pagerank(directed(one).reverse(), tol=1e-13, max_iter=1000),
    "constraint": lambda one: nx.constraint(directed(one), weight="weight"),
    # nodes are named because networkx 3.6 divides by the wrong maximum where it takes all nodes at once
    "effective_size": lambda one: nx.effective_size(mutual(one), nodes=range(one.n), weight="weight"),
    "clustering": lambda one: nx.clustering(nx.Graph(mutual(one))),
}


@st.composite
def random_nets(draw: st.DrawFn) -> Net:
    n = draw(st.integers(3, 24))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    arcs = rng.uniform(0.2, 3.4, (n, n)) * (rng.uniform(size=(n, n)) < draw(st.floats(0.0, 0.6)))
    np.fill_diagonal(arcs, 0.0)
    return net(arcs, rng.integers(0, 3, n))


@pytest.mark.parametrize("name", PEERS_OF_OURS)
@settings(max_examples=25)
@given(one=random_nets())
def test_a_measure_is_that_of_networkx(name: str, one: Net) -> None:
    ours, theirs = PERSON_MEASURES[name](one), by_node(PEERS_OF_OURS[name](one), one.n)
    np.testing.assert_allclose(ours, theirs, atol=1e-9, equal_nan=True)


@settings(max_examples=25)
@given(one=random_nets())
def test_measures_are_those_of_igraph_too(one: Net) -> None:
    igraph = pytest.importorskip("igraph")
    source, hearer = one.weights.nonzero()
    graph = igraph.Graph(n=one.n, edges=list(zip(source.tolist(), hearer.tolist())), directed=True)
    weights = np.asarray(one.weights[source, hearer]).ravel().tolist()
    scale = max(1, (one.n - 1) * (one.n - 2))
    np.testing.assert_allclose(
        PERSON_MEASURES["betweenness"](one), np.array(graph.betweenness()) / scale, atol=1e-9
    )
    if weights and (one.pairs.sum(axis=1) > 0).any():
        tied = PERSON_MEASURES["heard_by"](one) + PERSON_MEASURES["hears"](one) > 0
        theirs = np.array(graph.constraint(weights=weights), dtype=float)
        np.testing.assert_allclose(PERSON_MEASURES["constraint"](one)[tied], theirs[tied], atol=1e-9)
        assert LAYER_MEASURES["reciprocity"](one) == pytest.approx(graph.reciprocity(), abs=1e-12)
    simple = igraph.Graph(n=one.n, edges=list(zip(*one.pairs.nonzero()))).simplify()
    open_ones = simple.transitivity_undirected()
    assert LAYER_MEASURES["transitivity"](one) == pytest.approx(open_ones, abs=1e-12, nan_ok=True)


@settings(max_examples=25)
@given(one=random_nets())
def test_measures_of_a_layer_are_those_of_networkx(one: Net) -> None:
    graph, pairs = directed(one), mutual(one)
    assert LAYER_MEASURES["density"](one) == pytest.approx(nx.density(graph))
    assert LAYER_MEASURES["parts"](one) == nx.number_connected_components(pairs)
    assert LAYER_MEASURES["largest_part"](one) == max(map(len, nx.connected_components(pairs))) / one.n
    labels = dict(enumerate(one.department.tolist()))
    nx.set_node_attributes(graph, labels, "department")
    groups = [{i for i in labels if labels[i] == number} for number in set(labels.values())]
    if one.arcs.nnz:
        with np.errstate(invalid="ignore", divide="ignore"):
            theirs = nx.attribute_assortativity_coefficient(graph, "department")
        assert networks.assortativity(one, one.department) == pytest.approx(theirs, abs=1e-9, nan_ok=True)
        theirs = nx.community.modularity(pairs, groups)
        assert networks.modularity(one, one.department) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("n", [6, 60])
def test_the_leading_eigenvector_is_that_of_networkx(n: int) -> None:
    graph = nx.connected_watts_strogatz_graph(n, 4, 0.3, seed=1)
    one = net(np.triu(nx.to_numpy_array(graph)))
    theirs = nx.eigenvector_centrality(graph, max_iter=10_000, tol=1e-12)
    np.testing.assert_allclose(PERSON_MEASURES["eigenvector"](one), by_node(theirs, n), atol=1e-7)


def test_shortest_paths_over_several_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = net_of(generate(GeneratorSpec(people=60), seed=3))
    whole = one.paths
    monkeypatch.setattr(networks, "_BATCH", 7)
    parts = Net(one.weights, one.department, one.level).paths
    np.testing.assert_allclose(whole[0], parts[0], atol=1e-12)
    np.testing.assert_array_equal(whole[1], parts[1])


def test_without_ties_nobody_leads_and_nothing_is_mixed() -> None:
    """NaN where a share has nothing to be a share of; 0 where nobody is any more central than others."""
    nobody = net(np.zeros((3, 3)), np.array([0, 1, 1]))
    assert PERSON_MEASURES["eigenvector"](nobody).tolist() == [0.0, 0.0, 0.0]
    assert PERSON_MEASURES["pagerank"](nobody) == pytest.approx(np.full(3, 1 / 3))
    for name in ("assortativity_department", "modularity_department", "transitivity"):
        assert np.isnan(LAYER_MEASURES[name](nobody))


def test_planted_communities_and_brokers_are_found() -> None:
    """Four cliques of eight, the first members of which form a ring: communities are the cliques, brokers the ring."""
    arcs = np.kron(np.eye(4), np.ones((8, 8))) - np.eye(32)
    for here, there in ((0, 8), (8, 16), (16, 24), (24, 0)):
        arcs[here, there] = arcs[there, here] = 1.0
    one = net(arcs, np.repeat(np.arange(4), 8))
    label = PERSON_MEASURES["community"](one)
    assert len(set(label)) == 4 and all(len(set(label[8 * k : 8 * k + 8])) == 1 for k in range(4))
    ring = {0, 8, 16, 24}
    assert set(np.argsort(PERSON_MEASURES["constraint"](one))[:4]) == ring
    assert set(np.argsort(PERSON_MEASURES["betweenness"](one))[-4:]) == ring
    assert set(np.flatnonzero(PERSON_MEASURES["outside"](one) > 0)) == ring
    assert LAYER_MEASURES["modularity"](one) > 0.6 and networks.assortativity(one, one.department) > 0.9


def test_tables_are_of_the_staff_by_layer(small_organization: Organization) -> None:
    table = person_table(small_organization)
    assert list(table.columns[5:]) == list(PERSON_MEASURES)
    assert table.groupby("layer").size().to_dict() == dict.fromkeys((*LAYERS, "all"), 60)
    authority = table[table["layer"] == "authority"].set_index("seat")
    reports = small_organization.reports_count()
    assert (authority.loc[np.flatnonzero(reports == 0), "heard_by"] == 0).all()
    whole, ours = layer_table(small_organization), structure(small_organization)
    assert whole.loc["people", "all"] == ours["people"]
    assert whole.loc["contacts_mean", "all"] == pytest.approx(ours["degree"])
    assert whole.loc["clustering", "all"] == pytest.approx(ours["clustering"])
    for layer in LAYERS:
        assert whole.loc["arcs", layer] / 60 == pytest.approx(ours[f"arcs_{layer}"])
    again = person_table(small_organization, ["peers"], ["community"])
    assert again["community"].tolist() == table.loc[table["layer"] == "peers", "community"].tolist()
    with pytest.raises(ValueError, match="no measure 'charisma'"):
        person_table(small_organization, measures=["charisma"])
    with pytest.raises(ValueError, match="no layer 'gossip'"):
        layer_table(small_organization, ["gossip"])


# --- who lit whom -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def once() -> sim.Once:
    """A small firm in which practice spreads by contact."""
    plan = sim.build("busy").organization(people=80).run(years=2.0, burn_in=0.2)
    plan = plan.parameters(contagion=2.0, mixing=0.0).table("responses", adoption="linear", count="number")
    return sim.run_once(plan, seed=2, alpha_offset=0.0)


def test_names_of_events_are_those_of_the_engine() -> None:
    names = [EVENT_KINDS[k] for k in (ADOPT, LAPSE, LEAVE, HIRE, PROMOTION)]
    assert names == ["adopt", "lapse", "leave", "hire", "promote"] and lighting.ADOPT == ADOPT
    assert LIT_BY[SPONTANEOUS] == "spontaneous" and LIT_BY[MIXED] == "mixed" and len(LIT_BY) == N_CREDIT


def test_every_lit_adoption_is_an_arc(once: sim.Once) -> None:
    graph, record = once.who_lit_whom, once.record
    mine = once.events[(once.events["kind"] == "adopt") & (once.events["week"] >= 0)]
    assert len(mine) > 20 and graph.number_of_edges() == (mine["source"] >= 0).sum() > 5
    assert sum(n for _, n in graph.nodes(data="adoptions")) == len(mine)
    for layer in LAYERS:  # the engine's own count, over all levels, from the start of the scenario
        arcs = [row for *_, row in graph.edges(data="layer") if row == layer]
        assert len(arcs) == record.credit[LAYERS.index(layer)].sum() - sum(
            (once.events["week"] < 0) & (once.events["kind"] == "adopt") & (once.events["layer"] == layer)
        )
    for source, seat, row in graph.edges(data=True):
        found = mine[(mine["week"] == row["week"]) & (mine["seat"] == seat) & (mine["source"] == source)]
        assert len(found) == 1 and found["layer"].item() == row["layer"]
    first = mine.groupby("seat")["week"].min().to_dict()
    assert {seat: week for seat, week in graph.nodes(data="first") if week >= 0} == first


def test_the_run_is_that_replicate_of_the_engine(once: sim.Once) -> None:
    alone = run(once.resolved, seed=2, alpha_offset=0.0)
    np.testing.assert_array_equal(once.share.to_numpy(), alone.share)
    assert once.table is once.events and "seed 2" in repr(once)


def test_cascades_count_whom_one_lit_in_the_end() -> None:
    graph = nx.MultiDiGraph()
    for seat in range(6):
        graph.add_node(seat, first=seat if seat else -1, level="employee", department="d")
    for source, seat in ((0, 1), (1, 2), (1, 3), (3, 4)):
        graph.add_edge(source, seat, week=seat, layer="peers")
    graph.add_edge(5, 1, week=9, layer="peers")  # lit again after a lapse: the first time counts
    table = lighting.cascades(graph).set_index("seat")
    assert table["in_all"].to_dict() == {0: 4, 1: 3, 3: 1}
    assert table["generations"].to_dict() == {0: 3, 1: 2, 3: 1}
    assert table["directly"].to_dict() == {0: 1, 1: 2, 3: 1}


def test_the_picture_shows_everybody_once(once: sim.Once) -> None:
    figure = once.plot_who_lit_whom()
    dots = [part for part in figure.axes[0].collections if isinstance(part, PathCollection)]
    spots = sum(len(part.get_offsets()) for part in dots)
    assert spots == once.resolved.organization.n
    foot = " ".join(text.get_text() for text in figure.texts)
    assert once.fingerprint in foot and "seed 2" in foot and sim.__version__ in foot
    place = rings(once.who_lit_whom)
    assert len({tuple(np.round(spot, 9)) for spot in place.values()}) == len(place)
    counted = lighting_map(once.who_lit_whom).alt
    assert f"{len(place)} people" in counted


def test_nobody_lit_is_an_empty_picture() -> None:
    organization = generate(GeneratorSpec(people=12, departments=2), seed=1)
    graph = lighting.lighting_graph(np.zeros((0, 5), dtype=np.int32), organization)
    assert graph.number_of_edges() == 0 and "none" in lighting_map(graph).alt
    assert lighting.cascades(graph).empty and lighting.event_table(np.zeros((0, 5), dtype=np.int32)).empty
