"""Everyone hears: kernels that gather over the ties what others radiate, do and know.

They read what `sim.engine.expressing` packed before anybody moved, so the order of people does not matter.  A vacant
seat's lines are zero and its ties count nothing, so the loops over ties need no branch.
"""

import numpy as np

from sim.engine.block import BLOCK
from sim.engine.compiled import inlined, kernel
from sim.engine.layout import (
    LEADS,
    PRACTISING,
    REF_FELT0,
    SG_AUTHORITY,
    SG_EXAMPLE,
    SG_RIPPLES,
    SG_USUAL,
    V_MUTUAL,
    V_OFFER,
    V_PEERS,
    V_PSI,
    V_S0,
    VACANT,
)  # fmt: skip
from sim.theory.channels import (
    AUTHORITY,
    MUTUAL,
    N_CHANNELS,
    N_FELT,
    PEERS,
    RIPPLES,
    TOPICS,
)  # fmt: skip
from sim.theory.enthusiasm import negativity
from sim.theory.skill import novelty, pull


@kernel
def surround(w, s, first, last):
    """What programmes and disturbances make a block of people feel."""
    field, struck, coverage, department, targeting = w.field, w.struck, w.coverage, w.department, w.targeting
    begin = np.uintp(first)
    for b in range(np.uintp(last - first)):
        here = targeting[np.uintp(department[begin + b])]
        own = np.uintp(coverage[begin + b])
        for c in range(N_CHANNELS):
            s.brought[b, c] = field[own, c] * here + struck[own, c]


@inlined
def feel_conduct(s, b, felt_from, row_of, total, leaders, weights, count):
    """What leaders among a person's contacts of one layer make that person feel, each by the share of contact."""
    for k in range(count):
        row, share = np.uintp(row_of[np.uintp(leaders[k])]), weights[k] / total
        for c in range(N_FELT):
            s.brought[b, c] += share * felt_from[row, c]


@kernel
def hear_leaders(w, s, first, last, leaders, weights):
    """The reporting line: levels of conduct are felt against what one is used to, so a new boss matters.

    What one is used to is taken off in `feel_beyond`.
    """
    flags, row_of, signal, felt = w.flags_before, w.row, w.signal, w.felt
    start, active, sources, tie_weight = w.start, w.active, w.source, w.weight
    begin = np.uintp(first)
    for b in range(np.uintp(last - first)):
        i = begin + b
        slots = np.uintp(start[i, AUTHORITY])
        total = voice = lit = example = 0.0
        count = np.uintp(0)
        for slot in range(slots, slots + np.uintp(active[i, AUTHORITY])):
            j = np.uintp(sources[slot])
            other = flags[j]
            often = tie_weight[slot] * 1.0
            weight = 0.0 if (other & VACANT) != 0 else often
            total += weight
            voice += weight * signal[j, SG_AUTHORITY]
            example += weight * signal[j, SG_EXAMPLE]
            lit += weight if (other & PRACTISING) != 0 else 0.0
            leaders[count] = j
            weights[count] = weight
            count += np.uintp(1) if (other & (VACANT | LEADS)) == LEADS else np.uintp(0)
        s.total[AUTHORITY, b] = total
        s.voices[AUTHORITY, b] = voice
        s.lit[AUTHORITY, b] = lit
        s.example[b] = example
        feel_conduct(s, b, felt, row_of, total, leaders, weights, count)


@kernel
def hear_peers(w, s, first, last, leaders, weights):
    """Peers: mood, the safety of the team, and the pull of those who know more and share it."""
    flags, row_of, voices, felt = w.flags_before, w.row, w.voice, w.spread[PEERS - 1]
    start, active, sources, tie_weight = w.start, w.active, w.source, w.weight
    begin = np.uintp(first)
    for b in range(np.uintp(last - first)):
        i = begin + b
        slots = np.uintp(start[i, PEERS])
        total = voice = lit = safety = 0.0
        one = two = three = four = 0.0
        first_skill, second, third, fourth = (
            voices[i, V_S0], voices[i, V_S0 + 1], voices[i, V_S0 + 2], voices[i, V_S0 + 3],
        )  # fmt: skip
        count = np.uintp(0)
        for slot in range(slots, slots + np.uintp(active[i, PEERS])):
            j = np.uintp(sources[slot])
            other = flags[j]
            often = tie_weight[slot] * 1.0
            weight = 0.0 if (other & VACANT) != 0 else often
            total += weight
            voice += weight * voices[j, V_PEERS]
            safety += weight * voices[j, V_PSI]
            lit += weight if (other & PRACTISING) != 0 else 0.0
            offer = weight * voices[j, V_OFFER]
            one += offer * pull(first_skill, voices[j, V_S0])
            two += offer * pull(second, voices[j, V_S0 + 1])
            three += offer * pull(third, voices[j, V_S0 + 2])
            four += offer * pull(fourth, voices[j, V_S0 + 3])
            leaders[count] = j
            weights[count] = weight
            count += np.uintp(1) if (other & (VACANT | LEADS)) == LEADS else np.uintp(0)
        s.total[PEERS, b] = total
        s.voices[PEERS, b] = voice
        s.lit[PEERS, b] = lit
        s.team_safety[b] = safety
        s.pull[b, 0] = one
        s.pull[b, 1] = two
        s.pull[b, 2] = three
        s.pull[b, 3] = four
        feel_conduct(s, b, felt, row_of, total, leaders, weights, count)


