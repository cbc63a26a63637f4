"""What a pattern says of the model: one row a quantity, beside the range it has to lie in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite, isnan
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity of one pattern on one organisation.

    Attributes:
        pattern: "P1" … "P11"; organization: what it was computed on.
        quantity: in words, with its unit.
        value: what the model gave; NaN where it is undefined.
        low, high: the range it has to lie in; both NaN where it is only reported.
        inside: whether it does; None where it is only reported.
        detail: spread, counts and intervals, in words.
        applies: False where the organisation cannot bear the pattern; `detail` says why.
    """

    pattern: str
    organization: str
    quantity: str
    value: float
    low: float = float("nan")
    high: float = float("nan")
    inside: bool | None = None
    detail: str = ""
    applies: bool = True

    @property
    def verdict(self) -> str:
        """ "inside", "OUTSIDE", "reported" or "not applicable"."""
        if not self.applies:
            return "not applicable"
        return "reported" if self.inside is None else ("inside" if self.inside else "OUTSIDE")


def judged(
    pattern: str, organization: str, quantity: str, value: float, low: float, high: float, detail: str = ""
) -> Row:
    """A row whose value has to lie in [low, high]; an undefined value does not."""
    return Row(pattern, organization, quantity, value, low, high, bool(low <= value <= high), detail)


def reported(pattern: str, organization: str, quantity: str, value: float, detail: str = "") -> Row:
    """A row that is reported and not judged."""
    return Row(pattern, organization, quantity, value, detail=detail)


def cannot(pattern: str, organization: str, reason: str) -> Row:
    """A row that says why an organisation cannot bear a pattern."""
    return Row(pattern, organization, "the pattern", float("nan"), detail=reason, applies=False)


def verdicts(rows: Sequence[Row]) -> dict[str, bool]:
    """By pattern: whether every judged row of it is inside its range."""
    found: dict[str, bool] = {}
    for row in rows:
        if row.inside is not None:
            found[row.pattern] = found.get(row.pattern, True) and row.inside
    return found


def number(value: float) -> str:
    """A number for people: at most three decimals, "–" where undefined."""
    if isnan(value):
        return "–"
    if not isfinite(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:.0f}"


def range_of(row: Row) -> str:
    """The range of a row for people."""
    return "–" if isnan(row.low) else f"{number(row.low)} to {number(row.high)}"


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| pattern | organisation | quantity | value | range | verdict | detail |",
        "|---|---|---|--:|---|---|---|",
    ]
    for row in rows:
        cells = (
            row.pattern, row.organization, row.quantity, number(row.value), range_of(row), row.verdict, row.detail,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write(rows: Sequence[Row], folder: Path, *, about: dict[str, object]) -> tuple[Path, Path]:
    """Write `patterns.json` and `patterns.md` into a folder, making it where needed; returns both paths.

    Args:
        rows: what was found.
        about: version, seed and numbers of replicates, stored with the rows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plain = [
        {
            name: None if isinstance(value, float) and not isfinite(value) else value
            for name, value in asdict(row).items()
        }
        for row in rows
    ]
    as_json, as_text = folder / "patterns.json", folder / "patterns.md"
    as_json.write_text(
        json.dumps({"about": about, "rows": plain}, indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
    as_text.write_text(markdown(rows), "utf-8")
    return as_json, as_text
