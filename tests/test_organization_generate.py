"""Generated organisations have the shape that was measured on real ones (pattern P11), at every size."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.organization import (
    FIXED,
    INFORMAL,
    GeneratorSpec,
    Organization,
    OrganizationError,
    generate,
    structure,
)
from sim.theory.channels import AUTHORITY, EMPLOYEE, EXECUTIVE, MANAGER, MUTUAL, PEERS, RIPPLES

P11 = {
    "manager_share": (0.17, 0.25),
    "span_median": (4, 6),
    "span_mean": (4.0, 5.9),
    "clustering": (0.30, 0.77),
    "reciprocity": (0.33, 0.82),
    "inside_unit": (0.27, 0.85),
    "inside_unit_all": (0.27, 0.85),
    "inside_unit_ratio": (2, 10),
    "advice_seniority": (0.2, 0.7),
}


def arcs(organization: Organization, layer: int, kind: int) -> set[tuple[int, int, float]]:
    ties = organization.ties
    rows = (ties.layer == layer) & (ties.kind == kind)
    return set(zip(ties.hearer[rows].tolist(), ties.source[rows].tolist(), ties.weight[rows].tolist()))


@pytest.mark.parametrize("people", [60, 150, 300, 1000, 5000])
def test_p11_at_every_size(people: int) -> None:
    seeds = range(1, 9) if people < 5000 else range(1, 4)
    measured = [structure(generate(GeneratorSpec(people=people), seed=seed)) for seed in seeds]
    for name, (low, high) in P11.items():
        values = [values[name] for values in measured]
        # In 60 people a correlation has a standard error of .1: there the median seed has to be inside.
        shown = [float(np.median(values))] if people < 150 else values
        assert all(low <= value <= high for value in shown), (name, values)
    assert np.mean([values["arcs"] for values in measured]) == pytest.approx(12.4, abs=0.8)
    assert np.mean([values["acquaintances"] for values in measured]) == pytest.approx(1.0, abs=0.1)


def test_the_checks_of_p11_can_fail() -> None:
    """Negative control: a single wide team and no closure inside units are seen."""
    flat = structure(generate(GeneratorSpec(people=60, tiers=2, span=20), seed=1))
    assert not P11["span_median"][0] <= flat["span_median"] <= P11["span_median"][1]
    mixed = structure(generate(GeneratorSpec(people=1000, cross_unit_share=1.0), seed=1))
    assert mixed["inside_unit"] == 0.0


def test_same_seed_same_organisation() -> None:
    one, same, other = (generate(GeneratorSpec(people=200, sites=2), seed=seed) for seed in (5, 5, 6))
    for name in ("manager", "level", "department", "site", "tenure"):
        assert np.array_equal(getattr(one, name), getattr(same, name))
    for name in ("hearer", "source", "layer", "weight", "kind", "active"):
        assert np.array_equal(getattr(one.ties, name), getattr(same.ties, name))
    assert not np.array_equal(one.manager, other.manager)


def test_ties_that_come_with_the_tree() -> None:
    organization = generate(GeneratorSpec(people=100), seed=2)
    manager = organization.manager.tolist()
    authority, mutual, team = set(), set(), set()
    for seat, leader in enumerate(manager):
        if leader < 0:
            continue
        authority.add((seat, leader, 3.4))
        mutual |= {(seat, leader, 1.0), (leader, seat, 1.0)}
        if manager[leader] >= 0:
            authority.add((seat, manager[leader], 1.0))
        mates = [k for k in range(100) if manager[k] == leader and k != seat]
        if len(mates) <= 8:
            team |= {(seat, mate, 1.0) for mate in mates}
    assert arcs(organization, AUTHORITY, FIXED) == authority
    assert arcs(organization, MUTUAL, FIXED) == mutual
    assert team <= arcs(organization, PEERS, FIXED)


def test_degree_in_a_large_team_is_bounded_and_mutual() -> None:
    organization = generate(GeneratorSpec(people=60, tiers=2, span=30), seed=1)
    team = arcs(organization, PEERS, FIXED)
    heard = np.bincount([hearer for hearer, _, _ in team], minlength=60)
    assert set(heard[1:]) == {8}
    assert all((source, hearer, weight) in team for hearer, source, weight in team)


def test_informal_ties_stay_out_of_team_and_line() -> None:
    organization = generate(GeneratorSpec(people=400, sites=2), seed=3)
    ties, manager = organization.ties, organization.manager
    informal = ties.where(ties.kind == INFORMAL)
    unit = organization.department * 2 + organization.site
    same_unit = unit[informal.hearer] == unit[informal.source]
    assert np.array_equal(informal.layer, np.where(same_unit, PEERS, RIPPLES))
    assert np.array_equal(informal.weight, np.where(same_unit, 0.6, 0.3))
    assert not (manager[informal.hearer] == manager[informal.source]).any()
    assert not (manager[informal.hearer] == informal.source).any()
    assert not (manager[informal.source] == informal.hearer).any()
    key = informal.hearer.astype(int) * 400 + informal.source
    assert len(np.unique(key)) == len(key)
    state = dict(zip(key.tolist(), informal.active.tolist()))
    for hearer, source, active in zip(informal.hearer, informal.source, informal.active):
        assert state.get(int(source) * 400 + int(hearer), active) == active  # both arcs switch together


def test_active_and_dormant_ties_are_alike() -> None:
    organization = generate(GeneratorSpec(people=2000), seed=4)
    ties = organization.ties
    swapped = organization.with_ties(
        type(ties)(
            ties.hearer,
            ties.source,
            ties.layer,
            ties.weight,
            ties.kind,
            ties.active ^ (ties.kind == INFORMAL),
        )
    )
    now, later = structure(organization), structure(swapped)
    for name in ("clustering", "reciprocity", "inside_unit", "advice_seniority", "degree"):
        assert later[name] == pytest.approx(now[name], abs=0.05 * max(1.0, now[name])), name


def test_levels_and_departments() -> None:
    organization = generate(GeneratorSpec(people=500), seed=7)
    leads = organization.reports_count() > 0
    root = organization.manager < 0
    assert root.sum() == 1
    top = root | (root[organization.manager] & leads)
    assert np.array_equal(organization.level == EXECUTIVE, top)
    assert np.array_equal(organization.level == MANAGER, leads & ~top)
    assert np.array_equal(organization.level == EMPLOYEE, ~leads)
    assert len(organization.department_names) == organization.department.max() + 1 == 6
    below = organization.tier >= 2  # departments are whole subtrees below the top
    same = organization.department == organization.department[organization.manager]
    assert same[below].mean() > 0.9


@pytest.mark.parametrize(("people", "departments"), [(100, 4), (120, 4), (150, 5)])
def test_a_large_subtree_does_not_swallow_a_department(people: int, departments: int) -> None:
    organization = generate(GeneratorSpec(people=people, tiers=4, departments=departments), seed=1)
    assert np.bincount(organization.department).min() >= 5
    assert len(organization.department_names) == departments


@pytest.mark.parametrize("people", [1, 2, 3, 4, 7])
def test_tiny_organisations(people: int) -> None:
    organization = generate(GeneratorSpec(people=people), seed=1)
    assert organization.n == people == len(set(organization.ids))
    assert organization.level[0] == EXECUTIVE
    structure(organization)


@settings(max_examples=60, deadline=None)
@given(
    people=st.integers(1, 150),
    tiers=st.none() | st.integers(1, 8),
    span=st.floats(1.2, 20),
    departments=st.integers(1, 12),
    sites=st.integers(1, 4),
    informal=st.floats(0, 20),
    cross=st.floats(0, 1),
    seed=st.integers(0, 2**40),
)
def test_any_spec_gives_an_organisation_or_says_why(
    people: int,
    tiers: int | None,
    span: float,
    departments: int,
    sites: int,
    informal: float,
    cross: float,
    seed: int,
) -> None:
    spec = GeneratorSpec(people, tiers, span, departments, sites, informal, cross)
    try:
        organization = generate(spec, seed=seed)
    except OrganizationError as error:
        assert "use" in str(error)
        assert tiers is not None
        return
    assert (organization.manager < 0).sum() == 1
    assert (organization.manager < np.arange(people)).all()  # leaders come first: no cycle
    assert tiers is None or organization.tier.max() + 1 == tiers
    leads = (organization.reports_count() > 0) & (organization.tier > 0)
    enough = (np.bincount(organization.tier[leads], minlength=1) >= departments).any()
    made = len(np.unique(organization.department))
    assert made == len(organization.department_names) <= departments
    assert made == departments or not enough  # as many as asked for where one tier has the leaders
    assert organization.site.max() < sites
    ties = organization.ties
    assert (ties.hearer != ties.source).all() and (ties.weight > 0).all()
    assert len(ties) == 0 or max(ties.hearer.max(), ties.source.max()) < people


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"people": 0}, "people is 0"),
        ({"people": True}, "people is True"),
        ({"people": 300, "tiers": 2}, "at least 4 tiers"),
        ({"people": 20, "tiers": 9}, "between 2 and 5 tiers"),
        ({"span": float("nan")}, "span is nan"),
        ({"cross_unit_share": 1.5}, "cross_unit_share is 1.5"),
        ({"informal_ties": float("inf")}, "informal_ties is inf"),
    ],
)
def test_impossible_specs_say_what_to_change(given_: dict[str, object], says: str) -> None:
    with pytest.raises(OrganizationError, match=says):
        generate(GeneratorSpec(**given_), seed=1)  # type: ignore[arg-type]


def test_the_advice_in_the_error_works() -> None:
    assert generate(GeneratorSpec(people=300, tiers=4), seed=1).tier.max() == 3
    assert generate(GeneratorSpec(people=20, tiers=5), seed=1).tier.max() == 4


def test_tenure_is_as_in_the_labour_force() -> None:
    tenure = generate(GeneratorSpec(people=5000), seed=1).tenure
    assert 0.15 < (tenure <= 1).mean() < 0.24
    assert 3.3 < np.median(tenure) < 5.2


@pytest.mark.slow
def test_large_organisations_are_made_in_time() -> None:
    began = time.perf_counter()
    organization = generate(GeneratorSpec(people=100_000), seed=1)
    assert time.perf_counter() - began < 60
    values = structure(organization)
    assert all(low <= values[name] <= high for name, (low, high) in P11.items())
