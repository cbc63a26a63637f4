"""The engine's own exponential, logarithm and root: as exact as the platform's, and the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from types import FunctionType

import numba
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.compiled import in_place, kernel
from sim.engine.elementary import exp, log, sqrt
from sim.theory.chance import draw, normal
from sim.theory.scales import expit

Floats = npt.NDArray[np.float64]
compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="plain Python uses the platform's functions")


@kernel
def exps(x: Floats) -> Floats:
    y = np.empty_like(x)
    for k in range(x.shape[0]):
        y[k] = exp(x[k])
    return y


@kernel
def logs(x: Floats) -> Floats:
    y = np.empty_like(x)
    for k in range(x.shape[0]):
        y[k] = log(x[k])
    return y


@kernel
def roots(x: Floats) -> Floats:
    y = np.empty_like(x)
    for k in range(x.shape[0]):
        y[k] = sqrt(x[k])
    return y


def exact_exp(x: float) -> Decimal:
    with localcontext() as context:
        context.prec = 40
        return Decimal(x).exp()


@settings(deadline=None, max_examples=300)
@given(st.floats(-708.0, 709.0))
def test_exp_is_within_two_in_ten_to_the_sixteen(x: float) -> None:
    found, exact = Decimal(float(exps(np.array([x]))[0])), exact_exp(x)
    assert abs(found / exact - 1) <= Decimal("2.3e-16")


@settings(deadline=None, max_examples=300)
@given(st.floats(1e-300, 1e300))
def test_log_is_within_one_unit_in_the_last_place(x: float) -> None:
    found = float(logs(np.array([x]))[0])
    with localcontext() as context:
        context.prec = 40
        exact = Decimal(x).ln()
    assert abs(Decimal(found) - exact) <= Decimal(math.ulp(float(exact)))


def test_exp_of_nothing_is_one() -> None:
    """What has no effect must leave a hazard as it is, to the last bit."""
    assert exps(np.array([0.0, -0.0])).tolist() == [1.0, 1.0]


@compiled
def test_exp_is_held_at_its_ends() -> None:
    low, high = exps(np.array([-1e300, 1e300]))
    assert 0.0 < low < 1e-300 and 1e300 < high < math.inf
    assert math.isnan(exps(np.array([math.nan]))[0])


@compiled
def test_log_of_what_has_none() -> None:
    assert logs(np.array([0.0]))[0] == -math.inf
    assert math.isnan(logs(np.array([-1.0]))[0])
    assert logs(np.array([1.0]))[0] == 0.0


def test_roots_are_exact() -> None:
    x = np.concatenate([np.linspace(0.0, 3.0, 1000), [1e-300, 1e300, 2.0]])
    assert np.array_equal(roots(x), np.sqrt(x))


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    """Vector instructions and what is left at the end of a loop give the same bytes."""
    x = np.linspace(-40.0, 3.0, 1003)
    assert exps(x).tolist() == [float(exps(np.array([value]))[0]) for value in x]


def test_compiled_equations_agree_with_plain_python() -> None:
    inside = in_place(normal)

    @kernel
    def both(words: npt.NDArray[np.int64], y: Floats) -> None:
        for k in range(words.shape[0]):
            y[k, 0] = inside(words[k])
            y[k, 1] = expit(inside(words[k]))

    words = np.array(
        [word for step in range(500) for word in draw(step, 3, 0, 0, 1, 2)] + [0, 1, 2**32 - 1, 2**31]
    )
    found = np.empty((len(words), 2))
    both(words, found)
    expected = [[normal(int(word)), expit(normal(int(word)))] for word in words]
    np.testing.assert_allclose(found, expected, rtol=2e-15, atol=1e-16)


def bits(value: float) -> np.int64:
    return np.float64(value).view(np.int64)  # type: ignore[no-any-return]


def in_plain_python(function: Callable[[float], float]) -> Callable[[float], float]:
    """The same lines, with NumPy's look at the bits in place of the compiler's."""
    names = {
        **function.__globals__,
        "_bits": bits,
        "_float": lambda value: value.view(np.float64),
        "_root": math.sqrt,
    }
    return FunctionType(function.__code__, names)  # type: ignore[return-value]


@compiled
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")  # the sign of an exponent's bits
@pytest.mark.parametrize(("function", "found"), [(exp, exps), (log, logs), (sqrt, roots)])
def test_the_same_lines_in_plain_python_give_the_same_bytes(
    function: Callable[[float], float], found: Callable[[Floats], Floats]
) -> None:
    x = np.array([1e-300, 0.3, 0.5, 1.0, math.pi, 200.0, 708.9, 1e4])
    if function is not sqrt:
        x = np.concatenate([x, [-800.0, -3.7, -0.0, 0.0, math.nan]])
    plain = np.array([in_plain_python(function)(np.float64(value)) for value in x])
    np.testing.assert_array_equal(plain, found(x))
