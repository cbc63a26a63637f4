"""What a scenario fixes before anybody is drawn: seats, the table of ties, the plan as arrays.

A blueprint is built once per scenario and copied for each run; it holds no luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.behaviours.catalogue import matrices
from sim.engine.doses import first_step
from sim.engine.layout import Flags, Floats, Ints, Small
from sim.organization.people import INFORMAL, PROGRAMME, Organization, Ties
from sim.scenario.resolved import Resolved
from sim.theory.channels import CHANNELS, CONDUCT, EMPLOYEE, LEARNING_LEADER, N_CHANNELS, N_CONDUCT, N_LAYERS

_CHANNEL = {name: index for index, name in enumerate(CHANNELS)}
_CONDUCT = {name: index for index, name in enumerate(CONDUCT)}


@dataclass(frozen=True, slots=True)
class TieTable:
    """All ties of a scenario, sorted by hearer and layer, existing ones first in each segment.

    Attributes: as in `sim.engine.layout.World`.
    """

    start: Ints
    active: Ints
    source: Ints
    weight: npt.NDArray[np.float32]
    pair: Ints
    pair_a: Ints
    pair_b: Ints
    pair_arcs: Small
    pair_layer: Small
    pair_programme: npt.NDArray[np.int16]
    pair_on: Flags
    seat_pairs_start: Ints
    seat_pairs: Ints
    existing_share: float


def tie_table(organization: Organization, brought: list[Ties]) -> TieTable:
    """Lay out the ties of an organisation and those that its programmes bring (`brought`, one entry a programme)."""
    n = organization.n
    parts = [organization.ties, *brought]
    ties = Ties.joined(*parts)
    programme = np.concatenate([np.full(len(part), k - 1, dtype=np.int16) for k, part in enumerate(parts)])
    switched = (ties.kind == INFORMAL) | (ties.kind == PROGRAMME) | (programme >= 0)
    exists = ties.active & (programme < 0)
    low = np.minimum(ties.hearer, ties.source).astype(np.int64)
    high = np.maximum(ties.hearer, ties.source).astype(np.int64)

    # One pair for the two arcs between two seats in one layer of one programme.
    which = np.flatnonzero(switched)
    code = (
        ((programme[which].astype(np.int64) + 1) * N_LAYERS + ties.layer[which]) * n * n
        + low[which] * n
        + high[which]
    )
    unique, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    pairs = len(unique)
    pair = np.full(len(ties), -1, dtype=np.int32)
    pair[which] = inverse
    pair_a, pair_b = low[which][first].astype(np.int32), high[which][first].astype(np.int32)
    arcs = np.zeros(pairs, dtype=np.int8)
    hears_low = ties.hearer[which] == low[which]
    arcs[inverse[hears_low]] |= 1
    arcs[inverse[~hears_low]] |= 2
    on = exists[which][first].astype(np.uint8)
    exists[which] = on[inverse].astype(bool)  # the arcs of a pair exist together

    order = np.lexsort((ties.source, ~exists, ties.layer, ties.hearer))
    segment = ties.hearer[order].astype(np.int64) * N_LAYERS + ties.layer[order]
    counts = np.bincount(segment, minlength=n * N_LAYERS)
    ends = np.concatenate([[0], np.cumsum(counts)])
    start = np.empty((n, N_LAYERS + 1), dtype=np.int32)
    start[:, :N_LAYERS] = ends[:-1].reshape(n, N_LAYERS)
    start[:, N_LAYERS] = ends[N_LAYERS::N_LAYERS]
    active = np.bincount(segment[exists[order]], minlength=n * N_LAYERS).reshape(n, N_LAYERS)

    ends_of = np.concatenate([pair_a, pair_b])
    by_seat = np.argsort(ends_of, kind="stable")
    of_pair = np.concatenate([np.arange(pairs), np.arange(pairs)])[by_seat].astype(np.int32)
    informal = programme[which][first] < 0
    existing = float(on[informal].mean()) if informal.any() else 1.0
    return TieTable(
        start=start,
        active=active.astype(np.int32),
        source=ties.source[order],
        weight=ties.weight[order].astype(np.float32),
        pair=pair[order],
        pair_a=pair_a,
        pair_b=pair_b,
        pair_arcs=arcs,
        pair_layer=ties.layer[which][first],
        pair_programme=programme[which][first],
        pair_on=on,
        seat_pairs_start=np.concatenate([[0], np.cumsum(np.bincount(ends_of, minlength=n))]).astype(np.int32),
        seat_pairs=of_pair,
        existing_share=existing,
    )


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Everything of a scenario that does not depend on luck or parameters."""

    resolved: Resolved
    ties: TieTable
    row: Ints
    seat_of_row: Ints
    leads: npt.NDArray[np.bool_]
    reports_start: Ints
    reports: Ints
    opens: Ints
    coverage: Ints
    class_direct: Floats
    direct: Floats
    fit: Floats
    push_start: Ints
    push_behaviour: Ints
    push_size: Floats
    actors_start: Ints
    actors: Ints
    programme_hours: Floats
    programme_fixed: Floats
    programme_heads: Floats
    shock_field: Floats
    shock_push: Floats
    shock_rows: Flags
    shock_span: Ints
    shock_effects: Floats
    shock_seats: Flags


