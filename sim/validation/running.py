"""Checks in parallel processes, the longest first; what is finished is kept, so that an interrupted page goes on.

Each finished check is a small JSON file in `DIR/.rows`, named by the check and marked with the sources and data it was computed
from; a finished page clears the folder.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import sim
from sim.experiments.workers import end_with_leader
from sim.scenario import library
from sim.validation.rows import FAIL, Check, Row

Told = Callable[[int, int, str], None]
BROKE_OFF: Final = "broke off"
_KEPT: Final = ".rows"


@dataclass(frozen=True, slots=True)
class Done:
    """A check that was computed: its rows and the seconds it took."""

    rows: list[Row]
    seconds: float


def compute(check: Check, quick: bool) -> Done:
    """The rows of a check; one that breaks off is a row that failed, and the others go on."""
    began = time.monotonic()
    rows: list[Row] = []
    try:
        rows.extend(check.compute(quick))
    except Exception as problem:
        brief = " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
        rows.append(Row(check.heading, check.name, "a result", "–", BROKE_OFF, "–", FAIL, brief))
    return Done(rows, time.monotonic() - began)


def run_checks(
    checks: Sequence[Check],
    *,
    quick: bool,
    workers: int = 1,
    folder: Path | None = None,
    told: Told | None = None,
) -> list[Done]:
    """Compute checks, in the order given.

    Args:
        workers: processes; with 1 everything happens in this one.
        folder: where finished checks are kept and looked for; None to keep nothing.
        told: called with done, total and a name whenever one begins (one worker) or ends (more).

    Raises:
        KeyboardInterrupt: what was finished is kept.
    """
    say = told or (lambda done, total, name: None)
    done: dict[int, Done] = {}
    for place, check in enumerate(checks):
        if folder is not None and (kept := _read(folder, check, quick)) is not None:
            done[place] = kept
    todo = sorted(
        (place for place in range(len(checks)) if place not in done), key=lambda p: -checks[p].seconds
    )
    if workers == 1:
        for place in sorted(todo):
            say(len(done), len(checks), checks[place].name)
            done[place] = compute(checks[place], quick)
            _keep(folder, checks[place], quick, done[place])
    else:
        for place, found in _in_processes(checks, todo, quick, workers):
            done[place] = found
            _keep(folder, checks[place], quick, found)
            say(len(done), len(checks), f"{checks[place].name}, {found.seconds:.0f} s")
    say(len(checks), len(checks), "done")
    return [done[place] for place in range(len(checks))]


def _in_processes(
    checks: Sequence[Check], todo: Sequence[int], quick: bool, workers: int
) -> Iterator[tuple[int, Done]]:
    """Places and rows as they come.  Spawned, not forked: compiled kernels and threads do not survive a fork."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=end_with_leader)
    waiting: dict[Future[Done], int] = {pool.submit(compute, checks[place], quick): place for place in todo}
    try:
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@lru_cache(maxsize=1)
def _sources() -> str:
    """Hash of every source of the package and every bundled scenario, wherever those lie."""
    root = Path(sim.__file__).parent
    digest = hashlib.blake2b(digest_size=8)
    read = {path for kind in ("*.py", "*.csv", "*.toml") for path in root.rglob(kind)}
    for path in sorted(read | set(library.folder().rglob("*.toml"))):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _identity(quick: bool) -> dict[str, object]:
    return {"sources": _sources(), "quick": quick, "data": _data(os.environ.get("RIPPLE_DATA", ""))}


def _data(folder: str) -> str:
    """The folder of real organisations, and a hash of what lies in it: files that were changed are read again."""
    files = sorted(Path(folder).rglob("*.csv")) if folder else []
    digest = hashlib.blake2b(digest_size=8)
    for path in files:
        facts = path.stat()
        digest.update(repr((str(path), facts.st_size, facts.st_mtime_ns)).encode())
    return f"{folder} {digest.hexdigest()}" if files else folder


def _place(folder: Path, check: Check) -> Path:
    name = "".join(letter if letter.isalnum() else "-" for letter in f"{check.heading} {check.name}")
    return folder / _KEPT / f"{name}.json"


def _keep(folder: Path | None, check: Check, quick: bool, done: Done) -> None:
    if folder is None or any(row.ours == BROKE_OFF for row in done.rows):  # to be tried again
        return
    path = _place(folder, check)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".tmp")
    text = {**_identity(quick), "seconds": done.seconds, "rows": [asdict(row) for row in done.rows]}
    partial.write_text(json.dumps(text, ensure_ascii=False), "utf-8")
    partial.replace(path)


def _read(folder: Path, check: Check, quick: bool) -> Done | None:
    """What was kept of a check, unless it was computed from other sources or data or cannot be read."""
    try:
        text = json.loads(_place(folder, check).read_text("utf-8"))
        same = all(text[name] == value for name, value in _identity(quick).items())
        return Done([Row(**row) for row in text["rows"]], float(text["seconds"])) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def clear(folder: Path) -> None:
    """Forget what was kept: the page is finished."""
    for path in (folder / _KEPT).glob("*.json"):
        path.unlink(missing_ok=True)
    if (folder / _KEPT).is_dir():
        (folder / _KEPT).rmdir()
