"""The wheel stands alone: installed elsewhere, without the repository, it knows its scenarios and runs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main

ROOT = Path(__file__).parents[1]
_AGENTS = """
import sim
from sim.model import LearningCultureModel

plan = sim.load("stars_align", overrides=["organization.people=40", "run.years=1"])
model = LearningCultureModel(sim.resolve(plan), rng=1, alpha_offset=0.0)
while model.running:
    model.step()
print(sum(person.practising for person in model.people) / len(model.people))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_what_it_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "sim/py.typed",
        "sim/_scenarios/business_as_usual.toml",
        "sim/behaviours/data/conduct.toml",
    } <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "notebooks/", "results/")) for name in names)


@pytest.mark.slow
def test_it_works_elsewhere(wheel: Path, tmp_path: Path) -> None:
    """Pages, commands and agents, from the wheel alone.

    Its kernels are the files of the repository, compiled for their place: a minute that the README's first command
    takes already.  So the runs of the page are made here, and the model runs there agent by agent, uncompiled.
    """
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(target), str(wheel)],
        check=True,
        capture_output=True,
    )
    compare = [
        "compare",
        "business_as_usual",
        "one_mild_lever",
        "--replicates",
        "2",
        "--quiet",
        "--uncertainty",
        "luck",
    ]
    compare += ["--set", "organization.people=40", "--set", "run.years=1", "--out", str(tmp_path / "page")]
    assert CliRunner().invoke(main, compare).exit_code == 0
    (tmp_path / "page" / "report.html").unlink()
    environment = {**os.environ, "PYTHONPATH": str(target), "RIPPLE_CACHE": str(tmp_path / "cache")}

    def python(*arguments: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=environment | more, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ripple(*arguments: str) -> str:
        return python("-c", "from sim.cli import main; main()", *arguments)

    assert str(target) in python("-c", "import sim; print(sim.__file__)")
    ripple(*compare)
    assert (tmp_path / "page" / "report.html").stat().st_size > 10_000
    assert "Lead by example" in ripple("explain", "L01")
    ripple("init", "firm")
    ripple("check", "firm/my_plan.toml")
    told = python("-c", _AGENTS, NUMBA_DISABLE_JIT="1")
    assert 0.0 < float(told) < 1.0
