"""The agents stand on their own: with every kernel of the engine out of order they run as before.

Only the scalar equations, the draws and the timetable of doses are shared.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from twin_cases import trouble

import sim.engine
import sim.model
from sim.engine.run import Simulation
from sim.model import LearningCultureModel

KERNEL_FILES = {
    "blueprint", "compiled", "conduct", "handle", "hearing", "measuring", "moving", "people", "populating", "run",
    "schedule", "world",
}  # fmt: skip
ABOUT_BOTH = {"twin.py", "rewind.py"}  # hold the two to each other; keep a run of either


def out_of_order(*_: Any, **__: Any) -> None:
    raise AssertionError("a kernel of the engine was called")


def kernels() -> list[tuple[Any, str]]:
    """Every compiled function that a module of the engine can reach, by module and name."""
    found = []
    for info in pkgutil.iter_modules(sim.engine.__path__):
        module = importlib.import_module(f"sim.engine.{info.name}")
        for name, value in vars(module).items():
            if hasattr(value, "py_func"):
                found.append((module, name))
    return found


def history(seed: int) -> tuple[list[Any], list[float], list[list[float]]]:
    model = LearningCultureModel(trouble(run={"years": 0.5, "burn_in": 0.25}), rng=seed, alpha_offset=0.1)
    model.run_model()
    return model.events, model.share, [page.row() for page in model.ledger]


def test_the_agents_run_without_any_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = history(3)
    spoiled = kernels()
    names = {f"{module.__name__}.{name}" for module, name in spoiled}
    assert {"sim.engine.schedule.advance", "sim.engine.staffing.staff", "sim.engine.moving.move"} <= names
    for module, name in spoiled:
        monkeypatch.setattr(module, name, out_of_order)
    with pytest.raises(AssertionError, match="a kernel"):
        Simulation(trouble(run={"years": 0.5, "burn_in": 0.25}), seed=3).advance(1)
    assert history(3) == expected


def test_no_file_of_the_agents_imports_kernels() -> None:
    folder = Path(sim.model.__file__).parent
    for path in sorted(folder.glob("*.py")):
        if path.name in ABOUT_BOTH:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim.engine"):
                parts = (node.module or "").split(".")[2:] or [alias.name for alias in node.names]
                assert not KERNEL_FILES & set(parts), f"{path.name} imports {node.module}"
