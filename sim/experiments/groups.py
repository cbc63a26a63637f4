"""Which groups may be shown, and what they are called: nobody recognisable in any table.

Departments with fewer than five seats are merged, with as many others as it takes so that no size follows by
subtraction (`sim.organization.privacy`).  In an imported organisation the same holds for levels, and cells of the
record (a group at a moment) that fall below five people are blank, together with what would give them away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.organization.people import Organization
from sim.organization.privacy import MINIMUM, published_groups
from sim.theory.channels import COMMUNITY, LEARNING_LEADER, LEVELS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Published:
    """How recorded groups become shown ones.

    Attributes:
        kinds, names: of each shown group, in order.
        members: recorded groups that each shown group gathers.
        levels: shown name of each level, "" where it may not be shown.
        careful: whether cells below five people are blank (imported organisations).
    """

    kinds: tuple[str, ...]
    names: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    levels: tuple[str, ...]
    careful: bool


def level_names(organizations: Sequence[Organization], *, careful: bool) -> tuple[str, ...]:
    """The name under which each level is shown: several small ones share the names of all of them.

    Made for all organisations of an experiment together, so that one plan's table does not give away another's.
    """
    if not careful:
        return LEVELS
    outside = LEVELS[COMMUNITY]  # outsiders are made up, so there is nobody to recognise
    sizes = {
        name: max(int((organization.level == index).sum()) for organization in organizations)
        for index, name in enumerate(LEVELS)
        if name != outside
    }
    shown = published_groups(sizes)
    together = [name for name in sizes if sizes[name] and shown[name] not in (name, "")]
    names = {name: " and ".join(together) if name in together else shown[name] for name in sizes}
    return tuple(outside if name == outside else names[name] for name in LEVELS)


def published(
    organization: Organization, groups: Sequence[tuple[str, str]], levels: tuple[str, ...], *, careful: bool
) -> Published:
    """What may be shown of the recorded `groups` (kind, name) of an organisation; `levels` from `level_names`.

    A learning leader whom a plan adds does not count: departments are called the same in every plan.
    """
    counted = organization.staff & (organization.level != LEARNING_LEADER)
    seats = np.bincount(organization.department[counted], minlength=len(organization.department_names))
    names = organization.department_names
    departments = published_groups({name: int(size) for name, size in zip(names, seats, strict=True)})
    gathered: dict[tuple[str, str], list[int]] = {}
    for index, (kind, name) in enumerate(groups):
        label = departments[name] if kind == "department" else name
        if kind == "level":
            there = bool((organization.level == LEVELS.index(name)).any())
            label = levels[LEVELS.index(name)] if there else ""
        if label:
            gathered.setdefault((kind, label), []).append(index)
    return Published(
        kinds=tuple(kind for kind, _ in gathered),
        names=tuple(name for _, name in gathered),
        members=tuple(tuple(rows) for rows in gathered.values()),
        levels=levels,
        careful=careful,
    )


def blank_cells(shown: Published, heads: Floats) -> npt.NDArray[np.bool_]:
    """Cells that must stay blank: below five people, and those whose showing would give them away.

    Args:
        heads: people by moment and shown group, shape (records, groups).
    """
    blank = np.zeros(heads.shape, dtype=np.bool_)
    if not shown.careful:
        return blank
    kinds = np.array(shown.kinds)
    for kind in ("all", "level", "department", "tenure"):
        columns = np.flatnonzero((kinds == kind) & (np.array(shown.names) != LEVELS[COMMUNITY]))
        small = (heads[:, columns] > 0) & (heads[:, columns] < MINIMUM)
        for row in np.flatnonzero(small.any(axis=1)):
            counts = {str(column): int(heads[row, column]) for column in columns}
            for name, label in published_groups(counts).items():
                blank[row, int(name)] = label != name
    return blank
