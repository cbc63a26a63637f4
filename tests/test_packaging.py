"""The wheel stands alone: installed elsewhere, without the repository, it knows its scenarios and runs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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
def test_it_runs_elsewhere(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(target), str(wheel)],
        check=True,
        capture_output=True,
    )
    environment = {**os.environ, "PYTHONPATH": str(target), "RIPPLE_CACHE": str(tmp_path / "cache")}

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert str(target) in python("-c", "import sim; print(sim.__file__)")
    python(
        *(
            "-c",
            "from sim.cli import main; main()",
            "compare",
            "business_as_usual",
            "one_mild_lever",
            "--replicates",
            "2",
            "--quiet",
        ),
        *(
            "--set",
            "organization.people=40",
            "--set",
            "run.years=1",
            "--uncertainty",
            "luck",
            "--out",
            "page",
        ),
    )
    assert (tmp_path / "page" / "report.html").stat().st_size > 10_000
