"""An organisation from CSV files: people, ties, layers.

Only the ids' pseudonyms are kept.  The order of rows does not matter.  What is missing is generated and
counted in the data report; what contradicts itself is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.organization.acquaintances import with_acquaintances
from sim.organization.csvfile import Source
from sim.organization.errors import OrganizationError
from sim.organization.generate import GeneratorSpec, department_names
from sim.organization.informal import Places, informal_ties
from sim.organization.layers import LayerRule
from sim.organization.people import DataReport, Organization, Ties
from sim.organization.peoplefile import People, people_of_ties, read_people
from sim.organization.privacy import pseudonym
from sim.organization.standin import stand_in_tree
from sim.organization.tiesfile import FiledTies, read_ties
from sim.organization.tree import department_subtrees, fixed_ties, levels_of, tiers_of

DEEPEST = 100  # tiers; a longer line of managers is a mistake in the file


@dataclass
class _Notes:
    """What goes into the data report as it is found."""

    found: dict[str, object] = field(default_factory=dict)
    generated: dict[str, object] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # what a strict import refuses


def load_organization(
    people_file: Source | None,
    ties_file: Source | None = None,
    layers_file: Source | None = None,
    *,
    salt: str,
    mapping: Mapping[str, LayerRule] | None = None,
    name: str | None = None,
    strict: bool = False,
    generate_missing: GeneratorSpec | None = None,
    survey_scale: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
) -> Organization:
    """Read an organisation from CSV files, or from tables of the same columns.

    Args:
        people_file: column id; optional manager_id, level (1 the most senior), level_label, department,
            tenure_years, site or office, and survey columns enthusiasm, safety, mindset, skill, practising.
        ties_file: columns source, target; optional layer ("ties" if absent) and weight (1 if absent).
        layers_file: columns layer, directed, tie_threshold.
        salt: of the pseudonyms; the same salt gives the same ones.
        mapping: what each source layer means, by its name; others are read by their usual names.
        name: of the organisation; the folder's if absent.
        strict: refuse instead of generating what is missing.
        generate_missing: span, departments, informal_ties and cross_unit_share of what is generated.
        survey_scale: lowest and highest answer of the survey columns, such as (1, 5); mapped to (0, 1) and
            kept within [.02, .98].
        seed: names the luck of what is generated.

    Levels: roots who lead somebody and those of their direct reports who lead somebody are EXECUTIVE,
    others with reports MANAGER, the rest EMPLOYEE.  Without a tree one is built from level and department,
    or from who is asked most.  Team, authority and joint-work ties come from the tree; ties of the file are
    added to them, their weights divided by the layer's median strong tie and capped at 3.4.

    Raises:
        OrganizationError: with file, line, column, what was found and how to mend it.
    """
    spec = generate_missing or GeneratorSpec()
    notes = _Notes()
    people = _people(people_file, ties_file, survey_scale, notes)
    filed = read_ties(ties_file, layers_file, people, mapping=mapping)
    _note_files(people, filed, notes)
    manager = _manager(people, filed, spec, notes)
    tier = tiers_of(manager)
    department, names = _departments(people, manager, spec, notes)
    site, sites = _sites(people)
    if sites > 1:
        notes.found["sites"] = sites
    organization = Organization(
        name=name or Path(people.file).resolve().parent.name,
        ids=_pseudonyms(people, salt),
        manager=manager,
        level=levels_of(manager),
        tier=tier,
        department=department,
        department_names=names,
        site=site,
        tenure=people.tenure,
        ties=_without_doubles(fixed_ties(manager), filed.ties, len(manager)),
        survey=people.survey,
    )
    organization = _informal(organization, spec, seed, notes)
    if strict and notes.missing:
        raise OrganizationError(
            f"{people.file}: a strict import needs what is missing: {'; '.join(notes.missing)}; "
            "add it, or import without --strict to have it generated"
        )
    return replace(organization, report=DataReport(notes.found, notes.generated, tuple(notes.warnings)))


def _people(
    people_file: Source | None,
    ties_file: Source | None,
    survey_scale: tuple[float, float],
    notes: _Notes,
) -> People:
    """The people of the people file or, without one, those named in the ties file."""
    if people_file is not None:
        return read_people(people_file, survey_scale=survey_scale)
    if ties_file is None:
        raise OrganizationError(
            "an imported organisation needs a people file or a ties file; give one of them"
        )
    notes.missing.append("a people file")
    return people_of_ties(ties_file)


def _note_files(people: People, filed: FiledTies, notes: _Notes) -> None:
    notes.found.update({"people": len(people.ids), "people_file_format": people.format})
    notes.found.update(filed.found)
    if people.survey:
        notes.found["survey_columns"] = ", ".join(people.survey)
    notes.warnings += [*people.warnings, *filed.warnings]
    if filed.unmapped:
        listed = ", ".join(filed.unmapped)
        notes.found["unmapped_layers"] = listed
        notes.warnings.append(f"layers not used because nothing says what they mean: {listed}; map them")
        notes.missing.append(f"a meaning for the layers {listed}")


def _manager(people: People, filed: FiledTies, spec: GeneratorSpec, notes: _Notes) -> npt.NDArray[np.int32]:
    """The tree of the file, of its reports_to layer, or a stand-in."""
    manager = people.manager
    if (manager < 0).all() and filed.reports_to is not None:
        manager = filed.reports_to
        notes.found["reporting_lines_from_ties"] = int((manager >= 0).sum())
    _refuse_cycles(manager, people)
    if (manager >= 0).any() or len(manager) == 1:
        roots = int((manager < 0).sum())
        notes.found.update({"reporting_lines": int((manager >= 0).sum()), "roots": roots})
        if roots > 1:
            lines = sorted(people.lines[seat] for seat in np.flatnonzero(manager < 0))
            shown = ", ".join(str(line) for line in lines[:6]) + (" …" if len(lines) > 6 else "")
            notes.warnings.append(
                f"{roots} people have no manager (lines {shown}): each is the top of a tree of its own, and those who lead "
                "count as executives, as do the leaders right below them; give them a manager if that is not so"
            )
        return manager
    units = people.department if people.department is not None else np.zeros(len(manager), dtype=np.int32)
    if np.isnan(people.rank).all() and people.department is None:
        basis = "who is asked most" if filed.asked.any() else "the order of ids"
    else:
        basis = " and ".join(
            label
            for label, has in (
                ("level", not np.isnan(people.rank).all()),
                ("department", people.department is not None),
            )
            if has
        )
    notes.generated["reporting_lines"] = f"{len(manager) - 1}, a stand-in tree from {basis}"
    notes.missing.append("reporting lines (column manager_id)")
    return stand_in_tree(people.rank, units, filed.asked, span=spec.span)


def _refuse_cycles(manager: npt.NDArray[np.int32], people: People) -> None:
    """Walk up from every seat once; a line that comes back to itself, or never ends, is an error."""
    above = manager.tolist()
    depth = [-1] * len(above)
    for seat in range(len(above)):
        line: list[int] = []
        on_line: set[int] = set()
        at = seat
        while at >= 0 and depth[at] < 0:
            if at in on_line:
                circle = [people.ids[k] for k in line[line.index(at) :]]
                shown = " -> ".join([*map(repr, circle[:6]), "..."] if len(circle) > 6 else map(repr, circle))
                raise OrganizationError(
                    f"{people.file}, line {people.lines[at]}, column 'manager_id': the reporting line goes "
                    f"in a circle ({shown}); give one of them another manager or none"
                )
            line.append(at)
            on_line.add(at)
            at = above[at]
        base = depth[at] if at >= 0 else -1
        for k, member in enumerate(reversed(line)):
            depth[member] = base + 1 + k
    deepest = int(np.argmax(depth))
    if depth[deepest] >= DEEPEST:
        raise OrganizationError(
            f"{people.file}, line {people.lines[deepest]}, column 'manager_id': {depth[deepest]} managers "
            f"above {people.ids[deepest]!r}; at most {DEEPEST - 1} can be, check the reporting lines"
        )


def _departments(
    people: People, manager: npt.NDArray[np.int32], spec: GeneratorSpec, notes: _Notes
) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Departments of the file, blanks filled from the nearest manager who has one; or subtrees."""
    if people.department is None:
        department = department_subtrees(manager, spec.departments)
        notes.generated["departments"] = int(department.max()) + 1
        notes.missing.append("departments (column department)")
        return department, department_names(department)
    department, names = people.department.copy(), people.department_names
    blank = department < 0
    at = manager.copy()
    while (open_ := (department < 0) & (at >= 0)).any():
        department[open_] = people.department[at[open_]]
        at = np.where(open_, manager[np.maximum(at, 0)], at).astype(np.int32)
    if (department < 0).any():
        label = "unstated"
        while label in names:
            label += " (blank)"
        department[department < 0] = len(names)
        names = (*names, label)
    notes.found["departments"] = len(people.department_names)
    if blank.any():
        notes.generated["department_of"] = (
            f"{int(blank.sum())} people without one (their manager's, else 'unstated')"
        )
    return department, names


