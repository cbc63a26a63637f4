"""What outcomes are: failed runs, times that never come, two humps; what is said of them; when it is settled."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sensitivity_lab import line, with_noise

from sim.sensitivity import testfunctions
from sim.sensitivity.analyse import analyse
from sim.sensitivity.designs import layout_of, make_design
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.outputs import name_and_time, outcomes_of, valley
from sim.sensitivity.result import COLUMNS, SensitivityResult, table
from sim.sensitivity.treating import treat
from sim.sensitivity.verdicts import verdict

FACTORS = testfunctions.factors_of("noisy_line")
DESIGN = make_design(FACTORS, "sobol", 128)
Y = with_noise(line(DESIGN), 6, 0.2, 1)
TRUE = np.array(testfunctions.NOISY_LINE["ST"])


def totals(result: SensitivityResult, output: str | None = None) -> np.ndarray:  # type: ignore[type-arg]
    return result.index("ST", output).set_index("factor")["value"][["x1", "x2", "x3"]].to_numpy()


# --- failed runs ------------------------------------------------------------------------------------------------------


def test_a_few_failed_replicates_are_counted_said_and_do_not_bend_the_answer() -> None:
    y = Y.copy()
    y[5, 0] = y[40, 3] = y[77, 5] = np.nan
    result = analyse(
        DESIGN, {"y": y}, failed=np.isnan(y), convergence=False, resamples=10, luck="independent"
    )
    row = result.outputs.iloc[0]
    assert (row["failed"], row["undefined"]) == (3, 0)
    assert "3 of 6,144 runs have no value for y" in row["treatment"]
    assert result.notes["level"].iloc[0] == "warning" and "3 of 6,144" in result.notes["text"].iloc[0]
    whole = analyse(DESIGN, {"y": Y}, convergence=False, resamples=10, luck="independent")
    assert np.abs(totals(result) - totals(whole)).max() < 0.005


def test_refusing_names_counts_points_and_reasons() -> None:
    y = Y.copy()
    y[7] = np.nan
    with pytest.raises(
        SensitivityError, match=r"6 of 6,144 .*\(diverged\); 1 points have too few to go on: 7"
    ):
        analyse(DESIGN, {"y": y}, reasons="diverged")
    y = Y.copy()
    y[:200, 0] = np.nan  # each point has enough, but there are many
    with pytest.raises(SensitivityError, match="200 of 6,144"):
        analyse(DESIGN, {"y": y})
    analyse(DESIGN, {"y": y}, tolerated=0.05, convergence=False, resamples=2)


def test_dropping_leaves_base_rows_out_and_imputing_takes_the_median() -> None:
    y = Y.copy()
    y[::96] = np.nan
    dropped = analyse(DESIGN, {"y": y}, policy="drop", convergence=False, resamples=10, luck="independent")
    assert "11 of 128 base rows are left out" in dropped.outputs["treatment"].iloc[0]
    assert np.abs(totals(dropped) - TRUE).max() < 0.08
    imputed = analyse(DESIGN, {"y": y}, policy="impute-median", convergence=False, resamples=10)
    assert "11 points take the median" in imputed.outputs["treatment"].iloc[0]
    layout = layout_of(DESIGN)
    filled = treat(y, layout, name="y", policy="impute-median")
    assert (filled.y[layout.place == 96] == np.median(y[np.isfinite(y)])).all()


def test_what_cannot_be_dropped_is_refused() -> None:
    design = make_design(FACTORS, "fast", 129)
    y = line(design)
    y[3] = np.nan
    with pytest.raises(SensitivityError, match="cannot leave out points"):
        analyse(design, {"y": y}, policy="drop")
    many = Y.copy()
    many[::4] = np.nan
    with pytest.raises(SensitivityError, match="too few to speak for the rest"):
        analyse(DESIGN, {"y": many}, policy="drop")
    with pytest.raises(SensitivityError, match="policy 'zeros' is unknown"):
        analyse(DESIGN, {"y": many}, policy="zeros")
    with pytest.raises(SensitivityError, match="10 points, but the design has"):
        analyse(DESIGN, {"y": np.zeros(10)})


def test_a_filled_point_has_the_noise_of_what_was_there() -> None:
    """Of R replicates n are there: s²/R of the filled row is s²/n of the rest, its mean theirs."""
    y = Y[:, :].copy()
    y[3, 1] = y[3, 4] = np.nan
    filled = treat(y, layout_of(DESIGN), name="y").y[layout_of(DESIGN).place == 3][0]
    rest = y[3][np.isfinite(y[3])]
    assert filled.mean() == pytest.approx(rest.mean())
    assert filled.var(ddof=1) / 6 == pytest.approx(rest.var(ddof=1) / 4)


# --- times that may never come ----------------------------------------------------------------------------------------


def test_a_time_that_never_came_is_the_horizon_and_a_share() -> None:
    time = 3.5 - 2.0 * Y
    time[time > 3.0] = np.nan
    result = analyse(DESIGN, {"time_to_25": time}, horizon=3.0, convergence=False, resamples=10)
    rows = result.outputs.set_index("output")
    assert rows.loc["time_to_25", "kind"] == "censored time"
    assert "never counts as 3 years" in rows.loc["time_to_25", "treatment"]
    assert rows.loc["time_to_25: reached", "kind"] == "share of runs"
    assert rows.loc["time_to_25: reached", "mean"] == pytest.approx(np.isfinite(time).mean(), abs=0.02)
    assert (rows["undefined"] == 0).all()
    assert "censored" in result.notes["kind"].tolist()
    with pytest.raises(SensitivityError, match="say the horizon"):
        analyse(DESIGN, {"time_to_25": time})


def test_a_failed_run_is_no_time_that_never_came() -> None:
    time = np.where(Y > 0.9, 1.0, np.nan)
    failed = np.zeros_like(Y, dtype=bool)
    failed[4, 2] = True
    restricted, reached = outcomes_of({"time_to_50": time}, failed, horizon=3.0)
    assert np.isnan(restricted.y[4, 2]) and np.isnan(reached.y[4, 2])
    assert np.isfinite(restricted.y).sum() == Y.size - 1 and restricted.failed == 1
    assert set(np.unique(restricted.y[np.isfinite(restricted.y)])) == {1.0, 3.0}


def test_times_that_all_came_need_no_second_outcome() -> None:
    assert len(outcomes_of({"time_to_25": Y + 1.0}, horizon=9.0)) == 1


# --- two humps --------------------------------------------------------------------------------------------------------


def test_valleys_are_found_where_there_are_two_humps_only() -> None:
    rng = np.random.default_rng(1)
    two = np.concatenate([rng.normal(0.1, 0.05, 700), rng.normal(0.8, 0.05, 300)])
    edge = valley(two)
    assert edge is not None and 0.25 < edge < 0.65
    for one in (rng.normal(size=1000), rng.random(1000), rng.exponential(size=1000), np.ones(1000)):
        assert valley(one) is None
    assert valley(np.concatenate([rng.normal(0, 1, 1000), [50.0] * 5])) is None  # strays are no hump


def test_a_handful_of_lucks_makes_no_humps() -> None:
    """Common luck moves whole replicates: their clusters are not two ways in which things can go."""
    lucky = 0.05 * Y + np.array([0.0, 0.0, 0.0, 2.0, 2.0, 2.0])
    assert [item.kind for item in outcomes_of({"y": lucky})] == ["number"]


def swept_outcome() -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """x1 decides whether it sweeps, x2 how much then."""
    x1, x2, _ = DESIGN.values
    swept = np.random.default_rng(3).random((len(DESIGN), 6)) < (0.1 + 0.8 * (x1 > 0.5))[:, None]
    share = np.where(swept, 0.7 + 0.25 * x2[:, None], 0.1)
    share += 0.01 * np.random.default_rng(4).standard_normal(share.shape)
    return share, swept.astype(np.float64)


def test_whether_and_how_much_are_told_apart() -> None:
    share, swept = swept_outcome()
    result = analyse(DESIGN, {"share_end": share, "swept": swept}, convergence=False, resamples=10)
    kinds = result.outputs.set_index("output")["kind"].to_dict()
    assert kinds["share_end"] == "two-humped" and kinds["swept"] == "share of runs"
    assert result.index("ST", "share_end: upper hump")["factor"].iloc[0] == "x1"
    assert result.index("pawn", "share_end | upper hump")["factor"].iloc[0] == "x2"
    assert "two-humped" in result.notes["kind"].tolist()


def test_what_is_known_of_too_few_points_is_said() -> None:
    design = make_design(FACTORS, "pawn", 64)
    y = np.random.default_rng(1).normal(0.1, 0.02, (64, 8))
    y[:5] += 0.8
    result = analyse(design, {"share_end": y}, convergence=False, resamples=4)
    assert any("too few to say what it depends on" in text for text in result.notes["text"])


# --- names, times, tables ---------------------------------------------------------------------------------------------


def test_outcomes_over_time() -> None:
    assert name_and_time("share_practising[level=manager]@2.0") == ("share_practising[level=manager]", 2.0)
    assert name_and_time("share_end")[0] == "share_end" and np.isnan(name_and_time("a@b")[1])
    values = {f"share_practising@{year}": Y * year for year in (1.0, 2.0, 3.0)}
    result = analyse(DESIGN, values, resamples=4)
    assert sorted(result.index("ST")["time"].unique()) == [1.0, 2.0, 3.0]
    assert len(result.index("ST", time=2.0)) == 3
    assert set(result.convergence["time"]) == {3.0}  # convergence of the last time stands for all


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(SensitivityError, match="different shapes"):
        outcomes_of({"a": np.zeros((3, 2)), "b": np.zeros((3, 1))})
    with pytest.raises(SensitivityError, match="failed has shape"):
        outcomes_of({"a": np.zeros((3, 2))}, np.zeros((2, 3), dtype=bool))
    with pytest.raises(SensitivityError, match="no number"):
        outcomes_of({"a": ["x", "y"]})
    with pytest.raises(SensitivityError, match="no outcome is chosen"):
        outcomes_of({})
    with pytest.raises(SensitivityError, match="luck is common or independent"):
        analyse(DESIGN, {"y": Y}, luck="shared")
    with pytest.raises(SensitivityError, match="has no analysis of its own"):
        analyse(make_design(FACTORS, "latin", 64), {"y": np.zeros(64)})


def test_tables_have_their_columns_and_survive_the_disk(tmp_path: Path) -> None:
    result = analyse(DESIGN, {"y": Y, "share@1.0": Y}, resamples=6)
    for name, rows in result.tables().items():
        assert tuple(rows.columns) == COLUMNS[name]
        assert len(rows), name
    result.save(tmp_path)
    again = SensitivityResult.load(tmp_path)
    assert again.meta == result.meta and again.method == "sobol"
    for name, rows in result.tables().items():
        theirs = again.tables()[name]
        assert theirs.shape == rows.shape
        for column in rows:
            if rows[column].dtype.kind == "f":
                assert np.allclose(rows[column], theirs[column].astype(float), equal_nan=True)
            else:
                assert rows[column].astype(str).tolist() == theirs[column].astype(str).tolist(), (
                    name,
                    column,
                )
    with pytest.raises(SensitivityError, match="holds no sensitivity result"):
        SensitivityResult.load(tmp_path / "elsewhere")
    with pytest.raises(KeyError, match="has no column"):
        table("indices", [{"outptu": 1}])
    with pytest.raises(SensitivityError, match="it gives S1"):
        result.index("mu_star")
    with pytest.raises(SensitivityError, match="there is y, share"):
        result.index("ST", "z")


def test_curves_and_bars_follow_the_outcome() -> None:
    result = analyse(DESIGN, {"y": Y}, resamples=4, convergence=False)
    bars = result.tornado
    assert bars["factor"].tolist() == ["x1", "x2", "x3"] and (bars["kind"] == "tenths").all()
    assert (bars["y_high"] - bars["y_low"])[0] == pytest.approx(0.9, abs=0.08)
    means = result.curves[(result.curves["curve"] == "mean") & (result.curves["factor"] == "x1")]
    assert len(means) == 10 and (np.diff(means["y"]) > 0).all()
    one = make_design(FACTORS, "tornado")
    y = with_noise(line(one), 200, 0.1, 2)
    bars = analyse(one, {"y": y}).tornado
    assert bars["x_low"].iloc[0] == "0" and bars["x_high"].iloc[0] == "1" and bars["x_base"].iloc[0] == "0.5"
    assert (bars["low_lo"] < bars["y_low"]).all() and (bars["y_low"] < bars["low_hi"]).all()
    assert bars["y_high"].iloc[0] - bars["y_low"].iloc[0] == pytest.approx(1.0, abs=0.05)


# --- is it settled ----------------------------------------------------------------------------------------------------


def test_convergence_runs_through_powers_of_two_and_narrows() -> None:
    result = analyse(DESIGN, {"y": Y}, resamples=60, luck="independent")
    mine = result.convergence[(result.convergence["factor"] == "x1") & (result.convergence["index"] == "ST")]
    assert mine["n"].tolist() == [8, 16, 32, 64, 128]
    assert mine["runs"].tolist() == [n * 8 * 6 for n in (8, 16, 32, 64, 128)]
    width = (mine["high"] - mine["low"]).to_numpy()
    assert width[-1] < 0.5 * width[0]
    assert mine["value"].iloc[-1] == totals(result)[0]


def judged(value: list[float], half: list[float], index: str = "ST"):  # type: ignore[no-untyped-def]
    centre, spread = np.array(value), np.array(half)
    drawn = centre + spread / 1.96 * np.random.default_rng(1).standard_normal((500, len(value)))
    labels = tuple("abcdef"[: len(value)])
    return verdict(index, labels, centre, drawn, centre - spread, centre + spread, runs=1000)


def test_verdicts_in_plain_words() -> None:
    settled = judged([0.5, 0.3, 0.15, 0.01], [0.02, 0.02, 0.02, 0.02])
    assert settled.settled and settled.leading == ("a", "b", "c")
    assert settled.sentence == (
        "The order of the first three is settled: a, b, c; the widest interval among them is ±.02."
    )
    wide = judged([0.5, 0.2, 0.02], [0.06, 0.03, 0.01])
    assert (
        wide.settled
        and "the interval of a is still ±.06: double the sample (2,000 runs) for ±.05." in wide.sentence
    )
    close = judged([0.4, 0.39, 0.1], [0.03, 0.03, 0.03])
    assert not close.settled and close.sentence.startswith("Whether a or b matters more is not settled")
    third = judged([0.6, 0.2, 0.19], [0.02, 0.02, 0.02])
    assert third.sentence.startswith("First a; then, whether b or c matters more is not settled")
    alone = judged([0.9, 0.01], [0.02, 0.01])
    assert alone.sentence.startswith("What matters most is settled: a")
    assert "take 4 times the sample" in judged([9.0, 3.0], [0.8, 0.1], "mu_star").sentence
    assert "±.5: too wide to say how much it matters" in judged([0.5, 0.2], [0.5, 0.1]).sentence
    assert "from chance" in judged([0.0, -0.0], [0.1, 0.1]).sentence


def test_a_verdict_of_one_curve_claims_nothing() -> None:
    design = make_design(FACTORS, "fast", 129)
    result = analyse(design, {"y": line(design)}, deterministic=True)
    assert (
        not result.verdicts["settled"].any()
        and "nothing says how sure" in result.verdicts["sentence"].iloc[0]
    )


def test_outcomes_that_are_all_chance_are_called_so() -> None:
    noise = np.random.default_rng(5).standard_normal((len(DESIGN), 4))
    result = analyse(DESIGN, {"y": noise}, luck="independent", convergence=False, resamples=60)
    assert "hardly differs between points beyond chance" in result.notes["text"].iloc[0]
