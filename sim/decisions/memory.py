"""Runs remembered on disk: a question that was interrupted goes on, and the next one runs only what it has not asked.

A folder `runs/` beside the answer holds parts, written whole or not at all as runs finish.  A run is known by what it
depends on: equations, version, seed, scenario (with the content of its files), parameters and replicate.  Whatever
does not match is left alone and made again; failed runs are never kept.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim._version import __version__
from sim.engine.compiled import source_hash
from sim.experiments.errors import StoreError
from sim.experiments.files import SUFFIX, told, write_part
from sim.experiments.lock import Lock

Key = tuple[str, str, int]  # scenario, parameters, replicate
FOLDER: Final = "runs"
_EVERY: Final = 5.0  # seconds between parts
_RUN: Final = ("scenario", "parameters", "replicate")
_KINDS: Final = ("outcomes", "series", "offsets")


class Remembers(Protocol):
    """Something that remembers runs of a seed: see `Memory`."""

    seed: int
    rows: dict[Key, dict[str, float]]
    series: dict[Key, pd.DataFrame]
    offsets: dict[tuple[str, str], float]

    def keep(self, key: Key, row: Mapping[str, float], series: pd.DataFrame | None = None) -> None: ...
    def keep_offset(self, scenario: str, parameters: str, offset: float) -> None: ...


class Memory:
    """Runs in a folder.  Use as a context: it holds the right to write there.

    Args:
        folder: of the answer; made if it does not exist.
        seed: which luck; runs of another are there for another day.

    Attributes:
        rows: outcomes by run; series: records over time by run; offsets: by organisation and parameters.
    """

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.folder, self.seed = folder / FOLDER, seed
        self.rows: dict[Key, dict[str, float]] = {}
        self.series: dict[Key, pd.DataFrame] = {}
        self.offsets: dict[tuple[str, str], float] = {}
        self._new: dict[str, list[pa.Table]] = {kind: [] for kind in _KINDS}
        self._number, self._last = 0, time.monotonic()
        self._lock = Lock(self.folder)
        self._mine: dict[str, Any] = {"equations": source_hash(), "version": __version__, "seed": seed}

    def __enter__(self) -> Memory:
        """Open it and read what is there.

        Raises:
            StoreError: the folder cannot be written, or another process is writing there.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.__enter__()
        except OSError as problem:
            raise told(problem, self.folder) from None
        try:
            self._read()
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left and let go."""
        try:
            self.flush()
        finally:
            self._lock.__exit__(kind, value, trace)

    def keep(self, key: Key, row: Mapping[str, float], series: pd.DataFrame | None = None) -> None:
        """Remember a run that came to an end; parts are written every few seconds."""
        named: dict[str, Any] = dict(zip(_RUN, key, strict=True))
        self._new["outcomes"].append(pa.Table.from_pylist([{**self._mine, **named, **row}]))
        if series is not None:
            self._new["series"].append(
                pa.Table.from_pandas(series.assign(**self._mine, **named), preserve_index=False)
            )
        if time.monotonic() - self._last > _EVERY:
            self.flush()

    def keep_offset(self, scenario: str, parameters: str, offset: float) -> None:
        """Remember what makes an organisation's business as usual stationary."""
        named = {"scenario": scenario, "parameters": parameters, "replicate": 0}
        self._new["offsets"].append(pa.Table.from_pylist([{**self._mine, **named, "offset": offset}]))

    def flush(self) -> None:
        """Write what is not yet on disk.

        Raises:
            StoreError: it cannot be written.
        """
        self._last = time.monotonic()
        try:
            for kind, waiting in self._new.items():
                if waiting:
                    table = pa.concat_tables(waiting, promote_options="default")
                    write_part(self.folder, f"{kind}-{self._number:06d}", table)
                    waiting.clear()
        except OSError as problem:
            raise told(problem, self.folder) from None
        self._number += 1

    def _read(self) -> None:
        for stale in self.folder.glob(".*.tmp"):
            stale.unlink(missing_ok=True)
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            kind, _, number = path.stem.rpartition("-")
            if kind not in _KINDS:
                continue
            with contextlib.suppress(ValueError):
                self._number = max(self._number, int(number) + 1)
            self._take(kind, self._ours(path))

    def _ours(self, path: Path) -> pd.DataFrame:
        """The rows of a part that belong to this version and seed."""
        try:
            with open(path, "rb") as file:
                table = pq.read_table(file).to_pandas()
        except (OSError, pa.ArrowInvalid) as problem:
            raise StoreError(
                f"{path} cannot be read ({problem}); delete it, its runs are made again"
            ) from None
        mine = pd.Series(True, index=table.index)
        for name, value in self._mine.items():
            mine &= table[name] == value
        frame: pd.DataFrame = table[mine].drop(columns=list(self._mine))
        return frame

    def _take(self, kind: str, table: pd.DataFrame) -> None:
        keys = list(_RUN)
        if kind == "series":
            for key, part in table.groupby(keys, sort=False):
                self.series[_key(key)] = part.drop(columns=keys).reset_index(drop=True)
            return
        for row in table.to_dict("records"):
            scenario, parameters, replicate = (row.pop(name) for name in keys)
            if kind == "offsets":
                self.offsets[scenario, parameters] = float(row["offset"])
            else:
                self.rows[scenario, parameters, int(replicate)] = {str(k): float(v) for k, v in row.items()}


def _key(parts: Any) -> Key:
    scenario, parameters, replicate = parts
    return str(scenario), str(parameters), int(replicate)
