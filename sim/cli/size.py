"""What a sweep will take, said before it is taken."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from sim.cli.faults import BadInput

if TYPE_CHECKING:
    from sim.experiments.sweep_plan import SweepPlan

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


def lines(size: Size, plan: SweepPlan, folder: object) -> list[str]:
    """What there is to say of time and place; the caller says what is run."""
    said = []
    if size.usual_runs:
        said.append(
            f"and about {size.usual_runs:,} runs of business as usual to keep it steady ({plan.offsets})"
        )
    if size.seconds is not None:
        said.append(f"about {span(size.seconds)} here")
    return [*said, f"about {max(size.megabytes, 0.1):,.1f} MB in {folder}"]


def as_data(size: Size, plan: SweepPlan, folder: object) -> dict[str, Any]:
    """The same as plain data, for `--json`."""
    return {
        "points": size.points, "scenarios": size.scenarios, "replicates": size.replicates, "runs": size.runs,
        "usual_runs": size.usual_runs, "seconds": None if size.seconds is None else round(size.seconds, 1),
        "megabytes": round(size.megabytes, 1), "offsets": plan.offsets, "folder": str(folder),
    }  # fmt: skip


def span(seconds: float) -> str:
    """So long, in words."""
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def ask(size: Size, *, yes: bool) -> None:
    """Ask before much is stored.

    Raises:
        BadInput: nobody is there to ask.
        click.Abort: the answer is no.
    """
    if size.megabytes <= ASK_ABOVE or yes:
        return
    text = f"This sweep will store about {size.megabytes / 1000:,.0f} GB ({size.runs:,} runs)."
    if not sys.stdin.isatty():
        raise BadInput(f"{text} Give --yes if that is meant, or keep fewer --outputs.")
    click.confirm(f"{text} Go on?", abort=True, err=True)
