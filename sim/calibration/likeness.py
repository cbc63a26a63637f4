"""P9a and P10: how alike team mates and contacts are, how stable people and ties are, at business as usual."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.calibration.cases import REAL_SETS, SEED, THREADS, Case, simulations, to_year
from sim.calibration.rows import Row, cannot, judged
from sim.calibration.training import stayed
from sim.engine.blueprint import blueprint
from sim.engine.layout import L_E, TENURE, VACANT, Y_E, World
from sim.engine.run import Simulation
from sim.organization.luck import Luck
from sim.organization.measures import correlation
from sim.organization.people import INFORMAL
from sim.scenario import Resolved
from sim.theory.channels import COMMUNITY, PEERS

RELIABILITY = 0.7  # of an observed attitude score
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


def intraclass(values: Floats, group: Ints) -> float:
    """ICC(1) by one-way analysis of variance with unequal groups; groups of one do not count; NaN if undefined."""
    names, code, size = np.unique(group, return_inverse=True, return_counts=True)
    keep = size[code] > 1
    values, code = values[keep], code[keep]
    if len(values) < 3:
        return float("nan")
    sizes = np.bincount(code, minlength=len(names)).astype(float)
    used = sizes > 0
    k = int(used.sum())
    n = len(values)
    if k < 2 or n <= k:
        return float("nan")
    means = np.bincount(code, weights=values, minlength=len(names)) / np.where(used, sizes, 1.0)
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (k - 1)
    within = float(((values - means[code]) ** 2).sum()) / (n - k)
    typical = (n - float((sizes**2).sum()) / n) / (k - 1)
    total = between + (typical - 1.0) * within
    return (between - within) / total if total > 0.0 else float("nan")


def morans_i(values: Floats, hearer: Ints, source: Ints) -> float:
    """Moran's I over ties, each hearer's contacts weighted alike and summing to 1; NaN if undefined."""
    if not len(hearer):
        return float("nan")
    centred = values - values.mean()
    degree = np.bincount(hearer, minlength=len(values))
    weight = 1.0 / degree[hearer]
    total = float(weight.sum())
    variance = float((centred**2).mean())
    if variance <= 0.0:
        return float("nan")
    return float((weight * centred[hearer] * centred[source]).sum()) / total / variance


def observed(level: Floats, replicate: int) -> Floats:
    """Levels as a survey of the stated reliability would see them: true score and error, shape as given."""
    noise = Luck(SEED, f"survey {replicate}").normal(len(level))
    seen: Floats = level + noise * level.std() * np.sqrt(1.0 / RELIABILITY - 1.0)
    return seen


def contacts(world: World) -> tuple[Ints, Ints]:
    """Arcs (hearer, source) of peers and of informal ties on any layer that exist now, each once."""
    n = len(world.manager)
    found = []
    for layer in range(world.active.shape[1]):
        for i in range(n):
            first = world.start[i, layer]
            slots = np.arange(first, first + world.active[i, layer])
            if layer != PEERS:
                pair = world.pair[slots]
                slots = slots[(pair >= 0) & (world.pair_programme[np.maximum(pair, 0)] < 0)]
            found.append(i * np.int64(n) + world.source[slots])
    code = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
    return (code // n).astype(np.int32), (code % n).astype(np.int32)


def likeness(case: Case, *, count: int = 40, threads: int = THREADS) -> list[Row]:
    """P9a on one organisation: ICC(1) by team and Moran's I of observed enthusiasm at time 0, means over draws."""

    def look(simulation: Simulation) -> tuple[float, float]:
        to_year(simulation, 0.0)
        world = simulation.world
        here = ((world.flags & VACANT) == 0) & (world.level != COMMUNITY)
        seen = observed(world.trait[:, L_E] + world.state[:, Y_E], simulation.replicate)
        hearer, source = contacts(world)
        both = here[hearer] & here[source]
        place = np.cumsum(here) - 1
        moran = morans_i(
            seen[here], place[hearer[both]].astype(np.int32), place[source[both]].astype(np.int32)
        )
        return intraclass(seen[here], world.team[here]), moran

    plan = blueprint(replace(case.usual, years=1.0))
    found = np.array(
        simulations(plan, look, offset=case.offset, count=count, threads=threads, record_every=10**6)
    )
    icc, moran = np.nanmean(found, axis=0)
    spread = np.nanstd(found, axis=0)
    return [
        judged(
            "P9a",
            case.name,
            "ICC(1) of observed enthusiasm by team",
            float(icc),
            0.02,
            0.25,
            f"between draws {spread[0]:.3f}",
        ),
        judged(
            "P9a",
            case.name,
            "Moran's I of observed enthusiasm on peers and informal ties",
            float(moran),
            0.03,
            0.20,
            f"between draws {spread[1]:.3f}",
        ),
    ]


@dataclass(frozen=True, slots=True)
class Stability:
    """How steady people and ties are.

    Attributes:
        rank_order: correlation of ℓ(t) and ℓ(t + 3) among stayers; stayers: how many.
        ties_kept: share of informal ties that exist a year on; ties: how many there were.
    """

    rank_order: float
    ties_kept: float
    stayers: int
    ties: int


def stability(resolved: Resolved, offset: float, count: int, *, threads: int = THREADS) -> Stability:
    """Correlation of usual-scale enthusiasm over three years among stayers, and informal ties kept over one.

    Correlations of single runs are averaged with the number of their stayers; ℓ is the log-odds level.
    """

    def look(simulation: Simulation) -> tuple[float, float, float, float]:
        to_year(simulation, 0.0)
        world = simulation.world
        level = world.trait[:, L_E] + world.state[:, Y_E]
        tenure = world.state[:, TENURE].copy()
        present = ((world.flags & VACANT) == 0) & (world.level != COMMUNITY)
        on = (world.pair_on == 1) & (world.pair_programme < 0)
        to_year(simulation, 1.0)
        kept = float((on & (world.pair_on == 1)).sum())
        to_year(simulation, 3.0)
        same = present & stayed(tenure, simulation, 3.0)
        now = world.trait[:, L_E] + world.state[:, Y_E]
        return correlation(level[same], now[same]), float(same.sum()), kept, float(on.sum())

    plan = blueprint(replace(resolved, years=3.0))
    found = np.array(simulations(plan, look, offset=offset, count=count, threads=threads, record_every=10**6))
    good = np.isfinite(found[:, 0])
    weight = found[good, 1]
    rank = float((found[good, 0] * weight).sum() / weight.sum()) if weight.sum() > 0 else float("nan")
    ties = float(found[:, 3].sum())
    return Stability(
        rank, float(found[:, 2].sum()) / ties if ties else float("nan"), int(found[:, 1].sum()), int(ties)
    )


def steadiness(case: Case, *, count: int = 40, threads: int = THREADS) -> list[Row]:
    """P10 on one organisation; the part on ties only where it has informal ties to replace those that end."""
    found = stability(case.usual, case.offset, count, threads=threads)
    rows = [
        judged(
            "P10",
            case.name,
            "correlation of enthusiasm with itself three years on",
            found.rank_order,
            0.82,
            0.86,
            f"{found.stayers} stayers",
        )
    ]
    table = case.usual.organization.ties
    known = REAL_SETS.get(case.name)
    if known is not None and not known.ties:
        rows.append(cannot("P10", case.name, "informal ties that exist a year on: its ties are generated"))
    elif bool(((table.kind == INFORMAL) & ~table.active).any()):
        rows.append(
            judged(
                "P10",
                case.name,
                "informal ties that exist a year on",
                found.ties_kept,
                0.40,
                0.75,
                f"{found.ties} ties",
            )
        )
    return rows
