"""Who sits where and who hears whom: made or imported organisations, their ties, how levers rewire them."""

from sim.organization.acquaintances import acquaintances, with_acquaintances
from sim.organization.errors import OrganizationError
from sim.organization.generate import GeneratorSpec, generate
from sim.organization.imports import load_organization
from sim.organization.layers import LayerRule
from sim.organization.luck import Luck
from sim.organization.measures import structure
from sim.organization.people import FIXED, INFORMAL, PROGRAMME, DataReport, Organization, Ties
from sim.organization.privacy import pseudonym, published_groups, suppress
from sim.organization.rewiring import (
    board_ties,
    bridges,
    mentor_pairs,
    peer_groups,
    with_community,
    with_learning_leaders,
)
from sim.organization.selection import select

__all__ = [
    "FIXED",
    "INFORMAL",
    "PROGRAMME",
    "DataReport",
    "GeneratorSpec",
    "LayerRule",
    "Luck",
    "Organization",
    "OrganizationError",
    "Ties",
    "acquaintances",
    "board_ties",
    "bridges",
    "generate",
    "load_organization",
    "mentor_pairs",
    "peer_groups",
    "pseudonym",
    "published_groups",
    "select",
    "structure",
    "suppress",
    "with_acquaintances",
    "with_community",
    "with_learning_leaders",
]
