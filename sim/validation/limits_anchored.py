"""Limits of what is felt, known and who stays: Friedkin–Johnsen, French–DeGroot, forgetting, obsolescence, turnover."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt

from sim.engine.layout import Q0, R0, SIGMA, TENURE, VACANT, Y_E
from sim.scenario import Resolved
from sim.theory.channels import EMPLOYEE, N_LAYERS, TOPICS
from sim.validation.closed_forms import friedkin_johnsen, left_perron, survival
from sim.validation.lab import begin, limit
from sim.validation.rows import Row, near

Floats = npt.NDArray[np.float64]


def who_hears_whom(resolved: Resolved) -> Floats:
    """Σ_L ω_L times each hearer's weights within a layer, from the organisation's ties alone, shape (n, n).

    Weights sum to one within each layer that a hearer has, and the layers' weights to one over those.
    """
    ties, p = resolved.organization.ties, resolved.parameters
    n = resolved.organization.n
    found, weight_of_layers = np.zeros((n, n)), np.zeros(n)
    for layer, name in enumerate(("authority", "peers", "mutual", "ripples")[:N_LAYERS]):
        here = ties.layer == layer
        has = np.bincount(ties.hearer[here], minlength=n) > 0
        now = here & ties.active
        weights = np.zeros((n, n))
        np.add.at(
            weights, (ties.hearer[now], ties.source[now]), ties.weight[now].astype(np.float32).astype(float)
        )
        total = weights.sum(axis=1, keepdims=True)
        found += p[f"weight_{name}"] * np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
        weight_of_layers += p[f"weight_{name}"] * has
    return found / np.where(weight_of_layers > 0, weight_of_layers, 1.0)[:, None]


def reasons(resolved: Resolved) -> Floats:
    """Everybody's constant reason u: what the plan's programmes add to enthusiasm through felt progress, shape (n,)."""
    found = np.zeros(resolved.organization.n)
    for item in resolved.programmes:
        found += item.cover * item.dose * item.direct["progress"] * resolved.parameters["a_progress"]
    return found


def anchored(quick: bool) -> Iterator[Row]:
    """Rest points of social influence on a generated organisation with all four layers."""
    resolved = limit("friedkin_johnsen")
    run = begin(resolved)
    run.advance(resolved.steps)
    sigma = run.world.trait[:, SIGMA]
    expected = friedkin_johnsen(who_hears_whom(resolved), sigma, reasons(resolved))
    gap = float(np.abs(run.world.state[:, Y_E] - expected).max())
    what = f"largest distance of enthusiasm from (I − ΣW)⁻¹u, {resolved.organization.n} people, four layers"
    detail = f"susceptibilities {sigma.min():.2f} to {sigma.max():.2f}, enthusiasm {expected.min():.2f} to {expected.max():.2f}"
    yield near(
        what,
        expected=0.0,
        ours=gap,
        tolerance=1e-9,
        source="Friedkin & Johnsen 1990; numpy.linalg.solve",
        detail=detail,
    )
    yield from _averaging()


def _averaging() -> Iterator[Row]:
    resolved = limit("degroot")
    weights = who_hears_whom(resolved)
    run = begin(resolved)
    stop = round(resolved.programmes[0].stop / resolved.dt)
    run.advance(stop)
    level = run.world.state[:, Y_E].copy()
    run.advance(resolved.steps)
    end = run.world.state[:, Y_E]
    consensus = float(left_perron(weights) @ level)
    source = "French 1956; DeGroot 1974: π·y(0) in log-odds"
    detail = f"levels {level.min():.3f} to {level.max():.3f} when the reasons stop"
    gap = float(np.abs(end - consensus).max())
    yield near(
        "largest distance from the consensus π·y, nobody anchored",
        expected=0.0,
        ours=gap,
        tolerance=1e-8,
        source=source,
        detail=detail,
    )
    two = np.array([[0.5, 0.5], [0.25, 0.75]])
    yield near(
        "weight of the first of two people in consensus",
        expected=1 / 3,
        ours=float(left_perron(two)[0]),
        tolerance=1e-9,
        source="DEGROOT-74",
    )


def _decay(name: str, years: float) -> tuple[Floats, Floats, Resolved]:
    """Mean recent gain when the course stops and after some years, and the rates that act: shape (2,)."""
    resolved = limit(name)
    run = begin(resolved)
    run.advance(round(resolved.programmes[0].stop / resolved.dt))
    idle = (run.world.flags & 1) == 0
    before = float(run.world.state[idle, Q0 : Q0 + TOPICS].mean())
    run.advance(round(years / resolved.dt))
    after = float(run.world.state[idle, Q0 : Q0 + TOPICS].mean())
    return np.array([before, after]), run.world.state[idle, R0 : R0 + TOPICS], resolved


def skills(quick: bool) -> Iterator[Row]:
    """Forgetting and obsolescence, each alone."""
    (before, after), _, resolved = _decay("forgetting", 1.0)
    rate = log(2) / resolved.parameters["forgetting_halflife"] + log(2) / 1000.0
    yield near(
        "share of an unused gain left after a year", expected=exp(-rate), ours=after / before, tolerance=1e-9,
        source="exponential with both rates; obsolescence at its slowest, 1,000 years",
    )  # fmt: skip
    months = -12.0 * log(2) / log(after / before)
    yield near(
        "months to lose half of an unused gain",
        expected=11.0,
        ours=months,
        tolerance=1.1,
        source="EMP-forget: Tatel & Ackerman 2025",
    )
    yield _aging()
    yield _stock()


def _aging() -> Row:
    """Without any learning every skill is half as much worth after one half-life of obsolescence."""
    resolved = limit("obsolescence")
    halflife = resolved.parameters["obsolescence_halflife"]
    run = begin(resolved)
    before = run.world.state[:, R0 : R0 + TOPICS].copy()
    run.advance(round(halflife / resolved.dt))
    left = run.world.state[:, R0 : R0 + TOPICS] + run.world.state[:, Q0 : Q0 + TOPICS]
    gap = float(np.abs(left / before - 0.5).max())
    return near(
        "largest distance from a half of anybody's skill after one half-life, ordinary learning off", expected=0.0,
        ours=gap, tolerance=1e-9, source="exponential",
        detail=f"{before.size} skills of {before.min():.2f} to {before.max():.2f}, half-life {halflife:g} years",
    )  # fmt: skip


def _stock() -> Row:
    """After half of all skill is out of date at once, ordinary learning brings the stock back at the rate b + ρ."""
    resolved = limit(
        "forgetting",
        "run.years=4",
        "parameters.gain_formal=0",
        "parameters.obsolescence_halflife=5",
        "shocks=[{barrier='technology_jump', at=0.5}]",
    )
    run = begin(resolved)
    run.advance(round(0.5 / resolved.dt))
    run.advance(1)
    lost = run.world.state[:, R0].copy()
    years = 2.0
    run.advance(round(years / resolved.dt))
    p = resolved.parameters
    usual, rho, hired = p["skill_mean"], log(2) / 5.0, p["turnover_employees"]
    b = ((rho + hired) * usual - hired * p["skill_newcomer"] * usual) / (1.0 - usual)
    rest = b / (b + rho)
    expected = rest + (lost - rest) * exp(-(b + rho) * years)
    led = resolved.organization.level == EMPLOYEE  # leaders are hired at another rate
    gap = float(np.abs(run.world.state[led, R0] - expected[led]).max())
    detail = f"stock {lost.min():.3f} to {lost.max():.3f} after the jump, rest point {rest:.3f}"
    return near(
        "largest distance of stocks from their relaxation at b + ρ, two years after a technology jump", expected=0.0,
        ours=gap, tolerance=1e-9, source="SKILL-balance: towards b/(b + ρ)", detail=detail,
    )  # fmt: skip


def staying(quick: bool) -> Iterator[Row]:
    """Constant hazards of leaving: how many of today's staff are left."""
    resolved = limit("turnover")
    run = begin(resolved)
    before = run.world.state[:, TENURE].copy()
    n = resolved.organization.n
    for years in (1.0, 3.0, 5.0):
        run.advance(round(years / resolved.dt) - run.step)
        same = np.abs(run.world.state[:, TENURE] - before - years) < 1e-6
        left = int((same & ((run.world.flags & VACANT) == 0)).sum())
        chance = survival(years, 0.15)
        deviation = sqrt(n * chance * (1.0 - chance))
        yield near(
            f"of {n:,} people still there after {years:g} years", expected=n * chance, ours=float(left),
            tolerance=4.0 * deviation, source="binomial survival, four standard deviations",
        )  # fmt: skip
