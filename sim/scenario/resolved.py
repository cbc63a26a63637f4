"""The machine form of a scenario: names resolved to seats, dates to years, everything checked.

The human form (TOML) is in `schema`; `resolve` turns one into the other; the engine reads only this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sim.organization.people import Bools, Ints, Organization, Ties
from sim.parameters import REGISTER

NOTHING: Final = -1000.0  # exp of this is 0


@dataclass(frozen=True, slots=True)
class Programme:
    """One lever as one scenario uses it.

    Attributes:
        lever: id in the catalogue.
        label: what the plan calls it, for the timeline.
        dose: multiple of the lever's unit dose; negative turns the lever round (less of it than usual).
        start, ramp, stop: years from the start of the scenario; full dose at start + ramp; `stop` may be inf.
        actors: seats that practise it (conduct), ascending, shape (actors,).
        cover: which seats it covers (programmes), shape (n,).
        fit: fit by layer as practised here: the catalogue's positive fits, or, where the scenario says
            `via`, the catalogue's value on those layers alone, shape (4,).
        ties: ties it brings while it runs; empty for most.
        leader_hours, learner_hours, facilitator_hours: hours a week at dose 1, as in the catalogue unless
            the scenario says otherwise.
        cash_per_head, cash_fixed: price a year at dose 1.
        push: by behaviour of `CONDUCT`, in units of the conduct push at dose 1, on the actors: the
            catalogue's, or its misuse's where the scenario practises it so.
        direct: by channel, at dose 1, for those covered: likewise.
        reverse: measure-and-adapt gives hours to those who have most (misuse of L17).
        opens: seats that the plan adds for it (L05's learning leader): empty until it starts.
        people_borne: whether it flows along relationships rather than through the context.
    """

    lever: str
    label: str
    dose: float
    start: float
    ramp: float
    stop: float
    actors: Ints
    cover: Bools
    fit: tuple[float, float, float, float]
    ties: Ties
    leader_hours: float
    learner_hours: float
    facilitator_hours: float
    cash_per_head: float
    cash_fixed: float
    sponsored: bool
    delivered: bool
    push: Mapping[str, float] = field(default_factory=dict)
    direct: Mapping[str, float] = field(default_factory=dict)
    reverse: bool = False
    people_borne: bool = False
    opens: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int32))

    def reached(self, organization: Organization) -> Bools:
        """Seats that its `direct` falls on, shape (n,).

        What flows along relationships reaches those covered who have, or are brought, a tie of a layer that it
        fits: nobody takes part in a peer group without peers.  A lever of the context (courses, a platform)
        needs no tie and reaches everybody covered.
        """
        if not self.people_borne:
            return self.cover
        layers = np.flatnonzero(np.array(self.fit) > 0.0)
        hears = np.zeros(organization.n, dtype=np.bool_)
        for ties, exists in ((organization.ties, organization.ties.active), (self.ties, True)):
            hears[ties.hearer[np.isin(ties.layer, layers) & exists]] = True
        reached: Bools = self.cover & hears
        return reached


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A shock or barrier while it lasts.  Every effect it does not name is nil.

    Attributes:
        name: id of the barrier ("sponsor_withdraws").
        start, stop: years; an instantaneous effect (`skill_loss`, `tie_reset`, `vacate`) happens at `start`.
        cover: seats it falls on, shape (n,).
        channels: added to what those seats feel, by channel name.
        push: log-odds a year added to the push on their behaviours, by name of `CONDUCT`.
        gate: multiplies the dose of programmes: key is a lever id, "sponsored", "delivered", "paid" or "all".
        turnover: multiplies the leaving hazard.
        skill_loss: share of every skill stock that is suddenly out of date, in [0, 1).
        tie_reset: share of seats covered whose informal ties all break at `start`.
        vacate: share of leaders' seats covered that fall vacant at `start`.
    """

    name: str
    start: float
    stop: float
    cover: Bools
    channels: Mapping[str, float] = field(default_factory=dict)
    push: Mapping[str, float] = field(default_factory=dict)
    gate: Mapping[str, float] = field(default_factory=dict)
    turnover: float = 1.0
    skill_loss: float = 0.0
    tie_reset: float = 0.0
    vacate: float = 0.0


@dataclass(frozen=True, slots=True)
class Seeding:
    """People who practise from the start because somebody saw to it.

    Attributes:
        seats: who, ascending, shape (seeds,).
        used: probability that each of them practises at time 0.
        committed: whether they never lapse and never leave.
    """

    seats: Ints
    used: float
    committed: bool


@dataclass(frozen=True, slots=True)
class Start:
    """Starting conditions that differ from the default organisation (all nil by default).

    Attributes:
        pushback_by_level: share of people who answer a programme by pushing back, by level name.
        conduct_shift: log-odds added to the usual level of a behaviour for a share of the leaders, by
            behaviour: (shift, share).
        threshold_factor: multiplies everybody's adoption threshold.
        habit: initial hardness of habit in [0, 1] (complacency).
        capacity_factor: multiplies what the learning function can deliver.
        delay_mean, delay_cv: years that delivered programmes wait for review, mean and coefficient of
            variation.
        fade_halflife: years in which a sponsored programme loses half its dose; inf for none.
    """

    pushback_by_level: Mapping[str, float] = field(default_factory=dict)
    conduct_shift: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    threshold_factor: float = 1.0
    habit: float = 0.0
    capacity_factor: float = 1.0
    delay_mean: float = 0.0
    delay_cv: float = 0.5
    fade_halflife: float = float("inf")


@dataclass(frozen=True, slots=True)
class Resolved:
    """Everything one run needs but its luck.

    Attributes:
        name, title, question: for people.
        organization: seats and ties; the ties of programmes are in `programmes`.
        parameters: every declared parameter by name.
        programmes, disturbances, seedings, start: what this scenario does differently.
        years: horizon; steps_per_year: 365, 52 or 12; burn_in: years of business as usual before the start.
        responses: named shapes of the theory: `adoption` ("hill", "threshold", "linear"), `count` ("share" or
            "number"), `centring` ("usual", "none"), `spontaneous`, `turnover` and `ordinary_learning` ("on", "off").
        money: wage per hour, currency, working hours a week, whether the outcome map is asked for, discount rate.
        source: the resolved human form as TOML, stored with every result.
    """

    name: str
    title: str
    question: str
    organization: Organization
    parameters: Mapping[str, float]
    programmes: tuple[Programme, ...] = ()
    disturbances: tuple[Disturbance, ...] = ()
    seedings: tuple[Seeding, ...] = ()
    start: Start = field(default_factory=Start)
    years: float = 3.0
    steps_per_year: int = 52
    burn_in: float = 1.0
    responses: Mapping[str, str] = field(default_factory=lambda: {"adoption": "hill", "count": "share"})
    money: Mapping[str, object] = field(default_factory=dict)
    source: str = ""

    @property
    def dt(self) -> float:
        """Length of a step in years."""
        return 1.0 / self.steps_per_year

    @property
    def wage(self) -> float:
        """Full cost of an hour of work: `parameters.wage` where that was moved, otherwise `[money] wage`."""
        moved, usual = self.parameters.get("wage"), REGISTER["wage"].default
        return float(self.money.get("wage", usual) if moved in (None, usual) else moved)  # type: ignore[arg-type]

    @property
    def fixed_offset(self) -> float | None:
        """Log factor on spontaneous adoption where the responses leave nothing to search for, else None.

        Without spontaneous adoption its factor is 0 (exp of a number far below zero); without centring business
        as usual is no rest point that an offset could restore.
        """
        if self.responses.get("spontaneous") == "off":
            return NOTHING
        return 0.0 if self.responses.get("centring") == "none" else None

    @property
    def steps(self) -> int:
        """Steps from the start of the scenario to its horizon."""
        return round(self.years * self.steps_per_year)

    @property
    def burn_steps(self) -> int:
        """Steps of business as usual before the start."""
        return round(self.burn_in * self.steps_per_year)
