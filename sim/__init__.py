"""Ripple: how a learning culture spreads through an organisation."""

from sim._version import __version__

__all__ = ["__version__"]
