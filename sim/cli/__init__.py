"""The command `ripple`: the only room, with `report`, that speaks to people."""

from sim.cli.group import main

__all__ = ["main"]
