"""Make business as usual stationary: one scalar offset on spontaneous adoption, the same in every arm.

Spontaneous adoption α and usual company C̄ are first computed as if contacts were independent; they are not, so the
mean share would drift.  Business as usual is run, and the offset moved by the log-odds gap between the mean share
over years 2–5 and the surveyed share, until the gap is small.  One to three updates suffice.

Many organisations or parameters, as in draws and sweeps, cannot afford that search each.  `offset_near` starts from
a neighbour's offset with a few runs and believes them as far as their noise allows.  `INERT` parameters change
nothing at business as usual, so points that differ only in those share one offset.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, nan, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.compiled import CACHE
from sim.engine.run import Simulation
from sim.engine.world import surveyed_share
from sim.parameters import defaults, record
from sim.scenario.resolved import Resolved, Start
from sim.theory.scales import logit

SEED = 20_250_101  # luck of the runs that set the offset: never that of an experiment
_FIRST, _LAST = 2.0, 5.0
_SLOPE: Final = (
    0.7  # log-odds of the mean share per unit of offset: about .6 to .8 over the register's ranges
)
_PRIOR: Final = 0.28  # spread of offsets over the register's ranges (300 people, all parameters drawn)

# Nothing at business as usual depends on these: what programmes do and cost, and what is made of the outcome.  Skill and
# memory are not among them: felt progress hands them on to practice.  `tests/test_sweep_usual.py` moves each one.
INERT: Final = frozenset({
    "push", "pushback_share", "pushback_strength", "g_try", "leader_hours", "a_overload", "facilitator_hours",
    "capacity_lever", "sponsor_persistence", "gain_formal", "g_transfer", "codification_platform", "measure_error",
    "practice_hours", "wage", "b_productivity_skill", "b_productivity_enthusiasm",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offset:
    """Where the search for stationarity ended.

    Attributes:
        value: log factor on spontaneous adoption.
        share: mean share practising over years 2–5 in the last round, target: the surveyed share.
        error: standard error of `share`; rounds: updates made.
    """

    value: float
    share: float
    target: float
    error: float
    rounds: int

    @property
    def settled(self) -> bool:
        """Whether the mean share is within .005 of the surveyed one, or within two standard errors where those are wider."""
        return abs(self.share - self.target) <= max(0.005, 2.0 * self.error)


def business_as_usual(resolved: Resolved) -> Resolved:
    """The same organisation and parameters with nothing done differently."""
    return replace(
        resolved,
        programmes=(),
        disturbances=(),
        seedings=(),
        start=Start(),
        years=_LAST,
        steps_per_year=52,
        burn_in=0.0,
    )


def _usual_values(resolved: Resolved) -> dict[str, float]:
    """Defaults of the inert parameters; none where the terms are not centred on the usual, so that all may act."""
    if resolved.responses.get("centring", "usual") != "usual":
        return {}
    usual = defaults()
    return {name: usual[name] for name in INERT if name in usual}


def fingerprint(resolved: Resolved) -> str:
    """Hash of what business as usual depends on: seats, ties, surveys, responses, parameters that are not inert."""
    organization = resolved.organization
    digest = hashlib.blake2b(digest_size=16)
    ties = organization.ties
    for array in (
        organization.manager, organization.level, organization.department, organization.tenure, ties.hearer,
        ties.source, ties.layer, ties.weight, ties.kind, ties.active,
    ):  # fmt: skip
        digest.update(np.ascontiguousarray(array).tobytes())
    for name in sorted(organization.survey):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(organization.survey[name]).tobytes())
    digest.update(record({**resolved.parameters, **_usual_values(resolved)}).tobytes())
    digest.update(json.dumps(dict(resolved.responses), sort_keys=True).encode())
    return digest.hexdigest()


def _mean_share(plan: Blueprint, offset: float, replicate: int) -> float:
    simulation = Simulation(plan, seed=SEED, replicate=replicate, alpha_offset=offset, record_every=10**6)
    simulation.advance(simulation.resolved.steps)
    return float(simulation.world.share[round(_FIRST * 52) :].mean())


def mean_shares(resolved: Resolved, offset: float, replicates: range) -> npt.NDArray[np.float64]:
    """Mean share practising over years 2–5 of business as usual under an offset, shape (replicates,)."""
    plan = blueprint(business_as_usual(resolved))
    return np.array([_mean_share(plan, offset, replicate) for replicate in replicates])


def target_share(resolved: Resolved) -> float:
    """The share that business as usual is to keep."""
    return surveyed_share(resolved, record(resolved.parameters)[0])


def runs_needed(people: int) -> int:
    """Runs per round, so that the mean share is known to about .0025; below 50 people to about .005 at worst."""
    return min(400, max(8, ceil(20_000 / max(people, 1))))


def find_offset(resolved: Resolved, *, runs: int | None = None, rounds: int = 4, threads: int = 2) -> Offset:
    """Search for the offset that keeps the mean share of business as usual where the survey found it.

    Args:
        resolved: any scenario of the organisation; what it does differently is ignored.
        runs: runs per round; by size where not given.
        rounds: at most so many updates.
    """
    usual = business_as_usual(resolved)
    plan = blueprint(usual)
    target = surveyed_share(usual, record(usual.parameters)[0])
    count = runs or runs_needed(usual.organization.n)
    value, best = 0.0, Offset(0.0, float("nan"), target, float("inf"), 0)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for done in range(rounds + 1):
            at = value
            shares = np.array(list(pool.map(lambda r, at=at: _mean_share(plan, at, r), range(count))))
            share = float(shares.mean())
            error = float(shares.std(ddof=1) / sqrt(count)) if count > 1 else 0.0
            found = Offset(value, share, target, error, done)
            if done == 0 or abs(share - target) < abs(best.share - target):
                best = found
            if abs(share - target) <= max(0.003, error) or done == rounds:
                break
            inside = min(max(share, 0.001), 0.999)
            value = float(np.clip(value - 0.8 * (logit(inside) - logit(target)), -6.0, 6.0))
    return best


def few_runs(people: int) -> int:
    """Runs a round of `offset_near`: about 1,200 people's years five, so that a round costs half a second."""
    return min(16, max(2, ceil(1200 / max(people, 1))))


