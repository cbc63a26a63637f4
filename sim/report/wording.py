"""The sentences of the page, without a single digit: every number is filled from a named field.

Placeholders are those of `string.Template`.  A test refuses digits here, so that no number can be left behind when
the results change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from string import Template
from typing import Final

PURPOSE: Final = "Not for prediction: for rigorous conversation about plans."

SENTENCES: Final = {
    # --- headline -------------------------------------------------------------------------------------------
    "more": "“$plan” ends with $middle ($low to $high) points more people practising than “$base”.",
    "fewer": "“$plan” ends with $middle ($low to $high) points fewer people practising than “$base”.",
    "leans_more": (
        "“$plan” tends to end with more people practising than “$base”, which is likely, not sure: $middle points ($low to "
        "$high; $mean on average)."
    ),
    "leans_fewer": (
        "“$plan” tends to end with fewer people practising than “$base”, which is likely, not sure: $middle points ($low to "
        "$high; $mean on average)."
    ),
    "same": (
        "“$plan” and “$base” are not distinguishable: the difference at the end is $middle points, "
        "in a range from $low to $high."
    ),
    "ahead_assumptions": "In $ahead of the assumptions drawn, “$plan” is ahead$tied.",
    "ahead_luck": "In $ahead of the paired runs, “$plan” is ahead$tied.",
    "tied": ", in $tied neither is",
    "alone": (
        "Under “$plan”, $middle ($low to $high) of people practise learning after $years, "
        "against $start at the start."
    ),
    "many_plans": "$first and $others other plans",
    "generated": "A generated organisation",
    "others": "The other plans stand in the table below.",
    "contains_assumptions": (
        "The range holds $level of what luck and our own ignorance of the assumptions leave open ($draws draws)."
    ),
    "contains_luck": (
        "The range holds luck alone ($replicates paired runs at the default assumptions); what we do not know about "
        "the assumptions comes on top and is larger."
    ),
    "movers": "What moves it most: $list.",
    "mover": "$meaning",
    "movers_unclear": (
        "No assumption stands out clearly from chance with so few draws; ask for more replicates. Largest in these: $list."
    ),
    "hinges": "Whether it is ahead at all hinges on: $list.",
    "luck_alone": (
        "Were every default right, luck alone would leave $difference points, $verdict; nobody knows that they are, so the "
        "number above is the one to quote."
    ),
    # --- bands ----------------------------------------------------------------------------------------------
    "luck": "luck alone, at the default assumptions ($replicates runs)",
    "assumptions": "luck and assumptions together ($draws draws of the assumptions)",
    # --- verdicts -------------------------------------------------------------------------------------------
    "verdict_more": "more people",
    "verdict_fewer": "fewer people",
    "verdict_leans_more": "leans to more",
    "verdict_leans_fewer": "leans to fewer",
    "verdict_same": "not distinguishable",
    "verdict_base": "–",
    # --- sections -------------------------------------------------------------------------------------------
    "table_note": (
        "Share of staff practising: median and $level band of $contents. The difference is taken at the end, run by "
        "run, against the first plan; its middle is that of the differences, not the difference of the two middles. "
        "Cost is cash plus the hours of leaders, learners and facilitators at $wage $currency an hour, over $years."
    ),
    "luck_table_note": (
        "The same at the default assumptions: median and $level band of $contents. Narrower, because it leaves out what "
        "we do not know."
    ),
    "cost_note": (
        "Hours and cash that the plan took, mean of runs over $years, for $people people. Hours of practising are "
        "those that people spend learning of their own accord; they are shown, not charged."
    ),
    "levels_note": (
        "Levels after Kirkpatrick, each a change since the start, median and $level band of $contents. Reaction: how "
        "the plan moved enthusiasm while it ran, in points of its level. Learning: skill at the end, in points. Behaviour: "
        "people practising at the end, in points. Results: what the firm has of it."
    ),
    "results_off": (
        "Results are not shown: how a culture becomes productivity is the least certain part of all. A plan that says "
        "outcome_map = true under [money] asks for them."
    ),
    "results_on": (
        "Results are the least certain part: productivity is set by skill and enthusiasm alone, with ranges from studies of "
        "training. Nothing on this page is ranked by them. Net present value is the change in productivity at the wage, less "
        "cost, over $years; what comes later is discounted."
    ),
    "survey_figures": (
        "Surveys that are often quoted say of learning organisations: $list. These are correlations; they are printed beside "
        "our figures and were never fitted."
    ),
    "unsteady": (
        "“$usual” is itself not steady: $start practise at the start and $end at the end. People begin where the files or "
        "the scenario put them, and move to what the organisation keeps up; so compare a plan with “$usual” at the same "
        "time, never with today."
    ),
    "hours_given": (
        "Leader hours are those given, of those that the plan asks for: $list. The rest is not given: leaders who push "
        "back and vacant posts give none, and nobody gives more than the hours they have."
    ),
    "hours_given_of": "“$plan” $given of $asked",
    "cost_a_year": "Cost a year: $list.",
    "cost_a_year_of": "“$plan” $cost",
    "few_pairs": "Only $pairs pairs of runs stand behind this; ask for more replicates before leaning on it.",
    "failed": "$failed of $planned runs failed and are left out; their reasons are in runs.parquet.",
    "unlike": (
        "Not like with like: $plans stands on other people or other assumptions than “$base”, so the difference is not "
        "that of the plans alone."
    ),
    "no_assumptions": (
        "Assumptions were not varied in this experiment (it ran with luck alone), so nothing can be said here."
    ),
    "no_movers": "Too few draws to tell which assumptions matter; run with more replicates.",
    "one_plan": "Only one plan was run, so there is nothing to compare it with; add one with ripple compare.",
    "no_data_report": (
        "What was found in files and what was generated is not kept with the results; ripple check says it of a scenario."
    ),
    "no_credit": "Nobody took it up in any run.",
}

LIMITS: Final = (
    "This is a model. It says what follows from what it assumes; it has not been fitted to your firm.",
    "The ranges hold what luck and the drawn assumptions leave open. What the model leaves out is not in them.",
    "Many assumptions rest on judgement (grade D). The list of those that matter most is the place to begin to doubt.",
    "Look at differences between plans rather than at levels: they share the same organisation and the same luck.",
    "Who lit whom is cause inside the model, not evidence about the people of a firm.",
    "Do not use it to judge, select or forecast individual people.",
)


def sentence(table: Mapping[str, str], key: str, /, **fields: object) -> str:
    """A sentence of a table with its fields filled.

    Raises:
        KeyError: no such sentence, or a field is missing.
    """
    return Template(table[key]).substitute({name: str(value) for name, value in fields.items()})


fill = partial(sentence, SENTENCES)  # a sentence of the page, by its key


def capital(text: str) -> str:
    """The same text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def printable(text: object) -> str:
    """Text without the characters that neither XML nor a font knows: controls, halves of pairs, non-characters."""
    return "".join(char for char in str(text) if char in "\t\n" or _allowed(ord(char)))


