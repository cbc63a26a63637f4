"""From factors and a method to points to run, and back: which outcome belongs where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.experiments.design_table import Column, Design
from sim.sensitivity.data import Floats, Ints
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor, check_factors, groups_of
from sim.sensitivity.methods import Method, method_named
from sim.sensitivity.samplers import factorial_rows, shortest_curve

MADE_BY: Final = "ripple sensitivity"
LARGEST: Final = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How the points of a design make up base rows.

    Attributes:
        method: that drew them.
        factors: in the order of the design's columns.
        groups: name and members of what is analysed as one; each factor alone where the method has no groups.
        x: coordinates in the unit cube, or positions of given data, shape (base rows, points of a row, factors).
        place: number of the design's point for each point of a row, shape (base rows, points of a row).
        n_points: different points, as many as the design has.
        samples, second_order, seed: what was asked for.
        drawn_with: of given data, the number of the base row that each point was drawn with, shape (base rows,);
            points of one row differ in few coordinates, so they are no independent witnesses.
    """

    method: Method
    factors: tuple[Factor, ...]
    groups: tuple[tuple[str, tuple[int, ...]], ...]
    x: Floats
    place: Ints
    n_points: int
    samples: int
    second_order: bool
    seed: int
    drawn_with: Ints | None = None

    @property
    def clusters(self) -> Ints:
        """Number of the base row that each point was drawn with, shape (base rows × points of a row,)."""
        rows, points, _ = self.x.shape
        return np.repeat(np.arange(rows), points) if self.drawn_with is None else self.drawn_with


def positions(layout: Layout) -> Floats:
    """Positions of the factors' values (numbers, or the number of a level), shape (rows × points of a row, factors)."""
    flat = layout.x.reshape(-1, layout.x.shape[2])
    if layout.method.given_data:
        return flat
    return np.stack(
        [factor.positions(_values(factor, flat[:, j])) for j, factor in enumerate(layout.factors)], axis=1
    )


def make_design(
    factors: Sequence[Factor],
    method: str,
    samples: int | None = None,
    *,
    seed: int = 1,
    second_order: bool = True,
) -> Design:
    """Points to run for a method; none twice (whole numbers and categories may coincide: one run serves both).

    Args:
        factors: what varies.
        method: name in `methods.METHODS`.
        samples: base rows (trajectories for Morris, points a factor for FAST, levels for a full factorial).
        seed: which points, 0 or more; what the runs' luck is seeded with is another matter.
        second_order: Sobol' indices of pairs as well.

    Returns:
        A design whose `meta` says how it was made, so that `layout_of` can tell what its outcomes mean.

    Raises:
        SensitivityError: too few samples, or more points than can be planned.
    """
    chosen, how = check_factors(factors), method_named(method)
    n = how.usual_for(len(chosen)) if samples is None else samples
    _check(how, chosen, n, seed, second_order)
    layout, columns = _layout(how, chosen, n, seed, second_order)
    meta = {
        "made_by": MADE_BY, "method": how.name, "samples": n, "seed": seed, "second_order": second_order,
        "factors": [factor.as_dict() for factor in chosen], "rows": int(layout.x.shape[0] * layout.x.shape[1]),
        "salib": _salib_version(),
    }  # fmt: skip
    return Design(tuple(factor.path for factor in chosen), columns, meta)


def _check(how: Method, factors: Sequence[Factor], n: int, seed: int, second_order: bool) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < how.least:
        raise SensitivityError(f"method {how.name} needs {how.least} samples or more, found {n!r}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SensitivityError(f"seed must be a whole number, 0 or more, found {seed!r}")
    if how.name == "fast" and n < shortest_curve(len(factors)):
        raise SensitivityError(
            f"method fast needs {shortest_curve(len(factors))} samples or more for {len(factors)} factors, so that no two "
            f"share a frequency, found {n}; take more, or sobol or rbd_fast"
        )
    groups = len(groups_of(factors)) if how.groups else len(factors)
    if how.name == "sobol" and second_order and groups < 2:
        raise SensitivityError(
            "second-order indices need two factors or groups; choose more, or leave them out"
        )
    points = how.points(len(factors), groups, n, second_order)
    if points > LARGEST:
        raise SensitivityError(
            f"{points:,} points are more than can be planned ({LARGEST:,}); fewer samples, factors or levels"
        )
    if how.power_of_two and n & (n - 1):
        low = 1 << (n.bit_length() - 1)
        raise SensitivityError(
            f"method {how.name} loses its balance unless samples are a power of two: take {low} or {2 * low}, "
            f"found {n}"
        )


def _layout(
    how: Method, factors: tuple[Factor, ...], n: int, seed: int, second_order: bool
) -> tuple[Layout, tuple[Column, ...]]:
    """The layout and the columns of its different points."""
    groups = groups_of(factors) if how.groups else tuple((item.path, (k,)) for k, item in enumerate(factors))
    member = np.empty(len(factors), dtype=np.int64)
    for number, (_, members) in enumerate(groups):
        member[list(members)] = number
    if how.sample is None:
        counts = [_levels_of(factor, n) for factor in factors]
        x = factorial_rows(counts)
    else:
        x = how.sample(member.tolist(), n, seed, second_order)
    columns = [_values(factor, x[:, :, j].ravel()) for j, factor in enumerate(factors)]
    keep, place = _different(columns)
    distinct = tuple(column[keep] for column in columns)
    layout = Layout(
        how, factors, groups, x, place.reshape(x.shape[:2]), len(keep), n, second_order, seed
    )  # fmt: skip
    return layout, distinct


def _levels_of(factor: Factor, n: int) -> int:
    if factor.kind == "categorical":
        return len(factor.levels)
    return min(n, int(factor.high - factor.low) + 1) if factor.kind == "integer" else n


def _values(factor: Factor, u: Floats) -> Column:
    at_base = np.isnan(u)
    values = factor.values(np.where(at_base, 0.5, u))
    if at_base.any():
        if factor.kind == "integer" and float(factor.middle) != int(float(factor.middle)):
            values = values.astype(np.float64)
        values[at_base] = factor.middle
    return values


def _different(columns: Sequence[Column]) -> tuple[Ints, Ints]:
    """First row of each different point, in order, and the number of the point of each row."""
    rows = len(columns[0])
    code = np.zeros(rows, dtype=np.int64)
    for column in columns:
        values = column.astype(str) if column.dtype == object else column
        found, number = np.unique(values, return_inverse=True)
        _, code = np.unique(code * len(found) + number.ravel(), return_inverse=True)
        if code.max() + 1 == rows:
            return np.arange(rows), np.arange(rows)
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order].astype(np.int64), rank[inverse.ravel()].astype(np.int64)


