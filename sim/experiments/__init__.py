"""Many runs: the plan, the workers, the results folder, and the comparison of scenarios."""

from sim.experiments.comparing import compare, default_folder, execute, run_scenario
from sim.experiments.errors import ExperimentError, ExperimentInterrupted, StoreError
from sim.experiments.experiment import Experiment, open_results
from sim.experiments.plan import make_plan
from sim.experiments.runner import Progress

__all__ = [
    "Experiment",
    "ExperimentError",
    "ExperimentInterrupted",
    "Progress",
    "StoreError",
    "compare",
    "default_folder",
    "execute",
    "make_plan",
    "open_results",
    "run_scenario",
]
