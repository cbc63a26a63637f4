"""In a notebook, and on systems that lack what only POSIX has: it runs, shows how far it is, and stops when told."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import textwrap
import time
import types
from pathlib import Path
from typing import Any

import pytest

from sim.experiments import lock
from sim.experiments.errors import StoreError

# Loaded by every interpreter that has its folder on the path, spawned workers too.
HIDING = """
import os, signal, sys
HIDDEN = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "readline"}
class Hiding:
    def find_spec(self, name, path=None, target=None):
        if name in HIDDEN:
            raise ImportError(f"{name} is not on this system")
for name in HIDDEN:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Hiding())
for name in ("kill", "killpg", "getuid", "sched_getaffinity", "statvfs", "getloadavg"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGKILL", "SIGHUP", "SIGUSR1", "SIGALRM"):
    if hasattr(signal, name):
        delattr(signal, name)
"""
PLAN = """
import os, sim
usual = (
    sim.build("usual").organization(people={people}).run(years={years}, burn_in=0.1).table("responses", centring="none")
)
plan = usual.lever("L01").scenario().model_copy(update={{"name": "plan"}})
"""


@pytest.mark.slow
@pytest.mark.parametrize("processes", [False, True])
def test_a_comparison_without_what_only_posix_has(tmp_path: Path, processes: bool) -> None:
    (tmp_path / "sitecustomize.py").write_text(HIDING)
    script = PLAN.format(people=40, years=0.5) + textwrap.dedent(
        f"""
        from sim.experiments import execute, make_plan
        from sim.experiments.lock import alive
        from sim.experiments.workers import usable_processors
        try:
            import fcntl
            raise SystemExit("fcntl is there")
        except ImportError:
            pass
        assert not hasattr(os, "kill") and usable_processors() >= 1 and alive(os.getpid())
        made = execute(make_plan([usual, plan], replicates=4, uncertainty=("luck",)), workers=2,
                       out={str(tmp_path / "out")!r}, processes={processes})
        print(len(made.runs), set(made.runs["status"]), os.path.exists(made.folder / "lock"))
        """
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["8", "{'ok'}", "False"]


def test_without_locks_the_signature_of_a_living_process_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with lock.Lock(tmp_path):
        monkeypatch.setattr(lock.os, "getpid", lambda: -5)
        with pytest.raises(StoreError, match="is writing there"), lock.Lock(tmp_path):
            raise AssertionError("two writers")
    assert not (tmp_path / "lock").exists()


def test_windows_locks_are_taken_and_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def locking(file: int, mode: int, size: int) -> None:
        asked.append((mode, size))
        if len(asked) > 1:
            raise PermissionError

    monkeypatch.setattr(lock.sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(LK_NBLCK=7, locking=locking))  # type: ignore[arg-type]
    with lock.Lock(tmp_path), pytest.raises(StoreError, match="is writing there"), lock.Lock(tmp_path):
        raise AssertionError("two writers")
    assert asked == [(7, 1), (7, 1)] and lock.alive(1)


@pytest.mark.slow
def test_a_notebook_shows_progress_and_stops_when_told(tmp_path: Path) -> None:
    client = pytest.importorskip("jupyter_client")
    pytest.importorskip("ipykernel")
    manager, kernel = client.manager.start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    try:
        assert _answer(kernel, PLAN.format(people=100, years=2.0), None) == ("ok", [])
        code = "made = sim.compare([usual, plan], replicates=4000, uncertainty='luck', workers=2, out='out')"
        began = time.monotonic()
        status, shown = _answer(kernel, code, manager.interrupt_kernel)
        assert status == "ExperimentInterrupted" and time.monotonic() - began < 120
        assert "<progress" in shown[0] and shown[-1] == ""  # a bar, and it is gone
        check = """
            import multiprocessing, pathlib
            from sim.experiments.store import read_manifest
            assert not multiprocessing.active_children()
            assert not read_manifest(pathlib.Path("out")).get("finished")
            short = sim.compare([usual, plan], replicates=2, uncertainty="luck", out="short", progress=False)
            assert len(short.runs) == 4
        """
        assert _answer(kernel, textwrap.dedent(check), None) == ("ok", [])
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)


def _answer(kernel: Any, code: str, when_shown: Any) -> tuple[str, list[str]]:
    """Run a cell; its status or error and the HTML it showed.  `when_shown` is called once a bar counts runs."""
    asked = kernel.execute(code)
    shown: list[str] = []
    until = time.monotonic() + 240
    while time.monotonic() < until:
        try:
            message = kernel.get_iopub_msg(timeout=5)
        except queue.Empty:
            continue
        if message["parent_header"].get("msg_id") != asked:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind in ("display_data", "update_display_data"):
            shown.append(content["data"].get("text/html", ""))
            if when_shown is not None and re.search(r"running: [1-9]\d* of", shown[-1]):
                when_shown()
                when_shown = None
        elif kind == "error":
            return str(content["ename"]), shown
        elif kind == "status" and content["execution_state"] == "idle":
            return "ok", shown
    raise AssertionError(f"no answer; shown so far: {shown[-3:]}")
