"""Organisations from graphs of other libraries: networkx, igraph, edge lists (pandas).

What `networks_out` wrote comes back as it is; any other graph is read as a file of people and ties would be.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.organization.csvfile import Row, Table
from sim.organization.errors import OrganizationError
from sim.organization.imports import load_organization
from sim.organization.layers import INFLUENCES, LayerRule, usual_rule
from sim.organization.networks_out import KINDS, MARK, Attributes
from sim.organization.people import Ints, Organization, Ties
from sim.organization.peoplefile import SURVEY
from sim.organization.tree import tiers_of
from sim.theory.channels import LAYERS, LEVELS

if TYPE_CHECKING:
    import igraph
    import networkx as nx
    import pandas as pd

_PEOPLE: Final = ("seat", "id", "manager", "level", "department", "site", "tenure")
_FILE_COLUMNS: Final = (
    "manager_id",
    "level",
    "level_label",
    "department",
    "tenure_years",
    "site",
    "office",
    *SURVEY,
)


def from_networkx(
    graph: nx.Graph, *, layers: Mapping[str, LayerRule] | None = None, salt: str | None = None, **options: Any
) -> Organization:
    """An organisation from a graph of networkx.

    One that `to_networkx` made, changed or not, comes back as it is.  Of any other, nodes are people and node
    attributes what the columns of a people file are (`manager_id`, the node of the own leader; `department`, `level`,
    `tenure_years`, `site`, survey scores); arcs are ties with attributes `layer` ("ties" where absent) and `weight`.
    The arcs of an undirected graph carry influence both ways.

    Args:
        layers: what each layer of a foreign graph means and which way influence flows along its arcs; layers with
            well-known names (`sim.organization.layers.KNOWN`) need none.
        salt: of the pseudonyms of a foreign graph; made from its nodes where not given.
        options: name, strict, generate_missing, survey_scale, seed of `load_organization`, for a foreign graph.

    Raises:
        OrganizationError: what was found in which node or arc, and how to mend it.
    """
    nodes = [(str(node), dict(attributes)) for node, attributes in graph.nodes(data=True)]
    arcs = [(str(a), str(b), dict(attributes)) for a, b, attributes in graph.edges(data=True)]
    return _in(graph.graph.get(MARK), nodes, arcs, graph.is_directed(), layers, salt, options)


def from_igraph(
    graph: igraph.Graph,
    *,
    layers: Mapping[str, LayerRule] | None = None,
    salt: str | None = None,
    **options: Any,
) -> Organization:
    """An organisation from a graph of igraph: see `from_networkx`.  Vertices go by their attribute `name` if any."""
    named = "name" in graph.vs.attributes()
    key = [str(vertex["name"] if named else vertex.index) for vertex in graph.vs]
    nodes = [(key[vertex.index], vertex.attributes()) for vertex in graph.vs]
    arcs = [(key[edge.source], key[edge.target], edge.attributes()) for edge in graph.es]
    head = graph[MARK] if MARK in graph.attributes() else None
    return _in(head, nodes, arcs, graph.is_directed(), layers, salt, options)


def from_edge_list(
    edges: pd.DataFrame,
    people: pd.DataFrame | None = None,
    *,
    layers: Mapping[str, LayerRule] | None = None,
    salt: str | None = None,
    **options: Any,
) -> Organization:
    """An organisation from tables.

    Args:
        edges: source and target (or hearer), optional layer and weight.  What `edge_list` made comes back together
            with what `people_frame` made.
        people: column id, optional those of a people file; the people named in the ties where not given.
        layers, salt, options: as in `from_networkx`.

    Raises:
        OrganizationError: what was found in which row, and how to mend it.
    """
    ours = people is not None and "manager" in people and "kind" in edges and "hearer" in edges
    table = edges.rename(columns={"hearer": "target"})
    for column in ("source", "target"):
        if column not in table:
            raise OrganizationError(f"edges have no column {column!r}; name the columns source and target")
    records = [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
    arcs = [(_text(row.pop("source")), _text(row.pop("target")), row) for row in records]
    if people is None:
        keys = dict.fromkeys(key for one, other, _ in arcs for key in (one, other))
        nodes: list[tuple[str, Attributes]] = [(key, {}) for key in keys]
    elif ours:
        whole = people if "seat" in people else people.reset_index(names="seat")
        seated = whole.to_dict("records")
        nodes = [(_text(row["seat"]), {str(k): v for k, v in row.items()}) for row in seated]
        names = list(dict.fromkeys(row["department"] for _, row in nodes))
        head = json.dumps({"name": options.pop("name", "organization"), "departments": names})
        return _in(head, nodes, arcs, True, layers, salt, options)
    else:
        rows = [{str(k): v for k, v in row.items()} for row in people.to_dict("records")]
        if any("id" not in row for row in rows):
            raise OrganizationError("people have no column 'id'; name the column that the ties use so")
        nodes = [(_text(row.pop("id")), row) for row in rows]
    return _foreign(nodes, arcs, True, layers, salt, options)


def _in(
    head: str | None,
    nodes: list[tuple[str, Attributes]],
    arcs: list[tuple[str, str, Attributes]],
    directed: bool,
    layers: Mapping[str, LayerRule] | None,
    salt: str | None,
    options: Mapping[str, Any],
) -> Organization:
    """What was written here, if it bears our mark, or a graph from elsewhere."""
    if not head:
        return _foreign(nodes, arcs, directed, layers, salt, options)
    if layers is not None or salt is not None or options:
        raise OrganizationError(
            "what Ripple wrote says itself what its layers and people are; give neither layers nor salt nor options"
        )
    return _back(head, nodes, arcs)


def _back(
    head: str, nodes: list[tuple[str, Attributes]], arcs: list[tuple[str, str, Attributes]]
) -> Organization:
    """What was written here, perhaps changed since."""
    told = json.loads(head)
    place = {key: seat for seat, (key, _) in enumerate(nodes)}
    names: list[str] = list(told["departments"])
    names += [
        name for name in dict.fromkeys(row.get("department", "") for _, row in nodes) if name not in names
    ]
    columns: dict[str, list[Any]] = {}
    for name in _PEOPLE:
        for key, row in nodes:
            if row.get(name) is None:
                raise OrganizationError(f"node {key}: there is no attribute {name!r}; give every node one")
        columns[name] = [row[name] for _, row in nodes]
    seats = {int(seat): number for number, seat in enumerate(columns["seat"])}
    manager = np.array(
        [_seat(seats, boss, key) for boss, (key, _) in zip(columns["manager"], nodes)], dtype=np.int32
    )
    _refuse_circles(manager, nodes)
    surveys = dict.fromkeys(name for _, row in nodes for name in row if name.startswith("survey_"))
    return Organization(
        name=str(told["name"]),
        ids=tuple(map(str, columns["id"])),
        manager=manager,
        level=np.array([_level(name, key) for name, (key, _) in zip(columns["level"], nodes)], dtype=np.int8),
        tier=tiers_of(manager),
        department=np.array([names.index(name) for name in columns["department"]], dtype=np.int32),
        department_names=tuple(names),
        site=np.array(columns["site"], dtype=np.int32),
        tenure=np.array(columns["tenure"], dtype=np.float64),
        ties=_ties_back(arcs, place),
        survey={
            name.removeprefix("survey_"): np.array([row.get(name, np.nan) for _, row in nodes], dtype=float)
            for name in surveys
        },
    )


def _seat(seats: Mapping[int, int], boss: Any, key: str) -> int:
    if int(boss) < 0:
        return -1
    if int(boss) not in seats:
        raise OrganizationError(
            f"node {key}: attribute 'manager' is {boss}, which is no seat of the graph; give another, or -1 for none"
        )
    return seats[int(boss)]


def _refuse_circles(manager: Ints, nodes: list[tuple[str, Attributes]]) -> None:
    at = manager.copy()
    for _ in range(len(manager)):
        if (at < 0).all():
            return
        at = np.where(at >= 0, manager[np.maximum(at, 0)], -1).astype(np.int32)
    raise OrganizationError(
        f"node {nodes[int(np.argmax(at >= 0))][0]}: the line of managers never ends; give one of them -1 for none"
    )


def _level(name: str, key: str) -> int:
    if name not in LEVELS:
        raise OrganizationError(f"node {key}: level is {name!r}; use one of {', '.join(LEVELS)}")
    return LEVELS.index(name)


def _ties_back(arcs: list[tuple[str, str, Attributes]], place: Mapping[str, int]) -> Ties:
    kinds = {name: number for number, name in KINDS.items()}
    seen: set[tuple[str, str, str]] = set()
    for source, hearer, row in arcs:
        where, layer, weight = f"arc {source} -> {hearer}", row.get("layer"), row.get("weight", 1.0)
        if layer not in LAYERS:
            raise OrganizationError(f"{where}: layer is {layer!r}; use one of {', '.join(LAYERS)}")
        if not (math.isfinite(float(weight)) and float(weight) > 0.0):
            raise OrganizationError(f"{where}: weight is {weight!r}; give a number above 0")
        if row.get("kind", "informal") not in kinds:
            raise OrganizationError(f"{where}: kind is {row['kind']!r}; use one of {', '.join(kinds)}")
        if source == hearer:
            raise OrganizationError(f"{where}: nobody hears themselves; take the arc out")
        if (source, hearer, layer) in seen:
            raise OrganizationError(f"{where}: the arc is there twice in layer {layer!r}; keep one")
        seen.add((source, hearer, layer))
    rows = [row for _, _, row in arcs]
    return Ties.of(
        [place[hearer] for _, hearer, _ in arcs],
        [place[source] for source, _, _ in arcs],
        layer=[LAYERS.index(row["layer"]) for row in rows],
        weight=[float(row.get("weight", 1.0)) for row in rows],
        kind=[kinds[row.get("kind", "informal")] for row in rows],
        active=[bool(row.get("active", True)) for row in rows],
    )


def _foreign(
    nodes: list[tuple[str, Attributes]],
    arcs: list[tuple[str, str, Attributes]],
    directed: bool,
    layers: Mapping[str, LayerRule] | None,
    salt: str | None,
    options: Mapping[str, Any],
) -> Organization:
    """A graph from elsewhere, read as files of the same content would be."""
    present = dict.fromkeys(str(row.get("layer", "ties")) for _, _, row in arcs)
    for name in present:
        if name not in (layers or {}) and usual_rule(name) is None:
            raise OrganizationError(
                f"nothing says what the layer {name!r} means; say it: layers={{{name!r}: LayerRule('peers', "
                f"'source_to_target')}} (one of {', '.join(LAYERS)}; one of {', '.join(INFLUENCES)})"
            )
    people = _table(
        "nodes",
        ("id", *(name for name in _FILE_COLUMNS if any(name in row for _, row in nodes))),
        [{"id": key, **row} for key, row in nodes],
    )
    ties = _table(
        "arcs",
        ("source", "target", "layer", "weight"),
        [{"source": a, "target": b, "layer": "ties", **row} for a, b, row in arcs],
    )
    facts = _table(
        "layers", ("layer", "directed"), [{"layer": name, "directed": int(directed)} for name in present]
    )
    secret = salt or hashlib.blake2b("\n".join(sorted(key for key, _ in nodes)).encode()).hexdigest()
    return load_organization(
        people, ties if arcs else None, facts if arcs else None, salt=secret, mapping=layers,
        **{"name": "graph", **options},
    )  # fmt: skip


def _table(file: str, columns: Sequence[str], rows: list[Attributes]) -> Table:
    return Table(
        file,
        tuple(columns),
        tuple(
            Row(number, {name: _text(row.get(name)) for name in columns})
            for number, row in enumerate(rows, 1)
        ),
        "graph",
        ";",
    )


def _text(value: Any) -> str:
    """A cell; nothing and not-a-number are blank, 7.0 is 7 (ids that a table made into decimals)."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
