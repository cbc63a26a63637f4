"""Organisations at their edges: files that say little or the wrong thing, and shapes that leave nothing to choose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_organization_imports import load, seat
from test_own_data import ADVICE, DAY, HEAD, PEOPLE, arcs, chosen, hr, net

from sim.organization import (
    INFORMAL,
    GeneratorSpec,
    LayerRule,
    OrganizationError,
    Ties,
    generate,
    imports,
    networks_in,
    pseudonym,
    with_learning_leaders,
)
from sim.organization.acquaintances import acquaintances
from sim.organization.csvfile import decode, read_table
from sim.organization.generate import _geometric
from sim.organization.mapping import TIES as TIE_WORDS
from sim.organization.mapping import propose
from sim.organization.owndata import read_own
from sim.organization.tiesfile import ONLY_LAYER
from sim.organization.tree import department_subtrees
from sim.theory.channels import COMMUNITY, PEERS

# --- CSV ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"sep=;\r\n", "the file is empty"),
        (b"\xff\xfei\x00d\x00\n", "looks like broken UTF-16; save it as CSV UTF-8"),
        (b"id,name\na," + b"x" * 140_000 + b"\n", "line 2: field larger than field limit"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, raw: bytes, says: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(raw)
    with pytest.raises(OrganizationError, match=says):
        read_table(file)


def test_bytes_that_only_latin_1_has_are_read() -> None:
    assert decode(b"id,na\x81me", "f") == ("id,na\x81me", "Latin-1")
    assert decode("id,Núñez".encode("cp1252"), "f") == ("id,Núñez", "Windows-1252")


def test_numbers_are_written_as_people_write_them(tmp_path: Path) -> None:
    people = "id,manager_id,tenure_years\na,,1_0\nb,a,2\n"
    with pytest.raises(OrganizationError, match=r"line 2, column 'tenure_years': found '1_0'; give years"):
        load(tmp_path, people, None, None)


# --- the organisation's own files ---------------------------------------------------------------------------


def test_a_layer_is_described_once(tmp_path: Path) -> None:
    with pytest.raises(
        OrganizationError, match=r"line 3, column 'layer': found 'advice'; the layer is there twice"
    ):
        load(
            tmp_path,
            "id,manager_id\na,\nb,a\n",
            "source,target,layer\na,b,advice\n",
            "layer,directed\nadvice,1\nadvice,0\n",
        )


def test_ties_with_oneself_are_counted_and_weak_layers_are_empty(tmp_path: Path) -> None:
    people = "id,manager_id\na,\nb,a\nc,a\nd,b\ne,c\n"
    ties = "source,target,layer,weight\nd,d,advice,5\nd,e,advice,1\n"
    made = load(tmp_path, people, ties, "layer,directed,tie_threshold\nadvice,1,2\n")
    assert any("1 ties of people with themselves were left out" in text for text in made.report.warnings)
    told = (made.ties.kind == INFORMAL) & made.ties.active & (made.ties.layer == PEERS)
    assert not told.any()  # the only tie lies under the threshold
    strong = load(tmp_path, people, ties, "layer,directed,tie_threshold\nadvice,1,1\n").ties
    assert ((strong.kind == INFORMAL) & strong.active & (strong.layer == PEERS)).sum() == 1


def test_the_name_for_no_department_is_never_a_departments_own(tmp_path: Path) -> None:
    made = load(tmp_path, "id,manager_id,department\na,,\nb,a,unstated\nc,a,\n", None, None)
    assert made.department_names == ("unstated", "unstated (blank)")
    assert [int(made.department[seat(made, who)]) for who in "abc"] == [1, 0, 1]


def test_pseudonyms_that_meet_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "pseudonym", lambda salt, identity: "p-1")
    with pytest.raises(OrganizationError, match="two ids have the same pseudonym; choose another salt"):
        load(tmp_path)


def test_ties_without_a_people_file_name_both_ends(tmp_path: Path) -> None:
    rules = {"advice": LayerRule("peers")}
    with pytest.raises(
        OrganizationError, match=r"ties.csv, line 2, column 'target': .*give the id of a person"
    ):
        load(tmp_path, None, "source,target,layer\na,,advice\n", None, mapping=rules)
    with pytest.raises(OrganizationError, match="there are no ties and no people file; add one of them"):
        load(tmp_path, None, "source,target,layer\n", None)


def test_a_graph_of_arcs_alone_has_the_people_whom_they_join() -> None:
    pairs = pd.DataFrame({"source": ["b", "c", "b"], "target": ["a", "a", "c"], "layer": "authority"})
    made = networks_in.from_edge_list(pairs, layers={"authority": LayerRule("peers")}, salt="s")
    assert made.n == 3 and set(made.ids) == {pseudonym("s", who) for who in "abc"}


# --- an HR export -------------------------------------------------------------------------------------------


def with_dates(*dates: str) -> tuple[str, ...]:
    return tuple(";".join([*row.split(";")[:7], day, "", "", ""]) for row, day in zip(PEOPLE, dates))


def test_dates_with_slashes_are_read_where_they_can_mean_one_day(tmp_path: Path) -> None:
    rows = with_dates("31/01/2016", "01/31/2016", "1/1/2016", "2016/01/31", "", "20160131")
    data = read_own(hr(tmp_path, rows), as_of=DAY, keep_ids=True)
    assert [row.cells["tenure_years"] for row in data.people.rows] == ["10", "10", "10", "10", "", "10"]


@pytest.mark.parametrize("day", ["31/02/2016", "02/30/2016", "31/31/2016", "13/13/2016"])
def test_days_that_do_not_exist_are_said_with_their_line(tmp_path: Path, day: str) -> None:
    rows = with_dates("2016-01-31", day, "2016-01-31", "", "", "")
    with pytest.raises(
        OrganizationError, match=f"line 3, column 'Hire Date': found '{day}'; give a date such as"
    ):
        read_own(hr(tmp_path, rows), as_of=DAY)


def test_years_in_the_firm_come_before_the_day_of_joining(tmp_path: Path) -> None:
    rows = tuple(f"{row};{years}" for row, years in zip(PEOPLE, (9, 8, 7, 6, 5, 4)))
    data = read_own(hr(tmp_path, rows, f"{HEAD};Tenure"))  # and nobody asks for the day of the export
    assert chosen(data)["tenure_years"] == "Tenure" and "start_date" not in chosen(data)
    assert "Hire Date" in data.columns.unused
    assert sorted(row.cells["tenure_years"] for row in data.people.rows) == list("456789")


def test_without_reporting_lines_leaders_are_made_up(tmp_path: Path) -> None:
    data = read_own(hr(tmp_path), as_of=DAY, columns={"manager_id": "-", "level": "-"})
    assert "manager_id" not in data.people.columns
    made = data.organization
    assert (made.manager >= 0).sum() == 5 and "reporting_lines" not in made.report.found


def test_a_column_of_managers_that_is_blank_names_nobody(tmp_path: Path) -> None:
    rows = tuple(";".join([*row.split(";")[:4], "", *row.split(";")[5:]]) for row in PEOPLE)
    made = read_own(hr(tmp_path, rows), as_of=DAY).organization
    assert made.n == 6 and not made.report.found.get("reporting_lines")


@pytest.mark.parametrize("other", ["nobody@x.com", "twice"])
def test_columns_of_managers_that_cannot_be_compared_are_asked_for(tmp_path: Path, other: str) -> None:
    """Neither is whole, or what one says may be two people: then nothing tells whether they agree."""
    boss = {"": "", "100": "ana@x.com", "101": "bert@x.com", "102": "cora@x.com"}
    rows = [f"{row};{boss[row.split(';')[4]]}" for row in PEOPLE]
    if other == "twice":
        rows = [row.replace("ana@x.com", "bert@x.com") for row in rows]
    else:
        rows = [*rows[:-1], rows[-1].replace(";102;", ";999;").replace("cora@x.com", other)]
    with pytest.raises(OrganizationError, match="could each be whom they report to"):
        read_own(hr(tmp_path, tuple(rows), f"{HEAD};Manager Email"), as_of=DAY)


def test_scores_from_0_to_1_need_no_scale(tmp_path: Path) -> None:
    rows = tuple(f"{row};{score}" for row, score in zip(PEOPLE, ("0", "0,5", "1", "", "0.25", "1")))
    data = read_own(hr(tmp_path, rows, f"{HEAD};Psychological Safety"), as_of=DAY)
    assert data.scale == (0.0, 1.0)
    assert np.nanmax(data.organization.survey["safety"]) <= 1.0


def test_an_id_that_was_said_is_there_for_everybody(tmp_path: Path) -> None:
    for rows, says in (
        ((*PEOPLE, ";;;;;;;;;;x"), "line 8, column 'Employee ID': found .*; give every person an id"),
        ((*PEOPLE, PEOPLE[2]), r"every person needs their own id; there twice: lines 4 and 8"),
    ):
        with pytest.raises(OrganizationError, match=says):
            read_own(hr(tmp_path, rows), as_of=DAY, columns={"id": "Employee ID"})


# --- a survey -----------------------------------------------------------------------------------------------


def test_people_without_a_name_are_nobodys_contact(tmp_path: Path) -> None:
    rows = (*PEOPLE, "106;;;;102;Plant;Ulm;;;;")
    survey = net(tmp_path, "source,target,layer", "Dora Iden,Fritz Kohl,advice", "Emil Jahn,Cora Groß,advice")
    data = read_own(hr(tmp_path, rows), survey, as_of=DAY, layers=ADVICE, keep_ids=True)
    assert data.ties is not None
    assert [(row.cells["source"], row.cells["target"]) for row in data.ties.rows] == [
        ("103", "105"),
        ("104", "102"),
    ]


def test_the_other_column_of_people_is_taken(tmp_path: Path) -> None:
    """Only one end has a usual name; the other is the only other column that holds people."""
    for head in ("who,nominee,layer", "respondent,whom,layer"):
        survey = net(tmp_path, head, "103,105,advice", "104,102,advice")
        data = read_own(hr(tmp_path), survey, as_of=DAY, salt="s", layers=ADVICE)
        assert arcs(data) == {("103", "105"), ("104", "102")}
        assert data.tie_columns is not None
        ends = {data.tie_columns.choices[name].why for name in ("source", "target")}
        assert "the other column that holds people" in ends


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("source,comment,layer", "103,fine,advice", "104,ok,advice"),
         r'no column holds whom they name; say which: --map target="comment"'),
        (("source,target,layer", "103,105,advice", "x,102,advice", "y,102,advice"),
         "only 33 % of its cells are people of"),
        (("source,target,layer", "103,x,advice", "104,y,advice"),
         r"'target' is called like whom they name, but only 0 % of its cells are people of"),
        (("source,target,layer", "103,105,advice", ",102,advice", "104,102,advice", "104,105,advice", "103,102,advice"),
         r"net.csv, line 3, column 'source'.*; give a person, or take the line out"),
    ],
)  # fmt: skip
def test_what_a_survey_lacks_is_said(tmp_path: Path, lines: tuple[str, ...], says: str) -> None:
    with pytest.raises(OrganizationError, match=says):
        read_own(hr(tmp_path), net(tmp_path, *lines), as_of=DAY, layers=ADVICE)


def test_a_target_of_the_customers_own_that_holds_nobody(tmp_path: Path) -> None:
    survey = net(tmp_path, "source,target,layer,weight", "103,105,advice,3", "104,102,advice,1")
    with pytest.raises(OrganizationError, match=r"--layer adwice: .* has no such layer; it has advice"):
        read_own(hr(tmp_path), survey, as_of=DAY, layers={"adwice": ADVICE["advice"]})
    with pytest.raises(OrganizationError, match="--map who=target: use one of source, target, layer, weight"):
        propose(read_table(survey), TIE_WORDS, {"who": "target"}, lambda name, column: None)
    with pytest.raises(OrganizationError, match="--map who=target: use one of"):
        read_own(hr(tmp_path), survey, as_of=DAY, layers=ADVICE, columns={"who": "target"})


def test_a_survey_of_one_question_needs_no_column_for_it(tmp_path: Path) -> None:
    survey = net(tmp_path, "source,target", "103,105", "104,102")
    rules = {ONLY_LAYER: ADVICE["advice"]}
    data = read_own(hr(tmp_path), survey, as_of=DAY, salt="s", layers=rules)
    assert arcs(data) == {("103", "105"), ("104", "102")}


def test_answers_that_name_strangers_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = ("Respondent,Advice 1,Advice 2", "103,105,102", "104,999,102", "105,103,998")
    data = read_own(hr(tmp_path), net(tmp_path, *lines), as_of=DAY, drop_unknown=True, layers=ADVICE)
    assert data.ties is not None and len(data.ties.rows) == 4
    assert any(note.startswith("2 answers of") and "name people whom" in note for note in data.notes)


# --- generated ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tiers", [0, 61, True, 2.5])
def test_tiers_are_a_small_whole_number(tiers: object) -> None:
    with pytest.raises(OrganizationError, match="give a whole number from 1 to 60, or leave it out"):
        GeneratorSpec(tiers=tiers)  # type: ignore[arg-type]


def test_one_person_has_one_tier() -> None:
    with pytest.raises(OrganizationError, match="tiers is 2 for 1 person: use 1 tier, or more people"):
        generate(GeneratorSpec(people=1, tiers=2), seed=1)
    assert generate(GeneratorSpec(people=1, tiers=1), seed=1).n == 1


def test_every_tier_of_leaders_has_somebody() -> None:
    """However the rounding falls, the last tier is never left with nobody."""
    for total in range(1, 41):
        for depth in range(1, total + 1):
            counts = _geometric(total, depth)
            assert len(counts) == depth and sum(counts) == total and min(counts) >= 1


def test_acquaintances_where_nobody_knows_anybody_of_their_own_department() -> None:
    base = generate(GeneratorSpec(people=60, departments=3), seed=3)
    one = np.arange(20, dtype=np.int32)
    other = np.array(
        [int(np.flatnonzero(base.department != base.department[k])[k]) for k in one], dtype=np.int32
    )
    across = base.with_ties(Ties.of(one, other, layer=1, weight=1.0, kind=INFORMAL))
    made = acquaintances(across, seed=1)
    assert len(made) > 0 and not made.active.any() and (made.hearer != made.source).all()
    there = set(zip(one.tolist(), other.tolist()))
    assert not there & set(zip(made.hearer.tolist(), made.source.tolist()))


def test_leaders_above_whom_nobody_leads_have_a_department() -> None:
    """Two trees, one of a single person: no report of hers decides where she belongs."""
    manager = np.array([-1, 0, 0, 1, 1, 2, 2, -1], dtype=np.int32)
    department = department_subtrees(manager, 2)
    assert department[3] == department[4] == department[1] != department[2] == department[5]
    assert department.min() == 0


# --- rewired ------------------------------------------------------------------------------------------------


def test_learning_leaders_are_added_to_those_there_are() -> None:
    base = generate(GeneratorSpec(people=30), seed=1)
    once = with_learning_leaders(base, 2, board=True)
    twice = with_learning_leaders(once, 2, board=True)
    assert twice.ids[-2:] != once.ids[-2:] and len(set(twice.ids)) == 34
    with pytest.raises(OrganizationError, match="learning leaders is -1: give 0 or more"):
        with_learning_leaders(base, -1, board=True)
    outside = replace(base, level=np.full(30, COMMUNITY, dtype=base.level.dtype))
    with pytest.raises(OrganizationError, match="no member of staff at the top: add one before"):
        with_learning_leaders(outside, 1, board=False)
