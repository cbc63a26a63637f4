"""What is promised moves early, and a further run keeps it as often as is said."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
from decisions_lab import Film, plan, quick, strong_plan  # noqa: F401

from sim.decisions import (
    DecisionError,
    Simulator,
    compare_promises,
    promise_log,
)
from sim.decisions.curves import traced
from sim.decisions.futures import as_planned
from sim.decisions.plans import nothing
from sim.decisions.promises import held, promises_from
from sim.organization.luck import Luck
from sim.scenario import Scenario


def promising(scenario: Scenario, time: float, kind: str, group: str) -> dict[str, float]:
    lift = 0.3 * min(time, 1.0) if scenario.levers else 0.0
    return {
        "share_practising": 0.1, "enthusiasm": 0.5 + lift * (1.0 if group == "manager" else 0.4), "safety": 0.5 + lift / 6.0,
        "mindset": 0.5, "sharing": 0.5, "skill": 0.5, "stage_trying": 0.05,
    }  # fmt: skip


def promised(**options: object):  # type: ignore[no-untyped-def]
    film = Film(promising, groups=(("all", "all"), ("level", "manager"), ("level", "employee")), jitter=0.02)
    return promise_log(plan("p", "L01"), evaluate=film, dates=(0.5, 1.0), replicates=30, **options)  # type: ignore[arg-type]


def test_what_moves_first_is_promised_with_its_band() -> None:
    found = promised(indicators=2, begins=datetime.date(2027, 1, 1))
    log = found.log
    assert set(log["indicator"]) == {"enthusiasm", "safety"} and found.told_apart
    assert log.groupby("years").size().tolist() == [2, 2]
    managers = log[log["indicator"] == "enthusiasm"].set_index("years")
    assert set(managers["group"]) == {"manager"}  # where it stands out most, and there alone
    assert managers.loc[1.0, "tells"] > 0.95
    assert managers.loc[1.0, "median"] == pytest.approx(0.8, abs=0.01)
    assert managers.loc[1.0, "low"] == pytest.approx(0.8 - 1.645 * 0.02, abs=0.015)
    assert managers.loc[1.0, "usual"] == pytest.approx(0.5, abs=0.01)
    assert managers.loc[1.0, "date"] == "2028-01-01"
    assert any("among managers" in line for line in found.in_words())


@pytest.mark.parametrize("size", [19, 40])
def test_nine_of_ten_further_runs_lie_within_a_promise(size: int) -> None:
    further = Luck(6, "further").normal(2000)
    within = []
    for runs in Luck(5, "runs").normal(300 * size).reshape(300, size):
        low, median, high = held(runs, 0.9)
        assert low < median < high
        within.append(((low <= further) & (further <= high)).mean())
    assert np.mean(within) == pytest.approx(0.9, abs=0.01)  # plain quantiles: 0.82 and 0.86


def test_runs_too_few_for_a_band_are_refused_or_told() -> None:
    film = Film(promising, jitter=0.005)
    with pytest.raises(DecisionError, match="90 % of runs need 19 runs or more, and replicates is 18"):
        promise_log(plan("p", "L01"), evaluate=film, dates=(0.5,), replicates=18)
    few = promise_log(plan("p", "L01"), evaluate=film, dates=(0.5,), replicates=5, band=0.6)
    assert few.band == 0.6
    curves = traced(film, [nothing(plan("p")), plan("p", "L01")], [as_planned()], range(9))
    there = promises_from(curves, ("p", "nothing", "as_planned"), [0.5])  # a record that is there already
    assert there.band == pytest.approx(0.8) and "(in 80 % of runs)" in there.in_words()[0]


def test_with_no_effect_nothing_is_promised() -> None:
    film = Film(lambda scenario, time, kind, group: promising(plan("x"), time, kind, group), jitter=0.02)
    found = promise_log(plan("p", "L01"), evaluate=film, dates=(0.5,), replicates=20)
    assert found.log.empty and "nothing is promised" in found.in_words()[0]


def test_promises_are_kept_or_broken_by_what_is_observed(tmp_path: Path) -> None:
    found = promised(indicators=1)
    log = found.save(tmp_path / "promises.csv")
    seen = tmp_path / "seen.csv"
    seen.write_text(
        "indicator,group,years,observed\nenthusiasm,manager,0.5,0.65\nenthusiasm,manager,1.0,0.51\n"
    )
    kept = compare_promises(log, seen)
    assert kept.rows["verdict"].tolist() == ["within", "below"]
    assert kept.rows["like_usual"].tolist() == [False, True]
    assert kept.waiting == 0
    assert "doing nothing would be" in " ".join(kept.in_words())


def test_faults_of_the_files_are_told_with_file_and_line(tmp_path: Path) -> None:
    log = promised(indicators=1).save(tmp_path / "promises.csv")
    seen = tmp_path / "seen.csv"
    for text, words in [
        ("indicator,group,years\n", "no column 'observed'"),
        (
            "indicator,group,years,observed\nenthusiasm,manager,0.5,high\n",
            "line 2, column 'observed': found 'high'",
        ),
        ("indicator,group,years,observed\nenthusiasm,manager,0.5,65\n", "between 0 and 1"),
        ("indicator,group,years,observed\nskill,manager,0.5,0.5\n", "was not promised"),
        ("indicator,group,years,observed\n", "holds no observation"),
        ("indicator,group,years,observed\nenthusiasm,manager,0.5,\n", "holds no observation"),
        ("indicator,group,years,observed\n" + "enthusiasm,manager,0.5,0.5\n" * 2, "comes twice"),
    ]:
        seen.write_text(text)
        with pytest.raises(DecisionError, match=words):
            compare_promises(log, seen)
    with pytest.raises(DecisionError, match="no such file"):
        compare_promises(tmp_path / "none.csv", seen)


def test_the_simulator_promises(quick: Simulator) -> None:  # noqa: F811
    found = promise_log(strong_plan(), evaluate=quick, dates=(0.5, 1.0), replicates=19)
    assert found.told_apart and len(found.log) == 6
    assert (found.log["low"] <= found.log["median"]).all() and (
        found.log["median"] <= found.log["high"]
    ).all()
