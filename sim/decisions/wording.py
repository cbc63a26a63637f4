"""Numbers as a reader wants them: points, money, hours, years, intervals, lists."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.decisions.statistics import Estimate

NOT_DISTINGUISHABLE = "not distinguishable"
_HUNDRED = 100.0


def points(value: float) -> str:
    """A difference of shares or scales in points of a hundred: "12.3 points"."""
    number = _HUNDRED * value
    return f"{_signed(number)} points"


def _signed(number: float) -> str:
    """One decimal, with a true minus; nothing is ever minus nothing."""
    return f"{number if abs(round(number, 1)) > 0 else 0.0:.1f}".replace("-", "−")


def points_of(found: Estimate) -> str:
    """A difference with its interval: "12.3 points (10.1 to 14.5)"."""
    if not math.isfinite(found.low):
        return f"{points(found.mean)} (interval unknown)"
    low, high = _HUNDRED * found.low, _HUNDRED * found.high
    return f"{points(found.mean)} ({_signed(low)} to {_signed(high)})"


def percent(value: float) -> str:
    """A share: "43 %"."""
    return f"{_HUNDRED * value:.0f} %"


def amount(value: float) -> str:
    """A count or sum for people, three significant digits from a thousand on: "44,200"."""
    if not math.isfinite(value):
        return "unknown"
    if abs(value) < 1000:
        return f"{value:.0f}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.0f}"


def plain(value: float) -> str:
    """A number in three significant digits, never in powers of ten within reason."""
    text = f"{value:.3g}"
    return f"{value:,.0f}" if "e+" in text else text


def years(value: float) -> str:
    """A length of time: months below two years, else years."""
    if not math.isfinite(value):
        return "unknown"
    months = value * 12.0
    if months < 23.5:
        return f"{months:.0f} {'month' if round(months) == 1 else 'months'}"
    return f"{value:.1f} years"


def listed(names: Sequence[str], link: str = "and") -> str:
    """Names as a phrase: "a, b and c"."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) <= 1:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {link} {quoted[-1]}"


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 run", "2 runs"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
