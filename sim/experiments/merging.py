"""Put the shards of a sweep together: the same bytes as if one machine had made it all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments.errors import StoreError
from sim.experiments.files import SUFFIX, told
from sim.experiments.pieces import RUNS, Key
from sim.experiments.store import Store, differing, file_hash, read_manifest, read_plan
from sim.experiments.sweep_plan import part_name
from sim.experiments.swept import Sweep


@dataclass(frozen=True, slots=True)
class Part:
    """A piece by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as a folder tells it: enough to put parts together, not to run anything.

    Attributes:
        folder: of a shard.
        content: of its `plan.json`.
        known: schemas of the finished tables.
    """

    folder: Path
    content: Mapping[str, Any]
    known: Mapping[str, pa.Schema]

    def identity(self) -> dict[str, Any]:
        """As stored."""
        return {key: value for key, value in self.content.items() if key not in ("described", "meta")}

    def details(self) -> dict[str, Any]:
        """As stored."""
        return {key: self.content[key] for key in ("described", "meta") if key in self.content}

    def documents(self) -> dict[str, bytes]:
        """Scenarios and design."""
        paths = [*sorted((self.folder / "scenarios").glob("*.toml")), self.folder / "design.parquet"]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}

    def schemas(self) -> Mapping[str, pa.Schema]:
        """The finished tables."""
        return self.known

    @property
    def count(self) -> int:
        """Number of pieces of the whole."""
        return -(-int(self.content["rows"]) // int(self.content["rows_per_piece"]))

    def size(self, piece: Part) -> int:
        """Not known without the part."""
        raise NotImplementedError

    def keys(self, piece: Part) -> list[Key]:
        """Not known without the part."""
        raise NotImplementedError


class _Parts:
    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[Part]:
        return (Part(part_name(index)) for index in range(self.count))


def merge(out: str | Path, shards: Sequence[str | Path] = ()) -> Sweep:
    """Put shards together into one results folder; they stay as they are.

    Args:
        out: folder of the whole; may hold some parts already.
        shards: results folders that `--shard` made; those beside `out` (`OUT.shard-*`) where not given.

    Raises:
        StoreError: a shard is of another sweep, damaged, unfinished or missing.
    """
    target = Path(out)
    folders = [Path(shard) for shard in shards] or sorted(target.parent.glob(f"{target.name}.shard-*"))
    if not folders:
        raise StoreError(
            f"no shards beside {target}; name their folders: ripple results merge {target} SHARD..."
        )
    plan = _plan_of(folders)
    fresh = not target.exists()
    with Store(target, plan) as store:
        if store.finished:
            return Sweep(target)
        try:
            _gather_all(folders, store, plan)
        except StoreError:
            if fresh:  # a merge that is refused leaves nothing behind
                shutil.rmtree(target, ignore_errors=True)
            raise
        parts = _Parts(plan.count)
        failed = store.failures(parts)
        usual = read_manifest(folders[0]).get("usual", {})
        store.finish(
            parts, {"runs": plan.content["rows"], "failed": failed, "shards": len(folders), "usual": usual}
        )
    return Sweep(target)


def _gather_all(folders: Sequence[Path], store: Store, plan: StoredPlan) -> None:
    """Take the parts of all shards over.

    Raises:
        StoreError: a part is damaged or missing, or cannot be written.
    """
    try:
        for folder in folders:
            _gather(folder, store)
        present = store.present()
    except OSError as problem:
        raise told(problem, store.folder) from None
    missing = [index for index in range(plan.count) if part_name(index) not in present]
    if missing:
        raise StoreError(
            f"{len(missing)} of {plan.count} parts are in none of the shards given; "
            f"{_which(missing, folders)}, and merge again"
        )


def _plan_of(folders: Sequence[Path]) -> StoredPlan:
    contents = [read_plan(folder) for folder in folders]
    for folder, content in zip(folders, contents, strict=True):
        if content.get("kind") != "sweep":
            raise StoreError(f"{folder} holds a comparison; only sweeps are made in shards")
        other = list(differing(contents[0], {k: v for k, v in content.items() if k != "described"}))
        if other:
            raise StoreError(
                f"{folder} is a shard of another sweep than {folders[0]}: {'; '.join(other[:3])}"
            )
    return StoredPlan(folders[0], contents[0], _schemas(folders, contents[0]))


def _schemas(folders: Sequence[Path], content: Mapping[str, Any]) -> dict[str, pa.Schema]:
    known = {}
    for name in content["tables"]:
        part = next((p for folder in folders for p in (folder / "parts").glob(f"*.{name}{SUFFIX}")), None)
        if part is None:
            raise StoreError(f"the shards hold no part of {name} yet; finish them first")
        schema = pq.read_schema(part)
        if name == RUNS:
            fields = [pa.field("run", pa.int64()), *schema]
            schema = pa.schema(fields).with_metadata(schema.metadata)
        known[name] = schema
    return known


def _gather(folder: Path, store: Store) -> None:
    """Take a shard's parts over, each held to the hash in its manifest."""
    hashes = read_manifest(folder).get("parts", {})
    names = sorted(path.name for path in (folder / "parts").glob(f"part-*{SUFFIX}"))
    # `runs` last: it says that a piece is whole.
    for name in sorted(names, key=lambda one: one.endswith(f".{RUNS}{SUFFIX}")):
        source, place = folder / "parts" / name, store.parts / name
        found = file_hash(source)
        if hashes and hashes.get(name) != found:
            raise StoreError(
                f"{source} is not what the shard wrote; delete it and give the shard's command again"
            )
        if place.exists():
            if file_hash(place) != found:
                raise StoreError(f"{source} differs from the same part elsewhere; one of them is damaged")
            continue
        partial = place.with_name(f".{name}.{os.getpid()}.tmp")
        with contextlib.suppress(OSError):
            os.link(source, partial)
        if not partial.exists():
            shutil.copyfile(source, partial)
        os.replace(partial, place)


def _which(missing: Sequence[int], folders: Sequence[Path]) -> str:
    """The shards that make the missing parts, and what to do about them."""
    shards = [read_manifest(folder).get("shard") for folder in folders]
    known = [shard for shard in shards if isinstance(shard, dict)]
    if not known:
        return "none of them is finished: finish them"
    of = int(known[0]["of"])
    lacking = sorted({index % of + 1 for index in missing})
    some = ", ".join(map(str, lacking[:10])) + (" …" if len(lacking) > 10 else "")
    shard, command = ("shard", "its command") if len(lacking) == 1 else ("shards", "their commands")
    return f"missing or not finished: {shard} {some} of {of}; give {command}"
