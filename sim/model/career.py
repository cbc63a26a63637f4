"""Who comes, who goes, who moves up; and the informal ties that newcomers make and leavers end."""

from __future__ import annotations

from math import exp, log

from sim.engine.layout import HIRE, LEAVE, NEVER, PROMOTION
from sim.model.bonds import waits_until
from sim.model.moving import Moving
from sim.theory.chance import PERSON, PROMOTE, SEED, TIE, draw, normal, uniform
from sim.theory.channels import COMMUNITY, TOPICS
from sim.theory.scales import happens
from sim.theory.turnover import leaving_hazard, usual_tenure


class Career(Moving):
    """A seat that people take and leave."""

    def grow_older(self) -> None:
        """Schedule step 2, before anybody comes or goes: a step more of tenure and of the spell of practising."""
        if self.level == COMMUNITY or self.vacant:
            return
        self.tenure += self.model.rhythm.dt
        if self.practising:
            self.spell += self.model.rhythm.dt

    def live(self) -> None:
        """Schedule step 2: a vacancy may be filled; who is there may leave."""
        model = self.model
        if self.level == COMMUNITY:
            return
        if self.vacant:
            if self.found():
                self.fill()
            return
        if not (model.nobody_leaves or self.committed) and happens(
            self.luck[2], self.leaving_hazard() * model.rhythm.dt
        ):
            self.leave(LEAVE)

    def leaving_hazard(self) -> float:
        """Hazard of leaving, per year."""
        p = self.model.p
        return self.model.plan.surge(self.number, self.model.week) * leaving_hazard(
            self.turnover, self.tenure, p.turnover_first_year, self.enthusiasm, self.care_felt,
            p.turnover_enthusiasm, p.turnover_care,
        )  # fmt: skip

    def found(self) -> bool:
        """Whether somebody is found for the vacant seat in this step; a seat that opens is filled at once."""
        model = self.model
        if model.clock <= self.opens or model.p.vacancy <= 0.0:
            return model.clock >= self.opens
        return happens(self.luck[3], model.rhythm.dt / model.p.vacancy)

    def leave(self, kind: int, source: int = -1) -> None:
        """The person leaves the seat: it is vacant, and informal ties end."""
        self.vacant, self.practising, self.committed = True, False, False
        self.drop_ties()
        self.model.note(self, kind, source)

    def fill(self) -> None:
        """Fill the vacant seat: from the own reports or from outside."""
        p = self.model.p
        words = draw(self.model.clock, self.number, PROMOTE, 0, *self.model.key)
        able = [report for report in self.reports if not (report.vacant or report.committed)]
        if able and uniform(words[0]) < p.promotion_share:
            chosen = able[int(uniform(words[1]) * len(able))]
            self.take_over(chosen)
            chosen.leave(PROMOTION, self.number)
        else:
            self.welcome(self.model.clock)
            self.model.note(self, HIRE)
        self.settle()
        self.renew_ties()

    def take_over(self, other: Career) -> None:
        """A report moves up to this seat, which leads: traits, state and conduct come along; the ties stay behind."""
        for name in _CARRIED:
            setattr(self, name, getattr(other, name))
        for name in _CARRIED_LISTS:
            setattr(self, name, list(getattr(other, name)))
        self.experience = self.overload = 0.0
        self.vacant = self.committed = False
        if other.leads:
            self.usual_conduct, self.z = other.usual_conduct.copy(), other.z.copy()
            self.feel_usual()
        else:
            self.draw_conduct(self.model.clock)
        self.settle_skill()

    def welcome(self, step: int) -> None:
        """Somebody from outside takes the seat, as likely to practise as that person usually would."""
        self.draw_traits(step)
        self.settle_chance(self.model.population.base)
        self.enthusiasm = self.safety = self.mindset = 0.0
        self.tenure = self.spell = self.habit = self.experience = self.overload = 0.0
        self.care_felt = self.recognition_felt = self.occasions_felt = self.time_felt = 0.0
        self.stock = [self.model.p.skill_newcomer * level for level in self.usual_skill]
        self.gain = [0.0] * TOPICS
        word = draw(step, self.number, PERSON, 3, *self.model.key)[0]
        self.vacant = self.committed = False
        self.practising = uniform(word) < self.usual_chance
        if self.leads:
            self.draw_conduct(step)

    def be_here(self, survey: dict[str, float]) -> None:
        """Sit here since before the run began: practice, tenure, mood and skill at business as usual.

        Args:
            survey: what is known of this person, by name; `tenure` in years.
        """
        p, key = self.model.p, self.model.key
        words = draw(0, self.number, PERSON, 3, *key)
        noise = draw(0, self.number, PERSON, 4, *key)[0]
        self.practising = uniform(words[0]) < self.usual_chance
        if "practising" in survey:
            self.practising = survey["practising"] >= 0.5
        if self.practising:
            lapse = p.relaxation * (1.0 - self.usual_chance)
            self.spell = -log(uniform(words[1])) / lapse if lapse > 0.0 else 1.0
        self.tenure = usual_tenure(uniform(words[2]), self.turnover, p.turnover_first_year)
        self.tenure = survey.get("tenure", self.tenure)
        self.enthusiasm = p.enthusiasm_noise * normal(noise)
        self.stock = list(self.usual_skill) if "skill" in survey else self.stock_by_now()

    def stock_by_now(self) -> list[float]:
        """Ordinary skill that a newcomer's stock has come to in the years since; the usual where nobody learns from work."""
        loss = self.model.rhythm.obsolescence
        stock = []
        for usual, b in zip(self.usual_skill, self.ordinary):
            fresh = self.model.p.skill_newcomer * usual
            rest = b / (b + loss) if b > 0.0 else usual
            stock.append(rest + (fresh - rest) * exp(-(b + loss) * self.tenure) if b > 0.0 else usual)
        return stock

    def be_seeded(self, used: float, committed: bool, habit: float) -> None:
        """The scenario begins: whoever is seeded practises, whoever is committed stays and does not lapse."""
        if committed and self.vacant:
            self.welcome(self.model.clock)
            self.model.note(self, HIRE)
            self.settle()
            self.renew_ties()
        if self.vacant:
            return
        if used > 0.0:
            word = draw(self.model.clock, self.number, SEED, 0, *self.model.key)[0]
            self.practising = self.practising or uniform(word) < used
        if committed:
            self.practising = self.committed = True
        if habit > 0.0:
            self.habit = habit

    def drop_ties(self) -> None:
        """Informal ties end, and stay ended until somebody renews them."""
        for bond in self.bonds:
            if bond.informal:
                if bond.exists:
                    bond.end()
                self.model.plan_change(bond, NEVER)

    def renew_ties(self) -> None:
        """A newcomer makes informal ties over months: half of the pool soon, the other half at the usual rate."""
        model, p = self.model, self.model.p
        step, dt = model.clock, model.rhythm.dt
        for bond in self.bonds:
            if not bond.informal or bond.other(self.myself()).vacant:
                continue  # a vacant end's own hire will see to it
            low, high = bond.low.number, bond.high.number
            when = uniform(draw(step, low, TIE, high, *model.key)[bond.layer])
            which = uniform(draw(step, high, TIE, low, *model.key)[bond.layer])
            soon = which < model.population.ties_existing
            rate = 1.0 / p.tie_rebuild if soon else p.tie_turnover * model.population.ties_forming
            model.plan_change(bond, waits_until(step, when, rate * dt))


# What a person who is promoted takes along.
_CARRIED = (
    "practising", "enthusiasm", "safety", "mindset", "tenure", "spell", "habit", "care_felt", "recognition_felt",
    "occasions_felt", "time_felt", "susceptibility", "expressiveness", "openness", "threshold", "usual_enthusiasm",
    "usual_safety", "usual_mindset", "usual_chance",
)  # fmt: skip
_CARRIED_LISTS = ("stock", "gain", "usual_skill", "ordinary", "stock_kept")
