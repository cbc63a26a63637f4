"""What a sweep runs: the simulation, or any function of a point that can be imported.

A function of one's own goes through the same plan, workers, store and analysis as the simulation: a test function with a
known answer, another model, a stub.  It is called as

    function(point, seed=…, replicate=…) -> float | Mapping[str, float | bool | None]

with `point` a mapping from path to value; a plain number becomes the output `y`.  All its randomness must come from
`seed` and `replicate` (`numpy.random.default_rng([seed, replicate])`), so that a run is the same wherever it is made.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from sim.experiments.errors import ExperimentError

SIMULATION: Final = "simulation"
Answer = float | Mapping[str, float | bool | None]
Task = Callable[..., Answer]


class TaskError(ExperimentError):
    """A function that cannot be run: its name, what was found, how to mend it."""


def load_task(name: str) -> Task:
    """The function that a text "module:function" names.

    Raises:
        TaskError: there is none, or it cannot be called with a point.
    """
    module_name, colon, function_name = name.partition(":")
    if not colon or not module_name or not function_name:
        raise TaskError(f"task '{name}': give module:function, e.g. my_package.models:profit")
    try:
        module = importlib.import_module(module_name)
    except ImportError as problem:
        raise TaskError(f"task '{name}': {module_name} cannot be imported: {problem}") from None
    found: Any = getattr(module, function_name, None)
    if not callable(found):
        raise TaskError(f"task '{name}': {module_name} has no function {function_name}")
    task: Task = found
    return task


def task_digest(name: str) -> str:
    """Hash of the source of a task's module: a folder made by another version of it is noticed."""
    task = load_task(name)
    try:
        source = inspect.getsource(inspect.getmodule(task) or task)
    except (OSError, TypeError):
        source = name
    return hashlib.blake2b(source.encode(), digest_size=8).hexdigest()


def answer(task: Task, point: Mapping[str, Any], *, seed: int, replicate: int) -> dict[str, Any]:
    """Outputs of one call by name.

    Raises:
        TypeError: it returned neither a number nor a mapping.
    """
    found = task(point, seed=seed, replicate=replicate)
    if isinstance(found, Mapping):
        return {str(key): _plain(value) for key, value in found.items()}
    return {"y": _plain(found)}


def _plain(value: Any) -> float | None:
    return None if value is None else float(value)
