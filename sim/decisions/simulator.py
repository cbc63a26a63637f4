"""The simulator as an evaluator: single runs under common luck, in threads, each remembered.

Everything that the decisions know of running a model is in this module.  Runs that are alike (the same plan under
another name, a subset of levers asked for twice) are run once; with a `Memory` also across calls.  Questions choose
their next plans by what the last ones brought, a few dozen runs at a time, so threads serve them better than the
processes of a sweep, which would be started anew each time.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, Final

import pandas as pd

from sim.decisions.futures import Future
from sim.decisions.memory import Key, Remembers
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.run import run
from sim.engine.stationary import offset_for, offset_near_for, with_parameters
from sim.engine.world import groups_of
from sim.experiments import Progress
from sim.experiments.groups import Published, level_names, published
from sim.experiments.outcomes import outcomes, series_rows
from sim.experiments.store import file_hash
from sim.experiments.work import reason_of
from sim.experiments.workers import usable_processors
from sim.scenario import Resolved, Scenario, resolve
from sim.scenario.schema import FILES

_CHUNK: Final = 4  # replicates of a scenario that one thread runs in a row
_KEPT: Final = 64  # scenarios held ready
Values = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A scenario made ready to run: its blueprint and the groups that may be shown."""

    drawing: Blueprint
    shown: Published


@dataclass(frozen=True, slots=True)
class _Task:
    """Some replicates of one scenario."""

    digest: str
    scenario: Scenario
    runs: tuple[tuple[Key, Values, int], ...]


