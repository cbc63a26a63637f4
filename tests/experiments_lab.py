"""Small experiments for tests."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from sim.engine.stationary import Offset

TABLES = ("runs.parquet", "series.parquet", "events.parquet")

QUIET: dict[str, Any] = {
    "name": "quiet",
    "organization": {"people": 40, "departments": 3},
    "run": {"years": 0.5, "burn_in": 0.1},
}
BUSY: dict[str, Any] = {
    **QUIET,
    "name": "busy",
    "levers": [{"lever": "lead_by_example", "dose": 2.0}, {"lever": "L04", "dose": 1.0}],
}


def digests(folder: Path) -> dict[str, str]:
    """Hashes of the tables of a results folder."""
    return {name: hashlib.blake2b((folder / name).read_bytes()).hexdigest() for name in TABLES}


def without_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the offsets of business as usual as 0 instead of searching for them (seconds)."""

    def nothing(*_: object, **__: object) -> Offset:
        return Offset(0.0, 0.1, 0.1, 0.0, 0)

    monkeypatch.setattr("sim.experiments.comparing.offset_for", nothing)
    monkeypatch.setattr("sim.experiments.work.offset_near_for", nothing)
