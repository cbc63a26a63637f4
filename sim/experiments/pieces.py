"""Pieces of work: what every plan of many runs shares, whatever its runs are.

A *plan* knows its tables and its pieces; a *piece* is some seconds of work, computed in one go and stored in one go;
a *job* is what a worker needs to know to do a piece.  A comparison and a sweep are plans of this kind: they share the
runner, the workers and the store.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from sim.experiments.files import write_part, writer

Key = tuple[int, ...]
Row = dict[str, Any]
DIED = "the worker process ended abruptly"
RUNS = "runs"
TRIES = 2


class Piece(Protocol):
    """A piece of work; its name is unique in the plan, and names sort in plan order."""

    @property
    def name(self) -> str:
        """Name of its part files."""
        ...


class Planned(Protocol):
    """What a store needs of a plan."""

    def identity(self) -> dict[str, Any]:
        """What two folders must share to hold the same experiment."""
        ...

    def details(self) -> dict[str, Any]:
        """What `plan.json` says besides, for people."""
        ...

    def documents(self) -> Mapping[str, bytes]:
        """Files written once, by path inside the folder."""
        ...

    def schemas(self) -> Mapping[str, pa.Schema]:
        """The tables, finished; `runs` last."""
        ...

    def size(self, piece: Any) -> int:
        """Number of runs of a piece."""
        ...

    def keys(self, piece: Any) -> Sequence[Key]:
        """The runs of a piece, in the order of their rows."""
        ...


class Job(Protocol):
    """What a worker needs of a job.

    Attributes:
        folder: where parts are written; None to hand their bytes back.
    """

    folder: Path | None

    def keys(self, piece: Any) -> Sequence[Key]:
        """The runs of a piece, in the order of their rows."""
        ...

    def parts(self) -> Mapping[str, pa.Schema]:
        """Tables of a part; `runs` last, since it marks the piece as finished."""
        ...

    def kept(self, piece: Any) -> Mapping[Key, Row]:
        """Rows of runs that were made before and hold."""
        ...

    def blank(self, piece: Any, key: Key) -> Row:
        """The row of a run before it is made: who it is, `status` "failed"; with a `reason`, it is not tried."""
        ...

    def attempt(self, piece: Any, key: Key, row: Row) -> tuple[Row, Mapping[str, pa.Table]]:
        """What a run found, and its tables but `runs`."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker tells of a finished piece.

    Attributes:
        block: the piece.
        runs, failed, retried: counts.
        seconds, process: for the log.
        parts: bytes of the parts by name, where the job has no folder.
    """

    block: Any
    runs: int
    failed: int
    retried: int
    seconds: float
    process: int
    parts: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def run_block(job: Job, block: Any, dead: Sequence[Key] = ()) -> Done:
    """Run a piece and write its part.

    Args:
        job, block: what to do.
        dead: runs that killed their worker and are not tried again.

    Raises:
        OSError: the part cannot be written.
    """
    began = time.perf_counter()
    schemas, kept = job.parts(), job.kept(block)
    rows: list[Row] = []
    found: dict[str, list[pa.Table]] = {name: [] for name in schemas if name != RUNS}
    retried = 0
    for key in job.keys(block):
        if key in kept:
            rows.append(kept[key])
            continue
        row, tables, tries = _try(job, block, key, key in dead)
        retried += tries > 1
        rows.append(row)
        for name, table in tables.items():
            found[name].append(table)
    made = {name: pa.concat_tables([schemas[name].empty_table(), *parts]) for name, parts in found.items()}
    made[RUNS] = pa.Table.from_pylist(rows, schema=schemas[RUNS])
    parts = _written(job, block, made)
    failed = sum(row["status"] != "ok" for row in rows)
    return Done(block, len(rows), failed, retried, time.perf_counter() - began, os.getpid(), parts)


def _written(job: Job, block: Any, tables: Mapping[str, pa.Table]) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    for name, table in tables.items():
        if job.folder is not None:
            write_part(job.folder, f"{block.name}.{name}", table)
        else:
            file = io.BytesIO()
            with writer(file, table.schema) as out:
                out.write_table(table)
            parts[name] = file.getvalue()
    return parts


def reason_of(problem: BaseException) -> str:
    """Why a run failed, in one line."""
    text = " ".join(str(problem).split())[:300]
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


def _try(job: Job, block: Any, key: Key, dead: bool) -> tuple[Row, Mapping[str, pa.Table], int]:
    """One run, tried twice: its row, its tables, the number of tries."""
    row = job.blank(block, key)
    if dead:
        row["reason"] = DIED
    if row["reason"] is not None:
        return row, {}, 1
    for tries in range(1, TRIES + 1):
        try:
            found, tables = job.attempt(block, key, row)
            return {**row, **found, "status": "ok", "reason": None}, tables, tries
        except Exception as problem:  # a failed run is a row, not the end of the experiment
            row["reason"] = reason_of(problem)
    return row, {}, TRIES
