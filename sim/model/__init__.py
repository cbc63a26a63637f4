"""The model agent by agent, in Mesa's idiom: the readable twin of the compiled engine, and the place to extend it."""

from sim.model.agents import CommunityMember, Employee, Executive, LearningLeader, Manager, Person
from sim.model.hearing import Impressions
from sim.model.model import LearningCultureModel

__all__ = [
    "CommunityMember",
    "Employee",
    "Executive",
    "Impressions",
    "LearningCultureModel",
    "LearningLeader",
    "Manager",
    "Person",
]
