"""The plan of a sweep: scenarios × points of a design × replicates, every row known before the first run.

Rows come in a fixed order: by point, then scenario, then replicate.  A piece is a run of consecutive rows; where it
begins depends on the plan alone, so that the tables are the same whatever the workers, their speed or their number.

Luck is *common* (replicate r has the same luck at every point and in every scenario: differences between points are
not blurred by it) or *independent* (every point has its own; scenarios at one point still share it).
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from sim._version import __version__
from sim.arguments import listed, whole
from sim.engine.compiled import source_hash
from sim.engine.stationary import fingerprint
from sim.engine.world import groups_of
from sim.experiments.design_table import Column, Design, Value, override_text
from sim.experiments.errors import ExperimentError
from sim.experiments.files import writer
from sim.experiments.groups import level_names, published
from sim.experiments.outputs import Outputs, parse_outputs
from sim.experiments.pieces import Key, Row
from sim.experiments.plan import Source, _check_names, _count, _digest, _loaded, same_usual, sources
from sim.experiments.points import PARAMETERS, SweptArm, applies, check_others, check_parameters, own_path
from sim.experiments.schema import EVENTS, SERIES, VERSION
from sim.experiments.tasks import SIMULATION, load_task, task_digest
from sim.experiments.timeline import described
from sim.experiments.usual_plan import METHODS, acting_columns, choose_method
from sim.scenario import Scenario, ScenarioError, resolve
from sim.scenario import overrides as override

LUCKS: Final = ("common", "independent")
EXTRA: Final = ("series", "events")
_PERSON_STEPS: Final = 4_000_000  # work of a piece: a second or two on one core
_TASK_ROWS: Final = 500  # rows of a piece where a task of one's own is run, unless said otherwise
_OWN_LUCK: Final = 1 << 24  # replicates that a point of independent luck can have


@dataclass(frozen=True, slots=True)
class Rows:
    """A piece of a sweep: consecutive rows, with the points that they need.

    Attributes:
        index: number of the piece.
        first, last: rows, last exclusive.
        point: number of the first point in `columns`.
        columns: values of the points, one column a path.
        kept: rows that were made before, as an Arrow stream; empty for none.
    """

    index: int
    first: int
    last: int
    point: int
    columns: tuple[Column, ...] = field(repr=False)
    kept: bytes = field(default=b"", repr=False)

    @property
    def name(self) -> str:
        """Name of the part files."""
        return part_name(self.index)

    def values(self, point: int) -> tuple[Value, ...]:
        """Values of a point of the design by column."""
        return tuple(
            value if isinstance(value := column[point - self.point], str) else value.item()
            for column in self.columns
        )


def part_name(index: int) -> str:
    """Name of the part files of a piece."""
    return f"part-{index:07d}"


@dataclass(frozen=True)
class SweepPlan:
    """Everything that decides the bytes of a sweep.

    Attributes:
        arms: the scenarios, in the order given.
        design: the points.
        replicates: runs of each scenario at each point.
        seed: which luck; luck: "common" or "independent".
        task: "simulation" or "module:function".
        outputs: the columns.
        extra: tables besides `runs`: "series", "events".
        offsets: how business as usual is made stationary at each point, see `sim.experiments.usual`.
        rows_per_piece: size of a piece.
    """

    arms: tuple[SweptArm, ...]
    design: Design
    replicates: int
    seed: int
    luck: str
    task: str
    outputs: Outputs
    extra: tuple[str, ...]
    offsets: str
    rows_per_piece: int

    @property
    def rows(self) -> int:
        """Number of runs."""
        return self.design.n_points * len(self.arms) * self.replicates

    @property
    def count(self) -> int:
        """Number of pieces."""
        return math.ceil(self.rows / self.rows_per_piece)

    def piece(self, index: int, kept: Path | None = None) -> Rows:
        """A piece by its number, with what was kept for it in a folder."""
        first = index * self.rows_per_piece
        last = min(first + self.rows_per_piece, self.rows)
        each = len(self.arms) * self.replicates
        start, end = first // each, (last - 1) // each + 1
        columns = tuple(column[start:end] for column in self.design.values)
        before = b""
        if kept is not None and (kept / f"{part_name(index)}.arrow").exists():
            before = (kept / f"{part_name(index)}.arrow").read_bytes()
        return Rows(index, first, last, start, columns, before)

    def size(self, piece: Rows) -> int:
        """Number of runs of a piece."""
        return piece.last - piece.first

    def keys(self, piece: Rows) -> list[Key]:
        """Rows of a piece."""
        return [(row,) for row in range(piece.first, piece.last)]

    def schemas(self) -> dict[str, pa.Schema]:
        """The finished tables."""
        return {**extra_schemas(self.extra), "runs": sweep_schema(self.outputs.fields(), self.design)}

    def documents(self) -> dict[str, bytes]:
        """Each scenario as resolved, and the design."""
        texts = {
            f"scenarios/{a.name}.toml": a.resolved.source.encode()
            for a in self.arms
            if a.resolved is not None
        }
        return {**texts, "design.parquet": design_bytes(self.design)}

    def details(self) -> dict[str, Any]:
        """Titles and timelines for people."""
        return {
            "described": [described(arm.resolved) for arm in self.arms if arm.resolved is not None],
            "meta": self.design.meta,
        }

    def identity(self) -> dict[str, Any]:
        """What two folders must share to hold the same sweep, in the form of `plan.json`."""
        return dict(self._identity)

    @cached_property
    def _identity(self) -> dict[str, Any]:
        simulated = self.task == SIMULATION
        return {
            "ripple": "experiment",
            "kind": "sweep",
            "schema": VERSION,
            "version": __version__,
            "equations": source_hash() if simulated else task_digest(self.task),
            "task": self.task,
            "scenarios": [_arm_identity(arm) for arm in self.arms],
            "seed": self.seed,
            "luck": self.luck,
            "offsets": self.offsets,
            "outputs": list(self.outputs.names),
            "tables": [*self.extra, "runs"],
            "design": {
                "points": self.design.n_points,
                "paths": list(self.design.paths),
                "digest": self.design.digest,
            },
            "replicates": self.replicates,
            "rows": self.rows,
            "rows_per_piece": self.rows_per_piece,
        }


GROWING: Final = ("design", "replicates", "rows", "rows_per_piece")  # what may differ where runs are kept


def grows_from(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether runs of one plan are runs of another: all is equal but the number of points or replicates."""
    same = all(found.get(key) == value for key, value in wanted.items() if key not in GROWING)
    paths = found.get("design", {}).get("paths") == wanted["design"]["paths"]
    return same and paths and wanted["tables"] == ["runs"]


