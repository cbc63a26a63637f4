"""Steps 4 to 7 of docs/odd.md (sections 7.3 to 7.7), for `second_implementation`: a week of everybody's life."""

from __future__ import annotations

from math import exp, sqrt
from statistics import fmean
from typing import Any

from second_seats import (
    AUTHORITY,
    AWARENESS,
    CARE,
    CAREER,
    COMMUNITY,
    CREDIT,
    DESIGN,
    EMITTED,
    EXPECTATION,
    EXPERIENCE,
    FORMAL,
    LAYERS,
    MINDSET,
    MUTUAL,
    MUTUAL_WORK,
    PEERS,
    PLATFORM,
    PRESSURE,
    PROGRESS,
    RECOGNITION,
    REFLECTION,
    RELEVANCE,
    RIPPLES,
    SAFETY,
    SHARING,
    STRETCH,
    TIME,
    TOPICS,
    UPTAKE,
    WEEK,
    Seat,
    expit,
    happens,
    normal,
    ratio,
    relaxed,
    uniform,
)


class Week:
    """What happens to people while they sit where they sit; state is set up in `second_implementation`."""

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
            given = self.hours_given(s)
            load = min(1.0, ratio(p["leader_hours"], given)) if given > 0 else 1.0
            for m in range(20):
                imitated = boss.usual_conduct[m] + boss.z[m] - s.usual_boss[m] if led and boss else 0.0
                eta = -1 if self.ids[m] == "telling" else 1
                target = s.openness * load * s.push[m] + p["imitation"] * imitated
                target = self.lifetime * (target + p["encouragement"] * eta * s.experience)
                after[s.i].append(relaxed(s.z[m], target, self.kept_z))
            s.overload = max(0.0, given / p["leader_hours"] - 1)
        for i, z in after.items():
            self.seats[i].z = z

    @staticmethod
    def hours_given(s: Seat) -> float:
        return s.hours if s.openness > 0 else 0.0

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
        felt = list(s.brought)
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
        left = exp(-(rho + converts * use) * dt)
        kept = left * exp(-self.phi * (1 - use) * dt)
        for k in TOPICS:
            memory = self.memory[s.department][k]
            gain = will * (common + p["gain_peers"] * got["pulled"][k] + p["gain_memory"] * memory)
            S, Q, b, usual = s.R[k] + s.Q[k], s.Q[k], s.b[k], s.s_usual[k]
            goal = ratio(b, b + rho)
            known = goal + (S - goal) * exp(-(b + rho) * dt)  # ordinary learning and what goes out of date
            s.R[k] = known - Q * left
            back = Q * (kept - left)  # negative: forgotten; positive: a gain below zero comes back
            known += back if back <= 0 else back * (1 - known) / (1 - known + back)
            come = gain * dt * (1 + kept) / 2
            known = (known + come) / (1 + come) if gain > 0 else known / (1 - come * (1 - usual) / usual)
            s.Q[k] = known - s.R[k]

    # --- 7.7 memory (step 7) --------------------------------------------------------------------------------

    def memory_moves(self) -> None:
        p = self.p
        loss = self.rho + p["staleness"]
        for d, memory in enumerate(self.memory):
            members = [s for s in self.present() if s.department == d]
            if not members:
                continue
            platform = fmean(s.brought[PLATFORM] for s in members)
            rate = max(0.0, p["codification"] + p["codification_platform"] * platform)
            for k in TOPICS:
                inflow = rate * fmean(s.shared * s.S[k] for s in members)
                if loss + inflow > 0:
                    goal = (inflow - p["codification"] * self.memory_usual[d][k]) / (loss + inflow)
                    memory[k] = goal + (memory[k] - goal) * exp(-(loss + inflow) * self.dt)
