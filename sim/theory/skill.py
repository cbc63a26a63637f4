"""Skill: an ordinary stock R and a recent gain Q in each topic, with two decays that must not be mixed up.

S = R + Q in 0–1, relative to today's frontier.  *Obsolescence* ρ (half in about five years, an industry claim,
grade D) acts on all; *forgetting* φ takes unused *gain* (half in about eleven months, Tatel & Ackerman 2025).
What is used moves from Q to R.
"""

from math import exp

from sim.theory.scales import expit


def ordinary_learning(usual: float, newcomer: float, obsolescence: float, hire_rate: float) -> float:
    """Rate b at which ordinary work keeps the mean skill where it is: b = [(ρ + h)S̄ − h S̄_new]/(1 − S̄)."""
    return ((obsolescence + hire_rate) * usual - hire_rate * newcomer) / (1.0 - usual)


def pull(own: float, other: float) -> float:
    """Upward pull of a better skilled contact: max(S_j − S_i, 0) (Jarosch, Oberfield & Rossi-Hansberg 2021)."""
    gap = other - own
    return gap if gap > 0.0 else 0.0


def novelty(distance: float, best: float) -> float:
    """How much two people learn from working together: 0 at no and at twice the best distance of profiles, 1 at it."""
    z = distance / best
    value = z * (2.0 - z)
    return value if value > 0.0 else 0.0


def sharing(
    safety: float, mindset: float, recognition: float, occasions: float,
    s0: float, s_safety: float, s_mindset: float, s_recognition: float, s_occasions: float,
) -> float:  # fmt: skip
    """Propensity to share of one who practises, in (0, 1): expit(s_0 + s_Ψ y_Ψ + s_G y_G + s_rec·rec + s_conn·occasions)."""
    v = s0 + s_safety * safety + s_mindset * mindset + s_recognition * recognition + s_occasions * occasions
    return expit(v)


def motivation(
    enthusiasm: float, mindset: float, time: float, m_enthusiasm: float, m_mindset: float, m_time: float
) -> float:
    """Factor on every gain: exp(m_E y_E + m_G y_G + m_T Δtime)."""
    return exp(m_enthusiasm * enthusiasm + m_mindset * mindset + m_time * time)


def formal_gain(
    courses: float,
    relevance: float,
    design: float,
    uptake: float,
    support: float,
    rate: float,
    g_transfer: float,
) -> float:
    """Gain a year from courses: rate·courses·exp(relevance + design + uptake + g·support): transfer needs support.

    `rate` is the gain of one standard course load; d = .63 of a between-person SD (Arthur et al. 2003).
    """
    if courses == 0.0:
        return 0.0
    return rate * courses * exp(0.3 * relevance + 0.3 * design + 0.3 * uptake + g_transfer * support)


def experience_gain(
    experience: float, stretch: float, safety: float, safety_level: float, critical: float, rate: float,
    stretch_rate: float, g_safety: float,
) -> float:  # fmt: skip
    """Gain a year from doing: rate·experience·exp(g_Ψ y_Ψ) + stretch_rate·stretch·(Ψ − Ψ_c): stretch without safety harms."""
    gain = stretch_rate * stretch * (safety_level - critical)
    if experience != 0.0:
        gain += rate * experience * exp(g_safety * safety)
    return gain


def skill_kept(use: float, obsolescence: float, forgetting: float, conversion: float, dt: float) -> float:
    """What is left of the gain Q after dt: exp(−(ρ + φ(1 − u) + κ_u u) dt)."""
    return exp(-(obsolescence + forgetting * (1.0 - use) + conversion * use) * dt)


def gain_step(gain: float, stock: float, inflow: float, kept: float, dt: float) -> float:
    """One step of Q: dQ/dt = G(1 − R − Q) − decay·Q; exact decay, midpoint in the inflow (error of order dt²).

    A positive inflow takes Q at the end of the step: Q then never passes 1 − R, however strong the inflow.
    """
    flow = inflow * dt * (1.0 + kept) * 0.5
    if flow > 0.0:
        return (gain * kept + flow * (1.0 - stock)) / (1.0 + flow)
    return gain * kept + flow * (1.0 - stock - gain)


def stock_step(
    stock: float, gain: float, ordinary: float, obsolescence: float, converted: float, kept: float, dt: float
) -> float:
    """One step of R: dR/dt = b(1 − S) + κ_u u Q − ρR.

    Exact in R for Q held at the start of the step: the rest point is (b(1 − Q) + κ_u u Q)/(b + ρ); `kept` is
    exp(−(b + ρ) dt).
    """
    total = ordinary + obsolescence
    if total <= 0.0:
        return stock + converted * gain * dt
    rest = (ordinary * (1.0 - gain) + converted * gain) / total
    return rest + (stock - rest) * kept
