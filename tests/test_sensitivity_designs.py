"""Designs: reproducible, extendable, without duplicates, and read back only as they were drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.experiments.design_table import Design
from sim.sensitivity.analyse import analyse
from sim.sensitivity.designs import layout_of, make_design, positions
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor
from sim.sensitivity.methods import METHODS, method_named
from sim.sensitivity.testfunctions import factors_of

THREE = factors_of("ishigami")
MIXED = (
    Factor("a", low=0.0, high=1.0),
    Factor("b", "integer", 1, 3),
    Factor("c", "categorical", levels=("x", "y")),
)
SIZES = {name: max(method.least, 130 if name == "fast" else 8) for name, method in METHODS.items()}
SIZES |= {"tornado": 1, "factorial": 3, "rbd_fast": 64, "delta": 64, "pawn": 64, "rsa": 64}


@pytest.mark.parametrize("name", METHODS)
def test_every_method_draws_the_same_points_for_the_same_seed(name: str) -> None:
    before = np.random.get_state()[1].copy()  # type: ignore[union-attr,index]
    one, two = (make_design(THREE, name, SIZES[name], seed=0) for _ in range(2))
    assert one == two
    if name not in ("tornado", "factorial"):
        assert make_design(THREE, name, SIZES[name], seed=1) != one
    assert (np.random.get_state()[1] == before).all()  # type: ignore[index]
    for factor, column in zip(THREE, one.values, strict=True):
        assert (column >= factor.low).all() and (column <= factor.high).all()


@pytest.mark.parametrize("name", METHODS)
def test_the_number_of_points_is_as_announced(name: str) -> None:
    n = SIZES[name]
    layout = layout_of(make_design(THREE, name, n), None if METHODS[name].estimate else "pawn")
    assert layout.place.size == METHODS[name].points(3, 3, n)


@pytest.mark.parametrize("name", ["morris", "sobol", "dgsm", "sobol_sequence"])
def test_a_larger_design_begins_with_the_smaller(name: str) -> None:
    small, large = make_design(THREE, name, 16, seed=5), make_design(THREE, name, 64, seed=5)
    assert large.take(np.arange(len(small))).digest == small.digest


@pytest.mark.parametrize("name", [n for n in METHODS if n != "fast"])
def test_points_that_coincide_are_run_once_and_read_as_often_as_drawn(name: str) -> None:
    n = {"tornado": 1, "factorial": 3}.get(name, 64)
    design = make_design(MIXED, name, n)
    rows = {tuple(design.point(k).values()) for k in range(len(design))}
    assert len(rows) == len(design)
    layout = layout_of(design, None if METHODS[name].estimate else "pawn")
    real = positions(layout)
    for j, factor in enumerate(MIXED):
        assert np.allclose(real[:, j], factor.positions(design.values[j][layout.place.ravel()]))


def test_groups_move_together() -> None:
    factors = (THREE[0].grouped("g"), THREE[1].grouped("g"), THREE[2])
    design = make_design(factors, "morris", 8)
    layout = layout_of(design)
    assert layout.x.shape == (8, 3, 3)
    moved = np.diff(layout.x, axis=1) != 0.0
    assert (moved[:, :, 0] == moved[:, :, 1]).all() and (moved.sum(axis=1) == 1).all()
    # A, B, and with two groups AB_1 = BA_2 and AB_2 = BA_1.
    assert make_design(factors, "sobol", 8).n_points == 8 * 4


@pytest.mark.parametrize("name", ["sobol", "morris", "fast", "dgsm"])
def test_outcomes_in_another_order_are_found_out(name: str) -> None:
    """SALib never sees the points again and answers shuffled outcomes with zeros."""
    design = make_design(THREE, name, SIZES[name])
    order = np.roll(np.arange(len(design)), 1)
    with pytest.raises(SensitivityError, match="another order"):
        layout_of(design.take(order))
    with pytest.raises(SensitivityError, match="points where"):
        layout_of(design.take(np.arange(len(design) - 4)))


def test_the_wrong_second_order_is_found_out() -> None:
    design = make_design(THREE, "sobol", 16, second_order=False)
    wrong = Design(design.paths, design.values, {**design.meta, "second_order": True})
    with pytest.raises(SensitivityError, match="points where"):
        layout_of(wrong)


def test_a_design_survives_its_file_and_keeps_its_meaning(tmp_path: Path) -> None:
    design = make_design(MIXED, "sobol", 16)
    for name in ("design.csv", "design.parquet"):
        getattr(design, f"to_{name[7:]}")(tmp_path / name)
        again = layout_of(Design.read(tmp_path / name))
        assert (again.place == layout_of(design).place).all()


def test_points_of_anybody_are_read_by_methods_for_any_points() -> None:
    x = np.random.default_rng(1).random((400, 2))
    design = Design(("p", "q"), (x[:, 0], x[:, 1]))
    result = analyse(design, {"y": x[:, 0]}, method="pawn", deterministic=True)
    assert result.index("pawn")["factor"].tolist() == ["p", "q"]
    with pytest.raises(SensitivityError, match="points of its own"):
        layout_of(design, "sobol")
    with pytest.raises(SensitivityError, match="does not vary"):
        layout_of(Design(("p",), (np.ones(9),)), "pawn")


def test_another_method_may_read_a_design_of_sobol() -> None:
    design = make_design(THREE, "sobol", 64)
    y = design.values[0] ** 2
    result = analyse(design, {"y": y}, method="pawn", deterministic=True, convergence=False)
    assert result.index("pawn")["factor"].iloc[0] == "x1"
    with pytest.raises(SensitivityError, match="made for sobol"):
        layout_of(design, "morris")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("sobol", 1000), "take 512 or 1024"),
        (("sobol", 4), "8 samples or more"),
        (("fast", 128), "no two share a frequency"),
        (("sobbol", 8), "did you mean 'sobol'"),
        (("factorial", 1000), "more than can be planned"),
    ],
)
def test_designs_that_cannot_be_are_refused(arguments: tuple[str, int], word: str) -> None:
    with pytest.raises(SensitivityError, match=word):
        make_design(THREE, *arguments)
    with pytest.raises(SensitivityError, match="seed"):
        make_design(THREE, "morris", 8, seed=-1)
    with pytest.raises(SensitivityError, match="two factors"):
        make_design(THREE[:1], "sobol", 8)


def test_names_of_methods() -> None:
    assert method_named("RBD-FAST").name == "rbd_fast" and method_named("regional").name == "rsa"


def test_tornado_keeps_the_others_at_their_base() -> None:
    factors = (
        Factor("a", low=0.0, high=4.0, base=1.0),
        Factor("b", "categorical", levels=("x", "y"), base="y"),
    )
    points = [make_design(factors, "tornado").point(k) for k in range(4)]
    assert points == [{"a": 1.0, "b": "y"}, {"a": 0.0, "b": "y"}, {"a": 4.0, "b": "y"}, {"a": 1.0, "b": "x"}]


def test_full_factorial_is_every_combination() -> None:
    design = make_design(MIXED, "factorial", 4)
    assert len(design) == 4 * 3 * 2
    assert set(design.values[0]) == {0.0, 1 / 3, 2 / 3, 1.0}
