"""The decision between two plans, the corners where something happens, advice before a start."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from sim.experiments.design_table import Design
from sim.sensitivity.advice import advise, estimate, in_words
from sim.sensitivity.analyse import analyse
from sim.sensitivity.decision import decision_outcomes, ranking
from sim.sensitivity.designs import layout_of, make_design
from sim.sensitivity.discovery import BOX_COLUMNS, SCORE_COLUMNS, discover
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor

FACTORS = (
    Factor("a", low=0.0, high=1.0),
    Factor("b", "integer", 1, 8),
    Factor("c", "categorical", levels=("x", "y", "z")),
)
DESIGN = make_design(FACTORS, "latin", 600, seed=2)
A, B, C = DESIGN.values
RNG = np.random.default_rng(1)


def test_differences_are_run_by_run_and_ties_are_halves() -> None:
    a, b = {"share@2.0": [[0.1, 0.5, 0.3]]}, {"share@2.0": [[0.2, 0.4, 0.3]], "more": [[1.0, 1.0, 1.0]]}
    found = decision_outcomes(a, b, a="old", b="new")
    assert list(found) == ["share: new − old@2.0", "share: new overtakes old@2.0"]
    assert np.allclose(found["share: new − old@2.0"], [[0.1, -0.1, 0.0]])
    assert found["share: new overtakes old@2.0"].tolist() == [[1.0, 0.0, 0.5]]
    gone = decision_outcomes({"y": [[np.nan, 1.0]]}, {"y": [[1.0, 2.0]]})
    assert np.isnan(gone["y: B − A"][0, 0]) and np.isnan(gone["y: B overtakes A"][0, 0])
    with pytest.raises(SensitivityError, match="no outcome in common"):
        decision_outcomes({"y": [[1.0]]}, {"z": [[1.0]]})
    with pytest.raises(SensitivityError, match="run both at every point"):
        decision_outcomes({"y": [[1.0]]}, {"y": [[1.0, 2.0]]})


def test_the_choice_may_hang_on_another_factor_than_the_outcome() -> None:
    """Both plans rise with x1; B beats A where x2 is high."""
    factors = tuple(Factor(f"x{k}", low=0.0, high=1.0) for k in (1, 2))
    design = make_design(factors, "sobol", 128)
    x1, x2 = design.values
    luck = RNG.standard_normal((1, 6))
    a = 3.0 * x1[:, None] + 0.2 * luck
    b = a + (x2[:, None] - 0.5) + 0.05 * RNG.standard_normal(a.shape)
    result = analyse(
        design, {"y": a, **decision_outcomes({"y": a}, {"y": b})}, convergence=False, resamples=20
    )
    first = {
        output: result.index("ST", output)["factor"].iloc[0]
        for output in ("y", "y: B − A", "y: B overtakes A")
    }
    assert first == {"y": "x1", "y: B − A": "x2", "y: B overtakes A": "x2"}


def test_rankings_survive_or_hang_on_the_factors() -> None:
    noise = 0.1 * RNG.standard_normal((300, 8))
    ahead = ranking(1.0 + noise, a="A", b="B", outcome="y")
    assert ahead.b_ahead == 1.0 and ahead.a_ahead == 0.0 and "the ranking survives" in ahead.sentence
    mixed = ranking(np.linspace(-1, 1, 300)[:, None] + noise, a="A", b="B", outcome="y")
    assert "hangs on the factors" in mixed.sentence and abs(mixed.b_ahead - mixed.a_ahead) < 0.05
    nothing = ranking(noise, a="A", b="B", outcome="y")
    assert nothing.open > 0.85
    with pytest.raises(SensitivityError, match="two replicates"):
        ranking(np.ones((5, 1)), a="A", b="B", outcome="y")


@pytest.mark.parametrize("replicates", [2, 4, 8])
def test_without_a_difference_a_plan_leads_at_one_point_in_forty(replicates: int) -> None:
    noise = np.random.default_rng(replicates).standard_normal((4000, replicates))
    found = ranking(noise, a="A", b="B", outcome="y")
    for share in (found.a_ahead, found.b_ahead):
        assert 0.016 < share < 0.034  # .025 and four standard errors of chance
    assert "neither leads at more points than chance would have it" in found.sentence


def test_points_of_one_base_row_are_no_unseen_points() -> None:
    """A tree that has seen the sibling of a point would know its outcome: an event by base row cannot be foreseen."""
    switches = tuple(Factor(f"b{k}", "categorical", levels=("x", "y")) for k in range(3))
    factors = (*switches, *(Factor(f"x{k}", low=0.0, high=1.0) for k in range(7)))
    design = make_design(factors, "sobol", 32, seed=3, second_order=False)
    rows = layout_of(design)
    happens = np.empty(len(design))
    for place, yes in zip(rows.place, np.random.default_rng(0).random(32) < 0.35, strict=True):
        happens[place] = yes
    found = discover(design, happens, wanted=0.5, smallest=0.02, deepest=5)
    best = found.scores.iloc[0]
    assert best["density"] > 0.9 and best["density_unseen"] < 0.6  # .87 where rows are torn apart


def test_a_corner_is_found_with_its_limits() -> None:
    happens = ((A > 0.6) & (B >= 5)).astype(float)
    found = discover(DESIGN, happens, event="B overtakes A")
    assert tuple(found.boxes.columns) == BOX_COLUMNS and tuple(found.scores.columns) == SCORE_COLUMNS
    box = found.boxes[found.boxes["box"] == 1].set_index("factor")
    assert set(box.index) == {"a", "b"}
    assert box.loc["a", "low"] == pytest.approx(0.6, abs=0.02) and box.loc["b", "low"] == 5
    best = found.scores.iloc[0]
    assert best["density"] > 0.97 and best["coverage"] > 0.97 and best["factors"] == 2
    assert best["density_unseen"] > 0.9
    assert "Where a is above 0.6" in best["sentence"] or "b is at least 5" in best["sentence"]
    assert found.share == pytest.approx(happens.mean())


def test_levels_of_a_category_are_named() -> None:
    found = discover(DESIGN, (C == "y").astype(float))
    assert found.boxes.iloc[0][["factor", "levels", "text"]].tolist() == ["c", "y", "c is y"]
    assert found.scores.iloc[0]["density"] == 1.0


def test_chance_alone_makes_no_box_that_holds_on_unseen_points() -> None:
    runs = (RNG.random((600, 4)) < 0.3).astype(float)
    found = discover(DESIGN, runs)
    assert not len(found.scores) and "No box has a density" in found.notes[0]
    eager = discover(DESIGN, runs, wanted=0.4, smallest=0.01, deepest=5)
    if len(eager.scores):
        assert not eager.scores["density_unseen"].iloc[0] > 0.4


def test_what_cannot_be_discovered_is_said() -> None:
    with pytest.raises(SensitivityError, match="never"):
        discover(DESIGN, np.zeros(600), event="B overtakes A")
    with pytest.raises(SensitivityError, match="between 0 and 1"):
        discover(DESIGN, A * 3.0)
    with pytest.raises(SensitivityError, match="too few to find"):
        discover(DESIGN.take(np.arange(20)).__class__(("p",), (np.arange(20.0),)), np.ones(20))
    with pytest.raises(SensitivityError, match="for 600 points"):
        discover(DESIGN, np.ones(3))
    unknown = (A > 0.5).astype(float)
    unknown[:10] = np.nan
    assert "10 points without a known outcome" in discover(DESIGN, unknown).notes[0]


def test_discovery_without_its_library_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    with pytest.raises(SensitivityError, match=r"install -e '\.\[discovery\]'"):
        discover(DESIGN, (A > 0.5).astype(float))


def many(count: int) -> tuple[Factor, ...]:
    return tuple(Factor(f"x{k}", low=0.0, high=1.0) for k in range(count))


def test_estimates_are_the_runs_that_are_made() -> None:
    factors = many(12)
    size = estimate(factors, "sobol", 512, replicates=8, seconds_per_run=0.01, workers=2)
    assert size.points == make_design(factors, "sobol", 512).n_points == 13312
    assert size.runs == 106_496 and size.seconds == pytest.approx(532.48)
    assert "106,496 runs, about 9 min" in in_words(size) and not size.ask
    assert estimate(factors, "sobol", 1 << 14, replicates=1000).ask
    assert estimate(factors, "morris", 10, replicates=2, scenarios=2).runs == 10 * 13 * 4


def test_advice_fits_the_budget_and_gives_its_reason() -> None:
    few, lots = many(6), many(109)
    rich = advise(few, runs=200_000)
    assert rich.estimate.method == "sobol" and rich.estimate.runs <= 200_000 and rich.estimate.replicates == 8
    assert advise(few, runs=200_000, scenarios=2).estimate.runs <= 200_000
    screen = advise(lots, runs=50_000)
    assert screen.estimate.method == "morris" and "screen them" in screen.reason
    assert advise(few, runs=2_000).estimate.method == "rbd_fast"
    assert advise(few, runs=20_000, skewed=True).estimate.method == "pawn"
    assert advise(few, seconds=60.0, seconds_per_run=0.01, workers=2).estimate.seconds <= 60.0
    grouped = tuple(f.grouped(f"g{k % 4}") for k, f in enumerate(lots))
    assert advise(grouped, runs=50_000).estimate.method == "sobol"
    assert advise(few, runs=200_000).alternatives
    alone = advise(few[:1], runs=200_000).estimate
    assert not alone.second_order
    make_design(few[:1], alone.method, alone.samples, second_order=alone.second_order)
    with pytest.raises(SensitivityError, match="too few for 109 factors"):
        advise(lots, runs=100)
    with pytest.raises(SensitivityError, match="allows no run"):
        advise(few, seconds=0.0)


def test_a_plain_design_of_numbers_can_be_discovered() -> None:
    x = RNG.random((200, 2))
    found = discover(Design(("p", "q"), (x[:, 0], x[:, 1])), (x[:, 1] < 0.3).astype(float))
    assert found.boxes["factor"].tolist() == ["q"] and found.boxes["high"].iloc[0] == pytest.approx(
        0.3, abs=0.03
    )
