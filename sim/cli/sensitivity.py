"""`ripple sensitivity`: what the outcome, or the choice between plans, depends on."""

from __future__ import annotations

import json
import math
import shlex
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sim.cli import size as sizes
from sim.cli.faults import SOME_FAILED, Stopped, announce_compiling, say
from sim.cli.options import Share, with_options
from sim.cli.progress import Progress, logged
from sim.cli.size import Size
from sim.cli.sweep import tell
from sim.cli.sweepoptions import EXECUTION, FACTORS, MODEL, SEED

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.swept import Sweep
    from sim.report.sensitivity_page import Studied
    from sim.sensitivity.study import StudyPlan

SCHEMA: Final = 1
_POLICIES: Final = ("refuse", "drop", "impute-median")  # `treating.POLICIES`, not imported: --help stays fast
_SHOWN: Final = 8  # factors of the end table


@click.command()
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO...]")
@with_options(
    FACTORS,
    click.option("--study", metavar="NAME", help="A study file (bundled name or path) that says what is not said here."),
    click.option(
        "--method", metavar="NAME",
        help="sobol, morris, fast, rbd_fast, delta, pawn, dgsm, rsa or tornado; sobol, or morris for more than 20 "
        "factors, if left out.",
    ),
    click.option("--samples", type=click.IntRange(1), metavar="N", help="Base rows; as the method needs if left out."),
    click.option(
        "--replicates", type=click.IntRange(1, 1_000_000), metavar="R",
        help="Runs of each scenario at each point, each with its own luck; 8 if left out.",
    ),
    click.option("--first-order-only", is_flag=True, help="For sobol: leave out pairs, at half the runs."),
    SEED,
    click.option(
        "--luck", type=click.Choice(("common", "independent")),
        help="Whether replicate R has the same luck at every point; common if left out.",
    ),
    click.option(
        "--outputs", multiple=True, metavar="NAME",
        help="Outcomes to study (repeatable): share_end, cost, skill[level=manager]@1.5, share_practising@* for every "
        "quarter.",
    ),
    click.option(
        "--failed", "policy", type=click.Choice(_POLICIES), default="refuse", show_default=True,
        help="What to do about failed runs: refuse more than a few, drop what belongs to them, or impute the median.",
    ),
    click.option(
        "--confidence", type=Share(), default=0.95, show_default=True, metavar="P", help="Of the intervals."
    ),
    *MODEL,
    click.option(
        "--from", "stored", type=click.Path(path_type=Path), metavar="DIR",
        help="Analyse the sweep that is stored in DIR, its shards merged; nothing is run.",
    ),
    *EXECUTION,
    click.option("--figures", is_flag=True, help="Also write each figure of the page as SVG and PNG to DIR/figures."),
    click.option("--quiet", is_flag=True, help="Only the path of the page."),
)  # fmt: skip
def sensitivity(scenarios: tuple[str, ...], **options: Any) -> None:
    """Say what the outcome of a SCENARIO depends on; with two, what the choice between them depends on.

    Factors are varied over their ranges, every point is run many times, and chance is told from the factors.  The
    page says what matters most, how sure that is, and what it does not say.  The same command again goes on where it
    was interrupted; with more samples or replicates only what is missing is run.

    \b
    Examples
      ripple sensitivity stars_align --factors contagion,threshold,susceptibility,do_weight --samples 64
      ripple sensitivity from_the_top peer_groups_first --factors 'grade D' --method morris
      ripple sensitivity stars_align --factors levers --method tornado
      ripple sensitivity --study spread --dry-run
      ripple sensitivity --from results/stars_align-sweep-1a2b3c4d --method pawn
    """
    if options["stored"] is not None:
        _again(options)
        return
    from sim.sensitivity.study import plan_study

    if not scenarios and options["study"] is None and options["task"] == "simulation":
        raise click.UsageError(
            "name a scenario (a file or a bundled name), for example: ripple sensitivity stars_align --factors contagion,push"
        )
    plan = plan_study(
        scenarios, factors=options["factors"], study=options["study"], method=options["method"],
        samples=options["samples"], replicates=options["replicates"], outputs=options["outputs"],
        overrides=options["overrides"], luck=options["luck"], seed=options["seed"],
        second_order=not options["first_order_only"], task=options["task"], offsets=options["offsets"],
    )  # fmt: skip
    silent = options["quiet"] or options["as_json"]
    for name, reason in [] if silent else plan.left_out:
        say(f"{name} is left out: {reason}")
    size = sizes.size_of(plan.sweep, options["workers"], timed=options["dry_run"])
    if options["dry_run"]:
        _tell_size(size, plan, out=options["out"], as_json=options["as_json"])
        return
    sizes.ask(size, yes=options["yes"])
    made = _run(plan, options)
    if options["shard"] is not None:
        tell(made, options, then="ripple sensitivity --from")
        return
    _finish(made, plan, options)


def _again(options: dict[str, Any]) -> None:
    from sim.experiments.swept import open_sweep

    _finish(open_sweep(options["stored"]), None, options)


def _run(plan: StudyPlan, options: dict[str, Any]) -> Sweep:
    from sim.sensitivity.study import carry_out

    silent = options["quiet"] or options["as_json"]
    if not options["quiet"] and plan.sweep.task == "simulation":
        announce_compiling()
    try:
        with Progress(quiet=silent) as progress:
            return carry_out(
                plan, workers=options["workers"], dask=options["dask"], out=options["out"],
                progress=logged(progress.told, options["log"]), shard=options["shard"],
                retry_failed=options["retry_failed"],
            )  # fmt: skip
    except KeyboardInterrupt as problem:
        raise Stopped(str(problem) or "interrupted; the same command again goes on") from None


