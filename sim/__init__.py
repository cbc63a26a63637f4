"""Ripple: how a learning culture spreads through an organisation."""

from sim._version import __version__

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
    "__version__",
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
    """The public names are imported at their first use, so that `import sim` costs nothing."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("sim.api"), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
