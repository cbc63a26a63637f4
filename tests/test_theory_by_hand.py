"""The equations at points worked out by hand: every term with a weight and a value of its own, so that no sign, factor
or limit can be another without a number changing.  `test_theory.py` says what they mean."""

from __future__ import annotations

from math import exp, isnan, log

import numpy as np
import pytest

from sim.theory import chance, enthusiasm, outcomes, practice, scales, skill, turnover

MASK = 2**64 - 1


def mixed(z: int) -> int:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014), written anew."""
    z ^= z >> 30
    z = z * 0xBF58476D1CE4E5B9 % 2**64
    z ^= z >> 27
    z = z * 0x94D049BB133111EB % 2**64
    return z ^ (z >> 31)


def test_keys_are_splitmix_of_seed_and_replicate() -> None:
    assert mixed(0x9E3779B97F4A7C15) == 0xE220A8397B1DCDAF  # first output from state 0, as published
    for seed, replicate in ((0, 0), (1, 0), (0, 1), (123456789, 41), (2**62 + 5, 999)):
        z = mixed((seed * 0x9E3779B97F4A7C15 + (replicate + 1) * 0xD1B54A32D192ED03) & MASK)
        assert chance.keys(seed, replicate) == (z % 2**32, z // 2**32)


def test_saying_and_doing() -> None:
    assert enthusiasm.radiated(0.1, 0.9, 0.5, 0.3, 0.7, 1.5) == pytest.approx(
        0.1 + 0.27 + 0.35 - 1.5 * 0.3 * 0.4
    )
    assert enthusiasm.radiated(0.1, 0.2, 0.5, 0.3, 0.7, 1.5) == pytest.approx(0.1 + 0.06 + 0.35)


def test_strain() -> None:
    assert enthusiasm.strain(0.5, 0.2, 0.3, 0.7, 0.4, 0.6) == pytest.approx(0.15 + 0.7 * 0.25 * 0.8 + 0.24)
    assert enthusiasm.strain(-0.5, 0.2, 0.3, 0.7, 0.4, 0.6) == pytest.approx(-0.15 + 0.24)


def test_value_of_money_in_time() -> None:
    assert outcomes.net_present_value(110.0, 30.0, 3.0, 0.1) == pytest.approx(80.0 / 1.331)


@pytest.mark.parametrize(
    ("y", "practising", "years", "reading"),
    [
        (0.0, 1.0, 0.25, 4), (0.9, 1.0, 1.0, 4), (0.5, 1.0, 2.0, 4), (0.9, 0.5, 2.0, 2), (0.5, 0.0, 0.0, 1),
        (0.1, 0.0, 0.0, 0),
    ],
)  # fmt: skip
def test_stages_at_their_borders(y: float, practising: float, years: float, reading: int) -> None:
    assert outcomes.stage(y, practising, years) == reading


@pytest.mark.parametrize("steepness", [8.0, 9.0])
def test_hill_on_both_sides_of_the_threshold(steepness: float) -> None:
    for x in (0.3, 0.5, 0.8):
        expected = x**steepness / (x**steepness + 0.5**steepness)
        assert practice.hill(x, 0.5, steepness) == pytest.approx(expected, rel=1e-12)


def test_exposure_of_little_weight() -> None:
    assert practice.exposure(0.2, 0.4, 0.1, 0.5) == pytest.approx(0.25 / 0.5)
    assert practice.exposure(0.0, 0.0, 0.0, 0.5) == 0.0


def test_thresholds_forgive_rounding_up_to_a_trillionth() -> None:
    assert practice.threshold_response(0.375 - 1e-12, 0.375) == 1.0
    assert practice.threshold_response(0.375 - 3e-12, 0.375) == 0.0


@pytest.mark.parametrize(
    ("mean", "variance", "theta", "steepness", "form"),
    [
        (0.5, 0.01, 0.4, 3.0, 0),
        (0.3, 0.04, 0.4, 3.0, 0),
        (0.7, 0.09, 0.4, 3.0, 0),
        (0.5, 0.16, 0.6, 1.0, 1),
        (0.6, 0.25, 0.0, 1.0, 2),
    ],
)
def test_expected_response_is_the_seven_point_rule(
    mean: float, variance: float, theta: float, steepness: float, form: int
) -> None:
    """Gauss–Hermite as NumPy has it; exposures are folded back into 0–1, from above not where they are numbers."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(7)
    exposures = np.maximum(mean + np.sqrt(variance) * nodes, 0.0)
    if form != 2:
        exposures = np.minimum(exposures, 1.0)
    by_form = (
        lambda x: x**steepness / (x**steepness + theta**steepness),
        lambda x: float(x >= theta),
        lambda x: x,
    )
    expected = sum(weights * [by_form[form](x) for x in exposures]) / weights.sum()
    assert practice.expected_response(mean, variance, theta, steepness, form) == pytest.approx(
        expected, rel=1e-9
    )


