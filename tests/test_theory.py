"""The equations: closed forms, signs, bounds; plain Python, nothing compiled."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, isclose, log, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from sim.theory import (
    chance,
    enthusiasm,
    leadership,
    memory,
    mindset,
    outcomes,
    practice,
    safety,
    scales,
    skill,
    turnover,
)

level = st.floats(0.001, 0.999)
log_odds = st.floats(-6.0, 6.0)
unit = st.floats(0.0, 1.0)


@dataclass(frozen=True)
class Rates:
    """Rates of one person's skill, per year, and a step of the two equations together."""

    b: float
    rho: float
    phi: float
    use: float
    convert: float
    usual: float

    def step(self, r: float, q: float, inflow: float, dt: float) -> tuple[float, float]:
        left = skill.unconverted(self.rho, self.convert * self.use, dt)
        kept = skill.skill_kept(self.use, self.rho, self.phi, self.convert, dt)
        stock = skill.stock_step(r, q, self.b, self.rho, left, exp(-(self.b + self.rho) * dt))
        rest = skill.gain_left(q, stock, left, kept)
        return stock, skill.gain_step(rest, stock, self.usual, inflow, kept, dt)


class TestScales:
    @given(level)
    def test_expit_inverts_logit(self, x: float) -> None:
        assert isclose(scales.expit(scales.logit(x)), x, rel_tol=1e-12)

    @given(st.floats(-700, 700))
    def test_expit_is_scipys(self, x: float) -> None:
        assert isclose(scales.expit(x), special.expit(x), rel_tol=1e-13)

    def test_relaxation_is_the_solution_of_its_equation(self) -> None:
        tau, target, start, dt = 0.3, 1.5, -0.4, 0.1
        solved = integrate.solve_ivp(
            lambda _, y: (target - y) / tau, (0, dt), [start], rtol=1e-11, atol=1e-12
        )
        assert isclose(scales.relaxed(start, target, exp(-dt / tau)), solved.y[0, -1], rel_tol=1e-9)

    def test_two_half_steps_make_one_step(self) -> None:
        half = scales.relaxed(scales.relaxed(0.7, -0.2, exp(-0.05)), -0.2, exp(-0.05))
        assert isclose(half, scales.relaxed(0.7, -0.2, exp(-0.1)), rel_tol=1e-14)

    def test_noise_keeps_its_standard_deviation(self) -> None:
        kept = exp(-0.06)
        assert isclose(0.22**2, (0.22 * kept) ** 2 + scales.noise_scale(0.22, kept) ** 2, rel_tol=1e-12)

    @given(unit, st.floats(0.0, 20.0))
    def test_events_happen_by_their_probability(self, u: float, hazard: float) -> None:
        probability = -expm1(-hazard)
        assume(abs(u - probability) > 1e-15)  # nearer than that, rounding decides
        assert scales.happens(u, hazard) == (u < probability)

    def test_halflife(self) -> None:
        assert isclose(exp(-scales.halflife_rate(5.0) * 5.0), 0.5)


