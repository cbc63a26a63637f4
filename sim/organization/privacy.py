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

    Groups below `minimum` are merged into "other".  Where that leaves a merged group that is itself too
    small, a single group, or groups of one person each, the smallest of the rest join it (complementary
    suppression), so that no member of "other" can be worked out from the total and the groups shown.
    Groups of size 0 keep their name.
    """
    if minimum < 1:
        raise OrganizationError(f"smallest group is {minimum}: give 1 or more")
    negative = [name for name, size in counts.items() if size < 0]
    if negative:
        raise OrganizationError(
            f"group {negative[0]!r} has {counts[negative[0]]} people: counts are 0 or more"
        )
    sizes = {name: size for name, size in counts.items() if size > 0}
    order = sorted(sizes, key=lambda name: (sizes[name], name))
    merged = [name for name in order if sizes[name] < minimum]
    rest = order[len(merged) :]
    label = MERGED
    while label in counts:  # a real group may bear that name
        label += " (merged)"
    if not merged:
        return {name: name for name in counts}
    if sum(sizes.values()) < minimum:
        return {name: "" for name in counts}
    while rest and not _safe([sizes[name] for name in merged], minimum):
        merged.append(rest.pop(0))
    return {name: label if name in merged else name for name in counts}


def _safe(sizes: list[int], minimum: int) -> bool:
    return len(sizes) >= 2 and sum(sizes) >= minimum and sum(sizes) > len(sizes)


def suppress(counts: Mapping[str, int], *, minimum: int = MINIMUM) -> dict[str, int]:
    """Counts by group that may be shown: small groups merged as in `published_groups`; empty if all is
    hidden.
    """
    shown: dict[str, int] = {}
    for name, label in published_groups(counts, minimum=minimum).items():
        if label:
            shown[label] = shown.get(label, 0) + counts[name]
    return shown
