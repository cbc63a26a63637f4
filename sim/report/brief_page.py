"""The brief as HTML: one page to print, then the full part.  Every number carries the name of its field."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Sequence
from importlib import resources
from string import Template
from typing import Final

from sim.behaviours.catalogue import CATALOGUE
from sim.report.brief_fields import Brief, FutureRow, Indicator, LeverRow, Mover, OtherPlan
from sim.report.brief_words import EVERYBODY, WORDS, often_word, share_word
from sim.report.canvas import Drawn, clipped
from sim.report.findings import Spread
from sim.report.markup import escape
from sim.report.wording import PURPOSE, amount, capital, percent, points, years_text

LINES: Final = 11  # for the levers of the plan
_WRONG: Final = 4  # lines in the list of what could go wrong
_MOVERS: Final = 2
_OTHERS: Final = 1
_TITLE, _QUESTION, _LINE, _LEVER, _WHO = 74, 150, 120, 40, 16  # letters that fit
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEVER_ID: Final = re.compile(r"\bL\d\d\b")
_SMALL_LOSS: Final = 0.8  # a future that leaves more than this share of the gain is a small setback


def brief_section(found: Brief, lines: Drawn) -> str:
    """The page itself: an `<article>` that prints on one sheet."""
    return template("brief.html").substitute(
        purpose=escape(PURPOSE),
        title=escape(clipped(found.title, _TITLE)),
        question=escape(clipped(found.question, _QUESTION)),
        about=_about(found),
        tone={"more": "good", "fewer": "bad", "leans_fewer": "bad"}.get(found.verdict, ""),
        gain_label=word("gain_label"),
        gain=_gain(found),
        gain_text=_gain_text(found),
        others=_others(found),
        cost_label=word("cost_label"),
        cost=f'{number("cost", amount(found.costs["cost"]))} <span class="unit">{escape(found.currency)}</span>',
        cost_text=_cost_text(found),
        time_label=word("time_label"),
        time=_half(found),
        time_text=_time_text(found),
        lines_label=word("lines_label"),
        figure=f"<figure>{lines.svg}</figure>",
        lines_text=_lines_text(found),
        plan_label=word("plan_label"),
        plan=_plan(found.levers, found.begins),
        grades=word("grades"),
        wrong_label=word("wrong_label"),
        wrong=_list(_wrong(found)),
        unknown_label=word("unknown_label"),
        unknown=_list(_unknown(found)),
        watch_label=word("watch_label"),
        watch=_watch(found.indicators),
        foot=_foot(found),
        provenance=provenance(found),
    )


def styles() -> str:
    """The style sheet of the brief, on top of the page's own."""
    return _read("brief.css")


def word(key: str, **fields: str) -> str:
    """A sentence as HTML; fields are HTML already.

    Raises:
        KeyError: no such sentence, or a field is missing.
    """
    return Template(escape(WORDS[key])).substitute(fields)


def number(field: str, text: str) -> str:
    """A number on the page, with the name of the field it comes from."""
    return f'<span class="n" data-field="{escape(field)}">{escape(text)}</span>'


def provenance(found: Brief) -> str:
    """Versions and hashes."""
    keys = ("version", "equations", "experiment", "organisation_hash", "seed")
    return word("provenance", **{key: escape(getattr(found, key)) for key in keys})


def template(name: str) -> Template:
    """A template of the folder `templates`."""
    return Template(_read(name))


def _read(name: str) -> str:
    return resources.files("sim.report").joinpath("templates", name).read_text(encoding="utf-8")


# --- the head and the tiles -----------------------------------------------------------------------------------


def _about(found: Brief) -> str:
    organisation = escape(clipped(found.organisation, 60))
    return f"{organisation}: {number('people', f'{found.people:,}')} people, {_years(found)}"


def _years(found: Brief) -> str:
    return number("years", years_text(found.years))


def _gain(found: Brief) -> str:
    if not math.isfinite(found.gain.middle):
        return "–"
    if found.verdict == "same":
        return word("gain_none")
    middle = number("gain", points(found.gain.middle, signed=True))
    return f'{middle} <span class="unit">{word("gain_unit")}</span>'


