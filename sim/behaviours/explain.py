"""From the source's sentence to the number: what a lever or barrier is, and how it reaches people."""

from __future__ import annotations

import importlib
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from sim.behaviours.barriers import BARRIERS, Barrier, barrier
from sim.behaviours.catalogue import CATALOGUE, EVERYONE, lever
from sim.behaviours.lever import MISUSES, Lever
from sim.behaviours.sources import UnknownNameError, evidence
from sim.parameters import REGISTER

# What a channel does: the equation (file.function in sim.theory) and the parameters that carry it there.
CHANNEL_EQUATIONS: Final[Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]] = MappingProxyType(
    {
        "pressure": (
            ("enthusiasm.strain", ("a_pressure", "a_pressure_squared")),
            ("safety.safety_target", ("power_distance",)),
            ("practice.lapse_hazard", ("g_pressure",)),
        ),
        "safety": (
            ("safety.safety_target", ("tau_safety", "sharedness_safety")),
            ("practice.readiness", ("g_safety",)),
        ),
        "mindset": (("mindset.mindset_target", ("tau_mindset",)), ("practice.readiness", ("g_mindset",))),
        "recognition": (
            ("enthusiasm.enthusiasm_target", ("a_recognition",)),
            ("skill.sharing", ("share_recognition",)),
        ),
        "progress": (("enthusiasm.enthusiasm_target", ("a_progress",)),),
        "time": (
            ("practice.readiness", ("g_time", "g_time_enthusiasm")),
            ("enthusiasm.frustration", ("a_frustration",)),
            ("skill.motivation", ("m_time",)),
        ),
        "expectation": (("practice.asked", ("g_expectation", "g_expectation_example")),),
        "awareness": (("practice.asked", ("g_awareness",)),),
        "experience": (("skill.experience_gain", ("gain_experience", "g_experience_safety")),),
        "stretch": (
            ("skill.experience_gain", ("gain_stretch", "safety_critical")),
            ("enthusiasm.enthusiasm_target", ("a_stretch",)),
        ),
        "relevance": (("practice.asked", ("g_relevance",)), ("skill.formal_gain", ("gain_formal",))),
        "mutual": (("skill.novelty", ("gain_mutual", "novelty_best", "shadow")),),
        "sharing": (("skill.sharing", ("share_occasions",)), ("memory.memory_step", ("codification",))),
        "reflection": (("skill.stock_step", ("retention_reflection", "conversion")),),
        "care": (
            ("enthusiasm.enthusiasm_target", ("a_care",)),
            ("turnover.leaving_hazard", ("turnover_care",)),
        ),
        "career": (("practice.asked", ("g_career",)),),
        "formal": (
            ("skill.formal_gain", ("gain_formal", "g_transfer")),
            ("practice.adoption_hazard", ("g_try",)),
        ),
        "design": (("skill.formal_gain", ("gain_formal",)),),
        "uptake": (("skill.formal_gain", ("gain_formal",)),),
        "platform": (("memory.memory_step", ("codification_platform", "staleness")),),
    }
)
_CONDUCT: Final = ("leadership.conduct_target", ("push", "conduct_halflife", "imitation", "encouragement"))
_RADIATED: Final = ("enthusiasm.radiated", ("say_weight", "do_weight", "hypocrisy", "susceptibility"))


def equation_text(name: str) -> str:
    """The equation `file.function` of `sim.theory` in words: the first sentence of its docstring."""
    module, _, function = name.partition(".")
    found = getattr(importlib.import_module(f"sim.theory.{module}"), function)
    return " ".join((found.__doc__ or "").strip().split("\n\n")[0].split())


def _equations(channels: Mapping[str, float], conduct: bool, radiates: bool) -> list[dict[str, Any]]:
    pairs: dict[str, list[str]] = {}
    chosen: list[tuple[str, tuple[str, ...]]] = [_CONDUCT] if conduct else []
    chosen += [_RADIATED] if radiates else []
    chosen += [pair for channel in channels for pair in CHANNEL_EQUATIONS[channel]]
    for name, used in chosen:
        pairs.setdefault(name, []).extend(one for one in used if one not in pairs.get(name, ()))
    return [{"name": name, "text": equation_text(name), "parameters": used} for name, used in pairs.items()]


