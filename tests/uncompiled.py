"""A pytest plugin that lets the kernels run as the plain Python they are written in.

    NUMBA_DISABLE_JIT=1 pytest -p uncompiled tests/test_engine_uncompiled.py

Then coverage sees every line of them, and a debugger can stop there. Records and the world need attributes that only
compiled code finds in their plain form.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from sim.engine import blueprint, run, world
from sim.engine.block import LAYOUT

_record, _ties = world.parameter_record, blueprint.tie_table


def _double(*arguments: Any) -> blueprint.TieTable:
    """Single weights, held in double precision: NumPy would multiply them in single, compiled code does not."""
    table = _ties(*arguments)
    return replace(table, weight=table.weight.astype(np.float64))  # type: ignore[arg-type]


blueprint.tie_table = _double
world.parameter_record = lambda *arguments: _record(*arguments).view(np.recarray)
world.handle_of = lambda whole: whole
run.new_block = lambda: np.zeros(1, dtype=LAYOUT).view(np.recarray)[0]
