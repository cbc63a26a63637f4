"""From every phrase of the sources to its lever or barrier, mechanism, output and scenario.

The table is data (`data/trace.csv`), the mechanisms and their switches are a closed list (`data/trace.toml`).
A mechanism's switch turns it off, so that a test can see the named output change.  At most `MOST_BOUNDARIES`
rows may end at a stated boundary, and none of a kind named in `NEVER_A_BOUNDARY`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sim.behaviours.barriers import BARRIERS
from sim.behaviours.catalogue import CATALOGUE
from sim.behaviours.sources import CatalogueError, check_names, read_toml, seed_rows, text
from sim.parameters import REGISTER

MOST_BOUNDARIES: Final = 15
NEVER_A_BOUNDARY: Final = ("behaviour", "barrier", "claim", "mechanism")

# What a row may point to as output: columns of the tables that are written of every run (by time or at the end);
# `productivity` only where a scenario asks for the outcome map.
OUTPUTS: Final = (
    "share_practising", "enthusiasm", "safety", "mindset", "skill", "memory", "sharing",
    "turnover_per_year", "leader_hours", "learner_hours", "community_share_end", "unseeded_share",
    "durability_1y", "adoptions_authority", "adoptions_mutual", "productivity",
)  # fmt: skip

# Bundled scenarios in which it can be seen.
SCENARIOS: Final = (
    "business_as_usual", "stars_align", "lead_by_example", "from_the_top", "peer_groups_first",
    "link_to_performance", "moderate_emphasis", "technology_first", "contagion_first", "compliance_only",
    "culture_for_all", "governance_learning_leader", "governance_hr", "governance_compliance",
    "sponsor_withdrawal", "all_levers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Switch:
    """How a mechanism is turned off.

    Attributes:
        kind: "parameter" (set `name` to `value`), "structure" (turn off the option `name`), "lever" or
            "barrier" (leave out the row's own).
        name: parameter or structural option, "" for the other kinds.
        value: what the parameter is set to, 0 for the other kinds.
    """

    kind: str
    name: str = ""
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism of the closed list: `says` in words, `equation` as file.function of `sim.theory`."""

    id: str
    says: str
    equation: str
    switch: Switch


@dataclass(frozen=True, slots=True)
class Trace:
    """Where one row of the sources ends up: `boundary` says why it is not modelled, or the rest is there.

    Attributes:
        row: id in the sources' table ("B001").
        levers: ids of levers, maybe none.
        barrier: id of a barrier, or "".
        mechanism, output, scenario: names of `mechanisms()`, `OUTPUTS`, `SCENARIOS`.
        boundary: why it is not modelled, or "".
    """

    row: str
    levers: tuple[str, ...]
    barrier: str
    mechanism: str
    output: str
    scenario: str
    boundary: str


@cache
def structural_options() -> Mapping[str, str]:
    """Structural options that a switch may turn off, and what is then the case."""
    return MappingProxyType({name: str(says) for name, says in read_toml("trace.toml")["structure"].items()})


def _switch(written: str, where: str) -> Switch:
    kind, _, rest = written.partition(":")
    check_names([kind], ("parameter", "structure", "lever", "barrier"), where, "switch")
    if kind == "structure":
        check_names([rest], structural_options(), where, "structural option")
        return Switch(kind, rest)
    if kind != "parameter":
        return Switch(kind)
    name, _, value = rest.partition("=")
    check_names([name], REGISTER, where, "parameter")
    found = float(value)
    low, high = REGISTER[name].hard
    if not low <= found <= high:
        raise CatalogueError(f"{where}: {name} cannot be {found:g}; it must lie in [{low:g}, {high:g}]")
    return Switch(kind, name, found)


@cache
def mechanisms() -> Mapping[str, Mechanism]:
    """The closed list of mechanisms, by name.

    Raises:
        CatalogueError: a switch that names no parameter or option.
    """
    table = read_toml("trace.toml")["mechanism"]
    found: dict[str, Mechanism] = {}
    for id_, entry in table.items():
        where = f"trace.toml [mechanism.{id_}]"
        check_names(entry, ("says", "equation", "switch"), where, "key")
        found[id_] = Mechanism(
            id_, entry["says"], entry["equation"], _switch(entry["switch"], f"{where}.switch")
        )
    return MappingProxyType(found)


def _traced(line: Mapping[str, str]) -> Trace:
    where = f"trace.csv {line['row']}"
    check_names([line["row"]], seed_rows(), where, "seed row")
    tag = seed_rows()[line["row"]].tag
    if line["boundary"]:
        words = tag.split()
        if any(kind in words for kind in NEVER_A_BOUNDARY):
            raise CatalogueError(f"{where}: a row tagged {tag!r} must not end at a boundary")
        return Trace(line["row"], (), "", "", "", "", line["boundary"])
    levers = tuple(line["levers"].split())
    check_names(levers, CATALOGUE, where, "lever")
    check_names([line["barrier"]] if line["barrier"] else [], BARRIERS, where, "barrier")
    check_names([line["mechanism"]], mechanisms(), where, "mechanism")
    check_names([line["output"]], OUTPUTS, where, "output")
    check_names([line["scenario"]], SCENARIOS, where, "scenario")
    own = {"lever": levers, "barrier": line["barrier"]}.get(mechanisms()[line["mechanism"]].switch.kind, True)
    if not own:
        raise CatalogueError(
            f"{where}: the switch of {line['mechanism']!r} is the row's own, and it has none"
        )
    if tag == "barrier" and not line["barrier"]:
        raise CatalogueError(f"{where}: tagged barrier and names none")
    if tag == "behaviour" and not levers:
        raise CatalogueError(f"{where}: tagged behaviour and names no lever")
    return Trace(
        line["row"], levers, line["barrier"], line["mechanism"], line["output"], line["scenario"], ""
    )


@cache
def traces() -> Mapping[str, Trace]:
    """Every row of the sources and where it ends up, in order.

    Raises:
        CatalogueError: a row that is missing, twice there, or names something that does not exist.
    """
    found: dict[str, Trace] = {}
    for line in csv.DictReader(text("trace.csv").splitlines()):
        if line["row"] in found:
            raise CatalogueError(f"trace.csv: {line['row']} is there twice")
        found[line["row"]] = _traced(line)
    missing = [row for row in seed_rows() if row not in found]
    if missing:
        raise CatalogueError(f"trace.csv: no line for {', '.join(missing)}")
    ends = [row for row, entry in found.items() if entry.boundary]
    if len(ends) > MOST_BOUNDARIES:
        raise CatalogueError(f"trace.csv: {len(ends)} rows end at a boundary, at most {MOST_BOUNDARIES} may")
    return MappingProxyType(found)


def table() -> list[dict[str, Any]]:
    """The traceability table, a dict a row: the source's words beside where they end up."""
    return [
        {
            "row": id_,
            "seed": row.seed,
            "tag": row.tag,
            "name": row.name,
            "quotation": row.quotation,
            "levers": traces()[id_].levers,
            "barrier": traces()[id_].barrier,
            "mechanism": traces()[id_].mechanism,
            "output": traces()[id_].output,
            "scenario": traces()[id_].scenario,
            "boundary": traces()[id_].boundary,
        }
        for id_, row in seed_rows().items()
    ]
