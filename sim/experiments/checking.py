"""Is what is stored what was made?  Hashes of the files, and some runs made again and compared to the last bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.experiments.comparing import _offsets
from sim.experiments.design_table import Design
from sim.experiments.errors import ExperimentError, StoreError
from sim.experiments.pieces import Job, Key, Row
from sim.experiments.plan import Block, Plan, Source, make_plan
from sim.experiments.runner import Tally
from sim.experiments.schema import OUTCOMES
from sim.experiments.store import differing, file_hash, read_manifest, read_plan
from sim.experiments.sweep_plan import Rows, make_sweep
from sim.experiments.sweep_work import job_of
from sim.experiments.sweeping import _usual
from sim.experiments.tasks import SIMULATION
from sim.experiments.usual_plan import acting_columns
from sim.organization.luck import Luck


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Attributes:
        files: tables and parts whose hash was compared.
        damaged: those that are not what was written.
        sampled: runs made again, by their number.
        differing: (run, column, stored, made again) of each difference.
        remark: why runs were not made again, or "".
    """

    files: tuple[str, ...]
    damaged: tuple[str, ...]
    sampled: tuple[int, ...]
    differing: tuple[tuple[int, str, Any, Any], ...]
    remark: str

    @property
    def sound(self) -> bool:
        """Nothing is damaged and nothing differs."""
        return not self.damaged and not self.differing


def verify(
    folder: str | Path, *, sample: int = 20, seed: int = 1, scenarios: Sequence[Source] = ()
) -> Verdict:
    """Compare the hashes of a results folder, and make a sample of its runs again.

    Args:
        folder: a finished results folder, or a shard.
        sample: runs to make again, chosen by `seed`; 0 for the files alone.
        scenarios: the scenarios, where they cannot be read from the folder (organisations from files).

    Raises:
        StoreError: it is not a results folder, or unfinished.
    """
    place = Path(folder)
    plan, manifest = read_plan(place), read_manifest(place)
    tables = {f"{name}.parquet": digest for name, digest in manifest.get("tables", {}).items()}
    parts = {f"parts/{name}": digest for name, digest in manifest.get("parts", {}).items()}
    hashes = {**tables, **parts}
    if not hashes:
        raise StoreError(
            f"{place} is not finished (or was made before hashes were stored); give its command again"
        )
    damaged = [name for name, digest in hashes.items() if _hash(place / name) != digest]
    if sample == 0 or not tables or damaged:
        why = (
            ""
            if sample == 0
            else "a shard's runs are checked once it is merged"
            if not tables
            else "files are damaged"
        )
        return Verdict(tuple(hashes), tuple(damaged), (), (), why)
    try:
        again = _Again(place, plan, scenarios)
    except (ExperimentError, ValueError, OSError) as problem:
        return Verdict(tuple(hashes), (), (), (), f"no run was made again: {problem}")
    total = int(pq.read_metadata(place / "runs.parquet").num_rows)
    numbers = sorted(int(k) for k in Luck(seed, "verify").permutation(total)[:sample])
    wrong = [found for row in _rows(place, numbers) for found in again.differences(row)]
    return Verdict(tuple(hashes), (), tuple(numbers), tuple(wrong), "")


def _hash(path: Path) -> str:
    try:
        return file_hash(path)
    except OSError:
        return "missing"


def _rows(place: Path, numbers: Sequence[int]) -> list[Row]:
    with open(place / "runs.parquet", "rb") as file:
        table = pq.read_table(file, filters=pc.field("run").isin(pa.array(numbers, pa.int64())))
    rows: list[Row] = table.sort_by("run").to_pylist()
    return rows


