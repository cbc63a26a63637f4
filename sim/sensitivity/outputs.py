"""Outcomes as what they are: numbers, shares of runs, times that may never come, outcomes with two humps."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.sensitivity.data import Floats
from sim.sensitivity.errors import SensitivityError

CENSORED: Final = ("time_to_",)
SWEPT: Final = "swept"
REACHED: Final = ": reached"
UPPER: Final = ": upper hump"
GIVEN: Final = " | upper hump"
SMALLEST_HUMP: Final = 0.05
DEEP_VALLEY: Final = 0.6
FEWEST: Final = 200
MANY_REPLICATES: Final = 16
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing to be analysed.

    Attributes:
        name: without its time; time: years, NaN if it is not read at a time.
        y: shape (points, replicates), NaN where there is no value.
        kind, treatment, remark: as in the table `outputs`.
        failed, undefined: runs that did not finish; that did and have no value.
        given: True for "how much, where it came about": points without a value are no failure, and only methods for
            any points apply.
    """

    name: str
    time: float
    y: Floats
    kind: str = "number"
    treatment: str = "as it is"
    remark: str = ""
    failed: int = 0
    undefined: int = 0
    given: bool = False


def name_and_time(text: str) -> tuple[str, float]:
    """`share_practising[level=manager]@2.0` is that name and 2.0 years; NaN without a time."""
    name, at, when = text.rpartition("@")
    if not at:
        return text, math.nan
    try:
        return name, float(when)
    except ValueError:
        return text, math.nan


def outcomes_of(
    values: Mapping[str, npt.ArrayLike], failed: npt.ArrayLike | None = None, *, horizon: float = math.nan
) -> list[Outcome]:
    """What to analyse for the outcomes given.

    - A censored time (`time_to_…`, no value: never within the horizon) becomes two: the time restricted to the
      horizon, "never" counting as the horizon (restricted mean time; for PAWN: later than all others), and whether
      it was reached (share of runs).
    - An outcome of 0 and 1 (½ where two plans are level) is a share of runs.
    - A number with two humps is analysed as it is, as the share of runs in the upper hump, and as the mean within the
      upper hump.  Where `swept` is among the outcomes, it says which runs of an outcome of shares are up.

    Args:
        values: by name, shape (points, replicates); NaN or None where there is no value.
        failed: which runs did not finish, same shape; those without any value, if left out.
        horizon: years that runs last, for censored times.

    Raises:
        SensitivityError: shapes differ, or a censored time comes without a horizon.
    """
    arrays = {name: _array(name, value) for name, value in values.items()}
    if not arrays:
        raise SensitivityError("no outcome is chosen; name one, e.g. share_end")
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) > 1:
        raise SensitivityError(
            f"outcomes have different shapes {sorted(shapes)}; give (points, replicates) for each"
        )
    broken: Bools
    if failed is None:
        broken = ~np.any([np.isfinite(array) for array in arrays.values()], axis=0)
        if any(is_censored(name) for name in arrays):
            broken = np.zeros(next(iter(shapes)), dtype=np.bool_)
    else:
        broken = np.asarray(failed, dtype=np.bool_)
        if broken.shape not in shapes:
            raise SensitivityError(
                f"failed has shape {broken.shape}, outcomes {next(iter(shapes))}; give the same"
            )
    swept = arrays.get(SWEPT)
    found: list[Outcome] = []
    for text, y in arrays.items():
        name, time = name_and_time(text)
        if is_censored(name):
            found += _censored(name, time, y, broken, horizon)
            continue
        there = np.isfinite(y)
        plain = Outcome(
            name,
            time,
            np.where(broken, np.nan, y),
            failed=int(broken.sum()),
            undefined=int((~there & ~broken).sum()),
        )
        seen = plain.y[np.isfinite(plain.y)]
        if len(seen) and np.isin(seen, (0.0, 0.5, 1.0)).all():
            found.append(replace(plain, kind="share of runs", treatment="share of runs, 0 to 1"))
        elif (split := _split(name, plain.y, swept)) is not None:
            found += _two_humped(plain, split)
        else:
            found.append(plain)
    return found


def is_censored(name: str) -> bool:
    """Whether an outcome is a time that may never come (the difference of two is not: it has been made complete)."""
    return name.startswith(CENSORED) and ": " not in name


def _years(years: float) -> str:
    return f"{years:g} year{'' if years == 1.0 else 's'}"


def _array(name: str, value: npt.ArrayLike) -> Floats:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise SensitivityError(f"outcome {name} holds something that is no number") from None
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or not array.size:
        raise SensitivityError(f"outcome {name} has shape {array.shape}; give (points, replicates)")
    return np.where(np.isfinite(array), array, np.nan)


