"""A scenario written out in full: one text for one scenario, every default stated, nothing private."""

from __future__ import annotations

from typing import Any

from sim.organization.people import Organization
from sim.organization.privacy import pseudonym
from sim.scenario import toml
from sim.scenario.disturbances import dates
from sim.scenario.schema import Scenario

Table = dict[str, Any]


def text(scenario: Scenario, organization: Organization | None = None, *, salt: str | None = None) -> str:
    """The scenario as TOML: merged, times in years, defaults stated, levers by id, without the salt.

    Ids of imported people are replaced by their pseudonyms.  Loading the text of a generated organisation
    gives the same scenario again.
    """
    form: Table = scenario.model_dump(exclude_none=True, by_alias=True)
    form["organization"].pop("salt", None)
    form["levers"] = [_lever(row) for row in form["levers"] if row["dose"] != 0.0]
    form["shocks"] = [
        _dated(row, *dates(shock)) for row, shock in zip(form["shocks"], scenario.shocks, strict=True)
    ]
    if organization is not None and scenario.organization.imported:
        _hide_people(form, set(organization.ids), salt)
    if not form["organization"].get("layers"):
        form["organization"].pop("layers", None)
    form["start"] = [{key: value for key, value in row.items() if value != {}} for row in form["start"]]
    return toml.write({key: value for key, value in form.items() if value not in ([], {})})


def _lever(row: Table) -> Table:
    return {**row, "stop": row.get("stop", "never")}


def _dated(row: Table, start: float, stop: float) -> Table:
    rest = {key: value for key, value in row.items() if key not in ("barrier", "start", "stop", "for")}
    end: float | str = "never" if stop == float("inf") else stop
    return {"barrier": row["barrier"], "start": start, "stop": end, **rest}


def _hide_people(form: Table, known: set[str], salt: str | None) -> None:
    for name in ("levers", "shocks", "seed"):
        for row in form.get(name, []):
            for key in ("who", "cover"):
                who = row.get(key)
                if who and "people" in who:
                    who["people"] = [
                        person if person in known or salt is None else pseudonym(salt, person)
                        for person in who["people"]
                    ]
