"""Offsets of business as usual over a design: a smooth function fitted to a pilot, and how good it is.

Business as usual is run at pilot points, a Latin hypercube in the box of the columns that act on it, a few runs each,
twice: without knowledge, then at a first guess.  Each round says by how much the offset of a point is wrong, with
noise; ridge regression on linear, squared and (up to a dozen columns) product terms finds the smooth function through
them, its penalty chosen by generalised cross-validation (Golub, Heath & Wahba 1979, doi:10.1080/00401706.1979.10489751).
Fresh points then tell how far the mean share is from its target under that function.  Where that is more than .01 the
function is not used: every point is searched.

The box of a parameter is widened to sixteenths of its declared range, so that a design that grows keeps its function.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import combinations
from math import ceil, sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.engine.compiled import CACHE
from sim.engine.stationary import fingerprint, mean_shares, offset_for, offset_near, target_share
from sim.experiments.design import latin_hypercube
from sim.experiments.design_table import Design, Value
from sim.experiments.points import PARAMETERS, Resolver, SweptArm, own_path
from sim.experiments.usual_plan import acting_columns, codes
from sim.parameters import REGISTER
from sim.theory.scales import logit

Floats = npt.NDArray[np.float64]
TOLERANCE: Final = 0.01  # of the mean share, root mean square over fresh points
_SEED: Final = 20_250_102
_SLOPE: Final = 0.7
_PRODUCTS: Final = 12  # columns up to which products enter
_PENALTIES: Final = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
_FRESH: Final = 32  # points that judge the function
_RECIPE: Final = 2  # counts changes of what is done here, so that nothing older is taken from the disk
_DIGITS: Final = 4  # offsets are rounded, so that the last bits of linear algebra never matter


@dataclass(frozen=True, slots=True)
class Axis:
    """One acting column.

    Attributes:
        column: of the design; path: its name.
        low, high: of its box (natural scale); log: whether it is spread on a logarithmic scale.
        levels: categories of a text column, else empty.
        whole: whether its values are whole numbers.
    """

    column: int
    path: str
    low: float
    high: float
    log: bool
    levels: tuple[str, ...]
    whole: bool

    def value(self, u: float) -> Value:
        """The value at a place in (0, 1) of the box."""
        if self.levels:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        if self.log:
            return float(np.exp(np.log(self.low) + u * (np.log(self.high) - np.log(self.low))))
        natural = self.low + u * (self.high - self.low)
        return round(natural) if self.whole else float(natural)

    def scaled(self, values: Sequence[Value]) -> list[Floats]:
        """Feature columns: from −1 to 1 over the box, or an indicator for each level but the first."""
        if self.levels:
            return [np.array([float(value == level) for value in values]) for level in self.levels[1:]]
        x = np.array(values, dtype=np.float64)
        low, high = self.low, self.high
        if self.log:
            x, low, high = np.log(x), float(np.log(low)), float(np.log(high))
        return [2.0 * (x - low) / (high - low) - 1.0]


@dataclass(frozen=True, slots=True)
class Smooth:
    """The offset as a function of the acting columns.

    Attributes:
        axes: the columns; products: whether products of two enter; weights: of the terms.
        error: root mean square gap of the mean share from its target at fresh points, noise taken out.
        bias: mean gap; worst: largest gap as measured (noise included).
        runs: what finding it took.
    """

    axes: tuple[Axis, ...]
    products: bool
    weights: tuple[float, ...]
    error: float
    bias: float
    worst: float
    runs: int

    def __call__(self, point: Sequence[Value]) -> float:
        """The offset at a point, given by its values by column of the design."""
        terms = _terms(self.axes, [[point[axis.column]] for axis in self.axes], self.products)
        return round(float(np.clip(terms[0] @ np.array(self.weights), -6.0, 6.0)), _DIGITS)

    @property
    def good(self) -> bool:
        """Whether it may be used."""
        return self.error <= TOLERANCE


@dataclass(slots=True)
class Usual:
    """Offsets of the points of a sweep; made once, sent to every worker.

    Attributes:
        method: what is done: "default", "search" or "emulate".
        start: offset of each reference arm before any point.
        smooth: by reference arm, where emulated.
    """

    method: str
    start: Mapping[int, float]
    smooth: Mapping[int, Smooth] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], float] = field(default_factory=dict, repr=False)

    def offset(
        self, resolver: Resolver, reference: int, point: Sequence[Value], acting: Sequence[int]
    ) -> float:
        """The offset of a reference arm at a point."""
        smooth = self.smooth.get(reference)
        if smooth is not None and smooth.good:
            return smooth(point)
        if self.method == "default" or not acting:
            return self.start[reference]
        key = (reference, *(point[k] for k in acting))
        if key not in self._known:
            if len(self._known) > 64:
                self._known.clear()
            resolved = resolver.resolved(reference, point)
            self._known[key] = offset_near(resolved, self.start[reference]).value
        return self._known[key]

    def described(self, names: Sequence[str]) -> dict[str, Any]:
        """For the manifest: what was done and how well."""
        made: dict[str, Any] = {"method": self.method, "start": {names[k]: v for k, v in self.start.items()}}
        for k, one in self.smooth.items():
            made[names[k]] = {
                "columns": [axis.path for axis in one.axes],
                "error_in_share": round(one.error, 5), "bias_in_share": round(one.bias, 5),
                "largest_gap_measured": round(one.worst, 5), "pilot_runs": one.runs,
                "used": one.good,
            }  # fmt: skip
        return made


def find_usual(
    arms: Sequence[SweptArm],
    design: Design,
    method: str,
    *,
    threads: int,
    told: Callable[[], None] = lambda: None,
) -> Usual:
    """Offsets for a sweep: searches the start, and runs the pilot where the method is "emulate"."""
    references = sorted({arm.reference for arm in arms})
    start: dict[int, float] = {}
    smooth: dict[int, Smooth] = {}
    for k in references:
        resolved = arms[k].resolved
        assert resolved is not None
        start[k] = round(offset_for(resolved, threads=threads).value, _DIGITS)
        told()
        if resolved.fixed_offset is None and method == "emulate" and acting_columns(arms[k], design):
            smooth[k] = smooth_for(arms, design, k, start[k], threads=threads, told=told)
    return Usual(method, start, smooth)


def axes_of(arm: SweptArm, design: Design) -> tuple[Axis, ...]:
    """The acting columns of an arm with their boxes."""
    made = []
    for k in acting_columns(arm, design):
        path, column = design.paths[k], design.values[k]
        if column.dtype == object:
            made.append(Axis(k, path, 0.0, 1.0, False, tuple(codes(design, k)), False))
            continue
        low, high = float(column.min()), float(column.max())
        entry = REGISTER.get(own_path(path)[1].removeprefix(PARAMETERS))
        log = entry is not None and entry.distribution == "loguniform" and low > 0.0
        if entry is not None and entry.low < entry.high:
            low, high = _widened(low, high, entry.low, entry.high, log)
        made.append(Axis(k, path, low, high, log, (), column.dtype == np.int64))
    return tuple(made)


def _widened(low: float, high: float, least: float, most: float, log: bool) -> tuple[float, float]:
    """A box outward to sixteenths of the declared range, inside that range where the values are."""
    scale: Callable[[float], float] = (lambda x: float(np.log(x))) if log else float
    back: Callable[[float], float] = (lambda x: float(np.exp(x))) if log else float
    step = (scale(most) - scale(least)) / 16.0
    down = np.floor((scale(low) - scale(least)) / step + 1e-9)
    up = np.ceil((scale(high) - scale(least)) / step - 1e-9)
    wide_low, wide_high = back(scale(least) + down * step), back(scale(least) + up * step)
    return min(wide_low, low) if low < least else max(wide_low, least), max(min(wide_high, most), high)


def smooth_for(
    arms: Sequence[SweptArm], design: Design, arm: int, start: float, *, threads: int,
    told: Callable[[], None] = lambda: None,
) -> Smooth:  # fmt: skip
    """`fit_smooth`, remembered on disk for the same organisation, columns, boxes and version."""
    axes = axes_of(arms[arm], design)
    resolved = arms[arm].resolved
    assert resolved is not None
    text = json.dumps(
        [_RECIPE, fingerprint(resolved), start, [asdict(axis) for axis in axes]], sort_keys=True
    )
    path = CACHE / "offsets" / f"smooth-{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}.json"
    try:
        found = json.loads(path.read_text())
        return Smooth(axes, **{**found, "weights": tuple(found["weights"])})
    except (OSError, ValueError, TypeError, KeyError):
        made = fit_smooth(arms, design, arm, axes, start, threads=threads, told=told)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.tmp")
        partial.write_text(
            json.dumps({name: getattr(made, name) for name in Smooth.__slots__ if name != "axes"})
        )
        partial.replace(path)
    except OSError:
        pass  # a read-only cache only costs the time of finding it again
    return made


def pilot_size(columns: int) -> int:
    """Pilot points for so many acting columns."""
    return min(384, max(96, 16 * columns))


def pilot_runs(people: int) -> int:
    """Runs a pilot point and round: about 1,200 people's years five."""
    return min(32, max(2, ceil(1200 / max(people, 1))))


