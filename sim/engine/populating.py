"""Draw the people an organisation starts with: kernel of the initial state, at business as usual."""

from typing import Any

import numpy as np

from sim.engine.compiled import kernel
from sim.engine.elementary import exp, log
from sim.engine.layout import (
    B0,
    COMMITTED,
    DT,
    HABIT,
    HIRE,
    L_E,
    L_G,
    L_PSI,
    LEADS,
    OBSOLESCENCE,
    P_BAU,
    POP_B0,
    POP_E,
    POP_EXECUTIVES,
    POP_G,
    POP_PSI,
    POP_SHARE,
    POP_TIE_OFF,
    POP_TIE_ON,
    PRACTISING,
    R0,
    S_USUAL0,
    SHARE_USUAL,
    SPELL,
    TENURE,
    VACANT,
    Y_E,
    Flags,
    Floats,
    Handle,
)  # fmt: skip
from sim.engine.notes import note
from sim.engine.people import (
    draw_conduct,
    draw_traits,
    felt_usually,
    leaning,
    newcomer,
    settle,
    settle_skill,
    usual_practice,
)
from sim.engine.ties import after, renew_ties
from sim.theory.chance import CONDUCT_AT_HIRE, PERSON, SEED, TIE, draw, normal, uniform
from sim.theory.channels import COMMUNITY, EMPLOYEE, EXECUTIVE, N_CONDUCT, TOPICS
from sim.theory.scales import expit, logit
from sim.theory.turnover import usual_tenure

S_ENTHUSIASM, S_SAFETY, S_MINDSET, S_SKILL, S_PRACTISING, S_TENURE = range(
    6
)  # columns of the survey, NaN unknown


@kernel
def usual_level(w, p):
    """Solve b_0 so that the mean usual chance of practising is the surveyed share; also the population means."""
    staff = 0.0
    executives = 0.0
    pop = w.population
    pop[POP_E] = pop[POP_PSI] = pop[POP_G] = pop[POP_EXECUTIVES] = 0.0
    for i in range(w.manager.shape[0]):
        if w.level[i] == COMMUNITY or w.opens[i] > 0:  # nobody sits there at business as usual
            continue
        staff += 1.0
        pop[POP_E] += w.trait[i, L_E]
        pop[POP_PSI] += w.trait[i, L_PSI]
        pop[POP_G] += w.trait[i, L_G]
        if w.level[i] == EXECUTIVE:
            executives += 1.0
            pop[POP_EXECUTIVES] += w.trait[i, L_E]
    if staff > 0.0:
        pop[POP_E] /= staff
        pop[POP_PSI] /= staff
        pop[POP_G] /= staff
    if executives > 0.0:
        pop[POP_EXECUTIVES] /= executives
    leanings = np.empty(int(staff))
    chances = np.empty(int(staff))
    count = np.uintp(0)
    for i in range(w.manager.shape[0]):
        if w.level[i] != COMMUNITY and w.opens[i] == 0:
            leanings[count] = leaning(w, p, i)
            count += np.uintp(1)
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        pop[POP_B0] = middle
        for k in range(count):
            chances[k] = expit(middle + leanings[k])
        if chances.sum() > pop[POP_SHARE] * staff:
            high = pop[POP_B0]
        else:
            low = pop[POP_B0]
    for i in range(w.manager.shape[0]):
        usual_practice(w, p, i)


@kernel
def start_skill(w, p, i, surveyed):
    """Ordinary stock at a person's tenure, or as surveyed; the usual one where nobody learns from work; no recent gain."""
    for k in range(TOPICS):
        usual = w.trait[i, S_USUAL0 + k]
        b, loss = w.trait[i, B0 + k], w.kept[OBSOLESCENCE]
        fresh = p.skill_newcomer * usual
        value = usual
        if surveyed != surveyed and b > 0.0:
            rest = b / (b + loss)
            value = rest + (fresh - rest) * exp(-(b + loss) * w.state[i, TENURE])
        w.state[i, R0 + k] = value


