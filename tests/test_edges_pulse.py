"""Pulse surveys at their edges: what cannot be asked, read or said is told, on the toy whose answers are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from decisions_lab import plan
from pulse_lab import toy_bank
from test_pulse import answers
from test_pulse_survey import survey

import sim.pulse.bank as making
from sim.pulse import (
    Bank,
    PulseError,
    Survey,
    calibrate,
    layout_of,
    make_bank,
    open_bank,
    read_survey,
    recovery,
)
from sim.pulse.calibrated import Calibrated
from sim.pulse.fitting import Learnt
from sim.pulse.recovery import allowed
from sim.pulse.recovery_text import recovery_markdown
from sim.report.pulse import pulse_page, short
from sim.report.pulse_figures import ranks_figure


@pytest.fixture(scope="module")
def bank() -> Bank:
    return toy_bank(400)


@pytest.fixture(scope="module")
def found(bank: Bank) -> Calibrated:
    return calibrate(answers(bank, 5), bank, repetitions=30)


@pytest.fixture(scope="module")
def last(bank: Bank) -> Calibrated:
    """A survey whose last wave is the end of the scenario."""
    return calibrate(answers(bank, 5, waves=bank.quarters), bank, repetitions=30)


def changed(found: Calibrated, **parts: Any) -> Calibrated:
    """The same with other parts and the forecast that is worked out already."""
    made = replace(found, **parts)
    vars(made)["forecast"] = found.forecast
    return made


@pytest.fixture
def plainly(last: Calibrated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages with one figure in the place of all: what is tested here are their words."""
    one = ranks_figure(last.recovered)
    monkeypatch.setattr("sim.report.pulse.posterior_figure", lambda *_, **__: one.renamed("posterior"))
    monkeypatch.setattr(
        "sim.report.pulse.waves_figure", lambda _, item, **__: one.renamed(f"waves-{item.replace('_', '-')}")
    )


# --- banks --------------------------------------------------------------------------------------------------------


def test_banks_that_cannot_be_made_are_refused(tmp_path: Path) -> None:
    small, loaded = plan("small"), plan("other", organization={"people": 60, "departments": 4})
    larger = plan("larger", organization={"people": 90})  # with departments of the same names
    for options, told in [
        ({"points": 239}, "239 points are too few to learn from; give 240 or more"),
        (
            {"overrides": ["run.years=2"]},
            "scenario 'small' is loaded already; give overrides where it is loaded",
        ),
        ({"plans": [larger]}, "plan 'larger' is on another organisation than 'small': give both the same"),
        ({"plans": [loaded]}, "plan 'other' is on another organisation than 'small': give both the same"),
    ]:
        with pytest.raises(PulseError, match=told):
            make_bank(small, out=tmp_path / "bank", **options)  # type: ignore[arg-type]
    assert not (tmp_path / "bank").exists()


def test_outputs_of_plans_on_one_organisation_are_its_teams_at_every_quarter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outputs = making._outputs([plan("one"), plan("two", "L01")])
    teams = making._teams(plan("one"))
    assert len(outputs) == len(making.ITEMS) * len(teams) * 5 and sum(teams.values()) <= 60
    monkeypatch.setattr(making, "published_groups", lambda counts: dict.fromkeys(counts, ""))
    assert making._teams(plan("one")) == {}  # of a team that may not be shown nothing is asked
    assert outputs[0].startswith(f"{making.ITEMS[0]}[department=") and outputs[0].endswith("@0")


@pytest.mark.parametrize(
    ("made_by", "finished", "told"),
    [
        ("ripple sweep", True, "is a sweep, but no bank of pulse surveys; make one with: ripple pulse fit"),
        (making.MADE_BY, False, "is not finished; give the same command again"),
    ],
)
def test_folders_that_hold_no_bank_are_refused(
    monkeypatch: pytest.MonkeyPatch, made_by: str, finished: bool, told: str
) -> None:
    made = SimpleNamespace(design=SimpleNamespace(meta={"made_by": made_by}), finished=finished)
    monkeypatch.setattr(making, "open_sweep", lambda folder: made)
    with pytest.raises(PulseError, match=told):
        open_bank("results")


def test_a_bank_of_too_few_points_and_waves_it_does_not_hold_are_refused(bank: Bank) -> None:
    few = replace(bank, u=bank.u[:199], values=bank.values[:, :199])
    with pytest.raises(PulseError, match=r"the bank holds 199 finished points; \d+ are needed"):
        Learnt(answers(bank, 5), few)
    for waves in (0, bank.quarters + 1):
        with pytest.raises(PulseError, match=f"{waves} waves after the first: 'now' runs for 8 quarters"):
            layout_of(bank, waves=waves)


# --- surveys ------------------------------------------------------------------------------------------------------


