"""Nobody recognisable: salted pseudonyms for ids, and no published group so small that it points at one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sim.organization.errors import OrganizationError

MINIMUM = 5  # smallest group that is shown
MERGED = "other"


def pseudonym(salt: str, identity: str) -> str:
    """ "p" and ten hexadecimal digits: a keyed hash (BLAKE2b) that cannot be undone without the salt.

    Ten digits are 40 bits: among 100,000 people the chance that any two share one is below 0.5 %; the
    importer checks.
    """
    key = hashlib.blake2b(salt.encode("utf-8", "surrogatepass"), digest_size=32).digest()
    return (
        "p" + hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=5, key=key).hexdigest()
    )


def published_groups(counts: Mapping[str, int], *, minimum: int = MINIMUM) -> dict[str, str]:
    """The name under which each group may be shown; "" where nothing may be shown at all.

    Groups below `minimum` are merged into "other".  The smallest of the rest join it (complementary
    suppression) until the size of no group below `minimum` follows from the total and the groups shown,
    even for somebody who knows which groups were small and which merely joined.  Groups of size 0 keep
    their name.

    Args:
        counts: people by group, 0 or more.
        minimum: smallest group that is shown, 3 or more (a group known to be below 2 is known to be 1).

    Raises:
        OrganizationError: a negative count or a minimum below 3.
    """
    if minimum < 3:
        raise OrganizationError(f"smallest group is {minimum}: give 3 or more")
    negative = [name for name, size in counts.items() if size < 0]
    if negative:
        raise OrganizationError(
            f"group {negative[0]!r} has {counts[negative[0]]} people: counts are 0 or more"
        )
    sizes = {name: size for name, size in counts.items() if size > 0}
    order = sorted(sizes, key=lambda name: (sizes[name], name))
    small = sum(size < minimum for size in sizes.values())
    if small == 0:
        return {name: name for name in counts}
    total = sum(sizes.values())
    if total < minimum:
        return {name: "" for name in counts}
    taken = small
    while taken < len(order) and not _hides([sizes[name] for name in order], small, taken, minimum):
        taken += 1
    label = MERGED
    while label in counts:  # a real group may bear that name
        label += " (merged)"
    merged = set(order[:taken])
    return {name: label if name in merged else name for name in counts}


def _hides(ascending: list[int], small: int, taken: int, minimum: int) -> bool:
    """Whether the first `taken` groups, of which `small` are below the minimum, can be shown as one number.

    Each small group must have more than one possible size, given that small ones have 1 to minimum - 1
    people, the others that joined at least the minimum and at most as many as the smallest shown, and all
    of them their sum.
    """
    merged, joined = sum(ascending[:taken]), taken - small
    if taken < 2 or merged < minimum:
        return False
    low = max(1, merged - (small - 1) * (minimum - 1) - joined * ascending[taken])
    high = min(minimum - 1, merged - (small - 1) - joined * minimum)
    return high > low


def suppress(counts: Mapping[str, int], *, minimum: int = MINIMUM) -> dict[str, int]:
    """Counts by group that may be shown: small groups merged as in `published_groups`; empty if all is
    hidden.
    """
    shown: dict[str, int] = {}
    for name, label in published_groups(counts, minimum=minimum).items():
        if label:
            shown[label] = shown.get(label, 0) + counts[name]
    return shown
