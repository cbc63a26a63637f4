"""The plan week by week: pushes on leaders, hours asked of them, what programmes bring, shocks, and the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import ceil
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sim.engine.doses import doses
from sim.engine.layout import LEAVE, NEVER
from sim.organization.people import Organization
from sim.scenario.resolved import Disturbance, Programme, Resolved
from sim.theory.chance import SHOCK, draw, uniform
from sim.theory.channels import (
    CHANNELS,
    COMMUNITY,
    CONDUCT,
    EMPLOYEE,
    LEARNING_LEADER,
    N_CHANNELS,
    N_CONDUCT,
)

if TYPE_CHECKING:
    from sim.model.agents import Person
    from sim.model.departments import Department
    from sim.model.model import LearningCultureModel
    from sim.model.repertoire import Vector

# A class of seats that the plan treats alike: their department, which programmes reach them and which disturbances
# fall on them (by number), and who they are.
Place: TypeAlias = "tuple[Department, tuple[int, ...], tuple[int, ...], list[Person]]"


@dataclass(slots=True)
class Ledger:
    """Hours and cash of one step.

    Attributes:
        leader_hours, learner_hours, practice_hours, facilitator_hours: of work.
        cash: currency.
        headcount: people on the staff.
    """

    leader_hours: float = 0.0
    learner_hours: float = 0.0
    practice_hours: float = 0.0
    facilitator_hours: float = 0.0
    cash: float = 0.0
    headcount: float = 0.0

    def row(self) -> list[float]:
        """The columns in order."""
        return [getattr(self, column.name) for column in fields(self)]


def who_leads(resolved: Resolved) -> list[bool]:
    """Whether a seat carries conduct: it has reports, leads by its level, or a programme or shock works on it."""
    organization = resolved.organization
    led = {int(boss) for boss in organization.manager}
    leads = [
        seat in led or level < EMPLOYEE or level == LEARNING_LEADER
        for seat, level in enumerate(organization.level.tolist())
    ]
    for item in resolved.programmes:
        for seat in item.actors.tolist():
            leads[seat] = True
    return leads


def opening_steps(resolved: Resolved) -> list[int]:
    """Step of the run from which a seat may be filled: a learning leader whom a plan adds comes when it begins."""
    opens = [0] * resolved.organization.n
    for item in resolved.programmes:
        step = resolved.burn_steps + ceil(item.start / resolved.dt - 1e-9)
        for seat in item.opens.tolist():
            opens[seat] = min(opens[seat], step) or step
    return opens


class Plan:
    """What a scenario does differently, step by step.

    Args:
        resolved: the scenario.
        key: luck of the run; it decides how long reviews take.
        people: whom it touches, in order of seat.
    """

    def __init__(self, resolved: Resolved, key: tuple[int, int], people: list[Person]) -> None:
        self.programmes, self.shocks = resolved.programmes, resolved.disturbances
        timetable = doses(resolved, key)
        self.dose: list[list[float]] = timetable.dose.tolist()
        self.changes: list[bool] = [bool(flag) for flag in timetable.changed]
        self.starts: list[int] = timetable.starts.tolist()
        self.stops: list[int] = timetable.stops.tolist()
        self.adapt: list[float] = timetable.adapt.tolist()
        self.span = [_span(shock, resolved.dt) for shock in self.shocks]
        self.surges = [
            (shock.turnover, shock.cover.tolist(), span)
            for shock, span in zip(self.shocks, self.span)
            if shock.turnover != 1.0
        ]
        staff = resolved.organization.staff
        self.heads = [int((item.cover & staff).sum()) for item in self.programmes]
        self.places = self._survey(resolved.organization, people)

    def surge(self, seat: int, at: int) -> float:
        """Factor that disturbances put on this seat's hazard of leaving."""
        factor = 1.0
        for size, hit, (first, last) in self.surges:
            if first <= at < last and hit[seat]:
                factor *= size
        return factor

    def _survey(self, organization: Organization, people: list[Person]) -> list[Place]:
        """Sort people into places: whom the same programmes reach and the same disturbances may hit."""
        reached = [item.reached(organization).tolist() for item in self.programmes]
        hit = [shock.cover.tolist() for shock in self.shocks]
        places: dict[tuple[object, ...], Place] = {}
        for person in people:
            programmes = tuple(k for k, seats in enumerate(reached) if seats[person.number])
            shocks = tuple(k for k, seats in enumerate(hit) if seats[person.number])
            key = (person.department.number, programmes, shocks)
            places.setdefault(key, (person.department, programmes, shocks, []))[3].append(person)
        return list(places.values())

    def lay_out(self, model: LearningCultureModel, at: int) -> None:
        """Schedule step 3: doses of step `at` become pushes on leaders, hours asked of them, and surroundings."""
        for leader in model.leaders:
            leader.push, leader.hours = np.zeros(N_CONDUCT), 0.0
        for item, dose in zip(self.programmes, self._doses(at)):
            if dose != 0.0:
                self._push(model, item, dose)
        for number, shock in enumerate(self.shocks):
            for name, size in shock.push.items() if self._rages(number, at) else ():
                for leader in model.leaders:
                    if shock.cover[leader.number]:
                        leader.push[CONDUCT.index(name)] += size
        self._surround(at)

    def _doses(self, at: int) -> list[float]:
        return [course[at] for course in self.dose]

    def _push(self, model: LearningCultureModel, item: Programme, dose: float) -> None:
        for seat in item.actors.tolist():
            actor = model.people[seat]
            here = actor.department.targeting
            actor.hours += abs(dose) * here * item.leader_hours
            for name, size in item.push.items():
                actor.push[CONDUCT.index(name)] += model.p.push * dose * here * size

    def _rages(self, number: int, at: int) -> bool:
        first, last = self.span[number]
        return first <= at < last

    def _surround(self, at: int) -> None:
        """What programmes and disturbances bring to each person; those of one place share it."""
        brought: dict[int, Vector] = {}
        for number, (item, dose) in enumerate(zip(self.programmes, self._doses(at))):
            if dose != 0.0 and item.direct:
                brought[number] = dose * _field(item.direct)
        raging = {k: _field(shock.channels) for k, shock in enumerate(self.shocks) if self._rages(k, at)}
        for department, programmes, shocks, people in self.places:
            field = np.zeros(N_CHANNELS)
            for number in programmes:
                if number in brought:
                    field += department.targeting * brought[number]
            for number in shocks:
                if number in raging:
                    field += raging[number]
            for person in people:
                person.surroundings = field

    def strike(self, model: LearningCultureModel, at: int) -> None:
        """Schedule step 3, sudden shocks: skills age, leaders go, ties break."""
        for number, (shock, (first, _)) in enumerate(zip(self.shocks, self.span)):
            if first != at:
                continue
            for person in model.people:
                if shock.cover[person.number] and not person.vacant and person.level != COMMUNITY:
                    self._hit(model, person, shock, number)

    def _hit(self, model: LearningCultureModel, person: Person, shock: Disturbance, number: int) -> None:
        if shock.skill_loss > 0.0:
            person.stock = [level * (1.0 - shock.skill_loss) for level in person.stock]
            person.gain = [level * (1.0 - shock.skill_loss) for level in person.gain]
        words = draw(model.clock, person.number, SHOCK, number, *model.key)
        if person.leads and not person.committed and uniform(words[1]) < shock.vacate:
            person.leave(LEAVE)
        elif uniform(words[0]) < shock.tie_reset:
            person.drop_ties()
            person.renew_ties()

    def book(self, model: LearningCultureModel, at: int) -> Ledger:
        """Schedule step 8: hours and cash of step `at`; hours are per week of 52 a year."""
        p, dt = model.p, model.rhythm.dt
        weeks = 52.0 * dt
        page = Ledger()
        for leader in model.leaders:
            if not leader.vacant:
                page.leader_hours += weeks * min(leader.given_hours, p.leader_hours)
        for item, heads, signed in zip(self.programmes, self.heads, self._doses(at)):
            dose = abs(signed)
            page.learner_hours += weeks * dose * heads * item.learner_hours
            page.facilitator_hours += weeks * dose * heads * item.facilitator_hours
            page.cash += dt * dose * (heads * item.cash_per_head + item.cash_fixed)
        present = model.present
        page.headcount = float(len(present))
        page.practice_hours = weeks * p.practice_hours * sum(person.practising for person in present)
        return page


def _field(channels: Mapping[str, float]) -> Vector:
    """Sizes by name of channel, laid out by channel, shape (N_CHANNELS,)."""
    field = np.zeros(N_CHANNELS)
    for name, size in channels.items():
        field[CHANNELS.index(name)] = size
    return field


def _span(shock: Disturbance, dt: float) -> tuple[int, int]:
    """First step of a disturbance, the first that begins at or after its date, and the step after its last."""
    return ceil(shock.start / dt - 1e-9), ceil(min(shock.stop / dt, float(NEVER)) - 1e-9)