def offset_near(resolved: Resolved, start: float, *, runs: int | None = None, rounds: int = 3) -> Offset:
    """An offset from a few runs at a neighbour's, each round believed as far as its noise allows.

    The gap g between the log-odds of the mean share and of the target says that the offset is wrong by g / slope,
    give or take the standard error of g.  Against the spread of offsets that is to be expected (normal, _PRIOR), the
    best guess moves by that times prior² / (prior² + error²).  Another round, with other luck, is made only where the
    share was off by more than .015 and three standard errors.

    Args:
        resolved: any scenario of the organisation; what it does differently is ignored.
        start: offset of a neighbour, e.g. of the default parameters.
        runs: runs a round; by size where not given.
        rounds: at most so many.

    Returns:
        The offset; `share` and `error` are those measured before its last update.
    """
    fixed = _fixed(resolved)
    if fixed is not None:
        return fixed
    usual = business_as_usual(resolved)
    plan, target = blueprint(usual), target_share(usual)
    count = runs or few_runs(usual.organization.n)
    value, prior = start, _PRIOR
    found = Offset(value, float("nan"), target, float("inf"), 0)
    for done in range(1, rounds + 1):
        shares = np.array([_mean_share(plan, value, r) for r in range((done - 1) * count, done * count)])
        share = float(np.clip(shares.mean(), 0.001, 0.999))
        spread = max(float(shares.std(ddof=1)), sqrt(0.3 * target * (1.0 - target) / usual.organization.n))
        error = spread / sqrt(count)
        noise = error / (share * (1.0 - share) * _SLOPE)
        gap = (logit(share) - logit(target)) / _SLOPE
        believed = prior * prior / (prior * prior + noise * noise)
        value = float(np.clip(value - believed * gap, -6.0, 6.0))
        found = Offset(value, share, target, error, done)
        if abs(share - target) <= max(0.015, 3.0 * error):
            break
        prior = max(prior * sqrt(1.0 - believed), 0.5 * abs(gap))
    return found


@lru_cache(maxsize=4096)
def _remembered(key: str) -> Offset | None:
    path = CACHE / "offsets" / f"{key}.json"
    try:
        return Offset(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _fixed(resolved: Resolved) -> Offset | None:
    """The offset of a scenario whose responses leave nothing to search for; nobody has measured its share."""
    value = resolved.fixed_offset
    return None if value is None else Offset(value, nan, target_share(resolved), 0.0, 0)


def offset_for(resolved: Resolved, *, runs: int | None = None, rounds: int = 4, threads: int = 2) -> Offset:
    """`find_offset`, remembered on disk for the same organisation, parameters and version of the equations.

    Where the responses leave nothing to search for (`Resolved.fixed_offset`) it is that, after no rounds; nobody has
    measured the share then, so it is NaN.
    """
    fixed = _fixed(resolved)
    if fixed is not None:
        return fixed
    key = f"{fingerprint(resolved)}-{runs or 0}-{rounds}"
    known = _remembered(key)
    if known is not None:
        return known
    return _remember(key, find_offset(resolved, runs=runs, rounds=rounds, threads=threads))


def offset_near_for(resolved: Resolved, start: float) -> Offset:
    """`offset_near`, remembered likewise."""
    key = f"{fingerprint(resolved)}-near-{start.hex()}"
    known = _remembered(key)
    return known if known is not None else _remember(key, offset_near(resolved, start))


def _remember(key: str, found: Offset) -> Offset:
    path = CACHE / "offsets" / f"{key}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.tmp")
        partial.write_text(json.dumps({name: getattr(found, name) for name in Offset.__slots__}))
        partial.replace(path)
        _remembered.cache_clear()
    except OSError:
        pass  # a read-only cache only costs the time of finding it again
    return found


def with_parameters(resolved: Resolved, values: Mapping[str, float]) -> Resolved:
    """The same scenario under other parameters."""
    return replace(resolved, parameters={**resolved.parameters, **values})
