"""What a person types where a file leaves something open: the words of the message, read back."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from desk_lab import small_view

from sim.desk.errors import DeskError
from sim.desk.folder import Folder
from sim.desk.hiding import known_as
from sim.desk.importing import Files, _said, taken_in
from sim.desk.view import PEOPLE, TIES, read_view, scenario_of
from sim.organization.layers import LayerRule
from sim.scenario import resolve


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", {}),
        ('--map id="Staff no" --map tenure=hired', {"columns": {"id": "Staff no", "tenure": "hired"}}),
        (
            "--layer advice=peers:target_to_source",
            {"layers": {"advice": LayerRule("peers", "target_to_source")}},
        ),
        ("--layer 'a = b=mutual'", {"layers": {"a = b": LayerRule("mutual", "both")}}),
        ("--as-of 2026-01-31", {"as_of": datetime.date(2026, 1, 31)}),
        ("'--as-of 31.01.2026'", {"as_of": datetime.date(2026, 1, 31)}),
        ("--scale 1,5", {"scale": (1.0, 5.0)}),
        ("--scale 0;2.5", {"scale": (0.0, 2.5)}),
        (
            "--sheet People --survey-sheet 'Who with whom'",
            {"sheet": "People", "survey_sheet": "Who with whom"},
        ),
    ],
)
def test_what_the_message_asks_for_can_be_typed(text: str, read: dict[str, Any]) -> None:
    assert _said(text) == read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('--map id="Staff', "a quotation mark that is not closed"),
        ("--as-of yesterday", "--as-of yesterday: write what is asked"),
        ("--scale five", "--scale five: write what is asked"),
        ("--map id", "--map id: write what is asked"),
        ("--sheet", "--sheet : write what is asked"),
        ("--salt pepper", "with --map, --layer, --as-of, --scale, --sheet, --survey-sheet"),
    ],
)
def test_what_is_none_of_it_is_said_back(text: str, says: str) -> None:
    with pytest.raises(DeskError) as caught:
        _said(text)
    assert says in str(caught.value)


# --- what is kept ---------------------------------------------------------------------------------------------

STAFF = "id;manager_id;department;tenure_years;name;email;status\n" + "".join(
    f"ann{k};{'' if k in (3, 9) else 'ann9'};d{k % 2};3,125;Secret {k};s{k}@firm.example;{'former' if k == 4 else 'in'}\n"
    for k in range(12)
)
TALKS = "source,target,layer,note\n" + "".join(
    f"ann{k},ann{(k * 5 + 1) % 12},advice,said aloud\n" for k in range(12)
)


def files(**texts: str) -> Files:
    return Files({f"{name}.csv": text.encode() for name, text in texts.items()})


def kept(folder: Folder) -> str:
    return "".join(path.read_text("utf-8") for path in folder.path.rglob("*") if path.is_file())


def test_files_with_our_columns_are_kept_under_pseudonyms_and_without_what_is_not_read(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path, "x" * 40)
    found = taken_in(folder, files(people=STAFF, ties=TALKS), None)
    for personal in ("ann", "Secret", "example", "said aloud"):
        assert personal not in kept(folder), personal
    assert (found["people"], found["departments"]) == (12, 2)
    report = " ".join(found["report"])
    assert "not used and not kept: name, email, status" in report
    assert "2 people have no manager (lines 5, 11)" in report and report.count("people have no manager") == 1
    assert "1 former" in report  # of a column that is not kept
    again = taken_in(folder, files(people=STAFF, ties=TALKS), None)
    assert again["report"] == found["report"] and again["organization"] == found["organization"]
    other = taken_in(Folder(tmp_path, "y" * 40), files(people=STAFF, ties=TALKS), None)
    assert other["organization"]["imported"] != found["organization"]["imported"]  # pseudonyms of their own


def test_what_is_wrong_is_told_in_the_owners_ids_and_lines_and_nothing_is_kept(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "x" * 40)
    for spoiled, said in (
        (STAFF.replace("ann4;ann9", "ann4;nobody"), "line 6, column 'manager_id': found 'nobody'"),
        (STAFF.replace("ann4;ann9", "ann5;ann9"), "line 7, column 'id': found 'ann5'"),
    ):
        with pytest.raises(DeskError, match=said):
            taken_in(folder, files(people=spoiled), None)
    assert not folder.path.exists()


def test_an_import_that_fails_leaves_the_one_that_plans_use(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "x" * 40)
    people = "id,enthusiasm\n" + "".join(f"p{k},{1 + k % 5}\n" for k in range(12))
    found = taken_in(folder, files(people=people), [1.0, 5.0])
    view = read_view(small_view(organization=found["organization"]))
    with pytest.raises(DeskError, match="enthusiasm"):
        taken_in(folder, files(people=people), None)  # the same file, its scale forgotten
    assert resolve(scenario_of(view, folder.imports)).organization.n == 12


def test_people_whom_a_plan_names_by_their_own_ids_are_found_under_their_pseudonyms(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "x" * 40)
    found = taken_in(folder, files(people=STAFF), None)
    levers = [{"lever": "L01", "who": {"people": ["ann9"]}}]
    view = read_view(small_view(organization=found["organization"], levers=levers))
    named = known_as(view, folder.imports, folder.salt)
    assert "ann" not in named.model_dump_json(by_alias=True)
    assert known_as(named, folder.imports, folder.salt) == named
    plan = resolve(scenario_of(named, folder.imports))
    (seat,) = plan.programmes[0].actors
    assert (plan.organization.manager == seat).sum() == 10
    assert known_as(read_view(small_view()), folder.imports, folder.salt) == read_view(small_view())


def test_ties_that_are_left_out_are_not_kept(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "x" * 40)
    odd = files(people=STAFF, ties=TALKS + "ann1,gone,advice,\n")
    with pytest.raises(DeskError, match="the first is line 14, with 'gone'"):
        taken_in(folder, odd, None)
    wrong = files(people=STAFF, ties="source,target,weight\nann1,gone,1\nann1,ann2,much\n")
    with pytest.raises(DeskError, match=r"ties.csv, line 3, column 'weight': found 'much'"):
        taken_in(folder, Files(wrong.content, leave_out=True), None)
    found = taken_in(folder, Files(odd.content, leave_out=True), None)
    home = next(folder.imports.glob(f"{found['organization']['imported']}/*"))
    assert len((home / TIES).read_text().splitlines()) == 13
    assert len((home / PEOPLE).read_text().splitlines()) == 13
    assert any("1 tie that names somebody" in line for line in found["report"])
