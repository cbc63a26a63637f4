"""`ripple sweep`: scenarios at many points, a row a run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sim.cli.faults import SOME_FAILED, BadInput, Stopped, announce_compiling, say
from sim.cli.progress import Progress

if TYPE_CHECKING:
    from sim.experiments.design_table import Design
    from sim.experiments.sweep_plan import SweepPlan
    from sim.experiments.swept import Sweep

SCHEMA: Final = 1
ASK_ABOVE: Final = 10_000.0  # megabytes
_BYTES_A_CELL: Final = 6.0  # of a stored number, compressed
_BYTES_A_SERIES_ROW: Final = 40.0


@dataclass(frozen=True, slots=True)
class Size:
    """What a sweep will take.

    Attributes:
        points, scenarios, replicates, runs: how many.
        usual_runs: runs of business as usual that make it stationary, about.
        seconds: about, with so many workers; None for a task of one's own.
        megabytes: on disk, about.
    """

    points: int
    scenarios: int
    replicates: int
    runs: int
    usual_runs: int
    seconds: float | None
    megabytes: float


class Shard(click.ParamType):  # type: ignore[type-arg]
    """ "3/8": the third of eight parts."""

    name = "i/n"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Both numbers, or a usage error that quotes what was found."""
        if isinstance(value, tuple):
            return value
        first, slash, second = str(value).partition("/")
        if not (slash and first.isdecimal() and second.isdecimal()) or not 1 <= int(first) <= int(second):
            self.fail(f"'{value}' is not i/n with i from 1 to n, for example 3/8", param, ctx)
        return int(first), int(second)


_OPTIONS: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--design", "design_file", type=click.Path(path_type=Path), metavar="FILE",
        help="Points to run: a CSV (or Parquet) with a column a path, as --set names it, and a line a point.",
    ),
    click.option(
        "--factors", multiple=True, metavar="WHAT",
        help="What varies, chosen by name, pattern, tag or range: contagion, 'grade D', levers, structure, "
        "'parameters.push=0.6..1.8', or a study file (repeatable).",
    ),
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
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="S", help="Which luck (and which points)."),
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
    click.option(
        "--set", "overrides", multiple=True, metavar="PATH=VALUE",
        help="Change one place of every scenario first (repeatable).",
    ),
    click.option(
        "--offsets", type=click.Choice(("auto", "emulate", "search", "default")), default="auto", show_default=True,
        help="How business as usual is kept steady at each point: from a fitted function, by a short search, or as "
        "without the points.",
    ),
    click.option(
        "--task", default="simulation", metavar="MODULE:FUNCTION", help="Run this function of a point instead."
    ),
    click.option("--workers", type=click.IntRange(1, 1024), metavar="W", help="Processes; all cores if left out."),
    click.option(
        "--dask", metavar="ADDRESS", help="Use the workers of this Dask scheduler, or 'local' for a cluster here."
    ),
    click.option("--shard", type=Shard(), help="Make the i-th of n parts only; see: ripple results merge."),
    click.option("--retry-failed", is_flag=True, help="Make failed runs again, and nothing else."),
    click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Results folder."),
    click.option("--log", type=click.Path(path_type=Path), metavar="FILE", help="Also write what happens to FILE."),
    click.option("--dry-run", is_flag=True, help="Say how many runs, seconds and megabytes, and stop."),
    click.option("--yes", is_flag=True, help="Do not ask before a sweep of more than 10 GB."),
    click.option("--quiet", is_flag=True, help="Only the results folder."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output and nothing else."),
)  # fmt: skip


def _options(function: Any) -> Any:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command()
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO...]")
@_options
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
    size = size_of(plan, options["workers"], timed=options["dry_run"])
    if options["dry_run"]:
        _tell_size(size, plan, out=options["out"], as_json=options["as_json"])
        return
    _ask(size, yes=options["yes"])
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
    return make_design(chosen.factors, options["method"], options["samples"], seed=options["seed"] or 1)


def size_of(plan: SweepPlan, workers: int | None, *, timed: bool) -> Size:
    """What a sweep will take; with `timed`, one run is made to see."""
    from sim.experiments.usual import pilot_runs, pilot_size
    from sim.experiments.usual_plan import acting_columns
    from sim.experiments.workers import usable_processors

    cells = len(plan.schemas()["runs"])
    megabytes = plan.rows * cells * _BYTES_A_CELL / 1e6
    usual = 0
    seconds: float | None = None
    made = [arm.resolved for arm in plan.arms if arm.resolved is not None]
    if made:
        people = made[0].organization.n
        columns = acting_columns(plan.arms[0], plan.design)
        if plan.offsets == "emulate":
            usual = pilot_runs(people) * (2 * pilot_size(len(columns)) + 3 * 32)
        elif plan.offsets == "search":
            usual = plan.design.n_points * pilot_runs(people)
        if "series" in plan.extra:
            groups = 10 + len(made[0].organization.department_names)
            megabytes += plan.rows * groups * 13 * max(one.years for one in made) * _BYTES_A_SERIES_ROW / 1e6
        if timed:
            each, a_week = _time_a_run(plan)
            total = plan.rows * each + usual * 260 * people * a_week
            seconds = total / (workers or usable_processors())
    return Size(plan.design.n_points, len(plan.arms), plan.replicates, plan.rows, usual, seconds, megabytes)


