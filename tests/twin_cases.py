"""Scenarios in which everything happens at once, and the run of both worlds side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.engine.run import Simulation
from sim.model import LearningCultureModel
from sim.model.twin import differences
from sim.scenario import Resolved, load, resolve

OFFSET = 0.15  # any will do, as long as both have the same

# Every lever, then every kind of trouble in turn: what shocks gate, push, take away, break and vacate.
TROUBLE: dict[str, Any] = {
    "extends": "all_levers",
    "shocks": [
        {"barrier": "telling", "at": "month 1", "for": "5 months"},
        {"barrier": "experts_unavailable", "at": "month 2"},
        {"barrier": "technology_jump", "at": "month 4"},
        {"barrier": "reorganisation", "at": "month 5", "severity": 2.0},
        {"barrier": "priorities_shift", "at": "month 6"},
        {"barrier": "turnover_surge", "at": "month 7", "for": "1 year"},
        {"barrier": "budget_freeze", "at": "month 9", "for": "3 months"},
        {"barrier": "authority_of_expertise", "at": "month 10", "for": "1 year"},
        {"barrier": "compliance_only", "at": "month 13", "for": "6 months"},
        {"barrier": "stuck_in_processes", "at": "month 14"},
        {"barrier": "rigidity", "at": "month 16"},
        {"barrier": "sponsor_withdraws", "at": "month 18"},
        {"barrier": "reorganisation", "at": "month 26"},
    ],
    "start": [
        {"barrier": "executives_run_for_cover"},
        {"barrier": "authority_shadow"},
        {"barrier": "unskilled_managers"},
        {"barrier": "complacency"},
        {"barrier": "late_review"},
        {"barrier": "overworked_hr"},
    ],
    "seed": [
        {"who": {"levels": ["manager"], "random": 0.3}, "committed": True},
        {"who": {"levels": ["employee"], "random": 0.3}, "used": 0.5},
    ],
    "parameters": {
        "habit_hardening": 0.3,
        "negativity": 1.4,
        "mixing": 2.0,
        "turnover_employees": 0.3,
        "contagion": 40.0,
        "threshold": 0.4,
    },
}


def trouble(**more: Any) -> Resolved:
    """Every lever and every kind of trouble on a small organisation; `more` changes or adds tables."""
    raw = {"name": "trouble", **TROUBLE, **more}
    raw.setdefault("organization", {"people": 70, "tiers": 4, "departments": 4, "community": 4})
    return resolve(load(raw))


def short(name: str, **more: Any) -> Resolved:
    """A bundled scenario for a year on a small organisation."""
    organization = {"people": 60, "tiers": 4, "departments": 4, **more.pop("organization", {})}
    run = {"years": 1, "burn_in": 0.25, **more.pop("run", {})}
    return resolve(load({"name": name, "extends": name, "organization": organization, "run": run, **more}))


def imported(folder: Path, **more: Any) -> Resolved:
    """The same trouble on a real organisation."""
    return trouble(
        organization={
            "people_file": str(folder / "people.csv"),
            "ties_file": str(folder / "ties.csv"),
            "layers_file": str(folder / "layers.csv"),
            "community": 4,
        },
        **more,
    )


def first_difference(
    resolved: Resolved,
    *,
    seed: int,
    replicate: int = 0,
    agents: Resolved | None = None,
    steps: int | None = None,
    spoil: Callable[[LearningCultureModel], None] | None = None,
) -> tuple[int, list[str]] | None:
    """Run both worlds step by step; the first week in which they differ and how, None if they never do.

    Args:
        agents: what the agents run, where it is not what the engine runs.
        spoil: done to the model before it starts.
    """
    simulation = Simulation(resolved, seed=seed, replicate=replicate, alpha_offset=OFFSET, events=True)
    model = LearningCultureModel(agents or resolved, rng=seed, replicate=replicate, alpha_offset=OFFSET)
    if spoil is not None:
        spoil(model)
    found = differences(simulation, model)
    whole = resolved.burn_steps + resolved.steps
    for _ in range(min(steps or whole, whole)):
        if found:
            return model.week, found
        simulation.advance(1)
        model.step()
        found = differences(simulation, model)
    return (model.week, found) if found else None
