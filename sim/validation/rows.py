"""One row of the page of trust: what, expected, source, ours, tolerance, verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Final

HEADINGS: Final = ("limits", "extremes", "patterns", "claims")
TITLES: Final = {
    "limits": "Limits that are known exactly",
    "extremes": "Extremes and conservation",
    "patterns": "Patterns",
    "claims": "Claims on trial",
}
PASS, FAIL, INSIDE, OUTSIDE = "pass", "FAIL", "inside", "OUTSIDE"
NOT_SUPPORTED: Final = "not supported"  # of a claim
REPORTED, NOT_APPLICABLE, NOT_RUN = "reported", "not applicable", "not run"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page.

    Attributes:
        heading: one of `HEADINGS`.
        what: the quantity, with its unit and where it was computed.
        expected, ours, tolerance: as printed.
        source: where the expectation comes from.
        verdict: pass or FAIL (limits, extremes); inside, OUTSIDE or reported (patterns); not applicable, not run.
        detail: numbers of runs, intervals, reasons.
        role: of a pattern: fitted, held-out or input check.
    """

    heading: str
    what: str
    expected: str
    source: str
    ours: str
    tolerance: str
    verdict: str
    detail: str = ""
    role: str = ""


def number(value: float) -> str:
    """A number for people: about five significant digits."""
    if not isfinite(value):
        return "–" if value != value else ("∞" if value > 0 else "−∞")
    if value != 0.0 and abs(value) < 1e-3:
        return f"{value:.2g}"
    return f"{value:.5g}"


def near(
    what: str,
    *,
    expected: float,
    ours: float,
    tolerance: float,
    source: str,
    detail: str = "",
    heading: str = "limits",
) -> Row:
    """A row that passes where `ours` is within `tolerance` of `expected`."""
    good = abs(ours - expected) <= tolerance
    return Row(
        heading,
        what,
        number(expected),
        source,
        number(ours),
        f"±{number(tolerance)}",
        PASS if good else FAIL,
        detail,
    )


def at_most(
    what: str, *, bound: float, ours: float, source: str, detail: str = "", heading: str = "limits"
) -> Row:
    """A row that passes where `ours` does not exceed `bound`."""
    verdict = PASS if ours <= bound else FAIL
    return Row(heading, what, f"at most {number(bound)}", source, number(ours), "–", verdict, detail)


def holds(
    what: str, good: bool, *, expected: str, ours: str, source: str, detail: str = "", heading: str = "limits"
) -> Row:
    """A row that passes where a statement holds."""
    return Row(heading, what, expected, source, ours, "exact", PASS if good else FAIL, detail)


def not_run(what: str, source: str, reason: str, *, heading: str = "limits") -> Row:
    """A row that could not be computed here."""
    return Row(heading, what, "–", source, "–", "–", NOT_RUN, reason)


@dataclass(frozen=True, slots=True)
class Check:
    """Something to compute.

    Attributes:
        heading: one of `HEADINGS`; name: said while it runs.
        compute: from whether the run is quick to rows.
        slow: left out of a quick run.
        seconds: about how long it takes on one processor; the longest begin first.
    """

    heading: str
    name: str
    compute: Callable[[bool], Iterable[Row]]
    slow: bool = False
    seconds: float = 5.0


def good(rows: Sequence[Row]) -> bool:
    """Whether nothing failed: limits and extremes all pass, fitted patterns are inside."""
    return not any(row.verdict == FAIL or (row.verdict == OUTSIDE and row.role == "fitted") for row in rows)


def unwelcome(rows: Sequence[Row]) -> list[str]:
    """What did not come out as expected, a sentence a row: failures first, then patterns outside, then claims."""
    order = (FAIL, OUTSIDE, NOT_SUPPORTED)
    bad = sorted((row for row in rows if row.verdict in order), key=lambda row: order.index(row.verdict))
    return [
        f"{row.what}: {row.verdict}, {row.ours}"
        if row.verdict == NOT_SUPPORTED
        else f"{row.verdict}{f', {row.role}' if row.role else ''}: {row.what}: {row.ours}, expected {row.expected}"
        for row in bad
    ]


def plain(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows as plain dictionaries, for JSON."""
    return [asdict(row) for row in rows]
