"""The agents and the compiled engine are one theory: every state, event and ledger column is equal each week.

A comparison that cannot fail proves nothing: the second half spoils one side a little and must see it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from organization_data import data_folder
from twin_cases import OFFSET, first_difference, imported, short, trouble

import sim
from sim.engine.layout import EVENT_KINDS
from sim.engine.run import Simulation
from sim.model import Employee, LearningCultureModel, Manager
from sim.model.plan import Plan
from sim.model.twin import tables, tables_of
from sim.organization.people import INFORMAL, Ties
from sim.scenario import Resolved
from sim.theory.channels import AUTHORITY, MUTUAL, N_LAYERS, PEERS, RELEVANCE, RIPPLES, TIME

YEAR = {"years": 1, "burn_in": 0.25}


def without(resolved: Resolved, *, layer: int) -> Resolved:
    """The same scenario with one tie less: the last that exists on a layer."""
    ties = resolved.organization.ties
    keep = np.ones(len(ties), dtype=np.bool_)
    keep[np.flatnonzero((ties.layer == layer) & ties.active)[-1]] = False
    fewer: Ties = ties.where(keep)
    return replace(resolved, organization=resolved.organization.with_ties(fewer))


# --- equal --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_business_as_usual_is_equal(seed: int) -> None:
    assert first_difference(short("business_as_usual"), seed=seed, replicate=seed) is None


@pytest.mark.parametrize("seed", [4, 5])
def test_all_levers_in_all_trouble_are_equal_for_a_year(seed: int) -> None:
    assert first_difference(trouble(run=YEAR), seed=seed) is None


@pytest.mark.parametrize(
    ("responses", "step"),
    [
        ({"adoption": "threshold", "ordinary_learning": "off"}, "month"),
        ({"adoption": "linear"}, "week"),
        ({"count": "number"}, "month"),
    ],
)
def test_other_responses_and_steps_are_equal(responses: dict[str, str], step: str) -> None:
    plan = short("stars_align", run={"step": step, "years": 1, "burn_in": 0.5}, responses=responses)
    assert first_difference(plan, seed=6) is None


def test_an_imported_organisation_is_equal_for_a_year() -> None:
    plan = imported(data_folder("krackhardt_hightech"), run=YEAR)
    assert first_difference(plan, seed=7) is None


@pytest.mark.parametrize("world", ["engine", "agents"])
def test_moved_hours_leave_alone_what_a_disturbance_makes_felt(world: str) -> None:
    """Hours move between departments in the week in which priorities shift: that is felt alike in all of them."""
    felt = []
    for shocks in ([], [{"barrier": "priorities_shift", "start": "month 3"}]):
        plan = short("all_levers", shocks=shocks, run={"years": 0.5, "burn_in": 0.1})
        weeks = plan.burn_steps + plan.steps_per_year // 4 + 1
        if world == "engine":
            run = Simulation(plan, seed=8, alpha_offset=OFFSET)
            run.advance(weeks)
            moved, table = run.world.targeting, tables_of(run)["field"]
        else:
            model = LearningCultureModel(plan, rng=8, alpha_offset=OFFSET)
            for _ in range(weeks):
                model.step()
            moved, table = np.array([unit.targeting for unit in model.departments]), tables(model)["field"]
        assert np.ptp(moved) > 0.1
        felt.append(table[plan.organization.staff])
    lost = felt[1] - felt[0]
    lost[:, [TIME, RELEVANCE]] += 0.8, 0.4
    assert np.abs(lost).max() < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_three_years_of_all_levers_in_all_trouble_are_equal(seed: int) -> None:
    plan = trouble(organization={"people": 60 + 2 * seed, "departments": 4, "community": 4, "seed": seed})
    assert first_difference(plan, seed=100 + seed, replicate=seed % 3) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "seed"),
    [("krackhardt_hightech", seed) for seed in range(20)]
    + [(name, seed) for name in ("cp_consulting", "aarhus_cs") for seed in range(0, 20, 2)],
)
def test_three_years_on_imported_organisations_are_equal(name: str, seed: int) -> None:
    assert first_difference(imported(data_folder(name)), seed=200 + seed) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["cp_manufacturing", "manufacturing_email", "lazega_lawfirm", "medical_innovation"]
)
def test_three_years_on_larger_imported_organisations_are_equal(name: str) -> None:
    assert first_difference(imported(data_folder(name)), seed=300) is None


@pytest.mark.slow
def test_the_trouble_makes_everything_happen() -> None:
    """Else the comparison would leave something out."""
    model = LearningCultureModel(trouble(), rng=8, alpha_offset=0.15)
    targeting: set[float] = set()
    while model.running:
        model.step()
        targeting |= {unit.targeting for unit in model.departments}
    kinds = {EVENT_KINDS[kind] for _, _, kind, _, _ in model.events}
    layers = {layer for _, _, kind, _, layer in model.events if EVENT_KINDS[kind] == "adopt"}
    assert kinds == set(EVENT_KINDS)
    assert len(layers & set(range(N_LAYERS))) >= 2 and len(layers) >= 4
    assert len(targeting) > 2
    assert any(bond.programme >= 0 for bond in model.bonds)
    assert any(sum(unit.memory) != 0.0 for unit in model.departments)
    assert all(value > 0.0 for value in np.sum([page.row() for page in model.ledger], axis=0))
    assert any(person.committed for person in model.people)
    assert any(leader.openness < 0.0 for leader in model.leaders)


# --- and the comparison can fail ----------------------------------------------------------------------------


def flipped_safety(self: Any, got: Any) -> float:
    got.felt = [-level for level in got.felt]
    return TRUST(self, got)


TRUST = Employee.trust
LEAVING = Employee.leaving_hazard
FEEL = Employee.feel
CONDUCT_FELT = Manager.felt_conduct

SPOILED = {
    "safety is felt upside down": ("trust", flipped_safety),
    "enthusiasm changes sign": ("feel", lambda self, got: -FEEL(self, got)),
    "imitation turns into its opposite": ("felt_conduct", lambda self: [-z for z in CONDUCT_FELT(self)]),
    "leaving is a little likelier": ("leaving_hazard", lambda self: 1.5 * LEAVING(self)),
}


@pytest.mark.parametrize("what", list(SPOILED))
def test_a_flipped_sign_in_an_agent_is_seen(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, method = SPOILED[what]
    owner = next(kind for kind in Employee.__mro__ if name in vars(kind))
    monkeypatch.setattr(owner, name, method)
    assert first_difference(trouble(run=YEAR), seed=9) is not None


def test_a_sign_flipped_in_the_books_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Plan.book

    def spoiled(self: Plan, model: LearningCultureModel, at: int) -> Any:
        page = book(self, model, at)
        page.cash = -page.cash
        return page

    monkeypatch.setattr(Plan, "book", spoiled)
    found = first_difference(trouble(run=YEAR), seed=9)
    assert found is not None and any(line.startswith("ledger") for line in found[1])


@pytest.mark.parametrize("layer", [AUTHORITY, PEERS, MUTUAL, RIPPLES])
def test_one_tie_dropped_among_the_agents_is_seen(layer: int) -> None:
    def drop(model: LearningCultureModel) -> None:
        circle = next(person for person in model.people if len(person.contacts[layer])).contacts[layer]
        circle.remove(circle.bonds[-1])

    assert first_difference(short("stars_align"), seed=10, steps=3, spoil=drop) is not None


@pytest.mark.parametrize("layer", [AUTHORITY, PEERS, MUTUAL, RIPPLES])
def test_one_tie_dropped_in_the_engine_is_seen(layer: int) -> None:
    plan = short("stars_align")
    assert (plan.organization.ties.kind == INFORMAL).any()
    assert first_difference(without(plan, layer=layer), seed=10, steps=3, agents=plan) is not None


def test_a_swapped_cause_of_adoption_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lit whom is compared too, although nothing depends on it."""
    owner = next(kind for kind in Employee.__mro__ if "who_lit_me" in vars(kind))
    monkeypatch.setattr(owner, "who_lit_me", lambda self, spontaneous, reinforced: (0, 0))
    found = first_difference(short("stars_align"), seed=11)
    assert found is not None and any(line.startswith("events") for line in found[1])


