"""The catalogue: complete, well formed, and no two levers alike."""

from __future__ import annotations

import pickle
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.behaviours import catalogue, sources
from sim.behaviours.barriers import barrier
from sim.behaviours.catalogue import CATALOGUE, lever, matrices, misused, parse_lever
from sim.behaviours.lever import MISUSES, STATES, Lever
from sim.behaviours.sources import CatalogueError, UnknownNameError, seed_rows
from sim.theory.channels import CHANNELS, CONDUCT, LAYERS, N_CONDUCT, N_FELT, TELLING


def entry(id_: str) -> dict[str, object]:
    """The raw data of a lever, to be spoilt."""
    tables = catalogue.read_toml("conduct.toml") | catalogue.read_toml("programmes.toml")
    return dict(tables[id_])


def signature(one: Lever) -> np.ndarray:
    """Everything through which a lever can act, as one vector."""
    felt = [one.emits.get(channel, 0.0) * one.fit[layer] for layer in LAYERS for channel in CHANNELS]
    direct = [one.direct.get(channel, 0.0) for channel in CHANNELS]
    radiated = [part * one.fit[layer] for layer in LAYERS for part in (one.say, one.do)]
    other = [float(one.ties == kind) for kind in catalogue.REWIRINGS] + [float("targeting" in one.acts_on)]
    push = [one.push.get(id_, 0.0) for id_ in CONDUCT if id_ not in one.push or id_ != one.id]
    return np.array([*felt, *direct, *radiated, *other, *np.resize(push, N_CONDUCT)])


def test_thirty_two_levers_in_order() -> None:
    assert list(CATALOGUE) == [f"L{number:02d}" for number in range(1, 33)]


def test_every_conduct_lever_pushes_and_emits_its_own_behaviour() -> None:
    for id_ in CONDUCT[:TELLING]:
        assert CATALOGUE[id_].push[id_] == 1.0
        assert CATALOGUE[id_].emits


@pytest.mark.parametrize("id_", list(CATALOGUE))
def test_lever_is_complete(id_: str) -> None:
    one = CATALOGUE[id_]
    assert one.summary and one.side_effect and one.misuse_text and one.evidence and one.acts_on
    assert one.quotations == {row: seed_rows()[row].quotation for row in one.rows} != {}
    assert set(one.acts_on) <= set(STATES)
    assert {layer for layer, value in one.fit.items() if value > 0.0} == set(one.flows_along)
    assert one.push or one.direct or one.ties or "targeting" in one.acts_on
    assert set(one.misuse) <= set(MISUSES)
    if "with" in one.misuse:
        assert barrier(str(one.misuse["with"]))


def test_misuse_is_worse_felt_than_use() -> None:
    """On the wrong relationship something good is felt the wrong way round."""
    for one in CATALOGUE.values():
        bad = misused(one)
        if "via" in one.misuse:
            assert max(bad.fit.values()) <= 0.0 and min(bad.fit.values()) < 0.0
        if "direct" in one.misuse:
            harm = -bad.direct.get("pressure", 0.0) + sum(v for k, v in bad.direct.items() if k != "pressure")
            assert harm < 0.0
        if one.misuse.get("alone"):
            assert bad.push[one.id] > 0.0 > bad.push["L01"]
        assert one.misuse.keys() & MISUSES.keys()


def test_no_two_levers_are_proportional() -> None:
    vectors = {id_: signature(one) for id_, one in CATALOGUE.items()}
    for (a, x), (b, y) in combinations(vectors.items(), 2):
        if not x.any() or not y.any():
            continue
        cosine = float(x @ y / np.sqrt((x @ x) * (y @ y)))
        assert abs(cosine) < 0.99, f"{a} and {b} differ only in size"


def test_matrices_are_in_the_order_of_conduct() -> None:
    parts = matrices()
    assert parts.emits.shape == (N_CONDUCT, N_FELT) and parts.fit.shape == (N_CONDUCT, 4)
    assert parts.say.sum() == pytest.approx(1.0) and parts.do.sum() == pytest.approx(1.0)
    assert parts.eta[TELLING] == -1.0 and (parts.eta[:TELLING] == 1.0).all()
    row = CONDUCT.index("L10")
    assert parts.emits[row, CHANNELS.index("safety")] == CATALOGUE["L10"].emits["safety"]
    assert parts.emits[TELLING, CHANNELS.index("pressure")] > 0.0


@pytest.mark.parametrize("name", ["L01", "l01", "Lead by example", "lead_by_example", "LEAD-BY-EXAMPLE"])
def test_lever_takes_ids_names_and_slugs(name: str) -> None:
    assert lever(name).id == "L01"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("lead_by_exmple", "lead_by_example"), ("coachin", "coach_instead"), ("mentor", "mentoring")],
)
def test_unknown_lever_offers_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(UnknownNameError, match=near):
        lever(wrong)


@given(st.text(max_size=30))
def test_any_text_is_a_lever_or_a_named_error(name: str) -> None:
    try:
        assert lever(name).id in CATALOGUE
    except UnknownNameError as error:
        assert "Traceback" not in str(error) and repr(name) in str(error)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("emits", {"saftey": 1.0}, "did you mean 'safety'"),
        ("emits", {"platform": 1.0}, "felt channel"),
        ("push", {"L05": 1.0}, "behaviour"),
        ("fit", {"authority": 2.0, "peers": 0.0, "mutual": 0.0, "ripples": 0.0}, "lie in"),
        ("fit", {"authority": 1.0}, "say how it fits"),
        ("flows_along", ["peers"], "make them agree"),
        ("practised_by", ["boss"], "level"),
        ("rows", ["B999"], "seed row"),
        ("misuse", {}, "harmful use"),
        ("misuse", {"via": "authority"}, "must be negative"),
        ("leader_hours", -1.0, "negative"),
        ("leader_hours", float("nan"), "finite"),
        ("leader_hours", True, "finite"),
        ("ties", "friends", "rewiring"),
        ("sumary", "x", "did you mean 'summary'"),
        ("grade", "E", "grade"),
    ],
)
def test_bad_data_is_refused_with_the_entry_named(key: str, value: object, says: str) -> None:
    spoilt = entry("L10") | {key: value}
    with pytest.raises(CatalogueError, match=says) as caught:
        parse_lever("L10", spoilt, "conduct.toml [L10]")
    assert "[L10]" in str(caught.value)


def test_broken_toml_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "text", lambda name: "[L01\n")
    with pytest.raises(CatalogueError, match=r"conduct\.toml"):
        sources.read_toml("conduct.toml")


def test_levers_travel_to_worker_processes() -> None:
    assert pickle.loads(pickle.dumps(CATALOGUE["L01"])) == CATALOGUE["L01"]


def test_data_files_are_in_the_package() -> None:
    folder = Path(catalogue.__file__).parent / "data"
    for name in ("conduct.toml", "programmes.toml", "barriers.toml", "trace.toml"):
        tomllib.loads((folder / name).read_text(encoding="utf-8"))
