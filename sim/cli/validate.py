"""`ripple validate`: is the model what it says it is?"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.faults import SOME_FAILED, Stopped
from sim.cli.options import Folder

if TYPE_CHECKING:
    from sim.validation.page import Illustration

_HEADINGS = ("limits", "extremes", "patterns", "claims")  # `rows.HEADINGS`, not imported: --help stays fast


@click.command()
@click.option(
    "--quick", is_flag=True, help="Fewer runs and no million people: under two minutes, not twenty."
)
@click.option(
    "--only",
    "headings",
    multiple=True,
    type=click.Choice(_HEADINGS),
    help="Some of the headings (repeatable); all if left out.",
)
@click.option(
    "--out",
    type=Folder(path_type=Path, file_okay=False),
    default=Path("results/validation"),
    show_default=True,
    metavar="DIR",
    help="Where the page goes.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="W",
    help="Checks at a time; one a core if left out.",
)
@click.option("--quiet", is_flag=True, help="Only the path of the page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output and nothing else.")
def validate(
    quick: bool, headings: tuple[str, ...], out: Path, workers: int | None, quiet: bool, as_json: bool
) -> None:
    """Hold the model to what is known exactly and to what was measured, and write one page.

    Leaves with 0 where limits, extremes and fitted patterns are as they should be, with 3 where some are not.
    Held-out patterns show their verdicts, whatever they are.  Interrupted, the same command goes on with the checks that
    were not finished.

    \b
    Examples
      ripple validate --quick
      ripple validate --only limits --out trust
    """
    from sim.experiments.workers import usable_processors
    from sim.validation.rows import FAIL, OUTSIDE, TITLES, good, unwelcome
    from sim.validation.validate import validate_to

    show = _Told(silent=quiet or as_json)
    try:
        rows = validate_to(
            out,
            quick=quick,
            headings=headings or _HEADINGS,
            workers=workers or usable_processors(),
            told=show,
            draw=_drawn,
        )
    except KeyboardInterrupt:
        again = f"interrupted; the same command again goes on with what is not finished in {out}"
        raise Stopped(again) from None
    path = out / "validation.html"
    if as_json:
        click.echo((out / "validation.json").read_text("utf-8").rstrip("\n"))
    elif quiet:
        click.echo(str(path))
    else:
        for heading in _HEADINGS:
            mine = [row for row in rows if row.heading == heading]
            if mine:
                bad = [row for row in mine if row.verdict in (FAIL, OUTSIDE)]
                click.echo(f"{TITLES[heading]}: {len(mine) - len(bad)} of {len(mine)} rows as expected")
                for text in unwelcome(bad):
                    click.echo(f"  {text}")
        click.echo(f"The page: {path}")
    if not good(rows):
        raise click.exceptions.Exit(SOME_FAILED)


def _drawn(folder: Path) -> Mapping[str, Illustration]:
    """Figures of the claims, from the folder of their results; also written there, for the page in Markdown."""
    from sim.report.canvas import write_whole
    from sim.report.claims import claim_figures
    from sim.validation.claims import load_claims
    from sim.validation.claims.check import FILE, read
    from sim.validation.page import Illustration

    made = {}
    place = folder / "figures"
    place.mkdir(exist_ok=True)
    for key, one in claim_figures(load_claims(), read(folder / FILE)).items():
        write_whole(place / f"{key}.svg", one.svg_file())
        made[key] = Illustration(one.title, one.caption, one.svg, f"{folder.name}/figures/{key}.svg")
    return made


class _Told:
    """Says on standard error what is being computed."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent
        self._started = time.monotonic()

    def __call__(self, done: int, total: int, name: str) -> None:
        if self._silent or done == total:
            return
        seconds = time.monotonic() - self._started
        click.echo(f"{done} of {total} ({seconds:.0f} s): {name}", err=True)
        sys.stderr.flush()
