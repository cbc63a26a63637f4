"""From a finished sensitivity study to what its page says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.experiments.plan import fingerprint_of
from sim.experiments.swept import Sweep
from sim.report.sensitivity_page import Studied
from sim.report.sensitivity_words import outcome_words
from sim.report.wording import capital
from sim.sensitivity.decision import ranking
from sim.sensitivity.methods import METHODS
from sim.sensitivity.result import SensitivityResult
from sim.sensitivity.study import study_title

_NOT_IDENTITY = ("described", "meta")


def studied(
    made: Sweep,
    result: SensitivityResult,
    *,
    title: str = "",
    question: str = "",
    left_out: Sequence[tuple[str, str]] = (),
    command: str = "",
) -> Studied:
    """What the page of a study says.

    Args:
        made: the runs.
        result: their analysis.
        title, question: for people; made from the scenarios where not given.
        left_out: parameters that were not taken, with the reason.
        command: with which it is made again.
    """
    described = made.plan.get("described", [])
    scenarios = {row["name"]: row["title"] or row["name"] for row in described} or {n: n for n in made.names}
    plan = made.plan
    fingerprint = fingerprint_of({key: value for key, value in plan.items() if key not in _NOT_IDENTITY})
    settings = {
        "Sweep": fingerprint,
        "Scenarios": ", ".join(scenarios),
        "Method": METHODS[result.method].title,
        "Base rows": f"{result.meta.get('samples', 0):,}",
        "Points": f"{plan['design']['points']:,}",
        "Replicates": str(made.replicates),
        "Luck": str(plan["luck"]),
        "Seed": str(plan["seed"]),
        "Business as usual at each point": str(plan["offsets"]),
        "Failed runs": str(result.meta.get("policy", "")),
        "Version": f"Ripple {plan['version']}",
        "Equations": str(plan["equations"]),
        "SALib": str(result.meta.get("salib", "")),
    }
    if described:
        people = ", ".join(
            dict.fromkeys(f"{row['people']:,} people, {row['years']:g} years" for row in described)
        )
        settings = {**settings, "Organisation": people}
    return Studied(
        result=result,
        title=title or study_title(list(scenarios.values())),
        question=question,
        values=dict(zip(made.design.paths, made.design.values, strict=True)),
        scenarios=scenarios,
        fingerprint=fingerprint,
        seed=int(plan["seed"]),
        version=str(plan["version"]),
        settings={name: value for name, value in settings.items() if value},
        reasons=tuple((str(r), int(n)) for r, n in made.failures().itertuples(index=False, name=None)),
        left_out=tuple(left_out),
        rankings=_rankings(made, scenarios),
        command=command,
    )


def _rankings(made: Sweep, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Whether the order of the plans survives over the points, where there are several plans and replicates."""
    output = "share_end" if "share_end" in made.outputs else made.outputs[0]
    if len(made.names) < 2 or made.replicates < 2:
        return ()
    base = made.names[0]
    told = []
    for other in made.names[1:]:
        gap = made.difference(output, base, other)
        if not (np.isfinite(gap).sum(axis=1) >= 2).any():
            continue
        found = ranking(gap, a=f"“{titles[base]}”", b=f"“{titles[other]}”", outcome=outcome_words(output))
        told.append(capital(found.sentence))
    return tuple(told)
