"""A design: points to run, a row a point, a column a path of the scenario.  Checked when made, and never changed.

A path is what `--set` takes: `parameters.contagion`, `levers.L01.dose`, `organization.people`.  A design knows nothing
of how its points were chosen; `meta` carries what the chooser wants to find again (method, seed, sample size).

On disk: a CSV of one header line and a line a point (what a person writes; `meta` follows as a comment in the first
line where there is any), or Parquet (`meta` in the schema).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.arguments import said
from sim.experiments.errors import ExperimentError
from sim.experiments.files import replacing, writer

Column = npt.NDArray[Any]
Value = float | int | str

_META: Final = "# ripple design "
_POINT: Final = "point"
_DECIMAL: Final = re.compile(r"^(\s*[+-]?\d+),(\d+\s*)$")


class DesignError(ExperimentError):
    """A design that cannot be used: which file, column and row, what was found, how to mend it."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Points of an experiment.

    Attributes:
        paths: what varies, as `--set` names it; none twice.
        values: one column a path, each of shape (points,): float64 (finite), int64, or text (dtype object).
        meta: of the chooser; plain data that JSON can hold.
        file: where it was read from, for messages; "" if from no file.

    Raises:
        DesignError: the columns do not fit, or hold what no scenario can take.
    """

    paths: tuple[str, ...]
    values: tuple[Column, ...]
    meta: dict[str, Any] = field(default_factory=dict)
    file: str = ""

    def __post_init__(self) -> None:
        paths = tuple(self.paths)
        if len(paths) != len(self.values):
            raise DesignError(f"a design has {len(paths)} paths but {len(self.values)} columns of values")
        for path in paths:
            _check_path(path, paths)
        columns = tuple(_column(path, values) for path, values in zip(paths, self.values, strict=True))
        if not columns:
            raise DesignError(
                "a design needs a column at least; its name is a path, e.g. parameters.contagion"
            )
        sizes = sorted({len(column) for column in columns})
        if len(sizes) > 1:
            raise DesignError(
                f"the columns of a design have {' and '.join(map(str, sizes))} rows; give each the same"
            )
        if sizes[0] == 0:
            raise DesignError("a design needs a row at least; give one line a point")
        try:
            meta = json.loads(json.dumps(self.meta, allow_nan=False))
        except (TypeError, ValueError) as problem:
            raise DesignError(f"the notes (meta) of a design must be plain data: {problem}") from None
        object.__setattr__(self, "paths", paths)
        object.__setattr__(self, "values", columns)
        object.__setattr__(self, "meta", meta)

    def __len__(self) -> int:
        return len(self.values[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Design) and self.digest == other.digest and self.meta == other.meta

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self)

    @property
    def digest(self) -> str:
        """Hash of paths and values (not of `meta`)."""
        made = hashlib.blake2b(digest_size=16)
        for path, column in zip(self.paths, self.values, strict=True):
            made.update(f"{path} {_kind(column)} {len(column)};".encode())
            if column.dtype == object:
                made.update(json.dumps(column.tolist()).encode())
            else:
                made.update(np.ascontiguousarray(column).tobytes())
        return made.hexdigest()

    def point(self, index: int) -> dict[str, Value]:
        """Values of one point by path, as plain Python.

        Raises:
            IndexError: there is no such point.
        """
        return {path: _plain(column[index]) for path, column in zip(self.paths, self.values, strict=True)}

    def overrides(self, index: int) -> tuple[str, ...]:
        """One point as `path=value` texts, as `--set` takes them."""
        return tuple(f"{path}={override_text(value)}" for path, value in self.point(index).items())

    def odd_cells(self) -> list[tuple[str, int, str]]:
        """Path, point and cell of the first text in each column that holds numbers too: mostly a slip."""
        found = []
        for path, column in zip(self.paths, self.values, strict=True):
            if column.dtype == object:
                numbers = [is_number(cell) for cell in column]
                if any(numbers) and not all(numbers):
                    row = numbers.index(False)
                    found.append((path, row, str(column[row])))
        return found

    def place(self, path: str, row: int) -> str:
        """A cell as messages call it."""
        return f"{f'design {self.file}, ' * bool(self.file)}column {path}, point {row}"

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64] | slice) -> Design:
        """The design of some of the points, in the order given."""
        return Design(self.paths, tuple(column[rows] for column in self.values), self.meta, self.file)

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, Any], meta: Mapping[str, Any] | None = None, file: str = ""
    ) -> Design:
        """A design from columns by path (lists, arrays, or whatever gives values one by one)."""
        return cls(tuple(columns), tuple(columns.values()), dict(meta or {}), file)

    @classmethod
    def of(cls, given: Any) -> Design:
        """A design from one, from columns by path or from a data frame.

        Raises:
            DesignError: none of these.
        """
        if isinstance(given, Design):
            return given
        if not callable(getattr(given, "items", None)):
            raise DesignError(
                f"design is {said(given)}: give columns by path, e.g. {{'parameters.contagion': [0.1, 0.2]}}, a data "
                "frame, or a Design (Design.read reads a file)"
            )
        pairs = list(given.items())
        return cls(tuple(path for path, _ in pairs), tuple(values for _, values in pairs))

    def to_csv(self, path: str | Path) -> None:
        """Write a CSV; floats with all their digits.

        Raises:
            OSError: it cannot be written.
        """
        text = io.StringIO(newline="")
        if self.meta:
            text.write(_META + json.dumps(self.meta, ensure_ascii=False) + "\n")
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(self.paths)
        rows.writerows(zip(*(_cells(column) for column in self.values), strict=True))
        with replacing(Path(path)) as file:
            file.write(text.getvalue().encode())

    @classmethod
    def from_csv(cls, path: str | Path) -> Design:
        """Read a CSV: a header of paths, a line a point; a column `point` of running numbers is left out.

        A column becomes whole numbers if all its cells are, numbers if all are numbers, text otherwise.  Where the
        header parts its paths by semicolons or tabs, as spreadsheets of many countries do, numbers may have decimal
        commas.

        Raises:
            DesignError: with file, line and column of what cannot be used.
        """
        source = Path(path)
        try:
            text = source.read_bytes().decode("utf-8-sig")
        except OSError as problem:
            raise DesignError(f"design {source} cannot be read: {problem.strerror or problem}") from None
        except UnicodeDecodeError as problem:
            raise DesignError(
                f"design {source} is not UTF-8 (byte {problem.start}); save it as UTF-8"
            ) from None
        meta, text, skipped = _split_meta(text, source)
        try:
            rows = _rows(text)
        except csv.Error as problem:
            raise DesignError(f"design {source} is not CSV: {problem}") from None
        return _from_rows(cls, rows, meta, source, skipped)

    def to_parquet(self, path: str | Path) -> None:
        """Write Parquet.

        Raises:
            OSError: it cannot be written.
        """
        import pyarrow as pa

        table = pa.table(dict(zip(self.paths, (pa.array(column) for column in self.values), strict=True)))
        table = table.replace_schema_metadata({"ripple.design": json.dumps(self.meta)})
        with replacing(Path(path)) as file, writer(file, table.schema) as out:
            out.write_table(table)

    @classmethod
    def from_parquet(cls, path: str | Path) -> Design:
        """Read Parquet, ours or anybody's.

        Raises:
            DesignError: it cannot be read, or holds what no scenario can take.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with open(path, "rb") as file:
                table = pq.read_table(file)
        except OSError as problem:
            raise DesignError(f"design {path} cannot be read: {problem.strerror or problem}") from None
        except pa.ArrowInvalid as problem:
            raise DesignError(f"design {path} is not Parquet: {problem}") from None
        meta = json.loads((table.schema.metadata or {}).get(b"ripple.design", b"{}"))
        columns = {name: _of_arrow(table[name]) for name in table.column_names if name != _POINT}
        try:
            return cls.from_columns(columns, meta, str(path))
        except DesignError as problem:
            raise DesignError(f"design {path}: {problem}") from None

    @classmethod
    def read(cls, path: str | Path) -> Design:
        """Read a file by its ending: `.parquet`, anything else as CSV."""
        return cls.from_parquet(path) if Path(path).suffix == ".parquet" else cls.from_csv(path)


