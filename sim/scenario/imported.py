"""Organisations from files, as a scenario names them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.organization.errors import OrganizationError
from sim.organization.generate import GeneratorSpec
from sim.organization.imports import load_organization
from sim.organization.layers import LayerRule
from sim.organization.people import Organization
from sim.scenario.schema import GENERATED, OrganizationForm, Scenario

Stamp = tuple[tuple[str, int, int], ...]


def load_imported(scenario: Scenario) -> Organization:
    """The organisation of the scenario's files; read once as long as the files do not change.

    Raises:
        OrganizationError: the files cannot be used.
    """
    form = scenario.organization
    people = scenario.path_of("people_file")
    if people is None:
        raise OrganizationError("people_file is missing: ties need the people that they join")
    ties, layers = scenario.path_of("ties_file"), scenario.path_of("layers_file")
    stamp = tuple(_stamp(path) for path in (people, ties, layers) if path is not None)
    return _read(people, ties, layers, salt_of(scenario) or "", form.model_dump_json(), stamp)


def salt_of(scenario: Scenario) -> str | None:
    """The salt of the pseudonyms, None where the organisation is generated.

    Where the scenario gives none it is made from the people file itself: the same file gives the same
    pseudonyms in every run, and nobody without the file can undo them.
    """
    form = scenario.organization
    people = scenario.path_of("people_file")
    if people is None:
        return None
    if form.salt is not None:
        return form.salt
    try:
        return hashlib.blake2b(people.read_bytes(), digest_size=32, person=b"ripple-salt").hexdigest()
    except OSError:
        return ""  # the file cannot be read; the import says so with its own words


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return str(path), -1, -1
    return str(path), status.st_mtime_ns, status.st_size


@lru_cache(maxsize=4)
def _read(
    people: Path, ties: Path | None, layers: Path | None, salt: str, form_json: str, stamp: Stamp
) -> Organization:
    form = OrganizationForm.model_validate_json(form_json)
    given: dict[str, Any] = {
        name: getattr(form, name) for name in GENERATED if getattr(form, name) is not None
    }
    scale = form.survey_scale
    return load_organization(
        people,
        ties,
        layers,
        salt=salt,
        mapping={name: LayerRule(**rule.model_dump()) for name, rule in form.layers.items()} or None,
        strict=form.strict,
        generate_missing=GeneratorSpec(**given),
        survey_scale=(0.0, 1.0) if scale is None else (scale[0], scale[1]),
        seed=form.seed,
    )
