"""The rule by which a verdict follows from the draws, and on which parameter it depends where they disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from sim.organization.luck import Luck

Floats = npt.NDArray[np.float64]
Verdict = Literal["supported", "not supported", "depends", "assumed"]
SUPPORTED: Final = 0.9  # of the draws
REFUTED: Final = 0.1
VARIANT: Final = (
    0.75  # of the draws of another structure; a supported claim that holds in fewer may turn round there
)
REACHED: Final = 0.5  # of the draws of the null twin in which the claim may hold at most
_PERMUTATIONS: Final = 400
_ALARM: Final = 0.05  # false alarms of the search for a parameter, and of that for a structure
_SEED: Final = 20_260_805


@dataclass(frozen=True, slots=True)
class Found:
    """What came out in one world.

    Attributes:
        kind, name, says: of the group.
        values: the smallest contrast by draw, NaN where its runs failed, shape (draws,).
        margin: by which it has to exceed zero.
    """

    kind: str
    name: str
    says: str
    values: tuple[float, ...]
    margin: float

    @property
    def known(self) -> Floats:
        """Values of the draws that ran."""
        every = np.array(self.values, dtype=np.float64)
        return every[np.isfinite(every)]

    @property
    def share(self) -> float:
        """Share of draws in which the claim holds; NaN without draws."""
        return float((self.known > self.margin).mean()) if len(self.known) else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of that share (Wilson 1927)."""
        return wilson(int((self.known > self.margin).sum()), len(self.known))


