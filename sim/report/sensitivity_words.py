"""What the outcomes and factors of a sensitivity analysis are called, and the sentences about them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import pandas as pd

from sim.report.wording import amount, printable, sentence, years_text

OUTCOMES: Final = {
    "share_practising": "share of people practising",
    "share_end": "share of people practising at the end",
    "share_change": "rise in the share practising",
    "unseeded_share": "share practising among those not seeded",
    "swept": "whether it takes hold of most people",
    "time_to_25": "years until a quarter practise",
    "time_to_50": "years until half practise",
    "skill_end": "skill at the end",
    "skill": "skill",
    "skill_equity_end": "equity of skill at the end",
    "enthusiasm": "enthusiasm",
    "enthusiasm_end": "enthusiasm at the end",
    "safety": "psychological safety",
    "safety_end": "psychological safety at the end",
    "mindset_end": "growth mindset at the end",
    "cost": "cost",
    "cash": "cash",
    "leader_hours": "hours of leaders",
    "durability_1y": "what is left a year after the last programme",
    "durability_2y": "what is left two years after the last programme",
    "productivity": "productivity",
    "net_present_value": "net present value",
    "y": "output",
}
_SHARES: Final = ("share_", "unseeded_share", "swept", "turnover", "community_share")
_ENDINGS: Final = {
    ": reached": " (whether it comes at all)",
    ": upper hump": " (whether a run ends in the upper hump)",
    " | upper hump": " (in the upper hump alone)",
}
INDEX_WORDS: Final = {
    "S1": "alone",
    "ST": "with everything it works together with",
    "mu_star": "mean size of its effect over its range",
    "delta": "how far it shifts the whole distribution (delta)",
    "pawn": "how far it shifts single runs (PAWN)",
    "regional": "how far high outcomes need it high or low",
    "dgsm": "upper bound of its total effect (from slopes)",
    "effect": "change from its low to its high value",
}
SHARE_INDICES: Final = (
    "S1",
    "ST",
    "S2",
    "dgsm",
)  # of the variance; the other indices are not printed in per cent

SENTENCES: Final = {
    "leads_share": "The $outcome depends most on $first ($value of the differences between points, $low to $high).",
    "leads_beyond": (
        "The $outcome depends most on $first ($value of the differences between points). The interval, $low to $high, goes "
        "beyond the whole: there are too few points to say how much."
    ),
    "leads_effect": "The $outcome depends most on $first ($index $value, $low to $high).",
    "leads_unsure": "The $outcome seems to depend most on $first ($index $value), but nothing says how sure that is.",
    "leads_unclear": (
        "The $outcome may depend most on $first ($index $value), but its interval, $low to $high, includes no effect at all."
    ),
    "untold": (
        "For the $outcome, these runs cannot tell the factors from chance. Take more samples, or more replicates at each "
        "point."
    ),
    "nothing": "For the $outcome, no factor shows an effect that can be told from chance.",
    "then": "Then: $list.",
    "chance": (
        "Chance alone makes $chance of what single runs differ by: with every factor known exactly, that much would "
        "still be open."
    ),
    "together": "$share of the differences come from factors that work together and belong to none alone.",
    "idle": "Of $all factors, $count cannot be told from nothing, or hardly matter: $list.",
    "idle_one": "Of $all factors, one cannot be told from nothing, or hardly matters: $list.",
    "verdict_yes": "How sure: $sentence",
    "verdict_no": "How sure: not settled. $sentence",
    "verdict_none": "How sure: the method has no way to say whether more runs would change the order.",
    "failed": "$failed of $planned runs failed. $policy Most often: $reason.",
    "refuse": "The analysis refuses more than a few.",
    "drop": "Points with failed runs are left out with all that belongs to them.",
    "impute_median": "They were replaced by the median of the outcome.",
    "replicate": "Points keep their other replicates.",
    "none_failed": "No run failed.",
    "method": (
        "$title: $answers. $points points, $replicates runs at each, $luck; $runs runs in all. Intervals hold $level."
    ),
    "luck_common": "the same luck at every point",
    "luck_independent": "luck of its own at every point",
    "scenarios": "What is analysed: $list.",
    "variance_caption": (
        "What the variance of a single run is made of. “Alone”: what a factor does whatever the others are. “Together”: "
        "what belongs to combinations. “Chance”: what is left when every factor is known. Lines: intervals."
    ),
    "sobol_caption": (
        "Shares of the variance of the mean outcome, chance taken out. Dark: the factor alone (first order). Light: with "
        "everything it works together with (total). Lines: intervals. Shares of the totals may add to more than one."
    ),
    "morris_caption": (
        "To the right: moves the outcome much. High up: how much depends on the other factors, or is bent. Lines: intervals. "
        "Left of the dotted line an effect cannot be told from chance."
    ),
    "ranks_caption": "$index, by factor. Lines: intervals. The mark shows what a factor without any influence would show.",
    "ranks_caption_plain": "$index, by factor. Lines: intervals.",
    "pairs_caption": "Share of the variance that belongs to two factors together and to neither alone (second order).",
    "time_caption": "The same measure, read at several times. Line: value; band: interval. The leading factors only.",
    "tornado_caption_one": "Each factor alone is moved from its base value to its low and its high one; lines: intervals.",
    "tornado_caption_tenths": (
        "Mean outcome where a factor is in its lowest and in its highest tenth, with all the others free. Lines: intervals. "
        "The middle line is the mean over all points."
    ),
    "pawn_caption": (
        "How differently single runs turn out when a factor is held in one part of its range (zero: no difference)."
    ),
    "mean_caption": "Mean outcome by part of a factor's range, the others free; band: interval.",
    "regional_caption": (
        "Where a factor lies in the tenth of the points with the highest outcome (solid) and elsewhere (broken), "
        "cumulated. The further apart, the more a high outcome asks for that end of the range."
    ),
    "scatter_caption": "Each dot is a point: its mean outcome over $replicates runs. The line is the mean in parts of the range.",
    "convergence_caption": (
        "The measure from the first part of the runs, twice as many each time. Where the lines are flat and the bands narrow, "
        "more runs would change little."
    ),
}

LIMITS: Final = (
    "It says what the model depends on, not what your firm depends on: a factor can matter here and not there.",
    "Importance is over the ranges in the table. With other ranges the order may be another.",
    "Factors that were not varied cannot show any importance. They were held at their values in the scenario.",
    "A factor that matters is not one that leaders can move: assumptions matter too, and mean that we know too little.",
    "Shares of variance say nothing about direction. Look at the bars and the curves for that.",
)


said = partial(sentence, SENTENCES)  # a sentence of these, by its key


def outcome_words(output: str, time: float = math.nan) -> str:
    """An outcome for people: "share of people practising at the end: peer groups − from the top"."""
    text, ending = str(output), ""
    for mark, words in _ENDINGS.items():
        if text.endswith(mark):
            text, ending = text.removesuffix(mark), words
    name, colon, rest = text.partition(": ")
    plain, bracket, where = name.partition("[")
    words = OUTCOMES.get(plain, plain.replace("_", " "))
    if bracket:
        words += f", {where.rstrip(']').partition('=')[2].replace('_', ' ')}"
    if math.isfinite(time):
        words += f" after {years_text(time)}"
    return printable(words + (f": {rest}" if colon else "") + ending)


def with_titles(words: str, scenarios: Mapping[str, str]) -> str:
    """An outcome with the plans' titles in place of their names."""
    for name in sorted(scenarios, key=len, reverse=True):
        words = re.sub(rf"(?<![\w“]){re.escape(name)}(?!\w)", f"“{scenarios[name]}”", words)
    return words


