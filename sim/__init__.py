"""Ripple: how a learning culture spreads through an organisation."""

from sim._version import __version__

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
    "__version__",
    "compare",
    "load",
    "names",
    "open_results",
    "open_sweep",
    "resolve",
    "run",
    "sweep",
]


def __getattr__(name: str) -> object:
    """The public names are imported at their first use, so that `import sim` costs nothing."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("sim.api"), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
