"""Organisations from files: what is read, what is made up, what is refused, and in which words."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from organization_data import data_folder, sets_with_people

from sim.organization import (
    FIXED,
    INFORMAL,
    GeneratorSpec,
    LayerRule,
    Organization,
    OrganizationError,
    load_organization,
    pseudonym,
    structure,
)
from sim.theory.channels import AUTHORITY, EMPLOYEE, EXECUTIVE, MANAGER, MUTUAL, PEERS, RIPPLES

PEOPLE = """id,manager_id,level,department,tenure_years
boss,,1,top,10
ann,boss,2,sales,4.5
bob,boss,2,tech,
cat,ann,3,sales,1
dan,ann,3,sales,2
eve,bob,3,tech,3
"""
TIES = """source,target,layer,weight
cat,eve,advice,4
dan,eve,advice,2
cat,dan,friendship,1
boss,eve,advice,1
"""
LAYERS = "layer,directed,tie_threshold,meaning\nadvice,1,2,asks\nfriendship,0,1,\n"


def write(
    folder: Path, people: str | bytes = PEOPLE, ties: str | bytes | None = TIES, layers: str | None = LAYERS
):
    """Paths of the files, None for those left out."""
    paths = []
    for name, text in (("people.csv", people), ("ties.csv", ties), ("layers.csv", layers)):
        path = folder / name
        if text is not None:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        paths.append(None if text is None else path)
    return tuple(paths)


def load(folder: Path, *texts: str | bytes | None, **options: object) -> Organization:
    return load_organization(*write(folder, *texts), salt="s", **options)  # type: ignore[arg-type]


def seat(organization: Organization, identity: str) -> int:
    return organization.ids.index(pseudonym("s", identity))


def same(one: Organization, other: Organization) -> bool:
    columns = ("manager", "level", "tier", "department", "site", "tenure")
    ties = ("hearer", "source", "layer", "weight", "kind", "active")
    return (
        one.ids == other.ids
        and one.department_names == other.department_names
        and all(np.array_equal(getattr(one, c), getattr(other, c), equal_nan=c == "tenure") for c in columns)
        and all(np.array_equal(getattr(one.ties, c), getattr(other.ties, c)) for c in ties)
        and one.survey.keys() == other.survey.keys()
        and all(np.array_equal(one.survey[k], other.survey[k], equal_nan=True) for k in one.survey)
    )


def test_people_and_levels(tmp_path: Path) -> None:
    organization = load(tmp_path)
    who = {name: seat(organization, name) for name in ("boss", "ann", "bob", "cat", "dan", "eve")}
    assert organization.manager[who["cat"]] == who["ann"] and organization.manager[who["boss"]] == -1
    assert [organization.level[who[k]] for k in ("boss", "ann", "cat")] == [EXECUTIVE, EXECUTIVE, EMPLOYEE]
    assert np.isnan(organization.tenure[who["bob"]]) and organization.tenure[who["ann"]] == 4.5
    assert organization.department_names == ("sales", "tech", "top")
    assert not any("boss" in identity for identity in organization.ids)
    assert organization.report.found["roots"] == 1


def test_who_asks_hears_whom_is_asked(tmp_path: Path) -> None:
    organization = load(tmp_path)
    ties = organization.ties
    informal = ties.where((ties.kind == INFORMAL) & ties.active)
    arcs = {
        (organization.ids[h], organization.ids[s]): (int(layer), weight)
        for h, s, layer, weight in zip(informal.hearer, informal.source, informal.layer, informal.weight)
    }
    p = {name: pseudonym("s", name) for name in ("cat", "dan", "eve", "boss")}
    # boss's tie is under the threshold; cat and dan are team mates, whose peer tie the tree already has
    assert arcs == {
        (p["cat"], p["eve"]): (PEERS, pytest.approx(4 / 3)),
        (p["dan"], p["eve"]): (PEERS, pytest.approx(2 / 3)),
    }


def test_the_mapping_of_the_scenario_comes_first(tmp_path: Path) -> None:
    mapping = {
        "advice": LayerRule("ripples", "source_to_target", threshold=4, kind="fixed"),
        "friendship": LayerRule("ignore"),
    }
    ties = load(tmp_path, mapping=mapping).ties
    organization = load(tmp_path, mapping=mapping)
    rows = (ties.layer == RIPPLES) & (ties.kind == FIXED)
    assert [(int(h), int(s)) for h, s in zip(ties.hearer[rows], ties.source[rows])] == [
        (seat(organization, "eve"), seat(organization, "cat"))
    ]
    with pytest.raises(OrganizationError, match="did you mean 'advice'"):
        load(tmp_path, mapping={"advise": LayerRule("peers")})


def test_an_unmapped_layer_is_reported_and_not_used(tmp_path: Path) -> None:
    ties = TIES + "cat,bob,zumba,1\n"
    organization = load(tmp_path, PEOPLE, ties)
    assert organization.report.found["unmapped_layers"] == "zumba"
    assert same(organization, load(tmp_path, PEOPLE, TIES))
    with pytest.raises(OrganizationError, match="zumba"):
        load(tmp_path, PEOPLE, ties, strict=True)
    assert load(tmp_path, PEOPLE, TIES, strict=True).n == 6


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    def shuffled(text: str, seed: int) -> str:
        head, *rows = text.splitlines()
        random.Random(seed).shuffle(rows)
        return "\n".join([head, *rows]) + "\n"

    first = load(tmp_path)
    for k in range(5):
        assert same(first, load(tmp_path, shuffled(PEOPLE, k), shuffled(TIES, k), shuffled(LAYERS, k)))


def test_the_order_of_rows_of_a_real_one_does_not_matter(tmp_path: Path) -> None:
    folder = data_folder("cp_consulting")
    texts = [(folder / name).read_text() for name in ("people.csv", "ties.csv", "layers.csv")]
    turned = ["\n".join([text.splitlines()[0], *reversed(text.splitlines()[1:])]) for text in texts]
    assert same(load(tmp_path, *texts), load(tmp_path, *turned))


@pytest.mark.parametrize("folder", sets_with_people())
def test_every_real_organisation_is_read(folder: str) -> None:
    path = data_folder(folder)
    organization = load_organization(path / "people.csv", path / "ties.csv", path / "layers.csv", salt="x")
    assert organization.n == len((path / "people.csv").read_text().splitlines()) - 1
    assert len(set(organization.ids)) == organization.n
    for layer in (AUTHORITY, PEERS, MUTUAL):
        assert (organization.ties.layer == layer).any()
    assert (organization.level == EXECUTIVE).any() and (organization.level == EMPLOYEE).any()
    assert "unmapped_layers" not in organization.report.found
    ties = organization.ties
    arc = (ties.layer.astype(np.int64) * organization.n + ties.hearer) * organization.n + ties.source
    assert len(np.unique(arc)) == len(arc)
    assert ties.weight.min() > 0 and ties.weight.max() <= 3.4
    values = structure(organization)
    assert values["arcs"] > 4
    assert organization.report.lines()


def test_real_reporting_lines_have_the_measured_shape() -> None:
    path = data_folder("manufacturing_email")
    organization = load_organization(path / "people.csv", path / "ties.csv", path / "layers.csv", salt="x")
    values = structure(organization)
    assert 0.17 <= values["manager_share"] <= 0.25 and values["span_median"] == 4
    assert any("6 former, 7 technical_account" in text for text in organization.report.warnings)
    assert any("14 people have no manager" in text for text in organization.report.warnings)


@pytest.mark.parametrize(
    ("people", "ties", "expected"),
    [
        ("id\na\nb\nc\nd\n", None, {"reporting_lines", "departments", "informal_ties"}),
        ("id,department\na,x\nb,x\nc,y\nd,y\n", None, {"reporting_lines", "informal_ties"}),
        ("id,manager_id\na,\nb,a\nc,a\nd,\n", None, {"departments", "informal_ties"}),
        (
            "id\na\nb\nc\nd\n",
            "source,target,layer\na,d,advice\nb,d,advice\n",
            {"reporting_lines", "departments"},
        ),
    ],
)
def test_missing_parts_are_generated_and_counted(
    tmp_path: Path, people: str, ties: str | None, expected: set[str]
) -> None:
    organization = load(tmp_path, people, ties, None)
    assert expected <= set(organization.report.generated)
    assert organization.n == 4
    with pytest.raises(OrganizationError, match="strict"):
        load(tmp_path, people, ties, None, strict=True)


def test_a_stand_in_tree_puts_the_most_asked_on_top(tmp_path: Path) -> None:
    ties = "source,target,layer\na,d,advice\nb,d,advice\nc,d,advice\na,b,advice\n"
    organization = load(tmp_path, "id\na\nb\nc\nd\n", ties, None)
    assert organization.manager[seat(organization, "d")] == -1
    assert "who is asked most" in str(organization.report.generated["reporting_lines"])


def test_the_reports_to_layer_is_the_tree_when_people_lack_one(tmp_path: Path) -> None:
    ties = "source,target,layer\nb,a,reports_to\nc,a,reports_to\n"
    organization = load(tmp_path, "id\na\nb\nc\n", ties, None)
    assert organization.manager.tolist() == [-1, 0, 0]
    with pytest.raises(OrganizationError, match="reports to both 'a' and 'c'"):
        load(tmp_path, "id\na\nb\nc\n", ties + "b,c,reports_to\n", None)


def test_ties_alone_are_enough(tmp_path: Path) -> None:
    _, ties, layers = write(tmp_path)
    organization = load_organization(None, ties, layers, salt="s")
    assert organization.n == 4
    with pytest.raises(OrganizationError, match="people file or a ties file"):
        load_organization(None, salt="s")


def test_one_person(tmp_path: Path) -> None:
    organization = load(tmp_path, "id\nsolo\n", None, None)
    assert organization.n == 1 and organization.level.tolist() == [EXECUTIVE] and len(organization.ties) == 0


def test_several_roots_and_levels(tmp_path: Path) -> None:
    organization = load(tmp_path, "id,manager_id\na,\nb,a\nc,b\nd,c\ne,\nf,\ng,f\n", None, None)
    levels = dict(zip("abcdefg", organization.level.tolist()))
    assert levels == {
        "a": EXECUTIVE, "b": EXECUTIVE, "c": MANAGER, "d": EMPLOYEE, "e": EMPLOYEE,
        "f": EXECUTIVE, "g": EMPLOYEE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("encode", "label"),
    [
        (lambda t: t.encode(), "UTF-8"),
        (lambda t: t.encode("utf-8-sig"), "UTF-8"),
        (lambda t: t.encode("utf-16"), "UTF-16"),
        (lambda t: t.encode("utf-16-le"), "UTF-16"),
        (lambda t: t.encode("utf-16-be"), "UTF-16"),
        (lambda t: t.encode("cp1252"), "Windows-1252"),
        (lambda t: t.replace("\n", "\r\n").encode(), "UTF-8"),
        (lambda t: t.replace(",", ";").replace(".", ",").encode(), "UTF-8"),
        (lambda t: t.replace(",", "\t").encode(), "UTF-8"),
        (lambda t: ("sep=;\n" + t.replace(",", ";")).encode(), "UTF-8"),
        (lambda t: t.replace("id,manager_id", " ID , Manager_ID").encode(), "UTF-8"),
        (lambda t: t.replace("\n", ",,\n").encode() + b"\n,,,,\n\n", "UTF-8"),
        (lambda t: t.replace("boss", '"boss"').replace("4.5", '"4,5"').encode(), "UTF-8"),
    ],
)
def test_the_same_organisation_however_it_was_saved(tmp_path: Path, encode, label: str) -> None:
    people = PEOPLE.replace("sales", "Verkäufe")
    organization = load(tmp_path, encode(people))
    assert same(organization, load(tmp_path, people))
    written = load(tmp_path, encode(people))
    assert str(written.report.found["people_file_format"]).startswith(label)


def test_latin_1_when_windows_cannot_be(tmp_path: Path) -> None:
    organization = load(tmp_path, PEOPLE.encode().replace(b"sales", b"s\x81\xe4"))
    assert str(organization.report.found["people_file_format"]).startswith("Latin-1")


@pytest.mark.parametrize(
    ("people", "ties", "says"),
    [
        ("", TIES, "people.csv: the file is empty"),
        ("\n \n", TIES, "people.csv: the file is empty"),
        ("id,manager_id\n", TIES, "no people"),
        ("name\nann\n", TIES, "line 1: there is no column 'id'"),
        ("id,id\na,b\n", TIES, "'id' is there twice"),
        (
            PEOPLE + "ann,boss,2,sales,1\n",
            TIES,
            "line 8, column 'id': found 'ann'; the id is on line 3 already",
        ),
        (PEOPLE + ",boss,2,sales,1\n", TIES, "line 8, column 'id'"),
        (PEOPLE.replace("eve,bob", "eve,zoe"), TIES, "line 7, column 'manager_id': found 'zoe'"),
        (PEOPLE.replace("eve,bob", "eve,eve"), TIES, "cannot report to themselves"),
        (PEOPLE.replace("ann,boss", "ann,cat"), TIES, "in a circle"),
        (PEOPLE.replace("4.5", "four"), TIES, "line 3, column 'tenure_years': found 'four'"),
        (PEOPLE.replace("4.5", "nan"), TIES, "line 3, column 'tenure_years': found 'nan'"),
        (PEOPLE.replace("4.5", "-1"), TIES, "line 3, column 'tenure_years': found '-1'"),
        (PEOPLE.replace("4.5", '"1,000"'), TIES, "decimals or thousands"),
        (PEOPLE.replace("4.5", "4,5"), TIES, "line 3, column 6: found '5' in a column without a name"),
        (PEOPLE, "", "ties.csv: the file is empty"),
        (PEOPLE, TIES + "cat,zoe,advice,1\n", "line 6, column 'target': found 'zoe'"),
        (PEOPLE, TIES + "cat,zoe,advice,1\nyan,bob,advice,1\n", "take the tie out; also line 7 ('yan')"),
        (PEOPLE, TIES + "cat,bob,advice,inf\n", "line 6, column 'weight': found 'inf'"),
        (PEOPLE, TIES + "cat,bob,advice,NaN\n", "line 6, column 'weight': found 'NaN'"),
        (PEOPLE, TIES + "cat,bob,advice,-2\n", "line 6, column 'weight': found '-2'"),
        (PEOPLE, TIES + "cat,bob,,2\n", "line 6, column 'layer'"),
        (PEOPLE, "source,layer\na,advice\n", "there is no column 'target'"),
        (b"PK\x03\x04\x00\x01abc\x00\x01\x02", TIES, "people.csv: cannot be read as a workbook"),
        (b"\x89PNG\x00\x01abc\x00\x01\x02", TIES, "not a text file"),
    ],
)
def test_contradictions_are_refused_with_their_place(
    tmp_path: Path, people: str | bytes, ties: str, says: str
) -> None:
    with pytest.raises(OrganizationError) as caught:
        load(tmp_path, people, ties)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", ["absent.csv", ".", "bad\x00name"])
def test_unreadable_files(tmp_path: Path, path: str) -> None:
    with pytest.raises(OrganizationError):
        load_organization(tmp_path / path, salt="s")


def test_a_line_of_managers_without_end_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"{k},{k - 1 if k else ''}\n" for k in range(150))
    with pytest.raises(OrganizationError, match="149 managers above"):
        load(tmp_path, "id,manager_id\n" + rows, None, None)


def test_survey_scales(tmp_path: Path) -> None:
    people = "id,enthusiasm,practising\na,1,0\nb,3,1\nc,5,\nd,,1\n"
    with pytest.raises(OrganizationError, match=r"column 'enthusiasm': found '3'.*survey_scale"):
        load(tmp_path, people, None, None)
    one_to_five = load(tmp_path, "id,enthusiasm\na,1\nb,3\nc,5\nd,\n", None, None, survey_scale=(1, 5))
    assert one_to_five.survey["enthusiasm"].tolist()[:3] == [0.02, 0.5, 0.98]
    assert np.isnan(one_to_five.survey["enthusiasm"][3])
    with pytest.raises(OrganizationError, match="survey_scale is"):
        load(tmp_path, "id,enthusiasm\na,1\n", None, None, survey_scale=(5, 1))


def test_what_is_generated_follows_the_given_numbers(tmp_path: Path) -> None:
    people = "id\n" + "".join(f"{k}\n" for k in range(200))
    few = load(tmp_path, people, None, None, generate_missing=GeneratorSpec(informal_ties=1.0, departments=3))
    many = load(
        tmp_path, people, None, None, generate_missing=GeneratorSpec(informal_ties=8.0, departments=3)
    )
    assert len(few.department_names) == 3
    assert int(many.report.generated["informal_ties"]) > 5 * int(few.report.generated["informal_ties"])  # type: ignore[call-overload]


def test_layer_rules_are_checked() -> None:
    for wrong in (
        {"target": "peer"},
        {"target": "peers", "influence": "up"},
        {"target": "peers", "threshold": float("nan")},
    ):
        with pytest.raises(OrganizationError):
            LayerRule(**wrong)  # type: ignore[arg-type]


CELL = st.sampled_from(
    [
        "",
        "a",
        "b",
        "c",
        "1",
        "0",
        "-3",
        "nan",
        "inf",
        "1e999",
        "1,5",
        '"',
        '"x',
        "ä",
        "\x00",
        "1_0",
        "²",
        "sep=;",
    ]
)
LINE = st.lists(CELL, max_size=6).flatmap(
    lambda cells: st.sampled_from([",", ";", "\t"]).map(lambda d: d.join(cells))
)
HEADER = st.sampled_from(
    [
        "id,manager_id",
        "id;manager_id;level",
        "source,target,layer,weight",
        "source,target",
        "layer,directed,tie_threshold",
        "",
    ]
)
TEXT = st.tuples(HEADER, st.lists(LINE, max_size=6)).map(lambda parts: "\n".join([parts[0], *parts[1]]))
GARBAGE = (
    st.binary(max_size=80)
    | TEXT.map(lambda text: text.encode())
    | TEXT.map(lambda text: text.encode("utf-16"))
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=GARBAGE, ties=st.none() | GARBAGE, layers=st.none() | GARBAGE, good=st.integers(0, 2))
def test_garbage_is_refused_in_one_message(
    tmp_path: Path, people: bytes, ties: bytes | None, layers: bytes | None, good: int
) -> None:
    """Whatever is in the files, there is an organisation or an OrganizationError."""
    files = write(tmp_path, PEOPLE if good else people, TIES if good == 2 else ties, None)
    layers_file = None
    if layers is not None:
        layers_file = tmp_path / "layers.csv"
        layers_file.write_bytes(layers)
    try:
        organization = load_organization(files[0], files[1], layers_file, salt="s")
    except OrganizationError:
        return
    assert organization.n >= 1
    assert np.isfinite(organization.ties.weight).all()
