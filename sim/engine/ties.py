"""Ties that end and form: kernels of informal ties and of those that programmes bring."""

from sim.engine.compiled import kernel
from sim.engine.elementary import log
from sim.engine.layout import (
    DT,
    NEVER,
    POP_TIE,
    POP_TIE_OFF,
    POP_TIE_ON,
    VACANT,
)  # fmt: skip
from sim.theory.chance import TIE, draw, uniform
from sim.theory.channels import AUTHORITY, PEERS, RIPPLES


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
def after(step, u, hazard_dt):
    """The step of an event of constant hazard that has not happened by `step`: geometric, at least one later."""
    if hazard_dt <= 0.0:
        return NEVER
    wait = -log(u) / hazard_dt
    if wait > 1_000_000_000.0:
        return NEVER
    return step + 1 + int(wait)


@kernel
def switch_arc(start, active, sources, weights, pairs, hearer, layer, pair, on):
    """Move one arc of a pair across the border between existing and dormant ties of its segment."""
    first = start[hearer, layer]
    border = first + active[hearer, layer]
    if on:
        slot, last = border, start[hearer, layer + 1]
        other = border
        active[hearer, layer] += 1
    else:
        slot, last = first, border
        other = border - 1
        active[hearer, layer] -= 1
    while slot < last and pairs[slot] != pair:
        slot += 1
    sources[slot], sources[other] = sources[other], sources[slot]
    weights[slot], weights[other] = weights[other], weights[slot]
    pairs[slot], pairs[other] = pairs[other], pairs[slot]


@kernel
def switch(w, pair, on):
    """Make the tie(s) of a pair exist, or not."""
    start, active, sources, weights, pairs = w.start, w.active, w.source, w.weight, w.pair
    layer = w.pair_layer[pair]
    arcs = w.pair_arcs[pair]
    if (arcs & 1) != 0:
        switch_arc(start, active, sources, weights, pairs, w.pair_a[pair], layer, pair, on)
    if (arcs & 2) != 0:
        switch_arc(start, active, sources, weights, pairs, w.pair_b[pair], layer, pair, on)
    w.pair_on[pair] = 1 if on else 0


@kernel
def drop_ties(w, seat):
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
