"""What went wrong, said once: exit codes, messages, and a log for what nobody foresaw."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Final

import click

FINE: Final = 0
UNFORESEEN: Final = 1
BAD_INPUT: Final = 2
SOME_FAILED: Final = 3
INTERRUPTED: Final = 130

# Classes of our own errors, by module; looked up only once something has gone wrong.
_OURS: Final = (
    ("sim.scenario.errors", "ScenarioError"),
    ("sim.organization.errors", "OrganizationError"),
    ("sim.behaviours.sources", "CatalogueError"),
    ("sim.experiments.errors", "ExperimentError"),
    ("sim.experiments.store", "StoreError"),
    ("sim.sensitivity.errors", "SensitivityError"),
    ("sim.decisions.errors", "DecisionError"),
    ("sim.report.errors", "ReportError"),
    ("sim.validation.claims.claim", "ClaimError"),
    ("sim.pulse.errors", "PulseError"),
    ("sim.calibration.errors", "CalibrationError"),
)
_MENDING: Final = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again: what is finished is kept",
    errno.EDQUOT: "the disk quota is used up; free some space and run the same command again",
    errno.EFBIG: "a file would be larger than is allowed here; raise the limit (ulimit -f), or choose a file system "
    "that takes large files with --out DIR, and run the same command again",
    errno.EROFS: "the folder cannot be written to; choose another with --out DIR",
    errno.EACCES: "no permission; check the owner of the file or folder, or choose another with --out DIR",
    errno.EPERM: "not permitted; check the owner of the file or folder, or choose another with --out DIR",
    errno.ENOTDIR: "part of the path is a file, not a folder",
    errno.EISDIR: "is a folder, not a file",
    errno.ENOENT: "no such file or folder",
    errno.EEXIST: "is there already, and is not a folder",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EMFILE: "too many files are open; raise the limit or use fewer --workers",
}


class BadInput(click.ClickException):
    """Something the user gave that cannot be used; shown as one message."""

    exit_code = BAD_INPUT


class Stopped(Exception):
    """Ctrl-C; in the middle of an experiment the text says how to resume."""


def say(text: str) -> None:
    """A line to standard error, whatever state that is in."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)


def announce_compiling() -> None:
    """Say that the first run of a version takes longer, where this is one.

    Raises:
        BadInput: the environment forbids to compile.
    """
    import numba

    from sim.engine.compiled import is_compiled

    if numba.config.DISABLE_JIT:
        raise BadInput(
            "NUMBA_DISABLE_JIT is set, and the engine runs compiled only: unset it.  Agents (`sim.model`) run without."
        )
    if not is_compiled():
        say(
            "First run of this version on this machine: the equations are compiled, once; this takes about a minute."
        )


def told(problem: BaseException) -> int:
    """Say what went wrong in one message and return the exit code that goes with it."""
    if isinstance(problem, click.exceptions.Exit):
        return int(problem.exit_code)
    if isinstance(problem, Stopped | KeyboardInterrupt | click.Abort):
        say(f"ripple: {str(problem) or 'interrupted'}")
        return INTERRUPTED
    if isinstance(problem, click.UsageError):
        with contextlib.suppress(OSError, ValueError):
            problem.show()
        return BAD_INPUT
    if isinstance(problem, click.ClickException):
        say(f"ripple: {problem.format_message()}")
        return BAD_INPUT
    if is_ours(problem):
        say(f"ripple: {problem}")
        return BAD_INPUT
    if isinstance(problem, OSError) and problem.errno is not None:
        say(f"ripple: {os_error_text(problem)}")
        return BAD_INPUT
    if isinstance(problem, MemoryError):
        say("ripple: not enough memory; use fewer --workers, fewer people, or a larger machine.")
        return BAD_INPUT
    say(_unforeseen(problem))
    return UNFORESEEN


def is_ours(problem: BaseException) -> bool:
    """Whether the error is one that the rooms raise for bad input, whose text is meant for people."""
    classes = [
        getattr(sys.modules[module], name)
        for module, name in _OURS
        if module in sys.modules and hasattr(sys.modules[module], name)
    ]
    return isinstance(problem, tuple(classes))


def os_error_text(problem: OSError) -> str:
    """What the operating system refused, where, and how to mend it."""
    where = problem.filename if problem.filename is not None else ""
    advice = _MENDING.get(problem.errno or 0, problem.strerror or str(problem))
    return f"{os.fsdecode(where)}: {advice}" if where != "" else advice


def _unforeseen(problem: BaseException) -> str:
    kind = type(problem).__name__
    brief = " ".join(str(problem).split())[:200]
    told_what = f"ripple: an error nobody foresaw ({kind}: {brief})."
    path = _log("".join(traceback.format_exception(problem)))
    if path is None:
        return told_what
    return f"{told_what} The details are in {path}; please report it with that file."


def _log(text: str) -> Path | None:
    for folder in _log_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="ripple-error-", suffix=".log", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(" ".join(sys.argv) + "\n\n" + text)
            return Path(name)
        except OSError:
            continue
    return None


def _log_folders() -> list[Path]:
    import platformdirs

    base = os.environ.get("RIPPLE_CACHE")
    own = Path(base) / "logs" if base else Path(platformdirs.user_log_dir("ripple-sim", appauthor=False))
    return [own, Path(tempfile.gettempdir())]
