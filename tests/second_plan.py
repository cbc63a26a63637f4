"""Sections 7.7 and 7.11 of docs/odd.md, for `second_implementation`: the plan, its shocks, and the books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from second_seats import CHANNELS, MEASURE, SHOCK, normal, uniform

if TYPE_CHECKING:
    from second_implementation import SecondImplementation

    from sim.scenario.resolved import Disturbance, Programme

ADAPT = 0.5  # share of hours that measure-and-adapt moves at dose 1


class Plan:
    """Doses, pushes, hours and fields of one run, and its ledger."""

    def __init__(self, model: SecondImplementation) -> None:
        self.model = model
        self.programmes = model.resolved.programmes
        self.shocks = model.resolved.disturbances
        self.doses = [0.0] * len(self.programmes)
        self.starts = [g.start + self.review(number, g) for number, g in enumerate(self.programmes)]
        self.tired = 0.0  # half-lives that sponsors have gone through
        self.counted: list[tuple[int, int]] = []
        self.on: list[bool] = [False] * len(self.shocks)

    @property
    def time(self) -> float:
        """Years since the scenario began, at the start of this step."""
        return (self.model.now - self.model.burn) * self.model.dt

    def passed(self, start: float, stop: float) -> bool:
        """Whether this step begins between two dates: for doses, gates and leaving, which follow the clock."""
        return self.time > -1e-9 and start - 1e-9 <= self.time < stop - 1e-9

    # --- doses ----------------------------------------------------------------------------------------------

    def review(self, number: int, programme: Programme) -> float:
        """Years for which a delivered programme waits for review."""
        from scipy.stats import gamma

        mean, cv = self.model.resolved.start.delay_mean, self.model.resolved.start.delay_cv
        if not programme.delivered or mean <= 0 or cv <= 0:
            return mean if programme.delivered else 0.0
        u = uniform(self.model.draw(0, number, SHOCK, 2**30)[0])
        return float(gamma.ppf(u, 1 / cv**2, scale=mean * cv**2))

    def planned(self, number: int) -> float:
        """Dose by its dates alone."""
        programme, start = self.programmes[number], self.starts[number]
        if not self.passed(start, programme.stop):
            return 0.0
        rise = min(1.0, max(0.0, (self.time - start) / programme.ramp)) if programme.ramp > 0 else 1.0
        return programme.dose * rise

    def dose(self, number: int) -> float:
        """Before capacity: dates and ramp, tired sponsors, gates of shocks."""
        programme, dose = self.programmes[number], self.planned(number)
        if programme.sponsored:
            dose *= 0.5**self.tired
        for shock in self.shocks:
            if self.passed(shock.start, shock.stop):
                dose *= self.gate(shock, programme)
        return dose

    @staticmethod
    def gate(shock: Disturbance, programme: Programme) -> float:
        paid = programme.cash_per_head > 0 or programme.cash_fixed > 0
        named = {
            programme.lever: True,
            "sponsored": programme.sponsored,
            "delivered": programme.delivered,
            "paid": paid,
            "all": True,
        }
        factor = 1.0
        for key, value in shock.gate.items():
            if named.get(key, False):
                factor *= value
        return factor

    def delivered(self, doses: list[float]) -> list[float]:
        """Scaled to what the learning function can deliver."""
        p, model = self.model.p, self.model
        demand = sum(
            abs(dose) * g.facilitator_hours * self.heads(g)
            for dose, g in zip(doses, self.programmes, strict=True)
        )
        lever = sum(d for d, g in zip(doses, self.programmes, strict=True) if g.lever in ("L05", "L21"))
        capacity = p["facilitator_hours"] * len(model.staff()) / 100 * model.resolved.start.capacity_factor
        capacity *= 1 + p["capacity_lever"] * lever
        scale = min(1.0, capacity / demand) if demand > 0 else 1.0
        return [
            d * scale if g.facilitator_hours > 0 else d for d, g in zip(doses, self.programmes, strict=True)
        ]

    def heads(self, programme: Programme) -> int:
        return int(programme.cover.sum())

    # --- what it does ---------------------------------------------------------------------------------------

    def bring_ties(self) -> None:
        for s in self.model.seats:
            for arcs in s.arcs:
                for arc in arcs:
                    if arc.programme >= 0:
                        g = self.programmes[arc.programme]
                        start = self.starts[arc.programme]
                        arc.running = self.passed(start, g.stop)

    def surge(self, seat: int) -> float:
        factor = 1.0
        for shock in self.shocks:
            if self.passed(shock.start, shock.stop) and shock.cover[seat]:
                factor *= shock.turnover
        return factor

    def apply(self) -> None:
        doses = self.delivered([self.dose(number) for number in range(len(self.programmes))])
        sponsors = [self.planned(k) for k, g in enumerate(self.programmes) if g.lever == "L08"]
        stretch = 1 + self.model.p["sponsor_persistence"] * sum(max(0.0, dose) for dose in sponsors)
        self.tired += self.model.dt / (self.model.resolved.start.fade_halflife * stretch)
        on = [self.passed(shock.start, shock.stop) for shock in self.shocks]
        targeted = self.measure_and_adapt(doses)
        for number, shock in enumerate(self.shocks):
            if on[number] and not self.on[number]:
                self.strike(number, shock)
        if doses != self.doses or on != self.on or targeted:
            self.doses, self.on = doses, on
            self.spread_out()

    def measure_and_adapt(self, doses: list[float]) -> bool:
        """Count a month before the quarter's end, move hours when the next quarter begins."""
        model = self.model
        step, per_year = model.now - model.burn, model.resolved.steps_per_year
        month = round(per_year / 12)
        quarter = round(per_year / 4)
        n = len(model.targeting)
        if (step + month) % quarter == 0:
            self.counted = []
            for d in range(n):
                there = [s for s in model.present() if s.department == d]
                self.counted.append((len(there), sum(s.A for s in there)))
        fraction = self.fraction(doses)
        if step == 0 or step % quarter:
            return False
        if fraction == 0:  # nobody measures any more
            moved = any(t != 1 for t in model.targeting)
            model.targeting = [1.0] * n
            return moved
        seen = []
        for d, (heads, practising) in enumerate(self.counted):
            error = model.p["measure_error"] * normal(model.draw(model.now, d, MEASURE)[0])
            seen.append((practising / heads + error if heads else error, d))
        for rank, (_, d) in enumerate(sorted(seen)):
            model.targeting[d] = 1 + fraction if 3 * rank < n else (1 - fraction if 3 * rank >= 2 * n else 1)
        heads = sum(h for h, _ in self.counted)
        mean = sum(h * t for (h, _), t in zip(self.counted, model.targeting, strict=True)) / heads
        model.targeting = [t / mean for t in model.targeting]
        return True

    def fraction(self, doses: list[float]) -> float:
        """Share of hours that measure-and-adapt moves, negative where it goes to those who have most."""
        staff = [s.i for s in self.model.staff()]
        total = 0.0
        for dose, g in zip(doses, self.programmes, strict=True):
            if g.lever == "L17":
                covered = sum(bool(g.cover[i]) for i in staff) / len(staff)
                total += min(max(dose, 0.0), 1.5) * (-ADAPT if g.reverse else ADAPT) * covered
        return min(max(total, -0.9), 0.9)

    def spread_out(self) -> None:
        """Pushes, hours and fields anew."""
        model, p = self.model, self.model.p
        reached = [g.reached(model.resolved.organization) for g in self.programmes]
        for s in model.seats:
            s.brought = [0.0] * 20
            push, shock_push, hours = [0.0] * 20, [0.0] * 20, 0.0
            for dose, g, reach in zip(self.doses, self.programmes, reached, strict=True):
                if s.i in g.actors:
                    hours += abs(dose) * model.targeting[s.department] * g.leader_hours
                    for name, size in g.push.items():
                        push[model.ids.index(name)] += dose * model.targeting[s.department] * size
                if reach[s.i]:
                    for name, size in g.direct.items():
                        s.brought[CHANNELS.index(name)] += dose * model.targeting[s.department] * size
            for shock, on in zip(self.shocks, self.on, strict=True):
                if on and shock.cover[s.i]:
                    for name, size in shock.channels.items():
                        s.brought[CHANNELS.index(name)] += size
                    for name, size in shock.push.items():
                        shock_push[model.ids.index(name)] += size
            if s.leads:
                s.hours = hours
                s.push = [p["push"] * a + b for a, b in zip(push, shock_push, strict=True)]

    def strike(self, number: int, shock: Disturbance) -> None:
        """The sudden effects of a shock in its first step."""
        model = self.model
        for s in model.seats:
            if not shock.cover[s.i] or s.vacant:
                continue
            s.R = [level * (1 - shock.skill_loss) for level in s.R]
            s.Q = [level * (1 - shock.skill_loss) for level in s.Q]
            words = model.draw(model.now, s.i, SHOCK, number)
            if uniform(words[0]) < shock.tie_reset:
                model.end_ties(s)
                model.begin_ties(s)
            if s.leads and not s.committed and uniform(words[1]) < shock.vacate:
                model.event(s.i, "leave")
                model.vacate(s)

    # --- 7.11 the books -------------------------------------------------------------------------------------

    def book(self) -> None:
        model, p = self.model, self.model.p
        weeks = 52 * model.dt
        there = model.present()
        led = sum(
            min(model.hours_given(s), p["leader_hours"]) for s in model.seats if s.leads and not s.vacant
        )
        learners = facilitators = cash = 0.0
        for dose, g in zip(self.doses, self.programmes, strict=True):
            heads = self.heads(g)
            learners += abs(dose) * heads * g.learner_hours
            facilitators += abs(dose) * heads * g.facilitator_hours
            cash += abs(dose) * (heads * g.cash_per_head + g.cash_fixed)
        practising = sum(s.A for s in there)
        model.ledger.append(
            [
                weeks * led,
                weeks * learners,
                weeks * p["practice_hours"] * practising,
                weeks * facilitators,
                model.dt * cash,
                len(there),
            ]
        )
        model.share.append(practising / len(there) if there else 0.0)
