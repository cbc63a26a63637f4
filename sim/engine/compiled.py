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
from numba.extending import register_jitable

import sim
import sim.theory

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


def is_compiled() -> bool:
    """Whether kernels of this version already lie in the cache (the first call ever takes some seconds)."""
    return not numba.config.DISABLE_JIT and _writable and any(CACHE.rglob("*.nbi"))


def _register_theory() -> None:
    for module_info in pkgutil.iter_modules(sim.theory.__path__):
        module = importlib.import_module(f"sim.theory.{module_info.name}")
        for value in vars(module).values():
            if isinstance(value, FunctionType) and value.__module__ == module.__name__:
                register_jitable(value)


_register_theory()


def kernel(function: _F) -> _F:
    """Compile a function for the engine: no Python objects, no fast-math, no lock held, cached on disk."""
    compiled: _F = numba.njit(cache=_writable, nogil=True, error_model="numpy")(function)
    return compiled


def inlined(function: _F) -> _F:
    """Compile a function into its callers: for what is done once a person and step.

    A call would look up the world's arrays anew each time.  Such a function has no early return.
    """
    compiled: _F = numba.njit(inline="always", nogil=True, error_model="numpy")(function)
    return compiled
