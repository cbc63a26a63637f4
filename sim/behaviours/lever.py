"""What a lever is, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that leaders can do, with everything the model and its readers need to know of it.

    A lever acts in one or more of four ways, and names each:

    * `push`: it moves leader behaviours (the state z of `sim.theory.channels.CONDUCT`) of its actors, in
      units of the conduct push (log-odds a year) at dose 1.  A conduct lever pushes its own behaviour.
    * `emits`: for conduct levers, what a leader's behaviour of one log-odd above usual makes hearers feel
      on each channel; `say` and `do` are its shares in what the leader radiates as enthusiasm.
    * `direct`: channels that it moves for everyone covered while it runs, at dose 1, without a dyad.
    * `ties`: name of the rewiring it does (`groups`, `bridges`, `mentors`, `board`), else "".

    Attributes:
        id, name: "L01", "Lead by example".
        summary: one sentence for people.
        practised_by: levels that practise it by default.
        flows_along: layers on which it fits, in the words of source 002; empty for the context.
        fit: how well it fits each of the four layers, in [-1, 1]; negative harms.
        acts_on: the states its immediate effect falls on (names of `STATES`), from its channels.
        covers: levels that it covers by default, ("everyone",) for all staff.  A programme that pushes
            conduct (L06, L27) pushes that of the leaders it covers; see `actor_levels`.
        leader_hours: hours a week that a leader spends on it at dose 1.
        learner_hours: hours a week that each person covered spends on it at dose 1.
        facilitator_hours: hours a week of facilitation per person covered at dose 1 (finite capacity).
        cash_per_head: currency a year per person covered at dose 1.
        cash_fixed: currency a year while it runs.
        sponsored: whether it stops when the sponsor withdraws.
        delivered: whether the learning function delivers it (it then waits for reviews and capacity).
        rows: ids in the sources' table of behaviours.
        quotations: the sources' own sentences, by row id.
        grade: evidence grade, A (meta-analysis) to D (judgement).
        evidence: ids of the evidence register that the numbers lean on.
        side_effect: what else it does.
        misuse: how it is used badly, by the keys of `MISUSES`; `misused` makes the lever it turns into.
        misuse_text: the misuse in words.
    """

    id: str
    name: str
    summary: str
    practised_by: tuple[str, ...]
    flows_along: tuple[str, ...]
    fit: Mapping[str, float]
    acts_on: tuple[str, ...]
    covers: tuple[str, ...] = ("everyone",)
    push: Mapping[str, float] = field(default_factory=dict)
    emits: Mapping[str, float] = field(default_factory=dict)
    say: float = 0.0
    do: float = 0.0
    direct: Mapping[str, float] = field(default_factory=dict)
    ties: str = ""
    leader_hours: float = 0.0
    learner_hours: float = 0.0
    facilitator_hours: float = 0.0
    cash_per_head: float = 0.0
    cash_fixed: float = 0.0
    sponsored: bool = True
    delivered: bool = False
    rows: tuple[str, ...] = ()
    quotations: Mapping[str, str] = field(default_factory=dict)
    grade: str = "D"
    evidence: tuple[str, ...] = ()
    side_effect: str = ""
    misuse: Mapping[str, object] = field(default_factory=dict)
    misuse_text: str = ""

    @property
    def slug(self) -> str:
        """The name as it is written in files: "lead_by_example"."""
        return slug(self.name)

    @property
    def actor_levels(self) -> tuple[str, ...]:
        """Levels whose conduct it pushes by default; empty where it pushes none."""
        if not self.push:
            return ()
        return self.practised_by if self.id in self.push else self.covers

    @property
    def people_borne(self) -> bool:
        """Whether it flows along relationships rather than through the context."""
        return bool(self.flows_along)


def slug(name: str) -> str:
    """A name in lower case with underscores for everything that is not a letter or a digit."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


# What a misuse can say; several keys work together.
MISUSES = {
    "via": "practised on this layer alone, where its fit is negative",
    "alone": "said without being done",
    "dose": "multiplies the dose: overdone (> 1) or turned round (< 0)",
    "with": "meets this barrier, under which it harms",
    "direct": "what everyone covered then feels, instead of the lever's own `direct`",
    "push": "what it then pushes, instead of the lever's own `push`",
    "reverse": "measure-and-adapt gives hours to those who have most",
}


# The states a lever's immediate effect can fall on: names of the world's arrays.
STATES = (
    "conduct",  # z of a leader
    "enthusiasm",  # y_E
    "safety",  # y_Psi
    "mindset",  # y_G
    "practising",  # A, through its hazards
    "skill",  # R and Q
    "memory",  # shared memory of a department
    "turnover",  # who leaves
    "ties",  # who hears whom
    "seats",  # a seat is added or filled
    "targeting",  # where hours go (measure and adapt)
)
