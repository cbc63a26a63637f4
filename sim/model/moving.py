"""How people move: enthusiasm, practice, skill, safety and mindset over one step, from what was heard."""

from __future__ import annotations

from math import exp

from sim.engine.layout import ADOPT, LAPSE, MIXED, SPONTANEOUS
from sim.model.hearing import Hearing, Impressions
from sim.model.noticeboard import PRACTISED
from sim.theory.chance import CREDIT, draw, normal, uniform
from sim.theory.channels import (
    AWARENESS,
    CARE,
    CAREER,
    COMMUNITY,
    DESIGN,
    EXPECTATION,
    EXPERIENCE,
    FORMAL,
    MINDSET,
    MUTUAL_WORK,
    PRESSURE,
    PROGRESS,
    RECOGNITION,
    REFLECTION,
    RELEVANCE,
    SAFETY,
    SHARING,
    STRETCH,
    TIME,
    TOPICS,
    UPTAKE,
)
from sim.theory.enthusiasm import enthusiasm_target, frustration, strain
from sim.theory.mindset import mindset_target
from sim.theory.practice import (
    adoption_hazard,
    asked,
    exposure,
    habit_step,
    lapse_hazard,
    readiness,
)
from sim.theory.safety import safety_target
from sim.theory.scales import expit, happens, relaxed
from sim.theory.skill import (
    experience_gain,
    formal_gain,
    gain_left,
    gain_step,
    motivation,
    skill_kept,
    stock_step,
    unconverted,
)


