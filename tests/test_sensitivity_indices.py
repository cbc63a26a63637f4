"""Indices against closed forms and against SALib itself."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sensitivity_lab import data_of, line, outcome

from sim.sensitivity import testfunctions
from sim.sensitivity.analyse import analyse
from sim.sensitivity.designs import layout_of, make_design
from sim.sensitivity.distributional import cramer_von_mises, delta, pawn, regional
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor
from sim.sensitivity.samplers import problem, salib_seed
from sim.sensitivity.screening import morris, slopes
from sim.sensitivity.sobol import sobol
from sim.sensitivity.spectral import fast, rbd_fast

THREE = testfunctions.factors_of("ishigami")
EIGHT = testfunctions.factors_of("g_function")
SALIB = {**problem(range(3))}


@pytest.mark.parametrize("second_order", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_ishigami_is_within_a_hundredth(seed: int, second_order: bool) -> None:
    design = make_design(THREE, "sobol", 2**13, seed=seed, second_order=second_order)
    x1, x2, x3 = design.values
    y = np.sin(x1) + 7.0 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
    found = sobol(data_of(design, y))
    assert np.abs(found["S1"] - testfunctions.ISHIGAMI["S1"]).max() < 0.01
    assert np.abs(found["ST"] - testfunctions.ISHIGAMI["ST"]).max() < 0.01
    assert abs(float(found["V"]) - 13.84459) < 0.01 * 13.84459
    if second_order:
        pairs = found["S2"][np.triu_indices(3, 1)]
        assert np.abs(pairs - (0.0, testfunctions.ISHIGAMI_S13, 0.0)).max() < 0.01


def test_sobols_g_is_within_a_hundredth() -> None:
    design = make_design(EIGHT, "sobol", 2**13, seed=1)
    x, a = np.stack(design.values, axis=1), np.array(testfunctions.G_COEFFICIENTS)
    found = sobol(data_of(design, np.prod((np.abs(4.0 * x - 2.0) + a) / (1.0 + a), axis=1)))
    assert np.abs(found["S1"] - testfunctions.G_FUNCTION["S1"]).max() < 0.01
    assert np.abs(found["ST"] - testfunctions.G_FUNCTION["ST"]).max() < 0.01


def test_the_test_functions_are_what_they_say() -> None:
    assert testfunctions.ishigami({"x1": np.pi / 2, "x2": np.pi / 2, "x3": 1.0})["y"] == pytest.approx(8.1)
    assert testfunctions.g_function({f"x{k}": 0.0 for k in range(1, 9)})["y"] == pytest.approx(
        np.prod([(2 + a) / (1 + a) for a in testfunctions.G_COEFFICIENTS])
    )
    point = {"parameters.x1": 1.0, "parameters.x2": 0.0, "parameters.x3": 0.0}
    runs = [testfunctions.noisy_line(point, seed=s, replicate=r)["y"] for s in range(40) for r in range(50)]
    assert np.mean(runs) == pytest.approx(1.0, abs=0.04) and np.std(runs) == pytest.approx(0.5, abs=0.03)
    assert len(set(runs)) == len(runs)


@pytest.fixture(scope="module")
def rough():  # type: ignore[no-untyped-def]
    """A noisy-free outcome at points of each method, and the coordinates in the unit cube as SALib takes them."""

    def made(method: str, n: int):  # type: ignore[no-untyped-def]
        design = make_design(THREE, method, n, seed=3)
        layout = layout_of(design)
        x = layout.x.reshape(-1, 3)
        u = (x + np.pi) / (2.0 * np.pi) if layout.method.given_data else x
        y = outcome(design, "ishigami")
        return data_of(design, y), u, y[layout.place].ravel()

    return made


def test_sobol_agrees_with_salib(rough) -> None:  # type: ignore[no-untyped-def]
    from SALib.analyze import sobol as theirs

    data, _, y = rough("sobol", 2048)
    ours, other = sobol(data), theirs.analyze(SALIB, y, seed=1)
    assert np.abs(ours["ST"] - other["ST"]).max() < 0.02 and np.abs(ours["S1"] - other["S1"]).max() < 0.02
    upper = np.triu_indices(3, 1)
    assert np.abs(ours["S2"][upper] - other["S2"][upper]).max() < 0.05


def test_sobol_with_groups_agrees_with_salib() -> None:
    from SALib.analyze import sobol as theirs

    factors = (THREE[0].grouped("g"), THREE[1].grouped("h"), THREE[2].grouped("g"))
    design = make_design(factors, "sobol", 1024)
    layout, y = layout_of(design), outcome(design, "ishigami")
    other = theirs.analyze(problem([0, 1, 0]), y[layout.place].ravel(), seed=1)
    ours = sobol(data_of(design, y))
    assert np.abs(ours["ST"] - other["ST"]).max() < 0.02
    assert ours["ST"][0] == pytest.approx(1 - testfunctions.ISHIGAMI["S1"][1], abs=0.02)


def test_morris_is_that_of_salib(rough) -> None:  # type: ignore[no-untyped-def]
    from SALib.analyze import morris as theirs

    data, u, y = rough("morris", 40)
    other, ours = theirs.analyze(SALIB, u, y, num_levels=4, seed=1), morris(data)
    for name in ("mu", "mu_star", "sigma"):
        assert np.allclose(ours[name], np.asarray(other[name], dtype=float))


def test_fast_is_that_of_salib() -> None:
    from SALib.analyze import fast as theirs

    design = make_design(THREE, "fast", 200, seed=3)
    y = outcome(design, "ishigami")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = theirs.analyze(SALIB, y[layout_of(design).place].ravel(), num_resamples=2, seed=1)
    ours = fast(data_of(design, y))
    assert np.allclose(ours["S1"], other["S1"]) and np.allclose(ours["ST"], other["ST"])


def test_rbd_fast_is_that_of_salib(rough) -> None:  # type: ignore[no-untyped-def]
    from SALib.analyze import rbd_fast as theirs

    for n in (512, 513):
        data, u, y = rough("rbd_fast", n)
        other = theirs.analyze(SALIB, u, y, num_resamples=2, seed=1)
        assert np.allclose(rbd_fast(data)["S1"], other["S1"])


def test_pawn_is_close_to_that_of_salib(rough) -> None:  # type: ignore[no-untyped-def]
    from SALib.analyze import pawn as theirs

    data, u, y = rough("pawn", 1000)
    other, ours = theirs.analyze(SALIB, u, y, S=10), pawn(data)
    # SALib leaves the largest point of each factor out of its last slice.
    assert np.abs(ours["pawn"] - np.array(other["median"])).max() < 0.01
    assert np.abs(ours["pawn_max"] - np.array(other["maximum"])).max() < 0.01


def test_delta_is_the_raw_estimate_of_salib(rough) -> None:  # type: ignore[no-untyped-def]
    from SALib.analyze.delta import calc_delta

    data, u, y = rough("delta", 256)
    edges = np.linspace(0, 256, int(np.ceil(256 ** (2.0 / (7.0 + np.tanh((1500.0 - 256) / 500.0))))) + 1)
    other = [calc_delta(y, np.linspace(y.min(), y.max(), 100), u[:, j], edges) for j in range(3)]
    assert np.allclose(delta(data)["delta"], other)


def test_dgsm_is_that_of_salib(rough) -> None:  # type: ignore[no-untyped-def]
    from SALib.analyze import dgsm as theirs

    data, u, y = rough("dgsm", 64)
    other, ours = theirs.analyze(SALIB, u, y, num_resamples=2, seed=1), slopes(data)
    assert np.allclose(ours["nu"], other["vi"])
    # SALib divides by the variance with n, this by that with n − 1.
    assert np.allclose(ours["dgsm"], np.asarray(other["dgsm"]) * 63 / 64)
    assert (ours["dgsm"] > np.array(testfunctions.ISHIGAMI["ST"])).all()


def test_regional_analysis_is_that_of_salib(rough) -> None:  # type: ignore[no-untyped-def]
    from SALib.analyze.rsa import rsa
    from scipy.stats import ks_2samp

    data, u, y = rough("rsa", 300)
    assert np.allclose(cramer_von_mises(u[:, 0], y), rsa(u, y, 10, "Y")[:, 0])
    high = y >= np.quantile(y, 0.75)
    assert np.allclose(
        regional(data)["regional"], [ks_2samp(u[high, j], u[~high, j]).statistic for j in range(3)]
    )


def test_an_outcome_of_two_values_has_no_tenths_and_gives_no_warning() -> None:
    design = make_design(THREE, "rsa", 64, seed=3)
    data = data_of(design, (outcome(design, "ishigami") > 4.0).astype(float))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = regional(data)
    assert np.isnan(found["cvm"]).all() and (found["regional"] > 0.0).all()


def test_salib_never_gets_the_seed_that_means_none() -> None:
    assert salib_seed(0) > 0 and salib_seed(2**31 - 2) > 0
    assert len({salib_seed(seed) for seed in range(1000)}) == 1000


@pytest.mark.parametrize("method", ["sobol", "morris", "fast", "rbd_fast", "delta", "pawn", "dgsm", "rsa"])
def test_a_constant_outcome_is_said_and_gives_no_zeros_for_an_answer(method: str) -> None:
    """SALib answers with zeros, which look like "no factor matters"."""
    design = make_design(THREE, method, {"fast": 129}.get(method, 64))
    result = analyse(design, {"y": np.full((len(design), 2), 3.0)}, resamples=5, convergence=False)
    assert "nothing to explain" in result.notes["text"].iloc[0]
    assert not result.verdicts["settled"].any()
    if method in ("sobol", "fast", "rbd_fast", "dgsm"):
        lead = result.indices[result.indices["index"].isin(["S1", "ST", "dgsm"])]
        assert lead["value"].isna().all()


@pytest.mark.parametrize("method", ["sobol", "morris", "fast", "rbd_fast", "delta", "pawn", "dgsm", "rsa"])
def test_one_missing_run_never_reaches_an_analysis(method: str) -> None:
    design = make_design(THREE, method, {"fast": 129}.get(method, 64))
    y = line(design)
    y[3] = np.nan
    with pytest.raises(SensitivityError, match=r"1 of [\d,]+ runs have no value for y.*few to go on: 3"):
        analyse(design, {"y": y})


def test_every_method_finds_the_order_of_a_line() -> None:
    factors = testfunctions.factors_of("noisy_line")
    for method, n in (("morris", 16), ("sobol", 64), ("fast", 516), ("rbd_fast", 256), ("delta", 256),
                      ("pawn", 256), ("dgsm", 32), ("rsa", 256), ("tornado", 1)):  # fmt: skip
        design = make_design(factors, method, n)
        result = analyse(design, {"y": line(design)}, resamples=8, convergence=False, deterministic=True)
        lead = result.verdicts["index"].iloc[0]
        assert result.index(lead)["factor"].tolist()[:2] == ["x1", "x2"], method
        assert (result.index(lead)["rank"].tolist()) == [1, 2, 3]


def test_whole_numbers_and_categories_are_analysed_without_rounding() -> None:
    """y = level of c + a/10: the category explains 1/(1 + 0.01·…) of the variance, exactly known."""
    factors = (
        Factor("a", low=0.0, high=1.0),
        Factor("b", "integer", 1, 4),
        Factor("c", "categorical", levels=("x", "y")),
    )
    design = make_design(factors, "sobol", 1024)
    assert len(design) < 1024 * 8
    a, b, c = design.values
    y = a + b + 2.0 * (c == "y")
    variance = np.array([1 / 12, 15 / 12, 1.0])
    found = sobol(data_of(design, y))
    assert np.abs(found["ST"] - variance / variance.sum()).max() < 0.01
    assert np.abs(found["S1"] - variance / variance.sum()).max() < 0.01
