"""The human form of a scenario: what a TOML file may say, with units, ranges and defaults.

Every model refuses keys it does not know and numbers that are not finite.  Times are years (numbers) or text
with a unit ("3 months", "26 weeks", "month 18"); see `sim.scenario.units`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, PrivateAttr, model_validator

from sim.scenario.fields import (
    BarrierName,
    Chance,
    ConductName,
    EndTime,
    Form,
    Layer,
    Level,
    LeverDefinitions,
    LeverName,
    OptionalTime,
    ParameterName,
    Time,
    WhoField,
)

Governance = Literal["none", "learning_leader", "hr_officer", "compliance_officer"]
STEPS_PER_YEAR: Final = {"day": 365, "week": 52, "month": 12}


class OrganizationForm(Form):
    """The organisation: generated from a few numbers, or imported from files."""

    people: int | None = Field(
        default=None, ge=2, le=2_000_000, description="number of staff; generated, 300 if left out"
    )
    tiers: int | None = Field(
        default=None,
        ge=1,
        le=12,
        description="tiers of the reporting tree, top included; fits people and span if left out",
    )
    span: float | None = Field(
        default=None, ge=1.5, le=30, description="mean direct reports of a leader; 5 if left out"
    )
    departments: int | None = Field(
        default=None, ge=1, le=500, description="number of departments; 6 if left out"
    )
    sites: int | None = Field(
        default=None, ge=1, le=200, description="number of places of work; 1 if left out"
    )
    informal_ties: float | None = Field(
        default=None, ge=0, le=100, description="informal contacts a person; 4 if left out"
    )
    cross_unit_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="share of informal contacts outside the department; 0.35 if left out",
    )
    seed: int = Field(default=1, ge=0, lt=2**63, description="which of the many such organisations")
    people_file: str | None = Field(default=None, description="people.csv, relative to the scenario file")
    ties_file: str | None = Field(default=None, description="ties.csv, relative to the scenario file")
    layers_file: str | None = Field(default=None, description="layers.csv, relative to the scenario file")
    survey_scale: list[float] | None = Field(
        default=None,
        min_length=2,
        max_length=2,
        description="lowest and highest answer of the survey columns, e.g. [1, 5]",
    )
    strict: bool = Field(
        default=False, description="refuse files with missing parts instead of generating them"
    )
    salt: str | None = Field(
        default=None,
        description="secret text for pseudonyms, never stored; made from people_file if left out",
    )
    layers: dict[str, LayerForm] = Field(
        default_factory=dict, description="what each source layer of ties_file means, by its name"
    )
    community: float = Field(default=0.0, ge=0, le=1000, description="outsiders per 100 staff; 0 is none")
    governance: Governance | None = Field(
        default=None,
        description="who owns learning; left out, the learning function is as strong as the plan needs",
    )

    @property
    def imported(self) -> bool:
        """Whether it comes from files."""
        return self.people_file is not None or self.ties_file is not None

    @model_validator(mode="after")
    def _one_origin(self) -> OrganizationForm:
        given = [name for name in COUNTED if getattr(self, name) is not None]
        if self.imported and given:
            raise ValueError(
                f"the files of an imported organisation say how many there are; remove {', '.join(given)}"
            )
        if self.imported and self.people_file is None:
            raise ValueError("ties_file needs people_file: ties join people")
        files_only = [
            name for name in ("layers_file", "survey_scale", "salt") if getattr(self, name) is not None
        ] + (["layers"] if self.layers else [])
        if not self.imported and files_only:
            raise ValueError(f"{', '.join(files_only)} only makes sense with people_file or ties_file")
        if self.survey_scale is not None and not self.survey_scale[0] < self.survey_scale[1]:
            raise ValueError(f"survey_scale must rise, found {self.survey_scale}")
        return self


GENERATED: Final = (
    "people",
    "tiers",
    "span",
    "departments",
    "sites",
    "informal_ties",
    "cross_unit_share",
)
COUNTED: Final = (
    "people",
    "tiers",
    "sites",
)  # what an import counts; the rest helps to generate what is missing
FILES: Final = ("people_file", "ties_file", "layers_file")


class LayerForm(Form):
    """What one source layer of an imported ties file means."""

    target: Literal["authority", "peers", "mutual", "ripples", "ignore"] = Field(
        description="the relationship it becomes, or ignore"
    )
    influence: Literal["source_to_target", "target_to_source", "both"] = Field(
        default="both",
        description="which way influence flows: where the source asks the target, target_to_source",
    )
    threshold: float | None = Field(
        default=None, description="weight from which a tie counts; as in layers_file if left out"
    )
    kind: Literal["fixed", "informal"] = Field(
        default="informal", description="fixed comes with the seat, informal is made and dropped by people"
    )


OrganizationForm.model_rebuild()


class LeverUse(Form):
    """One lever as this plan uses it."""

    lever: LeverName = Field(description="id or name in the catalogue, e.g. L01 or lead_by_example")
    label: str | None = Field(default=None, max_length=80, description="what the plan calls it")
    who: WhoField = Field(
        default=None, description="who practises it (conduct) or takes part; else as in the catalogue"
    )
    cover: WhoField = Field(
        default=None, description="whom it reaches, where that is not the same as who practises it"
    )
    dose: float = Field(
        default=1.0, ge=-5, le=5, description="multiple of the usual dose; negative is less than usual"
    )
    start: Time = Field(default=0.0, description="when it begins")
    ramp: Time = Field(default=0.0, description="how long it takes to reach its full dose")
    stop: EndTime = Field(default=None, description="when it ends; never if left out")
    via: list[Layer] | None = Field(
        default=None, min_length=1, description="practise it on these relationships only"
    )
    misused: bool = Field(
        default=False, description="practise it in the harmful way that the catalogue names"
    )
    size: int | None = Field(
        default=None, ge=2, le=200, description="people in a group, where it forms groups"
    )
    leader_hours: float | None = Field(
        default=None, ge=0, le=60, description="hours a week of each leader at dose 1"
    )
    learner_hours: float | None = Field(
        default=None, ge=0, le=60, description="hours a week of each person covered at dose 1"
    )
    cash_per_head: float | None = Field(
        default=None, ge=0, le=1e7, description="currency a year per person covered at dose 1"
    )
    cash_fixed: float | None = Field(
        default=None, ge=0, le=1e12, description="currency a year while it runs, at dose 1"
    )

    @model_validator(mode="after")
    def _in_order(self) -> LeverUse:
        _check_order(self.start, self.stop)
        return self


class Shock(Form):
    """A barrier that strikes at a date."""

    barrier: BarrierName = Field(description="id of the barrier, e.g. sponsor_withdraws")
    start: OptionalTime = Field(
        default=None, description="when it strikes (`at` says the same); the barrier's own if left out"
    )
    stop: EndTime = Field(
        default=None, description="when it ends; the barrier's own, counted from start, if left out"
    )
    lasts: OptionalTime = Field(default=None, alias="for", description="how long it lasts, instead of stop")
    severity: float = Field(default=1.0, ge=0, le=5, description="multiple of its usual strength")
    who: WhoField = Field(default=None, description="whom it falls on; as the barrier says if left out")

    @model_validator(mode="before")
    @classmethod
    def _at_is_start(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or "at" not in raw:
            return raw
        if "start" in raw:
            raise ValueError("at and start say the same; keep one")
        return {"start" if key == "at" else key: value for key, value in raw.items()}

    @model_validator(mode="after")
    def _in_order(self) -> Shock:
        if self.lasts is not None and "stop" in self.model_fields_set:
            raise ValueError("give the end as stop or the length as for, not both")
        if self.lasts == 0:
            raise ValueError("for = 0 lasts no time; remove the shock or give it a length")
        if self.start is not None:
            _check_order(self.start, self.stop)
        return self


class StartCondition(Form):
    """How this organisation differs from the usual one before the plan begins."""

    barrier: BarrierName | None = Field(
        default=None, description="a barrier that is a starting condition, e.g. complacency"
    )
    severity: float = Field(default=1.0, ge=0, le=5, description="multiple of the barrier's usual strength")
    pushback_by_level: dict[Level, Chance] = Field(
        default_factory=dict, description="share of a level who answer a programme by pushing back"
    )
    conduct_shift: dict[ConductName, list[float]] = Field(
        default_factory=dict,
        description="by behaviour: [log-odds added to the usual level, share of leaders]",
    )
    threshold_factor: float | None = Field(
        default=None, ge=0.1, le=10, description="multiplies adoption thresholds"
    )
    habit: Chance | None = Field(default=None, description="initial hardness of habit")
    capacity_factor: float | None = Field(
        default=None, ge=0, le=10, description="multiplies the learning function's capacity"
    )
    delay_mean: OptionalTime = Field(
        default=None, description="wait of delivered programmes for review, mean"
    )
    delay_cv: float | None = Field(
        default=None, ge=0, le=3, description="coefficient of variation of that wait"
    )
    fade_halflife: EndTime = Field(
        default=None, description="time in which a sponsored programme loses half its dose"
    )

    @model_validator(mode="after")
    def _pairs(self) -> StartCondition:
        for name, pair in self.conduct_shift.items():
            if len(pair) != 2 or not -5 <= pair[0] <= 5 or not 0 <= pair[1] <= 1:
                raise ValueError(
                    f"conduct_shift.{name} must be [shift in log-odds from -5 to 5, share from 0 to 1], "
                    f"found {pair}"
                )
        return self


class SeedForm(Form):
    """People who practise from the start because somebody saw to it."""

    who: WhoField = Field(default=None, description="who; all staff if left out")
    used: Chance = Field(default=1.0, description="chance that each of them practises at time 0")
    committed: bool = Field(default=False, description="whether they never lapse and never leave")


class Run(Form):
    """How long, in what steps, how often."""

    years: Time = Field(default=3.0, description="horizon")
    step: Literal["day", "week", "month"] = Field(default="week", description="length of a step")
    burn_in: Time = Field(default=1.0, description="business as usual before the start")
    replicates: int = Field(default=40, ge=1, le=1_000_000, description="runs, each with its own luck")
    seed: int = Field(default=1, ge=0, lt=2**63, description="which luck")

    @model_validator(mode="after")
    def _at_least_a_step(self) -> Run:
        if round(self.years * STEPS_PER_YEAR[self.step]) < 1:
            raise ValueError(f"years = {self.years:g} is shorter than one step of a {self.step}")
        return self


class Responses(Form):
    """Named shapes of the theory."""

    adoption: Literal["hill", "threshold", "linear"] = Field(
        default="hill", description="how exposure becomes contagion"
    )
    count: Literal["share", "number"] = Field(
        default="share", description="whether exposure counts shares or numbers of contacts"
    )
    centring: Literal["usual", "none"] | None = Field(
        default=None,
        description="none takes contagion as it comes, so business as usual is no rest point; usual if left out",
    )
    spontaneous: Literal["on", "off"] | None = Field(
        default=None, description="whether anybody adopts without company or courses; on if left out"
    )
    turnover: Literal["on", "off"] | None = Field(
        default=None, description="whether people leave; on if left out"
    )
    ordinary_learning: Literal["on", "off"] | None = Field(
        default=None, description="whether ordinary work keeps skills up; on if left out"
    )


class Money(Form):
    """What hours are worth."""

    wage: float = Field(default=40.0, ge=0, le=1e6, description="cost of an hour of work, in currency")
    currency: str = Field(
        default="USD", min_length=1, max_length=8, description="name of the currency, for people"
    )
    hours_per_week: float = Field(default=38.0, gt=0, le=100, description="working hours a week")
    outcome_map: bool = Field(
        default=False, description="whether culture is mapped to productivity (the least certain part)"
    )
    discount_rate: float = Field(
        default=0.05, ge=0, le=1, description="a year's discount of money that comes later, with outcome_map"
    )


class Outputs(Form):
    """What is written beside the tables that are always written."""

    person_level: bool = Field(default=False, description="person-level tables (pseudonyms)")
    events: bool = Field(default=True, description="adoptions, lapses, departures, promotions")


ListName = Literal["levers", "shocks", "start", "seed"]


class Scenario(Form):
    """A whole scenario, checked: what a file says once `extends` and overrides are merged."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description="short name; the file's name if left out"
    )
    title: str = Field(default="", max_length=120, description="for people")
    question: str = Field(
        default="", max_length=600, description="what the scenario is there to find out, in one sentence"
    )
    organization: OrganizationForm = Field(default_factory=OrganizationForm, description="who works there")
    lever_definitions: LeverDefinitions = Field(
        default_factory=dict, description="levers of one's own, by id, with the keys of the catalogue"
    )
    levers: list[LeverUse] = Field(default_factory=list, description="what leaders do differently")
    shocks: list[Shock] = Field(default_factory=list, description="what befalls the organisation")
    start: list[StartCondition] = Field(
        default_factory=list, description="how it differs before the plan begins"
    )
    seed: list[SeedForm] = Field(default_factory=list, description="who practises from the start")
    parameters: dict[ParameterName, float] = Field(default_factory=dict, description="assumptions, by name")
    run: Run = Field(default_factory=Run)
    responses: Responses = Field(default_factory=Responses)
    money: Money = Field(default_factory=Money)
    outputs: Outputs = Field(default_factory=Outputs)

    # Where a relative path in [organization] starts from, by key: the folder of the file that said it.
    _folders: dict[str, Path] = PrivateAttr(default_factory=dict)
    _where: str = PrivateAttr(default="")

    @property
    def where(self) -> str:
        """The file or bundled name that it came from, "" if made from a mapping."""
        return self._where

    def path_of(self, key: str) -> Path | None:
        """The full path of `people_file`, `ties_file` or `layers_file`, None where not given."""
        value = getattr(self.organization, key)
        return None if value is None else self._folders.get(key, Path()) / Path(value).expanduser()


def _check_order(start: float, stop: float | None) -> None:
    if stop is not None and not start < stop:
        raise ValueError(f"must start before it stops, found start = {start:g} and stop = {stop:g} (years)")
