"""Sections 2, 7.1 and 7.2 of docs/odd.md, for `second_implementation`: luck, scales, seats and ties."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from math import exp, inf, log
from pathlib import Path
from statistics import NormalDist
from struct import pack, unpack
from typing import Any

import sim

AUTHORITY, PEERS, MUTUAL, RIPPLES = LAYERS = range(4)
TOPICS = range(4)
EXECUTIVE, MANAGER, EMPLOYEE, LEARNING_LEADER, COMMUNITY = range(5)
LEVELS = ("executive", "manager", "employee", "learning_leader", "community")
WEEK, CREDIT, PROMOTE, PERSON, CONDUCT_AT_HIRE, TEAM, TIE, SEED, SHOCK, MEASURE = range(10)
CHANNELS = (
    "pressure", "safety", "mindset", "recognition", "progress", "time", "expectation", "awareness", "experience",
    "stretch", "relevance", "mutual", "sharing", "reflection", "care", "career", "formal", "design", "uptake",
    "platform",
)  # fmt: skip
(
    PRESSURE, SAFETY, MINDSET, RECOGNITION, PROGRESS, TIME, EXPECTATION, AWARENESS, EXPERIENCE, STRETCH,
    RELEVANCE, MUTUAL_WORK, SHARING, REFLECTION, CARE, CAREER, FORMAL, DESIGN, UPTAKE, PLATFORM,
) = range(20)  # fmt: skip
EMITTED = range(16)
FIXED, INFORMAL = 0, 1
LAYER_NAMES = ("authority", "peers", "mutual", "ripples")
NEVER = inf
NODES = {
    0.0: 0.4571428571428571,
    1.154405394739968: 0.2401231786050127,
    2.366759410734541: 0.0307571239675865,
    3.750439717725742: 0.0005482688559722,
}


# --- 7.1 luck -----------------------------------------------------------------------------------------------


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Philox 4x32-10 of Salmon et al. 2011: four 32-bit words."""
    mask = 0xFFFFFFFF
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        low, high = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (high >> 32) ^ c1 ^ k0, high & mask, (low >> 32) ^ c3 ^ k1, low & mask
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return c0, c1, c2, c3


def key_of(seed: int, replicate: int) -> tuple[int, int]:
    """The two key words of a run."""
    mask = 2**64 - 1
    z = (seed * 0x9E3779B97F4A7C15 + (replicate + 1) * 0xD1B54A32D192ED03) & mask
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & mask
    z ^= z >> 31
    return z & 0xFFFFFFFF, z >> 32


def uniform(word: int) -> float:
    return (word + 0.5) * 2.0**-32


def normal(word: int) -> float:
    return NormalDist().inv_cdf(uniform(word))


def happens(word: int, hazard_dt: float) -> bool:
    return uniform(word) < 1 - exp(-hazard_dt)


# --- 7.2 scales ---------------------------------------------------------------------------------------------


def logit(level: float) -> float:
    return log(level / (1 - level))


def expit(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def relaxed(y: float, target: float, kept: float) -> float:
    return target + (y - target) * kept


def ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else 0.0


def single(weight: float) -> float:
    """A weight as it is held, in single precision."""
    return float(unpack("f", pack("f", weight))[0])


# --- 2 entities ---------------------------------------------------------------------------------------------


@dataclass
class Arc:
    """A tie as its hearer has it."""

    source: int
    w: float
    pair: Pair | None = None  # of an informal tie
    programme: int = -1
    running: bool = True  # of a programme tie

    @property
    def exists(self) -> bool:
        return self.pair.exists if self.pair else self.running


@dataclass
class Pair:
    """An informal tie with its one or two arcs, which switch together."""

    a: int
    b: int
    layer: int
    exists: bool
    switches: float = NEVER


@dataclass
class Seat:
    """A position and who sits on it."""

    i: int
    level: int
    department: int
    boss: int
    team: int
    leads: bool
    arcs: list[list[Arc]] = field(default_factory=lambda: [[] for _ in LAYERS])
    pairs: list[Pair] = field(default_factory=list)
    opens: float = 0  # the step in which a plan opens it, 0 for from the beginning
    vacant: bool = False
    committed: bool = False
    # the person: flags and states
    A: int = 0
    y_E: float = 0.0
    y_Psi: float = 0.0
    y_G: float = 0.0
    R: list[float] = field(default_factory=lambda: [0.0] * 4)
    Q: list[float] = field(default_factory=lambda: [0.0] * 4)
    tenure: float = 0.0
    spell: float = 0.0
    habit: float = 0.0
    experience: float = 0.0
    overload: float = 0.0
    care_felt: float = 0.0
    recognition_felt: float = 0.0
    occasions_felt: float = 0.0
    time_felt: float = 0.0
    # the person: traits
    sigma: float = 0.0
    epsilon: float = 1.0
    openness: float = 1.0
    theta: float = 0.0
    l_E: float = 0.0
    l_Psi: float = 0.0
    l_G: float = 0.0
    s_usual: list[float] = field(default_factory=lambda: [0.5] * 4)
    p_usual: float = 0.0
    b: list[float] = field(default_factory=lambda: [0.0] * 4)
    # the person: what one is used to
    alpha: float = 0.0
    x_usual: float = 0.0
    v_usual: float = 0.0
    C_usual: float = 0.0
    ref_E: list[float] = field(default_factory=lambda: [0.0] * 4)
    ref_Psi: float = 0.0
    ref_felt: list[float] = field(default_factory=lambda: [0.0] * 20)
    # a leader's conduct
    usual_conduct: list[float] = field(default_factory=lambda: [0.0] * 20)
    usual_boss: list[float] = field(default_factory=lambda: [0.0] * 20)
    z: list[float] = field(default_factory=lambda: [0.0] * 20)
    push: list[float] = field(default_factory=lambda: [0.0] * 20)
    hours: float = 0.0
    # what programmes and shocks bring
    brought: list[float] = field(default_factory=lambda: [0.0] * 20)
    # expression (step 4)
    spoke: bool = False
    voice: float = 0.0
    voice_Psi: float = 0.0
    S: list[float] = field(default_factory=lambda: [0.0] * 4)
    shared: float = 0.0
    usual_shared: float = 0.0
    A_seen: int = 0
    done: list[float] = field(default_factory=lambda: [0.0] * 4)
    radiates: list[float] = field(default_factory=lambda: [0.0] * 4)
    felt_usual: list[float] = field(default_factory=lambda: [0.0] * 20)
    felt_from: list[float] = field(default_factory=lambda: [0.0] * 20)
    spread: list[list[float]] = field(default_factory=lambda: [[0.0] * 20 for _ in LAYERS])


PERSONAL = (
    "A", "y_E", "y_Psi", "y_G", "R", "Q", "tenure", "spell", "habit", "care_felt", "recognition_felt",
    "occasions_felt", "time_felt", "sigma", "epsilon", "openness", "theta", "l_E", "l_Psi", "l_G",
    "s_usual", "p_usual", "b",
)  # fmt: skip
STATES = (
    "A", "y_E", "y_Psi", "y_G", "tenure", "spell", "habit", "experience", "overload", "care_felt",
    "recognition_felt", "occasions_felt", "time_felt",
)  # fmt: skip


def catalogue() -> tuple[list[str], list[dict[str, Any]]]:
    """The twenty behaviours in order of number, and what the catalogue says of each."""
    path = Path(sim.__file__).parent / "behaviours" / "data" / "conduct.toml"
    conduct = tomllib.loads(path.read_text(encoding="utf-8"))
    return list(conduct), list(conduct.values())
