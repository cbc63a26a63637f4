"""`ripple run` and `ripple compare`: from scenarios to a results folder, an end table and a page."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sim.cli.faults import SOME_FAILED, Stopped, announce_compiling, say
from sim.cli.options import experiment_options
from sim.cli.progress import Progress

if TYPE_CHECKING:
    from sim.experiments import Experiment
    from sim.experiments.plan import Plan


MEND: Final = "mend the cause, then give the same command with --retry-failed"


@dataclass(frozen=True, slots=True)
class Options:
    """The options that `run` and `compare` share; see `sim.cli.options`."""

    replicates: int | None
    precision: float | None
    seed: int | None
    workers: int | None
    overrides: tuple[str, ...]
    strict: bool
    uncertainty: str
    assumptions: str
    out: Path | None
    quiet: bool
    as_json: bool
    person_level: bool
    figures: bool
    retry_failed: bool


@click.command()
@click.argument("scenario", metavar="SCENARIO")
@experiment_options
def run(scenario: str, **options: Any) -> None:
    """Run one SCENARIO (a file or a bundled name) many times and write its page.

    \b
    Examples
      ripple run stars_align
      ripple run my_plan.toml --replicates 100 --set run.years=5
      ripple run stars_align --uncertainty luck --json
    """
    perform([scenario], Options(**options))


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO SCENARIO...")
@experiment_options
def compare(scenarios: tuple[str, ...], **options: Any) -> None:
    """Compare plans under the same luck and the same assumptions, and write the page.

    The first SCENARIO (a file or a bundled name) is the one that the others are compared with.  The same command
    again goes on where it was interrupted.

    \b
    Examples
      ripple compare from_the_top peer_groups_first
      ripple compare business_as_usual my_plan.toml --precision 0.02
      ripple compare compliance_only culture_for_all --set organization.people=1000 --out results/firm
    """
    if len(scenarios) < 2:
        raise click.UsageError(
            f"a comparison needs two scenarios or more; add one, for example business_as_usual, "
            f"or use: ripple run {scenarios[0]}"
        )
    perform(list(scenarios), Options(**options))


def perform(scenarios: list[str], options: Options) -> None:
    """Plan, run, write the page, show the end table; leave with 3 if some runs failed."""
    from sim.experiments import default_folder, execute, make_plan

    overrides = (*options.overrides, *(("organization.strict=true",) if options.strict else ()))
    silent = options.quiet or options.as_json
    plan = make_plan(
        scenarios,
        replicates=options.replicates,
        precision=options.precision,
        seed=options.seed,
        overrides=overrides,
        uncertainty=(options.uncertainty,),
        person_level=options.person_level,
        assumptions=options.assumptions,
    )
    folder = options.out if options.out is not None else default_folder(plan)
    if not options.quiet:
        announce_compiling()
    known = _nothing_to_run(folder, options.retry_failed)
    ready = _get_ready_to_draw()
    try:
        with Progress(quiet=silent) as progress:
            experiment = execute(
                plan,
                workers=options.workers,
                out=folder,
                progress=progress.told,
                retry_failed=options.retry_failed,
            )
    except KeyboardInterrupt as problem:
        text = str(problem) or f"interrupted; the same command again goes on from {folder}"
        raise Stopped(text) from None
    ready.join()
    if known and not silent:
        say(f"{folder} holds this experiment, finished; nothing was run again.")
    _tell(experiment, plan, options, scenarios)


def _get_ready_to_draw() -> threading.Thread:
    """Import what the page needs while the runs go on: they leave the interpreter free, and it takes a second."""
    thread = threading.Thread(target=_import_report, name="ripple-drawing", daemon=True)
    thread.start()
    return thread


def _import_report() -> None:
    with contextlib.suppress(Exception):  # whatever is wrong is said where the page is written
        import sim.report.page  # noqa: F401


def _nothing_to_run(folder: Path, retry_failed: bool) -> bool:
    from sim.experiments.store import read_manifest

    manifest = read_manifest(folder)
    return bool(manifest.get("finished")) and not (retry_failed and manifest.get("failed"))


def _tell(experiment: Experiment, plan: Plan, options: Options, scenarios: list[str]) -> None:
    runs = experiment.runs
    failed = int((runs["status"] != "ok").sum())
    names = {arm.name for arm in plan.arms}
    if set(runs.loc[runs["status"] == "ok", "scenario"]) != names:
        _nothing_to_tell(experiment, failed, options)
    from sim.cli import endtable
    from sim.report.build import findings
    from sim.report.page import write_page

    imported = any(arm.imported for arm in plan.arms)
    unlike = [arm.name for arm in plan.arms if arm.reference != plan.arms[0].reference]
    found = findings(experiment, [arm.resolved for arm in plan.arms], imported=imported, unlike=unlike)
    report = write_page(found, experiment.folder, figures=options.figures)
    if options.as_json:
        click.echo(
            json.dumps(endtable.as_data(found, experiment.folder, report), ensure_ascii=False, indent=1)
        )
    elif options.quiet:
        click.echo(report)
    else:
        # `ripple report` has to read the organisation's files again, and the scenarios as they were changed.
        again = [*scenarios, *(word for one in options.overrides for word in ("--set", one))]
        endtable.show(found, experiment.folder, report, again if imported else ())
    if failed:
        if options.quiet or options.as_json:
            say(f"ripple: {failed} of {len(runs)} runs failed; the column `reason` of runs.parquet says why")
        say(f"ripple: {MEND}")
        raise click.exceptions.Exit(SOME_FAILED)


def _nothing_to_tell(experiment: Experiment, failed: int, options: Options) -> None:
    """Every run of some scenario failed: say why, once."""
    runs = experiment.runs
    reasons = runs.loc[runs["status"] != "ok", "reason"].dropna().value_counts()
    if options.as_json:
        content = {
            "schema": 1,
            "folder": str(experiment.folder),
            "report": None,
            "runs": len(runs),
            "failed": failed,
            "reasons": [str(reason) for reason in reasons.index],
        }
        click.echo(json.dumps(content, ensure_ascii=False, indent=1))
    first = f" Most often: {reasons.index[0]}" if len(reasons) else ""
    say(f"ripple: {failed} of {len(runs)} runs failed, so there is nothing to compare.{first}")
    say(f"ripple: {MEND}")
    raise click.exceptions.Exit(SOME_FAILED)