def _arm_identity(arm: SweptArm) -> dict[str, Any]:
    if arm.resolved is None:
        return {"name": arm.name}
    made = arm.resolved
    return {
        "name": arm.name,
        "source": made.source,
        "organisation": fingerprint(made),
        "programme": _digest((made.programmes, made.disturbances, made.seedings, made.start)),
    }


def extra_schemas(names: Sequence[str]) -> dict[str, pa.Schema]:
    """Schemas of the tables that are stored only where asked for: by point instead of by draw."""
    known = {"series": SERIES, "events": EVENTS}
    made = {}
    for name in names:
        fields = [item for item in known[name] if item.name not in ("uncertainty", "draw")]
        made[name] = pa.schema([pa.field("point", pa.int64()), *fields]).with_metadata(known[name].metadata)
    return made


def sweep_schema(outputs: Sequence[pa.Field], design: Design, *, numbered: bool = True) -> pa.Schema:
    """Columns of `runs`: who a run is, how it ended, the outputs, and the point with the prefix `x.`."""
    columns = [("run", pa.int64())] if numbered else []
    columns += [
        ("point", pa.int64()), ("scenario", pa.string()), ("replicate", pa.int32()), ("seed", pa.int64()),
        ("luck", pa.int64()), ("status", pa.string()), ("reason", pa.string()), ("alpha_offset", pa.float64()),
    ]  # fmt: skip
    kinds = {"i": pa.int64(), "f": pa.float64(), "O": pa.string()}
    points = [
        pa.field(f"x.{p}", kinds[c.dtype.kind]) for p, c in zip(design.paths, design.values, strict=True)
    ]
    fields = [*(pa.field(*column) for column in columns), *outputs, *points]
    return pa.schema(fields).with_metadata({"ripple.table": "runs", "ripple.schema": str(VERSION)})