def _gain_text(found: Brief) -> str:
    low, high = found.gain.low, found.gain.high
    if found.verdict == "fewer":
        low, high = -found.gain.high, -found.gain.low
        fields = {"gain_low": points(low), "gain_high": points(high)}
    else:
        fields = {"gain_low": points(low, signed=low < 0), "gain_high": points(high, signed=low < 0)}
    marked = {key: number(key, text) for key, text in fields.items()}
    marked["gain"] = number("gain", points(found.gain.middle, signed=True))
    text = word(f"gain_{found.verdict}", years=_years(found), ahead=share_word(found.ahead), **marked)
    return f"{text} {_luck_gain(found.luck_gain)}".rstrip()


def _luck_gain(gain: Spread | None) -> str:
    """The gain with luck alone, which is what the desk shows."""
    if gain is None or not math.isfinite(gain.middle):
        return ""
    ends = {"luck": gain.middle, "luck_low": gain.low, "luck_high": gain.high}
    return word("gain_luck", **{key: number(key, points(value, signed=True)) for key, value in ends.items()})


def _others(found: Brief) -> str:
    """What tells the plan from the other plans of the folder."""
    told = [
        word(
            f"other_{other.verdict}", other=escape(clipped(other.title, 34)), told=_told_apart(other, str(k))
        )
        for k, other in enumerate(found.others[:_OTHERS])
    ]
    return f'<p class="others">{" ".join(told)}</p>' if told else ""


def _told_apart(other: OtherPlan, key: str) -> str:
    """How far the plan lies above another, and from how many pairs of runs that is known."""
    if not other.runs:
        return word("other_unknown")
    ends = {
        end: number(f"other_{key}_{end}", points(getattr(other.gain, end), signed=True))
        for end in ("middle", "low", "high")
    }
    return word("other_told", runs=number(f"other_{key}_runs", f"{other.runs}"), **ends)


def _cost_text(found: Brief) -> str:
    keys = ("leader_hours", "learner_hours", "facilitator_hours", "cash")
    fields = {key: number(key, amount(found.costs[key])) for key in keys}
    fields |= {"wage": number("wage", f"{found.wage:g}"), "currency": escape(found.currency)}
    text = word("cost", years=_years(found), **fields)
    if found.gives_less:
        text += f" {word('cost_asked', leader_asked=number('leader_asked', amount(found.leader_asked)))}"
    year = found.costs["cost"] / found.years
    each = {
        "cost_per_year": number("cost_per_year", amount(year)),
        "cost_per_head": number("cost_per_head", amount(year / max(1, found.people))),
    }
    return f"{text} {word('cost_head', currency=escape(found.currency), **each)}"


def _half(found: Brief) -> str:
    if found.half_after is None or not _timed(found) or found.visible_after is None:
        return "–"
    return number("half_middle", _time(found.half_after.middle))


def _timed(found: Brief) -> bool:
    return found.half_after is not None and found.verdict in ("more", "leans_more")


def _time_text(found: Brief) -> str:
    if found.half_after is None or not _timed(found):
        return word("time_none")
    ends = {
        f"half_{end}": number(f"half_{end}", _time(getattr(found.half_after, end))) for end in ("low", "high")
    }
    if found.visible_after is None:
        return word("time_unsure", half_middle=number("half_middle", _time(found.half_after.middle)), **ends)
    text = word("time", **ends)
    return f"{text} {word('time_visible', visible=number('visible_after', _time(found.visible_after)))}"


def _time(years: float) -> str:
    """A time from the start, in months below two years: "7 months", "2.4 years"."""
    if years < 2.0:
        months = round(12 * years)
        return f"{months} month" + ("" if months == 1 else "s")
    return f"{years:.1f}".removesuffix(".0") + " years"


# --- the middle -----------------------------------------------------------------------------------------------


