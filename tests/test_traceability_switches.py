"""Every traced row of the sources: its mechanism switched off, its output changes.

Rows that share mechanism, output, barrier and scenario are one case.  Both arms have the same luck; the change must
stand out at the 95 % level over runs, not merely exist.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from levers_lab import PEOPLE, SEED, Floats, paired, usual_offset

from sim.behaviours.barriers import BARRIERS
from sim.behaviours.traceability import OUTPUTS, Switch, mechanisms, structural_options, traces
from sim.engine.blueprint import blueprint
from sim.engine.layout import M_HEAD
from sim.engine.run import RunRecord, run
from sim.experiments.outcomes import _MEANS, outcomes
from sim.experiments.schema import MEASURES
from sim.experiments.schema import OUTCOMES as RUN_COLUMNS
from sim.scenario import Resolved, Start, load, resolve

RUNS = 40
TWO_SIDED = 2.02  # 97.5 % quantile of Student's t, 39 degrees of freedom


def cases() -> dict[tuple[str, str, str, str], list[str]]:
    """Rows by mechanism, output, barrier and scenario."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for row, one in traces().items():
        if not one.boundary:
            found.setdefault((one.mechanism, one.output, one.barrier, one.scenario), []).append(row)
    return found


@lru_cache(maxsize=64)
def base(scenario: str, barrier: str, output: str) -> Resolved:
    """The named scenario on the small organisation, with the row's barrier; outsiders where they are looked at."""
    loaded = load(scenario)
    small = {"people": PEOPLE, "departments": 5, "seed": 3, "tiers": None, "span": None, "sites": None}
    if output == "community_share_end":
        small["community"] = 100.0
    changes: dict[str, Any] = {"organization": loaded.organization.model_copy(update=small)}
    if barrier and barrier not in [shock.barrier for shock in loaded.shocks]:
        kind = "shocks" if BARRIERS[barrier].is_shock else "start"
        more = load({"name": "x", kind: [{"barrier": barrier}]})
        changes[kind] = [*getattr(loaded, kind), *getattr(more, kind)]
    return resolve(loaded.model_copy(update=changes))


def without_barrier(resolved: Resolved, scenario: str, barrier: str) -> Resolved:
    """The same plan without the barrier, as a shock and as a starting condition."""
    plain = base(scenario, "", "")
    return replace(
        resolved,
        disturbances=tuple(item for item in resolved.disturbances if item.name != barrier),
        start=plain.start,
    )


def without_structure(resolved: Resolved, option: str) -> Resolved:
    """The same plan with a structural option turned off."""
    programmes = resolved.programmes
    if option == "capacity":
        return replace(
            resolved, start=replace(resolved.start, capacity_factor=1e6, delay_mean=0.0, fade_halflife=np.inf)
        )
    if option == "targeting":
        return replace(resolved, programmes=tuple(item for item in programmes if item.lever != "L17"))
    if option == "programme_ties":
        none = programmes[0].ties.where(np.zeros(len(programmes[0].ties), dtype=bool))
        return replace(resolved, programmes=tuple(replace(item, ties=none) for item in programmes))
    assert option == "fit"
    return replace(resolved, programmes=tuple(replace(item, fit=(1.0, 1.0, 1.0, 1.0)) for item in programmes))


def switched_off(resolved: Resolved, switch: Switch, scenario: str, barrier: str) -> Resolved:
    if switch.kind == "parameter":
        return replace(resolved, parameters={**resolved.parameters, switch.name: switch.value})
    if switch.kind == "structure":
        return without_structure(resolved, switch.name)
    assert switch.kind == "barrier"
    return without_barrier(resolved, scenario, barrier)


def value(record: RunRecord, resolved: Resolved, output: str) -> float:
    """An output of a run: by time, its mean over the run; at the end, as the table of runs has it."""
    series = record.series[1:, 0]
    if output == "productivity":
        resolved = replace(resolved, money={**resolved.money, "outcome_map": True})
    if output in _MEANS:
        return float((series[:, _MEANS[output]] / series[:, M_HEAD]).mean())
    if output == "memory":
        return float(record.memory[1:].mean())
    found = outcomes(record, resolved)["skill_p10_end" if output == "skill_p10" else output]
    return float("nan") if found is None else float(found)


_kept: dict[int, tuple[Resolved, list[RunRecord]]] = {}


def runs_of(resolved: Resolved) -> list[RunRecord]:
    """Runs of a plan, kept for the cases that share it."""
    if id(resolved) not in _kept:
        made = blueprint(resolved)
        _kept[id(resolved)] = (
            resolved,
            [
                run(made, seed=SEED, replicate=k, alpha_offset=usual_offset(), events=True)
                for k in range(RUNS)
            ],
        )
    return _kept[id(resolved)][1]


def values(resolved: Resolved, output: str, *, keep: bool) -> Floats:
    if keep:
        found = runs_of(resolved)
    else:
        made = blueprint(resolved)
        found = [
            run(made, seed=SEED, replicate=k, alpha_offset=usual_offset(), events=True) for k in range(RUNS)
        ]
    return np.array([value(record, resolved, output) for record in found])


@pytest.mark.slow
@pytest.mark.parametrize("case", list(cases()), ids=lambda case: "-".join(part for part in case if part))
def test_without_the_mechanism_the_output_is_another(case: tuple[str, str, str, str]) -> None:
    mechanism, output, barrier, scenario = case
    switch = mechanisms()[mechanism].switch
    on = base(scenario, barrier, output if output == "community_share_end" else "")
    off = switched_off(on, switch, scenario, barrier)
    with_it, without = values(on, output, keep=True), values(off, output, keep=False)
    assert np.isfinite(with_it).all() and np.isfinite(without).all(), f"{output} says nothing in {scenario}"
    mean, error = paired(without, with_it)
    assert abs(mean) > TWO_SIDED * error and mean != 0.0, (
        f"{', '.join(cases()[case])}: without {mechanism} {output} moves by {mean:+.2g} ± {error:.2g} in {scenario}"
    )


def test_outputs_are_columns_of_what_is_written() -> None:
    written = {*MEASURES, *RUN_COLUMNS}
    assert set(OUTPUTS) <= written
    assert {one.output for one in traces().values() if not one.boundary} == set(OUTPUTS)


def test_every_structural_option_can_be_turned_off() -> None:
    used = {one.switch.name for one in mechanisms().values() if one.switch.kind == "structure"}
    assert used == set(structural_options())
    assert Start() == Start(capacity_factor=1.0)