class Simulator:
    """Runs plans in futures: see `sim.decisions.evaluating.Evaluate` and `Trace`.

    Args:
        seed: which luck.
        workers: threads; all processors where not given.
        report: called with a `Progress` as runs finish.
        memory: where runs are remembered between calls; in this object alone where not given.

    Attributes:
        ran: runs made; recalled: runs that the memory held; failures: number of failed runs by reason.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        workers: int | None = None,
        report: Callable[[Progress], None] | None = None,
        memory: Remembers | None = None,
    ) -> None:
        if memory is not None and memory.seed != seed:
            raise ValueError(
                f"the memory is of seed {memory.seed}, the simulator of {seed}; give both the same"
            )
        self.seed, self.workers = seed, workers or usable_processors()
        self._memory = memory
        self.failures: dict[str, int] = {}
        self.ran = self.recalled = 0
        self._report, self._began = report, time.perf_counter()
        self._rows: dict[Key, dict[str, float]] = {}
        self._series: dict[Key, pd.DataFrame] = {}
        self._ready: dict[str, _Ready] = {}
        self._usuals: dict[str, Resolved] = {}
        self._offsets: dict[tuple[str, str], float] = {} if memory is None else memory.offsets
        self._lock = Lock()

    def __call__(
        self, plans: Sequence[Scenario], futures: Sequence[Future], replicates: Sequence[int]
    ) -> pd.DataFrame:
        """A row a plan, future and replicate with every outcome of `sim.experiments.schema`, and share_mean."""
        wanted = self._wanted(plans, futures, replicates)
        self._recall({entry[3] for entry in wanted}, series=False)
        self._run([entry for entry in wanted if entry[3] not in self._rows], series=False)
        rows = [
            {"plan": plan, "future": future, "replicate": replicate, **self._rows[key]}
            for plan, future, replicate, key, _, _ in wanted
        ]
        return pd.DataFrame(rows, columns=None if rows else ["plan", "future", "replicate"])

    def trace(
        self, plans: Sequence[Scenario], futures: Sequence[Future], replicates: Sequence[int]
    ) -> pd.DataFrame:
        """The record over time by shown group; failed runs are left out."""
        wanted = self._wanted(plans, futures, replicates)
        self._recall({entry[3] for entry in wanted}, series=True)
        self._run([entry for entry in wanted if entry[3] not in self._series], series=True)
        parts = [
            self._series[key].assign(plan=plan, future=future, replicate=replicate)
            for plan, future, replicate, key, _, _ in wanted
            if not self._series[key].empty
        ]
        if not parts:
            return pd.DataFrame(columns=["plan", "future", "replicate", "time", "kind", "group"])
        return pd.concat(parts, ignore_index=True)

    def _recall(self, keys: set[Key], *, series: bool) -> None:
        """Take from the memory what it holds of these runs."""
        if self._memory is None:
            return
        for key in keys:
            if key in self._memory.series and key not in self._series:
                self._series[key] = self._memory.series[key]
            if key in self._memory.rows and key not in self._rows and (not series or key in self._series):
                self._rows[key] = self._memory.rows[key]
                self.recalled += 1

    def _wanted(
        self, plans: Sequence[Scenario], futures: Sequence[Future], replicates: Sequence[int]
    ) -> list[tuple[str, str, int, Key, Scenario, Values]]:
        found = []
        for plan in plans:
            for future in futures:
                scenario = future.on(plan)
                digest = digest_of(scenario)
                for replicate in replicates:
                    values = tuple(sorted(future.parameters(replicate).items()))
                    key = (digest, _of_values(values), int(replicate))
                    found.append((plan.name, future.name, int(replicate), key, scenario, values))
        return found

    def _run(self, missing: list[tuple[str, str, int, Key, Scenario, Values]], *, series: bool) -> None:
        unique = {key: (scenario, values, replicate) for _, _, replicate, key, scenario, values in missing}
        if not unique:
            return
        self._began = time.perf_counter()
        groups: dict[str, list[tuple[Key, Values, int]]] = {}
        scenarios: dict[str, Scenario] = {}
        for key, (scenario, values, replicate) in unique.items():
            groups.setdefault(key[0], []).append((key, values, replicate))
            scenarios[key[0]] = scenario
        tasks = [
            _Task(digest, scenarios[digest], tuple(runs[first : first + _CHUNK]))
            for digest, runs in groups.items()
            for first in range(0, len(runs), _CHUNK)
        ]
        done = 0
        self._tell("business as usual", done, len(unique))
        pool = ThreadPoolExecutor(max_workers=self.workers, thread_name_prefix="ripple-decide")
        try:
            self._find_offsets(scenarios, groups, pool)
            self._tell("running", done, len(unique))
            for future in as_completed([pool.submit(self._do, task, series) for task in tasks]):
                finished = future.result()
                self._keep(finished, series)
                done += len(finished)
                self._tell("running", done, len(unique))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            self.ran += done

    def _keep(self, finished: Sequence[Key], series: bool) -> None:
        """Hand runs that did not fail to the memory."""
        if self._memory is None:
            return
        for key in finished:
            if not math.isnan(self._rows[key]["share_end"]):
                self._memory.keep(key, self._rows[key], self._series[key] if series else None)

    def _find_offsets(
        self,
        scenarios: Mapping[str, Scenario],
        groups: Mapping[str, list[tuple[Key, Values, int]]],
        pool: ThreadPoolExecutor,
    ) -> None:
        """Make business as usual stationary under each set of parameters, once for all plans that share it."""
        missing: dict[tuple[str, str], tuple[Resolved, Values]] = {}
        for digest, runs in groups.items():
            reference, usual = self._usual(scenarios[digest])
            for (_, name, _), values, _ in runs:
                if (reference, name) not in self._offsets:
                    missing[reference, name] = (usual, values)
        found = [(key, pool.submit(_offset, *what)) for key, what in missing.items()]
        for done, (key, value) in enumerate(found):
            self._offsets[key] = value.result()
            if self._memory is not None:
                self._memory.keep_offset(*key, self._offsets[key])
            if len(found) > 1:
                self._tell("business as usual", done + 1, len(found))

    def _usual(self, scenario: Scenario) -> tuple[str, Resolved]:
        """Business as usual of a scenario's organisation: no plan, no owner of learning, nothing that befalls it."""
        plain = scenario.model_copy(
            update={
                "levers": [],
                "shocks": [],
                "start": [],
                "seed": [],
                "organization": scenario.organization.model_copy(update={"governance": None}),
            }
        )
        digest = digest_of(plain)
        with self._lock:
            if digest not in self._usuals:
                self._usuals[digest] = resolve(plain)
            return digest, self._usuals[digest]

    def _made_ready(self, task: _Task) -> _Ready:
        with self._lock:
            known = self._ready.get(task.digest)
        if known is not None:
            return known
        resolved = resolve(task.scenario)
        careful = task.scenario.organization.imported
        levels = level_names([resolved.organization], careful=careful)
        ready = _Ready(
            blueprint(resolved),
            published(resolved.organization, groups_of(resolved), levels, careful=careful),
        )
        with self._lock:
            while len(self._ready) >= _KEPT:
                self._ready.pop(next(iter(self._ready)))
            self._ready[task.digest] = ready
        return ready

    def _do(self, task: _Task, series: bool) -> list[Key]:
        ready = self._made_ready(task)
        reference, _ = self._usual(task.scenario)
        for key, values, replicate in task.runs:
            resolved = with_parameters(ready.drawing.resolved, dict(values))
            drawing = replace(ready.drawing, resolved=resolved)
            try:
                record = run(
                    drawing, seed=self.seed, replicate=replicate,
                    alpha_offset=self._offsets[reference, key[1]], events=True,
                )  # fmt: skip
                row = _numbers(outcomes(record, resolved))
                row["share_mean"] = float(record.share.mean())
                if series:
                    table = series_rows(
                        record, ready.shown, scenario="", uncertainty="", draw=None, replicate=replicate
                    )
                    drop = ["scenario", "uncertainty", "draw", "replicate"]
                    self._series[key] = table.drop_columns(drop).to_pandas()
            except Exception as problem:  # a failed run is a gap in the table, not the end of the question
                row = {"share_end": math.nan}
                self._series[key] = pd.DataFrame()
                with self._lock:
                    reason = reason_of(problem)
                    self.failures[reason] = self.failures.get(reason, 0) + 1
            self._rows[key] = row
        return [key for key, _, _ in task.runs]

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._report is None:
            return
        seconds = time.perf_counter() - self._began
        eta = seconds / done * (total - done) if done and stage == "running" else None
        self._report(Progress(stage, done, total, sum(self.failures.values()), seconds, eta))


def _offset(usual: Resolved, values: Values) -> float:
    """As `sim.experiments` finds it: carefully at the scenario's own parameters, in brief near there for a draw."""
    known = usual.fixed_offset
    if known is not None:
        return known
    start = offset_for(usual, threads=1).value
    return offset_near_for(with_parameters(usual, dict(values)), start).value if values else start


def _numbers(found: Mapping[str, Any]) -> dict[str, float]:
    return {name: math.nan if value is None else float(value) for name, value in found.items()}


def digest_of(scenario: Scenario) -> str:
    """What a run depends on: everything but names, titles and how often it is run, and what is in its files."""
    form = scenario.model_dump(
        exclude={
            "name": True,
            "title": True,
            "question": True,
            "outputs": True,
            "run": {"replicates", "seed"},
        }
    )
    for row in form["levers"]:
        row.pop("label")
    files = [(key, _of_file(path)) for key in FILES if (path := scenario.path_of(key)) is not None]
    return _hash(repr(form) + repr(files))


def _of_file(path: Path) -> str:
    """What a file holds; one that cannot be read is complained of where it is read."""
    try:
        return file_hash(path)
    except OSError:
        return str(path)


def _of_values(values: Values) -> str:
    return _hash(repr(values))


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
