"""Golden runs: what three scenarios gave when this file was last agreed on.

Events must be the same on every machine and supported Python, floats within 1e-12. When a change of the model is
meant to change results, write the file anew and say why in the commit:

    python tests/test_golden.py
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from sim.engine.run import run
from sim.scenario import load, resolve

FILE = Path(__file__).parent / "golden" / "runs.json"
SCENARIOS = ("business_as_usual", "all_levers", "sponsor_withdrawal")


def outcome(name: str) -> dict[str, object]:
    """Events as a hash and counts, floats in full, of a run on 60 people."""
    plan = resolve(load(name, overrides=["organization.people=60", "organization.departments=3"]))
    record = run(plan, seed=11, replicate=2, events=True)
    return {
        "events": hashlib.sha256(np.ascontiguousarray(record.events, dtype="<i4").tobytes()).hexdigest(),
        "kinds": np.bincount(record.events[:, 2], minlength=5).tolist(),
        "share": record.share[::26].tolist(),
        "staff": record.series[-1, 0].tolist(),
        "memory": record.memory[-1].ravel().tolist(),
        "ledger": record.ledger.sum(axis=0).tolist(),
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_changed_unnoticed(name: str) -> None:
    expected = json.loads(FILE.read_text())[name]
    found = outcome(name)
    assert found["kinds"] == expected["kinds"]
    assert found["events"] == expected["events"]
    for table in ("share", "staff", "memory", "ledger"):
        np.testing.assert_allclose(found[table], expected[table], rtol=1e-12, atol=1e-12)


if __name__ == "__main__":
    FILE.write_text(json.dumps({name: outcome(name) for name in SCENARIOS}, indent=1) + "\n")
