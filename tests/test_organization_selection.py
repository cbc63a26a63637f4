"""Choosing seats by name, place, centrality and chance."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from sim.organization import (
    FIXED,
    GeneratorSpec,
    OrganizationError,
    Ties,
    generate,
    pseudonym,
    select,
    with_community,
)
from sim.organization.selection import brokerage, heard_by
from sim.theory.channels import EMPLOYEE, EXECUTIVE

FIRM = with_community(generate(GeneratorSpec(people=200, sites=2), seed=1), 10, seed=1)


def test_everybody_means_staff() -> None:
    assert np.array_equal(select(FIRM), np.flatnonzero(FIRM.staff))
    assert len(select(FIRM, levels=["community"])) == 20


def test_conditions_narrow() -> None:
    chosen = select(FIRM, levels="employee", departments=["Department 2"], sites=[1])
    expected = (FIRM.level == EMPLOYEE) & (FIRM.department == 1) & (FIRM.site == 1)
    assert np.array_equal(chosen, np.flatnonzero(expected)) and chosen.dtype == np.int32
    assert select(FIRM, tiers=[0]).tolist() == [0]
    assert select(FIRM, ids=[FIRM.ids[7], FIRM.ids[3]]).tolist() == [3, 7]


def test_ids_of_the_file_with_the_salt() -> None:
    from dataclasses import replace

    hidden = replace(FIRM, ids=tuple(pseudonym("salt", f"staff {k}") for k in range(FIRM.n)))
    assert select(hidden, ids=["staff 5"], salt="salt").tolist() == [5]
    with pytest.raises(OrganizationError, match="nobody has the id"):
        select(hidden, ids=["staff 5"], salt="other")


def test_a_share_is_taken_of_what_is_left() -> None:
    employees = select(FIRM, levels=["employee"])
    some = select(FIRM, levels=["employee"], share=0.25, seed=3)
    assert set(some) < set(employees) and len(some) == int(np.ceil(0.25 * len(employees)))
    assert np.array_equal(some, select(FIRM, levels=["employee"], share=0.25, seed=3))
    assert not np.array_equal(some, select(FIRM, levels=["employee"], share=0.25, seed=4))
    assert set(some) < set(select(FIRM, levels=["employee"], share=0.5, seed=3))  # larger shares nest
    assert len(select(FIRM, share=7)) == 7 and len(select(FIRM, share=0)) == 0
    assert len(select(FIRM, share=1.0)) == 200 and len(select(FIRM, share=999)) == 200


def test_most_central_are_the_most_heard() -> None:
    heard = heard_by(FIRM)
    top = select(FIRM, most_central=5)
    assert heard[top].min() >= np.sort(heard[FIRM.staff])[-5]
    hub = FIRM.with_ties(Ties.of(np.arange(1, 10), np.zeros(9), layer=3, weight=1.0, kind=FIXED))
    assert select(hub, most_central=1).tolist() == [0]
    asleep = FIRM.with_ties(
        Ties.of(np.arange(1, 10), np.zeros(9), layer=3, weight=1.0, kind=FIXED, active=False)
    )
    assert heard_by(asleep).sum() == 0


def test_brokers_as_networkx_has_them() -> None:
    ties = FIRM.ties.where(FIRM.ties.active)
    graph = nx.Graph()
    graph.add_nodes_from(range(FIRM.n))
    graph.add_edges_from(zip(ties.hearer.tolist(), ties.source.tolist()))
    expected = nx.betweenness_centrality(graph)
    assert np.allclose(brokerage(FIRM), [expected[k] for k in range(FIRM.n)], atol=1e-9)
    assert EXECUTIVE in FIRM.level[select(FIRM, brokers=3)]


def test_brokers_of_a_large_firm_stand_between_departments() -> None:
    large = generate(GeneratorSpec(people=700), seed=1)
    ties = large.ties.where(large.ties.active)
    contacts: list[set[int]] = [set() for _ in range(700)]
    for one, other in zip(ties.hearer.tolist(), ties.source.tolist()):
        if large.department[one] != large.department[other]:
            contacts[one].add(other)
            contacts[other].add(one)
    assert brokerage(large).tolist() == [len(group) for group in contacts]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"levels": ["employe"]}, "did you mean 'employee'"),
        ({"departments": ["Departement 1"]}, "did you mean 'Department 1'"),
        ({"tiers": [99]}, "tier 99 does not occur"),
        ({"sites": [7]}, "site 7 does not occur"),
        ({"ids": ["nobody"]}, "nobody has the id"),
        ({"share": 1.5}, "a share lies in"),
        ({"share": float("nan")}, "a share lies in"),
        ({"most_central": -2}, "count is 0 or more"),
        ({"brokers": True}, "give a count or a share"),
    ],
)
def test_wrong_names_and_parts(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(OrganizationError, match=says):
        select(FIRM, **wrong)  # type: ignore[arg-type]
