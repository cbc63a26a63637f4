"""What a worker does with a block: run it, make the tables, write the part.  Plain functions of their arguments."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.run import run
from sim.engine.stationary import offset_for, with_parameters
from sim.engine.world import groups_of
from sim.experiments.files import write_part
from sim.experiments.groups import Published, level_names, published
from sim.experiments.outcomes import event_rows, outcomes, people_rows, series_rows
from sim.experiments.plan import Block, Plan
from sim.experiments.schema import EVENTS, OUTCOMES, PEOPLE_EVENTS, SERIES, runs_schema

TABLES = ("series", "events", "people_events", "runs")  # the last written marks a block as finished
DIED = "the worker process ended abruptly"


@dataclass(slots=True)
class Job:
    """All that a worker needs to know.

    Attributes:
        plan: the plan.
        offsets: of the default parameters, by arm.
        folder: where parts are written.
    """

    plan: Plan
    offsets: tuple[float, ...]
    folder: Path
    _prepared: dict[int, tuple[Blueprint, Published]] = field(default_factory=dict, repr=False)

    def prepared(self, arm: int) -> tuple[Blueprint, Published]:
        """Blueprint and shown groups of an arm, made once."""
        if arm not in self._prepared:
            resolved = self.plan.arms[arm].resolved
            careful = any(item.imported for item in self.plan.arms)
            levels = level_names([item.resolved.organization for item in self.plan.arms], careful=careful)
            shown = published(resolved.organization, groups_of(resolved), levels, careful=careful)
            self._prepared[arm] = blueprint(resolved), shown
        return self._prepared[arm]

    def __getstate__(self) -> tuple[Plan, tuple[float, ...], Path]:
        return self.plan, self.offsets, self.folder

    def __setstate__(self, state: tuple[Plan, tuple[float, ...], Path]) -> None:
        self.plan, self.offsets, self.folder = state
        self._prepared = {}


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker tells of a finished block.

    Attributes:
        block: which.
        runs, failed, retried: counts.
        seconds, process: for the log.
    """

    block: Block
    runs: int
    failed: int
    retried: int
    seconds: float
    process: int


def draw_runs(people: int) -> int:
    """Runs per round of the offset of a draw: about 2,400 people's years five, so that a draw costs seconds."""
    return min(8, max(2, math.ceil(2400 / max(people, 1))))


def offset_of_draw(plan: Plan, arm: int, draw: int) -> float:
    """The offset of an arm's business as usual under a draw of the parameters."""
    resolved = with_parameters(plan.arms[plan.arms[arm].reference].resolved, plan.drawn_values(draw))
    return offset_for(resolved, runs=draw_runs(resolved.organization.n), rounds=2, threads=1).value


def run_block(job: Job, block: Block, dead: tuple[tuple[int, int], ...] = ()) -> Done:
    """Run a block and write its part.

    Args:
        job, block: what to do.
        dead: (arm, replicate) of runs that killed their worker and are not tried again.

    Raises:
        OSError: the part cannot be written.
    """
    began = time.perf_counter()
    plan = job.plan
    rows: dict[str, list[Any]] = {name: [] for name in TABLES}
    failed = retried = 0
    offsets: dict[int, float | str] = {}
    for arm, item in enumerate(plan.arms):
        for replicate in block.replicates:
            if item.reference not in offsets:
                offsets[item.reference] = _offset(job, block, arm)
            row, tables, tries = _try(
                job, block, arm, replicate, offsets[item.reference], (arm, replicate) in dead
            )
            failed += row["status"] != "ok"
            retried += tries > 1
            rows["runs"].append(row)
            for name, table in tables.items():
                rows[name].append(table)
    tables = {
        "series": pa.concat_tables([SERIES.empty_table(), *rows["series"]]),
        "events": pa.concat_tables([EVENTS.empty_table(), *rows["events"]]),
        "people_events": pa.concat_tables([PEOPLE_EVENTS.empty_table(), *rows["people_events"]]),
        "runs": pa.Table.from_pylist(
            rows["runs"], schema=runs_schema(plan.drawn if plan.draws else (), numbered=False)
        ),
    }
    for name in TABLES:
        if name != "people_events" or plan.person_level:
            write_part(job.folder, f"{block.name}.{name}", tables[name])
    return Done(block, len(rows["runs"]), failed, retried, time.perf_counter() - began, os.getpid())


def _offset(job: Job, block: Block, arm: int) -> float | str:
    if block.draw is None:
        return job.offsets[arm]
    try:
        return offset_of_draw(job.plan, arm, block.draw)
    except Exception as problem:
        return f"business as usual under this draw: {reason_of(problem)}"


def reason_of(problem: BaseException) -> str:
    """Why a run failed, in one line."""
    text = " ".join(str(problem).split())[:300]
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


def _try(
    job: Job, block: Block, arm: int, replicate: int, offset: float | str, dead: bool
) -> tuple[dict[str, Any], Mapping[str, pa.Table], int]:
    """One run, tried twice: its row, its tables, the number of tries."""
    plan = job.plan
    row: dict[str, Any] = {
        "scenario": plan.arms[arm].name,
        "uncertainty": block.uncertainty,
        "draw": block.draw,
        "replicate": replicate,
        "seed": plan.seed,
        "status": "failed",
        "reason": DIED if dead else offset if isinstance(offset, str) else None,
        "alpha_offset": None if isinstance(offset, str) else offset,
        **dict.fromkeys(OUTCOMES),
        **{f"p.{name}": value for name, value in plan.drawn_values(block.draw).items()},
    }
    if dead or isinstance(offset, str):
        return row, {}, 1
    for tries in (1, 2):
        try:
            found, tables = one_run(job, block, arm, replicate, offset)
            return {**row, **found, "status": "ok", "reason": None}, tables, tries
        except Exception as problem:  # a failed run is a row, not the end of the experiment
            row["reason"] = reason_of(problem)
    return row, {}, 2


def one_run(
    job: Job, block: Block, arm: int, replicate: int, offset: float
) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """Outcomes and tables of a single run."""
    plan = job.plan
    drawing, shown = job.prepared(arm)
    resolved = drawing.resolved
    if block.draw is not None:
        resolved = with_parameters(resolved, plan.drawn_values(block.draw))
        drawing = replace(drawing, resolved=resolved)
    record = run(drawing, seed=plan.seed, replicate=replicate, alpha_offset=offset, events=True)
    found = outcomes(record, resolved)
    wrong = [key for key, value in found.items() if value is not None and not math.isfinite(value)]
    if wrong or not np.isfinite(record.series).all():
        raise ArithmeticError(f"{', '.join(wrong) or 'a mean over time'} not finite")
    name = plan.arms[arm].name
    tables = {
        "series": series_rows(
            record, shown, scenario=name, uncertainty=block.uncertainty, draw=block.draw, replicate=replicate
        )
    }
    if block.uncertainty == "luck":
        tables["events"] = event_rows(record, resolved, shown, scenario=name, replicate=replicate)
        if plan.person_level:
            tables["people_events"] = people_rows(record, resolved, scenario=name, replicate=replicate)
    return found, tables
