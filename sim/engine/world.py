"""The world: arrays of one run, built from a blueprint, parameters and luck."""

from __future__ import annotations

from math import exp, log

import numpy as np
import numpy.typing as npt

from sim.behaviours.catalogue import matrices
from sim.engine.blueprint import Blueprint
from sim.engine.doses import doses
from sim.engine.handle import handle_of
from sim.engine.layout import (
    DT,
    FORGETTING,
    K_E,
    K_G,
    K_PSI,
    K_Z,
    LIFETIME,
    N_CREDIT,
    N_KEPT,
    N_LEDGER,
    N_POP,
    N_REF,
    N_SIGNAL,
    N_STATE,
    N_SWITCH,
    N_TRAIT,
    N_VOICE,
    NOISE,
    OBSOLESCENCE,
    POP_SHARE,
    POP_TIE,
    POP_TIE_OFF,
    POP_TIE_ON,
    SHARE_USUAL,
    SW_CALM,
    SW_CENTRED,
    SW_COUNT,
    SW_EVENTS,
    SW_ORDINARY,
    SW_RESPONSE,
    Floats,
    Handle,
    Ints,
    World,
)  # fmt: skip
from sim.engine.populating import populate
from sim.organization.peoplefile import SURVEY
from sim.parameters import record
from sim.scenario.resolved import Resolved
from sim.theory.chance import keys
from sim.theory.channels import N_CHANNELS, N_CONDUCT, N_FELT, N_LAYERS, N_LEVELS, TOPICS
from sim.theory.scales import expit, halflife_rate, noise_scale

RESPONSES = {"hill": 0, "threshold": 1, "linear": 2}


def parameter_record(resolved: Resolved, alpha_offset: float) -> npt.NDArray[np.void]:
    """The parameters of a run as compiled code reads them, shape (1,)."""
    values = dict(resolved.parameters)
    row = record(values)
    row["threshold"] *= resolved.start.threshold_factor
    row["alpha_offset"] = alpha_offset
    return row


def step_constants(p: np.void, dt: float) -> npt.NDArray[np.float64]:
    """Decay factors and rates of a step of `dt` years, in the order of `layout.K_*`."""
    kept = np.zeros(N_KEPT)
    lifetime = float(p["conduct_halflife"]) / log(2.0)
    kept[K_E] = exp(-dt / p["tau_enthusiasm"])
    kept[K_PSI] = exp(-dt / p["tau_safety"])
    kept[K_G] = exp(-dt / p["tau_mindset"])
    kept[K_Z] = exp(-dt / lifetime)
    kept[NOISE] = noise_scale(float(p["enthusiasm_noise"]), kept[K_E])
    kept[DT] = dt
    kept[SHARE_USUAL] = expit(float(p["share_base"]))
    kept[OBSOLESCENCE] = halflife_rate(float(p["obsolescence_halflife"]))
    kept[FORGETTING] = halflife_rate(float(p["forgetting_halflife"]))
    kept[LIFETIME] = lifetime
    return kept


def survey_table(resolved: Resolved) -> npt.NDArray[np.float64]:
    """Surveyed business as usual and tenure, NaN where unknown, shape (n, 6)."""
    organization = resolved.organization
    table = np.full((organization.n, len(SURVEY) + 1), np.nan)
    for column, name in enumerate(SURVEY):
        if name in organization.survey:
            table[:, column] = organization.survey[name]
    table[:, -1] = organization.tenure
    return table


def surveyed_share(resolved: Resolved, p: np.void) -> float:
    """Share practising at business as usual: as surveyed, else the parameter."""
    values = resolved.organization.survey.get("practising")
    if values is not None and np.isfinite(values).any():
        return float(np.clip(np.nanmean(values), 0.001, 0.9))
    return float(p["share_practising"])


def switches(resolved: Resolved, *, events: bool) -> npt.NDArray[np.int32]:
    """Named responses as numbers, in the order of `layout.SW_*`."""
    chosen = np.zeros(N_SWITCH, dtype=np.int32)
    chosen[SW_RESPONSE] = RESPONSES[resolved.responses.get("adoption", "hill")]
    chosen[SW_COUNT] = resolved.responses.get("count", "share") == "number"
    chosen[SW_CENTRED] = resolved.responses.get("centring", "usual") == "usual"
    chosen[SW_EVENTS] = events
    chosen[SW_CALM] = resolved.responses.get("turnover", "on") == "off"
    chosen[SW_ORDINARY] = resolved.responses.get("ordinary_learning", "on") == "on"
    return chosen


