"""Who comes, who goes, who moves up: kernels of turnover, hiring and promotion."""

from sim.engine.block import BLOCK, take
from sim.engine.compiled import in_place, kernel
from sim.engine.layout import (
    CARE_FELT,
    COMMITTED,
    DT,
    EXPERIENCE,
    HIRE,
    LEADS,
    LEAVE,
    N_STATE,
    N_TRAIT,
    OVERLOAD,
    PRACTISING,
    PROMOTION,
    SPELL,
    SW_CALM,
    TENURE,
    VACANT,
    Y_E,
)  # fmt: skip
from sim.engine.notes import note
from sim.engine.people import draw_conduct, felt_usually, newcomer, settle, settle_skill
from sim.engine.ties import drop_ties, renew_ties
from sim.theory.chance import PROMOTE, WEEK, draw, philox, uniform
from sim.theory.channels import COMMUNITY, EMPLOYEE, N_CONDUCT
from sim.theory.scales import happens
from sim.theory.turnover import leaving_hazard

_philox = in_place(philox)


@kernel
def leave(w, step, seat, kind, source):
    """A person leaves a seat: it is vacant, its informal ties end."""
    w.flags[seat] = (w.flags[seat] & LEADS) | VACANT
    drop_ties(w, seat)
    note(w, step, seat, kind, source, -1)


@kernel
def promotable(w, seat):
    """How many direct reports could take the seat now."""
    count = 0
    for k in range(w.reports_start[seat], w.reports_start[seat + 1]):
        if (w.flags[w.reports[k]] & (VACANT | COMMITTED)) == 0:
            count += 1
    return count


@kernel
def move_up(w, p, seat, chosen, step):
    """Promote a person to a leader's seat: usual levels, conduct and skills go along; the ties stay behind."""
    for k in range(N_TRAIT):
        w.trait[seat, k] = w.trait[chosen, k]
    for k in range(N_STATE):
        w.state[seat, k] = w.state[chosen, k]
    w.state[seat, EXPERIENCE] = 0.0
    w.state[seat, OVERLOAD] = 0.0
    w.flags[seat] = (w.flags[seat] & LEADS) | (w.flags[chosen] & PRACTISING)
    row, old = w.row[seat], w.row[chosen]
    if row >= 0:
        if old >= 0:
            for m in range(N_CONDUCT):
                w.usual_conduct[row, m] = w.usual_conduct[old, m]
                w.z[row, m] = w.z[old, m]
            felt_usually(w, row)
        else:
            draw_conduct(w, p, seat, row, step)
    settle_skill(w, p, seat)


@kernel
def hire(w, p, seat, step):
    """Fill a vacant seat: from the own reports or from outside."""
    four = draw(step, seat, PROMOTE, 0, w.key[0], w.key[1])
    count = promotable(w, seat)
    chosen = -1
    if count > 0 and uniform(four[0]) < p.promotion_share:
        pick = int(uniform(four[1]) * count)
        for k in range(w.reports_start[seat], w.reports_start[seat + 1]):
            report = w.reports[k]
            if (w.flags[report] & (VACANT | COMMITTED)) == 0:
                if pick == 0:
                    chosen = report
                    break
                pick -= 1
    if chosen >= 0:
        move_up(w, p, seat, chosen, step)
        leave(w, step, chosen, PROMOTION, seat)
    else:
        newcomer(w, p, seat, step)
        note(w, step, seat, HIRE, -1, -1)
    settle(w, p, seat)
    renew_ties(w, p, step, seat)


@kernel
def draw_luck(w, step):
    """The week's luck of every seat: four words, for everyday noise, adopting or lapsing, leaving, being hired."""
    words, k0, k1 = w.words, w.key[0], w.key[1]
    first, second, third, fourth = words[:, 0], words[:, 1], words[:, 2], words[:, 3]
    for seat in range(words.shape[0]):
        first[seat], second[seat], third[seat], fourth[seat] = _philox(step, seat, WEEK, 0, k0, k1)


@kernel
def grow_older(w):
    """A week more of tenure and of the present spell of practising."""
    state, flags, level, dt = w.state, w.flags, w.level, w.kept[DT]
    for i in range(level.shape[0]):
        there = (flags[i] & VACANT) == 0 and level[i] != COMMUNITY
        state[i, TENURE] += dt if there else 0.0
    for i in range(level.shape[0]):
        there = (flags[i] & (VACANT | PRACTISING)) == PRACTISING and level[i] != COMMUNITY
        state[i, SPELL] += dt if there else 0.0


@kernel
def weigh_leaving(w, s, p, first, last, at):
    """Hazard of leaving within the step, for a block of people; nobody leaves who is committed or not on the staff."""
    flags, level, dt, calm = w.flags, w.level, w.kept[DT], w.switches[SW_CALM] == 1
    take(w.state, TENURE, first, last, s.tenure)
    take(w.state, Y_E, first, last, s.enthusiasm)
    take(w.state, CARE_FELT, first, last, s.care)
    for b in range(last - first):
        bound = (flags[first + b] & (VACANT | COMMITTED)) == 0 and level[first + b] != COMMUNITY
        base = p.turnover_employees if level[first + b] == EMPLOYEE else p.turnover_leaders
        s.common[b] = base if bound and not calm else 0.0
    for b in range(last - first):
        s.kept[b] = w.leaving_factor[w.leaving_group[first + b], at] if at >= 0 else 1.0
    for b in range(BLOCK):
        hazard = leaving_hazard(
            s.common[b], s.tenure[b], p.turnover_first_year, s.enthusiasm[b], s.care[b],
            p.turnover_enthusiasm, p.turnover_care,
        )  # fmt: skip
        s.hazard[b] = s.kept[b] * hazard * dt


@kernel
def staff(w, s, p, step, at):
    """Schedule step 2: everybody grows older, people leave, vacancies are filled; the week's luck is drawn.

    `step` counts from the start of the burn-in (it keys the luck), `at` from the start of the scenario.
    """
    draw_luck(w, step)
    grow_older(w)
    dt = w.kept[DT]
    flags, words, level, opens = w.flags, w.words, w.level, w.opens
    people = level.shape[0]
    for first in range(0, people, BLOCK):
        last = min(first + BLOCK, people)
        weigh_leaving(w, s, p, first, last, at)
        for seat in range(first, last):
            if (flags[seat] & VACANT) != 0:
                found = (
                    step == opens[seat]
                    or p.vacancy <= 0.0
                    or happens(uniform(words[seat, 3]), dt / p.vacancy)
                )
                if step >= opens[seat] and found and level[seat] != COMMUNITY:
                    hire(w, p, seat, step)
            elif happens(uniform(words[seat, 2]), s.hazard[seat - first]):
                leave(w, step, seat, LEAVE, -1)
