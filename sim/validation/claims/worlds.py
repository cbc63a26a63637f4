"""Under what each claim is tried: draws of the parameters, other structures, and the regions that a claim names."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from sim.experiments.design_table import Design
from sim.parameters import REGISTER, defaults
from sim.validation.claims.claim import Claim, ClaimError, World, folder

Kind = Literal["main", "variant", "null", "region"]
MAIN: Final = World("the model as it is", {})


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is run.

    Attributes:
        draws, replicates: of the model as it is.
        variant_draws, variant_replicates: of each other structure; no draws, no other structures.
        world_draws, world_replicates: of each region that a claim names.
        offsets: how business as usual is made stationary, see `sim.experiments.usual_plan`.
        regions: whether the regions in which claims are true are run too (null twins always are).
        name: full or quick.
    """

    draws: int
    replicates: int
    variant_draws: int
    variant_replicates: int
    world_draws: int
    world_replicates: int
    offsets: str
    regions: bool
    name: str


FULL: Final = Effort(48, 2, 16, 2, 4, 2, "search", True, "full")
QUICK: Final = Effort(6, 1, 0, 1, 2, 1, "search", False, "quick")


@dataclass(frozen=True, slots=True)
class Group:
    """Draws in one world: what becomes one sweep.

    Attributes:
        kind: "main", "variant", "null" or "region".
        name: short, for folders and figures.
        world: what is different.
        claims: those that are tried in it.
        draws, replicates: how many.
    """

    kind: Kind
    name: str
    world: World
    claims: tuple[Claim, ...]
    draws: int
    replicates: int


def variants() -> dict[str, World]:
    """Other structures by name, from `scenarios/claims/variants.toml`; their values may leave the register's ranges.

    Raises:
        ClaimError: the file cannot be used.
    """
    try:
        raw = tomllib.loads((folder() / "variants.toml").read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise ClaimError(f"variants.toml: {problem}") from None
    found = {}
    for name, entry in raw.items():
        unknown = sorted(set(entry.get("parameters", {})) - set(REGISTER))
        if unknown or set(entry) - {"says", "parameters", "set"} or "says" not in entry:
            raise ClaimError(f"variants.toml [{name}]: {unknown or list(entry)}: give says, parameters, set")
        values = {key: float(value) for key, value in entry.get("parameters", {}).items()}
        found[name] = World(entry["says"], values, tuple(entry.get("set", ())))
    return found


def groups(claims: Sequence[Claim], effort: Effort, others: Mapping[str, World] | None = None) -> list[Group]:
    """The sweeps of a trial: the model as it is, each region once for all its claims, other structures."""
    every = tuple(claims)
    found = [Group("main", "main", MAIN, every, effort.draws, effort.replicates)]
    wanted = [("null", claim.null, claim) for claim in every]
    if effort.regions:
        wanted += [("region", claim.region, claim) for claim in every if claim.region is not None]
    shared: dict[tuple[str, str], list[tuple[World, Claim]]] = {}
    for kind, world, claim in wanted:
        shared.setdefault((kind, _key(world)), []).append((world, claim))
    for (kind, _), members in shared.items():
        of = tuple(claim for _, claim in members)
        kind_: Kind = "null" if kind == "null" else "region"
        name = f"{kind}-{'-'.join(claim.id for claim in of)}"
        found.append(Group(kind_, name, members[0][0], of, effort.world_draws, effort.world_replicates))
    if effort.variant_draws:
        known = variants() if others is None else others
        found += [
            Group("variant", name, world, every, effort.variant_draws, effort.variant_replicates)
            for name, world in known.items()
        ]
    return found


def _key(world: World) -> str:
    return repr((sorted(world.parameters.items()), world.set))


def draws(count: int, seed: int) -> tuple[list[dict[str, float]], str]:
    """Draws of the parameters that the patterns do not rule out, and where they come from, in words."""
    from sim.calibration import draws as plausible

    found = list({tuple(sorted(row.items())): row for row in plausible(count, seed)}.values())  # none twice
    return (
        found,
        "the sample of parameters that the fitted patterns do not rule out (`sim.calibration.draws`)",
    )


def design_of(drawn: Sequence[Mapping[str, float]], world: World, *, changes: bool = False) -> Design:
    """Draws with the values of a world in place of their own, as a design.

    Args:
        changes: with a column for each text of `world.set`, for a measure that makes its own scenario.
    """
    usual = defaults()
    columns = sorted({*(name for row in drawn for name in row), *world.parameters})
    values = [
        np.array([world.parameters.get(name, row.get(name, usual[name])) for row in drawn])
        for name in columns
    ]
    paths = [f"parameters.{name}" for name in columns]
    for text in world.set if changes else ():
        path, _, value = text.partition("=")
        paths.append(path.strip())
        values.append(np.array([value.strip()] * len(drawn), dtype=object))
    return Design(tuple(paths), tuple(values), {"method": "draws"})
