"""Failed runs of a finished comparison, made again: the whole blocks go back to parts, the others are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.experiments.errors import StoreError
from sim.experiments.files import SUFFIX, told, write_part
from sim.experiments.pieces import RUNS
from sim.experiments.plan import Block, Plan
from sim.experiments.store import how_to_mend


def take_apart(folder: Path, plan: Plan) -> int:
    """Take a finished comparison apart, as if it had been interrupted before the blocks that hold a failed run.

    Every whole block is written before the manifest goes, so wherever this is cut short nothing is lost.

    Args:
        folder: results folder of that plan.

    Returns:
        The number of failed runs; with 0 nothing was touched.

    Raises:
        StoreError: the tables cannot be read, or parts not written.
    """
    try:
        tables = {name: pq.read_table(folder / f"{name}{SUFFIX}") for name in plan.schemas()}
    except (OSError, pa.ArrowInvalid) as problem:
        raise StoreError(f"{folder}: its tables cannot be read; {how_to_mend(problem, folder)}") from None
    failed = pc.sum(pc.not_equal(tables[RUNS]["status"], "ok")).as_py() or 0
    if not failed:
        return 0
    try:
        _write_whole_blocks(folder / "parts", plan, tables)
        (folder / "manifest.json").unlink()
    except OSError as problem:
        raise told(problem, folder) from None
    return int(failed)


def _write_whole_blocks(parts: Path, plan: Plan, tables: Mapping[str, pa.Table]) -> None:
    parts.mkdir(exist_ok=True)
    for block in _blocks(plan):
        mine = {name: _of(block, table) for name, table in tables.items()}
        if set(mine[RUNS]["status"].to_pylist()) != {"ok"}:  # failed, or beyond what the precision took
            continue
        mine[RUNS] = mine[RUNS].drop_columns(["run"])  # numbered when the tables are put together
        for name, table in mine.items():  # runs last: they say that a block is whole
            write_part(parts, f"{block.name}.{name}", table)


def _blocks(plan: Plan) -> Iterator[Block]:
    if "luck" in plan.uncertainty:
        yield from plan.luck_blocks()
    yield from plan.assumption_blocks()


def _of(block: Block, table: pa.Table) -> pa.Table:
    """The rows of a block, in their order; tables that do not say what varies hold runs of luck alone."""
    if "uncertainty" in table.column_names:
        table = table.filter(pc.equal(table["uncertainty"], block.uncertainty))
    elif block.uncertainty != "luck":
        return table.slice(0, 0)
    return table.filter(pc.is_in(table["replicate"], pa.array(block.replicates, pa.int32())))
