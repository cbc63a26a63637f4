"""Chance: taken out of the indices, a line of its own, in the intervals; whether luck is common or not."""

from __future__ import annotations

import numpy as np
import pytest
from sensitivity_lab import data_of, line, with_common_luck, with_noise

from sim.sensitivity import testfunctions
from sim.sensitivity.analyse import analyse
from sim.sensitivity.data import Data, across_luck, chance_variance, variance_of_means
from sim.sensitivity.designs import layout_of, make_design, positions
from sim.sensitivity.factors import Factor
from sim.sensitivity.methods import METHODS
from sim.sensitivity.resampling import spread
from sim.sensitivity.screening import morris, morris_floor, slopes
from sim.sensitivity.shapes import tenth_rows
from sim.sensitivity.sobol import sobol
from sim.sensitivity.spectral import fast, rbd_fast

FACTORS = testfunctions.factors_of("noisy_line")
TOTAL = np.array([0.794, 0.198, 0.008])
TRUE = np.array(testfunctions.NOISY_LINE["ST"])


@pytest.mark.parametrize("seed", range(1, 21))
def test_totals_of_a_noisy_line_are_not_inflated(seed: int) -> None:
    """The acceptance case: N = 1024, 16 replicates, noise of sd .5 in every run; within .05 for every seed."""
    design = make_design(FACTORS, "sobol", 1024, seed=seed)
    y = with_noise(line(design), 16, 0.5, seed=1000 + seed)
    result = analyse(design, {"y": y}, luck="independent", resamples=2, convergence=False)
    found = result.index("ST").set_index("factor")["value"][["x1", "x2", "x3"]].to_numpy()
    assert np.abs(found - TOTAL).max() < 0.05
    averaged = sobol(data_of(design, y.mean(axis=1)))["ST"]
    assert averaged[2] > 0.1  # what averaging alone makes of a factor that explains .008


def test_chance_has_a_line_of_its_own() -> None:
    design = make_design(FACTORS, "sobol", 512)
    result = analyse(
        design, {"y": with_noise(line(design), 8, 0.5, 3)}, luck="independent", convergence=False
    )
    parts = result.variance.set_index(["part", "factor"])
    whole = 1.26 / 12 + 0.25
    assert parts.loc[("chance", ""), "share"] == pytest.approx(0.25 / whole, abs=0.02)
    assert parts.loc[("alone", "x1"), "share"] == pytest.approx(1 / 12 / whole, abs=0.02)
    assert parts.loc[("together", ""), "share"] == pytest.approx(0.0, abs=0.03)
    assert parts["share"].sum() == pytest.approx(1.0)
    assert (parts["low"] <= parts["share"]).all() and (parts["share"] <= parts["high"]).all()
    row = result.outputs.iloc[0]
    assert row["chance_sd"] == pytest.approx(0.5, abs=0.01)
    assert row["sd"] == pytest.approx(np.sqrt(1.26 / 12), abs=0.02)


def test_a_single_run_a_point_is_called_inflated() -> None:
    design = make_design(FACTORS, "sobol", 256)
    result = analyse(design, {"y": with_noise(line(design), 1, 0.5, 3)}, convergence=False, resamples=20)
    assert result.notes["level"].iloc[0] == "warning" and "one run a point" in result.notes["text"].iloc[0]
    assert not result.indices["corrected"].any()
    assert result.index("ST")["value"].min() > 0.4  # the trap itself


def test_luck_shared_by_all_points_is_taken_out_on_average() -> None:
    """Common luck tilts the effects of the factors: a single draw of 4 replicates misleads, the mean does not."""
    found, averaged = [], []
    for seed in range(50):
        design = make_design(FACTORS, "sobol", 128, seed=seed)
        y = with_common_luck(design, line(design), 4, seed=seed, slope=0.3)
        data = data_of(design, y)
        spread_, own = float(sobol(data)["V"]), data_of(design, y.mean(axis=1))
        found.append(sobol(data)["ST"] * spread_)
        averaged.append(sobol(own)["ST"] * float(sobol(own)["V"]))
    true = TRUE * 1.26 / 12
    # The tilt of x3 adds .3²/12/4 to its averaged total; three standard errors of the mean of 50.
    error = 3.0 * np.std(found, axis=0) / np.sqrt(50)
    assert (np.abs(np.mean(found, axis=0) - true) < error).all()
    assert np.mean(averaged, axis=0)[2] > true[2] + 0.5 * 0.09 / 12 / 4