@dataclass(frozen=True, slots=True)
class Hinge:
    """The parameter that tells draws in which a claim holds from those in which it does not.

    Attributes:
        parameter: its name.
        correlation: rank correlation with the smallest contrast.
        chance: share of shuffles in which any parameter does as well.
        cut: the value that divides the draws best.
        below, above: share of draws below and above it in which the claim holds.
    """

    parameter: str
    correlation: float
    chance: float
    cut: float
    below: float
    above: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reasons.

    Attributes:
        verdict: supported, not supported, depends or assumed.
        on: what it depends on, in a few words; "" where it does not.
        why: the same with its numbers.
        hinge: the parameter, if draws tell.
        turning: names of other structures in which the share is far from that of the model as it is.
        null_share: share of the null twin's draws in which the claim holds.
    """

    verdict: Verdict
    on: str = ""
    why: str = ""
    hinge: Hinge | None = None
    turning: tuple[str, ...] = field(default_factory=tuple)
    null_share: float = float("nan")

    @property
    def words(self) -> str:
        """The verdict as it stands on the page."""
        return f"depends on {self.on}" if self.verdict == "depends" else self.verdict


class Unreachable(ValueError):
    """A null twin in which the claim still holds: the experiment could not have said no."""


def judge(
    found: Sequence[Found],
    drawn: Sequence[Mapping[str, float]],
    *,
    assumed: bool = False,
    name: str = "claim",
) -> Judgement:
    """The verdict.

    - The null twin has to be reached: the claim holds there in at most half of the draws.
    - Assumed: the file names the equation that makes it so.
    - Supported: it holds in nine draws of ten, and turns round under no other structure.
    - Not supported: it holds in one draw of ten at most, and turns round under no other structure.
    - Depends: otherwise; on the structures in which it turns round, or on the parameter that tells the draws apart.

    Structures are held against a claim only where it would be supported or not supported without them; where the draws
    themselves disagree, only a parameter is sought. A claim turns round under a structure in which more than a quarter
    of the draws say otherwise, if more of the same draws turn than chance explains (`turned`).

    Args:
        found: what came out in each world, the main one among them.
        drawn: parameters of the main draws.
        assumed: whether it is true by construction.
        name: for messages.

    Raises:
        Unreachable: the null twin was not reached, or none was run.
    """
    main = next(one for one in found if one.kind == "main")
    nulls = [one for one in found if one.kind == "null"]
    if not nulls:
        raise Unreachable(f"{name}: no null twin was run; a claim that cannot turn out false is not on trial")
    null_share = max(one.share for one in nulls)
    if not null_share <= REACHED:
        raise Unreachable(
            f"{name}: the null twin ({nulls[0].says}) is not reached: the claim still holds in {null_share:.0%} of its draws; "
            "give another region in which it is false"
        )
    if assumed:
        return Judgement("assumed", null_share=null_share)
    if not len(main.known):
        raise ValueError(f"{name}: every run failed; there is nothing to judge")
    variants = [one for one in found if one.kind == "variant" and len(one.known)]
    turning: tuple[str, ...] = ()
    if main.share >= SUPPORTED:
        turning = tuple(
            one.name for one in variants if one.share < VARIANT and turned(main, one, len(variants))
        )
        if not turning:
            return Judgement("supported", null_share=null_share)
    elif main.share <= REFUTED:
        turning = tuple(
            one.name for one in variants if one.share > 1.0 - VARIANT and turned(main, one, len(variants))
        )
        if not turning:
            return Judgement("not supported", null_share=null_share)
    hinge = None if turning else hinge_of(main, drawn)
    if turning:
        on = "the structure (" + ", ".join(one.replace("_", " ") for one in turning) + ")"
        why = "turns round under: " + "; ".join(one.says for one in variants if one.name in turning)
    elif hinge is not None:
        on = hinge.parameter
        why = (
            f"{hinge.parameter}: holds in {hinge.below:.0%} of draws below {hinge.cut:.3g}, in {hinge.above:.0%} above "
            f"(rank correlation {hinge.correlation:+.2f})"
        )
    else:
        on, why = "several assumptions together", "no single parameter tells the draws apart"
    return Judgement("depends", on, why, hinge, turning, null_share)


def turned(main: Found, other: Found, structures: int) -> bool:
    """Whether more draws turn under another structure, each held against the same draw, than chance explains.

    One-sided sign test over the draws that differ, 5 % false alarms over all structures together (Bonferroni).
    """
    from scipy.stats import binom

    every = np.array(other.values, dtype=np.float64)
    before = np.array(main.values[: len(every)], dtype=np.float64)
    there = np.isfinite(every) & np.isfinite(before)
    held, holds = before[there] > main.margin, every[there] > other.margin
    lost, won = int((held & ~holds).sum()), int((~held & holds).sum())
    along = lost if main.share >= SUPPORTED else won
    chance = float(binom.sf(along - 1, lost + won, 0.5))
    return chance <= _ALARM / structures


def hinge_of(main: Found, drawn: Sequence[Mapping[str, float]]) -> Hinge | None:
    """The parameter whose rank correlation with the smallest contrast is largest, if chance does not explain it.

    The largest correlation over all parameters is compared with the largest under shuffled draws, so that looking at
    many parameters raises no more false alarms than looking at one (Westfall & Young 1993).
    """
    every = np.array(main.values, dtype=np.float64)
    there = np.isfinite(every)
    values = every[there]
    names = sorted({name for row in drawn for name in row})
    table = np.array([[row[name] for name in names] for row in drawn], dtype=np.float64)[there]
    moving = np.flatnonzero(table.std(axis=0) > 0.0)
    if len(values) < 8 or not len(moving) or values.std() == 0.0:
        return None
    scored = _standard(_ranks(table[:, moving]))
    target = _standard(_ranks(values[:, None]))[:, 0]
    found = scored.T @ target / len(values)
    best = int(np.abs(found).argmax())
    luck = Luck(_SEED, "hinge")
    largest = np.array([
        np.abs(scored.T @ target[luck.permutation(len(values))]).max() / len(values) for _ in range(_PERMUTATIONS)
    ])  # fmt: skip
    chance = float((largest >= abs(found[best])).mean())
    if chance > _ALARM:
        return None
    column = table[:, moving[best]]
    cut, below, above = _cut(column, values > main.margin)
    return Hinge(names[int(moving[best])], float(found[best]), chance, cut, below, above)


def _cut(column: Floats, holds: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """The value that divides draws best (largest difference of shares), a sixth of the draws on either side at least."""
    order = np.argsort(column, kind="stable")
    column, holds = column[order], holds[order]
    least = max(2, len(column) // 6)
    best = (-1.0, 0.0, 0.0, 0.0)
    for k in range(least, len(column) - least + 1):
        below, above = float(holds[:k].mean()), float(holds[k:].mean())
        # Weighted by the sizes, so that a handful at an end does not win.
        gain = abs(below - above) * sqrt(k * (len(column) - k))
        if gain > best[0]:
            best = (gain, float(0.5 * (column[k - 1] + column[min(k, len(column) - 1)])), below, above)
    return best[1], best[2], best[3]


def _ranks(table: Floats) -> Floats:
    from scipy.stats import rankdata

    ranks: Floats = np.asarray(rankdata(table, axis=0), dtype=np.float64)
    return ranks


def _standard(table: Floats) -> Floats:
    spread = table.std(axis=0)
    made: Floats = (table - table.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    return made


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if count == 0:
        return 0.0, 1.0
    z, p = 1.959963984540054, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)
