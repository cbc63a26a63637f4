"""Levers of one's own: an entry of the catalogue's form, given at run time with the scenario that uses it.

The definition travels in the scenario (`[lever_definitions]`), so results that are stored, resumed or computed by
another process know it.  What a definition leaves out is filled in: nothing that a catalogue must say of its sources
is asked of a trial.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sim.behaviours.catalogue import CATALOGUE, parse_lever
from sim.behaviours.lever import Lever, slug
from sim.behaviours.sources import CatalogueError
from sim.theory.channels import LAYERS

_OWN: dict[str, Lever] = {}


def define_lever(id_: str, entry: Mapping[str, Any]) -> Lever:
    """Define a lever, or define it anew; scenarios then use it by its id or name.

    Args:
        id_: a word of letters, digits and underscores that is no lever of the catalogue.
        entry: keys of `Lever`: `direct` (what those covered feel, by channel), `push` (what it asks of leaders'
            conduct), `ties`, hours, prices …; `fit` by layer, 0 where nothing is said.

    Raises:
        CatalogueError: names the entry, what was found and what is needed.
    """
    where = f"lever_definitions.{id_}"
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", id_):
        raise CatalogueError(f"{where}: an id is a word of letters, digits and underscores")
    if not isinstance(entry, Mapping):
        raise CatalogueError(f"{where}: a table is needed, not {entry!r}")
    name = str(entry.get("name", id_.replace("_", " ").capitalize()))
    taken = {slug(item) for lever in CATALOGUE.values() for item in (lever.id, lever.name)} | {"telling"}
    if taken & {slug(id_), slug(name)}:
        raise CatalogueError(
            f"{where}: {name!r} is a lever of the catalogue; give yours an id and a name of its own"
        )
    if not any(entry.get(key) for key in ("direct", "push", "ties")):
        raise CatalogueError(f"{where}: say what it does: direct, push or ties")
    fit = {layer: 0.0 for layer in LAYERS} | dict(entry.get("fit", {}))
    usual: dict[str, Any] = {
        "summary": name,
        "practised_by": ["manager"],
        "flows_along": [
            layer for layer, value in fit.items() if isinstance(value, int | float) and value > 0
        ],
        "rows": [],
        "grade": "D",
        "misuse": {"dose": -1.0},
        "misuse_text": "turned round",
    }
    _OWN[id_] = made = parse_lever(id_, {**usual, **entry, "name": name, "fit": fit}, where)
    return made


def define_levers(definitions: Mapping[str, Mapping[str, Any]]) -> None:
    """Define every lever of a table.

    Raises:
        CatalogueError: as `define_lever`.
    """
    for id_, entry in definitions.items():
        define_lever(id_, entry)


def own_levers() -> Mapping[str, Lever]:
    """The levers that have been defined in this process, by id."""
    return MappingProxyType(_OWN)