def test_across_luck_is_the_textbook_subtraction_for_independent_noise() -> None:
    y = np.random.default_rng(1).normal(size=(50, 1, 6))
    data = Data(y, np.zeros((50, 1, 1)), ((0,),), (False,))
    mean = y.mean(axis=2)
    found = across_luck(data, lambda z: np.asarray((z**2).mean()))
    assert found == pytest.approx((mean**2).mean() - y.var(axis=2, ddof=1).mean() / 6)
    assert chance_variance(data) == pytest.approx(y.var(axis=2, ddof=1).mean())


def test_variance_of_means_has_no_chance_in_it() -> None:
    x = np.linspace(0.0, 1.0, 400)
    found = []
    for seed in range(40):
        y = with_noise(x, 3, 1.0, seed)[:, None, :]
        found.append(variance_of_means(Data(y, x[:, None, None], ((0,),), (False,))))
    assert np.mean(found) == pytest.approx(1 / 12, abs=0.02)  # averaging alone gives 1/12 + 1/3


@pytest.mark.parametrize("luck", ["independent", "common"])
def test_screening_and_spectral_methods_take_chance_out(luck: str) -> None:
    def noisy(method: str, n: int, seed: int) -> Data:
        design = make_design(FACTORS, method, n, seed=seed)
        y = line(design)
        noise = with_noise(y, 8, 0.5, seed) if luck == "independent" else with_common_luck(design, y, 8, seed)
        return data_of(design, noise)

    seeds = range(20)
    screened = [morris(noisy("morris", 32, s)) for s in range(40)]
    # Three factors on a grid of four levels: the points of the trajectories coincide, so errors are large.
    for name, true in (("mu_rms", [1.0, 0.25, 0.01]), ("sigma", [0.0, 0.0, 0.0])):
        squares = np.array([found[name] ** 2 for found in screened])
        assert np.allclose(squares.mean(axis=0), true, atol=0.08)
    nu = np.mean([slopes(noisy("dgsm", 64, s))["nu"] for s in seeds], axis=0)
    # Steps of a tenth: averaging alone would add 2 × .25 / 8 / .1² = 6.25 to each.
    assert np.allclose(nu[:2], [1.0, 0.25], atol=0.6 if luck == "independent" else 0.06)
    total = np.mean([fast(noisy("fast", 516, s))["ST"] for s in seeds], axis=0)
    assert np.allclose(total, TRUE, atol=0.06)
    first = np.mean([rbd_fast(noisy("rbd_fast", 256, s))["S1"] for s in seeds], axis=0)
    assert np.allclose(first, TRUE, atol=0.06)


def test_sizes_of_effects_come_with_the_floor_that_chance_gives() -> None:
    found, floor = [], []
    for seed in range(12):
        design = make_design(testfunctions.factors_of("g_function"), "morris", 16, seed=seed)
        data = data_of(design, with_noise(np.zeros(len(design)), 4, 1.0, seed))
        found.append(morris(data)["mu_star"])
        floor.append(morris_floor(data)["mu_star"])
    above = np.mean(np.array(found) > np.array(floor))
    assert 0.005 < above < 0.12  # 5 % of 96, three standard errors either way


@pytest.mark.parametrize("method", ["pawn", "delta", "rsa"])
def test_a_factor_without_influence_stays_at_the_floor(method: str) -> None:
    design = make_design(FACTORS, method, 256)
    y = with_noise(design.values[0], 4, 0.2, 1)
    result = analyse(design, {"y": y}, luck="independent", convergence=False, resamples=10)
    rows = result.index(METHODS[method].leads).set_index("factor")
    assert rows.loc["x1", "low"] > rows.loc["x1", "floor"]
    assert rows.loc["x3", "value"] < 1.3 * rows.loc["x3", "floor"]


def coverage(luck: str, replicates: int, seeds: range, n: int = 128) -> np.ndarray:  # type: ignore[type-arg]
    """How often the 95 % interval of ST holds the truth, by factor."""
    hits = []
    for seed in seeds:
        design = make_design(FACTORS, "sobol", n, seed=seed)
        y = line(design)
        noisy = (
            with_noise(y, replicates, 0.5, seed)
            if luck == "independent"
            else with_common_luck(design, y, replicates, seed)
        )
        result = spread(
            data_of(design, noisy), METHODS["sobol"], common=luck == "common", seed=seed, resamples=100
        )
        hits.append((result.low["ST"] <= TRUE) & (result.high["ST"] >= TRUE))
    return np.mean(hits, axis=0)