def is_share(output: str) -> bool:
    """Whether an outcome is a share (or a chance, or a difference of them), to be shown in per cent."""
    return (
        str(output).startswith(_SHARES)
        or " overtakes " in output
        or str(output).endswith(tuple(_ENDINGS)[:2])
    )


def value_text(output: str, value: float, *, signed: bool = False, change: bool = False) -> str:
    """A value of an outcome as text: "34 %", "+5 points" (a change, or a difference of plans), "0.42", "12,300"."""
    if not math.isfinite(value):
        return "–"
    if is_share(output):
        size = 100.0 * value if abs(value) >= 0.00005 else 0.0
        gap = " − " in output
        text = f"{size:+.3g}" if size and (signed or gap) else f"{size:.3g}"
        return text.replace("-", "−") + (" points" if change or gap else " %")
    text = amount(value) if abs(value) >= 1000 else f"{value:.3g}"
    return (("+" if signed and value > 0 else "") + text).replace("-", "−")


def axis_of(output: str) -> Callable[..., str]:
    """Formatter of an axis: per cent where the outcome is a share."""
    if is_share(output):
        return lambda value, _=None: f"{100 * value:.3g} %".replace("-", "−")
    return lambda value, _=None: f"{value:,.4g}".replace("-", "−")


def per_cent(share: float) -> str:
    """A share in whole per cent, never "−0 %"."""
    return "–" if not math.isfinite(share) else f"{round(100 * share) + 0:d} %".replace("-", "−")


def number_text(value: float) -> str:
    """A plain number, short: ".42" is "0.42"."""
    return "–" if not math.isfinite(value) else f"{value:.2g}".replace("-", "−")


def index_text(index: str, value: float, output: str = "") -> str:
    """A value of an index: shares of the variance in per cent, effects in units of the outcome, others plain."""
    if index in SHARE_INDICES:
        return per_cent(value)
    if index in ("mu", "mu_star", "mu_rms", "sigma", "effect"):
        return value_text(output, value, signed=index in ("effect", "mu"), change=True)
    return number_text(value)


class Names(dict[str, str]):
    """What factors are called, by path; one that nobody named is called by its path."""

    def __missing__(self, key: str) -> str:
        return key


def factor_names(factors: pd.DataFrame) -> Names:
    """What each factor or group is called: its label, or its meaning where the label is only its path."""
    names: dict[str, str] = {}
    for row in factors.to_dict("records"):
        path, label, meaning = (str(row[key] or "") for key in ("factor", "label", "meaning"))
        own = label if label and label not in (path, path.rpartition(".")[2]) else meaning.split(";")[0]
        names[path] = printable(own or label or path)
        if row["group"]:
            names.setdefault(str(row["group"]), printable(row["group"]))
    texts = list(names.values())
    return Names({key: f"{text} ({key})" if texts.count(text) > 1 else text for key, text in names.items()})


def listed(names: list[str], most: int = 4) -> str:
    """Names in a row, the last of many left out: "a; b; c and 5 more"."""
    if len(names) <= most:
        return "; ".join(names)
    return f"{'; '.join(names[:most])} and {len(names) - most} more"
