"""An HR export: what its columns are, and the people file that it makes."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from sim.organization.csvfile import Row, Table
from sim.organization.errors import OrganizationError
from sim.organization.mapping import PEOPLE, Choice, Proposal, plain, propose
from sim.organization.peoplefile import SURVEY
from sim.organization.recognising import ENOUGH, Keys

_DATES: Final = (
    "%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%Y%m%d", "%Y-%m-%d %H:%M:%S",
)  # fmt: skip
_SLASHED: Final = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")


def people_columns(table: Table, given: Mapping[str, str]) -> Proposal:
    """What the columns of the HR export are."""

    def fits(name: str, column: str) -> str | None:
        cells = [table.text(row, column) for row in table.rows]
        filled = [cell for cell in cells if cell]
        if name == "id":
            if len(filled) < len(cells):
                return f"it is blank on line {table.rows[cells.index('')].line}"
            again = [cell for cell, count in Counter(cells).items() if count > 1]
            return f"{again[0]!r} is there {cells.count(again[0])} times" if again else None
        if name == "manager_id" and keys is not None:
            by, share = keys.best(cells)
            if share < ENOUGH and filled:
                return f"only {100 * share:.0f} % of its cells are people of the file (looked for in column {by!r})"
        if name in ("level", "tenure_years", *SURVEY) and filled:
            numbers = sum(bool(re.fullmatch(r"[+-]?\d+([.,]\d+)?", cell)) for cell in filled)
            if numbers < ENOUGH * len(filled):
                odd = next(cell for cell in filled if not re.fullmatch(r"[+-]?\d+([.,]\d+)?", cell))
                return f"it holds {odd!r}, which is no number"
        return None

    keys: Keys | None = None
    only_id = propose(
        table, {"id": PEOPLE["id"]}, {k: v for k, v in given.items() if k == "id"}, fits, ("id",)
    )
    if only_id.column("id"):
        keys = Keys(table, str(only_id.column("id")))
    found = propose(table, PEOPLE, given, fits, ("id",))
    if keys is not None and "manager_id" not in given:
        _managers_agree(table, found, keys)
    if "manager_id" in found.choices:  # ranks only stand in for reporting lines
        open_level = [text for text in found.questions if "--map level=" in text]
        found.questions = [text for text in found.questions if text not in open_level]
    if "tenure_years" in found.choices and "start_date" in found.choices and "start_date" not in given:
        dropped = found.choices.pop("start_date")
        found.unused = (*found.unused, dropped.column)
    return found


def _managers_agree(table: Table, found: Proposal, keys: Keys) -> None:
    """Where several columns say who the manager is (id, name, address) and all mean the same people, one will do."""
    mine = [text for text in found.questions if "--map manager_id=" in text and "could each be" in text]
    if not mine:
        return
    columns = [c for c in table.columns if plain(c) in PEOPLE["manager_id"]]
    by = {column: keys.best([table.text(row, column) for row in table.rows]) for column in columns}
    whole = [column for column in columns if by[column][1] == 1.0]
    if not whole:
        return
    try:
        meant = {
            column: tuple(
                keys.find(table, row, column, by[column][0], "") if table.text(row, column) else ""
                for row in table.rows
            )
            for column in whole
        }
    except OrganizationError:
        return
    if len(set(meant.values())) == 1:
        others = "".join(f"; {column!r} says the same" for column in whole[1:])
        found.questions.remove(mine[0])
        found.choices["manager_id"] = Choice(whole[0], f"by its name and contents{others}")
        found.unused = tuple(column for column in found.unused if column != whole[0])
        found.personal = tuple(column for column in found.personal if column != whole[0])


def people_table(
    table: Table, columns: Proposal, keys: Keys, as_of: datetime.date | None, notes: list[str]
) -> Table:
    """The people file, with the customer's lines."""
    chosen = {name: choice.column for name, choice in columns.choices.items()}
    start, boss = chosen.pop("start_date", None), chosen.get("manager_id")
    by = ""
    if boss is not None:
        by, _ = keys.best([table.text(row, boss) for row in table.rows])
        if by != keys.identity:
            notes.append(f"{boss!r} names managers by {by!r}; the ids of the same rows stand in their place")
    if start is not None and as_of is None:
        raise OrganizationError(
            f"{table.file}: {start!r} is a date of joining; say the day of the export (--as-of 2026-01-31), or go without "
            "(--map start_date=-)"
        )
    rows = []
    for row in table.rows:
        cells = {name: table.text(row, column) for name, column in chosen.items()}
        if boss is not None and cells["manager_id"]:
            mend = "add the person, mend the cell, or leave it blank for the top"
            cells["manager_id"] = keys.find(table, row, boss, by, mend)
        if start is not None and as_of is not None and "tenure_years" not in chosen:
            cells["tenure_years"] = _tenure(table, row, start, as_of)
        rows.append(Row(row.line, cells))
    called = {**chosen, **({"tenure_years": start} if start and "tenure_years" not in chosen else {})}
    if start is not None and "tenure_years" not in chosen:
        notes.append(f"{start!r} became years of tenure on {as_of}, rounded to half years")
    names = tuple(name for name in (*PEOPLE, "tenure_years") if name in called and name != "start_date")
    return Table(
        table.file, tuple(dict.fromkeys(names)), tuple(rows), table.encoding, table.delimiter, called
    )


def _tenure(table: Table, row: Row, column: str, as_of: datetime.date) -> str:
    text = table.text(row, column)
    if not text:
        return ""
    slashed = _SLASHED.match(text)
    day: datetime.date | None = None
    if slashed and int(slashed[1]) > 12:
        day = datetime.date(int(slashed[3]), int(slashed[2]), int(slashed[1]))
    elif slashed and int(slashed[2]) > 12:
        day = datetime.date(int(slashed[3]), int(slashed[1]), int(slashed[2]))
    elif slashed and slashed[1] != slashed[2]:
        raise table.error(row, column, "day and month cannot be told apart; write dates as 2026-01-31")
    for form in () if day else (*_DATES, "%d/%m/%Y"):
        try:
            day = datetime.datetime.strptime(text, form).date()
            break
        except ValueError:
            continue
    if day is None:
        raise table.error(row, column, "give a date such as 2026-01-31, or leave it blank")
    years = (as_of - day).days / 365.25
    if years < 0:
        raise table.error(row, column, f"this is after the day of the export, {as_of}; mend one of them")
    return f"{round(2 * years) / 2:g}"


def score_scale(people: Table, given: tuple[float, float] | None) -> tuple[float, float] | None:
    """The scale of the survey scores; asked for where they leave 0 to 1."""
    scored = [name for name in SURVEY if name in people.columns]
    if not scored or given is not None:
        return given if scored else None
    for name in scored:
        for row in people.rows:
            value = people.number(row, name, low=-1e12, high=1e12, what="a number, or leave it blank")
            if value < 0.0 or value > 1.0:
                raise people.error(
                    row, name, "say the lowest and the highest answer of the scores, such as --scale 1,5"
                )
    return (0.0, 1.0)