def design_bytes(design: Design) -> bytes:
    """A design as a Parquet file."""
    table = pa.table(dict(zip(design.paths, (pa.array(c) for c in design.values), strict=True)))
    table = table.replace_schema_metadata({"ripple.design": json.dumps(design.meta)})
    file = io.BytesIO()
    with writer(file, table.schema) as out:
        out.write_table(table)
    return file.getvalue()


def luck_of(luck: str, point: int, replicate: int) -> int:
    """Number under which the luck of a run is drawn."""
    return replicate if luck == "common" else (point + 1) * _OWN_LUCK + replicate


def make_sweep(
    scenarios: Source | Sequence[Source],
    design: Design,
    *,
    replicates: int = 8,
    seed: int | None = None,
    luck: str = "common",
    task: str = SIMULATION,
    outputs: Sequence[str] = (),
    overrides: Sequence[str] = (),
    extra: Sequence[str] = (),
    offsets: str = "auto",
    rows_per_piece: int | None = None,
) -> SweepPlan:
    """Load, check and lay out a sweep.

    Args:
        scenarios: bundled names, files, mappings or loaded scenarios; none or more labels for a task of one's own.
        design: the points.
        replicates: runs of each scenario at each point, 1 to 1,000,000.
        seed: which luck; as the first scenario says where not given.
        luck: "common" or "independent".
        task: "simulation", or "module:function" (see `sim.experiments.tasks`).
        outputs: see `sim.experiments.outputs`; all stored outcomes where not given.  For a task: the names that it
            returns ("y" where not given).
        overrides: `path=value` texts, applied to every scenario before the points.
        extra: "series" and "events" to store those tables too.
        offsets: how business as usual is made stationary at each point: "emulate", "search", "default" or "auto".
        rows_per_piece: runs that are computed and stored in one go; by the work they take where not given.

    Raises:
        ScenarioError: a scenario cannot be used.
        ExperimentError: the sweep cannot be planned.
    """
    if luck not in LUCKS:
        raise ExperimentError(f"luck '{luck}' is not known; give common or independent")
    for name in extra:
        if name not in EXTRA:
            raise ExperimentError(
                f"table '{name}' is not known; a sweep can also store {' and '.join(EXTRA)}"
            )
    if offsets not in ("auto", *METHODS):
        raise ExperimentError(f"offsets '{offsets}' is not known; give auto, {', '.join(METHODS)}")
    given = sources(scenarios)
    outputs = listed("outputs", outputs, (str,), "a list, e.g. ['share_end']", error=ExperimentError)
    count = _count("replicates", replicates, 8)
    if luck == "independent" and design.n_points * _OWN_LUCK >= 2**62:
        raise ExperimentError("too many points for independent luck; give luck common")
    if task != SIMULATION:
        arms, columns = _labels(given, task), _task_outputs(outputs)
        rows, base_seed, method = rows_per_piece or _TASK_ROWS, 1, "none"
    else:
        if not given:
            raise ExperimentError("no scenario given; name at least one, e.g. 'business_as_usual'")
        loaded = [_loaded(source, overrides) for source in given]
        arms = _swept_arms(loaded, design)
        check_parameters(design)
        check_others(arms, design)
        columns, base_seed = _outputs_of(arms, outputs), loaded[0].run.seed
        rows = rows_per_piece or _rows_for(arms, design, count)
        method = choose_method(arms, design) if offsets == "auto" else offsets
    chosen = whole("seed", base_seed if seed is None else seed, error=ExperimentError)
    return SweepPlan(
        arms, design, count, chosen, luck, task, columns, tuple(t for t in EXTRA if t in extra), method,
        _count("rows_per_piece", rows, 1),
    )  # fmt: skip


