"""The sample of not-implausible parameters and draws from it."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibration import draws
from sim.experiments import ExperimentError, make_plan
from sim.experiments.design import drawn_names
from sim.experiments.plausible import chosen, plausible
from sim.parameters import REGISTER


def test_the_sample_lies_in_the_ranges_of_the_register() -> None:
    names, points = plausible()
    assert set(names) == set(drawn_names())
    for name, column in zip(names, points.T, strict=True):
        slack = 1e-3 * abs(REGISTER[name].high)  # the file has four digits
        assert REGISTER[name].low - slack <= column.min() <= column.max() <= REGISTER[name].high + slack


def test_every_point_comes_once_before_any_comes_twice() -> None:
    size = len(plausible()[1])
    rows = chosen(2 * size + 3, seed=7)
    assert sorted(rows[:size]) == sorted(rows[size : 2 * size]) == list(range(size))
    assert not np.array_equal(rows[:size], chosen(size, seed=8))


def test_a_longer_list_begins_with_the_shorter() -> None:
    assert draws(5, seed=3) == draws(9, seed=3)[:5]
    assert draws(0) == []
    with pytest.raises(ValueError, match="from 0"):
        draws(-1)


def test_a_plan_draws_from_the_sample_whole_points() -> None:
    options = {"replicates": 2, "draws": 4, "seed": 3}
    ranges = make_plan(["stars_align"], **options)  # type: ignore[arg-type]
    fitted = make_plan(["stars_align"], assumptions="plausible", **options)  # type: ignore[arg-type]
    wanted = draws(4, seed=3)
    for draw in range(4):
        assert fitted.drawn_values(draw) == {name: wanted[draw][name] for name in fitted.drawn}
    assert fitted.identity() != ranges.identity() and "assumptions" not in ranges.identity()


def test_what_a_scenario_states_is_not_drawn() -> None:
    plan = make_plan(["stars_align"], overrides=["parameters.push=1.1"], assumptions="plausible", draws=2)
    assert "push" not in plan.drawn and len(plan.drawn) == plan.values.shape[1]


def test_an_unknown_source_of_assumptions_is_refused() -> None:
    with pytest.raises(ExperimentError, match="ranges or plausible"):
        make_plan(["stars_align"], assumptions="taste")
