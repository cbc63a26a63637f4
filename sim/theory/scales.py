"""Scales and steps: log-odds, exact relaxation, chances from hazards."""

from math import exp, log, sqrt


def logit(level: float) -> float:
    """Log-odds of a level in (0, 1)."""
    return log(level / (1.0 - level))


def expit(log_odds: float) -> float:
    """Level in (0, 1) of a log-odds; the inverse of `logit`."""
    e = exp(-abs(log_odds))
    if log_odds >= 0.0:
        return 1.0 / (1.0 + e)
    return e / (1.0 + e)


def relaxed(y: float, target: float, kept: float) -> float:
    """Exact step of dy/dt = (target − y)/τ: `kept` = exp(−dt/τ) of the old departure is left."""
    return target + (y - target) * kept


def noise_scale(sd: float, kept: float) -> float:
    """Standard deviation of one step's everyday noise so that an Ornstein–Uhlenbeck process keeps `sd`."""
    return sd * sqrt(1.0 - kept * kept)


def happens(u: float, hazard_dt: float) -> bool:
    """Whether an event of hazard λ happens within dt, given a uniform u: u < 1 − exp(−λ dt).

    Since 1 − exp(−x) ≤ x the exponential is only computed when it can matter.
    """
    if u >= hazard_dt:
        return False
    return u < 1.0 - exp(-hazard_dt)


def halflife_rate(halflife: float) -> float:
    """Rate per year of what halves in `halflife` years."""
    return 0.6931471805599453 / halflife
