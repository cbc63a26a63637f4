"""What the command says around its answers: faults of any kind, readers that leave, bars, lines, and the open desk."""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import re
import socket
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import sim
from sim.cli import desk as desk_command
from sim.cli import endtable, faults, main, progress
from sim.cli.decidetables import shown
from sim.cli.group import Ripple
from sim.cli.options import Share
from sim.cli.sweepoptions import Shard
from sim.experiments import Progress as Told


def ripple(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def raising(problem: BaseException) -> Any:
    def stand_in(*_: object, **__: object) -> None:
        raise problem

    return stand_in


class Screen:
    """A terminal that keeps what is written to it."""

    def __init__(self) -> None:
        self.text = ""
        self.encoding = "utf-8"

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


# --- faults -------------------------------------------------------------------------------------------------


def test_the_errors_of_every_room_are_messages() -> None:
    """Each `sim.ROOM.errors` holds errors whose text is for people: none may be called unforeseen."""
    rooms = [room.name for room in pkgutil.iter_modules(sim.__path__) if room.ispkg]
    unknown = []
    for room in set(rooms) - {"desk"}:  # the desk answers its visitors itself
        try:
            errors = importlib.import_module(f"sim.{room}.errors")
        except ModuleNotFoundError:
            continue
        made = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ValueError)]
        unknown += [one.__name__ for one in made if not faults.is_ours(one.__new__(one))]
    assert not unknown


def test_too_little_memory_is_said_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.scenario.load", raising(MemoryError()))
    found = ripple("check", "stars_align")
    assert found.exit_code == faults.BAD_INPUT
    assert found.stderr.startswith("ripple: not enough memory; use fewer --workers")


def test_an_interrupted_check_leaves_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.scenario.load", raising(KeyboardInterrupt()))
    found = ripple("check", "stars_align")
    assert (found.exit_code, found.stderr) == (faults.INTERRUPTED, "ripple: interrupted\n")


@pytest.mark.parametrize("number", [0, 3])
def test_an_exit_keeps_its_code(number: int) -> None:
    assert faults.told(click.exceptions.Exit(number)) == number


def test_a_log_goes_where_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(faults, "_log_folders", lambda: [tmp_path / "file", tmp_path / "logs"])
    monkeypatch.setattr("sim.scenario.load", raising(RuntimeError("planted")))
    told = ripple("check", "stars_align").stderr
    (log,) = (tmp_path / "logs").iterdir()
    assert str(log) in told and "RuntimeError: planted" in log.read_text()


def test_without_a_place_for_the_log_the_fault_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(faults, "_log_folders", lambda: [tmp_path / "file"])
    monkeypatch.setattr("sim.scenario.load", raising(RuntimeError("planted")))
    found = ripple("check", "stars_align")
    assert found.exit_code == faults.UNFORESEEN
    assert found.stderr == "ripple: an error nobody foresaw (RuntimeError: planted).\n"


@pytest.mark.parametrize("compiled", [True, False])
def test_the_first_run_of_a_version_is_announced(
    compiled: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.engine.compiled.is_compiled", lambda: compiled)
    faults.announce_compiling()
    assert ("the equations are compiled, once" in capsys.readouterr().err) is not compiled


# --- readers that leave -------------------------------------------------------------------------------------


@contextlib.contextmanager
def nobody_reads() -> Iterator[Any]:
    """A standard output whose reader has left."""
    theirs, mine = os.pipe()
    os.close(theirs)
    stream = open(mine, "w", encoding="utf-8")  # noqa: SIM115
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)  # not by a fixture: pytest takes that back for the test itself
        yield stream
    with contextlib.suppress(BrokenPipeError):
        stream.close()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["explain"], ["sweep", "--help"]])
def test_whoever_stops_reading_hears_no_complaint(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with nobody_reads() as stream:
        with pytest.raises(SystemExit) as left:
            main(words)
        stream.write("more")
        stream.flush()  # and nothing that comes later fails either
    assert left.value.code == faults.FINE and screen.text == ""


def test_what_is_written_last_may_find_no_reader_either() -> None:
    with nobody_reads() as stream:
        group = Ripple(commands={"late": click.Command("late", callback=lambda: stream.write("x") * 0)})
        with pytest.raises(SystemExit) as left:
            group(["late"])
    assert left.value.code == faults.FINE


# --- how far it is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 s"),
        (89.0, "89 s"),
        (90.0, "2 min"),
        (1800.0, "30 min"),
        (5400.0, "1.5 h"),
        (36000.0, "10.0 h"),
    ],
)
def test_stretches_of_time_are_said_in_their_unit(seconds: float, said: str) -> None:
    assert progress._span(seconds) == said


def test_lines_come_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    with progress.Progress() as far, progress.Progress(quiet=True) as quiet:
        for clock[0], done in ((109.0, 1), (110.0, 2), (119.0, 3), (121.0, 4)):
            far.told(Told("running", done, 8, 0, 100.0, None if done == 4 else 7200.0))
            quiet.told(Told("running", done, 8, 0, 100.0, None))
    assert capsys.readouterr().err.splitlines() == [
        "running: 2 of 8 runs after 2 min, about 2.0 h left",
        "running: 4 of 8 runs after 2 min",
    ]


