"""The outcome map from culture to results: the least certain part, separate, swappable, off by default.

Training reaches finance "only very weakly" (Tharenou, Saks & Moore 2007); a trained worker's productivity premium
is put at .10–.30 (Konings & Vanormelingen 2015), a year of courses at 1–2 % of a firm's productivity.
"""


def productivity(
    skill: float, usual_skill: float, enthusiasm: float, by_skill: float, by_enthusiasm: float
) -> float:
    """Productivity relative to business as usual: 1 + b_S·(S − S^BAU) + b_E·(E − E^BAU)."""
    return 1.0 + by_skill * (skill - usual_skill) + by_enthusiasm * enthusiasm


def net_present_value(gain: float, cost: float, years: float, rate: float) -> float:
    """Present value of a year's gain less cost that falls `years` from now, at an annual discount `rate`."""
    factor: float = (1.0 + rate) ** years
    return (gain - cost) / factor


def stage(enthusiasm: float, practising: float, years_practising: float) -> int:
    """Adoption stage as a *reading* of the state: 0 unaware, 1 aware, 2 interested, 3 trying, 4 practising, 5 championing."""
    if practising > 0.5:
        if years_practising < 0.25:
            return 3
        if years_practising > 1.0 and enthusiasm > 0.5:
            return 5
        return 4
    if enthusiasm > 0.5:
        return 2
    if enthusiasm > 0.1:
        return 1
    return 0
