"""A brief as an Excel workbook: a sheet a table, numbers as numbers, for slides and further sums."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.report.brief_fields import Brief

_TABLES = ("levers", "futures", "indicators", "movers")


def workbook(found: Brief) -> bytes:
    """The content of an `.xlsx` file: sheets brief, levers, futures, indicators, movers, curves, text."""
    from openpyxl import Workbook

    data = found.as_data()
    book = Workbook(write_only=True)
    _sheet(book, "brief", ("field", "value"), _fields(data))
    for name in _TABLES:
        rows = [dict(_flat(row)) for row in data[name]]
        _sheet(book, name, tuple(rows[0]) if rows else ("none",), [tuple(row.values()) for row in rows])
    curves = found.curves.astype(object).where(found.curves.notna(), None)
    _sheet(book, "curves", tuple(curves.columns), curves.itertuples(index=False, name=None))
    texts = [(key, text) for key in ("warnings", "hinges", "decision", "remarks") for text in data[key]]
    _sheet(book, "text", ("what", "sentence"), texts)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fields(data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Every field that is one number or one text, a spread as three."""
    return [(key, value) for key, value in _flat(data) if not isinstance(value, list)]


def _flat(data: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}_")
        else:
            yield f"{before}{key}", value


def _sheet(book: Any, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for column in range(len(head)):
        sheet.column_dimensions[chr(ord("A") + column)].width = 30 if column == 0 else 18
    cells = []
    for title in head:
        cell = WriteOnlyCell(sheet, value=title)
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    for row in rows:
        sheet.append([_text(value) for value in row])


def _text(value: Any) -> Any:
    """Text that begins like a formula stays text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@") else value
