"""Reading the tables that people really have: any common encoding or delimiter, Excel's habits, clear
complaints.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.organization.errors import OrganizationError
from sim.organization.workbook import PEOPLE, is_workbook, sheet_text

_THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2},\d{3}$")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number in the file (from 1) and its cells by column name, trimmed."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read.

    Attributes:
        file: name of the file, for messages.
        columns: names, trimmed and in lower case unless they are read as written, in order.
        rows: those that are not wholly blank.
        encoding, delimiter: what was recognised.
        called: what the file itself calls a column, where that is another name; for messages.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    delimiter: str
    called: Mapping[str, str] = field(default_factory=dict)

    def text(self, row: Row, column: str) -> str:
        """The cell, "" where the column is absent."""
        return row.cells.get(column, "")

    def error(self, row: Row, column: str, mend: str) -> OrganizationError:
        """The complaint about one cell."""
        found = self.text(row, column)
        return OrganizationError(
            f"{self.file}, line {row.line}, column {self.called.get(column, column)!r}: found {_short(found)}; {mend}"
        )

    def number(self, row: Row, column: str, *, low: float, high: float, what: str) -> float:
        """The cell as a number in [low, high]; NaN where blank; decimal comma allowed.

        Raises:
            OrganizationError: not a number, not finite, out of range, or a comma that could mean two things.
        """
        text = self.text(row, column)
        if not text:
            return math.nan
        if "," in text and self.delimiter == "," and _THOUSANDS.match(text):
            raise self.error(
                row, column, "the comma could mean decimals or thousands; write it with a point or without"
            )
        try:
            if "_" in text:
                raise ValueError(text)
            value = float(text.replace(",", ".") if "." not in text else text)
        except ValueError:
            raise self.error(row, column, f"give {what}") from None
        if not math.isfinite(value) or not low <= value <= high:
            raise self.error(row, column, f"give {what}")
        return value


Faults = list[tuple["Row", str, OrganizationError]]  # faults of one kind: line, column, complaint


def together(table: Table, *kinds: Faults) -> None:
    """One message for all faults: of each kind the first in full, of the others the place.

    Raises:
        OrganizationError: there is a fault.
    """
    sentences = []
    for faults in filter(None, kinds):
        more = [f"line {row.line} ({_short(table.text(row, column))})" for row, column, _ in faults[1:6]]
        rest = f"; also {', '.join(more)}{' …' if len(faults) > 6 else ''}" if more else ""
        sentences.append(f"{faults[0][2]}{rest}")
    if sentences:
        raise OrganizationError("; ".join(sentences))


Source = str | Path | Table  # where a table comes from: a file, or one that is read already


def read_table(
    path: Source,
    *,
    required: Sequence[str] = (),
    sheet: str | None = None,
    kind: str = PEOPLE,
    as_written: bool = False,
) -> Table:
    """A CSV file, or a sheet of a workbook (.xlsx), as a table; a table, as it is.

    Tolerates a byte-order mark, UTF-8, UTF-16, Windows-1252 and Latin-1; commas, semicolons, tabs or bars;
    quoted cells; Excel's first line `sep=;`; blank lines, blank cells and columns at the end; any case in
    column names.

    Args:
        required: columns that there must be.
        sheet, kind: of a workbook: which sheet, or what it should hold; see `sim.organization.workbook`.
        as_written: keep the case of column names, for files whose names are not ours and are quoted in messages.

    Raises:
        OrganizationError: the file cannot be read, is empty or binary, lacks a required column, names one
            twice, or a line has more cells than there are columns.
    """
    if isinstance(path, Table):
        return _with(path, path.rows[0].line if path.rows else 1, required)
    file = str(path)
    try:
        raw = Path(path).read_bytes()
    except FileNotFoundError:
        raise OrganizationError(f"{file}: there is no such file; check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OrganizationError(f"{file}: cannot be read ({reason}); give a readable CSV file") from None
    if is_workbook(raw):
        text, name = sheet_text(raw, file, sheet, kind)
        return table_of(text, f"{file}, sheet {name!r}", "UTF-8", required, ",", as_written=as_written)
    if sheet is not None:
        raise OrganizationError(f"{file}: is no workbook, so it has no sheet {sheet!r}")
    text, encoding = decode(raw, file)
    return table_of(text, file, encoding, required, as_written=as_written)


def table_of(
    text: str,
    file: str,
    encoding: str = "UTF-8",
    required: Sequence[str] = (),
    delimiter: str = "",
    *,
    as_written: bool = False,
) -> Table:
    """A table from its text, see `read_table`.

    Args:
        file: what messages call it.
        delimiter: recognised where not given.

    Raises:
        OrganizationError: as `read_table`.
    """
    text, delimiter, skipped = (text, delimiter, 0) if delimiter else _delimiter(text)
    lines = _records(text, delimiter, file, skipped)
    if not lines:
        raise OrganizationError(
            f"{file}: the file is empty; it needs a line of column names and a line for each row"
        )
    columns = _columns(lines[0][1], file, lines[0][0], as_written)
    names = tuple(name for name in columns if name)
    head = _with(Table(file, names, (), encoding, delimiter), lines[0][0], required)
    rows = tuple(_row(number, cells, columns, file) for number, cells in lines[1:] if any(cells))
    return replace(head, rows=rows)


def _with(table: Table, line: int, required: Sequence[str]) -> Table:
    """The table, if it has the required columns."""
    for name in required:
        if name not in table.columns:
            have = ", ".join(table.columns[:12]) or "none"
            raise OrganizationError(
                f"{table.file}, line {line}: there is no column {name!r} "
                f"(found: {_short(have)}); add or rename it"
            )
    return table


def decode(raw: bytes, file: str) -> tuple[str, str]:
    """Text and the name of the encoding that it was in."""
    if not raw.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise OrganizationError(
            f"{file}: the file is empty; it needs a line of column names and a line for each row"
        )
    try:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            return raw.decode("utf-16"), "UTF-16"
        if raw[1:200:2].count(0) > len(raw[1:200:2]) * 0.6:
            return raw.decode("utf-16-le"), "UTF-16"
        if raw[0:200:2].count(0) > len(raw[0:200:2]) * 0.6:
            return raw.decode("utf-16-be"), "UTF-16"
    except UnicodeDecodeError:
        raise OrganizationError(f"{file}: looks like broken UTF-16; save it as CSV UTF-8") from None
    if b"\x00" in raw:
        raise OrganizationError(f"{file}: is not a text file; save the sheet as CSV UTF-8")
    for encoding, label in (("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")):
        try:
            return raw.decode(encoding), label
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "Latin-1"  # which decodes everything


def _delimiter(text: str) -> tuple[str, str, int]:
    """Text without Excel's `sep=` line, the delimiter, and how many lines were dropped."""
    text = text.lstrip("\ufeff")
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r'"?sep=(.)"?[;,\t|]*\s*', first, re.IGNORECASE)
    if told and told[1] not in '\r\n"':
        return rest, told[1], 1
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", header)
    return text, max(",;\t|", key=bare.count), 0


def _records(text: str, delimiter: str, file: str, skipped: int) -> list[tuple[int, list[str]]]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=delimiter != "\t"
    )
    records: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if records or any(trimmed):
                records.append((reader.line_num + skipped, trimmed))
    except csv.Error as error:
        raise OrganizationError(
            f"{file}, line {reader.line_num + skipped}: {error}; check quotes and line ends there"
        ) from None
    return records


def _columns(cells: list[str], file: str, line: int, as_written: bool) -> list[str]:
    written = [" ".join(cell.split()) for cell in cells]
    columns = [name.lower() for name in written]
    for name in columns:
        if name and columns.count(name) > 1:
            raise OrganizationError(
                f"{file}, line {line}: column {_short(name)} is there twice; rename one of them"
            )
    return written if as_written else columns


def _row(line: int, cells: list[str], columns: list[str], file: str) -> Row:
    for place, cell in enumerate(cells):
        if cell and (place >= len(columns) or not columns[place]):
            raise OrganizationError(
                f"{file}, line {line}, column {place + 1}: found {_short(cell)} in a column without a name; "
                "name the column, or put quotes around a cell that contains the delimiter"
            )
    return Row(line, {name: cell for name, cell in zip(columns, cells) if name})


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
