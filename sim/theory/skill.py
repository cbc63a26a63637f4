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


def unconverted(obsolescence: float, converted: float, dt: float) -> float:
    """What is left of the gain Q after dt where nothing is forgotten: exp(−(ρ + κ_u u) dt); `converted` is κ_u u."""
    return exp(-(obsolescence + converted) * dt)


def stock_step(
    stock: float, gain: float, ordinary: float, obsolescence: float, left: float, kept: float
) -> float:
    """One step of R: dR/dt = b(1 − S) + κ_u u Q − ρR.

    Exact in the whole skill, which ordinary learning and obsolescence alone move here: S rests at b/(b + ρ), and what
    is converted stays within it.  The stock is S less what is left of the gain.  From R ≥ 0 and S in 0–1 it leaves
    R ≥ 0 and R + left·Q in 0–1, whatever the rates and the step.

    Args:
        stock, gain: R and Q before the step, 0–1 (a gain may be negative, down to −R).
        ordinary, obsolescence: b and ρ, per year.
        left: `unconverted` of this step; kept: exp(−(b + ρ) dt).
    """
    total = ordinary + obsolescence
    rest = ordinary / total if total > 0.0 else 0.0
    return rest + (stock + gain - rest) * kept - gain * left


def gain_left(gain: float, stock: float, left: float, kept: float) -> float:
    """What is left of the gain Q after its decays: kept·Q; a gain below zero comes back only as far as there is room.

    Args:
        gain: Q before the step; stock: R after it (`stock_step`).
        left: `unconverted` of this step; kept: `skill_kept` of this step.
    """
    rest = gain * left
    back = gain * (kept - left)  # forgetting: a loss, or what a gain below zero recovers
    if back > 0.0:
        room = 1.0 - stock - rest
        back = back * room / (room + back)
    return rest + back


def gain_step(gain: float, stock: float, usual: float, inflow: float, kept: float, dt: float) -> float:
    """One step of Q: dQ/dt = G(1 − S) for G > 0, G(1 − S̄)S/S̄ for G < 0, added to what decay left.

    A gain works on what one does not know yet, a loss on what one knows; at the usual skill S̄ the two weigh the same,
    so that business as usual gains nothing.  Flows are taken at the end of the step (error of order dt²), so that
    they never take more than there is: S stays in 0–1, however strong they are.

    Args:
        gain: `gain_left` of this step; stock: R after the step (`stock_step`); usual: S̄ in (0, 1).
        inflow: G, per year, of either sign; dt: years.
        kept: `skill_kept` of this step: what came in has decayed for half a step on average.
    """
    flow = inflow * dt * (1.0 + kept) * 0.5
    if flow > 0.0:
        return (gain + flow * (1.0 - stock)) / (1.0 + flow)
    return (stock + gain) * usual / (usual - flow * (1.0 - usual)) - stock