@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
def test_a_terminal_shows_a_bar_and_a_dumb_one_does_not(
    terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    with progress.Progress() as far:
        far.told(Told("business as usual", 0, 0, 0, 0.5, None))
        if terminal == "xterm":
            assert far._bar.tasks[0].total is None and not far._bar.finished
        far.told(Told("running", 3, 8, 0, 1.0, 2.0))
        if terminal == "xterm":
            task = far._bar.tasks[0]
            assert (task.description, task.completed, task.total) == ("running", 3, 8)
            far._bar.refresh()
    assert ("3/8" in screen.text) is (terminal == "xterm")
    assert far._bar is None or not far._bar.live.is_started  # the cursor is given back


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(faults.BadInput, match=r"--log .*give another file"):
        progress.logged(lambda now: None, tmp_path / "file" / "log")


@pytest.mark.parametrize("colour", [True, False])
def test_the_headline_is_bold_on_a_terminal_unless_no_colour_is_asked_for(
    colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = types.SimpleNamespace(failed=0, outcomes=[])
    for name in ("caution", "contents", "cost_a_year", "hours_given"):
        monkeypatch.setattr(endtable, name, lambda found: "")
    monkeypatch.setattr(endtable, "headline", lambda found: ["It spreads.", "Not far."])
    monkeypatch.setattr(endtable, "_table", lambda found, width: None)
    monkeypatch.setattr(endtable.sys, "stdout", Screen())
    if colour:
        monkeypatch.delenv("NO_COLOR", raising=False)
    else:
        monkeypatch.setenv("NO_COLOR", "1")
    endtable.show(found, Path("x"), None)  # type: ignore[arg-type]
    text = endtable.sys.stdout.text  # type: ignore[attr-defined]
    assert ("\x1b[1mIt spreads.\x1b[0m\n" in text) is colour
    assert "\nNot far.\n" in text and "Page     not written" in text


# --- values -------------------------------------------------------------------------------------------------


def test_a_share_and_a_shard_that_are_made_already_are_taken() -> None:
    assert Shard().convert((3, 8), None, None) == (3, 8)
    assert Shard().convert("3/8", None, None) == (3, 8)
    assert Share().convert(0.9, None, None) == Share().convert("0.9", None, None) == 0.9


# --- the desk -----------------------------------------------------------------------------------------------


class Opened:
    """Stands in for the desk, its server and the browser, and keeps what they were asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[str] = []
        self.made: dict[str, Any] = {}
        self.fails: BaseException = KeyboardInterrupt()
        answerer = types.SimpleNamespace(
            get_ready=lambda: self.said.append("ready"), close=lambda: self.said.append("closed")
        )

        def desk(folder: Path, **options: Any) -> Any:
            self.made = {"folder": folder, **options}
            return types.SimpleNamespace(app=None, answerer=answerer)

        def run(server: object, sockets: list[socket.socket]) -> None:
            self.said.append("served")
            self.made["port"] = sockets[0].getsockname()[1]
            sockets[0].close()
            raise self.fails

        timer = lambda wait, go: types.SimpleNamespace(start=go)  # noqa: E731
        monkeypatch.setattr("sim.desk.server.Desk", desk)
        monkeypatch.setattr("uvicorn.Server.run", run)
        monkeypatch.setattr("threading.Timer", timer)
        monkeypatch.setattr("webbrowser.open", lambda address: self.said.append(address))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    pytest.importorskip("uvicorn")
    pytest.importorskip("starlette")
    return Opened(monkeypatch)


def test_the_desk_opens_here_and_closes_with_ctrl_c(opened: Opened, tmp_path: Path) -> None:
    found = ripple("desk", "--port", "0", "--folder", str(tmp_path / "plans"), "--workers", "2")
    address = f"http://127.0.0.1:{opened.made['port']}/"
    assert found.exit_code == 0, found.output
    assert f"The desk is open at {address} " in found.stdout
    assert found.stdout.endswith("The desk is closed; what was saved is kept.\n")
    assert opened.said == ["ready", address, "served", "closed"]
    assert opened.made["folder"] == tmp_path / "plans" and opened.made["workers"] == 2
    assert opened.made["hosts"] == ("127.0.0.1", "localhost", "[::1]") and "passwords" not in found.output
    if os.name == "posix":
        assert (tmp_path / "plans").stat().st_mode & 0o077 == 0  # what one plans is nobody else's


def test_a_desk_for_others_says_so_and_lets_them_in(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.desk.gate import ANYWHERE

    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path))
    found = ripple("desk", "--port", "0", "--host", "0.0.0.0", "--no-browser")
    assert "others on the network can open this desk; it has no passwords" in found.stderr
    assert opened.made["hosts"][-2:] == ("0.0.0.0", ANYWHERE)
    assert opened.made["folder"] == tmp_path / "desk"  # where none is named, a folder of this user
    assert opened.said == ["ready", "served", "closed"]


def test_a_desk_that_breaks_is_closed_all_the_same(opened: Opened, tmp_path: Path) -> None:
    opened.fails = RuntimeError("planted")
    found = ripple("desk", "--port", "0", "--no-browser", "--folder", str(tmp_path))
    assert found.exit_code == faults.UNFORESEEN and opened.said[-1] == "closed"


def test_an_address_of_the_sixth_version_stands_in_brackets() -> None:
    assert desk_command._in_url("::1") == "[::1]" and desk_command._in_url("localhost") == "localhost"


def test_without_its_libraries_the_desk_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    found = ripple("desk", "--no-browser")
    assert found.exit_code == faults.BAD_INPUT
    assert re.search(r"pip install -e '\.\[app\]'", found.stderr) and not found.stdout


def test_a_long_cell_goes_on_in_the_next_line() -> None:
    import pandas as pd

    words = "one two three four five six seven eight nine ten eleven twelve"
    lines = shown("anything", pd.DataFrame({"what": [words, "short"], "n": [1, 2]}), {}, "").splitlines()
    assert len(lines) == 4 and lines[3].startswith("short")
    assert lines[1].split("  ")[0] + " " + lines[2].strip() == words
