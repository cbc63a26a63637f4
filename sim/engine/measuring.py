"""What is written down of a step: sums by level, department and tenure, and the ledger of hours and cash."""

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
def measure(w: Handle, sums: Floats, histogram: Floats) -> None:
    """Sums over groups: all staff, the five levels, the departments, three bands of tenure; shape (groups, metrics)."""
    units = w.memory.shape[0]
    sums[:] = 0.0
    histogram[:] = 0.0
    row = sums[0].copy()
    groups = [0, 0, 0, 0]
    for i in range(w.manager.shape[0]):
        flags = w.flags[i]
        if (flags & VACANT) != 0:
            continue
        row[:] = 0.0
        skill = 0.0
        for k in range(TOPICS):
            skill += w.state[i, R0 + k] + w.state[i, Q0 + k]
        skill /= TOPICS
        practising = 1.0 if (flags & PRACTISING) != 0 else 0.0
        row[M_HEAD] = 1.0
        row[M_PRACTISING] = practising
        row[M_E] = expit(w.trait[i, L_E] + w.state[i, Y_E])
        row[M_PSI] = expit(w.trait[i, L_PSI] + w.state[i, Y_PSI])
        row[M_G] = expit(w.trait[i, L_G] + w.state[i, Y_G])
        row[M_S] = skill
        shared = w.voice[i, V_OFFER] + w.trait[i, P_BAU] * w.kept[SHARE_USUAL]
        row[M_SHARING] = shared
        row[M_TIME] = w.state[i, TIME_FELT]
        row[M_LOAD] = given_hours(w, w.row[i]) if w.row[i] >= 0 else 0.0
        row[M_STAGE0 + stage(w.state[i, Y_E], practising, w.state[i, SPELL])] = 1.0
        level = w.level[i]
        groups[1] = 1 + level
        groups[2] = 1 + N_LEVELS + w.department[i]
        tenure = w.state[i, TENURE]
        groups[3] = 1 + N_LEVELS + units + (0 if tenure < 1.0 else (1 if tenure < 3.0 else 2))
        bin_of = min(max(int(skill * _BINS), 0), _BINS - 1)
        for k in range(4):
            if level == COMMUNITY and k != 1:
                continue
            for m in range(N_METRIC):
                sums[groups[k], m] += row[m]
            histogram[groups[k], bin_of] += 1.0
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
