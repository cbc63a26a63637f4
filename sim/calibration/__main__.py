"""`python -m sim.calibration patterns`: the fitted and input patterns beside their ranges.

`python -m sim.calibration ship DIR`: what `ripple calibrate --out DIR` found becomes the sample that experiments draw from
and the account in `docs/calibration.md`; from the folder of the repository.

`python -m sim.calibration recover DIR`: which parameters other data than the patterns would find, from the same bank.
"""

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


def _ship(given: argparse.Namespace) -> int:
    from sim.calibration.account import into_document

    sample, document = Path("sim/experiments/data/plausible.csv"), Path("docs/calibration.md")
    if not sample.is_file() or not document.is_file():
        raise ValueError(f"{sample} and {document} are not here; go to the folder of the repository")
    try:
        account = (given.folder / "calibration.md").read_text("utf-8").split("\n", 2)[2]
        points = (given.folder / "plausible.csv").read_text("utf-8")
    except OSError as problem:
        raise ValueError(f"{problem}; make it with: ripple calibrate --out {given.folder}") from None
    into_document(account, document)
    sample.write_text(points, "utf-8")
    print(f"{sample}\n{document}")
    return 0


def _recover(given: argparse.Namespace) -> int:
    from sim.calibration.calibrate import stored
    from sim.calibration.recovery import other_data

    print(other_data(stored(given.folder)), end="")
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
    ship = commands.add_parser("ship", help="make a finished calibration the one that experiments draw from")
    ship.add_argument("folder", type=Path, help="folder of ripple calibrate")
    ship.set_defaults(do=_ship)
    recover = commands.add_parser("recover", help="which parameters other data would find")
    recover.add_argument("folder", type=Path, help="folder of ripple calibrate")
    recover.set_defaults(do=_recover)
    given = parser.parse_args(arguments)
    return int(given.do(given))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ValueError as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
