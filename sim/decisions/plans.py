"""Plans to decide between: loading them, taking levers out and putting them in, doing nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sim.behaviours.catalogue import CATALOGUE
from sim.decisions.errors import DecisionError
from sim.scenario import Scenario, load
from sim.scenario.schema import LeverUse

NOTHING: Final = "nothing"
MINE: Final = "my_baseline"
DEFAULT: Final = "default_baseline"
ASSUMED: Final = ("parameters", "responses", "shocks", "start")  # what tells the two baselines apart
Source = Scenario | str | Path | Mapping[str, Any]


def as_plan(source: Source, overrides: Sequence[str] = ()) -> Scenario:
    """A scenario, loaded where it is a name, file or mapping.

    Raises:
        ScenarioError: it cannot be used.
        DecisionError: overrides for a scenario that is loaded already.
    """
    if isinstance(source, Scenario):
        if overrides:
            raise DecisionError(f"overrides cannot be applied to '{source.name}', which is loaded already")
        return source
    return load(source, overrides=overrides)


def as_plans(sources: Sequence[Source], overrides: Sequence[str] = ()) -> tuple[Scenario, ...]:
    """Plans for one organisation, each with its own name.

    Raises:
        ScenarioError: one cannot be used.
        DecisionError: names twice, or plans that differ in more than what leaders do.
    """
    plans = tuple(as_plan(source, overrides) for source in sources)
    names = [plan.name for plan in plans]
    for name in names:
        if names.count(name) > 1:
            raise DecisionError(f"two plans are called '{name}'; give one of them another name")
    if NOTHING in names:
        raise DecisionError(f"'{NOTHING}' is what doing nothing is called; give the plan another name")
    for plan in plans[1:]:
        _check_alike(plans[0], plan)
    return plans


def _check_alike(one: Scenario, other: Scenario) -> None:
    """Plans are compared on the same people, under the same assumptions, prices and horizon."""
    differing = [
        part
        for part in ("organization", "parameters", "responses", "money", "lever_definitions")
        if _of(one, part) != _of(other, part)
    ]
    differing += [
        f"run.{part}"
        for part in ("years", "step", "burn_in")
        if getattr(one.run, part) != getattr(other.run, part)
    ]
    if differing:
        raise DecisionError(
            f"'{one.name}' and '{other.name}' differ in {', '.join(differing)}, so what tells them apart is not the "
            "plan; let both extend one file, or set it for both"
        )


def _of(plan: Scenario, part: str) -> Any:
    value = getattr(plan, part)
    if part == "organization":
        return value.model_copy(update={"governance": None})  # who owns learning is part of a plan
    return value


def with_levers(plan: Scenario, levers: Sequence[LeverUse], name: str) -> Scenario:
    """The same organisation and circumstances with other levers."""
    return plan.model_copy(update={"levers": list(levers), "name": name, "title": name})


def renamed(plan: Scenario, name: str) -> Scenario:
    """The same plan under another name."""
    return plan.model_copy(update={"name": name})


def nothing(plan: Scenario) -> Scenario:
    """The plan's organisation and circumstances, in which leaders do nothing out of the ordinary."""
    return plan.model_copy(
        update={"levers": [], "seed": [], "name": NOTHING, "title": "Nothing out of the ordinary"}
    )


def my_baseline(plan: Scenario) -> Scenario:
    """Business as usual in the plan's organisation, under its assumptions and with what befalls it.

    Who owns learning (governance) is part of a plan, so it is left out too.
    """
    usual = nothing(plan)
    organization = usual.organization.model_copy(update={"governance": None})
    return usual.model_copy(
        update={
            "name": MINE, "title": "My baseline: business as usual", "question": "", "organization": organization,
        }
    )  # fmt: skip


def default_baseline(plan: Scenario) -> Scenario:
    """Business as usual in the plan's organisation under the default assumptions, to which nothing happens.

    Beside `my_baseline` it shows what of a shift comes from an assumption rather than from the plan.
    """
    return my_baseline(plan).model_copy(
        update={
            "name": DEFAULT, "title": "Default baseline",
            **{part: getattr(Scenario(name=DEFAULT), part) for part in ASSUMED},
        }
    )  # fmt: skip


def used(plan: Scenario) -> list[LeverUse]:
    """The levers of a plan that are used at all."""
    return [use for use in plan.levers if use.dose != 0.0]


def lever_labels(levers: Sequence[LeverUse]) -> list[str]:
    """A name for each lever of a plan, all different: "L01 Lead by example", with a number where used twice."""
    plain = [_label(use) for use in levers]
    return [
        f"{text} ({plain[: k + 1].count(text)})" if plain.count(text) > 1 else text
        for k, text in enumerate(plain)
    ]


def _label(use: LeverUse) -> str:
    name = use.label or (CATALOGUE[use.lever].name if use.lever in CATALOGUE else "")
    return f"{use.lever} {name}".strip()


def titles_of(plans: Sequence[Scenario]) -> dict[str, str]:
    """Titles of plans by name; where two have the same, the name stands behind."""
    often = Counter(plan.title for plan in plans)
    return {
        plan.name: plan.title if often[plan.title] == 1 else f"{plan.title} ({plan.name})"
        for plan in plans
        if plan.title
    }


def titled(text: str, plans: Sequence[Scenario]) -> str:
    """A sentence with the titles of plans in the place of their quoted names."""
    for name, title in titles_of(plans).items():
        text = text.replace(f"'{name}'", f"“{title}”")
    for name in (NOTHING, MINE):
        text = text.replace(f"'{name}'", "doing nothing")
    return text[:1].upper() + text[1:]
