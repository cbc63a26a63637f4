"""Where the real organisations lie, if they do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("RIPPLE_DATA") or Path(__file__).resolve().parents[1].parent / "shared" / "data")


def all_data() -> Path | None:
    """The folder of all real organisations, None where it is absent."""
    return ROOT if ROOT.is_dir() else None


def data_folder(name: str) -> Path:
    """The folder of one real organisation; the test is skipped where it is absent."""
    folder = ROOT / name
    if not (folder / "people.csv").is_file():
        pytest.skip(f"no {name} among the real organisations (set RIPPLE_DATA to their folder)")
    return folder


def sets_with_people() -> list[str]:
    """Names of all the real organisations that are there, or one name that makes a test skip."""
    names = sorted(path.parent.name for path in ROOT.glob("*/people.csv"))
    return names or ["krackhardt_hightech"]
