"""A finished experiment, read from its folder."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from sim.experiments.errors import StoreError
from sim.experiments.store import read_manifest, read_plan


class Experiment:
    """What was found, table by table.

    Args:
        folder: a results folder.

    Raises:
        StoreError: it is not a results folder.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.plan: dict[str, Any] = read_plan(self.folder)
        self.manifest: dict[str, Any] = read_manifest(self.folder)

    @property
    def finished(self) -> bool:
        """Whether all runs are done."""
        return bool(self.manifest.get("finished"))

    @property
    def names(self) -> list[str]:
        """Names of the scenarios, in the order given."""
        return [row["name"] for row in self.plan["scenarios"]]

    def _table(self, name: str) -> pd.DataFrame:
        path = self.folder / f"{name}.parquet"
        if not self.finished or not path.exists():
            raise StoreError(
                f"{self.folder} holds no whole {name} yet; give the same command again to finish it"
            )
        try:
            with open(path, "rb") as file:
                return pq.read_table(file).to_pandas()
        except OSError as problem:
            raise StoreError(f"{path} cannot be read: {problem}") from None

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row a run."""
        return self._table("runs")

    @cached_property
    def series(self) -> pd.DataFrame:
        """A row a run, time and group."""
        return self._table("series")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Counts of events by week, kind, layer and level; runs of luck only."""
        return self._table("events")
