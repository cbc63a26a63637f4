"""Who comes, who goes, who moves up: kernels of turnover, hiring and promotion."""

from math import exp, log

from sim.engine.compiled import kernel
from sim.engine.layout import (
    ALPHA,
    B0,
    C_BAR,
    CARE_FELT,
    COMMITTED,
    DT,
    EXPERIENCE,
    EXPRESSIVENESS,
    HIRE,
    KEPT_R0,
    L_E,
    L_G,
    L_PSI,
    LEADS,
    LEAVE,
    N_STATE,
    N_TRAIT,
    NEVER,
    OBSOLESCENCE,
    OPENNESS,
    OVERLOAD,
    P_BAU,
    POP_B0,
    POP_E,
    POP_EXECUTIVES,
    POP_G,
    POP_PSI,
    POP_SHARE,
    POP_TIE,
    POP_TIE_OFF,
    POP_TIE_ON,
    PRACTISING,
    PROMOTION,
    R0,
    REF_E0,
    REF_FELT0,
    REF_PSI,
    S_USUAL0,
    SIGMA,
    SPELL,
    SW_CALM,
    SW_CENTRED,
    SW_EVENTS,
    SW_RESPONSE,
    TENURE,
    THETA,
    VACANT,
    X_BAR,
    X_VAR,
    Y_E,
)  # fmt: skip
from sim.theory.chance import CONDUCT_AT_HIRE, PERSON, PROMOTE, TEAM, TIE, WEEK, draw, normal, uniform
from sim.theory.channels import (
    AUTHORITY,
    COMMUNITY,
    EMPLOYEE,
    N_CONDUCT,
    N_FELT,
    N_LAYERS,
    PEERS,
    RIPPLES,
    TOPICS,
)  # fmt: skip
from sim.theory.practice import expected_response
from sim.theory.scales import expit, happens, logit
from sim.theory.skill import ordinary_learning
from sim.theory.turnover import leaving_hazard


@kernel
def note(w, step, seat, kind, source, layer):
    """Write down one event, if events are kept."""
    if w.switches[SW_EVENTS] == 0:
        return
    k = w.event_count[0]
    if k < w.events.shape[0]:
        w.events[k, 0] = step
        w.events[k, 1] = seat
        w.events[k, 2] = kind
        w.events[k, 3] = source
        w.events[k, 4] = layer
    w.event_count[0] = k + 1


@kernel
def layer_weight(p, layer):
    """Weight of a relationship before it is normalised over those a person has."""
    if layer == AUTHORITY:
        return p.weight_authority
    if layer == PEERS:
        return p.weight_peers
    if layer == RIPPLES:
        return p.weight_ripples
    return p.weight_mutual


@kernel
def tie_share(w, slot):
    """Share of time for which a tie exists at business as usual: 1 for a fixed one, 0 for a programme's."""
    pair = w.pair[slot]
    if pair < 0:
        return 1.0
    if w.pair_programme[pair] >= 0:
        return 0.0
    return w.population[POP_TIE]


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
    """Set what conduct a person is used to from the leaders on the reporting line."""
    total = 0.0
    for c in range(N_FELT):
        w.reference[seat, REF_FELT0 + c] = 0.0
    own = w.row[seat]
    if own >= 0:
        for m in range(N_CONDUCT):
            w.usual_boss[own, m] = 0.0
    for slot in range(w.start[seat, AUTHORITY], w.start[seat, AUTHORITY + 1]):
        j = w.source[slot]
        row = w.row[j]
        if row < 0 or (w.flags[j] & VACANT) != 0:
            continue
        weight = w.weight[slot]
        total += weight
        for c in range(N_FELT):
            w.reference[seat, REF_FELT0 + c] += weight * w.felt_usual[row, c]
        if own >= 0 and j == w.manager[seat]:
            for m in range(N_CONDUCT):
                w.usual_boss[own, m] = w.usual_conduct[row, m]
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
    between = p.team_agreement**0.5
    within = (1.0 - p.team_agreement) ** 0.5
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
        if b < 0.0:
            b = 0.0
        t[seat, B0 + k] = b
        t[seat, KEPT_R0 + k] = exp(-(b + w.kept[OBSOLESCENCE]) * w.kept[DT])


@kernel
def usual_practice(w, p, seat):
    """A person's usual chance of practising: logit p = b_0 + Σ g_between (z − z̄), g_between = g_within/f."""
    t = w.trait
    f = p.between_within
    pop = w.population
    t[seat, P_BAU] = expit(
        pop[POP_B0]
        + p.g_enthusiasm / f * (t[seat, L_E] - pop[POP_E])
        + p.g_safety / f * (t[seat, L_PSI] - pop[POP_PSI])
        + p.g_mindset / f * (t[seat, L_G] - pop[POP_G])
    )


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


@kernel
def drop_ties(w, step, seat):
    """A leaver's informal ties end; they stay ended while the seat is vacant."""
    for k in range(w.seat_pairs_start[seat], w.seat_pairs_start[seat + 1]):
        pair = w.seat_pairs[k]
        if w.pair_programme[pair] >= 0:
            continue
        if w.pair_on[pair] == 1:
            switch(w, pair, False)
        w.pair_toggle[pair] = NEVER