def test_expected_response_without_variance() -> None:
    for nothing in (0.0, -1e-18):  # rounding may leave less than none
        assert practice.expected_response(0.3, nothing, 0.6, 8.0, 2) == pytest.approx(0.3)


def test_readiness_term_by_term() -> None:
    found = practice.readiness(0.4, -0.3, 0.7, 0.2, 0.11, 1.3, 0.9, 0.8, 0.6, 0.5)
    assert found == pytest.approx(0.4 * 1.3 - 0.3 * 0.9 + 0.7 * 0.8 + 0.2 * 0.6 + 0.5 * 0.7 * 0.4 + 0.11)


def test_asked_term_by_term() -> None:
    found = practice.asked(0.4, 0.3, 0.7, 0.2, 0.6, 0.5, 1.1, 0.9, 0.8, 0.35, 0.25, 0.45)
    expected = 0.4 * 1.1 + 0.4 * 0.3 * 0.9 + 0.7 * 0.8 + 0.2 * 0.35 + 0.6 * 0.25 - 0.5 * 0.45
    assert found == pytest.approx(expected)


def test_hazards_term_by_term() -> None:
    assert practice.adoption_hazard(0.2, 3.0, 0.4, 0.5, 0.7, 0.1) == pytest.approx(exp(0.35) * 1.5)
    found = practice.lapse_hazard(0.8, 0.5, 0.3, 0.6, 0.4, 0.9, 0.2, 0.5)
    assert found == pytest.approx(0.8 * exp(0.24 - 0.15) * (1.0 - 0.5 * 0.7))


def test_habit() -> None:
    assert practice.habit_step(0.3, 1.0, 0.4, 0.25) == pytest.approx(0.3 * exp(-0.2))
    assert practice.habit_step(0.3, 0.5, 0.4, 0.25) == pytest.approx(1.0 - 0.7 * exp(-0.1))


def test_events_at_the_border() -> None:
    assert not scales.happens(0.5, log(2.0))  # u < 1 − exp(−λ dt), strictly
    assert not scales.happens(0.0, 0.0)


def test_joint_work_between_the_ends() -> None:
    assert skill.novelty(0.1, 0.25) == pytest.approx(0.4 * 1.6)


def test_sharing_term_by_term() -> None:
    v = 0.1 + 0.6 * 0.5 + 0.4 * 0.3 + 0.7 * 0.2 + 0.9 * 0.8
    found = skill.sharing(0.5, 0.3, 0.2, 0.8, 0.1, 0.6, 0.4, 0.7, 0.9)
    assert found == pytest.approx(1.0 / (1.0 + exp(-v)))


def test_motivation_and_gains_term_by_term() -> None:
    assert skill.motivation(0.4, 0.3, 0.2, 0.5, 0.7, 0.9) == pytest.approx(exp(0.2 + 0.21 + 0.18))
    found = skill.formal_gain(2.5, 0.4, 0.6, 0.8, 0.5, 0.2, 0.7)
    assert found == pytest.approx(0.5 * exp(0.3 * 1.8 + 0.35))
    found = skill.experience_gain(0.5, 0.6, 0.4, 0.8, 0.5, 0.3, 0.7, 0.9)
    assert found == pytest.approx(0.15 * exp(0.36) + 0.7 * 0.6 * 0.3)


def test_skill_without_any_rate_stands_still() -> None:
    assert skill.stock_step(0.5, 0.1, 0.0, 0.0, 1.0, 1.0) == pytest.approx(0.5)
    assert not isnan(skill.gain_left(0.0, 1.0, 0.9, 0.8))
    assert skill.gain_left(0.0, 1.0, 0.9, 0.8) == 0.0


def test_the_first_year_ends_with_it() -> None:
    assert turnover.leaving_hazard(0.2, 1.0, 1.6, 0.0, 0.0, 0.3, 0.3) == pytest.approx(0.2)
    assert turnover.leaving_hazard(0.2, 1.5, 1.6, 0.0, 0.0, 0.3, 0.3) == pytest.approx(0.2)
    assert turnover.leaving_hazard(0.2, 0.99, 1.6, 0.5, 0.4, 0.3, 0.6) == pytest.approx(
        0.32 * exp(-0.15 - 0.24)
    )


def test_tenures_where_nobody_leaves() -> None:
    assert turnover.usual_tenure(0.3, 0.0, 1.6) == pytest.approx(3.0)
    assert turnover.usual_tenure(0.1, 0.5, 0.0) == pytest.approx(
        0.3
    )  # a third of the staff is in its first year
    assert turnover.usual_tenure(0.5, 0.5, 0.0) == pytest.approx(1.0 + 2.0 * log(4.0 / 3.0))
