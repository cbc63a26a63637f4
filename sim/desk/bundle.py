"""An imported organisation to carry away: its files under pseudonyms, and a scenario that runs beside them as it is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Final

from sim.desk.errors import DeskError
from sim.desk.importing import table_text
from sim.desk.view import LAYERS, PEOPLE, TIES
from sim.organization.csvfile import read_table
from sim.organization.peoplefile import SURVEY
from sim.organization.privacy import pseudonym
from sim.organization.tiesfile import ONLY_LAYER
from sim.scenario import Scenario, canonical, resolve
from sim.scenario.imported import salt_of

# What the model reads; names, labels and whatever else a file holds stay behind.
_OF_PEOPLE: Final = ("id", "manager_id", "level", "department", "site", "office", "tenure_years", *SURVEY)
_OF_TIES: Final = ("source", "target", "layer", "weight")
_OF_LAYERS: Final = ("layer", "directed", "tie_threshold")


def bundle(scenario: Scenario) -> bytes:
    """A zip of people.csv, ties.csv, layers.csv and the scenario, ids replaced by their pseudonyms.

    Raises:
        DeskError: the organisation was not imported.
    """
    people, ties, layers = (scenario.path_of(name) for name in ("people_file", "ties_file", "layers_file"))
    if people is None:
        raise DeskError("nobody was imported; the scenario alone runs as it is")
    salt = salt_of(scenario) or ""
    form = scenario.organization
    files = {PEOPLE: _hidden(people, salt, _OF_PEOPLE, ("id", "manager_id"))}
    if ties is not None:
        files[TIES] = _hidden(ties, salt, _OF_TIES, ("source", "target"))
        files[LAYERS] = _layers(ties) if layers is None else _hidden(layers, salt, _OF_LAYERS, ())
        form = form.model_copy(update={"layers_file": LAYERS})
    whole = scenario.model_copy(update={"organization": form})
    files[f"{scenario.name}.toml"] = canonical.text(whole, resolve(scenario).organization, salt=salt)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            out.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


def _hidden(path: Path, salt: str, wanted: tuple[str, ...], ids: tuple[str, ...]) -> str:
    """The wanted columns of a file, ids as pseudonyms, rows in the order of those so that they tell nothing."""
    table = read_table(path)
    rows = []
    for row in table.rows:
        cells = {column: table.text(row, column) for column in wanted if column in table.columns}
        for column in ids:
            if cells.get(column):
                cells[column] = pseudonym(salt, cells[column])
        rows.append(cells)
    columns = tuple(column for column in wanted if column in table.columns)
    return table_text(table, sorted(rows, key=lambda cells: tuple(cells.values())) if ids else rows, columns)


def _layers(ties: Path) -> str:
    """The layers of a ties file of which no file says more."""
    table = read_table(ties)
    names = sorted({table.text(row, "layer") or ONLY_LAYER for row in table.rows})
    return table_text(table, [{"layer": name} for name in names], _OF_LAYERS)
