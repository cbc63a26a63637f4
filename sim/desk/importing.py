"""Files of one's own: CSV or workbooks, with our columns or with columns of their own, taken in under their owner's names.

A people file that has our columns is read as it is.  One with columns of its own is read as `ripple import` reads it:
what each column was taken for is told, and what is open is asked in the same words, which the page sends along.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import re
import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sim.desk.board import described
from sim.desk.errors import DeskError
from sim.desk.folder import LARGEST, Folder
from sim.desk.hiding import OF_LAYERS, OF_PEOPLE, OF_TIES, hidden
from sim.desk.view import LAYERS, NAME, PEOPLE, TIES, OrganizationView, View, scenario_of
from sim.organization import OrganizationError, mapping, workbook
from sim.organization.csvfile import Row, Table, decode, read_table, table_of
from sim.organization.layers import IGNORE, LayerRule
from sim.organization.owndata import OwnData, read_own, written
from sim.scenario import ScenarioError, resolve
from sim.scenario.schema import LayerForm
from sim.theory import channels

SCALES: Final = {"1 to 5": [1.0, 5.0], "1 to 6": [1.0, 6.0], "1 to 7": [1.0, 7.0], "0 to 10": [0.0, 10.0]}
_LONGEST: Final = 60  # letters of a file's name that are repeated
_KINDS: Final = {PEOPLE: workbook.PEOPLE, TIES: workbook.TIES, LAYERS: workbook.LAYERS}
_SAYABLE: Final = "--map, --layer, --as-of, --scale, --sheet, --survey-sheet"


@dataclass(frozen=True, slots=True)
class Files:
    """What somebody chose on the page.

    Attributes:
        content: bytes of the files, by `PEOPLE`, `TIES` and `LAYERS`; those that were chosen.
        names: what the owner calls them.
        leave_out: whether ties that name somebody who is not among the people are left out.
        said: what columns and layers mean, as messages asked for it.
    """

    content: Mapping[str, bytes]
    names: Mapping[str, str] = field(default_factory=dict)
    leave_out: bool = False
    said: str = ""

    def name(self, key: str) -> str:
        """What the owner calls a file; our name where that is not known."""
        return self.names.get(key) or key


def read_files(body: Mapping[str, Any]) -> tuple[Files, list[float] | None]:
    """Files and the scale of their survey columns, from a request.

    Raises:
        DeskError: no people, or what is no file.
    """
    content = {
        key: found
        for key in (PEOPLE, TIES, LAYERS)
        if (found := _bytes(body.get(key.removesuffix(".csv")))) is not None
    }
    if PEOPLE not in content:
        raise DeskError("choose people.csv, and ties.csv and layers.csv if there are such files")
    called = body.get("names")
    names = (
        {str(key): str(name)[:_LONGEST] for key, name in called.items()} if isinstance(called, dict) else {}
    )
    for key, found in content.items():
        if len(found) > LARGEST:
            raise DeskError(
                f"{names.get(key) or key} is larger than {LARGEST // 1_000_000} MB; use `ripple import` for it"
            )
    files = Files(content, names, body.get("leave_out") is True, str(body.get("said") or "")[:2000])
    return files, SCALES.get(str(body.get("scale", "")))


def _bytes(sent: Any) -> bytes | None:
    """A file as the page sends it: text, or bytes in base 64."""
    if sent is None:
        return None
    try:
        if isinstance(sent, dict):
            return base64.b64decode(str(sent["base64"]), validate=True)
        if isinstance(sent, str):
            return sent.encode("utf-8", "surrogatepass")
    except (KeyError, binascii.Error):
        pass
    raise DeskError("choose people.csv, and ties.csv and layers.csv if there are such files")


@dataclass(slots=True)
class _Coming:
    """Files as text under our names of columns.

    Attributes:
        texts, names: by `PEOPLE`, `TIES` and `LAYERS`; what their owner calls them.
        scale: of the survey columns.
        layers: what is known of layers; notes: what is to be told.
        own: whether they had columns of their own, so that their people have pseudonyms already.
    """

    texts: dict[str, str]
    names: dict[str, str]
    scale: list[float] | None
    layers: dict[str, LayerForm]
    notes: list[str]
    own: bool


def taken_in(folder: Folder, files: Files, scale: list[float] | None) -> dict[str, Any]:
    """Keep the files, read them, and say what was found; nothing is kept of files that cannot be used.

    Raises:
        DeskError: they cannot be used, in words that name the owner's own files.
    """
    coming = _coming(files, scale)
    with (
        tempfile.TemporaryDirectory() as place
    ):  # tried as they came, so that their own ids and lines are told
        tried = Folder(Path(place), "")
        organization, home = _tried(tried, coming, leave_out=files.leave_out)
        before, words = _warnings(organization, tried), own_words(home)
        kept = coming.texts if coming.own else _under_pseudonyms(home, folder.salt)
    number = folder.keep_import(kept)
    organization = organization.model_copy(update={"imported": number})
    after = _warnings(organization, folder)
    notes = coming.notes + [line for line in before if line not in after and not coming.own]
    folder.note(number, notes, [line for line in after if line not in before], own=coming.own)
    return {
        "organization": organization.model_dump(exclude_none=True),
        **_described(organization, folder),
        "own_words": words,
    }


def _coming(files: Files, scale: list[float] | None) -> _Coming:
    said = _said(files.said)
    texts, names = _texts(files, said)
    table = _table(texts, names)
    if not said.keys() - {"sheet", "survey_sheet"} and _ours(table):
        unused = [column for column in table.columns if column not in OF_PEOPLE]
        notes = [f"found columns that are not used and not kept: {', '.join(unused)}"] if unused else []
        return _Coming(texts, names, scale, {}, notes, own=False)
    if LAYERS in files.content:
        raise DeskError(
            f"{names[LAYERS]} goes with files that have our columns; of files with columns of their own the page asks "
            "what each question means, so leave it out"
        )
    data, warned = _own(files, said, scale)
    notes = [*_told(data), *warned]
    if LAYERS in texts:
        notes.append("found a sheet of layers that is not read beside columns of your own")
    ties = {} if data.ties is None else {TIES: written(data.ties)}
    layers = {
        name: LayerForm.model_validate({"target": rule.target, "influence": rule.influence})
        for name, rule in data.rules.items()
    }
    scale = None if data.scale is None else list(data.scale)
    return _Coming({PEOPLE: written(data.people), **ties}, names, scale, layers, notes, own=True)


def _tried(tried: Folder, coming: _Coming, *, leave_out: bool) -> tuple[OrganizationView, Path]:
    """The organisation of the files, and where they are put to be read once."""
    number, organization = tried.take_in(coming.texts, coming.scale)
    home = tried.imports / number / NAME
    try:
        if TIES in coming.texts and not coming.own:
            coming.notes += _strangers(home, leave_out=leave_out)
        organization = organization.model_copy(update={"layers": coming.layers or _meant(home)})
        _described(organization, tried)
    except (OrganizationError, ScenarioError, DeskError) as problem:
        found = getattr(problem, "problems", None) or [str(problem)]
        told = [_in_own_names(text.removeprefix("organization: "), home, coming.names) for text in found]
        raise DeskError(told, strangers=getattr(problem, "strangers", 0)) from None
    return organization, home


def _described(organization: OrganizationView, folder: Folder) -> dict[str, Any]:
    """What the page is told of an import.

    Raises:
        ScenarioError: it cannot be used.
    """
    scenario = scenario_of(View(organization=organization), folder.imports)
    return described(resolve(scenario).organization, careful=True, home=scenario._folders.get("people_file"))


def _warnings(organization: OrganizationView, folder: Folder) -> list[str]:
    return [line for line in _described(organization, folder)["report"] if line.startswith("warning: ")]


def _under_pseudonyms(home: Path, salt: str) -> dict[str, str]:
    """The files as they are kept: what the model reads of them, people under pseudonyms."""
    wanted = {PEOPLE: OF_PEOPLE, TIES: OF_TIES, LAYERS: OF_LAYERS}
    return {
        name: hidden(home / name, salt, columns)
        for name, columns in wanted.items()
        if (home / name).is_file()
    }


def _texts(files: Files, said: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Files as text, by our names, and what they are called; of a workbook the sheets, each where it belongs."""
    texts: dict[str, str] = {}
    names = {key: files.name(key) for key in (PEOPLE, TIES, LAYERS)}
    try:
        for key, raw in files.content.items():
            if not workbook.is_workbook(raw):
                texts[key] = decode(raw, names[key])[0]
                continue
            wanted = {PEOPLE: said.get("sheet"), TIES: said.get("survey_sheet")}.get(key)
            texts[key], sheet = workbook.sheet_text(raw, names[key], wanted, _KINDS[key])
            if key == PEOPLE:
                _beside(files, raw, texts, names)
            names[key] = f"{names[key]}, sheet {sheet!r}"
    except OrganizationError as problem:
        raise DeskError(str(problem)) from None
    return texts, names