def layout_of(design: Design, method: str | None = None) -> Layout:
    """How a design's outcomes are to be read.

    A design of `make_design` is drawn again and compared, so that outcomes in another order, points left out or
    points of another version of SALib are found out.  Methods that take any points read every design as it stands.

    Args:
        design: of `make_design`, or any other, for a method that takes given data.
        method: another method than the one it was made for; must take given data.

    Raises:
        SensitivityError: the design does not fit the method.
    """
    meta = design.meta
    made = meta.get("made_by") == MADE_BY
    how = method_named(method or str(meta.get("method", "pawn")))
    if made and how.name == meta["method"] and not how.given_data:
        return _drawn_again(design, how, meta)
    if not how.given_data:
        source = f"made for {meta['method']}" if made else "not made by `ripple sensitivity`"
        raise SensitivityError(
            f"the design was {source}, but method {how.name} needs points of its own; "
            "methods for any points: rbd_fast, delta, pawn, rsa"
        )
    if made:
        # With the points that coincide counted as often as they were drawn.
        again = _drawn_again(design, method_named(str(meta["method"])), meta)
        factors, u = again.factors, again.x.reshape(-1, again.x.shape[2])
        x = np.stack(
            [factor.positions(_values(factor, u[:, j])) for j, factor in enumerate(factors)], axis=1
        )  # fmt: skip
        place, drawn_with = again.place.reshape(-1, 1), again.clusters
    else:
        factors = _factors_of(design)
        x = np.stack(
            [factor.positions(column) for factor, column in zip(factors, design.values, strict=True)], axis=1
        )  # fmt: skip
        place = np.arange(len(design), dtype=np.int64)[:, None]
        drawn_with = place[:, 0]
    groups = tuple((factor.path, (number,)) for number, factor in enumerate(factors))
    return Layout(
        how, factors, groups, x[:, None, :], place, len(design), int(meta.get("samples", len(design))), False,
        int(meta.get("seed", 1)), drawn_with,
    )  # fmt: skip


def _drawn_again(design: Design, how: Method, meta: dict[str, Any]) -> Layout:
    factors = tuple(Factor.from_dict(entry) for entry in meta["factors"])
    layout, columns = _layout(how, factors, meta["samples"], meta["seed"], meta["second_order"])
    again = Design(design.paths, columns)
    if again.digest != design.digest:
        wrong = f"has {len(design)} points where {len(again)} belong" if len(again) != len(design) else (
            "holds other points, or the same in another order"
        )  # fmt: skip
        version = "" if meta.get("salib") == _salib_version() else f" (drawn with SALib {meta.get('salib')})"
        raise SensitivityError(
            f"the design {wrong} than method {how.name} draws with {meta['samples']} samples and seed "
            f"{meta['seed']}{version}; its outcomes would be read wrongly. Use the design as it was made, or a method "
            "for any points: rbd_fast, delta, pawn, rsa"
        )
    return layout


def _factors_of(design: Design) -> tuple[Factor, ...]:
    """Its factors as `meta` tells them, or as its columns show."""
    told = {entry["path"]: Factor.from_dict(entry) for entry in design.meta.get("factors", [])}
    return tuple(
        told[path] if path in told else _shown(path, column)
        for path, column in zip(design.paths, design.values, strict=True)
    )


def _shown(path: str, column: npt.NDArray[Any]) -> Factor:
    if column.dtype == object:
        levels = tuple(sorted(set(column.tolist())))
        if len(levels) < 2:
            raise SensitivityError(
                f"column {path} of the design does not vary; leave it out, or set it with --set"
            )
        return Factor(path, "categorical", levels=levels)
    low, high = float(column.min()), float(column.max())
    if low == high:
        raise SensitivityError(
            f"column {path} of the design does not vary; leave it out, or set it with --set"
        )
    return Factor(path, "integer" if column.dtype == np.int64 else "continuous", low, high)


def _salib_version() -> str:
    from importlib.metadata import version

    return version("SALib")
