"""A second implementation, written from docs/odd.md without sight of the code, agrees with the engine.

Every week: events, ties and flags equal; states, traits, references, conduct, pushes, fields, what is expressed,
memory and books within 1e-9.  A failure names the symbol of docs/odd.md, the seat, and both values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from organization_data import data_folder
from second_comparison import first_difference
from second_implementation import SecondImplementation
from second_plan import Plan
from second_seats import Seat, philox
from twin_cases import imported, short, trouble

from sim.scenario import Resolved, load, resolve

FORTY = {"people": 40, "departments": 3}


def months(count: float, **more: Any) -> dict[str, Any]:
    return {"years": count / 12, "burn_in": 0.2, **more}


# --- they agree ---------------------------------------------------------------------------------------------


def test_business_as_usual_agrees() -> None:
    plan = short("business_as_usual", organization=FORTY, run=months(5))
    assert first_difference(plan, seed=1) is None


def test_a_sustained_bundle_agrees() -> None:
    assert first_difference(short("stars_align", organization=FORTY, run=months(3)), seed=2) is None


def test_every_lever_in_trouble_agrees() -> None:
    """Through telling, absent experts, a technology jump and a reorganisation."""
    plan = trouble(organization={**FORTY, "people": 30, "community": 2}, run=months(5.5))
    assert first_difference(plan, seed=3) is None


def test_dates_between_two_steps_agree() -> None:
    levers = [
        {"lever": "L09", "start": "month 1", "ramp": "1 month", "stop": "month 2"},
        {"lever": "L01", "who": "leaders", "start": "week 2", "ramp": "1 month", "stop": "week 11"},
        {"lever": "L15", "start": "week 3", "stop": "month 2"},
    ]
    plan = short("business_as_usual", levers=levers, organization={**FORTY, "people": 30}, run=months(3))
    assert first_difference(plan, seed=4) is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 6])
def test_two_years_of_everything_agree(seed: int) -> None:
    """With seed 6 a committed seat is vacant when the scenario begins."""
    plan = trouble(
        organization={"people": 60, "departments": 4, "community": 4, "seed": seed},
        run={"years": 2, "burn_in": 0.5},
    )
    assert first_difference(plan, seed=seed, replicate=seed % 3) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "responses"),
    [
        ("month", {"adoption": "threshold"}),
        ("month", {"count": "number"}),
        ("month", {"ordinary_learning": "off"}),
        ("week", {"adoption": "linear"}),
        ("week", {"centring": "none"}),
        ("week", {"spontaneous": "off", "turnover": "off"}),
        ("day", {}),
    ],
)
def test_other_responses_and_steps_agree(step: str, responses: dict[str, str]) -> None:
    years = {"month": 1.5, "week": 0.6, "day": 0.15}[step]
    plan = trouble(
        organization={**FORTY, "people": 30, "community": 2},
        run={"years": years, "burn_in": 0.1, "step": step},
        responses=responses,
    )
    assert first_difference(plan, seed=5) is None


@pytest.mark.slow
def test_an_imported_organisation_agrees() -> None:
    plan = imported(data_folder("krackhardt_hightech"), run=months(8))
    assert first_difference(plan, seed=7) is None


def surveyed() -> Resolved:
    """Levels, practice and tenure known of some and not of others."""
    plan = short("stars_align", organization={**FORTY, "community": 3}, run=months(6))
    firm = plan.organization
    chance = np.random.Generator(np.random.Philox(5))
    known = [chance.random(firm.n) < 0.7 for _ in range(6)]
    survey = {
        name: np.where(known[k], chance.uniform(0.2, 0.8, firm.n), np.nan)
        for k, name in enumerate(["enthusiasm", "safety", "mindset", "skill"])
    }
    survey["practising"] = np.where(known[4], (chance.random(firm.n) < 0.2) * 1.0, np.nan)
    tenure = np.where(known[5], firm.tenure, np.nan)
    return replace(plan, organization=replace(firm, survey=survey, tenure=tenure))


@pytest.mark.slow
def test_a_surveyed_organisation_agrees() -> None:
    assert first_difference(surveyed(), seed=8) is None


@pytest.mark.slow
def test_reviews_that_outlast_a_programme_agree() -> None:
    levers = [{"lever": "L09", "stop": "month 1"}, {"lever": "L11", "stop": "month 2"}]
    start = [{"barrier": "late_review"}, {"barrier": "departure_from_tradition"}]
    plan = short("business_as_usual", levers=levers, start=start, organization=FORTY, run=months(5))
    assert first_difference(plan, seed=1) is None


@pytest.mark.slow
def test_other_uses_of_levers_agree() -> None:
    """Misuse, a negative dose, relationships that do not fit, and a seat that opens later."""
    levers = [
        {"lever": "L17", "misused": True},
        {"lever": "L02", "misused": True},
        {"lever": "L04", "who": "leaders", "dose": -1.0},
        {"lever": "L12", "who": "leaders", "via": ["ripples"], "dose": 1.5},
        {"lever": "L05", "start": "month 3"},
    ]
    plan = short("business_as_usual", levers=levers, organization=FORTY, run=months(12))
    assert first_difference(plan, seed=9) is None


def test_no_first_year_effect_agrees() -> None:
    """Learning leaders' tenure is unknown, so it is drawn by inversion."""
    organization = {**FORTY, "people": 20}
    plan = short(
        "all_levers", organization=organization, run=months(1), parameters={"turnover_first_year": 0.0}
    )
    assert first_difference(plan, seed=1, steps=1) is None


