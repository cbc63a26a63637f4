"""Psychological safety: made by leaders' conduct, shared in teams, broken by pressure (Edmondson 1999; Frazier et al. 2017)."""


def safety_target(
    support: float, pressure: float, team: float, power_distance: float, sharedness: float
) -> float:
    """Where safety tends to: y*_Ψ = felt support − power distance·felt pressure + σ_Ψ·s^team.

    Args:
        support: coaching, warmth, candour, tolerance of error and room to challenge as felt, log-odds.
        pressure: telling and performance pressure as felt, log-odds.
        team: mean departure of team mates' safety from the hearer's usual.
        power_distance: ≥ 0; sharedness: σ_Ψ in [0, 1).
    """
    return support - power_distance * pressure + sharedness * team
