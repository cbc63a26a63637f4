"""Everyone hears: kernels that gather over the ties what others radiate, do and know.

`express` packs what can be heard of each person into one cache line; `gather` reads it over the ties.  Both read
only the step before, so the order of people does not matter.
"""

from sim.engine.compiled import kernel
from sim.engine.layout import (
    ADOPT,
    EXPRESSIVENESS,
    GA_CONTACTS,
    GA_EXAMPLE,
    GA_HEARD,
    GA_JOINT,
    GA_NOVELTY,
    GA_PRACTISING,
    GA_PULL0,
    GA_REPORTS,
    GA_TEAM_SAFETY,
    L_E,
    L_PSI,
    LEADS,
    MIXED,
    N_GATHERED,
    OCCASIONS_FELT,
    P_BAU,
    PRACTISING,
    Q0,
    R0,
    RECOGNITION_FELT,
    REF_E0,
    REF_FELT0,
    REF_PSI,
    SHARE_USUAL,
    SPONTANEOUS,
    V_PSI,
    V_S0,
    V_SHARED,
    V_USUAL,
    V_X,
    VACANT,
    X_DO,
    Y_E,
    Y_G,
    Y_PSI,
)  # fmt: skip
from sim.engine.people import layer_weight, note
from sim.theory.chance import CREDIT, draw, uniform
from sim.theory.channels import (
    AUTHORITY,
    COMMUNITY,
    EXECUTIVE,
    MUTUAL,
    N_CHANNELS,
    N_FELT,
    N_LAYERS,
    PEERS,
    PLATFORM,
    RIPPLES,
    TOPICS,
)  # fmt: skip
from sim.theory.enthusiasm import negativity
from sim.theory.skill import novelty, pull, sharing


@kernel
def express(w, p, crowd):
    """Schedule step 4: pack what can be heard of each person and what departments hold in common.

    `crowd` receives the executives' mean voice on ripples (their broadcast), their number, and the staff's share
    practising.
    """
    w.flow[:] = 0.0
    crowd[:] = 0.0
    staff = 0.0
    for i in range(w.manager.shape[0]):
        flags = w.flags[i]
        w.flags_before[i] = flags
        if (flags & VACANT) != 0:
            continue
        practises = (flags & PRACTISING) != 0
        w.voice[i, V_X] = w.trait[i, L_E] + w.trait[i, EXPRESSIVENESS] * w.state[i, Y_E]
        w.voice[i, V_PSI] = w.trait[i, L_PSI] + w.state[i, Y_PSI]
        w.voice[i, V_USUAL] = w.trait[i, P_BAU] * w.kept[SHARE_USUAL]
        for k in range(TOPICS):
            w.voice[i, V_S0 + k] = w.state[i, R0 + k] + w.state[i, Q0 + k]
        w.voice[i, V_SHARED] = 0.0
        if practises:
            w.voice[i, V_SHARED] = sharing(
                w.state[i, Y_PSI], w.state[i, Y_G], w.state[i, RECOGNITION_FELT], w.state[i, OCCASIONS_FELT],
                p.share_base, p.share_safety, p.share_mindset, p.share_recognition, p.share_occasions,
            )  # fmt: skip
        if w.level[i] == COMMUNITY:
            continue
        staff += 1.0
        unit = w.department[i]
        w.flow[unit, TOPICS] += w.field[w.coverage[i], PLATFORM] * w.targeting[w.department[i]]
        w.flow[unit, TOPICS + 1] += 1.0
        if practises:
            crowd[2] += 1.0
            for k in range(TOPICS):
                w.flow[unit, k] += w.voice[i, V_SHARED] * w.voice[i, V_S0 + k]
        if w.level[i] == EXECUTIVE:
            crowd[0] += w.voice[i, V_X]
            crowd[1] += 1.0
            if w.row[i] >= 0:
                crowd[0] += w.radiated[w.row[i], RIPPLES]
    if crowd[1] > 0.0:
        crowd[0] /= crowd[1]
    if staff > 0.0:
        crowd[2] /= staff


