"""Who sits where and who hears whom: generated or imported organisations, their ties, and how levers rewire
them.
"""

from sim.organization.errors import OrganizationError
from sim.organization.generate import GeneratorSpec, generate
from sim.organization.luck import Luck
from sim.organization.measures import structure
from sim.organization.people import FIXED, INFORMAL, PROGRAMME, DataReport, Organization, Ties
from sim.organization.rewiring import (
    board_ties,
    bridges,
    mentor_pairs,
    peer_groups,
    with_community,
    with_learning_leaders,
)

__all__ = [
    "FIXED",
    "INFORMAL",
    "PROGRAMME",
    "DataReport",
    "GeneratorSpec",
    "Luck",
    "Organization",
    "OrganizationError",
    "Ties",
    "board_ties",
    "bridges",
    "generate",
    "mentor_pairs",
    "peer_groups",
    "structure",
    "with_community",
    "with_learning_leaders",
]
