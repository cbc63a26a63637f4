"""One writer at a time, held by the operating system: a writer that is killed lets go by dying."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from sim.experiments.errors import StoreError


def _take(file: int) -> bool | None:
    """Whether the lock was taken; None where there are no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, 1 << 30, os.SEEK_SET)  # beyond the text, which others must be able to read
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except (ImportError, OSError):  # a system, or a file system, without locks
        return None
    return True


def alive(process: int) -> bool:
    """Whether a process of this machine exists; True where that cannot be known."""
    if sys.platform == "win32" or not hasattr(os, "kill"):
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class Lock:
    """The right to write in a folder.

    Args:
        folder: an existing folder.
    """

    NAME = "lock"

    def __init__(self, folder: Path) -> None:
        self.path = folder / self.NAME
        self._file: int | None = None

    def __enter__(self) -> Lock:
        """Take it.

        Raises:
            StoreError: another process holds it.
            OSError: the folder cannot be written.
        """
        for _ in range(20):
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            taken = _take(file)
            if taken is None:
                taken = not self._held_by_living()
            if not taken:
                os.close(file)
                raise StoreError(self._refusal())
            with contextlib.suppress(OSError):
                if os.name == "nt" or os.fstat(file).st_ino == os.stat(self.path).st_ino:
                    self._sign(file)
                    self._file = file
                    return self
            os.close(file)  # its last holder removed it between our two looks: look again
            time.sleep(0.01)
        raise StoreError(self._refusal())

    def _sign(self, file: int) -> None:
        text = json.dumps({"process": os.getpid(), "host": socket.gethostname(), "since": round(time.time())})
        os.lseek(file, 0, os.SEEK_SET)
        os.ftruncate(file, 0)
        os.write(file, text.encode())

    def _holder(self) -> dict[str, Any]:
        try:
            holder = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return holder if isinstance(holder, dict) else {}

    def _held_by_living(self) -> bool:
        holder = self._holder()
        process = holder.get("process")
        if holder.get("host") != socket.gethostname() or not isinstance(process, int):
            return bool(holder)
        return process != os.getpid() and alive(process)

    def _refusal(self) -> str:
        holder = self._holder()
        who = f"process {holder.get('process', '?')} on {holder.get('host', '?')}"
        return (
            f"results folder {self.path.parent}: {who} is writing there; wait until it is done or give another "
            f"folder (if that process no longer runs, delete {self.path.name} in the folder)"
        )

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go."""
        if self._file is not None:
            if os.name == "nt":  # pragma: no cover - Windows removes no file that is open
                os.close(self._file)
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
            if os.name != "nt":  # pragma: no branch - closed above on Windows
                os.close(self._file)
            self._file = None
