"""An HR export: what its columns are, and the people file that it makes."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from sim.organization.csvfile import Faults, Row, Table, together
from sim.organization.errors import OrganizationError
from sim.organization.mapping import PEOPLE, Choice, Proposal, plain, propose
from sim.organization.peoplefile import SURVEY
from sim.organization.recognising import ENOUGH, Keys, repeats, told

_DATES: Final = (
    "%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%Y%m%d", "%Y-%m-%d %H:%M:%S",
)  # fmt: skip
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")
# What people write into a score instead of leaving it blank, plain (see `plain`).
_NO_ANSWER: Final = frozenset((
    "na", "n a", "nan", "ka", "k a", "keine angabe", "no answer", "not answered", "null", "none", "nv", "n v", "nvt", "nc",
    "nr",
))  # fmt: skip
_SLASHED: Final = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")


def people_columns(table: Table, given: Mapping[str, str]) -> Proposal:
    """What the columns of the HR export are."""

    def fits(name: str, column: str) -> str | None:
        cells = [table.text(row, column) for row in table.rows]
        filled = [cell for cell in cells if cell]
        if name == "id":
            if len(filled) < len(cells):
                return f"it is blank on line {table.rows[cells.index('')].line}"
            again = repeats(table, column)
            return (
                f"found {table.text(again[0][1], column)!r} more than once: {told(again)}" if again else None
            )
        if name == "manager_id" and keys is not None:
            by, share = keys.best(cells)
            if share < ENOUGH and filled:
                return f"only {100 * share:.0f} % of its cells are people of the file (looked for in column {by!r})"
        if name in ("level", "tenure_years", *SURVEY) and filled:
            filled = [cell for cell in filled if not (name in SURVEY and no_answer(cell))]
            numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in filled)
            if numbers < ENOUGH * len(filled):
                odd = next(cell for cell in filled if not _NUMBER.fullmatch(cell))
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
    rows: list[Row] = []
    nobody: Faults = []
    undated: Faults = []
    unanswered: Counter[tuple[str, str]] = Counter()
    for row in table.rows:
        cells = {name: table.text(row, column) for name, column in chosen.items()}
        for name in SURVEY:
            if no_answer(cells.get(name, "")):
                unanswered[chosen[name], cells[name]] += 1
                cells[name] = ""
        if boss is not None and cells["manager_id"]:
            mend = "add the person, name who leads them now, or leave it blank if they are the top"
            try:
                cells["manager_id"] = keys.find(table, row, boss, by, mend)
            except OrganizationError as error:
                nobody.append((row, boss, error))
        if start is not None and as_of is not None and "tenure_years" not in chosen:
            if no_answer(table.text(row, start)):
                unanswered[start, table.text(row, start)] += 1
            else:
                try:
                    cells["tenure_years"] = _tenure(table, row, start, as_of)
                except OrganizationError as error:
                    undated.append((row, start, error))
        rows.append(Row(row.line, cells))
    together(table, nobody, undated)
    notes.extend(
        f"{count} {'cell' if count == 1 else 'cells'} of {column!r} say{'s' if count == 1 else ''} {text!r} and "
        f"count{'s' if count == 1 else ''} as blank"
        for (column, text), count in sorted(unanswered.items())
    )
    called = {**chosen, **({"tenure_years": start} if start and "tenure_years" not in chosen else {})}
    if start is not None and "tenure_years" not in chosen:
        notes.append(f"{start!r} became years of tenure on {as_of}, rounded to half years")
    names = tuple(name for name in (*PEOPLE, "tenure_years") if name in called and name != "start_date")
    return Table(
        table.file, tuple(dict.fromkeys(names)), tuple(rows), table.encoding, table.delimiter, called
    )


def no_answer(cell: str) -> bool:
    """Whether a cell says that there is no answer: "n/a", "k.A.", "keine Angabe", or signs alone such as "-"."""
    return bool(cell) and (plain(cell) in _NO_ANSWER or not any(letter.isalnum() for letter in cell))


def _tenure(table: Table, row: Row, column: str, as_of: datetime.date) -> str:
    text = table.text(row, column)
    if not text:
        return ""
    slashed = _SLASHED.match(text)
    if slashed and slashed[1] != slashed[2] and max(int(slashed[1]), int(slashed[2])) <= 12:
        raise table.error(row, column, "day and month cannot be told apart; write dates as 2026-01-31")
    day: datetime.date | None = None
    for form in (*_DATES, "%d/%m/%Y", "%m/%d/%Y"):
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


def to_be_said(
    table: Table, columns: Proposal, as_of: datetime.date | None, scale: tuple[float, float] | None
) -> list[str]:
    """What no file says and the customer must: the day of the export for dates, the scale of scores outside 0 to 1."""
    questions = []
    start = columns.column("start_date")
    if start is not None and as_of is None:
        questions.append(
            f"{start!r} is a date of joining; say the day of the export (--as-of 2026-01-31), or go without "
            "(--map start_date=-)"
        )
    scored = [column for name in SURVEY if (column := columns.column(name)) is not None]
    if scale is None and (odd := _beyond_one(table, scored)) is not None:
        line, column, cell = odd
        questions.append(
            f"line {line}, column {column!r}: found {cell!r}; say the lowest and the highest answer of the scores, "
            "such as --scale 1:5"
        )
    return questions


def _beyond_one(table: Table, columns: list[str]) -> tuple[int, str, str] | None:
    """Line, column and cell of the first score that is outside 0 to 1."""
    for column in columns:
        for row in table.rows:
            cell = table.text(row, column)
            if _NUMBER.fullmatch(cell) and not 0.0 <= float(cell.replace(",", ".")) <= 1.0:
                return row.line, column, cell
    return None


def score_scale(people: Table, given: tuple[float, float] | None) -> tuple[float, float] | None:
    """The scale of the survey scores, from 0 to 1 where none was said; None without scores."""
    scored = any(name in people.columns for name in SURVEY)
    return (given or (0.0, 1.0)) if scored else None