def groups_of(resolved: Resolved) -> list[tuple[str, str]]:
    """The groups that are recorded, in order: (kind, name)."""
    from sim.engine.layout import TENURE_BANDS
    from sim.theory.channels import LEVELS

    return (
        [("all", "all")]
        + [("level", name) for name in LEVELS]
        + [("department", name) for name in resolved.organization.department_names]
        + [("tenure", name) for name in TENURE_BANDS]
    )


def build(
    plan: Blueprint,
    seed: int,
    replicate: int,
    *,
    alpha_offset: float = 0.0,
    events: bool = False,
    room: int = 0,
    people: bool = True,
) -> tuple[World, Handle, np.void]:
    """A world at the start of its burn-in, its handle for kernels, and its parameter record.

    Args:
        plan: from `sim.engine.blueprint.blueprint`.
        seed, replicate: decide the luck.
        alpha_offset: log factor on spontaneous adoption that makes business as usual stationary.
        events: whether to keep events; room: how many rows the event table has.
        people: whether to draw the people; where not, the caller puts a kept world in the place of this one.
    """
    resolved, ties = plan.resolved, plan.ties
    organization = resolved.organization
    n, rows, steps = organization.n, len(plan.seat_of_row), resolved.steps
    units = max(1, len(organization.department_names))
    p = parameter_record(resolved, alpha_offset)[0]
    key = keys(seed, replicate)
    plan_doses = doses(resolved, key)
    arrays, flow = matrices(), flows(plan.fit)
    population = np.zeros(N_POP)
    population[POP_SHARE] = surveyed_share(resolved, p)
    existing = ties.existing_share
    population[POP_TIE] = existing
    if 0.0 < existing < 1.0:  # without dormant acquaintances no tie can replace one that ends, so none does
        population[POP_TIE_OFF] = 1.0
        population[POP_TIE_ON] = existing / (1.0 - existing)

    def zeros(*shape: int) -> npt.NDArray[np.float64]:
        return np.zeros(shape)

    def columns(
        *shape: int,
    ) -> npt.NDArray[np.float64]:  # each column in one piece: what blocks of people read
        return np.zeros(shape, order="F")

    world = World(
        manager=organization.manager.astype(np.int32),
        level=organization.level.astype(np.int8),
        department=organization.department.astype(np.int32),
        team=np.where(organization.manager >= 0, organization.manager, np.arange(n)).astype(np.int32),
        opens=plan.opens,
        row=plan.row,
        reports_start=plan.reports_start,
        reports=plan.reports,
        coverage=plan.coverage,
        flags=np.zeros(n, dtype=np.uint8),
        flags_before=np.zeros(n, dtype=np.uint8),
        state=columns(n, N_STATE),
        trait=columns(n, N_TRAIT),
        reference=columns(n, N_REF),
        voice=zeros(n, N_VOICE),
        signal=zeros(n, N_SIGNAL),
        start=ties.start,
        active=ties.active.copy(),
        source=ties.source.copy(),
        weight=ties.weight.copy(),
        pair=ties.pair.copy(),
        pair_a=ties.pair_a,
        pair_b=ties.pair_b,
        pair_arcs=ties.pair_arcs,
        pair_layer=ties.pair_layer,
        pair_programme=ties.pair_programme,
        pair_on=ties.pair_on.copy(),
        pair_toggle=np.zeros(len(ties.pair_a), dtype=np.int32),
        seat_pairs_start=ties.seat_pairs_start,
        seat_pairs=ties.seat_pairs,
        seat_of_row=plan.seat_of_row,
        z=zeros(rows, N_CONDUCT),
        usual_conduct=zeros(rows, N_CONDUCT),
        usual_boss=zeros(rows, N_CONDUCT),
        push=zeros(rows, N_CONDUCT),
        hours=zeros(rows),
        felt=zeros(rows, N_FELT),
        felt_usual=zeros(rows, N_FELT),
        radiated=zeros(rows, 5),
        spread=zeros(N_LAYERS - 1, rows, N_FELT),
        leader_felt=zeros(N_CONDUCT),
        flow_start=flow[0],
        flow_column=flow[1],
        flow_size=flow[2],
        flow_reached=flow[3],
        emits=np.ascontiguousarray(arrays.emits, dtype=np.float64),
        fit_usual=np.ascontiguousarray(np.maximum(arrays.fit, 0.0)),
        eta=np.ascontiguousarray(arrays.eta, dtype=np.float64),
        dose=plan_doses.dose,
        changed=plan_doses.changed,
        push_start=plan.push_start,
        push_behaviour=plan.push_behaviour,
        push_size=plan.push_size,
        actors_start=plan.actors_start,
        actors=plan.actors,
        programme_hours=plan.programme_hours,
        programme_fixed=plan.programme_fixed,
        programme_heads=plan.programme_heads,
        programme_starts=plan_doses.starts,
        programme_stops=plan_doses.stops,
        class_direct=np.ascontiguousarray(plan.class_direct),
        direct=plan.direct,
        field=zeros(len(plan.class_direct), N_CHANNELS),
        struck=zeros(len(plan.class_direct), N_CHANNELS),
        shock_field=plan.shock_field,
        shock_push=plan.shock_push,
        shock_rows=plan.shock_rows,
        shock_span=plan.shock_span,
        shock_effects=plan.shock_effects,
        shock_seats=plan.shock_seats,
        leaving_factor=plan_doses.leaving,
        leaving_group=plan_doses.leaving_group,
        memory=zeros(units, TOPICS),
        memory_usual=zeros(units, TOPICS),
        flow=zeros(units, TOPICS + 2),
        targeting=np.ones(units),
        observed=zeros(units, 3),
        adapt=plan_doses.adapt,
        words=np.zeros((n, 4), dtype=np.uint32, order="F"),
        key=np.array(key, dtype=np.int64),
        kept=step_constants(p, resolved.dt),
        switches=switches(resolved, events=events),
        population=population,
        pushback=pushback(resolved, float(p["pushback_share"])),
        events=np.zeros((room, 5), dtype=np.int32),
        event_count=np.zeros(1, dtype=np.int64),
        credit=np.zeros((N_CREDIT, N_LEVELS), dtype=np.int64),
        share=zeros(steps),
        ledger=zeros(steps, N_LEDGER),
    )
    handle = handle_of(world)
    if people:
        populate(handle, p, survey_table(resolved))
    return world, handle, p


