"""Who sits on a seat: traits drawn at hire, usual conduct of those who lead, and what a person is used to there."""

from __future__ import annotations

from math import exp

import numpy as np

from sim.model.seat import Seat
from sim.theory.chance import CONDUCT_AT_HIRE, PERSON, TEAM, draw, normal, uniform
from sim.theory.channels import AUTHORITY, EMPLOYEE, N_CHANNELS, N_CONDUCT, N_LAYERS, PEERS, RIPPLES, TOPICS
from sim.theory.scales import expit, logit
from sim.theory.skill import ordinary_learning


class Traits(Seat):
    """A seat that draws its people."""

    @property
    def turnover(self) -> float:
        """Ordinary hazard of leaving this seat, per year."""
        p = self.model.p
        return float(p.turnover_employees if self.level == EMPLOYEE else p.turnover_leaders)

    def draw_traits(self, step: int) -> None:
        """Who comes: susceptibility, openness, threshold, usual levels and skills.  The team has its say."""
        p, key, seat = self.model.p, self.model.key, self.number
        moved, levels, topics = (draw(step, seat, PERSON, block, *key) for block in range(3))
        team = draw(0, self.team, TEAM, 0, *key)
        place = draw(0, self.department.number, TEAM, 1, *key)
        if 0.0 < p.susceptibility < 1.0:
            self.susceptibility = expit(logit(p.susceptibility) + p.susceptibility_spread * normal(moved[0]))
        else:
            self.susceptibility = p.susceptibility
        spread = p.expressiveness_spread
        self.expressiveness = exp(spread * normal(moved[1]) - 0.5 * spread * spread)
        pushes_back = uniform(moved[2]) < self.model.pushback[self.level]
        self.openness = -p.pushback_strength if pushes_back else 1.0
        self.threshold = p.threshold * exp(p.threshold_spread * normal(moved[3]))
        shared, own = p.team_agreement**0.5, (1.0 - p.team_agreement) ** 0.5
        mood = shared * normal(team[0]) + own * normal(levels[0])
        trust = shared * normal(team[1]) + own * normal(levels[1])
        self.usual_enthusiasm = p.enthusiasm_mean + p.enthusiasm_spread * mood
        self.usual_safety = p.safety_mean + p.safety_spread * trust
        self.usual_mindset = p.mindset_mean + p.mindset_spread * normal(levels[2])
        half = 0.5**0.5  # half of the variance of skill lies between departments
        self.be_skilled(
            [
                p.skill_mean + p.skill_spread * half * (normal(place[k]) + normal(topics[k]))
                for k in range(TOPICS)
            ]
        )

    def be_skilled(self, usual: list[float]) -> None:
        """Set the usual skill by topic, kept within .05 to .95, and the ordinary learning that holds it."""
        self.usual_skill = [min(max(level, 0.05), 0.95) for level in usual]
        self.settle_skill()

    def settle_skill(self) -> None:
        """Ordinary learning that keeps the seat's mean skill where it is, given who leaves."""
        p, pace = self.model.p, self.model.rhythm
        self.ordinary = [
            max(ordinary_learning(level, p.skill_newcomer * level, pace.obsolescence, self.turnover), 0.0)
            if self.model.learns_from_work
            else 0.0
            for level in self.usual_skill
        ]
        self.stock_kept = [exp(-(b + pace.obsolescence) * pace.dt) for b in self.ordinary]

    def settle_chance(self, base: float) -> None:
        """Usual chance of practising: logit p = b_0 + Σ g_between (z − z̄), g_between = g_within / f."""
        p, usual = self.model.p, self.model.population
        self.usual_chance = expit(
            base
            + p.g_enthusiasm / p.between_within * (self.usual_enthusiasm - usual.enthusiasm)
            + p.g_safety / p.between_within * (self.usual_safety - usual.safety)
            + p.g_mindset / p.between_within * (self.usual_mindset - usual.mindset)
        )

    def draw_conduct(self, step: int) -> None:
        """Usual conduct of one who comes to lead, in log-odds beyond the average leader's; no programme yet."""
        p, key = self.model.p, self.model.key
        words = [
            word
            for block in range((N_CONDUCT + 3) // 4)
            for word in draw(step, self.number, CONDUCT_AT_HIRE, block, *key)
        ]
        self.usual_conduct = np.array([p.conduct_spread * normal(word) for word in words[:N_CONDUCT]])
        self.z = np.zeros(N_CONDUCT)
        self.feel_usual()

    def feel_usual(self) -> None:
        """What this leader's usual conduct makes direct hearers feel, by channel."""
        self.felt_usual = self.usual_conduct @ self.model.repertoire.usual

    def settle(self) -> None:
        """Set what a person is used to on this seat, and the spontaneous adoption that makes it stationary.

        The usual company is the whole pool of contacts, weighted by how often each tie exists: with tie turnover
        the mean over time of what is heard then equals what the person is used to.
        """
        model, p = self.model, self.model.p
        share = model.population.practising
        practising = p.prior_contacts * share
        company = p.prior_contacts
        variance = 0.0
        for layer in range(N_LAYERS):
            ripple = model.layer_weights[layer]
            total = sound = trust = 0.0
            for other, often, bond in self.pool[layer]:
                present = 1.0 if bond is None else model.population.ties_existing if bond.informal else 0.0
                if present == 0.0:  # a programme's tie is not part of business as usual
                    continue
                if other.opens > 0 and other.vacant:  # nor is a seat that a plan adds, before it is filled
                    continue
                weight = often * present
                total += weight
                sound += weight * other.usual_enthusiasm
                trust += weight * other.usual_safety
                chance = other.usual_chance
                practising += ripple * weight * chance
                company += ripple * weight
                variance += ripple**2 * weight * often * chance * (1.0 - chance * present)
            if layer == RIPPLES:
                total += p.broadcast
                sound += p.broadcast * model.population.executives
            self.used_to[layer] = sound / total if total > 0.0 else 0.0
            if layer == PEERS:
                self.used_to_safety = trust / total if total > 0.0 else 0.0
        practising += p.mixing * share
        company += p.mixing
        self.settle_felt()
        self.usual_exposure = practising / company if company > 0.0 else 0.0
        self.usual_variance = variance / company**2 if company > 0.0 else 0.0
        self.settle_adoption()

    def settle_adoption(self) -> None:
        """Split the usual hazard of adopting into what contacts bring (C̄) and what comes by itself (α)."""
        p = self.model.p
        self.usual_response = 0.0
        if self.model.centred:
            self.usual_response = self.model.contagion.expected(
                self.usual_exposure, self.usual_variance, self.threshold, p.steepness
            )
        # a threshold so low that contagion alone would exceed the usual hazard leaves a small rest
        rest = max(1.0 - p.contagion * self.usual_response, 0.02)
        self.spontaneous = p.relaxation * self.usual_chance * rest * exp(p.alpha_offset)

    def settle_felt(self) -> None:
        """Set which conduct a person is used to: the own leader's, which one imitates, and as felt on the reporting line."""
        self.used_to_felt = np.zeros(N_CHANNELS)
        boss = self.manager
        led = self.leads and boss is not None and boss.leads and not boss.vacant
        self.usual_boss = boss.usual_conduct.copy() if led and boss else np.zeros(N_CONDUCT)
        total = 0.0
        for other, weight, _ in self.pool[AUTHORITY]:
            if not other.leads or other.vacant:
                continue
            total += weight
            self.used_to_felt += weight * other.felt_usual
        if total > 0.0:
            self.used_to_felt /= total
