"""Who somebody is: kernels that draw a person for a seat, and settle what is usual there."""

from sim.engine.compiled import kernel
from sim.engine.elementary import exp, sqrt
from sim.engine.layout import (
    ALPHA,
    B0,
    C_BAR,
    DT,
    EXPRESSIVENESS,
    KEPT_R0,
    L_E,
    L_G,
    L_PSI,
    LEADS,
    N_STATE,
    OBSOLESCENCE,
    OPENNESS,
    P_BAU,
    POP_B0,
    POP_E,
    POP_EXECUTIVES,
    POP_G,
    POP_PSI,
    POP_SHARE,
    PRACTISING,
    R0,
    REF_E0,
    REF_FELT0,
    REF_PSI,
    S_USUAL0,
    SIGMA,
    SW_CENTRED,
    SW_ORDINARY,
    SW_RESPONSE,
    THETA,
    VACANT,
    X_BAR,
    X_VAR,
)  # fmt: skip
from sim.engine.ties import layer_weight, tie_share
from sim.theory.chance import CONDUCT_AT_HIRE, PERSON, TEAM, draw, normal, uniform
from sim.theory.channels import (
    AUTHORITY,
    EMPLOYEE,
    N_CONDUCT,
    N_FELT,
    N_LAYERS,
    PEERS,
    RIPPLES,
    TOPICS,
)  # fmt: skip
from sim.theory.practice import expected_response
from sim.theory.scales import expit, logit
from sim.theory.skill import ordinary_learning


@kernel
def settle(w, p, seat):
    """Set what a person is used to on a seat: references of hearing, usual exposure, spontaneous adoption.

    The usual company is the whole pool of contacts, weighted by how often each tie exists: with tie turnover the
    mean over time of what is heard then equals the reference exactly.
    """
    numerator = p.prior_contacts * w.population[POP_SHARE]
    denominator = p.prior_contacts
    variance = 0.0
    for layer in range(N_LAYERS):
        total = 0.0
        heard = 0.0
        safety = 0.0
        ripple = layer_weight(p, layer)
        for slot in range(w.start[seat, layer], w.start[seat, layer + 1]):
            share = tie_share(w, slot)
            if share == 0.0:
                continue
            j = w.source[slot]
            if w.opens[j] > 0 and (w.flags[j] & VACANT) != 0:
                continue  # a seat that a plan adds is nobody's usual company before it is filled
            weight = w.weight[slot] * share
            total += weight
            heard += weight * w.trait[j, L_E]
            safety += weight * w.trait[j, L_PSI]
            chance = w.trait[j, P_BAU]
            numerator += ripple * weight * chance
            denominator += ripple * weight
            variance += ripple * ripple * weight * w.weight[slot] * chance * (1.0 - chance * share)
        if layer == RIPPLES and p.broadcast > 0.0:
            total += p.broadcast
            heard += p.broadcast * w.population[POP_EXECUTIVES]
        w.reference[seat, REF_E0 + layer] = heard / total if total > 0.0 else 0.0
        if layer == PEERS:
            w.reference[seat, REF_PSI] = safety / total if total > 0.0 else 0.0
    if p.mixing > 0.0:
        numerator += p.mixing * w.population[POP_SHARE]
        denominator += p.mixing
    settle_felt(w, seat)
    t = w.trait
    if denominator > 0.0:
        t[seat, X_BAR] = numerator / denominator
        t[seat, X_VAR] = variance / (denominator * denominator)
    else:
        t[seat, X_BAR] = 0.0
        t[seat, X_VAR] = 0.0
    usual = p.relaxation * t[seat, P_BAU]
    if w.switches[SW_CENTRED] == 1:
        t[seat, C_BAR] = expected_response(
            t[seat, X_BAR], t[seat, X_VAR], t[seat, THETA], p.steepness, w.switches[SW_RESPONSE]
        )
    else:
        t[seat, C_BAR] = 0.0
    rest = 1.0 - p.contagion * t[seat, C_BAR]
    if rest < 0.02:  # a threshold so low that contagion alone would exceed the usual hazard
        rest = 0.02
    t[seat, ALPHA] = usual * rest * exp(p.alpha_offset)


@kernel
def settle_felt(w, seat):
    """Set what conduct a person is used to: the own leader's, which one imitates, and as felt on the reporting line."""
    total = 0.0
    for c in range(N_FELT):
        w.reference[seat, REF_FELT0 + c] = 0.0
    own, boss = w.row[seat], w.manager[seat]
    if own >= 0:
        led = boss >= 0 and w.row[boss] >= 0 and (w.flags[boss] & VACANT) == 0
        for m in range(N_CONDUCT):
            w.usual_boss[own, m] = w.usual_conduct[w.row[boss], m] if led else 0.0
    for slot in range(w.start[seat, AUTHORITY], w.start[seat, AUTHORITY + 1]):
        j = w.source[slot]
        row = w.row[j]
        if row < 0 or (w.flags[j] & VACANT) != 0:
            continue
        weight = w.weight[slot]
        total += weight
        for c in range(N_FELT):
            w.reference[seat, REF_FELT0 + c] += weight * w.felt_usual[row, c]
    if total > 0.0:
        for c in range(N_FELT):
            w.reference[seat, REF_FELT0 + c] /= total