def _parameters(equations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = dict.fromkeys(name for entry in equations for name in entry["parameters"])
    keys = ("name", "symbol", "default", "low", "high", "unit", "meaning", "source", "grade")
    return [{key: getattr(REGISTER[name], key) for key in keys} for name in names if name in REGISTER]


def _evidence(ids: tuple[str, ...]) -> list[dict[str, str]]:
    return [evidence()[id_]._asdict() for id_ in ids]


def _lever_parts(entry: Lever) -> dict[str, Any]:
    channels = {**entry.emits, **entry.direct}
    equations = _equations(channels, bool(entry.push), bool(entry.say or entry.do))
    return {
        "kind": "lever",
        "id": entry.id,
        "name": entry.name,
        "summary": entry.summary,
        "quotations": dict(entry.quotations),
        "practised_by": list(entry.practised_by),
        "flows_along": list(entry.flows_along),
        "fit": dict(entry.fit),
        "push": dict(entry.push),
        "emits": dict(entry.emits),
        "direct": dict(entry.direct),
        "say": entry.say,
        "do": entry.do,
        "ties": entry.ties,
        "acts_on": list(entry.acts_on),
        "equations": equations,
        "parameters": _parameters(equations),
        "costs": {
            key: getattr(entry, key)
            for key in ("leader_hours", "learner_hours", "facilitator_hours", "cash_per_head", "cash_fixed")
        },
        "sponsored": entry.sponsored,
        "delivered": entry.delivered,
        "side_effect": entry.side_effect,
        "misuse": dict(entry.misuse),
        "misuse_text": entry.misuse_text,
        "grade": entry.grade,
        "evidence": _evidence(entry.evidence),
    }


def _barrier_parts(entry: Barrier) -> dict[str, Any]:
    equations = _equations(entry.channels, bool(entry.push), False)
    begins = {
        key: getattr(entry.begins, key)
        for key in entry.begins.__slots__
        if getattr(entry.begins, key) != getattr(type(entry.begins)(), key)
    }
    return {
        "kind": "barrier",
        "id": entry.id,
        "name": entry.name,
        "summary": entry.summary,
        "quotations": dict(entry.quotations),
        "covers": list(entry.covers),
        "start": entry.start,
        "stop": entry.stop,
        "shock": entry.shock(),
        "begins": begins,
        "equations": equations,
        "parameters": _parameters(equations),
        "answered_by": list(entry.answered_by),
        "grade": entry.grade,
        "evidence": _evidence(entry.evidence),
    }


def explained(name: str) -> dict[str, Any]:
    """What is known of a lever or a barrier, as plain data: id, name or slug.

    Raises:
        UnknownNameError: neither a lever nor a barrier; the nearest names of both are offered.
    """
    try:
        return _lever_parts(lever(name))
    except UnknownNameError as no_lever:
        try:
            return _barrier_parts(barrier(name))
        except UnknownNameError as no_barrier:
            hints = [str(error).partition("; ")[2] for error in (no_lever, no_barrier)]
            advice = " ".join(hint for hint in hints if hint)
            known = f"{len(CATALOGUE)} levers (L01 to L32) and {len(BARRIERS)} barriers are known"
            tail = f"; {advice}" if advice else f"; {known}"
            raise UnknownNameError(f"no lever or barrier is called {name!r}{tail}") from None


def _signed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{key} {value:+g}" for key, value in values.items())


def _how(parts: Mapping[str, Any]) -> Iterator[str]:
    if parts["push"]:
        yield f"moves leaders' behaviour, in programme pushes at dose 1: {_signed(parts['push'])}"
    if parts["emits"]:
        yield f"people feel, in log-odds per log-odd of the behaviour: {_signed(parts['emits'])}"
    if parts["say"] or parts["do"]:
        shares = {key: parts[key] for key in ("say", "do") if parts[key]}
        yield f"shares in what a leader radiates as enthusiasm: {_signed(shares)}"
    if parts["direct"]:
        yield f"everybody covered feels, in log-odds at dose 1: {_signed(parts['direct'])}"
    if parts["ties"]:
        yield f"rewires: {parts['ties']}"
    yield f"acts at once on: {', '.join(parts['acts_on'])}"


_PRICES: Final = {
    "leader_hours": "{} hours a week of each leader who does it",
    "learner_hours": "{} hours a week of each person it reaches",
    "facilitator_hours": "{} hours of facilitation a week for each person it reaches",
    "cash_per_head": "{} in cash a year for each person it reaches",
    "cash_fixed": "{} in cash a year, however many it reaches",
}


def _lever_lines(parts: Mapping[str, Any]) -> Iterator[str]:
    yield "Relationship"
    along = ", ".join(parts["flows_along"]) or "the context, no relationship"
    yield f"  practised by {', '.join(parts['practised_by'])}; flows along {along}"
    yield f"  fit: {_signed(parts['fit'])}"
    yield "How it acts"
    yield from (f"  {line}" for line in _how(parts))
    yield from _number_lines(parts)
    yield "Price at dose 1"
    told = [
        text.format(f"{parts['costs'][key]:g}") for key, text in _PRICES.items() if parts["costs"].get(key)
    ]
    yield "  " + (", ".join(told) or "nothing")
    yield f"Side effect: {parts['side_effect']}"
    yield f"Harmful use: {parts['misuse_text']}"
    for key, value in parts["misuse"].items():
        shown = _signed(value) if isinstance(value, Mapping) else value
        yield f"  {key} = {shown}: {MISUSES[key]}"


_GATED: Final = {
    "sponsored": "programmes that have a sponsor",
    "delivered": "programmes that the learning function delivers",
    "paid": "programmes that cost money",
    "all": "all programmes",
}
_SUDDEN: Final = {
    "skill_loss": "{} of skill is out of date at once",
    "tie_reset": "{} of people lose all their informal ties at once",
    "vacate": "{} of leaders' seats fall vacant at once",
}


def levels_in_words(names: Iterable[str]) -> str:
    """Whom a barrier falls on: "executives, managers"."""
    return ", ".join(
        name if name in (EVERYONE, "community") else f"{name.replace('_', ' ')}s" for name in names
    )


def _percent(share: float) -> str:
    return f"{100.0 * share:g} %"


def shock_in_words(shock: Mapping[str, Any]) -> list[str]:
    """What a barrier does while it lasts, an effect an item; effects as `Barrier.shock` names them."""
    said = []
    if "channels" in shock:
        said.append(f"people feel, in log-odds: {_signed(shock['channels'])}")
    if "push" in shock:
        said.append(f"leaders' behaviour is moved, in log-odds a year: {_signed(shock['push'])}")
    said += [
        f"{_GATED.get(what, what)}: {_percent(share)} of the dose"
        if share
        else f"{_GATED.get(what, what)} stop"
        for what, share in shock.get("gate", {}).items()
    ]
    if "turnover" in shock:
        said.append(f"turnover × {shock['turnover']:g}")
    said += [text.format(_percent(shock[key])) for key, text in _SUDDEN.items() if key in shock]
    return said


def start_in_words(begins: Mapping[str, Any]) -> list[str]:
    """What a barrier sets from the start, a condition an item; conditions as `Begins` names them."""
    said = [
        f"share who push back: {levels_in_words([level])} {_percent(share)}"
        for level, share in begins.get("pushback_by_level", {}).items()
    ]
    said += [
        f"{_percent(share)} of the leaders it falls on show {shift:+g} log-odds of {what} beside the usual"
        for what, (shift, share) in begins.get("conduct_shift", {}).items()
    ]
    if "threshold_factor" in begins:
        said.append(f"thresholds × {begins['threshold_factor']:g}")
    if "habit" in begins:
        said.append(f"habit has hardened to {begins['habit']:g} (0 none, 1 complete)")
    if "capacity_factor" in begins:
        said.append(f"what the learning function can deliver × {begins['capacity_factor']:g}")
    if "delay_mean" in begins:
        spread = (
            f", with a coefficient of variation of {begins['delay_cv']:g}" if "delay_cv" in begins else ""
        )
        wait = f"{begins['delay_mean'] * 12.0:.3g} months"
        said.append(f"what the learning function delivers waits {wait} for review on average{spread}")
    if "fade_halflife" in begins:
        said.append(
            f"sponsored programmes lose half their dose in {begins['fade_halflife'] * 12.0:.3g} months"
        )
    return said


def _barrier_lines(parts: Mapping[str, Any]) -> Iterator[str]:
    until = "for good" if parts["stop"] == float("inf") else f"to year {parts['stop']:g}"
    if parts["shock"]:
        dates = f"year {parts['start']:g} {until} unless said otherwise"
        yield f"While it lasts ({dates}), on {levels_in_words(parts['covers'])}"
        yield from (f"  {line}" for line in shock_in_words(parts["shock"]))
    if parts["begins"]:
        yield "From the start"
        yield from (f"  {line}" for line in start_in_words(parts["begins"]))
    yield f"Answered by: {', '.join(parts['answered_by'])}"
    yield from _number_lines(parts)


def _number_lines(parts: Mapping[str, Any]) -> Iterator[str]:
    if parts["equations"]:
        yield "Equations"
    for entry in parts["equations"]:
        yield from textwrap.wrap(
            f"{entry['name']}: {entry['text']}", 108, initial_indent="  ", subsequent_indent="    "
        )
    if parts["parameters"]:
        yield "Parameters"
    for entry in parts["parameters"]:
        yield (
            f"  {entry['name']} {entry['symbol']} = {entry['default']:g} "
            f"({entry['low']:g} to {entry['high']:g} {entry['unit']}), "
            f"grade {entry['grade']}: {entry['source']}"
        )
    yield f"Evidence, grade {parts['grade']} (how it splits over channels is judgement)"
    for entry in parts["evidence"]:
        value = f"{entry['default']} ({entry['low']} to {entry['high']}) {entry['unit']}"
        yield f"  {entry['id']}: {value}; {entry['source']}; grade {entry['grade']}"
    if not parts["evidence"]:
        yield "  none found: judgement"


def explain(name: str) -> str:
    """A lever or barrier in plain text, from the source's sentence to the number.

    Raises:
        UnknownNameError: neither a lever nor a barrier; the nearest names are offered.
    """
    parts = explained(name)
    lines = [f"{parts['id']}  {parts['name']}", parts["summary"], "", "In the words of the sources"]
    lines += [f"  “{quotation}” ({row})" for row, quotation in parts["quotations"].items()]
    body = _lever_lines(parts) if parts["kind"] == "lever" else _barrier_lines(parts)
    return "\n".join([*lines, *body]) + "\n"