def _lines_text(found: Brief) -> str:
    fields = {
        "plan_end": number("plan_end", percent(found.plan_end.middle)),
        "plan_low": number("plan_low", percent(found.plan_end.low)),
        "plan_high": number("plan_high", percent(found.plan_end.high)),
        "mine_end": number("mine_end", percent(found.mine_end.middle)),
        "years": _years(found),
        "start": number("start", percent(found.start)),
    }
    if found.same_baselines:
        return word("lines_same", **fields)
    if found.default_end is None:
        return word("lines_without_default", **fields)
    return word("lines", default_end=number("default_end", percent(found.default_end.middle)), **fields)


def _plan(levers: Sequence[LeverRow], begins: str) -> str:
    shown = levers[: _fitting(levers)]
    rows = "".join(
        f'<tr><th scope="row">{_told(lever, str(k))}</th>'
        f'<td class="when">{when(lever, str(k), begins)}</td><td>{grade(lever.grade)}</td></tr>'
        for k, lever in enumerate(shown)
    )
    if len(shown) < len(levers):
        more = number("more_levers", str(len(levers) - len(shown)))
        rows += f'<tr><th scope="row" colspan="{_COLUMNS}">{word("plan_more", more_levers=more)}</th></tr>'
    return f"<table><tbody>{rows}</tbody></table>"


_COLUMNS: Final = "3"
_ONE_LINE: Final = 34  # letters of a lever and who does it


def _fitting(levers: Sequence[LeverRow]) -> int:
    """How many levers there is room for, a line being kept to say that there are more."""
    used = 0
    for index, lever in enumerate(levers):
        both = lever.start > 1e-9 and math.isfinite(lever.stop)
        used += 2 if both or len(lever.name) + len(lever.who) > _ONE_LINE else 1
        if used > LINES - (index < len(levers) - 1):
            return index
    return len(levers)


def _told(lever: LeverRow, key: str) -> str:
    """The lever and who does it."""
    room = _LEVER + _WHO - min(len(lever.name), _LEVER)
    marked = number(f"lever_{key}_who", clipped(lever.who, room))
    who = f' <span class="who">{marked}</span>' if lever.who else ""
    return escape(clipped(lever.name, _LEVER)) + who


def when(lever: LeverRow, key: str, begins: str = "") -> str:
    """When a lever is used, in words: "6 months to 2 years", or "Jul 2027 to Jan 2029" where it is said when the plan begins."""
    fields = {}
    if lever.start > 1e-9:
        fields["from"] = number(f"lever_{key}_start", _moment(lever.start, begins))
    if math.isfinite(lever.stop):
        fields["until"] = number(f"lever_{key}_stop", _moment(lever.stop, begins))
    return word("between" if len(fields) > 1 else next(iter(fields), "whole"), **fields)


def _moment(years: float, begins: str) -> str:
    """A time from the start: a month of the calendar where it is said when the plan begins."""
    if not begins:
        return _time(years)
    first = datetime.date.fromisoformat(begins)
    months = first.year * 12 + first.month - 1 + round(12 * years)
    return f"{_MONTHS[months % 12]} {months // 12}"


def grade(letter: str) -> str:
    """A grade of evidence as a small box."""
    return f'<span class="grade" title="evidence">{escape(letter)}</span>' if letter else ""


# --- the lists -------------------------------------------------------------------------------------------------


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _wrong(found: Brief) -> list[str]:
    """Setbacks by what they leave of the gain, then what the model hinges on, then what deserves a second look."""
    lines = []
    if found.verdict in ("more", "leans_more"):
        lines += _setbacks(found)
    if found.hinges:
        lines.append(word("hinges", list=escape(clipped("; ".join(found.hinges), _LINE))))
    lines += [number("warning", clipped(text, _LINE)) for text in found.warnings[:1]]
    lines += _side_effects(found)
    if not found.futures:
        lines = [*lines[: _WRONG - 1], word("futures_none")]
    return lines[:_WRONG]


def _side_effects(found: Brief) -> Iterable[str]:
    """What the levers do besides, lever ids as names; what speaks of rows of a source is left to the full part."""
    for lever in found.levers:
        text = _LEVER_ID.sub(_name_of, lever.side_effect)
        if text and not any(letter.isdigit() for letter in text):
            name = (
                CATALOGUE[lever.id].name if lever.id in CATALOGUE else lever.name
            )  # a label may hold its owner
            yield word("side_effect", lever=escape(name), text=escape(clipped(text, _LINE)))


