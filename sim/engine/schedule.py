"""The weekly schedule, as a numbered list and as the loop that runs it.

Everything at a step reads the step before, so the order of people never matters; staff changes are the exception
(a promotion empties another seat) and run in seat order.
"""

from typing import Any, Final

from sim.engine.compiled import kernel
from sim.engine.conduct import book_plan, disturb, emit, lay_out_plan, lead, retarget
from sim.engine.expressing import express
from sim.engine.layout import Floats, Handle, Ints
from sim.engine.measuring import book_people, measure
from sim.engine.moving import move, remember
from sim.engine.staffing import staff
from sim.engine.ties import change_ties

SCHEDULE: Final = (
    "1 Ties change: informal ties end and form; programmes bring their ties and take them away.",
    "2 Staff changes: people leave, vacant seats are filled from within or outside, tenure grows.",
    "3 The plan: doses of this step become pushes on leaders, hours, and fields; shocks strike; each quarter "
    "hours are re-targeted to where the observed share is lowest.",
    "4 Everybody expresses: what leaders radiate and make others feel; what can be heard and seen of each person.",
    "5 Leaders' conduct moves: uptake of what is pushed, imitation of the own leader, encouragement by reports.",
    "6 Everybody hears and moves: (a) gathers over the ties, (b) enthusiasm, (c) safety and mindset, (d) adopts "
    "or lapses, (e) learns and forgets.",
    "7 Departments' shared memory grows and goes stale.",
    "8 The books: hours, cash, headcount, share practising; every few steps the record by group.",
)


@kernel
def advance(
    w: Handle,
    s: Any,
    p: Any,
    first: int,
    last: int,
    burn: int,
    quarter: int,
    every: int,
    series: Floats,
    crowd: Floats,
    leaders: Ints,
    weights: Floats,
    histogram: Floats,
    z_next: Floats,
) -> None:
    """Run steps `first` (inclusive) to `last` (exclusive); steps before `burn` are business as usual.

    Args:
        w, p: the world and the parameter record.
        quarter: steps in a quarter; every: steps between records.
        series: (records, groups, metrics), filled at every `every`-th step of the scenario.
        s: room for a block of people (`sim.engine.block`); crowd: shape (3,).
        leaders, weights: room for the leaders among the contacts of one layer.
        histogram: (groups, bins); z_next: a copy of w.z to write into.
    """
    for step in range(first, last):
        at = step - burn
        change_ties(w, p, step)
        staff(w, s, p, step, at)
        if at >= 0:
            moved = retarget(w, p, step, at, quarter)
            if w.changed[at] == 1 or moved:
                lay_out_plan(w, p, at)
            disturb(w, p, step, at)
        emit(w, s, p)
        express(w, s, p, crowd)
        lead(w, p, z_next)
        move(w, s, p, step, crowd, leaders, weights)
        remember(w, p)
        if at >= 0:
            book_plan(w, p, at)
            book_people(w, p, at)
            if (at + 1) % every == 0:
                measure(w, s, series[(at + 1) // every], histogram)
