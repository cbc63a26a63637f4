"""From the tuple of arrays that Python holds to the pointer that kernels hand on.

Handing a tuple of eighty arrays from kernel to kernel costs more than the work of most of them (and minutes of
compiling); a handle is one pointer.
"""

from typing import Any

from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic

from sim.engine.compiled import kernel
from sim.engine.layout import Handle, World


@intrinsic  # type: ignore[untyped-decorator]
def by_columns(context: Any, table: Any) -> Any:
    """The same table, known to lie by columns: of one person NumPy says by rows, and every kernel would compile anew."""
    kind = table.copy(layout="F")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return impl_ret_borrowed(context, builder, kind, arguments[0])

    return kind(table), generate


@kernel
def handle_of(w: World) -> Handle:
    """A handle on the arrays of a `World`; nothing is copied."""
    return Handle(
        w.manager, w.level, w.department, w.team, w.opens, w.row, w.reports_start, w.reports, w.coverage,
        w.flags, w.flags_before, by_columns(w.state), by_columns(w.trait), by_columns(w.reference), w.voice,
        w.signal, w.start, w.active,
        w.source, w.weight, w.pair, w.pair_a, w.pair_b, w.pair_arcs, w.pair_layer, w.pair_programme,
        w.pair_on, w.pair_toggle, w.seat_pairs_start, w.seat_pairs, w.seat_of_row, w.z, w.usual_conduct,
        w.usual_boss, w.push, w.hours, w.felt, w.felt_usual, w.radiated, w.spread, w.leader_felt,
        w.flow_start, w.flow_column, w.flow_size, w.flow_reached, w.emits, w.fit_usual, w.eta, w.dose,
        w.changed, w.push_start, w.push_behaviour, w.push_size, w.actors_start, w.actors, w.programme_hours,
        w.programme_fixed, w.programme_heads, w.programme_starts, w.programme_stops, w.class_direct,
        w.direct, w.field, w.struck, w.shock_field, w.shock_push, w.shock_rows, w.shock_span, w.shock_effects,
        w.shock_seats, w.leaving_factor, w.leaving_group, w.memory, w.memory_usual, w.flow, w.targeting, w.observed, w.adapt,
        by_columns(w.words), w.key, w.kept, w.switches, w.population, w.pushback, w.events, w.event_count, w.credit,
        w.share, w.ledger,
    )  # fmt: skip
