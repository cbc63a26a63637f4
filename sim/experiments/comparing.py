"""Compare scenarios: from names to a results folder, and back again after any interruption."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc

from sim.arguments import place, whole
from sim.engine.stationary import offset_for
from sim.experiments.errors import ExperimentError, ExperimentInterrupted, StoreError
from sim.experiments.experiment import Experiment
from sim.experiments.plan import UNCERTAINTIES, Block, Plan, Source, fingerprint_of, make_plan
from sim.experiments.precision import Look, look
from sim.experiments.retrying import take_apart
from sim.experiments.runner import Report, Tally, run_blocks
from sim.experiments.store import Store
from sim.experiments.work import Job
from sim.experiments.workers import Crew, describe, usable_processors
from sim.scenario import Resolved

FOLDER: Final = "a results folder, e.g. 'results/mine'"
_SMALL = 60_000_000  # person-steps below which threads are used: starting processes costs seconds


def compare(
    scenarios: Source | Sequence[Source],
    *,
    replicates: int | None = None,
    precision: float | None = None,
    seed: int | None = None,
    workers: int | Executor | None = None,
    overrides: Sequence[str] = (),
    uncertainty: Sequence[str] = UNCERTAINTIES,
    draws: int | None = None,
    out: str | Path | None = None,
    progress: Report | None = None,
    person_level: bool = False,
    assumptions: str = "ranges",
    retry_failed: bool = False,
) -> Experiment:
    """Run scenarios side by side, under the same luck and the same assumptions, and store what happened.

    The same call again goes on where it was interrupted, and returns at once when all is done.

    Args:
        scenarios: bundled names, files, mappings or loaded scenarios.
        replicates, precision, seed, overrides, uncertainty, draws, person_level, assumptions: see
            `plan.make_plan`.
        workers: how many (all processors where not given), or any `concurrent.futures` executor.
        out: results folder; `results/NAMES-PLAN` in the working folder where not given.
        progress: called with a `Progress` as runs finish.
        retry_failed: of a finished comparison, make the blocks again that hold failed runs.

    Raises:
        ScenarioError: a scenario cannot be used.
        ExperimentError: the experiment cannot be planned.
        StoreError: the folder is not ours, holds another plan, is being written, or cannot be written.
        ExperimentInterrupted: Ctrl-C; what was finished is kept.
    """
    plan = make_plan(
        scenarios, replicates=replicates, precision=precision, seed=seed, overrides=overrides,
        uncertainty=uncertainty, draws=draws, person_level=person_level, assumptions=assumptions,
    )  # fmt: skip
    return execute(plan, workers=workers, out=out, progress=progress, retry_failed=retry_failed)


def default_folder(plan: Plan) -> Path:
    """Where an experiment goes when nobody says: its scenarios and eight digits of its plan."""
    names = [arm.name for arm in plan.arms]
    title = "-vs-".join(names) if len(names) <= 3 else f"{names[0]}-vs-{len(names) - 1}-others"
    return Path("results") / f"{title[:80]}-{fingerprint_of(plan.identity())}"


def execute(
    plan: Plan,
    *,
    workers: int | Executor | None = None,
    out: str | Path | None = None,
    progress: Report | None = None,
    processes: bool | None = None,
    retry_failed: bool = False,
) -> Experiment:
    """Carry out a plan; see `compare`.  `processes` forces spawned processes or threads, by size where not given."""
    count, executor = _workers(workers)
    folder = default_folder(plan) if out is None else place("out", out, FOLDER, error=StoreError)
    with Store(folder, plan) as store:
        if retry_failed and store.finished and (failed := take_apart(folder, plan)):
            store.log("making again", failed=failed)
        tally = Tally(_total(plan), progress)
        try:
            return _carry_out(plan, store, tally, count, executor, processes)
        except KeyboardInterrupt:
            store.log("interrupted", runs=tally.done)
            raise ExperimentInterrupted(store.folder, tally.done, tally.total) from None


def _carry_out(
    plan: Plan, store: Store, tally: Tally, workers: int, executor: Executor | None, processes: bool | None
) -> Experiment:
    if store.finished:
        store.log("already finished")
        tally.skip(tally.total)
        tally.tell("finished")
        return Experiment(store.folder)
    began = time.perf_counter()
    tally.tell("business as usual")
    job = Job(plan, _offsets(plan, workers), store.parts)
    crew = Crew(
        job, workers, processes=_big(plan, workers) if processes is None else processes, executor=executor
    )
    store.log("started", **describe(crew))
    try:
        blocks, looks = _run(plan, store, crew, tally)
    finally:
        crew.stop(cancel=True)
    tally.tell("writing")
    seconds = round(time.perf_counter() - began, 2)
    details = {
        "runs": tally.done,
        "failed": store.failures(blocks),
        "seconds_of_last_session": seconds,
        **describe(crew),
    }
    if looks:
        details["precision"] = {"target": plan.precision, "looks": [asdict(one) for one in looks]}
    store.finish(blocks, details)
    store.log("finished", seconds=seconds, failed=details["failed"])
    tally.tell("finished")
    return Experiment(store.folder)


def _workers(given: int | Executor | None) -> tuple[int, Executor | None]:
    if isinstance(given, Executor):
        return getattr(given, "_max_workers", None) or usable_processors(), given
    if given is None:
        return usable_processors(), None
    return whole("workers", given, low=1, high=4096, error=ExperimentError), None


def _total(plan: Plan) -> int:
    luck = 0
    if "luck" in plan.uncertainty:
        luck = plan.replicates if plan.precision is None else plan.looks()[0]
    return len(plan.arms) * (luck + plan.draws * plan.runs_per_draw)


def _big(plan: Plan, workers: int) -> bool:
    steps = sum(arm.resolved.organization.n * arm.resolved.steps for arm in plan.arms)
    luck = plan.replicates if "luck" in plan.uncertainty and plan.precision is None else 20
    usual = 20 * 260 * plan.arms[0].resolved.organization.n * plan.draws
    return workers > 1 and steps * (luck + plan.draws * plan.runs_per_draw) + usual > _SMALL


def _offsets(plan: Plan, threads: int) -> tuple[float, ...]:
    """Offsets of the arms' business as usual at the default parameters; those of draws are looked for near them."""
    found = {arm.reference: _offset(plan.arms[arm.reference].resolved, threads) for arm in plan.arms}
    return tuple(found[arm.reference] for arm in plan.arms)


