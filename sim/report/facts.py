"""What a report needs to know of a scenario itself, from the resolved form or from what a results folder keeps."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sim.behaviours.barriers import BARRIERS
from sim.organization.people import Bools
from sim.report.findings import Bar
from sim.report.wording import fill
from sim.scenario.resolved import Disturbance, Programme, Resolved
from sim.scenario.seats import level_words
from sim.scenario.words import covered_in_words, effort, people_in_words, total_effort, warnings
from sim.theory.channels import LEVELS

_FEW: Final = 3  # departments that are named
_PLACE: Final = re.compile(r"(^|[\s(])(?:/|[A-Za-z]:\\)[^:\n]*?[/\\]([^/\\:\n]+\.(?:csv|xlsx))")


@dataclass(frozen=True, slots=True)
class Facts:
    """One scenario, for people.

    Attributes:
        name, title, question: what it is called and asks.
        organisation: its name; people: staff.
        years: horizon.
        usual: whether it is business as usual.
        wage, currency: what an hour is worth.
        bars: timeline.
        warnings: what deserves a second look.
        data_report: what was found in files and what was generated, in sentences.
        asked: leader hours that the plan asks for over its horizon, more than leaders give; NaN where not known.
    """

    name: str
    title: str
    question: str
    organisation: str
    people: int
    years: float
    usual: bool
    wage: float
    currency: str
    bars: tuple[Bar, ...]
    warnings: tuple[str, ...] = ()
    data_report: tuple[str, ...] = ()
    asked: float = math.nan


def facts_of(plan: Resolved, *, counted: bool = True) -> Facts:
    """Facts of a resolved scenario.

    Args:
        counted: whether people are counted by level; not where that might point at somebody (imported files).
    """
    people = int(plan.organization.staff.sum())
    units = len(plan.organization.department_names)
    report = [f"{people:,} people in {units} department{'' if units == 1 else 's'}."]
    report += [f"{line[:1].upper()}{line[1:]}." for line in map(_bare, plan.organization.report.lines())]
    return Facts(
        name=plan.name,
        title=plan.title,
        question=plan.question,
        organisation=organisation_title(plan.organization.name),
        people=people,
        years=plan.years,
        usual=not (plan.programmes or plan.disturbances or plan.seedings),
        wage=plan.wage,
        currency=str(plan.money.get("currency", "")),
        bars=(
            *(_programme(item, plan, counted) for item in plan.programmes),
            *(_shock(item, plan, counted) for item in plan.disturbances),
        ),
        warnings=tuple(warnings(plan)),
        data_report=tuple(report),
        asked=total_effort(plan).leader_hours,
    )


def _bare(line: str) -> str:
    """A line of the data report without the folders of this machine."""
    return _PLACE.sub(r"\1\2", line)


def facts_from(described: Mapping[str, Any]) -> Facts:
    """Facts of a scenario as the results folder tells them (`described` in plan.json): without who and hours a week."""
    bars = tuple(
        Bar(
            label=row["label"],
            who="",
            start=float(row["start"]),
            ramp=float(row["ramp"]),
            stop=math.inf if row["stop"] is None else float(row["stop"]),
            dose=float(row["dose"]),
            hours=0.0,
            kind="programme" if row["what"] == "lever" else "shock",
        )
        for row in described["timeline"]
    )
    money = described.get("money", {})
    return Facts(
        name=described["name"],
        title=described["title"],
        question=described["question"],
        organisation=organisation_title(described["organisation"]),
        people=int(described["people"]),
        years=float(described["years"]),
        usual=not bars,
        wage=float(money.get("wage", 0.0)),
        currency=str(money.get("currency", "")),
        bars=bars,
        asked=float(described.get("leader_hours_asked", math.nan)),
    )


def organisation_title(name: str) -> str:
    """What an organisation is called; one that was made up says so."""
    return fill("generated") if name == "generated" else name


def _programme(item: Programme, plan: Resolved, counted: bool) -> Bar:
    took = effort(item)
    if item.lever in item.push:
        mask = np.zeros(plan.organization.n, dtype=np.bool_)
        mask[item.actors] = True
        who = people_in_words(item.actors, plan.organization) if counted else _levels(mask, plan)
    else:
        who = covered_in_words(item.cover, plan.organization) if counted else _levels(item.cover, plan)
    hours = took.leader_hours + took.learner_hours + took.facilitator_hours
    return Bar(item.label, who, item.start, item.ramp, item.stop, item.dose, hours)


def _shock(item: Disturbance, plan: Resolved, counted: bool) -> Bar:
    who = covered_in_words(item.cover, plan.organization) if counted else _levels(item.cover, plan)
    label = BARRIERS[item.name].name if item.name in BARRIERS else item.name.replace("_", " ")
    return Bar(label, who, item.start, 0.0, item.stop, 1.0, 0.0, "shock")


def _levels(mask: Bools, plan: Resolved) -> str:
    """Who, by level or department alone: nobody is counted."""
    organization = plan.organization
    if not mask.any():
        return "nobody"
    if (mask >= organization.staff).all():
        return "everyone"
    inside = np.isin(organization.department, np.unique(organization.department[mask])) & organization.staff
    if np.array_equal(mask & organization.staff, inside):
        names = [organization.department_names[k] for k in np.unique(organization.department[mask])]
        return ", ".join(names) if len(names) <= _FEW else f"{len(names)} departments"
    present = [name for index, name in enumerate(LEVELS) if (organization.level[mask] == index).any()]
    whole = mask >= (organization.staff & np.isin(organization.level, organization.level[mask]))
    return f"{'' if whole.all() else 'some '}{'people' if len(present) == 3 else level_words(present)}"
