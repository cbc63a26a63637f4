"""What all tests share."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from sim.engine.blueprint import Blueprint, blueprint
from sim.organization.generate import GeneratorSpec, generate
from sim.organization.people import Organization
from sim.parameters import defaults
from sim.scenario.resolved import Resolved

# The same examples every time and no clock: a property that fails must fail for everyone, and a slow machine is no
# fault. `HYPOTHESIS_PROFILE=explore pytest` draws new examples.
settings.register_profile("steady", derandomize=True, deadline=None)
# mutmut runs the same test of the same class from several places in one process.
settings.register_profile(
    "mutants", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def small_organization() -> Organization:
    """Sixty people in three departments."""
    return generate(GeneratorSpec(people=60, departments=3), seed=7)


@pytest.fixture(scope="session")
def small_plan(small_organization: Organization) -> Blueprint:
    """Business as usual for a year on the small organisation."""
    return blueprint(Resolved("usual", "usual", "", small_organization, defaults(), years=1.0, burn_in=0.25))
