"""The model a second time, written from docs/odd.md alone: plain Python, one object a seat, slow on purpose.

Section numbers in comments are those of that page.  It reads a resolved scenario and the catalogue of levers
and shares no line with `sim.theory`, `sim.engine` or `sim.model`; `test_second_implementation` holds the
engine to it week by week.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, floor, inf, isnan, log, sqrt
from pathlib import Path
from statistics import NormalDist, fmean
from struct import pack, unpack
from typing import Any

from second_plan import Plan

import sim
from sim.scenario import Resolved

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


class SecondImplementation:
    """One run; `step()` moves it by one step of the scenario's length."""

    def __init__(
        self,
        resolved: Resolved,
        *,
        seed: int,
        replicate: int = 0,
        alpha_offset: float = 0.0,
        opens: Any = None,
    ) -> None:
        self.resolved = resolved
        self.p = p = dict(resolved.parameters)
        self.key = key_of(seed, replicate)
        self.alpha_offset = alpha_offset
        self.now = 0  # counts from the start of the burn-in
        self.burn = resolved.burn_steps
        self.events: list[tuple[int, int, str, int]] = []
        self.ledger: list[list[float]] = []
        self.share: list[float] = []
        self.dt = dt = resolved.dt
        # 7.2
        self.kept_E = exp(-dt / p["tau_enthusiasm"])
        self.kept_Psi = exp(-dt / p["tau_safety"])
        self.kept_G = exp(-dt / p["tau_mindset"])
        self.lifetime = p["conduct_halflife"] / log(2)
        self.kept_z = exp(-dt / self.lifetime)
        self.rho = log(2) / p["obsolescence_halflife"]
        self.phi = log(2) / p["forgetting_halflife"]
        self.usual_sharing = expit(p["share_base"])
        self.weight = [p["weight_authority"], p["weight_peers"], p["weight_mutual"], p["weight_ripples"]]
        self.visibility = [p["visibility_authority"], 1.0, 1.0, p["visibility_ripples"]]
        self.b_usual = [0.0, 0.0, 0.0, p["broadcast"]]
        responses = resolved.responses
        self.form = ("hill", "threshold", "linear").index(responses.get("adoption", "hill"))
        self.count = responses.get("count", "share")
        self.leaving = responses.get("turnover", "on") == "on"
        self.centring = responses.get("centring", "usual") == "usual"
        self.ids, self.behaviours = catalogue()
        self.fit_usual = [[max(0.0, one["fit"][name]) for name in LAYER_NAMES] for one in self.behaviours]
        self.fit = [list(row) for row in self.fit_usual]
        for programme in resolved.programmes:
            if programme.lever in self.ids:
                self.fit[self.ids.index(programme.lever)] = list(programme.fit)
        self.emits = [
            [(CHANNELS.index(c), size) for c, size in one["emits"].items()] for one in self.behaviours
        ]
        self.plan = Plan(self)
        self._seats(opens)
        self._ties()
        self._initialize()
        if self.burn == 0:
            self.begin()

    def draw(self, step: int, seat: int, decision: int, sub: int = 0) -> tuple[int, int, int, int]:
        return philox((step, seat, decision, sub), self.key)

    # --- 2 who there is -------------------------------------------------------------------------------------

    def _seats(self, opens: Any) -> None:
        firm = self.resolved.organization
        managers = {int(m) for m in firm.manager}
        moved = {int(i) for g in self.resolved.programmes if g.push for i in g.actors}
        moved |= {int(i) for s in self.resolved.disturbances if s.push for i in s.cover.nonzero()[0]}
        self.seats = [
            Seat(
                i=i,
                level=int(firm.level[i]),
                department=int(firm.department[i]),
                boss=int(firm.manager[i]),
                team=int(firm.manager[i]) if firm.manager[i] >= 0 else i,
                leads=i in managers
                or i in moved
                or int(firm.level[i]) in (EXECUTIVE, MANAGER, LEARNING_LEADER),
                opens=0 if opens is None else max(0, int(opens[i])),
            )
            for i in range(firm.n)
        ]
        self.reports = {s.i: [r.i for r in self.seats if r.boss == s.i] for s in self.seats}
        self.memory = [[0.0] * 4 for _ in firm.department_names]
        self.targeting = [1.0] * len(firm.department_names)

    def _ties(self) -> None:
        table = self.resolved.organization.ties
        pairs: dict[tuple[int, int, int], Pair] = {}
        columns = (table.hearer, table.source, table.layer, table.weight, table.kind, table.active)
        for hearer, source, layer, weight, kind, active in zip(*columns, strict=True):
            i, j, L = int(hearer), int(source), int(layer)
            arc = Arc(j, single(float(weight)), running=bool(active))
            if kind == INFORMAL:
                a, b = min(i, j), max(i, j)
                if (a, b, L) not in pairs:
                    pairs[a, b, L] = Pair(a, b, L, bool(active))
                    self.seats[a].pairs.append(pairs[a, b, L])
                    self.seats[b].pairs.append(pairs[a, b, L])
                arc.pair = pairs[a, b, L]
            self.seats[i].arcs[L].append(arc)
        for number, programme in enumerate(self.resolved.programmes):
            more = programme.ties
            listed = zip(more.hearer, more.source, more.layer, more.weight, strict=True)
            once = {(int(i), int(j), int(L)): w for i, j, L, w in listed}  # a tie listed twice is one tie
            for (hearer, source, layer), weight in once.items():
                self.seats[hearer].arcs[layer].append(
                    Arc(source, single(float(weight)), programme=number, running=False)
                )
        self.pairs = list(pairs.values())
        self.s = fmean(pair.exists for pair in self.pairs) if self.pairs else 0.0

    def ties(self, i: int, L: int) -> list[tuple[Seat, float]]:
        """Sources of existing ties whose seats are not vacant, with weights."""
        return [
            (self.seats[arc.source], arc.w)
            for arc in self.seats[i].arcs[L]
            if arc.exists and not self.seats[arc.source].vacant
        ]

    def pool(self, i: int, L: int) -> Iterator[tuple[Seat, float, float]]:
        """All fixed and informal ties of seats that are open: source, weight, share of time."""
        for arc in self.seats[i].arcs[L]:
            if arc.programme < 0 and self.seats[arc.source].opens <= self.now:
                yield self.seats[arc.source], arc.w, self.s if arc.pair else 1.0

    def staff(self) -> list[Seat]:
        return [s for s in self.seats if s.level != COMMUNITY]

    def present(self) -> list[Seat]:
        return [s for s in self.staff() if not s.vacant]

    def executives(self) -> list[Seat]:
        return [s for s in self.seats if s.level == EXECUTIVE and not s.vacant]

    # --- 5 initialization -----------------------------------------------------------------------------------

    def _initialize(self) -> None:
        p, firm = self.p, self.resolved.organization
        survey = firm.survey

        def surveyed(name: str, i: int) -> float | None:
            value = float(survey[name][i]) if name in survey else float("nan")
            return None if isnan(value) else value

        for s in self.seats:
            self.draw_traits(s, 0)
            for trait, name in (("l_E", "enthusiasm"), ("l_Psi", "safety"), ("l_G", "mindset")):
                level = surveyed(name, s.i)
                if level is not None:
                    setattr(s, trait, logit(level))
            skill = surveyed("skill", s.i)
            if skill is not None:
                shift = skill - fmean(s.s_usual)
                s.s_usual = [min(max(k + shift, 0.05), 0.95) for k in s.s_usual]
                self.learn_as_usual(s)
        known = [float(v) for v in survey["practising"] if not isnan(v)] if "practising" in survey else []
        self.share_usual = min(max(fmean(known), 0.001), 0.9) if known else p["share_practising"]
        here = [s for s in self.staff() if s.opens == 0]
        self.mean_l_E = fmean(s.l_E for s in here)
        self.mean_l_Psi = fmean(s.l_Psi for s in here)
        self.mean_l_G = fmean(s.l_G for s in here)
        self.base, low, high = 0.0, -30.0, 30.0
        for _ in range(60):
            self.base = (low + high) / 2
            if fmean(self.usual_chance(s) for s in here) < self.share_usual:
                low = self.base
            else:
                high = self.base
        executives = [s.l_E for s in self.seats if s.level == EXECUTIVE and s.opens == 0]
        self.mean_executives = fmean(executives) if executives else 0.0
        if not executives:
            self.b_usual[RIPPLES] = 0.0
        for s in self.seats:
            s.p_usual = self.usual_chance(s)
            if s.leads:
                self.draw_conduct(s, 0)
        for s in self.seats:
            words = self.draw(0, s.i, PERSON, 3)
            answer = surveyed("practising", s.i)
            s.A = int(uniform(words[0]) < s.p_usual if answer is None else answer >= 0.5)
            if s.A:
                rate = p["relaxation"] * (1 - s.p_usual)
                s.spell = -log(uniform(words[1])) / rate if rate > 0 else 1.0
            known_tenure = float(firm.tenure[s.i])
            s.tenure = known_tenure if not isnan(known_tenure) else self.usual_tenure(s, uniform(words[2]))
            s.y_E = p["enthusiasm_noise"] * normal(self.draw(0, s.i, PERSON, 4)[0])
            for k in TOPICS:
                rest = s.b[k] / (s.b[k] + self.rho)
                begun = p["skill_newcomer"] * s.s_usual[k] - rest
                s.R[k] = rest + begun * exp(-(s.b[k] + self.rho) * s.tenure)
                if surveyed("skill", s.i) is not None:
                    s.R[k] = s.s_usual[k]
            s.vacant = s.opens > 0
        for s in self.seats:
            self.settle(s)
        self.memory_usual = []
        for d in range(len(self.memory)):
            of = [s for s in self.staff() if s.department == d and not s.vacant]
            self.memory_usual.append(
                [
                    fmean(s.p_usual * self.usual_sharing * s.s_usual[k] for s in of) if of else 0.0
                    for k in TOPICS
                ]
            )
        for pair in self.pairs:
            if self.seats[pair.a].vacant or self.seats[pair.b].vacant:
                pair.exists = False
            else:
                self.date(pair)

    def draw_traits(self, s: Seat, step: int) -> None:
        """7.9: a new person on a seat; levels of team and department stay what they were."""
        p = self.p
        a, b, d = (self.draw(step, s.i, PERSON, block) for block in range(3))
        e, h = self.draw(0, s.team, TEAM, 0), self.draw(0, s.department, TEAM, 1)
        between, within = sqrt(p["team_agreement"]), sqrt(1 - p["team_agreement"])
        s.sigma = p["susceptibility"]
        if 0 < s.sigma < 1:
            s.sigma = expit(logit(s.sigma) + p["susceptibility_spread"] * normal(a[0]))
        s.epsilon = exp(p["expressiveness_spread"] * normal(a[1]) - p["expressiveness_spread"] ** 2 / 2)
        pushback = self.resolved.start.pushback_by_level.get(LEVELS[s.level], p["pushback_share"])
        s.openness = 1.0 if uniform(a[2]) >= pushback else -p["pushback_strength"]
        s.theta = p["threshold"] * exp(p["threshold_spread"] * normal(a[3]))
        s.theta *= self.resolved.start.threshold_factor
        s.l_E = p["enthusiasm_mean"] + p["enthusiasm_spread"] * (
            between * normal(e[0]) + within * normal(b[0])
        )
        s.l_Psi = p["safety_mean"] + p["safety_spread"] * (between * normal(e[1]) + within * normal(b[1]))
        s.l_G = p["mindset_mean"] + p["mindset_spread"] * normal(b[2])
        s.s_usual = [
            min(
                max(p["skill_mean"] + p["skill_spread"] * sqrt(0.5) * (normal(h[k]) + normal(d[k])), 0.05),
                0.95,
            )
            for k in TOPICS
        ]
        self.learn_as_usual(s)

    def turnover_base(self, s: Seat) -> float:
        return self.p["turnover_employees" if s.level == EMPLOYEE else "turnover_leaders"]

    def learn_as_usual(self, s: Seat) -> None:
        hires, new = self.turnover_base(s), self.p["skill_newcomer"]
        s.b = [
            max(0.0, ((self.rho + hires) * usual - hires * new * usual) / (1 - usual)) for usual in s.s_usual
        ]

    def usual_chance(self, s: Seat) -> float:
        p = self.p
        return expit(
            self.base
            + p["g_enthusiasm"] / p["between_within"] * (s.l_E - self.mean_l_E)
            + p["g_safety"] / p["between_within"] * (s.l_Psi - self.mean_l_Psi)
            + p["g_mindset"] / p["between_within"] * (s.l_G - self.mean_l_G)
        )

    def usual_tenure(self, s: Seat, u: float) -> float:
        h = self.turnover_base(s)
        if h == 0:
            return 10 * u
        e = h * self.p["turnover_first_year"]
        m1, m2 = (1 - exp(-e)) / e if e else 1.0, exp(-e) / h
        share = m1 / (m1 + m2)
        if u < share:
            return -log(1 - (u / share) * (1 - exp(-e))) / e if e else u / share
        return 1 - log((1 - u) / (1 - share)) / h

    def draw_conduct(self, s: Seat, step: int) -> None:
        words = [self.draw(step, s.i, CONDUCT_AT_HIRE, block) for block in range(5)]
        s.usual_conduct = [self.p["conduct_spread"] * normal(words[m // 4][m % 4]) for m in range(20)]
        s.z = [0.0] * 20
        self.feel_as_usual(s)

    def feel_as_usual(self, s: Seat) -> None:
        s.felt_usual = [0.0] * 20
        for m in range(20):
            for c, size in self.emits[m]:
                s.felt_usual[c] += size * self.fit_usual[m][AUTHORITY] * s.usual_conduct[m]

    # --- 7.10 what a person is used to ----------------------------------------------------------------------

    def settle(self, s: Seat) -> None:
        p = self.p
        pools = [list(self.pool(s.i, L)) for L in LAYERS]
        for L in LAYERS:
            top = sum(f * w * j.l_E for j, w, f in pools[L]) + self.b_usual[L] * self.mean_executives
            s.ref_E[L] = ratio(top, sum(f * w for _, w, f in pools[L]) + self.b_usual[L])
        s.ref_Psi = ratio(
            sum(f * w * j.l_Psi for j, w, f in pools[PEERS]), sum(f * w for _, w, f in pools[PEERS])
        )
        over = [(j, w) for j, w, _ in pools[AUTHORITY] if j.leads and not j.vacant]
        whole = sum(w for _, w in over)
        s.ref_felt = [ratio(sum(w * j.felt_usual[c] for j, w in over), whole) for c in range(20)]
        led = s.boss >= 0 and not self.seats[s.boss].vacant
        s.usual_boss = list(self.seats[s.boss].usual_conduct) if led else [0.0] * 20
        prior = p["prior_contacts"] + p["mixing"]
        weight_usual = prior + sum(self.weight[L] * sum(f * w for _, w, f in pools[L]) for L in LAYERS)
        top = prior * self.share_usual
        top += sum(self.weight[L] * sum(f * w * j.p_usual for j, w, f in pools[L]) for L in LAYERS)
        s.x_usual = ratio(top, weight_usual)
        square = sum(
            self.weight[L] ** 2 * sum(f * w * w * j.p_usual * (1 - j.p_usual * f) for j, w, f in pools[L])
            for L in LAYERS
        )
        s.v_usual = ratio(square, weight_usual**2)
        s.C_usual = self.expected_response(s) if self.centring else 0.0
        rest = max(0.02, 1 - p["contagion"] * s.C_usual)
        s.alpha = p["relaxation"] * s.p_usual * rest * exp(self.alpha_offset)

    def expected_response(self, s: Seat) -> float:
        total = 0.0
        for node, share in NODES.items():
            for sign in (-1, 1) if node else (1,):
                x = max(0.0, s.x_usual + sqrt(s.v_usual) * sign * node)
                total += share * self.response(x if self.form == 2 else min(x, 1.0), s.theta)
        return total

    def response(self, x: float, theta: float) -> float:
        if self.form == 2:
            return x
        if self.form == 1:
            return float(x >= theta - 1e-12)
        if theta <= 0:
            return 1.0
        n = self.p["steepness"]
        return 0.0 if x <= 0 else x**n / (x**n + theta**n)

    # --- one step (section 3) -------------------------------------------------------------------------------

    def step(self) -> None:
        self.ties_change()
        self.staff_changes()
        if self.now >= self.burn:
            self.plan.apply()
        self.express()
        self.conduct_moves()
        self.everybody_moves()
        self.memory_moves()
        if self.now >= self.burn:
            self.plan.book()
        self.now += 1
        if self.now == self.burn:
            self.begin()

    def event(self, i: int, kind: str, source: int = -1) -> None:
        self.events.append((self.now - self.burn, i, kind, source))

    def begin(self) -> None:
        """5, the scenario begins."""
        start = self.resolved.start
        for seeding in self.resolved.seedings:
            for i in seeding.seats:
                s = self.seats[int(i)]
                if seeding.committed and s.vacant:
                    self.hire(s)  # no event, and informal ties are not renewed
                if s.vacant:
                    continue
                seeded = uniform(self.draw(self.now, s.i, SEED)[0]) < seeding.used
                if (seeded or seeding.committed) and not s.A:
                    s.A, s.spell = 1, 0.0
                s.committed |= seeding.committed
        for s in self.seats:
            if start.habit > 0:
                s.habit = start.habit
            for name, (shift, share) in start.conduct_shift.items():
                m = self.ids.index(name)
                if s.leads and uniform(self.draw(self.now, s.i, CONDUCT_AT_HIRE, 1000 + m)[0]) < share:
                    s.usual_conduct[m] += shift
                    self.feel_as_usual(s)

    # --- 7.8 ties (step 1) ----------------------------------------------------------------------------------

    def date(self, pair: Pair, rate: float | None = None) -> None:
        """Fix the step in which a pair next switches."""
        if rate is None:
            rate = self.p["tie_turnover"] * (1.0 if pair.exists else ratio(self.s, 1 - self.s))
        if rate <= 0 or self.s in (0.0, 1.0):
            pair.switches = NEVER
            return
        u = uniform(self.draw(self.now, pair.a, TIE, pair.b)[pair.layer])
        pair.switches = self.now + 1 + floor(-log(u) / (rate * self.dt))

    def ties_change(self) -> None:
        for pair in self.pairs:
            if pair.switches == self.now:
                pair.exists = not pair.exists
                self.date(pair)
        self.plan.bring_ties()

    def end_ties(self, s: Seat) -> None:
        for pair in s.pairs:
            pair.exists, pair.switches = False, NEVER

    def begin_ties(self, s: Seat) -> None:
        for pair in s.pairs:
            other = self.seats[pair.b if pair.a == s.i else pair.a]
            if not other.vacant:
                spare = uniform(self.draw(self.now, pair.b, TIE, pair.a)[pair.layer])
                rebuilds = spare < self.s
                self.date(pair, ratio(1.0, self.p["tie_rebuild"]) if rebuilds else None)

    # --- 7.9 staff (step 2) ---------------------------------------------------------------------------------

    def staff_changes(self) -> None:
        p = self.p
        for s in self.present():
            s.tenure += self.dt
            s.spell += self.dt if s.A else 0.0
        for s in self.staff():
            words = self.draw(self.now, s.i, WEEK)
            if s.vacant:
                if self.now < s.opens:
                    continue
                at_once = p["vacancy"] == 0 or self.now == s.opens > 0
                if at_once or happens(words[3], self.dt / p["vacancy"]):
                    self.fill(s)
                continue
            hazard = self.turnover_base(s) * (p["turnover_first_year"] if s.tenure < 1 else 1)
            hazard *= exp(-p["turnover_enthusiasm"] * s.y_E - p["turnover_care"] * s.care_felt)
            if self.leaving and not s.committed and happens(words[2], self.dt * self.plan.surge() * hazard):
                self.event(s.i, "leave")
                self.vacate(s)

    def vacate(self, s: Seat) -> None:
        s.vacant, s.A = True, 0
        self.end_ties(s)

    def fill(self, s: Seat) -> None:
        able = [self.seats[r] for r in self.reports[s.i]]
        able = [r for r in able if not r.vacant and not r.committed]
        words = self.draw(self.now, s.i, PROMOTE)
        if able and uniform(words[0]) < self.p["promotion_share"]:
            self.promote(able[int(uniform(words[1]) * len(able))], s)
        else:
            self.event(s.i, "hire")
            self.hire(s)
        self.begin_ties(s)

    def hire(self, s: Seat) -> None:
        self.draw_traits(s, self.now)
        s.p_usual = self.usual_chance(s)
        for name in STATES:
            setattr(s, name, 0)
        s.A = int(uniform(self.draw(self.now, s.i, PERSON, 3)[0]) < s.p_usual)
        s.R, s.Q = [self.p["skill_newcomer"] * k for k in s.s_usual], [0.0] * 4
        if s.leads:
            self.draw_conduct(s, self.now)
        self.take(s)

    def promote(self, old: Seat, s: Seat) -> None:
        self.event(old.i, "promote", s.i)
        for name in PERSONAL:
            value = getattr(old, name)
            setattr(s, name, list(value) if isinstance(value, list) else value)
        s.experience = s.overload = 0.0
        if old.leads:
            s.usual_conduct, s.z = list(old.usual_conduct), list(old.z)
            self.feel_as_usual(s)
        else:
            self.draw_conduct(s, self.now)
        self.learn_as_usual(s)
        self.vacate(old)
        self.take(s)

    def take(self, s: Seat) -> None:
        s.vacant = False
        self.settle(s)

    # --- 7.3 expression (step 4) ----------------------------------------------------------------------------

    def express(self) -> None:
        p = self.p
        for s in self.seats:
            s.spoke = not s.vacant
            s.A_seen = s.A if s.spoke else 0
            s.voice = s.l_E + s.epsilon * s.y_E
            s.voice_Psi = s.l_Psi + s.y_Psi
            s.S = [s.R[k] + s.Q[k] for k in TOPICS]
            s.shared = s.A * expit(
                p["share_base"]
                + p["share_safety"] * s.y_Psi
                + p["share_mindset"] * s.y_G
                + p["share_recognition"] * s.recognition_felt
                + p["share_occasions"] * s.occasions_felt
            )
            s.usual_shared = s.p_usual * self.usual_sharing
            if s.leads:
                self.lead(s)
        there = self.executives()
        self.b_cast = [0.0, 0.0, 0.0, p["broadcast"] if there else 0.0]
        self.crowd_voice = fmean(s.voice + s.radiates[RIPPLES] for s in there) if there else 0.0
        staff = self.present()
        self.crowd_share = fmean(s.A for s in staff) if staff else 0.0

    def lead(self, s: Seat) -> None:
        p = self.p
        s.felt_from = list(s.felt_usual)
        for L in LAYERS:
            said = sum(b.get("say", 0) * self.fit[m][L] * s.z[m] for m, b in enumerate(self.behaviours))
            s.done[L] = sum(b.get("do", 0) * self.fit[m][L] * s.z[m] for m, b in enumerate(self.behaviours))
            s.radiates[L] = p["say_weight"] * said + p["do_weight"] * s.done[L]
            s.radiates[L] -= p["hypocrisy"] * p["say_weight"] * max(0, said - s.done[L])
            felt = [0.0] * 20
            for m in range(20):
                for c, size in self.emits[m]:
                    felt[c] += size * self.fit[m][L] * s.z[m]
            s.spread[L] = felt
        s.felt_from = [usual + more for usual, more in zip(s.felt_usual, s.spread[AUTHORITY], strict=True)]

    # --- 7.5 conduct (step 5) -------------------------------------------------------------------------------

    def conduct_moves(self) -> None:
        p = self.p
        after = {}
        for s in self.seats:
            if not s.leads:
                continue
            if s.vacant:
                after[s.i] = [0.0] * 20
                continue
            boss = self.seats[s.boss] if s.boss >= 0 else None
            led = boss is not None and boss.leads and not boss.vacant
            after[s.i] = []
            for m in range(20):
                imitated = boss.usual_conduct[m] + boss.z[m] - s.usual_boss[m] if led and boss else 0.0
                eta = -1 if self.ids[m] == "telling" else 1
                target = s.openness * s.push[m] + p["imitation"] * imitated
                target = self.lifetime * (target + p["encouragement"] * eta * s.experience)
                after[s.i].append(relaxed(s.z[m], target, self.kept_z))
            s.overload = max(0.0, s.hours / p["leader_hours"] - 1)
        for i, z in after.items():
            self.seats[i].z = z

    # --- 7.4 hearing (step 6a) ------------------------------------------------------------------------------

    def gather(self, s: Seat) -> dict[str, Any]:
        p, weight = self.p, self.weight
        near = [self.ties(s.i, L) for L in LAYERS]
        total = [sum(w for _, w in near[L]) for L in LAYERS]
        top = bottom = 0.0
        for L in LAYERS:
            if not (s.arcs[L] or (L == RIPPLES and self.b_cast[L] > 0)):
                continue
            bottom += weight[L]
            if total[L] + self.b_cast[L] > 0:
                level = sum(w * (j.voice + j.leads * j.radiates[L]) for j, w in near[L])
                level = (level + self.b_cast[L] * self.crowd_voice) / (total[L] + self.b_cast[L])
                departure = self.visibility[L] * (level - s.ref_E[L])
                top += weight[L] * (departure if departure >= 0 else p["negativity"] * departure)
        lit = sum(weight[L] * sum(w * j.A_seen for j, w in near[L]) for L in LAYERS)
        best = p["novelty_best"]

        def pull(k: int) -> float:
            return sum(w * (j.shared - j.usual_shared) * max(0, j.S[k] - s.S[k]) for j, w in near[PEERS])

        def fresh(j: Seat) -> float:
            distance = sum(abs(s.S[k] - j.S[k]) for k in TOPICS) / 4
            return max(0, distance / best * (2 - distance / best))

        taught = [(j, w * fresh(j)) for j, w in near[MUTUAL]]
        team_safety = ratio(sum(w * j.voice_Psi for j, w in near[PEERS]), total[PEERS])
        example = sum(w * j.leads * j.done[AUTHORITY] for j, w in near[AUTHORITY])
        joint = sum(f * (s.A_seen * j.A_seen - s.p_usual * j.p_usual) for j, f in taught)
        beyond = ratio(sum(w * j.A_seen for j, w in near[MUTUAL]), total[MUTUAL]) - s.p_usual
        return {
            "heard": ratio(top, bottom),
            "lit": lit + p["mixing"] * self.crowd_share,
            "contacts": sum(weight[L] * total[L] for L in LAYERS) + p["mixing"],
            "team_safety": team_safety - s.ref_Psi if total[PEERS] > 0 else 0.0,
            "example": ratio(example, total[AUTHORITY]),
            "pulled": [ratio(pull(k), total[PEERS]) for k in TOPICS],
            "fresh_mean": ratio(sum(f for _, f in taught), total[MUTUAL]),
            "joint": ratio(joint, total[MUTUAL]),
            "reports_beyond": beyond if total[MUTUAL] > 0 else 0.0,
            "felt": self.feel(s, near, total),
        }

    def feel(self, s: Seat, near: list[list[tuple[Seat, float]]], total: list[float]) -> list[float]:
        felt = [level * self.targeting[s.department] for level in s.brought]
        for L in LAYERS:
            for j, w in near[L]:
                if j.leads:
                    from_j = j.felt_from if L == AUTHORITY else j.spread[L]
                    for c in EMITTED:
                        felt[c] += w / total[L] * from_j[c]
        if total[AUTHORITY] > 0:
            for c in EMITTED:
                felt[c] -= s.ref_felt[c]
        return felt

    # --- 7.6 everybody moves (step 6) -----------------------------------------------------------------------

    def everybody_moves(self) -> None:
        there = [s for s in self.seats if not s.vacant]
        got = {s.i: self.gather(s) for s in there}
        for s in there:
            self.move(s, got[s.i])

    def move(self, s: Seat, got: dict[str, Any]) -> None:
        p, felt = self.p, got["felt"]
        words = self.draw(self.now, s.i, WEEK)
        k0 = p["prior_contacts"]
        x = ratio(got["lit"] + k0 * self.share_usual, got["contacts"] + k0)
        if self.count == "number":
            x = got["lit"]
        C = self.response(x, s.theta)
        Psi = expit(s.l_Psi + s.y_Psi)
        y_E = self.new_enthusiasm(s, got, Psi) + p["enthusiasm_noise"] * sqrt(1 - self.kept_E**2) * normal(
            words[0]
        )
        before = s.A
        self.practise(s, got, C, words[1])
        if s.level != COMMUNITY:
            self.learn(s, got, Psi, before)
            target = felt[SAFETY] - p["power_distance"] * felt[PRESSURE]
            target += p["sharedness_safety"] * got["team_safety"]
            grow = felt[MINDSET] + p["mindset_by_company"] * (x - s.x_usual)
            s.y_Psi = relaxed(s.y_Psi, target, self.kept_Psi)
            s.y_G = relaxed(s.y_G, grow, self.kept_G)
        s.y_E = y_E
        s.care_felt, s.recognition_felt = felt[CARE], felt[RECOGNITION]
        s.occasions_felt, s.time_felt = felt[SHARING], felt[TIME]
        if s.leads:
            s.experience = got["reports_beyond"]

    def new_enthusiasm(self, s: Seat, got: dict[str, Any], Psi: float) -> float:
        p, felt = self.p, got["felt"]
        support = (
            p["a_recognition"] * felt[RECOGNITION]
            + p["a_progress"] * (felt[PROGRESS] + sum(s.Q) / 4)
            + p["a_care"] * felt[CARE]
            + p["a_stretch"] * felt[STRETCH] * (Psi - p["safety_critical"])
            - p["a_overload"] * s.overload
        )
        frustration = s.A * (max(0, -felt[TIME]) + max(0, -s.y_Psi))
        strain = (
            p["a_pressure"] * felt[PRESSURE]
            + p["a_pressure_squared"] * max(0, felt[PRESSURE]) ** 2 * (1 - Psi)
            + p["a_frustration"] * frustration
        )
        target = s.sigma * got["heard"] + support + p["a_practice"] * (s.A - s.p_usual) - strain
        return relaxed(s.y_E, target, self.kept_E)

    def practise(self, s: Seat, got: dict[str, Any], C: float, word: int) -> None:
        p, felt, dt = self.p, got["felt"], self.dt
        hardening = p["habit_hardening"]
        if hardening > 0:
            s.habit = s.habit * exp(-2 * hardening * dt) if s.A else 1 - (1 - s.habit) * exp(-hardening * dt)
        ready = (
            p["g_enthusiasm"] * s.y_E
            + p["g_safety"] * s.y_Psi
            + p["g_time"] * felt[TIME]
            + p["g_mindset"] * s.y_G
            + p["g_time_enthusiasm"] * felt[TIME] * s.y_E
            + p["g_expectation"] * felt[EXPECTATION]
            + p["g_expectation_example"] * felt[EXPECTATION] * got["example"]
            + p["g_awareness"] * felt[AWARENESS]
            + p["g_career"] * felt[CAREER]
            + p["g_relevance"] * felt[RELEVANCE]
            - p["g_habit"] * s.habit
        )
        if s.A:
            lapse = p["relaxation"] * (1 - s.p_usual)
            lapse *= exp(p["g_pressure"] * felt[PRESSURE] - (1 - p["adopt_share"]) * ready)
            lapse *= 1 - p["protection"] * (C - s.C_usual)
            if not s.committed and happens(word, dt * lapse):
                s.A, s.spell = 0, 0.0
                self.event(s.i, "lapse")
            return
        beta = p["contagion"] * p["relaxation"] * s.p_usual
        alone = s.alpha + p["g_try"] * max(0, felt[FORMAL])
        if happens(word, dt * exp(p["adopt_share"] * ready) * (alone + beta * C)):
            s.A, s.spell = 1, 0.0
            spontaneous = uniform(self.draw(self.now, s.i, CREDIT)[0]) < ratio(alone, alone + beta * C)
            self.event(s.i, "adopt" if spontaneous else "lit")

    def learn(self, s: Seat, got: dict[str, Any], Psi: float, practised: int) -> None:
        p, felt, dt, rho = self.p, got["felt"], self.dt, self.rho
        together = got["joint"] + felt[MUTUAL_WORK] * got["fresh_mean"]
        together *= exp(-p["shadow"] * max(0, felt[PRESSURE]))
        transfer = 0.3 * (felt[RELEVANCE] + felt[DESIGN] + felt[UPTAKE]) + p["g_transfer"] * felt[SAFETY]
        common = (
            p["gain_practice"] * (practised - s.p_usual)
            + p["gain_formal"] * felt[FORMAL] * exp(transfer)
            + p["gain_experience"] * felt[EXPERIENCE] * exp(p["g_experience_safety"] * s.y_Psi)
            + p["gain_stretch"] * felt[STRETCH] * (Psi - p["safety_critical"])
            + p["gain_mutual"] * together
        )
        will = exp(p["m_enthusiasm"] * s.y_E + p["m_mindset"] * s.y_G + p["m_time"] * felt[TIME])
        use = p["use_practising"] if practised else p["use_other"]
        converts = p["conversion"] * exp(p["retention_reflection"] * felt[REFLECTION])
        kept = exp(-(rho + self.phi * (1 - use) + converts * use) * dt)
        for k in TOPICS:
            memory = self.memory[s.department][k]
            gain = will * (common + p["gain_peers"] * got["pulled"][k] + p["gain_memory"] * memory)
            R, Q, b = s.R[k], s.Q[k], s.b[k]
            goal = (b * (1 - Q) + converts * use * Q) / (b + rho)
            s.R[k] = goal + (R - goal) * exp(-(b + rho) * dt)
            come = gain * dt * (1 + kept) / 2
            s.Q[k] = (Q * kept + come * (1 - R)) / (1 + come) if gain > 0 else Q * kept + come * (1 - R - Q)

    # --- 7.7 memory (step 7) --------------------------------------------------------------------------------

    def memory_moves(self) -> None:
        p = self.p
        loss = self.rho + p["staleness"]
        for d, memory in enumerate(self.memory):
            members = [s for s in self.present() if s.department == d]
            if not members:
                continue
            platform = fmean(s.brought[PLATFORM] for s in members) * self.targeting[d]
            rate = max(0.0, p["codification"] + p["codification_platform"] * platform)
            for k in TOPICS:
                inflow = rate * fmean(s.shared * s.S[k] for s in members)
                if loss + inflow > 0:
                    goal = (inflow - p["codification"] * self.memory_usual[d][k]) / (loss + inflow)
                    memory[k] = goal + (memory[k] - goal) * exp(-(loss + inflow) * self.dt)


LAYER_NAMES = ("authority", "peers", "mutual", "ripples")
