"""Practice: who joins the learning culture and who drops out (competing risks, complex contagion).

`practising` means an active member of the learning culture: learns, applies and shares (SHRM's definition,
source 003).  Adoption needs reinforcement from several contacts (Centola & Macy 2007), rises with readiness, and has
a spontaneous part; a lapse is less likely among practising contacts.
"""

from math import exp, log, sqrt


def exposure(
    practising_weight: float, total_weight: float, prior_contacts: float, prior_share: float
) -> float:
    """Share of contacts who practise: x = (Σ ω w A + k_0 p_0)/(Σ ω w + k_0).

    k_0 pseudo-contacts at the usual share keep one contact from being a majority.  0 when there is nobody at all.
    """
    weight = total_weight + prior_contacts
    if weight <= 0.0:
        return 0.0
    return (practising_weight + prior_contacts * prior_share) / weight


def hill(x: float, threshold: float, steepness: float) -> float:
    """Response of adoption to exposure: H = xⁿ/(xⁿ + θⁿ); n = 1 is simple contagion, n → ∞ a threshold."""
    if threshold <= 0.0:
        return 1.0
    if x <= 0.0:
        return 0.0
    ratio = x / threshold if x < threshold else threshold / x  # at most 1, so no power overflows
    if steepness == 8.0:  # the default, without a power function
        square = ratio * ratio
        fourth = square * square
        power = fourth * fourth
    else:
        power = exp(steepness * log(ratio))
    if x < threshold:
        return power / (1.0 + power)
    return 1.0 / (1.0 + power)


def threshold_response(x: float, threshold: float) -> float:
    """1 from the threshold on, else 0 (Granovetter 1978); a threshold of 0 is always passed.

    The comparison forgives rounding of 1e-12, so that 3 of 8 contacts pass a threshold of 3/8.
    """
    return 1.0 if x >= threshold - 1e-12 else 0.0


def response(x: float, threshold: float, steepness: float, form: int) -> float:
    """The named response: 0 Hill, 1 threshold, 2 linear."""
    if form == 0:
        return hill(x, threshold, steepness)
    if form == 1:
        return threshold_response(x, threshold)
    return x


def expected_response(mean: float, variance: float, threshold: float, steepness: float, form: int) -> float:
    """E[C(x)] at business as usual, from mean and variance of the exposure.

    Seven-point Gauss–Hermite rule on a normal, folded back into [0, 1] at the ends; exact enough because the
    offset on spontaneous adoption takes up what is left.
    """
    sd = sqrt(variance) if variance > 0.0 else 0.0
    total = 0.0
    for k in range(7):
        if k == 0:
            node, weight = 0.0, 0.4571428571428571
        elif k == 1:
            node, weight = 1.154405394739968, 0.2401231786050127
        elif k == 2:
            node, weight = -1.154405394739968, 0.2401231786050127
        elif k == 3:
            node, weight = 2.366759410734541, 0.0307571239675865
        elif k == 4:
            node, weight = -2.366759410734541, 0.0307571239675865
        elif k == 5:
            node, weight = 3.750439717725742, 0.0005482688559722
        else:
            node, weight = -3.750439717725742, 0.0005482688559722
        x = mean + sd * node
        if x < 0.0:
            x = 0.0
        elif x > 1.0 and form != 2:
            x = 1.0
        total += weight * response(x, threshold, steepness, form)
    return total


def readiness(
    enthusiasm: float,
    safety: float,
    time: float,
    mindset: float,
    asked: float,
    g_enthusiasm: float,
    g_safety: float,
    g_time: float,
    g_mindset: float,
    g_time_enthusiasm: float,
) -> float:
    """Log of the factor on practice hazards: g_E y_E + g_Ψ y_Ψ + g_T Δtime + g_G y_G + γ_TE Δtime·y_E + asked.

    `asked` gathers expectation, awareness, career and relevance; see `asked`.  The product of time and enthusiasm
    says that slack without enthusiasm is not used.
    """
    return (
        g_enthusiasm * enthusiasm
        + g_safety * safety
        + g_time * time
        + g_mindset * mindset
        + g_time_enthusiasm * time * enthusiasm
        + asked
    )


def asked(
    expectation: float,
    lived_example: float,
    awareness: float,
    career: float,
    relevance: float,
    habit: float,
    g_expectation: float,
    g_expectation_example: float,
    g_awareness: float,
    g_career: float,
    g_relevance: float,
    g_habit: float,
) -> float:
    """What is asked of people, and how they take it: expectation counts through lived example.

    g_x·expectation + g_xe·expectation·example + g_aw·awareness + g_c·career + g_r·relevance − g_h·habit
    """
    return (
        g_expectation * expectation
        + g_expectation_example * expectation * lived_example
        + g_awareness * awareness
        + g_career * career
        + g_relevance * relevance
        - g_habit * habit
    )


def adoption_hazard(
    spontaneous: float, contagion: float, reinforcement: float, ready: float, adopt_share: float, tried: float
) -> float:
    """λ_adopt = e^{s·c}·(α + β C + trying-out of courses), per year.

    Args:
        spontaneous: α ≥ 0; contagion: β ≥ 0; reinforcement: C in [0, 1].
        ready: c, log factor; adopt_share: the share s of it that works on adoption.
        tried: hazard of trying what a course taught, per year.
    """
    return exp(adopt_share * ready) * (spontaneous + contagion * reinforcement + tried)


def lapse_hazard(
    base: float,
    ready: float,
    lapse_share: float,
    pressure: float,
    g_pressure: float,
    company: float,
    usual_company: float,
    protection: float,
) -> float:
    """λ_lapse = λ_l·e^{−(1−s) c + g_P P}·(1 − κ(C − C̄)), per year; company among practisers protects."""
    return (
        base
        * exp(g_pressure * pressure - lapse_share * ready)
        * (1.0 - protection * (company - usual_company))
    )


def habit_step(habit: float, practising: float, hardening: float, dt: float) -> float:
    """Complacency: habit hardens where nothing changes, dh/dt = g(1 − A)(1 − h) − 2g·A·h (source 003, Gardner)."""
    if practising > 0.5:
        return habit * exp(-2.0 * hardening * dt)
    return 1.0 - (1.0 - habit) * exp(-hardening * dt)