def _beside(files: Files, raw: bytes, texts: dict[str, str], names: dict[str, str]) -> None:
    """Sheets of ties and layers in the workbook of the people, where no file of them was chosen."""
    there = workbook.sheets_of(raw, names[PEOPLE])
    for key in (TIES, LAYERS):
        like = workbook.named_like(there, _KINDS[key])
        if key not in files.content and len(like) == 1:
            texts[key], _ = workbook.sheet_text(raw, names[PEOPLE], like[0])
            names[key] = f"{names[PEOPLE]}, sheet {like[0]!r}"


def _table(texts: Mapping[str, str], names: Mapping[str, str]) -> Table:
    try:
        return table_of(texts[PEOPLE], names[PEOPLE])
    except OrganizationError as problem:
        raise DeskError(str(problem)) from None


def _ours(people: Table) -> bool:
    """Whether a people file has our columns, and none that is called like one of ours in other words."""
    if "id" not in people.columns:
        return not any(_like_ours(column) for column in people.columns)
    missing = [name for name in mapping.PEOPLE if name not in people.columns]
    return not any(_like_ours(column, missing) for column in people.columns if column not in OF_PEOPLE)


def _like_ours(column: str, names: list[str] | None = None) -> bool:
    words = mapping.PEOPLE if names is None else {name: mapping.PEOPLE[name] for name in names}
    return any(mapping.plain(column) in called for called in words.values())


