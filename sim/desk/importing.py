"""Files of one's own: taken in under the names that their owner gave them, ties of strangers found, meanings said."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sim.desk.board import described
from sim.desk.errors import DeskError
from sim.desk.folder import Folder
from sim.desk.view import LAYERS, NAME, PEOPLE, TIES, View, scenario_of
from sim.organization import OrganizationError
from sim.organization.csvfile import Table, read_table
from sim.organization.layers import IGNORE
from sim.scenario import ScenarioError, resolve
from sim.scenario.schema import LayerForm
from sim.theory import channels

SCALES: Final = {"1 to 5": [1.0, 5.0], "1 to 6": [1.0, 6.0], "1 to 7": [1.0, 7.0], "0 to 10": [0.0, 10.0]}
_LONGEST: Final = 60  # letters of a file's name that are repeated


@dataclass(frozen=True, slots=True)
class Files:
    """What somebody chose on the page.

    Attributes:
        people, ties, layers: what the files say; "" for none.
        names: what the owner calls them, by `PEOPLE`, `TIES` and `LAYERS`.
        leave_out: whether ties that name somebody who is not among the people are left out.
    """

    people: str
    ties: str = ""
    layers: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    leave_out: bool = False


def read_files(body: Mapping[str, Any]) -> tuple[Files, list[float] | None]:
    """Files and the scale of their survey columns, from a request.

    Raises:
        DeskError: no people, or what is no text.
    """
    people, ties, layers = body.get("people"), body.get("ties"), body.get("layers")
    if not isinstance(people, str) or not all(one is None or isinstance(one, str) for one in (ties, layers)):
        raise DeskError("choose people.csv, and ties.csv and layers.csv if there are such files")
    called = body.get("names")
    names = (
        {str(key): str(name)[:_LONGEST] for key, name in called.items()} if isinstance(called, dict) else {}
    )
    files = Files(people, ties or "", layers or "", names, leave_out=body.get("leave_out") is True)
    return files, SCALES.get(str(body.get("scale", "")))


def taken_in(folder: Folder, files: Files, scale: list[float] | None) -> dict[str, Any]:
    """Keep the files, read them, and say what was found; nothing is kept of files that cannot be used.

    Raises:
        DeskError: they cannot be used, in words that name the owner's own files.
    """
    number, organization = folder.take_in(files.people, files.ties, scale, files.layers, files.leave_out)
    home = folder.imports / number / NAME
    try:
        if files.ties:
            _strangers(home, leave_out=files.leave_out)
        organization = organization.model_copy(update={"layers": _meant(home)})
        resolved = resolve(scenario_of(View(organization=organization), folder.imports))
    except (OrganizationError, ScenarioError, DeskError) as problem:
        folder.forget(number)
        found = getattr(problem, "problems", None) or [str(problem)]
        told = [_in_own_names(text.removeprefix("organization: "), home, files.names) for text in found]
        raise DeskError(told, strangers=getattr(problem, "strangers", 0)) from None
    return {
        "organization": organization.model_dump(exclude_none=True),
        **described(resolved.organization, careful=True),
        "own_words": own_words(home),
    }


def _in_own_names(text: str, home: Path, names: Mapping[str, str]) -> str:
    """A sentence with the owner's names of files in the place of where this machine keeps them."""
    for name in (PEOPLE, TIES, LAYERS):
        text = text.replace(str(home / name), names.get(name) or name)
    return text


def _strangers(home: Path, *, leave_out: bool) -> None:
    """Refuse ties that name somebody who is not among the people, or leave them out of the kept file."""
    people, ties = (
        read_table(home / PEOPLE, required=("id",)),
        read_table(home / TIES, required=("source", "target")),
    )
    known = {people.text(row, "id") for row in people.rows}
    odd = [row for row in ties.rows if not {ties.text(row, "source"), ties.text(row, "target")} <= known]
    if not odd:
        return
    if leave_out and len(odd) < len(ties.rows):
        gone = {row.line for row in odd}
        text = table_text(ties, [row.cells for row in ties.rows if row.line not in gone], ties.columns)
        (home / TIES).write_text(text, "utf-8")
        return
    first = odd[0]
    who = next(name for column in ("source", "target") if (name := ties.text(first, column)) not in known)
    lines = "1 line names" if len(odd) == 1 else f"{len(odd)} of {len(ties.rows)} lines name"
    raise DeskError(
        f"{home / TIES}: {lines} somebody who is not in {home / PEOPLE}; the first is line {first.line}, with {who!r}; "
        "add these people, or leave these ties out",
        strangers=len(odd),
    )


def _meant(home: Path) -> dict[str, LayerForm]:
    """Layers whose meaning the layers file says in one of our own words."""
    known = {"authority", "peers", "mutual", "ripples", IGNORE} & {*channels.LAYERS, IGNORE}
    said = {layer: words.strip().lower() for layer, words in own_words(home).items()}
    return {
        layer: LayerForm.model_validate({"target": word}) for layer, word in said.items() if word in known
    }


def own_words(home: Path) -> dict[str, str]:
    """What the layers file says of each layer in its column "meaning"; empty without one."""
    if not (home / LAYERS).is_file():
        return {}
    table = read_table(home / LAYERS, required=("layer",))
    return {
        table.text(row, "layer"): table.text(row, "meaning")
        for row in table.rows
        if table.text(row, "meaning")
    }


def table_text(table: Table, rows: list[dict[str, str]], columns: tuple[str, ...]) -> str:
    """Rows of a table as CSV."""
    text = io.StringIO()
    out = csv.DictWriter(text, columns, extrasaction="ignore", restval="", lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    return text.getvalue()
