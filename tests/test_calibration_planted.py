"""The fitted patterns on planted runs: what a row says, and when it is inside, follows from numbers set by hand."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim.calibration import __main__ as command
from sim.calibration import bundle, likeness, outcomes, patterns, stationarity, tipping, training
from sim.calibration.cases import Case, organization_forms
from sim.calibration.rows import Row, cannot, judged, markdown, reported, verdicts
from sim.organization.generate import GeneratorSpec, generate
from sim.organization.people import INFORMAL, Organization
from sim.parameters import defaults
from sim.scenario.resolved import Resolved
from sim.theory.channels import COMMUNITY

Floats = npt.NDArray[np.float64]
USUAL = defaults()["share_practising"]


def case_of(organization: Organization, name: str = "planted", *, generated: bool = True) -> Case:
    usual = Resolved(
        "usual", "usual", "", organization, defaults(), years=1.0, burn_in=0.25, steps_per_year=12
    )
    return Case(name, generated, usual, replace(usual, steps_per_year=52), 0.0)


@pytest.fixture
def sixty(small_organization: Organization) -> Case:
    return case_of(small_organization)


# --- rows ---------------------------------------------------------------------------------------------------


def test_what_cannot_be_asked_is_said_and_judged_by_nobody() -> None:
    row = cannot("P9a", "a town", "nobody knows who talks to whom")
    assert row.verdict == "not applicable" and verdicts([row]) == {}
    assert (
        "| P9a | a town | the pattern | – | – | not applicable | nobody knows who talks to whom |"
        in markdown([row])
    )


def test_numbers_without_end_are_shown_as_such() -> None:
    both = [reported("P3", "x", "up", float("inf")), reported("P3", "x", "down", float("-inf"))]
    text = markdown(both)
    assert "| up | ∞ |" in text and "| down | −∞ |" in text


# --- P1 -----------------------------------------------------------------------------------------------------


def test_p1_asks_for_the_whole_interval(sixty: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty people get 67 runs for 40; a mean of .015 whose interval passes .02 is outside, a sure one is inside."""
    asked = []

    def planted(resolved: Resolved, offset: float, count: int, *, threads: int) -> Floats:
        asked.append(count)
        found = np.zeros((count, 4, 5))
        found[:, :, 0] = USUAL + 0.3  # the start of the runs counts for nothing: the survey does
        found[:, 1:, 0] = USUAL + 0.004
        found[:, 1, 1] = 0.015 + 0.1 * (-1.0) ** np.arange(count)
        found[:, 2, 2] = -0.019
        found[:, 3, 3] = 0.021
        return found

    monkeypatch.setattr(stationarity, "levels", planted)
    rows = {row.quantity: row for row in stationarity.stationarity(sixty, count=40)}
    assert asked == [67] and len(rows) == 15
    assert rows["share practising at 3 y, departure"].value == pytest.approx(0.004)
    assert rows["enthusiasm at 1 y, departure"].value == pytest.approx(0.015, abs=0.002)
    outside = [quantity for quantity, row in rows.items() if not row.inside]
    assert outside == ["enthusiasm at 1 y, departure", "mindset at 5 y, departure"]
    assert (
        "interval -0.019 to -0.019; nine in ten runs -0.019 to -0.019"
        in rows["safety at 3 y, departure"].detail
    )


# --- P3 -----------------------------------------------------------------------------------------------------


def followers(edge: dict[float, float], half: float = USUAL) -> Callable[..., Floats]:
    """All of the others follow from a committed share of `edge[year]` on; below, they stay at `half`."""

    def planted(
        resolved: Resolved,
        offset: float,
        share: float,
        count: int,
        *,
        years: tuple[float, ...] = (5.0,),
        order: Any = None,
        threads: int = 1,
    ) -> Floats:
        found = [[0.9 if share >= edge[year] - 1e-9 else half for year in years]] * count
        return np.array(found) + 0.02 * (np.arange(count)[:, None] % 2)

    return planted


def test_the_least_share_is_refined_once_below_the_first_that_tips(
    sixty: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tipping, "others_share", followers({3.0: 0.3, 5.0: 0.175}))
    found = tipping.tipping(sixty.usual, 0.0, 4, years=(3.0, 5.0), judged_at=1)
    assert found.shares == (0.05, 0.1, 0.15, 0.175, 0.2)
    assert found.chance.tolist() == [[0.0] * 5, [0.0, 0.0, 0.0, 1.0, 1.0]]
    assert np.isnan(found.critical[0]) and found.critical[1] == 0.175
    assert found.others[0.2].mean() == pytest.approx(0.91)


