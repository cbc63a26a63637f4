"""What is planned: scenarios, luck, assumptions, precision."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from experiments_lab import BUSY, QUIET, without_search
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.engine.run import run
from sim.experiments import ExperimentError, compare, default_folder, make_plan
from sim.experiments.design import SKIPPED_TAGS, drawn_names, latin_hypercube, parameter_draws
from sim.experiments.outcomes import durability, share_at, time_to
from sim.experiments.plan import LOOKS, same_usual
from sim.experiments.precision import ALPHA, half_width, look, spent
from sim.parameters import REGISTER
from sim.scenario import Resolved, ScenarioError, load, resolve


@given(st.integers(1, 60), st.integers(1, 8), st.integers(0, 2**62))
@settings(max_examples=40, deadline=None)
def test_a_latin_hypercube_has_a_point_in_each_slice(size: int, dimensions: int, seed: int) -> None:
    points = latin_hypercube(size, dimensions, seed=seed)
    assert points.shape == (size, dimensions)
    assert ((points > 0) & (points < 1)).all()
    for column in points.T:
        assert sorted(np.floor(column * size).astype(int)) == list(range(size))


def test_draws_follow_their_distributions() -> None:
    names = drawn_names()
    values = parameter_draws(names, 200, seed=3)
    for name, column in zip(names, values.T, strict=True):
        entry = REGISTER[name]
        assert ((column >= entry.low) & (column <= entry.high)).all()
        low, high, x = entry.low, entry.high, column
        if entry.distribution == "loguniform":
            low, high, x = np.log(low), np.log(high), np.log(column)
        assert stats.kstest((x - low) / (high - low), "uniform").statistic < 0.02


def test_draws_do_not_depend_on_the_version_of_numpy() -> None:
    assert parameter_draws(["susceptibility", "threshold"], 3, seed=1) == pytest.approx(
        parameter_draws(["susceptibility", "threshold"], 3, seed=1), abs=0
    )
    assert (
        parameter_draws(["susceptibility"], 3, seed=1) != parameter_draws(["susceptibility"], 3, seed=2)
    ).any()


def test_settings_are_not_assumptions() -> None:
    names = drawn_names()
    assert {"susceptibility", "threshold", "contagion", "conduct_halflife"} <= set(names)
    assert not {"wage", "share_practising", "habit_hardening", "practice_hours"} & set(names)
    for name in names:
        assert REGISTER[name].low < REGISTER[name].high and not SKIPPED_TAGS & set(REGISTER[name].tags)


def test_what_a_scenario_states_is_not_drawn_for_any() -> None:
    stated = {**BUSY, "parameters": {"threshold": 0.6}}
    plan = make_plan([QUIET, stated], replicates=3)
    assert "threshold" not in plan.drawn and "steepness" in plan.drawn
    assert plan.arms[1].reference == 1  # another business as usual: an offset of its own


def test_plans_on_one_organisation_share_business_as_usual() -> None:
    plan = make_plan(["business_as_usual", "governance_learning_leader", "sponsor_withdrawal"], replicates=2)
    assert [arm.reference for arm in plan.arms] == [0, 0, 0]
    assert plan.arms[1].resolved.organization.n == plan.arms[0].resolved.organization.n + 1
    other = resolve(load({**QUIET, "organization": {"people": 40, "departments": 3, "seed": 2}}))
    assert not same_usual(resolve(load(QUIET)), other)


def test_every_run_is_planned_once() -> None:
    plan = make_plan([QUIET, BUSY], replicates=53, draws=7, runs_per_draw=3)
    luck = [r for block in plan.luck_blocks() for r in block.replicates]
    assert luck == list(range(53))
    blocks = list(plan.assumption_blocks())
    assert [block.draw for block in blocks] == list(range(7))
    assert [r for block in blocks for r in block.replicates] == list(range(21))
    assert len({block.name for block in [*plan.luck_blocks(), *blocks]}) == len(list(plan.luck_blocks())) + 7


def test_defaults_come_from_the_first_scenario() -> None:
    first = {**QUIET, "run": {**QUIET["run"], "replicates": 12, "seed": 9}}
    plan = make_plan([first, BUSY])
    assert (plan.replicates, plan.draws, plan.seed) == (12, 12, 9)
    assert make_plan([QUIET]).draws == 40
    assert make_plan([QUIET], replicates=400).draws == 40


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"replicates": 0}, "replicates is 0: give a whole number from 1"),
        ({"replicates": 2.5}, r"replicates is 2\.5"),
        ({"draws": -1}, "draws is -1"),
        ({"seed": -1}, "seed is -1"),
        ({"uncertainty": "chance"}, "uncertainty 'chance' is not known"),
        ({"uncertainty": ()}, "no uncertainty given"),
        ({"precision": 0.0}, "precision is 0"),
        ({"precision": float("nan")}, "precision is nan"),
        ({"precision": 0.1, "uncertainty": "assumptions"}, "add luck"),
    ],
)
def test_what_cannot_be_planned_is_said(options: dict[str, object], said: str) -> None:
    with pytest.raises(ExperimentError, match=said):
        make_plan([QUIET], **options)  # type: ignore[arg-type]


def test_scenarios_that_cannot_be_compared() -> None:
    with pytest.raises(ExperimentError, match="no scenario given"):
        make_plan([])
    with pytest.raises(ExperimentError, match="two scenarios are called 'quiet'"):
        make_plan([QUIET, QUIET])
    with pytest.raises(ScenarioError, match="did you mean"):
        make_plan(["busines_as_usual"])
    with pytest.raises(ExperimentError, match="loaded already"):
        make_plan([load(QUIET)], overrides=["run.years=1"])
    with pytest.raises(ExperimentError, match="workers is 0"):
        compare([QUIET], workers=0)


def test_the_default_folder_tells_plans_apart() -> None:
    one, two = make_plan([QUIET, BUSY]), make_plan([QUIET, BUSY], seed=2)
    assert default_folder(one).name.startswith("quiet-vs-busy-")
    assert default_folder(one) != default_folder(two)


# --- precision --------------------------------------------------------------------------------------------------


def test_the_looks_spend_no_more_than_five_percent() -> None:
    assert sum(spent(k) for k in range(1, 60)) <= ALPHA + 1e-12
    assert LOOKS[:5] == (20, 40, 80, 160, 320)


def test_half_width_is_that_of_the_t_interval() -> None:
    x = np.array([1.0, 2.0, 4.0, 8.0])
    expected = stats.ttest_1samp(x, 0.0).confidence_interval(0.95)
    assert half_width(x, 0.05) == pytest.approx((expected.high - expected.low) / 2)
    assert half_width([1.0, np.nan], 0.05) == np.inf


@pytest.mark.parametrize("sigma", [0.03, 0.06, 0.12])
def test_intervals_still_cover_after_looking_until_precise_enough(sigma: float) -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(400):
        luck = rng.normal(0.2, 0.1, 1280)
        other = luck + 0.05 + rng.normal(0, sigma, 1280) * rng.choice([0.3, 1.7], 1280)
        for number, size in enumerate(LOOKS, start=1):
            seen = look([luck[:size], other[:size]], number, 0.02)
            if seen.enough:
                break
        covered += abs((other - luck)[:size].mean() - 0.05) <= seen.half_width
    assert covered >= 0.95 * 400 - 2 * np.sqrt(400 * 0.05 * 0.95)


def test_precision_decides_on_whole_prefixes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)
    loose = compare([QUIET, BUSY], precision=0.5, uncertainty="luck", out=tmp_path / "loose", workers=2)
    assert loose.manifest["precision"]["looks"] == [
        {"replicates": 20, "alpha": 0.025, "half_width": pytest.approx(0.03, abs=0.03), "enough": True}
    ]
    assert len(loose.runs) == 40 and loose.alpha == 0.025
    width = loose.manifest["precision"]["looks"][0]["half_width"]
    tight = compare(
        [QUIET, BUSY], precision=width * 0.9, uncertainty="luck", out=tmp_path / "tight", workers=2
    )
    looks = tight.manifest["precision"]["looks"]
    assert [one["replicates"] for one in looks] == list(LOOKS[: len(looks)]) and len(looks) >= 2
    assert len(tight.runs) == 2 * looks[-1]["replicates"]
    first = tight.runs[tight.runs["replicate"] < 20].reset_index(drop=True)
    assert list(first["share_end"]) == list(loose.runs["share_end"])
    few = compare(
        [QUIET], precision=0.0001, replicates=30, uncertainty="luck", out=tmp_path / "few", workers=2
    )
    assert [one["replicates"] for one in few.manifest["precision"]["looks"]] == [20, 30]
    assert not few.manifest["precision"]["looks"][-1]["enough"]


# --- outcomes ---------------------------------------------------------------------------------------------------


def _resolved(**changes: object) -> Resolved:
    return resolve(load({**BUSY, "run": {"years": 3.0, "burn_in": 0.1}, **changes}))


def test_shares_and_times_are_read_off_the_curve() -> None:
    resolved = _resolved()
    share = np.linspace(0.0, 0.6, 156)
    assert share_at(share, resolved, 1.0) == share[51]
    assert share_at(share, resolved, 3.0) == share[155]
    assert share_at(share, resolved, 5.0) is None
    assert time_to(share, 0.0, 0.25, 1 / 52) == pytest.approx((np.argmax(share >= 0.25) + 1) / 52)
    assert time_to(share, 0.3, 0.25, 1 / 52) == 0.0
    assert time_to(share, 0.0, 0.61, 1 / 52) is None


def test_durability_needs_an_end_and_a_year_after_it() -> None:
    share = np.concatenate([np.full(52, 0.4), np.full(104, 0.3)])
    ends = _resolved(levers=[{"lever": "lead_by_example", "stop": 1.0}])
    assert durability(share, ends, 1.0) == pytest.approx(0.75)
    assert durability(share, ends, 2.5) is None
    assert durability(share, _resolved(), 1.0) is None
    assert durability(share, resolve(load(QUIET)), 1.0) is None


def test_tables_agree_with_the_record_of_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)
    found = compare([BUSY], replicates=3, uncertainty="luck", out=tmp_path / "x", workers=1)
    record = run(resolve(load(BUSY)), seed=1, replicate=2, events=True)
    row = found.runs.iloc[2]
    assert row["share_end"] == record.share[-1] and row["cash"] == record.ledger[:, 4].sum()
    hours = record.ledger[:, [0, 1, 3]].sum()
    assert row["cost"] == pytest.approx(row["cash"] + 40.0 * hours)
    series = found.series[(found.series["replicate"] == 2) & (found.series["kind"] == "all")]
    assert list(series["time"]) == list(record.times)
    expected = record.series[:, 0, 1] / record.series[:, 0, 0]
    assert series["share_practising"].to_numpy() == pytest.approx(expected, abs=1e-7)
    stages = series[[name for name in series.columns if name.startswith("stage_")]]
    assert stages.sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-5)
    events = found.events[found.events["replicate"] == 2]
    adopted = events[events["kind"] == "adopt"]["count"].sum()
    columns = [name for name in row.index if name.startswith("adoptions_")]
    assert adopted == row[columns].sum() == ((record.events[:, 2] == 0) & (record.events[:, 0] >= 0)).sum()
    leavers = events[events["kind"] == "leave"]["count"].sum()
    assert row["leavers_per_year"] == pytest.approx(leavers / 0.5)


def test_the_experiment_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)
    found = compare([QUIET, BUSY], replicates=5, draws=5, out=tmp_path / "x", workers=2)
    assert found.difference().uncertainty == "assumptions" and found.difference(uncertainty="luck").n == 5
    assert found.difference("busy").b == "quiet"
    assert len(found.summary()) == 4 and "<table" in found._repr_html_()
    assert len(found.assumptions_that_matter()) == 3
    assert set(found.bands(kind="level")["kind"]) == {"level"}
    assert found.who_lit_whom()["share"].sum() == pytest.approx(2.0)
    copy = found.save(tmp_path / "copy")
    assert copy.runs.equals(found.runs) and copy.finished
    with pytest.raises(ExperimentError, match="exists already"):
        found.save(tmp_path / "copy")
