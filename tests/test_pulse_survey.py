"""Reading survey files: what is understood, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.pulse import PulseError, read_survey

GOOD = """wave,team,n,share_practising,enthusiasm
0,Sales,14,0.07,3.0
0,Works,20,0.10,3.4
1,Sales,13,0.15,4.0
1,Works,4,0.50,1.0
"""


def survey(folder: Path, text: str) -> Path:
    path = folder / "answers.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_survey_is_read_on_its_scale_and_small_teams_are_left_out(tmp_path: Path) -> None:
    found = read_survey(survey(tmp_path, GOOD), scale=(1.0, 5.0))
    assert found.waves == (0, 1)
    assert found.teams == ("Sales", "Works")
    assert found.items == ("share_practising", "enthusiasm")
    np.testing.assert_allclose(found.values[:, 0], [[0.07, 0.5], [0.15, 0.75]])
    assert found.hidden == 1
    assert found.asked.tolist() == [[14.0, 20.0], [13.0, 0.0]]
    assert np.isnan(found.values[1, 1]).all()  # four answers: nobody is recognisable


def test_dates_become_quarters_and_columns_can_be_renamed(tmp_path: Path) -> None:
    text = "date,team,n,engagement\n2026-01-15,A,9,0.5\n2026-07-20,A,9,0.6\n2026-04-10,A,9,\n"
    found = read_survey(survey(tmp_path, text), names={"engagement": "enthusiasm"})
    assert found.waves == (0, 1, 2)
    assert found.values[2, 0, 0] == pytest.approx(0.6)
    assert np.isnan(found.values[1, 0, 0]) and found.asked[1, 0] == 0.0


def test_a_survey_can_be_read_as_it_stood(tmp_path: Path) -> None:
    text = GOOD + "2,Sales,12,0.2,4.1\n"
    assert read_survey(survey(tmp_path, text), scale=(1, 5)).until(1).waves == (0, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "file is empty"),
        ("wave,team,n,enthusiasm\n", "holds no line"),
        ("wave,team,enthusiasm\n0,A,0.5\n", "no column 'n'"),
        ("team,n,enthusiasm\nA,9,0.5\n", "one column 'wave'"),
        ("wave,team,n,mood\n0,A,9,0.5\n", "column 'mood' is no item"),
        ("wave,team,n\n0,A,9\n", "no item"),
        (
            "wave,team,n,enthusiasm\n0,A,9,4.5\n",
            "line 2, column enthusiasm: '4.5' is not a number from 0 to 1",
        ),
        ("wave,team,n,enthusiasm\n0,A,nine,0.5\n", "line 2, column n: 'nine'"),
        ("wave,team,n,enthusiasm\n0,,9,0.5\n", "column team: empty"),
        ("wave,team,n,enthusiasm\n0,A,9,0.5\n0,A,9,0.6\n", "line 3: team A has wave 0 in line 2"),
        ("date,team,n,enthusiasm\nspring,A,9,0.5\n", "'spring' is no date"),
        ("wave,team,n,enthusiasm\n1,A,9,0.5\n2,A,9,0.6\n", "no team has 5 answers|no wave 0"),
        ("wave,team,n,enthusiasm\n0,A,9,0.5\n", "one wave shows no change"),
        ("wave,team,n,enthusiasm\n0,A,4,0.5\n1,A,4,0.6\n", "no team has 5 answers"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PulseError, match=said):
        read_survey(survey(tmp_path, text))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_survey_as_spreadsheets_write_it_is_the_same(tmp_path: Path, encoding: str) -> None:
    plain = "wave,team,n,Engagement\n0,Küche,9,0.5\n1,Küche,9,0.25\n"
    other = tmp_path / "other.csv"
    other.write_bytes(plain.replace(",", ";").replace("0.", "0,").replace("\n", "\r\n").encode(encoding))
    names = {"Engagement": "enthusiasm"}
    one, same = (read_survey(path, names=names) for path in (survey(tmp_path, plain), other))
    assert one.teams == same.teams == ("Küche",) and one.items == same.items
    np.testing.assert_array_equal(one.values, same.values)


def test_what_is_no_text_or_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PulseError, match="no such file"):
        read_survey(tmp_path / "nowhere.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00wave")
    with pytest.raises(PulseError, match="broken UTF-16"):
        read_survey(tmp_path / "binary.csv")
    with pytest.raises(PulseError, match="scale 5 to 1"):
        read_survey(survey(tmp_path, GOOD), scale=(5.0, 1.0))
