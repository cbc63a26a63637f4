"""Is it settled?  The order of the leading factors, the widest interval, and what to do about it, in a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtrit

from sim.sensitivity.data import Floats, Ints

LEADING: Final = 3
SURE: Final = 0.95
SMALL: Final = 0.1  # of the largest: below that, a factor is not among the leading ones
WANTED: Final = 0.05  # half interval, of the index (shares, distances) or of the largest one (others)
MOST_TIMES: Final = 16
RELATIVE: Final = ("mu_star", "mu_rms", "nu", "dgsm", "cvm", "effect")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the table `verdicts` says of one outcome."""

    index: str
    settled: bool
    leading: tuple[str, ...]
    half_width: float
    sentence: str


def verdict(
    index: str,
    labels: tuple[str, ...],
    value: Floats,
    drawn: Floats,
    low: Floats,
    high: Floats,
    *,
    runs: int,
    resampling: str = "rows",
) -> Verdict:
    """Judge one index of one outcome.

    The order is settled where each leading factor stays above the next in 95 % of the resamples; where there are none but
    a few curves or replicates, where Student's t of the difference says so at the same level.

    Args:
        index: which.
        labels, value, low, high: by factor.
        drawn: resampled values, shape (resamples, factors).
        runs: so far, to say what more would be.
        resampling: how they were made, see `methods.Method`: "curves" are estimates that leave out one of a few curves
            each, "luck" those of single replicates.
    """
    size = np.abs(value)
    if not np.isfinite(size).all() or size.size == 0:
        return Verdict(
            index, False, (), math.nan, "Nothing can be said: the outcome does not vary with the factors."
        )
    if float(size.max()) <= 0.0:
        return Verdict(
            index, False, (), math.nan, "Nothing can be told from chance: no factor shows an effect."
        )
    order = np.argsort(-size, kind="stable")
    leading = [k for k in order[:LEADING] if size[k] >= SMALL * size[order[0]]]
    names = tuple(labels[k] for k in leading)
    half = 0.5 * (high - low)[leading]
    if len(drawn) > 1 and not np.isfinite(half).all():
        said = "Nothing can be told from chance: the outcome differs too little between points."
        return Verdict(index, False, (), math.nan, said)
    if not np.isfinite(half).all() or len(drawn) < 2:
        said = f"In order: {_list(names)}; nothing says how sure that is (one curve or one run a point)."
        return Verdict(index, False, names, math.nan, said)
    widest = int(np.argmax(half))
    unsettled = _first_doubt(np.abs(drawn), size, order, len(leading), resampling)
    wanted = WANTED * (float(size[order[0]]) if index in RELATIVE else 1.0)
    sentences = [_order_sentence(names, unsettled, labels, order)]
    width = float(half[widest])
    if width > wanted:
        times = 1 << max(1, math.ceil(math.log2((width / wanted) ** 2)))
        more = "double the sample" if times == 2 else f"take {times} times the sample"
        told = (
            f"{more} ({runs * times:,} runs) for ±{_short(wanted)}"
            if times <= MOST_TIMES
            else "too wide to say how much it matters"
        )
        sentences.append(f"the interval of {names[widest]} is still ±{_short(width)}: {told}")
    else:
        sentences.append(f"the widest interval among them is ±{_short(width)}")
    text = "; ".join(sentences) + "."
    return Verdict(index, unsettled is None, names, width, text[0].upper() + text[1:])


def _first_doubt(drawn: Floats, size: Floats, order: Ints, count: int, resampling: str) -> int | None:
    """Rank (from 0) of the first leading factor that does not stay above the next; None if all do."""
    for rank in range(min(count, len(order) - 1)):
        a, b = order[rank], order[rank + 1]
        if not _stays_above(drawn[:, a] - drawn[:, b], float(size[a] - size[b]), resampling):
            return rank
    return None


def _stays_above(differences: Floats, difference: float, resampling: str) -> bool:
    if resampling not in ("curves", "luck"):
        return float((differences > 0.0).mean()) >= SURE
    n = len(differences)
    about = float(((differences - differences.mean()) ** 2).sum())
    # Estimates that leave out one in n differ little: the jackknife multiplies their squares (Efron & Tibshirani 1993).
    error = math.sqrt(about * (n - 1) / n if resampling == "curves" else about / (n * (n - 1)))
    # Two-sided: which of the two is called the larger was seen from the same numbers.
    return difference > float(stdtrit(n - 1, 0.5 + 0.5 * SURE)) * error


def _order_sentence(
    names: tuple[str, ...],
    doubt: int | None,
    labels: tuple[str, ...],
    order: Ints,
) -> str:
    if doubt is None:
        if len(names) == 1:
            return f"what matters most is settled: {names[0]}"
        return f"the order of the first {_count(len(names))} is settled: {_list(names)}"
    a, b = labels[order[doubt]], labels[order[doubt + 1]]
    start = f"first {_list(names[:doubt])}; then, " if doubt else ""
    return f"{start}whether {a} or {b} matters more is not settled"


def _count(number: int) -> str:
    return {2: "two", 3: "three"}.get(number, str(number))


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _short(value: float) -> str:
    text = f"{value:.2g}"
    return text[1:] if text.startswith("0.") else text
