"""Who is meant: recognising people of an HR export by id, address or name, whatever a cell holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.organization.csvfile import Row, Table
from sim.organization.mapping import NAMED, PEOPLE, PERSON, plain

ENOUGH: Final = 0.8  # share of a column's cells that must be people for the column to hold people


class Keys:
    """By what people are recognised: their id, or what only one of them is called.

    Args:
        table: the HR export; identity: its column of ids.

    Raises:
        OrganizationError: an id is missing or there twice.
    """

    def __init__(self, table: Table, identity: str) -> None:
        self.table, self.identity = table, identity
        self.ids = _lines_of_ids(table, identity)
        folded: dict[str, list[str]] = {}  # "m-7" means M-7 where only one id reads so
        for cell in self.ids:
            folded.setdefault(cell.casefold(), []).append(cell)
        exact = {cell: [cell] for cell in self.ids}
        self._called: dict[str, dict[str, list[str]]] = {identity: {**folded, **exact}}
        for column in self._names():
            names: dict[str, list[str]] = {}
            for row in table.rows:
                for said in _spellings(table.text(row, column)):
                    names.setdefault(said, []).append(table.text(row, identity))
            self._called[column] = names
        first, last = self._part("first"), self._part("last")
        if first and last:
            names = {}
            for row in table.rows:
                for said in _spellings(f"{table.text(row, first)} {table.text(row, last)}"):
                    names.setdefault(said, []).append(table.text(row, identity))
            self._called[f"{first} {last}"] = names

    def _names(self) -> list[str]:
        columns = [column for column in self.table.columns if column != self.identity]
        other_ids = [column for column in columns if plain(column) in PEOPLE["id"]]
        called = [
            column
            for word in NAMED
            for column in columns
            if word in plain(column).split() and not _about_others(column)
        ]
        called += [column for column in columns if plain(column) in PERSON]
        return list(dict.fromkeys([*other_ids, *called]))

    def _part(self, which: str) -> str | None:
        words = {
            "first": ("first name", "firstname", "given name", "vorname", "voornaam", "prenom", "nombre"),
            "last": (
                "last name",
                "lastname",
                "surname",
                "family name",
                "nachname",
                "achternaam",
                "nom",
                "apellido",
            ),
        }[which]
        return next((column for column in self.table.columns if plain(column) in words), None)

    def best(self, cells: Sequence[str]) -> tuple[str, float]:
        """The column whose entries most of the cells are, and the share of cells that are."""
        asked = [cell for cell in cells if cell]
        if not asked:
            return self.identity, 0.0
        shares = {
            column: sum(self.has(column, cell) for cell in asked) / len(asked) for column in self._called
        }
        column = max(shares, key=lambda name: shares[name])
        return column, shares[column]

    def has(self, column: str, cell: str) -> bool:
        """Whether somebody is called so in that column."""
        return any(said in self._called[column] for said in self._said(column, cell))

    def _said(self, column: str, cell: str) -> list[str]:
        return [cell, cell.casefold()] if column == self.identity else [cell, *_spellings(cell)]

    def find(self, table: Table, row: Row, column: str, by: str, mend: str) -> str:
        """The id of the person whom a cell means.

        Raises:
            OrganizationError: nobody, or more than one person, is called so.
        """
        cell = table.text(row, column)
        said = next((said for said in self._said(by, cell) if said in self._called[by]), "")
        found = self._called[by].get(said, [])
        if len(set(found)) > 1:
            raise table.error(
                row,
                column,
                f"{len(set(found))} people have that {by}; use a column of ids, or mend one of them",
            )
        if not found:
            hint = "" if len(self._called) > 1 else " (which has no column called 'Name' or 'Email' to go by)"
            raise table.error(
                row, column, f"nobody in column {by!r} of {self.table.file}{hint} is called so; {mend}"
            )
        return found[0]


def _lines_of_ids(table: Table, identity: str) -> dict[str, int]:
    """The line of each id.

    Raises:
        OrganizationError: an id is missing, or some are there twice; those are told together.
    """
    for row in table.rows:
        if not table.text(row, identity):
            raise table.error(row, identity, "give every person an id")
    again = repeats(table, identity)
    if again:
        raise table.error(
            again[0][1], identity, f"every person needs their own id; there twice: {told(again)}"
        )
    return {table.text(row, identity): row.line for row in table.rows}


def repeats(table: Table, column: str) -> list[tuple[Row, Row]]:
    """Lines whose cell stands in an earlier line already, each after that line."""
    first: dict[str, Row] = {}
    return [
        (before, row)
        for row in table.rows
        if (before := first.setdefault(table.text(row, column), row)) is not row
    ]


def told(again: Sequence[tuple[Row, Row]]) -> str:
    """Repeated lines in words, the first five of them."""
    listed = ", ".join(
        f"lines {one.line} and {other.line} ({_alike(one, other)})" for one, other in again[:5]
    )
    return f"{listed}{' …' if len(again) > 5 else ''}"


def _alike(one: Row, other: Row) -> str:
    """In which columns two lines of one id differ."""
    differ = [name for name in one.cells if one.cells[name] != other.cells.get(name, "")]
    return f"they differ in {', '.join(differ[:4])}" if differ else "word for word the same line"


def _spellings(name: str) -> list[str]:
    """A name as people write it: "Ada Lovelace", "Lovelace, Ada", any case."""
    text = " ".join(name.casefold().split())
    if not text:
        return []
    last, comma, first = text.partition(",")
    return [text, f"{first.strip()} {last.strip()}"] if comma else [text]


def _about_others(column: str) -> bool:
    """Whether a column of names or addresses is about somebody's manager rather than about them."""
    return plain(column) in PEOPLE["manager_id"] or bool(
        {"manager", "supervisor", "department", "dept", "team", "company", "first", "last", "user", "file"}
        & set(plain(column).split())
    )
