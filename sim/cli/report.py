"""`ripple report`: a stored comparison or decision as a brief on one page, for whoever has to decide."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import click

from sim.cli.faults import BadInput, Stopped, announce_compiling
from sim.cli.options import DAY
from sim.cli.progress import Progress


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO...]")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="PATH=VALUE",
    help="What was changed in the SCENARIOs named here, as it was given to compare (repeatable).",
)
@click.option("--plan", metavar="NAME", help="Which plan; the one that ends highest if left out.")
@click.option("--begins", type=DAY, help="The day the plan starts, for dates in the calendar.")
@click.option(
    "--futures",
    type=click.IntRange(0, 10_000),
    default=40,
    show_default=True,
    metavar="N",
    help="Pairs of runs made again in each setback, at most; 0 to try none.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    metavar="W",
    help="How many runs at once; all cores if left out.",
)
@click.option("--json", "as_json", is_flag=True, help="The fields of the brief as one JSON object.")
@click.option("--quiet", is_flag=True, help="Only the path of the page; no progress.")
def report(
    folder: Path,
    scenarios: tuple[str, ...],
    overrides: tuple[str, ...],
    plan: str | None,
    begins: datetime.date | None,
    futures: int,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the brief of DIR: one page to print, then all that it stands on, in one file.

    DIR holds a comparison (ripple compare) or the answer to a question about plans (ripple decide ... --out DIR).
    What the brief needs and DIR lacks is run and kept in DIR/brief: a baseline, and the plan in setbacks.  Where the
    organisation comes from files, name the SCENARIO again.

    \b
    Examples
      ripple report results/business_as_usual-vs-my_plan-1a2b3c4d --begins 2027-01-01
      ripple report results/budget --futures 0
    """
    from sim.experiments import ExperimentInterrupted
    from sim.report.brief import write_brief
    from sim.scenario import load

    if overrides and not scenarios:
        raise click.UsageError("--set changes scenarios that are named here; name them after DIR")
    given = [load(one, overrides=overrides) for one in scenarios]
    _check_scenarios(folder, {scenario.name for scenario in given})
    if not quiet:
        announce_compiling()
    try:
        with Progress(quiet=quiet or as_json) as progress:
            written = write_brief(
                folder, plan=plan, scenarios=given, begins=begins,
                futures=futures, workers=workers, progress=progress.told,
            )  # fmt: skip
    except (KeyboardInterrupt, ExperimentInterrupted):
        raise Stopped(
            f"interrupted; what was finished is kept in {folder}: give the same command again"
        ) from None
    if as_json:
        click.echo(json.dumps(written.brief.as_data(), ensure_ascii=False, indent=1))
    elif quiet:
        click.echo(written.html)
    else:
        click.echo(f"Brief    {written.html}")
        click.echo(f"Fields   {written.data}")
        click.echo(f"Tables   {written.workbook}")
        click.echo(f"Promises {written.promises}")
        click.echo(f"Figures  {len(written.figures)} files in {written.figures[0].parent}")
        for remark in written.brief.remarks:
            click.echo(f"Remark   {remark}")


def _check_scenarios(folder: Path, given: set[str]) -> None:
    """A comparison keeps its scenarios; somebody may have deleted them."""
    from sim.experiments.store import read_plan

    if not (folder / "plan.json").is_file() or (folder / "scenarios").is_dir():
        return
    names = [str(row["name"]) for row in read_plan(folder)["scenarios"]]
    if not set(names) <= given:
        raise BadInput(
            f"{folder} lacks its folder scenarios, which kept what was run; name all of them again "
            f"(ripple report {folder} {' '.join(names)}), or delete {folder} and give its command again"
        )
