"""What gets in the way: the sixteen barriers of the sources, shocks that stress a plan, and who owns learning.

Effects speak the vocabulary of `sim.scenario.resolved`: `Barrier.shock()` gives the effects of a
`Disturbance`, `Barrier.begins` those of a `Start`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sim.behaviours.catalogue import CATALOGUE, EVERYONE
from sim.behaviours.sources import (
    CatalogueError,
    LazyMapping,
    check_names,
    evidence,
    find,
    number,
    numbers,
    read_toml,
    seed_rows,
)
from sim.theory.channels import CHANNELS, CONDUCT, LEVELS

GATES: Final = ("sponsored", "delivered", "paid", "all")  # besides lever ids
FOREVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Begins:
    """Starting conditions; names, units and nil values as in `sim.scenario.resolved.Start`."""

    pushback_by_level: Mapping[str, float] = field(default_factory=dict)
    conduct_shift: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    threshold_factor: float = 1.0
    habit: float = 0.0
    capacity_factor: float = 1.0
    delay_mean: float = 0.0
    delay_cv: float = 0.5
    fade_halflife: float = FOREVER

    def at(self, severity: float) -> Begins:
        """The same conditions `severity` times as hard (0 = nil); shares stay below 1."""
        return Begins(
            pushback_by_level={k: _share(v, severity) for k, v in self.pushback_by_level.items()},
            conduct_shift={k: (shift * severity, share) for k, (shift, share) in self.conduct_shift.items()},
            threshold_factor=self.threshold_factor**severity,
            habit=_share(self.habit, severity),
            capacity_factor=self.capacity_factor**severity,
            delay_mean=self.delay_mean * severity,
            delay_cv=self.delay_cv,
            fade_halflife=self.fade_halflife / severity if severity > 0.0 else FOREVER,
        )

    def together(self, other: Begins) -> Begins:
        """Both sets of conditions at once."""
        shares = dict(self.pushback_by_level)
        for level, share in other.pushback_by_level.items():
            shares[level] = 1.0 - (1.0 - shares.get(level, 0.0)) * (1.0 - share)
        shifts = dict(self.conduct_shift)
        for id_, (shift, share) in other.conduct_shift.items():
            before, covered = shifts.get(id_, (0.0, 0.0))
            shifts[id_] = (before + shift, max(covered, share))
        return Begins(
            pushback_by_level=shares,
            conduct_shift=shifts,
            threshold_factor=self.threshold_factor * other.threshold_factor,
            habit=1.0 - (1.0 - self.habit) * (1.0 - other.habit),
            capacity_factor=self.capacity_factor * other.capacity_factor,
            delay_mean=self.delay_mean + other.delay_mean,
            delay_cv=max(self.delay_cv, other.delay_cv),
            fade_halflife=min(self.fade_halflife, other.fade_halflife),
        )


@dataclass(frozen=True, slots=True)
class Barrier:
    """Something that gets in the way, at severity 1 unless made by `at`.

    Attributes:
        id: slug, as scenarios write it.
        name, summary: for people.
        rows, quotations: where it comes from, and the sources' own words by row.
        covers: levels it falls on; ("everyone",) is all staff.
        start, stop: default dates in years; `stop` may be inf.
        channels, push, gate, turnover, skill_loss, tie_reset, vacate: as in `Disturbance` of
            `sim.scenario.resolved`.
        begins: starting conditions, nil where it has none.
        answered_by: levers with which leaders answer it.
        grade, evidence: A (meta-analysis) to D (judgement), and the numbers it leans on.
    """

    id: str
    name: str
    summary: str
    rows: tuple[str, ...]
    quotations: Mapping[str, str]
    covers: tuple[str, ...] = (EVERYONE,)
    start: float = 0.0
    stop: float = FOREVER
    channels: Mapping[str, float] = field(default_factory=dict)
    push: Mapping[str, float] = field(default_factory=dict)
    gate: Mapping[str, float] = field(default_factory=dict)
    turnover: float = 1.0
    skill_loss: float = 0.0
    tie_reset: float = 0.0
    vacate: float = 0.0
    begins: Begins = field(default_factory=Begins)
    answered_by: tuple[str, ...] = ()
    grade: str = "D"
    evidence: tuple[str, ...] = ()

    def at(self, severity: float) -> Barrier:
        """The same barrier `severity` times as hard: 0 is nil, 1 as it stands; shares stay below 1.

        Raises:
            ValueError: severity negative or not finite.
        """
        if not 0.0 <= severity < FOREVER:
            raise ValueError(f"severity of {self.id!r} must be 0 or more and finite, not {severity!r}")
        return replace(
            self,
            channels={k: v * severity for k, v in self.channels.items()},
            push={k: v * severity for k, v in self.push.items()},
            gate={k: v**severity for k, v in self.gate.items()},
            turnover=self.turnover**severity,
            skill_loss=_share(self.skill_loss, severity),
            tie_reset=_share(self.tie_reset, severity),
            vacate=_share(self.vacate, severity),
            begins=self.begins.at(severity),
        )

    def shock(self) -> dict[str, Any]:
        """Effects while it lasts, by field name of `Disturbance`, those that are nil left out."""
        nil = {"turnover": 1.0, "skill_loss": 0.0, "tie_reset": 0.0, "vacate": 0.0}
        effects: dict[str, Any] = {k: dict(getattr(self, k)) for k in ("channels", "push", "gate")}
        effects = {k: v for k, v in effects.items() if v}
        return effects | {k: getattr(self, k) for k, v in nil.items() if getattr(self, k) != v}

    @property
    def is_shock(self) -> bool:
        """Whether it acts between dates."""
        return bool(self.shock())

    @property
    def is_start(self) -> bool:
        """Whether it is (also) a starting condition."""
        return self.begins != Begins()


@dataclass(frozen=True, slots=True)
class Governance:
    """Who owns learning, and what follows for the learning function (source 001).

    Attributes:
        id, name, summary, rows, quotations: as for a barrier.
        begins: capacity, delays and fading that come with the form.
        seat: whether a LearningLeader seat is added where the organisation has none.
        reports_to: "root" (beside the executives), "department" (inside a staff department), or "".
    """

    id: str
    name: str
    summary: str
    rows: tuple[str, ...]
    quotations: Mapping[str, str]
    begins: Begins
    seat: bool
    reports_to: str


def _share(value: float, severity: float) -> float:
    """A share as it becomes `severity` times over: 1 − (1 − s)^severity."""
    return value if severity == 1.0 else float(1.0 - (1.0 - value) ** severity)


_BEGINS_NUMBERS: Final = (
    "threshold_factor",
    "habit",
    "capacity_factor",
    "delay_mean",
    "delay_cv",
    "fade_halflife",
)
_SHARES: Final = ("skill_loss", "tie_reset", "vacate")
_WORDS: Final = ("name", "summary", "rows")
_SHOCK: Final = ("channels", "push", "gate", "turnover", *_SHARES)
_KEYS: Final = (*_WORDS, *_SHOCK, "covers", "start", "stop", "begins", "answered_by", "grade", "evidence")


def _begins(table: Mapping[str, Any], where: str) -> Begins:
    check_names(table, (*_BEGINS_NUMBERS, "pushback_by_level", "conduct_shift"), where, "key")
    values: dict[str, Any] = {
        key: number(table[key], f"{where}.{key}") for key in _BEGINS_NUMBERS if key in table
    }
    negative = [key for key, value in values.items() if value < 0.0]
    if negative:
        raise CatalogueError(f"{where}.{negative[0]}: must not be negative, found {values[negative[0]]}")
    pushback = numbers(table, "pushback_by_level", LEVELS, where, "level")
    shifts: dict[str, tuple[float, float]] = {}
    check_names(table.get("conduct_shift", {}), CONDUCT, f"{where}.conduct_shift", "behaviour")
    for id_, pair in table.get("conduct_shift", {}).items():
        if not isinstance(pair, list) or len(pair) != 2:
            raise CatalogueError(f"{where}.conduct_shift.{id_}: [shift, share] is needed, not {pair!r}")
        shift, share = (number(part, f"{where}.conduct_shift.{id_}") for part in pair)
        shifts[id_] = (shift, share)
    for share in (*pushback.values(), *(pair[1] for pair in shifts.values()), values.get("habit", 0.0)):
        if not 0.0 <= share <= 1.0:
            raise CatalogueError(f"{where}: a share must lie in [0, 1], not {share}")
    return Begins(pushback_by_level=pushback, conduct_shift=shifts, **values)


def _words(id_: str, entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    missing = [key for key in _WORDS if key not in entry]
    if missing:
        raise CatalogueError(f"{where}: missing {', '.join(missing)}")
    check_names(entry["rows"], seed_rows(), f"{where}.rows", "seed row")
    return {
        "id": id_,
        "name": str(entry["name"]),
        "summary": str(entry["summary"]),
        "rows": tuple(entry["rows"]),
        "quotations": {row: seed_rows()[row].quotation for row in entry["rows"]},
    }


def parse_barrier(id_: str, entry: Mapping[str, Any], where: str) -> Barrier:
    """One barrier from its table of data.

    Raises:
        CatalogueError: names the entry, what was found and what is needed.
    """
    check_names(entry, _KEYS, where, "key")
    words = _words(id_, entry, where)
    check_names(entry.get("covers", ()), (*LEVELS, EVERYONE), f"{where}.covers", "level")
    check_names(entry.get("answered_by", ()), CATALOGUE, f"{where}.answered_by", "lever")
    check_names(entry.get("evidence", ()), evidence(), f"{where}.evidence", "evidence id")
    check_names([entry.get("grade", "D")], "ABCD", f"{where}.grade", "grade")
    shares: dict[str, Any] = {key: number(entry.get(key, 0.0), f"{where}.{key}") for key in _SHARES}
    outside = [key for key, value in shares.items() if not 0.0 <= value < 1.0]
    if outside:
        raise CatalogueError(f"{where}.{outside[0]}: must lie in [0, 1), not {shares[outside[0]]}")
    gate = numbers(entry, "gate", (*CATALOGUE, *GATES), where, "gate")
    turnover = number(entry.get("turnover", 1.0), f"{where}.turnover")
    start = number(entry.get("start", 0.0), f"{where}.start")
    stop = number(entry["stop"], f"{where}.stop") if "stop" in entry else FOREVER
    if min((turnover, start, *gate.values())) < 0.0 or stop <= start:
        raise CatalogueError(
            f"{where}: gates, turnover and start must not be negative, and stop comes after start"
        )
    found = Barrier(
        **words,
        **shares,
        covers=tuple(entry.get("covers", (EVERYONE,))),
        start=start,
        stop=stop,
        channels=numbers(entry, "channels", CHANNELS, where, "channel"),
        push=numbers(entry, "push", CONDUCT, where, "behaviour"),
        gate=gate,
        turnover=turnover,
        begins=_begins(entry.get("begins", {}), f"{where}.begins"),
        answered_by=tuple(entry.get("answered_by", ())),
        grade=str(entry.get("grade", "D")),
        evidence=tuple(entry.get("evidence", ())),
    )
    if not (found.is_shock or found.is_start):
        raise CatalogueError(f"{where}: it has no effect; give it one of {', '.join((*_SHOCK, 'begins'))}")
    return found


@cache
def _barriers() -> Mapping[str, Barrier]:
    table = read_toml("barriers.toml")
    return MappingProxyType(
        {
            id_: parse_barrier(id_, e, f"barriers.toml [{id_}]")
            for id_, e in table.items()
            if id_ != "governance"
        }
    )


def _form(id_: str, entry: Mapping[str, Any]) -> Governance:
    where = f"barriers.toml [governance.{id_}]"
    check_names(entry, (*_WORDS, "begins", "seat", "reports_to"), where, "key")
    check_names([entry["reports_to"]], ("root", "department", ""), f"{where}.reports_to", "place")
    begins = _begins(entry["begins"], f"{where}.begins")
    return Governance(
        **_words(id_, entry, where), begins=begins, seat=bool(entry["seat"]), reports_to=entry["reports_to"]
    )


@cache
def _governance() -> Mapping[str, Governance]:
    forms = read_toml("barriers.toml")["governance"]
    return MappingProxyType({id_: _form(id_, entry) for id_, entry in forms.items()})


BARRIERS: Final[Mapping[str, Barrier]] = LazyMapping(_barriers)
GOVERNANCE: Final[Mapping[str, Governance]] = LazyMapping(_governance)


def barrier(name: str) -> Barrier:
    """A barrier by id ("sponsor_withdraws"), name, or seed row ("B061").

    Raises:
        UnknownNameError: no such barrier; the nearest names are offered.
    """
    rows = {row: id_ for id_, entry in reversed(list(BARRIERS.items())) for row in entry.rows}
    names = rows | {entry.name: id_ for id_, entry in BARRIERS.items()} | {id_: id_ for id_ in BARRIERS}
    return BARRIERS[find(name, names, "barrier")]


def governance(name: str) -> Governance:
    """A form of governance by id ("learning_leader", "hr_officer", "compliance_officer", "none") or name.

    Raises:
        UnknownNameError: no such form; the nearest names are offered.
    """
    names = {entry.name: id_ for id_, entry in GOVERNANCE.items()} | {id_: id_ for id_ in GOVERNANCE}
    return GOVERNANCE[find(name, names, "form of governance")]
