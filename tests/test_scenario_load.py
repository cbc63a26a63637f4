"""Reading, extending, overriding and checking scenarios; every complaint names its place and a way out."""

from __future__ import annotations

import math
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, ScenarioError, load, names
from sim.scenario import toml as writer
from sim.scenario.library import find, folder
from sim.scenario.load import parse
from sim.scenario.units import in_words, years


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def message(source: object, overrides: tuple[str, ...] = ()) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(source, overrides=overrides)  # type: ignore[arg-type]
    return str(caught.value)


# --- units --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 months", 0.25),
        ("26 weeks", 0.5),
        ("1.5 years", 1.5),
        ("month 18", 1.5),
        ("Month 6", 0.5),
        ("73 days", 0.2),
        ("2 quarters", 0.5),
        ("6m", 0.5),
        ("2", 2.0),
        (2, 2.0),
        (0.25, 0.25),
    ],
)
def test_times_are_read_in_years(text: object, expected: float) -> None:
    assert years(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "bad", ["", "soon", "3 lightyears", "-1 year", -1, math.nan, math.inf, True, [1], 10**400, "200 years"]
)
def test_times_that_make_no_sense_are_refused(bad: object) -> None:
    with pytest.raises(ValueError, match=r"time|years"):
        years(bad)


def test_dates_in_words() -> None:
    assert [in_words(value) for value in (0.0, 0.5, 1 / 52, 0.123)] == [
        "the start",
        "month 6",
        "week 1",
        "year 0.12",
    ]


# --- the library, by name from any folder -------------------------------------------------------------------


def test_bundled_names_work_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load("lead_by_example").levers[0].lever == "L01"
    assert "business_as_usual" in names()


def test_installed_scenarios_come_before_those_of_a_checkout(tmp_path: Path) -> None:
    package = tmp_path / "site" / "sim"
    (package.parent / "scenarios").mkdir(parents=True)
    package.mkdir()
    assert folder(package) == package.parent / "scenarios"
    (package / "_scenarios").mkdir()
    assert folder(package) == package / "_scenarios"


def test_an_installation_without_scenarios_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="install"):
        folder(tmp_path / "sim")


@pytest.mark.parametrize("name", ["lead_by_exampel", "from the top", "Governance-HR"])
def test_an_unknown_name_offers_the_nearest(name: str) -> None:
    assert "did you mean" in message(name)


@pytest.mark.parametrize("name", ["", "../business_as_usual", "\0", "nowhere/x.toml", "a" * 5000, "~"])
def test_names_that_lead_nowhere_are_refused(name: str) -> None:
    message(name)


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    assert "folder" in message(str(tmp_path))


def test_a_file_may_lack_its_suffix(tmp_path: Path) -> None:
    file(tmp_path, "mine", "[run]\nyears = 1")
    assert find(str(tmp_path / "mine.toml")) == tmp_path / "mine.toml"
    assert load(tmp_path / "mine.toml").name == "mine"


# --- extends ------------------------------------------------------------------------------------------------


def test_extends_merges_tables_and_replaces_lists(tmp_path: Path) -> None:
    file(
        tmp_path,
        "parent",
        'title = "P"\nquestion = "Q?"\n[run]\nyears = 2\nseed = 7\n[[levers]]\nlever = "L01"',
    )
    child = file(tmp_path, "child", 'extends = "parent.toml"\n[run]\nyears = 1\n[[levers]]\nlever = "L02"')
    scenario = load(child)
    assert (scenario.run.years, scenario.run.seed) == (1.0, 7)
    assert [use.lever for use in scenario.levers] == ["L02"]
    assert (scenario.name, scenario.title, scenario.question) == ("child", "Child", "")


def test_add_to_keeps_the_levers_of_the_parent(tmp_path: Path) -> None:
    file(tmp_path, "parent", '[[levers]]\nlever = "L01"\n[[shocks]]\nbarrier = "telling"')
    child = file(tmp_path, "child", 'extends = "parent.toml"\nadd_to = ["levers"]\n[[levers]]\nlever = "L02"')
    scenario = load(child)
    assert [use.lever for use in scenario.levers] == ["L01", "L02"]
    assert [shock.barrier for shock in scenario.shocks] == ["telling"]


def test_a_circle_of_extends_is_named(tmp_path: Path) -> None:
    file(tmp_path, "a", 'extends = "b.toml"')
    file(tmp_path, "b", 'extends = "a.toml"')
    assert "a → b → a" in message(tmp_path / "a.toml")


def test_extends_must_exist_and_be_text(tmp_path: Path) -> None:
    assert "did you mean 'business_as_usual'" in message({"extends": "busines_as_usual"})
    assert "extends" in message({"extends": 3})
    assert "add_to" in message({"add_to": ["levers"]})
    assert "did you mean 'levers'" in message({"extends": "business_as_usual", "add_to": ["lever"]})


def test_files_replace_the_generated_organisation_of_the_parent(tmp_path: Path) -> None:
    child = file(tmp_path, "child", 'extends = "business_as_usual"\n[organization]\npeople_file = "p.csv"')
    scenario = load(child)
    assert scenario.organization.people is None
    assert scenario.path_of("people_file") == tmp_path / "p.csv"


