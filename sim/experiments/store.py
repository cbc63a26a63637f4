"""The results folder of an experiment.

    plan.json          what was asked, in full: identity (see `plan.Plan.identity`), titles, timelines; never changes
    scenarios/NAME.toml   each scenario as resolved, people by pseudonym
    runs.parquet       a row a run
    series.parquet     a row a run, time (every four weeks, years from the start) and group
    events.parquet     counts of events by week, kind, layer and level: runs of luck only
    people_events.parquet   each event with pseudonyms: only where person-level tables were asked for
    manifest.json      when, how long, versions, failures, precision reached; `finished`: true or absent
    log.jsonl          a line an event of the making: blocks, seconds, retries, interruptions
    parts/             while it is being made: one part a block
    lock               while somebody writes

The Parquet files are equal to the last byte whatever the workers, their order, or interruptions.  Rows are in plan
order: luck before assumptions; within each by block of replicates (luck) or by draw (assumptions), then scenario,
then replicate; within a run by time, then group.

`runs`: run (running number), scenario, uncertainty ("luck", "assumptions"), draw (null for the defaults), replicate,
seed, status ("ok", "failed"), reason (null if ok), alpha_offset (see `sim.engine.stationary`), the outcomes of
`schema.OUTCOMES` (null where the run cannot say: beyond the horizon, never reached, failed), and the drawn parameters
with the prefix "p." (null for runs of luck, which use the scenarios' own).

`series`: scenario, uncertainty, draw, replicate, time, kind ("all", "level", "department", "tenure"), group, headcount,
then means over the group: share_practising, enthusiasm, safety, mindset, skill, skill_p10 (10th percentile; null for
merged groups), sharing, time_felt (log-odds), leader_load (hours a week a head), memory (all and departments only)
and the shares of the six stages.  Cells that might point at somebody are null (see `groups`).

`events`: scenario, replicate, week (0 is the first), kind (adopt, lapse, leave, hire, promote), layer (what lit an
adoption: a relationship, "spontaneous" or "mixed"; "" for other kinds), level (of the person), count.

Read them with `sim.experiments.Experiment` (`.runs`, `.series`, `.events`) or any Parquet reader.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from sim._version import __version__
from sim.experiments.errors import StoreError
from sim.experiments.files import SUFFIX, replacing, told, write_json, writer
from sim.experiments.lock import Lock
from sim.experiments.pieces import RUNS, Piece, Planned
from sim.experiments.schema import ROW_GROUP, RUNS_GROUP, VERSION

_BEFORE_PLAN: Final = {Lock.NAME, "parts", "scenarios", "design.parquet"}
_END: Final = f".{RUNS}{SUFFIX}"


Grow = Callable[[Path, Mapping[str, Any], Mapping[str, Any]], bool]


class Store:
    """The results folder while an experiment is made.  Use as a context: it holds the lock.

    Args:
        folder: where; made if it does not exist.
        plan: what is to be made.
        grow: asked where the folder holds another plan, with its content: True if it has made room for ours.

    Raises:
        StoreError: the folder is not ours, holds another plan, is being written, or cannot be written.
    """

    def __init__(self, folder: Path, plan: Planned, *, grow: Grow | None = None) -> None:
        self.folder, self.plan, self._grow = folder, plan, grow
        self.parts = folder / "parts"
        self._lock = Lock(folder)

    def __enter__(self) -> Store:
        try:
            self._check_before_lock()
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.__enter__()
        except OSError as problem:
            raise told(problem, self.folder) from None
        try:
            self._open()
        except OSError as problem:
            self._lock.__exit__(None, None, None)
            raise told(problem, self.folder) from None
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *details: object) -> None:
        self._lock.__exit__(None, None, None)

    def _check_before_lock(self) -> None:
        """Nothing is left behind in a folder that is not ours, not even a lock."""
        if self.folder.exists() and not self.folder.is_dir():
            raise StoreError(f"results folder {self.folder}: it is a file; give another (--out)")
        if self.folder.is_dir() and not (self.folder / "plan.json").exists():
            foreign = sorted(
                path.name
                for path in self.folder.iterdir()
                if path.name not in _BEFORE_PLAN and not path.name.endswith(".tmp")
            )
            if foreign:
                some = ", ".join(foreign[:3]) + (" …" if len(foreign) > 3 else "")
                raise StoreError(
                    f"results folder {self.folder}: it holds {some}, which is not ours; give a new or empty folder (--out)"
                )

    def _open(self) -> None:
        path = self.folder / "plan.json"
        wanted = self.plan.identity()
        found = read_plan(self.folder) if path.exists() else None
        differences = [] if found is None else list(differing(found, wanted))
        grown = found is not None and self._grow is not None and self._grow(self.folder, found, wanted)
        if differences and not grown:
            raise StoreError(
                f"results folder {self.folder}: it holds another experiment: {'; '.join(differences[:4])}; "
                "give another folder (--out) or delete this one"
            )
        for stale in [*self.folder.glob(".*.tmp"), *self.parts.glob(".*.tmp")]:
            stale.unlink(missing_ok=True)
        if found is None or differences:
            for name, content in self.plan.documents().items():
                (self.folder / name).parent.mkdir(exist_ok=True)
                with replacing(self.folder / name) as file:
                    file.write(content)
            write_json(path, {**wanted, **self.plan.details()})
        if not self.finished:
            self.parts.mkdir(exist_ok=True)
        elif self.parts.exists():
            shutil.rmtree(self.parts, ignore_errors=True)

    @property
    def finished(self) -> bool:
        """Whether the tables are whole."""
        return bool(read_manifest(self.folder).get("finished"))

    def has(self, block: Piece) -> bool:
        """Whether a block is on disk (its runs are written last)."""
        return (self.parts / f"{block.name}{_END}").exists()

    def present(self) -> set[str]:
        """Names of the blocks on disk, by one look at the folder."""
        try:
            with os.scandir(self.parts) as entries:
                return {entry.name.removesuffix(_END) for entry in entries if entry.name.endswith(_END)}
        except FileNotFoundError:
            return set()

    def take(self, block: Piece, parts: Mapping[str, bytes]) -> None:
        """Write the parts that a worker handed back, `runs` last."""
        for name in sorted(parts, key=RUNS.__eq__):
            with replacing(self.parts / f"{block.name}.{name}{SUFFIX}") as file:
                file.write(parts[name])

    def drop(self, block: Piece) -> None:
        """Take a block back."""
        (self.parts / f"{block.name}{_END}").unlink(missing_ok=True)

    def runs_of(self, blocks: Iterable[Piece]) -> pa.Table:
        """Runs of finished blocks, in order."""
        return pa.concat_tables([pq.read_table(self.parts / f"{block.name}{_END}") for block in blocks])

    def failures(self, blocks: Iterable[Piece]) -> int:
        """Number of failed runs in finished blocks, a block at a time.

        Raises:
            StoreError: a part cannot be read.
        """
        failed = 0
        try:
            for block in blocks:
                with open(self.parts / f"{block.name}{_END}", "rb") as file:
                    status = pq.read_table(file, columns=["status"])["status"].to_pylist()
                failed += sum(value != "ok" for value in status)
        except OSError as problem:
            raise told(problem, self.folder) from None
        return failed

    def log(self, what: str, **details: Any) -> None:
        """Add a line to the log; never an obstacle."""
        line = {"at": _now(), "what": what, **details}
        with contextlib.suppress(OSError), open(self.folder / "log.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def finish(self, blocks: Iterable[Piece], details: Mapping[str, Any]) -> None:
        """Put the tables together from the parts, in plan order, and say that they are whole.

        Args:
            blocks: all of the plan; gone through once a table.
            details: what the manifest says besides.

        Raises:
            StoreError: they cannot be written; the parts stay.
        """
        try:
            schemas = self.plan.schemas()
            for name in schemas:
                self._assemble(name, blocks, schemas[name])
            hashes = {name: file_hash(self.folder / f"{name}{SUFFIX}") for name in schemas}
            manifest = {**self.provenance(), **details, "tables": hashes, "finished": True}
            write_json(self.folder / "manifest.json", manifest)
        except OSError as problem:
            raise told(problem, self.folder) from None
        shutil.rmtree(self.parts, ignore_errors=True)

    def _assemble(self, name: str, blocks: Iterable[Piece], schema: pa.Schema) -> None:
        size = RUNS_GROUP if name == RUNS else ROW_GROUP
        with replacing(self.folder / f"{name}{SUFFIX}") as file, writer(file, schema) as out:
            for group in row_groups(self._rows(name, blocks, schema), schema, size):
                out.write_table(group, row_group_size=size)

    def _rows(self, name: str, blocks: Iterable[Piece], schema: pa.Schema) -> Iterator[pa.Table]:
        number = 0
        for block in blocks:
            with open(self.parts / f"{block.name}.{name}{SUFFIX}", "rb") as file:
                table = pq.read_table(file)
            if name == RUNS:
                running = pa.array(range(number, number + len(table)), pa.int64())
                number += len(table)
                table = table.add_column(0, schema.field("run"), running)
            yield table.cast(schema)

    def provenance(self) -> dict[str, Any]:
        """When and with what, for the manifest; not on whose machine, since results are shared."""
        import numba
        import numpy as np

        return {
            "schema": VERSION,
            "made": _now(),
            "platform": platform.platform(),
            "python": platform.python_version(),
            "versions": {
                "ripple-sim": __version__, "numpy": np.__version__, "numba": numba.__version__,
                "pyarrow": pa.__version__,
            },
            "processors": os.cpu_count(),
        }  # fmt: skip


def file_hash(path: Path) -> str:
    """Hash of a file's bytes, as manifests state it (BLAKE2b, 128 bits).

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def row_groups(tables: Iterable[pa.Table], schema: pa.Schema, size: int = ROW_GROUP) -> Iterator[pa.Table]:
    """The same rows in tables of exactly `size`, the last one shorter: row groups do not depend on the parts."""
    waiting: list[pa.Table] = []
    rows = 0
    for table in tables:
        waiting.append(table)
        rows += len(table)
        while rows >= size:
            joined = pa.concat_tables(waiting)
            yield joined.slice(0, size).combine_chunks()
            waiting, rows = [joined.slice(size)], rows - size
    yield pa.concat_tables([schema.empty_table(), *waiting]).combine_chunks()


