"""How exact the sensitivity indices are, on functions whose indices are known: errors, and how often intervals hold.

python benchmarks/sensitivity.py            # a few minutes
"""

from __future__ import annotations

import time

import numpy as np

from sim.experiments.design_table import Design
from sim.sensitivity import testfunctions
from sim.sensitivity.data import Data
from sim.sensitivity.designs import layout_of, make_design
from sim.sensitivity.methods import METHODS
from sim.sensitivity.resampling import spread
from sim.sensitivity.sobol import sobol

LINE = testfunctions.factors_of("noisy_line")
TRUE = np.array(testfunctions.NOISY_LINE["ST"])


def laid_out(design: Design, y: np.ndarray) -> Data:
    """Outcomes of shape (points, replicates) as an analyser takes them."""
    layout = layout_of(design)
    members = tuple(numbers for _, numbers in layout.groups)
    return Data(y[layout.place], layout.x, members, (False,) * len(layout.factors))


def closed_forms(seeds: range) -> None:
    """Largest error of each method at n = 2^13 on Ishigami's function and Sobol's g."""
    print("closed forms at n = 2^13, largest error over", len(seeds), "seeds")
    for name, known in (("ishigami", testfunctions.ISHIGAMI), ("g_function", testfunctions.G_FUNCTION)):
        factors = testfunctions.factors_of(name)
        for method, second in (("sobol", True), ("sobol", False), ("fast", True), ("rbd_fast", True)):
            worst: dict[str, float] = {}
            for seed in seeds:
                design = make_design(factors, method, 2**13, seed=seed, second_order=second)
                x = np.stack(design.values, axis=1)
                if name == "ishigami":
                    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
                else:
                    a = np.array(testfunctions.G_COEFFICIENTS)
                    y = np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1)
                estimate = METHODS[method].estimate
                assert estimate is not None
                found = estimate(laid_out(design, y[:, None]))
                for index in ("S1", "ST"):
                    if index in found:
                        error = float(np.abs(found[index] - known[index]).max())
                        worst[index] = max(worst.get(index, 0.0), error)
                if name == "ishigami" and "S2" in found:
                    error = abs(float(found["S2"][0, 2]) - testfunctions.ISHIGAMI_S13)
                    worst["S13"] = max(worst.get("S13", 0.0), error)
            label = method + ("" if second else ", first and total alone")
            print(f"  {name:10s} {label:32s}", {index: round(error, 4) for index, error in worst.items()})


def noisy(design: Design, replicates: int, luck: str, seed: int) -> np.ndarray:
    """The line with noise of sd .5 in every run, or with luck that shifts and tilts it for all points alike."""
    x, rng = np.stack(design.values, axis=1), np.random.default_rng([seed, 7])
    y = (x @ np.array(testfunctions.SLOPES))[:, None]
    if luck == "independent":
        return y + 0.5 * rng.standard_normal((len(x), replicates))
    tilt = 0.15 * rng.standard_normal((3, replicates))
    common = 0.5 * rng.standard_normal(replicates) + (x - 0.5) @ tilt
    return y + common + 0.1 * rng.standard_normal((len(x), replicates))


def noise(seeds: range) -> None:
    """Total indices of the noisy line: N = 1024, 16 replicates."""
    print("noisy line, N = 1024, 16 replicates, total indices,", len(seeds), "seeds; true", TRUE.round(3))
    for second in (True, False):
        taken, averaged = [], []
        for seed in seeds:
            design = make_design(LINE, "sobol", 1024, seed=seed, second_order=second)
            y = noisy(design, 16, "independent", seed)
            taken.append(sobol(laid_out(design, y))["ST"])
            averaged.append(sobol(laid_out(design, y.mean(axis=1, keepdims=True)))["ST"])
        error = np.abs(np.array(taken) - TRUE)
        label = "with second order" if second else "first and total alone"
        print(f"  {label:24s} largest error {error.max(axis=0).round(4)}, root mean square "
              f"{np.sqrt((error**2).mean(axis=0)).round(4)}; averaging alone {np.mean(averaged, axis=0).round(3)}")  # fmt: skip


def intervals(seeds: range) -> None:
    """How often 95 % intervals of total indices hold the truth."""
    print(
        "95 % intervals of total indices of the noisy line, N = 128,",
        len(seeds),
        "seeds: share that holds the truth",
    )
    for luck, replicates in (
        ("independent", 4),
        ("independent", 8),
        ("common", 4),
        ("common", 8),
        ("common", 16),
    ):
        hits = []
        for seed in seeds:
            design = make_design(LINE, "sobol", 128, seed=seed)
            data = laid_out(design, noisy(design, replicates, luck, seed))
            found = spread(data, METHODS["sobol"], common=luck == "common", seed=seed)
            hits.append((found.low["ST"] <= TRUE) & (found.high["ST"] >= TRUE))
        print(f"  {luck:12s} {replicates:3d} replicates", np.mean(hits, axis=0).round(2))


def main() -> None:
    """All of it."""
    started = time.process_time()
    closed_forms(range(1, 6))
    noise(range(1, 21))
    intervals(range(200))
    print(f"{time.process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
