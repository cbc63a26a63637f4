"""From a point of a design to the machine form of a scenario.

Paths `parameters.…` replace a number and nothing else.  Any other path (a lever's dose, a date, the number of people)
is applied to the human form, which is then checked and resolved again; what was resolved last is kept, since points
of a design often share such values.

A path applies to every scenario that has its place: `levers.L01.dose` to the plans that hold lever L01.  `plan:path`
applies to the scenario called `plan` alone.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from sim.arguments import said
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.world import groups_of
from sim.experiments.design_table import Column, Design, DesignError, Value, is_number, override_text
from sim.experiments.groups import Published, level_names, published
from sim.parameters import REGISTER
from sim.scenario import Resolved, Scenario, ScenarioError, load, resolve
from sim.scenario import overrides as override
from sim.scenario.errors import nearest

PARAMETERS: Final = "parameters."
_KEPT: Final = 16  # resolved points that a worker remembers


@dataclass(frozen=True, slots=True)
class SweptArm:
    """One scenario of a sweep.

    Attributes:
        name: of the scenario.
        scenario: the human form; None where a task of one's own is run.
        resolved: the machine form before any point; None likewise.
        parameters, others: which columns of the design apply to it: parameters, and all else.
        reference: the first arm with the same business as usual at every point.
    """

    name: str
    scenario: Scenario | None
    resolved: Resolved | None
    parameters: tuple[int, ...]
    others: tuple[int, ...]
    reference: int


def own_path(path: str) -> tuple[str, str]:
    """Scenario ("" for all) and path proper of a design's path."""
    name, colon, rest = path.partition(":")
    return (name, rest) if colon else ("", path)


def applies(path: str, arm: str, scenario: Scenario, value: Value) -> bool:
    """Whether a scenario has a place for a path."""
    name, proper = own_path(path)
    if name and name != arm:
        return False
    if proper.startswith(PARAMETERS):
        return True
    try:
        override.apply(_raw(scenario), [f"{proper}={override_text(value)}"])
    except ScenarioError:
        return False
    return True


def _raw(scenario: Scenario) -> dict[str, Any]:
    raw: dict[str, Any] = scenario.model_dump(exclude_none=True, by_alias=True)
    return copy.deepcopy(raw)


def changed(scenario: Scenario, values: Mapping[str, Value]) -> Scenario:
    """The scenario with some places changed.

    Raises:
        ScenarioError: a value that it cannot take.
    """
    texts = [f"{path}={override_text(value)}" for path, value in values.items()]
    again = load(_raw(scenario), overrides=texts)
    again._folders.update(
        {**scenario._folders, **again._folders} if not again._folders else scenario._folders
    )
    again._where = scenario._where
    return again


@dataclass(slots=True)
class Resolver:
    """Machine forms of points, with a short memory.  One a worker.

    Attributes:
        arms: the scenarios.
        paths: of the design.
    """

    arms: Sequence[SweptArm]
    paths: Sequence[str]
    _known: OrderedDict[tuple[Any, ...], tuple[Blueprint, Published]] = field(
        default_factory=OrderedDict, repr=False
    )

    def prepared(self, arm: int, point: Sequence[Value]) -> tuple[Blueprint, Published]:
        """Blueprint and shown groups of a scenario at a point, given by its values in the order of the paths.

        Raises:
            ScenarioError: a value that the scenario cannot take.
        """
        item = self.arms[arm]
        drawing, shown = self._base(arm, tuple(point[k] for k in item.others))
        if not item.parameters:
            return drawing, shown
        moved = {
            own_path(self.paths[k])[1].removeprefix(PARAMETERS): float(point[k]) for k in item.parameters
        }
        resolved = replace(drawing.resolved, parameters={**drawing.resolved.parameters, **moved})
        return replace(drawing, resolved=resolved), shown

    def resolved(self, arm: int, point: Sequence[Value]) -> Resolved:
        """Machine form of a scenario at a point."""
        return self.prepared(arm, point)[0].resolved

    def _base(self, arm: int, others: tuple[Value, ...]) -> tuple[Blueprint, Published]:
        key = (arm, *others)
        if key not in self._known:
            every = [self._resolve(k, others, arm) for k in range(len(self.arms))]
            careful = any(
                item.scenario is not None and item.scenario.organization.imported for item in self.arms
            )
            levels = level_names([one.organization for one in every], careful=careful)
            resolved = every[arm]
            self._known[key] = (
                blueprint(resolved),
                published(resolved.organization, groups_of(resolved), levels, careful=careful),
            )
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[key]

    def _resolve(self, arm: int, others: tuple[Value, ...], wanted: int) -> Resolved:
        """An arm at the values of the wanted arm's other columns; the others' levels matter for names only."""
        item = self.arms[arm]
        assert item.scenario is not None and item.resolved is not None
        if not item.others or (arm != wanted and not item.scenario.organization.imported):
            return item.resolved
        values = dict(zip(self.arms[wanted].others, others, strict=True))
        mine = {own_path(self.paths[k])[1]: values[k] for k in item.others if k in values}
        return resolve(changed(item.scenario, mine))


def check_parameters(design: Design) -> None:
    """Every column `parameters.…` names a parameter, and keeps within its hard bounds.

    Raises:
        DesignError: naming the column and the first point that does not.
    """
    for path, column in zip(design.paths, design.values, strict=True):
        proper = own_path(path)[1]
        if not proper.startswith(PARAMETERS):
            continue
        name = proper.removeprefix(PARAMETERS)
        if name not in REGISTER:
            raise DesignError(
                f"column {path}: no parameter is called '{name}'{nearest(name, list(REGISTER))}"
            )
        if column.dtype == object:
            raise _no_number(design, path, column)
        low, high = REGISTER[name].hard
        bad = np.flatnonzero((column < low) | (column > high))
        if len(bad):
            raise DesignError(
                f"{design.place(path, int(bad[0]))}: {column[bad[0]]:g} {REGISTER[name].unit} is outside {low:g} to "
                f"{high:g}, where the equations make sense"
            )


def _no_number(design: Design, path: str, column: Column) -> DesignError:
    """What is wrong with a column of text that must hold numbers: the first cell that does not read as one."""
    row = next((k for k, cell in enumerate(column) if not is_number(cell)), None)
    if row is None:
        return DesignError(f"{design.place(path, 0)}: {said(column[0])} is text; give numbers without quotes")
    return DesignError(f"{design.place(path, row)}: {said(column[row])} is not a number")


def check_others(arms: Sequence[SweptArm], design: Design) -> None:
    """Values at the ends of every other column can be resolved: most mistakes show before the first run.

    Raises:
        ScenarioError, DesignError: with the point that cannot be run.
    """
    resolver = Resolver(arms, design.paths)
    tried: set[int] = set()
    for column in sorted({k for arm in arms for k in arm.others}):
        values = design.values[column]
        if values.dtype == object:
            _, first = np.unique(values.astype(str), return_index=True)
            tried |= {int(row) for row in first[:50]}
        else:
            tried |= {int(values.argmin()), int(values.argmax())}
    for row in sorted(tried):
        point = list(design.point(row).values())
        for arm, item in enumerate(arms):
            try:
                resolver.prepared(arm, point)
            except ScenarioError as problem:
                odd = "".join(
                    f"; column {path} holds text, because point {place} says {cell!r}"
                    for path, place, cell in design.odd_cells()
                )
                where = f"point {row} of the design {design.file}".rstrip()
                raise DesignError(f"{where} cannot be run with '{item.name}': {problem}{odd}") from None