def _offset(usual: Resolved, threads: int) -> float:
    known = usual.fixed_offset
    return offset_for(usual, threads=threads).value if known is None else known


def _run(plan: Plan, store: Store, crew: Crew, tally: Tally) -> tuple[list[Block], list[Look]]:
    """All blocks of the plan in plan order, done; with a target of precision, as many as it takes."""
    assumptions = list(plan.assumption_blocks())
    if "luck" not in plan.uncertainty:
        run_blocks(assumptions, store, crew, tally)
        return assumptions, []
    if plan.precision is None:
        blocks = [*plan.luck_blocks(), *assumptions]
        run_blocks(blocks, store, crew, tally)
        return blocks, []
    luck: list[Block] = []
    looks: list[Look] = []
    for number, size in enumerate(plan.looks(), start=1):
        fresh = list(plan.luck_blocks(len(luck) * plan.block_size, size))
        tally.total = len(plan.arms) * (size + plan.draws * plan.runs_per_draw)
        run_blocks(fresh, store, crew, tally)
        luck += fresh
        looks.append(look(_shares(plan, store, luck), number, plan.precision))
        store.log("look", **asdict(looks[-1]))
        if looks[-1].enough:
            break
    run_blocks(assumptions, store, crew, tally)
    return [*luck, *assumptions], looks


def _shares(plan: Plan, store: Store, blocks: Sequence[Block]) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
    runs = store.runs_of(blocks)
    shares = []
    for arm in plan.arms:
        mine = runs.filter(pc.equal(runs["scenario"], arm.name)).sort_by("replicate")
        shares.append(np.array(mine["share_end"].to_numpy(), dtype=np.float64))
    return shares
