"""What the page shows, as data: organisation, plan, assumptions; read, checked, and made into scenarios.

A view is what a link or a file of the desk holds.  Its levers are those of a scenario file with the name of an owner
beside; everything else a scenario file may say is kept too, so that a bundled plan comes back as it went.  A view
names no file: people and ties that somebody imported are meant by the number of the import.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from sim.decisions.plans import default_baseline, my_baseline
from sim.desk.errors import DeskError
from sim.scenario import Scenario, ScenarioError, load
from sim.scenario.complain import problems_of
from sim.scenario.fields import Form
from sim.scenario.schema import COUNTED, LayerForm, LeverUse, Money, SeedForm, Shock, StartCondition

SCHEMA: Final = 1
REPLICATES: Final = 20
PEOPLE: Final = "people.csv"
TIES: Final = "ties.csv"
LAYERS: Final = "layers.csv"
NOTES: Final = "notes.json"  # what was said of the files when they were read
NAME: Final = "Imported organisation"  # of the folder that holds them, and so what reports call it
_TAKEN: Final = ("nothing", "default", "business_as_usual", "my_baseline", "default_baseline")
_FOR_FILES: Final = ("layers", "survey_scale")
LONGEST_OWNER: Final = 40
IMPORT: Final = re.compile(r"[0-9a-f]{12}")


class OrganizationView(Form):
    """The organisation: some numbers, or an import of this visitor."""

    people: int = Field(default=300, ge=5, le=20_000)
    tiers: int | None = Field(default=None, ge=1, le=12)
    span: float = Field(default=5.0, ge=1.5, le=30)
    departments: int = Field(default=6, ge=1, le=60)
    informal_ties: float = Field(default=4.0, ge=0, le=100)
    cross_unit_share: float = Field(default=0.35, ge=0, le=1)
    seed: int = Field(default=1, ge=0, lt=2**31)
    community: float = Field(default=0.0, ge=0, le=1000)
    governance: str | None = None
    imported: Annotated[str, Field(pattern=IMPORT.pattern)] | None = None
    layers: dict[str, LayerForm] = Field(default_factory=dict, max_length=30)
    survey_scale: list[float] | None = Field(default=None, min_length=2, max_length=2)


class OwnedLever(LeverUse):
    """A lever as the plan uses it, and whose it is."""

    owner: str = Field(default="", max_length=LONGEST_OWNER)


class View(Form):
    """Everything that decides what the page shows."""

    version: int = Field(default=SCHEMA, alias="schema")
    title: str = Field(default="My plan", min_length=1, max_length=80)
    organization: OrganizationView = Field(default_factory=OrganizationView)
    years: float = Field(default=3.0, ge=0.5, le=10)
    levers: list[OwnedLever] = Field(default_factory=list, max_length=64)
    shocks: list[Shock] = Field(default_factory=list, max_length=32)
    start: list[StartCondition] = Field(default_factory=list, max_length=32)
    seed: list[SeedForm] = Field(default_factory=list, max_length=8)
    parameters: dict[str, float] = Field(default_factory=dict)
    money: Money = Field(default_factory=Money)


@dataclass(frozen=True, slots=True)
class Arms:
    """The three lines that are always drawn apart.

    Attributes:
        plan: what the page shows.
        mine: the same organisation, circumstances and assumptions, in which leaders do nothing out of the ordinary.
        default: the same organisation under the default assumptions, to which nothing happens.
    """

    plan: Scenario
    mine: Scenario
    default: Scenario

    def named(self) -> dict[str, Scenario]:
        """By name, in the order in which they are drawn."""
        return {"default": self.default, "mine": self.mine, "plan": self.plan}


def read_view(raw: Any) -> View:
    """A view from what the page or a file says.

    Raises:
        DeskError: it cannot be used; every problem with its place.
    """
    if not isinstance(raw, Mapping):
        raise DeskError("this is not a view of the desk; open a file that the desk has saved")
    if raw.get("schema", SCHEMA) != SCHEMA:
        raise DeskError(
            f"this view has format {raw.get('schema')!r}; this version of the desk reads {SCHEMA}"
        )
    try:
        return View.model_validate(dict(raw))
    except ValidationError as problem:
        raise DeskError([*problems_of(problem, View)]) from None


def arms(view: View, imports: Path) -> Arms:
    """The scenarios of a view.

    Args:
        imports: the visitor's folder of imports; nothing outside it is read.

    Raises:
        DeskError: the plan cannot be used.
    """
    plan = scenario_of(view, imports)
    return Arms(plan, my_baseline(plan), default_baseline(plan))


def scenario_of(view: View, imports: Path) -> Scenario:
    """The plan of a view as a scenario.

    Raises:
        DeskError: it cannot be used.
    """
    try:
        scenario = load(scenario_table(view))
    except ScenarioError as problem:
        raise DeskError(problem.problems) from None
    if view.organization.imported is not None:
        folder = imports / view.organization.imported / NAME
        if not (folder / PEOPLE).is_file():
            raise DeskError(
                "The organisation of this view was imported in another browser; import its files here"
            )
        files = {"people_file": PEOPLE, "ties_file": TIES, "layers_file": LAYERS}
        scenario._folders.update(dict.fromkeys(files, folder))
        gone = {key: None for key, name in files.items() if not (folder / name).is_file()}
        organization = scenario.organization.model_copy(update=gone)
        scenario = scenario.model_copy(update={"organization": organization})
    return scenario


def scenario_table(view: View) -> dict[str, Any]:
    """The plan of a view in the shape of a scenario file, owners in the labels."""
    form = view.model_dump(exclude_none=True, by_alias=True)
    form.pop("schema")
    form["levers"] = [with_owner(row) for row in form["levers"]]
    form["run"] = {"years": form.pop("years"), "replicates": REPLICATES, "seed": 1}
    organization = form["organization"]
    if organization.pop("imported", None) is not None:
        organization = {key: value for key, value in organization.items() if key not in COUNTED}
        organization |= {"people_file": PEOPLE, "ties_file": TIES, "layers_file": LAYERS}
    else:
        organization = {key: value for key, value in organization.items() if key not in _FOR_FILES}
    form["organization"] = organization
    form["name"] = slug(view.title)
    return {key: value for key, value in form.items() if value not in ([], {})}


def with_owner(row: dict[str, Any]) -> dict[str, Any]:
    """A lever as a scenario file says it: the name of its owner in its label."""
    owner = row.pop("owner", "")
    if owner:
        row["label"] = f"{_called(row['lever'], row.get('label'))[: 76 - len(owner)]} ({owner})"
    return row


def label_of(row: OwnedLever) -> str:
    """What a lever of a view is called, with its owner."""
    return _called(row.lever, with_owner(row.model_dump())["label"])


def _called(lever: str, label: str | None) -> str:
    from sim.behaviours.catalogue import CATALOGUE

    return label or (CATALOGUE[lever].name if lever in CATALOGUE else lever)


_SPELT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "o", "å": "aa"}
)


def slug(title: str) -> str:
    """A title as a name for files: letters, digits and underscores; never one that the desk uses itself."""
    letters = unicodedata.normalize("NFKD", title.translate(_SPELT)).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_").lower()[:50] or "plan"
    return f"{name}_plan" if name in _TAKEN else name


def view_of(scenario: Scenario, base: View | None = None) -> dict[str, Any]:
    """What of a scenario the desk shows, put on the organisation of `base`, or on the scenario's own without one.

    Raises:
        DeskError: it uses what the desk cannot show.
    """
    if scenario.lever_definitions:
        raise DeskError("this scenario defines levers of its own; run it with `ripple run` or from Python")
    if base is None and scenario.organization.imported:
        raise DeskError("this scenario reads people from files; import those first, then open the plan again")
    form = scenario.model_dump(exclude_none=True, by_alias=True)
    if base is not None:
        organization = base.model_dump(exclude_none=True)["organization"]
        if scenario.organization.governance is not None:
            organization["governance"] = scenario.organization.governance
    else:
        known = set(OrganizationView.model_fields)
        organization = {key: value for key, value in form["organization"].items() if key in known}
    made = {
        "schema": SCHEMA,
        "title": (scenario.title or scenario.name)[:80],
        "organization": organization,
        "years": scenario.run.years,
        **{key: form.get(key, []) for key in ("levers", "shocks", "start", "seed")},
        "parameters": form.get("parameters", {}),
        "money": form["money"],
    }
    return read_view(made).model_dump(exclude_none=True, by_alias=True)
