"""Runs that were made before: kept where a sweep grows, or where only its failed runs are to be made again.

A results folder whose plan differs from the wanted one by more points or replicates alone is put aside inside itself
(`before-000/`: plan, design and rows), the new plan takes its place, and every run that both share goes into `kept/`,
a file a piece.  Workers then make only what is missing.  All of it is gone once the tables are whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.experiments.design_table import Column, Design
from sim.experiments.files import SUFFIX, replacing
from sim.experiments.sweep_plan import SweepPlan, luck_of, part_name, sweep_schema

KEPT: Final = "kept"
BEFORE: Final = "before-"
_MOVED: Final = ("runs.parquet", "parts")


def put_aside(folder: Path) -> None:
    """Move what a folder holds into its next `before-` folder; a call that was cut short can be made again.

    Raises:
        OSError: the folder cannot be changed.
    """
    number = len(list(folder.glob(f"{BEFORE}*")))
    last = folder / f"{BEFORE}{number - 1:03d}"
    place = last if number and not (last / "whole").exists() else folder / f"{BEFORE}{number:03d}"
    place.mkdir(exist_ok=True)
    for name in ("plan.json", "design.parquet"):
        if not (place / name).exists():
            with replacing(place / name) as file:
                file.write((folder / name).read_bytes())
    for name in _MOVED:
        if (folder / name).exists() and not (place / name).exists():
            (folder / name).rename(place / name)
    (folder / "manifest.json").unlink(missing_ok=True)
    (place / "whole").touch()


def left_out(folder: Path, found: Mapping[str, Any], plan: SweepPlan) -> tuple[int, int]:
    """How many points, and how many replicates, of the plan in a folder another plan does not ask for.

    Raises:
        OSError: the design cannot be read.
    """
    mapped = _points(Design.from_parquet(folder / "design.parquet"), plan.design)
    return int(np.sum(mapped < 0)), max(0, int(found["replicates"]) - plan.replicates)


def keep(folder: Path, plan: SweepPlan) -> int:
    """Sort the runs put aside into `kept/`, a file a piece; the number of runs kept.

    Raises:
        OSError: something cannot be read or written.
    """
    tables = [
        _placed(place, plan) for place in sorted(folder.glob(f"{BEFORE}*")) if (place / "whole").exists()
    ]
    if not tables:
        return 0
    joined = pa.concat_tables(tables)
    rows = np.array(joined["row"])
    _, latest = np.unique(rows[::-1], return_index=True)  # of a run made twice, the later
    if not len(rows):
        return 0
    order = len(rows) - 1 - latest
    joined, rows = joined.take(pa.array(order)).drop_columns(["row"]), rows[order]
    place = folder / KEPT
    place.mkdir(exist_ok=True)
    pieces = rows // plan.rows_per_piece
    starts = np.flatnonzero(np.diff(pieces, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        with replacing(place / f"{part_name(int(pieces[start]))}.arrow") as file:
            part = joined.slice(int(start), int(end - start))
            with pa.ipc.new_stream(file, part.schema) as out:
                out.write_table(part)
    return len(rows)


def tidy(folder: Path) -> None:
    """Forget what was put aside."""
    shutil.rmtree(folder / KEPT, ignore_errors=True)
    for place in folder.glob(f"{BEFORE}*"):
        shutil.rmtree(place, ignore_errors=True)


def _placed(place: Path, plan: SweepPlan) -> pa.Table:
    """Runs of a folder put aside that finished well and belong to the plan, with their `row` in it."""
    schema = sweep_schema(plan.outputs.fields(), plan.design, numbered=False)
    mapped = _points(Design.from_parquet(place / "design.parquet"), plan.design)
    found = [schema.empty_table().append_column("row", pa.array([], pa.int64()))]
    for table in _tables(place):
        table = table.filter(pc.equal(table["status"], "ok")).select(schema.names).cast(schema)
        row = _rows_of(table, plan, mapped)
        points = pa.array(np.maximum(row, 0) // (len(plan.arms) * plan.replicates))
        table = table.set_column(0, schema.field("point"), points).append_column("row", pa.array(row))
        found.append(table.filter(pc.greater_equal(table["row"], 0)))
    return pa.concat_tables(found)


def _tables(place: Path) -> list[pa.Table]:
    paths = [place / "runs.parquet", *sorted((place / "parts").glob(f"*.runs{SUFFIX}"))]
    tables = []
    for path in paths:
        with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
            tables.append(pq.read_table(file))
    return tables


def _rows_of(table: pa.Table, plan: SweepPlan, mapped: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Row of each run in the plan, −1 where it has none."""
    names = [arm.name for arm in plan.arms]
    arms = np.array([names.index(name) for name in table["scenario"].to_pylist()], dtype=np.int64)
    point, replicate = mapped[np.array(table["point"])], np.array(table["replicate"], dtype=np.int64)
    rows = (point * len(names) + arms) * plan.replicates + replicate
    wanted = np.array([luck_of(plan.luck, int(p), int(r)) for p, r in zip(point, replicate, strict=True)])
    here = (point >= 0) & (replicate < plan.replicates) & (np.array(table["luck"]) == wanted)
    result: npt.NDArray[np.int64] = np.where(here, rows, -1)
    return result


def _points(old: Design, new: Design) -> npt.NDArray[np.int64]:
    """Number in the new design of each point of the old one, −1 where it is not there."""
    at: dict[bytes, int] = {}
    for k, key in enumerate(_keys(new)):
        at.setdefault(key, k)
    # Luck that is independent goes by number, so a point that keeps its number is the same point first of all.
    same = _keys(new)[: old.n_points]
    keys = _keys(old)
    return np.array(
        [k if k < len(same) and same[k] == key else at.get(key, -1) for k, key in enumerate(keys)],
        dtype=np.int64,
    )


def _keys(design: Design) -> list[bytes]:
    columns: list[Column] = []
    for column in design.values:
        if column.dtype == object:
            columns.append(np.array([_hash_text(text) for text in column], dtype=np.uint64))
        else:
            columns.append(column.view(np.uint64))
    table = np.ascontiguousarray(np.stack(columns, axis=1))
    return [row.tobytes() for row in table]


def _hash_text(text: str) -> int:
    """64 bits of a text, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
