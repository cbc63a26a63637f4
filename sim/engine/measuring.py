"""What is written down of a step: sums by level, department and tenure, and the ledger of hours and cash."""

from typing import Any

import numpy as np

from sim.engine.block import BLOCK, take
from sim.engine.compiled import kernel
from sim.engine.conduct import given_hours
from sim.engine.layout import (
    DT,
    HEADCOUNT,
    L_E,
    L_G,
    L_PSI,
    M_E,
    M_G,
    M_HEAD,
    M_LOAD,
    M_P10,
    M_PRACTISING,
    M_PSI,
    M_S,
    M_SHARING,
    M_STAGE0,
    M_TIME,
    N_METRIC,
    P_BAU,
    PRACTICE_HOURS,
    PRACTISING,
    Q0,
    R0,
    SHARE_USUAL,
    SPELL,
    TENURE,
    TIME_FELT,
    V_OFFER,
    VACANT,
    Y_E,
    Y_G,
    Y_PSI,
    Floats,
    Handle,
)  # fmt: skip
from sim.theory.channels import COMMUNITY, N_LEVELS, TOPICS
from sim.theory.outcomes import stage
from sim.theory.scales import expit

_BINS = 256


@kernel
def tenth_percentile(counts, total):
    """10th percentile of skill from a histogram over [0, 1], linear within a bin."""
    wanted = 0.1 * total
    below = 0.0
    for b in range(counts.shape[0]):
        if below + counts[b] >= wanted and counts[b] > 0.0:
            return (b + (wanted - below) / counts[b]) / counts.shape[0]
        below += counts[b]
    return 0.0


@kernel
def look_over(w, s, first, last):
    """What a record holds of each of a block of people, side by side in `measured`; nothing of a vacant seat."""
    take(w.state, Y_E, first, last, s.enthusiasm)
    take(w.state, Y_PSI, first, last, s.safety)
    take(w.state, Y_G, first, last, s.mindset)
    take(w.trait, L_E, first, last, s.usual_enthusiasm)
    take(w.trait, L_PSI, first, last, s.usual_safety)
    take(w.trait, L_G, first, last, s.will)
    for b in range(BLOCK):
        s.new_enthusiasm[b] = expit(s.usual_enthusiasm[b] + s.enthusiasm[b])
        s.new_safety[b] = expit(s.usual_safety[b] + s.safety[b])
        s.new_mindset[b] = expit(s.will[b] + s.mindset[b])
    for b in range(np.uintp(last - first)):
        i = np.uintp(first) + b
        flags, row = w.flags[i], w.row[i]
        practising = 1.0 if (flags & PRACTISING) != 0 else 0.0
        skill = 0.0
        for k in range(TOPICS):
            skill += w.state[i, R0 + k] + w.state[i, Q0 + k]
        s.measured[b, M_HEAD] = 1.0
        s.measured[b, M_PRACTISING] = practising
        s.measured[b, M_E] = s.new_enthusiasm[b]
        s.measured[b, M_PSI] = s.new_safety[b]
        s.measured[b, M_G] = s.new_mindset[b]
        s.measured[b, M_S] = skill / TOPICS
        s.measured[b, M_P10] = 0.0
        s.measured[b, M_SHARING] = w.voice[i, V_OFFER] + w.trait[i, P_BAU] * w.kept[SHARE_USUAL]
        s.measured[b, M_TIME] = w.state[i, TIME_FELT]
        s.measured[b, M_LOAD] = given_hours(w, row) if row >= 0 else 0.0
        for m in range(M_STAGE0, N_METRIC):
            s.measured[b, m] = 0.0
        s.measured[b, M_STAGE0 + stage(s.enthusiasm[b], practising, w.state[i, SPELL])] = 1.0


@kernel
def count_in(s, b, group, sums, histogram):
    """Add one person to a group."""
    for m in range(N_METRIC):
        sums[group, m] += s.measured[b, m]
    place = min(max(int(s.measured[b, M_S] * _BINS), 0), _BINS - 1)
    histogram[group, place] += 1.0


@kernel
def measure(w: Handle, s: Any, sums: Floats, histogram: Floats) -> None:
    """Sums over groups: all staff, the five levels, the departments, three bands of tenure; shape (groups, metrics).

    Args:
        s: room for a block of people; histogram: room for skills, shape (groups, bins).
    """
    units = w.memory.shape[0]
    sums[:] = 0.0
    histogram[:] = 0.0
    people = w.manager.shape[0]
    for first in range(0, people, BLOCK):
        last = min(first + BLOCK, people)
        look_over(w, s, first, last)
        for i in range(first, last):
            if (w.flags[i] & VACANT) != 0:
                continue
            b, level, tenure = i - first, w.level[i], w.state[i, TENURE]
            count_in(s, b, 1 + level, sums, histogram)
            if level != COMMUNITY:
                count_in(s, b, 1 + N_LEVELS + w.department[i], sums, histogram)
                band = 0 if tenure < 1.0 else (1 if tenure < 3.0 else 2)
                count_in(s, b, 1 + N_LEVELS + units + band, sums, histogram)
    for level in range(N_LEVELS):
        if level != COMMUNITY:
            sums[0] += sums[1 + level]
            histogram[0] += histogram[1 + level]
    for g in range(sums.shape[0]):
        sums[g, M_P10] = tenth_percentile(histogram[g], sums[g, M_HEAD])


@kernel
def book_people(w, p, at):
    """Headcount, share practising and the hours that practising takes at this step."""
    heads = 0.0
    practising = 0.0
    for i in range(w.manager.shape[0]):
        if w.level[i] == COMMUNITY or (w.flags[i] & VACANT) != 0:
            continue
        heads += 1.0
        if (w.flags[i] & PRACTISING) != 0:
            practising += 1.0
    w.ledger[at, HEADCOUNT] = heads
    w.ledger[at, PRACTICE_HOURS] += w.kept[DT] * 52.0 * p.practice_hours * practising
    w.share[at] = practising / heads if heads > 0.0 else 0.0