def read_plan(folder: Path) -> dict[str, Any]:
    """The content of `plan.json`.

    Raises:
        StoreError: there is none, or it is not ours.
    """
    path = folder / "plan.json"
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        why = "it has no plan.json" if folder.is_dir() else "there is no such folder"
        raise StoreError(f"{folder} is not a results folder: {why}") from None
    except (OSError, ValueError) as problem:
        raise StoreError(f"{path} cannot be read: {problem}; {how_to_mend(problem, folder)}") from None
    if not isinstance(plan, dict) or plan.get("ripple") != "experiment":
        raise StoreError(f"{path} was not written by ripple; give another folder")
    return plan


def how_to_mend(problem: Exception, folder: Path) -> str:
    """What to do about a file of a results folder that cannot be read."""
    refused = isinstance(problem, OSError) and problem.errno not in (None, errno.ENOENT)
    if refused:
        return "check its permissions and its disk"
    return f"it is damaged or gone: delete {folder} and give the command that made it again"


def read_manifest(folder: Path) -> dict[str, Any]:
    """The content of `manifest.json`, empty where there is none yet."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def differing(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """What tells two plans apart, a phrase each."""
    for key, value in wanted.items():
        there = found.get(key)
        if there == value:
            continue
        if key == "scenarios":
            yield from _differing_scenarios(there or [], value)
        elif key == "equations":
            yield "its equations are of another version of the program"
        elif key == "drawn":
            yield "other parameters are drawn"
        elif key == "design" and isinstance(there, Mapping):
            yield from _differing_designs(there, value, reseeded=found.get("seed") != wanted.get("seed"))
        elif key in ("rows", "rows_per_piece"):
            continue
        else:
            yield f"{key.replace('_', ' ')} was {_said(there)}, now {_said(value)}"


def _differing_designs(there: Mapping[str, Any], here: Mapping[str, Any], *, reseeded: bool) -> Iterator[str]:
    """Points are spread by the seed: where that is another, it says why as many points have other values."""
    columns = "" if there.get("paths") == here["paths"] else " of other columns"
    if columns or there.get("points") != here["points"]:
        yield f"its design has {there.get('points')} points{columns}, now {here['points']}"
    elif not reseeded:
        yield "its design has other values"


def _said(value: Any) -> str:
    return (
        " and ".join(map(str, value)) if isinstance(value, list) else "none" if value is None else str(value)
    )


def _differing_scenarios(
    there: Sequence[Mapping[str, Any]], here: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    before, now = [row.get("name") for row in there], [row["name"] for row in here]
    if before != now:
        yield f"scenarios were {_said(before)}, now {_said(now)}"
        return
    for old, new in zip(there, here, strict=True):
        if old.get("organisation") != new["organisation"] and old.get("source") == new["source"]:
            yield f"the organisation of '{new['name']}' changed (its files?)"
        elif old.get("source") != new["source"]:
            yield f"scenario '{new['name']}' changed{_first_difference(str(old.get('source')), new['source'])}"
        elif old != new:
            yield f"what '{new['name']}' does changed"


def _first_difference(old: str, new: str) -> str:
    for one, other in zip(old.splitlines(), new.splitlines(), strict=False):
        if one != other:
            return f" ({one.strip()[:60]!r} was stored, now {other.strip()[:60]!r})"
    return ""


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