def _finish(made: Sweep, plan: StudyPlan | None, options: dict[str, Any]) -> None:
    """Analyse, write the page, tell; leave with 3 if some runs failed."""
    from sim.report.sensitivity_build import studied
    from sim.report.sensitivity_page import write_sensitivity
    from sim.sensitivity.study import analyse_study

    result = analyse_study(
        made, method=options["method"] if plan is None else None, policy=options["policy"],
        confidence=options["confidence"],
    )  # fmt: skip
    found = studied(
        made, result, title=plan.title if plan else "", question=plan.question if plan else "",
        left_out=plan.left_out if plan else (), command=f"ripple {shlex.join(sys.argv[1:])}",
    )  # fmt: skip
    folder = options["out"] if plan is None and options["out"] is not None else made.folder
    folder.mkdir(parents=True, exist_ok=True)
    report = write_sensitivity(found, folder, figures=options["figures"])
    if options["as_json"]:
        click.echo(json.dumps(as_data(found, made, report), ensure_ascii=False, indent=1))
    elif options["quiet"]:
        click.echo(report)
    else:
        show(found, report, folder)
    if made.failed:
        say(f"ripple: {made.failed} of {made.manifest.get('runs')} runs failed; the column `reason` says why")
        raise click.exceptions.Exit(SOME_FAILED)


def show(found: Studied, report: Path, folder: Path) -> None:
    """The answer and the leading factors on standard output."""
    from sim.report.sensitivity_telling import answer

    click.echo()
    for number, line in enumerate(answer(found)):
        text = textwrap.fill(line, 100)
        click.echo(click.style(text, bold=True) if number == 0 and sys.stdout.isatty() else text)
    click.echo()
    for output in found.outputs[:2]:
        _table(found, output)
    click.echo(f"Page     {report}")
    click.echo(f"Tables   {folder / 'sensitivity'}, {folder / 'runs.parquet'}")


def _table(found: Studied, output: str) -> None:
    from sim.report.sensitivity_page import at_end, leading_index
    from sim.report.sensitivity_words import index_text

    index = leading_index(found)
    rows = at_end(found.result.indices, output)
    rows = rows[rows["index"] == index].sort_values("rank", kind="stable").head(_SHOWN)
    if not len(rows):
        return
    if not rows["value"].notna().any():
        click.echo(
            textwrap.fill(f"{found.words(output)}: nothing to say, it does not vary with the factors", 100)
            + "\n"
        )
        return
    click.echo(textwrap.fill(f"{found.words(output)} ({index})", 100))
    width = max(len(str(factor)) for factor in rows["factor"])
    for row in rows.to_dict("records"):
        value, low, high = (index_text(index, float(row[key]), output) for key in ("value", "low", "high"))
        span = "" if low == "–" else f"({low} to {high})"
        click.echo(f"  {row['factor']:<{width}}  {value:>9}  {span}".rstrip())
    click.echo()


def as_data(found: Studied, made: Sweep, report: Path) -> dict[str, Any]:
    """The same as plain data, for `--json`."""
    from sim.report.sensitivity_telling import answer

    result = found.result
    return {
        "schema": SCHEMA,
        "kind": "sensitivity",
        "version": found.version,
        "sweep": found.fingerprint,
        "folder": str(made.folder),
        "report": str(report),
        "method": result.method,
        "seed": found.seed,
        "scenarios": made.names,
        "points": int(made.plan["design"]["points"]),
        "replicates": made.replicates,
        "runs": made.manifest.get("runs"),
        "failed": made.failed,
        "policy": result.meta.get("policy"),
        "confidence": result.meta.get("confidence"),
        "headline": answer(found),
        "indices": _records(result.indices),
        "variance": _records(result.variance),
        "verdicts": _records(result.verdicts),
        "outputs": _records(result.outputs),
        "notes": _records(result.notes),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain data; JSON knows neither NaN nor NumPy."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _tell_size(size: Size, plan: StudyPlan, *, out: Path | None, as_json: bool) -> None:
    from sim.experiments.sweeping import default_sweep_folder
    from sim.sensitivity.methods import METHODS

    folder = out or default_sweep_folder(plan.sweep)
    if as_json:
        study = {"method": plan.method, "samples": plan.samples, "factors": [f.path for f in plan.factors]}
        data = {"schema": SCHEMA, **study, **sizes.as_data(size, plan.sweep, folder)}
        click.echo(json.dumps(data, indent=1))
        return
    method = METHODS[plan.method]
    click.echo(f"{method.title}: {method.answers}")
    click.echo(
        f"{len(plan.factors)} factors, {plan.samples} samples: {size.points:,} points × {size.scenarios} scenario"
        f"{'s' if size.scenarios > 1 else ''} × {size.replicates} replicates = {size.runs:,} runs"
    )
    click.echo("\n".join(sizes.lines(size, plan.sweep, folder)))
    if size.seconds:
        click.echo(
            f"What an hour here would hold: {_an_hour(size.seconds / size.runs, size.scenarios, plan)}"
        )


def _an_hour(seconds_a_run: float, scenarios: int, plan: StudyPlan) -> str:
    """The method and size that an hour would hold, with the reason; or that it would hold none."""
    from sim.sensitivity.advice import advise, in_words
    from sim.sensitivity.errors import SensitivityError

    try:
        found = advise(plan.factors, seconds=3600.0, seconds_per_run=seconds_a_run, scenarios=scenarios)
    except SensitivityError as problem:
        return str(problem)
    best = found.estimate
    options = f"--method {best.method} --samples {best.samples} --replicates {best.replicates}"
    return f"{found.reason}\n  {in_words(best)}: {options}"
