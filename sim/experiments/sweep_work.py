"""What a worker does with a piece of a sweep: a point and a replicate, to a row."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.engine.run import run
from sim.experiments.outcomes import check_finite, event_rows, outcomes, series_rows
from sim.experiments.outputs import Outputs
from sim.experiments.pieces import Key, Row, reason_of
from sim.experiments.points import Resolver, SweptArm
from sim.experiments.sweep_plan import Rows, SweepPlan, extra_schemas, luck_of, read_kept
from sim.experiments.tasks import SIMULATION, Task, answer, load_task
from sim.experiments.usual import Usual


@dataclass(slots=True)
class SweepJob:
    """All that a worker needs to know; the points come with the pieces, so this stays small.

    Attributes:
        arms, paths: scenarios, and the columns of the design.
        acting: columns on which the business as usual of each arm depends.
        replicates, seed, luck, task, outputs, extra: as in the plan.
        schema: of the part's runs.
        usual: offsets of business as usual.
        folder: where parts are written; None to hand them back.
    """

    arms: tuple[SweptArm, ...]
    paths: tuple[str, ...]
    acting: tuple[tuple[int, ...], ...]
    replicates: int
    seed: int
    luck: str
    task: str
    outputs: Outputs
    extra: tuple[str, ...]
    schema: pa.Schema
    usual: Usual
    folder: Path | None
    _resolver: Resolver | None = field(default=None, repr=False)
    _task: Task | None = field(default=None, repr=False)
    _offset: tuple[Any, float | str] | None = field(default=None, repr=False)

    def __getstate__(self) -> tuple[Any, ...]:
        names = [name for name in self.__slots__ if not name.startswith("_")]
        return tuple(getattr(self, name) for name in names)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        names = [name for name in self.__slots__ if not name.startswith("_")]
        for name, value in zip(names, state, strict=True):
            setattr(self, name, value)
        self._resolver = self._task = self._offset = None

    @property
    def resolver(self) -> Resolver:
        """Machine forms, with a memory of its own in every process."""
        if self._resolver is None:
            self._resolver = Resolver(self.arms, self.paths)
        return self._resolver

    def where(self, key: Key) -> tuple[int, int, int]:
        """Point, arm and replicate of a row."""
        rest, replicate = divmod(key[0], self.replicates)
        point, arm = divmod(rest, len(self.arms))
        return point, arm, replicate

    def keys(self, piece: Rows) -> Sequence[Key]:
        """Rows of a piece."""
        return [(row,) for row in range(piece.first, piece.last)]

    def parts(self) -> Mapping[str, pa.Schema]:
        """Tables of a part."""
        return {**extra_schemas(self.extra), "runs": self.schema}

    def kept(self, piece: Rows) -> Mapping[Key, Row]:
        """Rows that were made before, as far as their offset is still the one of their point."""
        names = [arm.name for arm in self.arms]
        rows = read_kept(piece, names, len(self.arms), self.replicates)
        return {key: row for key, row in rows.items() if self._holds(piece, key, row)}

    def _holds(self, piece: Rows, key: Key, row: Row) -> bool:
        point, arm, _ = self.where(key)
        reference = self.arms[arm].reference
        smooth = self.usual.smooth.get(reference)
        if smooth is not None and smooth.good:
            return bool(row["alpha_offset"] == smooth(piece.values(point)))
        return True

    def blank(self, piece: Rows, key: Key) -> Row:
        """Who a run is, its offset, or why it cannot be made."""
        point, arm, replicate = self.where(key)
        values = piece.values(point)
        offset = self._offset_of(point, arm, values)
        return {
            "point": point,
            "scenario": self.arms[arm].name,
            "replicate": replicate,
            "seed": self.seed,
            "luck": luck_of(self.luck, point, replicate),
            "status": "failed",
            "reason": offset if isinstance(offset, str) else None,
            "alpha_offset": None if isinstance(offset, str) else offset,
            **dict.fromkeys(self.outputs.names),
            **{f"x.{path}": value for path, value in zip(self.paths, values, strict=True)},
        }

    def _offset_of(self, point: int, arm: int, values: Sequence[Any]) -> float | str | None:
        if self.task != SIMULATION:
            return None
        reference = self.arms[arm].reference
        known = (point, reference)
        if self._offset is None or self._offset[0] != known:
            try:
                value: float | str = self.usual.offset(
                    self.resolver, reference, values, self.acting[reference]
                )
            except Exception as problem:
                value = f"business as usual at this point: {reason_of(problem)}"
            self._offset = (known, value)
        return self._offset[1]

    def attempt(self, piece: Rows, key: Key, row: Row) -> tuple[Row, Mapping[str, pa.Table]]:
        """Outputs of a run, and its tables where they are asked for."""
        point, arm, replicate = self.where(key)
        values = piece.values(point)
        if self.task != SIMULATION:
            return self._answered(dict(zip(self.paths, values, strict=True)), row["luck"]), {}
        drawing, shown = self.resolver.prepared(arm, values)
        record = run(
            drawing, seed=self.seed, replicate=row["luck"], alpha_offset=row["alpha_offset"], events=True
        )
        found = outcomes(record, drawing.resolved)
        check_finite(found, record, drawing.resolved)
        tables: dict[str, pa.Table] = {}
        name = self.arms[arm].name
        if "series" in self.extra:
            made = series_rows(record, shown, scenario=name, uncertainty="", draw=None, replicate=replicate)
            tables["series"] = _at_point(made.drop_columns(["uncertainty", "draw"]), point)
        if "events" in self.extra:
            made = event_rows(record, drawing.resolved, shown, scenario=name, replicate=replicate)
            tables["events"] = _at_point(made, point)
        return self.outputs.read(found, record, shown), tables

    def _answered(self, point: Mapping[str, Any], luck: int) -> Row:
        if self._task is None:
            importlib.invalidate_caches()
            self._task = load_task(self.task)
        found = answer(self._task, point, seed=self.seed, replicate=luck)
        missing = [name for name in self.outputs.names if name not in found]
        if missing:
            raise KeyError(f"{self.task} returned {', '.join(found)}, but not {', '.join(missing)}")
        row = {name: found[name] for name in self.outputs.names}
        wrong = [name for name, value in row.items() if value is not None and not math.isfinite(value)]
        if wrong:
            raise ArithmeticError(f"{', '.join(wrong)} not finite")
        return row


def _at_point(table: pa.Table, point: int) -> pa.Table:
    return table.add_column(
        0, pa.field("point", pa.int64()), pa.array(np.full(len(table), point, dtype=np.int64))
    )


def job_of(plan: SweepPlan, usual: Usual, acting: Sequence[tuple[int, ...]], folder: Path | None) -> SweepJob:
    """The job of a plan."""
    from sim.experiments.sweep_plan import sweep_schema

    return SweepJob(
        plan.arms, plan.design.paths, tuple(acting), plan.replicates, plan.seed, plan.luck, plan.task, plan.outputs,
        plan.extra, sweep_schema(plan.outputs.fields(), plan.design, numbered=False), usual, folder,
    )  # fmt: skip
