"""`ripple sweep`: scenarios at many points, a row a run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sim.cli import size as sizes
from sim.cli.faults import SOME_FAILED, Stopped, announce_compiling, say
from sim.cli.options import with_options
from sim.cli.progress import Progress, logged
from sim.cli.size import Size
from sim.cli.sweepoptions import EXECUTION, FACTORS, MODEL, SEED

if TYPE_CHECKING:
    from sim.experiments.design_table import Design
    from sim.experiments.sweep_plan import SweepPlan
    from sim.experiments.swept import Sweep

SCHEMA: Final = 1


@click.command()
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO...]")
@with_options(
    click.option(
        "--design", "design_file", type=click.Path(path_type=Path), metavar="FILE",
        help="Points to run: a CSV (or Parquet) with a column a path, as --set names it, and a line a point.",
    ),
    FACTORS,
    click.option(
        "--method", default="sobol_sequence", show_default=True, metavar="NAME",
        help="How points are spread over the factors: sobol_sequence, latin, factorial, or the sampler of an analysis "
        "(sobol, morris, fast ...).",
    ),
    click.option("--samples", type=click.IntRange(1), metavar="N", help="How many (levels a factor for factorial)."),
    click.option(
        "--replicates", type=click.IntRange(1, 1_000_000), default=8, show_default=True, metavar="R",
        help="Runs of each scenario at each point, each with its own luck.",
    ),
    SEED,
    click.option(
        "--luck", type=click.Choice(("common", "independent")), default="common", show_default=True,
        help="Whether replicate R has the same luck at every point.",
    ),
    click.option(
        "--outputs", multiple=True, metavar="NAME",
        help="What is kept of a run (repeatable): share_end, share_practising@2, skill[level=manager]@1.5, "
        "share_practising@* for every quarter; all stored outcomes if left out.",
    ),
    click.option(
        "--store", "extra", multiple=True, type=click.Choice(("series", "events")),
        help="Store these tables too (large).",
    ),
    *MODEL,
    *EXECUTION,
    click.option("--quiet", is_flag=True, help="Only the results folder."),
)  # fmt: skip
def sweep(scenarios: tuple[str, ...], **options: Any) -> None:
    """Run SCENARIOs (files or bundled names) at many points, a stored row a run.

    Points come from a file (--design) or are spread over factors (--factors).  The same command again goes on where
    it was interrupted; with more replicates, or a longer design, only what is missing is run.  One failing run is a
    row with its reason, never the end.

    \b
    Examples
      ripple sweep from_the_top --factors contagion --factors push --samples 256
      ripple sweep business_as_usual my_plan.toml --design points.csv --replicates 16
      ripple sweep stars_align --factors 'grade D' --samples 1024 --dry-run
      ripple sweep stars_align --factors levers --method latin --samples 500 --shard 3/8
    """
    _checked(scenarios, options)
    from sim.experiments.sweep_plan import make_sweep

    design = _design(scenarios, options)
    plan = make_sweep(
        scenarios, design, replicates=options["replicates"], seed=options["seed"], luck=options["luck"],
        task=options["task"], outputs=options["outputs"], overrides=options["overrides"], extra=options["extra"],
        offsets=options["offsets"],
    )  # fmt: skip
    size = sizes.size_of(plan, options["workers"], timed=options["dry_run"])
    if options["dry_run"]:
        _tell_size(size, plan, out=options["out"], as_json=options["as_json"])
        return
    sizes.ask(size, yes=options["yes"])
    _perform(plan, options)


def _checked(scenarios: tuple[str, ...], options: dict[str, Any]) -> None:
    simulated = options["task"] == "simulation"
    if simulated and not scenarios:
        raise click.UsageError(
            "name a scenario (a file or a bundled name), for example: ripple sweep stars_align"
        )
    if (options["design_file"] is None) == (not options["factors"]):
        raise click.UsageError(
            "say what to run: a file of points (--design points.csv), or factors (--factors contagion --samples 256)"
        )
    if options["dask"] is not None and options["workers"] is not None and options["dask"] != "local":
        raise click.UsageError("--workers is for this machine; a Dask cluster has the workers that it has")


def _design(scenarios: tuple[str, ...], options: dict[str, Any]) -> Design:
    from sim.experiments.design_table import Design

    if options["design_file"] is not None:
        return Design.read(options["design_file"])
    from sim.sensitivity.choosing import choose
    from sim.sensitivity.designs import make_design

    if not scenarios:
        raise click.UsageError("factors are chosen for a scenario; give --design for a task of your own")
    from sim.scenario import load

    scenario = load(scenarios[0], overrides=options["overrides"])
    chosen = choose(options["factors"], scenario)
    for name, reason in chosen.left_out:
        say(f"{name} is left out: {reason}")
    seed = 1 if options["seed"] is None else options["seed"]
    return make_design(chosen.factors, options["method"], options["samples"], seed=seed)


def _tell_size(size: Size, plan: SweepPlan, *, out: Path | None, as_json: bool) -> None:
    from sim.experiments.sweeping import default_sweep_folder

    folder = out or default_sweep_folder(plan)
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, **sizes.as_data(size, plan, folder)}, indent=1))
        return
    scenarios = f"{size.scenarios} scenario{'s' if size.scenarios > 1 else ''}"
    click.echo(f"{size.points:,} points, {scenarios}, {size.replicates} replicates: {size.runs:,} runs")
    click.echo("\n".join(sizes.lines(size, plan, folder)))


def _perform(plan: SweepPlan, options: dict[str, Any]) -> None:
    from sim.experiments.sweeping import execute_sweep

    silent = options["quiet"] or options["as_json"]
    if not options["quiet"] and plan.task == "simulation":
        announce_compiling()
    try:
        with Progress(quiet=silent) as progress:
            made = execute_sweep(
                plan, workers=options["workers"], dask=options["dask"], out=options["out"],
                progress=logged(progress.told, options["log"]), shard=options["shard"],
                retry_failed=options["retry_failed"],
            )  # fmt: skip
    except KeyboardInterrupt as problem:
        raise Stopped(str(problem) or "interrupted; the same command again goes on") from None
    tell(made, options)


def tell(made: Sweep, options: dict[str, Any], *, then: str = "") -> None:
    """What was made, as the options ask for it; leaves with 3 where runs failed.

    Args:
        then: the command that a merged folder is made for, where shards are not all that is asked for.
    """
    if options["as_json"]:
        click.echo(json.dumps(as_data(made), ensure_ascii=False, indent=1))
    elif options["quiet"]:
        click.echo(made.folder)
    elif options["shard"] is not None:
        i, n = options["shard"]
        click.echo(f"Shard {i} of {n} is done. When all are: {merging(made)}")
        if then:
            click.echo(f"and then: {then} {_whole(made.folder)}")
        click.echo(f"Tables   {made.folder}")
    else:
        show(made)
    if made.failed:
        where = "the column `reason` says why" if made.finished else "ripple results merge says why"
        say(f"ripple: {made.failed} of {made.manifest.get('runs')} runs failed; {where}")
        raise click.exceptions.Exit(SOME_FAILED)


def merging(made: Sweep) -> str:
    """The command that puts a shard together with the others."""
    beside = ".shard-" in made.folder.name
    return f"ripple results merge {_whole(made.folder)}" if beside else "ripple results merge OUT SHARD..."


def _whole(folder: Path) -> str:
    """The folder of the whole that a shard is beside, as one types it."""
    return shlex.quote(str(folder.with_name(folder.name.rpartition(".shard-")[0])))


def show(made: Sweep) -> None:
    """A sweep in a few lines: size, and the mean and spread of its first outputs."""
    click.echo(
        f"{made.plan['design']['points']:,} points × {made.replicates} replicates of {' and '.join(made.names)}"
    )
    rows = summary(made)[:12]
    for row in rows:
        name = f"{row['scenario']}: {row['output']}" if len(made.names) > 1 else row["output"]
        click.echo(f"  {name:<44} {_spread(row)}")
    points = int(made.plan["design"]["points"])
    if points > 1 and rows and all(row["mean"] is None or row["low"] == row["high"] for row in rows):
        click.echo("Nothing differs between the points: what was varied changes nothing here.")
    usual = made.manifest.get("usual", {})
    for arm, found in usual.items():
        if isinstance(found, dict) and "error_in_share" in found:
            text = "holds" if found["used"] else "was too rough, so every point was searched"
            click.echo(
                f"Business as usual of {arm}: the fitted offset {text} (error {found['error_in_share']:.4f} of the share)"
            )
    if made.failed:
        for reason, count in made.failures().head(3).itertuples(index=False):
            click.echo(f"  {count} runs failed: {reason}")
        click.echo("  Mend the cause, then give the command of the sweep again with --retry-failed.")
    click.echo(f"Tables   {made.folder}")


def _spread(row: Mapping[str, Any]) -> str:
    """Mean and spread of one output, in its own unit."""
    from sim.report.sensitivity_words import value_text

    if row["mean"] is None:
        return "never"
    output = str(row["output"])
    change = output.endswith("_change")
    mean, low, high = (value_text(output, float(row[key]), change=change) for key in ("mean", "low", "high"))
    return f"mean {mean}, nine points in ten {low} to {high}"


def summary(made: Sweep) -> list[dict[str, Any]]:
    """Mean over runs, and 5th and 95th percentile of the points' means, of each scenario and output."""
    import warnings

    import numpy as np

    first = [name for name in ("share_end", "share_change", "skill_end", "cost") if name in made.outputs]
    names = first or made.outputs
    rows = []
    for scenario in made.names:
        for output in names:
            values = made.values(output, scenario)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # a point without a single value
                means = np.nanmean(values, axis=1)
            means = means[np.isfinite(means)]
            low, high = np.quantile(means, [0.05, 0.95]) if len(means) else (None, None)
            rows.append(
                {
                    "scenario": scenario, "output": output,
                    "mean": float(means.mean()) if len(means) else None,
                    "low": None if low is None else float(low), "high": None if high is None else float(high),
                    "undefined": int(np.isnan(values).sum()),
                }
            )  # fmt: skip
    return rows


def as_data(made: Sweep) -> dict[str, Any]:
    """The same as plain data, for `--json`."""
    whole = made.finished
    return {
        "schema": SCHEMA,
        "kind": "sweep",
        "folder": str(made.folder),
        "finished": whole,
        "shard": made.manifest.get("shard"),
        "shard_finished": made.shard is not None,
        "scenarios": made.names,
        "points": made.plan["design"]["points"],
        "replicates": made.replicates,
        "runs": made.manifest.get("runs"),
        "failed": made.failed,
        "reasons": made.failures().to_dict("records") if whole and made.failed else [],
        "seed": made.plan["seed"],
        "usual": made.manifest.get("usual"),
        "outputs": summary(made) if whole else [],
    }
