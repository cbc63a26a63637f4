"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.engine.blueprint import Blueprint, blueprint
from sim.organization.generate import GeneratorSpec, generate
from sim.organization.people import Organization
from sim.parameters import defaults
from sim.scenario.resolved import Resolved


def data_folder() -> Path | None:
    """Folder of real organisations, or None where it is absent."""
    named = os.environ.get("RIPPLE_DATA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def small_organization() -> Organization:
    """Sixty people in three departments."""
    return generate(GeneratorSpec(people=60, departments=3), seed=7)


@pytest.fixture(scope="session")
def small_plan(small_organization: Organization) -> Blueprint:
    """Business as usual for a year on the small organisation."""
    return blueprint(Resolved("usual", "usual", "", small_organization, defaults(), years=1.0, burn_in=0.25))
