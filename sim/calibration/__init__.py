"""Patterns beside their ranges, the bank of simulations, and the sample of parameters that the patterns do not rule out."""

from sim.experiments.plausible import draws

__all__ = ["draws"]
