"""What a person at a keyboard needs: load, resolve, run, compare, look at what came out.

import sim
experiment = sim.compare(["business_as_usual", "stars_align"])
experiment.summary()
experiment.difference().verdict
"""

from __future__ import annotations

from sim.experiments import (
    Design,
    Experiment,
    ExperimentError,
    ExperimentInterrupted,
    Progress,
    StoreError,
    Sweep,
    compare,
    open_results,
    open_sweep,
    sweep,
)
from sim.experiments import run_scenario as run
from sim.scenario import Resolved, Scenario, ScenarioError, load, names, resolve

__all__ = [
    "Design",
    "Experiment",
    "ExperimentError",
    "ExperimentInterrupted",
    "Progress",
    "Resolved",
    "Scenario",
    "ScenarioError",
    "StoreError",
    "Sweep",
    "compare",
    "load",
    "names",
    "open_results",
    "open_sweep",
    "resolve",
    "run",
    "sweep",
]
