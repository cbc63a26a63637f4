"""Where each number of a person lies: columns of the world's arrays.

Two-dimensional arrays with named columns keep what is read together side by side in memory, and keep kernels'
argument lists short.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba.core import types
from numba.experimental import structref

from sim.theory.channels import EVENT_KINDS, LIT_BY, N_FELT, N_LAYERS, TOPICS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Small = npt.NDArray[np.int8]
Flags = npt.NDArray[np.uint8]

# --- state: what changes from step to step, shape (n, N_STATE)
Y_E, Y_PSI, Y_G = 0, 1, 2  # departures in log-odds
TENURE, SPELL, HABIT, EXPERIENCE, OVERLOAD = 3, 4, 5, 6, 7
CARE_FELT, RECOGNITION_FELT, OCCASIONS_FELT, TIME_FELT = 8, 9, 10, 11  # as felt at the step before
# SPELL: years of the present spell of practising; EXPERIENCE: practising among the own reports beyond usual
R0: Final = 12  # ordinary skill stock by topic
Q0: Final = R0 + TOPICS  # recent gain by topic
N_STATE: Final = Q0 + TOPICS

# --- trait: fixed at hire (seat-bound ones are set again when somebody takes the seat), shape (n, N_TRAIT)
SIGMA, EXPRESSIVENESS, OPENNESS, THETA = 0, 1, 2, 3
L_E, L_PSI, L_G = 4, 5, 6  # usual levels in log-odds
P_BAU = 7  # usual chance of practising
ALPHA, C_BAR, X_BAR, X_VAR = 8, 9, 10, 11  # X_BAR, X_VAR: usual exposure of the seat
B0: Final = 12  # ordinary learning by topic
KEPT_R0: Final = B0 + TOPICS  # exp(−(b + ρ) dt) by topic
S_USUAL0: Final = KEPT_R0 + TOPICS  # usual skill by topic
N_TRAIT: Final = S_USUAL0 + TOPICS

# --- reference: what a hearer is used to, shape (n, N_REF)
REF_E0: Final = 0  # by layer
REF_PSI: Final = N_LAYERS
REF_FELT0: Final = N_LAYERS + 1
N_REF: Final = REF_FELT0 + N_FELT

# --- voice: what peers and those in joint work perceive of a person, packed into one cache line, shape (n, 8)
V_PEERS, V_PSI, V_OFFER, V_MUTUAL, V_S0 = 0, 1, 2, 3, 4
N_VOICE: Final = V_S0 + TOPICS
# V_PEERS, V_MUTUAL: enthusiasm as heard on these layers; V_OFFER: propensity to share beyond the usual

# --- signal: what the reporting line and ripples carry, and the usual chance of practising, shape (n, 4)
SG_AUTHORITY, SG_EXAMPLE, SG_RIPPLES, SG_USUAL = 0, 1, 2, 3
N_SIGNAL: Final = 4

# --- emission of conduct rows: X_AUTHORITY.. by layer, then the do-part on authority, shape (rows, 5)
X_DO: Final = N_LAYERS

# --- flows: all that a behaviour does: what it makes felt by layer and channel, then say- and do-part by layer
FLOW_SAY: Final = N_LAYERS * N_FELT
FLOW_DO: Final = FLOW_SAY + N_LAYERS
N_FLOWS: Final = FLOW_DO + N_LAYERS

# --- flags, bits of one byte a seat
PRACTISING, VACANT, COMMITTED, LEADS = 1, 2, 4, 8

# --- decays and constants of one step, shape (N_KEPT,)
K_E, K_PSI, K_G, K_Z, NOISE, DT, SHARE_USUAL, OBSOLESCENCE, FORGETTING, LIFETIME = range(10)
N_KEPT: Final = 10

# --- switches, shape (N_SWITCH,): named responses and what is on
SW_RESPONSE, SW_COUNT, SW_CENTRED, SW_EVENTS, SW_CALM, SW_ORDINARY = 0, 1, 2, 3, 4, 5
N_SWITCH: Final = 6

# --- population: what the staff is like at business as usual, shape (N_POP,)
POP_B0, POP_E, POP_PSI, POP_G, POP_SHARE, POP_TIE, POP_EXECUTIVES, POP_TIE_ON, POP_TIE_OFF = range(9)
# POP_TIE: share of informal contacts that exist; POP_TIE_ON/OFF: rates relative to the tie turnover
N_POP: Final = 9

# --- events, shape (events, 5): step, seat, kind, source, layer
ADOPT, LAPSE, LEAVE, HIRE, PROMOTION = range(len(EVENT_KINDS))
SPONTANEOUS: Final = N_LAYERS  # layer of an adoption that nobody lit
MIXED: Final = N_LAYERS + 1  # layer of an adoption lit by the well-mixed crowd
N_CREDIT: Final = len(LIT_BY)

# --- ledger of a step, shape (steps, N_LEDGER)
LEADER_HOURS, LEARNER_HOURS, PRACTICE_HOURS, FACILITATOR_HOURS, CASH, HEADCOUNT = range(6)
N_LEDGER: Final = 6

# --- metrics of a record, shape (records, groups, N_METRIC); sums over the group unless said
METRICS: Final = (
    "headcount", "practising", "enthusiasm", "safety", "mindset", "skill", "skill_p10", "sharing",
    "time", "leader_load", "unaware", "aware", "interested", "trying", "settled", "championing",
)  # fmt: skip
N_METRIC: Final = len(METRICS)
M_HEAD, M_PRACTISING, M_E, M_PSI, M_G, M_S, M_P10, M_SHARING, M_TIME, M_LOAD, M_STAGE0 = range(11)
TENURE_BANDS: Final = ("under 1 year", "1 to 3 years", "over 3 years")

NEVER: Final = 2_000_000_000  # a step that does not come


class World(NamedTuple):
    """Everything that a run changes or reads, as arrays; kernels take it whole."""

    # seats
    manager: Ints
    level: Small
    department: Ints
    team: Ints
    opens: Ints  # step from which the seat may be filled
    row: Ints  # row in the conduct arrays, −1 for none
    reports_start: Ints
    reports: Ints
    coverage: Ints  # class of programme coverage
    # people
    flags: Flags
    flags_before: Flags  # as they stood when the step began
    state: Floats
    trait: Floats
    reference: Floats
    voice: Floats
    signal: Floats
    # ties
    start: Ints  # (n, 5): where each layer's segment of a hearer's row begins; last column is its end
    active: Ints  # (n, 4): how many of a segment's ties exist now; they come first
    source: Ints
    weight: npt.NDArray[np.float32]
    pair: Ints  # the pair that switches this tie, −1 for a fixed one
    pair_a: Ints
    pair_b: Ints
    pair_arcs: Small  # bit 1: a hears b; bit 2: b hears a
    pair_layer: Small
    pair_programme: npt.NDArray[np.int16]  # −1 for an informal pair
    pair_on: Flags
    pair_toggle: Ints
    seat_pairs_start: Ints
    seat_pairs: Ints
    # conduct
    seat_of_row: Ints
    z: Floats
    usual_conduct: Floats
    usual_boss: Floats
    push: Floats  # asked of the seat, before a full week takes its part
    hours: Floats  # asked of the seat, whoever sits there
    felt: Floats  # what a leader makes direct hearers feel, levels, (rows, N_FELT)
    felt_usual: Floats
    radiated: Floats  # (rows, 5)
    spread: Floats  # departures felt on the other three layers, (3, rows, N_FELT)
    leader_felt: Floats  # room for what one leader feels of the own leader, (N_CONDUCT,)
    flow_start: Ints  # what each behaviour does under this plan's fit, without the zeros: see `world.flows`
    flow_column: Ints
    flow_size: Floats
    flow_reached: Ints  # flows that make anything felt on the layers but the reporting line
    # the catalogue
    emits: Floats
    fit_usual: Floats
    eta: Floats
    # the plan
    dose: Floats  # (programmes, steps)
    changed: Flags  # (steps,): whether any dose or disturbance changes at this step
    push_start: Ints
    push_behaviour: Ints
    push_size: Floats
    actors_start: Ints
    actors: Ints
    programme_hours: (
        Floats  # (programmes, 4): leader, learner, facilitator hours a week; cash a year per head
    )
    programme_fixed: Floats
    programme_heads: Floats
    programme_starts: Ints  # step at which a programme's ties come
    programme_stops: Ints
    class_direct: Floats  # (classes, programmes): 1 where covered
    direct: Floats  # (programmes, channels)
    field: Floats  # (classes, channels): what programmes bring at this step, where hours are not re-targeted
    struck: Floats  # (classes, channels): what disturbances bring
    shock_field: Floats  # (disturbances, classes, channels)
    shock_push: Floats  # (disturbances, N_CONDUCT)
    shock_rows: Flags  # (disturbances, rows)
    shock_span: Ints  # (disturbances, 2): steps
    shock_effects: Floats  # (disturbances, 4): turnover, skill loss, tie reset, vacate
    shock_seats: Flags  # (disturbances, n)
    leaving_factor: Floats  # (groups of seats that surges hit alike, steps)
    leaving_group: Ints  # (n,)
    # departments
    memory: Floats
    memory_usual: Floats
    flow: Floats  # (departments, TOPICS + 2): shared skill of those who practise, platform, heads
    targeting: Floats  # hours multiplier of each department
    observed: Floats
    adapt: Floats  # (steps,): fraction moved each quarter, signed
    # luck and constants
    words: npt.NDArray[np.uint32]  # the week's luck, (n, 4)
    key: npt.NDArray[np.int64]
    kept: Floats
    switches: Ints
    population: Floats  # columns POP_* above
    pushback: Floats  # share who answer a programme by pushing back, by level
    # what is recorded
    events: Ints
    event_count: npt.NDArray[np.int64]
    credit: npt.NDArray[np.int64]
    share: Floats  # (steps,)
    ledger: Floats


@structref.register
class _WorldType(types.StructRef):  # type: ignore[misc, name-defined]
    """Numba's type of a world: kernels hand on one pointer instead of some eighty arrays."""

    def preprocess_fields(
        self, fields: tuple[tuple[str, types.Type], ...]
    ) -> tuple[tuple[str, types.Type], ...]:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)  # type: ignore[attr-defined]


class Handle(structref.StructRefProxy):  # type: ignore[misc]
    """A world as kernels take it; it shares the arrays of the `World` it was made from."""


structref.define_proxy(Handle, _WorldType, list(World._fields))
