"""How much noise common random numbers take out of a comparison.

    python benchmarks/common_random_numbers.py [--replicates 400] [--outcome share_end]

Runs `business_as_usual` against `one_mild_lever` (one mild lever, far from tipping) with the same luck and prints the
variance of the paired difference, what independent luck would give (the sum of the two variances), and their ratio,
with a 95 % bootstrap interval.  The exit code is 1 if the ratio is above 1/4.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sim.analysis.pairs import paired
from sim.experiments import compare

PAIR = ("business_as_usual", "one_mild_lever")


def main() -> int:
    """Measure; 1 if the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--outcome", default="share_end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = compare(PAIR, replicates=options.replicates, uncertainty="luck", out=Path(folder) / "crn")
        runs = found.runs
    ratios = {}
    for outcome in dict.fromkeys([options.outcome, "share_1y", "share_2y", "skill_end", "enthusiasm_end"]):
        pairs = paired(runs, *PAIR, outcome, "luck")
        a, b = pairs["a"].to_numpy(float), pairs["b"].to_numpy(float)
        together, independent = np.var(b - a, ddof=1), np.var(a, ddof=1) + np.var(b, ddof=1)
        ratios[outcome] = together / independent
        low, high = _interval(a, b)
        print(
            f"{outcome:15} n {len(a)}  paired {together:.3e}  independent {independent:.3e}  "
            f"ratio {ratios[outcome]:.3f} ({low:.3f} to {high:.3f})  correlation {np.corrcoef(a, b)[0, 1]:.3f}"
        )
    ratio = ratios[options.outcome]
    print(f"{options.outcome}: {'at most' if ratio <= 0.25 else 'MORE THAN'} a quarter")
    return 0 if ratio <= 0.25 else 1


def _interval(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    rng = np.random.default_rng(1)
    ratios = []
    for _ in range(1000):
        k = rng.integers(0, len(a), len(a))
        ratios.append(np.var(b[k] - a[k]) / (np.var(a[k]) + np.var(b[k])))
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    raise SystemExit(main())