def _sites(people: People) -> tuple[npt.NDArray[np.int32], int]:
    site = people.site
    return site, int(site.max(initial=0)) + 1


def _pseudonyms(people: People, salt: str) -> tuple[str, ...]:
    ids = tuple(pseudonym(salt, identity) for identity in people.ids)
    if len(set(ids)) < len(ids):
        raise OrganizationError(f"{people.file}: two ids have the same pseudonym; choose another salt")
    return ids


def _without_doubles(fixed: Ties, filed: Ties, n: int) -> Ties:
    """Fixed ties, and those of the file that are not the same arc in the same layer."""

    def key(ties: Ties) -> npt.NDArray[np.int64]:
        return (ties.layer.astype(np.int64) * n + ties.hearer) * n + ties.source

    return Ties.joined(fixed, filed.where(~np.isin(key(filed), key(fixed))))


def _informal(organization: Organization, spec: GeneratorSpec, seed: int, notes: _Notes) -> Organization:
    """A dormant pool for the ties of the file; or, where it has none, informal ties made up."""
    from sim.organization.people import INFORMAL

    before = len(organization.ties)
    if (organization.ties.kind == INFORMAL).any():
        grown = with_acquaintances(organization, seed=seed)
        notes.generated["acquaintances"] = len(grown.ties) - before
        active = int((organization.ties.kind == INFORMAL).sum())
        if len(grown.ties) - before < 0.8 * active:
            notes.warnings.append(
                "the net of ties is so dense that there is little room for acquaintances: "
                f"{len(grown.ties) - before} for {active} informal ties"
            )
        return grown
    places = Places(organization.manager, organization.tier, organization.department, organization.site)
    made = informal_ties(places, active=spec.informal_ties, cross_share=spec.cross_unit_share, seed=seed)
    notes.generated.update(
        {"informal_ties": int(made.active.sum()), "acquaintances": int((~made.active).sum())}
    )
    notes.missing.append("ties that people make (a ties file with a layer that is used)")
    return organization.with_ties(Ties.joined(organization.ties, made))
