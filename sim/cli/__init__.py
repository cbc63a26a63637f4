"""The command `ripple`: the only room, with `report`, that speaks to people."""

import sys

try:
    from sim.cli.group import main
except KeyboardInterrupt:  # Ctrl-C before there is a command that could say so
    print("ripple: interrupted", file=sys.stderr)
    sys.exit(130)

__all__ = ["main"]
