"""What leaders do: kernels of the plan, of conduct that spreads between leaders, and of what it makes others feel."""

import numpy as np

from sim.engine.block import BLOCK
from sim.engine.compiled import inlined, kernel
from sim.engine.layout import (
    CASH,
    COMMITTED,
    DT,
    EXPERIENCE,
    FACILITATOR_HOURS,
    FLOW_DO,
    FLOW_SAY,
    K_Z,
    LEADER_HOURS,
    LEARNER_HOURS,
    LEAVE,
    LIFETIME,
    OPENNESS,
    OVERLOAD,
    PRACTISING,
    Q0,
    R0,
    VACANT,
    X_DO,
)  # fmt: skip
from sim.engine.staffing import leave
from sim.engine.ties import drop_ties, renew_ties
from sim.theory.chance import MEASURE, SHOCK, draw, normal, uniform
from sim.theory.channels import AUTHORITY, COMMUNITY, N_CHANNELS, N_CONDUCT, N_FELT, N_LAYERS, TOPICS
from sim.theory.enthusiasm import radiated
from sim.theory.leadership import conduct_target, load_factor, overload
from sim.theory.scales import relaxed


@kernel
def lay_out_plan(w, p, at):
    """Schedule step 3: doses of this step become pushes on leaders, hours asked of them, and fields of programmes.

    Only done when a dose changes or hours were re-targeted; `at` counts from the start of the scenario.
    """
    w.push[:] = 0.0
    w.hours[:] = 0.0
    w.field[:] = 0.0
    w.struck[:] = 0.0
    for k in range(w.dose.shape[0]):
        dose = w.dose[k, at]
        if dose == 0.0:
            continue
        for a in range(w.actors_start[k], w.actors_start[k + 1]):
            row = w.row[w.actors[a]]
            here = w.targeting[w.department[w.actors[a]]]
            w.hours[row] += abs(dose) * here * w.programme_hours[k, 0]
            for b in range(w.push_start[k], w.push_start[k + 1]):
                w.push[row, w.push_behaviour[b]] += p.push * dose * here * w.push_size[b]
        for c in range(N_CHANNELS):
            effect = dose * w.direct[k, c]
            if effect != 0.0:
                for g in range(w.field.shape[0]):
                    w.field[g, c] += effect * w.class_direct[g, k]
    for s in range(w.shock_span.shape[0]):
        if w.shock_span[s, 0] <= at < w.shock_span[s, 1]:
            w.struck[:] += w.shock_field[s]
            for row in range(w.z.shape[0]):
                if w.shock_rows[s, row] == 1:
                    for m in range(N_CONDUCT):
                        w.push[row, m] += w.shock_push[s, m]


@kernel
def disturb(w, p, step, at):
    """Schedule step 3, sudden shocks: skills age, ties break, leaders go."""
    for s in range(w.shock_span.shape[0]):
        if w.shock_span[s, 0] != at:
            continue
        loss, reset, vacate = w.shock_effects[s, 1], w.shock_effects[s, 2], w.shock_effects[s, 3]
        for seat in range(w.manager.shape[0]):
            if w.shock_seats[s, seat] == 0 or (w.flags[seat] & VACANT) != 0 or w.level[seat] == COMMUNITY:
                continue
            if loss > 0.0:
                for k in range(TOPICS):
                    w.state[seat, R0 + k] *= 1.0 - loss
                    w.state[seat, Q0 + k] *= 1.0 - loss
            words = draw(step, seat, SHOCK, s, w.key[0], w.key[1])
            goes = vacate > 0.0 and uniform(words[1]) < vacate
            if goes and w.row[seat] >= 0 and (w.flags[seat] & COMMITTED) == 0:
                leave(w, step, seat, LEAVE, -1)
                continue
            if reset > 0.0 and uniform(words[0]) < reset:
                drop_ties(w, seat)
                renew_ties(w, p, step, seat)


