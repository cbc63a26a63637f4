"""The sentences of the brief, without a single digit: every number is filled from a named field.

Placeholders are those of `string.Template`; each is filled with a number marked by the name of its field, or with text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

WORDS: Final = {
    # --- gain -----------------------------------------------------------------------------------------------
    "gain_label": "Expected gain",
    "gain_unit": "points",
    "gain_none": "not shown",
    "gain_more": (
        "Between $gain_low and $gain_high more people in every hundred practise learning after $years than if nothing "
        "were done."
    ),
    "gain_leans_more": (
        "A gain is likelier than a loss, not sure: between $gain_low and $gain_high people in every hundred after $years. "
        "$ahead of the runs end ahead."
    ),
    "gain_same": (
        "No gain is shown ($gain points): between $gain_low and $gain_high people in every hundred after $years. The plan "
        "and doing nothing are not distinguishable."
    ),
    "gain_leans_fewer": (
        "A loss is likelier than a gain: between $gain_low and $gain_high people in every hundred after $years. $ahead of the "
        "runs end ahead."
    ),
    "gain_fewer": (
        "A loss: between $gain_low and $gain_high people in every hundred after $years, compared with doing nothing. "
        "The model speaks against this plan."
    ),
    "gain_luck": "Were every default right: $luck points ($luck_low to $luck_high).",
    # --- cost -----------------------------------------------------------------------------------------------
    "cost_label": "What it takes",
    "cost": (
        "$leader_hours leader hours, $learner_hours hours of learners and $facilitator_hours of facilitators at $wage "
        "$currency, and $cash $currency in cash, over $years."
    ),
    "cost_asked": "Asked: $leader_asked leader hours; who pushes back gives none.",
    "cost_head": "A year: $cost_per_year $currency, $cost_per_head a head.",
    # --- time -----------------------------------------------------------------------------------------------
    "time_label": "Time to impact",
    "time": "until half of the gain is there ($half_low to $half_high).",
    "time_visible": "Ahead of doing nothing in nine runs of ten from $visible on.",
    "time_unsure": (
        "At no time is it ahead of doing nothing in nine runs of ten, so no time is promised. Runs that end ahead have half of "
        "their gain after $half_middle ($half_low to $half_high)."
    ),
    "time_none": "No gain, so no time until it comes.",
    # --- the three lines ------------------------------------------------------------------------------------
    "lines_label": "Share of people practising",
    "lines": (
        "At the start $start. After $years: plan $plan_end ($plan_low to $plan_high), my baseline $mine_end, default baseline "
        "$default_end."
    ),
    "lines_same": (
        "At the start $start. After $years: plan $plan_end ($plan_low to $plan_high), my baseline $mine_end. My baseline is the "
        "default one: no assumption was changed and nothing befalls the organisation."
    ),
    "lines_without_default": (
        "At the start $start. After $years: plan $plan_end ($plan_low to $plan_high), my baseline $mine_end. The default "
        "baseline was not run."
    ),
    # --- plan -----------------------------------------------------------------------------------------------
    "plan_label": "The plan",
    "plan_more": "and $more_levers further levers, listed in the full part",
    "from_start": "from the start",
    "from": "from $from",
    "until": "until $until",
    "between": "$from to $until",
    "whole": "throughout",
    "grades": "Evidence: A studies of many, B one good study, C observation, D judgement.",
    # --- what could go wrong ---------------------------------------------------------------------------------
    "wrong_label": "What could go wrong",
    "future": "If $title, the gain is $future_middle points ($future_low to $future_high) instead of $planned.",
    "future_unsure": (
        "If $title, a gain is no longer sure: $future_middle points ($future_low to $future_high) instead of $planned."
    ),
    "future_nil": "If $title, no gain is left: $future_middle points ($future_low to $future_high) instead of $planned.",
    "future_fine": "None of the setbacks tried takes much of the gain away; the worst is that $title.",
    "futures_none": "Setbacks were not tried.",
    "side_effect": "$lever: $text",
    "hinges": "Whether it gains at all hinges on: $list.",
    # --- what is not known ------------------------------------------------------------------------------------
    "unknown_label": "What we do not know",
    "mover": "$meaning (grade $grade): the gain is $at_low points where it is low, $at_high where it is high.",
    "no_movers": "How the gain hangs on the assumptions: they were not varied.",
    "few_movers": "No single assumption stands out from chance in so few draws.",
    "judgement": "$share of the plan’s levers rest on judgement alone (grade D).",
    "left_out": "What the model leaves out is in none of these ranges; it was not fitted to this firm.",
    # --- indicators --------------------------------------------------------------------------------------------
    "watch_label": "What to watch for",
    "no_indicators": "Nothing that can be seen early is shown to differ from doing nothing, so nothing is promised.",
    "watch_head_when": "by",
    "watch_head_what": "what, on a scale to a hundred",
    "watch_head_plan": "with the plan",
    "watch_head_usual": "without it",
    "watch_head_tells": "tells the two apart",
    # --- foot -----------------------------------------------------------------------------------------------
    "range_assumptions": "Ranges hold nine runs in ten, luck and assumptions together.",
    "range_luck": "Ranges hold nine runs in ten of luck alone; what we do not know of the assumptions comes on top.",
    "money_off": (
        "What the gain is worth in money is not shown: the plan does not ask for the outcome map, the least certain part "
        "of the model."
    ),
    "money_on": (
        "The gain may be worth $worth_low to $worth_high $currency (net present value, less cost): the least certain "
        "number here."
    ),
    "provenance": (
        "Ripple $version · equations $equations · experiment $experiment · organisation $organisation_hash · seed $seed"
    ),
    # --- full part -------------------------------------------------------------------------------------------
    "full_title": "The full part",
    "full_intro": "What the page before stands on: the same runs, the same numbers, with everything that was left out there.",
    "futures_note": (
        "Paired difference to my baseline at the horizon, median and range of nine runs in ten, over $future_runs pairs of "
        "runs each. Both live through the same setback."
    ),
    "futures_left_out": "Not tried, since it would come after the horizon: $list.",
    "future_untouched": "does not touch this plan",
    "other_more": "More people practise than under “$other”: $told.",
    "other_leans_more": "It leans to more people than “$other”: $told.",
    "other_fewer": "Fewer people practise than under “$other”: $told.",
    "other_leans_fewer": "It leans to fewer people than “$other”: $told.",
    "other_same": "Not distinguishable from “$other”: $told.",
    "other_told": "$middle points ($low to $high; $runs pairs of runs)",
    "other_unknown": "no pair of runs came to an end",
}

# The three lines of a brief, by what they show.
LINES: Final = {"default": "default baseline", "mine": "my baseline", "plan": "plan"}

# How many and how often, in words: where a number would say more than is known.
SHARES: Final = ((0.0, "None"), (0.34, "Some"), (0.66, "About half"), (0.999, "Most"), (1.0, "All"))
OFTEN: Final = ((0.34, "seldom"), (0.66, "half"), (0.9, "mostly"), (1.0, "nearly always"))
EVERYBODY: Final = "all"


def share_word(share: float) -> str:
    """A share as a word: "Most"."""
    return _word(SHARES, share)


def often_word(share: float) -> str:
    """How often, as a word: "mostly"."""
    return _word(OFTEN, share)


def _word(limits: Sequence[tuple[float, str]], share: float) -> str:
    return next(word for limit, word in limits if share <= limit + 1e-9)