class _Again:
    """The job of a stored experiment."""

    def __init__(self, place: Path, stored: Mapping[str, Any], scenarios: Sequence[Source]) -> None:
        self.sweep = stored.get("kind") == "sweep"
        given: list[Source] = list(scenarios)
        if not given and stored.get("task", SIMULATION) == SIMULATION:
            given = [place / "scenarios" / f"{row['name']}.toml" for row in stored["scenarios"]]
        elif not given:
            given = [str(row["name"]) for row in stored["scenarios"]]
        made: Any = self._sweep(place, stored, given) if self.sweep else self._comparison(stored, given)
        other = list(differing(stored, made.identity()))
        if other:
            raise StoreError(f"the plan cannot be read back from the folder: {'; '.join(other[:2])}")
        self.job = self._job(made)

    def _sweep(self, place: Path, stored: Mapping[str, Any], given: Sequence[Source]) -> Any:
        return make_sweep(
            given, Design.from_parquet(place / "design.parquet"), replicates=stored["replicates"],
            seed=stored["seed"], luck=stored["luck"], task=stored["task"], outputs=stored["outputs"],
            extra=[name for name in stored["tables"] if name != "runs"],
            offsets="auto" if stored["offsets"] == "none" else stored["offsets"],
            rows_per_piece=stored["rows_per_piece"],
        )  # fmt: skip

    def _comparison(self, stored: Mapping[str, Any], given: Sequence[Source]) -> Plan:
        return make_plan(
            given, replicates=None if stored["precision"] else stored["replicates"],
            precision=stored["precision"], seed=stored["seed"], uncertainty=stored["uncertainty"],
            draws=stored["draws"] or None, runs_per_draw=stored["runs_per_draw"], person_level=stored["person_level"],
            assumptions=stored.get("assumptions", "ranges"),
        )  # fmt: skip

    def _job(self, plan: Any) -> Job:
        from sim.experiments.work import Job as Comparison

        self.plan = plan
        if not self.sweep:
            return Comparison(plan, _offsets(plan, 2), None)
        acting = [acting_columns(arm, plan.design) if arm.resolved is not None else () for arm in plan.arms]
        return job_of(plan, _usual(plan, Tally(0, None), 2), acting, None)

    def _piece(self, row: Row) -> tuple[Any, Key]:
        if self.sweep:
            piece: Rows = self.plan.piece(row["run"] // self.plan.rows_per_piece)
            return piece, (row["run"],)
        arm = [item.name for item in self.plan.arms].index(row["scenario"])
        block = Block(row["uncertainty"], 0, row["draw"], (row["replicate"],))
        return block, (arm, row["replicate"])

    def differences(self, row: Row) -> list[tuple[int, str, Any, Any]]:
        """Columns in which a stored row differs from the run made again."""
        piece, key = self._piece(row)
        made = self.job.blank(piece, key)
        if made["reason"] is None:
            try:
                found, _ = self.job.attempt(piece, key, made)
                made = {**made, **found, "status": "ok", "reason": None}
            except Exception as problem:
                made["reason"] = f"{type(problem).__name__}: {problem}"
        return [
            (row["run"], name, row[name], made[name])
            for name in made
            if name in row and name != "reason" and not _same(row[name], made[name])
        ]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, (int, float)):
        return bool(np.float64(one).tobytes() == np.float64(other).tobytes())
    return bool(one == other)


@dataclass(frozen=True, slots=True)
class Difference:
    """What tells two results folders apart.

    Attributes:
        plan: what differs in the plans, a phrase each.
        same_tables, other_tables: names of tables with equal and with different bytes.
        rows: runs that both hold, and how many of them differ in an outcome.
        outcomes: (scenario, outcome, mean of a, mean of b, runs that differ), where any run differs.
    """

    plan: tuple[str, ...]
    same_tables: tuple[str, ...]
    other_tables: tuple[str, ...]
    rows: tuple[int, int]
    outcomes: tuple[tuple[str, str, float, float, int], ...]


def diff(a: str | Path, b: str | Path) -> Difference:
    """Compare two finished results folders: plans, bytes, and outcomes run by run.

    Raises:
        StoreError: one of them is not a finished results folder.
    """
    one, other = Path(a), Path(b)
    plans = read_plan(one), read_plan(other)
    same: list[str] = []
    not_same: list[str] = []
    for name in sorted({p.name for folder in (one, other) for p in folder.glob("*.parquet")}):
        (same if _hash(one / name) == _hash(other / name) != "missing" else not_same).append(name)
    wanted = {k: v for k, v in plans[1].items() if k not in ("described", "meta")}
    rows, outcomes = _rows_apart(_runs(one), _runs(other))
    return Difference(tuple(differing(plans[0], wanted)), tuple(same), tuple(not_same), rows, outcomes)


def _runs(folder: Path) -> Any:
    if not read_manifest(folder).get("finished"):
        raise StoreError(f"{folder} is not finished; give its command again")
    with open(folder / "runs.parquet", "rb") as file:
        return pq.read_table(file).to_pandas()


_NOT_OUTCOMES = ("run", "seed", "luck", "status", "reason", "alpha_offset")


def _rows_apart(a: Any, b: Any) -> tuple[tuple[int, int], tuple[tuple[str, str, float, float, int], ...]]:
    keys = [k for k in ("scenario", "uncertainty", "draw", "point", "replicate") if k in a and k in b]
    outcomes = [
        k for k in a.columns if k in b and k not in (*keys, *_NOT_OUTCOMES) and not k.startswith(("x.", "p."))
    ]
    both = a.merge(b, on=keys, suffixes=(" of a", " of b"))
    found, any_apart = [], np.zeros(len(both), dtype=np.bool_)
    for outcome in outcomes:
        left = both[f"{outcome} of a"].to_numpy(dtype=np.float64)
        right = both[f"{outcome} of b"].to_numpy(dtype=np.float64)
        apart = ~((left == right) | (np.isnan(left) & np.isnan(right)))
        any_apart |= apart
        for scenario in dict.fromkeys(both["scenario"]):
            mine = (both["scenario"] == scenario).to_numpy()
            if (apart & mine).any():
                means = [
                    float(np.nanmean(x[mine])) if np.isfinite(x[mine]).any() else np.nan
                    for x in (left, right)
                ]
                found.append((str(scenario), outcome, means[0], means[1], int((apart & mine).sum())))
    return (len(both), int(any_apart.sum())), tuple(found)


__all__ = ["OUTCOMES", "Difference", "Verdict", "diff", "verify"]
