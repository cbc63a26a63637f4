"""The numbers of a run that do not belong to anybody: its parameters, and what a step of its length keeps."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, log
from types import SimpleNamespace

from sim.parameters import defaults
from sim.scenario.resolved import Resolved
from sim.theory.scales import expit, halflife_rate, noise_scale


def parameters(resolved: Resolved, alpha_offset: float) -> SimpleNamespace:
    """Parameters by name, with the scenario's factor on thresholds and the offset that makes BAU stationary."""
    p = SimpleNamespace(
        **{**defaults(), **{name: float(value) for name, value in resolved.parameters.items()}}
    )
    p.threshold *= resolved.start.threshold_factor
    p.alpha_offset = alpha_offset
    return p


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is left of each departure after a step, and rates per year that are the same for everybody.

    Attributes:
        dt: length of a step in years.
        enthusiasm, safety, mindset, conduct: share of a departure that a step leaves, exp(−dt/τ).
        noise: standard deviation of a step's everyday noise of enthusiasm, log-odds.
        share_usual: usual propensity to share of one who practises, in (0, 1).
        obsolescence, forgetting: rates per year; lifetime: τ_B of conduct in years.
    """

    dt: float
    enthusiasm: float
    safety: float
    mindset: float
    conduct: float
    noise: float
    share_usual: float
    obsolescence: float
    forgetting: float
    lifetime: float


def rhythm(p: SimpleNamespace, dt: float) -> Rhythm:
    """The rhythm of steps of `dt` years under parameters `p`."""
    lifetime = p.conduct_halflife / log(2.0)
    kept = exp(-dt / p.tau_enthusiasm)
    return Rhythm(
        dt=dt,
        enthusiasm=kept,
        safety=exp(-dt / p.tau_safety),
        mindset=exp(-dt / p.tau_mindset),
        conduct=exp(-dt / lifetime),
        noise=noise_scale(p.enthusiasm_noise, kept),
        share_usual=expit(p.share_base),
        obsolescence=halflife_rate(p.obsolescence_halflife),
        forgetting=halflife_rate(p.forgetting_halflife),
        lifetime=lifetime,
    )


def surveyed_share(resolved: Resolved, p: SimpleNamespace) -> float:
    """Share practising at business as usual: as surveyed, else the parameter; kept within .001 to .9."""
    values = resolved.organization.survey.get("practising")
    known = [] if values is None else [float(value) for value in values if isfinite(value)]
    if not known:
        return float(p.share_practising)
    return min(max(sum(known) / len(known), 0.001), 0.9)
