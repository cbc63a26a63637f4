"""The organisation of a scenario: from numbers or files, then with the community and who owns learning."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

from sim.behaviours.barriers import GOVERNANCE
from sim.organization.generate import GeneratorSpec, generate
from sim.organization.people import Ints, Organization
from sim.organization.rewiring import with_community, with_learning_leaders
from sim.scenario.imported import load_imported
from sim.scenario.schema import GENERATED, OrganizationForm, Scenario
from sim.theory.channels import LEARNING_LEADER

BOARD_SEAT = "L05"
NOBODY: Final[Ints] = np.empty(0, dtype=np.int32)


def organization_of(scenario: Scenario) -> Organization:
    """The seats and ties of a scenario, as `with_added_seats` makes them.

    Raises:
        OrganizationError: numbers or files that make no organisation.
    """
    return with_added_seats(scenario)[0]


def with_added_seats(scenario: Scenario) -> tuple[Organization, Ints]:
    """The organisation of a scenario, and the seats that its levers add to it: a learning leader whom nobody had.

    Seats that a plan adds come last, outsiders before learning leaders, so that two plans on one organisation
    agree on the number of every member of staff.  Who owns learning by the form of governance stands there anyway.

    Raises:
        OrganizationError: numbers or files that make no organisation.
    """
    form = scenario.organization
    base = load_imported(scenario) if form.imported else _generated(spec_of(form), form.seed)
    grown = with_community(base, form.community, seed=form.seed)
    if not needs_learning_leader(scenario) or (grown.level == LEARNING_LEADER).any():
        return grown, NOBODY
    governed = form.governance is not None and GOVERNANCE[form.governance].seat
    on_board = form.governance is not None and GOVERNANCE[form.governance].reports_to == "root"
    whole = with_learning_leaders(grown, 1, board=on_board)
    return whole, NOBODY if governed else np.arange(grown.n, whole.n, dtype=np.int32)


def needs_learning_leader(scenario: Scenario) -> bool:
    """Whether the plan needs somebody who owns learning: its governance has a seat, or L05 brings one."""
    form = scenario.organization.governance
    if form is not None and GOVERNANCE[form].seat:
        return True
    return any(use.lever == BOARD_SEAT and use.dose != 0.0 for use in scenario.levers)


def spec_of(form: OrganizationForm) -> GeneratorSpec:
    """What is to be generated; the generator's own defaults where the scenario says nothing.

    Raises:
        OrganizationError: numbers that no organisation has.
    """
    given: dict[str, Any] = {
        name: getattr(form, name) for name in GENERATED if getattr(form, name) is not None
    }
    return GeneratorSpec(**given)


@lru_cache(maxsize=8)
def _generated(spec: GeneratorSpec, seed: int) -> Organization:
    return generate(spec, seed=seed)