def _censored(name: str, time: float, y: Floats, broken: Bools, horizon: float) -> list[Outcome]:
    if not math.isfinite(horizon) or horizon <= 0.0:
        raise SensitivityError(f"{name} may never come within the run; say the horizon (years) to analyse it")
    reached = np.isfinite(y)
    share = float(reached[~broken].mean()) if (~broken).any() else math.nan
    never = int((~reached & ~broken).sum())
    time_spent = np.where(broken, np.nan, np.where(reached, np.minimum(y, horizon), horizon))
    remark = f"reached by {share:.0%} of runs; {never:,} never did within {_years(horizon)}"
    found = [
        Outcome(
            name, time, time_spent, "censored time",
            f"restricted to the horizon: never counts as {_years(horizon)}", remark, int(broken.sum()),
        )
    ]  # fmt: skip
    if 0.0 < share < 1.0:
        came = np.where(broken, np.nan, reached.astype(np.float64))
        found.append(
            Outcome(
                name + REACHED, time, came, "share of runs", f"share of runs that reached it within {_years(horizon)}",
                remark, int(broken.sum()),
            )
        )  # fmt: skip
    return found


def _split(name: str, y: Floats, swept: Floats | None) -> Bools | None:
    """Which runs are in the upper hump; None where there is one hump only."""
    if swept is not None and "share" in name:
        up = swept > 0.5
        seen = np.isfinite(swept) & np.isfinite(y)
        if (
            seen.any()
            and SMALLEST_HUMP <= up[seen].mean() <= 1.0 - SMALLEST_HUMP
            and valley(y[seen]) is not None
        ):
            return np.asarray(up, dtype=np.bool_)
        return None
    edge = valley(y[np.isfinite(y)])
    if edge is None or not _in_most_replicates(y, y > edge):
        return None
    return np.asarray(y > edge, dtype=np.bool_)


def _in_most_replicates(y: Floats, up: Bools) -> bool:
    """Whether the humps are there within a replicate.

    With common luck a handful of replicates makes humps of its own; many would show that luck decides between two.
    """
    if y.shape[1] >= MANY_REPLICATES:
        return True
    there = np.isfinite(y)
    share = (up & there).sum(axis=0) / np.maximum(1, there.sum(axis=0))
    return bool(((share >= SMALLEST_HUMP) & (share <= 1.0 - SMALLEST_HUMP)).mean() >= 0.5)


def valley(values: Floats) -> float | None:
    """Where the density of the values dips between two humps; None where there is one hump.

    A kernel density with Silverman's bandwidth; the dip must be below .6 of the lower peak, each hump hold 5 % of
    the values, and there must be 200 values.
    """
    seen = np.asarray(values, dtype=np.float64).ravel()
    if len(seen) < FEWEST or np.ptp(seen) <= 1e-12 * max(1.0, float(np.abs(seen).max())):
        return None
    spread = min(float(seen.std()), float(np.subtract(*np.percentile(seen, [75, 25]))) / 1.34) or float(
        seen.std()
    )
    width = 0.9 * spread * len(seen) ** -0.2
    grid = np.linspace(seen.min(), seen.max(), 256)
    step = grid[1] - grid[0]
    counts, _ = np.histogram(seen, bins=256, range=(grid[0] - step / 2, grid[-1] + step / 2))
    reach = min(255, max(1, math.ceil(4.0 * width / step)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / max(width, step / 2)) ** 2)
    density = np.convolve(counts, kernel, mode="full")[reach : reach + 256]
    inner = np.concatenate([[-1.0], density, [-1.0]])
    peaks = np.flatnonzero((inner[1:-1] > inner[:-2]) & (inner[1:-1] >= inner[2:]))
    best: tuple[float, float] | None = None
    for left, right in itertools.pairwise(peaks):
        low = left + int(np.argmin(density[left : right + 1]))
        depth = float(density[low] / min(density[: low + 1].max(), density[low:].max()))
        above = float((seen > grid[low]).mean())
        big = SMALLEST_HUMP <= above <= 1.0 - SMALLEST_HUMP
        if big and depth < DEEP_VALLEY and (best is None or depth < best[0]):
            best = depth, float(grid[low])
    return None if best is None else best[1]


def _two_humped(plain: Outcome, up: Bools) -> list[Outcome]:
    seen = np.isfinite(plain.y)
    share = float(up[seen].mean())
    low, high = float(plain.y[seen & ~up].mean()), float(plain.y[seen & up].mean())
    remark = (
        f"two humps: {share:.0%} of runs about {high:.3g}, the others about {low:.3g}; the mean lies where few runs are, "
        "so look at the share of runs in the upper hump and at how much there separately"
    )
    upper = np.where(seen, up.astype(np.float64), np.nan)
    given = np.where(seen & up, plain.y, np.nan)
    return [
        replace(plain, kind="two-humped", remark=remark),
        replace(
            plain, name=plain.name + UPPER, y=upper, kind="share of runs", treatment="share of runs in the upper hump",
            remark=remark,
        ),
        replace(
            plain, name=plain.name + GIVEN, y=given, treatment="mean of the runs in the upper hump, where there are any",
            remark=remark, given=True,
        ),
    ]  # fmt: skip
