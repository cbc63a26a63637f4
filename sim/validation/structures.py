"""Structural assumptions the other way round, as `data/structures.toml` says them; what they change: `structure_effects`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final

BY_AGENTS: Final = ("additive_hazards", "even_channels")  # run agent by agent
BY_FIT: Final = ("fits_everywhere", "practised_everywhere")
CHANGES: Final = (*BY_AGENTS, *BY_FIT)  # what no scenario can say
_KEYS: Final = {"says": str, "set": list, "parameters": dict, "change": str}


@dataclass(frozen=True, slots=True)
class Structure:
    """One structural assumption the other way round.

    Attributes:
        name: in `data/structures.toml`; says: what is different, in words.
        set: `path=value` texts, as `--set` takes them; parameters: held at these values, inside their ranges or not.
        change: one of `CHANGES` for what no scenario can say, else "".
    """

    name: str
    says: str
    set: tuple[str, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)
    change: str = ""


def structures() -> dict[str, Structure]:
    """The structures of `data/structures.toml` by name.

    Raises:
        ValueError: an entry that cannot be used.
    """
    raw = tomllib.loads(files("sim.validation").joinpath("data/structures.toml").read_text("utf-8"))
    return {name: _structure(name, entry) for name, entry in raw.items()}


def _structure(name: str, entry: Mapping[str, Any]) -> Structure:
    for key, value in entry.items():
        if key not in _KEYS or not isinstance(value, _KEYS[key]):
            raise ValueError(f"structures.toml [{name}]: {key} = {value!r}; there are {', '.join(_KEYS)}")
    one = Structure(
        name,
        entry.get("says", ""),
        tuple(entry.get("set", ())),
        entry.get("parameters", {}),
        entry.get("change", ""),
    )
    if not one.says or not (one.set or one.parameters or one.change):
        raise ValueError(f"structures.toml [{name}]: give says, and set, parameters or change")
    if one.change and one.change not in CHANGES:
        raise ValueError(f"structures.toml [{name}]: change = {one.change!r}; there are {', '.join(CHANGES)}")
    return one
