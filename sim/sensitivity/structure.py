"""Factors that a scenario offers: its levers' doses, dates, coverage and presence, and its organisation's numbers."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from sim.scenario.schema import LeverUse, Scenario
from sim.scenario.vocabulary import entry_of
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor, Kind

_MEASURED: Final = "range measured on real firms (trees and ties)"
_JUDGED: Final = "judgement"
# path, kind, low, high, distribution, unit, grade, source, meaning, default
_NUMBERS: Final[tuple[tuple[str, Kind, float, float, str, str, str, str, float], ...]] = (
    ("span", "continuous", 3.0, 8.0, "reports", "B", _MEASURED, "mean direct reports of a leader", 5.0),
    ("departments", "integer", 3, 12, "", "D", _JUDGED, "number of departments", 6),
    ("sites", "integer", 1, 4, "", "D", _JUDGED, "places of work", 1),
    ("informal_ties", "continuous", 2.0, 8.0, "ties", "C", _MEASURED, "informal contacts a person", 4.0),
    (
        "cross_unit_share", "continuous", 0.15, 0.73, "share", "B", _MEASURED,
        "share of informal contacts outside the department", 0.35,
    ),
    ("community", "continuous", 0.0, 20.0, "per 100 staff", "D", _JUDGED, "outsiders per 100 staff", 0.0),
)  # fmt: skip
GOVERNANCE: Final = ("none", "learning_leader", "hr_officer", "compliance_officer")
ASPECTS: Final = ("dose", "start", "stop", "coverage", "presence")


def structural_factors(scenario: Scenario) -> list[Factor]:
    """The numbers that a generated organisation is made from; empty for an imported one.

    People vary by a factor of two either way, on a log scale.
    """
    form = scenario.organization
    if form.imported:
        return []
    people = 300 if form.people is None else form.people
    found = [
        Factor(
            "organization.people", "integer", max(10, people // 2), people * 2, "loguniform", base=people,
            unit="people", grade="D", source=_JUDGED, meaning="number of staff", tags=("structure",),
        )
    ]  # fmt: skip
    for name, kind, low, high, unit, grade, source, meaning, default in _NUMBERS:
        given = getattr(form, name)
        base = default if given is None else float(given)
        found.append(
            Factor(
                f"organization.{name}", kind, min(low, base), max(high, base), base=base, unit=unit, grade=grade,
                source=source, meaning=meaning, tags=("structure",),
            )
        )  # fmt: skip
    return found


def governance_factor(scenario: Scenario) -> Factor:
    """Who owns learning, as a factor of four levels (not in the tag "structure": it changes what levers cost)."""
    return Factor(
        "organization.governance",
        "categorical",
        levels=GOVERNANCE,
        base=scenario.organization.governance or "",
        grade="D",
        source=_JUDGED,
        meaning="who owns learning",
        tags=("governance",),
    )


def lever_key(scenario: Scenario, number: int) -> str:
    """How `--set` finds a lever of the plan: by id where it is used once, else by number."""
    id_ = scenario.levers[number].lever
    once = sum(use.lever == id_ for use in scenario.levers) == 1
    return id_ if once else str(number)


def lever_factor(scenario: Scenario, number: int, aspect: str) -> Factor:
    """One aspect of a lever of the plan as a factor.

    - dose: from 0 to twice what the plan says;
    - start: from the plan's date to a year later, before its stop and the horizon;
    - stop: from half a year after its start to the horizon;
    - coverage: share of those the plan names who take part, .2 to 1, drawn at random;
    - presence: there as planned, or not at all (dose 0).

    Raises:
        SensitivityError: the plan leaves no room for it.
    """
    use = scenario.levers[number]
    key = lever_key(scenario, number)
    name = use.label or entry_of(use.lever).name
    common: dict[str, Any] = {"grade": "D", "source": "the plan", "tags": ("levers", aspect)}
    at = f"levers.{key}"
    if aspect == "presence":
        return Factor(
            f"{at}.dose", "categorical", levels=(0.0, use.dose), base=use.dose, label=f"{name}: there or not",
            meaning="whether the plan has it (its dose, or 0)", **common,
        )  # fmt: skip
    if aspect == "dose":
        low, high = sorted((0.0, max(-5.0, min(5.0, 2.0 * use.dose))))
        return _ranged(
            f"{at}.dose", low, high, use.dose, f"{name}: dose", "", "multiple of the usual dose", common
        )
    if aspect == "coverage":
        return _coverage(use, number, at, name, common)
    horizon = scenario.run.years
    if aspect == "start":
        end = min(use.start + 1.0, horizon, math.inf if use.stop is None else use.stop)
        high = end - 0.05 if end in (horizon, use.stop) else end
        return _ranged(f"{at}.start", use.start, high, use.start, f"{name}: start", "years", "date", common)
    if aspect == "stop":
        base = horizon if use.stop is None else use.stop
        return _ranged(
            f"{at}.stop", use.start + 0.5, max(horizon, base), base, f"{name}: stop", "years", "date", common
        )
    raise SensitivityError(f"a lever has no '{aspect}' to vary; one of {', '.join(ASPECTS)}")


def _ranged(
    path: str,
    low: float,
    high: float,
    base: float,
    label: str,
    unit: str,
    meaning: str,
    common: dict[str, Any],
) -> Factor:
    if not low < high:
        raise SensitivityError(
            f"factor {path}: the plan leaves no room to vary it ({low:g} to {high:g}); "
            f"give a range yourself, {path}=low..high"
        )
    return Factor(
        path, low=low, high=high, base=base, label=label, unit=unit, meaning=meaning, **common
    )  # fmt: skip


def _coverage(use: LeverUse, number: int, at: str, name: str, common: dict[str, Any]) -> Factor:
    who = {} if use.who is None else use.who.model_dump(exclude_none=True)
    if not who:
        who = {"levels": _default_levels(use.lever)}
    taken = [key for key in ("most_central", "brokers") if key in who]
    if taken or (isinstance(who.get("random"), int) and who["random"] != 1):
        chosen = taken[0] if taken else "random"
        raise SensitivityError(
            f"factor {at}.coverage: the plan chooses its people by {chosen}; vary that place instead: "
            f"{at}.who.{chosen}=low..high"
        )
    base = float(who.pop("random", 1.0))
    text = ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in who.items())
    needs = (f"levers.{number}.who={{ {text}, random = {base!r} }}",)
    return Factor(
        f"{at}.who.random", low=0.2, high=1.0, base=base, label=f"{name}: coverage", unit="share",
        meaning="share of those whom the plan names", needs=needs, **common,
    )  # fmt: skip


def _default_levels(lever: str) -> list[str]:
    """Levels that a lever concerns where the plan names nobody, as `who` takes them."""
    entry = entry_of(lever)
    levels = entry.actor_levels or entry.covers
    everyone = ("executive", "manager", "employee", "learning_leader")
    return list(everyone if "everyone" in levels or not levels else levels)