def test_columns_and_answers_that_are_none_are_told_with_their_place(tmp_path: Path) -> None:
    head = "wave,team,n,enthusiasm"
    for text, names, told in [
        (f"{head}\n0,A,9,high\n", {}, "line 2, column enthusiasm: 'high' is not a number from 0 to 1"),
        (
            f"{head},mood\n0,A,9,0.5,0.5\n",
            {"mood": "enthusiasm"},
            "'enthusiasm' and 'mood' are both enthusiasm",
        ),
        (f"{head}\n0,A,9,0.5\n", {"mood": "joy"}, "item 'joy' is not known; there are share_practising"),
    ]:
        with pytest.raises(PulseError, match=told):
            read_survey(survey(tmp_path, text), names=names)
    with pytest.raises(PulseError, match=r"values have shape \(1, 1, 1\), but \(2, 1, 1\) is needed"):
        Survey((0, 1), ("A",), ("enthusiasm",), np.full((1, 1, 1), 0.5), np.full((2, 1), 9.0))


# --- what is learnt -----------------------------------------------------------------------------------------------


def test_draws_of_equal_weight_are_the_posterior(found: Calibrated) -> None:
    draws = found.posterior.draws(4000, seed=3)
    sample = found.posterior.sample
    assert list(draws.columns) == ["height", "speed", "idle"]
    for name in draws:
        assert draws[name].mean() == pytest.approx(
            np.average(sample[name], weights=sample["weight"]), rel=0.03
        )
    assert set(draws["height"]) <= set(sample["height"])
    assert draws.equals(found.posterior.draws(4000, seed=3))


def test_plans_are_compared_only_where_they_were_simulated(found: Calibrated, bank: Bank) -> None:
    early, late = found.compare("more", quarter=1), found.compare("more", quarter=bank.quarters)
    assert early.verdict == "alike" and late.verdict == "plan"  # the plans part after the middle
    for quarter in (-1, bank.quarters + 1):
        with pytest.raises(PulseError, match=f"quarter {quarter} is not simulated; give 0 to 8"):
            found.compare("more", quarter=quarter)


def test_two_hundred_repetitions_allow_what_the_binomial_allows() -> None:
    from scipy.stats import binom

    least, most = allowed(200)
    assert (least, most) == (164, 195)
    law = binom(200, 0.9)
    assert law.cdf(least - 1) + law.sf(most) < 0.001  # beyond lies less than one in a thousand


# --- what is said -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("plainly")
def test_after_the_last_wave_there_is_nothing_to_forecast(last: Calibrated) -> None:
    assert list(last.forecast.columns) == ["wave", "years", "team", "item", "low", "median", "high"]
    assert last.forecast.empty and np.isnan(last.recovered.forecasts).all()
    assert not any("Share practising after" in line for line in short(last))
    page = pulse_page(last)
    assert "The last wave is at the end of the scenario: give it a longer run to look ahead." in page
    assert "would have gone another way before the last wave" in page
    assert "do not lean on what follows" not in page
    text = recovery_markdown(last.recovered, last.bank, answering=0.8, seconds=60.0)
    assert "Of the next wave" not in text and "| height |" in text and "nan" not in text


@pytest.mark.usefixtures("plainly")
def test_one_plan_alone_cannot_be_told_from_others(found: Calibrated, bank: Bank, tmp_path: Path) -> None:
    alone = changed(found, bank=replace(bank, plans=("now",), values=bank.values[:1]))
    alone.learnt.bank, kept = alone.bank, alone.learnt.bank
    try:
        page = pulse_page(alone, figures=tmp_path / "figures")
    finally:
        alone.learnt.bank = kept
    assert "One plan only: name others (--plan)" in page and "Difference" not in page
    there = {path.name for path in (tmp_path / "figures").iterdir()}
    assert {"posterior.svg", "posterior.png", "ranks.svg", "waves-enthusiasm.svg"} <= there


@pytest.mark.usefixtures("plainly")
def test_what_the_recovery_study_finds_wrong_stands_before_everything_else(found: Calibrated) -> None:
    table = found.recovered.table.assign(verdict="MISCALIBRATED")
    wrong = changed(
        found, recovered=replace(found.recovered, table=table, forecasts=(float("nan"),) * 2),
        posterior=replace(found.posterior, strange=0.001),
    )  # fmt: skip
    page = pulse_page(wrong)
    assert "The model hardly ever produces a survey like this one" in page
    assert "intervals that do not cover as they should" in page
    assert "In the recovery study nan" not in page and "next shares practising" not in page
    assert short(wrong)[0].startswith("The survey says nothing about any single parameter")
    assert page.index("hardly ever produces") < page.index("What the survey says")


def test_where_every_parameter_is_found_none_is_said_to_stay_where_it_was(found: Calibrated) -> None:
    table = found.recovered.table.assign(verdict="identifiable")
    told = short(changed(found, recovered=replace(found.recovered, table=table)))
    assert not any("cannot say anything about" in line for line in told)
    assert [line.partition(":")[0] for line in told[:3]] == ["height", "speed", "idle"]
    assert any("cannot say anything about idle: they stay" in line for line in short(found))


def test_panels_without_a_parameter_are_empty(bank: Bank) -> None:
    """Two parameters in a row of three panels: the third shows no axes."""
    study: Any = recovery(bank, layout_of(bank, waves=2), repetitions=20)
    drawn = ranks_figure(replace(study, table=study.table.head(2)))
    assert [axes.axison for axes in drawn.figure.axes] == [True, True, False]
