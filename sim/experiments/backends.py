"""Workers on other machines: Dask, where it is installed (`pip install -e '.[dask]'`).

Every worker is told once what the job is, by a plugin that Dask also gives to workers that come later; a task then
carries its points alone, and brings its rows back, so that workers need no common disk.  Dask sends the task of a
worker that died to another; one that kills its workers again and again is run alone, here, to find the guilty run.
"""

from __future__ import annotations

import contextlib
import pickle
import uuid
from concurrent.futures import BrokenExecutor, Future
from dataclasses import replace
from typing import Any, Final

from sim.engine.compiled import source_hash
from sim.experiments.errors import ExperimentError
from sim.experiments.pieces import Done, Key, Piece, run_block
from sim.experiments.sweep_work import SweepJob
from sim.experiments.workers import _main_hidden, alone

LOCAL: Final = "local"
_JOBS: dict[str, SweepJob] = {}


def run_told(name: str, version: str, piece: Piece, dead: tuple[Key, ...]) -> Done:
    """Run a piece of a job that this worker was told of.

    Raises:
        ExperimentError: the worker has another version of the program.
    """
    if source_hash() != version:
        raise ExperimentError(
            "a worker has another version of the equations than this machine; install the same version of ripple-sim "
            "and of Numba everywhere"
        )
    return run_block(_JOBS[name], piece, dead)


def _plugin(name: str, payload: bytes) -> Any:
    from distributed import WorkerPlugin

    class Told(WorkerPlugin):  # type: ignore[misc]
        """Tells a worker what the job is."""

        idempotent = True

        def __init__(self) -> None:
            self.name, self.payload = f"ripple-{name}", payload

        def setup(self, worker: Any) -> None:
            from sim.experiments import backends

            backends._JOBS[self.name.removeprefix("ripple-")] = pickle.loads(self.payload)

        def teardown(self, worker: Any) -> None:
            from sim.experiments import backends

            backends._JOBS.pop(self.name.removeprefix("ripple-"), None)

    return Told()


class DaskCrew:
    """Workers of a Dask cluster.

    Args:
        job: what every piece needs.
        address: of a scheduler ("tcp://host:8786"), or "local" for a cluster on this machine.
        workers: of a local cluster.

    Raises:
        ExperimentError: Dask is not installed, or the scheduler does not answer.
    """

    processes = True

    def __init__(self, job: SweepJob, address: str, workers: int) -> None:
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise ExperimentError(
                "Dask is not installed; give: pip install -e '.[dask]' in the folder of Ripple"
            ) from None
        self.job = replace(job, folder=None)
        self._cluster: Any = None
        if address == LOCAL:
            with _main_hidden():
                self._cluster = LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
                )
        try:
            self.client = Client(self._cluster if self._cluster is not None else address, timeout="30s")
        except (OSError, ValueError) as problem:
            raise ExperimentError(
                f"no Dask scheduler answers at {address} ({problem}); give its address, e.g. tcp://host:8786, "
                "or 'local'"
            ) from None
        self._name, self._version = uuid.uuid4().hex, source_hash()
        self.client.register_plugin(_plugin(self._name, pickle.dumps(self.job)))
        self._executor = self.client.get_executor(pure=False)

    @property
    def workers(self) -> int:
        """Threads of the cluster that can work, at least one."""
        return max(1, int(sum(self.client.nthreads().values())))

    def submit(self, block: Piece, dead: tuple[Key, ...] = ()) -> Future[Done]:
        """Send a piece; a worker that dies again and again breaks the future like a broken pool."""
        inner = self._executor.submit(run_told, self._name, self._version, block, dead)
        outer: Future[Done] = Future()
        inner.add_done_callback(lambda done: _handed_on(done, outer))
        return outer

    def alone(self, block: Piece, dead: tuple[Key, ...] = ()) -> Future[Done]:
        """Run a piece on this machine, in a process of its own."""
        return alone(self.job, block, dead)

    def renew(self) -> None:
        """Dask renews its workers itself."""

    def stop(self, *, cancel: bool = False) -> None:
        """Let go of the cluster; a local one ends."""
        with contextlib.suppress(Exception):
            self._executor.shutdown(wait=not cancel, cancel_futures=cancel)
        with contextlib.suppress(Exception):
            self.client.unregister_worker_plugin(f"ripple-{self._name}")
        with contextlib.suppress(Exception):
            self.client.close()
        if self._cluster is not None:
            with contextlib.suppress(Exception):
                self._cluster.close()


def _handed_on(done: Future[Done], outer: Future[Done]) -> None:
    if done.cancelled():
        outer.set_exception(BrokenExecutor("cancelled"))
        return
    problem = done.exception()
    if problem is None:
        outer.set_result(done.result())
    elif type(problem).__name__ in ("KilledWorker", "FutureCancelledError", "CommClosedError"):
        outer.set_exception(BrokenExecutor(str(problem)))
    else:
        outer.set_exception(problem)