def test_paths_start_from_the_file_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    file(tmp_path / "data", "org", '[organization]\npeople_file = "p.csv"')
    child = file(tmp_path, "child", 'extends = "data/org.toml"\n[organization]\nties_file = "t.csv"')
    monkeypatch.chdir("/")
    scenario = load(child, overrides=["organization.layers_file=l.csv"])
    assert scenario.path_of("people_file") == tmp_path / "data" / "p.csv"
    assert scenario.path_of("ties_file") == tmp_path / "t.csv"
    assert scenario.path_of("layers_file") == Path("l.csv")


# --- overrides ----------------------------------------------------------------------------------------------


def test_overrides_reach_every_place() -> None:
    scenario = load(
        "sponsor_withdrawal",
        overrides=[
            "run.years=2 years",
            "organization.people=200",
            "levers.L01.dose=2",
            "levers[1].start=month 3",
            "shocks.sponsor_withdraws.start=month 9",
            "parameters.contagion=18",
            'levers+={lever="L05"}',
            "responses.adoption=threshold",
        ],
    )
    assert scenario.run.years == 2
    assert scenario.organization.people == 200
    assert scenario.levers[0].dose == 2
    assert scenario.levers[1].start == 0.25
    assert scenario.levers[-1].lever == "L05"
    assert scenario.shocks[0].start == 0.75
    assert scenario.parameters["contagion"] == 18
    assert scenario.responses.adoption == "threshold"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("x", "path=value"),
        ("=3", "path=value"),
        ("run.years=", "path=value"),
        ("run..years=1", "dotted path"),
        ("run.years=[1", "TOML"),
        ("run.step.x=1", "nothing inside"),
        ("levers.L05.dose=1", 'levers+={lever="L05"}'),
        ("levers.lead_by_exampel.dose=1", "did you mean"),
        ("levers.7.dose=1", "counted from 0"),
        ("seed.L01.used=1", "seed"),
        ("run.yeers=1", "did you mean 'years'"),
        ("run.years=nan", "not a length of time"),
        ("parameters.contagon=1", "did you mean 'contagion'"),
        ("run+=1", "not a list"),
    ],
)
def test_overrides_that_miss_say_why(text: str, part: str) -> None:
    assert part in message("lead_by_example", (text,))


def test_an_override_by_lever_must_be_unambiguous() -> None:
    assert "named 2 times" in message("from_the_top", ("levers.L01.dose=2",))


def test_files_by_override_replace_the_generated_organisation() -> None:
    scenario = load(
        "lead_by_example", overrides=["organization.people_file=people.csv", "organization.span=6"]
    )
    assert (scenario.organization.people, scenario.organization.span) == (None, 6.0)


# --- complaints ---------------------------------------------------------------------------------------------


def test_all_problems_of_a_file_come_at_once(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "bad",
        """
        colour = "blue"
        [run]
        yeers = 1
        step = "weeks"
        [[levers]]
        lever = "lead by exmple"
        dose = nan
        start = "month 12"
        [[levers]]
        lever = "L02"
        start = 2
        stop = 1
        [[levers]]
        lever = "L03"
        who = "execs"
        [[shocks]]
        barrier = "sponsor_withdrawl"
        [parameters]
        contagion = inf
        """,
    )
    with pytest.raises(ScenarioError) as caught:
        load(path)
    text = str(caught.value)
    assert len(caught.value.problems) == 9
    for part in (
        str(path),
        "unknown key 'colour'",
        "did you mean 'years'",
        "did you mean 'week'",
        "levers[0].lever: there is no lever 'lead by exmple'; did you mean 'lead_by_example'",
        "levers[0].dose: expected a finite number, found nan",
        "levers[1]: must start before it stops",
        "levers[2].who",
        "did you mean 'sponsor_withdraws'",
        "parameters.contagion: expected a finite number, found inf",
    ):
        assert part in text