@kernel
def hear_in_joint_work(w, s, p, first, last, leaders, weights):
    """Joint work teaches both ends most at a middle distance of what they know; reports reward their leader."""
    flags, row_of, voices, signal, felt = w.flags_before, w.row, w.voice, w.signal, w.spread[MUTUAL - 1]
    start, active, sources, tie_weight = w.start, w.active, w.source, w.weight
    best = p.novelty_best
    begin = np.uintp(first)
    for b in range(np.uintp(last - first)):
        i = begin + b
        slots = np.uintp(start[i, MUTUAL])
        total = voice = lit = new = joint = 0.0
        count = np.uintp(0)
        usual = signal[i, SG_USUAL]
        practises = (flags[i] & PRACTISING) != 0
        for slot in range(slots, slots + np.uintp(active[i, MUTUAL])):
            j = np.uintp(sources[slot])
            other = flags[j]
            often = tie_weight[slot] * 1.0
            weight = 0.0 if (other & VACANT) != 0 else often
            lights = (other & PRACTISING) != 0
            total += weight
            voice += weight * voices[j, V_MUTUAL]
            lit += weight if lights else 0.0
            distance = 0.0
            for c in range(TOPICS):
                distance += abs(voices[i, V_S0 + c] - voices[j, V_S0 + c])
            fresh = weight * novelty(distance / TOPICS, best)
            new += fresh
            joint += fresh * ((1.0 if lights and practises else 0.0) - usual * signal[j, SG_USUAL])
            leaders[count] = j
            weights[count] = weight
            count += np.uintp(1) if (other & (VACANT | LEADS)) == LEADS else np.uintp(0)
        s.total[MUTUAL, b] = total
        s.voices[MUTUAL, b] = voice
        s.lit[MUTUAL, b] = lit
        s.novelty[b] = new
        s.joint[b] = joint
        feel_conduct(s, b, felt, row_of, total, leaders, weights, count)


@kernel
def hear_ripples(w, s, first, last, leaders, weights):
    """Weak and indirect ties."""
    flags, row_of, signal, felt = w.flags_before, w.row, w.signal, w.spread[RIPPLES - 1]
    start, active, sources, tie_weight = w.start, w.active, w.source, w.weight
    begin = np.uintp(first)
    for b in range(np.uintp(last - first)):
        i = begin + b
        slots = np.uintp(start[i, RIPPLES])
        total = voice = lit = 0.0
        count = np.uintp(0)
        for slot in range(slots, slots + np.uintp(active[i, RIPPLES])):
            j = np.uintp(sources[slot])
            other = flags[j]
            often = tie_weight[slot] * 1.0
            weight = 0.0 if (other & VACANT) != 0 else often
            total += weight
            voice += weight * signal[j, SG_RIPPLES]
            lit += weight if (other & PRACTISING) != 0 else 0.0
            leaders[count] = j
            weights[count] = weight
            count += np.uintp(1) if (other & (VACANT | LEADS)) == LEADS else np.uintp(0)
        s.total[RIPPLES, b] = total
        s.voices[RIPPLES, b] = voice
        s.lit[RIPPLES, b] = lit
        feel_conduct(s, b, felt, row_of, total, leaders, weights, count)


@kernel
def relations(w, s, p, first, last, broadcast):
    """Weight of the relationships that each person has: those with any contact, dormant ones included."""
    start = w.start
    authority, peers, mutual, ripples = p.weight_authority, p.weight_peers, p.weight_mutual, p.weight_ripples
    begin = np.uintp(first)
    for b in range(np.uintp(last - first)):
        i = begin + b
        has = authority if start[i, AUTHORITY + 1] > start[i, AUTHORITY] else 0.0
        has += peers if start[i, PEERS + 1] > start[i, PEERS] else 0.0
        has += mutual if start[i, MUTUAL + 1] > start[i, MUTUAL] else 0.0
        has += ripples if start[i, RIPPLES + 1] > start[i, RIPPLES] or broadcast > 0.0 else 0.0
        s.relations[b] = has


