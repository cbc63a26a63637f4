"""What an experiment found: the numbers and the sentences that carry them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_sample import DRAWN, facts, sample, tables

from sim.cli.endtable import show
from sim.report.findings import Difference, Spread
from sim.report.gather import gather
from sim.report.page import page
from sim.report.telling import (
    _difference,
    compared,
    contents,
    cost_a_year,
    headline,
    hours_given,
    title,
    unsteady,
)
from sim.report.wording import LIMITS, PURPOSE, SENTENCES, amount, fill, percent, points, years_text


def test_sentences_hold_no_digits() -> None:
    for text in (*SENTENCES.values(), *LIMITS, PURPOSE):
        assert not re.search(r"\d", text), text


def test_outcomes_are_medians_and_ranges_of_the_runs() -> None:
    found = sample((0.0, 0.2))
    runs, _ = tables(["plan_a", "plan_b"], gains=(0.0, 0.2))
    mine = runs[(runs["scenario"] == "plan_b") & (runs["uncertainty"] == "assumptions")]
    spread = found.outcomes[1].shares[3.0]
    assert spread.middle == pytest.approx(np.median(mine["share_end"]))
    assert spread.low == pytest.approx(np.quantile(mine["share_end"], 0.05))
    assert list(found.outcomes[1].shares) == [1.0, 2.0, 3.0]
    assert found.outcomes[1].costs["leader_hours"] == 1000.0
    assert found.outcomes[0].difference is None


def test_difference_is_paired() -> None:
    found = sample((0.0, 0.2), noise=0.05)
    difference = found.outcomes[1].luck_difference
    assert difference is not None
    width = found.outcomes[1].luck_shares[3.0].high - found.outcomes[1].luck_shares[3.0].low
    assert difference.spread.high - difference.spread.low < 0.7 * width
    assert difference.spread.middle == pytest.approx(0.2, abs=0.02)
    ends = found.differences[found.differences["years"] == found.differences["years"].max()]
    assert float(ends["median"].iloc[0]) > 0.15


@pytest.mark.parametrize(
    ("gains", "verdict", "words"),
    [
        ((0.0, 0.2), "more", "points more people practising"),
        ((0.3, 0.1), "fewer", "points fewer people practising"),
        ((0.1, 0.1), "same", "not distinguishable"),
    ],
)
def test_headline_says_who_is_ahead(gains: tuple[float, float], verdict: str, words: str) -> None:
    found = sample(gains)
    difference = found.outcomes[1].difference
    assert difference is not None and difference.verdict == verdict
    first, support, *rest = headline(found)
    assert words in first and "Plan b" in first and "Plan a" in first
    assert "assumptions drawn" in support and "every default right, luck alone" in support
    assert rest and rest[0].startswith("What moves it most")


def test_ties_are_said() -> None:
    runs, series = tables(["plan_a", "plan_b"], gains=(0.1, 0.1), kinds=("luck",))
    pairs = runs.pivot(index="replicate", columns="scenario", values="share_end")
    even = pairs.index[::2]
    for replicate in even:
        runs.loc[runs["replicate"] == replicate, "share_end"] = 0.25
    found = gather([facts("plan_a"), facts("plan_b")], runs, series, seed=1, fingerprint="x", version="1")
    difference = found.outcomes[1].difference
    assert difference is not None and difference.tied == 0.5
    assert "in 50 % neither is" in headline(found)[1]
    assert "neither" not in headline(sample((0.0, 0.2)))[1]


def test_fewer_is_said_with_positive_numbers_in_order() -> None:
    first = headline(sample((0.3, 0.1)))[0]
    numbers = [float(text) for text in re.findall(r"\d+(?:\.\d+)?", first)]
    assert "−" not in first
    assert numbers[1] <= numbers[0] <= numbers[2]


def test_the_assumption_that_drives_the_difference_is_found() -> None:
    found = sample((0.0, 0.2), runs=40)
    assert found.movers["parameter"].iloc[0] == "contagion"
    assert bool(found.movers["clear"].iloc[0])
    assert found.movers["at_high"].iloc[0] > found.movers["at_low"].iloc[0]
    assert set(found.movers["parameter"]) <= set(DRAWN)


def test_hinges_only_where_the_sign_turns() -> None:
    assert sample((0.0, 0.2), runs=40).hinges == ()
    assert sample((0.1, 0.1), runs=40).hinges == ("contagion",)


def test_few_draws_say_nothing_of_assumptions() -> None:
    found = sample((0.0, 0.2), runs=5)
    assert not len(found.movers)
    assert len(headline(found)) == 2


def test_luck_alone_says_what_it_leaves_out() -> None:
    found = sample((0.0, 0.2), kinds=("luck",))
    assert found.uncertainty == "luck"
    assert "luck alone" in contents(found)
    assert "paired runs" in headline(found)[1]
    assert not found.outcomes[0].luck_shares


def test_one_plan_has_a_headline_too() -> None:
    found = sample((0.2,))
    assert compared(found) is None
    assert "practise learning after 3 years" in headline(found)[0]


def test_many_plans_compare_the_best_with_the_first() -> None:
    found = sample((0.0, 0.1, 0.3, 0.0), usual_last=True)
    best = compared(found)
    assert best is not None and best.name == "plan_c"
    assert found.usual == "plan_d"
    assert title(found) == "Plan a and 3 other plans"


def test_failed_runs_are_counted_and_left_out() -> None:
    names = ["plan_a", "plan_b"]
    runs, series = tables(names, gains=(0.0, 0.2))
    runs.loc[[0, 3], ["status", "reason", "share_end"]] = ["failed", "made up", np.nan]
    found = gather([facts(name) for name in names], runs, series, seed=1, fingerprint="x", version="1")
    assert (found.planned, found.failed) == (80, 2)
    assert found.outcomes[1].difference is not None


def test_equal_titles_are_told_apart() -> None:
    found = sample((0.0, 0.2), titles=["The plan", "The plan"])
    assert list(found.names.values()) == ["The plan (plan_a)", "The plan (plan_b)"]


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [(0.12, False, "12"), (0.004, False, "0.4"), (-0.031, True, "−3.1"), (0.0, True, "0"), (-0.0001, True, "0"),
     (0.0996, True, "+10")],
)  # fmt: skip
def test_points(value: float, signed: bool, text: str) -> None:
    assert points(value, signed=signed) == text


def test_amounts_and_times() -> None:
    assert amount(1_234_567) == "1.23 million"
    assert amount(12_345) == "12,300"
    assert percent(0.934) == "93 %"
    assert years_text(1.5) == "18 months"
    assert years_text(1.0) == "1 year"


@given(st.sampled_from(sorted(SENTENCES)))
def test_every_sentence_fills_only_with_all_its_fields(key: str) -> None:
    names = set(re.findall(r"\$(\w+)", SENTENCES[key]))
    filled = fill(key, **dict.fromkeys(names, "x"))
    assert "$" not in filled
    for name in names:
        with pytest.raises(KeyError):
            fill(key, **dict.fromkeys(names - {name}, "x"))


def test_hours_asked_and_given_and_cost_a_year() -> None:
    found = sample((0.0, 0.2))
    assert hours_given(found) == ""  # not known what was asked
    asks = replace(found, outcomes=(found.outcomes[0], replace(found.outcomes[1], asked=1500.0)))
    assert "“Plan b” 1,000 of 1,500. The rest is not given: leaders who push back" in hours_given(asks)
    assert (
        hours_given(replace(found, outcomes=(found.outcomes[0], replace(found.outcomes[1], asked=1001.0))))
        == ""
    )
    assert cost_a_year(found) == "Cost a year: “Plan b” 15,000 EUR."
    text = page(asks, {})
    assert "1,000 of 1,500" in text and "Cost a year" in text


def test_few_pairs_of_runs_are_said() -> None:
    assert (
        "Only 2 pairs of runs stand behind this" in headline(sample((0.0, 0.2), runs=2, kinds=("luck",)))[1]
    )
    assert "Only" not in headline(sample((0.0, 0.2)))[1]


def test_what_spoils_a_comparison_stands_before_its_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = replace(sample((0.0, 0.2)), unlike=("plan_b",))
    show(found, tmp_path, None, ["my firm.toml", "b.toml"])
    text = capsys.readouterr().out
    assert 0 <= text.index("Not like with like") < text.index("points more people practising")
    assert text.rstrip().endswith(f"Brief    ripple report {tmp_path} 'my firm.toml' b.toml")
    html = page(found, {})
    assert html.index("Not like with like") < html.index("points more people practising")


def test_business_as_usual_that_moves_is_pointed_out() -> None:
    """It stands at .10 at the start; the other plan may move as it likes."""
    assert unsteady(sample((0.2, 0.0), usual_last=True)) == ""
    assert unsteady(sample((0.2, 0.0))) == unsteady(sample((0.0, 0.2), usual_last=False)) == ""
    said = unsteady(sample((0.0, 0.1), usual_last=True))
    assert "Plan b" in said and "10 %" in said and "20 %" in said
    assert said in page(sample((0.0, 0.1), usual_last=True))


def test_what_stands_out_comes_first_then_the_longest_bar() -> None:
    movers = sample((0.0, 0.2), runs=40).movers
    length = (movers["at_high"] - movers["at_low"]).abs()
    keys = list(zip(~movers["clear"].astype(bool), -length))
    assert len(keys) > 1 and keys == sorted(keys)


def test_a_plan_that_leans_is_told_by_its_middle_run_and_its_mean() -> None:
    """Most pairs are equal and a few gain: the middle of the runs alone would say "more people: 0 points"."""
    leaning = Difference(
        spread=Spread(0.0, -0.007, 0.021), ahead=0.4, tied=0.53, pairs=30, verdict="leans_more", mean=0.0061,
        mean_low=0.001, mean_high=0.011,
    )  # fmt: skip
    assert _difference(leaning, {"plan": "A", "base": "B"}) == (
        "“A” tends to end with more people practising than “B”, which is likely, not sure: 0 points (−0.7 to +2.1; +0.6 on "
        "average)."
    )
