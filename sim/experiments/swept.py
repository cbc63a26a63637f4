"""A sweep that was made: its design, its runs, and its outputs as arrays for analysis."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from sim.experiments.design_table import Design
from sim.experiments.errors import StoreError
from sim.experiments.folder import ResultsFolder
from sim.scenario.errors import nearest


class Sweep(ResultsFolder):
    """What a sweep found.  See `sim.experiments.sweep_plan` for the order of rows and the columns.

    Args:
        folder: a results folder.

    Raises:
        StoreError: it is not the results folder of a sweep.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        if self.plan.get("kind") != "sweep":
            raise StoreError(f"{self.folder} holds a comparison, not a sweep; open it with open_results")

    def __repr__(self) -> str:
        size = f"{self.plan['design']['points']} points × {self.replicates} replicates"
        state = "" if self.finished else ", unfinished"
        return f"Sweep({' and '.join(self.names)}, {size}{state}, in {self.folder})"

    @property
    def replicates(self) -> int:
        """Runs of each scenario at each point."""
        return int(self.plan["replicates"])

    @property
    def outputs(self) -> list[str]:
        """Names of the output columns."""
        return list(self.plan["outputs"])

    @property
    def common_luck(self) -> bool:
        """Whether replicate r has the same luck at every point."""
        return bool(self.plan["luck"] == "common")

    @cached_property
    def design(self) -> Design:
        """The points, with the notes of whoever chose them."""
        return Design.from_parquet(self.folder / "design.parquet")

    @property
    def runs(self) -> pd.DataFrame:
        """A row a run: point, scenario, replicate, seed, luck, status, reason, alpha_offset, outputs, `x.` + path."""
        frame: pd.DataFrame = self.stored().to_pandas()
        return frame

    def values(self, output: str, scenario: str | None = None) -> npt.NDArray[np.float64]:
        """An output of a scenario (the first where not given), shape (points, replicates).

        NaN where the run failed or could not say (a time never reached).

        Raises:
            StoreError: there is no such output or scenario.
        """
        if output not in self.outputs:
            raise StoreError(f"{self.folder} stores no output '{output}'{nearest(output, self.outputs)}")
        arm = self._arm(scenario)
        column = self.stored([output])[output].cast(pa.float64())
        values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
        return values.reshape(-1, len(self.names), self.replicates)[:, arm, :].copy()

    def ok(self, scenario: str | None = None) -> npt.NDArray[np.bool_]:
        """Whether each run finished, shape (points, replicates)."""
        arm = self._arm(scenario)
        status = np.array(self.stored(["status"])["status"].to_pylist()) == "ok"
        result: npt.NDArray[np.bool_] = status.reshape(-1, len(self.names), self.replicates)[:, arm, :]
        return result

    def difference(self, output: str, a: str | None = None, b: str | None = None) -> npt.NDArray[np.float64]:
        """Output of scenario b minus that of a, run by run under the same luck, shape (points, replicates).

        Raises:
            StoreError: there is no second scenario.
        """
        if b is None and len(self.names) < 2:
            raise StoreError(f"{self.folder} holds one scenario: there is nothing to compare it with")
        return self.values(output, b or self.names[1]) - self.values(output, a)

    def failures(self) -> pd.DataFrame:
        """Reasons of failed runs with their counts, commonest first."""
        frame = self.stored(["status", "reason"]).to_pandas()
        bad = frame.loc[frame["status"] != "ok", "reason"]
        counts: pd.DataFrame = bad.value_counts().rename_axis("reason").reset_index(name="runs")
        return counts

    def _arm(self, scenario: str | None) -> int:
        name = self.names[0] if scenario is None else scenario
        if name not in self.names:
            raise StoreError(f"{self.folder} holds no scenario '{name}'{nearest(name, self.names)}")
        return self.names.index(name)


def open_sweep(folder: str | Path) -> Sweep:
    """Open the results folder of a sweep.

    Raises:
        StoreError: it is not one.
    """
    return Sweep(folder)