# --- columns of their own -------------------------------------------------------------------------------------


def _own(files: Files, said: Mapping[str, Any], scale: list[float] | None) -> tuple[OwnData, list[str]]:
    """The files as `ripple import` reads them, and what it warns of.

    Raises:
        DeskError: what is open or wrong.
    """
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        paths = {key: home / key / _harmless(files.name(key), key) for key in files.content}
        for key, path in paths.items():
            path.parent.mkdir()
            path.write_bytes(files.content[key])
        try:
            data = read_own(
                paths[PEOPLE], paths.get(TIES), drop_unknown=files.leave_out,
                **{"scale": (scale[0], scale[1]) if scale else None, **said},
            )  # fmt: skip
            return data, [f"warning: {_bare(text, paths)}" for text in data.organization.report.warnings]
        except OrganizationError as problem:
            text = _bare(str(problem), paths)
            unknown = "--drop-unknown" in text
            text = text.replace("leave such ties out with --drop-unknown", "leave such ties out")
            raise DeskError(text.splitlines(), strangers=-1 if unknown else 0) from None


def _harmless(name: str, instead: str) -> str:
    """A name of somebody's file as a name for a file here."""
    bare = re.sub(r"[^\w .()-]", "_", name).strip(" .")
    return bare or instead


def _bare(text: str, paths: Mapping[str, Path]) -> str:
    """A sentence with names of files only."""
    for path in paths.values():
        text = text.replace(str(path), path.name)
    return text


