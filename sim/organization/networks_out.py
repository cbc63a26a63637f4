"""Organisations as graphs of other libraries: networkx, igraph, edge lists (pandas); back again in `networks_in`.

**An arc points the way influence flows**: from the one who is heard (source) to the hearer.  That is how
"who lit whom" reads, and the reverse of many surveys, where an arc goes from the one who asks to the one who is asked;
`LayerRule.influence` says so for graphs that come from elsewhere.

What is written here carries everything, so that what comes back is the same organisation.  A graph may be changed in
between: arcs taken out or added, people regrouped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.organization.errors import OrganizationError
from sim.organization.people import FIXED, INFORMAL, PROGRAMME, Organization, Ties
from sim.theory.channels import LAYERS, LEVELS

if TYPE_CHECKING:
    import igraph
    import networkx as nx
    import pandas as pd

KINDS: Final[Mapping[int, str]] = {FIXED: "fixed", INFORMAL: "informal", PROGRAMME: "programme"}
MARK: Final = "ripple_organization"  # graph attribute of what is written here: name and departments, as JSON
Attributes = dict[str, Any]


def people_frame(organization: Organization) -> pd.DataFrame:
    """A row a seat: id (pseudonym), manager (seat, -1 for none), level, tier, department, site, tenure, survey_<name>."""
    import pandas as pd

    return pd.DataFrame(_people(organization)).set_index("seat")


def edge_list(
    organization: Organization, layers: Sequence[str] = LAYERS, *, dormant: bool = False
) -> pd.DataFrame:
    """A row an arc: source (heard), hearer, layer, weight, kind (fixed, informal, programme), active.

    Args:
        layers: those wanted, of `sim.theory.channels.LAYERS`.
        dormant: whether acquaintances that are not active at the start are there too.
    """
    import pandas as pd

    ties = _wanted(organization, layers, dormant)
    return pd.DataFrame(
        {
            "source": ties.source,
            "hearer": ties.hearer,
            "layer": [LAYERS[layer] for layer in ties.layer],
            "weight": ties.weight,
            "kind": [KINDS[kind] for kind in ties.kind],
            "active": ties.active,
        }
    )


def to_networkx(
    organization: Organization, layer: str | None = None, *, dormant: bool = False
) -> nx.DiGraph | nx.MultiDiGraph:
    """The organisation as a graph of networkx; nodes are seats, arcs point from source to hearer.

    Args:
        layer: one layer, as a `DiGraph`; all layers, as a `MultiDiGraph` whose keys are layers, where not given.
        dormant: as in `edge_list`.

    Raises:
        OrganizationError: no such layer.
    """
    import networkx as nx

    graph = nx.MultiDiGraph() if layer is None else nx.DiGraph()
    graph.graph.update(_head(organization))
    rows = _people(organization)
    for seat in range(organization.n):
        graph.add_node(seat, **{name: column[seat] for name, column in rows.items()})
    for source, hearer, attributes in _arcs(organization, layer, dormant):
        if layer is None:
            graph.add_edge(source, hearer, key=attributes["layer"], **attributes)
        else:
            graph.add_edge(source, hearer, **attributes)
    return graph


def to_igraph(organization: Organization, layer: str | None = None, *, dormant: bool = False) -> igraph.Graph:
    """The organisation as a directed graph of igraph (extra `igraph`); vertices are seats, arcs as in `to_networkx`.

    Raises:
        OrganizationError: no such layer, or igraph is not installed.
    """
    arcs = list(_arcs(organization, layer, dormant))
    names = ("layer", "weight", "kind", "active")
    graph = igraph_module().Graph(
        n=organization.n,
        edges=[(source, hearer) for source, hearer, _ in arcs],
        directed=True,
        vertex_attrs=_people(organization),
        edge_attrs={name: [attributes[name] for _, _, attributes in arcs] for name in names},
    )
    for name, value in _head(organization).items():
        graph[name] = value
    return graph


def igraph_module() -> Any:
    """The optional library, or a sentence that says how to have it."""
    try:
        import igraph
    except ImportError:
        raise OrganizationError(
            "this needs the library igraph: pip install -e '.[igraph]' in the folder of Ripple, or use networkx"
        ) from None
    return igraph


def _head(organization: Organization) -> Attributes:
    head = {"name": organization.name, "departments": list(organization.department_names)}
    return {"name": organization.name, MARK: json.dumps(head, ensure_ascii=False)}


def _people(organization: Organization) -> dict[str, list[Any]]:
    names = organization.department_names
    return {
        "seat": list(range(organization.n)),
        "id": list(organization.ids),
        "manager": organization.manager.tolist(),
        "level": [LEVELS[level] for level in organization.level],
        "tier": organization.tier.tolist(),
        "department": [names[number] if number < len(names) else "" for number in organization.department],
        "site": organization.site.tolist(),
        "tenure": organization.tenure.tolist(),
        **{f"survey_{name}": values.tolist() for name, values in organization.survey.items()},
    }


def _wanted(organization: Organization, layers: Sequence[str], dormant: bool) -> Ties:
    for layer in layers:
        if layer not in LAYERS:
            raise OrganizationError(f"there is no layer {layer!r}; use one of {', '.join(LAYERS)}")
    numbers = [LAYERS.index(layer) for layer in layers]
    ties = organization.ties
    return ties.where(np.isin(ties.layer, numbers) & (ties.active | dormant))


def _arcs(
    organization: Organization, layer: str | None, dormant: bool
) -> Iterable[tuple[int, int, Attributes]]:
    ties = _wanted(organization, LAYERS if layer is None else (layer,), dormant)
    columns = (ties.source, ties.hearer, ties.layer, ties.weight, ties.kind, ties.active)
    for source, hearer, number, weight, kind, active in zip(*(column.tolist() for column in columns)):
        yield source, hearer, {
            "layer": LAYERS[number], "weight": weight, "kind": KINDS[kind], "active": active,
        }  # fmt: skip
