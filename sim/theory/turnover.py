"""Turnover: hazards by level, higher in the first year, lowered by engagement and care."""

from math import exp


def leaving_hazard(
    base: float,
    tenure: float,
    first_year: float,
    enthusiasm: float,
    care: float,
    g_enthusiasm: float,
    g_care: float,
) -> float:
    """Hazard of leaving per year: h·(first-year factor)·exp(−g_E y_E − g_care·care).

    BLS tenure data (median 3.9 years, 22 % of staff below one year) show a hazard that falls with tenure.
    """
    factor = first_year if tenure < 1.0 else 1.0
    return base * factor * exp(-g_enthusiasm * enthusiasm - g_care * care)