def _ragged(parts: list[npt.NDArray[np.int32]]) -> tuple[Ints, Ints]:
    start = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int32)
    return start, np.concatenate([np.empty(0, dtype=np.int32), *parts]).astype(np.int32)


def _classes(columns: list[npt.NDArray[np.bool_]], n: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """People who are covered by the same programmes and shocks form a class: (class of each seat, class rows)."""
    if not columns:
        return np.zeros(n, dtype=np.int32), np.zeros((1, 0), dtype=np.bool_)
    table = np.stack(columns, axis=1)
    rows, inverse = np.unique(table, axis=0, return_inverse=True)
    return inverse.astype(np.int32).ravel(), rows


def _seat_opens(resolved: Resolved) -> Ints:
    """Step from which a seat may be filled: a learning leader whom a plan adds arrives when the plan begins."""
    never = np.iinfo(np.int32).max
    opens = np.full(resolved.organization.n, never, dtype=np.int32)
    for item in resolved.programmes:
        start = resolved.burn_steps + first_step(item.start, resolved.dt)
        opens[item.opens] = np.minimum(opens[item.opens], start)
    opens[opens == never] = 0
    return opens


def blueprint(resolved: Resolved) -> Blueprint:
    """Turn a resolved scenario into arrays."""
    organization = resolved.organization
    n = organization.n
    programmes, shocks = resolved.programmes, resolved.disturbances

    leads = (organization.reports_count() > 0) | (organization.level < EMPLOYEE)
    leads |= organization.level == LEARNING_LEADER
    for item in programmes:
        leads[item.actors] = True
    for shock in shocks:
        if shock.push:
            leads |= shock.cover & (organization.level < EMPLOYEE)
    row = np.where(leads, np.cumsum(leads) - 1, -1).astype(np.int32)
    seat_of_row = np.flatnonzero(leads).astype(np.int32)

    has_manager = organization.manager >= 0
    led = np.flatnonzero(has_manager).astype(np.int32)
    by_manager = np.argsort(organization.manager[led], kind="stable")
    spans = np.bincount(organization.manager[led], minlength=n)

    coverage, rows = _classes(
        [item.reached(organization) for item in programmes] + [shock.cover for shock in shocks], n
    )
    direct = np.zeros((len(programmes), N_CHANNELS))
    fit = np.maximum(matrices().fit, 0.0)
    pushes: list[npt.NDArray[np.int32]] = []
    sizes: list[float] = []
    hours = np.zeros((len(programmes), 4))
    for k, item in enumerate(programmes):
        for channel, value in item.direct.items():
            direct[k, _CHANNEL[channel]] = value
        if item.lever in _CONDUCT:
            fit[_CONDUCT[item.lever]] = item.fit
        pushes.append(np.array([_CONDUCT[name] for name in item.push], dtype=np.int32))
        sizes.extend(item.push.values())
        hours[k] = item.leader_hours, item.learner_hours, item.facilitator_hours, item.cash_per_head
    push_start, push_behaviour = _ragged(pushes)
    actors_start, actors = _ragged([item.actors for item in programmes])

    shock_field = np.zeros((len(shocks), len(rows), N_CHANNELS))
    shock_push = np.zeros((len(shocks), N_CONDUCT))
    shock_span = np.zeros((len(shocks), 2), dtype=np.int32)
    for s, shock in enumerate(shocks):
        for channel, value in shock.channels.items():
            shock_field[s, rows[:, len(programmes) + s], _CHANNEL[channel]] = value
        for name, value in shock.push.items():
            shock_push[s, _CONDUCT[name]] = value
        shock_span[s] = first_step(shock.start, resolved.dt), first_step(shock.stop, resolved.dt)
    return Blueprint(
        resolved=resolved,
        ties=tie_table(organization, [item.ties for item in programmes]),
        row=row,
        seat_of_row=seat_of_row,
        leads=leads,
        reports_start=np.concatenate([[0], np.cumsum(spans)]).astype(np.int32),
        reports=led[by_manager],
        opens=_seat_opens(resolved),
        coverage=coverage,
        class_direct=rows[:, : len(programmes)].astype(np.float64),
        direct=direct,
        fit=fit,
        push_start=push_start,
        push_behaviour=push_behaviour,
        push_size=np.array(sizes, dtype=np.float64),
        actors_start=actors_start,
        actors=actors,
        programme_hours=hours,
        programme_fixed=np.array([item.cash_fixed for item in programmes], dtype=np.float64),
        programme_heads=np.array(
            [(item.cover & organization.staff).sum() for item in programmes], dtype=np.float64
        ),
        shock_field=shock_field,
        shock_push=shock_push,
        shock_rows=np.array([shock.cover[seat_of_row] for shock in shocks], dtype=np.uint8).reshape(
            len(shocks), len(seat_of_row)
        ),
        shock_span=shock_span,
        shock_effects=np.array(
            [[shock.turnover, shock.skill_loss, shock.tie_reset, shock.vacate] for shock in shocks],
            dtype=np.float64,
        ).reshape(len(shocks), 4),
        shock_seats=np.array([shock.cover for shock in shocks], dtype=np.uint8).reshape(len(shocks), n),
    )
