"""People of an import under pseudonyms: what is kept of its files, and how a plan that names persons finds them there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from sim.desk.view import NAME, PEOPLE, View
from sim.organization.csvfile import Row, read_table
from sim.organization.owndata import masked, written
from sim.organization.peoplefile import SURVEY
from sim.organization.privacy import pseudonym

# What the model reads; names, labels and whatever else a file holds stay behind.
OF_PEOPLE: Final = ("id", "manager_id", "level", "department", "site", "office", "tenure_years", *SURVEY)
OF_TIES: Final = ("source", "target", "layer", "weight")
OF_LAYERS: Final = ("layer", "directed", "tie_threshold")


def hidden(path: Path, salt: str, wanted: tuple[str, ...]) -> str:
    """The wanted columns of a file, ids as pseudonyms, rows in the order of those so that they tell nothing."""
    table = read_table(path)
    columns = tuple(column for column in wanted if column in table.columns)
    rows = [
        Row(row.line, {column: _cell(column, table.text(row, column)) for column in columns})
        for row in table.rows
    ]
    return written(masked(replace(table, columns=columns, rows=tuple(rows)), salt))


def _cell(column: str, text: str) -> str:
    return text.replace(",", ".") if column == "tie_threshold" else text


def known_as(view: View, imports: Path, salt: str) -> View:
    """The view with persons under the pseudonyms by which the import keeps them, where it names them by their own ids."""
    if view.organization.imported is None:
        return view
    form = view.model_dump(by_alias=True, exclude_none=True)
    rows = [row for part in ("levers", "shocks", "seed") for row in form[part]]
    chosen = [row[key] for row in rows for key in ("who", "cover") if isinstance(row.get(key), dict)]
    named = [who for who in chosen if "people" in who]
    people = imports / view.organization.imported / NAME / PEOPLE
    if not named or not people.is_file():
        return view
    kept = {row.cells["id"] for row in read_table(people, required=("id",)).rows}
    for who in named:
        who["people"] = [
            hid if (hid := pseudonym(salt, person)) in kept else person for person in who["people"]
        ]
    return View.model_validate(form)
