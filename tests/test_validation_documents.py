"""The documents say what the code does: equations are evaluated, names declared, generated parts made anew."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.world import step_constants
from sim.parameters import REGISTER, record
from sim.validation import registers
from sim.validation.documents import filled, pages
from sim.validation.equations import IN_WORDS, callables, equations, theory_functions, undeclared, used
from sim.validation.impact import impact_table
from sim.validation.symbols import SYMBOLS

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "odd.md").read_text("utf-8")
EQUATIONS = equations(TEXT)
WRITTEN = callables(EQUATIONS)
CODE = theory_functions()
HEADINGS = (
    "1. Purpose and patterns", "2. Entities, state variables and scales", "3. Process overview and scheduling",
    "4. Design concepts", "5. Initialization", "6. Input data", "7. Submodels",
)  # fmt: skip


def test_the_protocol_has_its_seven_headings_in_order() -> None:
    assert tuple(re.findall(r"^## (.+)$", TEXT, re.MULTILINE)) == HEADINGS


def test_every_function_of_the_theory_is_in_the_protocol() -> None:
    assert set(CODE) - set(WRITTEN) == set(IN_WORDS)
    assert all(f"{name}" in TEXT for name in IN_WORDS - {"stage", "philox", "keys"})


@pytest.mark.parametrize("one", EQUATIONS, ids=lambda one: one.name)
def test_arguments_are_those_of_the_code(one) -> None:  # type: ignore[no-untyped-def]
    assert tuple(inspect.signature(CODE[one.name]).parameters) == one.arguments


POSITIVE = {
    "rate",
    "hours",
    "available",
    "kept",
    "level",
    "threshold",
    "steepness",
    "dt",
    "hazard_dt",
    "halflife",
    "base",
}
SHARES = {
    "u", "x", "practising_weight", "total_weight", "prior_contacts", "usual", "newcomer", "use", "memory", "stock",
    "gain", "best", "safety_level", "obsolescence", "forgetting", "conversion", "ordinary", "loss", "habit",
}  # fmt: skip


@pytest.mark.parametrize("one", EQUATIONS, ids=lambda one: one.name)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_equations_say_what_the_code_does(one, data) -> None:  # type: ignore[no-untyped-def]
    values = []
    for name in one.arguments:
        if name == "form":
            values.append(data.draw(st.sampled_from([0, 1, 2])))
        elif name == "practising":
            values.append(data.draw(st.sampled_from([0.0, 1.0])))
        elif name in POSITIVE or name in SHARES:
            values.append(data.draw(st.floats(0.01, 0.98)))
        else:
            values.append(data.draw(st.floats(-2.0, 2.0)))
    assert float(WRITTEN[one.name](*values)) == pytest.approx(
        float(CODE[one.name](*values)), abs=1e-12, rel=1e-10
    )


def test_every_name_in_an_update_is_declared() -> None:
    assert undeclared(TEXT) == []


def test_a_name_that_is_not_declared_is_found() -> None:
    assert undeclared("```update\ny_E[i] = mystery * sigma[i]\n```") == [
        "mystery in: y_E[i] = mystery * sigma[i]"
    ]


def test_every_symbol_is_declared_once_and_used() -> None:
    names = Counter(one.name for one in SYMBOLS)
    assert [name for name, count in names.items() if count > 1] == []
    assert not set(names) & set(REGISTER)
    assert set(names) <= used(TEXT)
    assert all(cell for one in SYMBOLS for cell in (one.meaning, one.unit, one.usual, one.source))


def test_sections_named_as_sources_exist() -> None:
    sections = set(re.findall(r"^#{2,3} (\d(?:\.\d+)?)", TEXT, re.MULTILINE))
    named = {part for one in SYMBOLS for part in re.findall(r"^\d(?:\.\d+)?", one.source)}
    assert named <= sections


def test_usual_values_of_step_constants_are_those_of_the_code() -> None:
    usual = {
        one.name: float(one.usual)
        for one in SYMBOLS
        if one.name.startswith("kept_") or one.name in ("rho", "phi")
    }
    kept = step_constants(record({})[0], 1.0 / 52.0)
    names = ("kept_E", "kept_Psi", "kept_G", "kept_z")
    found = dict(zip(names, kept[:4])) | {"rho": kept[7], "phi": kept[8]}
    assert usual == pytest.approx(found, abs=6e-4)


@pytest.mark.parametrize("name", ["odd.md", "parameters.md", "assumptions.md"])
def test_generated_parts_are_up_to_date(name: str) -> None:
    path = DOCS / name
    assert path.read_text("utf-8") == pages(DOCS)[path], "run: python -m sim.validation documents"


def test_a_mark_that_names_no_block_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        filled("<!-- generated: nonsense -->\n<!-- end -->")


def test_every_parameter_is_in_its_page() -> None:
    page = (DOCS / "parameters.md").read_text("utf-8")
    assert all(f"| `{name}` |" in page for name in REGISTER)


def test_red_with_red_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    red, amber = registers.Impact("red", "a study", 0.2), registers.Impact("amber", "a rival", 0.05)
    monkeypatch.setattr(registers, "impacts", lambda: {"pushback_share": red, "mixing": red})
    monkeypatch.setattr(registers, "structural_impacts", lambda: {"step": amber})
    found = registers.assumptions()
    assert found[0].name == "visible_norm" and found[0].impact == "red"
    assert next(one for one in found if one.name == "pushback").measured_by == "a study"
    assert found.index(next(one for one in found if one.name == "pushback")) > 1
    sharp = next(one for one in found if one.name == "sharp_reinforcement")
    assert (sharp.impact, sharp.measured_by) == ("amber", "a rival")


def test_of_equal_colours_the_larger_size_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    some, more = registers.Impact("red", "some", 0.2), registers.Impact("red", "more", 0.3)
    monkeypatch.setattr(registers, "impacts", lambda: {"pushback_share": some, "pushback_strength": more})
    monkeypatch.setattr(registers, "structural_impacts", dict)
    assert next(one for one in registers.assumptions() if one.name == "pushback").measured_by == "more"


def test_what_is_not_measured_says_so() -> None:
    known = {*registers.impacts(), *registers.structural_impacts()}
    for one in registers.assumptions():
        measured = known & {*one.parameters, *one.structures}
        assert (one.impact == registers.UNMEASURED) == (not measured)


def study(folder: Path, effects: dict[str, float]) -> None:
    """A results folder as a Morris screening leaves it."""
    from sim.sensitivity.result import SensitivityResult, table

    rows = [
        {"output": output, "time": float("nan"), "factor": f"parameters.{name}", "label": name, "index": "mu_rms",
         "value": value, "rank": rank}
        for output in ("share_end", "skill_end")
        for rank, (name, value) in enumerate(effects.items())
    ]  # fmt: skip
    result = SensitivityResult("morris", indices=table("indices", rows))
    result.save(folder / "sensitivity")


def test_colours_come_from_effects(tmp_path: Path) -> None:
    study(tmp_path, {"push": 0.099, "mixing": 0.1, "g_try": 0.029})
    lines = impact_table(tmp_path).splitlines()
    assert lines[0] == "parameter,impact,share,skill,measured_by"
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["mixing", "red", "0.100"],
        ["push", "amber", "0.099"],
        ["g_try", "green", "0.029"],
    ]


def test_impact_of_a_folder_without_a_screening_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ripple sensitivity --study impact"):
        impact_table(tmp_path)


def test_every_parameter_of_an_assumption_is_in_the_study_or_left_out_of_draws() -> None:
    import tomllib

    from sim.experiments.design import drawn_names

    text = (DOCS.parent / "scenarios" / "studies" / "impact.toml").read_text("utf-8")
    asked = set(tomllib.loads(text)["factors"][0]["choose"])
    named = {name for one in registers.assumptions() for name in one.parameters}
    assert asked == named & set(drawn_names())
