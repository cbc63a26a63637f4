"""The model a second time, written from docs/odd.md alone: plain Python, one object a seat, slow on purpose.

Section numbers in comments are those of that page.  It reads a resolved scenario and the catalogue of levers
and shares no line with `sim.theory`, `sim.engine` or `sim.model`; `test_second_implementation` holds the
engine to it week by week.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, floor, isnan, log, sqrt
from statistics import fmean
from typing import Any

from second_plan import Plan
from second_seats import (
    AUTHORITY,
    CHANNELS,
    COMMUNITY,
    CONDUCT_AT_HIRE,
    EMPLOYEE,
    EXECUTIVE,
    INFORMAL,
    LAYER_NAMES,
    LAYERS,
    LEARNING_LEADER,
    LEVELS,
    MANAGER,
    NEVER,
    NODES,
    PEERS,
    PERSON,
    PERSONAL,
    PROMOTE,
    RIPPLES,
    SEED,
    STATES,
    TEAM,
    TIE,
    TOPICS,
    WEEK,
    Arc,
    Pair,
    Seat,
    catalogue,
    expit,
    happens,
    key_of,
    logit,
    normal,
    philox,
    ratio,
    single,
    uniform,
)
from second_week import Week

from sim.scenario import Resolved


class SecondImplementation(Week):
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
        self.learning = responses.get("ordinary_learning", "on") == "on"
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
                rest = ratio(s.b[k], s.b[k] + self.rho)
                begun = p["skill_newcomer"] * s.s_usual[k] - rest
                s.R[k] = rest + begun * exp(-(s.b[k] + self.rho) * s.tenure)
                if surveyed("skill", s.i) is not None or s.b[k] == 0:
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
            max(0.0, ((self.rho + hires) * usual - hires * new * usual) / (1 - usual)) * self.learning
            for usual in s.s_usual
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
        led = s.boss >= 0 and self.seats[s.boss].leads and not self.seats[s.boss].vacant
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
                    self.event(s.i, "hire")
                    self.hire(s)
                    self.begin_ties(s)
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
            if (
                self.leaving
                and not s.committed
                and happens(words[2], self.dt * self.plan.surge(s.i) * hazard)
            ):
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