def test_a_share_that_never_tips_is_undefined_and_outside(
    sixty: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tipping, "others_share", followers({5.0: 2.0}))
    (row,) = tipping.critical_mass(sixty, count=2, reach=False)
    assert np.isnan(row.value) and row.verdict == "OUTSIDE"
    assert row.detail.endswith("0.6: 0.00") and "0.575" not in row.detail


def test_p3_with_its_reach(sixty: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three horizons, half of c* and two other orders of seeds; others far from usual at c*/2 are outside."""
    monkeypatch.setattr(
        tipping, "others_share", followers({3.0: 0.25, 5.0: 0.2, 10.0: 0.1}, half=USUAL + 0.2)
    )
    rows = tipping.critical_mass(sixty, count=4, reach=True)
    assert [row.verdict for row in rows] == ["inside", "OUTSIDE", *["reported"] * 4]
    assert [row.value for row in rows] == [0.2, 0.0, pytest.approx(float("nan"), nan_ok=True), 0.1, 0.2, 0.2]
    assert [row.quantity for row in rows[4:]] == [
        "c* at 5 years, clustered seeds",
        "c* at 5 years, top-down seeds",
    ]
    assert f"mean share {USUAL + 0.21:.3f} (standard error 0.0058) against {USUAL:.3f}" in rows[1].detail
    monkeypatch.setattr(tipping, "others_share", followers({5.0: 0.2}))
    assert [row.value for row in tipping.critical_mass(sixty, count=4, reach=False)] == [0.2, 1.0]


# --- P4 -----------------------------------------------------------------------------------------------------


def s_curve(steps: int, top: float) -> Floats:
    years = (np.arange(steps) + 1) / 52
    return 0.1 + (top - 0.1) / (1 + np.exp(-(years - 1.5) / 0.4))


def test_p4_judges_the_mean_and_counts_what_swept(sixty: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    years = (np.arange(312) + 1) / 52
    saturating = 0.1 + 0.8 * (1 - np.exp(-years))
    runs = np.stack([s_curve(312, 0.9), s_curve(312, 0.9), saturating, np.full(312, 0.1)])
    monkeypatch.setattr(bundle, "curves", lambda *given, **options: runs)
    steepest, rise, convex, swept = bundle.sustained(sixty, count=4)
    assert swept.value == 0.75 and swept.verdict == "reported" and swept.detail == "of 4"
    assert convex.value == pytest.approx(2 / 3) and convex.verdict == "OUTSIDE"
    assert convex.detail == "of 3 swept"
    assert steepest.verdict == rise.verdict == "inside"
    assert f"{runs[:, 51].mean():.2f} at 1 y" in steepest.detail
    error = max(runs[:, step].std(ddof=1) for step in (25, 51, 103, 155, 311)) / 2
    assert steepest.detail.endswith(f"standard errors at most {error:.3f}")


def test_p4_of_one_run_that_goes_nowhere_is_undefined(sixty: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "curves", lambda *given, **options: np.full((1, 312), 0.1))
    found = bundle.sustained(sixty, count=1)
    assert np.isnan(found[1].value) and np.isnan(found[2].value) and found[3].value == 0.0
    assert found[2].detail == "of 0 swept" and found[2].verdict == "OUTSIDE"
    assert found[0].detail.endswith("standard errors at most nan")


def test_a_run_without_a_way_up_is_not_convex() -> None:
    assert not bundle.convex_at_first(np.full(312, 0.5), 0.5, 1 / 52)
    assert not bundle.convex_at_first(np.linspace(0.4, 0.1, 312), 0.4, 1 / 52)


# --- P5a, P9a, P10 ------------------------------------------------------------------------------------------


def test_p5a_stands_beside_what_was_published(sixty: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "still_using", lambda *given, **options: np.array([0.62, 0.5, 0.36]))
    rows = training.training_only(sixty, count=100)
    assert [row.verdict for row in rows] == ["inside", "OUTSIDE", "inside"]
    assert [(row.low, row.high) for row in rows] == [
        pytest.approx((low, low + 0.1)) for low in (0.57, 0.39, 0.29)
    ]
    # a fifth of sixty people in a hundred runs: 1200 trained
    assert rows[0].detail == f"published 0.62; standard error about {np.sqrt(0.62 * 0.38 / 1200):.4f}"
    assert rows[2].quantity == "trained stayers who use it after 12 months"


def test_undefined_likeness_is_no_number() -> None:
    one_team = np.zeros(4, dtype=np.int32)
    assert np.isnan(likeness.intraclass(np.array([1.0, 2.0, 3.0, 4.0]), one_team))
    assert np.isnan(likeness.intraclass(np.ones(4), np.array([0, 0, 1, 1], dtype=np.int32)))
    ring = np.arange(4, dtype=np.int32)
    assert np.isnan(likeness.morans_i(np.ones(4), ring, np.roll(ring, 1)))


def test_p9a_sees_present_staff_by_team(sixty: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the same boss scores the same: ICC(1) is 1, contacts are alike; the others' scores would spoil it."""
    organization = sixty.usual.organization
    seen: list[int] = []

    def planted(level: Floats, replicate: int) -> Floats:
        seen.append(replicate)
        scores = np.where(organization.manager >= 0, organization.manager, np.arange(len(level))).astype(
            float
        )
        scores[organization.level == COMMUNITY] = 1e9
        return scores

    monkeypatch.setattr(likeness, "observed", planted)
    icc, moran = likeness.likeness(sixty, count=2, threads=1)
    assert seen == [0, 1]
    assert icc.value == pytest.approx(1.0) and icc.verdict == "OUTSIDE" and 0.2 < moran.value < 1.0
    assert icc.detail == "between draws 0.000"


def test_p10_asks_for_ties_only_where_they_can_be_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    organization = generate(GeneratorSpec(people=20, departments=2), seed=7)
    known = likeness.Stability(rank_order=0.84, ties_kept=0.3, stayers=12, ties=90)
    monkeypatch.setattr(likeness, "stability", lambda *given, **options: known)
    rank, ties = likeness.steadiness(case_of(organization), count=2)
    assert (rank.verdict, rank.detail) == ("inside", "12 stayers")
    assert (ties.verdict, ties.detail) == ("OUTSIDE", "90 ties")
    _, invented = likeness.steadiness(case_of(organization, "sourcegraph_org"), count=2)
    assert invented.verdict == "not applicable" and "its ties are generated" in invented.detail
    known_ties = organization.ties
    nobody_else = known_ties.where(known_ties.active | (known_ties.kind != INFORMAL))
    assert len(nobody_else) < len(known_ties)
    steady = replace(organization, ties=nobody_else)
    assert [row.quantity for row in likeness.steadiness(case_of(steady), count=2)] == [rank.quantity]


# --- all of them --------------------------------------------------------------------------------------------


def reasons(name: str, people: int, *, generated: bool = False) -> dict[str, str]:
    organization = generate(GeneratorSpec(people=people, departments=2), seed=1)
    return patterns.reasons_against(case_of(organization, name, generated=generated))


def test_why_an_organisation_cannot_bear_a_pattern() -> None:
    few = reasons("krackhardt_hightech", 21)
    assert set(few) == {"P3", "P4", "P5a", "P9a", "P10"}
    assert all(text.startswith("21 people: one person is 0.048 of the staff") for text in few.values())
    assert set(reasons("spillane_schools", 120)) == {"P4", "P9a"}
    assert "leaders would be invented" in reasons("spillane_schools", 120)["P9a"]
    neither = reasons("climate_univbct", 120)
    assert "leaders would be invented" in neither["P4"] and "generator's" in neither["P9a"]
    assert list(reasons("sourcegraph_org", 120)) == ["P9a"]
    assert reasons("manufacturing_email", 120) == reasons("our own", 20) == {}
    assert reasons("krackhardt_hightech", 21, generated=True) == {}


def test_the_whole_table_in_its_order(sixty: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Organisation by organisation, then sorted by pattern; what one cannot bear stands in its place with a reason."""
    effort: dict[tuple[str, str], Any] = {}

    def computed(pattern: str) -> Callable[..., list[Row]]:
        def rows(one: Case, *, count: int, threads: int, reach: bool | None = None) -> list[Row]:
            effort[one.name, pattern] = count if reach is None else (count, reach)
            return [judged(pattern, one.name, "planted", float(pattern != "P3"), 0.5, 1.0)]

        return rows

    names = {"P1": "stationarity", "P3": "critical_mass", "P4": "sustained", "P5a": "training_only"}
    for pattern, function in (names | {"P9a": "likeness", "P10": "steadiness"}).items():
        monkeypatch.setattr(patterns, function, computed(pattern))
    (tmp_path / "cp_consulting").mkdir()
    (tmp_path / "cp_consulting" / "people.csv").write_text("id\na\n", "utf-8")
    given: dict[str, Any] = {}

    def made(name: str, form: Any, *, parameters: Any, threads: int) -> Case:
        given[name] = (form, parameters)
        return replace(sixty, name=name, generated=not form.imported)

    monkeypatch.setattr(patterns, "case", made)
    said: list[str] = []
    common: dict[str, Any] = {"generated": (60,), "real": ("cp_consulting", "absent"), "data": tmp_path}
    found = patterns.run_patterns(
        **common,
        patterns=["P3", "P1", "P9a", "P5a", "P4", "P10"],
        parameters={"push": 1.1},
        out=tmp_path / "out",
        progress=said.append,
    )
    assert [(row.pattern, row.organization) for row in found] == [
        (pattern, name)
        for pattern in ("P1", "P3", "P4", "P5a", "P9a", "P10")
        for name in ("generated 60", "cp_consulting")
    ]
    assert [row.verdict for row in found if row.organization == "cp_consulting"] == ["inside"] + [
        "not applicable"
    ] * 5
    assert verdicts(found) == {"P1": True, "P3": False, "P4": True, "P5a": True, "P9a": True, "P10": True}
    assert effort["generated 60", "P3"] == (60, True) and effort["cp_consulting", "P1"] == 200
    assert given["cp_consulting"][1] == {"push": 1.1} and given["cp_consulting"][0].ties_file is None
    assert said[:2] == ["business as usual of generated 60", "P1 on generated 60"]
    stored = json.loads((tmp_path / "out" / "patterns.json").read_text("utf-8"))
    assert stored["about"]["parameters"] == {"push": 1.1} and not stored["about"]["quick"]
    assert len(stored["rows"]) == 12

    effort.clear()
    patterns.run_patterns(**common, patterns=["P1", "P3"], quick=True)
    assert effort == {
        ("generated 60", "P1"): 40,
        ("generated 60", "P3"): (16, False),
        ("cp_consulting", "P1"): 40,
    }


def test_ties_are_taken_where_they_are(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "people.csv").write_text("id\na\n", "utf-8")
    (tmp_path / "two" / "ties.csv").write_text("source,target\n", "utf-8")
    found = organization_forms((), ("one", "two", "three"), data=tmp_path)
    assert {name: form.ties_file for name, form in found.items()} == {
        "one": None,
        "two": str(tmp_path / "two" / "ties.csv"),
    }


def test_a_point_of_a_sweep_has_no_number_where_it_is_undefined(
    sixty: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, float]] = []

    def prepared(values: dict[str, float]) -> Case:
        asked.append(dict(values))
        return sixty

    monkeypatch.setattr(outcomes, "prepared", prepared)
    monkeypatch.setattr(outcomes, "outcomes", lambda one: {"drift": 0.01, "rise": float("nan")})
    assert outcomes.look({"parameters.push": 1}, seed=1, replicate=0) == {"drift": 0.01, "rise": None}
    assert asked == [{"push": 1.0}]


# --- the command --------------------------------------------------------------------------------------------


def test_the_command_prints_the_table_and_a_verdict_a_pattern(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: dict[str, Any] = {}

    def planted(**options: Any) -> list[Row]:
        asked.update(options)
        options["progress"]("P1 on generated 50")
        return [
            judged("P1", "generated 50", "a", 0.0, -1.0, 1.0),
            judged("P3", "generated 50", "b", 2.0, 0.0, 1.0),
        ]

    monkeypatch.setattr(command, "run_patterns", planted)
    assert command.main(["patterns", "--people", "50", "--quick", "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert shown.err == "P1 on generated 50\n"
    assert shown.out.startswith("| pattern |") and shown.out.endswith("P1: inside\nP3: OUTSIDE\n")
    assert asked["generated"] == (50,) and asked["quick"] and asked["out"] == tmp_path
    assert asked["patterns"] == patterns.PATTERNS
    command.main(["patterns", "--only", "P4"])
    assert asked["patterns"] == ["P4"] and asked["generated"] == (300, 1000)


def test_shipping_from_elsewhere_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["calibration", "ship", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "sim.calibration.__main__")
    with pytest.raises(SystemExit) as left:
        runpy.run_module("sim.calibration", run_name="__main__")
    assert left.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1
    assert "are not here; go to the folder of the repository" in shown.err
