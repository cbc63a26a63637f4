"""The kept search for defaults: a Latin hypercube over the ridge, then rounds drawn closer around the best points.

θ, n, β and κ form one ridge, and what a plan does hangs on a handful more; single values are not identified, so
the whole bank of points is kept, and every default is taken from one not-implausible point of it.  Only fitted and
input patterns are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import exp, log
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import qmc

from sim.calibration.bundle import convex_at_first, curves, growth
from sim.calibration.cases import THREADS, Case, case
from sim.calibration.likeness import stability
from sim.calibration.tipping import NEAR, others_share
from sim.calibration.training import still_using
from sim.engine.world import surveyed_share
from sim.parameters import REGISTER, record
from sim.scenario.schema import OrganizationForm

Floats = npt.NDArray[np.float64]

# Name, lowest, highest, whether on a log scale: within the register's range, narrower where a first look said so.
FACTORS: Final[tuple[tuple[str, float, float, bool], ...]] = (
    ("threshold", 0.45, 0.70, False),
    ("steepness", 4.0, 8.0, False),
    ("contagion", 12.0, 40.0, False),
    ("mixing", 0.0, 10.0, False),
    ("prior_contacts", 1.0, 2.0, False),
    ("threshold_spread", 0.0, 0.15, False),
    ("weight_authority", 0.3, 0.5, False),
    ("weight_peers", 0.3, 0.5, False),
    ("protection", 0.6, 1.0, False),
    ("relaxation", 0.6, 1.0, False),
    ("g_enthusiasm", 0.6, 1.6, False),
    ("g_safety", 0.5, 1.3, False),
    ("between_within", 0.5, 0.8, False),
    ("a_practice", 0.0, 0.6, False),
    ("encouragement", 0.0, 0.5, False),
    ("safety_spread", 0.6, 0.9, False),
    ("enthusiasm_noise", 0.2, 0.35, False),
    ("enthusiasm_spread", 0.6, 0.9, False),
    ("conduct_spread", 0.1, 0.4, False),
    ("conduct_halflife", 0.45, 1.3, True),
    ("push", 0.9, 1.6, False),
    ("leader_hours", 4.0, 8.0, False),
    ("pushback_share", 0.15, 0.35, False),
)

# Found by hand on the way to the defaults; the search starts from these beside the hypercube.  The first is the
# register as it is; the others are how far one comes without a visible norm, and with a weaker one.
_HAND: Final[tuple[dict[str, float], ...]] = (
    {},
    {"mixing": 0.0, "weight_peers": 0.5, "threshold": 0.55},
    {"mixing": 5.0, "threshold": 0.58, "contagion": 35.0, "weight_authority": 0.35, "prior_contacts": 1.5},
)

COMMITTED: Final = (0.05, 0.10, 0.15, 0.20, 0.30, 0.40)

# Outcome, its range, and the scale of a miss (half the range's width and a discrepancy of the model).
TARGETS: Final[dict[str, tuple[float, float, float]]] = {
    "drift": (-0.01, 0.01, 0.01),
    "critical": (0.10, 0.38, 0.05),
    "near_at_half": (0.88, 1.0, 0.10),
    "steepest": (0.25, 1.9, 0.25),
    "rise": (1.0, 2.9, 0.4),
    "convex": (0.85, 1.0, 0.1),
    "swept": (0.9, 1.0, 0.3),
    "using_0": (0.58, 0.66, 0.03),
    "using_6": (0.40, 0.48, 0.03),
    "using_12": (0.30, 0.38, 0.03),
    "rank_order": (0.825, 0.855, 0.01),
    "ties_kept": (0.42, 0.73, 0.05),
}
OUTCOMES: Final = tuple(TARGETS)


def crossing(shares: tuple[float, ...], values: Floats, level: float) -> float:
    """Where values rising over shares first pass a level, linear between them; 2 × the last share if never."""
    for k, value in enumerate(values):
        if value >= level:
            if k == 0:
                return float(shares[0] * level / value) if value > 0.0 else float(shares[0])
            before = values[k - 1]
            return float(shares[k - 1] + (shares[k] - shares[k - 1]) * (level - before) / (value - before))
    return 2.0 * shares[-1]


def outcomes(one: Case, *, count: int = 12, threads: int = THREADS) -> dict[str, float]:
    """What the fitted patterns look at, cheaply, on one organisation at one point."""
    usual, offset = one.usual, one.offset
    target = surveyed_share(usual, record(usual.parameters)[0])
    others = np.stack([others_share(usual, offset, c, count, threads=threads)[:, 0] for c in COMMITTED])
    critical = crossing(COMMITTED, (others > 0.5).mean(axis=1), 0.5)
    calm = others_share(usual, offset, 0.0, 2 * count, threads=threads)[:, 0]
    near = [float((np.abs(values - target) <= NEAR).mean()) for values in (calm, *others)]
    found = curves(one.bundle, offset, count, threads=threads)
    dt = one.bundle.dt
    form = growth(found.mean(axis=0), target, dt)
    swept = found[:, -1] > 0.5
    bent = [convex_at_first(run, target, dt) for run in found[swept]]
    using = still_using(usual, offset, count, threads=threads)
    steady = stability(usual, offset, max(count // 2, 4), threads=threads)
    values = {
        "drift": float(calm.mean()) - target,
        "critical": critical,
        "near_at_half": float(np.interp(critical / 2.0, (0.0, *COMMITTED), near)),
        "steepest": form.steepest,
        "rise": form.rise,
        "convex": float(np.mean(bent)) if bent else 0.0,
        "swept": float(swept.mean()),
        "using_0": float(using[0]),
        "using_6": float(using[1]),
        "using_12": float(using[2]),
        "rank_order": steady.rank_order,
        "ties_kept": steady.ties_kept,
        "offset": offset,
    }
    values |= {f"others_{c:g}": float(share) for c, share in zip(COMMITTED, others.mean(axis=1))}
    values |= {
        f"bundle_{year:g}": float(found[:, round(year / dt) - 1].mean()) for year in (0.5, 1.0, 2.0, 3.0, 6.0)
    }
    return values


def misses(found: Mapping[str, float]) -> dict[str, float]:
    """By outcome: how far outside its range it is, in units of its scale; 0 inside; 9 where undefined."""
    wide = {}
    for name, (low, high, scale) in TARGETS.items():
        value = found[name]
        outside = max(low - value, value - high, 0.0)
        wide[name] = outside / scale if np.isfinite(value) else 9.0
    return wide


def implausibility(found: Mapping[str, float]) -> float:
    """Root mean square of the misses plus the largest of them: 0 where every pattern is inside."""
    values = np.minimum(np.array(list(misses(found).values())), 9.0)
    return float(np.sqrt((values**2).mean()) + values.max())


def to_values(unit: Floats) -> dict[str, float]:
    """Parameters of a point in the unit cube, in the order of `FACTORS`."""
    values = {}
    for u, (name, low, high, logarithmic) in zip(unit, FACTORS):
        values[name] = exp(log(low) + u * (log(high) - log(low))) if logarithmic else low + u * (high - low)
    return values


def to_unit(values: Mapping[str, float]) -> Floats:
    """The inverse of `to_values`; other parameters are ignored, missing ones at their default, clipped to the cube."""
    unit = np.empty(len(FACTORS))
    for k, (name, low, high, logarithmic) in enumerate(FACTORS):
        value = values.get(name, REGISTER[name].default)
        unit[k] = log(value / low) / log(high / low) if logarithmic else (value - low) / (high - low)
    return np.clip(unit, 0.0, 1.0)


def evaluate(
    values: Mapping[str, float], *, people: int = 250, count: int = 12, threads: int = THREADS
) -> dict[str, float]:
    """Parameters, outcomes, misses and implausibility of one point, as a row of the bank."""
    one = case(
        f"generated {people}",
        OrganizationForm(people=people),
        parameters=values,
        runs=32,
        rounds=3,
        threads=threads,
    )
    found = outcomes(one, count=count, threads=threads)
    worst = {f"miss_{name}": miss for name, miss in misses(found).items()}
    return {
        **values,
        **found,
        **worst,
        "implausibility": implausibility(found),
        "people": float(people),
        "count": float(count),
    }


def search(
    *,
    budget: int = 100,
    people: int = 250,
    count: int = 12,
    seed: int = 1,
    rounds: int = 3,
    out: Path | None = None,
    threads: int = THREADS,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Try `budget` points and keep them all.

    The first round is a Latin hypercube with the register's defaults as its first point; each later round draws
    around the best eighth of the bank with half the width of the round before.

    Args:
        people, count: size of the generated organisation and replicates a quantity.
        out: folder of `bank.parquet`; a bank that is there is taken on, around its best points at once.
    """
    say = progress or (lambda line: None)
    path = out / "bank.parquet" if out is not None else None
    rows: list[dict[str, float]] = []
    if path is not None and path.is_file():
        rows = pd.read_parquet(path).to_dict("records")  # type: ignore[assignment]
    per_round = -(-budget // rounds)
    rng = np.random.default_rng(seed + len(rows))
    done = 0
    later = 1 if rows else 0
    for round_ in range(later, rounds + later):
        points = _draw(rng, rows, round_, min(per_round, budget - done))
        for unit in points:
            rows.append(evaluate(to_values(unit), people=people, count=count, threads=threads))
            done += 1
            best = min(row["implausibility"] for row in rows)
            say(f"{done} of {budget}: implausibility {rows[-1]['implausibility']:.2f}, best {best:.2f}")
            if path is not None and (done % 10 == 0 or done == budget):
                path.parent.mkdir(parents=True, exist_ok=True)
                partial = path.with_suffix(".tmp")
                pd.DataFrame(rows).to_parquet(partial)
                partial.replace(path)
    return pd.DataFrame(rows)


def _draw(rng: np.random.Generator, rows: list[dict[str, float]], round_: int, size: int) -> list[Floats]:
    if size <= 0:
        return []
    if round_ == 0:
        cube = (
            qmc.LatinHypercube(len(FACTORS), rng=rng).random(size)
            if size > 1
            else np.empty((0, len(FACTORS)))
        )
        first = [to_unit(values) for values in _HAND] if not rows else []
        return [*first, *cube][:size]
    ranked = sorted(rows, key=lambda row: row["implausibility"])
    parents = [to_unit(row) for row in ranked[: max(4, len(ranked) // 8)]]
    width = 0.25 * 0.5**round_
    picks = rng.integers(len(parents), size=size)
    moved = []
    for pick in picks:
        # Where a step leaves the cube it is reflected at the wall.
        point = parents[pick] + width * rng.standard_normal(len(FACTORS))
        moved.append(
            np.clip(np.where(point < 0.0, -point, np.where(point > 1.0, 2.0 - point, point)), 0.0, 1.0)
        )
    return moved