def fit_smooth(
    arms: Sequence[SweptArm], design: Design, arm: int, axes: Sequence[Axis], start: float, *, threads: int,
    told: Callable[[], None] = lambda: None,
) -> Smooth:  # fmt: skip
    """Run the pilot, fit the function, judge it on fresh points."""
    base = list(design.point(0).values())
    size = pilot_size(len(axes))
    people = arms[arm].resolved.organization.n  # type: ignore[union-attr]
    each = pilot_runs(people)
    fresh_each = 3 * each
    places = latin_hypercube(size, len(axes), seed=_SEED)
    judges = latin_hypercube(_FRESH, len(axes), seed=_SEED + 1)

    def points(u: Floats) -> list[list[Value]]:
        made = []
        for row in u:
            point = list(base)
            for axis, place in zip(axes, row, strict=True):
                point[axis.column] = axis.value(float(place))
            made.append(point)
        return made

    pilot, fresh = points(places), points(judges)
    resolver = Resolver(arms, design.paths)
    machine = [resolver.resolved(arm, point) for point in [*pilot, *fresh]]  # not from several threads
    targets = np.array([target_share(one) for one in machine])

    def shares(rows: range, offsets: Sequence[float], runs: int, first: int) -> Floats:
        """Mean shares by point and run; every point has luck of its own, so that their errors do not add up."""

        def one(k: int) -> Floats:
            told()
            luck = first + (k - rows.start) * runs
            return mean_shares(machine[k], offsets[k - rows.start], range(luck, luck + runs))

        with ThreadPoolExecutor(max_workers=threads) as pool:
            return np.array(list(pool.map(one, rows)))

    terms, products = _chosen_terms(axes, pilot)
    at = np.full(size, start)
    places_at, gaps_at = [], []
    weights = np.zeros(terms.shape[1])
    for round_ in range(2):
        found = shares(range(size), at.tolist(), each, round_ * size * each)
        places_at.append(at)
        gaps_at.append(_log_gap(found.mean(axis=1), targets[:size]))
        wanted = _wanted(places_at, gaps_at)
        weights = ridge(terms, np.clip(wanted, start - 2.0, start + 2.0))
        at = np.round(np.clip(terms @ weights, -6.0, 6.0), _DIGITS)
    made = Smooth(tuple(axes), products, tuple(float(w) for w in weights), 0.0, 0.0, 0.0, 0)
    judged = shares(range(size, size + _FRESH), [made(point) for point in fresh], fresh_each, 2 * size * each)
    gaps = judged.mean(axis=1) - targets[size:]
    noise = judged.var(axis=1, ddof=1).mean() / fresh_each
    return Smooth(
        made.axes, products, made.weights,
        error=sqrt(max(0.0, float((gaps**2).mean() - noise))),
        bias=float(gaps.mean()),
        worst=float(np.abs(gaps).max()),
        runs=2 * size * each + _FRESH * fresh_each,
    )  # fmt: skip