class Moving(Hearing):
    """A seat whose person changes."""

    def move(self) -> None:
        """Schedule step 6: hear, then move; every part reads the state of the step before."""
        if self.vacant:
            return
        got = self.hear()
        company = self.company(got)
        enthusiasm = self.feel(got)
        self.practise(got, company)
        if self.level != COMMUNITY:
            self.learn(got)
            safety, mindset = self.trust(got), self.believe(got, company)
            self.safety, self.mindset = safety, mindset
        self.enthusiasm = enthusiasm
        felt = got.felt
        self.care_felt, self.recognition_felt = felt[CARE], felt[RECOGNITION]
        self.occasions_felt, self.time_felt = felt[SHARING], felt[TIME]
        if self.leads:
            self.experience = got.reports

    def company(self, got: Impressions) -> float:
        """Share of contacts who practise, or their weighted number where the scenario counts heads."""
        if self.model.counts_heads:
            return got.practising
        p = self.model.p
        return exposure(got.practising, got.contacts, p.prior_contacts, self.model.population.practising)

    def safety_level(self, felt: list[float]) -> float:
        """Safety as a level in (0, 1), where pressure or stretch ask for it."""
        if felt[PRESSURE] > 0.0 or felt[STRETCH] != 0.0:
            return expit(self.usual_safety + self.safety)
        return 0.5

    def feel(self, got: Impressions) -> float:
        """Schedule step 6b: enthusiasm after this step."""
        p, felt = self.model.p, got.felt
        practised = got.practised
        level = self.safety_level(felt)
        support = (
            p.a_recognition * felt[RECOGNITION]
            + p.a_progress * (felt[PROGRESS] + sum(self.gain) / TOPICS)
            + p.a_care * felt[CARE]
            + p.a_stretch * felt[STRETCH] * (level - p.safety_critical)
            - p.a_overload * self.overload
        )
        burden = strain(
            felt[PRESSURE], level, p.a_pressure, p.a_pressure_squared,
            frustration(practised, felt[TIME], self.safety), p.a_frustration,
        )  # fmt: skip
        target = enthusiasm_target(
            self.susceptibility, got.heard, support, practised - self.usual_chance, p.a_practice, burden
        )
        pace = self.model.rhythm
        mood = relaxed(self.enthusiasm, target, pace.enthusiasm)
        return mood + pace.noise * normal(self.luck[0]) if pace.noise > 0.0 else mood

    def readiness(self, got: Impressions) -> float:
        """Log factor on adopting, and its inverse on lapsing."""
        p, felt = self.model.p, got.felt
        request = asked(
            felt[EXPECTATION], got.example, felt[AWARENESS], felt[CAREER], felt[RELEVANCE], self.habit,
            p.g_expectation, p.g_expectation_example, p.g_awareness, p.g_career, p.g_relevance, p.g_habit,
        )  # fmt: skip
        return readiness(
            self.enthusiasm, self.safety, felt[TIME], self.mindset, request,
            p.g_enthusiasm, p.g_safety, p.g_time, p.g_mindset, p.g_time_enthusiasm,
        )  # fmt: skip

    def practise(self, got: Impressions, company: float) -> None:
        """Schedule step 6d: adopt or lapse, by competing hazards."""
        model, p = self.model, self.model.p
        dt = model.rhythm.dt
        if p.habit_hardening > 0.0:
            self.habit = habit_step(self.habit, got.practised, p.habit_hardening, dt)
        if got.practised and self.committed:
            return
        reinforcement = model.contagion.response(company, self.threshold, p.steepness)
        ready = self.readiness(got)
        if got.practised:
            hazard = lapse_hazard(
                p.relaxation * (1.0 - self.usual_chance), ready, 1.0 - p.adopt_share, got.felt[PRESSURE],
                p.g_pressure, reinforcement, self.usual_response, p.protection,
            )  # fmt: skip
            if happens(self.luck[1], hazard * dt):
                self.practising, self.spell = False, 0.0
                model.note(self, LAPSE)
            return
        contagion = p.contagion * p.relaxation * self.usual_chance
        tried = p.g_try * max(got.felt[FORMAL], 0.0)
        hazard = adoption_hazard(self.spontaneous, contagion, reinforcement, ready, p.adopt_share, tried)
        if happens(self.luck[1], hazard * dt):
            self.practising, self.spell = True, 0.0
            source, lit = self.who_lit_me(self.spontaneous + tried, contagion * reinforcement)
            model.credit[lit][self.level] += 1
            model.note(self, ADOPT, source, lit)

    def who_lit_me(self, spontaneous: float, reinforced: float) -> tuple[int, int]:
        """Seat and layer to which an adoption is credited: nobody, a practising contact, or the crowd.

        By the parts of the hazard first, then by the weight of each practising contact.
        """
        model = self.model
        words = draw(model.clock, self.number, CREDIT, 0, *model.key)
        if reinforced <= 0.0 or uniform(words[0]) * (spontaneous + reinforced) < spontaneous:
            return -1, SPONTANEOUS
        lights = [
            (ripple * weight, other.number, layer)
            for layer, ripple in enumerate(model.layer_weights)
            for other, weight in zip(self.contacts[layer].seen, self.contacts[layer].often)
            if model.board.shown[other.number, PRACTISED]
        ]
        total = model.p.mixing * model.share_practising + sum(weight for weight, _, _ in lights)
        if total <= 0.0:
            return -1, SPONTANEOUS
        pick = uniform(words[1]) * total
        for weight, source, layer in lights:
            pick -= weight
            if pick < 0.0:
                return source, layer
        return -1, MIXED

    def learn(self, got: Impressions) -> None:
        """Schedule step 6e: recent gain and ordinary stock in every topic."""
        p, pace, felt = self.model.p, self.model.rhythm, got.felt
        practised = got.practised
        dt, obsolescence = pace.dt, pace.obsolescence
        joint = got.joint + felt[MUTUAL_WORK] * got.novelty
        if felt[PRESSURE] > 0.0:
            joint *= exp(-p.shadow * felt[PRESSURE])
        common = p.gain_practice * (practised - self.usual_chance) + p.gain_mutual * joint
        if felt[FORMAL] != 0.0:
            common += formal_gain(
                felt[FORMAL],
                felt[RELEVANCE],
                felt[DESIGN],
                felt[UPTAKE],
                felt[SAFETY],
                p.gain_formal,
                p.g_transfer,
            )
        if felt[EXPERIENCE] != 0.0 or felt[STRETCH] != 0.0:
            common += experience_gain(
                felt[EXPERIENCE], felt[STRETCH], self.safety, self.safety_level(felt), p.safety_critical,
                p.gain_experience, p.gain_stretch, p.g_experience_safety,
            )  # fmt: skip
        will = motivation(self.enthusiasm, self.mindset, felt[TIME], p.m_enthusiasm, p.m_mindset, p.m_time)
        use = p.use_practising if got.practised else p.use_other
        conversion = p.conversion * exp(p.retention_reflection * felt[REFLECTION])
        left = unconverted(obsolescence, conversion * use, dt)
        kept = skill_kept(use, obsolescence, pace.forgetting, conversion, dt)
        memory = self.department.memory
        peers, written = p.gain_peers, p.gain_memory
        stocks, gains = self.stock, self.gain
        self.stock = [
            stock_step(stock, gain, ordinary, obsolescence, left, stays)
            for stock, gain, ordinary, stays in zip(stocks, gains, self.ordinary, self.stock_kept)
        ]
        self.gain = [
            gain_step(
                gain_left(gain, stock, left, kept), stock, usual,
                will * (common + peers * pulled + written * known), kept, dt,
            )
            for stock, gain, usual, pulled, known in zip(self.stock, gains, self.usual_skill, got.pulls, memory)
        ]  # fmt: skip

    def trust(self, got: Impressions) -> float:
        """Schedule step 6c: psychological safety after this step."""
        p = self.model.p
        target = safety_target(
            got.felt[SAFETY], got.felt[PRESSURE], got.team_safety, p.power_distance, p.sharedness_safety
        )
        return relaxed(self.safety, target, self.model.rhythm.safety)

    def believe(self, got: Impressions, company: float) -> float:
        """Schedule step 6c: growth mindset after this step."""
        target = mindset_target(
            got.felt[MINDSET], company, self.usual_exposure, self.model.p.mindset_by_company
        )
        return relaxed(self.mindset, target, self.model.rhythm.mindset)
