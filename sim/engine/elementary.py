"""Exponential and logarithm as plain arithmetic: the same bytes on every machine, many at once where there are many.

A call into the platform's mathematical library gives other last bits elsewhere, and stops the compiler from working on
several people at once.  These two are sums and products only.  Kernels, and the equations of `sim.theory` inside
kernels, use them; plain Python uses `math`, which agrees with them within one unit in the last place.
"""

import math
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import config
from numba.core import types
from numba.extending import intrinsic, register_jitable

_ROUND = 6755399441055744.0  # 1.5·2⁵²: adding it leaves the nearest whole number in the lowest bits
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01  # ends in 32 zero bits, so that k·high is exact
_LN2_LOW = 1.90821492927058770002e-10
_MANTISSA = (1 << 52) - 1
_ROOT_HALF = 0x3FE6A09E667F3BCD  # √½ as bits


@intrinsic  # type: ignore[untyped-decorator]
def _bits(context: Any, value: Any) -> Any:
    """The 64 bits of a float as an integer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic  # type: ignore[untyped-decorator]
def _float(context: Any, bits: Any) -> Any:
    """The float that 64 bits stand for."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def _root(context: Any, value: Any) -> Any:
    """The processor's own square root: exact to the last bit everywhere, and no call."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        name = builder.module.declare_intrinsic("llvm.sqrt", [ir.DoubleType()])
        return builder.call(name, arguments)

    return types.float64(types.float64), generate


def sqrt(x: float) -> float:
    """Square root, rounded correctly; NaN below 0."""
    result: float = _root(x)
    return result


def exp(x: float) -> float:
    """e to the x, relative error below 2e-16 for x in [−708, 709]; held at the ends beyond, NaN stays NaN.

    x = k ln 2 + r with |r| ≤ ½ ln 2 (Cody & Waite 1980), Taylor series of degree 13 in r, then 2ᵏ by the exponent's bits.
    """
    if x > 709.0:
        x = 709.0
    if x < -708.0:
        x = -708.0
    shifted = x * _LOG2_E + _ROUND
    k = shifted - _ROUND
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    tail = 1.6059043836821613e-10
    tail = tail * r + 2.08767569878681e-09
    tail = tail * r + 2.505210838544172e-08
    tail = tail * r + 2.755731922398589e-07
    tail = tail * r + 2.7557319223985893e-06
    tail = tail * r + 2.48015873015873e-05
    tail = tail * r + 0.0001984126984126984
    tail = tail * r + 0.001388888888888889
    tail = tail * r + 0.008333333333333333
    tail = tail * r + 0.041666666666666664
    tail = tail * r + 0.16666666666666666
    tail = tail * r + 0.5
    value = 1.0 + (r + r * r * tail)
    result: float = _float(_bits(value) + (_bits(shifted) << 52))
    return result


def log(x: float) -> float:
    """Natural logarithm, error below one unit in the last place, for normal numbers x > 0; −inf at 0, NaN below.

    x = 2ᵏ·m with m in [√½, √2), then the series in s = (m − 1)/(m + 1) of fdlibm's `e_log.c` (Sun Microsystems 1993).
    """
    bits = _bits(x)
    above = bits - _ROOT_HALF
    k = (above >> 52) * 1.0
    m = _float((above & _MANTISSA) + _ROOT_HALF)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
    odd = z * (
        0.6666666666666735130
        + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591))
    )
    half = 0.5 * f * f
    value: float = k * _LN2_HIGH - ((half - (s * (half + even + odd) + k * _LN2_LOW)) - f)
    if x <= 0.0:
        value = -math.inf if x == 0.0 else math.nan
    return value


if config.DISABLE_JIT:  # plain Python cannot look at bits
    exp, log, sqrt = math.exp, math.log, math.sqrt  # type: ignore[assignment]
else:
    for _function in (exp, log, sqrt):
        register_jitable(forceinline=True)(_function)
