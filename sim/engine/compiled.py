"""Compile the theory: the same scalar functions that people read, inside fast loops.

Every function of `sim.theory` is registered with Numba, so kernels (and other theory functions) may call it; in
plain Python it stays the plain function it is.

Numba's disk cache does not notice an edit in *another* file, so the cache directory is named by a hash of every
source the kernels depend on: an edited equation is never served in its old form.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, Final, TypeVar

import numba
import platformdirs
from numba.extending import overload

import sim
import sim.theory
from sim.engine import elementary

_F = TypeVar("_F", bound=Callable[..., Any])


def source_hash() -> str:
    """Hash of everything that decides what the kernels compute: equations, parameters' layout, kernels, Numba."""
    root = Path(sim.__file__).parent
    digest = hashlib.blake2b(numba.__version__.encode(), digest_size=8)
    for room in ("theory", "parameters", "engine"):
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _cache_directory() -> Path:
    base = os.environ.get("RIPPLE_CACHE") or platformdirs.user_cache_dir("ripple-sim", appauthor=False)
    return Path(base) / "kernels" / source_hash()


CACHE: Final = _cache_directory()
try:
    CACHE.mkdir(parents=True, exist_ok=True)
    _writable = os.access(CACHE, os.W_OK)
except OSError:
    _writable = False
if _writable:
    numba.config.CACHE_DIR = str(CACHE)
numba.config.SLP_VECTORIZE = 1  # four topics side by side become one vector instruction


def is_compiled() -> bool:
    """Whether kernels of this version already lie in the cache (the first call ever takes some seconds)."""
    return not numba.config.DISABLE_JIT and _writable and any(CACHE.rglob("*.nbi"))


def _portable(function: FunctionType) -> FunctionType:
    """The same equation with the engine's own exponential and logarithm in place of the platform's."""
    own = ("exp", "log", "sqrt")
    names: dict[str, Any] = dict(function.__globals__)
    names.update({name: getattr(elementary, name) for name in own if name in names})
    return FunctionType(function.__code__, names, function.__name__, function.__defaults__)


def _register(function: FunctionType) -> None:
    compiled = _portable(function)

    @overload(function, strict=False)  # type: ignore[untyped-decorator]
    def _(*arguments: Any) -> Any:
        return compiled


def _register_theory() -> None:
    for module_info in pkgutil.iter_modules(sim.theory.__path__):
        module = importlib.import_module(f"sim.theory.{module_info.name}")
        for value in vars(module).values():
            if isinstance(value, FunctionType) and value.__module__ == module.__name__:
                _register(value)


_register_theory()


def kernel(function: _F) -> _F:
    """Compile a function for the engine: no Python objects, no fast-math, no lock held, cached on disk."""
    compiled: _F = numba.njit(cache=_writable, nogil=True, error_model="numpy")(function)
    return compiled


def inlined(function: _F) -> _F:
    """Compile a small function into its callers: for what is done once a person, or so that loops become vectors."""
    compiled: _F = numba.njit(nogil=True, error_model="numpy", forceinline=True)(function)
    return compiled


def in_place(equation: _F) -> _F:
    """An equation of `sim.theory` compiled into the loop that calls it, so that even a long one becomes vectors."""
    return inlined(_portable(equation))  # type: ignore[arg-type, return-value]
