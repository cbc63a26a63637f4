"""Workbooks: the same people and ties as from CSV files, sheets recognised or asked for, errors with sheet and row."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from openpyxl.styles import Font

from sim.cli import main
from sim.organization import OrganizationError
from sim.organization.csvfile import read_table
from sim.organization.layers import LayerRule
from sim.organization.owndata import read_own, written
from sim.organization.workbook import sheet_text

PEOPLE = [
    ["Employee ID", "Name", "Reports To", "Dept", "Hire Date", "Enthusiasm"],
    [7, "Ada", None, "Board", datetime.datetime(2016, 1, 31), 0.5],
    [8, "Ben", "Ada", "Sales", datetime.datetime(2020, 6, 30), 0.25],
    [None] * 6,
    [9, "Cy", "Ben", "Sales", datetime.datetime(2024, 1, 31), 1.0],
]
TIES = [["Respondent", "Turns to 1", "Turns to 2"], ["Cy", "Ben", "Ada"], ["Ben", "Cy", None]]
RULES = {"turns to": LayerRule("peers", "target_to_source")}


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def as_csv(path: Path, rows: list[list[Any]]) -> Path:
    def cell(value: Any) -> str:
        if isinstance(value, datetime.datetime):
            return value.date().isoformat()
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    path.write_text("".join(",".join(cell(value) for value in row) + "\n" for row in rows), "utf-8")
    return path


def test_a_workbook_gives_what_its_sheets_as_files_give(tmp_path: Path) -> None:
    whole = book(tmp_path / "firm.xlsx", Notes=[["see below"]], Mitarbeiter=PEOPLE, Netzwerk=TIES)
    people, ties = as_csv(tmp_path / "hr.csv", PEOPLE), as_csv(tmp_path / "net.csv", TIES)
    day = datetime.date(2026, 1, 31)
    options: dict[str, Any] = {"as_of": day, "layers": RULES, "salt": "x"}
    one, other = read_own(whole, **options), read_own(people, ties, **options)
    assert written(one.people) == written(other.people)
    assert one.ties is not None and other.ties is not None and written(one.ties) == written(other.ties)
    assert any("'Netzwerk' of firm.xlsx is read as the network survey" in note for note in one.notes)
    apart = read_own(whole, book(tmp_path / "net.xlsx", Anything=TIES), sheet="Mitarbeiter", **options)
    assert apart.ties is not None and written(apart.ties) == written(one.ties)


def test_which_sheet_is_meant_is_asked_for_and_can_be_said(tmp_path: Path) -> None:
    two = book(tmp_path / "firm.xlsx", Berlin=PEOPLE, Wien=PEOPLE)
    with pytest.raises(OrganizationError, match=r"which sheet holds the people: 'Berlin', 'Wien'.*--sheet"):
        read_table(two)
    assert read_table(two, sheet="Wien").file.endswith("firm.xlsx, sheet 'Wien'")
    with pytest.raises(OrganizationError, match="no sheet 'Rom'; it has 'Berlin', 'Wien'"):
        read_table(two, sheet="Rom")
    with pytest.raises(OrganizationError, match="no workbook"):
        read_table(as_csv(tmp_path / "hr.csv", PEOPLE), sheet="Wien")


def test_faults_are_told_with_sheet_and_row(tmp_path: Path) -> None:
    rows = [list(row) for row in PEOPLE]
    rows[4][2] = "Nobody"
    firm = book(tmp_path / "firm.xlsx", People=rows)
    words = ["import", str(firm), "--as-of", "2026-01-31", "--map", "manager_id=Reports To"]
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 2 and "sheet 'people', row 5, column 'reports to'" in found.output.lower()
    rows[4][2] = "#REF!"
    with pytest.raises(
        OrganizationError, match=r"sheet 'People', row 5, column 3: the cell holds the error #REF!"
    ):
        read_table(book(tmp_path / "firm.xlsx", People=rows))
    rows[4][2] = "=B3"
    with pytest.raises(OrganizationError, match="row 5, column 3: a formula whose result is not in the file"):
        read_table(book(tmp_path / "firm.xlsx", People=rows))


def test_cells_are_read_as_they_look(tmp_path: Path) -> None:
    rows = [["id", "a", "b", "c", "d"], [" 007 ", 3.0, 0.1, True, "two\nlines"]]
    text, name = sheet_text(book(tmp_path / "x.xlsx", Data=rows).read_bytes(), "x.xlsx")
    assert (text.splitlines()[1], name) == ("007,3,0.1,true,two lines", "Data")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xd0\xcf\x11\xe0 old", "old workbook"), (b"PK\x03\x04 broken", "cannot be read as a workbook")],
)
def test_what_is_no_workbook_is_refused_with_a_reason(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(OrganizationError, match=said):
        read_table(path)


def test_a_zip_that_is_no_workbook_or_unpacks_beyond_measure_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr("a.txt", "nothing")
    with pytest.raises(OrganizationError, match="cannot be read as a workbook"):
        sheet_text(packed.getvalue(), "x.xlsx")
    monkeypatch.setattr("sim.organization.workbook._LARGEST", 100)
    with pytest.raises(OrganizationError, match="too large once unpacked"):
        sheet_text(book(tmp_path / "y.xlsx", People=PEOPLE).read_bytes(), "y.xlsx")


def test_a_small_file_that_would_be_a_huge_table_is_refused_before_it_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*rows: list[Any]) -> str:
        with pytest.raises(OrganizationError) as caught:
            sheet_text(book(tmp_path / "x.xlsx", Data=[["id"], *rows]).read_bytes(), "x.xlsx")
        return str(caught.value)

    assert "sheet 'Data', row 2: has cells up to column 1,001, and 1,000 are read" in told(
        [None] * 1000 + [1]
    )
    monkeypatch.setattr("sim.organization.workbook._LONGEST", 20)
    assert "row 3, column 2: the cell holds more than 20 letters" in told(["a"], ["b", "c" * 21])
    monkeypatch.setattr(
        "sim.organization.workbook._MOST", 2000
    )  # separators count: they are most of a wide table
    assert "sheet 'Data': holds more than" in told(*[[None] * 900 + [1] for _ in range(3)])
    monkeypatch.setattr("sim.organization.workbook._CELLS", 5000)
    assert "sheet 'Data': has more than" in told(*[[None] * 900 + [""] for _ in range(6)])


def test_cells_with_a_format_and_nothing_in_them_are_no_part_of_the_table(tmp_path: Path) -> None:
    made = Workbook()
    made.active.append([f"c{k}" for k in range(300)])
    made.active.cell(1, 16_384).font = Font(bold=True)
    made.save(tmp_path / "x.xlsx")
    assert sheet_text((tmp_path / "x.xlsx").read_bytes(), "x.xlsx")[0].count(",") == 299
