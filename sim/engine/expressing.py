"""Everyone expresses: kernels that pack what can be heard of each person.

What others perceive of a person lies in one cache line (`voice`, read by peers and in joint work) and half a line
(`signal`, read on the reporting line and on ripples).
"""

from sim.engine.block import BLOCK, take
from sim.engine.compiled import kernel
from sim.engine.layout import (
    EXPRESSIVENESS,
    L_E,
    L_PSI,
    N_SIGNAL,
    N_VOICE,
    OCCASIONS_FELT,
    P_BAU,
    PRACTISING,
    Q0,
    R0,
    RECOGNITION_FELT,
    SG_AUTHORITY,
    SG_EXAMPLE,
    SG_RIPPLES,
    SG_USUAL,
    SHARE_USUAL,
    V_MUTUAL,
    V_OFFER,
    V_PEERS,
    V_PSI,
    V_S0,
    VACANT,
    X_DO,
    Y_E,
    Y_G,
    Y_PSI,
)  # fmt: skip
from sim.theory.channels import (
    AUTHORITY,
    COMMUNITY,
    EXECUTIVE,
    MUTUAL,
    PEERS,
    PLATFORM,
    RIPPLES,
    TOPICS,
)  # fmt: skip
from sim.theory.skill import sharing


@kernel
def sound(w, s, p, first, last):
    """What a block of people would express: voice, safety and propensity to share."""
    take(w.state, Y_E, first, last, s.enthusiasm)
    take(w.state, Y_PSI, first, last, s.safety)
    take(w.state, Y_G, first, last, s.mindset)
    take(w.state, RECOGNITION_FELT, first, last, s.recognition)
    take(w.state, OCCASIONS_FELT, first, last, s.occasions)
    take(w.trait, L_E, first, last, s.usual_enthusiasm)
    take(w.trait, EXPRESSIVENESS, first, last, s.expressiveness)
    take(w.trait, L_PSI, first, last, s.usual_safety)
    for b in range(BLOCK):
        s.voice[b] = s.usual_enthusiasm[b] + s.expressiveness[b] * s.enthusiasm[b]
        s.safety_level[b] = s.usual_safety[b] + s.safety[b]
        s.shared[b] = sharing(
            s.safety[b], s.mindset[b], s.recognition[b], s.occasions[b],
            p.share_base, p.share_safety, p.share_mindset, p.share_recognition, p.share_occasions,
        )  # fmt: skip


@kernel
def express(w, s, p, crowd):
    """Schedule step 4: pack what can be heard of each person and what departments hold in common.

    `crowd` receives the executives' mean voice on ripples (their broadcast), their number, and the staff's share
    practising.
    """
    state, trait, voice, signal, flow = w.state, w.trait, w.voice, w.signal, w.flow
    targeting = w.targeting
    flags_now, flags_before, row_of, radiated = w.flags, w.flags_before, w.row, w.radiated
    level, department, coverage, field, struck = w.level, w.department, w.coverage, w.field, w.struck
    flow[:] = 0.0
    crowd[:] = 0.0
    staff = 0.0
    usual_share = w.kept[SHARE_USUAL]
    people = level.shape[0]
    for first in range(0, people, BLOCK):
        last = min(first + BLOCK, people)
        sound(w, s, p, first, last)
        for i in range(first, last):
            b = i - first
            flags = flags_now[i]
            flags_before[i] = flags
            if (flags & VACANT) != 0:
                for k in range(N_VOICE):
                    voice[i, k] = 0.0
                for k in range(N_SIGNAL):
                    signal[i, k] = 0.0
                continue
            practises = (flags & PRACTISING) != 0
            own = s.voice[b]
            shared = s.shared[b] if practises else 0.0
            signal[i, SG_AUTHORITY] = own
            signal[i, SG_EXAMPLE] = 0.0
            signal[i, SG_RIPPLES] = own
            signal[i, SG_USUAL] = trait[i, P_BAU]
            voice[i, V_PEERS] = own
            voice[i, V_MUTUAL] = own
            row = row_of[i]
            if row >= 0:
                signal[i, SG_AUTHORITY] = own + radiated[row, AUTHORITY]
                signal[i, SG_EXAMPLE] = radiated[row, X_DO]
                signal[i, SG_RIPPLES] = own + radiated[row, RIPPLES]
                voice[i, V_PEERS] = own + radiated[row, PEERS]
                voice[i, V_MUTUAL] = own + radiated[row, MUTUAL]
            voice[i, V_PSI] = s.safety_level[b]
            voice[i, V_OFFER] = shared - trait[i, P_BAU] * usual_share
            for k in range(TOPICS):
                voice[i, V_S0 + k] = state[i, R0 + k] + state[i, Q0 + k]
            if level[i] == COMMUNITY:
                continue
            staff += 1.0
            unit = department[i]
            flow[unit, TOPICS] += (
                field[coverage[i], PLATFORM] * targeting[unit] + struck[coverage[i], PLATFORM]
            )
            flow[unit, TOPICS + 1] += 1.0
            if practises:
                crowd[2] += 1.0
                for k in range(TOPICS):
                    flow[unit, k] += shared * voice[i, V_S0 + k]
            if level[i] == EXECUTIVE:
                crowd[0] += signal[i, SG_RIPPLES]
                crowd[1] += 1.0
    if crowd[1] > 0.0:
        crowd[0] /= crowd[1]
    if staff > 0.0:
        crowd[2] /= staff
