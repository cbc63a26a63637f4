"""What each rewiring lever adds, and that it adds nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.organization import (
    FIXED,
    PROGRAMME,
    GeneratorSpec,
    Organization,
    OrganizationError,
    Ties,
    board_ties,
    bridges,
    generate,
    mentor_pairs,
    peer_groups,
    with_community,
    with_learning_leaders,
)
from sim.theory.channels import AUTHORITY, COMMUNITY, EXECUTIVE, LEARNING_LEADER, MUTUAL, PEERS, RIPPLES

FIRM = generate(GeneratorSpec(people=200), seed=1)
EVERYONE = np.arange(200, dtype=np.int32)


def groups_of(ties: Ties) -> list[set[int]]:
    """Connected sets, each of which must be complete."""
    near: dict[int, set[int]] = {}
    for hearer, source in zip(ties.hearer.tolist(), ties.source.tolist()):
        near.setdefault(hearer, {hearer}).add(source)
    groups = {frozenset(members) for members in near.values()}
    assert sum(len(group) for group in groups) == len(near)
    return [set(group) for group in groups]


def test_peer_groups_take_everybody_in_once() -> None:
    ties = peer_groups(FIRM, EVERYONE, size=6, seed=1)
    groups = groups_of(ties)
    assert set().union(*groups) == set(range(200))
    assert {len(group) for group in groups} <= {6, 7}
    assert set(ties.layer.tolist()) == {PEERS} and set(ties.kind.tolist()) == {PROGRAMME}
    assert set(ties.weight.tolist()) == {1.0} and ties.active.all()


def test_groups_across_units_mix_departments() -> None:
    def departments(across: bool) -> float:
        groups = groups_of(peer_groups(FIRM, EVERYONE, seed=2, across_units=across))
        return float(np.mean([len({int(FIRM.department[k]) for k in group}) for group in groups]))

    assert departments(True) > 4.5 > 2.0 > departments(False)


def test_bridges_mix_departments() -> None:
    ties = bridges(FIRM, EVERYONE, size=5, seed=1)
    assert np.mean([len({int(FIRM.department[k]) for k in group}) for group in groups_of(ties)]) > 4
    assert set(ties.weight.tolist()) == {0.7} and set(ties.layer.tolist()) == {PEERS}


@settings(max_examples=50, deadline=None)
@given(members=st.sets(st.integers(0, 199), max_size=40), size=st.integers(2, 9), seed=st.integers(0, 99))
def test_nobody_is_alone_in_a_group(members: set[int], size: int, seed: int) -> None:
    seats = np.array(sorted(members), dtype=np.int32)
    for ties in (peer_groups(FIRM, seats, size=size, seed=seed), bridges(FIRM, seats, size=size, seed=seed)):
        assert (set(ties.hearer.tolist()) == members) if len(members) > 1 else (len(ties) == 0)


def test_a_group_of_one_is_refused() -> None:
    with pytest.raises(OrganizationError, match="at least 2"):
        peer_groups(FIRM, EVERYONE, size=1, seed=1)


def line_of(organization: Organization, seat: int) -> set[int]:
    above = set()
    while organization.manager[seat] >= 0:
        seat = int(organization.manager[seat])
        above.add(seat)
    return above


def test_mentors_are_outside_the_line_and_above() -> None:
    mentees = np.flatnonzero(FIRM.reports_count() == 0).astype(np.int32)
    ties = mentor_pairs(FIRM, mentees, seed=1)
    mentee, mentor = ties.hearer[: len(ties) // 2], ties.source[: len(ties) // 2]
    assert set(mentee.tolist()) == set(mentees.tolist()) and len(mentee) == len(mentees)
    for one, other in zip(mentee.tolist(), mentor.tolist()):
        assert other not in line_of(FIRM, one) and one not in line_of(FIRM, other)
        assert FIRM.manager[one] != FIRM.manager[other]
    assert (FIRM.tier[mentor] < FIRM.tier[mentee]).mean() > 0.9
    assert np.bincount(mentor).max() <= 8
    arcs = set(zip(ties.hearer.tolist(), ties.source.tolist()))
    assert all((source, hearer) in arcs for hearer, source in arcs)
    assert set(ties.layer.tolist()) == {MUTUAL} and set(ties.kind.tolist()) == {PROGRAMME}


def test_nobody_outside_the_line_no_mentor() -> None:
    pair = generate(GeneratorSpec(people=2), seed=1)
    assert len(mentor_pairs(pair, np.array([0, 1], dtype=np.int32), seed=1)) == 0


def test_learning_leaders_on_the_board() -> None:
    grown = with_learning_leaders(FIRM, 2, board=True)
    assert grown.n == 202 and (grown.level[-2:] == LEARNING_LEADER).all()
    assert (grown.manager[-2:] == 0).all() and (grown.tier[-2:] == 1).all()
    assert len(set(grown.ids)) == 202 == len(grown.tenure)
    added = Ties(*(getattr(grown.ties, name)[len(FIRM.ties) :] for name in Ties.__slots__))
    assert set(added.kind.tolist()) == {FIXED} and added.active.all()
    executives = set(np.flatnonzero(FIRM.level == EXECUTIVE).tolist())
    peers = added.where(added.layer == PEERS)
    arcs = set(zip(peers.hearer.tolist(), peers.source.tolist()))
    for leader in (200, 201):
        assert {(leader, e) for e in executives} | {(e, leader) for e in executives} <= arcs
        assert (added.layer == AUTHORITY)[(added.hearer == leader) & (added.source == 0)].any()
    key = (grown.ties.layer.astype(np.int64) * 202 + grown.ties.hearer) * 202 + grown.ties.source
    assert len(np.unique(key)) == len(key)


def test_learning_leaders_without_a_board_seat() -> None:
    grown = with_learning_leaders(FIRM, 1, board=False)
    leader = int(grown.manager[-1])
    assert grown.level[leader] == EXECUTIVE and leader != 0 and grown.tier[-1] == 2
    heard = grown.ties.where((grown.ties.hearer == 200) & (grown.ties.layer == AUTHORITY))
    assert dict(zip(heard.source.tolist(), heard.weight.tolist())) == {leader: 3.4, 0: 1.0}
    board = board_ties(grown, np.array([200], dtype=np.int32))
    assert len(board) == 2 * int((grown.level == EXECUTIVE).sum()) and set(board.kind.tolist()) == {PROGRAMME}


def test_the_community_only_hears() -> None:
    grown = with_community(FIRM, 15, seed=1)
    outside = grown.level == COMMUNITY
    assert outside.sum() == 30 and (grown.manager[outside] == -1).all() and not grown.staff[outside].any()
    assert not np.isin(grown.ties.source, np.flatnonzero(outside)).any()
    heard = grown.ties.where(outside[grown.ties.hearer])
    assert (np.bincount(heard.hearer)[200:] == 3).all() and set(heard.layer.tolist()) == {RIPPLES}
    assert len(set(zip(heard.hearer.tolist(), heard.source.tolist()))) == 90
    assert set(heard.weight.tolist()) == {1.0} and set(heard.kind.tolist()) == {FIXED}


@pytest.mark.parametrize("number", [-1.0, float("nan"), float("inf")])
def test_impossible_communities_are_refused(number: float) -> None:
    with pytest.raises(OrganizationError, match="give a number"):
        with_community(FIRM, number, seed=1)


def test_nothing_asked_nothing_changed() -> None:
    assert with_community(FIRM, 0.0, seed=1) is FIRM
    assert with_learning_leaders(FIRM, 0, board=True) is FIRM


@pytest.mark.parametrize("people", [1, 2, 3])
def test_tiny_firms(people: int) -> None:
    tiny = with_community(
        with_learning_leaders(generate(GeneratorSpec(people=people), seed=1), 1, board=True), 100, seed=1
    )
    assert (tiny.level == COMMUNITY).sum() == people + 1
    assert tiny.ties.hearer.max() < tiny.n
