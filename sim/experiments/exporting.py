"""Results for other programs: CSV a table, or one Excel workbook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from sim.experiments.errors import StoreError
from sim.experiments.files import replacing, told
from sim.experiments.store import read_manifest, read_plan

FORMATS: Final = ("csv", "xlsx")
_SHEET_ROWS: Final = 1_048_576  # what Excel can open
_BATCH: Final = 65_536


def export(
    folder: str | Path, form: str, to: str | Path | None = None, *, tables: tuple[str, ...] = ()
) -> list[Path]:
    """Write the tables of a finished results folder in another form; the files written.

    Args:
        folder: results folder.
        form: "csv" (a file a table) or "xlsx" (a workbook with a sheet a table, and one that says what it is).
        to: folder for CSV, file for a workbook; inside the results folder where not given.
        tables: which; all that are stored where not given.

    Raises:
        StoreError: the folder is not finished, a table is not there, too long for a workbook, or cannot be written.
    """
    source = Path(folder)
    plan, manifest = read_plan(source), read_manifest(source)
    if not manifest.get("finished"):
        raise StoreError(f"{source} is not finished; give its command again, then export it")
    there = [path.stem for path in sorted(source.glob("*.parquet"))]
    for name in tables:
        if name not in there:
            raise StoreError(f"{source} stores no table '{name}'; there are {', '.join(there)}")
    chosen = list(tables) or there
    if form not in FORMATS:
        raise StoreError(f"'{form}' is not known; give csv or xlsx")
    target = Path(to) if to is not None else source / ("csv" if form == "csv" else "results.xlsx")
    try:
        return (
            _csv(source, target, chosen)
            if form == "csv"
            else [_workbook(source, target, chosen, plan, manifest)]
        )
    except OSError as problem:
        raise told(problem, target) from None


def _csv(source: Path, target: Path, tables: list[str]) -> list[Path]:
    import pyarrow as pa
    from pyarrow import csv

    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name in tables:
        with open(source / f"{name}.parquet", "rb") as file:
            table = pq.ParquetFile(file)
            with replacing(target / f"{name}.csv") as out, csv.CSVWriter(out, table.schema_arrow) as rows:
                for batch in table.iter_batches(_BATCH):
                    rows.write_table(pa.Table.from_batches([batch]))
        written.append(target / f"{name}.csv")
    return written


def _workbook(
    source: Path, target: Path, tables: list[str], plan: dict[str, Any], manifest: dict[str, Any]
) -> Path:
    from openpyxl import Workbook

    for name in tables:
        rows = pq.read_metadata(source / f"{name}.parquet").num_rows
        if rows >= _SHEET_ROWS:
            raise StoreError(
                f"{name} has {rows:,} rows, a sheet holds {_SHEET_ROWS - 1:,}; export csv, or choose tables (--table runs)"
            )
    book = Workbook(write_only=True)
    about = book.create_sheet("about")
    for row in _about(plan, manifest):
        about.append(row)
    for name in tables:
        sheet = book.create_sheet(name)
        for row in _lines(source / f"{name}.parquet"):
            sheet.append(row)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as out:
        book.save(out)
    return target


def _lines(path: Path) -> Iterator[list[Any]]:
    with open(path, "rb") as file:
        table = pq.ParquetFile(file)
        yield list(table.schema_arrow.names)
        for batch in table.iter_batches(_BATCH):
            columns = batch.to_pydict()
            yield from (list(row) for row in zip(*columns.values(), strict=True))


def _about(plan: dict[str, Any], manifest: dict[str, Any]) -> Iterator[list[Any]]:
    yield ["kind", plan.get("kind", "comparison")]
    yield ["scenarios", " and ".join(str(row["name"]) for row in plan["scenarios"])]
    for key in ("seed", "replicates", "version", "equations"):
        yield [key, plan.get(key)]
    for key in ("made", "runs", "failed"):
        yield [key, manifest.get(key)]
    yield ["versions", json.dumps(manifest.get("versions", {}))]