def _time_a_run(plan: SweepPlan) -> tuple[float, float]:
    """Seconds of a run, over the scenarios, and of a person's week; the first run, which may compile, is not counted."""
    from sim.engine.blueprint import blueprint
    from sim.engine.run import run

    seconds = weeks = 0.0
    for arm in plan.arms:
        assert arm.resolved is not None
        drawing = blueprint(arm.resolved)
        run(drawing, seed=plan.seed, events=True)
        began = time.perf_counter()
        run(drawing, seed=plan.seed, replicate=1, events=True)
        seconds += time.perf_counter() - began
        weeks += arm.resolved.organization.n * (arm.resolved.steps + arm.resolved.burn_steps)
    return seconds / len(plan.arms), seconds / weeks


def _tell_size(size: Size, plan: SweepPlan, *, out: Path | None, as_json: bool) -> None:
    from sim.experiments.sweeping import default_sweep_folder

    folder = out or default_sweep_folder(plan)

    if as_json:
        click.echo(
            json.dumps(
                {
                    "schema": SCHEMA, "points": size.points, "scenarios": size.scenarios,
                    "replicates": size.replicates, "runs": size.runs, "usual_runs": size.usual_runs,
                    "seconds": None if size.seconds is None else round(size.seconds, 1),
                    "megabytes": round(size.megabytes, 1), "offsets": plan.offsets, "folder": str(folder),
                },
                indent=1,
            )
        )  # fmt: skip
        return
    scenarios = f"{size.scenarios} scenario{'s' if size.scenarios > 1 else ''}"
    click.echo(f"{size.points:,} points, {scenarios}, {size.replicates} replicates: {size.runs:,} runs")
    if size.usual_runs:
        click.echo(
            f"and about {size.usual_runs:,} runs of business as usual to keep it steady ({plan.offsets})"
        )
    if size.seconds is not None:
        click.echo(f"about {_span(size.seconds)} here")
    click.echo(f"about {max(size.megabytes, 0.1):,.1f} MB in {folder}")


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def _ask(size: Size, *, yes: bool) -> None:
    if size.megabytes <= ASK_ABOVE or yes:
        return
    import sys

    text = f"This sweep will store about {size.megabytes / 1000:,.0f} GB ({size.runs:,} runs)."
    if not sys.stdin.isatty():
        raise BadInput(f"{text} Give --yes if that is meant, or keep fewer --outputs.")
    click.confirm(f"{text} Go on?", abort=True, err=True)


def _perform(plan: SweepPlan, options: dict[str, Any]) -> None:
    from sim.experiments.sweeping import execute_sweep

    silent = options["quiet"] or options["as_json"]
    if not options["quiet"] and plan.task == "simulation":
        announce_compiling()
    try:
        with Progress(quiet=silent) as progress:
            made = execute_sweep(
                plan, workers=options["workers"], dask=options["dask"], out=options["out"],
                progress=_both(progress.told, options["log"]), shard=options["shard"],
                retry_failed=options["retry_failed"],
            )  # fmt: skip
    except KeyboardInterrupt as problem:
        raise Stopped(str(problem) or "interrupted; the same command again goes on") from None
    _tell(made, plan, options)


def _both(told: Any, log: Path | None) -> Any:
    """Progress to the screen and, at most once a second and at every new stage, to a file."""
    if log is None:
        return told
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
    except OSError as problem:
        raise BadInput(f"--log {log}: {problem.strerror or problem}; give another file") from None
    last: list[Any] = [0.0, ""]

    def both(now: Any) -> None:
        told(now)
        at = time.monotonic()
        if now.stage == last[1] and at - last[0] < 1.0 and now.done < now.total:
            return
        last[:] = [at, now.stage]
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "stage": now.stage, "done": now.done,
            "total": now.total, "failed": now.failed, "seconds": round(now.seconds, 1),
        }  # fmt: skip
        with open(log, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    return both


def _tell(made: Sweep, plan: SweepPlan, options: dict[str, Any]) -> None:
    failed = made.failed
    if options["as_json"]:
        click.echo(json.dumps(as_data(made), ensure_ascii=False, indent=1))
    elif options["quiet"]:
        click.echo(made.folder)
    elif options["shard"] is not None:
        i, n = options["shard"]
        click.echo(f"Shard {i} of {n} is done. When all are: ripple results merge {_whole(made.folder)}")
        click.echo(f"Tables   {made.folder}")
    else:
        show(made)
    if failed:
        if not options["shard"] or made.finished:
            say(f"ripple: {failed} of {made.manifest.get('runs')} runs failed; the column `reason` says why")
        raise click.exceptions.Exit(SOME_FAILED)


def _whole(folder: Path) -> Path:
    return folder.with_name(folder.name.rpartition(".shard-")[0])


def show(made: Sweep) -> None:
    """A sweep in a few lines: size, and the mean and spread of its first outputs."""
    click.echo(
        f"{made.plan['design']['points']:,} points × {made.replicates} replicates of {' and '.join(made.names)}"
    )
    for row in summary(made)[:12]:
        name = f"{row['scenario']}: {row['output']}" if len(made.names) > 1 else row["output"]
        if row["mean"] is None:
            click.echo(f"  {name:<44} never")
        else:
            click.echo(
                f"  {name:<44} mean {row['mean']:.4g}, between points {row['low']:.4g} to {row['high']:.4g} (90 %)"
            )
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
        click.echo("  Mend the cause, then give the same command with --retry-failed.")
    click.echo(f"Tables   {made.folder}")


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
