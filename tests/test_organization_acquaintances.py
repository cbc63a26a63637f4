"""Acquaintances are as many as the ties of the file, new, and like them."""

from __future__ import annotations

import numpy as np
import pytest
from organization_data import data_folder

from sim.organization import (
    FIXED,
    INFORMAL,
    GeneratorSpec,
    Organization,
    Ties,
    acquaintances,
    generate,
    load_organization,
    structure,
)
from sim.organization.measures import reciprocity


@pytest.fixture(scope="module")
def imported_like() -> Organization:
    """A generated organisation as a file would give it: active ties only."""
    organization = generate(GeneratorSpec(people=500, sites=2), seed=3)
    return organization.with_ties(organization.ties.where(organization.ties.active))


def test_as_many_and_alike(imported_like: Organization) -> None:
    pool = acquaintances(imported_like, seed=1)
    ties, unit = imported_like.ties, imported_like.department
    named = ties.where(ties.kind == INFORMAL)
    assert len(pool) == len(named)
    assert not pool.active.any() and (pool.kind == INFORMAL).all()
    assert np.array_equal(np.bincount(pool.layer, minlength=4), np.bincount(named.layer, minlength=4))
    assert (unit[pool.hearer] == unit[pool.source]).mean() == (
        unit[named.hearer] == unit[named.source]
    ).mean()
    assert np.array_equal(np.sort(pool.weight), np.sort(named.weight))
    assert reciprocity(500, pool.hearer, pool.source) == pytest.approx(
        reciprocity(500, named.hearer, named.source)
    )


def test_never_a_tie_that_is_there(imported_like: Organization) -> None:
    pool = acquaintances(imported_like, seed=1)
    joined = Ties.joined(imported_like.ties, pool)
    low, high = np.minimum(pool.hearer, pool.source), np.maximum(pool.hearer, pool.source)
    pair = set(zip(pool.layer.tolist(), low.tolist(), high.tolist()))
    ties = imported_like.ties
    for layer, one, other in zip(ties.layer.tolist(), ties.hearer.tolist(), ties.source.tolist()):
        assert (layer, min(one, other), max(one, other)) not in pair
    key = (joined.layer.astype(np.int64) * 500 + joined.hearer) * 500 + joined.source
    assert len(np.unique(key)) == len(key)


def test_turnover_keeps_the_clustering(imported_like: Organization) -> None:
    pool = acquaintances(imported_like, seed=2)
    ties = imported_like.ties
    swapped = imported_like.with_ties(
        Ties.joined(
            ties.where(ties.kind == FIXED),
            Ties(
                *(pool_column if name != "active" else ~pool_column for name, pool_column in _columns(pool))
            ),
        )
    )
    assert structure(swapped)["clustering"] == pytest.approx(structure(imported_like)["clustering"], abs=0.06)


def _columns(ties: Ties) -> list[tuple[str, np.ndarray]]:
    return [(name, getattr(ties, name)) for name in Ties.__slots__]


def test_a_full_net_has_no_room() -> None:
    n = 6
    one, other = np.nonzero(~np.eye(n, dtype=bool))
    base = generate(GeneratorSpec(people=n), seed=1)
    full = base.with_ties(Ties.of(one, other, layer=1, weight=1.0, kind=INFORMAL))
    assert len(acquaintances(full, seed=1)) == 0


def test_nobody_talks_to_anybody(imported_like: Organization) -> None:
    silent = imported_like.with_ties(imported_like.ties.where(imported_like.ties.kind == FIXED))
    assert len(acquaintances(silent, seed=1)) == 0


def test_a_real_law_firm() -> None:
    folder = data_folder("lazega_lawfirm")
    organization = load_organization(
        *(folder / name for name in ("people.csv", "ties.csv", "layers.csv")), salt="s"
    )
    assert structure(organization)["acquaintances"] > 0.85
