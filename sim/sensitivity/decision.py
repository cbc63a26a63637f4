"""The decision: what makes plan B overtake plan A.

Both plans are run at every point, replicate r of both with the same luck.  Their difference and the chance that B is
ahead are then outcomes like any other: a share of variance says which assumption the *choice* depends on, and regional
analysis or `discovery` says where in its range B wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from sim.sensitivity.data import Floats
from sim.sensitivity.errors import SensitivityError

MINUS = ": {b} − {a}"
OVERTAKES = ": {b} overtakes {a}"
_BY_CHANCE: Final = (
    0.05  # of the points, twice what Student's t lets pass on either side where there is no difference
)


def decision_outcomes(
    of_a: Mapping[str, npt.ArrayLike], of_b: Mapping[str, npt.ArrayLike], *, a: str = "A", b: str = "B"
) -> dict[str, Floats]:
    """The difference B − A and whether B is ahead (1; ½ where they are level; 0), run by run, by name.

    A time after "@" stays at the end of the name: "share_practising: B − A@2.0".

    Args:
        of_a, of_b: outcomes by name, shape (points, replicates), NaN where a run has no value.
        a, b: names of the plans.

    Raises:
        SensitivityError: the plans have no outcome in common, or of different shapes.
    """
    found: dict[str, Floats] = {}
    for name in of_a:
        if name not in of_b:
            continue
        first, second = np.asarray(of_a[name], dtype=np.float64), np.asarray(of_b[name], dtype=np.float64)
        if first.shape != second.shape:
            raise SensitivityError(
                f"outcome {name} has shape {first.shape} in {a} and {second.shape} in {b}; run both at every point"
            )
        gap = second - first
        ahead = np.where(np.isnan(gap), np.nan, 0.5 * (np.sign(gap) + 1.0))
        stem, at, when = name.partition("@")
        found[stem + MINUS.format(a=a, b=b) + at + when] = gap
        found[stem + OVERTAKES.format(a=a, b=b) + at + when] = ahead
    if not found:
        raise SensitivityError(f"{a} and {b} have no outcome in common; choose one that both have")
    return found


@dataclass(frozen=True, slots=True)
class Ranking:
    """Does the ranking of two plans survive, over all points?

    Attributes:
        a, b, outcome: what is compared.
        points: that could be judged.
        b_ahead, a_ahead: share of points at which the mean difference favours one beyond its own chance (Student's t over
            the replicates: without a difference one point in forty on either side); open: the rest.
        mean, low, high: mean difference B − A over the points, 5th and 95th percentile of the points' mean differences.
        sentence: for people.
    """

    a: str
    b: str
    outcome: str
    points: int
    b_ahead: float
    a_ahead: float
    open: float
    mean: float
    low: float
    high: float
    sentence: str


def ranking(gap: npt.ArrayLike, *, a: str, b: str, outcome: str) -> Ranking:
    """How often B beats A over the points of a study.

    Args:
        gap: B − A, shape (points, replicates), NaN where a run has no value; two replicates or more.

    Raises:
        SensitivityError: fewer than two replicates, so that a lead cannot be told from chance.
    """
    y = np.asarray(gap, dtype=np.float64)
    if y.ndim != 2 or y.shape[1] < 2:
        raise SensitivityError("a ranking needs two replicates of every point or more")
    n = np.isfinite(y).sum(axis=1)
    y, n = y[n >= 2], n[n >= 2]
    if not len(y):
        raise SensitivityError(f"no point has two pairs of runs of {a} and {b}")
    mean = np.nanmean(y, axis=1)
    error = np.nanstd(y, axis=1, ddof=1) / np.sqrt(n)
    reach = stdtrit(n - 1, 0.975) * error
    ahead, behind = float((mean > reach).mean()), float((mean < -reach).mean())
    low, high = np.percentile(mean, [5.0, 95.0])
    between = max(0.0, 1.0 - ahead - behind)
    leader, lead, other = (b, ahead, behind) if ahead >= behind else (a, behind, ahead)
    if lead <= _BY_CHANCE:
        said = f"neither leads at more points than chance would have it ({lead:.0%} and {other:.0%})"
    elif lead >= 0.9 and other <= 0.01:
        said = f"{leader} leads at {lead:.0%} of the points: the ranking survives"
    elif other <= _BY_CHANCE:
        said = f"{leader} leads at {lead:.0%} of the points and hardly ever trails ({other:.0%})"
    else:
        said = f"{leader} leads at {lead:.0%} of the points and trails at {other:.0%}: the ranking hangs on the factors"
    sentence = f"{outcome}: {said}; at {between:.0%} it cannot be told from chance."
    return Ranking(
        a, b, outcome, len(y), ahead, behind, between, float(mean.mean()), float(low), float(high), sentence
    )
