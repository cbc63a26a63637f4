"""Get the blocks of a plan done: a bounded window of work, every finished block on disk, nothing depends on order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass

from sim.experiments.errors import WorkerDied
from sim.experiments.files import told
from sim.experiments.pieces import Done, Key, Piece
from sim.experiments.store import Store
from sim.experiments.workers import AnyCrew

_WINDOW = 3  # blocks a worker that are sent ahead


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment is.

    Attributes:
        stage: "business as usual", "running", "writing" or "finished".
        done, total: runs finished (also in earlier sessions) and planned.
        failed: runs that failed in this session.
        seconds: since the start of this session.
        eta: seconds still to go, None while unknown.
    """

    stage: str
    done: int
    total: int
    failed: int
    seconds: float
    eta: float | None


Report = Callable[[Progress], None]


class Tally:
    """Counts runs and tells whoever listens.

    Args:
        total: runs planned.
        listener: called from the thread that runs the experiment.
    """

    def __init__(self, total: int, listener: Report | None) -> None:
        self.total, self.done, self.failed, self.retried = total, 0, 0, 0
        self._before = 0
        self._listener, self._began = listener, time.perf_counter()
        self._running: float | None = None

    def skip(self, runs: int) -> None:
        """Runs that are on disk already."""
        self.done += runs
        self._before += runs

    def add(self, done: Done) -> None:
        """A block is finished."""
        self.done += done.runs
        self.failed += done.failed
        self.retried += done.retried
        self.tell("running")

    def tell(self, stage: str) -> None:
        """Tell the listener."""
        now = time.perf_counter()
        if stage == "running" and self._running is None:
            self._running = now
        if self._listener is None:
            return
        fresh = self.done - self._before
        eta = None
        if self._running is not None and fresh > 0:
            eta = (now - self._running) / fresh * (self.total - self.done)
        self._listener(Progress(stage, self.done, self.total, self.failed, now - self._began, eta))


def run_blocks(
    blocks: Iterable[Piece],
    store: Store,
    crew: AnyCrew,
    tally: Tally,
    *,
    load: Callable[[Piece], Piece] | None = None,
) -> None:
    """Run those blocks that are not on disk yet.

    Args:
        blocks: in plan order; gone through more than once, and never held.
        load: makes a block ready to be sent.

    Raises:
        KeyboardInterrupt: Ctrl-C; blocks at work were finished and written first.
        StoreError: a part cannot be written.
        WorkerDied: workers die even alone and on nothing in particular, or the executor given is broken.
    """
    before, present, size = tally.done, store.present(), store.plan.size
    tally.skip(sum(size(block) for block in blocks if block.name in present))
    todo = (load(block) if load else block for block in blocks if block.name not in present)
    try:
        tally.tell("running")
        for block in _in_window(todo, store, crew, tally):
            _carefully(block, store, crew, tally)
    except KeyboardInterrupt:
        crew.stop(cancel=True)
        present = store.present()
        tally.done = before + sum(size(block) for block in blocks if block.name in present)
        raise
    except OSError as problem:
        crew.stop(cancel=True)
        raise told(problem, store.folder) from None


def _in_window(todo: Iterator[Piece], store: Store, crew: AnyCrew, tally: Tally) -> list[Piece]:
    """Run blocks side by side; those that were at work when a worker died come back."""
    flying: dict[Future[Done], Piece] = {}
    suspects: list[Piece] = []
    more = True
    while more or flying:
        while more and len(flying) < _WINDOW * crew.workers:
            block = next(todo, None)
            if block is None:
                more = False
                break
            try:
                flying[crew.submit(block)] = block
            except BrokenExecutor:
                suspects.append(block)
                break
        if not flying and suspects:
            crew.renew()
            continue
        finished, _ = wait(flying, return_when=FIRST_COMPLETED)
        broken = False
        for future in finished:
            block = flying.pop(future)
            try:
                _note(future.result(), store, tally)
            except BrokenExecutor:
                suspects.append(block)
                broken = True
        if broken:  # every block of a broken pool comes back, guilty or not
            suspects.extend(flying.values())
            flying.clear()
            store.log("worker died", blocks=[block.name for block in suspects])
            crew.renew()
    return [block for block in suspects if not store.has(block)]


def _note(done: Done, store: Store, tally: Tally) -> None:
    if done.parts:
        store.take(done.block, done.parts)
    store.log(
        "block", name=done.block.name, runs=done.runs, failed=done.failed, retried=done.retried,
        seconds=round(done.seconds, 3), process=done.process,
    )  # fmt: skip
    tally.add(done)


def _carefully(block: Piece, store: Store, crew: AnyCrew, tally: Tally) -> None:
    """Run a suspect alone; if its worker dies again, find the runs that do it and let them be failures."""
    if not crew.processes:
        try:
            _note(crew.submit(block).result(), store, tally)
        except BrokenExecutor as problem:
            raise WorkerDied(
                f"the executor given no longer works ({problem}); give a new one: finished runs are kept"
            ) from None
        return
    every = list(store.plan.keys(block))
    dead: list[Key] = []
    if _survives(block, (), store, crew, tally):
        return
    for run in every:  # a run is guilty if it dies with all others left out
        others = tuple(other for other in every if other != run)
        try:
            crew.alone(block, others).result()
        except BrokenExecutor:
            dead.append(run)
        store.drop(block)
    if not _survives(block, tuple(dead), store, crew, tally):
        raise WorkerDied(
            f"worker processes end abruptly in {block.name}; out of memory? fewer workers (--workers 1) may help"
        )


def _survives(block: Piece, dead: tuple[Key, ...], store: Store, crew: AnyCrew, tally: Tally) -> bool:
    try:
        _note(crew.alone(block, dead).result(), store, tally)
    except BrokenExecutor:
        return False
    return True
