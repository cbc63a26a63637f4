"""A network survey: who names whom, a row a tie or a row an answer, and what each question means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sim.organization.csvfile import Faults, Row, Table, together
from sim.organization.errors import OrganizationError
from sim.organization.layers import MEANS, LayerRule, usual_rule
from sim.organization.mapping import MEANING, TIES, Choice, Proposal, plain, propose, say
from sim.organization.recognising import ENOUGH, Keys
from sim.organization.tiesfile import ONLY_LAYER


def survey_ties(
    table: Table, given: Mapping[str, str], keys: Keys, drop: bool, notes: list[str]
) -> tuple[Table, Proposal]:
    """The ties file, with the customer's lines: from a row a tie, or from a row an answer."""
    shares = {column: keys.best([table.text(row, column) for row in table.rows]) for column in table.columns}
    enough = 0.5 if drop else ENOUGH
    holders = [column for column in table.columns if shares[column][1] >= enough]

    def fits(name: str, column: str) -> str | None:
        if name in ("source", "target") and column not in holders:
            return f"only {100 * shares[column][1]:.0f} % of its cells are people of {keys.table.file}"
        return None

    needed = ("source",)
    found = propose(table, TIES, given, fits, needed)
    source = found.column("source")
    if source is None and len(holders) == 2 and found.column("target") in holders:
        source = next(column for column in holders if column != found.column("target"))
        found.choices["source"] = Choice(source, "the other column that holds people")
        found.questions = [text for text in found.questions if "source=" not in text]
    if source is not None and found.column("target") is None:
        named = [column for column in holders if column != source]
        if len(named) == 1 and not any("target=" in text for text in found.questions):
            found.choices["target"] = Choice(named[0], "the other column that holds people")
        elif len(named) > 1 and "target" not in given:
            found.questions = [text for text in found.questions if "target=" not in text]
            found.settled(table.file)
            return _wide(table, source, named, found, shares, keys, drop, notes), found
        elif not any("target=" in text for text in found.questions):
            rest = [column for column in table.columns if column != source]
            found.questions.append(f"no column holds {MEANING['target']}; say which: {say('target', rest)}")
    found.settled(table.file)
    used = {choice.column for choice in found.choices.values()}
    found.unused = tuple(column for column in (*found.unused, *found.personal) if column not in used)
    found.personal = ()
    layer, weight = found.column("layer"), found.column("weight")
    rows = []
    nobody: Faults = []
    for row in table.rows:
        pair = _pair(table, row, (str(source), str(found.column("target"))), shares, keys, drop, nobody)
        if pair is None:
            continue
        cells = {"source": pair[0], "target": pair[1]}
        if layer is not None:
            cells["layer"] = table.text(row, layer)
        if weight is not None:
            cells["weight"] = table.text(row, weight)
        rows.append(Row(row.line, cells))
    together(table, nobody)
    _note_dropped(len(table.rows) - len(rows), "lines", table, notes)
    columns = tuple(name for name in TIES if name in found.choices)
    called = {name: choice.column for name, choice in found.choices.items()}
    return Table(table.file, columns, tuple(rows), table.encoding, table.delimiter, called), found


def _wide(
    table: Table, source: str, named: Sequence[str], found: Proposal,
    shares: Mapping[str, tuple[str, float]], keys: Keys, drop: bool, notes: list[str],
) -> Table:  # fmt: skip
    """A row an answer: each further column of people is a tie of the layer that its name says."""
    rows, lost = [], 0
    nobody: Faults = []
    bare = {column: re.sub(r"[\s_\-#.\[(]*\d+[\])]*$", "", column).strip() or column for column in named}
    spelled: dict[str, str] = {}  # "Advice 1" and "advice 2" are one layer, spelled as the first
    layer_of = {column: spelled.setdefault(name.casefold(), name) for column, name in bare.items()}
    for row in table.rows:
        for column in named:
            if not table.text(row, column):
                continue
            pair = _pair(table, row, (source, column), shares, keys, drop, nobody)
            if pair is None:
                lost += 1
                continue
            rows.append(Row(row.line, {"source": pair[0], "target": pair[1], "layer": layer_of[column]}))
    together(table, nobody)
    for name in ("layer", "weight"):
        found.choices.pop(name, None)
    for layer in dict.fromkeys(layer_of.values()):
        mine = [column for column in named if layer_of[column] == layer]
        found.choices[f"layer {layer!r}"] = Choice(", ".join(mine), "columns that hold people, one a tie")
    used = {source, *named}
    found.unused = tuple(column for column in table.columns if column not in used)
    found.personal = ()
    _note_dropped(lost, "answers", table, notes)
    return Table(
        table.file,
        ("source", "target", "layer"),
        tuple(rows),
        table.encoding,
        table.delimiter,
        {"source": source},
    )


def _pair(
    table: Table, row: Row, columns: tuple[str, str], shares: Mapping[str, tuple[str, float]], keys: Keys, drop: bool,
    nobody: Faults,
) -> tuple[str, str] | None:  # fmt: skip
    """Ids of both ends; None where one is unknown: it may be left out, or is kept in `nobody` to be told."""
    ends = []
    for column in columns:
        cell, by = table.text(row, column), shares[column][0]
        if drop and not keys.has(by, cell):
            return None
        if not cell:
            raise table.error(row, column, "give a person, or take the line out")
        mend = "add the person, or leave such ties out with --drop-unknown"
        try:
            ends.append(keys.find(table, row, column, by, mend))
        except OrganizationError as problem:
            nobody.append((row, column, problem))
            return None
    return ends[0], ends[1]


def _note_dropped(count: int, what: str, table: Table, notes: list[str]) -> None:
    if count:
        notes.append(
            f"{count} {what} of {table.file} left out: they name people whom the export does not have"
        )


def layer_rules(ties: Table | None, given: Mapping[str, LayerRule], file: str) -> dict[str, LayerRule]:
    """The meaning of each layer: as said, or by its usual name; else it is asked for."""
    present = list(dict.fromkeys(ties.text(row, "layer") or ONLY_LAYER for row in ties.rows)) if ties else []
    if ties is None and given:
        raise OrganizationError(f"--layer {next(iter(given))}: there is no survey; give one with --survey")
    by_plain = {plain(name): name for name in present}
    told = {}
    for name, rule in given.items():
        if plain(name) not in by_plain:
            raise OrganizationError(
                f"--layer {name}: {file} has no such layer; it has {', '.join(present) or 'none'}"
            )
        told[by_plain[plain(name)]] = rule
    meant = {name: told.get(name) or usual_rule(name) for name in present}
    asked = [name for name, rule in meant.items() if rule is None]
    if asked:
        example = " ".join(f'--layer "{name}=peers:target_to_source"' for name in asked)
        meanings = "; ".join(f"{name}: {text}" for name, text in MEANS.items())
        raise OrganizationError(
            f"{file}: nothing says what {', '.join(repr(name) for name in asked)} means; say the relationship "
            f"({meanings}) and which way influence flows (target_to_source where one asks the other, "
            f"source_to_target, both), for example: {example}"
        )
    return {name: rule for name, rule in meant.items() if rule is not None}