@kernel
def retarget(w, p, step, at, quarter):
    """Measure and adapt: each quarter hours move to the third of units with the lowest observed share.

    Observed = the truth a month ago + error.  A negative fraction is the misuse: hours go to those who have most.
    """
    units = w.targeting.shape[0]
    phase = at % quarter
    if phase == quarter - max(1, quarter // 3):
        for d in range(units):
            w.observed[d, 0] = 0.0
            w.observed[d, 1] = 0.0
        for seat in range(w.manager.shape[0]):
            if w.level[seat] != COMMUNITY and (w.flags[seat] & VACANT) == 0:
                d = w.department[seat]
                w.observed[d, 0] += 1.0
                if (w.flags[seat] & PRACTISING) != 0:
                    w.observed[d, 1] += 1.0
    if phase != 0 or at == 0:
        return False
    fraction = w.adapt[at]
    if fraction == 0.0:
        changed = False
        for d in range(units):
            changed = changed or w.targeting[d] != 1.0
            w.targeting[d] = 1.0
        return changed
    for d in range(units):
        share = w.observed[d, 1] / w.observed[d, 0] if w.observed[d, 0] > 0.0 else 0.0
        words = draw(step, d, MEASURE, 0, w.key[0], w.key[1])
        w.observed[d, 2] = share + p.measure_error * normal(words[0])
    heads = 0.0
    total = 0.0
    for d in range(units):
        below = 0
        for e in range(units):
            if w.observed[e, 2] < w.observed[d, 2] or (w.observed[e, 2] == w.observed[d, 2] and e < d):
                below += 1
        if 3 * below < units:
            w.targeting[d] = 1.0 + fraction
        elif 3 * below >= 2 * units:
            w.targeting[d] = 1.0 - fraction
        else:
            w.targeting[d] = 1.0
        heads += w.observed[d, 0]
        total += w.observed[d, 0] * w.targeting[d]
    if total > 0.0:
        for d in range(units):  # hours are moved, not made
            w.targeting[d] *= heads / total
    return True


@kernel
def emit(w, s, p):
    """Schedule step 4: what each leader's conduct of this step radiates and makes others feel.

    `flow_size` lists what each behaviour does: what it makes felt by layer and channel, then its say- and do-part by
    layer.  Leaders are taken a block at a time.
    """
    entry, column, size = w.flow_start, w.flow_column, w.flow_size
    felt, felt_usual, spread, radiates, reached = w.felt, w.felt_usual, w.spread, w.radiated, w.flow_reached
    z = w.z
    for first in range(0, z.shape[0], BLOCK):
        last = min(first + BLOCK, z.shape[0])
        for b in range(np.uintp(last - first)):
            for m in range(N_CONDUCT):
                s.conduct[m, b] = z[np.uintp(first) + b, m]
        s.flow[:] = 0.0
        for m in range(N_CONDUCT):
            for k in range(entry[m], entry[m + 1]):
                add_flow(s.flow[column[k]], s.conduct[m], size[k])
        for layer in range(N_LAYERS):
            say, do = s.flow[FLOW_SAY + layer], s.flow[FLOW_DO + layer]
            for b in range(last - first):
                radiates[first + b, layer] = radiated(
                    0.0, say[b], do[b], p.say_weight, p.do_weight, p.hypocrisy
                )
        for b in range(np.uintp(last - first)):
            row = np.uintp(first) + b
            radiates[row, X_DO] = s.flow[FLOW_DO + AUTHORITY, b]
            for c in range(N_FELT):
                felt[row, c] = felt_usual[row, c] + s.flow[c, b]
        for k in range(reached.shape[0]):
            layer, c = np.uintp(reached[k] // N_FELT - 1), np.uintp(reached[k] % N_FELT)
            for b in range(np.uintp(last - first)):
                spread[layer, np.uintp(first) + b, c] = s.flow[np.uintp(reached[k]), b]


@inlined
def add_flow(flow, conduct, size):
    """Add what one behaviour does in one way, for a block of leaders."""
    for b in range(BLOCK):
        flow[b] += size * conduct[b]


@kernel
def given_hours(w, row):
    """Hours a week that programmes take from a leader: what they ask of the seat; who pushes back gives none."""
    return w.hours[row] if w.trait[w.seat_of_row[row], OPENNESS] > 0.0 else 0.0


@kernel
def lead(w, p, z_next):
    """Schedule step 5: leaders take up what is pushed, imitate their own leader, keep up what their reports reward."""
    flags, manager, row_of, seats, state, trait = w.flags, w.manager, w.row, w.seat_of_row, w.state, w.trait
    z, usual_conduct, usual_boss, push, eta = w.z, w.usual_conduct, w.usual_boss, w.push, w.eta
    felt, lifetime, kept = w.leader_felt, w.kept[LIFETIME], w.kept[K_Z]
    imitation, encouragement = p.imitation, p.encouragement
    for row in range(z.shape[0]):
        seat = seats[row]
        if (flags[seat] & VACANT) != 0:
            for m in range(N_CONDUCT):
                z_next[row, m] = 0.0
            continue
        boss = manager[seat]
        boss_row = row_of[boss] if boss >= 0 and (flags[boss] & VACANT) == 0 else -1
        open_to = trait[seat, OPENNESS]
        asked = given_hours(w, row)
        factor = load_factor(asked, p.leader_hours)
        experience = state[seat, EXPERIENCE]
        if boss_row >= 0:
            for m in range(N_CONDUCT):
                felt[m] = usual_conduct[boss_row, m] + z[boss_row, m] - usual_boss[row, m]
        else:
            for m in range(N_CONDUCT):
                felt[m] = 0.0
        for m in range(N_CONDUCT):
            target = conduct_target(
                factor * push[row, m],
                felt[m],
                eta[m] * experience,
                open_to,
                imitation,
                encouragement,
                lifetime,
            )
            z_next[row, m] = relaxed(z[row, m], target, kept)
        state[seat, OVERLOAD] = overload(asked, p.leader_hours)
    z[:] = z_next


@kernel
def book_plan(w, p, at):
    """Hours and cash of this step's programmes; hours a year / 52 per week, times the length of the step."""
    weeks = w.kept[DT] * 52.0
    for row in range(w.z.shape[0]):
        if (w.flags[w.seat_of_row[row]] & VACANT) == 0:
            w.ledger[at, LEADER_HOURS] += weeks * min(given_hours(w, row), p.leader_hours)
    for k in range(w.dose.shape[0]):
        dose = abs(w.dose[k, at])
        if dose == 0.0:
            continue
        w.ledger[at, LEARNER_HOURS] += weeks * dose * w.programme_heads[k] * w.programme_hours[k, 1]
        w.ledger[at, FACILITATOR_HOURS] += weeks * dose * w.programme_heads[k] * w.programme_hours[k, 2]
        w.ledger[at, CASH] += (
            w.kept[DT] * dose * (w.programme_heads[k] * w.programme_hours[k, 3] + w.programme_fixed[k])
        )
