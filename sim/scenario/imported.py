"""Organisations from files, as a scenario names them."""

from __future__ import annotations

from sim.organization.errors import OrganizationError
from sim.organization.people import Organization
from sim.scenario.schema import Scenario


def load_imported(scenario: Scenario) -> Organization:
    """The organisation of the scenario's files.

    Raises:
        OrganizationError: the files cannot be used.
    """
    raise OrganizationError("organisations from files cannot be read yet")


def salt_of(scenario: Scenario) -> str | None:
    """The salt of the pseudonyms, None where the organisation is generated."""
    return scenario.organization.salt if scenario.organization.imported else None
