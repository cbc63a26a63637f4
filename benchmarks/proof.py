"""What the tests prove: mutants of the equations that survive them, and lines and branches that they reach.

    python benchmarks/proof.py mutants       # mutate sim/theory, run tests/test_theory.py on each mutant (mutmut)
    python benchmarks/proof.py coverage      # the fast tests, the kernels as plain Python, the quick validation, by room
    python benchmarks/proof.py coverage -m "slow or not slow"     # all tests: what follows is for pytest

Settings are in pyproject.toml (tool.mutmut, tool.coverage); the last results in docs/proof.md.  Both take many minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KILLED = (1, 3, 24, -24, 36, 152, 255)  # mutmut's codes: a test failed, or the mutant ran on for ever
PLAIN = ("tests/test_engine_uncompiled.py", "tests/test_theory.py")


def call(*command: str, **environment: str) -> int:
    """Run a command of this interpreter in the repository; its exit code."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    variables = {**os.environ, "PYTHONPATH": paths, **environment}
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=variables).returncode


def mutants(*_: str) -> int:
    """Run all mutants and list the survivors with their difference; 1 where more than a tenth survive."""
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    call("mutmut", "run", "--max-children", "2", NUMBA_DISABLE_JIT="1", HYPOTHESIS_PROFILE="mutants")
    states: Counter[str] = Counter()
    alive = []
    for path in sorted((ROOT / "mutants" / "sim" / "theory").glob("*.meta")):
        for name, code in json.loads(path.read_text("utf-8"))["exit_code_by_key"].items():
            state = "alive" if code == 0 else "killed" if code in KILLED else "not decided"
            states[state] += 1
            alive += [name] if state != "killed" else []
    for name in alive:
        print(f"\n# {name}", flush=True)
        call("mutmut", "show", name)
    total = states.total()
    print(
        f"\n{states['killed']} of {total} mutants killed, {states['alive']} alive: {states['alive'] / total:.1%}"
    )
    return int(states["alive"] > 0.1 * total)


def coverage(*more: str) -> int:
    """What tests, kernels uncompiled and the quick validation reach; a table by room; 1 where less than .95 is reached."""
    call("coverage", "erase")
    failed = call("pytest", "-q", "-n", "2", "--cov", "--cov-report=", *more)
    # started by coverage itself, for the plugin imports the package before pytest-cov would look
    plain = ("coverage", "run", "-m", "pytest", "-q", "-n", "0", "-p", "uncompiled", *PLAIN)
    failed |= call(*plain, NUMBA_DISABLE_JIT="1")
    # its rows are checks of their own, each with a verdict; not a test of the suite, for it takes minutes
    with tempfile.TemporaryDirectory() as folder:
        failed |= call("coverage", "run", "-m", "sim.cli", "validate", "--quick", "--quiet", "--out", folder)
    call("coverage", "combine", "-q", "--append")
    call("coverage", "json", "-q", "-o", "coverage.json")
    return failed | by_room(ROOT / "coverage.json")


def by_room(path: Path) -> int:
    """Print lines and branches reached by room, and the files that fall short."""
    names = ("num_statements", "covered_lines", "num_branches", "covered_branches")
    rooms: dict[str, list[int]] = defaultdict(lambda: [0] * 4)
    short = []
    for name, found in json.loads(path.read_text("utf-8"))["files"].items():
        counts = [found["summary"][key] for key in names]
        for room in (Path(name).parts[1] if len(Path(name).parts) > 2 else "(top)", "all"):
            rooms[room] = [a + b for a, b in zip(rooms[room], counts)]
        if share(counts) < 0.95:
            short.append(f"{name}: {share(counts):.1%}, lines {spans(found['missing_lines'])}")
    print("| room | lines | reached | branches | reached |\n|---|--:|--:|--:|--:|")
    for room, counts in sorted(rooms.items(), key=lambda item: (item[0] == "all", item[0])):
        lines, seen, branches, taken = counts
        print(
            f"| {room} | {lines} | {seen / max(lines, 1):.1%} | {branches} | {taken / max(branches, 1):.1%} |"
        )
    print("\n" + "\n".join(sorted(short)))
    lines, seen, branches, taken = rooms["all"]
    return int(seen < 0.95 * lines or taken < 0.95 * branches)


def share(counts: list[int]) -> float:
    """Lines and branches reached, of all."""
    whole = counts[0] + counts[2]
    return (counts[1] + counts[3]) / whole if whole else 1.0


def spans(numbers: list[int]) -> str:
    """Line numbers as spans: "3–5, 9"."""
    text, first = [], None
    for line, after in zip(numbers, [*numbers[1:], -1]):
        first = line if first is None else first
        if after != line + 1:
            text.append(f"{first}" if first == line else f"{first}–{line}")
            first = None
    return ", ".join(text)


if __name__ == "__main__":
    jobs = {"mutants": mutants, "coverage": coverage}
    if len(sys.argv) < 2 or sys.argv[1] not in jobs:
        raise SystemExit(f"say which: python {sys.argv[0]} {' | '.join(jobs)}")
    raise SystemExit(jobs[sys.argv[1]](*sys.argv[2:]))
