"""A finished experiment: tables from its folder, and the questions one asks of them."""

from __future__ import annotations

import html
import shutil
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sim.experiments.errors import StoreError
from sim.experiments.folder import ResultsFolder
from sim.experiments.precision import ALPHA

if TYPE_CHECKING:  # pandas costs a third of a second, which workers and unread results need not pay
    import pandas as pd

    from sim import analysis


class Experiment(ResultsFolder):
    """What was found, table by table.  See `sim.experiments.store` for the columns.

    Args:
        folder: a results folder.

    Raises:
        StoreError: it is not a results folder.
    """

    def __repr__(self) -> str:
        return f"Experiment({' vs '.join(self.names)}, {self._size()}, in {self.folder})"

    def _size(self) -> str:
        return f"{self.manifest.get('runs', 0)} runs" if self.finished else "unfinished"

    def _repr_html_(self) -> str:
        head = f"<p><b>{html.escape(' vs '.join(self.names))}</b>: {html.escape(self._size())}</p>"
        return head + (
            self.summary().to_html(index=False, float_format="{:.3g}".format) if self.finished else ""
        )

    @property
    def alpha(self) -> float:
        """Error of intervals over luck: .05, or what the look at which it stopped had left of it."""
        looks = self.manifest.get("precision", {}).get("looks", [])
        return float(looks[-1]["alpha"]) / max(1, len(self.names) - 1) if looks else ALPHA

    def _table(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.stored(name=name).to_pandas()
        return frame

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

    def summary(self) -> pd.DataFrame:
        """The end table: see `sim.analysis.summary`."""
        from sim import analysis

        return analysis.summary(self.runs, self.names)

    def difference(
        self,
        a: str | None = None,
        b: str | None = None,
        outcome: str = "share_end",
        uncertainty: str | None = None,
    ) -> analysis.Contrast:
        """Paired difference b − a; the second scenario minus the first where not given.

        Args:
            a, b: scenarios.
            outcome: a column of `runs`.
            uncertainty: "luck" or "assumptions"; assumptions (with luck) where not given and there.

        Raises:
            StoreError: there is no second scenario.
            KeyError: a scenario or outcome that is not there.
        """
        from sim import analysis

        first = self.names[0] if a is None else a
        others = [name for name in self.names if name != first]
        if b is None and not others:
            raise StoreError(f"{self.folder} holds one scenario: there is nothing to compare it with")
        second = others[0] if b is None else b
        kind = uncertainty or self.plan["uncertainty"][-1]
        alpha = self.alpha if kind == "luck" else ALPHA
        return analysis.paired_difference(self.runs, first, second, outcome, kind, alpha=alpha)

    def assumptions_that_matter(
        self, a: str | None = None, b: str | None = None, outcome: str = "share_end", *, top: int | None = 3
    ) -> pd.DataFrame:
        """The assumptions that the difference hangs on: see `sim.analysis.assumptions_that_matter`."""
        from sim import analysis

        first = self.names[0] if a is None else a
        others = [name for name in self.names if name != first]
        second = b if b is not None else (others[0] if others else None)
        return analysis.assumptions_that_matter(self.runs, first, second, outcome, top=top)

    def bands(self, metric: str = "share_practising", kind: str = "all") -> pd.DataFrame:
        """Median, 50 and 90 % bands of one metric over time: see `sim.analysis.bands`."""
        from sim import analysis

        return analysis.bands(self.series, metrics=[metric], kinds=[kind])

    def who_lit_whom(self) -> pd.DataFrame:
        """Adoptions a run by relationship and level: see `sim.analysis.who_lit_whom`."""
        from sim import analysis

        fine = self.runs[(self.runs["uncertainty"] == "luck") & (self.runs["status"] == "ok")]
        return analysis.who_lit_whom(self.events, replicates=fine.groupby("scenario").size())

    def save(self, folder: str | Path) -> Self:
        """A copy of the results folder at another place.

        Raises:
            StoreError: the place is taken or cannot be written.
        """
        try:
            shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("lock", "parts", "*.tmp"))
        except FileExistsError:
            raise StoreError(f"{folder} exists already; give a new folder") from None
        except OSError as problem:
            raise StoreError(f"cannot copy to {folder}: {problem}") from None
        return type(self)(folder)


def open_results(folder: str | Path) -> Experiment:
    """Open a results folder.

    Raises:
        StoreError: it is not a results folder.
    """
    return Experiment(folder)
