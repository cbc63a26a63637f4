"""Who lit whom: an adoption is put down to a contact, to the crowd, or to nobody."""

from sim.engine.compiled import kernel
from sim.engine.layout import ADOPT, MIXED, PRACTISING, SPONTANEOUS, VACANT
from sim.engine.notes import note
from sim.engine.ties import layer_weight
from sim.theory.chance import CREDIT, draw, uniform
from sim.theory.channels import N_LAYERS


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