def _labels(scenarios: Sequence[Source], task: str) -> tuple[SweptArm, ...]:
    load_task(task)
    names = [str(name) for name in scenarios] or [task.partition(":")[2]]
    _check_names(names)
    return tuple(SweptArm(name, None, None, (), (), 0) for name in names)


def _task_outputs(outputs: Sequence[str]) -> Outputs:
    names = tuple(dict.fromkeys(outputs)) or ("y",)
    return Outputs(names, (), ())


def _outputs_of(arms: Sequence[SweptArm], wanted: Sequence[str]) -> Outputs:
    made = [arm.resolved for arm in arms if arm.resolved is not None]
    careful = any(arm.scenario is not None and arm.scenario.organization.imported for arm in arms)
    levels = level_names([one.organization for one in made], careful=careful)
    groups = [published(one.organization, groups_of(one), levels, careful=careful) for one in made]
    return parse_outputs(wanted, years=max(one.years for one in made), groups=groups)


def _swept_arms(loaded: Sequence[Scenario], design: Design) -> tuple[SweptArm, ...]:
    names = [scenario.name for scenario in loaded]
    _check_names(names)
    first = design.point(0)
    used: dict[str, list[str]] = {path: [] for path in design.paths}
    arms: list[SweptArm] = []
    for scenario in loaded:
        mine = [
            k for k, path in enumerate(design.paths) if applies(path, scenario.name, scenario, first[path])
        ]
        for k in mine:
            used[design.paths[k]].append(scenario.name)
        parameters = tuple(k for k in mine if own_path(design.paths[k])[1].startswith(PARAMETERS))
        others = tuple(k for k in mine if k not in parameters)
        arm = SweptArm(scenario.name, scenario, resolve(scenario), parameters, others, len(arms))
        reference = next((k for k in range(len(arms)) if _same_usual(arms, k, arm, design)), len(arms))
        arms.append(replace(arm, reference=reference))
    for path, of in used.items():
        if not of:
            _refuse_path(path, loaded, first[path])
    return tuple(arms)


def _same_usual(arms: Sequence[SweptArm], k: int, arm: SweptArm, design: Design) -> bool:
    other = arms[k]
    if other.reference != k or other.resolved is None or arm.resolved is None:
        return False
    return acting_columns(other, design) == acting_columns(arm, design) and same_usual(
        other.resolved, arm.resolved
    )


def _refuse_path(path: str, loaded: Sequence[Scenario], value: Value) -> None:
    name, proper = own_path(path)
    names = [scenario.name for scenario in loaded]
    if name and name not in names:
        raise ExperimentError(f"column {path}: no scenario is called '{name}'; there are {', '.join(names)}")
    try:
        override.apply(
            loaded[0].model_dump(exclude_none=True, by_alias=True), [f"{proper}={override_text(value)}"]
        )
    except ScenarioError as problem:
        raise ExperimentError(f"column {path} has no place in any of the scenarios: {problem}") from None


def _rows_for(arms: Sequence[SweptArm], design: Design, replicates: int) -> int:
    """Rows of a piece: a second or two of work, whole points (or whole scenarios of a point) where that is possible."""
    made = [arm.resolved for arm in arms if arm.resolved is not None]
    work = float(np.mean([one.organization.n * (one.steps + one.burn_steps) for one in made]))
    for path, column in zip(design.paths, design.values, strict=True):
        if path == "organization.people" and column.dtype != object:
            work *= float(column.mean()) / max(1, made[0].organization.n)
    wanted = max(1, int(_PERSON_STEPS / max(work, 1.0)))
    for unit in (replicates * len(arms), replicates):
        if wanted >= unit:
            return wanted // unit * unit
    return wanted


def read_kept(piece: Rows, names: Sequence[str], arms: int, replicates: int) -> dict[Key, Row]:
    """Rows of a piece that were made before."""
    if not piece.kept:
        return {}
    with pa.ipc.open_stream(piece.kept) as stream:
        rows = stream.read_all().to_pylist()
    each = arms * replicates
    found: dict[Key, Row] = {}
    for row in rows:
        key = row["point"] * each + names.index(row["scenario"]) * replicates + row["replicate"]
        found[(key,)] = row
    return found