def _allowed(code: int) -> bool:
    return 0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code >= 0x10000


def percent(share: float, digits: int = 0) -> str:
    """A share as per cent: "12 %"; a dash where nobody knows it."""
    if not math.isfinite(share):
        return "–"
    return f"{100 * share:.{digits}f} %"


def points(difference: float, *, signed: bool = False) -> str:
    """A difference of shares in points, with a decimal where it is small: "12", "0.4"; a dash where nobody knows it."""
    if not math.isfinite(difference):
        return "–"
    size = abs(100.0 * difference)
    text = f"{size:.0f}" if size >= 9.95 else f"{size:.1f}".removesuffix(".0")
    if text == "0":
        return text
    return ("−" if difference < 0 else "+" if signed else "") + text


def years_text(years: float) -> str:
    """A length of time: "3 years", "18 months"."""
    months = years * 12
    if years < 2 and abs(months - 12) > 0.5:
        return f"{months:.0f} months"
    return f"{years:g} year" + ("" if abs(years - 1) < 1e-9 else "s")


def amount(value: float) -> str:
    """An amount of hours or money, with thousands: "12,300"; a dash where nobody knows it."""
    if not math.isfinite(value):
        return "–"
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.2f} million"
    if abs(value) >= 1e4:
        return f"{round(value, -2):,.0f}"
    return f"{value:,.0f}"
