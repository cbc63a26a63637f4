"""What is varied: a factor, its values, and how a number of [0, 1) becomes one of them.

Every sampler draws in the unit cube; a factor turns its coordinate into a value by the inverse of its distribution
function.  So every sampler serves every distribution, whole numbers and categories come out in their right shares,
and indices of rank or variance are the same on either side of the map.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from sim.sensitivity.errors import SensitivityError

Floats = npt.NDArray[np.float64]
Kind = Literal["continuous", "integer", "categorical"]
Level = float | int | str
DISTRIBUTIONS: Final = ("uniform", "loguniform", "triangular", "normal", "lognormal")
_Z975: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that is varied.

    Attributes:
        path: where it goes, as `--set` names it: `parameters.contagion`, `levers.L01.dose`, `organization.people`.
        kind: "continuous"; "integer" (low and high both included); "categorical" (`levels`, each as likely).
        low, high: range; NaN for categories.  Nothing outside it is ever drawn.
        distribution: over the range: "uniform", "loguniform" (low above 0), "triangular" (peak at `base`), "normal"
            and "lognormal" (low and high are its 2.5th and 97.5th percentiles, and it is cut off there).
        levels: the values of a categorical factor, in the order they are shown.
        base: the value that stands when it is not varied; NaN or "" where unknown.
        group: factors of one group are moved together by methods that can; "" is a group of its own.
        label, unit, grade, source, meaning, tags: for people and for choosing.
        needs: overrides that a scenario must have before `path` exists in it (coverage of a lever).

    Raises:
        SensitivityError: a range, distribution or list of levels that makes no sense.
    """

    path: str
    kind: Kind = "continuous"
    low: float = math.nan
    high: float = math.nan
    distribution: str = "uniform"
    levels: tuple[Level, ...] = ()
    base: Level = math.nan
    group: str = ""
    label: str = ""
    unit: str = ""
    grade: str = ""
    source: str = ""
    meaning: str = ""
    tags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))
        object.__setattr__(self, "tags", tuple(self.tags))
        object.__setattr__(self, "needs", tuple(self.needs))
        if not self.label:
            object.__setattr__(
                self, "label", self.path.removeprefix("parameters.").removeprefix("organization.")
            )
        if self.kind == "categorical":
            self._check_levels()
        elif self.kind in ("continuous", "integer"):
            self._check_range()
        else:
            raise SensitivityError(
                f"factor {self.path}: kind '{self.kind}' is unknown; continuous, integer or categorical"
            )

    def _check_levels(self) -> None:
        if len(self.levels) < 2 or len(set(self.levels)) < len(self.levels):
            raise SensitivityError(
                f"factor {self.path}: {list(self.levels)!r} are no levels to choose from; give two or more, "
                "all different"
            )

    def _check_range(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise SensitivityError(
                f"factor {self.path}: the range {self.low:g} to {self.high:g} holds nothing to vary; give low < high"
            )
        if self.distribution not in DISTRIBUTIONS:
            raise SensitivityError(
                f"factor {self.path}: distribution '{self.distribution}' is unknown; one of {', '.join(DISTRIBUTIONS)}"
            )
        if self.distribution in ("loguniform", "lognormal") and self.low <= 0.0:
            raise SensitivityError(
                f"factor {self.path}: {self.distribution} needs a range above 0, found low = {self.low:g}"
            )
        if self.kind == "integer" and not (self.low == int(self.low) and self.high == int(self.high)):
            raise SensitivityError(
                f"factor {self.path}: whole numbers from {self.low:g} to {self.high:g}; give whole ends"
            )

    def values(self, u: npt.ArrayLike) -> npt.NDArray[Any]:
        """Values at quantiles u in [0, 1], shape of u: float64, int64, or text (dtype object).

        Categories and whole numbers get slices of [0, 1) as wide as they are likely.
        """
        at = np.clip(np.asarray(u, dtype=np.float64), 0.0, 1.0)
        if self.kind == "categorical":
            number = np.minimum((at * len(self.levels)).astype(np.int64), len(self.levels) - 1)
            if all(isinstance(level, int) and not isinstance(level, bool) for level in self.levels):
                return np.asarray(self.levels, dtype=np.int64)[number]
            if all(isinstance(level, (int, float)) for level in self.levels):
                return np.asarray(self.levels, dtype=np.float64)[number]
            return np.asarray([str(level) for level in self.levels], dtype=object)[number]
        if self.kind == "integer":
            drawn = _quantile(at, self.low - 0.5, self.high + 0.5, self.distribution, self._peak())
            return np.clip(np.rint(drawn), self.low, self.high).astype(np.int64)
        drawn = _quantile(at, self.low, self.high, self.distribution, self._peak())
        return np.clip(drawn, self.low, self.high)

    def _peak(self) -> float:
        if isinstance(self.base, str) or not self.low <= self.base <= self.high:
            return 0.5 * (self.low + self.high)
        return float(self.base)

    def positions(self, values: npt.ArrayLike) -> Floats:
        """Where values stand in the factor's order: themselves, or the number of their level, shape of values.

        Raises:
            SensitivityError: a value that is not a level.
        """
        if self.kind != "categorical":
            return np.asarray(values, dtype=np.float64)
        number = {str(level): k for k, level in enumerate(self.values(_middles(len(self.levels))).tolist())}
        try:
            return np.array([number[str(value)] for value in np.asarray(values).tolist()], dtype=np.float64)
        except KeyError as strange:
            raise SensitivityError(
                f"factor {self.path}: {strange} is not one of its levels {list(self.levels)}"
            ) from None

    def text(self, value: Level) -> str:
        """A value as it is printed on a figure: short, with its unit where it has one."""
        shown = value if isinstance(value, str) else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
        return (
            f"{shown} {self.unit}"
            if self.unit not in ("", "–") and not isinstance(value, str)
            else str(shown)
        )

    @property
    def middle(self) -> Level:
        """The base value, or the median where the base is unknown."""
        if isinstance(self.base, str):
            return self.base or self.values([0.5]).tolist()[0]
        return self.base if math.isfinite(self.base) else self.values([0.5]).tolist()[0]

    def as_dict(self) -> dict[str, Any]:
        """Plain data that JSON can hold (NaN becomes None)."""
        return {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Factor:
        """What `as_dict` gave, also after a trip through JSON."""
        known = {item.name for item in fields(cls)}
        kept: dict[str, Any] = {
            key: math.nan if value is None and key in ("low", "high", "base") else value
            for key, value in data.items()
        }
        return cls(**{key: value for key, value in kept.items() if key in known})

    def grouped(self, group: str) -> Factor:
        """The same factor as a member of a group."""
        return replace(self, group=group)


def _middles(count: int) -> Floats:
    return (np.arange(count) + 0.5) / count


def _quantile(u: Floats, low: float, high: float, distribution: str, peak: float) -> Floats:
    """Inverse distribution function on [low, high]."""
    if distribution == "loguniform":
        low = max(low, high * 1e-12)
        return np.exp(math.log(low) + u * (math.log(high) - math.log(low)))
    if distribution == "triangular":
        share = (peak - low) / (high - low)
        left = low + np.sqrt(u * (high - low) * (peak - low))
        right = high - np.sqrt((1.0 - u) * (high - low) * (high - peak))
        return np.where(u < share, left, right)
    if distribution in ("normal", "lognormal"):
        from scipy.special import ndtri

        a, b = (
            (math.log(max(low, high * 1e-12)), math.log(high)) if distribution == "lognormal" else (low, high)
        )
        z = ndtri(0.025 + 0.95 * u)
        drawn = 0.5 * (a + b) + z * (b - a) / (2.0 * _Z975)
        return np.asarray(np.exp(drawn) if distribution == "lognormal" else drawn, dtype=np.float64)
    return low + u * (high - low)


def groups_of(factors: Sequence[Factor]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Groups in the order they appear: name (a lone factor's path) and the numbers of its factors."""
    members: dict[str, list[int]] = {}
    for number, factor in enumerate(factors):
        members.setdefault(factor.group or factor.path, []).append(number)
    return tuple((name, tuple(numbers)) for name, numbers in members.items())


def check_factors(factors: Sequence[Factor]) -> tuple[Factor, ...]:
    """The factors as a tuple, if they can be varied together.

    Raises:
        SensitivityError: none, or one path twice.
    """
    chosen = tuple(factors)
    if not chosen:
        raise SensitivityError("no factor is chosen; name parameters, levers or a tag such as 'grade D'")
    paths = [factor.path for factor in chosen]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise SensitivityError(f"factor {', '.join(twice)} is chosen twice with different ranges; keep one")
    return chosen
