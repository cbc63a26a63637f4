"""The engine: luck, conservation, steps, cache; what must hold of any run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.doses import doses
from sim.engine.layout import (
    ADOPT,
    EVENT_KINDS,
    HEADCOUNT,
    HIRE,
    LAPSE,
    LEAVE,
    M_HEAD,
    M_PRACTISING,
    PRACTISING,
    PROMOTION,
    VACANT,
    Y_E,
)
from sim.engine.run import RunRecord, Simulation, run
from sim.organization.people import Organization, Ties
from sim.parameters import defaults
from sim.scenario import load, resolve
from sim.scenario.resolved import Resolved, Seeding
from sim.theory.chance import keys


def usual(organization: Organization, **changes: object) -> Resolved:
    return replace(
        Resolved("usual", "", "", organization, defaults(), years=1.0, burn_in=0.25),
        **changes,  # type: ignore[arg-type]
    )


def same(a: RunRecord, b: RunRecord) -> bool:
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for name in ("share", "series", "memory", "ledger", "credit", "events")
    )


def test_same_seed_same_bytes(small_plan: Blueprint) -> None:
    assert same(run(small_plan, seed=4, events=True), run(small_plan, seed=4, events=True))


def test_replicates_and_seeds_differ(small_plan: Blueprint) -> None:
    first = run(small_plan, seed=4)
    assert not np.array_equal(first.series, run(small_plan, seed=4, replicate=1).series)
    assert not np.array_equal(first.series, run(small_plan, seed=5).series)


def test_threads_do_not_matter(small_plan: Blueprint) -> None:
    alone = [run(small_plan, seed=4, replicate=r) for r in range(6)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda r: run(small_plan, seed=4, replicate=r), range(6)))
    assert all(same(a, b) for a, b in zip(alone, together))


def test_stepping_by_hand_is_running(small_plan: Blueprint) -> None:
    by_hand = Simulation(small_plan, seed=4, events=True)
    while not by_hand.done:
        by_hand.advance(1)
    assert same(by_hand.record(), run(small_plan, seed=4, events=True))


def test_events_do_not_disturb(small_plan: Blueprint) -> None:
    assert np.array_equal(run(small_plan, seed=4, events=True).share, run(small_plan, seed=4).share)


def test_people_are_conserved(small_organization: Organization) -> None:
    plan = blueprint(usual(small_organization, years=3.0))
    simulation = Simulation(plan, seed=2, events=True)
    simulation.advance(simulation.burn)
    before = int(((simulation.world.flags & VACANT) == 0).sum())
    practising = int(((simulation.world.flags & PRACTISING) != 0).sum())
    simulation.advance(10**6)
    record = simulation.record()
    during = record.events[record.events[:, 0] >= 0]
    count = {name: int((during[:, 2] == kind).sum()) for kind, name in enumerate(EVENT_KINDS)}
    after = int(((simulation.world.flags & VACANT) == 0).sum())
    # A promotion empties one seat and fills another, so it changes no headcount.
    assert after == before + count["hire"] - count["leave"]
    assert record.ledger[-1, HEADCOUNT] == after
    assert count["leave"] > 0 and count["promote"] > 0
    assert practising > 0
    head, share = record.series[-1, 0, M_HEAD], record.series[-1, 0, M_PRACTISING]
    assert head == after and share == pytest.approx(record.share[-1] * after)
    assert record.series[-1, 1:6, M_HEAD].sum() == after


def test_events_tell_the_whole_story(small_organization: Organization) -> None:
    """Replaying adoptions, lapses and leavings gives back who practises, but for newcomers who come practising."""
    plan = blueprint(usual(small_organization, years=2.0, responses={"turnover": "off"}))
    simulation = Simulation(plan, seed=9, events=True)
    practising = (simulation.world.flags & PRACTISING) != 0
    simulation.advance(10**6)
    events = simulation.record().events
    assert set(np.unique(events[:, 2])) <= {ADOPT, LAPSE}
    for _, seat, kind, _, _ in events:
        assert practising[seat] == (kind == LAPSE)
        practising[seat] = kind == ADOPT
    assert np.array_equal(practising, (simulation.world.flags & PRACTISING) != 0)


def test_calm_means_nobody_leaves(small_organization: Organization) -> None:
    record = run(usual(small_organization, responses={"turnover": "off"}), seed=1, events=True)
    assert not {LEAVE, HIRE, PROMOTION} & set(record.events[:, 2])


def test_credit_is_the_count_of_adoptions(small_organization: Organization) -> None:
    record = run(usual(small_organization, years=3.0), seed=3, events=True)
    adoptions = record.events[record.events[:, 2] == ADOPT]
    assert record.credit.sum() == len(adoptions)
    lit = adoptions[adoptions[:, 3] >= 0]
    assert (lit[:, 4] < 4).all()


def test_a_contact_can_only_light_when_there_is_a_tie(small_organization: Organization) -> None:
    ties = small_organization.ties
    pairs = set(zip(ties.hearer.tolist(), ties.source.tolist(), ties.layer.tolist()))
    record = run(usual(small_organization, years=3.0), seed=3, events=True)
    lit = record.events[(record.events[:, 2] == ADOPT) & (record.events[:, 3] >= 0)]
    assert all((seat, source, layer) in pairs for _, seat, _, source, layer in lit.tolist())


def test_committed_people_stay_and_practise(small_organization: Organization) -> None:
    seats = np.array([20, 30, 40], dtype=np.int32)
    simulation = Simulation(
        usual(small_organization, years=4.0, seedings=(Seeding(seats, 1.0, True),)), seed=1, events=True
    )
    simulation.advance(10**6)
    assert ((simulation.world.flags[seats] & PRACTISING) != 0).all()
    after = simulation.record().events
    gone = after[(after[:, 0] >= 0) & np.isin(after[:, 1], seats) & np.isin(after[:, 2], [LEAVE, LAPSE])]
    assert len(gone) == 0


@pytest.mark.parametrize("people", [0, 1, 2])
def test_tiny_organisations_run(people: int) -> None:
    n = people
    organization = Organization(
        name="tiny",
        ids=tuple(f"p{i}" for i in range(n)),
        manager=np.array([-1, 0][:n], dtype=np.int32),
        level=np.array([0, 2][:n], dtype=np.int8),
        tier=np.arange(n, dtype=np.int8),
        department=np.zeros(n, dtype=np.int32),
        department_names=("all",),
        site=np.zeros(n, dtype=np.int32),
        tenure=np.full(n, np.nan),
        ties=Ties.empty(),
    )
    record = run(usual(organization), seed=1)
    assert np.isfinite(record.series).all() and np.isfinite(record.share).all()


def test_common_luck_reaches_across_plans() -> None:
    """Two plans with one seed live through the same luck: the difference of shares varies far less than by chance."""
    plans = [
        blueprint(resolve(load(name, overrides=["organization.people=120"])))
        for name in ("business_as_usual", "one_mild_lever")
    ]
    ends = np.array([[run(plan, seed=1, replicate=r).share[-1] for r in range(40)] for plan in plans])
    paired = (ends[1] - ends[0]).var(ddof=1)
    independent = ends[0].var(ddof=1) + ends[1].var(ddof=1)
    assert paired < 0.5 * independent


def test_a_run_is_finite_with_everything_on() -> None:
    record = run(resolve(load("all_levers", overrides=["organization.people=100"])), seed=1, events=True)
    assert np.isfinite(record.series).all() and np.isfinite(record.ledger).all()


PROBE = """
from sim.engine.compiled import kernel
from sim.theory.enthusiasm import enthusiasm_target

