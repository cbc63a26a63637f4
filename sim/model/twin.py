"""Hold the agents to the compiled engine: every state, event and ledger column, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.engine import layout
from sim.engine.run import Simulation
from sim.model.agents import Person
from sim.model.model import LearningCultureModel
from sim.model.noticeboard import OFFERS, SAFETY, SKILLS, USUAL_CHANCE, VOICE
from sim.model.repertoire import DO, RADIATED
from sim.theory.channels import AUTHORITY, MUTUAL, N_FELT, N_LAYERS, PEERS, RIPPLES

Table = npt.NDArray[np.float64]
TOLERANCE = 1e-12  # the two add the same numbers in different orders


def tables(model: LearningCultureModel) -> dict[str, Table]:
    """What the agents carry, laid out as the engine's world is (names as in `sim.engine.layout.World`)."""
    people, leaders = model.people, model.leaders
    shown = model.board.shown
    heard = shown[:, [VOICE]] + model.board.conduct[:, :, RADIATED].T  # by person and layer

    def felt(leader: Person, layer: int) -> list[float]:
        return leader.radiates[layer, :N_FELT].tolist()  # type: ignore[no-any-return]

    def table(rows: Sequence[Sequence[float] | Table]) -> Table:
        return np.array(rows, dtype=np.float64)

    ties = [
        [float(person.number), float(layer), float(other.number), weight]
        for person in people
        for layer, circle in enumerate(person.contacts)
        for other, weight in zip(circle.seen, circle.often)
    ]
    return {
        "flags": table(
            [
                [
                    person.practising * layout.PRACTISING
                    + person.vacant * layout.VACANT
                    + person.committed * layout.COMMITTED
                    + person.leads * layout.LEADS
                ]
                for person in people
            ]
        ),
        "state": table(
            [
                [
                    person.enthusiasm, person.safety, person.mindset, person.tenure, person.spell, person.habit,
                    person.experience, person.overload, person.care_felt, person.recognition_felt,
                    person.occasions_felt, person.time_felt, *person.stock, *person.gain,
                ]
                for person in people
            ]
        ),
        "trait": table(
            [
                [
                    person.susceptibility, person.expressiveness, person.openness, person.threshold,
                    person.usual_enthusiasm, person.usual_safety, person.usual_mindset, person.usual_chance,
                    person.spontaneous, person.usual_response, person.usual_exposure, person.usual_variance,
                    *person.ordinary, *person.stock_kept, *person.usual_skill,
                ]
                for person in people
            ]
        ),
        "reference": table(
            [[*person.used_to, person.used_to_safety, *person.used_to_felt[:N_FELT]] for person in people]
        ),
        "voice": np.column_stack(
            [heard[:, PEERS], shown[:, SAFETY], shown[:, OFFERS], heard[:, MUTUAL], shown[:, SKILLS]]
        ),
        "signal": np.column_stack(
            [heard[:, AUTHORITY], model.board.conduct[AUTHORITY, :, DO], heard[:, RIPPLES], shown[:, USUAL_CHANCE]]
        ),
        "field": table([person.surroundings for person in people]),
        "z": table([leader.z for leader in leaders]),
        "usual_conduct": table([leader.usual_conduct for leader in leaders]),
        "usual_boss": table([leader.usual_boss for leader in leaders]),
        "push": table([leader.push for leader in leaders]),
        "hours": table([[leader.hours] for leader in leaders]),
        "felt_usual": table([leader.felt_usual[:N_FELT] for leader in leaders]),
        "felt": table([felt(leader, 0) for leader in leaders]),
        "spread": table(
            [
                [level for layer in range(1, N_LAYERS) for level in felt(leader, layer)]
                for leader in leaders
            ]
        ),
        "radiated": table([[*leader.radiates[:, RADIATED], leader.radiates[AUTHORITY, DO]] for leader in leaders]),
        "memory": table([unit.memory for unit in model.departments]),
        "memory_usual": table([unit.memory_usual for unit in model.departments]),
        "targeting": table([[unit.targeting] for unit in model.departments]),
        "ties": table(ties).reshape(-1, 4),
        "bonds": table([[bond.exists, bond.changes_at] for bond in model.bonds]).reshape(-1, 2),
        "credit": table(model.credit),
        "ledger": table([page.row() for page in model.ledger]).reshape(-1, layout.N_LEDGER),
        "share": table([model.share]).T,
        "events": table(model.events).reshape(-1, 5),
    }  # fmt: skip


def tables_of(simulation: Simulation) -> dict[str, Table]:
    """The same of a run of the engine."""
    world = simulation.world
    done = max(simulation.step - simulation.burn, 0)

    def table(values: npt.ArrayLike) -> Table:
        whole = np.array(values, dtype=np.float64)
        return whole.reshape(len(whole), -1) if whole.size else whole.reshape(0, 1)

    names = (
        "flags", "state", "trait", "reference", "voice", "signal", "z", "usual_conduct", "usual_boss", "push", "hours",
        "felt_usual", "felt", "radiated", "memory", "memory_usual", "targeting", "credit",
    )  # fmt: skip
    found = {name: table(getattr(world, name)) for name in names}
    found["spread"] = table(world.spread.transpose(1, 0, 2))
    found["field"] = world.field[world.coverage] * world.targeting[world.department][:, None]
    found["field"] += world.struck[world.coverage]
    found["ties"] = _heard(simulation)
    found["bonds"] = np.column_stack([world.pair_on, world.pair_toggle]).astype(np.float64)
    found["ledger"] = world.ledger[:done].copy()
    found["share"] = world.share[:done, None].copy()
    found["events"] = simulation.record().events.astype(np.float64)
    return found


def _heard(simulation: Simulation) -> Table:
    """Ties that carry: hearer, layer, source and weight, in the order of seats and layers."""
    world = simulation.world
    counts = world.active.ravel()
    seat, layer = np.divmod(np.repeat(np.arange(counts.size), counts), N_LAYERS)
    rank = np.arange(seat.size) - np.repeat(
        counts.cumsum() - counts, counts
    )  # of a tie among those of seat and layer
    slots = world.start[seat, layer] + rank
    return np.column_stack([seat, layer, world.source[slots], world.weight[slots]]).astype(np.float64)


def differences(
    simulation: Simulation, model: LearningCultureModel, *, tolerance: float = TOLERANCE
) -> list[str]:
    """Where a run of the engine and the agents differ, in words; empty when they agree.

    Counts, events, ties and flags must be equal; other numbers within `tolerance`.  The run must keep events.
    """
    ours, theirs = tables(model), tables_of(simulation)
    exact = {"flags", "ties", "bonds", "credit", "events"}
    found = []
    for name, engine in theirs.items():
        agents = ours[name]
        if engine.shape != agents.shape and engine.size + agents.size > 0:
            found.append(f"{name}: shape {engine.shape} in the engine, {agents.shape} in the agents")
            continue
        if not engine.size:
            continue
        gap = np.abs(engine - agents.reshape(engine.shape))
        if not (gap <= (0.0 if name in exact else tolerance)).all():
            worst = np.unravel_index(int(np.argmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape)
            place = ", ".join(str(int(k)) for k in worst)
            found.append(f"{name}[{place}]: {engine[worst]!r} in the engine, {agents[worst]!r} in the agents")
    return found
