"""What can be carried away: the scenario file, a table, and the report, made by the same code as the commands make it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.decisions.plans import used
from sim.desk.answering import SEED, Prepared
from sim.desk.bands import QUANTILES, SHOWN
from sim.desk.errors import DeskError
from sim.desk.folder import place_of_report
from sim.desk.view import Arms
from sim.experiments import Progress, execute, make_plan
from sim.experiments.plan import fingerprint_of
from sim.report.answers import Answer
from sim.report.brief_words import LINES
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.report.brief import Written

WRITTEN: Final = {
    "page": ("brief.html", "text/html"),
    "tables": ("brief.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_NAMES: Final = ("low90", "low50", "median", "high50", "high90")


def table(three: Mapping[str, Prepared], titles: Mapping[str, str]) -> str:
    """The curves as CSV: a row an arm, group, measure and time; shares and levels on 0–1, years."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["arm", "title", "kind", "group", "measure", "years", "runs", *_NAMES])
    for name, label in LINES.items():
        one = three[name]
        reads = [one.runs[k] for k in sorted(one.runs)]
        if not reads:
            continue
        found = np.quantile(np.stack([read.values for read in reads]), QUANTILES, axis=0)
        for g, (kind, group) in enumerate(zip(one.shown.kinds, one.shown.names, strict=True)):
            for m, measure in enumerate(SHOWN):
                for t, years in enumerate(reads[0].times):
                    row = found[:, t, g, m]
                    cells = ["" if not np.isfinite(x) else f"{x:.6g}" for x in row]
                    title = _safe(titles[name])
                    out.writerow(
                        [label, title, kind, _safe(group), measure, f"{years:.6g}", len(reads), *cells]
                    )
    return text.getvalue()


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def report(
    arms: Arms,
    folder: Path,
    *,
    others: Sequence[Scenario] = (),
    answers: Sequence[Answer] = (),
    workers: int,
    replicates: int,
    told: Callable[[Progress], None],
) -> Written:
    """Run plan and baseline under luck and under drawn assumptions, and write the brief.

    The same call again goes on where it was given up, and is done at once when all was run.

    Args:
        folder: of the visitor; each plan has a folder of its own there.
        others: plans to be compared with, on the same organisation and assumptions.
        answers: to questions that were asked of the plan; they stand in the full part as they were given.
        replicates: of luck; as many draws of the assumptions, and runs of the plan in each future.
        told: called with progress; what it raises ends the report.

    Raises:
        DeskError: there is no plan to report on.
    """
    from sim.report.brief import FUTURES, write_brief

    if not used(arms.plan):
        raise DeskError("nothing is planned yet, so there is nothing to report; move a lever first")
    sources = [arms.mine, arms.plan, *others]
    plan = make_plan(sources, replicates=replicates, seed=SEED)
    home = place_of_report(folder, fingerprint_of(plan.identity()))
    execute(plan, workers=workers, out=home, progress=told)
    return write_brief(
        home,
        plan=arms.plan.name,
        scenarios=sources,
        futures=min(replicates, FUTURES),
        workers=workers,
        progress=told,
        answers=answers,
    )
