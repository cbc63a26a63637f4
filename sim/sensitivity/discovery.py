"""Scenario discovery: in which corner of the factors does it happen?  A tree of questions, kept small.

CART (Breiman et al. 1984) from scikit-learn, an extra (`pip install -e '.[discovery]'`).  Each leaf is a box: a
few factors with a range each.  A box is judged by three numbers (Bryant & Lempert 2010,
doi:10.1016/j.techfore.2009.08.002): coverage (what share of all cases of interest lies in it), density (what share
of what lies in it is of interest) and how many factors it takes to say it.  They are measured on points that the
tree has not seen (five folds, base rows whole) as well as on those it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiments.design_table import Design
from sim.organization.luck import Luck
from sim.sensitivity.data import Floats, Ints
from sim.sensitivity.designs import layout_of
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor

FOLDS: Final = 5
BOX_COLUMNS: Final = (
    "box", "factor", "label", "low", "high", "levels", "text",
)  # fmt: skip
SCORE_COLUMNS: Final = (
    "box", "coverage", "density", "mass", "factors", "points", "density_unseen", "coverage_unseen", "sentence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Discovery:
    """Boxes of factor space where something happens, densest first.

    Attributes:
        event: what happens, in words.
        share: how often over all points, 0 to 1.
        boxes: a row for each limit: box (from 1), factor, label, low, high (NaN where open), levels, text.
        scores: a row a box: coverage, density, mass (share of all points), factors (limits it takes), points,
            density_unseen and coverage_unseen (of all boxes together, on points the tree had not seen; the same in
            every row), sentence.
        notes: what to know.
    """

    event: str
    share: float
    boxes: pd.DataFrame
    scores: pd.DataFrame
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Leaf:
    limits: dict[int, tuple[float, float]]  # by column: above, up to and with
    value: float


def discover(
    design: Design,
    happens: npt.ArrayLike,
    *,
    event: str = "it happens",
    deepest: int = 3,
    smallest: float = 0.05,
    wanted: float | None = None,
    seed: int = 1,
) -> Discovery:
    """Boxes in which an event is common.

    Args:
        design: any; whole numbers and categories are cut at their levels.
        happens: by point, share of its runs in which the event happens (0 to 1), shape (points,) or
            (points, replicates); NaN where nothing is known.
        event: in words, for sentences: "B overtakes A".
        deepest: most questions to a box, 1 to 6.
        smallest: fewest points of a box, as a share of all.
        wanted: density from which a leaf counts as a box; halfway between the overall share and 1 if left out.
        seed: of the folds.

    Raises:
        SensitivityError: scikit-learn is not installed, too few points, or the event always or never happens.
    """
    tree_class = _tree_class()
    if not 1 <= deepest <= 6:
        raise SensitivityError(f"a box of {deepest} questions is no box; give 1 to 6")
    y = np.asarray(happens, dtype=np.float64)
    y = np.nanmean(y, axis=1) if y.ndim == 2 else y
    if len(y) != len(design):
        raise SensitivityError(f"{len(y)} outcomes for {len(design)} points; give every point one")
    layout = layout_of(design, "rsa")
    factors, x, place = layout.factors, layout.x[:, 0, :], layout.place[:, 0]
    y = y[place]
    known = np.isfinite(y)
    x, y, kin = x[known], y[known], _kin(layout.clusters[known], place[known])
    if len(y) < 50:
        raise SensitivityError(f"{len(y)} points are too few to find boxes in; take 50 or more")
    if not 0.0 <= y.min() <= y.max() <= 1.0:
        raise SensitivityError(
            "happens must be between 0 and 1 (share of runs); say what counts, e.g. y > .5"
        )
    share = float(y.mean())
    if share in (0.0, 1.0):
        raise SensitivityError(f"{event} {'never' if share == 0.0 else 'always'}: there is no corner to find")
    dense = share + 0.5 * (1.0 - share) if wanted is None else wanted
    columns = _columns(factors, x)
    grow = {"max_depth": deepest, "min_samples_leaf": max(2, int(smallest * len(y))), "ccp_alpha": 1e-4}
    leaves = _boxes(tree_class, grow, columns.x, y, dense)
    unseen = _unseen(tree_class, grow, columns.x, y, dense, kin, seed)
    notes = (
        [f"{int((~known).sum())} points without a known outcome were left out."] if not known.all() else []
    )
    if not leaves:
        notes.append(f"No box has a density of {dense:.0%} or more; the event is {share:.0%} overall.")
    boxes, scores = _tables(leaves, columns, factors, y, event, unseen)
    return Discovery(event, share, boxes, scores, tuple(notes))


def _tree_class() -> Any:
    try:
        from sklearn.tree import DecisionTreeRegressor
    except ImportError:
        raise SensitivityError(
            "scenario discovery needs scikit-learn; install it with: pip install -e '.[discovery]' in the folder of Ripple"
        ) from None
    return DecisionTreeRegressor


@dataclass(frozen=True, slots=True)
class _Columns:
    """What the tree sees: numbers as they are, a column for each level of a category."""

    x: Floats
    factor: tuple[int, ...]
    level: tuple[int, ...]  # -1 for numbers


def _columns(factors: tuple[Factor, ...], x: Floats) -> _Columns:
    parts, owner, level = [], [], []
    for j, factor in enumerate(factors):
        if factor.kind == "categorical":
            for k in range(len(factor.levels)):
                parts.append((x[:, j] == k).astype(np.float64))
                owner.append(j)
                level.append(k)
        else:
            parts.append(x[:, j])
            owner.append(j)
            level.append(-1)
    return _Columns(np.stack(parts, axis=1), tuple(owner), tuple(level))


def _boxes(tree_class: Any, grow: dict[str, Any], x: Floats, y: Floats, dense: float) -> list[_Leaf]:
    """Leaves of at least that density, densest first.

    A regression tree on the share of runs splits as one on single runs would (variance is the Gini index halved).
    """
    tree = tree_class(random_state=0, **grow).fit(x, y).tree_
    found: list[_Leaf] = []

    def walk(node: int, limits: dict[int, tuple[float, float]]) -> None:
        if tree.children_left[node] < 0:
            if float(tree.value[node].ravel()[0]) >= dense:
                found.append(_Leaf(limits, float(tree.value[node].ravel()[0])))
            return
        column, edge = int(tree.feature[node]), float(tree.threshold[node])
        low, high = limits.get(column, (-np.inf, np.inf))
        walk(int(tree.children_left[node]), {**limits, column: (low, min(high, edge))})
        walk(int(tree.children_right[node]), {**limits, column: (max(low, edge), high)})

    walk(0, {})
    return sorted(found, key=lambda leaf: -leaf.value)


def _inside(x: Floats, leaf: _Leaf) -> npt.NDArray[np.bool_]:
    inside = np.ones(len(x), dtype=np.bool_)
    for column, (low, high) in leaf.limits.items():
        inside &= (x[:, column] > low) & (x[:, column] <= high)
    return inside


def _kin(rows_of: Ints, place: Ints) -> Ints:
    """Families of points, shape (points,): of one base row, or the same point twice; shape of both arguments.

    A tree that has seen a point has seen its family, where all coordinates but one are the same.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, points = (np.unique(one, return_inverse=True)[1] for one in (rows_of, place))
    size = int(rows.max()) + 1
    links = coo_array((np.ones(len(rows)), (rows, size + points)), shape=(size + int(points.max()) + 1,) * 2)
    family: Ints = connected_components(links, directed=False)[1][rows].astype(np.int64)
    return family


