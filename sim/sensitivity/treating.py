"""Runs that failed, values that are not there: counted, said, and treated by a policy that is named in the result.

Nothing undefined ever reaches an analysis: SALib answers one NaN with zeros for every factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.sensitivity.data import Floats, Ints
from sim.sensitivity.designs import Layout
from sim.sensitivity.errors import SensitivityError

POLICIES: Final = ("refuse", "drop", "impute-median")
TOLERATED: Final = 0.01


@dataclass(frozen=True, slots=True)
class Treated:
    """Outcomes laid out in base rows, complete.

    Attributes:
        y: shape (base rows, points of a row, replicates).
        rows: which base rows are left, shape (base rows,).
        missing: runs without a value.
        said: what was done, in words; "" where nothing was missing.
    """

    y: Floats
    rows: Ints
    missing: int
    said: str


def treat(
    y: Floats,
    layout: Layout,
    *,
    name: str,
    policy: str = "refuse",
    tolerated: float = TOLERATED,
    reasons: str = "",
) -> Treated:
    """Outcomes of the points as complete base rows.

    A point of which some replicates are missing keeps the others, and its noise is scaled to their number.  A point
    with fewer than two (none, where there is one replicate) is lost; then

    - "refuse": an error, also where more than `tolerated` of all runs are missing;
    - "drop": base rows with a lost point are left out (for methods made of independent rows);
    - "impute-median": a lost point takes the median of all other runs, which pulls every index towards 0.

    Args:
        y: shape (points, replicates), NaN where there is no value.
        layout: of the design.
        name: of the outcome, for messages.
        tolerated: share of missing runs that "refuse" lets pass.
        reasons: why runs failed, for messages.

    Raises:
        SensitivityError: by the policy; the message counts and names.
    """
    if policy not in POLICIES:
        raise SensitivityError(f"policy '{policy}' is unknown; one of {', '.join(POLICIES)}")
    if y.shape[0] != layout.n_points:
        raise SensitivityError(
            f"outcome {name} has {y.shape[0]} points, but the design has {layout.n_points}; give every point its row"
        )
    there = np.isfinite(y)
    missing = int((~there).sum())
    rows = np.arange(layout.place.shape[0])
    if not missing:
        return Treated(y[layout.place], rows, 0, "")
    replicates = y.shape[1]
    lost = there.sum(axis=1) < min(2, replicates)
    share = missing / y.size
    what = f"{missing:,} of {y.size:,} runs have no value for {name}{f' ({reasons})' if reasons else ''}"
    if policy == "refuse" and (lost.any() or share > tolerated):
        examples = ", ".join(str(point) for point in np.flatnonzero(lost)[:5])
        gone = f"; {int(lost.sum())} points have too few to go on: {examples}" if lost.any() else ""
        others = " (or drop)" if layout.method.droppable else ""
        raise SensitivityError(
            f"{what}{gone}. Mend the runs, narrow the factors, choose an outcome that is always defined, or say "
            f"what to do with --failed impute-median{others}"
        )
    if lost.all():
        raise SensitivityError(f"{what}: no point can be analysed")
    filled = _filled(y, there, lost)
    if not lost.any():
        return Treated(
            filled[layout.place], rows, missing, f"{what}; their points go on with the remaining replicates"
        )
    if policy == "impute-median":
        said = (
            f"{what}; {int(lost.sum())} points take the median of the others, which pulls indices towards 0"
        )
        return Treated(filled[layout.place], rows, missing, said)
    if not layout.method.droppable:
        raise SensitivityError(
            f"{what}; method {layout.method.name} cannot leave out points; use impute-median, or another method"
        )
    rows = np.flatnonzero(~lost[layout.place].any(axis=1))
    total = layout.place.shape[0]
    if 2 * len(rows) < total or len(rows) < layout.method.least:
        raise SensitivityError(
            f"{what}; leaving out base rows would leave {len(rows)} of {total}: too few to speak for the rest"
        )
    return Treated(
        filled[layout.place[rows]],
        rows,
        missing,
        f"{what}; {total - len(rows)} of {total} base rows are left out",
    )


def _filled(y: Floats, there: np.ndarray, lost: np.ndarray) -> Floats:  # type: ignore[type-arg]
    """Complete outcomes with the same mean and the same noise of the mean at every point.

    With n of R replicates there, the others take the mean and the deviations grow by √(R (R − 1) / (n (n − 1))), so
    that s²/R of the filled row is s²/n of what was there.
    """
    replicates = y.shape[1]
    n = there.sum(axis=1, keepdims=True)
    mean = np.where(there, y, 0.0).sum(axis=1, keepdims=True) / np.maximum(n, 1)
    grow = np.sqrt(replicates * max(1, replicates - 1) / np.maximum(1, n * (n - 1)))
    filled = np.where(there, mean + grow * (y - mean), mean)
    whole = there.all(axis=1)
    filled[whole] = y[whole]
    filled[lost] = np.median(y[there & ~lost[:, None]])
    return np.asarray(filled, dtype=np.float64)