SCRIPT = """
import uncompiled
from twin_cases import first_difference, short
print("found", first_difference(short("stars_align"), seed=12, steps=60))
"""
SPOILED_KERNELS = [
    ("conduct.py", r"- (w\.)?usual_boss\[row, m\]", r"+ \1usual_boss[row, m]"),
    ("moving.py", r"- p\.a_overload \*", "+ 0.01 + p.a_overload *"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "pattern", "instead"), [("conduct.py", "", ""), *SPOILED_KERNELS])
def test_a_flipped_sign_in_a_kernel_is_seen(file: str, pattern: str, instead: str, tmp_path: Path) -> None:
    """An edited copy of the package runs on its own; unedited, it agrees (the first case)."""
    home = Path(sim.__file__).resolve().parents[1]
    copy = tmp_path / "copy"
    for name in ("sim", "scenarios", "tests"):
        shutil.copytree(home / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / "sim" / "engine" / file
    if pattern:
        text, count = re.subn(pattern, instead, path.read_text(encoding="utf-8"))
        assert count == 1, f"{file} no longer says {pattern}; choose another sign to flip"
        path.write_text(text, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(copy), str(copy / "tests")]),
        "RIPPLE_CACHE": str(tmp_path / "cache"),
        "NUMBA_DISABLE_JIT": "1",  # as the plain Python it is written in: nobody waits for a compilation
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=copy, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert ("found None" in done.stdout) == (not pattern), done.stdout