def _said(text: str) -> dict[str, Any]:
    """What messages asked for, in their own words: `--map id="Staff no" --layer advice=peers:target_to_source`.

    Raises:
        DeskError: what is none of them.
    """
    found: dict[str, Any] = {}
    try:
        words = shlex.split(text)
    except ValueError:
        raise DeskError("what you said has a quotation mark that is not closed") from None
    while words:
        option, _, value = words.pop(0).partition(" ")
        value = value or (words.pop(0) if words else "")
        name, _, meant = value.rpartition("=") if option == "--layer" else value.partition("=")
        if option == "--map" and meant:
            found.setdefault("columns", {})[name.strip()] = meant.strip()
        elif option == "--layer" and meant and name:
            relation, _, way = meant.partition(":")
            found.setdefault("layers", {})[name.strip()] = LayerRule(relation.strip(), way.strip() or "both")
        elif option in ("--sheet", "--survey-sheet") and value:
            found[option[2:].replace("-", "_")] = value
        elif option == "--as-of" and (day := _day(value)):
            found["as_of"] = day
        elif option == "--scale" and re.fullmatch(r"[\d.]+[,;][\d.]+", value):
            low, high = re.split("[,;]", value)
            found["scale"] = (float(low), float(high))
        else:
            raise DeskError(
                f"{option[:40]} {value[:40]}: write what is asked as the message does, with {_SAYABLE}"
            )
    return found


def _day(text: str) -> datetime.date | None:
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _told(data: OwnData) -> list[str]:
    """What each column was taken for, and what was left, for the data report."""
    lines = []
    for title, found in (("people", data.columns), ("ties", data.tie_columns)):
        if found is None:
            continue
        lines += [
            f"found in the file of {title}: {name} in the column {choice.column!r}, {choice.why}"
            for name, choice in found.choices.items()
        ]
        if found.unused:
            lines.append(f"found columns of {title} that are not used: {', '.join(found.unused)}")
        if found.personal:
            lines.append(
                f"found personal columns of {title}, which are not kept: {', '.join(found.personal)}"
            )
    notes = [note if note.startswith("warning: ") else f"found {note}" for note in data.notes]
    return [*lines, *notes]


# --- our columns ----------------------------------------------------------------------------------------------


def _in_own_names(text: str, home: Path, names: Mapping[str, str]) -> str:
    """A sentence with the owner's names of files in the place of where this machine keeps them."""
    for name in (PEOPLE, TIES, LAYERS):
        text = text.replace(str(home / name), names.get(name) or name)
    return str(OrganizationError(text))  # rows of a sheet


def _strangers(home: Path, *, leave_out: bool) -> list[str]:
    """Refuse ties that name somebody who is not among the people, or leave them out of the kept file and say so."""
    people, ties = (
        read_table(home / PEOPLE, required=("id",)),
        read_table(home / TIES, required=("source", "target")),
    )
    known = {people.text(row, "id") for row in people.rows}
    odd = [row for row in ties.rows if not {ties.text(row, "source"), ties.text(row, "target")} <= known]
    if not odd:
        return []
    if leave_out and len(odd) < len(ties.rows):
        gone = {row.line for row in odd}
        left = tuple(
            Row(row.line, {}) if row.line in gone else row for row in ties.rows
        )  # lines keep their number
        (home / TIES).write_text(written(replace(ties, rows=left)), "utf-8")
        what = "1 tie that names" if len(odd) == 1 else f"{len(odd)} ties that name"
        return [f"warning: {what} somebody who is not among the people left out"]
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
