"""What runs mean, held against NumPy, SciPy and pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.analysis import (
    assumptions_that_matter,
    bands,
    lit_by_layer,
    paired_difference,
    summary,
    who_lit_whom,
)
from sim.analysis.drivers import fisher_interval, rank_correlation
from sim.analysis.tables import wilson

numbers = st.floats(-10, 10, allow_nan=False).map(lambda x: round(x, 3))


def runs_table(a: list[float], b: list[float], uncertainty: str = "luck", **more: object) -> pd.DataFrame:
    """Runs of two scenarios, replicate by replicate."""
    n = len(a)
    table = pd.DataFrame(
        {
            "scenario": ["a"] * n + ["b"] * n,
            "uncertainty": uncertainty,
            "draw": np.tile(np.arange(n), 2) if uncertainty == "assumptions" else np.nan,
            "replicate": np.tile(np.arange(n), 2),
            "status": "ok",
            "share_end": [*a, *b],
        }
    )
    return table.assign(**more)


@given(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=40))
@settings(max_examples=50, deadline=None)
def test_paired_difference_is_the_paired_t_test(pairs: list[tuple[float, float]]) -> None:
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    found = paired_difference(runs_table(a, b), "a", "b", uncertainty="luck")
    d = np.array(b) - np.array(a)
    assert found.n == len(pairs)
    assert found.mean == pytest.approx(d.mean())
    if d.std() > 1e-9:
        expected = stats.ttest_rel(b, a).confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
        assert found.distinguishable == (expected.low > 0 or expected.high < 0)
    assert found.median == pytest.approx(np.median(d))


def test_pairs_are_matched_by_luck_and_not_by_row() -> None:
    table = runs_table([1.0, 2.0, 3.0], [1.5, 2.5, 3.5]).sample(frac=1.0, random_state=3)
    found = paired_difference(table, "a", "b", uncertainty="luck")
    assert found.q05 == found.q95 == pytest.approx(0.5)


def test_a_failed_run_takes_its_pair_along() -> None:
    table = runs_table([1.0, 2.0, 3.0], [2.0, 3.0, 9.0])
    table.loc[(table["scenario"] == "b") & (table["replicate"] == 2), "status"] = "failed"
    found = paired_difference(table, "a", "b", uncertainty="luck")
    assert (found.n, found.dropped, found.mean) == (2, 1, 1.0)


def test_equal_scenarios_are_not_distinguishable_and_it_says_so() -> None:
    found = paired_difference(runs_table([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]), "a", "b", uncertainty="luck")
    assert not found.distinguishable
    assert "not distinguishable" in found.verdict


def test_a_sign_that_holds_in_eight_draws_of_ten_is_not_enough() -> None:
    a = [0.0] * 20
    mostly = [1.0] * 16 + [-0.1] * 4
    always = [1.0 + 0.01 * k for k in range(20)]
    assert paired_difference(runs_table(a, mostly), "a", "b", uncertainty="luck").distinguishable
    assert not paired_difference(runs_table(a, mostly, "assumptions"), "a", "b").distinguishable
    clear = paired_difference(runs_table(a, always, "assumptions"), "a", "b")
    assert clear.distinguishable and clear.b_above == 1.0 and "above" in clear.verdict


def test_no_pair_at_all_is_said_and_not_computed() -> None:
    table = runs_table([1.0, 2.0], [1.0, 2.0], "luck")
    found = paired_difference(table, "a", "b", uncertainty="assumptions")
    assert found.n == 0 and not found.distinguishable and "no pair" in found.verdict


def test_unknown_names_are_errors() -> None:
    table = runs_table([1.0], [1.0])
    with pytest.raises(KeyError, match="no outcome 'sharee'"):
        paired_difference(table, "a", "b", "sharee", "luck")
    with pytest.raises(KeyError, match="no scenario 'c'"):
        paired_difference(table, "a", "c", uncertainty="luck")


@given(st.lists(st.tuples(numbers, numbers), min_size=4, max_size=60))
@settings(max_examples=50, deadline=None)
def test_rank_correlation_is_spearmans(pairs: list[tuple[float, float]]) -> None:
    x, y = [p for p, _ in pairs], [q for _, q in pairs]
    found = rank_correlation(x, y)
    if len(set(x)) > 1 and len(set(y)) > 1:
        assert found == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    else:
        assert np.isnan(found)


def _drawn(seed: int, draws: int = 40, parameters: int = 30, effect: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.random((draws, parameters))
    d = effect * x[:, 7] + rng.normal(0, 0.1, draws)
    columns = {f"p.par{k}": np.tile(x[:, k], 2) for k in range(parameters)}
    return runs_table([0.0] * draws, list(d), "assumptions", **columns)


def test_the_assumption_that_matters_is_found() -> None:
    table = assumptions_that_matter(_drawn(1, effect=1.0), "a", "b")
    assert table.loc[0, "parameter"] == "par7"
    assert bool(table.loc[0, "clear"]) and table.loc[0, "rank_correlation"] > 0.7
    assert len(table) == 3


def test_noise_is_seldom_called_clear() -> None:
    alarms = sum(bool(assumptions_that_matter(_drawn(s), "a", "b")["clear"].any()) for s in range(100))
    assert alarms <= 12  # 5 expected at most; chance of more than 12 is below .002


def test_an_outcome_that_does_not_vary_gives_an_empty_table_and_no_zeros() -> None:
    table = runs_table([0.0] * 10, [0.0] * 10, "assumptions", **{"p.x": np.tile(np.arange(10.0), 2)})
    assert assumptions_that_matter(table, "a", "b").empty


def test_the_interval_of_a_rank_correlation_covers() -> None:
    rng = np.random.default_rng(5)
    true = 6 / np.pi * np.arcsin(0.5 / 2)  # Spearman's of a bivariate normal with correlation .5
    hits = 0
    for _ in range(400):
        x = rng.normal(size=40)
        y = 0.5 * x + np.sqrt(0.75) * rng.normal(size=40)
        low, high = fisher_interval(rank_correlation(x, y), 40)
        hits += low <= true <= high
    assert hits >= 0.92 * 400


def _series(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        {"scenario": s, "uncertainty": "luck", "draw": np.nan, "replicate": r, "time": t, "kind": "all", "group": "all",
         "share_practising": rng.random(), "skill": rng.random() if r != 2 else np.nan}
        for s in ("b", "a") for r in range(9) for t in (0.0, 0.5)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_bands_are_quantiles_over_runs() -> None:
    series = _series()
    table = bands(series)
    assert list(table["scenario"].drop_duplicates()) == ["b", "a"]  # as they come
    for row in table.itertuples():
        cell = series[(series["scenario"] == row.scenario) & (series["time"] == row.time)][
            row.metric
        ].dropna()
        assert row.n == len(cell)
        expected = np.quantile(cell, [0.05, 0.25, 0.5, 0.75, 0.95])
        assert (row.q05, row.q25, row.median, row.q75, row.q95) == pytest.approx(tuple(expected))
        assert row.mean == pytest.approx(cell.mean())


def test_bands_of_one_metric_and_kind() -> None:
    table = bands(_series(), metrics=["skill"], kinds=["all"])
    assert set(table["metric"]) == {"skill"} and len(table) == 4
    with pytest.raises(KeyError, match="no metric 'skil'"):
        bands(_series(), metrics=["skil"])


def test_who_lit_whom_adds_up() -> None:
    events = pd.DataFrame(
        {
            "scenario": "a",
            "replicate": [0, 0, 1, 1],
            "week": [1, 2, 3, 3],
            "kind": ["adopt", "adopt", "adopt", "leave"],
            "layer": ["peers", "authority", "peers", ""],
            "level": ["employee", "manager", "employee", "employee"],
            "count": [3, 1, 2, 7],
        }
    )
    table = who_lit_whom(events)
    assert table["share"].sum() == pytest.approx(1.0)
    peers = table[(table["layer"] == "peers") & (table["level"] == "employee")]
    assert peers["adoptions"].item() == pytest.approx(2.5)
    assert who_lit_whom(events, replicates=5)["adoptions"].sum() == pytest.approx(6 / 5)


def test_lit_by_layer_is_a_mean_over_runs() -> None:
    table = runs_table(
        [0.0, 0.0], [0.0, 0.0], **{"adoptions_peers": [1.0, 3.0, 0.0, 0.0], "adoptions_spontaneous": 2.0}
    )
    found = lit_by_layer(table).set_index(["scenario", "layer"])
    assert found.loc[("a", "peers"), "adoptions"] == 2.0
    assert found.loc[("a", "peers"), "share"] == 0.5
    assert found.loc[("b", "peers"), "share"] == 0.0


@given(st.integers(1, 200), st.data())
@settings(max_examples=40, deadline=None)
def test_wilson_is_scipys(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    expected = stats.binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(k, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def _outcomes(n: int) -> dict[str, object]:
    names = ("share_start", "share_1y", "share_2y", "share_3y", "skill_end", "cost", "practice_hours")
    return {
        **dict.fromkeys(names, 0.1),
        "swept": [True, *[False] * (n - 1)],
        "time_to_50": [1.0] + [np.nan] * (n - 1),
    }


def test_the_end_table_has_a_row_a_scenario_and_counts_failures() -> None:
    table = runs_table([0.1, 0.2, 0.3], [0.4, 0.5, 0.6], **_outcomes(6))
    table.loc[5, "status"] = "failed"
    found = summary(table)
    assert list(found["scenario"]) == ["a", "b"]
    assert list(found["failed"]) == [0, 1]
    assert np.isinf(found.loc[0, "time_to_50"])
    assert found.loc[0, "swept"] == pytest.approx(1 / 3)
    assert np.isnan(found.loc[0, "difference"]) and found.loc[1, "difference"] == pytest.approx(0.3)


def test_the_end_table_survives_a_scenario_all_of_whose_runs_failed() -> None:
    table = runs_table([0.1, 0.2], [0.4, 0.5], **_outcomes(4))
    table.loc[table["scenario"] == "b", "status"] = "failed"
    found = summary(table)
    assert found.loc[1, "failed"] == 2 and np.isnan(found.loc[1, "share_end"])


# --- the edges ----------------------------------------------------------------------------------------------


def test_one_pair_has_a_mean_and_no_interval() -> None:
    found = paired_difference(runs_table([1.0], [3.0]), "a", "b", uncertainty="luck")
    assert (found.n, found.mean) == (1, 2.0) and np.isinf([found.low, found.high]).all()
    assert not found.distinguishable
    assert found.as_dict()["verdict"] == found.verdict


def test_a_rank_correlation_of_few_or_perfect_draws() -> None:
    assert fisher_interval(0.5, 3) == (-1.0, 1.0)
    assert fisher_interval(float("nan"), 30) == (-1.0, 1.0)
    assert fisher_interval(-1.0, 30) == (-1.0, -1.0)


def test_a_parameter_that_was_not_moved_is_left_out() -> None:
    x = np.arange(10.0)
    table = runs_table([0.0] * 10, list(x), "assumptions", **{"p.x": np.tile(x, 2), "p.still": 1.0})
    found = assumptions_that_matter(table, "a", "b")
    assert found["parameter"].tolist() == ["x"] and found.loc[0, "p_value"] == 0.0
    alone = assumptions_that_matter(table, "b", top=None)
    assert alone["parameter"].tolist() == ["x"]
