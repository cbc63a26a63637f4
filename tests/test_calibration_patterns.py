"""Patterns on runs: the pieces quickly on a small organisation, the whole table and step sizes slowly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from organization_data import all_data

from sim.calibration.cases import Case, case, organization_forms, seeded, shuffled_staff, simulations, to_year
from sim.calibration.likeness import contacts, steadiness
from sim.calibration.patterns import run_patterns
from sim.calibration.rows import verdicts
from sim.calibration.shape import RANGES, shape
from sim.calibration.stationarity import levels
from sim.calibration.tipping import others_share, random_people, top_down, whole_teams
from sim.calibration.training import still_using
from sim.engine.blueprint import blueprint
from sim.engine.run import Simulation
from sim.scenario.schema import OrganizationForm


@pytest.fixture(scope="module")
def small() -> Case:
    return case("small", OrganizationForm(people=60), runs=8, rounds=1)


def test_p11_on_generated_organisations() -> None:
    rows = shape(300, seeds=3)
    assert len(rows) == len(RANGES) and all(row.inside for row in rows)


def test_every_committed_person_stays_and_is_not_counted(small: Case) -> None:
    """All but one committed: the share of the others is one person's."""
    share = (60 - 1) / 60
    found = others_share(small.usual, small.offset, share, 4, years=(0.5, 1.0))
    assert found.shape == (4, 2) and set(np.unique(found)) <= {0.0, 1.0}


def test_more_committed_people_light_more_others(small: Case) -> None:
    few, many = (others_share(small.usual, small.offset, c, 12)[:, 0].mean() for c in (0.0, 0.6))
    assert many > few + 0.1


def test_orders_of_seeds(small: Case) -> None:
    plan = blueprint(small.usual)
    staff = np.flatnonzero(small.usual.organization.staff)
    for order in (random_people, whole_teams, top_down):
        assert np.array_equal(np.sort(order(plan, 0)), staff)
        assert not np.array_equal(order(plan, 0), order(plan, 1))
    tiers = small.usual.organization.tier[top_down(plan, 0)]
    assert (np.diff(tiers.astype(int)) >= 0).all()
    manager = small.usual.organization.manager
    team = np.where(manager >= 0, manager, np.arange(len(manager)))[whole_teams(plan, 0)]
    assert (np.diff(team) != 0).sum() + 1 == len(np.unique(team))


def test_trained_people_use_it_less_and_less(small: Case) -> None:
    using = still_using(small.usual, small.offset, 40)
    assert using[0] == pytest.approx(0.62, abs=0.06)
    assert using[0] > using[1] > using[2] > 0.1


def test_replicates_do_not_depend_on_threads(small: Case) -> None:
    one, four = (levels(small.usual, small.offset, 4, years=(1.0,), threads=threads) for threads in (1, 4))
    assert np.array_equal(one, four)


def test_seeds_are_the_only_difference(small: Case) -> None:
    plan = blueprint(replace(small.usual, years=1.0))
    with_seeds = seeded(plan, shuffled_staff(plan, 0, "x")[:5], used=1.0, committed=True)
    (run,) = simulations(with_seeds, lambda simulation: simulation, offset=small.offset, count=1)
    to_year(run, 0.0)
    assert run.seeded.sum() == 5 and run.step == run.burn


def test_contacts_are_peers_and_informal_ties_once(small: Case) -> None:
    (run,) = simulations(small.usual, lambda simulation: simulation, offset=small.offset, count=1)
    to_year(run, 0.0)
    hearer, source = contacts(run.world)
    assert len({*zip(hearer.tolist(), source.tolist())}) == len(hearer) > 60
    assert (hearer != source).all()


def test_bad_names_and_absent_data_are_said() -> None:
    with pytest.raises(ValueError, match=r"no pattern is called P2; there are P1, P3"):
        run_patterns(patterns=["P2"])
    assert list(organization_forms((50,), ("nowhere",), data=all_data())) == ["generated 50"]


def test_one_pattern_by_one_call(tmp_path: object) -> None:
    said: list[str] = []
    rows = run_patterns(patterns=["P11"], generated=[300], quick=True, progress=said.append)
    assert verdicts(rows) == {"P11": True} and said


@pytest.mark.slow
def test_step_sizes_agree() -> None:
    """Means at 1, 3 and 5 years with day and month steps within .01 and .03 of weekly, under the bundle.

    Runs with different steps share no luck, so twice the standard error of the difference is allowed on top.
    """
    one = case("steps", OrganizationForm(people=120))
    means, errors = {}, {}
    for steps, count in ((52, 400), (365, 200), (12, 400)):
        plan = blueprint(replace(one.bundle, years=5.0, steps_per_year=steps))

        def look(run: Simulation, steps: int = steps) -> list[float]:
            run.advance(10**9)
            return [float(run.world.share[round(year * steps) - 1]) for year in (1.0, 3.0, 5.0)]

        found = np.array(simulations(plan, look, offset=one.offset, count=count, record_every=10**6))
        means[steps], errors[steps] = found.mean(axis=0), found.std(axis=0) / np.sqrt(count)
    for steps, bound in ((365, 0.01), (12, 0.03)):
        allowed = bound + 2.0 * np.hypot(errors[steps], errors[52])
        assert (np.abs(means[steps] - means[52]) <= allowed).all(), (steps, means)


@pytest.mark.slow
def test_p10_and_p1_of_the_defaults() -> None:
    one = case("generated 300", OrganizationForm(people=300))
    assert one.settled
    assert verdicts(steadiness(one, count=24)) == {"P10": True}
    found = levels(one.usual, one.offset, 60)
    departures = found - found[:, :1]
    assert np.abs(departures.mean(axis=0)).max() < 0.02
