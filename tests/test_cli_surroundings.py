"""The command where its surroundings are poor: streams that are closed, names that are empty, signals that end it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from sim.cli import faults, main
from sim.cli.group import Ripple
from sim.cli.termination import EXIT_CODE, Termination


def ripple(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def python(code: str) -> subprocess.CompletedProcess[str]:
    """What a fresh interpreter makes of a program."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )


# --- streams ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [(1,), (0, 1, 2)])
@pytest.mark.skipif(os.name != "posix", reason="closes descriptors as a shell does")
def test_nothing_fails_where_streams_are_closed(closed: tuple[int, ...], tmp_path: Path) -> None:
    def close() -> None:
        for number in closed:
            os.close(number)

    code = "from sim.cli import main; main(['explain', 'L01'])"
    environment = {**os.environ, "RIPPLE_CACHE": str(tmp_path)}
    left = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        preexec_fn=close,
    )
    assert left.returncode == faults.FINE and left.stderr == "" and not list(tmp_path.iterdir())


# --- an unset variable of a shell ---------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("--out", ""), ("--out", " "), ("--out=",), ("--json", "--out", "")])
@pytest.mark.parametrize(
    "command", [("compare", "a", "b"), ("sweep", "a"), ("decide", "budget"), ("validate",)]
)
def test_an_empty_place_is_refused(
    command: tuple[str, ...], words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = ripple(*command, *words)
    assert found.exit_code == faults.BAD_INPUT and found.stdout == "" and not list(tmp_path.iterdir())
    assert found.stderr == "ripple: --out is empty; name a folder, for example --out results/mine\n"


def test_the_folder_one_stands_in_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "--out" not in ripple("compare", "no_such", "other", "--out", ".").stderr


# --- what the system refuses --------------------------------------------------------------------------------


def test_a_file_that_may_not_grow_is_said_with_what_helps() -> None:
    said = faults.os_error_text(OSError(errno.EFBIG, "File too large", "runs.parquet"))
    assert said.startswith("runs.parquet: ") and "ulimit -f" in said and "the same command again" in said


# --- signals ------------------------------------------------------------------------------------------------


def test_ctrl_c_before_there_is_a_command_leaves_with_130() -> None:
    code = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'sim.cli.faults': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from sim.cli import main\n"
    )
    left = python(code)
    assert (left.returncode, left.stdout, left.stderr) == (faults.INTERRUPTED, "", "ripple: interrupted\n")


@pytest.fixture
def default_sigterm() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.skipif(os.name != "posix", reason="Windows ends a process without a word")
def test_sigterm_is_an_interruption_with_a_code_of_its_own(
    default_sigterm: None, capsys: pytest.CaptureFixture[str]
) -> None:
    order: list[str] = []

    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        except KeyboardInterrupt:
            os.kill(os.getpid(), signal.SIGTERM)  # `timeout` sends it twice; tidying goes on
            order.append("tidied")
            raise faults.Stopped("the same command again goes on") from None

    with pytest.raises(SystemExit) as left:
        Ripple(commands={"work": click.Command("work", callback=work)})(["work"])
    assert left.value.code == EXIT_CODE == 143 and order == ["tidied"]
    assert capsys.readouterr().err == "ripple: the same command again goes on\n"
    assert (
        signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    )  # a program that uses the command has its own back


def test_a_sigterm_that_nobody_heeded_can_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    termination = Termination()
    assert not termination.came
    with pytest.raises(KeyboardInterrupt):
        termination()
    termination()  # an echo
    monkeypatch.setattr("sim.cli.termination.ECHO", 0.0)
    with pytest.raises(KeyboardInterrupt):
        termination()
    assert termination.came


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows ends a process without a word")
def test_sigterm_keeps_what_was_run_and_lets_go_of_the_folder(tmp_path: Path) -> None:
    """As at the walltime of a cluster: the task of the sweep ends its own process in the middle of the second point."""
    (tmp_path / "points.csv").write_text("x\n1\n2\n")
    (tmp_path / "ending.py").write_text(
        "import os, signal\n"
        "def run(point, *, seed, replicate):\n"
        "    if replicate == 300 and not os.path.exists('sent'):\n"
        "        open('sent', 'w').close(); os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return {'y': 1.0}\n"
    )
    asked = "'sweep', '--task', 'ending:run', '--design', 'points.csv', '--replicates', '400', '--out', 'x'"
    code = (
        f"import os, sys; os.chdir({str(tmp_path)!r}); sys.path.insert(0, '.'); from sim.cli import main\n"
        f"main([{asked}, '--workers', '1'])"
    )
    first = python(code)
    assert first.returncode == EXIT_CODE and "the same command again goes on from x" in first.stderr
    assert "Traceback" not in first.stderr and not (tmp_path / "x" / "lock").exists()
    assert python(code).returncode == faults.FINE
