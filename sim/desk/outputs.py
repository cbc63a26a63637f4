"""What can be carried away: the scenario file, a table, and the report, made by the same code as the commands make it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.decisions.plans import NOTHING, used
from sim.desk.answering import SEED, Prepared
from sim.desk.bands import QUANTILES, SHOWN
from sim.desk.errors import DeskError
from sim.desk.view import Arms
from sim.experiments import Progress, execute, make_plan
from sim.experiments.plan import fingerprint_of
from sim.scenario import Scenario

WRITTEN: Final = {
    "page": ("brief.html", "text/html"),
    "tables": ("brief.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
BASELINE: Final = "my_baseline"  # doing nothing, where a question asks for a plan
ARMS: Final = {"default": "default baseline", "mine": "my baseline", "plan": "plan"}
_NAMES: Final = ("low90", "low50", "median", "high50", "high90")


def table(three: Mapping[str, Prepared], titles: Mapping[str, str]) -> str:
    """The curves as CSV: a row an arm, group, measure and time; shares and levels on 0–1, years."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["arm", "title", "kind", "group", "measure", "years", "runs", *_NAMES])
    for name, label in ARMS.items():
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
    workers: int,
    replicates: int,
    told: Callable[[Progress], None],
) -> Path:
    """Run plan and baseline under luck and under drawn assumptions, and write the brief; the page.

    The same call again goes on where it was given up, and is done at once when all was run.

    Args:
        folder: of the visitor; each plan has a folder of its own there.
        replicates: of luck; as many draws of the assumptions, and runs of the plan in each future.
        told: called with progress; what it raises ends the report.

    Raises:
        DeskError: there is no plan to report on.
    """
    from sim.report.brief import FUTURES, write_brief

    if not used(arms.plan):
        raise DeskError("nothing is planned yet, so there is nothing to report; move a lever first")
    sources = [arms.mine, arms.plan]
    plan = make_plan(sources, replicates=replicates, seed=SEED)
    home = folder / "reports" / fingerprint_of(plan.identity())
    execute(plan, workers=workers, out=home, progress=told)
    return write_brief(
        home,
        plan=arms.plan.name,
        scenarios=sources,
        futures=min(replicates, FUTURES),
        workers=workers,
        progress=told,
    ).html


def asked(tool: str, arms: Arms, others: list[Any], simulator: Any, options: Mapping[str, Any]) -> Any:
    """The answer of a tool of `sim.decisions` for the plan of the page.

    Raises:
        DeskError, DecisionError: no such tool, or a plan that it cannot be asked of.
    """
    from sim import decisions

    if not used(arms.plan):
        raise DeskError("nothing is planned yet, so there is nothing to ask; move a lever first")
    if tool == "regret":
        return decisions.regret_table([arms.plan, *others], evaluate=simulator, replicates=12)
    if tool == "contribution":
        return decisions.contributions(arms.plan, evaluate=simulator, replicates=12, orders=12, exact_up_to=5)
    if tool == "last":
        return decisions.does_it_last(arms.plan, evaluate=simulator, replicates=12)
    if tool == "dies":
        return decisions.where_it_dies(arms.plan, evaluate=simulator, replicates=12)
    if tool == "flip":
        if options.get("others") and not others:
            raise DeskError("the saved plan is this plan as it is now; choose another one to hold it against")
        rival = others[0] if others else arms.mine.model_copy(update={"name": BASELINE})
        return decisions.flip_points(
            rival, arms.plan, vary=str(options.get("vary", "")), evaluate=simulator, replicates=12
        )
    raise DeskError(f"there is no question called {tool[:20]!r}")


def with_titles(text: str, plans: Sequence[Scenario]) -> str:
    """A sentence of a tool with the titles of plans in the place of their short names."""
    for plan in plans:
        text = text.replace(f"'{plan.name}'", f"“{plan.title}”")
    for name in (NOTHING, BASELINE):
        text = text.replace(f"'{name}'", "doing nothing")
    return text
