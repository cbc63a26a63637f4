"""Growth mindset: small, slow effects, and only where peers go along (Sisk et al. 2018; Yeager et al. 2019)."""


def mindset_target(support: float, exposure: float, usual_exposure: float, by_company: float) -> float:
    """Where mindset tends to: y*_G = felt support + b_A·(x − x^BAU)."""
    return support + by_company * (exposure - usual_exposure)
