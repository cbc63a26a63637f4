"""What every results folder tells: its plan, whether it is whole, and its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments.errors import StoreError
from sim.experiments.store import how_to_mend, read_manifest, read_plan


class ResultsFolder:
    """A results folder, opened for reading.

    Args:
        folder: where it is.

    Raises:
        StoreError: it is not a results folder.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.plan: dict[str, Any] = read_plan(self.folder)
        self.manifest: dict[str, Any] = read_manifest(self.folder)

    @property
    def finished(self) -> bool:
        """Whether all runs are done and the tables whole (a shard never is: merge it)."""
        return bool(self.manifest.get("finished"))

    @property
    def shard(self) -> tuple[int, int] | None:
        """(i, n) if this is the i-th of n shards and all its runs are done; None otherwise."""
        shard = self.manifest.get("shard")
        return (int(shard["number"]), int(shard["of"])) if isinstance(shard, dict) else None

    @property
    def failed(self) -> int:
        """Number of failed runs; each is a row of `runs` with its reason."""
        return int(self.manifest.get("failed", 0))

    @property
    def names(self) -> list[str]:
        """Names of the scenarios, in the order given."""
        return [str(row["name"]) for row in self.plan["scenarios"]]

    def stored(self, columns: list[str] | None = None, *, name: str = "runs") -> pa.Table:
        """Columns of a stored table, all where not given.

        Raises:
            StoreError: not all runs are done, or the table is not there.
        """
        path = self.folder / f"{name}.parquet"
        if self.shard is not None:
            i, n = self.shard
            raise StoreError(
                f"{self.folder} is shard {i} of {n}, complete; merge the shards (ripple results merge)"
            )
        if not self.finished or not (path.exists() or name in self.manifest.get("tables", {})):
            raise StoreError(
                f"{self.folder} holds no whole table of {name}; give the same command again to finish it"
            )
        try:
            with open(path, "rb") as file:
                return pq.read_table(file, columns=columns)
        except (OSError, pa.ArrowInvalid) as problem:
            raise StoreError(
                f"{path} cannot be read: {problem}; {how_to_mend(problem, self.folder)}"
            ) from None