@kernel
def target(heard):
    return enthusiasm_target(0.5, heard, 0.0, 0.0, 0.0, 0.0)

print(target(1.0))
"""


@pytest.mark.slow
def test_an_edited_equation_is_never_served_in_its_old_form(tmp_path: Path) -> None:
    """Numba's cache does not see edits in other files; ours is named by a hash of all of them."""
    copy = tmp_path / "copy"
    shutil.copytree(Path(sim.__file__).parent, copy / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "probe.py").write_text(PROBE)
    environment = {**os.environ, "RIPPLE_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(copy)}

    def target() -> float:
        command = [sys.executable, "probe.py"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=copy)
        return float(done.stdout)

    def kernels() -> Path:
        (folder,) = set((tmp_path / "cache" / "kernels").iterdir()) - seen
        return folder

    seen: set[Path] = set()
    assert target() == target() == 0.5
    seen = {kernels()}
    equation = copy / "sim" / "theory" / "enthusiasm.py"
    equation.write_text(
        equation.read_text().replace("return susceptibility * heard", "return 0.5 * susceptibility * heard")
    )
    assert target() == 0.25
    # the danger is real: under the same name Numba serves the equation as it was
    shutil.rmtree(kernels())
    shutil.copytree(*seen, tmp_path / "stale")
    hashed = copy / "sim" / "engine" / "compiled.py"
    hashed.write_text(hashed.read_text().replace('"kernels" / source_hash()', '".." / "stale"'))
    assert target() == 0.5


def test_enthusiasm_has_no_drift_at_business_as_usual(small_organization: Organization) -> None:
    """With luck but no plan, mean departures stay near zero: 40 runs, mean within 4 standard errors."""
    plan = blueprint(usual(small_organization, years=2.0))
    means = []
    for replicate in range(40):
        simulation = Simulation(plan, seed=8, replicate=replicate)
        simulation.advance(10**6)
        present = (simulation.world.flags & VACANT) == 0
        means.append(simulation.world.state[present, Y_E].mean())
    assert abs(np.mean(means)) < 4 * np.std(means, ddof=1) / np.sqrt(40) + 0.02


def test_a_surge_of_turnover_falls_on_those_it_covers() -> None:
    plan = resolve(
        load(
            {
                "name": "surge",
                "shocks": [{"barrier": "turnover_surge", "start": "month 1", "stop": "month 3"}],
            }
        )
    )
    surge = next(shock for shock in plan.disturbances if shock.turnover > 1.0)
    half = np.arange(plan.organization.n) < 10
    found = doses(replace(plan, disturbances=(replace(surge, cover=half),)), keys(1, 0))
    factor = found.leaving[found.leaving_group]
    assert (factor[~half] == 1.0).all()
    assert set(np.unique(factor[half])) == {1.0, surge.turnover}


def test_a_review_longer_than_the_programme_brings_no_ties() -> None:
    plan = resolve(
        load({"name": "late", "levers": [{"lever": "L15", "start": "month 1", "stop": "month 2"}]})
    )
    late = replace(plan, start=replace(plan.start, delay_mean=1.0, delay_cv=0.0))
    late = replace(late, programmes=tuple(replace(item, delivered=True) for item in late.programmes))
    found = doses(late, keys(1, 0))
    assert (found.starts == found.stops).all() and (found.starts >= late.burn_steps + late.steps).all()
    assert (found.dose == 0.0).all()