# --- and the comparison can fail ----------------------------------------------------------------------------


def first_names(plan: Resolved, steps: int = 20) -> set[str]:
    found = first_difference(plan, seed=10, steps=steps)
    return set() if found is None else {line.split(",")[0].split(":")[0] for line in found[1]}


def backwards(name: str, owner: type) -> Callable[..., Any]:
    whole: Callable[..., Any] = getattr(owner, name)
    return lambda *args, **kwargs: -whole(*args, **kwargs)


@pytest.mark.parametrize(
    ("owner", "name", "seen"),
    [
        (SecondImplementation, "new_enthusiasm", "y_E"),
        (SecondImplementation, "turnover_base", "b[0]"),
        (SecondImplementation, "expected_response", "C_usual"),
        (Plan, "planned", "push_on[L01]"),
    ],
)
def test_a_flipped_sign_is_seen(owner: type, name: str, seen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, name, backwards(name, owner))
    plan = short("lead_by_example", organization={**FORTY, "people": 20}, run=months(4))
    assert seen in first_names(plan)


def test_a_tie_too_few_and_a_wrong_person_are_seen() -> None:
    plan = short("business_as_usual", organization={**FORTY, "people": 20}, run=months(1))

    def drop(model: SecondImplementation) -> None:
        next(s for s in model.seats if s.arcs[1]).arcs[1].pop()

    def wake(model: SecondImplementation) -> None:
        seat: Seat = next(s for s in model.seats if not s.A)
        seat.A = 1

    tie = first_difference(plan, seed=11, steps=3, spoil=drop)
    person = first_difference(plan, seed=11, steps=3, spoil=wake)
    assert tie is not None and tie[1][0].startswith("ties")
    assert person is not None and person[1][0].startswith("A, seat")


# --- it stands on its own -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_luck_is_philox(counter: Any, key: Any, words: Any) -> None:
    """Known answers of the authors' library (Random123, kat_vectors)."""
    assert philox(counter, key) == words


@pytest.mark.parametrize(
    "name", ["second_implementation.py", "second_plan.py", "second_seats.py", "second_week.py"]
)
def test_it_shares_nothing_with_the_engine(name: str) -> None:
    tree = ast.parse((Path(__file__).parent / name).read_text(encoding="utf-8"))
    imported_names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported_names |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    ours = {module for module in imported_names if module.split(".")[0] == "sim"}
    assert ours <= {"sim", "sim.scenario", "sim.scenario.resolved"}


def test_a_scenario_by_hand_agrees() -> None:
    """Three people in one line and nobody else: the smallest hierarchy there is."""
    plan = resolve(
        load(
            {
                "name": "three",
                "extends": "stars_align",
                "organization": {"people": 3, "tiers": 2, "departments": 1},
                "run": {"years": 0.4, "burn_in": 0.1},
            }
        )
    )
    assert first_difference(plan, seed=12) is None
