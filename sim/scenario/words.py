"""A resolved plan in words: who does what from when to when, what it takes, and what befalls it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.behaviours.barriers import BARRIERS
from sim.behaviours.catalogue import CATALOGUE
from sim.behaviours.lever import Lever
from sim.organization.people import Bools, Organization
from sim.parameters import REGISTER, defaults
from sim.scenario.resolved import Disturbance, Programme, Resolved, Start
from sim.scenario.seats import level_words
from sim.scenario.units import in_words
from sim.scenario.vocabulary import entry_of
from sim.theory.channels import LEVELS, MANAGER

WEEKS: int = 52
_FLAT = "There are no managers between executives and employees: what managers do falls to the executives."
_COUNTED = {
    "executive": ("executive", "executives"),
    "manager": ("manager", "managers"),
    "employee": ("employee", "employees"),
    "learning_leader": ("learning leader", "learning leaders"),
    "community": ("outsider", "outsiders"),
}


@dataclass(frozen=True, slots=True)
class Effort:
    """What a programme or a plan takes at full dose, before anything gives way.

    Attributes:
        leader_hours, learner_hours, facilitator_hours: hours a week of all of them together.
        cash: currency a year.
    """

    leader_hours: float = 0.0
    learner_hours: float = 0.0
    facilitator_hours: float = 0.0
    cash: float = 0.0

    def plus(self, other: Effort) -> Effort:
        """Both together."""
        return Effort(
            self.leader_hours + other.leader_hours,
            self.learner_hours + other.learner_hours,
            self.facilitator_hours + other.facilitator_hours,
            self.cash + other.cash,
        )

    def times(self, factor: float) -> Effort:
        """`factor` times as much."""
        return Effort(
            self.leader_hours * factor,
            self.learner_hours * factor,
            self.facilitator_hours * factor,
            self.cash * factor,
        )


def effort(item: Programme) -> Effort:
    """What one programme takes a week (hours) and a year (money) at full dose."""
    dose, heads = abs(item.dose), int(item.cover.sum())
    return Effort(
        leader_hours=dose * item.leader_hours * len(item.actors),
        learner_hours=dose * item.learner_hours * heads,
        facilitator_hours=dose * item.facilitator_hours * heads,
        cash=dose * (item.cash_per_head * heads + item.cash_fixed),
    )


def full_years(item: Programme, horizon: float) -> float:
    """Years at full dose that a programme amounts to within the horizon, its ramp counted by half."""
    running = max(0.0, min(item.stop, horizon) - item.start)
    if running <= item.ramp:
        return 0.5 * running * running / item.ramp if item.ramp > 0 else 0.0
    return running - 0.5 * item.ramp


def total_effort(plan: Resolved) -> Effort:
    """Hours and money of the whole plan over its horizon, hours in all rather than a week."""
    total = Effort()
    for item in plan.programmes:
        years = full_years(item, plan.years)
        took = effort(item)
        hours = took.times(years * WEEKS)
        total = total.plus(
            Effort(hours.leader_hours, hours.learner_hours, hours.facilitator_hours, took.cash * years)
        )
    return total


def plan_in_words(plan: Resolved) -> list[str]:
    """The plan, a line a fact: organisation, who does what when, what it takes, shocks, warnings."""
    lines = [f"{plan.title} ({plan.name})"]
    if plan.question:
        lines.append(plan.question)
    lines += _organisation(plan)
    lines.append(
        f"Runs for {_years(plan.years)} in {plan.steps} steps, "
        f"after {_years(plan.burn_in)} of business as usual."
    )
    if not plan.programmes:
        lines.append("Nobody does anything out of the ordinary.")
    lines += [_programme(item, plan) for item in plan.programmes]
    if plan.programmes:
        lines.append(_total(plan))
    lines += [_disturbance(item, plan.organization) for item in plan.disturbances]
    lines += _start(plan.start)
    lines += [
        f"{len(item.seats)} people ({people_in_words(item.seats, plan.organization)}) are won over beforehand: each "
        f"practises at the start with chance {item.used:g}{', for good' if item.committed else ''}."
        for item in plan.seedings
    ]
    lines += _assumptions(plan)
    lines += [f"{line[0].upper()}{line[1:]}." for line in _data_report(plan)]
    return lines + [f"Look at this: {text}" for text in warnings(plan)]


def _data_report(plan: Resolved) -> list[str]:
    """What was found and made up; of an organisation that is all made up, only what was not said before."""
    report = plan.organization.report
    if "people" in report.generated:
        told = ("people", "tiers", "departments")
        report = replace(report, generated={k: v for k, v in report.generated.items() if k not in told})
    return report.lines()


def warnings(plan: Resolved) -> list[str]:
    """What is allowed but deserves a look."""
    found = []
    if plan.seedings:
        many = len(np.unique(np.concatenate([item.seats for item in plan.seedings])))
        found.append(
            f"{many} {'person is' if many == 1 else 'people are'} won over beforehand and counted from the first day; what that "
            "takes is not costed."
        )
    for item in plan.programmes:
        name = f"{item.lever} ({entry_of(item.lever).name})"
        if item.start >= plan.years:
            found.append(f"{name} starts at {in_words(item.start)}, when the run is over.")
        if item.push and not any(item.fit) and item.lever in item.push:
            found.append(
                f"{name} is practised on relationships where nothing is known of it: it will do nothing."
            )
        if item.push and not len(item.actors):
            found.append(f"{name} is practised by nobody in this organisation.")
    for shock in plan.disturbances:
        if shock.start >= plan.years:
            found.append(f"{shock.name} strikes at {in_words(shock.start)}, when the run is over.")
    return found + outside_evidence(plan.parameters) + _words_without_deeds(plan)


def outside_evidence(parameters: Mapping[str, float]) -> list[str]:
    """Parameters that lie outside the range of their evidence, a sentence each."""
    return [
        f"{name} = {value:g} {entry.unit} lies outside the range of its evidence, {entry.low:g} to {entry.high:g}."
        for name, value in parameters.items()
        if value != (entry := REGISTER[name]).default and not entry.low <= value <= entry.high
    ]


def _words_without_deeds(plan: Resolved) -> list[str]:
    said = [item for item in plan.programmes if entry_of(item.lever).say > 0 and item.dose > 0]
    done = any(entry_of(item.lever).do > 0 and item.dose > 0 for item in plan.programmes)
    if not said or done:
        return []
    names = " and ".join(_named(entry_of(item.lever)) for item in said)
    deeds = [_named(lever) for lever in CATALOGUE.values() if lever.do > 0]
    return [
        f"{names} {'says' if len(said) == 1 else 'say'} what nobody does: without {', '.join(deeds[:-1])} or "
        f"{deeds[-1]} leaders lose credibility."
    ]


def _named(lever: Lever) -> str:
    return f"{lever.name} ({lever.id})"


def _organisation(plan: Resolved) -> list[str]:
    organization = plan.organization
    staff = int(organization.staff.sum())
    tiers = int(organization.tier.max()) + 1 if organization.n else 0
    people = people_in_words(np.arange(organization.n), organization)
    return [
        f"{organization.name}: {staff} people in {tiers} tiers and "
        f"{len(organization.department_names)} departments ({people})."
    ] + [_FLAT] * (not (organization.level == MANAGER).any())


def _programme(item: Programme, plan: Resolved) -> str:
    entry = entry_of(item.lever)
    name = (
        f"{item.label} ({item.lever})"
        if item.label == entry.name
        else f"{item.label} ({entry.name}, {item.lever})"
    )
    whom = people_in_words(item.actors, plan.organization) if len(item.actors) else ""
    cover = covered_in_words(item.cover, plan.organization)
    who = f"by {whom}" if item.lever in item.push else f"for {cover}"
    dose = "" if item.dose == 1 else f", dose {item.dose:g}"
    ramp = f", in full after {_years(item.ramp)}" if item.ramp else ""
    when = f"from {in_words(item.start)} to {_end(item.stop, plan)}{ramp}"
    badly = f" Practised badly: {entry.misuse_text}" if _misused(item) else ""
    return f"{name}: {who}, {when}{dose}; {_takes(item, plan)}.{badly}"


def _misused(item: Programme) -> bool:
    """Whether what reaches people is not what the catalogue means by the lever."""
    entry = entry_of(item.lever)
    turned = item.push != dict(entry.push) or item.direct != dict(entry.direct)
    return turned or item.reverse or min(item.fit) < 0.0


def _takes(item: Programme, plan: Resolved) -> str:
    took = effort(item)
    parts = [
        f"{_number(hours)} {whose} hours a week"
        for hours, whose in (
            (took.leader_hours, "leader"),
            (took.learner_hours, "learner"),
            (took.facilitator_hours, "facilitator"),
        )
        if hours > 0
    ]
    if took.cash:
        parts.append(f"{_number(took.cash)} {plan.money.get('currency', '')} a year")
    if len(item.ties):
        parts.append(f"{len(item.ties):,} new ties")
    return "takes " + ", ".join(parts) if parts else "takes neither hours nor money"


def _total(plan: Resolved) -> str:
    total = total_effort(plan)
    wage = plan.wage
    hours = total.leader_hours + total.learner_hours + total.facilitator_hours
    currency = plan.money.get("currency", "")
    less = f" {_given_less(plan)}" if total.leader_hours > 0 else ""
    return (
        f"In all, over {_years(plan.years)}: {_number(total.leader_hours)} leader hours, "
        f"{_number(total.learner_hours)} learner hours, {_number(total.facilitator_hours)} facilitator hours "
        f"({_number(hours * wage)} {currency} at {wage:g} an hour) "
        f"and {_number(total.cash)} {currency} in cash.{less}"
    )


def _given_less(plan: Resolved) -> str:
    """Why leaders give fewer hours than a plan asks of them, so that a run costs less than the plan."""
    share, most = float(plan.parameters["pushback_share"]), float(plan.parameters["leader_hours"])
    return (
        f"That is what the plan asks; leaders give less, and only what they give is charged: who pushes back "
        f"(usually {share:.0%} of them) and vacant posts give none, and nobody gives more than {most:g} hours a week."
    )


def _disturbance(item: Disturbance, organization: Organization) -> str:
    barrier = BARRIERS[item.name]
    until = "for good" if math.isinf(item.stop) else f"until {in_words(item.stop)}"
    whom = covered_in_words(item.cover, organization)
    return f"{barrier.name}, from {in_words(item.start)} {until}, for {whom}: {barrier.summary}"


def _start(start: Start) -> list[str]:
    lines = [
        f"From the start, {share:.0%} of {level_words([level])} answer programmes by pushing back."
        for level, share in start.pushback_by_level.items()
        if share
    ]
    lines += [
        f"From the start, {share:.0%} of leaders show {shift:+.2g} log-odds of "
        f"'{entry_of(behaviour).name}' beside the usual."
        for behaviour, (shift, share) in start.conduct_shift.items()
        if shift and share
    ]
    if start.threshold_factor != 1.0:
        lines.append(f"Adoption thresholds are {start.threshold_factor:g} times the usual.")
    if start.habit:
        lines.append(f"Habit has hardened to {start.habit:g} (0 none, 1 complete).")
    if start.capacity_factor != 1.0:
        lines.append(f"The learning function can deliver {start.capacity_factor:g} times the usual.")
    if start.delay_mean:
        lines.append(f"What it delivers waits {_years(start.delay_mean)} for review on average.")
    if math.isfinite(start.fade_halflife):
        lines.append(f"Sponsored programmes lose half their dose in {_years(start.fade_halflife)}.")
    return lines


def _assumptions(plan: Resolved) -> list[str]:
    usual = defaults()
    return [
        f"Assumes {REGISTER[name].meaning} ({name}) = {value:g} {REGISTER[name].unit}; "
        f"usually {usual[name]:g}."
        for name, value in plan.parameters.items()
        if value != usual[name]
    ]


def people_in_words(seats: np.ndarray, organization: Organization) -> str:  # type: ignore[type-arg]
    """Seats by level: "2 executives, 5 managers"."""
    counts = np.bincount(organization.level[seats], minlength=len(LEVELS))
    parts = [
        f"{count} {_COUNTED[level][count != 1]}" for level, count in zip(LEVELS, counts.tolist()) if count
    ]
    return ", ".join(parts) if parts else "nobody"


def covered_in_words(cover: Bools, organization: Organization) -> str:
    """Who is covered, by level, or "everyone"."""
    if cover.any() and (cover >= organization.staff).all():
        return "everyone"
    return people_in_words(np.flatnonzero(cover), organization)


def _end(stop: float, plan: Resolved) -> str:
    return "the end" if stop >= plan.years else in_words(stop)


def _years(value: float) -> str:
    months = value * 12
    if value < 1.999 and abs(months - 12) > 1e-6:
        return f"{months:.3g} months"
    return f"{value:.3g} year{'' if abs(value - 1) < 1e-6 else 's'}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
