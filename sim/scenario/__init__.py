"""What leaders plan, as people write it (TOML) and as the engine reads it: load, check, resolve, say."""

from sim.scenario.editors import json_schema
from sim.scenario.errors import ScenarioError
from sim.scenario.library import names
from sim.scenario.load import load
from sim.scenario.resolve import resolve
from sim.scenario.resolved import Disturbance, Programme, Resolved, Seeding, Start
from sim.scenario.schema import Scenario

__all__ = [
    "Disturbance",
    "Programme",
    "Resolved",
    "Scenario",
    "ScenarioError",
    "Seeding",
    "Start",
    "json_schema",
    "load",
    "names",
    "resolve",
]
