"""Everyone moves: kernels that advance enthusiasm, safety, mindset, practice, skill and shared memory by one step.

People are taken a block at a time (`sim.engine.block`): every equation is a flat loop over the block, which the
compiler turns into vector instructions; only what happens rarely (adopting, lapsing) asks one person at a time.
"""

import numpy as np

from sim.engine.block import BLOCK, give, take
from sim.engine.compiled import in_place, kernel
from sim.engine.crediting import credit_adoption
from sim.engine.elementary import exp
from sim.engine.hearing import hear
from sim.engine.layout import (
    ALPHA,
    B0,
    C_BAR,
    CARE_FELT,
    COMMITTED,
    DT,
    EXPERIENCE,
    FORGETTING,
    HABIT,
    K_E,
    K_G,
    K_PSI,
    KEPT_R0,
    L_PSI,
    LAPSE,
    LEADS,
    NOISE,
    OBSOLESCENCE,
    OCCASIONS_FELT,
    OVERLOAD,
    P_BAU,
    POP_SHARE,
    PRACTISING,
    Q0,
    R0,
    RECOGNITION_FELT,
    REF_E0,
    REF_PSI,
    S_USUAL0,
    SIGMA,
    SPELL,
    SW_COUNT,
    SW_RESPONSE,
    THETA,
    TIME_FELT,
    VACANT,
    X_BAR,
    Y_E,
    Y_G,
    Y_PSI,
)  # fmt: skip
from sim.engine.notes import note
from sim.theory.chance import normal, uniform
from sim.theory.channels import (
    AWARENESS,
    CARE,
    CAREER,
    COMMUNITY,
    DESIGN,
    EXPECTATION,
    FORMAL,
    MINDSET,
    MUTUAL_WORK,
    N_LAYERS,
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
)  # fmt: skip
from sim.theory.channels import EXPERIENCE as CH_EXPERIENCE
from sim.theory.enthusiasm import enthusiasm_target, frustration, strain
from sim.theory.memory import memory_step
from sim.theory.mindset import mindset_target
from sim.theory.practice import (
    adoption_hazard,
    asked,
    exposure,
    habit_step,
    lapse_hazard,
    readiness,
    response,
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
)  # fmt: skip

_normal = in_place(normal)


@kernel
def look_up(w, s, first, last):
    """Fetch a block of people: who is there, state, traits, what they are used to, the week's luck."""
    flags, level, department, memory, words = w.flags_before, w.level, w.department, w.memory, w.words
    state, trait, reference = w.state, w.trait, w.reference
    begin = np.uintp(first)
    count = np.uintp(last - first)
    for b in range(count):
        i = begin + b
        there = (flags[i] & VACANT) == 0
        s.present[b] = 1.0 if there else 0.0
        s.staff[b] = 1.0 if there and level[i] != COMMUNITY else 0.0
        s.leads[b] = 1.0 if (flags[i] & (VACANT | LEADS)) == LEADS else 0.0
        s.practises[b] = 1.0 if (flags[i] & PRACTISING) != 0 else 0.0
    for b in range(count):
        s.noise[b] = _normal(words[begin + b, 0])
    for b in range(count):
        s.u[b] = uniform(words[begin + b, 1])
    take(state, Y_E, first, last, s.enthusiasm)
    take(state, Y_PSI, first, last, s.safety)
    take(state, Y_G, first, last, s.mindset)
    take(state, HABIT, first, last, s.habit)
    take(state, OVERLOAD, first, last, s.overload)
    take(trait, P_BAU, first, last, s.usual_chance)
    take(trait, SIGMA, first, last, s.susceptibility)
    take(trait, THETA, first, last, s.threshold)
    take(trait, L_PSI, first, last, s.usual_safety)
    take(trait, ALPHA, first, last, s.spontaneous)
    take(trait, C_BAR, first, last, s.usual_response)
    take(trait, X_BAR, first, last, s.usual_exposure)
    take(reference, REF_PSI, first, last, s.used_to_safety)
    for layer in range(N_LAYERS):
        take(reference, REF_E0 + layer, first, last, s.used_to[layer])
    for k in range(TOPICS):
        take(state, R0 + k, first, last, s.stock[k])
        take(state, Q0 + k, first, last, s.recent[k])
        take(trait, B0 + k, first, last, s.ordinary[k])
        take(trait, KEPT_R0 + k, first, last, s.stock_kept[k])
        take(trait, S_USUAL0 + k, first, last, s.usual_skill[k])
    for b in range(count):
        unit = np.uintp(department[begin + b])
        for k in range(TOPICS):
            s.memory[b, k] = memory[unit, k]


@kernel
def keep_company(s, p, usual_share, form, counts_heads):
    """What company people keep, and how strongly it reinforces practice."""
    for b in range(BLOCK):
        share = exposure(s.practising[b], s.contacts[b], p.prior_contacts, usual_share)
        s.company[b] = s.practising[b] if counts_heads else share
    for b in range(BLOCK):
        s.reinforcement[b] = response(s.company[b], s.threshold[b], p.steepness, form)


