"""Everyone moves: kernels that advance enthusiasm, safety, mindset, practice, skill and shared memory by one step."""

from math import exp

from sim.engine.compiled import inlined, kernel
from sim.engine.hearing import credit_adoption, gather
from sim.engine.layout import (
    ALPHA,
    B0,
    C_BAR,
    CARE_FELT,
    COMMITTED,
    DT,
    EXPERIENCE,
    FORGETTING,
    GA_CONTACTS,
    GA_EXAMPLE,
    GA_HEARD,
    GA_JOINT,
    GA_NOVELTY,
    GA_PRACTISING,
    GA_PULL0,
    GA_REPORTS,
    GA_TEAM_SAFETY,
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
from sim.engine.people import layer_weight, note
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
    gain_step,
    motivation,
    skill_kept,
    stock_step,
)  # fmt: skip


@inlined
def learn(w, p, i, felt, got, b, practising, safety_level):
    """Schedule step 6e: recent gain and ordinary stock in every topic."""
    dt = w.kept[DT]
    pressure = felt[b, PRESSURE] if felt[b, PRESSURE] > 0.0 else 0.0
    joint = got[b, GA_JOINT] + felt[b, MUTUAL_WORK] * got[b, GA_NOVELTY]
    if pressure > 0.0:
        joint *= exp(-p.shadow * pressure)
    common = (
        p.gain_practice * (practising - w.trait[i, P_BAU])
        + formal_gain(
            felt[b, FORMAL], felt[b, RELEVANCE], felt[b, DESIGN], felt[b, UPTAKE], felt[b, SAFETY], p.gain_formal, p.g_transfer
        )
        + experience_gain(
            felt[b, CH_EXPERIENCE], felt[b, STRETCH], w.state[i, Y_PSI], safety_level, p.safety_critical, p.gain_experience,
            p.gain_stretch, p.g_experience_safety,
        )
        + p.gain_mutual * joint
    )  # fmt: skip
    will = motivation(w.state[i, Y_E], w.state[i, Y_G], felt[b, TIME], p.m_enthusiasm, p.m_mindset, p.m_time)
    use = p.use_practising if practising > 0.5 else p.use_other
    conversion = p.conversion
    if felt[b, REFLECTION] != 0.0:
        conversion *= exp(p.retention_reflection * felt[b, REFLECTION])
    kept = skill_kept(use, w.kept[OBSOLESCENCE], w.kept[FORGETTING], conversion, dt)
    unit = w.department[i]
    for k in range(TOPICS):
        gain = will * (common + p.gain_peers * got[b, GA_PULL0 + k] + p.gain_memory * w.memory[unit, k])
        stock, recent = w.state[i, R0 + k], w.state[i, Q0 + k]
        w.state[i, R0 + k] = stock_step(
            stock,
            recent,
            w.trait[i, B0 + k],
            w.kept[OBSOLESCENCE],
            conversion * use,
            w.trait[i, KEPT_R0 + k],
            dt,
        )
        w.state[i, Q0 + k] = gain_step(recent, stock, gain, kept, dt)


@inlined
def practise(w, p, i, step, felt, got, b, company, reinforcement, crowd):
    """Schedule step 6d: adopt or lapse, by competing hazards."""
    dt = w.kept[DT]
    flags = w.flags_before[i]
    practises = (flags & PRACTISING) != 0
    if p.habit_hardening > 0.0:
        w.state[i, HABIT] = habit_step(w.state[i, HABIT], 1.0 if practises else 0.0, p.habit_hardening, dt)
    request = asked(
        felt[b, EXPECTATION], got[b, GA_EXAMPLE], felt[b, AWARENESS], felt[b, CAREER], felt[b, RELEVANCE], w.state[i, HABIT],
        p.g_expectation, p.g_expectation_example, p.g_awareness, p.g_career, p.g_relevance, p.g_habit,
    )  # fmt: skip
    ready = readiness(
        w.state[i, Y_E], w.state[i, Y_PSI], felt[b, TIME], w.state[i, Y_G], request,
        p.g_enthusiasm, p.g_safety, p.g_time, p.g_mindset, p.g_time_enthusiasm,
    )  # fmt: skip
    u = uniform(w.words[i, 1])
    if practises:
        hazard = lapse_hazard(
            p.relaxation * (1.0 - w.trait[i, P_BAU]), ready, 1.0 - p.adopt_share, felt[b, PRESSURE], p.g_pressure,
            reinforcement, w.trait[i, C_BAR], p.protection,
        )  # fmt: skip
        if happens(u, hazard * dt) and (flags & COMMITTED) == 0:
            w.flags[i] &= 255 - PRACTISING
            w.state[i, SPELL] = 0.0
            note(w, step, i, LAPSE, -1, -1)
    else:
        contagion = p.contagion * p.relaxation * w.trait[i, P_BAU]
        tried = p.g_try * felt[b, FORMAL] if felt[b, FORMAL] > 0.0 else 0.0
        hazard = adoption_hazard(w.trait[i, ALPHA], contagion, reinforcement, ready, p.adopt_share, tried)
        if happens(u, hazard * dt):
            w.flags[i] |= PRACTISING
            w.state[i, SPELL] = 0.0
            credit_adoption(w, p, i, step, w.trait[i, ALPHA] + tried, contagion * reinforcement, crowd)


