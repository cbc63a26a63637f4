"""An HR export and a network survey, with columns of their own, turned into people.csv, ties.csv and layers.csv.

Names, addresses and whatever else is personal help to recognise who is meant and are never written; ids become
pseudonyms; rows are in the order of pseudonyms.  `docs/own_data.md` is the customer's page.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sim.organization.csvfile import Row, Table, read_table
from sim.organization.errors import OrganizationError, attempt
from sim.organization.hrfile import people_columns, people_table, score_scale, to_be_said
from sim.organization.imports import load_organization
from sim.organization.layers import LayerRule
from sim.organization.mapping import PEOPLE, Proposal, is_personal
from sim.organization.netsurvey import layer_rules, survey_ties
from sim.organization.people import Organization
from sim.organization.peoplefile import SURVEY, odd_people
from sim.organization.privacy import pseudonym
from sim.organization.recognising import Keys
from sim.organization.workbook import TIES, is_workbook, named_like, sheets_of

_IDS: Final = frozenset({"id", "manager_id", "source", "target"})  # columns that hold ids of people


@dataclass(frozen=True, slots=True)
class OwnData:
    """What became of the customer's files.

    Attributes:
        people, ties: what is to be written; ties None without a survey.
        columns, tie_columns: what each column was taken for.
        rules: meaning of each layer.
        organization: as it will be read, with its data report.
        scale: lowest and highest answer of the survey scores, None without.
        notes: what was dropped, translated or rounded.
    """

    people: Table
    ties: Table | None
    columns: Proposal
    tie_columns: Proposal | None
    rules: Mapping[str, LayerRule]
    organization: Organization
    scale: tuple[float, float] | None
    notes: tuple[str, ...]


def read_own(
    hr: str | Path,
    survey: str | Path | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    layers: Mapping[str, LayerRule] | None = None,
    scale: tuple[float, float] | None = None,
    as_of: datetime.date | None = None,
    drop_unknown: bool = False,
    keep_ids: bool = False,
    salt: str | None = None,
    sheet: str | None = None,
    survey_sheet: str | None = None,
) -> OwnData:
    """Read an HR export and, if there is one, a network survey.

    Args:
        hr: CSV with a row a person, in any common dialect, or a workbook (.xlsx).
        survey: CSV with a row a tie (who answers, whom they name), or a row an answer with a column a person named.
        columns: our name and theirs, where the proposal is wrong or open: {"manager_id": "Reports To"}.
        layers: what each question of the survey means.
        scale: lowest and highest answer of the survey scores; needed where they are not between 0 and 1.
        as_of: the day of the export, to make tenure of dates of joining.
        drop_unknown: leave out ties with people whom the HR export does not have, rather than refuse.
        keep_ids: write ids as they are; otherwise pseudonyms.
        salt: of the pseudonyms; made from the HR export where not given.
        sheet, survey_sheet: of workbooks, where they have several; a sheet of ties beside the people is read too.

    Raises:
        OrganizationError: what is open or wrong, with file, line and column, and how to mend it.
    """
    given = dict(columns or {})
    table = read_table(hr, sheet=sheet, as_written=True)
    notes: list[str] = []
    if survey is None:
        survey, survey_sheet = _ties_beside(Path(hr), survey_sheet, notes)
    if not table.rows:
        raise OrganizationError(f"{table.file}: there are column names but no people")
    theirs = {name: given.pop(name) for name in list(given) if name in PEOPLE}
    of_people = people_columns(table, theirs)
    of_people.questions += to_be_said(table, of_people, as_of, scale)
    of_people.settled(table.file)
    keys = Keys(table, str(of_people.column("id")))
    faults: list[str] = []  # of people and survey, told together
    people = attempt(lambda: people_table(table, of_people, keys, as_of, notes), faults)
    if survey is None and given:
        faults.append(f"--map {next(iter(given))}: use one of {', '.join(PEOPLE)}")
    ties, of_ties, rules = None, None, {}
    if survey is not None:
        answers = read_table(survey, sheet=survey_sheet, kind=TIES, as_written=True)
        found = attempt(lambda: survey_ties(answers, given, keys, drop_unknown, notes), faults)
        if found is not None:
            ties, of_ties = found
    if survey is None or ties is not None:
        rules = attempt(lambda: layer_rules(ties, layers or {}, str(survey)), faults) or {}
    if people is None or faults:
        raise OrganizationError("\n".join(faults))
    scale = score_scale(people, scale)
    secret = salt or hashlib.blake2b(Path(hr).read_bytes(), digest_size=32, person=b"ripple-own").hexdigest()
    organization = load_organization(
        people, ties, _facts(rules) if ties else None, salt=secret, mapping=rules or None, name=Path(hr).stem,
        survey_scale=scale or (0.0, 1.0),
    )  # fmt: skip
    report = organization.report
    warnings = dict.fromkeys((*odd_people(table, table.rows), *report.warnings))
    organization = replace(organization, report=replace(report, warnings=tuple(warnings)))
    if keep_ids and is_personal(keys.identity):
        raise OrganizationError(
            f"{table.file}: ids are in {keys.identity!r}, which is personal; go without --keep-ids"
        )
    if not keep_ids:
        people, ties = masked(people, secret), masked(ties, secret) if ties else None
        notes.append("ids became pseudonyms; without the export nobody can undo them")
    return OwnData(people, ties, of_people, of_ties, rules, organization, scale, tuple(notes))


def _ties_beside(hr: Path, sheet: str | None, notes: list[str]) -> tuple[Path | None, str | None]:
    """The sheet of ties in the workbook that holds the people, where one is named or called so."""
    raw = hr.read_bytes()
    if not is_workbook(raw):
        return None, sheet
    found = [sheet] if sheet else named_like(sheets_of(raw, str(hr)), TIES)
    if len(found) != 1:
        return None, None
    if not sheet:
        notes.append(f"the sheet {found[0]!r} of {hr.name} is read as the network survey")
    return hr, found[0]


def _facts(rules: Mapping[str, LayerRule]) -> Table:
    rows = [
        Row(k, {"layer": name, "directed": str(int(rule.influence != "both"))})
        for k, (name, rule) in enumerate(rules.items(), 1)
    ]
    return Table("layers", ("layer", "directed"), tuple(rows), "", ";")


# --- out ----------------------------------------------------------------------------------------------------


def masked(table: Table, salt: str) -> Table:
    """Pseudonyms for ids, rows in the order of those so that it tells nothing."""
    rows = [
        Row(
            row.line,
            {
                name: pseudonym(salt, cell) if name in _IDS and cell else cell
                for name, cell in row.cells.items()
            },
        )
        for row in table.rows
    ]
    return replace(table, rows=tuple(sorted(rows, key=lambda row: tuple(row.cells.values()))))


def written(table: Table) -> str:
    """A table as CSV: commas, points for decimals, our names of columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_cell(name, row.cells.get(name, "")) for name in table.columns])
    return out.getvalue()


def _cell(name: str, text: str) -> str:
    numeric = name in ("level", "tenure_years", "weight", *SURVEY)
    return text.replace(",", ".") if numeric and text.count(",") == 1 and "." not in text else text


def write_own(data: OwnData, folder: str | Path) -> list[Path]:
    """Write people.csv and, with a survey, ties.csv and layers.csv; nothing is ever overwritten.

    Raises:
        OrganizationError: one of them is there already.
        OSError: the folder cannot be written to.
    """
    home = Path(folder)
    texts = {"people.csv": written(data.people)}
    if data.ties is not None:
        texts |= {"ties.csv": written(data.ties), "layers.csv": written(_facts(data.rules))}
    there = [name for name in texts if (home / name).exists()]
    if there:
        raise OrganizationError(
            f"{home} already holds {', '.join(there)}; nothing was written, choose another folder"
        )
    home.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with (home / name).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return [home / name for name in texts]


def preview(data: OwnData, rows: int = 3) -> list[str]:
    """The first lines of what is written, one text a line."""
    return written(replace(data.people, rows=data.people.rows[:rows])).splitlines()
