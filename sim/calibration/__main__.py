"""`python -m sim.calibration patterns`: the fitted and input patterns beside their ranges.  See also `ripple calibrate`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sim.calibration.patterns import PATTERNS, run_patterns
from sim.calibration.rows import markdown, verdicts


def _patterns(given: argparse.Namespace) -> int:
    rows = run_patterns(
        patterns=given.only or PATTERNS,
        generated=tuple(given.people),
        data=given.data,
        quick=given.quick,
        out=given.out,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )
    print(markdown(rows))
    for name, inside in verdicts(rows).items():
        print(f"{name}: {'inside' if inside else 'OUTSIDE'}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sim.calibration", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    table = commands.add_parser("patterns", help="fitted and input patterns beside their ranges")
    table.add_argument("--only", nargs="*", choices=PATTERNS, help="some of them")
    table.add_argument(
        "--people", nargs="*", type=int, default=[300, 1000], help="sizes of generated organisations"
    )
    table.add_argument(
        "--data", type=Path, default=None, help="folder of real organisations (else RIPPLE_DATA)"
    )
    table.add_argument("--quick", action="store_true", help="fewer replicates")
    table.add_argument("--out", type=Path, default=None, help="folder for patterns.json and patterns.md")
    table.set_defaults(do=_patterns)
    given = parser.parse_args(arguments)
    return int(given.do(given))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ValueError as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