@kernel
def populate(w: Handle, p: Any, survey: Floats) -> None:
    """Everybody at business as usual: traits, usual levels, practice, skills, ties in their usual turnover."""
    k0, k1 = w.key[0], w.key[1]
    n = w.manager.shape[0]
    for i in range(n):
        draw_traits(w, p, i, 0)
        if survey[i, S_ENTHUSIASM] == survey[i, S_ENTHUSIASM]:
            w.trait[i, L_E] = logit(survey[i, S_ENTHUSIASM])
        if survey[i, S_SAFETY] == survey[i, S_SAFETY]:
            w.trait[i, L_PSI] = logit(survey[i, S_SAFETY])
        if survey[i, S_MINDSET] == survey[i, S_MINDSET]:
            w.trait[i, L_G] = logit(survey[i, S_MINDSET])
        if survey[i, S_SKILL] == survey[i, S_SKILL]:
            mean = 0.0
            for k in range(TOPICS):
                mean += w.trait[i, S_USUAL0 + k] / TOPICS
            for k in range(TOPICS):
                shifted = w.trait[i, S_USUAL0 + k] + survey[i, S_SKILL] - mean
                w.trait[i, S_USUAL0 + k] = min(max(shifted, 0.05), 0.95)
            settle_skill(w, p, i)
    usual_level(w, p)
    for row in range(w.z.shape[0]):
        draw_conduct(w, p, w.seat_of_row[row], row, 0)
    for i in range(n):
        a = draw(0, i, PERSON, 3, k0, k1)
        b = draw(0, i, PERSON, 4, k0, k1)
        w.flags[i] = LEADS if w.row[i] >= 0 else 0
        if w.opens[i] > 0:
            w.flags[i] |= VACANT
            continue
        practises = uniform(a[0]) < w.trait[i, P_BAU]
        if survey[i, S_PRACTISING] == survey[i, S_PRACTISING]:
            practises = survey[i, S_PRACTISING] >= 0.5
        if practises:
            w.flags[i] |= PRACTISING
            lapse = p.relaxation * (1.0 - w.trait[i, P_BAU])
            w.state[i, SPELL] = -log(uniform(a[1])) / lapse if lapse > 0.0 else 1.0
        hazard = p.turnover_employees if w.level[i] == EMPLOYEE else p.turnover_leaders
        w.state[i, TENURE] = usual_tenure(uniform(a[2]), hazard, p.turnover_first_year)
        if survey[i, S_TENURE] == survey[i, S_TENURE]:
            w.state[i, TENURE] = survey[i, S_TENURE]
        w.state[i, Y_E] = p.enthusiasm_noise * normal(b[0])
        start_skill(w, p, i, survey[i, S_SKILL])
    for i in range(n):
        settle(w, p, i)
    usual_memory(w)
    for pair in range(w.pair_toggle.shape[0]):
        programme = w.pair_programme[pair]
        if programme >= 0:
            w.pair_toggle[pair] = w.programme_starts[programme]
            continue
        rate = p.tie_turnover * (
            w.population[POP_TIE_OFF] if w.pair_on[pair] == 1 else w.population[POP_TIE_ON]
        )
        words = draw(0, w.pair_a[pair], TIE, w.pair_b[pair], k0, k1)
        w.pair_toggle[pair] = after(0, uniform(words[w.pair_layer[pair]]), rate * w.kept[DT])


@kernel
def usual_memory(w):
    """What departments usually write down: mean of usual practice, sharing and skill, by topic."""
    heads = w.flow[:, 0].copy()
    heads[:] = 0.0
    w.memory_usual[:] = 0.0
    for i in range(w.manager.shape[0]):
        if w.level[i] == COMMUNITY or w.opens[i] > 0:
            continue
        d = w.department[i]
        heads[d] += 1.0
        for k in range(TOPICS):
            w.memory_usual[d, k] += w.trait[i, P_BAU] * w.kept[SHARE_USUAL] * w.trait[i, S_USUAL0 + k]
    for d in range(heads.shape[0]):
        if heads[d] > 0.0:
            for k in range(TOPICS):
                w.memory_usual[d, k] /= heads[d]


@kernel
def begin(
    w: Handle,
    p: Any,
    step: int,
    used: Floats,
    committed: Flags,
    shift: Floats,
    shift_share: Floats,
    habit: float,
) -> None:
    """The scenario begins: who is seeded practises, and starting conditions apply.

    Args:
        used: chance that a seat practises at once, 0 for most, shape (n,).
        committed: 1 for seats that never lapse and never leave, shape (n,).
        shift, shift_share: log-odds added to the usual level of a behaviour for that share of leaders, shape
            (N_CONDUCT,); others are not used to it, so they feel it.
        habit: initial hardness of habit.
    """
    for i in range(w.manager.shape[0]):
        if committed[i] == 1 and (w.flags[i] & VACANT) != 0:
            newcomer(w, p, i, step)
            note(w, step, i, HIRE, -1, -1)
            settle(w, p, i)
            renew_ties(w, p, step, i)
        if (w.flags[i] & VACANT) != 0:
            continue
        if used[i] > 0.0:
            four = draw(step, i, SEED, 0, w.key[0], w.key[1])
            if uniform(four[0]) < used[i] or committed[i] == 1:
                w.flags[i] |= PRACTISING
        if committed[i] == 1:
            w.flags[i] |= COMMITTED | PRACTISING
        if habit > 0.0:
            w.state[i, HABIT] = habit
    for row in range(w.z.shape[0]):
        seat = w.seat_of_row[row]
        moved = False
        for m in range(N_CONDUCT):
            if shift[m] != 0.0:
                four = draw(step, seat, CONDUCT_AT_HIRE, 1000 + m, w.key[0], w.key[1])
                if uniform(four[0]) < shift_share[m]:
                    w.usual_conduct[row, m] += shift[m]
                    moved = True
        if moved:
            felt_usually(w, row)
