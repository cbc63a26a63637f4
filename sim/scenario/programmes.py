"""Levers of a plan as programmes: who practises them, whom they cover, how they fit, what they cost."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.behaviours.catalogue import EVERYONE, misused
from sim.behaviours.lever import Lever
from sim.organization.people import FIXED, Bools, Ints, Organization, Ties
from sim.organization.rewiring import board_ties, bridges, mentor_pairs, peer_groups
from sim.scenario.resolved import Programme
from sim.scenario.schema import LeverUse
from sim.scenario.seats import Choose, levels_mask
from sim.scenario.vocabulary import TELLING, entry_of
from sim.theory.channels import CONDUCT, LAYERS, LEARNING_LEADER

_SIZED = {"groups": 6, "bridges": 5}  # people a group or team, where the scenario does not say


def programme(use: LeverUse, organization: Organization, choose: Choose, *, seed: int) -> Programme | None:
    """One lever as the plan uses it, None at dose 0 (exactly as if it were not named).

    Args:
        choose: seats that a `who` means.
        seed: decides who ends up with whom where the lever forms groups.

    Raises:
        ValueError: the lever cannot be used so, or reaches nobody.
    """
    entry = entry_of(use.lever)
    _check(use, entry)
    if use.dose == 0.0:
        return None
    used = misused(entry) if use.misused else entry
    practised = entry.id in CONDUCT
    actors = _actors(use, used, organization, choose, practised=practised)
    cover = _cover(use, used, organization, choose, actors, practised=practised)
    if not len(actors) and not cover.any():
        raise ValueError(
            f"{entry.id} ({entry.name}) reaches nobody in this organisation; change who or cover"
        )
    return Programme(
        lever=entry.id,
        label=use.label or entry.name,
        dose=use.dose,
        start=use.start,
        ramp=use.ramp,
        stop=math.inf if use.stop is None else use.stop,
        actors=actors,
        cover=cover,
        fit=_fit(use, used),
        ties=_ties(use, used, organization, cover, seed=seed),
        leader_hours=_price(use.leader_hours, entry.leader_hours),
        learner_hours=_price(use.learner_hours, entry.learner_hours),
        facilitator_hours=entry.facilitator_hours,
        cash_per_head=_price(use.cash_per_head, entry.cash_per_head),
        cash_fixed=_price(use.cash_fixed, entry.cash_fixed),
        sponsored=entry.sponsored,
        delivered=entry.delivered,
        push=dict(used.push),
        direct=dict(used.direct),
        people_borne=entry.people_borne and entry.id != TELLING,
        reverse=use.misused and bool(entry.misuse.get("reverse", False)),
    )


def check_repeats(programmes: Sequence[Programme]) -> list[str]:
    """Problems where one lever is used twice on different relationships.

    A behaviour is carried once by whoever leads, so it cannot fit in two ways at one time.
    """
    fits: dict[str, tuple[float, float, float, float]] = {}
    problems = []
    for item in programmes:
        if fits.setdefault(item.lever, item.fit) != item.fit:
            problems.append(
                f"levers: {item.lever} is used twice on different relationships; "
                "give both the same via and misused"
            )
    return problems


def _check(use: LeverUse, entry: Lever) -> None:
    if use.size is not None and entry.ties not in _SIZED:
        raise ValueError(
            f"size has no meaning for {entry.id} ({entry.name}), which forms no groups; remove it"
        )
    if use.misused and use.via is not None and "via" in entry.misuse:
        raise ValueError(
            f"misused already says that {entry.id} is practised via {entry.misuse['via']}; remove via"
        )


def _fit(use: LeverUse, used: Lever) -> tuple[float, float, float, float]:
    wrong_place = use.misused and "via" in used.misuse
    if use.via is not None:
        values = [used.fit[layer] if layer in use.via else 0.0 for layer in LAYERS]
    elif wrong_place:
        values = [used.fit[layer] for layer in LAYERS]
    else:
        values = [max(0.0, used.fit[layer]) for layer in LAYERS]
    return (values[0], values[1], values[2], values[3])


def _actors(
    use: LeverUse, used: Lever, organization: Organization, choose: Choose, *, practised: bool
) -> Ints:
    """Seats whose conduct it moves, or who give their hours to it.

    Those who practise a behaviour; the leaders whom a programme that pushes behaviours covers; and for other
    programmes those who run them, where that takes leaders' hours.
    """
    if not used.push and not used.leader_hours:
        return np.empty(0, dtype=np.int32)
    if use.who is not None and used.push:
        return choose(use.who)
    levels = used.covers if used.push and not practised else used.practised_by
    return np.flatnonzero(levels_mask(organization, levels)).astype(np.int32)


def _cover(
    use: LeverUse, used: Lever, organization: Organization, choose: Choose, actors: Ints, *, practised: bool
) -> Bools:
    """Seats that it reaches without a dyad, and for whom it is paid."""
    chosen = use.cover if use.cover is not None or practised else use.who
    if chosen is not None:
        mask = np.zeros(organization.n, dtype=np.bool_)
        mask[choose(chosen)] = True
        return mask
    covered = _staff_of(organization, used.covers)
    if not practised or use.who is None:
        return covered
    usual = np.flatnonzero(levels_mask(organization, used.practised_by))
    # Practised by fewer than usual, it costs the time of those alone who are led by the ones who do.
    return covered if np.isin(usual, actors).all() else covered & _led_by(organization, actors)


def _staff_of(organization: Organization, levels: Sequence[str]) -> Bools:
    return organization.staff if EVERYONE in levels else levels_mask(organization, levels)


def _led_by(organization: Organization, actors: Ints) -> Bools:
    """Those who report to one of `actors`, directly or one tier further, shape (n,)."""
    leads = np.zeros(organization.n + 1, dtype=np.bool_)  # the last entry stands for manager -1
    leads[actors] = True
    direct = leads[organization.manager]
    second = np.append(direct, False)[organization.manager]
    led: Bools = (direct | second) & organization.staff
    return led


def _ties(use: LeverUse, used: Lever, organization: Organization, cover: Bools, *, seed: int) -> Ties:
    members = np.flatnonzero(cover).astype(np.int32)
    if used.ties == "board":
        owners = np.flatnonzero(organization.level == LEARNING_LEADER).astype(np.int32)
        return _not_there_yet(board_ties(organization, owners), organization)
    if used.ties == "mentors":
        return mentor_pairs(organization, members, seed=seed)
    if used.ties in _SIZED:
        size = use.size or _SIZED[used.ties]
        form = peer_groups if used.ties == "groups" else bridges
        return form(organization, members, size=size, seed=seed)
    return Ties.empty()


def _not_there_yet(ties: Ties, organization: Organization) -> Ties:
    """Without the ties that stand anyway: a board seat that governance gives is not given a second time."""

    def key(some: Ties) -> npt.NDArray[np.int64]:
        pairs: npt.NDArray[np.int64] = (
            some.layer.astype(np.int64) * organization.n + some.hearer
        ) * organization.n
        return pairs + some.source

    standing = organization.ties.where(organization.ties.active & (organization.ties.kind == FIXED))
    return ties.where(~np.isin(key(ties), key(standing)))


def _price(given: float | None, usual: float) -> float:
    return usual if given is None else given
