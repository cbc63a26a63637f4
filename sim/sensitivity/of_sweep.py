"""The analysis of a sweep that was made: its outcomes, its luck, its failures and its horizon, read from its folder."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.experiments.swept import Sweep
from sim.sensitivity.analyse import analyse
from sim.sensitivity.data import Floats
from sim.sensitivity.decision import decision_outcomes
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.outputs import is_censored, name_and_time
from sim.sensitivity.result import SensitivityResult


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
        outputs: names of its output columns; all where not given.
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
    names = list(outputs) or sweep.outputs
    years = _horizon(sweep) if horizon is None else horizon
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
        return analyse(sweep.design, values, failed=~sweep.ok(scenario), **common)
    a, b = sweep.names[:2]
    failed = ~(sweep.ok(a) & sweep.ok(b))
    sides = [
        {name: _complete(name, sweep.values(name, arm), sweep.ok(arm), years) for name in names}
        for arm in (a, b)
    ]
    return analyse(sweep.design, decision_outcomes(*sides, a=a, b=b), failed=failed, **common)


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


def _horizon(sweep: Sweep) -> float:
    """Years that the runs of its first scenario last; NaN for a task of one's own."""
    source = sweep.plan["scenarios"][0].get("source")
    if not isinstance(source, str):
        return math.nan
    try:
        years = tomllib.loads(source).get("run", {}).get("years")
    except tomllib.TOMLDecodeError:
        return math.nan
    return float(years) if isinstance(years, (int, float)) else math.nan
