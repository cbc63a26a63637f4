"""Shared memory of a department: explicit skill that those who practise have written down."""

from math import exp


def memory_step(memory: float, inflow: float, usual_inflow: float, loss: float, dt: float) -> float:
    """One step of a memory stock M, a departure from its usual: dM/dt = f·m(1 − M) − its BAU value − (ρ + stale)M.

    Args:
        memory: M before the step, log-free stock, 0 = as usual.
        inflow: f·mean(A·share·S), per year.
        usual_inflow: the same at business as usual, per year.
        loss: ρ + staleness, per year.
    """
    rate = loss + inflow
    if rate <= 0.0:
        return memory
    rest = (inflow - usual_inflow) / rate
    return rest + (memory - rest) * exp(-rate * dt)
