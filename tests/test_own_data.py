"""Importing somebody's own files: dialects, proposals, questions, errors with line numbers, nothing personal written."""

from __future__ import annotations

import csv
import datetime
import io
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from organization_data import all_data

import sim
from sim.cli.group import main
from sim.organization import OrganizationError, load_organization
from sim.organization.layers import LayerRule
from sim.organization.mapping import PEOPLE as MAPPED
from sim.organization.mapping import is_personal, plain
from sim.organization.owndata import OwnData, read_own, write_own

DAY = datetime.date(2026, 1, 31)
HEAD = (
    "Employee ID;First Name;Last Name;Email;Reports To;Department;Office;Hire Date;Grade;Salary;Cost Centre"
)
PEOPLE = (
    "100;Ana;Núñez;ana@x.com;;Board;Köln;2016-01-31;E9;1;A",
    "101;Bert;Weiß;bert@x.com;100;Sales;Köln;31.07.2015;E5;2;A",
    "102;Cora;Groß;cora@x.com;100;Plant;Ulm;2020-01-31;E5;3;A",
    "103;Dora;Iden;dora@x.com;101;Sales;Köln;2024-01-31;E1;4;B",
    "104;Emil;Jahn;emil@x.com;101;Sales;Köln;;E1;5;B",
    "105;Fritz;Kohl;fritz@x.com;102;Plant;Ulm;2025-07-31;E1;6;B",
)
SECRETS = ("Ana", "Núñez", "bert@x.com", "Kohl", "fritz", "E9", "100", "103", "2016-01-31", "Cost")
ADVICE = {"advice": LayerRule("peers", "target_to_source")}


