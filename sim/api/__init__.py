"""What a person at a keyboard needs: the verbs of the command, and what was found as objects.

import sim
experiment = sim.compare(["business_as_usual", "stars_align"])
experiment.table
experiment.plot_adoption()
experiment.difference().verdict
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.api.building import Builder, build, resolve
from sim.api.once import Once, run_once
from sim.api.results import Decision, Experiment, Sensitivity, Sweep, Validation
from sim.api.verbs import (
    compare,
    open_results,
    open_sensitivity,
    open_sweep,
    run,
    sensitivity_analysis,
    sweep,
    validate,
)
from sim.experiments import Design, ExperimentError, ExperimentInterrupted, Progress, StoreError
from sim.scenario import Resolved, Scenario, ScenarioError, load, names

if TYPE_CHECKING:
    from sim.api import decide, networks

__all__ = [
    "Builder",
    "Decision",
    "Design",
    "Experiment",
    "ExperimentError",
    "ExperimentInterrupted",
    "Once",
    "Progress",
    "Resolved",
    "Scenario",
    "ScenarioError",
    "Sensitivity",
    "StoreError",
    "Sweep",
    "Validation",
    "build",
    "compare",
    "decide",
    "load",
    "names",
    "networks",
    "open_results",
    "open_sensitivity",
    "open_sweep",
    "resolve",
    "run",
    "run_once",
    "sensitivity_analysis",
    "sweep",
    "validate",
]


def __getattr__(name: str) -> object:
    """These two are modules; what they import costs a second or two, which nobody pays who does not use it."""
    if name in ("decide", "networks"):
        from importlib import import_module

        return import_module(f"sim.api.{name}")
    raise AttributeError(f"module 'sim.api' has no attribute {name!r}")
