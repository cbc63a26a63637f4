"""Sweeps: many points, many runs, stored as they come; from any interruption on to the same bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from itertools import chain
from itertools import count as numbers
from pathlib import Path
from typing import Any

from sim.experiments.comparing import _workers
from sim.experiments.design_table import Design
from sim.experiments.errors import ExperimentError, ExperimentInterrupted, StoreError
from sim.experiments.files import told, write_json
from sim.experiments.keeping import BEFORE, KEPT, keep, left_out, put_aside, tidy
from sim.experiments.pieces import Piece
from sim.experiments.plan import Source, fingerprint_of
from sim.experiments.runner import Report, Tally, run_blocks
from sim.experiments.store import Store, differing, file_hash, read_plan
from sim.experiments.sweep_plan import Rows, SweepPlan, grows_from, make_sweep
from sim.experiments.sweep_work import job_of
from sim.experiments.swept import Sweep
from sim.experiments.tasks import SIMULATION
from sim.experiments.usual import Usual, find_usual
from sim.experiments.usual_plan import acting_columns
from sim.experiments.workers import AnyCrew, Crew, describe


def sweep(
    scenarios: Sequence[Source],
    design: Design,
    *,
    workers: int | Executor | None = None,
    dask: str | None = None,
    out: str | Path | None = None,
    progress: Report | None = None,
    shard: tuple[int, int] | None = None,
    retry_failed: bool = False,
    **options: Any,
) -> Sweep:
    """Run scenarios at every point of a design, and store what came out, a row a run.

    The same call again goes on where it was interrupted.  More replicates, or a design that holds further points, go
    on from what is there: only what is missing is run.

    Args:
        scenarios: bundled names, files, mappings or loaded scenarios; each is run at every point.
        design: the points.
        options: replicates, seed, luck, task, outputs, overrides, extra, offsets: see `sweep_plan.make_sweep`.
        workers: how many processes (all processors where not given), or any `concurrent.futures` executor.
        dask: address of a Dask scheduler, or "local", instead.
        out: results folder; `results/NAMES-sweep-PLAN` in the working folder where not given.
        progress: called with a `Progress` as runs finish.
        shard: (i, n) to make the i-th of n parts only, i from 1; `merge` puts them together.
        retry_failed: make failed runs again.

    Raises:
        ScenarioError: a scenario cannot be used.
        ExperimentError: the sweep cannot be planned.
        StoreError: the folder is not ours, holds another plan, is being written, or cannot be written.
        ExperimentInterrupted: Ctrl-C; what was finished is kept.
    """
    plan = make_sweep(scenarios, design, **options)
    return execute_sweep(
        plan, workers=workers, dask=dask, out=out, progress=progress, shard=shard, retry_failed=retry_failed
    )


def default_sweep_folder(plan: SweepPlan) -> Path:
    """Where a sweep goes when nobody says: a plan that grows keeps its folder, one that would lose runs has the next."""
    names = [arm.name for arm in plan.arms]
    title = "-vs-".join(names) if len(names) <= 3 else f"{names[0]}-vs-{len(names) - 1}-others"
    steady = {
        k: v
        for k, v in plan.identity().items()
        if k not in ("design", "replicates", "rows", "rows_per_piece")
    }
    steady["paths"] = list(plan.design.paths)
    first = Path("results") / f"{title[:80]}-sweep-{fingerprint_of(steady)}"
    following = (first.with_name(f"{first.name}-{number}") for number in numbers(2))
    return next(folder for folder in chain([first], following) if not _would_lose(folder, plan))


def _would_lose(folder: Path, plan: SweepPlan) -> bool:
    """Whether a folder holds points or replicates that a plan does not ask for; what cannot be read is told later."""
    try:
        return any(left_out(folder, read_plan(folder), plan))
    except (StoreError, ExperimentError, OSError, KeyError):
        return False


def shard_folder(folder: Path, shard: tuple[int, int]) -> Path:
    """Where a shard goes: beside the folder of the whole."""
    return folder.with_name(f"{folder.name}.shard-{shard[0]}-of-{shard[1]}")


class Pieces:
    """The pieces of a plan or of a shard of it, made one by one each time they are gone through."""

    def __init__(self, plan: SweepPlan, shard: tuple[int, int] | None = None) -> None:
        self.plan, self.shard = plan, shard

    def __iter__(self) -> Iterator[Rows]:
        first, step = self.shard or (1, 1)
        for index in range(first - 1, self.plan.count, step):
            yield self.plan.piece(index)

    @property
    def rows(self) -> int:
        """Runs in all of them."""
        if self.shard is None:
            return self.plan.rows
        return sum(piece.last - piece.first for piece in self)


def execute_sweep(
    plan: SweepPlan,
    *,
    workers: int | Executor | None = None,
    dask: str | None = None,
    out: str | Path | None = None,
    progress: Report | None = None,
    shard: tuple[int, int] | None = None,
    retry_failed: bool = False,
    processes: bool | None = None,
) -> Sweep:
    """Carry out a plan; see `sweep`.  `processes` forces spawned processes or threads, by size where not given."""
    part = _shard(shard)
    folder = Path(out) if out is not None else default_sweep_folder(plan)
    folder = folder if part is None else shard_folder(folder, part)
    count, executor = _workers(workers)
    pieces = Pieces(plan, part)
    with Store(folder, plan, grow=_grower(plan, retry_failed)) as store:
        tally = Tally(pieces.rows, progress)
        if store.finished:
            tally.skip(tally.total)
            tally.tell("finished")
            return Sweep(folder)
        try:
            _make(plan, store, pieces, tally, _crew_maker(plan, count, executor, dask, processes), count)
        except KeyboardInterrupt:
            store.log("interrupted", runs=tally.done)
            raise ExperimentInterrupted(folder, tally.done, tally.total) from None
        tally.tell("finished")
    return Sweep(folder)


def _shard(given: tuple[int, int] | None) -> tuple[int, int] | None:
    if given is None:
        return None
    i, n = given
    if not 1 <= i <= n <= 100_000:
        raise ExperimentError(f"shard {i}/{n}: give i/n with i from 1 to n, e.g. 3/8")
    return i, n


def _grower(
    plan: SweepPlan, retry_failed: bool
) -> Callable[[Path, Mapping[str, Any], Mapping[str, Any]], bool]:
    def grow(folder: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        same = not list(differing(found, wanted))
        if same and not retry_failed:
            return True
        if not grows_from(found, wanted):
            if same and wanted["tables"] != ["runs"]:
                raise StoreError(
                    f"results folder {folder}: failed runs of a sweep that also stores {wanted['tables'][0]} cannot be "
                    "made again alone; give another folder (--out)"
                )
            return False
        points, replicates = left_out(folder, found, plan)
        if points or replicates:
            what = [f"{points} of its points"] * bool(points) + [f"{replicates} of its replicates"] * bool(
                replicates
            )
            raise StoreError(
                f"results folder {folder} holds a sweep of which {' and '.join(what)} are not asked for now; a sweep "
                "grows and loses nothing: give another folder (--out), or ask for those too"
            )
        put_aside(folder)
        return True

    return grow


CrewMaker = Callable[[Usual, Path], AnyCrew]


def _crew_maker(
    plan: SweepPlan, count: int, executor: Executor | None, dask: str | None, processes: bool | None
) -> CrewMaker:
    acting = tuple(acting_columns(arm, plan.design) if arm.resolved is not None else () for arm in plan.arms)

    def make(usual: Usual, folder: Path) -> AnyCrew:
        job = job_of(plan, usual, acting, folder)
        if dask is not None:
            from sim.experiments.backends import DaskCrew

            return DaskCrew(job, dask, count)
        # Threads share one interpreter: good for a few short runs, where starting processes would cost more.
        spawned = (
            count > 1 and (plan.rows > 2000 or plan.count > 4 * count) if processes is None else processes
        )
        if executor is not None:
            return Crew(replace(job, folder=None), count, processes=False, executor=executor)
        return Crew(job, count, processes=spawned)

    return make


def _make(
    plan: SweepPlan, store: Store, pieces: Pieces, tally: Tally, crew_of: CrewMaker, threads: int
) -> None:
    began = time.perf_counter()
    try:
        if any(store.folder.glob(f"{BEFORE}*")):
            kept = keep(store.folder, plan)
            store.log("kept", runs=kept)
        tally.tell("business as usual")
        usual = _usual(plan, tally, threads)
        ready = time.perf_counter()
        store.parts.mkdir(exist_ok=True)
    except OSError as problem:
        raise told(problem, store.folder) from None
    crew = crew_of(usual, store.parts)
    workers, kind = crew.workers, _kind(crew)
    store.log("started", workers=workers, kind=kind)
    try:
        run_blocks(pieces, store, crew, tally, load=_loader(plan, store.folder / KEPT))
    finally:
        crew.stop(cancel=True)
    ran = time.perf_counter()
    tally.tell("writing")
    names = [arm.name for arm in plan.arms]
    details: dict[str, Any] = {
        "runs": tally.done,
        "failed": store.failures(pieces),
        "workers": workers,
        "kind": kind,
        "usual": usual.described(names),
        "seconds_of_last_session": {"usual": round(ready - began, 3), "runs": round(ran - ready, 3)},
    }
    if pieces.shard is not None:
        _finish_shard(store, pieces.shard, details)
    else:
        store.finish(pieces, details)
    tidy(store.folder)
    store.log("finished", seconds=round(time.perf_counter() - began, 2), failed=details["failed"])


def _finish_shard(store: Store, number: tuple[int, int], details: Mapping[str, Any]) -> None:
    """A shard keeps its parts, with the hash of each, until they are merged."""
    try:
        hashes = {path.name: file_hash(path) for path in sorted(store.parts.glob("part-*"))}
        shard = {"number": number[0], "of": number[1]}
        write_json(
            store.folder / "manifest.json", {**store.provenance(), **details, "shard": shard, "parts": hashes}
        )
    except OSError as problem:
        raise told(problem, store.folder) from None


def _kind(crew: AnyCrew) -> str:
    return str(describe(crew)["kind"]) if isinstance(crew, Crew) else "dask"


def _loader(plan: SweepPlan, kept: Path) -> Callable[[Piece], Piece] | None:
    if not kept.exists():
        return None

    def load(piece: Piece) -> Piece:
        assert isinstance(piece, Rows)
        return plan.piece(piece.index, kept)

    return load


def _usual(plan: SweepPlan, tally: Tally, threads: int) -> Usual:
    if plan.task != SIMULATION:
        return Usual("none", {})
    return find_usual(
        plan.arms, plan.design, plan.offsets, threads=threads, told=lambda: tally.tell("business as usual")
    )
