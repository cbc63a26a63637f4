"""Many runs: the plan, the workers, the results folder, the comparison of scenarios, sweeps over designs."""

from sim.experiments.checking import diff, verify
from sim.experiments.comparing import compare, default_folder, execute
from sim.experiments.design_table import Design, DesignError
from sim.experiments.errors import ExperimentError, ExperimentInterrupted, StoreError
from sim.experiments.experiment import Experiment, open_results
from sim.experiments.exporting import export
from sim.experiments.merging import merge
from sim.experiments.plan import make_plan
from sim.experiments.runner import Progress
from sim.experiments.sweep_plan import make_sweep
from sim.experiments.sweeping import default_sweep_folder, execute_sweep, sweep
from sim.experiments.swept import Sweep, open_sweep

__all__ = [
    "Design",
    "DesignError",
    "Experiment",
    "ExperimentError",
    "ExperimentInterrupted",
    "Progress",
    "StoreError",
    "Sweep",
    "compare",
    "default_folder",
    "default_sweep_folder",
    "diff",
    "execute",
    "execute_sweep",
    "export",
    "make_plan",
    "make_sweep",
    "merge",
    "open_results",
    "open_sweep",
    "sweep",
    "verify",
]
