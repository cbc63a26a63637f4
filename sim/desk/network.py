"""Who stands where and who lit whom: departments over time, and, where people are made up, one run person by person.

Departments below five people are shown together (`sim.organization.privacy`).  In an imported organisation nobody is
drawn alone: one run says nothing about a real person, and a picture would.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.desk.answering import Answerer, Prepared
from sim.desk.bands import departments
from sim.engine.layout import ADOPT, L_E, PRACTISING, VACANT, Y_E
from sim.experiments.groups import Published
from sim.organization.people import Organization
from sim.theory.channels import COMMUNITY, LEVELS, LIT_BY

Ints = npt.NDArray[np.int64]
LARGEST: Final = 3000  # people up to whom dots are drawn
_FRAME: Final = 4  # weeks


def network(answerer: Answerer, one: Prepared) -> dict[str, Any]:
    """What the network page shows of a plan that has been run."""
    shown_of = _shown_departments(one.shown, one.resolved.organization)
    organization = one.resolved.organization
    careful = one.scenario.organization.imported
    names = [
        name for kind, name in zip(one.shown.kinds, one.shown.names, strict=True) if kind == "department"
    ]
    staff = organization.staff
    counts = np.bincount(shown_of[staff & (shown_of >= 0)], minlength=len(names))
    made: dict[str, Any] = {
        "departments": names,
        "heads": counts.tolist(),
        "means": departments(one.runs, one.shown),
        "times": next(iter(one.runs.values())).times.round(4).tolist(),
        "ties": _ties_between(organization, shown_of, len(names)),
        "runs": len(one.runs),
        "dots": None,
        "imported": careful,
    }
    if organization.n <= LARGEST:
        frames, adoptions, at = _one_run(answerer, one)
        if not careful:
            made["dots"] = _dots(organization, shown_of, frames)
            made["lit"] = _lit(adoptions, shown_of, at)
        made["levels"] = _by_level(adoptions, one.shown, organization)
    return made


def _shown_departments(shown: Published, organization: Organization) -> Ints:
    """The shown department of each seat, −1 where it may not be shown, shape (n,)."""
    first = 1 + len(LEVELS)
    place = np.full(len(organization.department_names), -1, dtype=np.int64)
    columns = [k for k, kind in enumerate(shown.kinds) if kind == "department"]
    for number, column in enumerate(columns):
        for member in shown.members[column]:
            place[member - first] = number
    found: Ints = np.where(organization.level == COMMUNITY, -1, place[organization.department])
    return found


def _ties_between(organization: Organization, shown_of: Ints, size: int) -> list[list[int]]:
    """Existing ties between departments, both ways together: [one, other, number]."""
    ties = organization.ties
    a, b = shown_of[ties.hearer[ties.active]], shown_of[ties.source[ties.active]]
    there = (a >= 0) & (b >= 0) & (a != b)
    low, high = np.minimum(a[there], b[there]), np.maximum(a[there], b[there])
    table = np.bincount(low * size + high, minlength=size * size)
    return [[int(k // size), int(k % size), int(table[k])] for k in np.flatnonzero(table)]


def _one_run(answerer: Answerer, one: Prepared) -> tuple[dict[str, Any], Ints, list[int]]:
    """The first run again, looked at every four weeks; its adoptions as (step, seat, source, layer)."""
    simulation = answerer.begin(one, 0, events=True)
    world, every = simulation.world, max(1, one.resolved.steps_per_year * _FRAME // 52)
    enthusiasm, practising, at = [], [], []
    while True:
        level = 1.0 / (1.0 + np.exp(-(world.trait[:, L_E] + world.state[:, Y_E])))
        there = (world.flags & VACANT) == 0
        enthusiasm.append(np.where(there, (100.0 * level).round(), -1).astype(int).tolist())
        practising.append(((world.flags & PRACTISING) != 0).astype(int).tolist())
        at.append(simulation.step - simulation.burn)
        if simulation.done:
            break
        simulation.advance(every)
    events = simulation.record().events
    adoptions = events[(events[:, 2] == ADOPT) & (events[:, 0] >= 0)][:, [0, 1, 3, 4]].astype(np.int64)
    return {"enthusiasm": enthusiasm, "practising": practising}, adoptions, at


def _dots(organization: Organization, shown_of: Ints, frames: dict[str, Any]) -> dict[str, Any]:
    return {
        "department": shown_of.tolist(),
        "level": organization.level.astype(int).tolist(),
        "tier": organization.tier.astype(int).tolist(),
        **frames,
    }


def _lit(adoptions: Ints, shown_of: Ints, at: list[int]) -> list[list[int]]:
    """Adoptions that somebody lit: [frame, seat, source, layer]."""
    lit = adoptions[(adoptions[:, 2] >= 0) & (shown_of[adoptions[:, 1]] >= 0)]
    lit = lit[shown_of[lit[:, 2]] >= 0]
    frame = np.minimum(np.searchsorted(np.array(at), lit[:, 0], side="right"), len(at) - 1)
    return np.stack([frame, lit[:, 1], lit[:, 2], lit[:, 3]], axis=1).tolist() if len(lit) else []


def _by_level(adoptions: Ints, shown: Published, organization: Organization) -> dict[str, Any]:
    """Who lit whom by level, in one run: people of each level who took it up, by the level of who lit them."""
    labels = list(dict.fromkeys(name for name in shown.levels if name))
    number = np.array([labels.index(name) if name else -1 for name in shown.levels])
    of = number[organization.level]
    table = np.zeros((len(labels) + 1, len(labels)), dtype=np.int64)
    for _, seat, source, _ in adoptions.tolist():
        if of[seat] >= 0:
            table[of[source] if source >= 0 else len(labels), of[seat]] += 1
    used = [k for k in range(len(labels)) if table[:, k].any() or table[k].any()]
    rows = [*used, len(labels)]
    return {
        "levels": [labels[k] for k in used],
        "table": table[np.ix_(rows, used)].tolist(),
        "chains": _chains(adoptions),
        "layers": list(LIT_BY),
    }


def _chains(adoptions: Ints) -> dict[str, int]:
    """Longest line of people who lit one another, and most people who go back to one."""
    depth: dict[int, int] = {}
    root: dict[int, int] = {}
    size: dict[int, int] = {}
    for _, seat, source, _ in adoptions.tolist():
        if seat in depth:
            continue
        known = source >= 0 and source in depth and source != seat
        depth[seat] = depth[source] + 1 if known else 1 if source >= 0 else 0
        root[seat] = root[source] if known else (source if source >= 0 else seat)
        size[root[seat]] = size.get(root[seat], 0) + 1
    return {"longest": max(depth.values(), default=0), "largest": max(size.values(), default=0)}
