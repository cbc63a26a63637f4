"""The page of trust: what is computed, what it says, and what the command leaves with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sim.calibration.cases import Case
from sim.calibration.patterns import reasons_against
from sim.calibration.rows import cannot, judged, reported
from sim.cli import main
from sim.validation import extremes, lab, patterns, running
from sim.validation import validate as room
from sim.validation.page import Illustration, markdown, page
from sim.validation.rows import (
    FAIL,
    HEADINGS,
    INSIDE,
    NOT_APPLICABLE,
    NOT_RUN,
    NOT_SUPPORTED,
    OUTSIDE,
    PASS,
    REPORTED,
    TITLES,
    Check,
    Row,
    at_most,
    good,
    near,
    number,
    unwelcome,
)

GOOD = near("a limit", expected=1.0, ours=1.0005, tolerance=0.001, source="a book")
BAD = near("another", expected=1.0, ours=1.002, tolerance=0.001, source="a book")
HELD = Row("patterns", "P9 something <b>", "0 to 1", "theory", "2", "range", OUTSIDE, "", "held-out")
FITTED = Row("patterns", "P1 something", "0 to 1", "theory", "2", "range", OUTSIDE, "", "fitted")


def test_a_row_passes_within_its_tolerance_and_not_beyond() -> None:
    assert (GOOD.verdict, BAD.verdict) == (PASS, FAIL)
    assert at_most("x", bound=1.0, ours=1.1, source="").verdict == FAIL
    assert near("x", expected=0.0, ours=float("nan"), tolerance=1.0, source="").verdict == FAIL
    assert (number(float("nan")), number(float("inf")), number(1.5e-7), number(0.12345678)) == (
        "–",
        "∞",
        "1.5e-07",
        "0.12346",
    )


def test_held_out_patterns_do_not_fail_the_page_and_fitted_ones_do() -> None:
    assert good([GOOD, HELD])
    assert not good([GOOD, BAD])
    assert not good([FITTED])


def test_the_figures_of_claims_stand_below_their_rows() -> None:
    rows = [Row("claims", f"{name} A claim", "so", "a book", "so", "–", "supported") for name in ("T2", "T1")]
    figures = {
        name: Illustration(f"{name} shown", "how to read it", f"<svg id='{name}'/>", f"claims/{name}.svg")
        for name in ("T1", "T2", "T3")
    }
    text = page(rows, "about", figures)
    assert text.index("<svg id='T2'/>") < text.index("<svg id='T1'/>") and "<svg id='T3'/>" not in text
    assert "![T1 shown](claims/T1.svg)" in markdown(rows, "about", figures)
    assert good(rows)


def test_the_page_has_four_headings_in_order() -> None:
    for text in (markdown([GOOD, HELD], "about"), page([GOOD, HELD], "about")):
        assert all(title in text for title in TITLES.values())
        places = [text.index(f"{number}. {TITLES[name]}") for number, name in enumerate(HEADINGS, start=1)]
        assert places == sorted(places)
        assert "Nothing computed." in text
    assert "&lt;b&gt;" in page([HELD], "") and "<b>" not in page([HELD], "")
    assert "| held-out |" in markdown([HELD], "")


def test_what_did_not_come_out_stands_first() -> None:
    claim = Row("claims", "T9 A claim", "so", "a book", "holds in 1 of 48 draws", "–", NOT_SUPPORTED)
    rows = [GOOD, claim, HELD, BAD]
    assert unwelcome(rows) == [
        "FAIL: another: 1.002, expected 1",
        "OUTSIDE, held-out: P9 something <b>: 2, expected 0 to 1",
        "T9 A claim: not supported, holds in 1 of 48 draws",
    ]
    for text in (markdown(rows, "about"), page(rows, "about")):
        assert (
            text.index("did not come out") < text.index("T9 A claim: not supported") < text.index("1. Limits")
        )
    assert "did not come out" not in page([GOOD], "about") + markdown([GOOD], "about")


def broken(quick: bool) -> list[Row]:
    raise RuntimeError("no luck")


def test_a_check_that_breaks_off_is_a_row_and_the_others_go_on() -> None:
    said: list[str] = []
    checks = (Check("limits", "one", broken), Check("extremes", "two", lambda quick: [GOOD]))
    rows = room.validate(checks=checks, told=lambda done, total, name: said.append(f"{done}/{total} {name}"))
    assert [row.verdict for row in rows] == [FAIL, PASS] or [row.verdict for row in rows] == [PASS, FAIL]
    assert "no luck" in next(row.detail for row in rows if row.verdict == FAIL)
    assert said == ["0/2 one", "1/2 two", "2/2 done"]


def test_a_quick_run_leaves_out_what_is_slow_and_a_heading_is_chosen() -> None:
    checks = (
        Check("limits", "one", lambda quick: [GOOD], slow=True),
        Check("patterns", "two", lambda quick: [HELD]),
    )
    assert room.validate(quick=True, checks=checks) == [HELD]
    assert room.validate(headings=("limits",), checks=checks) == [GOOD]
    with pytest.raises(ValueError, match="no heading is called limit;"):
        room.validate(headings=("limit",), checks=checks)


def test_every_heading_has_checks_and_no_two_have_one_name() -> None:
    assert {check.heading for check in room.CHECKS} == set(HEADINGS)
    names = [(check.heading, check.name) for check in room.CHECKS]
    assert len(set(names)) == len(names)


def one_row(quick: bool) -> list[Row]:
    return [GOOD]


def test_processes_give_the_rows_of_one(tmp_path: Path) -> None:
    checks = (
        Check("limits", "one", one_row),
        Check("extremes", "two", broken),
        Check("limits", "three", one_row),
    )
    said: list[tuple[int, int]] = []
    found = room.validate(
        checks=checks, workers=2, folder=tmp_path, told=lambda done, total, name: said.append((done, total))
    )
    assert found == room.validate(checks=checks)
    assert said == [(1, 3), (2, 3), (3, 3), (3, 3)]
    assert not list(tmp_path.iterdir())  # a finished page keeps nothing


def test_an_interrupted_page_goes_on_with_what_was_not_finished(tmp_path: Path) -> None:
    calls: list[str] = []
    interrupted = [True]

    def first(quick: bool) -> list[Row]:
        calls.append("first")
        return [GOOD]

    def second(quick: bool) -> list[Row]:
        calls.append("second")
        if interrupted[0]:
            raise KeyboardInterrupt
        return [HELD]

    checks = (Check("limits", "one", first), Check("patterns", "two", second))
    with pytest.raises(KeyboardInterrupt):
        room.validate(checks=checks, folder=tmp_path)
    interrupted[0] = False
    assert room.validate(checks=checks, folder=tmp_path) == [GOOD, HELD]
    assert calls == ["first", "second", "second"]


@pytest.mark.parametrize("spoil", ["quick", "sources", "scenario", "not json"])
def test_rows_of_another_effort_or_version_are_computed_again(
    spoil: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[bool] = []

    def compute(quick: bool) -> list[Row]:
        calls.append(quick)
        return [GOOD]

    check = Check("limits", "one", compute)
    bundled = tmp_path / "bundled"
    bundled.mkdir()
    (bundled / "plan.toml").write_text("")
    monkeypatch.setattr(running.library, "folder", lambda: bundled)
    running._sources.cache_clear()
    running.run_checks([check], quick=False, folder=tmp_path)
    if spoil == "sources":
        monkeypatch.setattr(running, "_sources", lambda: "another")
    if spoil == "scenario":
        (bundled / "plan.toml").write_text('title = "another"')
        running._sources.cache_clear()
    if spoil == "not json":
        next((tmp_path / ".rows").iterdir()).write_text("{", "utf-8")
    running.run_checks([check], quick=spoil == "quick", folder=tmp_path)
    assert len(calls) == 2
    monkeypatch.undo()
    running._sources.cache_clear()


def test_a_check_that_broke_off_is_tried_again(tmp_path: Path) -> None:
    calls: list[bool] = []

    def compute(quick: bool) -> list[Row]:
        calls.append(quick)
        if len(calls) == 1:
            raise MemoryError("there was no room")
        return [GOOD]

    check = Check("limits", "one", compute)
    assert [row.ours for row in running.run_checks([check], quick=True, folder=tmp_path)[0].rows] == [
        running.BROKE_OFF
    ]
    assert running.run_checks([check], quick=True, folder=tmp_path)[0].rows == [GOOD]
    running.run_checks([check], quick=True, folder=tmp_path)
    assert len(calls) == 2


@pytest.mark.parametrize(("rows", "code"), [([GOOD, HELD], 0), ([GOOD, BAD], 3)])
def test_the_command_writes_the_page_and_leaves_with_its_code(
    rows: list[Row], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "validate", lambda **options: rows)
    done = CliRunner().invoke(main, ["validate", "--quick", "--out", str(tmp_path), "--json"])
    assert done.exit_code == code
    found = json.loads(done.stdout)
    assert found["good"] == (code == 0) and found["quick"] and len(found["rows"]) == 2
    assert {path.name for path in tmp_path.iterdir()} == {
        "validation.html",
        "validation.md",
        "validation.json",
    }
    told = CliRunner().invoke(main, ["validate", "--out", str(tmp_path)]).stdout
    assert "OUTSIDE, held-out: P9 something" in told if code == 0 else "FAIL: another: 1.002" in told


def test_the_command_refuses_a_heading_that_there_is_not() -> None:
    done = CliRunner().invoke(main, ["validate", "--only", "limit"])
    assert done.exit_code == 2 and "limits" in done.output


# --- extremes -----------------------------------------------------------------------------------------------


def test_books_balance_and_a_lost_hour_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {row.verdict for row in extremes.books(True)} == {PASS}
    whole = extremes._run

    def lossy(resolved, **options):  # type: ignore[no-untyped-def]
        simulation = whole(resolved, **options)
        simulation.world.ledger[40, extremes.LEARNER_HOURS] -= 1.0
        simulation.world.ledger[50, extremes.HEADCOUNT] -= 1.0
        return simulation

    monkeypatch.setattr(extremes, "_run", lossy)
    failed = [row.what for row in extremes.books(True) if row.verdict == FAIL]
    assert any("headcount" in what for what in failed) and any("learner" in what for what in failed)


def test_turned_rows_give_identical_tables() -> None:
    assert extremes._permuted().verdict == PASS


def test_two_copies_never_meet() -> None:
    one = lab.scenario("business_as_usual", "organization.people=40")
    two = extremes.doubled(one).organization
    n = one.organization.n
    assert two.n == 2 * n
    assert ((two.ties.hearer < n) == (two.ties.source < n)).all()
    assert (two.manager[n:][two.manager[n:] >= 0] >= n).all()
    assert not set(two.department[:n].tolist()) & set(two.department[n:].tolist())


def test_what_is_not_a_number_is_seen() -> None:
    simulation = lab.begin(lab.limit("bare", "organization.people=20"))
    simulation.advance(5)
    assert extremes._unsound(simulation) == ""
    simulation.world.state[3, 0] = np.nan
    assert extremes._unsound(simulation) == "state is not finite"


# --- patterns -----------------------------------------------------------------------------------------------


def test_patterns_carry_their_role_and_verdict() -> None:
    assert [patterns.role_of(name) for name in ("P1", "P9a", "P2")] == ["fitted", "input check", "held-out"]
    assert patterns.role_of("P3", "sourcegraph_org") == "held-out"
    assert patterns.shown(judged("P2", "org", "x", 1.0, 0.0, 0.5)).verdict == OUTSIDE
    assert patterns.shown(judged("P3", "org", "x", 0.2, 0.1, 0.4)).verdict == INSIDE
    assert patterns.shown(reported("P9b", "org", "x", 0.2)).verdict == REPORTED


def test_a_quick_run_gives_no_verdict_on_an_interval_that_is_only_wide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sim.calibration.rows import Row as Computed

    wide = Computed("P1", "org", "share", 0.004, -0.02, 0.02, False, "wide")
    off = Computed("P1", "org", "share", 0.04, -0.02, 0.02, False, "off")
    monkeypatch.setattr(patterns, "run_patterns", lambda **options: [wide, off])
    assert [row.verdict for row in patterns.on_generated(True, people=60)] == [REPORTED, OUTSIDE]


def test_what_an_organisation_cannot_bear_says_why() -> None:
    row = patterns.shown(cannot("P4", "org", "no reporting lines"))
    assert (row.verdict, row.detail) == (NOT_APPLICABLE, "no reporting lines")
    small = Case("lazega_lawfirm", False, lab.limit("bare", "organization.people=20"), None, 0.0)  # type: ignore[arg-type]
    assert set(reasons_against(small)) == {"P3", "P4", "P5a", "P9a", "P10"}
    assert {row.verdict for row in patterns.unfit(False)} == {NOT_APPLICABLE}


def test_a_set_whose_folder_is_not_there_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RIPPLE_DATA", raising=False)
    assert [row.verdict for row in patterns.on_real(False, name="sourcegraph_org")] == [NOT_RUN]
    monkeypatch.setenv("RIPPLE_DATA", str(tmp_path))
    assert [row.detail for row in patterns.on_real(False, name="sourcegraph_org")] == [
        "its folder is not there"
    ]


def test_studies_are_measured_in_the_right_direction() -> None:
    from dataclasses import replace

    from sim.engine.stationary import with_parameters
    from sim.validation.held_out_states import trained

    one = patterns.usual_case(60)
    d = trained(one, 2)
    nothing = replace(one, usual=with_parameters(one.usual, {"gain_formal": 0.0}))
    assert 0.2 < d < 0.9
    assert abs(trained(nothing, 2)) < 0.15


@pytest.mark.slow
def test_further_studies_are_measured_in_the_right_direction() -> None:
    from dataclasses import replace

    from sim.engine.stationary import with_parameters

    one = patterns.usual_case(60)
    from sim.validation.studies import led, new_staff, newcomers, unused_gain

    nobody = replace(one, usual=with_parameters(one.usual, {"push": 0.0}))
    assert led(one, 6, lever="L14") > led(nobody, 6, lever="L14")
    ready = replace(one, usual=with_parameters(one.usual, {"skill_newcomer": 1.0}))
    assert newcomers(one, 4) > newcomers(ready, 4)
    stable = replace(
        one, usual=with_parameters(one.usual, {"turnover_employees": 0.01, "turnover_leaders": 0.01})
    )
    assert new_staff(stable, 4) < 0.5 * new_staff(one, 4)
    short = replace(one, usual=with_parameters(one.usual, {"forgetting_halflife": 0.3}))
    assert unused_gain(short, 12) < unused_gain(one, 12)


def test_changed_data_are_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RIPPLE_DATA", raising=False)
    none = running._identity(True)
    monkeypatch.setenv("RIPPLE_DATA", str(tmp_path))
    empty = running._identity(True)
    (tmp_path / "people.csv").write_text("id\na\n")
    before = running._identity(True)
    assert running._identity(True) == before
    (tmp_path / "people.csv").write_text("id\na\nb\n")
    after = running._identity(True)
    assert len({str(one["data"]) for one in (none, empty, before, after)}) == 4