def _wanted(places: Sequence[Floats], gaps: Sequence[Floats]) -> Floats:
    """What each pilot point says its offset should be, noise and all.

    After two rounds their difference tells the slope.  The second round, nearer the answer, counts twice.
    """
    slope = _SLOPE
    if len(places) == 2:
        moved = places[1] - places[0]
        size = float(moved @ moved)
        if size > 1e-3 * len(moved):
            slope = float(np.clip((gaps[1] - gaps[0]) @ moved / size, 0.4, 1.2))
    told = [place - gap / slope for place, gap in zip(places, gaps, strict=True)]
    return told[0] if len(told) == 1 else (told[0] + 2.0 * told[1]) / 3.0


def _log_gap(share: Floats, target: Floats) -> Floats:
    inside = np.clip(share, 0.001, 0.999)
    return np.array([logit(float(s)) - logit(float(t)) for s, t in zip(inside, target, strict=True)])


def _chosen_terms(axes: Sequence[Axis], points: Sequence[Sequence[Value]]) -> tuple[Floats, bool]:
    columns = [[point[axis.column] for point in points] for axis in axes]
    products = len(axes) <= _PRODUCTS
    return _terms(axes, columns, products), products


def _terms(axes: Sequence[Axis], columns: Sequence[Sequence[Value]], products: bool) -> Floats:
    """Constant, linear terms, squares (not of indicators) and products, shape (points, terms)."""
    linear: list[Floats] = []
    squares: list[Floats] = []
    for axis, values in zip(axes, columns, strict=True):
        scaled = axis.scaled(values)
        linear += scaled
        squares += [x * x - 1.0 / 3.0 for x in scaled] if not axis.levels else []
    crossed = [a * b for a, b in combinations(linear, 2)] if products else []
    return np.stack([np.ones(len(columns[0])), *linear, *squares, *crossed], axis=1)


def ridge(terms: Floats, wanted: Floats) -> Floats:
    """Ridge regression with a free constant (first column), its penalty by generalised cross-validation."""
    mean, centre = wanted.mean(), terms[:, 1:].mean(axis=0)
    u, s, vt = np.linalg.svd(terms[:, 1:] - centre, full_matrices=False)
    projected = u.T @ (wanted - mean)
    best, weights = np.inf, np.zeros(terms.shape[1])
    for penalty in _PENALTIES:
        shrunk = s * s / (s * s + penalty)
        left = wanted - mean - u @ (shrunk * projected)
        score = float((left @ left) / max(1.0, len(wanted) - 1.0 - shrunk.sum()) ** 2)
        if score < best:
            slopes = vt.T @ (shrunk / np.where(s > 0, s, 1.0) * projected)
            best, weights = score, np.concatenate([[mean - centre @ slopes], slopes])
    return weights
