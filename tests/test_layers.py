"""The layering contract: a room imports only from rooms below it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]


def test_rooms_import_only_downwards(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0


def imported_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after a statement."""
    code = f"{statement}\nimport sys; print(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )


def test_heavy_libraries_stay_in_their_rooms() -> None:
    assert not {"mesa", "SALib", "matplotlib", "pandas"} & imported_by("import sim.engine.run")
    assert not {"mesa", "numba", "pandas", "matplotlib", "numpy"} & imported_by("import sim.cli")
