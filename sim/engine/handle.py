"""From the tuple of arrays that Python holds to the pointer that kernels hand on.

Handing a tuple of eighty arrays from kernel to kernel costs more than the work of most of them (and minutes of
compiling); a handle is one pointer.
"""

from sim.engine.compiled import kernel
from sim.engine.layout import Handle, World


@kernel
def handle_of(w: World) -> Handle:
    """A handle on the arrays of a `World`; nothing is copied."""
    return Handle(
        w.manager, w.level, w.department, w.team, w.opens, w.row, w.reports_start, w.reports, w.coverage,
        w.flags, w.flags_before, w.state, w.trait, w.reference, w.voice, w.signal, w.start, w.active,
        w.source, w.weight, w.pair, w.pair_a, w.pair_b, w.pair_arcs, w.pair_layer, w.pair_programme,
        w.pair_on, w.pair_toggle, w.seat_pairs_start, w.seat_pairs, w.seat_of_row, w.z, w.usual_conduct,
        w.usual_boss, w.push, w.hours, w.felt, w.felt_usual, w.radiated, w.spread, w.leader_felt,
        w.flow_start, w.flow_column, w.flow_size, w.flow_reached, w.emits, w.fit_usual, w.eta, w.dose,
        w.changed, w.push_start, w.push_behaviour, w.push_size, w.actors_start, w.actors, w.programme_hours,
        w.programme_fixed, w.programme_heads, w.programme_starts, w.programme_stops, w.class_direct,
        w.direct, w.field, w.shock_field, w.shock_push, w.shock_rows, w.shock_span, w.shock_effects,
        w.shock_seats, w.leaving_factor, w.leaving_group, w.memory, w.memory_usual, w.flow, w.targeting, w.observed, w.adapt,
        w.words, w.key, w.kept, w.switches, w.population, w.pushback, w.events, w.event_count, w.credit,
        w.share, w.ledger,
    )  # fmt: skip
