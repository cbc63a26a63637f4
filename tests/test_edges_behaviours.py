"""The catalogues' own data: each fault that an edit of them could make is one message that names the entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sim.behaviours import barriers, catalogue, sources, traceability
from sim.behaviours.catalogue import CATALOGUE, CatalogueError
from sim.behaviours.sources import read_toml, text
from sim.parameters.register import record
from sim.theory.channels import CONDUCT


def with_toml(monkeypatch: pytest.MonkeyPatch, change: Callable[[str, dict[str, Any]], None]) -> None:
    """Let the catalogue read its files as they would be after a change."""

    def changed(name: str) -> Mapping[str, Any]:
        table = {key: dict(entry) for key, entry in read_toml(name).items()}
        change(name, table)
        return table

    monkeypatch.setattr(catalogue, "read_toml", changed)


def message(read: Callable[[], object]) -> str:
    with pytest.raises(CatalogueError) as caught:
        read()
    return str(caught.value)


def test_a_lever_is_in_the_catalogue_once(monkeypatch: pytest.MonkeyPatch) -> None:
    conduct = dict(read_toml("conduct.toml"))

    def twice(name: str, table: dict[str, Any]) -> None:
        if name == "programmes.toml":
            table["L01"] = conduct["L01"]

    with_toml(monkeypatch, twice)
    assert message(catalogue._entries.__wrapped__) == "programmes.toml: L01 is in the catalogue twice"


def test_every_behaviour_is_felt_and_shares_sum_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(name: str, table: dict[str, Any]) -> None:
        if name == "conduct.toml":
            table[CONDUCT[0]].pop("emits")

    with_toml(monkeypatch, silent)
    assert message(catalogue._entries.__wrapped__) == f"conduct.toml: no emits for {CONDUCT[0]}"

    def louder(name: str, table: dict[str, Any]) -> None:
        if name == "conduct.toml":
            table[CONDUCT[0]]["say"] = table[CONDUCT[0]].get("say", 0.0) + 0.5

    with_toml(monkeypatch, louder)
    assert message(catalogue._entries.__wrapped__) == "conduct.toml: the shares `say` sum to 1.5, not 1"


def test_entries_lack_nothing_that_is_needed() -> None:
    lever = dict(read_toml("conduct.toml")["L01"])
    lever.pop("practised_by")
    assert message(lambda: catalogue.parse_lever("L01", lever, "x [L01]")) == "x [L01]: missing practised_by"
    assert (
        message(lambda: barriers.parse_barrier("b", {"name": "B"}, "y [b]")) == "y [b]: missing summary, rows"
    )
    flat = {**read_toml("conduct.toml")["L01"], "emits": 0.5}
    assert message(lambda: catalogue.parse_lever("L01", flat, "x [L01]")) == (
        "x [L01].emits: a table of numbers is needed, not 0.5"
    )


def test_whose_conduct_a_lever_pushes() -> None:
    assert CATALOGUE["L05"].actor_levels == ()
    assert CATALOGUE["L01"].actor_levels == CATALOGUE["L01"].practised_by
    assert CATALOGUE["L06"].actor_levels == CATALOGUE["L06"].covers != CATALOGUE["L06"].practised_by


def test_a_catalogue_is_shown_by_its_names() -> None:
    shown = sources.LazyMapping(lambda: {"a": 1, "b": 2})
    assert repr(shown) == "<2 entries: a, b>"
    assert repr(CATALOGUE).startswith(f"<{len(CATALOGUE)} entries: ") and "L01, L02" in repr(CATALOGUE)


# --- the trace ----------------------------------------------------------------------------------------------


def test_a_switch_lies_in_the_hard_range_of_its_parameter() -> None:
    assert message(lambda: traceability._switch("parameter:contagion=-1", "trace.toml [x]")).startswith(
        "trace.toml [x]: contagion cannot be -1; it must lie in ["
    )


def of_tag(tag: str) -> dict[str, str]:
    """A line of the trace whose row has this tag alone."""
    rows = sources.seed_rows()
    entry = next(one for one in traceability.traces().values() if rows[one.row].tag == tag)
    return {
        "row": entry.row, "levers": "L20", "barrier": "", "mechanism": "courses", "output": "skill",
        "scenario": "technology_first", "boundary": "",
    }  # fmt: skip


def test_rows_name_what_their_tag_asks_for() -> None:
    barrier, behaviour = of_tag("barrier"), {**of_tag("behaviour"), "levers": "", "mechanism": "contagion"}
    assert (
        message(lambda: traceability._traced(barrier))
        == f"trace.csv {barrier['row']}: tagged barrier and names none"
    )
    free = next(
        name for name, one in traceability.mechanisms().items() if one.switch.kind not in ("lever", "barrier")
    )
    assert message(lambda: traceability._traced({**behaviour, "mechanism": free})) == (
        f"trace.csv {behaviour['row']}: tagged behaviour and names no lever"
    )


def test_every_row_is_traced_once_and_few_end_at_a_boundary(monkeypatch: pytest.MonkeyPatch) -> None:
    head, *lines = text("trace.csv").splitlines()

    def read(*kept: str) -> str:
        monkeypatch.setattr(traceability, "text", lambda name: "\n".join([head, *kept]))
        return message(traceability.traces.__wrapped__)

    first = lines[0].partition(",")[0]
    assert read(*lines, lines[0]) == f"trace.csv: {first} is there twice"
    assert read(*lines[1:]) == f"trace.csv: no line for {first}"
    monkeypatch.setattr(traceability, "MOST_BOUNDARIES", 0)
    ends = sum(bool(one.boundary) for one in traceability.traces().values())
    assert read(*lines) == f"trace.csv: {ends} rows end at a boundary, at most 0 may"


def test_values_of_parameters_that_do_not_exist_are_refused() -> None:
    with pytest.raises(KeyError, match="no parameter is called 'contagoin'"):
        record({"contagoin": 1.0})
    assert record({"contagion": 1.5})["contagion"].tolist() == [1.5]
