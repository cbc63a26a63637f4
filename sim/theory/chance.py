"""Luck: every draw is a pure function of what it decides.

A draw is keyed by (run seed, decision, seat, step), so two scenarios with one seed live through the same luck
(common random numbers), a replicate can be recomputed alone, and neither the order of loops nor the number of
workers matters.  The generator is Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers:
as easy as 1, 2, 3", SC'11, doi:10.1145/2063384.2063405), held to its published test vectors.

All arithmetic is on integers below 2**63 with explicit masks, so that plain Python and compiled code agree bit
for bit.
"""

from math import log, sqrt
from typing import Final

# What a draw decides.  Numbers are part of the results: never reuse or renumber one.
WEEK: Final = 0  # words: everyday noise, adopt or lapse, leave, be hired
CREDIT: Final = 1  # who lit whom
PROMOTE: Final = 2  # is the vacancy filled from within; by whom
PERSON: Final = 3  # who a person is, at hire; sub-index = block of four traits
CONDUCT_AT_HIRE: Final = 4  # a leader's usual conduct; sub-index = block of four behaviours
TEAM: Final = 5  # what a team shares
TIE: Final = 6  # informal ties: keyed by the two seats
SEED: Final = 7  # who of the seeded practises at time 0
SHOCK: Final = 8  # whom a shock hits
MEASURE: Final = 9  # error of observation when hours are re-targeted

_MASK32: Final = 0xFFFFFFFF
_M0: Final = 0xD2511F53
_M1: Final = 0xCD9E8D57
_W0: Final = 0x9E3779B9
_W1: Final = 0xBB67AE85


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox 4x32-10: four random 32-bit words from a counter of four words and a key of two.

    All arguments and results are in [0, 2**32).
    """
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0 = ((p1 >> 32) & _MASK32) ^ c1 ^ k0
        c1 = p1 & _MASK32
        c2 = ((p0 >> 32) & _MASK32) ^ c3 ^ k1
        c3 = p0 & _MASK32
        k0 = (k0 + _W0) & _MASK32
        k1 = (k1 + _W1) & _MASK32
    return c0, c1, c2, c3


def draw(step: int, seat: int, decision: int, sub: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Four random words for one decision about one seat at one step; `sub` tells apart several blocks."""
    return philox(step, seat, decision, sub, k0, k1)


def uniform(word: int) -> float:
    """A number in (0, 1) from a 32-bit word: the middle of its cell, so never 0 or 1."""
    return (word + 0.5) * 2.3283064365386963e-10


def normal(word: int) -> float:
    """A standard normal from a 32-bit word, by inversion (Wichura 1988, algorithm AS 241, accuracy 1e-16)."""
    p = (word + 0.5) * 2.3283064365386963e-10
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (
                ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
                + 133.14166789178437745) * r + 3.387132872796366608
            )
            / (
                ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
                + 42.313330701600911252) * r + 1.0
            )
        )  # fmt: skip
    r = sqrt(-log(p if q < 0.0 else 1.0 - p)) - 1.6  # at most 3.2: the rule for r > 5 cannot be needed
    value = (
        (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
        + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
        + 4.6303378461565452959) * r + 1.42343711074968357734)
        / (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
        + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
        + 2.05319162663775882187) * r + 1.0)
    )  # fmt: skip
    return -value if q < 0.0 else value


def keys(seed: int, replicate: int) -> tuple[int, int]:
    """The two key words of a run: a 64-bit mix (SplitMix64) of the experiment's seed and the replicate.

    Args:
        seed: any integer >= 0.
        replicate: >= 0; replicate r of seed s is the same run wherever and whenever it is computed.
    """
    mask = 0xFFFFFFFFFFFFFFFF
    z = (seed * 0x9E3779B97F4A7C15 + (replicate + 1) * 0xD1B54A32D192ED03) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    z ^= z >> 31
    return z & _MASK32, z >> 32
