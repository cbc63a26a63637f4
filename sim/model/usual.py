"""Business as usual: who everybody is and what they are used to when a run begins."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from sim.scenario.resolved import Resolved
from sim.theory.channels import COMMUNITY, EXECUTIVE
from sim.theory.scales import logit

if TYPE_CHECKING:
    from sim.model.agents import Person
    from sim.model.model import LearningCultureModel


@dataclass(slots=True)
class Population:
    """What the staff is like at business as usual.

    Attributes:
        practising: share who practise; base: b_0 of the usual chances, log-odds.
        enthusiasm, safety, mindset: mean usual levels, log-odds; executives: mean enthusiasm of executives.
        ties_existing: share of informal contacts in touch; ties_ending, ties_forming: rates relative to the
            tie turnover.
    """

    practising: float = 0.0
    base: float = 0.0
    enthusiasm: float = 0.0
    safety: float = 0.0
    mindset: float = 0.0
    executives: float = 0.0
    ties_existing: float = 1.0
    ties_ending: float = 0.0
    ties_forming: float = 0.0

    def count_ties(self, exist: list[bool]) -> None:
        """Rates at which informal ties end and form, from which of them exist."""
        self.ties_existing = sum(exist) / len(exist) if exist else 1.0
        if 0.0 < self.ties_existing < 1.0:  # where nobody is out of touch no tie can replace one that ends
            self.ties_ending = 1.0
            self.ties_forming = self.ties_existing / (1.0 - self.ties_existing)


def draw_everybody(model: LearningCultureModel) -> None:
    """Draw traits, usual chances, conduct, practice and skill, and what everybody is used to."""
    surveys = [survey_of(model.resolved, person.number) for person in model.people]
    for person, survey in zip(model.people, surveys):
        person.draw_traits(0)
        _believe_survey(person, survey)
    staff = [person for person in model.people if person.level != COMMUNITY and person.opens == 0]
    _take_means(model.population, staff)
    _solve_chances(model.population, staff, model.people)
    for leader in model.leaders:
        leader.draw_conduct(0)
    for person, survey in zip(model.people, surveys):
        if person.opens > 0:
            person.vacant = True
        else:
            person.be_here(survey)
    for person in model.people:
        person.settle()
    for unit in model.departments:
        unit.settle(model.rhythm.share_usual)


def survey_of(resolved: Resolved, seat: int) -> dict[str, float]:
    """What is known of a person before the run, by name; `tenure` in years."""
    organization = resolved.organization
    known = {name: float(values[seat]) for name, values in organization.survey.items()}
    known["tenure"] = float(organization.tenure[seat])
    return {name: value for name, value in known.items() if isfinite(value)}


def _believe_survey(person: Person, survey: dict[str, float]) -> None:
    if "enthusiasm" in survey:
        person.usual_enthusiasm = logit(survey["enthusiasm"])
    if "safety" in survey:
        person.usual_safety = logit(survey["safety"])
    if "mindset" in survey:
        person.usual_mindset = logit(survey["mindset"])
    if "skill" in survey:
        mean = sum(person.usual_skill) / len(person.usual_skill)
        person.be_skilled([level + survey["skill"] - mean for level in person.usual_skill])


def _take_means(usual: Population, staff: list[Person]) -> None:
    executives = [person for person in staff if person.level == EXECUTIVE]
    if staff:
        usual.enthusiasm = sum(person.usual_enthusiasm for person in staff) / len(staff)
        usual.safety = sum(person.usual_safety for person in staff) / len(staff)
        usual.mindset = sum(person.usual_mindset for person in staff) / len(staff)
    if executives:
        usual.executives = sum(person.usual_enthusiasm for person in executives) / len(executives)


def _solve_chances(usual: Population, staff: list[Person], people: list[Person]) -> None:
    """Solve b_0 by halving, so that the mean usual chance of practising is the surveyed share."""
    low, high = -30.0, 30.0
    for _ in range(60):
        usual.base = base = 0.5 * (low + high)
        for person in staff:
            person.settle_chance(base)
        if sum(person.usual_chance for person in staff) > usual.practising * len(staff):
            high = base
        else:
            low = base
    for person in people:
        person.settle_chance(usual.base)