@kernel
def felt_usually(w, row):
    """What a leader's usual conduct makes direct hearers feel, by channel."""
    for c in range(N_FELT):
        total = 0.0
        for m in range(N_CONDUCT):
            total += w.emits[m, c] * w.fit_usual[m, AUTHORITY] * w.usual_conduct[row, m]
        w.felt_usual[row, c] = total


@kernel
def draw_conduct(w, p, seat, row, step):
    """Usual conduct of a person who comes to lead, in log-odds beyond the average leader's; no programme yet."""
    k0, k1 = w.key[0], w.key[1]
    for block in range((N_CONDUCT + 3) // 4):
        four = draw(step, seat, CONDUCT_AT_HIRE, block, k0, k1)
        for k in range(4):
            m = 4 * block + k
            if m < N_CONDUCT:
                w.usual_conduct[row, m] = p.conduct_spread * normal(four[k])
                w.z[row, m] = 0.0
    felt_usually(w, row)


@kernel
def draw_traits(w, p, seat, step):
    """Draw a person for a seat: susceptibility, openness, usual levels, skills.  The seat's team has its say."""
    k0, k1 = w.key[0], w.key[1]
    t = w.trait
    a = draw(step, seat, PERSON, 0, k0, k1)
    b = draw(step, seat, PERSON, 1, k0, k1)
    d = draw(step, seat, PERSON, 2, k0, k1)
    team = draw(0, w.team[seat], TEAM, 0, k0, k1)
    between = sqrt(p.team_agreement)
    within = sqrt(1.0 - p.team_agreement)
    if p.susceptibility <= 0.0 or p.susceptibility >= 1.0:
        t[seat, SIGMA] = p.susceptibility
    else:
        t[seat, SIGMA] = expit(logit(p.susceptibility) + p.susceptibility_spread * normal(a[0]))
    t[seat, EXPRESSIVENESS] = exp(
        p.expressiveness_spread * normal(a[1]) - 0.5 * p.expressiveness_spread * p.expressiveness_spread
    )
    t[seat, OPENNESS] = 1.0 if uniform(a[2]) >= w.pushback[w.level[seat]] else -p.pushback_strength
    t[seat, THETA] = p.threshold * exp(p.threshold_spread * normal(a[3]))
    t[seat, L_E] = p.enthusiasm_mean + p.enthusiasm_spread * (
        between * normal(team[0]) + within * normal(b[0])
    )
    t[seat, L_PSI] = p.safety_mean + p.safety_spread * (between * normal(team[1]) + within * normal(b[1]))
    t[seat, L_G] = p.mindset_mean + p.mindset_spread * normal(b[2])
    place = draw(0, w.department[seat], TEAM, 1, k0, k1)
    for k in range(TOPICS):
        usual = p.skill_mean + p.skill_spread * 0.7071067811865476 * (normal(place[k]) + normal(d[k]))
        t[seat, S_USUAL0 + k] = min(max(usual, 0.05), 0.95)
    settle_skill(w, p, seat)


@kernel
def settle_skill(w, p, seat):
    """Ordinary learning that keeps a seat's mean skill where it is, given who leaves."""
    t = w.trait
    hire_rate = p.turnover_employees if w.level[seat] == EMPLOYEE else p.turnover_leaders
    for k in range(TOPICS):
        usual = t[seat, S_USUAL0 + k]
        b = ordinary_learning(usual, p.skill_newcomer * usual, w.kept[OBSOLESCENCE], hire_rate)
        if b < 0.0 or w.switches[SW_ORDINARY] == 0:
            b = 0.0
        t[seat, B0 + k] = b
        t[seat, KEPT_R0 + k] = exp(-(b + w.kept[OBSOLESCENCE]) * w.kept[DT])


@kernel
def leaning(w, p, seat):
    """How far a person leans towards practising, in log-odds: Σ g_between (z − z̄), g_between = g_within/f."""
    t = w.trait
    f = p.between_within
    pop = w.population
    return (
        p.g_enthusiasm / f * (t[seat, L_E] - pop[POP_E])
        + p.g_safety / f * (t[seat, L_PSI] - pop[POP_PSI])
        + p.g_mindset / f * (t[seat, L_G] - pop[POP_G])
    )


@kernel
def usual_practice(w, p, seat):
    """A person's usual chance of practising: logit p = b_0 + `leaning`."""
    w.trait[seat, P_BAU] = expit(w.population[POP_B0] + leaning(w, p, seat))


@kernel
def newcomer(w, p, seat, step):
    """Put a new person from outside on a seat; as likely to practise as the person usually would."""
    draw_traits(w, p, seat, step)
    usual_practice(w, p, seat)
    x = w.state
    for k in range(N_STATE):
        x[seat, k] = 0.0
    for k in range(TOPICS):
        x[seat, R0 + k] = p.skill_newcomer * w.trait[seat, S_USUAL0 + k]
    four = draw(step, seat, PERSON, 3, w.key[0], w.key[1])
    practises = uniform(four[0]) < w.trait[seat, P_BAU]
    w.flags[seat] = (w.flags[seat] & LEADS) | (PRACTISING if practises else 0)
    if w.row[seat] >= 0:
        draw_conduct(w, p, seat, w.row[seat], step)
