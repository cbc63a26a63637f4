"""From an experiment to its findings, with what it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.experiments import Experiment
from sim.experiments.plan import fingerprint_of
from sim.report.facts import Facts, facts_from, facts_of
from sim.report.findings import Findings
from sim.report.gather import gather
from sim.scenario.resolved import Resolved

_NOT_IDENTITY = ("described",)


def findings(
    experiment: Experiment,
    plans: Sequence[Resolved] = (),
    *,
    imported: bool = False,
    unlike: Sequence[str] = (),
) -> Findings:
    """What a finished experiment found.

    Args:
        experiment: read from its folder.
        plans: its resolved scenarios; left out, what the folder keeps of them is used (without who and hours).
        imported: whether an organisation comes from files, so that nobody is counted by level.
        unlike: plans whose business as usual is not that of the first.

    Raises:
        StoreError: it is not finished, or cannot be read.
    """
    facts: list[Facts] = (
        [facts_of(plan, counted=not imported) for plan in plans]
        if plans
        else [facts_from(row) for row in experiment.plan["described"]]
    )
    return gather(
        facts,
        experiment.runs,
        experiment.series,
        seed=int(experiment.plan["seed"]),
        fingerprint=fingerprint(experiment.plan),
        version=str(experiment.plan["version"]),
        settings=settings(experiment.plan, experiment.manifest),
        unlike=unlike,
    )


def fingerprint(plan: Mapping[str, Any]) -> str:
    """The short hash of an experiment, from the content of its plan.json."""
    return fingerprint_of({key: value for key, value in plan.items() if key not in _NOT_IDENTITY})


def settings(plan: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, str]:
    """The settings that decide the numbers, in words: with them anybody gets the same ones."""
    varied = {"luck": "luck", "assumptions": "assumptions"}
    rows = {
        "Experiment": fingerprint(plan),
        "Plans": ", ".join(row["name"] for row in plan["scenarios"]),
        "Seed": str(plan["seed"]),
        "Replicates": str(plan["replicates"]),
        "What varies": " and ".join(varied.get(kind, kind) for kind in plan["uncertainty"]),
        "Draws of the assumptions": str(plan["draws"]),
        "Runs of each plan under a draw": str(plan["runs_per_draw"]),
        "Assumptions drawn": str(len(plan["drawn"])),
        "Version": f"Ripple {plan['version']}",
        "Equations": str(plan["equations"]),
    }
    precision = manifest.get("precision")
    if isinstance(precision, dict) and precision.get("looks"):
        last = precision["looks"][-1]
        rows["Replicates"] = (
            f"{last['replicates']}, until the interval was ±{100 * plan['precision']:g} points wide"
        )
        rows["Width reached"] = f"±{100 * last['half_width']:.2g} points, the looking allowed for"
    if not plan["draws"]:
        for name in ("Draws of the assumptions", "Runs of each plan under a draw", "Assumptions drawn"):
            del rows[name]
    if "luck" not in plan["uncertainty"]:
        del rows["Replicates"]
    return rows
