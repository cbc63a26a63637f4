"""`ties.csv`: who names whom, turned into who hears whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.organization.csvfile import Faults, Source, Table, read_table, together
from sim.organization.errors import OrganizationError
from sim.organization.layers import IGNORE, REPORTING, LayerFacts, LayerRule, read_layers, rules_for
from sim.organization.people import FIXED, INFORMAL, Ints, Ties
from sim.organization.peoplefile import People
from sim.theory.channels import LAYERS

HEAVIEST = 3.4  # weight of leader to report: no tie of a file weighs more
ONLY_LAYER = "ties"  # name of the layer in a file without a column for it


@dataclass(frozen=True, slots=True)
class FiledTies:
    """What the ties file brings.

    Attributes:
        ties: those that are used.
        reports_to: manager of each seat by the layer of reporting lines, None without it, shape (n,).
        asked: how many different people each is named by, in layers that are used, shape (n,).
        unmapped: layers nothing is known of.
        found, warnings: for the data report.
    """

    ties: Ties
    reports_to: Ints | None
    asked: Ints
    unmapped: tuple[str, ...] = ()
    found: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Arc:
    source: int
    target: int
    weight: float


def read_ties(
    path: Source | None,
    layers_path: Source | None,
    people: People,
    *,
    mapping: Mapping[str, LayerRule] | None,
) -> FiledTies:
    """Ties of the file by the rules of their layers.

    Raises:
        OrganizationError: unknown people, weights that are no numbers, two managers, rules for absent layers.
    """
    n = len(people.ids)
    facts = read_layers(layers_path)
    if path is None:
        rules_for((), mapping)
        return FiledTies(Ties.empty(), None, np.zeros(n, dtype=np.int32))
    table = read_table(path, required=("source", "target"))
    arcs, warnings = _arcs_by_layer(table, people)
    rules = rules_for(set(arcs) | set(facts), mapping)
    explicit = set(mapping or {})
    found: dict[str, object] = {"ties_file_format": f"{table.encoding}, delimiter {table.delimiter!r}"}
    parts, asked_pairs = [Ties.empty()], []
    for name in sorted(arcs):
        rule = rules[name]
        if rule is None or rule.target == IGNORE:
            continue
        ties, strong = _use(arcs[name], rule, facts.get(name, LayerFacts()))
        found[f"ties_in_{name}"] = f"{strong} of {len(arcs[name])} strong, read as {rule.target}"
        parts.append(ties)
        asked_pairs.append(ties.source.astype(np.int64) * n + ties.hearer)
    ignored = [name for name in sorted(arcs) if (rule := rules[name]) is not None and rule.target == IGNORE]
    lines = [name for name in ignored if name not in explicit and _plain(name) in REPORTING]
    if ignored := [name for name in ignored if name not in lines]:
        found["ignored_layers"] = ", ".join(ignored)
    pairs = np.unique(np.concatenate(asked_pairs)) if asked_pairs else np.zeros(0, dtype=np.int64)
    return FiledTies(
        ties=_strongest(Ties.joined(*parts), n),
        reports_to=_reporting(arcs[lines[0]], people, table.file) if lines else None,
        asked=np.bincount(pairs // n, minlength=n).astype(np.int32),
        unmapped=tuple(name for name in sorted(arcs) if rules[name] is None),
        found=found,
        warnings=warnings,
    )


def _plain(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def _arcs_by_layer(table: Table, people: People) -> tuple[dict[str, list[_Arc]], tuple[str, ...]]:
    strongest: dict[str, dict[tuple[int, int], float]] = {}
    own = again = blank = 0
    together(table, _unknown(table, people))
    for row in table.rows:
        source, target = (people.place[table.text(row, column)] for column in ("source", "target"))
        layer = table.text(row, "layer")
        if not layer:
            if "layer" in table.columns:
                raise table.error(row, "layer", "give the layer of every tie")
            layer = ONLY_LAYER
        weight = table.number(row, "weight", low=0.0, high=1e12, what="a number of 0 or more")
        if np.isnan(weight):
            blank += "weight" in table.columns
            weight = 1.0
        if source == target:
            own += 1
            continue
        arcs = strongest.setdefault(layer, {})
        again += (source, target) in arcs
        arcs[source, target] = max(weight, arcs.get((source, target), 0.0))
    warnings = [
        f"{table.file}: {count} {text}"
        for count, text in (
            (own, "ties of people with themselves were left out"),
            (again, "ties are listed more than once; the strongest counts"),
            (blank, "ties without a weight count as 1"),
        )
        if count
    ]
    ordered = {
        name: [_Arc(*pair, weight) for pair, weight in sorted(arcs.items())]
        for name, arcs in strongest.items()
    }
    return ordered, tuple(warnings)


def _unknown(table: Table, people: People) -> Faults:
    """Cells that name somebody whom the people file does not have."""
    mend = f"{people.file} has nobody with that id; add the person or take the tie out"
    return [
        (row, column, table.error(row, column, mend))
        for row in table.rows
        for column in ("source", "target")
        if table.text(row, column) not in people.place
    ]


def _use(arcs: list[_Arc], rule: LayerRule, facts: LayerFacts) -> tuple[Ties, int]:
    """Ties of one layer from its threshold on, and their number before both directions are made of one."""
    least = rule.threshold if rule.threshold is not None else facts.threshold
    strong = [arc for arc in arcs if arc.weight > 0 and (least is None or arc.weight >= least)]
    if not strong:
        return Ties.empty(), 0
    source = np.array([arc.source for arc in strong], dtype=np.int32)
    target = np.array([arc.target for arc in strong], dtype=np.int32)
    weight = np.array([arc.weight for arc in strong])
    weight = np.minimum(weight / np.median(weight), HEAVIEST)
    both = rule.influence == "both" or facts.directed is False
    hearer = (
        np.concatenate([target, source])
        if both
        else (target if rule.influence == "source_to_target" else source)
    )
    heard = (
        np.concatenate([source, target])
        if both
        else (source if rule.influence == "source_to_target" else target)
    )
    kind = FIXED if rule.kind == "fixed" else INFORMAL
    weights = np.tile(weight, 2) if both else weight
    return Ties.of(hearer, heard, layer=LAYERS.index(rule.target), weight=weights, kind=kind), len(strong)


def _strongest(ties: Ties, n: int) -> Ties:
    """One arc for each hearer, source and layer: the strongest, FIXED before INFORMAL among equals."""
    key = (ties.layer.astype(np.int64) * n + ties.hearer) * n + ties.source
    order = np.lexsort((ties.kind, -ties.weight, key))
    first = np.unique(key[order], return_index=True)[1]
    kept = order[first]
    return Ties(*(getattr(ties, name)[kept] for name in Ties.__slots__))


def _reporting(arcs: list[_Arc], people: People, file: str) -> Ints:
    manager = np.full(len(people.ids), -1, dtype=np.int32)
    for arc in arcs:
        if manager[arc.source] >= 0:
            first, second = people.ids[manager[arc.source]], people.ids[arc.target]
            raise OrganizationError(
                f"{file}, layer 'reports_to': {people.ids[arc.source]!r} reports to both "
                f"{first!r} and {second!r}; "
                "keep one, or put the other into another layer"
            )
        manager[arc.source] = arc.target
    return manager
