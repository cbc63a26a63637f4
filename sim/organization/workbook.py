"""Sheets of a workbook (.xlsx) as the text of a table, so that they are read and complained of as CSV files are.

Every row of the sheet is a line of the text, blank ones too, so the numbers in messages are the sheet's own.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sim.organization.errors import OrganizationError

_LARGEST: Final = 400_000_000  # bytes of a workbook once unpacked
_WIDEST: Final = 1_000  # columns of a sheet that are read
_CELLS: Final = 50_000_000  # cells of a sheet, blank ones too: each row is filled up to its last one
_LONGEST: Final = 32_767  # letters of a cell, as in the spreadsheet itself
_MOST: Final = 50_000_000  # letters of a sheet as text
_OLD: Final = b"\xd0\xcf\x11\xe0"  # how .xls and protected workbooks begin
PEOPLE, TIES, LAYERS = "people", "ties", "layers"
# What sheets are called, as words of their names in small letters.
_CALLED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        PEOPLE: (
            "people", "staff", "employees", "employee", "hr", "personnel", "persons", "headcount", "personal", "mitarbeiter",
            "mitarbeitende", "beschäftigte", "personen", "medewerkers", "personeel", "employés", "salariés", "personas",
            "empleados",
        ),
        TIES: (
            "ties", "network", "survey", "edges", "links", "netzwerk", "beziehungen", "befragung", "umfrage", "netwerk",
            "relaties", "réseau", "liens", "enquête", "red", "relaciones", "encuesta",
        ),
        LAYERS: ("layers", "questions", "fragen", "vragen", "preguntas"),
    }
)  # fmt: skip


def is_workbook(raw: bytes) -> bool:
    """Whether bytes are a workbook: a zip (.xlsx), or an old or protected one, which is refused with a reason."""
    return raw.startswith((b"PK\x03\x04", _OLD))


def sheet_text(raw: bytes, file: str, sheet: str | None = None, kind: str = PEOPLE) -> tuple[str, str]:
    """A sheet as CSV text, and its name.

    Args:
        raw: the workbook.
        file: what messages call it.
        sheet: its name; where not given the only one, or the one that is called like what it should hold.
        kind: what it should hold: `PEOPLE`, `TIES` or `LAYERS`.

    Raises:
        OrganizationError: no workbook, no such sheet, several that could be meant, or a cell without a value of its own.
    """
    name = sheet or chosen(sheets_of(raw, file), kind, file)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for cells in _rows(raw, file, name):
        while cells and not cells[-1]:
            cells.pop()
        writer.writerow(cells)
        if out.tell() > _MOST:
            raise OrganizationError(
                f"{file}, sheet {name!r}: holds more than {_MOST // 1_000_000} million letters and separators; "
                "leave out columns and rows that are not needed"
            )
    return out.getvalue(), name


def sheets_of(raw: bytes, file: str) -> list[str]:
    """Names of the sheets that can be seen, in order.

    Raises:
        OrganizationError: no workbook.
    """
    book = _opened(raw, file, values=True)
    return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]


def named_like(names: Sequence[str], kind: str) -> list[str]:
    """Those of the names of sheets that sound like people, ties or layers."""
    return [
        name
        for name in names
        if set(name.casefold().replace("_", " ").replace("-", " ").split()) & set(_CALLED[kind])
    ]


def chosen(names: Sequence[str], kind: str, file: str) -> str:
    """The sheet that is meant where none is named.

    Raises:
        OrganizationError: several could be.
    """
    like = named_like(names, kind)
    if len(like) == 1:
        return like[0]
    if len(names) == 1:
        return names[0]
    option = "--sheet" if kind == PEOPLE else "--survey-sheet"
    raise OrganizationError(
        f"{file}: it is open which sheet holds the {kind}: {', '.join(repr(name) for name in like or names)}; "
        f"call one of them {kind.capitalize()!r}, or say which: {option} NAME"
    )


def _opened(raw: bytes, file: str, *, values: bool) -> Any:
    """The workbook with what its formulas gave (`values`), or with the formulas."""
    if raw.startswith(_OLD):
        raise OrganizationError(
            f"{file}: is an old workbook (.xls) or a protected one; save it as .xlsx without a password, or as CSV UTF-8"
        )
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _LARGEST:
                raise OrganizationError(f"{file}: is too large once unpacked; save the sheet as CSV UTF-8")
        return openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=values)
    except OrganizationError:
        raise
    except Exception as problem:  # whatever a broken file brings forth in the reader
        raise OrganizationError(
            f"{file}: cannot be read as a workbook ({type(problem).__name__}); save it as .xlsx anew, or as CSV UTF-8"
        ) from None


def _rows(raw: bytes, file: str, name: str) -> Iterator[list[str]]:
    """The cells of each row as text."""
    both = []
    for values in (True, False):
        book = _opened(raw, file, values=values)
        if name not in book.sheetnames:
            there = ", ".join(repr(one) for one in book.sheetnames)
            raise OrganizationError(f"{file}: there is no sheet {name!r}; it has {there}")
        sheet = book[name]
        if not hasattr(sheet, "iter_rows"):
            raise OrganizationError(f"{file}: the sheet {name!r} is a chart; name one with rows")
        sheet.reset_dimensions()
        both.append(sheet.iter_rows(values_only=True))
    cells = 0
    for number, (found, written) in enumerate(zip(*both), 1):
        cells += len(found)
        if any(cell is not None for cell in found[_WIDEST:] + written[_WIDEST:]):
            raise OrganizationError(
                f"{file}, sheet {name!r}, row {number}: has cells up to column {len(found):,}, and {_WIDEST:,} are read; "
                "delete what stands to the right of the table, or save the sheet as CSV UTF-8"
            )
        if cells > _CELLS:
            raise OrganizationError(
                f"{file}, sheet {name!r}: has more than {_CELLS // 1_000_000} million cells, blank ones with a format "
                "counted; delete the columns to the right of the table, or save the sheet as CSV UTF-8"
            )
        yield [
            ""
            if value is None and formula is None
            else _text(value, formula, f"{file}, sheet {name!r}, row {number}, column {place}")
            for place, (value, formula) in enumerate(zip(found[:_WIDEST], written[:_WIDEST]), 1)
        ]


def _text(value: Any, written: Any, where: str) -> str:
    if value is None:
        if isinstance(written, str) and written.startswith("="):
            raise OrganizationError(
                f"{where}: a formula whose result is not in the file; open the workbook in a spreadsheet and save it again"
            )
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str) and len(value) > _LONGEST:
        raise OrganizationError(f"{where}: the cell holds more than {_LONGEST:,} letters; shorten it")
    text = " ".join(str(value).split())
    if text.startswith("#") and text.rstrip("!?") in (
        "#N/A",
        "#REF",
        "#DIV/0",
        "#VALUE",
        "#NAME",
        "#NUM",
        "#NULL",
    ):
        raise OrganizationError(
            f"{where}: the cell holds the error {text}; mend the formula, or leave the cell blank"
        )
    return text
