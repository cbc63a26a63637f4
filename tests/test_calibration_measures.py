"""Measures that the patterns lean on, against closed forms and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calibration.bundle import convex_at_first, growth, smoothed
from sim.calibration.likeness import RELIABILITY, intraclass, morans_i, observed
from sim.calibration.outcomes import crossing
from sim.calibration.rows import Row, judged, markdown, reported, verdicts, write

DT = 1 / 52


def test_intraclass_recovers_the_share_between_groups() -> None:
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(2000), 5).astype(np.int32)
    values = np.sqrt(0.2) * rng.standard_normal(2000)[group] + np.sqrt(0.8) * rng.standard_normal(10_000)
    assert intraclass(values, group) == pytest.approx(0.2, abs=0.02)


def test_intraclass_by_hand() -> None:
    """Groups (1, 3) and (5, 7): MSB 16, MSW 2, ICC = 14/18."""
    assert intraclass(
        np.array([1.0, 3.0, 5.0, 7.0]), np.array([0, 0, 9, 9], dtype=np.int32)
    ) == pytest.approx(14 / 18)


def test_intraclass_leaves_out_groups_of_one_and_says_when_undefined() -> None:
    values, group = np.array([1.0, 3.0, 5.0, 7.0, 100.0]), np.array([0, 0, 1, 1, 2], dtype=np.int32)
    assert intraclass(values, group) == pytest.approx(14 / 18)
    assert np.isnan(intraclass(values, np.arange(5, dtype=np.int32)))


def test_morans_i_on_a_ring() -> None:
    """A cosine around a ring with both neighbours heard: I = cos(2π/n) exactly; alternating signs: −1."""
    n = 40
    hearer = np.concatenate([np.arange(n), np.arange(n)]).astype(np.int32)
    source = np.concatenate([(np.arange(n) + 1) % n, (np.arange(n) - 1) % n]).astype(np.int32)
    wave = np.cos(2 * np.pi * np.arange(n) / n)
    assert morans_i(wave, hearer, source) == pytest.approx(np.cos(2 * np.pi / n))
    assert morans_i((-1.0) ** np.arange(n), hearer, source) == pytest.approx(-1.0)
    assert np.isnan(morans_i(wave, hearer[:0], source[:0]))


def test_observed_scores_have_the_stated_reliability() -> None:
    true = np.random.default_rng(2).standard_normal(50_000)
    assert np.corrcoef(true, observed(true, 0))[0, 1] ** 2 == pytest.approx(RELIABILITY, abs=0.01)
    assert not np.array_equal(observed(true, 0), observed(true, 1))


def logistic(middle: float, width: float, years: float = 6.0) -> np.ndarray:
    times = (np.arange(round(years / DT)) + 1) * DT
    return 0.1 + 0.8 / (1 + np.exp(-(times - middle) / width))


def test_growth_of_a_logistic_curve() -> None:
    """10 to 90 % of a logistic takes 2 ln 9 of its widths."""
    found = growth(logistic(2.0, 0.4), 0.1, DT)
    assert found.steepest == pytest.approx(2.0, abs=0.1)
    assert found.rise == pytest.approx(2 * np.log(9) * 0.4, abs=0.1)
    assert found.end == pytest.approx(0.9, abs=0.01)


def test_growth_without_gain_has_no_rise() -> None:
    assert np.isnan(growth(np.full(312, 0.1), 0.1, DT).rise)


def test_convex_at_first_tells_an_s_from_a_saturating_curve() -> None:
    rng = np.random.default_rng(3)
    noise = 0.01 * rng.standard_normal(312)
    saturating = 0.1 + 0.8 * (1 - np.exp(-(np.arange(312) + 1) * DT))
    assert convex_at_first(logistic(2.0, 0.4) + noise, 0.1, DT)
    assert not convex_at_first(saturating + noise, 0.1, DT)


@given(st.floats(0, 1), st.integers(1, 60))
def test_smoothing_keeps_straight_lines(level: float, window: int) -> None:
    """Constants and straight lines, to their very ends."""
    line = level + np.linspace(0.0, level, 100)
    assert np.allclose(smoothed(line, window), line)


def test_crossing_is_linear_between_and_says_when_never() -> None:
    shares = (0.1, 0.2, 0.4)
    assert crossing(shares, np.array([0.0, 0.0, 1.0]), 0.5) == pytest.approx(0.3)
    assert crossing(shares, np.array([1.0, 1.0, 1.0]), 0.5) == pytest.approx(0.05)
    assert crossing(shares, np.zeros(3), 0.5) == pytest.approx(0.8)


def test_rows_are_judged_reported_and_written(tmp_path: Path) -> None:
    rows = [
        judged("P3", "x", "c*", 0.2, 0.1, 0.4),
        judged("P3", "x", "near", 0.5, 0.9, 1.0, "mean .2"),
        judged("P4", "x", "undefined", float("nan"), 0.0, 1.0),
        reported("P10", "x", "ties", 12.0),
    ]
    assert [row.verdict for row in rows] == ["inside", "OUTSIDE", "OUTSIDE", "reported"]
    assert verdicts(rows) == {"P3": False, "P4": False}
    as_json, as_text = write(rows, tmp_path / "new", about={"seed": 1})
    stored = json.loads(as_json.read_text("utf-8"))
    assert stored["rows"][2]["value"] is None and stored["about"] == {"seed": 1}
    assert as_text.read_text("utf-8") == markdown(rows)
    assert "| P3 | x | near | 0.5 | 0.9 to 1 | OUTSIDE | mean .2 |" in markdown(rows)
    assert Row("P1", "x", "y", 1.0).inside is None
