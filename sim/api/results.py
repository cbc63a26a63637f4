"""What was found, as objects: labelled tables, figures, HTML, `save`.  Each is read from its results folder."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import experiments
from sim.api.cubes import experiment_cube, sweep_cube
from sim.experiments.errors import StoreError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sim.report.canvas import Drawn, Picture
    from sim.report.findings import Findings
    from sim.report.sensitivity_page import Studied
    from sim.sensitivity.result import SensitivityResult
    from sim.sensitivity.study import StudyPlan
    from sim.validation.rows import Row


def table_html(table: pd.DataFrame) -> str:
    """A table for a notebook: three significant digits, no index."""
    return table.to_html(index=False, float_format="{:.3g}".format, border=0)


def _told_html(words: Sequence[str], table: pd.DataFrame) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in words) + table_html(table)


class Experiment(experiments.Experiment):
    """A comparison, or one scenario that was run many times.

    Figures are matplotlib figures; at the foot of each stand the hash of the experiment (its scenarios, resolved, and
    how they were run), the seed and the version.
    """

    @property
    def table(self) -> pd.DataFrame:
        """The end table, the same as `summary()`."""
        return self.summary()

    @cached_property
    def findings(self) -> Findings:
        """What the page tells, as data: see `sim.report.findings`."""
        from sim.report.build import findings

        return findings(self)

    @cached_property
    def _painters(self) -> Mapping[str, Callable[[], Drawn]]:
        from sim.report.page import painters

        return painters(self.findings)

    def in_words(self) -> list[str]:
        """The answer in sentences, the headline first."""
        from sim.report.telling import headline

        return headline(self.findings)

    def _plot(self, key: str, needs: str) -> Picture:
        if key not in self._painters:
            raise StoreError(f"{self.folder}: nothing to draw here, this figure needs {needs}")
        return self._painters[key]().figure

    def plot_adoption(self, *, luck_alone: bool = False) -> Picture:
        """Share practising over time by scenario: median, 50 and 90 % bands, single runs.

        Raises:
            StoreError: `luck_alone`, but the runs do not vary both luck and assumptions.
        """
        return self._plot("luck" if luck_alone else "adoption", 'uncertainty=("luck", "assumptions")')

    def plot_levels(self) -> Picture:
        """Share practising over time by level."""
        return self._plot("levels", "levels that may be shown")

    def plot_difference(self) -> Picture:
        """How far each scenario lies above the first, over time, run by run under the same luck.

        Raises:
            StoreError: there is one scenario.
        """
        return self._plot("difference", "two scenarios or more")

    def plot_who_lit_whom(self) -> Picture:
        """Adoptions by the relationship along which they happened."""
        return self._plot("credit", "an adoption")

    def plot_assumptions(self) -> Picture:
        """The assumptions that the difference hangs on.

        Raises:
            StoreError: there is one scenario, or the assumptions do not vary.
        """
        return self._plot("assumptions", "two scenarios and a dozen draws of the assumptions or more")

    def plot_timeline(self) -> Picture:
        """What the plans are: who does what from when to when."""
        return self._plot("timeline", "a plan")

    def to_xarray(self, uncertainty: str | None = None) -> xr.Dataset:
        """Runs and series as one labelled array: see `sim.api.cubes.experiment_cube`."""
        return experiment_cube(self, uncertainty)

    def report(self) -> Path:
        """Write the page (`report.html`) into the results folder and return its path."""
        from sim.report.page import write_page

        return write_page(self.findings, self.folder)


class Sweep(experiments.Sweep):
    """Scenarios at many points."""

    def to_xarray(self) -> xr.Dataset:
        """Outputs by point, scenario and replicate: see `sim.api.cubes.sweep_cube`."""
        return sweep_cube(self)

    def _repr_html_(self) -> str:
        head = f"<p><b>{html.escape(repr(self))}</b></p>"
        return head + (table_html(self.runs.head()) if self.finished else "")


class Sensitivity:
    """What the outcomes, or the choice between plans, depend on.

    Attributes:
        sweep: the runs; result: every table of the analysis (`sim.sensitivity.result`).
    """

    def __init__(self, sweep: Sweep, result: SensitivityResult, plan: StudyPlan | None = None) -> None:
        self.sweep, self.result, self._plan = sweep, result, plan

    def __repr__(self) -> str:
        return f"Sensitivity({self.result.method} of {' and '.join(self.sweep.names)}, in {self.folder})"

    @property
    def folder(self) -> Path:
        """The results folder."""
        return self.sweep.folder

    @property
    def outputs(self) -> list[str]:
        """Outcomes that were analysed, the main one first."""
        return self._studied.outputs

    @cached_property
    def _studied(self) -> Studied:
        from sim.report.sensitivity_build import studied

        plan = self._plan
        if plan is None:
            return studied(self.sweep, self.result)
        return studied(
            self.sweep, self.result, title=plan.title, question=plan.question, left_out=plan.left_out
        )

    @cached_property
    def _drawings(self) -> Mapping[str, Mapping[str, Drawn]]:
        from sim.report.sensitivity_page import draw

        return draw(self._studied)

    @property
    def table(self) -> pd.DataFrame:
        """The index that ranks in this method, of the main outcome at its end, most important factor first."""
        from sim.report.sensitivity_page import at_end, leading_index

        rows = at_end(self.result.indices, self.outputs[0])
        rows = rows[rows["index"] == leading_index(self._studied)].sort_values("rank", kind="stable")
        columns = ["factor", "label", "index", "value", "low", "high", "floor", "rank"]
        return rows[columns].reset_index(drop=True)

    def in_words(self) -> list[str]:
        """The answer in sentences, the headline first."""
        from sim.report.sensitivity_telling import answer

        return answer(self._studied)

    def plots(self, output: str | None = None) -> list[str]:
        """Names of the figures there are of an outcome, the main one where not given."""
        return list(self._of(output))

    def plot(self, name: str | None = None, output: str | None = None) -> Picture:
        """A figure of an outcome by its name (see `plots`), the leading one where not given.

        Raises:
            StoreError: there is no such outcome or figure.
        """
        found = self._of(output)
        if not found:
            raise StoreError(f"{self.folder}: there is nothing to draw of this outcome")
        key = next(iter(found)) if name is None else name
        if key not in found:
            raise StoreError(f"there is no figure {key!r} here; there is {', '.join(found)}")
        return found[key].figure

    def _of(self, output: str | None) -> Mapping[str, Drawn]:
        name = self.outputs[0] if output is None else output
        if name not in self._drawings:
            raise StoreError(f"no figures of an outcome {name!r}; there are of {', '.join(self._drawings)}")
        return self._drawings[name]

    def _repr_html_(self) -> str:
        return _told_html(self.in_words(), self.table)

    def save(self, folder: str | Path) -> list[Path]:
        """Write the tables of the analysis as CSV files; the runs stay where they are."""
        return self.result.save(folder)

    def report(self) -> Path:
        """Write the page (`sensitivity.html`) into the results folder and return its path."""
        from sim.report.sensitivity_page import write_sensitivity

        return write_sensitivity(self._studied, self.folder)


class Validation:
    """What `validate` found: the model held to what is known and to what was measured.

    Attributes:
        rows: one a check; quick: whether it was a quick run; seconds: how long it took.
    """

    def __init__(self, rows: list[Row], *, quick: bool, seconds: float) -> None:
        self.rows, self.quick, self.seconds = rows, quick, seconds

    def __repr__(self) -> str:
        from sim.validation.page import counted

        return f"Validation({counted(self.rows)})"

    @property
    def good(self) -> bool:
        """Whether limits and extremes pass and fitted patterns are inside their ranges."""
        from sim.validation.rows import good

        return good(self.rows)

    @property
    def table(self) -> pd.DataFrame:
        """A row a check: heading, what, expected, source, ours, tolerance, verdict, detail, role."""
        import pandas as pd

        from sim.validation.rows import plain

        return pd.DataFrame(plain(self.rows))

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>" + table_html(self.table.drop(columns="source"))

    def save(self, folder: str | Path) -> Path:
        """Write `validation.html`, `.md` and `.json` into a folder; returns the path of the page."""
        from sim.validation.validate import write

        return write(self.rows, Path(folder), quick=self.quick, seconds=self.seconds)[0]


class Decision:
    """The answer to a question about plans.

    Attributes:
        result: the answer itself (`sim.decisions`).
        failures: why runs failed and how many did; they are left out.
    """

    def __init__(self, result: Any, failures: Mapping[str, int]) -> None:
        self.result, self.failures = result, dict(failures)

    def __repr__(self) -> str:
        return f"Decision({' '.join(self.in_words())})"

    def in_words(self) -> list[str]:
        """The answer in sentences."""
        return list(self.result.in_words())

    @property
    def facts(self) -> dict[str, Any]:
        """What was decided, as plain data."""
        return dict(self.result.facts())

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name, the main one first."""
        return dict(self.result.tables())

    @property
    def table(self) -> pd.DataFrame:
        """The main table."""
        return next(iter(self.tables.values()))

    def _repr_html_(self) -> str:
        return _told_html(self.in_words(), self.table)

    def save(self, folder: str | Path) -> list[Path]:
        """Write each table as a CSV file.

        Raises:
            OSError: the folder cannot be written to.
        """
        home = Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        written = []
        for name, table in self.tables.items():
            written.append(home / f"{name}.csv")
            table.to_csv(written[-1], index=False, lineterminator="\n")
        return written
