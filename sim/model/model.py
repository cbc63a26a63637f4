"""The model as Mesa's users know it: agents, a step, a data collector.

It says, agent by agent and in plain Python, what the compiled engine computes; a test holds the two to each other,
event by event.  Extend it by subclassing an agent (`agent_classes`), or the model itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter, index
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from mesa import DataCollector, Model

from sim.engine.layout import N_CREDIT, NEVER
from sim.model.agents import KINDS, Person
from sim.model.bonds import Bond, introduce, waits_until
from sim.model.checkpoint import Checkpoint
from sim.model.contagion import contagion as contagion_of
from sim.model.departments import Department, looking_week, retarget
from sim.model.grapevine import Grapevine
from sim.model.noticeboard import VOICE, Noticeboard
from sim.model.plan import Ledger, Plan, opening_steps, who_leads
from sim.model.repertoire import RADIATED, repertoire
from sim.model.rhythm import parameters, rhythm, surveyed_share
from sim.model.table import agent_table
from sim.model.usual import Population, draw_everybody
from sim.scenario import Scenario, load, resolve
from sim.scenario.resolved import Resolved
from sim.theory.chance import CONDUCT_AT_HIRE, TIE, WEEK, draw, keys, uniform
from sim.theory.channels import (
    COMMUNITY,
    CONDUCT,
    EXECUTIVE,
    LEVELS,
    N_LEVELS,
    RIPPLES,
)

if TYPE_CHECKING:
    import pandas as pd

Reporter = str | Callable[[Any], object]
REPORTERS: Final[dict[str, Reporter]] = {  # what is always collected of the model
    "week": "week",
    "practising": "share_now",
    "headcount": "headcount",
    "enthusiasm": "mean_enthusiasm",
    "skill": "mean_skill",
}


class LearningCultureModel(Model):  # type: ignore[misc]
    """How a learning culture spreads through an organisation, agent by agent.

    Args:
        scenario: name of a bundled scenario, a file, a table of the same shape, or one that is loaded or resolved.
        rng: seed of the run, an integer ≥ 0; None draws one, kept in `seed_of_run`.  With the same seed and
            replicate the engine lives through the same events.
        replicate: number of the replicate, ≥ 0.
        alpha_offset: log factor on spontaneous adoption that keeps business as usual stationary; None finds it
            as the command does (some seconds the first time, then remembered).
        agent_classes: class to use instead of the usual one, by level ("manager": MyManager).
        agent_reporters, model_reporters: what to collect of each agent and of the model each step, by name: an
            attribute or a function.  An outcome of your own is a model reporter.
        contagion: name of the theory of contagion (`sim.model.contagion`); the scenario's where not given.

    Attributes:
        week: steps since the scenario began; negative while business as usual runs in.  (A step is a week unless
            the scenario says otherwise.)
        people: all agents in order of seat; staff: those of the firm; leaders: those who carry conduct; departments.
        events: (week, seat, kind, source, layer), kinds as in `sim.theory.channels.EVENT_KINDS`.
        ledger: hours and cash, one page a step of the scenario; share: share of staff practising after each.
        credit: adoptions by what lit them (four layers, spontaneous, well-mixed) and level.
        running: False once the horizon is reached.

    Raises:
        ScenarioError: the scenario cannot be read.
        ValueError: an unknown level in `agent_classes`, or a class that is no `Person`; a negative seed; an unknown
            theory of contagion.
    """

    def __init__(
        self,
        scenario: Resolved | Scenario | Mapping[str, Any] | str | Path = "business_as_usual",
        *,
        rng: int | None = None,
        replicate: int = 0,
        alpha_offset: float | None = None,
        agent_classes: Mapping[str, type[Person]] | None = None,
        agent_reporters: Mapping[str, Reporter] | None = None,
        model_reporters: Mapping[str, Reporter] | None = None,
        contagion: str | None = None,
    ) -> None:
        _check_seed(rng, replicate)
        super().__init__(rng=rng)
        self.resolved = _resolved(scenario)
        # Mesa's own generators are not used for results: luck is keyed by decision, seat and step.
        self.seed_of_run = int(self.rng.integers(2**31)) if rng is None else int(rng)
        self.replicate = index(replicate)
        if alpha_offset is None:
            from sim.engine.stationary import offset_for

            alpha_offset = offset_for(self.resolved).value
        self._lay_down(alpha_offset, contagion)
        self._settle_in(_classes(agent_classes))
        draw_everybody(self)
        self._make_plans()
        self.datacollector = DataCollector(
            model_reporters={**REPORTERS, **(model_reporters or {})},
            agent_reporters=dict(agent_reporters) if agent_reporters else None,
        )
        if self.clock == self.burn:
            self._begin()

    def _lay_down(self, alpha_offset: float, contagion: str | None) -> None:
        """Everything that does not belong to anybody."""
        resolved = self.resolved
        self.p = p = parameters(resolved, alpha_offset)
        self.rhythm = rhythm(p, resolved.dt)
        self.key = self.key_of_plan = keys(self.seed_of_run, self.replicate)
        self.clock, self.burn = 0, resolved.burn_steps
        self.week = -self.burn
        self.quarter = max(1, resolved.steps_per_year // 4)
        self.layer_weights = (p.weight_authority, p.weight_peers, p.weight_mutual, p.weight_ripples)
        shares = resolved.start.pushback_by_level
        self.pushback = [float(shares.get(level, p.pushback_share)) for level in LEVELS]
        responses = resolved.responses
        self.contagion = contagion_of(responses.get("adoption", "hill") if contagion is None else contagion)
        self.counts_heads = responses.get("count", "share") == "number"
        self.centred = responses.get("centring", "usual") == "usual"
        self.nobody_leaves = responses.get("turnover", "on") == "off"
        self.learns_from_work = responses.get("ordinary_learning", "on") == "on"
        self.repertoire = repertoire(resolved)
        self.population = Population(practising=surveyed_share(resolved, p))
        self.broadcast_voice = self.share_practising = 0.0
        self.executives_there = False
        self.events: list[tuple[int, int, int, int, int]] = []
        self.credit = [[0] * N_LEVELS for _ in range(N_CREDIT)]
        self.ledger: list[Ledger] = []
        self.share: list[float] = []

    def _settle_in(self, classes: list[type[Person]]) -> None:
        """Departments, an agent for every seat, and who hears whom."""
        organization = self.resolved.organization
        names = organization.department_names or ("everybody",)
        self.departments = [Department(number, name) for number, name in enumerate(names)]
        self.people = [classes[level](self, seat) for seat, level in enumerate(organization.level.tolist())]
        for person, boss in zip(self.people, organization.manager.tolist()):
            if boss >= 0:
                person.manager = self.people[boss]
                person.manager.reports.append(person)
        for person in self.people:
            if person.level != COMMUNITY:
                person.department.members.append(person)
        for person, leads, opens in zip(self.people, who_leads(self.resolved), opening_steps(self.resolved)):
            person.leads = leads
            person.opens = opens
        self.bonds = introduce(self.people, self.resolved)
        self.board = Noticeboard(len(self.people))
        self.gather()
        self.agenda: dict[int, list[Bond]] = {}
        self.population.count_ties([bond.exists for bond in self.bonds if bond.informal])

    def gather(self) -> None:
        """Put people where they are looked for: staff, leaders, the grapevine, the places of the plan."""
        self.staff = [person for person in self.people if person.level != COMMUNITY]
        self.leaders = [person for person in self.people if person.leads]
        self.grapevine = Grapevine(self.people)
        self.plan = Plan(self.resolved, self.key_of_plan, self.people)

    def _make_plans(self) -> None:
        """When each tie is to end or to form."""
        for bond in self.bonds:
            if bond.informal:
                self._wait(bond)
            else:
                self.plan_change(bond, self.plan.starts[bond.programme])

    def _wait(self, bond: Bond) -> None:
        """Decide when an informal tie ends, or forms again."""
        usual = self.population
        rate = self.p.tie_turnover * (usual.ties_ending if bond.exists else usual.ties_forming)
        words = draw(self.clock, bond.low.number, TIE, bond.high.number, *self.key)
        self.plan_change(bond, waits_until(self.clock, uniform(words[bond.layer]), rate * self.rhythm.dt))

    def plan_change(self, bond: Bond, step: int) -> None:
        """Let a bond end or form at a step of the run, NEVER for not at all, instead of when it was to."""
        bond.changes_at = step
        if step != NEVER:
            self.agenda.setdefault(step, []).append(bond)

    def _begin(self) -> None:
        """The scenario begins: whoever is seeded practises, and starting conditions apply."""
        start = self.resolved.start
        used, committed = [0.0] * len(self.people), [False] * len(self.people)
        for seeding in self.resolved.seedings:
            for seat in seeding.seats.tolist():
                used[seat] = max(used[seat], seeding.used)
                committed[seat] = committed[seat] or seeding.committed
        for person in self.people:
            person.be_seeded(used[person.number], committed[person.number], start.habit)
        for leader in self.leaders:
            shifted = False
            for m, name in enumerate(CONDUCT):
                shift, share = start.conduct_shift.get(name, (0.0, 0.0))
                if shift != 0.0:
                    word = draw(self.clock, leader.number, CONDUCT_AT_HIRE, 1000 + m, *self.key)[0]
                    if uniform(word) < share:
                        leader.usual_conduct[m] += shift
                        shifted = True
            if shifted:
                leader.feel_usual()

    def step(self) -> None:
        """One step of the schedule (`sim.engine.schedule.SCHEDULE`).

        Raises:
            ValueError: the horizon is reached.
        """
        at = self.week
        if at >= self.resolved.steps:
            raise ValueError(
                f"the scenario ends after {self.resolved.steps} steps; give it more years to go on"
            )
        self.change_ties()
        self.draw_luck()
        for person in self.people:
            person.grow_older()
        for person in self.people:
            person.live()
        if at >= 0:
            moved = self.measure_and_adapt(at)
            if moved or self.plan.changes[at]:
                self.plan.lay_out(self, at)
            self.plan.strike(self, at)
        for leader in self.leaders:
            leader.radiate()
        for person in self.people:
            person.express()
        self.board.pin_up(self.people, self.leaders)
        self.grapevine.carry(self.board, self.p.novelty_best)
        self.overhear()
        for leader in self.leaders:
            leader.lead()
        for leader in self.leaders:
            leader.take_up()
        for person in self.people:
            person.move()
        for unit in self.departments:
            unit.write_down(self.p, self.rhythm)
        if at >= 0:
            self.ledger.append(self.plan.book(self, at))
            self.share.append(self.share_now)
        self.clock += 1
        self.week += 1
        self.running = self.week < self.resolved.steps
        if self.week == 0:
            self._begin()
        self.datacollector.collect(self)

    def draw_luck(self) -> None:
        """Draw each seat's luck of this step: four words; the same function as `draw`, on all seats at once."""
        step = np.full(len(self.people), self.clock, dtype=np.uint64)
        seats = np.arange(len(self.people), dtype=np.uint64)
        mood, *chances = draw(step, seats, WEEK, 0, *self.key)  # type: ignore[arg-type]
        uniforms = (uniform(words).tolist() for words in chances)  # type: ignore[attr-defined]
        for person, *luck in zip(self.people, mood.tolist(), *uniforms):  # type: ignore[attr-defined]
            person.luck = tuple(luck)

    def change_ties(self) -> None:
        """Schedule step 1: informal ties end and form; programmes bring their ties and take them away."""
        for bond in sorted(self.agenda.pop(self.clock, ()), key=attrgetter("number")):
            if bond.changes_at != self.clock:  # other plans were made since
                continue
            if bond.exists:
                bond.end()
            else:
                bond.form()
            if bond.informal:
                self._wait(bond)
            else:
                self.plan_change(bond, self.plan.stops[bond.programme] if bond.exists else NEVER)

    def measure_and_adapt(self, at: int) -> bool:
        """Schedule step 3: departments are counted, and each quarter hours move; whether they may have moved."""
        if looking_week(at, self.quarter):
            for unit in self.departments:
                unit.look()
        if at == 0 or at % self.quarter != 0:
            return False
        if self.plan.adapt[at] != 0.0:
            for unit in self.departments:
                unit.observe(self.clock, self.key, self.p.measure_error)
        return retarget(self.departments, self.plan.adapt[at])

    def overhear(self) -> None:
        """Schedule step 4: what everybody hears of everybody: executives' broadcast, the crowd, departments."""
        executives = [person for person in self.people if person.level == EXECUTIVE and not person.vacant]
        self.executives_there = bool(executives)
        voices = [person.shown[VOICE] + person.radiates.item(RIPPLES, RADIATED) for person in executives]
        self.broadcast_voice = sum(voices) / len(voices) if voices else 0.0
        for unit in self.departments:
            unit.take_stock(self.board)
        heads = sum(unit.heads for unit in self.departments)
        practised = sum(person.practising for person in self.staff)
        self.share_practising = practised / heads if heads > 0.0 else 0.0

    def note(self, person: Person, kind: int, source: int = -1, layer: int = -1) -> None:
        """Write down an event of this step."""
        self.events.append((self.week, person.number, kind, source, layer))

    @property
    def scenario(self) -> None:
        """Nothing: Mesa 3.5 keeps a scenario of its own here, and its browser page would put it in the place of ours."""

    @scenario.setter
    def scenario(self, _: object) -> None:
        """Mesa's scenario is let go; ours is `resolved`."""

    def agent_table(self) -> pd.DataFrame:
        """Everybody as they are now: a row for each seat, columns as said in `sim.model.table.AGENT_COLUMNS`."""
        return agent_table(self.people)

    def checkpoint(self) -> Checkpoint:
        """The model as it is now, to go on from later, as often as one likes."""
        return Checkpoint.of(self)

    def __deepcopy__(self, _: dict[int, Any]) -> LearningCultureModel:
        return self.checkpoint().restore()

    def __reduce__(self) -> tuple[Any, ...]:
        return Checkpoint.restore, (self.checkpoint(),)

    @property
    def present(self) -> list[Person]:
        """The staff who are there now."""
        return [person for person in self.staff if not person.vacant]

    @property
    def headcount(self) -> int:
        """How many of the staff are there now."""
        return len(self.present)

    @property
    def share_now(self) -> float:
        """Share of the staff who practise now, 0 where nobody is there."""
        present = self.present
        return sum(person.practising for person in present) / len(present) if present else 0.0

    @property
    def mean_enthusiasm(self) -> float:
        """Mean departure of the staff's enthusiasm from usual, log-odds; NaN where nobody is there."""
        present = self.present
        return sum(person.enthusiasm for person in present) / len(present) if present else float("nan")

    @property
    def mean_skill(self) -> float:
        """Mean skill of the staff over topics, 0–1; NaN where nobody is there."""
        present = self.present
        return sum(person.skill for person in present) / len(present) if present else float("nan")


def _resolved(scenario: Resolved | Scenario | Mapping[str, Any] | str | Path) -> Resolved:
    if isinstance(scenario, Resolved):
        return scenario
    return resolve(load(scenario))


def _check_seed(rng: object, replicate: object) -> None:
    for name, value in (("rng", rng), ("replicate", replicate)):
        if value is None and name == "rng":
            continue
        if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < 0:
            raise ValueError(f"{name} must be a whole number from 0 up, found {value!r}")


def _classes(wanted: Mapping[str, type[Person]] | None) -> list[type[Person]]:
    """The class of agents of each level, in order of `LEVELS`."""
    given = dict(wanted or {})
    for level, kind in given.items():
        if level not in LEVELS:
            raise ValueError(f"agent_classes: no level {level!r}; levels are {', '.join(LEVELS)}")
        if not (isinstance(kind, type) and issubclass(kind, Person)):
            raise ValueError(f"agent_classes[{level!r}] must be a subclass of Person, found {kind!r}")
    return [given.get(name, KINDS[number]) for number, name in enumerate(LEVELS)]
