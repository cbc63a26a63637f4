"""The vocabulary of the theory: relationships, what is felt through them, and who is who.

Everything that a leader does or a programme brings reaches a person as a departure from that person's own
usual on one of the `CHANNELS`; every equation reads channels, never levers.  That keeps thirty-two levers
out of the equations: the catalogue says which channels a lever moves, the theory says what a channel does.
"""

from typing import Final

# Relationship structures (McKenzie 2013, source 002).  Ties of a layer point from source to hearer.
LAYERS: Final = ("authority", "peers", "mutual", "ripples")
AUTHORITY: Final = 0
PEERS: Final = 1
MUTUAL: Final = 2
RIPPLES: Final = 3
N_LAYERS: Final = 4

# What an adoption is put down to: a tie of a layer, oneself, or the well-mixed crowd.
LIT_BY: Final = (*LAYERS, "spontaneous", "mixed")

# What happens to whoever sits on a seat.
EVENT_KINDS: Final = ("adopt", "lapse", "leave", "hire", "promote")

# Who sits on a seat.
LEVELS: Final = ("executive", "manager", "employee", "learning_leader", "community")
EXECUTIVE: Final = 0
MANAGER: Final = 1
EMPLOYEE: Final = 2
LEARNING_LEADER: Final = 3
COMMUNITY: Final = 4
N_LEVELS: Final = 5

TOPICS: Final = 4  # skill topics a person carries

# What is felt.  The first N_FELT come from people (leaders' conduct) or from programmes; the rest come
# from programmes alone.  Unit: log-odds of departure from the person's usual; 0 is business as usual.
CHANNELS: Final = (
    "pressure",  # performance pressure, telling, fear
    "safety",  # coaching, warmth, candour, tolerance of error, room to challenge
    "mindset",  # modelling of learning, effort-focused feedback
    "recognition",  # celebration and reward of learning and sharing
    "progress",  # feeling that one is getting somewhere; ownership
    "time",  # protected time and slack
    "expectation",  # learning is expected of me
    "awareness",  # vision and direction are known
    "experience",  # learning by doing, exploration
    "stretch",  # assignments beyond present skill
    "relevance",  # learning fits the work
    "mutual",  # leader and report, or co-designers, learn together
    "sharing",  # occasions and doors open for sharing
    "reflection",  # after-action review: experience is captured and kept
    "care",  # the organisation is seen to invest in its people
    "career",  # learning counts for goals and careers
    "formal",  # courses, eLearning: standard course loads a year
    "design",  # practical, relevant, memorable design of courses
    "uptake",  # learner-centred: hours offered are hours used
    "platform",  # codification into the shared memory
)
N_CHANNELS: Final = len(CHANNELS)
N_FELT: Final = 16
(
    PRESSURE,
    SAFETY,
    MINDSET,
    RECOGNITION,
    PROGRESS,
    TIME,
    EXPECTATION,
    AWARENESS,
    EXPERIENCE,
    STRETCH,
    RELEVANCE,
    MUTUAL_WORK,
    SHARING,
    REFLECTION,
    CARE,
    CAREER,
    FORMAL,
    DESIGN,
    UPTAKE,
    PLATFORM,
) = range(N_CHANNELS)

# Leader behaviours that are carried as a state z by whoever leads.  Nineteen are levers by their own name;
# the last, telling, is the barrier of source 002 ("telling people what to do is a major barrier to learning").
CONDUCT: Final = (
    "L01", "L02", "L03", "L04", "L07", "L08", "L10", "L12", "L13", "L14",
    "L16", "L18", "L23", "L24", "L25", "L26", "L28", "L31", "L32", "telling",
)  # fmt: skip
N_CONDUCT: Final = len(CONDUCT)
TELLING: Final = N_CONDUCT - 1
