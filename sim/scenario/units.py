"""Dates and lengths of time as people write them, in years."""

from __future__ import annotations

import math
import re
from typing import Final

_PER_YEAR: Final = {"day": 365.0, "week": 52.0, "month": 12.0, "quarter": 4.0, "year": 1.0}
_SHORT: Final = {
    "d": "day",
    "w": "week",
    "m": "month",
    "q": "quarter",
    "y": "year",
    "mo": "month",
    "yr": "year",
}
_LENGTH: Final = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([a-z]+)")  # 3 months
_DATE: Final = re.compile(r"([a-z]+)\s+([+-]?\d+(?:\.\d+)?)")  # month 3
_HELP: Final = "write years as a number, or text such as '3 months', '26 weeks', '1.5 years' or 'month 18'"
MAX_YEARS: Final = 100.0


def years(value: object) -> float:
    """A length of time or a date in years from the start of the scenario.

    Numbers are years.  Text is a number and a unit ("26 weeks") or a unit and a number ("month 18", which is
    when month 18 is over: 1.5 years).  A year has 12 months, 52 weeks or 365 days.

    Raises:
        ValueError: the value is not finite, below zero, above 100 years, or cannot be read.
    """
    number = _read(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is not a length of time; {_HELP}")
    if number < 0:
        raise ValueError(f"time runs from 0, found {value!r}")
    if number > MAX_YEARS:
        raise ValueError(f"{value!r} is {number:g} years; at most {MAX_YEARS:g} years are allowed")
    return number


def years_or_never(value: object) -> float | None:
    """As `years`; "never" or None is None, for no end."""
    if value is None or (isinstance(value, str) and value.strip().lower() == "never"):
        return None
    return years(value)


def _read(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"expected a length of time, found {value!r}; {_HELP}")
    if not isinstance(value, str):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    text = value.strip().lower()
    try:
        return float(text)
    except ValueError:
        pass
    if match := _LENGTH.fullmatch(text):
        number, unit = match.groups()
    elif match := _DATE.fullmatch(text):
        unit, number = match.groups()
    else:
        raise ValueError(f"cannot read {value!r} as a length of time; {_HELP}")
    name = _SHORT.get(unit, unit.removesuffix("s"))
    if name not in _PER_YEAR:
        raise ValueError(f"unknown unit of time '{unit}' in {value!r}; {_HELP}")
    return float(number) / _PER_YEAR[name]


def in_words(value: float) -> str:
    """A date in words, "month 3" or "the start"; whole months where they are near enough."""
    if value <= 0:
        return "the start"
    months = value * 12
    if abs(months - round(months)) < 1e-6:
        return f"month {round(months)}"
    weeks = value * 52
    if abs(weeks - round(weeks)) < 1e-6:
        return f"week {round(weeks)}"
    return f"year {value:.2f}"