@kernel
def feel(s, p, kept, noise):
    """Schedule step 6b: enthusiasm after this step."""
    for b in range(BLOCK):
        level = expit(s.usual_safety[b] + s.safety[b])
        s.safety_level[b] = level if s.felt[PRESSURE, b] > 0.0 or s.felt[STRETCH, b] != 0.0 else 0.5
    for b in range(BLOCK):
        recent = s.recent[0, b] + s.recent[1, b] + s.recent[2, b] + s.recent[3, b]
        support = (
            p.a_recognition * s.felt[RECOGNITION, b]
            + p.a_progress * (s.felt[PROGRESS, b] + recent / TOPICS)
            + p.a_care * s.felt[CARE, b]
            + p.a_stretch * s.felt[STRETCH, b] * (s.safety_level[b] - p.safety_critical)
            - p.a_overload * s.overload[b]
        )
        burden = strain(
            s.felt[PRESSURE, b], s.safety_level[b], p.a_pressure, p.a_pressure_squared,
            frustration(s.practises[b], s.felt[TIME, b], s.safety[b]), p.a_frustration,
        )  # fmt: skip
        target = enthusiasm_target(
            s.susceptibility[b], s.heard[b], support, s.practises[b] - s.usual_chance[b], p.a_practice, burden
        )
        s.new_enthusiasm[b] = relaxed(s.enthusiasm[b], target, kept) + noise * s.noise[b]


@kernel
def trust_and_believe(s, p, kept_safety, kept_mindset):
    """Schedule step 6c: safety and mindset after this step."""
    for b in range(BLOCK):
        target = safety_target(
            s.felt[SAFETY, b], s.felt[PRESSURE, b], s.team_safety[b], p.power_distance, p.sharedness_safety
        )
        s.new_safety[b] = relaxed(s.safety[b], target, kept_safety)
        target = mindset_target(s.felt[MINDSET, b], s.company[b], s.usual_exposure[b], p.mindset_by_company)
        s.new_mindset[b] = relaxed(s.mindset[b], target, kept_mindset)


@kernel
def weigh(s, p, dt):
    """Schedule step 6d, for everybody: hazards of adopting or lapsing in this step."""
    if p.habit_hardening > 0.0:
        for b in range(BLOCK):
            s.habit[b] = habit_step(s.habit[b], s.practises[b], p.habit_hardening, dt)
    for b in range(BLOCK):
        request = asked(
            s.felt[EXPECTATION, b], s.example[b], s.felt[AWARENESS, b], s.felt[CAREER, b], s.felt[RELEVANCE, b], s.habit[b],
            p.g_expectation, p.g_expectation_example, p.g_awareness, p.g_career, p.g_relevance, p.g_habit,
        )  # fmt: skip
        s.ready[b] = readiness(
            s.enthusiasm[b], s.safety[b], s.felt[TIME, b], s.mindset[b], request,
            p.g_enthusiasm, p.g_safety, p.g_time, p.g_mindset, p.g_time_enthusiasm,
        )  # fmt: skip
    for b in range(BLOCK):
        lapse = lapse_hazard(
            p.relaxation * (1.0 - s.usual_chance[b]), s.ready[b], 1.0 - p.adopt_share, s.felt[PRESSURE, b], p.g_pressure,
            s.reinforcement[b], s.usual_response[b], p.protection,
        )  # fmt: skip
        s.tried[b] = p.g_try * s.felt[FORMAL, b] if s.felt[FORMAL, b] > 0.0 else 0.0
        adopt = adoption_hazard(
            s.spontaneous[b], p.contagion * p.relaxation * s.usual_chance[b], s.reinforcement[b], s.ready[b],
            p.adopt_share, s.tried[b],
        )  # fmt: skip
        s.hazard[b] = (lapse if s.practises[b] > 0.5 else adopt) * dt


@kernel
def practise(w, s, p, first, last, step, crowd):
    """Schedule step 6d, for the few to whom it happens: adopt or lapse."""
    flags = w.flags_before
    for b in range(last - first):
        if s.u[b] >= s.hazard[b]:  # the chance is below the hazard times the step
            continue
        i = first + b
        if (flags[i] & VACANT) != 0 or not happens(s.u[b], s.hazard[b]):
            continue
        if (flags[i] & PRACTISING) == 0:
            w.flags[i] |= PRACTISING
            w.state[i, SPELL] = 0.0
            contagion = p.contagion * p.relaxation * w.trait[i, P_BAU]
            spontaneous = w.trait[i, ALPHA] + s.tried[b]
            credit_adoption(w, p, i, step, spontaneous, contagion * s.reinforcement[b], crowd)
        elif (flags[i] & COMMITTED) == 0:
            w.flags[i] &= 255 - PRACTISING
            w.state[i, SPELL] = 0.0
            note(w, step, i, LAPSE, -1, -1)


