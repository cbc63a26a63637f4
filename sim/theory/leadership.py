"""Leader behaviour is a state that spreads: taken up, imitated from one's own leader, kept up or dropped."""


def conduct_target(
    push: float,
    felt: float,
    experience: float,
    uptake: float,
    imitation: float,
    encouragement: float,
    lifetime: float,
) -> float:
    """Where a behaviour tends to: z* = τ_B·(q·D + χ·felt + η·experience), from dz/dt = qD + χ felt + η e − z/τ_B.

    Args:
        push: D, the programme's push in log-odds a year (negative for less of it).
        felt: the own leader's level of the behaviour beyond the usual one.
        experience: share of the own reports who practise, beyond its usual value.
        uptake: q, openness; negative for those who push back.
        imitation: χ per year; encouragement: η per year; lifetime: τ_B in years.
    """
    return lifetime * (uptake * push + imitation * felt + encouragement * experience)


def load_factor(hours: float, available: float) -> float:
    """When the week is full something gives: share of the intended conduct that fits into the hours there are."""
    if hours <= available:
        return 1.0
    return available / hours


def overload(hours: float, available: float) -> float:
    """By how much the hours asked of a leader exceed those there are, 0 when they do not."""
    if hours <= available:
        return 0.0
    return hours / available - 1.0