def _unseen(
    tree_class: Any, grow: dict[str, Any], x: Floats, y: Floats, dense: float, kin: Ints, seed: int
) -> tuple[float, float]:
    """Density and coverage of all boxes together on points of families the tree has not seen; NaN with one family."""
    families = np.unique(kin, return_inverse=True)[1]
    count = int(families.max()) + 1
    if count < 2:
        return float("nan"), float("nan")
    fold = (Luck(seed, "folds of discovery").permutation(count) % FOLDS)[families]
    taken = np.zeros(len(y), dtype=np.bool_)
    for part in np.unique(fold):
        test = fold == part
        for leaf in _boxes(tree_class, grow, x[~test], y[~test], dense):
            taken[test] |= _inside(x[test], leaf)
    if not taken.any():
        return float("nan"), 0.0
    return float(y[taken].mean()), float(y[taken].sum() / y.sum())


def _tables(
    leaves: list[_Leaf], columns: _Columns, factors: tuple[Factor, ...], y: Floats, event: str, unseen: tuple[float, float]
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    limits: list[dict[str, Any]] = []
    scores: list[dict[str, Any]] = []
    for number, leaf in enumerate(leaves, start=1):
        mine = [{"box": number, **row} for row in _limit_rows(leaf, columns, factors)]
        limits += mine
        inside = _inside(columns.x, leaf)
        density, coverage = float(y[inside].mean()), float(y[inside].sum() / y.sum())
        where = " and ".join(row["text"] for row in mine) or "everywhere"
        sentence = f"Where {where}: {event} in {density:.0%} of runs ({coverage:.0%} of all cases lie here)."
        scores.append(
            {
                "box": number, "coverage": coverage, "density": density, "mass": float(inside.mean()),
                "factors": len(mine), "points": int(inside.sum()), "density_unseen": unseen[0],
                "coverage_unseen": unseen[1], "sentence": sentence,
            }
        )  # fmt: skip
    return pd.DataFrame(limits, columns=list(BOX_COLUMNS)), pd.DataFrame(scores, columns=list(SCORE_COLUMNS))


def _limit_rows(leaf: _Leaf, columns: _Columns, factors: tuple[Factor, ...]) -> list[dict[str, Any]]:
    by_factor: dict[int, list[int]] = {}
    for column in leaf.limits:
        by_factor.setdefault(columns.factor[column], []).append(column)
    rows = []
    for j, mine in by_factor.items():
        factor = factors[j]
        named = {"factor": factor.path, "label": factor.label, "low": np.nan, "high": np.nan, "levels": ""}
        if factor.kind == "categorical":
            required = [columns.level[c] for c in mine if leaf.limits[c][0] > 0.0]
            barred = [columns.level[c] for c in mine if leaf.limits[c][0] <= 0.0]
            kept = required or [k for k in range(len(factor.levels)) if k not in barred]
            levels = " or ".join(str(factor.levels[k]) for k in kept)
            rows.append({**named, "levels": levels, "text": f"{factor.label} is {levels}"})
            continue
        low, high = leaf.limits[mine[0]]
        if factor.kind == "integer":
            low, high = np.floor(low) + 1.0 if np.isfinite(low) else low, np.floor(high)
        text = _range_text(factor, low, high)
        named |= {"low": low if np.isfinite(low) else np.nan, "high": high if np.isfinite(high) else np.nan}
        rows.append({**named, "text": text})
    return rows


def _range_text(factor: Factor, low: float, high: float) -> str:
    if np.isfinite(low) and np.isfinite(high):
        return f"{factor.label} is from {low:.3g} to {high:.3g}"
    above = "at least" if factor.kind == "integer" else "above"
    return (
        f"{factor.label} is {above} {low:.3g}"
        if np.isfinite(low)
        else f"{factor.label} is at most {high:.3g}"
    )