class TestChance:
    @pytest.mark.parametrize(
        ("counter", "key", "words"),
        [
            ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
            ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
            (
                (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
                (0xA4093822, 0x299F31D0),
                (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
            ),
        ],
    )
    def test_published_vectors_of_philox(
        self, counter: tuple[int, int, int, int], key: tuple[int, int], words: tuple[int, ...]
    ) -> None:
        assert chance.philox(*counter, *key) == words

    @given(st.integers(0, 2**32 - 1))
    def test_normal_is_the_inverse_of_the_normal_distribution(self, word: int) -> None:
        assert isclose(chance.normal(word), special.ndtri((word + 0.5) / 2**32), rel_tol=1e-9, abs_tol=1e-12)

    def test_uniforms_never_touch_the_ends(self) -> None:
        assert 0.0 < chance.uniform(0) < chance.uniform(2**32 - 1) < 1.0

    def test_draws_look_independent(self) -> None:
        # Kolmogorov–Smirnov at 1e-4 and a lag correlation; fixed key, so this never flickers.
        u = [
            chance.uniform(chance.draw(step, seat, 0, 0, *chance.keys(5, 0))[0])
            for step in range(60)
            for seat in range(60)
        ]
        assert stats.kstest(u, "uniform").pvalue > 1e-4
        assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4 / sqrt(len(u))

    def test_replicates_have_different_keys(self) -> None:
        assert len({chance.keys(seed, r) for seed in range(50) for r in range(50)}) == 2500


class TestEnthusiasm:
    def test_saying_without_doing_backfires_above_one(self) -> None:
        assert enthusiasm.radiated(0.0, 1.0, 0.0, 0.3, 0.5, 0.0) == pytest.approx(0.3)
        assert enthusiasm.radiated(0.0, 1.0, 0.0, 0.3, 0.5, 1.0) == pytest.approx(0.0)
        assert enthusiasm.radiated(0.0, 1.0, 0.0, 0.3, 0.5, 2.0) == pytest.approx(-0.3)

    def test_doing_more_than_saying_costs_nothing(self) -> None:
        assert enthusiasm.radiated(0.1, 0.2, 0.9, 0.3, 0.5, 2.0) == pytest.approx(0.1 + 0.06 + 0.45)

    def test_strain_bites_less_where_it_is_safe(self) -> None:
        unsafe = enthusiasm.strain(1.0, 0.2, 0.3, 0.3, 0.0, 0.2)
        safe = enthusiasm.strain(1.0, 0.9, 0.3, 0.3, 0.0, 0.2)
        assert unsafe == pytest.approx(0.3 + 0.3 * 0.8)
        assert safe < unsafe

    def test_less_pressure_relieves_without_a_square(self) -> None:
        assert enthusiasm.strain(-1.0, 0.2, 0.3, 0.3, 0.0, 0.2) == pytest.approx(-0.3)

    def test_target_adds_up(self) -> None:
        assert enthusiasm.enthusiasm_target(0.5, 0.4, 0.1, 0.9, 0.3, 0.2) == pytest.approx(
            0.2 + 0.1 + 0.27 - 0.2
        )

    @given(log_odds)
    def test_negativity_leaves_gains_alone(self, x: float) -> None:
        assert enthusiasm.negativity(x, 2.0) == (x if x >= 0 else 2 * x)

    def test_frustration_needs_practice_and_a_lack(self) -> None:
        assert enthusiasm.frustration(0.0, -1.0, -1.0) == 0.0
        assert enthusiasm.frustration(1.0, 0.5, 0.5) == 0.0
        assert enthusiasm.frustration(1.0, -0.5, -0.25) == pytest.approx(0.75)


class TestPractice:
    @given(unit, st.floats(0.05, 2.0), st.floats(0.5, 12.0))
    def test_hill_is_its_formula(self, x: float, theta: float, n: float) -> None:
        expected = x**n / (x**n + theta**n) if x > 0 else 0.0
        assert isclose(practice.hill(x, theta, n), expected, rel_tol=1e-9, abs_tol=1e-12)

    def test_hill_with_no_threshold_is_one(self) -> None:
        assert practice.hill(0.0, 0.0, 4.0) == 1.0

    def test_default_steepness_takes_the_short_cut_to_the_same_place(self) -> None:
        assert practice.hill(0.37, 0.6, 8.0) == pytest.approx(practice.hill(0.37, 0.6, 8.0 + 1e-9), rel=1e-7)

    def test_threshold_response_is_inclusive(self) -> None:
        assert practice.threshold_response(3 / 8, 0.375) == 1.0
        assert practice.threshold_response(0.374, 0.375) == 0.0
        assert practice.threshold_response(0.0, 0.0) == 1.0

    def test_named_responses(self) -> None:
        assert practice.response(0.3, 0.6, 6.0, 0) == practice.hill(0.3, 0.6, 6.0)
        assert practice.response(0.7, 0.6, 6.0, 1) == 1.0
        assert practice.response(0.3, 0.6, 6.0, 2) == 0.3

    def test_one_contact_is_not_a_majority(self) -> None:
        assert practice.exposure(1.0, 1.0, 1.5, 0.1) == pytest.approx((1 + 0.15) / 2.5)
        assert practice.exposure(0.0, 0.0, 0.0, 0.1) == 0.0

    @given(st.floats(0.1, 0.6), st.floats(0.0, 0.01))
    def test_expected_response_is_an_expectation(self, mean: float, variance: float) -> None:
        def integrand(z: float) -> float:
            x = min(max(mean + sqrt(variance) * z, 0.0), 1.0)
            return practice.hill(x, 0.6, 6.0) * exp(-z * z / 2) / sqrt(2 * np.pi)

        exact = integrate.quad(integrand, -8, 8, limit=200)[0]
        assert practice.expected_response(mean, variance, 0.6, 6.0, 0) == pytest.approx(exact, abs=2e-3)

    def test_quadrature_weights_sum_to_one(self) -> None:
        assert practice.expected_response(0.3, 0.04, 0.0, 6.0, 0) == pytest.approx(1.0, abs=1e-12)

    def test_slack_without_enthusiasm_is_not_used(self) -> None:
        keen = practice.readiness(1.0, 0, 1.0, 0, 0, 1.3, 1.0, 0.8, 0.15, 0.4)
        flat = practice.readiness(-1.0, 0, 1.0, 0, 0, 1.3, 1.0, 0.8, 0.15, 0.4)
        assert keen == pytest.approx(1.3 + 0.8 + 0.4)
        assert flat == pytest.approx(-1.3 + 0.8 - 0.4)

    def test_expectation_counts_through_example(self) -> None:
        assert practice.asked(1, 1, 0, 0, 0, 0, 0.15, 0.3, 0, 0, 0, 0) == pytest.approx(0.45)
        assert practice.asked(1, -1, 0, 0, 0, 0, 0.15, 0.3, 0, 0, 0, 0) == pytest.approx(-0.15)
        assert practice.asked(0, 0, 2, 3, 5, 7, 0, 0, 0.1, 0.01, 0.001, 0.0001) == pytest.approx(0.2343)

    def test_hazards(self) -> None:
        assert practice.adoption_hazard(0.05, 2.0, 0.5, 1.0, 0.6, 0.1) == pytest.approx(exp(0.6) * 1.15)
        assert practice.lapse_hazard(0.7, 1.0, 0.4, 0.5, 0.4, 0.5, 0.1, 0.9) == pytest.approx(
            0.7 * exp(0.2 - 0.4) * (1 - 0.9 * 0.4)
        )

    @given(unit, unit, unit)
    def test_lapse_hazard_is_never_negative(self, company: float, usual: float, kappa: float) -> None:
        assert practice.lapse_hazard(0.7, 0.0, 0.4, 0.0, 0.4, company, usual, kappa) >= 0.0

    def test_habit_hardens_and_softens(self) -> None:
        assert practice.habit_step(0.0, 0.0, 1.0, log(2.0)) == pytest.approx(0.5)
        assert practice.habit_step(1.0, 1.0, 1.0, log(2.0)) == pytest.approx(0.25)


class TestSkill:
    def test_gain_halves_in_eleven_months_when_unused(self) -> None:
        kept = skill.skill_kept(0.0, 0.0, scales.halflife_rate(11 / 12), 1.0, 11 / 12)
        assert skill.gain_left(0.1, 0.5, 1.0, kept) == pytest.approx(0.05)
        assert skill.gain_step(0.05, 0.5, 0.5, 0.0, kept, 11 / 12) == pytest.approx(0.05)

    def test_stock_halves_in_one_obsolescence_halflife(self) -> None:
        rho = scales.halflife_rate(5.0)
        assert skill.stock_step(0.6, 0.0, 0.0, rho, 1.0, exp(-rho * 5.0)) == pytest.approx(0.3)

    def test_ordinary_learning_balances_ageing_and_turnover(self) -> None:
        # SKILL-balance of the targets: dS/dt = b(1 − S) − ρS − h(S − S_new) rests at S̄.
        b = skill.ordinary_learning(0.5, 0.4, 0.14, 0.2)
        assert b * 0.5 - 0.14 * 0.5 - 0.2 * (0.5 - 0.4) == pytest.approx(0.0, abs=1e-15)

    @pytest.mark.parametrize(
        ("start", "inflow"), [((0.5, 0.1), 0.3), ((0.5, 0.1), -0.2), ((0.6, -0.2), 0.0), ((0.2, -0.1), -0.4)]
    )
    def test_the_steps_solve_their_equations(self, start: tuple[float, float], inflow: float) -> None:
        """Over a year of weeks, the error falling with the step."""
        rates = Rates(b=0.12, rho=0.14, phi=0.76, use=0.5, convert=1.0, usual=0.6)

        def change(_: float, y: list[float]) -> list[float]:
            r, q = y
            s = r + q
            flow = inflow * (1 - s) if inflow > 0 else inflow * (1 - 0.6) * s / 0.6
            return [0.12 * (1 - s) + 0.5 * q - 0.14 * r, flow - (0.14 + 0.38 + 0.5) * q]

        solved = integrate.solve_ivp(change, (0, 1), start, rtol=1e-10, atol=1e-12).y[:, -1]
        errors = []
        for steps in (52, 520):
            r, q = start
            for _ in range(steps):
                r, q = rates.step(r, q, inflow, 1.0 / steps)
            errors.append(max(abs(r - solved[0]), abs(q - solved[1])))
        assert errors[0] < 1e-3 and errors[1] < 0.2 * errors[0]

    @given(
        unit, unit, st.floats(-200.0, 200.0), st.floats(0.0, 12.0), st.floats(0.0, 3.0), st.floats(0.05, 0.95),
        st.floats(0.0, 5.0),
    )  # fmt: skip
    def test_skill_stays_in_its_bounds_however_strong_the_flows(
        self, known: float, part: float, inflow: float, b: float, rho: float, usual: float, convert: float
    ) -> None:
        """Month after month from any start, gains below zero included: R ≥ 0 and 0 ≤ S ≤ 1."""
        rates = Rates(b=b, rho=rho, phi=1.3, use=0.4, convert=convert, usual=usual)
        r = known * (1.0 + part)  # a stock above what is known leaves a gain below zero
        q = known - r
        for sign in (1.0, -1.0, 1.0):
            r, q = rates.step(r, q, sign * inflow, 1.0 / 12.0)
            assert r >= -1e-15 and -1e-15 <= r + q <= 1.0 + 1e-15

    def test_a_gain_and_a_loss_weigh_the_same_at_the_usual_skill(self) -> None:
        """Business as usual gains nothing: flows of mean zero move Q by second order only."""
        for usual in (0.2, 0.5, 0.8):
            up = skill.gain_step(0.0, usual, usual, 0.01, 1.0, 0.01)
            down = skill.gain_step(0.0, usual, usual, -0.01, 1.0, 0.01)
            assert up == pytest.approx(0.0001 * (1.0 - usual), rel=2e-4)
            assert down == pytest.approx(-up, rel=1e-3)

    def test_a_loss_takes_less_from_those_who_know_less(self) -> None:
        little, much = (skill.gain_step(0.0, s, 0.5, -0.5, 1.0, 0.02) for s in (0.1, 0.8))
        assert much == pytest.approx(8.0 * little) and little < 0.0

    def test_what_is_converted_stays_known(self) -> None:
        """Without learning, ageing or forgetting, conversion moves Q to R and leaves S."""
        left = skill.unconverted(0.0, 0.5, 0.1)
        assert left == pytest.approx(exp(-0.05))
        stock = skill.stock_step(0.5, 0.1, 0.0, 0.0, left, 1.0)
        assert stock == pytest.approx(0.5 + 0.1 * (1.0 - left))
        assert stock + skill.gain_left(0.1, stock, left, left) == pytest.approx(0.6)

    def test_obsolescence_acts_on_what_is_left_of_the_gain_too(self) -> None:
        assert skill.unconverted(0.14, 0.5, 2.0) == pytest.approx(exp(-1.28))

    def test_a_gain_below_zero_comes_back_only_as_far_as_there_is_room(self) -> None:
        assert skill.gain_left(-0.2, 0.5, 1.0, 0.5) == pytest.approx(-0.2 + 0.1 * 0.7 / 0.8)
        assert skill.gain_left(-0.2, 1.2, 1.0, 0.5) == pytest.approx(-0.2)  # all is known already
        assert skill.gain_left(0.2, 0.5, 0.9, 0.5) == pytest.approx(0.1)

    def test_decay_counts_use(self) -> None:
        assert skill.skill_kept(0.3, 0.14, 0.76, 1.2, 0.5) == pytest.approx(
            exp(-(0.14 + 0.76 * 0.7 + 1.2 * 0.3) * 0.5)
        )

    def test_inflow_of_half_a_step_has_decayed(self) -> None:
        assert skill.gain_step(0.0, 0.5, 0.5, 0.1, 0.9, 0.2) == pytest.approx(0.019 * 0.5 / 1.019)
        assert skill.gain_step(0.1, 0.5, 0.4, -0.1, 0.9, 0.2) == pytest.approx(
            0.6 * 0.4 / (0.4 + 0.019 * 0.6) - 0.5
        )

    @given(unit, unit)
    def test_pull_is_upward_only(self, a: float, b: float) -> None:
        assert skill.pull(a, b) == max(b - a, 0.0)

    def test_joint_work_teaches_most_at_a_middle_distance(self) -> None:
        assert skill.novelty(0.0, 0.25) == 0.0
        assert skill.novelty(0.25, 0.25) == 1.0
        assert skill.novelty(0.6, 0.25) == 0.0

    @given(log_odds)
    def test_sharing_is_expit(self, y: float) -> None:
        assert skill.sharing(y, 0, 0, 0, 0.1, 0.6, 0, 0, 0) == pytest.approx(special.expit(0.1 + 0.6 * y))

    def test_stretch_without_safety_harms(self) -> None:
        assert skill.experience_gain(0.0, 1.0, 0.0, 0.3, 0.5, 0.2, 0.4, 0.4) == pytest.approx(-0.08)
        assert skill.experience_gain(0.0, 1.0, 0.0, 0.8, 0.5, 0.2, 0.4, 0.4) == pytest.approx(0.12)
        assert skill.experience_gain(1.0, 0.0, 1.0, 0.8, 0.5, 0.2, 0.4, 0.4) == pytest.approx(0.2 * exp(0.4))

    def test_courses_need_support(self) -> None:
        plain = skill.formal_gain(1.0, 0, 0, 0, 0.0, 0.2, 0.5)
        supported = skill.formal_gain(1.0, 0, 0, 0, 1.0, 0.2, 0.5)
        assert plain == pytest.approx(0.2)
        assert supported == pytest.approx(0.2 * exp(0.5))
        assert skill.formal_gain(0.0, 1, 1, 1, 1, 0.2, 0.5) == 0.0
        assert skill.formal_gain(1.0, 1.0, 2.0, 3.0, 0.0, 0.2, 0.5) == pytest.approx(0.2 * exp(1.8))

    def test_motivation_multiplies(self) -> None:
        assert skill.motivation(1.0, 2.0, 3.0, 0.3, 0.05, 0.2) == pytest.approx(exp(0.3 + 0.1 + 0.6))


class TestTheRest:
    def test_safety_target(self) -> None:
        assert safety.safety_target(0.5, 0.4, 0.2, 0.5, 0.3) == pytest.approx(0.5 - 0.2 + 0.06)

    def test_mindset_target(self) -> None:
        assert mindset.mindset_target(0.2, 0.5, 0.1, 0.5) == pytest.approx(0.4)

    def test_conduct_target_solves_its_equation(self) -> None:
        z = leadership.conduct_target(1.2, 0.5, 0.2, 0.9, 0.4, 0.3, 0.84)
        assert 0.9 * 1.2 + 0.4 * 0.5 + 0.3 * 0.2 - z / 0.84 == pytest.approx(0.0, abs=1e-12)

    def test_load(self) -> None:
        assert leadership.load_factor(4.0, 5.0) == 1.0
        assert leadership.load_factor(10.0, 5.0) == 0.5
        assert leadership.overload(4.0, 5.0) == 0.0
        assert leadership.overload(10.0, 5.0) == 1.0

    def test_memory_rests_at_zero_when_all_is_usual(self) -> None:
        assert memory.memory_step(0.0, 0.05, 0.05, 0.4, 0.02) == pytest.approx(0.0, abs=1e-15)

    def test_memory_solves_its_equation(self) -> None:
        solved = integrate.solve_ivp(
            lambda _, m: 0.3 * (1 - m) - 0.05 - 0.44 * m, (0, 2), [0.1], rtol=1e-10, atol=1e-12
        ).y[0, -1]
        assert memory.memory_step(0.1, 0.3, 0.05, 0.44, 2.0) == pytest.approx(solved, rel=1e-7)
        assert memory.memory_step(0.1, 0.0, 0.0, 0.0, 1.0) == 0.1

    def test_leaving(self) -> None:
        assert turnover.leaving_hazard(0.15, 0.5, 1.6, 0, 0, 0.3, 0.3) == pytest.approx(0.24)
        assert turnover.leaving_hazard(0.15, 2.0, 1.6, 1, 1, 0.3, 0.2) == pytest.approx(0.15 * exp(-0.5))

    @given(st.floats(0.0, 0.999), st.floats(0.01, 1.0), st.floats(0.01, 3.0))
    def test_usual_tenures_are_those_that_the_hazards_leave(
        self, u: float, hazard: float, first_year: float
    ) -> None:
        def survivors(years: float) -> float:
            """Integral of survival from 0 to `years`."""
            early = hazard * first_year
            within = -expm1(-early * min(years, 1.0)) / early
            return within - exp(-early) * expm1(-hazard * max(years - 1.0, 0.0)) / hazard

        tenure = turnover.usual_tenure(u, hazard, first_year)
        assert survivors(tenure) / survivors(1e6) == pytest.approx(u, abs=1e-9)

    def test_outcomes(self) -> None:
        assert outcomes.productivity(0.6, 0.5, 0.1, 0.2, 0.05) == pytest.approx(1.025)
        assert outcomes.net_present_value(110.0, 0.0, 1.0, 0.1) == pytest.approx(100.0)

    @pytest.mark.parametrize(
        ("y", "a", "years", "reading"),
        [
            (0, 0, 0, 0),
            (0.2, 0, 0, 1),
            (0.8, 0, 0, 2),
            (0, 1, 0.1, 3),
            (0, 1, 0.5, 4),
            (0.8, 1, 2.0, 5),
            (0.2, 1, 2.0, 4),
        ],
    )
    def test_stages_are_a_reading(self, y: float, a: float, years: float, reading: int) -> None:
        assert outcomes.stage(y, a, years) == reading