@kernel
def gather(w, p, first_seat, last_seat, crowd, weights, felt, got):
    """Schedule step 6a: what a block of people hears, sees and feels over all ties.

    On the reporting line conduct is felt as a level against what the hearer is used to, so an inspiring successor
    inspires; on the other layers departures of conduct are felt.

    Args:
        first_seat, last_seat: the block; crowd: from `express`; weights: of the layers, not normalised.
        felt: what each person feels by channel, programmes included, filled, shape (block, N_CHANNELS).
        got: what each person takes in, columns `layout.GA_*`, filled, shape (block, N_GATHERED).

    This is where a run spends most of its time: one function over a block, so that the arrays are looked up once.
    """
    flags_before, row_of, voices, trait, reference = w.flags_before, w.row, w.voice, w.trait, w.reference
    start, active, sources, tie_weight = w.start, w.active, w.source, w.weight
    radiated, felt_from, spread, spread_channels = w.radiated, w.felt, w.spread, w.spread_channels
    field, coverage, department, targeting = w.field, w.coverage, w.department, w.targeting
    for i in range(first_seat, last_seat):
        if (flags_before[i] & VACANT) != 0:
            continue
        b = i - first_seat
        here = targeting[department[i]]
        for c in range(N_CHANNELS):
            felt[b, c] = field[coverage[i], c] * here
        for c in range(N_GATHERED):
            got[b, c] = 0.0
        usual = trait[i, P_BAU]
        practises = (flags_before[i] & PRACTISING) != 0
        has = 0.0
        for layer in range(N_LAYERS):
            first = start[i, layer]
            stop = first + active[i, layer]
            broadcast = p.broadcast if layer == RIPPLES and crowd[1] > 0.0 else 0.0
            if first == start[i, layer + 1] and broadcast == 0.0:
                continue
            has += weights[layer]
            total = 0.0
            voice = 0.0
            lit = 0.0
            safety = 0.0
            leaders = False
            for slot in range(first, stop):
                j = sources[slot]
                other = flags_before[j]
                if (other & VACANT) != 0:
                    continue
                weight = tie_weight[slot]
                total += weight
                heard = voices[j, V_X]
                if (other & LEADS) != 0:
                    leaders = True
                    heard += radiated[row_of[j], layer]
                    if layer == AUTHORITY:
                        got[b, GA_EXAMPLE] += weight * radiated[row_of[j], X_DO]
                voice += weight * heard
                lights = (other & PRACTISING) != 0
                if lights:
                    lit += weight
                if layer == PEERS:
                    safety += weight * voices[j, V_PSI]
                    shared = weight * (voices[j, V_SHARED] - voices[j, V_USUAL])
                    for c in range(TOPICS):
                        got[b, GA_PULL0 + c] += shared * pull(voices[i, V_S0 + c], voices[j, V_S0 + c])
                elif layer == MUTUAL:
                    distance = 0.0
                    for c in range(TOPICS):
                        distance += abs(voices[i, V_S0 + c] - voices[j, V_S0 + c])
                    fresh = weight * novelty(distance / TOPICS, p.novelty_best)
                    got[b, GA_NOVELTY] += fresh
                    got[b, GA_JOINT] += fresh * (
                        (1.0 if lights and practises else 0.0) - usual * trait[j, P_BAU]
                    )
            if total > 0.0:
                inverse = 1.0 / total
                if layer == AUTHORITY:
                    got[b, GA_EXAMPLE] *= inverse
                    for slot in range(first, stop):
                        j = sources[slot]
                        if (flags_before[j] & (VACANT | LEADS)) == LEADS:
                            share = tie_weight[slot] * inverse
                            row = row_of[j]
                            for c in range(N_FELT):
                                felt[b, c] += share * felt_from[row, c]
                    for c in range(N_FELT):
                        felt[b, c] -= reference[i, REF_FELT0 + c]
                elif leaders:
                    for slot in range(first, stop):
                        j = sources[slot]
                        if (flags_before[j] & (VACANT | LEADS)) == LEADS:
                            share = tie_weight[slot] * inverse
                            row = row_of[j]
                            for k in range(spread_channels[layer - 1, N_FELT]):
                                c = spread_channels[layer - 1, k]
                                felt[b, c] += share * spread[row, layer - 1, c]
                if layer == PEERS:
                    got[b, GA_TEAM_SAFETY] = safety * inverse - reference[i, REF_PSI]
                    for c in range(TOPICS):
                        got[b, GA_PULL0 + c] *= inverse
                elif layer == MUTUAL:
                    got[b, GA_NOVELTY] *= inverse
                    got[b, GA_JOINT] *= inverse
                    got[b, GA_REPORTS] = lit * inverse - usual
            got[b, GA_PRACTISING] += weights[layer] * lit
            got[b, GA_CONTACTS] += weights[layer] * total
            total += broadcast
            if total > 0.0:
                departure = (voice + broadcast * crowd[0]) / total - reference[i, REF_E0 + layer]
                if layer == AUTHORITY:
                    departure *= p.visibility_authority
                elif layer == RIPPLES:
                    departure *= p.visibility_ripples
                got[b, GA_HEARD] += weights[layer] * negativity(departure, p.negativity)
        if has > 0.0:
            got[b, GA_HEARD] /= has
        got[b, GA_PRACTISING] += p.mixing * crowd[2]
        got[b, GA_CONTACTS] += p.mixing


@kernel
def credit_adoption(w, p, seat, step, spontaneous, reinforced, crowd):
    """Who lit whom: nobody by the spontaneous part of the hazard, else a practising contact by weight in x."""
    four = draw(step, seat, CREDIT, 0, w.key[0], w.key[1])
    source, lit = -1, SPONTANEOUS
    if reinforced > 0.0 and uniform(four[0]) * (spontaneous + reinforced) >= spontaneous:
        total = p.mixing * crowd[2]
        for layer in range(N_LAYERS):
            first = w.start[seat, layer]
            for slot in range(first, first + w.active[seat, layer]):
                if (w.flags_before[w.source[slot]] & (PRACTISING | VACANT)) == PRACTISING:
                    total += layer_weight(p, layer) * w.weight[slot]
        if total > 0.0:
            pick = uniform(four[1]) * total
            lit = MIXED
            for layer in range(N_LAYERS):
                first = w.start[seat, layer]
                for slot in range(first, first + w.active[seat, layer]):
                    j = w.source[slot]
                    if lit == MIXED and (w.flags_before[j] & (PRACTISING | VACANT)) == PRACTISING:
                        pick -= layer_weight(p, layer) * w.weight[slot]
                        if pick < 0.0:
                            source, lit = j, layer
    w.credit[lit, w.level[seat]] += 1
    note(w, step, seat, ADOPT, source, lit)
