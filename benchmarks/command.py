"""How long the command takes from the shell, warm: `ripple --help`, and `ripple run` of 300 people with its page.

    python benchmarks/command.py [--against DIR] [--repeats N] [--uncertainty luck|assumptions|both]

`--against DIR` names another checkout of the repository; the two are then run turn by turn and the ratio is given,
which says more than seconds on a machine that others use too.  Seconds of the processor are given beside those of
the clock for the same reason.  Medians of the repeats, after one run that compiles and finds business as usual.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCENARIO = "stars_align"


def timed(checkout: Path, cache: Path, arguments: list[str]) -> tuple[float, float]:
    """Seconds of the clock and of the processor that one call of the command takes."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "RIPPLE_CACHE": str(cache)}
    code = "import sys; sys.argv[0] = 'ripple'; from sim.cli import main; main()"
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment, cwd=cache, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def a_run(checkout: Path, cache: Path, uncertainty: str) -> tuple[float, float]:
    """One `ripple run` into a folder that is not there yet."""
    out = cache / "out"
    shutil.rmtree(out, ignore_errors=True)
    return timed(
        checkout, cache, ["run", SCENARIO, "--quiet", "--uncertainty", uncertainty, "--out", str(out)]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", type=Path, help="another checkout, for a ratio")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--uncertainty", default="both", choices=("luck", "assumptions", "both"))
    options = parser.parse_args()
    here = Path(__file__).resolve().parents[1]
    checkouts = {"here": here} | ({"against": options.against.resolve()} if options.against else {})
    with tempfile.TemporaryDirectory() as folder:
        caches = {name: Path(folder) / name for name in checkouts}
        for name, checkout in checkouts.items():
            caches[name].mkdir()
            a_run(checkout, caches[name], options.uncertainty)
        helps = [timed(here, caches["here"], ["--help"])[0] for _ in range(options.repeats)]
        print(f"ripple --help: {statistics.median(helps):.2f} s")
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in checkouts}
        for _ in range(options.repeats):
            for name, checkout in checkouts.items():
                found[name].append(a_run(checkout, caches[name], options.uncertainty))
    medians = {name: tuple(statistics.median(part) for part in zip(*rows)) for name, rows in found.items()}
    for name, (clock, processor) in medians.items():
        what = f"ripple run {SCENARIO} --uncertainty {options.uncertainty}"
        print(f"{what}, {name}: {clock:.2f} s, {processor:.2f} s of the processor")
    if options.against:
        clock, processor = (a / b for a, b in zip(medians["here"], medians["against"]))
        print(f"ratio: {clock:.2f} by the clock, {processor:.2f} by the processor")


if __name__ == "__main__":
    main()
