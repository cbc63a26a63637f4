"""Networks in and out, and what people measure on them: `sim.networks.to_networkx(organization, "peers")`.

An organisation is `sim.resolve(sim.load("stars_align")).organization`; one that comes in is handed on with
`sim.resolve(scenario, organization=mine)`.
"""

from sim.analysis.lighting import cascades, lighting_graph
from sim.analysis.networks import LAYER_MEASURES, PERSON_MEASURES, layer_table, person_table
from sim.organization.layers import LayerRule
from sim.organization.networks_in import from_edge_list, from_igraph, from_networkx
from sim.organization.networks_out import edge_list, people_frame, to_igraph, to_networkx

__all__ = [
    "LAYER_MEASURES",
    "PERSON_MEASURES",
    "LayerRule",
    "cascades",
    "edge_list",
    "from_edge_list",
    "from_igraph",
    "from_networkx",
    "layer_table",
    "lighting_graph",
    "people_frame",
    "person_table",
    "to_igraph",
    "to_networkx",
]
