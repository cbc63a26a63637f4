"""Everything that `ripple validate` computes, in order, and what it writes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from sim._version import __version__
from sim.validation import extremes, limits_anchored, limits_spread, patterns, peers
from sim.validation.claims.check import FILE
from sim.validation.claims.check import check as claims_check
from sim.validation.page import Illustration, counted, markdown, page
from sim.validation.rows import HEADINGS, Check, Row, good, plain
from sim.validation.running import Told, clear, run_checks

CHECKS: Final = (
    Check("limits", "social influence", limits_anchored.anchored),
    Check("limits", "SIS", limits_spread.sis),
    Check("limits", "SISa", limits_spread.sisa),
    Check("limits", "Bass", limits_spread.bass_growth),
    Check("limits", "Granovetter", limits_spread.granovetter),
    Check("limits", "rings and tori", limits_spread.rings),
    Check("limits", "cascades", limits_spread.cascades),
    Check("limits", "cascade windows", limits_spread.windows),
    Check("limits", "long ties", limits_spread.long_ties),
    Check("limits", "skill", limits_anchored.skills),
    Check("limits", "turnover", limits_anchored.staying),
    Check("limits", "other libraries", peers.libraries),
    Check("limits", "agents beside the engine", peers.twins),
    Check("extremes", "extremes", extremes.extremes),
    Check("extremes", "length of the step", extremes.steps),
    Check("extremes", "symmetries", extremes.symmetries),
    Check("extremes", "books", extremes.books),
    Check("extremes", "a million people", extremes.million, slow=True, seconds=90.0),
    *patterns.CHECKS,
    claims_check(),
)
CLAIMS: Final = "claims"  # folder, beside the page, of the claims' runs, results and figures
Draw = Callable[[Path], Mapping[str, Illustration]]


def validate(
    *,
    quick: bool = False,
    headings: Sequence[str] = HEADINGS,
    checks: Sequence[Check] = CHECKS,
    workers: int = 1,
    folder: Path | None = None,
    told: Told | None = None,
) -> list[Row]:
    """Compute the rows of the page, in its order.

    Args:
        quick: fewer replicates and no million people: under two minutes rather than twenty.
        headings: which of `sim.validation.rows.HEADINGS`.
        checks: what to compute.
        workers: processes; with 1 everything happens in this one.
        folder: where finished checks are kept until all are, so that an interrupted call goes on; None to keep nothing.
        told: called with done, total and name before each check (after it, with several workers), and once at the end.

    Raises:
        ValueError: a heading that there is not, or no worker.
        KeyboardInterrupt: what was finished is kept in `folder`.
    """
    unknown = [name for name in headings if name not in HEADINGS]
    if unknown:
        raise ValueError(f"no heading is called {', '.join(unknown)}; there are {', '.join(HEADINGS)}")
    if workers < 1:
        raise ValueError(f"{workers} workers: give 1 or more")
    todo = [check for check in checks if check.heading in headings and not (quick and check.slow)]
    found = run_checks(todo, quick=quick, workers=workers, folder=folder, told=told)
    rows = [row for done in found for row in done.rows]
    if folder is not None:
        clear(folder)
    order = {name: place for place, name in enumerate(HEADINGS)}
    return sorted(rows, key=lambda row: order[row.heading])


def write(
    rows: Sequence[Row],
    folder: Path,
    *,
    quick: bool,
    seconds: float,
    figures: Mapping[str, Illustration] | None = None,
) -> tuple[Path, Path, Path]:
    """Write `validation.html`, `validation.md` and `validation.json` into a folder; returns their paths.

    Args:
        figures: by the first word of the row that they belong to.
    """
    effort = "a quick run" if quick else "a full run"
    about = f"Ripple {__version__}, {effort} of {seconds:.0f} seconds on {date.today().isoformat()}: {counted(rows)}."
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / f"validation.{kind}" for kind in ("html", "md", "json"))
    paths[0].write_text(page(rows, about, figures or {}), "utf-8")
    paths[1].write_text(markdown(rows, about, figures or {}), "utf-8")
    summary = {
        "schema": 1,
        "version": __version__,
        "quick": quick,
        "seconds": round(seconds, 1),
        "good": good(rows),
    }
    text = json.dumps({**summary, "rows": plain(rows)}, ensure_ascii=False, indent=1)
    paths[2].write_text(text + "\n", "utf-8")
    return paths[0], paths[1], paths[2]


def validate_to(
    folder: Path,
    *,
    quick: bool = False,
    headings: Sequence[str] = HEADINGS,
    workers: int = 1,
    told: Told | None = None,
    draw: Draw | None = None,
) -> list[Row]:
    """`validate`, written to a folder; interrupted, the same call goes on with the checks that were not finished.

    Args:
        draw: makes the figures of the claims from the folder of their results, which a higher room knows how to do.
    """
    started = time.monotonic()
    place = folder / CLAIMS
    checks = [claims_check(place) if check.heading == CLAIMS else check for check in CHECKS]
    rows = validate(quick=quick, headings=headings, checks=checks, workers=workers, folder=folder, told=told)
    tried = any(row.heading == CLAIMS for row in rows) and (place / FILE).is_file()
    figures = draw(place) if draw is not None and tried else {}
    write(rows, folder, quick=quick, seconds=time.monotonic() - started, figures=figures)
    return rows
