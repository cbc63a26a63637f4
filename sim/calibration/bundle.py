"""P4: a sustained bundle grows like an S, in years."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.calibration.cases import THREADS, Case, simulations
from sim.calibration.rows import Row, judged, reported
from sim.engine.blueprint import blueprint
from sim.engine.run import Simulation
from sim.scenario import Resolved

YEARS = 6.0
SWEPT = 0.5
_WINDOW = 0.25  # years over which the mean curve is smoothed
_WIDE = 0.5  # years over which one run's curve is smoothed

Floats = npt.NDArray[np.float64]


def curves(
    resolved: Resolved, offset: float, count: int, *, years: float = YEARS, threads: int = THREADS
) -> Floats:
    """Share practising by step under a sustained plan, shape (replicates, steps)."""

    def look(simulation: Simulation) -> Floats:
        simulation.advance(simulation.burn + simulation.resolved.steps)
        return simulation.world.share.copy()

    plan = blueprint(replace(resolved, years=years))
    return np.stack(simulations(plan, look, offset=offset, count=count, threads=threads, record_every=10**6))


def smoothed(curve: Floats, window: int) -> Floats:
    """Centred moving average whose window narrows evenly towards the ends, shape as given (last axis is time).

    An even window leaves straight lines straight, so smoothing bends nothing at the ends.
    """
    n = curve.shape[-1]
    at = np.arange(n)
    half = np.minimum(max(window // 2, 0), np.minimum(at, n - 1 - at))
    total = np.cumsum(np.concatenate([np.zeros((*curve.shape[:-1], 1)), curve], axis=-1), axis=-1)
    averaged: Floats = (total[..., at + half + 1] - total[..., at - half]) / (2 * half + 1)
    return averaged


@dataclass(frozen=True, slots=True)
class Growth:
    """The shape of a curve of growth.

    Attributes:
        start, end: share at the start and over the last half-year.
        steepest: year of the steepest point; rise: years from 10 to 90 % of the final gain (NaN without gain).
    """

    start: float
    end: float
    steepest: float
    rise: float


def growth(curve: Floats, start: float, dt: float) -> Growth:
    """Describe a mean curve that starts from `start` with steps of `dt` years."""
    smooth = smoothed(np.concatenate([[start], curve]), round(_WINDOW / dt))
    end = float(curve[-max(round(0.5 / dt), 1) :].mean())
    lag = max(round(_WINDOW / dt), 1)
    slope = smooth[lag:] - smooth[:-lag]
    steepest = (int(np.argmax(slope)) + 0.5 * lag) * dt
    if end - start < 0.001:  # no gain, no rise
        return Growth(start, end, steepest, float("nan"))
    low, high = (int(np.argmax(smooth >= start + part * (end - start))) * dt for part in (0.1, 0.9))
    return Growth(start, end, steepest, high - low)


def convex_at_first(curve: Floats, start: float, dt: float) -> bool:
    """Whether a run's curve lies below its chord on the way to half of its gain.

    Smoothed over half a year, and judged by the mean over the whole way, so that everyday noise does not decide.
    """
    smooth = smoothed(np.concatenate([[start], curve]), round(_WIDE / dt))
    end = float(smooth[-max(round(_WIDE / dt), 1) :].mean())
    reached = int(np.argmax(smooth >= start + 0.5 * (end - start)))
    if reached < 2:
        return False
    chord = np.linspace(smooth[0], smooth[reached], reached + 1)
    return bool((smooth[: reached + 1] - chord).mean() < 0.0)


def sustained(case: Case, *, count: int = 40, threads: int = THREADS) -> list[Row]:
    """P4 on one organisation: the bundle "when the stars align", kept up for six years."""
    found = curves(case.bundle, case.offset, count, threads=threads)
    dt = case.bundle.dt
    start = float(found[:, : round(0.1 / dt)].mean())
    shape = growth(found.mean(axis=0), start, dt)
    swept = found[:, -1] > SWEPT
    at_years = {year: found[:, round(year / dt) - 1] for year in (0.5, 1.0, 2.0, 3.0, 6.0)}
    detail = "mean share " + ", ".join(f"{runs.mean():.2f} at {year:g} y" for year, runs in at_years.items())
    worst = (
        max(float(runs.std(ddof=1)) for runs in at_years.values()) / np.sqrt(count)
        if count > 1
        else float("nan")
    )
    detail += f"; standard errors at most {worst:.3f}"
    rows = [
        judged("P4", case.name, "steepest point of the mean curve, years", shape.steepest, 0.25, 2.0, detail),
        judged("P4", case.name, "10 to 90 % of the final gain, years", shape.rise, 1.0, 3.0),
        reported("P4", case.name, "runs swept at 6 years", float(swept.mean()), f"of {count}"),
    ]
    bent = [convex_at_first(run, start, dt) for run in found[swept]]
    share = float(np.mean(bent)) if bent else float("nan")
    rows.insert(
        2,
        judged(
            "P4", case.name, "swept runs that are convex at first", share, 0.80, 1.0, f"of {len(bent)} swept"
        ),
    )
    return rows
