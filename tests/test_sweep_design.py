"""A design: checked when made, the same after CSV and Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiments.design_table import Design, DesignError

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1)


def made(size: int = 3) -> Design:
    return Design.from_columns(
        {
            "parameters.contagion": np.linspace(0.1, 1.0, size),
            "organization.people": np.arange(100, 100 + size),
            "levers.0.lever": ["L01"] * size,
        },
        {"method": "sobol", "seed": 7},
    )


def test_points_are_plain_values() -> None:
    design = made()
    assert design.n_points == len(design) == 3
    point = design.point(2)
    assert point == {"parameters.contagion": 1.0, "organization.people": 102, "levers.0.lever": "L01"}
    assert [type(value) for value in point.values()] == [float, int, str]
    assert design.overrides(0) == (
        "parameters.contagion=0.1", "organization.people=100", 'levers.0.lever="L01"',
    )  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(
    numbers=st.lists(FLOATS, min_size=1, max_size=20),
    whole=st.integers(-(2**63), 2**63 - 1),
    words=st.lists(st.sampled_from(["a", "b c", 'd"e', "f,g", "é"]), min_size=1, max_size=3),
)
def test_files_give_the_same_design_back(tmp_path_factory, numbers, whole, words) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("design")
    size = len(numbers)
    design = Design.from_columns(
        {"a.x": numbers, "a.y": np.full(size, whole), "a.z": [words[k % len(words)] for k in range(size)]},
        {"note": "é"},
    )
    for name, write in (("d.csv", design.to_csv), ("d.parquet", design.to_parquet)):
        write(folder / name)
        again = Design.read(folder / name)
        assert again == design
        assert again.values[0].dtype == np.float64 or name == "d.csv"


def test_nothing_changes_behind_its_back() -> None:
    mine = np.array([1.0, 2.0])
    design = Design(("parameters.contagion",), (mine,))
    mine[0] = 9.0
    assert design.point(0) == {"parameters.contagion": 1.0}
    with pytest.raises(ValueError):
        design.values[0][0] = 3.0


def test_digest_tells_values_and_paths_apart_but_not_notes() -> None:
    one = Design(("a.x",), (np.array([1.0, 2.0]),))
    assert one.digest == Design(("a.x",), (np.array([1.0, 2.0]),), {"seed": 1}).digest
    assert one.digest != Design(("a.y",), (np.array([1.0, 2.0]),)).digest
    assert one.digest != Design(("a.x",), (np.array([1.0, 2.1]),)).digest
    assert Design(("a.x",), (np.array([1.0]),)).digest != Design(("a.x",), (np.array([1]),)).digest


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "a column at least"),
        ({"a.x": []}, "a row at least"),
        ({"a.x": [1.0], "a.y": [1.0, 2.0]}, "1 and 2 rows"),
        ({"a.x": [1.0, float("nan")]}, "a.x, point 1"),
        ({"a.x": [1.0, float("inf")]}, "a.x, point 1"),
        ({"a.x": np.array(["a", None], dtype=object)}, "a.x, point 1"),
        ({"a=x": [1.0]}, "not a path"),
        ({"a..x": [1.0]}, "dotted path"),
        ({"a.x": [[1.0]]}, "shape"),
        ({"a.x": np.array([1j])}, "a.x holds complex128; give numbers or text"),
    ],
)
def test_what_no_scenario_can_take_is_refused(columns, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DesignError, match=words):
        Design.from_columns(columns)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a.x,a.y\n1,2\n3\n", "line 3: 1 cells"),
        ("a.x,a.y\n1,2\n3,\n", "line 3, column a.y: empty"),
        ("# ripple design {\na.x\n1\n", "line 1"),
        ("a.x,a.x\n1,2\n", "twice"),
        ("a.x\nnan\n", "a.x, point 0"),
        ("# ripple design [1]\na.x\n1\n", "line 1: its notes are not a table; take the line out"),
        ('a.x\n"1\n', "is not CSV"),
    ],
)
def test_a_bad_file_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "d.csv").write_text(text)
    with pytest.raises(DesignError, match=words) as caught:
        Design.from_csv(tmp_path / "d.csv")
    assert "d.csv" in str(caught.value)


def test_semicolons_part_cells_and_commas_are_decimal_there(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a.x;a.y;a.z\n1;0,5;never\n-2;1,25;a,b\n")
    made = Design.from_csv(tmp_path / "d.csv")
    assert made == Design.from_columns({"a.x": [1, -2], "a.y": [0.5, 1.25], "a.z": ["never", "a,b"]})
    (tmp_path / "d.csv").write_text('a.x,a.y\n"a;b",1\n')
    assert Design.from_csv(tmp_path / "d.csv").point(0) == {"a.x": "a;b", "a.y": 1}


def test_the_cell_that_makes_a_column_text_is_found() -> None:
    made = Design.from_columns({"a.x": ["0.5", "x", "y"], "a.y": ["never", "a", "b"], "a.z": [1, 2, 3]})
    assert made.odd_cells() == [("a.x", 1, "x")]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    for name in ("no.csv", "no.parquet"):
        with pytest.raises(DesignError, match="cannot be read"):
            Design.read(tmp_path / name)


def test_a_column_of_running_numbers_is_not_a_path(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("point,a.x\n0,1.5\n1,2.5\n")
    assert Design.from_csv(tmp_path / "d.csv").paths == ("a.x",)


def test_as_many_columns_as_paths_and_every_path_once() -> None:
    with pytest.raises(DesignError, match="2 paths but 1 columns of values"):
        Design(("a.x", "a.y"), (np.array([1.0]),))
    with pytest.raises(DesignError, match=r"path a\.x is given twice; keep one column"):
        Design(("a.x", "a.x"), (np.array([1.0]), np.array([2.0])))


def test_notes_must_be_plain_data() -> None:
    for note in (np.array([1.0]), float("nan")):
        with pytest.raises(DesignError, match=r"the notes \(meta\) of a design must be plain data"):
            Design.from_columns({"a.x": [1.0]}, {"note": note})


def test_equal_designs_are_one_key() -> None:
    assert {made(): 1}[made()] == 1
    assert len({made(), made(), made(4)}) == 2


def test_files_that_are_not_what_they_are_called(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes("a.x\né\n".encode("latin-1"))
    with pytest.raises(DesignError, match=r"d\.csv is not UTF-8 \(byte 4\); save it as UTF-8"):
        Design.read(tmp_path / "d.csv")
    (tmp_path / "d.parquet").write_text("a.x\n1\n")
    with pytest.raises(DesignError, match=r"d\.parquet is not Parquet"):
        Design.read(tmp_path / "d.parquet")


def test_anybodys_parquet_is_read_and_what_it_cannot_hold_is_named(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"point": [0, 1], "a.x": [1.5, 2.5]}), tmp_path / "d.parquet")
    assert Design.read(tmp_path / "d.parquet") == Design.from_columns({"a.x": [1.5, 2.5]})
    pq.write_table(pa.table({"a.x": [1.5, None]}), tmp_path / "d.parquet")
    with pytest.raises(DesignError, match=r"d\.parquet: column a\.x, point 1: None is not a number"):
        Design.read(tmp_path / "d.parquet")


def test_a_design_without_notes_is_written_without_a_line_of_them(tmp_path: Path) -> None:
    Design.from_columns({"a.x": [1.5, 2.0]}).to_csv(tmp_path / "d.csv")
    assert (tmp_path / "d.csv").read_text() == "a.x\n1.5\n2.0\n"


def test_empty_lines_are_no_points_and_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a.x,a.y\n1,2\n\n , \n3,4\n")
    assert Design.from_csv(tmp_path / "d.csv") == Design.from_columns({"a.x": [1, 3], "a.y": [2, 4]})
    (tmp_path / "d.csv").write_text("a.x,a.y\n1,2\n\n3\n")
    with pytest.raises(DesignError, match="line 4: 1 cells"):
        Design.from_csv(tmp_path / "d.csv")
