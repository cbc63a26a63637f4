"""The analysis of a sweep that was made: its outcomes, its luck, its failures and its horizon, read from its folder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.swept import Sweep
from sim.sensitivity.analyse import analyse
from sim.sensitivity.data import Floats
from sim.sensitivity.decision import decision_outcomes
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.outputs import is_censored, name_and_time
from sim.sensitivity.result import SensitivityResult, table


def analyse_sweep(
    sweep: Sweep,
    outputs: Sequence[str] = (),
    *,
    scenario: str | None = None,
    decide: bool | None = None,
    horizon: float | None = None,
    **options: Any,
) -> SensitivityResult:
    """What the outcomes of a sweep depend on; of two scenarios, what their difference depends on.

    Args:
        sweep: finished.
        outputs: names of its output columns; where not given, all that every finished run has a value of (times that
            may never come are among them); a note names the others.
        scenario: whose outcomes; the first where not given.
        decide: the differences B − A and whether B overtakes A (second scenario against the first), instead of the
            outcomes themselves; where not given: whether the sweep holds two scenarios and none is named.  Times that
            may never come are compared restricted to the horizon.
        horizon: years, for such times; as the scenario says where not given.
        options: method, policy, tolerated, confidence, resamples, seed, convergence, deterministic: see
            `analyse.analyse`.

    Raises:
        SensitivityError: there are no two scenarios to decide between, or as `analyse`.
        StoreError: the sweep is not finished, or has no such output or scenario.
    """
    names = list(outputs) or _always_there(sweep)
    years = horizon_of(sweep) if horizon is None else horizon
    pair = scenario is None and len(sweep.names) == 2 if decide is None else decide
    if pair and len(sweep.names) < 2:
        raise SensitivityError(
            f"{sweep.folder} holds one scenario: there is nothing to decide; leave decide out"
        )
    told = _reasons(sweep)
    common: dict[str, Any] = {
        "luck": "common" if sweep.common_luck else "independent", "horizon": years, "reasons": told, **options
    }  # fmt: skip
    if not pair:
        values = {name: sweep.values(name, scenario) for name in names}
        return _noted(
            analyse(sweep.design, values, failed=~sweep.ok(scenario), **common), sweep, names, bool(outputs)
        )
    a, b = sweep.names[:2]
    failed = ~(sweep.ok(a) & sweep.ok(b))
    sides = [
        {name: _complete(name, sweep.values(name, arm), sweep.ok(arm), years) for name in names}
        for arm in (a, b)
    ]
    return _noted(
        analyse(sweep.design, decision_outcomes(*sides, a=a, b=b), failed=failed, **common),
        sweep,
        names,
        bool(outputs),
    )


def _always_there(sweep: Sweep) -> list[str]:
    """Outcomes that every finished run of every scenario has a value of, and times that may never come."""
    found = [
        name
        for name in sweep.outputs
        if is_censored(name_and_time(name)[0])
        or all(bool(np.isfinite(sweep.values(name, arm))[sweep.ok(arm)].all()) for arm in sweep.names)
    ]
    if not found:
        raise SensitivityError(
            f"{sweep.folder} has no outcome that every run has a value of; name the ones you want"
        )
    return found


def _noted(result: SensitivityResult, sweep: Sweep, names: Sequence[str], chosen: bool) -> SensitivityResult:
    """With a note on the outcomes that were left out because some runs have no value of them."""
    left = [name for name in sweep.outputs if name not in names]
    if chosen or not left:
        return result
    text = f"Left out, because some runs have no value of them: {', '.join(left)}."
    note = table(
        "notes", [{"output": "", "time": math.nan, "level": "info", "kind": "failures", "text": text}]
    )
    return replace(
        result, notes=pd.concat([result.notes, note], ignore_index=True) if len(result.notes) else note
    )


def _complete(name: str, y: Floats, ok: np.ndarray, years: float) -> Floats:  # type: ignore[type-arg]
    """A time that never came as the horizon, so that it can be compared."""
    if not is_censored(name_and_time(name)[0]):
        return y
    if not math.isfinite(years):
        raise SensitivityError(f"{name} may never come within the run; say the horizon (years) to compare it")
    return np.where(ok & np.isnan(y), years, y)


def _reasons(sweep: Sweep) -> str:
    """The commonest reasons of failure with their counts, in a few words."""
    if not sweep.failed:
        return ""
    rows = sweep.failures().head(3)
    return "; ".join(
        f"{count:,} × {reason}" for reason, count in zip(rows["reason"], rows["runs"], strict=True)
    )


def horizon_of(sweep: Sweep) -> float:
    """Years that the runs of its longest scenario last; NaN for a task of one's own."""
    return max((float(row["years"]) for row in sweep.plan.get("described", [])), default=math.nan)