def override_text(value: Value) -> str:
    """A value as TOML, as the right side of `--set path=value`."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _check_path(path: object, paths: Sequence[str]) -> None:
    if not isinstance(path, str) or not path or path != path.strip() or "=" in path or "\n" in path:
        raise DesignError(f"{path!r} is not a path; give one as --set takes it, e.g. parameters.contagion")
    if not all(path.split(".")):
        raise DesignError(f"'{path}' is not a dotted path, e.g. parameters.contagion")
    if paths.count(path) > 1:
        raise DesignError(f"path {path} is given twice; keep one column of it")


def _column(path: str, values: Any) -> Column:
    """A column of one of the three kinds, frozen."""
    given = _given(path, values)
    if given.ndim != 1:
        raise DesignError(f"column {path} has shape {given.shape}; give a list of values")
    if given.dtype == np.bool_ or given.dtype.kind in "iu":
        column = given.astype(np.int64)
    elif given.dtype.kind == "f":
        column = given.astype(np.float64)
        bad = np.flatnonzero(~np.isfinite(column))
        if len(bad):
            raise DesignError(f"column {path}, point {bad[0]}: {column[bad[0]]} is not a finite number")
    elif given.dtype.kind in "UO":
        column = _text(path, given.tolist())
    else:
        raise DesignError(f"column {path} holds {given.dtype}; give numbers or text")
    column.setflags(write=False)  # a copy: what the caller holds stays as it was
    return column


def _given(path: str, values: Any) -> Column:
    """The values of a column as an array."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise DesignError(f"column {path} is {said(values)}: give a list of values")
    items = values if hasattr(values, "dtype") else list(values)
    if path.rpartition(":")[2].startswith("parameters."):
        _refuse_switches(path, items)
    try:
        given = np.asarray(items)
    except ValueError:
        raise DesignError(f"column {path} holds lists of different lengths; give one value a point") from None
    if given.dtype == object and all(isinstance(item, Real) for item in given.flat):
        return np.asarray(given.tolist())
    return given


