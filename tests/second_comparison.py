"""The engine and `second_implementation` side by side, week by week: the first difference, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from second_implementation import SecondImplementation
from second_seats import AUTHORITY, LAYERS, MUTUAL, PEERS, RIPPLES

from sim.engine import layout
from sim.engine.run import Simulation
from sim.model.twin import tables_of
from sim.scenario import Resolved

OFFSET = 0.15  # any will do, as long as both have the same
TOLERANCE = 1e-11
MOST = 12  # differences told

STATE = (
    "y_E", "y_Psi", "y_G", "tenure", "spell", "habit", "experience", "overload", "care_felt",
    "recognition_felt", "occasions_felt", "time_felt",
)  # fmt: skip
TRAIT = (
    "sigma", "epsilon", "openness", "theta", "l_E", "l_Psi", "l_G", "p_usual", "alpha", "C_usual",
    "x_usual", "v_usual",
)  # fmt: skip
LEDGER = ["leader hours", "learner hours", "practice hours", "facilitator hours", "cash", "headcount"]
Row = tuple[str, str, float, float]


def seats(model: SecondImplementation, engine: dict[str, Any]) -> Iterator[Row]:
    """What each person carries: symbol, place, engine, second implementation."""
    for s in model.seats:
        place = f"seat {s.i}"
        flags = int(engine["flags"][s.i, 0])
        yield "vacant", place, flags & layout.VACANT > 0, s.vacant
        yield "leads", place, flags & layout.LEADS > 0, s.leads
        if s.vacant:
            continue  # nobody is there to carry anything
        yield "A", place, flags & layout.PRACTISING > 0, s.A
        yield "committed", place, flags & layout.COMMITTED > 0, s.committed
        for symbols, table in ((STATE, "state"), (TRAIT, "trait")):
            for column, symbol in enumerate(symbols):
                yield symbol, place, engine[table][s.i, column], getattr(s, symbol)
        for k in range(4):
            for symbol, first, table in (
                ("R", layout.R0, "state"), ("Q", layout.Q0, "state"), ("b", layout.B0, "trait"),
                ("s_usual", layout.S_USUAL0, "trait"),
            ):  # fmt: skip
                yield f"{symbol}[{k}]", place, engine[table][s.i, first + k], getattr(s, symbol)[k]
        for L in LAYERS:
            yield f"ref_E[{L}]", place, engine["reference"][s.i, L], s.ref_E[L]
        yield "ref_Psi", place, engine["reference"][s.i, layout.REF_PSI], s.ref_Psi
        for c in range(layout.N_FELT):
            yield f"ref_felt[{c}]", place, engine["reference"][s.i, layout.REF_FELT0 + c], s.ref_felt[c]
        for c in range(20):
            yield f"field[{c}]", place, engine["field"][s.i, c], s.brought[c]


def expression(model: SecondImplementation, engine: dict[str, Any]) -> Iterator[Row]:
    """What could be heard and seen in the step that was made."""
    for s in model.seats:
        if s.vacant or not s.spoke:
            continue
        place = f"seat {s.i}"
        voice, signal = engine["voice"][s.i], engine["signal"][s.i]
        heard = [s.voice + s.leads * s.radiates[L] for L in LAYERS]
        yield "voice + radiates[0]", place, signal[layout.SG_AUTHORITY], heard[AUTHORITY]
        yield "voice + radiates[1]", place, voice[layout.V_PEERS], heard[PEERS]
        yield "voice + radiates[2]", place, voice[layout.V_MUTUAL], heard[MUTUAL]
        yield "voice + radiates[3]", place, signal[layout.SG_RIPPLES], heard[RIPPLES]
        yield "done[0]", place, signal[layout.SG_EXAMPLE], s.leads * s.done[AUTHORITY]
        yield "voice_Psi", place, voice[layout.V_PSI], s.voice_Psi
        yield "shared - usual_shared", place, voice[layout.V_OFFER], s.shared - s.usual_shared
        for k in range(4):
            yield f"S[{k}]", place, engine["voice"][s.i, layout.V_S0 + k], s.S[k]


def leaders(model: SecondImplementation, engine: dict[str, Any], row_seats: Any) -> Iterator[Row]:
    """Conduct, pushes and what is radiated, by leader and behaviour."""
    for row, seat in enumerate(row_seats):
        s = model.seats[int(seat)]
        if s.vacant:
            continue
        place = f"seat {s.i}"
        for m, name in enumerate(model.ids):
            yield f"push_on[{name}]", place, engine["push"][row, m], s.push[m]
            yield f"z[{name}]", place, engine["z"][row, m], s.z[m]
            yield f"usual_conduct[{name}]", place, engine["usual_conduct"][row, m], s.usual_conduct[m]
            yield f"usual_boss[{name}]", place, engine["usual_boss"][row, m], s.usual_boss[m]
        yield "hours", place, engine["hours"][row, 0], s.hours
        for c in range(layout.N_FELT):
            yield f"felt_usual[{c}]", place, engine["felt_usual"][row, c], s.felt_usual[c]


def spoken(model: SecondImplementation, engine: dict[str, Any], row_seats: Any) -> Iterator[Row]:
    """What leaders radiated in the step that was made."""
    for row, seat in enumerate(row_seats):
        s = model.seats[int(seat)]
        if s.vacant or not s.spoke:
            continue
        for c in range(layout.N_FELT):
            yield f"felt_from[{c}]", f"seat {s.i}", engine["felt"][row, c], s.felt_from[c]
        for L in LAYERS:
            yield f"radiates[{L}]", f"seat {s.i}", engine["radiated"][row, L], s.radiates[L]
        yield "done[0]", f"seat {s.i}", engine["radiated"][row, layout.X_DO], s.done[AUTHORITY]


def whole(model: SecondImplementation, engine: dict[str, Any]) -> Iterator[Row]:
    """Departments and the books."""
    for d, row in enumerate(model.memory):
        yield "targeting", f"department {d}", engine["targeting"][d, 0], model.targeting[d]
        for k in range(4):
            yield f"memory[{k}]", f"department {d}", engine["memory"][d, k], row[k]
            yield (
                f"memory_usual[{k}]",
                f"department {d}",
                engine["memory_usual"][d, k],
                model.memory_usual[d][k],
            )
    if model.ledger:
        for name, theirs, ours in zip(LEDGER, engine["ledger"][-1], model.ledger[-1], strict=True):
            yield name, "books", theirs, ours
        yield "share practising", "books", engine["share"][-1, 0], model.share[-1]


def kinds(event: tuple[int, int, str, int]) -> tuple[int, int, str, int]:
    step, seat, kind, source = event
    return step, seat, kind, source if kind == "promote" else -1


def engine_events(rows: Any) -> list[tuple[int, int, str, int]]:
    """As the second implementation tells them: who lit whom is left out, for nothing depends on it."""
    found = []
    for step, seat, kind, source, layer in rows.astype(int).tolist():
        name = layout.EVENT_KINDS[kind]
        if name == "adopt" and layer != layout.SPONTANEOUS:
            name = "lit"
        found.append(kinds((step, seat, name, source)))
    return sorted(found)


def differences(simulation: Simulation, model: SecondImplementation) -> list[str]:
    """All that differs at this moment, in words."""
    engine = tables_of(simulation)
    found = []
    theirs, ours = engine_events(engine["events"]), sorted(map(kinds, model.events))
    if theirs != ours:
        found.append(f"events: only engine {[e for e in theirs if e not in ours][:3]}, "
                     f"only second {[e for e in ours if e not in theirs][:3]}")  # fmt: skip
    tied = Counter((int(i), int(L), int(j), float(w)) for i, L, j, w in engine["ties"])
    mine = Counter(
        (s.i, L, a.source, a.w) for s in model.seats for L in LAYERS for a in s.arcs[L] if a.exists
    )
    if tied != mine:
        found.append(f"ties: only engine {sorted(tied - mine)[:3]}, only second {sorted(mine - tied)[:3]}")
    row_seats = simulation.world.seat_of_row
    rows = [seats(model, engine), leaders(model, engine, row_seats), whole(model, engine)]
    if model.now:
        rows += [expression(model, engine), spoken(model, engine, row_seats)]
    for group in rows:
        for symbol, place, theirs_, ours_ in group:
            if not abs(float(theirs_) - float(ours_)) <= TOLERANCE:
                found.append(f"{symbol}, {place}: engine {float(theirs_)!r}, second {float(ours_)!r}")
    return found


def first_difference(
    resolved: Resolved,
    *,
    seed: int,
    replicate: int = 0,
    steps: int | None = None,
    spoil: Callable[[SecondImplementation], None] | None = None,
) -> tuple[int, list[str]] | None:
    """Steps from the start of the scenario after which the two first differ, and how; None if they never do."""
    simulation = Simulation(resolved, seed=seed, replicate=replicate, alpha_offset=OFFSET, events=True)
    model = SecondImplementation(
        resolved, seed=seed, replicate=replicate, alpha_offset=OFFSET, opens=simulation.world.opens
    )
    if spoil is not None:
        spoil(model)
    total = resolved.burn_steps + resolved.steps
    for _ in range(min(total if steps is None else steps, total) + 1):
        found = differences(simulation, model)
        if found or model.now >= total:
            break
        simulation.advance(1)
        model.step()
    return (model.now - model.burn, found[:MOST]) if found else None