@kernel
def feel_beyond(reference, s, first, last):
    """What leaders make one feel counts beyond what one is used to, where somebody leads one; channel by channel."""
    begin = np.uintp(first)
    for c in range(N_FELT):
        for b in range(np.uintp(last - first)):
            usual = reference[begin + b, REF_FELT0 + c]
            s.felt[c, b] = s.brought[b, c] - (usual if s.total[AUTHORITY, b] > 0.0 else 0.0)
    for c in range(N_FELT, N_CHANNELS):
        for b in range(BLOCK):
            s.felt[c, b] = s.brought[b, c]


@kernel
def take_in(heard, total, voices, used_to, weight, visibility, asymmetry, broadcast, broadcast_voice):
    """Add what a relationship radiates beyond the usual, for a block of people."""
    for b in range(BLOCK):
        whole = total[b] + broadcast
        departure = (voices[b] + broadcast * broadcast_voice) / whole - used_to[b]
        heard[b] += weight * negativity(visibility * departure, asymmetry) if whole > 0.0 else 0.0


@kernel
def conclude(s, p, crowd, broadcast):
    """From sums over ties to means, for a block of people."""
    share_practising = crowd[2]
    for b in range(BLOCK):
        s.heard[b] = 0.0
    take_in(
        s.heard, s.total[AUTHORITY], s.voices[AUTHORITY], s.used_to[AUTHORITY],
        p.weight_authority, p.visibility_authority, p.negativity, 0.0, 0.0,
    )  # fmt: skip
    take_in(
        s.heard,
        s.total[PEERS],
        s.voices[PEERS],
        s.used_to[PEERS],
        p.weight_peers,
        1.0,
        p.negativity,
        0.0,
        0.0,
    )
    take_in(
        s.heard,
        s.total[MUTUAL],
        s.voices[MUTUAL],
        s.used_to[MUTUAL],
        p.weight_mutual,
        1.0,
        p.negativity,
        0.0,
        0.0,
    )
    take_in(
        s.heard, s.total[RIPPLES], s.voices[RIPPLES], s.used_to[RIPPLES],
        p.weight_ripples, p.visibility_ripples, p.negativity, broadcast, crowd[0],
    )  # fmt: skip
    for b in range(BLOCK):
        s.heard[b] = s.heard[b] / s.relations[b] if s.relations[b] > 0.0 else 0.0
        s.practising[b] = (
            p.weight_authority * s.lit[AUTHORITY, b]
            + p.weight_peers * s.lit[PEERS, b]
            + p.weight_mutual * s.lit[MUTUAL, b]
            + p.weight_ripples * s.lit[RIPPLES, b]
            + p.mixing * share_practising
        )
        s.contacts[b] = (
            p.weight_authority * s.total[AUTHORITY, b]
            + p.weight_peers * s.total[PEERS, b]
            + p.weight_mutual * s.total[MUTUAL, b]
            + p.weight_ripples * s.total[RIPPLES, b]
            + p.mixing
        )
    for b in range(BLOCK):
        inverse = 1.0 / s.total[PEERS, b] if s.total[PEERS, b] > 0.0 else 0.0
        s.team_safety[b] = (
            s.team_safety[b] * inverse - s.used_to_safety[b] if s.total[PEERS, b] > 0.0 else 0.0
        )
        s.pull[b, 0] *= inverse
        s.pull[b, 1] *= inverse
        s.pull[b, 2] *= inverse
        s.pull[b, 3] *= inverse
    for b in range(BLOCK):
        inverse = 1.0 / s.total[MUTUAL, b] if s.total[MUTUAL, b] > 0.0 else 0.0
        s.novelty[b] *= inverse
        s.joint[b] *= inverse
        s.reports[b] = s.lit[MUTUAL, b] * inverse - s.usual_chance[b] if s.total[MUTUAL, b] > 0.0 else 0.0
        s.example[b] = s.example[b] / s.total[AUTHORITY, b] if s.total[AUTHORITY, b] > 0.0 else 0.0


@kernel
def hear(w, s, p, first, last, crowd, leaders, weights):
    """Schedule step 6a: what a block of people hears, sees and feels over all ties.

    Args:
        s: room for the block; filled: `felt` by channel, what is gathered, and shares and means of it.
        crowd: from `express`.
        leaders, weights: room for the leaders among one person's contacts of one layer.
    """
    broadcast = p.broadcast if crowd[1] > 0.0 else 0.0
    surround(w, s, first, last)
    hear_leaders(w, s, first, last, leaders, weights)
    hear_peers(w, s, first, last, leaders, weights)
    hear_in_joint_work(w, s, p, first, last, leaders, weights)
    hear_ripples(w, s, first, last, leaders, weights)
    feel_beyond(w.reference, s, first, last)
    relations(w, s, p, first, last, broadcast)
    conclude(s, p, crowd, broadcast)
