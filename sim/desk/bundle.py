"""An imported organisation to carry away: its files under pseudonyms, and a scenario that runs beside them as it is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from sim.desk.errors import DeskError
from sim.desk.hiding import OF_LAYERS, OF_PEOPLE, OF_TIES, hidden
from sim.desk.view import LAYERS, PEOPLE, TIES
from sim.organization.csvfile import Row, Table, read_table
from sim.organization.owndata import written
from sim.organization.tiesfile import ONLY_LAYER
from sim.scenario import Scenario, canonical, resolve
from sim.scenario.imported import salt_of


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
    files = {PEOPLE: hidden(people, salt, OF_PEOPLE)}
    if ties is not None:
        files[TIES] = hidden(ties, salt, OF_TIES)
        files[LAYERS] = _layers(ties) if layers is None else hidden(layers, salt, OF_LAYERS)
        form = form.model_copy(update={"layers_file": LAYERS})
    whole = scenario.model_copy(update={"organization": form})
    files[f"{scenario.name}.toml"] = canonical.text(whole, resolve(scenario).organization, salt=salt)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            out.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


def _layers(ties: Path) -> str:
    """The layers of a ties file of which no file says more."""
    table = read_table(ties)
    names = sorted({table.text(row, "layer") or ONLY_LAYER for row in table.rows})
    rows = tuple(Row(number, {"layer": name}) for number, name in enumerate(names, 2))
    return written(Table(LAYERS, OF_LAYERS, rows, "UTF-8", ","))
