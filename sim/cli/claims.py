"""`ripple claims`: what the sources say of learning cultures, on trial."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.faults import SOME_FAILED, BadInput, say
from sim.cli.options import Folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.validation.claims import Claim, Trial


@click.command()
@click.argument("ids", nargs=-1, metavar="[CLAIM]...")
@click.option(
    "--quick", is_flag=True, help="A few draws, no other structures: seconds. Verdicts are marked quick."
)
@click.option(
    "--out",
    type=Folder(path_type=Path, file_okay=False),
    default=Path("results/claims"),
    show_default=True,
    metavar="DIR",
    help="Where runs, verdicts and figures go; the same command again goes on from there.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes; all processors if left out.")
@click.option(
    "--from",
    "kept",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Draw and write from a kept claims.json instead of running.",
)
@click.option(
    "--docs",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Also renew the generated part of DIR/claims.md and the figures beside it.",
)
@click.option("--quiet", is_flag=True, help="Only the path of the verdicts.")
def claims(
    ids: tuple[str, ...],
    quick: bool,
    out: Path,
    workers: int | None,
    kept: Path | None,
    docs: Path | None,
    quiet: bool,
) -> None:
    """Put claims on trial: T1 to T16 from the sources, C10 and C25 from the literature; all where none is named.

    Each is run under many draws of the parameters, under other structures, and in the region where it is false.
    Leaves with 3 where a claim could not be judged.

    \b
    Examples
      ripple claims --quick
      ripple claims T2 T3 --out top_or_peers
    """
    from sim.validation.claims import load_claims
    from sim.validation.claims.check import FILE, read, try_and_keep

    wanted = load_claims(ids)
    if docs is not None and ids:
        raise BadInput("--docs renews the whole document; leave the names of claims out")
    if kept is None:
        shown = _Told(silent=quiet)
        made = try_and_keep(wanted, out, quick=quick, told=shown, workers=workers)
        kept = out / FILE
    else:
        try:
            made = read(kept)
        except ValueError as problem:
            raise BadInput(str(problem)) from None
        there = {one.claim for one in made.outcomes}
        wanted = [claim for claim in wanted if claim.id in there]
    _write(wanted, made, out, docs)
    if docs is not None and kept.resolve() != (docs / "figures" / "claims" / FILE).resolve():
        (docs / "figures" / "claims" / FILE).write_bytes(kept.read_bytes())
    path = out / "claims.md"
    click.echo(str(path) if quiet else _table(wanted, made) + f"\nThe verdicts: {path}")
    if any(one.judgement is None for one in made.outcomes):
        raise click.exceptions.Exit(SOME_FAILED)


def _write(wanted: Sequence[Claim], made: Trial, out: Path, docs: Path | None) -> None:
    from sim.report.canvas import write_whole
    from sim.report.claims import claim_figures, overview
    from sim.validation.claims.telling import document, verdicts

    drawings = [*claim_figures(wanted, made).values(), overview(wanted, made)]
    out.mkdir(parents=True, exist_ok=True)
    places = [out / "figures"]
    text = "# Claims on trial\n\n![All claims](figures/claims.svg)\n\n" + verdicts(
        wanted, made, figures="figures"
    )
    write_whole(out / "claims.md", (text + "\n").encode())
    if docs is not None:
        page = docs / "claims.md"
        places.append(docs / "figures" / "claims")
        try:
            renewed = document(page.read_text("utf-8"), wanted, made)
        except (OSError, ValueError) as problem:
            raise BadInput(f"{page}: {problem}") from None
        write_whole(page, renewed.encode())
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        for one in drawings:
            write_whole(place / f"{one.key}.svg", one.svg_file())


def _table(wanted: Sequence[Claim], made: Trial) -> str:
    from sim.validation.claims.check import held

    lines = []
    for claim in wanted:
        outcome = made.of(claim.id)
        main = next(one for one in outcome.found if one.kind == "main")
        verdict = outcome.judgement.words if outcome.judgement else f"no verdict: {outcome.problem}"
        lines.append(f"{claim.id:>4}  {claim.title}\n      {verdict}; {held(main)}")
    mark = ["A quick run: few draws, no other structures."] if made.effort == "quick" else []
    return "\n".join([*mark, *lines])


class _Told:
    """Says on standard error which world is being run."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent
        self._started = time.monotonic()

    def __call__(self, done: int, total: int, name: str) -> None:
        if not self._silent and done < total:
            say(f"{done + 1} of {total}: {name} ({time.monotonic() - self._started:.0f} s)")
