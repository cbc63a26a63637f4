"""The same index from fewer base rows: does more sampling still move it?"""

from __future__ import annotations

from typing import Any, Final

from sim.sensitivity.data import Data
from sim.sensitivity.methods import Method
from sim.sensitivity.resampling import Spread, spread

SMALLEST: Final = 8
STEPS: Final = 5
RESAMPLES: Final = 60


def convergence_rows(
    data: Data, method: Method, whole: Spread, names: tuple[str, ...], labels: tuple[str, ...], *, common: bool,
    seed: int, confidence: float,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of the table `convergence` (without output and time): the leading index, S1 beside it where there is one.

    The first rows of the design in powers of two, five sizes at most, and all of them.  Empty for FAST and for one
    factor at a time, which are not made of rows.
    """
    if method.resampling not in ("rows", "halves"):
        return []
    least = max(SMALLEST, method.least if method.given_data else 0)
    sizes = [1 << power for power in range(least.bit_length() - 1, 40) if least <= 1 << power < data.rows]
    rows: list[dict[str, Any]] = []
    for n in [*sizes[-STEPS:], data.rows]:
        part = data.take(slice(n))
        found = (
            whole
            if n == data.rows
            else spread(part, method, common=common, seed=seed, confidence=confidence, resamples=RESAMPLES)
        )
        for index in dict.fromkeys((method.leads, "S1")):
            if index not in found.value:
                continue
            for k, name in enumerate(names):
                rows.append(
                    {
                        "factor": name, "label": labels[k], "index": index, "n": n, "runs": part.y.size,
                        "value": float(found.value[index][k]), "low": float(found.low[index][k]),
                        "high": float(found.high[index][k]),
                    }
                )  # fmt: skip
    return rows