@kernel
def learn(s, p, obsolescence, forgetting, dt):
    """Schedule step 6e: recent gain and ordinary stock in every topic."""
    for b in range(BLOCK):
        pressure = s.felt[PRESSURE, b] if s.felt[PRESSURE, b] > 0.0 else 0.0
        joint = (s.joint[b] + s.felt[MUTUAL_WORK, b] * s.novelty[b]) * exp(-p.shadow * pressure)
        s.common[b] = (
            p.gain_practice * (s.practises[b] - s.usual_chance[b])
            + formal_gain(
                s.felt[FORMAL, b], s.felt[RELEVANCE, b], s.felt[DESIGN, b], s.felt[UPTAKE, b], s.felt[SAFETY, b],
                p.gain_formal, p.g_transfer,
            )
            + experience_gain(
                s.felt[CH_EXPERIENCE, b], s.felt[STRETCH, b], s.safety[b], s.safety_level[b], p.safety_critical,
                p.gain_experience, p.gain_stretch, p.g_experience_safety,
            )
            + p.gain_mutual * joint
        )  # fmt: skip
    for b in range(BLOCK):
        use = p.use_practising if s.practises[b] > 0.5 else p.use_other
        conversion = p.conversion * exp(p.retention_reflection * s.felt[REFLECTION, b])
        s.will[b] = motivation(
            s.enthusiasm[b], s.mindset[b], s.felt[TIME, b], p.m_enthusiasm, p.m_mindset, p.m_time
        )
        s.left[b] = unconverted(obsolescence, conversion * use, dt)
        s.kept[b] = skill_kept(use, obsolescence, forgetting, conversion, dt)
    for b in range(BLOCK):
        for k in range(TOPICS):
            gain = s.will[b] * (s.common[b] + p.gain_peers * s.pull[b, k] + p.gain_memory * s.memory[b, k])
            recent, left = s.recent[k, b], s.left[b]
            stock = stock_step(
                s.stock[k, b], recent, s.ordinary[k, b], obsolescence, left, s.stock_kept[k, b]
            )
            rest = gain_left(recent, stock, left, s.kept[b])
            s.stock[k, b] = stock
            s.recent[k, b] = gain_step(rest, stock, s.usual_skill[k, b], gain, s.kept[b], dt)


@kernel
def put_back(state, s, first, last):
    """Write a block of people back; who is not there stays as left."""
    give(s.new_enthusiasm, state, Y_E, first, last, s.present)
    give(s.new_safety, state, Y_PSI, first, last, s.staff)
    give(s.new_mindset, state, Y_G, first, last, s.staff)
    give(s.habit, state, HABIT, first, last, s.present)
    give(s.felt[CARE], state, CARE_FELT, first, last, s.present)
    give(s.felt[RECOGNITION], state, RECOGNITION_FELT, first, last, s.present)
    give(s.felt[SHARING], state, OCCASIONS_FELT, first, last, s.present)
    give(s.felt[TIME], state, TIME_FELT, first, last, s.present)
    give(s.reports, state, EXPERIENCE, first, last, s.leads)
    for k in range(TOPICS):
        give(s.stock[k], state, R0 + k, first, last, s.staff)
        give(s.recent[k], state, Q0 + k, first, last, s.staff)


@kernel
def move(w, s, p, step, crowd, leaders, weights):
    """Schedule step 6: everybody hears and moves, a block of people at a time."""
    kept, dt = w.kept, w.kept[DT]
    people = w.manager.shape[0]
    for first in range(0, people, BLOCK):
        last = min(first + BLOCK, people)
        look_up(w, s, first, last)
        hear(w, s, p, first, last, crowd, leaders, weights)
        keep_company(s, p, w.population[POP_SHARE], w.switches[SW_RESPONSE], w.switches[SW_COUNT] == 1)
        feel(s, p, kept[K_E], kept[NOISE])
        trust_and_believe(s, p, kept[K_PSI], kept[K_G])
        weigh(s, p, dt)
        practise(w, s, p, first, last, step, crowd)
        learn(s, p, kept[OBSOLESCENCE], kept[FORGETTING], dt)
        put_back(w.state, s, first, last)


@kernel
def remember(w, p):
    """Schedule step 7: what departments hold in common grows with what is shared and goes stale."""
    for d in range(w.memory.shape[0]):
        heads = w.flow[d, TOPICS + 1]
        if heads == 0.0:
            continue
        rate = p.codification + p.codification_platform * w.flow[d, TOPICS] / heads
        if rate < 0.0:
            rate = 0.0
        for k in range(TOPICS):
            w.memory[d, k] = memory_step(
                w.memory[d, k],
                rate * w.flow[d, k] / heads,
                p.codification * w.memory_usual[d, k],
                w.kept[OBSOLESCENCE] + p.staleness,
                w.kept[DT],
            )
