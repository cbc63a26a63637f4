"""Enthusiasm: contagious, anchored in the person, spoiled by pressure and by say without do.

A departure y_E of log-odds enthusiasm from the person's own usual.  People are anchored (engagement keeps its
rank order at .82–.86 over three years, Seppälä et al. 2009), so susceptibility σ < 1 keeps one stable rest point
(Friedkin & Johnsen 1990).
"""


def radiated(
    expressed: float, say: float, do: float, say_weight: float, do_weight: float, hypocrisy: float
) -> float:
    """What a person radiates on one relationship, as a departure in log-odds.

    X = ε y_E + w_s·say + w_d·do − c·w_s·max(0, say − do)

    Args:
        expressed: ε y_E, own enthusiasm times expressiveness.
        say, do: departures of say- and do-behaviours, weighted and fitted to the relationship.
        say_weight, do_weight: w_s, w_d ≥ 0.
        hypocrisy: c in [0, 2]; above 1, saying without doing backfires.
    """
    gap = say - do
    if gap < 0.0:
        gap = 0.0
    return expressed + say_weight * say + do_weight * do - hypocrisy * say_weight * gap


def enthusiasm_target(
    susceptibility: float,
    heard: float,
    support: float,
    practice_surprise: float,
    practice_reward: float,
    strain: float,
) -> float:
    """Where enthusiasm tends to: y*_E = σ·heard + support + a_A·(A − p^BAU) − strain.

    Args:
        susceptibility: σ in [.15, .8].
        heard: Σ_L ω_L v^L s^L, what the four relationships radiate beyond the hearer's usual.
        support: recognition, progress and care, weighted.
        practice_surprise: A − p^BAU, practising compared with the person's usual chance of it.
        practice_reward: a_A.
        strain: pressure and frustration, see `strain`.
    """
    return susceptibility * heard + support + practice_reward * practice_surprise - strain


def negativity(departure: float, weight: float) -> float:
    """Negative departures may weigh more: ν ≥ 1 on the negative side (1 = no asymmetry).

    Hill et al. 2010 find it, Kramer et al. 2014 do not: a switch.
    """
    return departure if departure >= 0.0 else weight * departure


def strain(
    pressure: float, safety_level: float, linear: float, quadratic: float, frustration: float, weight: float
) -> float:
    """What spoils enthusiasm: a_1 P + a_2 max(0, P)²(1 − Ψ) + a_fr·frustration.

    The square gives linking learning to performance an inner optimum (T16).
    """
    excess = pressure if pressure > 0.0 else 0.0
    return linear * pressure + quadratic * excess * excess * (1.0 - safety_level) + weight * frustration


def frustration(practising: float, time: float, safety: float) -> float:
    """Practising without time or safety: A·(max(0, −Δtime) + max(0, −y_Ψ))."""
    short = -time if time < 0.0 else 0.0
    unsafe = -safety if safety < 0.0 else 0.0
    return practising * (short + unsafe)
