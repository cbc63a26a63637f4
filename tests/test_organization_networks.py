"""Networks of other libraries: what goes out comes back, arcs point the way influence flows, faults are said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from organization_data import all_data

import sim
from sim.engine.run import run
from sim.organization import GeneratorSpec, Organization, OrganizationError, Ties, generate, load_organization
from sim.organization.layers import LayerRule
from sim.organization.networks_in import from_edge_list, from_igraph, from_networkx
from sim.organization.networks_out import edge_list, people_frame, to_igraph, to_networkx
from sim.theory.channels import AUTHORITY, LAYERS, PEERS


def same(one: Organization, other: Organization) -> None:
    """Everything but the order of the ties, which means nothing, and the data report."""
    for name in ("name", "ids", "department_names"):
        assert getattr(one, name) == getattr(other, name), name
    for name in ("manager", "level", "tier", "department", "site", "tenure"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
        assert getattr(one, name).dtype == getattr(other, name).dtype, name
    for mine, theirs in zip(_sorted(one.ties), _sorted(other.ties)):
        np.testing.assert_array_equal(mine, theirs)
        assert mine.dtype == theirs.dtype
    assert set(one.survey) == set(other.survey)
    for name, values in one.survey.items():
        np.testing.assert_array_equal(values, other.survey[name])


def _sorted(ties: Ties) -> list[Any]:
    order = np.lexsort((ties.source, ties.hearer, ties.layer))
    return [getattr(ties, name)[order] for name in Ties.__slots__]


@pytest.fixture(scope="module")
def firm() -> Organization:
    """With outsiders, somebody who owns learning, and a survey."""
    plan = {
        "extends": "governance_hr",
        "organization": {"people": 60, "departments": 3, "community": 4},
    }
    organization = sim.resolve(sim.load(plan)).organization
    answers = np.where(np.arange(organization.n) % 3 == 0, np.nan, 0.4)
    return Organization(
        **{name: getattr(organization, name) for name in Organization.__slots__ if name != "survey"},
        survey={"skill": answers},
    )


# --- there and back -----------------------------------------------------------------------------------------


def test_networkx_there_and_back(firm: Organization) -> None:
    same(firm, from_networkx(to_networkx(firm, dormant=True)))


def test_graphml_there_and_back(firm: Organization, tmp_path: Path) -> None:
    nx.write_graphml(to_networkx(firm, dormant=True), tmp_path / "firm.graphml")
    same(firm, from_networkx(nx.read_graphml(tmp_path / "firm.graphml")))


def test_igraph_there_and_back(firm: Organization) -> None:
    pytest.importorskip("igraph")
    same(firm, from_igraph(to_igraph(firm, dormant=True)))


def test_edge_lists_there_and_back(firm: Organization, tmp_path: Path) -> None:
    edge_list(firm, dormant=True).to_csv(tmp_path / "ties.csv", index=False)
    people_frame(firm).to_csv(tmp_path / "people.csv")
    ties, people = pd.read_csv(tmp_path / "ties.csv"), pd.read_csv(tmp_path / "people.csv", index_col="seat")
    back = from_edge_list(ties, people, name=firm.name)
    same(back, from_edge_list(ties, people.reset_index(), name=firm.name))
    order = [back.department_names[number] for number in back.department]
    assert order == [firm.department_names[number] for number in firm.department]
    np.testing.assert_array_equal(back.manager, firm.manager)
    for mine, theirs in zip(_sorted(firm.ties), _sorted(back.ties)):
        np.testing.assert_allclose(mine, theirs, rtol=1e-15)


@settings(max_examples=15)
@given(people=st.integers(12, 80), seed=st.integers(0, 10**6))
def test_any_organisation_comes_back(people: int, seed: int) -> None:
    organization = generate(GeneratorSpec(people=people, departments=2), seed=seed)
    same(organization, from_networkx(to_networkx(organization, dormant=True)))


def test_what_comes_back_runs_to_the_last_bit(firm: Organization) -> None:
    plan = sim.load({"extends": "lead_by_example", "run": {"years": 0.5, "burn_in": 0.1}})
    there = sim.resolve(plan, organization=firm)
    back = sim.resolve(plan, organization=from_networkx(to_networkx(firm, dormant=True)))
    one, other = (run(each, seed=1, alpha_offset=0.0).share for each in (there, back))
    np.testing.assert_array_equal(one, other)


# --- direction ----------------------------------------------------------------------------------------------


def test_arcs_point_from_leader_to_report_and_never_back(firm: Organization) -> None:
    graph = to_networkx(firm, "authority")
    led = {(boss, seat) for seat, boss in enumerate(firm.manager.tolist()) if boss >= 0}
    assert isinstance(graph, nx.DiGraph) and not graph.is_multigraph()
    assert led <= set(graph.edges)
    assert not {(seat, boss) for boss, seat in led} & set(graph.edges)
    heads = nx.ancestors(graph, int(np.argmax(firm.tier)))
    assert firm.manager[np.argmax(firm.tier)] in heads


def test_layers_are_keys_and_dormant_ties_stay_out(firm: Organization) -> None:
    graph = to_networkx(firm)
    counts = {layer: sum(key == layer for *_, key in graph.edges(keys=True)) for layer in LAYERS}
    active = firm.ties.where(firm.ties.active)
    assert counts == {layer: int((active.layer == k).sum()) for k, layer in enumerate(LAYERS)}
    assert len(edge_list(firm, ["peers"])) == counts["peers"] < len(edge_list(firm, ["peers"], dormant=True))
    with pytest.raises(OrganizationError, match="no layer 'friends'"):
        to_networkx(firm, "friends")


@pytest.mark.parametrize(
    ("influence", "arcs"),
    [
        ("source_to_target", {("b", "a")}),
        ("target_to_source", {("a", "b")}),
        ("both", {("a", "b"), ("b", "a")}),
    ],
)
def test_a_foreign_arc_is_read_the_way_it_is_said(influence: str, arcs: set[tuple[str, str]]) -> None:
    """The set is (hearer, heard) of the arc a -> b."""
    graph = nx.DiGraph([("a", "b")])
    graph.add_nodes_from("cdefgh")
    made = from_networkx(graph, layers={"ties": LayerRule("peers", influence)}, salt="s")
    who = {organization_id: letter for letter, organization_id in zip("abcdefgh", _ids("abcdefgh"))}
    tree = team_mates(made)
    found = {
        (who[made.ids[h]], who[made.ids[s]])
        for h, s, layer, on in zip(made.ties.hearer, made.ties.source, made.ties.layer, made.ties.active)
        if layer == PEERS and on and (h, s) not in tree
    }
    assert found == arcs


def _ids(letters: str) -> list[str]:
    from sim.organization.privacy import pseudonym

    return [pseudonym("s", letter) for letter in letters]


def team_mates(organization: Organization) -> set[tuple[int, int]]:
    """Peers by the tree: those who share a leader."""
    boss = organization.manager
    n = organization.n
    return {(i, j) for i in range(n) for j in range(n) if boss[i] == boss[j] >= 0}


def test_a_foreign_graph_is_read_as_the_files_would_be() -> None:
    folder = all_data()
    if folder is None:
        pytest.skip("no folder of real organisations")
    place = folder / "krackhardt_hightech"
    files = load_organization(
        place / "people.csv", place / "ties.csv", place / "layers.csv", salt="s", name="k"
    )
    people, ties = pd.read_csv(place / "people.csv", dtype=str), pd.read_csv(place / "ties.csv", dtype=str)
    graph = nx.MultiDiGraph()
    for row in people.to_dict("records"):
        graph.add_node(row.pop("id"), **{key: value for key, value in row.items() if isinstance(value, str)})
    for row in ties.to_dict("records"):
        graph.add_edge(row.pop("source"), row.pop("target"), **row)
    mine = from_networkx(graph, salt="s", name="k")
    assert mine.ids == files.ids
    np.testing.assert_array_equal(mine.manager, files.manager)
    for one, other in zip(_sorted(mine.ties), _sorted(files.ties)):
        np.testing.assert_array_equal(one, other)


def test_undirected_graphs_and_igraph_carry_both_ways() -> None:
    igraph = pytest.importorskip("igraph")
    rule = {"ties": LayerRule("ripples", "source_to_target")}
    club = nx.karate_club_graph()
    one = from_networkx(nx.Graph(club.edges), layers=rule)
    arcs = one.ties.where(one.ties.active & (one.ties.layer == LAYERS.index("ripples")))
    both = set(zip(arcs.hearer.tolist(), arcs.source.tolist()))
    assert len(both) == 2 * club.number_of_edges() and {(b, a) for a, b in both} == both
    other = from_igraph(igraph.Graph.from_networkx(nx.Graph(club.edges)), layers=rule)
    assert other.n == 34
    assert "p" in one.ids[0] and "0" not in one.ids  # ids of nodes do not come in


# --- changed in between -------------------------------------------------------------------------------------


def test_a_graph_may_be_changed(firm: Organization) -> None:
    graph = to_networkx(firm)
    graph.remove_edges_from([(u, v, k) for u, v, k in graph.edges(keys=True) if k == "ripples"])
    graph.add_edge(1, 50, key="peers", layer="peers")
    graph.nodes[50]["department"] = "A new one"
    back = from_networkx(graph)
    assert LAYERS.index("ripples") not in back.ties.layer
    assert back.department_names[back.department[50]] == "A new one"
    added = (back.ties.source == 1) & (back.ties.hearer == 50) & (back.ties.layer == PEERS)
    assert added.sum() == 1 and back.ties.weight[added] == 1.0 and back.ties.active[added]


def test_people_may_leave_a_graph(firm: Organization) -> None:
    graph = to_networkx(firm)
    last = int(np.flatnonzero((firm.reports_count() == 0) & firm.staff)[0])
    graph.remove_node(last)
    back = from_networkx(graph)
    assert back.n == firm.n - 1 and firm.ids[last] not in back.ids
    for seat in range(back.n):
        boss = firm.manager[firm.ids.index(back.ids[seat])]
        assert back.manager[seat] == (-1 if boss < 0 else back.ids.index(firm.ids[boss]))
    assert (back.ties.layer == AUTHORITY).any()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda g: g.remove_node(0), "attribute 'manager' is 0, which is no seat"),
        (lambda g: g.add_node(999), "node 999: there is no attribute 'seat'"),
        (lambda g: g.nodes[3].update(level="boss"), "level is 'boss'; use one of executive"),
        (lambda g: g.nodes[0].update(manager=5), "the line of managers never ends"),
        (lambda g: g.add_edge(1, 2, layer="pals"), "arc 1 -> 2: layer is 'pals'"),
        (lambda g: g.add_edge(1, 2, layer="ripples", weight=0.0), "weight is 0.0; give a number above 0"),
        (lambda g: g.add_edge(1, 2, layer="ripples", kind="loose"), "kind is 'loose'"),
        (lambda g: g.add_edge(1, 1, layer="ripples"), "nobody hears themselves"),
        (lambda g: g.add_edges_from([(1, 49, {"layer": "ripples"})] * 2), "there twice in layer 'ripples'"),
    ],
)
def test_a_change_that_makes_no_organisation_is_said(firm: Organization, change: Any, says: str) -> None:
    graph = to_networkx(firm)
    change(graph)
    with pytest.raises(OrganizationError, match=says):
        from_networkx(graph)


def test_foreign_faults_are_said() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c")])
    with pytest.raises(OrganizationError, match=r"layer 'ties' means; say it: layers=\{'ties': LayerRule"):
        from_networkx(graph)
    graph.nodes["a"]["manager_id"] = "z"
    with pytest.raises(OrganizationError, match=r"nodes, line 1, column 'manager_id': found 'z'"):
        from_networkx(graph, layers={"ties": LayerRule("peers")})
    with pytest.raises(OrganizationError, match="no column 'target'"):
        from_edge_list(pd.DataFrame({"source": ["a"]}))
    with pytest.raises(OrganizationError, match="no column 'id'"):
        from_edge_list(pd.DataFrame({"source": ["a"], "target": ["b"]}), pd.DataFrame({"who": ["a", "b"]}))


def test_what_we_wrote_needs_no_rules(firm: Organization) -> None:
    with pytest.raises(OrganizationError, match="give neither layers nor salt"):
        from_networkx(to_networkx(firm), layers={"peers": LayerRule("peers")})


def test_ids_that_became_decimals_are_ids_again() -> None:
    people = pd.DataFrame({"id": [1, 2, 3], "manager_id": [np.nan, 1, 2]})
    edges = pd.DataFrame({"source": [1.0, 2.0], "target": [2.0, 3.0], "layer": "advice"})
    made = from_edge_list(edges, people)
    assert sorted(made.reports_count()) == [0, 1, 1] and not made.report.generated.get("reporting_lines")


def test_without_igraph_it_says_how_to_get_it(firm: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "igraph", None)
    with pytest.raises(OrganizationError, match=r"pip install -e '\.\[igraph\]'"):
        to_igraph(firm)
