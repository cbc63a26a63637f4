"""The model agent by agent, in Mesa's idiom: the readable twin of the compiled engine, and the place to extend it."""

from sim.model.agents import CommunityMember, Employee, Executive, LearningLeader, Manager, Person
from sim.model.checkpoint import Checkpoint, CheckpointError
from sim.model.contagion import contagions, register_contagion
from sim.model.hearing import Impressions
from sim.model.model import LearningCultureModel
from sim.model.rewind import RunCheckpoint, checkpoint
from sim.model.table import AGENT_COLUMNS

__all__ = [
    "AGENT_COLUMNS",
    "Checkpoint",
    "CheckpointError",
    "CommunityMember",
    "Employee",
    "Executive",
    "Impressions",
    "LearningCultureModel",
    "LearningLeader",
    "Manager",
    "Person",
    "RunCheckpoint",
    "checkpoint",
    "contagions",
    "register_contagion",
]