def pushback(resolved: Resolved, usual: float) -> npt.NDArray[np.float64]:
    """Share of people who answer a programme by pushing back, by level, shape (N_LEVELS,)."""
    from sim.theory.channels import LEVELS

    return np.array([float(resolved.start.pushback_by_level.get(level, usual)) for level in LEVELS])


def longest_segment(plan: Blueprint) -> int:
    """Most ties that one hearer can have on one layer, at least 1."""
    start = plan.ties.start
    return int(np.diff(start, axis=1).max(initial=1))


def flows(fit: Floats) -> tuple[Ints, Ints, Floats, Ints]:
    """All that a behaviour does where it fits: what it makes felt by layer and channel, then say and do by layer.

    Args:
        fit: of behaviours to layers under the plan, shape (N_CONDUCT, N_LAYERS).

    Returns:
        Start of each behaviour's entries, the flow that each is part of, its size; and the flows, any behaviour's,
        that make something felt on the layers other than the reporting line.
    """
    arrays = matrices()
    felt = np.asarray(arrays.emits)[:, None, :N_FELT] * fit[:, :, None]
    say, do = fit * np.asarray(arrays.say)[:, None], fit * np.asarray(arrays.do)[:, None]
    table = np.concatenate([felt.reshape(N_CONDUCT, -1), say, do], axis=1)
    behaviour, column = np.nonzero(table)
    start = np.concatenate([[0], np.cumsum(np.bincount(behaviour, minlength=N_CONDUCT))]).astype(np.int32)
    reached = np.flatnonzero((table != 0.0).any(axis=0))
    reached = reached[(reached >= N_FELT) & (reached < N_LAYERS * N_FELT)]
    return start, column.astype(np.int32), table[behaviour, column], reached.astype(np.int32)
