"""The public face: the names, and how little it costs to have them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import sim
import sim.api


def test_the_public_names_are_those_of_the_api() -> None:
    assert sorted([*sim.api.__all__, "__version__"]) == sorted(sim.__all__) == dir(sim)
    for name in sim.api.__all__:
        assert getattr(sim, name) is getattr(sim.api, name)
    with pytest.raises(AttributeError, match="no attribute 'compair'"):
        _ = sim.compair  # type: ignore[attr-defined]


def test_the_stub_names_them_too() -> None:
    stub = (Path(sim.__file__).parent / "__init__.pyi").read_text()
    assert set(re.findall(r"(\w+) as \1", stub)) == set(sim.__all__)


def test_importing_the_package_imports_nothing_heavy() -> None:
    script = "import sys, sim; print(sorted({'numpy', 'pandas', 'numba', 'pydantic', 'sim.api'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
