"""Points of the unit cube, from SALib where it has them.

Every sampler takes the number of factors, the group of each factor (numbers from 0), the number of base rows and a
seed, and returns coordinates of shape (base rows, points of a row, factors).  NaN means "at its base value".
The first rows of a larger Morris, Sobol', DGSM or Sobol'-sequence design with the same seed are the rows of the
smaller one, so a study can be extended and keeps what has been run.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from sim.sensitivity.data import Floats

LEVELS_MORRIS: Final = 4
CURVES: Final = 4
STEP: Final = 0.1


def salib_seed(seed: int) -> int:
    """A seed that SALib takes for one: it reads 0 as "no seed"."""
    return seed % (2**31 - 2) + 1


def problem(groups: Sequence[int]) -> dict[str, Any]:
    """The unit cube as SALib wants it described."""
    names = [f"x{number}" for number in range(len(groups))]
    described: dict[str, Any] = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    if len(set(groups)) < len(groups):
        described["groups"] = [f"g{number}" for number in groups]
    return described


def sobol_rows(groups: Sequence[int], n: int, seed: int, second_order: bool) -> Floats:
    """Saltelli's rows: A, AB_1 …, BA_1 …, B; without second order no BA."""
    from SALib.sample import sobol

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that n is no power of two has been said by us
        u = sobol.sample(problem(groups), n, calc_second_order=second_order, seed=salib_seed(seed))
    return _rows(u, n)


def morris_rows(groups: Sequence[int], n: int, seed: int, second_order: bool) -> Floats:
    """Trajectories on a grid of four levels; each step moves one group."""
    from SALib.sample import morris

    return _rows(morris.sample(problem(groups), n, num_levels=LEVELS_MORRIS, seed=salib_seed(seed)), n)


def shortest_curve(factors: int) -> int:
    """Fewest points of a FAST curve: more than 4 M² (M = 4), and enough for every other factor to have a frequency of
    its own.  SALib gives two factors the same frequency and phase where there are too few, so that they move together
    and their effects are added before they are squared.
    """
    return 64 * max(1, factors - 1) + 1


def curves_for(factors: int, n: int) -> int:
    """Search curves that n points a factor are divided into: four, which tell their error, or one."""
    return CURVES if n >= CURVES * shortest_curve(factors) else 1


def fast_rows(groups: Sequence[int], n: int, seed: int, second_order: bool) -> Floats:
    """Search curves, for each factor in turn; four with phases of their own where n allows, so that they tell their
    error: shape (curves, factors × points of a curve, factors)."""
    from SALib.sample import fast_sampler

    curves = curves_for(len(groups), n)
    return np.stack(
        [
            fast_sampler.sample(problem(groups), n // curves, M=4, seed=salib_seed(seed * CURVES + curve))
            for curve in range(curves)
        ]
    )


def latin_rows(groups: Sequence[int], n: int, seed: int, second_order: bool) -> Floats:
    """Latin hypercube, factors independent of one another whatever their groups."""
    from SALib.sample import latin

    return _rows(latin.sample(problem(range(len(groups))), n, seed=salib_seed(seed)), n)


def sobol_sequence_rows(groups: Sequence[int], n: int, seed: int, second_order: bool) -> Floats:
    """The scrambled Sobol' sequence itself."""
    from scipy.stats import qmc

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _rows(qmc.Sobol(len(groups), scramble=True, seed=salib_seed(seed)).random(n), n)


def slope_rows(groups: Sequence[int], n: int, seed: int, second_order: bool) -> Floats:
    """A point and, for each factor, a step of a tenth of its range, inwards where it would leave the cube.

    Not SALib's: its steps are shares of the value, so they shrink to nothing towards 0 and at the upper end, where
    noise over step then outweighs everything, and it takes no seed.
    """
    base = sobol_sequence_rows(groups, n, seed, second_order)
    k = len(groups)
    rows = np.repeat(base, k + 1, axis=1)
    for j in range(k):
        rows[:, j + 1, j] += np.where(base[:, 0, j] + STEP < 1.0, STEP, -STEP)
    return rows


def one_at_a_time_rows(groups: Sequence[int], n: int, seed: int, second_order: bool) -> Floats:
    """The base, then each factor at its low and at its high end; one row, whatever n."""
    k = len(groups)
    rows = np.full((1, 2 * k + 1, k), np.nan)
    for j in range(k):
        rows[0, 1 + 2 * j, j], rows[0, 2 + 2 * j, j] = 0.0, 1.0
    return rows


def factorial_rows(levels: Sequence[int]) -> Floats:
    """Every combination of so many levels of each factor, ends included, shape (points, 1, factors)."""
    axes = [
        (np.arange(count) + 0.5) / count if count < 2 else np.linspace(0.0, 1.0, count) for count in levels
    ]
    points = np.array(list(itertools.product(*axes)), dtype=np.float64)
    return points[:, None, :]


def _rows(u: Floats, n: int) -> Floats:
    return np.asarray(u, dtype=np.float64).reshape(n, len(u) // n, u.shape[1])
