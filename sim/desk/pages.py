"""What the page needs to know before anything is asked: levers, assumptions, barriers, bundled plans."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sim._version import __version__
from sim.behaviours.barriers import BARRIERS
from sim.behaviours.catalogue import CATALOGUE
from sim.behaviours.explain import equation_text, explained
from sim.desk.bands import SHOWN
from sim.desk.errors import DeskError
from sim.desk.view import REPLICATES, view_of
from sim.parameters import REGISTER
from sim.scenario import load, names
from sim.validation.registers import impacts

# One lever for each way a plan can begin: example, time, peers, managers' conduct, safety.
FIRST_LEVERS: Final = ("L01", "L04", "L09", "L10", "L12")
_NO_PLAN: Final = ("business_as_usual", "all_levers")
GRADES: Final = {
    "A": "meta-analysis or large trial",
    "B": "one good study, or an official figure",
    "C": "observed, or carried over from something like it",
    "D": "judgement: nobody has measured it",
}


@cache
def catalogue() -> dict[str, Any]:
    """Everything that does not change while the desk runs."""
    return {
        "version": __version__,
        "replicates": REPLICATES,
        "measures": list(SHOWN),
        "first": list(FIRST_LEVERS),
        "grades": GRADES,
        "levers": [_lever(id_) for id_ in CATALOGUE],
        "barriers": [
            {"id": item.id, "name": item.name, "summary": item.summary, "start": item.start, "shock": item.is_shock}
            for item in BARRIERS.values()
        ],
        "assumptions": [_assumption(name) for name in REGISTER],
        "impacts": [name for name in impacts() if REGISTER[name].low < REGISTER[name].high],  # largest first
        "presets": presets(),
        "example": view_of(load("business_as_usual")),
    }  # fmt: skip


def _lever(id_: str) -> dict[str, Any]:
    item = CATALOGUE[id_]
    return {
        "id": id_,
        "name": item.name,
        "summary": item.summary,
        "grade": item.grade,
        "by": list(item.practised_by),
        "conduct": id_ in item.push,
        "sized": item.ties in ("groups", "bridges"),
        "prices": {
            key: getattr(item, key)
            for key in ("leader_hours", "learner_hours", "facilitator_hours", "cash_per_head", "cash_fixed")
        },
        "quotation": next(iter(item.quotations.values()), ""),
        "row": next(iter(item.quotations), ""),
    }


def _assumption(name: str) -> dict[str, Any]:
    keys = ("name", "symbol", "default", "low", "high", "unit", "meaning", "source", "grade", "distribution")
    item = REGISTER[name]
    return {**{key: getattr(item, key) for key in keys}, "part": item.used_in.split(",")[0]}


def lever_sheet(id_: str) -> dict[str, Any]:
    """From the source's sentence to the number: what stands behind a lever.

    Raises:
        DeskError: no such lever.
    """
    if id_ not in CATALOGUE:
        raise DeskError(f"there is no lever {id_[:20]}")
    parts = explained(id_)
    for entry in parts["equations"]:
        entry["text"] = equation_text(entry["name"])
    return parts


@cache
def presets() -> list[dict[str, Any]]:
    """Bundled plans as views without an organisation."""
    found = []
    for name in names():
        if name in _NO_PLAN:
            continue
        scenario = load(name)
        try:
            view = view_of(scenario)
        except DeskError:
            continue
        found.append({"name": name, "title": scenario.title, "question": scenario.question, "view": view})
    return found