def hr(folder: Path, rows: tuple[str, ...] = PEOPLE, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path = folder / "hr.csv"
    path.write_bytes(("\r\n".join([head, *rows]) + "\r\n").encode(encoding))
    return path


def net(folder: Path, *lines: str) -> Path:
    path = folder / "net.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def chosen(data: OwnData) -> dict[str, str]:
    return {name: choice.column for name, choice in data.columns.choices.items()}


# --- columns ------------------------------------------------------------------------------------------------


def test_columns_are_proposed_by_name_and_contents(tmp_path: Path) -> None:
    data = read_own(hr(tmp_path), as_of=DAY)
    assert chosen(data) == {
        "id": "Employee ID", "manager_id": "Reports To", "department": "Department", "site": "Office",
        "start_date": "Hire Date",
    }  # fmt: skip
    assert set(data.columns.personal) == {"First Name", "Last Name", "Email", "Salary"}
    assert set(data.columns.unused) == {"Grade", "Cost Centre"}
    made = data.organization
    assert made.n == 6 and made.report.found["reporting_lines"] == 5
    who = {row.cells["id"]: row.cells for row in data.people.rows}
    assert sorted(row["tenure_years"] for row in who.values()) == ["", "0.5", "10", "10.5", "2", "6"]
    boss = next(row for row in who.values() if not row["manager_id"])
    assert boss["department"] == "Board" and sum(r["manager_id"] == boss["id"] for r in who.values()) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_every_dialect_gives_the_same_people(tmp_path: Path, encoding: str, delimiter: str) -> None:
    table = [line.split(";") for line in (HEAD, *PEOPLE)]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(table)
    (tmp_path / "x.csv").write_bytes(out.getvalue().encode(encoding))
    data = read_own(tmp_path / "x.csv", as_of=DAY, salt="s")
    same = read_own(hr(tmp_path), as_of=DAY, salt="s")
    assert [row.cells for row in data.people.rows] == [row.cells for row in same.people.rows]


def test_german_exports_are_understood(tmp_path: Path) -> None:
    head = "Personalnummer;Nachname;Vorname;Führungskraft;Abteilung;Engagement"
    rows = ("1;Weiß;Bert;;Chef;4,5", "2;Groß;Cora;Weiß, Bert;Werk;3,0", "3;Iden;Dora;bert weiß;Werk;1,5")
    data = read_own(hr(tmp_path, rows, head, "cp1252"), scale=(1, 5))
    assert chosen(data) == {
        "id": "Personalnummer", "manager_id": "Führungskraft", "department": "Abteilung", "enthusiasm": "Engagement"
    }  # fmt: skip
    assert any("names managers by 'Vorname Nachname'" in note for note in data.notes)
    assert data.organization.reports_count().tolist().count(2) == 1
    np.testing.assert_allclose(sorted(data.organization.survey["enthusiasm"]), [0.125, 0.5, 0.875])
    path = write_own(data, tmp_path / "out")[0]
    assert sorted(line.split(",")[-1] for line in path.read_text("utf-8").splitlines()[1:]) == [
        "1.5",
        "3.0",
        "4.5",
    ]


def test_ids_of_another_column_name_managers_too(tmp_path: Path) -> None:
    data = read_own(hr(tmp_path), as_of=DAY, columns={"id": "Email"})
    assert chosen(data)["id"] == "Email" and data.organization.report.found["reporting_lines"] == 5
    assert "@" not in "".join(row.cells["id"] for row in data.people.rows)


def test_names_are_compared_plain() -> None:
    assert plain("Führungskraft-ID ") == "fuhrungskraft id" and plain("N+1") == "n 1"
    for column in ("E-Mail", "Last Name", "Gehalt (EUR)", "date_of_birth"):
        assert is_personal(column), column
    assert not is_personal("Department")


# --- what is open is asked ----------------------------------------------------------------------------------


def test_two_columns_that_could_be_it_are_asked_for(tmp_path: Path) -> None:
    head = HEAD.replace("Cost Centre", "Division").replace("Department", "Business Unit")
    file = hr(tmp_path, head=head)
    with pytest.raises(OrganizationError, match="could each be the department; say which: ") as problem:
        read_own(file, as_of=DAY)
    assert '--map department="Business Unit" or --map department="Division"' in str(problem.value)
    data = read_own(file, as_of=DAY, columns={"department": "Division"})
    assert chosen(data)["department"] == "Division" and set(data.organization.department_names) == {"A", "B"}
    assert "department" not in chosen(read_own(file, as_of=DAY, columns={"department": "-"}))


def test_our_own_name_wins_and_the_other_is_mentioned(tmp_path: Path) -> None:
    data = read_own(hr(tmp_path, head=HEAD.replace("Cost Centre", "Division")), as_of=DAY)
    assert chosen(data)["department"] == "Department"
    assert "'Division' would do too" in data.columns.choices["department"].why


def test_several_columns_of_managers_that_agree_need_no_question(tmp_path: Path) -> None:
    boss = {"": "", "100": "ana@x.com", "101": "bert@x.com", "102": "cora@x.com"}
    rows = tuple(f"{row};{boss[row.split(';')[4]]}" for row in PEOPLE)
    data = read_own(hr(tmp_path, rows, f"{HEAD};Manager Email"), as_of=DAY)
    assert "'Manager Email' says the same" in data.columns.choices["manager_id"].why
    rows = (*rows[:-1], rows[-1].replace("cora@x.com", "bert@x.com"))
    with pytest.raises(OrganizationError, match="could each be whom they report to"):
        read_own(hr(tmp_path, rows, f"{HEAD};Manager Email"), as_of=DAY)


def test_a_column_that_only_sounds_right_is_asked_for(tmp_path: Path) -> None:
    rows = tuple(row.replace(";101;", ";XX;").replace(";102;", ";YY;") for row in PEOPLE)
    with pytest.raises(OrganizationError, match="only 40 % of its cells are people of the file") as problem:
        read_own(hr(tmp_path, rows), as_of=DAY)
    assert "--map manager_id=- to go without" in str(problem.value)
    with pytest.raises(OrganizationError, match=r"hr.csv, line 5, column 'Reports To': found 'XX'"):
        read_own(hr(tmp_path, rows), as_of=DAY, columns={"manager_id": "Reports To"})


@pytest.mark.parametrize(
    ("rows", "head", "options", "says"),
    [
        (PEOPLE, HEAD.replace("Employee ID", "Badge"), {}, 'no column is called like who somebody is.*--map id="Badge"'),
        ((*PEOPLE, PEOPLE[2]), HEAD, {}, r"'102' more than once: lines 4 and 8 \(word for word"),
        ((*PEOPLE, ";;;;;;;;;;x"), HEAD, {}, "it is blank on line 8"),
        (PEOPLE, HEAD, {"as_of": None}, r"date of joining; say the day of the export \(--as-of 2026-01-31\)"),
        (PEOPLE, HEAD, {"as_of": datetime.date(2020, 1, 1)}, "line 4, column 'Hire Date'.*after the day of the export"),
        (PEOPLE, HEAD, {"columns": {"boss": "x"}}, "--map boss: use one of id, manager_id"),
        (PEOPLE, HEAD, {"columns": {"site": "Room"}}, "--map site=Room: .* has no such column; it has Employee ID"),
        (PEOPLE, HEAD, {"columns": {"id": "Email"}, "keep_ids": True}, "'Email', which is personal"),
        ((*PEOPLE, "107;G;H;g@x;Kohl, Fritz;Plant;Ulm;;;;"), HEAD, {}, "line 8, column 'Reports To': found 'Kohl, Fritz'"),
        ((*PEOPLE, "107;G;H;g@x;107;Plant;Ulm;;;;"), HEAD, {}, "line 8, column 'Reports To'.*report to themselves"),
        ((*PEOPLE, "107;G;H;g@x;101;Plant;Ulm;03/04/2020;;;"), HEAD, {}, "line 8, column 'Hire Date'.*told apart"),
        ((*PEOPLE, "107;G;H;g@x;101;Plant;Ulm;lately;;;"), HEAD, {}, "line 8, column 'Hire Date': found 'lately'"),
        ((PEOPLE[0].replace(";;Board", ";103;Board"), *PEOPLE[1:]), HEAD, {}, r"goes in a circle \('100' -> '103'"),
        (tuple(row.replace("E1", "7").replace("E5", "3").replace("E9", "0") for row in PEOPLE),
         HEAD, {}, "line 2, column 'Grade': found '0'"),
        ((), HEAD, {}, "column names but no people"),
    ],
)  # fmt: skip
def test_faults_name_the_line_and_the_customers_column(
    tmp_path: Path, rows: tuple[str, ...], head: str, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(OrganizationError, match=says):
        read_own(hr(tmp_path, rows, head), **{"as_of": DAY, **options})


def test_scores_need_their_scale(tmp_path: Path) -> None:
    rows = tuple(f"{row};{score}" for row, score in zip(PEOPLE, ("3", "4,5", "1", "", "2", "5")))
    file = hr(tmp_path, rows, f"{HEAD};Psychological Safety")
    with pytest.raises(
        OrganizationError, match=r"line 2, column 'Psychological Safety': found '3'.*--scale 1:5"
    ):
        read_own(file, as_of=DAY)
    data = read_own(file, as_of=DAY, scale=(1, 5))
    assert np.isnan(data.organization.survey["safety"]).sum() == 1
    with pytest.raises(OrganizationError, match=r"column 'Psychological Safety': found '4,5'.*from 1 to 4"):
        read_own(file, as_of=DAY, scale=(1, 4))


def test_what_must_be_said_is_asked_for_in_one_go(tmp_path: Path) -> None:
    rows = tuple(f"{row};{score}" for row, score in zip(PEOPLE, ("3", "4", "1", "", "2", "5")))
    file = hr(tmp_path, rows, f"{HEAD.replace('Employee ID', 'Badge')};Engagement")
    with pytest.raises(OrganizationError) as problem:
        read_own(file)
    for text in ('--map id="Badge"', "--as-of 2026-01-31", "--scale 1:5"):
        assert text in str(problem.value)
    assert '--map id="Cost Centre"' not in str(problem.value)  # its cells repeat: it names nobody
    assert '--map id="Grade"' not in str(problem.value)


def test_ids_that_are_there_twice_are_told_together(tmp_path: Path) -> None:
    moved = PEOPLE[3].replace("Sales", "Plant")
    file = hr(tmp_path, (*PEOPLE, PEOPLE[2], moved))
    twice = "lines 4 and 8 (word for word the same line), lines 5 and 9 (they differ in Department)"
    for columns, says in (({}, "mend these lines"), ({"id": "Employee ID"}, "line 8, column 'Employee ID'")):
        with pytest.raises(OrganizationError, match=says) as problem:
            read_own(file, as_of=DAY, columns=columns)
        assert twice in str(problem.value)


def test_managers_who_are_not_there_are_told_together(tmp_path: Path) -> None:
    rows = (
        *PEOPLE,
        *(f"{n};G;H{n};g{n}@x;{'77' if n % 5 == 0 else '101'};Plant;Ulm;;;;" for n in range(106, 120)),
    )
    with pytest.raises(OrganizationError, match=r"line 12, column 'Reports To': found '77'.*") as problem:
        read_own(hr(tmp_path, rows), as_of=DAY)
    assert "also line 17 ('77')" in str(problem.value)


def test_ids_are_found_whatever_their_capitals(tmp_path: Path) -> None:
    rows = ("A-1;;Chef", "A-2;a-1;Werk", "A-3;A-1;Werk", "A-4;A-2;Werk")
    assert (
        read_own(hr(tmp_path, rows, "Personalnr.;Vorgesetzter;Abteilung")).organization.report.found["roots"]
        == 1
    )
    both = (*rows, "a-4;A-2;Werk", "A-5;a-4;Werk")
    made = read_own(hr(tmp_path, both, "Personalnr.;Vorgesetzter;Abteilung"), keep_ids=True)
    assert {row.cells["id"]: row.cells["manager_id"] for row in made.people.rows}["A-5"] == "a-4"


@pytest.mark.parametrize("word", ["k.A.", "n/a", "keine Angabe", "NA", "–"])
def test_no_answer_counts_as_blank_and_is_counted(tmp_path: Path, word: str) -> None:
    rows = tuple(f"{row};{score}" for row, score in zip(PEOPLE, ("3", word, "1", "", word, "5")))
    data = read_own(hr(tmp_path, rows, f"{HEAD};Engagement"), as_of=DAY, scale=(1, 5))
    assert np.isnan(data.organization.survey["enthusiasm"]).sum() == 3
    assert f"2 cells of 'Engagement' say {word!r} and count as blank" in data.notes


def test_slips_that_can_be_read_are_pointed_out(tmp_path: Path) -> None:
    rows = (
        *PEOPLE,
        "106;G;H;g@x;101;sales;Köln;;;;",
        "107;H;I;h@x;;Plant;Ulm;;;;",
        "108;I;J;i@x;107;Plant;Ulm;;;;",
    )
    warnings = " ".join(read_own(hr(tmp_path, rows), as_of=DAY).organization.report.warnings)
    assert "column 'Department': 'Sales' and 'sales' count as 2; write them alike if they are one" in warnings
    assert "2 people have no manager (lines 2, 9): each is the top" in warnings and "executives" in warnings
    assert "site" not in warnings and "office" not in warnings


# --- surveys ------------------------------------------------------------------------------------------------


def arcs(data: OwnData, layer: str = "peers") -> set[tuple[str, str]]:
    """(hearer, heard) of the ties of the file, by the last digit of the id that the customer knows."""
    from sim.organization.privacy import pseudonym

    who = {pseudonym("s", str(number)): str(number) for number in range(100, 106)}
    made = data.organization
    from sim.theory.channels import LAYERS

    boss = made.manager
    return {
        (who[made.ids[h]], who[made.ids[s]])
        for h, s, k, on in zip(made.ties.hearer, made.ties.source, made.ties.layer, made.ties.active)
        if k == LAYERS.index(layer) and on and boss[h] != boss[s]
    }


def test_a_line_a_tie_by_id_name_or_address(tmp_path: Path) -> None:
    expected = {("103", "105"), ("104", "102")}
    for lines in (
        ("source,target,layer", "103,105,advice", "104,102,advice"),
        ("Respondent,Nominee,Question,Strength", '"Iden, Dora",Fritz Kohl,advice,2', "emil jahn,cora groß,advice,1"),
        ("when,Respondent Email,Contact,layer", "1,dora@x.com,FRITZ@x.com,advice", "2,emil@x.com,cora@x.com,advice"),
    ):  # fmt: skip
        data = read_own(hr(tmp_path), net(tmp_path, *lines), as_of=DAY, salt="s", layers=ADVICE)
        assert arcs(data) == expected, lines[0]


def test_a_line_an_answer_with_a_column_a_person(tmp_path: Path) -> None:
    lines = (
        "Respondent,Advice 1,advice 2,Works with [1],Done at",
        "103,105,102,,x",
        "104,,102,105,y",
    )
    rules = {**ADVICE, "works with": LayerRule("mutual", "both")}
    data = read_own(hr(tmp_path), net(tmp_path, *lines), as_of=DAY, salt="s", layers=rules)
    assert arcs(data) == {("103", "105"), ("103", "102"), ("104", "102")}
    assert {("104", "105"), ("105", "104")} <= arcs(data, "mutual")
    assert data.tie_columns is not None and data.tie_columns.unused == ("Done at",)
    with pytest.raises(
        OrganizationError,
        match=r'mutual: people who work on something.*--layer "Works with=peers:target_to_source"',
    ):
        read_own(hr(tmp_path), net(tmp_path, *lines), as_of=DAY)


def test_unknown_people_are_refused_or_left_out_and_counted(tmp_path: Path) -> None:
    survey = net(
        tmp_path,
        "source,target,layer",
        "103,105,advice",
        "104,999,advice",
        "104,102,advice",
        "103,104,advice",
        "105,103,advice",
    )
    with pytest.raises(
        OrganizationError, match=r"net.csv, line 3, column 'target': found '999'.*--drop-unknown"
    ):
        read_own(hr(tmp_path), survey, as_of=DAY)
    data = read_own(hr(tmp_path), survey, as_of=DAY, drop_unknown=True)
    assert any(note.startswith("1 lines of") for note in data.notes)
    assert data.ties is not None and len(data.ties.rows) == 4


def test_unknown_people_in_ties_are_told_together(tmp_path: Path) -> None:
    long = net(
        tmp_path,
        "source,target,layer",
        *(f"103,{n},advice" for n in (105, 998, *(100, 101, 102, 104) * 2, 999, 100)),
    )
    says = r"line 3, column 'target': found '998'.*--drop-unknown; also line 12 \('999'\)$"
    with pytest.raises(OrganizationError, match=says):
        read_own(hr(tmp_path), long, as_of=DAY)
    wide = net(
        tmp_path,
        "Respondent,Advice 1,Advice 2",
        *(
            "103,105,104",
            "104,102,103",
            "105,102,997",
            "102,996,103",
            "105,101,102",
            "104,100,101",
            "102,104,105",
        ),
    )
    with pytest.raises(OrganizationError, match=r"line 4, column 'Advice 2'.*also line 5 \('996'\)$"):
        read_own(hr(tmp_path), wide, as_of=DAY, layers=ADVICE)


def test_words_for_whoever_holds_the_place_are_one_word(tmp_path: Path) -> None:
    for one, same in (
        ("Vorgesetzte/r", "vorgesetzte"), ("Mitarbeiter:in", "mitarbeiter"), ("Mitarbeiter/in", "mitarbeiter"),
        ("Teilnehmer(in)", "teilnehmer"), ("Mitarbeiter*innen-ID", "mitarbeiter id"), ("Salarié(e)", "salarie"),
        ("Check-in", "check in"), ("Works with [1]", "works with 1"),
    ):  # fmt: skip
        assert plain(one) == same
    rows = [f"{k};Name {k};{'' if k == 1 else 'Name 1'};{'AB'[k % 2]}" for k in range(1, 9)]
    export = hr(tmp_path, rows, "Pers.-Nr.;Mitarbeiter/in;Vorgesetzte/r;Abteilung")
    survey = net(
        tmp_path,
        "Teilnehmer/in,Rat 1,Rat 2",
        "Name 2,Name 3,Name 4",
        "Name 5,Name 2,Name 7",
        "Name 6,Name 8,",
    )
    data = read_own(export, survey, layers={"Rat": LayerRule("peers", "target_to_source")}, salt="s")
    assert (
        data.organization.report.found["reporting_lines"] == 7
        and data.ties is not None
        and len(data.ties.rows) == 5
    )
    assert "Mitarbeiter/in" in data.columns.personal
    assert "Name" not in "".join("".join(row.cells.values()) for row in data.people.rows)


def test_an_export_without_names_says_so_where_a_survey_has_them(tmp_path: Path) -> None:
    rows = [f"{k};{'' if k == 1 else 1};A" for k in range(1, 9)]
    survey = net(
        tmp_path, "source,target,layer", *(f"{k},{k + 1},advice" for k in range(1, 7)), "7,Ann Lee,advice"
    )
    with pytest.raises(OrganizationError, match="which has no column called 'Name' or 'Email' to go by"):
        read_own(hr(tmp_path, rows, "id;manager_id;department"), survey)


def test_days_and_managers_that_cannot_be_are_told_together(tmp_path: Path) -> None:
    rows = [
        f"{k};{'' if k == 1 else 77 if k in (3, 5) else 1};{'someday' if k in (4, 6) else 'k.A.' if k == 7 else '2016-01-31'}"
        for k in range(1, 12)
    ]
    with pytest.raises(OrganizationError) as problem:
        read_own(hr(tmp_path, rows, "id;manager;start date"), as_of=DAY, columns={"manager_id": "manager"})
    said = str(problem.value)
    assert "line 4, column 'manager': found '77'" in said and "; also line 6 ('77'); " in said
    assert "line 5, column 'start date': found 'someday'" in said and said.endswith(
        "; also line 7 ('someday')"
    )
    good = [row.replace("77", "1").replace("someday", "-") for row in rows]
    data = read_own(hr(tmp_path, good, "id;manager;start date"), as_of=DAY)
    assert "2 cells of 'start date' say '-' and count as blank" in data.notes
    assert "1 cell of 'start date' says 'k.A.' and counts as blank" in data.notes


def test_faults_of_people_and_survey_are_told_together(tmp_path: Path) -> None:
    export = hr(
        tmp_path, tuple(line.replace("105;Fritz;Kohl;fritz@x.com;102", "105;F;K;f;77") for line in PEOPLE)
    )
    strangers = net(
        tmp_path, "source,target,layer", *(f"103,{n},advice" for n in (100, 101, 102, 104)), "103,9,advice"
    )
    with pytest.raises(OrganizationError) as problem:
        read_own(export, strangers, as_of=DAY)
    of_people, of_ties = str(problem.value).splitlines()
    assert "hr.csv, line 7, column 'Reports To': found '77'" in of_people
    assert "net.csv, line 6, column 'target': found '9'" in of_ties
    unexplained = net(tmp_path, "source,target,layer", "103,104,zest")
    with pytest.raises(OrganizationError) as problem:
        read_own(export, unexplained, as_of=DAY)
    of_people, of_ties = str(problem.value).splitlines()
    assert "found '77'" in of_people and "nothing says what 'zest' means" in of_ties


def test_two_people_of_one_name_are_never_guessed(tmp_path: Path) -> None:
    rows = (*PEOPLE, "106;Fritz;Kohl;f2@x.com;102;Plant;Ulm;;;;")
    survey = net(tmp_path, "source,target,layer", "Dora Iden,Fritz Kohl,advice", "Emil Jahn,Dora Iden,advice")
    for drop in (False, True):
        with pytest.raises(OrganizationError, match=r"line 2, column 'target'.*2 people have that"):
            read_own(hr(tmp_path, rows), survey, as_of=DAY, drop_unknown=drop)


def test_a_real_organisation_survives_a_customers_export(tmp_path: Path) -> None:
    """Krackhardt's firm with invented names, other headings, shuffled lines, managers and ties by name."""
    folder = all_data()
    if folder is None:
        pytest.skip("no folder of real organisations")
    place = folder / "krackhardt_hightech"
    with open(place / "people.csv", encoding="utf-8") as file:
        people = list(csv.DictReader(file))
    with open(place / "ties.csv", encoding="utf-8") as file:
        ties = [
            row
            for row in csv.DictReader(file)
            if row["layer"] == "advice" and float(row.get("weight") or 1) > 0
        ]
    name = {row["id"]: f"Person{k}, Given{k}" for k, row in enumerate(people)}
    rows = [
        ";".join(
            [row["id"], name[row["id"]], name.get(row.get("manager_id", ""), ""), row.get("department", "")]
        )
        for row in people
    ]
    random.Random(1).shuffle(rows)
    export = hr(tmp_path, tuple(rows), "Worker ID;Employee Name;Line Manager;Dept", "utf-16")
    survey = net(tmp_path, "Respondent\tColleague\tQuestion", *(
        f"{name[row['source']]}\t{name[row['target']]}\tadvice" for row in ties
    ))  # fmt: skip
    mine = read_own(export, survey, salt="s").organization
    theirs = load_organization(place / "people.csv", place / "ties.csv", salt="s", mapping={
        layer: LayerRule("ignore") for layer in ("friendship",)
    })  # fmt: skip
    assert mine.ids == theirs.ids
    np.testing.assert_array_equal(mine.manager, theirs.manager)
    np.testing.assert_array_equal(mine.department, theirs.department)

    def advice(made: Any) -> set[tuple[int, int]]:
        active = made.ties.where(made.ties.active)
        return set(zip(active.hearer.tolist(), active.source.tolist()))

    assert advice(mine) == advice(theirs)


_CELL = st.one_of(
    st.sampled_from(
        ["", "1", "2", "3", "Ada", "Lovelace, Ada", "1;2", "3,5", "1.234,5", "31/12/2020", "-", "NaN", "p"]
    ),
    st.text(max_size=6),
)
_NAME = st.sampled_from(
    [
        *(words[0] for words in MAPPED.values()),
        "Reports To",
        "Name",
        "First Name",
        "Last Name",
        "Email",
        "x",
        "Grade",
        "1",
    ]
)


@settings(max_examples=150)
@given(
    heads=st.lists(_NAME, min_size=1, max_size=5, unique=True),
    rows=st.lists(st.lists(_CELL, max_size=5), max_size=6),
    survey=st.lists(st.lists(_CELL, max_size=4), max_size=4),
    drop=st.booleans(),
)
def test_whatever_is_in_a_file_it_is_read_or_its_fault_is_said(
    heads: list[str], rows: list[list[str]], survey: list[list[str]], drop: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, table in (
            ("hr.csv", [heads, *rows]),
            ("net.csv", [["source", "target", "advice"], *survey]),
        ):
            out = io.StringIO(newline="")
            csv.writer(out, delimiter=";").writerows(table)
            (folder / file).write_bytes(out.getvalue().encode("utf-8", "surrogatepass"))
        for net_file in (None, folder / "net.csv"):
            try:
                data = read_own(folder / "hr.csv", net_file, as_of=DAY, drop_unknown=drop)
            except OrganizationError as problem:
                assert len(str(problem)) > 20
            else:
                write_own(data, folder / f"out {net_file is None}")
                assert load_organization(
                    folder / f"out {net_file is None}" / "people.csv", salt="s"
                ).n == len(data.people.rows)


# --- out ----------------------------------------------------------------------------------------------------


def test_nothing_personal_is_written_and_what_is_written_is_read_again(tmp_path: Path) -> None:
    survey = net(tmp_path, "source,target,layer", "103,105,advice", "104,102,advice")
    data = read_own(hr(tmp_path), survey, as_of=DAY)
    paths = write_own(data, tmp_path / "out")
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    assert [word for word in SECRETS if word in text] == []
    lines = [line.split(",")[0] for line in paths[0].read_text(encoding="utf-8").splitlines()[1:]]
    assert lines == sorted(lines)  # the order of the export is gone
    again = load_organization(*paths, salt="t")
    assert again.n == 6 and sorted(again.reports_count()) == sorted(data.organization.reports_count())
    with pytest.raises(
        OrganizationError, match=r"already holds people.csv, ties.csv, layers.csv; nothing was"
    ):
        write_own(data, tmp_path / "out")
    kept = read_own(hr(tmp_path), survey, as_of=DAY, keep_ids=True)
    assert [row.cells["id"] for row in kept.people.rows] == ["100", "101", "102", "103", "104", "105"]


def test_pseudonyms_hang_on_the_export_and_the_salt(tmp_path: Path) -> None:
    one, again = (read_own(hr(tmp_path), as_of=DAY).people.rows[0].cells["id"] for _ in range(2))
    other = read_own(hr(tmp_path, PEOPLE[:-1]), as_of=DAY).people.rows[0].cells["id"]
    salted = read_own(hr(tmp_path), as_of=DAY, salt="mine").people.rows[0].cells["id"]
    assert one == again and len({one, other, salted}) == 3


# --- the command --------------------------------------------------------------------------------------------


def ripple(*arguments: str) -> Any:
    return CliRunner().invoke(main, list(arguments), prog_name="ripple")


def test_the_command_shows_first_and_writes_when_told(tmp_path: Path) -> None:
    file = str(hr(tmp_path))
    survey = str(net(tmp_path, "Respondent,Advice 1,Advice 2", "103,105,102", "104,102,"))
    rest = ["--survey", survey, "--as-of", "2026-01-31", "--layer", "Advice=peers:target_to_source"]
    shown = ripple("import", file, *rest)
    assert shown.exit_code == 0, shown.output
    for text in ("manager_id  <- Reports To", "personal, never written: First Name", "not used: Grade", "found people: 6",
                 "Nothing was written"):  # fmt: skip
        assert text in shown.output, text
    assert "Núñez" not in shown.output and not (tmp_path / "firm").exists()
    done = ripple("import", file, *rest, "--out", str(tmp_path / "firm"))
    assert done.exit_code == 0 and f"ripple check {tmp_path / 'firm' / 'my_plan.toml'}" in done.output
    plan = sim.resolve(sim.load(tmp_path / "firm" / "my_plan.toml"))
    assert plan.organization.n == 6 and len(plan.programmes) == 2
    resolved = sim.resolve(sim.load(tmp_path / "firm" / "my_firm.toml"))
    assert resolved.organization.n == 6 and resolved.organization.report.found["reporting_lines"] == 5
    assert "strong, read as peers" in str(resolved.organization.report.found["ties_in_Advice"])
    again = ripple("import", file, *rest, "--out", str(tmp_path / "firm"))
    assert again.exit_code == 2 and "already holds" in again.stderr
    told = json.loads(ripple("import", file, *rest, "--json").stdout)
    assert told["people"]["columns"]["id"]["column"] == "Employee ID" and told["written"] == []
    assert told["layers"] == {"Advice": {"target": "peers", "influence": "target_to_source"}}


def test_a_plan_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "firm").mkdir()
    (tmp_path / "firm" / "my_plan.toml").write_text("mine")
    done = ripple("import", str(hr(tmp_path)), "--as-of", "2026-01-31", "--out", str(tmp_path / "firm"))
    assert done.exit_code == 0 and (tmp_path / "firm" / "my_plan.toml").read_text() == "mine"
    assert (tmp_path / "firm" / "my_firm.toml").exists()


def test_accounts_that_are_no_employees_are_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "hr.csv"
    path.write_text(
        "id,manager_id,level_label,status\n1,,board,employee\n2,1,technical expert,employee\n"
        "3,1,regular,former\n4,1,technical_account,technical_account\n"
    )
    told = ripple("import", str(path)).output
    assert "warning: column 'status' has 1 former, 1 technical_account: they are kept as people" in told
    assert "warning: column 'level_label' has 1 technical_account: they are kept" in told
    path.write_text("id,manager_id,Status\n1,,aktiv\n2,1,ausgeschieden\n")
    assert "column 'Status' has 1 ausgeschieden: they are kept" in ripple("import", str(path)).output
    assert sum("ausgeschieden" in text for text in read_own(path).organization.report.warnings) == 1
    path.write_text("id,manager_id,status\n1,,employee\n2,1,employee\n")
    assert "kept as people" not in ripple("import", str(path)).output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--map", "manager_id"], "write it as --map 'manager_id=Reports To'"),
        (["--layer", "advice"], "write it as --layer 'advice=peers:target_to_source'"),
        (["--layer", "advice=pears"], "did you mean 'peers'?"),
        (["--layer", "advice=peers"], "--layer advice: there is no survey; give one with --survey"),
        (["--scale", "five"], "e.g. --scale 1:5"),
        (["--as-of", "lately"], "'lately' is not a day; write it as 2027-01-31"),
    ],
)
def test_options_that_say_nothing_are_refused(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = ripple("import", str(hr(tmp_path)), "--as-of", "2026-01-31", *arguments)
    assert done.exit_code == 2 and says in done.stderr and "Traceback" not in done.output
    for more in (["--as-of", "31.01.2026"], ["--as-of", "2026-01-31", "--scale", "1:5"]):
        assert ripple("import", str(hr(tmp_path)), *more).exit_code == 0
    missing = ripple("import", str(tmp_path / "none.csv"))
    assert missing.exit_code == 2 and "no such file" in missing.stderr