def _refuse_switches(path: str, items: Any) -> None:
    """True and False are no numbers."""
    if getattr(getattr(items, "dtype", None), "kind", "O") not in "bO":
        return
    for row, item in enumerate(items):
        if isinstance(item, (bool, np.bool_)):
            raise DesignError(f"column {path}, point {row}: {said(item)} is not a number")


def _text(path: str, items: list[Any]) -> Column:
    """A column of text; where some cells are numbers, the first that is none is at fault."""
    numbers = [isinstance(item, Real) for item in items]
    some = any(numbers)
    if all(numbers):
        raise DesignError(f"column {path} holds a whole number of more than 64 bits; give smaller ones")
    kind = "a number" if some else "text"
    for row, (item, number) in enumerate(zip(items, numbers, strict=True)):
        if not (number if some else isinstance(item, str) and item):
            raise DesignError(
                f"column {path}, point {row}: {said(item)} is not {kind}; fill every cell, all of one kind"
            )
    return np.array([str(item) for item in items], dtype=object)


def is_number(cell: str) -> bool:
    """Whether a cell of text reads as a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _kind(column: Column) -> str:
    return "text" if column.dtype == object else "whole" if column.dtype == np.int64 else "number"


def _plain(value: Any) -> Value:
    return value if isinstance(value, str) else int(value) if isinstance(value, np.integer) else float(value)


def _cells(column: Column) -> list[Value]:
    """Cells whose text reads back as the same kind: 1.0 stays a number with a point."""
    return column.tolist() if column.dtype == object else [_plain(value) for value in column]


def _split_meta(text: str, source: Path) -> tuple[dict[str, Any], str, int]:
    if not text.startswith(_META):
        return {}, text, 0
    line, _, rest = text.partition("\n")
    try:
        meta = json.loads(line.removeprefix(_META))
    except ValueError as problem:
        raise DesignError(
            f"design {source}, line 1: its notes are not JSON ({problem}); take the line out"
        ) from None
    if not isinstance(meta, dict):
        raise DesignError(f"design {source}, line 1: its notes are not a table; take the line out")
    return meta, rest, 1


def _rows(text: str) -> list[list[str]]:
    """Cells by line; of a file with semicolons or tabs, "0,5" is 0.5."""
    header = text.partition("\n")[0].strip()
    mark = next((mark for mark in ";\t" if mark in header), ",")
    if mark == "," or "," in header:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    rows = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=mark)
    return [[_DECIMAL.sub(r"\1.\2", cell) for cell in row] for row in rows]


def _from_rows(
    cls: type[Design], rows: list[list[str]], meta: dict[str, Any], source: Path, skipped: int
) -> Design:
    if not rows:
        raise DesignError(f"design {source} is empty; give a line of paths, then a line a point")
    names = [name.strip() for name in rows[0]]
    lines: list[list[str]] = []
    for number, row in enumerate(rows[1:], start=2 + skipped):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            raise DesignError(
                f"design {source}, line {number}: {len(row)} cells, but the header names {len(names)} paths"
            )
        for name, cell in zip(names, row, strict=True):
            if not cell.strip():
                raise DesignError(f"design {source}, line {number}, column {name}: empty; give a value")
        lines.append([cell.strip() for cell in row])
    columns = {}
    for k, name in enumerate(names):
        if name == _POINT:
            continue
        if name in columns:
            raise DesignError(f"design {source}: path {name} is given twice; keep one column of it")
        columns[name] = _read_column([line[k] for line in lines])
    try:
        return cls.from_columns(columns, meta, str(source))
    except DesignError as problem:
        raise DesignError(f"design {source}: {problem}") from None


def _read_column(cells: list[str]) -> Column:
    try:
        return np.array([int(cell) for cell in cells], dtype=np.int64)
    except (ValueError, OverflowError):
        pass
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        return np.array(cells, dtype=object)
    return np.array(numbers, dtype=np.float64)


def _of_arrow(column: Any) -> Column:
    values = column.to_pylist()
    if any(isinstance(value, str) for value in values) or None in values:
        return np.array(values, dtype=object)
    return np.asarray(values)
