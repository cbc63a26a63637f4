"""Who does the work: threads for small experiments, spawned processes for big ones, or any executor given."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any, Protocol

from sim.experiments.pieces import Done, Job, Key, Piece, run_block

_JOB: Job | None = None


def usable_processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on every system
        with contextlib.suppress(OSError):
            return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def end_with_leader() -> None:
    """In a worker process: end when the process that started it ends, however that does."""
    leader = parent_process()
    if leader is not None:
        threading.Thread(target=_end_with, args=(leader.sentinel,), daemon=True).start()


def follow() -> None:
    """In a worker process: leave Ctrl-C to the process that started it, and end when that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_leader()


def _start(job: Job) -> None:
    """Set a worker process up."""
    global _JOB
    _JOB = job
    follow()


def _end_with(sentinel: int) -> None:
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)


def _run(block: Piece, dead: tuple[Key, ...]) -> Done:
    assert _JOB is not None
    return run_block(_JOB, block, dead)


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Keep spawned workers from running the user's script again: they need nothing of it.

    A script without `if __name__ == "__main__"`, a notebook and an interactive session then all work.
    """
    main = sys.modules.get("__main__")
    kept = {name: getattr(main, name, None) for name in ("__file__", "__spec__")}
    try:
        for name in kept:
            with contextlib.suppress(AttributeError):
                setattr(main, name, None)
        yield
    finally:
        for name, value in kept.items():
            if value is not None or name == "__spec__":
                setattr(main, name, value)
            else:
                with contextlib.suppress(AttributeError):
                    delattr(main, name)


class AnyCrew(Protocol):
    """What the runner needs of workers."""

    @property
    def workers(self) -> int:
        """How many."""
        ...

    @property
    def processes(self) -> bool:
        """Whether a block that kills its worker can be run alone."""
        ...

    def submit(self, block: Piece, dead: tuple[Key, ...] = ()) -> Future[Done]:
        """Send a block to a worker."""
        ...

    def alone(self, block: Piece, dead: tuple[Key, ...] = ()) -> Future[Done]:
        """Run a block in a process of its own, so that it can take nobody with it."""
        ...

    def renew(self) -> None:
        """After a worker died: new workers at the next block."""
        ...

    def stop(self, *, cancel: bool = False) -> None:
        """Wait for the blocks at work; with `cancel`, those that wait are dropped."""
        ...


def alone(job: Job, block: Piece, dead: tuple[Key, ...] = ()) -> Future[Done]:
    """Run a block in a process of its own."""
    with _main_hidden():
        pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_start, initargs=(job,))
        future: Future[Done] = pool.submit(_run, block, dead)
    pool.shutdown(wait=False)
    return future


class Crew:
    """Workers that run blocks.

    Args:
        job: what every block needs.
        workers: how many.
        processes: spawned processes rather than threads.
        executor: use this instead; it is not shut down.
    """

    def __init__(self, job: Job, workers: int, *, processes: bool, executor: Executor | None = None) -> None:
        self.job, self.workers, self.processes = job, workers, processes and executor is None
        self._given = executor
        self._own: Executor | None = None

    def submit(self, block: Piece, dead: tuple[Key, ...] = ()) -> Future[Done]:
        """Send a block to a worker."""
        if self._given is not None:
            return self._given.submit(run_block, self.job, block, dead)
        if self._own is None:
            self._own = self._fresh(self.workers)
        if not self.processes:
            return self._own.submit(run_block, self.job, block, dead)
        with _main_hidden():
            return self._own.submit(_run, block, dead)

    def _fresh(self, workers: int) -> Executor:
        if not self.processes:
            return ThreadPoolExecutor(max_workers=workers, thread_name_prefix="ripple")
        return ProcessPoolExecutor(
            max_workers=workers, mp_context=get_context("spawn"), initializer=_start, initargs=(self.job,)
        )

    def alone(self, block: Piece, dead: tuple[Key, ...] = ()) -> Future[Done]:
        """Run a block in a process of its own, so that it can take nobody with it."""
        return alone(self.job, block, dead)

    def renew(self) -> None:
        """After a worker died: a new pool at the next block."""
        if self._own is not None:
            self._own.shutdown(wait=False, cancel_futures=True)
        self._own = None

    def stop(self, *, cancel: bool = False) -> None:
        """Wait for the blocks at work; with `cancel`, those that wait are dropped."""
        if self._own is not None:
            self._own.shutdown(wait=True, cancel_futures=cancel)
        self._own = None


def describe(crew: Crew) -> dict[str, Any]:
    """The crew for the log."""
    kind = "given" if crew._given is not None else "processes" if crew.processes else "threads"
    return {"workers": crew.workers, "kind": kind}