@inlined
def move_person(w, p, i, step, felt, got, b, crowd):
    """Schedule steps 6b–6e for one person, from what was gathered; everything reads the state of the step before."""
    if w.switches[SW_COUNT] == 1:
        company = got[b, GA_PRACTISING]
    else:
        company = exposure(
            got[b, GA_PRACTISING], got[b, GA_CONTACTS], p.prior_contacts, w.population[POP_SHARE]
        )
    reinforcement = response(company, w.trait[i, THETA], p.steepness, w.switches[SW_RESPONSE])
    practising = 1.0 if (w.flags_before[i] & PRACTISING) != 0 else 0.0
    safety_level = 0.5
    if felt[b, PRESSURE] > 0.0 or felt[b, STRETCH] != 0.0:
        safety_level = expit(w.trait[i, L_PSI] + w.state[i, Y_PSI])
    recent = 0.0
    for k in range(TOPICS):
        recent += w.state[i, Q0 + k]

    enthusiasm = enthusiasm_target(
        w.trait[i, SIGMA],
        got[b, GA_HEARD],
        p.a_recognition * felt[b, RECOGNITION]
        + p.a_progress * (felt[b, PROGRESS] + recent / TOPICS)
        + p.a_care * felt[b, CARE]
        + p.a_stretch * felt[b, STRETCH] * (safety_level - p.safety_critical)
        - p.a_overload * w.state[i, OVERLOAD],
        practising - w.trait[i, P_BAU],
        p.a_practice,
        strain(
            felt[b, PRESSURE], safety_level, p.a_pressure, p.a_pressure_squared,
            frustration(practising, felt[b, TIME], w.state[i, Y_PSI]), p.a_frustration,
        ),
    )  # fmt: skip
    new_enthusiasm = relaxed(w.state[i, Y_E], enthusiasm, w.kept[K_E])
    if w.kept[NOISE] > 0.0:
        new_enthusiasm += w.kept[NOISE] * normal(w.words[i, 0])

    practise(w, p, i, step, felt, got, b, company, reinforcement, crowd)
    if w.level[i] != COMMUNITY:
        learn(w, p, i, felt, got, b, practising, safety_level)
        safety = safety_target(
            felt[b, SAFETY], felt[b, PRESSURE], got[b, GA_TEAM_SAFETY], p.power_distance, p.sharedness_safety
        )
        w.state[i, Y_PSI] = relaxed(w.state[i, Y_PSI], safety, w.kept[K_PSI])
        mindset = mindset_target(felt[b, MINDSET], company, w.trait[i, X_BAR], p.mindset_by_company)
        w.state[i, Y_G] = relaxed(w.state[i, Y_G], mindset, w.kept[K_G])
    w.state[i, Y_E] = new_enthusiasm
    w.state[i, CARE_FELT] = felt[b, CARE]
    w.state[i, RECOGNITION_FELT] = felt[b, RECOGNITION]
    w.state[i, OCCASIONS_FELT] = felt[b, SHARING]
    w.state[i, TIME_FELT] = felt[b, TIME]
    if (w.flags_before[i] & LEADS) != 0:
        w.state[i, EXPERIENCE] = got[b, GA_REPORTS]


@kernel
def move(w, p, step, crowd, felt, got, weights):
    """Schedule step 6: everybody hears and moves, a block of people at a time."""
    for layer in range(N_LAYERS):
        weights[layer] = layer_weight(p, layer)
    people = w.manager.shape[0]
    block = felt.shape[0]
    for first in range(0, people, block):
        last = min(first + block, people)
        gather(w, p, first, last, crowd, weights, felt, got)
        for i in range(first, last):
            if (w.flags_before[i] & VACANT) == 0:
                move_person(w, p, i, step, felt, got, i - first, crowd)


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
