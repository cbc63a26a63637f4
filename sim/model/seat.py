"""A seat and whoever sits on it: the attributes of an agent.

An agent is one seat of the organisation.  People come and go on it; a seat between two people is `vacant`.  Levels
are departures in log-odds from the person's own usual unless said; rates are per year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from mesa import Agent

from sim.model.bonds import Bond, Circle, Contact
from sim.model.departments import Department
from sim.model.noticeboard import N_SHOWN, Shown
from sim.model.repertoire import N_FLOW
from sim.theory.channels import LEVELS, N_CHANNELS, N_CONDUCT, N_LAYERS, TOPICS

if TYPE_CHECKING:
    from sim.model.agents import Person
    from sim.model.model import LearningCultureModel


class Seat(Agent):  # type: ignore[misc]
    """A seat: where it is, who sits there, what that person is used to, and what others can hear of them.

    Attributes:
        number: of the seat in the organisation; level: index into `LEVELS`.
        manager, reports, team, department: the place in the tree; boss of nobody has no reports.
        leads: whether this seat carries leader conduct; opens: step of the run from which it may be filled.
        contacts: who is heard now, by layer; pool: who ever may be; bonds: those that end and form.

        vacant, practising, committed: whether nobody sits there; is an active member of the learning culture;
            never lapses nor leaves.
        enthusiasm, safety, mindset: departures, log-odds.  tenure, spell: years in the firm, years practising.
        stock, gain: ordinary skill and recent gain by topic, 0–1.  habit: hardness of habit, 0–1.
        experience: share of own reports practising beyond the usual; overload: hours asked beyond the week.
        care_felt, recognition_felt, occasions_felt, time_felt: as felt at the step before.

        susceptibility, expressiveness, openness, threshold: fixed at hire.
        usual_enthusiasm, usual_safety, usual_mindset: levels in log-odds; usual_chance: of practising.
        usual_skill, ordinary, stock_kept: by topic: usual level, ordinary learning a year, what a step keeps.
        usual_exposure, usual_variance, usual_response, spontaneous: usual company of the seat and what follows.
        used_to: usual sound of each layer; used_to_safety: of the team; used_to_felt: conduct of leaders.

        z, usual_conduct, usual_boss, push: arrays by behaviour of `CONDUCT`; hours: asked by programmes, a week.
        felt_usual: what usual conduct makes direct hearers feel, an array by channel.
        surroundings: what programmes and disturbances make one feel here, an array by channel.
        luck: of this step: a random word for everyday noise, uniforms for adopting or lapsing, leaving, being hired.
        shown: what others hear and see of this person, written by `express`; radiates, behaves: what conduct brings
            about by layer, and conduct itself as seen, written by `radiate`.  The model pins this to its noticeboard,
            and nobody reads anything else of others.
    """

    model: LearningCultureModel
    # Fixed places make what contacts read quick to reach; a subclass may add attributes of its own as ever.
    __slots__ = (
        "behaves", "bonds", "care_felt", "committed", "contacts", "department", "enthusiasm", "experience",
        "expressiveness", "felt_usual", "gain", "habit", "hours", "leads", "level", "luck", "manager",
        "mindset", "number", "occasions_felt", "openness", "opens", "ordinary", "overload", "pool",
        "practising", "push", "radiates", "recognition_felt", "reports", "safety", "shown", "spell", "spontaneous",
        "stock", "stock_kept", "surroundings", "susceptibility", "team", "tenure", "threshold",
        "time_felt", "used_to", "used_to_felt", "used_to_safety", "usual_boss", "usual_chance",
        "usual_conduct", "usual_enthusiasm", "usual_exposure", "usual_mindset", "usual_response",
        "usual_safety", "usual_skill", "usual_variance", "vacant", "z", "z_next",
    )  # fmt: skip

    def __init__(self, model: LearningCultureModel, number: int) -> None:
        super().__init__(model)
        organization = model.resolved.organization
        # the seat
        self.number = number
        self.level = int(organization.level[number])
        self.department: Department = model.departments[int(organization.department[number])]
        self.manager: Person | None = None
        self.reports: list[Person] = []
        boss = int(organization.manager[number])
        self.team = boss if boss >= 0 else number
        self.leads = False
        self.opens = 0
        self.pool: list[list[Contact]] = [[] for _ in range(N_LAYERS)]
        self.contacts = [Circle() for _ in range(N_LAYERS)]
        self.bonds: list[Bond] = []
        # the person: what changes
        self.vacant = self.practising = self.committed = False
        self.enthusiasm = self.safety = self.mindset = 0.0
        self.tenure = self.spell = self.habit = self.experience = self.overload = 0.0
        self.care_felt = self.recognition_felt = self.occasions_felt = self.time_felt = 0.0
        self.stock = [0.0] * TOPICS
        self.gain = [0.0] * TOPICS
        self.luck: tuple[int, float, float, float] = (0, 0.5, 0.5, 0.5)
        # the person: fixed at hire
        self.susceptibility = self.expressiveness = self.openness = self.threshold = 0.0
        self.usual_enthusiasm = self.usual_safety = self.usual_mindset = self.usual_chance = 0.0
        self.usual_skill = [0.0] * TOPICS
        self.ordinary = [0.0] * TOPICS
        self.stock_kept = [0.0] * TOPICS
        # what the person is used to on this seat
        self.usual_exposure = self.usual_variance = self.usual_response = self.spontaneous = 0.0
        self.used_to = [0.0] * N_LAYERS
        self.used_to_safety = 0.0
        self.used_to_felt = np.zeros(N_CHANNELS)
        # conduct, of those who lead
        self.z = np.zeros(N_CONDUCT)
        self.z_next = self.z
        self.usual_conduct = np.zeros(N_CONDUCT)
        self.usual_boss = np.zeros(N_CONDUCT)
        self.push = np.zeros(N_CONDUCT)
        self.hours = 0.0
        self.felt_usual = np.zeros(N_CHANNELS)
        # what the plan brings here
        self.surroundings = np.zeros(N_CHANNELS)
        # what others hear and see of this person
        self.shown: Shown = (0.0,) * N_SHOWN
        self.behaves = self.z
        self.radiates = np.zeros((N_LAYERS, N_FLOW))

    @property
    def level_name(self) -> str:
        """Who sits here: a name of `LEVELS`."""
        return LEVELS[self.level]

    @property
    def skill(self) -> float:
        """Mean skill over topics, 0–1."""
        return (sum(self.stock) + sum(self.gain)) / TOPICS

    @property
    def state(self) -> str:
        """One word for maps and tables: "vacant", "practising" or "not practising"."""
        return "vacant" if self.vacant else "practising" if self.practising else "not practising"

    def myself(self) -> Person:
        """This agent under its full type."""
        return cast("Person", self)
