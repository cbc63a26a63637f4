"""Room for a block of people, laid out so that the compiler works on several of them at once.

Each name is a run of `BLOCK` numbers at a fixed place: a loop over a block has a known length and no two names
overlap, so LLVM turns it into vector instructions without asking.  Loops over arithmetic always go over the whole
block; lanes beyond the last person hold stale numbers that nobody reads.
"""

import numpy as np

from sim.engine.compiled import inlined
from sim.engine.layout import N_FLOWS, N_METRIC
from sim.theory.channels import N_CHANNELS, N_CONDUCT, N_LAYERS, TOPICS

BLOCK = 64  # small enough for the inner cache

_ONE = (
    # who is there
    "present", "staff", "leads", "practises", "usual_chance",
    # state before the step
    "enthusiasm", "safety", "mindset", "habit", "overload", "tenure", "care", "recognition", "occasions",
    # traits and references
    "susceptibility", "expressiveness", "threshold", "usual_enthusiasm", "usual_safety", "spontaneous",
    "usual_response", "usual_exposure", "used_to_safety",
    # what is gathered over the ties
    "relations", "team_safety", "example", "novelty", "joint", "reports", "heard", "practising", "contacts",
    # what follows
    "company", "reinforcement", "safety_level", "ready", "hazard", "tried", "voice", "shared",
    "common", "will", "left", "kept",
    "noise", "u", "new_enthusiasm", "new_safety", "new_mindset",
)  # fmt: skip
_BY_LAYER = ("total", "voices", "lit", "used_to")
_BY_TOPIC = ("stock", "recent", "ordinary", "stock_kept", "usual_skill")
# Side by side for one person, as they are summed over ties.
_OF_ONE_PERSON = (("brought", N_CHANNELS), ("pull", TOPICS), ("memory", TOPICS), ("measured", N_METRIC))
_OF_LEADERS = (("conduct", N_CONDUCT), ("flow", N_FLOWS))

LAYOUT = np.dtype(
    [(name, np.float64, (BLOCK,)) for name in _ONE]
    + [(name, np.float64, (N_LAYERS, BLOCK)) for name in _BY_LAYER]
    + [(name, np.float64, (TOPICS, BLOCK)) for name in _BY_TOPIC]
    + [(name, np.float64, (count, BLOCK)) for name, count in _OF_LEADERS]
    + [("felt", np.float64, (N_CHANNELS, BLOCK))]
    + [(name, np.float64, (BLOCK, count)) for name, count in _OF_ONE_PERSON]
)


def new_block() -> np.void:
    """An empty block."""
    block: np.void = np.zeros(1, dtype=LAYOUT)[0]
    return block


@inlined
def take(table, column, first, last, lane):
    """Copy a column of a table (people in rows) for people `first` to `last` into a block.

    Indices are unsigned: else the compiler thinks of negative ones, which count from the end, and copies one by one.
    """
    begin = np.uintp(first)
    for b in range(np.uintp(last - first)):
        lane[b] = table[begin + b, column]


@inlined
def give(lane, table, column, first, last, chosen):
    """Copy a block's numbers back into a column for those `chosen` (1 or 0)."""
    begin = np.uintp(first)
    for b in range(np.uintp(last - first)):
        old = table[begin + b, column]
        table[begin + b, column] = lane[b] if chosen[b] > 0.0 else old