@pytest.mark.slow
@pytest.mark.parametrize(("luck", "replicates"), [("independent", 8), ("common", 4), ("common", 8)])
def test_intervals_hold_the_truth_about_as_often_as_they_say(luck: str, replicates: int) -> None:
    # 95 % of 80: below .84 in one of 10,000 such tests.
    assert (coverage(luck, replicates, range(80)) >= 0.84).all()


def test_intervals_of_common_luck_are_wider_than_those_that_ignore_it() -> None:
    design = make_design(FACTORS, "sobol", 256)
    data = data_of(design, with_common_luck(design, line(design), 8, 1))
    wide, narrow = (spread(data, METHODS["sobol"], common=c, seed=1, resamples=60) for c in (True, False))
    assert ((wide.high["ST"] - wide.low["ST"]) > (narrow.high["ST"] - narrow.low["ST"]))[:2].all()


def test_resampling_is_seeded_and_leaves_the_global_generator_alone() -> None:
    design = make_design(FACTORS, "sobol", 64)
    y = {"y": with_noise(line(design), 3, 0.5, 1)}
    state = np.random.get_state()[1].copy()  # type: ignore[union-attr,index]
    one, two = (analyse(design, y, resamples=20, seed=4).indices for _ in range(2))
    assert one.equals(two)
    assert not one.equals(analyse(design, y, resamples=20, seed=5).indices)
    assert (np.random.get_state()[1] == state).all()  # type: ignore[index]


@pytest.mark.parametrize(
    ("method", "samples", "replicates"), [("fast", 520, 2), ("tornado", None, 2), ("tornado", None, 4)]
)
def test_the_order_of_two_equal_factors_is_seldom_called_settled(
    method: str, samples: int | None, replicates: int
) -> None:
    """Few curves or replicates are no resamples: a twentieth may be taken for an order, not a half."""
    pair = tuple(Factor(name, low=0.0, high=1.0) for name in ("a", "b"))
    design = make_design(pair, method, samples)
    settled = 0
    for seed in range(40):
        noise = np.random.default_rng(seed).standard_normal((len(design), replicates))
        y = sum(design.values)[:, None] + (0.8 if method == "fast" else 0.3) * noise
        found = analyse(design, {"y": y}, convergence=False, luck="independent")
        settled += bool(found.verdicts["settled"].iloc[0])
    assert settled <= 7  # 2 expected of 40 at .05; more than 7 by chance in one of 1,000


@pytest.mark.parametrize("method", ["sobol", "morris", "latin"])
def test_intervals_of_curves_allow_for_points_of_one_row(method: str) -> None:
    """Means of the highest tenth over many designs vary as much as one design's interval says."""
    factors = tuple(Factor(f"x{k}", low=0.0, high=1.0) for k in range(8))
    found = []
    for seed in range(15):
        design = make_design(
            factors, method, {"sobol": 32, "morris": 40, "latin": 300}[method], seed=seed, second_order=False
        )
        y = np.sum(design.values, axis=0)[:, None]
        layout = layout_of(design, "pawn")
        rows = tenth_rows(y[layout.place[:, 0]], positions(layout), factors, layout.clusters)
        found += [(row["y_high"], 0.5 * (row["high_hi"] - row["high_lo"]), row["factor"]) for row in rows]
    high, half, factor = (np.array(column) for column in zip(*found, strict=True))
    spread = np.sqrt(np.mean([high[factor == name].var(ddof=1) for name in set(factor)]))
    assert 0.8 < half.mean() / (1.96 * spread) < 1.6


def test_confidence_is_that_of_every_interval() -> None:
    design = make_design(FACTORS, "sobol", 64)
    y = np.sum(design.values, axis=0)[:, None] + 0.1 * np.random.default_rng(1).standard_normal(
        (len(design), 4)
    )
    widths = []
    for confidence in (0.5, 0.95):
        found = analyse(design, {"y": y}, convergence=False, confidence=confidence)
        curves, bars, parts = found.curves, found.tornado, found.variance
        mean = curves[curves["curve"] == "mean"]
        widths.append(
            [
                float((mean["high"] - mean["low"]).mean()),
                float((bars["low_hi"] - bars["low_lo"]).mean()),
                float((parts["high"] - parts["low"]).mean()),
            ]
        )
    assert all(narrow < 0.6 * wide for narrow, wide in zip(*widths, strict=True))
