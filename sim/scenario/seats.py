"""`who` as seats of an organisation, and in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.organization.people import Bools, Ints, Organization
from sim.organization.selection import select
from sim.scenario.fields import Who
from sim.theory.channels import LEVELS, MANAGER

Choose = Callable[[Who | None], Ints]  # seats that a `who` means in one organisation

_PLURAL = {
    "executive": "executives",
    "manager": "managers",
    "employee": "employees",
    "learning_leader": "learning leaders",
    "community": "the community outside",
}


def levels_mask(organization: Organization, levels: Sequence[str]) -> Bools:
    """Which seats are of one of `levels` (see `standing_in`), shape (n,)."""
    wanted = [LEVELS.index(level) for level in standing_in(levels, organization) if level in LEVELS]
    mask: Bools = np.isin(organization.level, wanted)
    return mask


def standing_in(levels: Sequence[str], organization: Organization) -> list[str]:
    """Levels as they are found here: where there are no managers, executives do what they would."""
    flat = not (organization.level == MANAGER).any()
    return list(dict.fromkeys("executive" if flat and level == "manager" else level for level in levels))


def seats_of(who: Who | None, organization: Organization, *, seed: int, salt: str | None = None) -> Ints:
    """Seats that `who` means, ascending, shape (seats,); all staff where it says nothing.

    Args:
        seed: which luck a random share has.
        salt: of the pseudonyms of an imported organisation, so that `people` may be ids of the file.

    Raises:
        ValueError: an unknown department, site, tier or person, or nobody at all.
    """
    if who is None:
        return np.flatnonzero(organization.staff).astype(np.int32)
    seats = select(
        organization,
        levels=None if who.levels is None else standing_in(who.levels, organization),
        departments=who.departments,
        tiers=who.tiers,
        sites=who.sites,
        ids=who.people,
        most_central=who.most_central,
        brokers=who.brokers,
        share=who.random,
        seed=seed,
        salt=salt,
    )
    if not len(seats):
        raise ValueError(f"nobody in this organisation is meant by who = {in_words(who)}")
    return seats


def in_words(who: Who | None) -> str:
    """Whom `who` means, in words: "the 5 % most central of the executives and managers"."""
    if who is None:
        return "everyone"
    chosen = (
        ""
        if who.people is None
        else f"{len(who.people)} {'person' if len(who.people) == 1 else 'people'} chosen by id"
    )
    parts = [level_words(who.levels) if who.levels else chosen or "everyone"]
    if who.tiers is not None:
        parts.append(f"of tier {_either([str(tier) for tier in who.tiers])}")
    if who.departments is not None:
        parts.append(f"in {_either(who.departments)}")
    if who.sites is not None:
        parts.append(f"at site {_either([str(site) for site in who.sites])}")
    if chosen and who.levels:
        parts.append(f"among {chosen}")
    text = " ".join(parts)
    for name, phrase in (
        ("most_central", "the {} most central of {}"),
        ("brokers", "the {} who most stand between others, of {}"),
        ("random", "{} of {}, drawn at random"),
    ):
        part = getattr(who, name)
        if part is not None:
            some = str(part) if isinstance(part, int) else f"{100 * part:.3g} %"
            return phrase.format(some, f"the {text.replace('everyone', 'staff', 1)}")
    return text


def level_words(levels: Sequence[str]) -> str:
    """Levels in words: "executives and managers"."""
    if set(levels) >= {"executive", "manager", "employee"}:
        return "everyone"
    return _either([_PLURAL.get(level, level) for level in levels], link="and")


def _either(words: Sequence[str], link: str = "or") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {link} {words[-1]}"