@kernel
def renew_ties(w, p, step, seat):
    """A newcomer makes informal ties over months: half of the pool soon, the other half at the usual rate."""
    for k in range(w.seat_pairs_start[seat], w.seat_pairs_start[seat + 1]):
        pair = w.seat_pairs[k]
        if w.pair_programme[pair] >= 0:
            continue
        a, b = w.pair_a[pair], w.pair_b[pair]
        other = b if a == seat else a
        if (w.flags[other] & VACANT) != 0:
            continue  # the other end's own hire will see to it
        words = draw(step, a, TIE, b, w.key[0], w.key[1])
        spare = draw(step, b, TIE, a, w.key[0], w.key[1])
        layer = w.pair_layer[pair]
        soon = uniform(spare[layer]) < w.population[POP_TIE]
        rate = 1.0 / p.tie_rebuild if soon else p.tie_turnover * w.population[POP_TIE_ON]
        w.pair_toggle[pair] = after(step, uniform(words[layer]), rate * w.kept[DT])


@kernel
def after(step, u, hazard_dt):
    """The step of an event of constant hazard that has not happened by `step`: geometric, at least one later."""
    if hazard_dt <= 0.0:
        return NEVER
    wait = -log(u) / hazard_dt
    if wait > 1_000_000_000.0:
        return NEVER
    return step + 1 + int(wait)


@kernel
def switch_arc(w, hearer, layer, pair, on):
    """Move one arc of a pair across the border between existing and dormant ties of its segment."""
    first = w.start[hearer, layer]
    border = first + w.active[hearer, layer]
    if on:
        slot, last = border, w.start[hearer, layer + 1]
        while slot < last and w.pair[slot] != pair:
            slot += 1
        other = border
        w.active[hearer, layer] += 1
    else:
        slot, last = first, border
        while slot < last and w.pair[slot] != pair:
            slot += 1
        other = border - 1
        w.active[hearer, layer] -= 1
    w.source[slot], w.source[other] = w.source[other], w.source[slot]
    w.weight[slot], w.weight[other] = w.weight[other], w.weight[slot]
    w.pair[slot], w.pair[other] = w.pair[other], w.pair[slot]


@kernel
def switch(w, pair, on):
    """Make the tie(s) of a pair exist, or not."""
    layer = w.pair_layer[pair]
    arcs = w.pair_arcs[pair]
    if (arcs & 1) != 0:
        switch_arc(w, w.pair_a[pair], layer, pair, on)
    if (arcs & 2) != 0:
        switch_arc(w, w.pair_b[pair], layer, pair, on)
    w.pair_on[pair] = 1 if on else 0


@kernel
def change_ties(w, p, step):
    """Schedule step 1: informal ties end and form; programmes bring their ties and take them away."""
    toggle = w.pair_toggle
    for pair in range(toggle.shape[0]):
        if toggle[pair] != step:
            continue
        programme = w.pair_programme[pair]
        if programme >= 0:
            on = w.pair_on[pair] == 0
            switch(w, pair, on)
            w.pair_toggle[pair] = w.programme_stops[programme] if on else NEVER
            continue
        on = w.pair_on[pair] == 0
        switch(w, pair, on)
        rate = p.tie_turnover * (w.population[POP_TIE_OFF] if on else w.population[POP_TIE_ON])
        words = draw(step, w.pair_a[pair], TIE, w.pair_b[pair], w.key[0], w.key[1])
        w.pair_toggle[pair] = after(step, uniform(words[w.pair_layer[pair]]), rate * w.kept[DT])


@kernel
def leave(w, step, seat, kind, source):
    """A person leaves a seat: it is vacant, its informal ties end."""
    w.flags[seat] = (w.flags[seat] & LEADS) | VACANT
    drop_ties(w, step, seat)
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
def staff(w, p, step, at):
    """Schedule step 2: people leave, vacancies are filled, everybody grows older; the week's luck is drawn.

    `step` counts from the start of the burn-in (it keys the luck), `at` from the start of the scenario.
    """
    k0, k1 = w.key[0], w.key[1]
    dt = w.kept[DT]
    surge = w.leaving_factor[at] if at >= 0 else 1.0
    calm = w.switches[SW_CALM] == 1
    for seat in range(w.manager.shape[0]):
        four = draw(step, seat, WEEK, 0, k0, k1)
        w.words[seat, 0] = four[0]
        w.words[seat, 1] = four[1]
        level = w.level[seat]
        if level == COMMUNITY:
            continue
        if (w.flags[seat] & VACANT) != 0:
            if step >= w.opens[seat] and (
                step == w.opens[seat] or p.vacancy <= 0.0 or happens(uniform(four[3]), dt / p.vacancy)
            ):
                hire(w, p, seat, step)
            continue
        w.state[seat, TENURE] += dt
        if (w.flags[seat] & PRACTISING) != 0:
            w.state[seat, SPELL] += dt
        if calm or (w.flags[seat] & COMMITTED) != 0:
            continue
        base = p.turnover_employees if level == EMPLOYEE else p.turnover_leaders
        hazard = surge * leaving_hazard(
            base, w.state[seat, TENURE], p.turnover_first_year, w.state[seat, Y_E], w.state[seat, CARE_FELT],
            p.turnover_enthusiasm, p.turnover_care,
        )  # fmt: skip
        if happens(uniform(four[2]), hazard * dt):
            leave(w, step, seat, LEAVE, -1)
