"""The same two plans on every real organisation at hand.

    python benchmarks/real_organizations.py [--plans A B] [--replicates N] [--data FOLDER]

Prints a Markdown table: set, people, share practising at 3 years under both plans (mean over luck at the default
assumptions), paired difference with its 95 % interval, seconds. Folders hold `people.csv`, `ties.csv`, `layers.csv`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import sim


def data_folder() -> Path:
    """Where the organisations are: RIPPLE_DATA, or `shared/data` beside the repository."""
    return Path(os.environ.get("RIPPLE_DATA", Path(__file__).parents[2] / "shared" / "data"))


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", nargs=2, default=["business_as_usual", "stars_align"])
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--data", type=Path, default=data_folder())
    chosen = parser.parse_args()
    first, second = chosen.plans
    print(f"| set | people | {first} | {second} | difference (95 % interval) | seconds |")
    print("|---|--:|--:|--:|--:|--:|")
    for folder in sorted(path.parent for path in chosen.data.glob("*/people.csv")):
        files = [f"organization.people_file={folder / 'people.csv'}"]
        for name in ("ties", "layers"):
            if (folder / f"{name}.csv").exists():
                files.append(f"organization.{name}_file={folder / f'{name}.csv'}")
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as out:
            done = sim.compare(
                chosen.plans,
                replicates=chosen.replicates,
                seed=1,
                overrides=files,
                uncertainty=("luck",),
                out=Path(out) / "results",
            )
            shares = done.runs.groupby("scenario", observed=True)["share_end"].mean()
            contrast = done.difference(first, second, uncertainty="luck")
            people = sim.resolve(sim.load(first, overrides=files)).organization.n
        print(
            f"| {folder.name} | {people} | {shares[first]:.3f} | {shares[second]:.3f} | "
            f"{contrast.mean:+.3f} ({contrast.low:+.3f} to {contrast.high:+.3f}) | {time.perf_counter() - started:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
