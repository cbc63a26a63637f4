"""What a worker does with a piece of a comparison: one run of a scenario, to its row and its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.run import run
from sim.engine.stationary import offset_near_for, with_parameters
from sim.engine.world import groups_of
from sim.experiments.groups import Published, level_names, published
from sim.experiments.outcomes import check_finite, event_rows, outcomes, people_rows, series_rows
from sim.experiments.pieces import DIED, Done, Key, Row, reason_of, run_block
from sim.experiments.plan import Block, Plan
from sim.experiments.schema import EVENTS, OUTCOMES, PEOPLE_EVENTS, SERIES, runs_schema

__all__ = ["DIED", "Done", "Job", "offset_of_draw", "one_run", "reason_of", "run_block"]


@dataclass(slots=True)
class Job:
    """All that a worker needs to know.

    Attributes:
        plan: the plan.
        offsets: of the default parameters, by arm.
        folder: where parts are written; None to hand them back.
    """

    plan: Plan
    offsets: tuple[float, ...]
    folder: Path | None
    _prepared: dict[int, tuple[Blueprint, Published]] = field(default_factory=dict, repr=False)
    _drawn: dict[tuple[int, int], float | str] = field(default_factory=dict, repr=False)

    def prepared(self, arm: int) -> tuple[Blueprint, Published]:
        """Blueprint and shown groups of an arm, made once."""
        if arm not in self._prepared:
            resolved = self.plan.arms[arm].resolved
            careful = any(item.imported for item in self.plan.arms)
            levels = level_names([item.resolved.organization for item in self.plan.arms], careful=careful)
            shown = published(resolved.organization, groups_of(resolved), levels, careful=careful)
            self._prepared[arm] = blueprint(resolved), shown
        return self._prepared[arm]

    def keys(self, piece: Block) -> Sequence[Key]:
        """Runs of a piece: (arm, replicate)."""
        return self.plan.keys(piece)

    def parts(self) -> Mapping[str, pa.Schema]:
        """Tables of a part."""
        plan = self.plan
        people = {"people_events": PEOPLE_EVENTS} if plan.person_level else {}
        runs = runs_schema(plan.drawn if plan.draws else (), numbered=False)
        return {"series": SERIES, "events": EVENTS, **people, "runs": runs}

    def kept(self, piece: Block) -> Mapping[Key, Row]:
        """None: a comparison does not grow."""
        return {}

    def blank(self, piece: Block, key: Key) -> Row:
        """Who a run is, its offset, or why it cannot be made."""
        arm, replicate = key
        offset = self._offset(piece, arm)
        return {
            "scenario": self.plan.arms[arm].name,
            "uncertainty": piece.uncertainty,
            "draw": piece.draw,
            "replicate": replicate,
            "seed": self.plan.seed,
            "status": "failed",
            "reason": offset if isinstance(offset, str) else None,
            "alpha_offset": None if isinstance(offset, str) else offset,
            **dict.fromkeys(OUTCOMES),
            **{f"p.{name}": value for name, value in self.plan.drawn_values(piece.draw).items()},
        }

    def attempt(self, piece: Block, key: Key, row: Row) -> tuple[Row, Mapping[str, pa.Table]]:
        """Outcomes and tables of a run."""
        arm, replicate = key
        return one_run(self, piece, arm, replicate, row["alpha_offset"])

    def _offset(self, piece: Block, arm: int) -> float | str:
        if piece.draw is None:
            return self.offsets[arm]
        known = (piece.draw, self.plan.arms[arm].reference)
        if known not in self._drawn:
            try:
                self._drawn[known] = offset_of_draw(self.plan, arm, piece.draw, self.offsets[arm])
            except Exception as problem:
                self._drawn[known] = f"business as usual under this draw: {reason_of(problem)}"
        return self._drawn[known]

    def __getstate__(self) -> tuple[Plan, tuple[float, ...], Path | None]:
        return self.plan, self.offsets, self.folder

    def __setstate__(self, state: tuple[Plan, tuple[float, ...], Path | None]) -> None:
        self.plan, self.offsets, self.folder = state
        self._prepared, self._drawn = {}, {}


def offset_of_draw(plan: Plan, arm: int, draw: int, start: float) -> float:
    """The offset of an arm's business as usual under a draw of the parameters, from `start` of the defaults."""
    resolved = with_parameters(plan.arms[plan.arms[arm].reference].resolved, plan.drawn_values(draw))
    if resolved.fixed_offset is not None:
        return resolved.fixed_offset
    return offset_near_for(resolved, start).value


def one_run(
    job: Job, block: Block, arm: int, replicate: int, offset: float
) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """Outcomes and tables of a single run."""
    plan = job.plan
    drawing, shown = job.prepared(arm)
    resolved = drawing.resolved
    if block.draw is not None:
        resolved = with_parameters(resolved, plan.drawn_values(block.draw))
        drawing = replace(drawing, resolved=resolved)
    record = run(drawing, seed=plan.seed, replicate=replicate, alpha_offset=offset, events=True)
    found = outcomes(record, resolved)
    check_finite(found, record, resolved)
    name = plan.arms[arm].name
    tables = {
        "series": series_rows(
            record, shown, scenario=name, uncertainty=block.uncertainty, draw=block.draw, replicate=replicate
        )
    }
    if block.uncertainty == "luck":
        tables["events"] = event_rows(record, resolved, shown, scenario=name, replicate=replicate)
        if plan.person_level:
            tables["people_events"] = people_rows(record, resolved, scenario=name, replicate=replicate)
    return found, tables
