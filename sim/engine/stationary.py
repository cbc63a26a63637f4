"""Make business as usual stationary: one scalar offset on spontaneous adoption, the same in every arm.

Spontaneous adoption α and usual company C̄ are first computed as if contacts were independent; they are not, so the
mean share would drift.  Business as usual is run, and the offset moved by the log-odds gap between the mean share
over years 2–5 and the surveyed share, until the gap is small.  One to three updates suffice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, sqrt

import numpy as np

from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.compiled import CACHE
from sim.engine.run import Simulation
from sim.engine.world import surveyed_share
from sim.parameters import record
from sim.scenario.resolved import Resolved, Start
from sim.theory.scales import logit

SEED = 20_250_101  # luck of the runs that set the offset: never that of an experiment
_FIRST, _LAST = 2.0, 5.0


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


def fingerprint(resolved: Resolved) -> str:
    """Hash of what business as usual depends on: seats, ties, surveys, parameters and responses."""
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
    digest.update(record(resolved.parameters).tobytes())
    digest.update(json.dumps(dict(resolved.responses), sort_keys=True).encode())
    return digest.hexdigest()


def _mean_share(plan: Blueprint, offset: float, replicate: int) -> float:
    simulation = Simulation(plan, seed=SEED, replicate=replicate, alpha_offset=offset, record_every=10**6)
    simulation.advance(simulation.resolved.steps)
    return float(simulation.world.share[round(_FIRST * 52) :].mean())


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


@lru_cache(maxsize=4096)
def _remembered(key: str) -> Offset | None:
    path = CACHE / "offsets" / f"{key}.json"
    try:
        return Offset(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def offset_for(resolved: Resolved, *, runs: int | None = None, rounds: int = 4, threads: int = 2) -> Offset:
    """`find_offset`, remembered on disk for the same organisation, parameters and version of the equations."""
    key = f"{fingerprint(resolved)}-{runs or 0}-{rounds}"
    known = _remembered(key)
    if known is not None:
        return known
    found = find_offset(resolved, runs=runs, rounds=rounds, threads=threads)
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
