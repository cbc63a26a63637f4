"""The five kinds of agents.  Subclass one and hand it to the model to give a level behaviour of its own."""

from __future__ import annotations

from sim.model.career import Career
from sim.theory.channels import COMMUNITY, EMPLOYEE, EXECUTIVE, LEARNING_LEADER, MANAGER


class Person(Career):
    """Somebody on a seat.  A week is a handful of small methods, each of which a subclass may override:

    `live` (grow older, leave, be replaced), `conduct` and `radiate` (how a leader behaves), `express` and `share`
    (what others can hear), `lead` and `take_up` (how conduct changes), and `move`, which calls `hear`, `feel`,
    `practise`, `learn`, `trust` and `believe`.
    """


class Executive(Person):
    """Leads the organisation; everybody hears the executives' broadcast."""


class Manager(Person):
    """Leads a team, at any tier between executives and employees."""


class Employee(Person):
    """Works in a team; may lead a learning programme all the same."""


class LearningLeader(Person):
    """Owns learning: an executive, HR officer or compliance officer, by form of governance."""


class CommunityMember(Person):
    """Somebody outside whom people of the organisation talk to; heard and hearing, not on the staff."""


KINDS: dict[int, type[Person]] = {
    EXECUTIVE: Executive,
    MANAGER: Manager,
    EMPLOYEE: Employee,
    LEARNING_LEADER: LearningLeader,
    COMMUNITY: CommunityMember,
}