def _name_of(found: re.Match[str]) -> str:
    known = CATALOGUE.get(found[0])
    return f"“{known.name}”" if known is not None else found[0]


def _setbacks(found: Brief) -> list[str]:
    planned = [row for row in found.futures if row.name == "as_planned"]
    setbacks = sorted(
        (
            row
            for row in found.futures
            if row.name != "as_planned" and row.touches and math.isfinite(row.gain.middle)
        ),
        key=lambda row: row.gain.middle,
    )
    usual = planned[0].gain.middle if planned else found.gain.middle
    bad = [row for row in setbacks if row.gain.middle < _SMALL_LOSS * usual][: _WRONG - 1]
    if not bad and setbacks:
        return [word("future_fine", title=escape(setbacks[0].title))]
    return [_setback(row, usual) for row in bad]


def _setback(row: FutureRow, planned: float) -> str:
    fields = {
        f"future_{end}": number(
            f"future_{row.name}_{end}", points(getattr(row.gain, end), signed=row.gain.low < 0)
        )
        for end in ("middle", "low", "high")
    }
    key = "future_nil" if row.gain.middle <= 0 else "future_unsure" if row.gain.low <= 0 else "future"
    return word(key, title=escape(row.title), planned=number("future_planned", points(planned)), **fields)


def _unknown(found: Brief) -> list[str]:
    lines = [_mover(mover) for mover in found.movers if mover.clear][:_MOVERS]
    if not lines:
        lines = [word("no_movers" if found.uncertainty == "luck" else "few_movers")]
    judged = [lever.grade == "D" for lever in found.levers if lever.grade]
    if judged:
        lines.append(word("judgement", share=share_word(sum(judged) / len(judged))))
    return [*lines, word("left_out")]


def _mover(mover: Mover) -> str:
    ends = {
        key: number(
            f"mover_{mover.name}_{key}",
            points(getattr(mover, key), signed=min(mover.at_low, mover.at_high) < 0),
        )
        for key in ("at_low", "at_high")
    }
    meaning = clipped(capital(mover.meaning), 70)
    return word("mover", meaning=escape(meaning), grade=escape(mover.grade), **ends)


def _watch(indicators: Sequence[Indicator]) -> str:
    if not indicators:
        return f"<p>{word('no_indicators')}</p>"
    head = "".join(
        f'<th scope="col">{word(f"watch_head_{key}")}</th>'
        for key in ("when", "what", "plan", "usual", "tells")
    )
    rows = "".join(_indicator(one) for one in indicators)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _indicator(one: Indicator) -> str:
    key = f"indicator_{one.name}"
    date = number(f"{key}_date", one.date or _time(one.years))
    what = one.title.removesuffix(" (0 to 1)").removeprefix("mean ")
    among = "" if one.group == EVERYBODY else f" among {one.group}s"
    return (
        f'<tr><td class="when">{date}</td><th scope="row">{escape(what + among)}</th>'
        f'<td class="range">{_range(key, one.low, one.high)}</td>'
        f'<td class="range">{_range(f"{key}_usual", one.usual_low, one.usual_high)}</td>'
        f"<td>{escape(often_word(one.tells))}</td></tr>"
    )


def _range(key: str, low: float, high: float) -> str:
    return f"{number(f'{key}_low', _hundred(low))}–{number(f'{key}_high', _hundred(high))}"


def _hundred(value: float) -> str:
    return f"{100 * value:.0f}" if abs(value) >= 0.095 else f"{100 * value:.1f}"


def _foot(found: Brief) -> str:
    return f"{word(f'range_{found.uncertainty}')} {_money(found.worth, found.currency)}"


def _money(worth: Spread | None, currency: str) -> str:
    if worth is None:
        return word("money_off")
    ends = {f"worth_{end}": number(f"worth_{end}", amount(getattr(worth, end))) for end in ("low", "high")}
    return word("money_on", currency=escape(currency), **ends)
