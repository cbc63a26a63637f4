"""A scenario put together in Python, piece by piece (a mapping, so every verb takes it as it is), and laid out."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim import scenario as scenarios
from sim.organization.people import Organization
from sim.scenario import Resolved, Scenario, load


class Builder(Mapping[str, Any]):
    """The tables of a scenario.  Every method returns a new builder and leaves this one as it is.

    Args:
        tables: of the same shape as a scenario file.
    """

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._tables: dict[str, Any] = copy.deepcopy(dict(tables))

    def __getitem__(self, key: str) -> Any:
        return copy.deepcopy(self._tables[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        return f"Builder({self._tables!r})"

    def _with(self, key: str, value: Any) -> Builder:
        return Builder({**self._tables, key: value})

    def _merged(self, key: str, more: Mapping[str, Any]) -> Builder:
        return self._with(key, {**self._tables.get(key, {}), **more})

    def _added(self, key: str, row: Mapping[str, Any]) -> Builder:
        return self._with(key, [*self._tables.get(key, []), dict(row)])

    def organization(self, **settings: Any) -> Builder:
        """Who there is: people=300, departments=5, people_file="people.csv", … (table `organization`)."""
        return self._merged("organization", settings)

    def run(self, **settings: Any) -> Builder:
        """How it is run: years=3, replicates=40, seed=1, … (table `run`)."""
        return self._merged("run", settings)

    def parameters(self, **values: float) -> Builder:
        """What is believed, by the names of the register: contagion=0.3 (table `parameters`)."""
        return self._merged("parameters", values)

    def lever(self, lever: str, **settings: Any) -> Builder:
        """Something that leaders do: lever("L01", who="leaders", dose=1.0, start="month 3", stop="2 years")."""
        return self._added("levers", {"lever": lever, **settings})

    def shock(self, barrier: str, **settings: Any) -> Builder:
        """Something that befalls the plan: shock("sponsor_withdraws", at="month 9")."""
        return self._added("shocks", {"barrier": barrier, **settings})

    def table(self, name: str, **settings: Any) -> Builder:
        """Any other table of a scenario: table("money", outcome_map=True)."""
        return self._merged(name, settings)

    def scenario(self) -> Scenario:
        """The scenario, checked in full.

        Raises:
            ScenarioError: with every problem found, its place, and how to mend it.
        """
        return load(self)


def build(name: str, *, extends: str = "business_as_usual", title: str = "", question: str = "") -> Builder:
    """Begin a scenario: `sim.build("walks").organization(people=200).lever("L01", who="leaders")`.

    Args:
        name: in tables and files; title, question: for people.
        extends: the bundled scenario or file that it starts from.  Levers or shocks that are added replace those
            of the other (as in a file).
    """
    words = {key: text for key, text in (("title", title), ("question", question)) if text}
    return Builder({"name": name, "extends": extends, **words})


def resolve(
    scenario: Scenario | Mapping[str, Any] | str | Path, *, organization: Organization | None = None
) -> Resolved:
    """A scenario laid out: everything one run of it needs but its luck.

    Args:
        scenario: name, file, mapping, builder, or one that is loaded.
        organization: seats and ties of one's own making, instead of those that the scenario describes.

    Raises:
        ScenarioError: with every problem found.
    """
    return scenarios.resolve(load(scenario), organization=organization)