PLAN = """\
name = "p"
extends = "business_as_usual"  # levers[0] of that one are not ours
[run]
years = 2

[[levers]]
lever = "L01"
  [levers.who]
  levels = ["manager"]
[[levers]]  # the second
lever = "L04"
dose = 1
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("years = 2", "years = 300", 4),
        ("years = 2", "yaers = 2", 4),
        ("dose = 1", "dose = 50", 12),
        ('"L04"', '"L4x"', 11),
        ("dose = 1", "start = 2\nstop = 1", 10),
        ('lever = "L04"\n', "", 10),
        ('name = "p"', 'name = "a b"', 1),
    ],
)
def test_messages_name_the_line_of_the_file(tmp_path: Path, old: str, new: str, line: int) -> None:
    path = tmp_path / "p.toml"
    path.write_text(PLAN.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError, match=rf"\(line {line}\)$"):
        load(path)


def test_no_line_is_named_that_is_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "firm.toml").write_text(PLAN.replace("dose = 1", "dose = 50"), encoding="utf-8")
    (tmp_path / "mine.toml").write_text('extends = "firm.toml"\n[run]\nyears = 1\n', encoding="utf-8")
    (tmp_path / "more.toml").write_text(
        'extends = "firm.toml"\nadd_to = ["levers"]\n[[levers]]\nlever = "L02"\n', encoding="utf-8"
    )
    for name in ("mine", "more"):
        with pytest.raises(ScenarioError, match=r"levers\[1\]\.dose.*found 50$"):
            load(tmp_path / f"{name}.toml")
    (tmp_path / "firm.toml").write_text(PLAN, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"found 7$"):
        load(tmp_path / "firm.toml", overrides=["levers[1].dose=7"])


def test_a_file_that_is_not_there_is_looked_for_beside(tmp_path: Path) -> None:
    (tmp_path / "my_firm.toml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "my_plan.toml").write_text('extends = "my_frim.toml"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"no file named 'my_frim.toml'; did you mean 'my_firm.toml'"):
        load(tmp_path / "my_plan.toml")
    with pytest.raises(ScenarioError, match=r"no file named .*qqqq.toml'; bundled scenarios"):
        load(str(tmp_path / "qqqq.toml"))


def test_numbered_ids_forgive_their_zeros() -> None:
    with pytest.raises(ScenarioError, match=r"no lever 'L1'; did you mean 'L01'\?"):
        load({"name": "x", "levers": [{"lever": "L1"}]})


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        ({"run": {"years": 0}}, "shorter than one step"),
        ({"run": 3}, "expected a table"),
        ({"levers": [{"dose": 1}]}, "levers[0].lever: is missing"),
        ({"levers": "L01"}, "expected a list"),
        ({"levers": [{"lever": "L01", "dose": "2"}]}, "expected a number"),
        ({"levers": [{"lever": "L01", "dose": True}]}, "expected a number"),
        ({"levers": [{"lever": "L01", "who": {"random": 2.0}}]}, "share"),
        ({"levers": [{"lever": "L01", "who": {"random": 0.1, "brokers": 0.1}}]}, "choose one of"),
        ({"shocks": [{"barrier": "telling", "at": 1, "start": 2}]}, "keep one"),
        ({"shocks": [{"barrier": "telling", "for": 1, "stop": 2}]}, "not both"),
        ({"start": [{"conduct_shift": {"L01": [1.0]}}]}, "shift in log-odds"),
        ({"start": [{"conduct_shift": {"L99": [1.0, 0.5]}}]}, "no behaviour"),
        ({"organization": {"people_file": "x.csv", "people": 30}}, "remove people"),
        ({"organization": {"ties_file": "x.csv"}}, "needs people_file"),
        ({"organization": {"salt": "x"}}, "only makes sense"),
        ({"organization": {"people": 1.5}}, "whole number"),
        ({"money": {"wage": -1}}, "greater than or equal to 0"),
        ({"name": "a b"}, "name"),
        ({"seed": [{"used": 1.2}]}, "less than or equal to 1"),
    ],
)
def test_bad_values_are_named(raw: dict[str, object], part: str) -> None:
    assert part in message(raw)


def test_encodings(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b'\xef\xbb\xbftitle = "ok"')
    assert load(path).title == "ok"
    path.write_bytes('title = "gr\u00fcn"'.encode("latin-1"))
    assert "byte 0xfc at position 11 (line 1)" in message(path)
    path.write_bytes('title = "x"'.encode("utf-16"))
    assert "UTF-16" in message(path)
    path.write_bytes(b"  \n")
    assert "empty" in message(path)
    path.write_bytes(b"a = = 1")
    assert "not TOML" in message(path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a file that cannot be read")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = file(tmp_path, "x", "")
    path.chmod(0)
    assert "cannot be read" in message(path)


# --- garbage ------------------------------------------------------------------------------------------------

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["L01", "month 3", "never"]),
)
_keys = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            *Scenario.model_fields,
            "extends",
            "add_to",
            "lever",
            "who",
            "dose",
            "start",
            "stop",
            "barrier",
            "levels",
            "years",
        ]
    ),
)
_tables = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)


@given(raw=st.dictionaries(_keys, _tables, max_size=6))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_garbage_is_refused_in_one_way(raw: dict[str, object]) -> None:
    try:
        assert isinstance(load(raw), Scenario)
    except ScenarioError as problem:
        assert str(problem)


@given(
    data=st.one_of(
        st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
    )
)
@settings(max_examples=150, deadline=None)
def test_garbage_files_are_refused_in_one_way(data: bytes) -> None:
    try:
        parse(data, where="x.toml")
    except ScenarioError as problem:
        assert str(problem).startswith("x.toml")


@given(text=st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_garbage_overrides_are_refused_in_one_way(text: str) -> None:
    try:
        load("lead_by_example", overrides=[text])
    except ScenarioError as problem:
        assert str(problem)


_plain = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
_values = st.recursive(
    _plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    table=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), _values, max_size=4)
)
@settings(max_examples=100, deadline=None)
def test_written_toml_reads_back(table: dict[str, object]) -> None:
    assert tomllib.loads(writer.write(table)) == table
