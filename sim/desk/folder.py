"""What each visitor keeps: saved plans and imported organisations, in a folder that no other visitor reaches.

A visitor is a random number in a cookie; its folder is named by a hash of that number, so neither the name of a plan
nor anything else the page sends is ever part of a path.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sim.desk.errors import DeskError
from sim.desk.view import IMPORT, LAYERS, NAME, NOTES, PEOPLE, TIES, OrganizationView, View, read_view
from sim.engine.compiled import source_hash
from sim.report.answers import TITLES, Answer, answer_from

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32,64}")
PLAN: Final = re.compile(r"[0-9a-f]{12}")
MOST_PLANS: Final = 200
MOST_ANSWERS: Final = 300
MOST_IMPORTS: Final = 50  # those that saved plans use come on top
MOST_REPORTS: Final = 50
LARGEST: Final = 20_000_000  # bytes of a file that is imported


class Folder:
    """One visitor's own.

    Args:
        base: folder of the desk.
        token: from the visitor's cookie.
    """

    def __init__(self, base: Path, token: str) -> None:
        name = hashlib.blake2b(token.encode(), digest_size=12).hexdigest()
        self.path = base / "visitors" / name
        self.imports = self.path / "imports"
        # Of the pseudonyms: made of the cookie, so it is nowhere on the disk.
        self.salt = hashlib.blake2b(token.encode(), digest_size=32, person=b"ripple-desk").hexdigest()

    # --- plans ----------------------------------------------------------------------------------------------

    def plans(self) -> list[dict[str, Any]]:
        """Saved plans, newest first: id, saved (seconds since 1970), title, view."""
        found = []
        for path in self.path.glob("plans/*.json"):
            with contextlib.suppress(OSError, ValueError, KeyError):
                row = json.loads(path.read_text("utf-8"))
                view = read_view(row["view"])
                found.append({"id": path.stem, "saved": float(row["saved"]), "title": view.title,
                              "view": view.model_dump(by_alias=True, exclude_none=True)})  # fmt: skip
        return sorted(found, key=lambda row: -row["saved"])

    def save(self, view: View) -> str:
        """Save a view; its id.

        Raises:
            DeskError: too many are kept.
        """
        if len(list(self.path.glob("plans/*.json"))) >= MOST_PLANS:
            raise DeskError(f"{MOST_PLANS} plans are saved; delete some first")
        plan = secrets.token_hex(6)
        row = {"saved": time.time(), "view": view.model_dump(by_alias=True, exclude_none=True)}
        _write(self.path / "plans" / f"{plan}.json", json.dumps(row, ensure_ascii=False).encode())
        return plan

    def delete(self, plan: str) -> None:
        """Delete a saved plan; nothing happens if there is none.

        Raises:
            DeskError: not the id of a plan.
        """
        if not PLAN.fullmatch(plan):
            raise DeskError("that is not the number of a saved plan")
        (self.path / "plans" / f"{plan}.json").unlink(missing_ok=True)

    # --- answers --------------------------------------------------------------------------------------------

    def keep_answer(self, plan: str, answer: Answer) -> None:
        """Keep the last answer to a question about a plan, for its report.

        Args:
            plan: what the plan's runs depend on, as a hash.
        """
        data = {**answer.as_data(), "equations": source_hash()}
        text = json.dumps(data, ensure_ascii=False, default=_bare).encode()
        _write(self.path / "answers" / plan / f"{answer.tool}.json", text)
        old = sorted(self.path.glob("answers/*/*.json"), key=lambda path: path.stat().st_mtime)
        for path in old[:-MOST_ANSWERS]:
            path.unlink(missing_ok=True)

    def answers(self, plan: str) -> list[Answer]:
        """The last answers of a plan by the equations of now, in the order in which questions stand on the page."""
        found = []
        for tool in TITLES:
            with contextlib.suppress(OSError, ValueError):
                path = self.path / "answers" / plan / f"{tool}.json"
                data = json.loads(path.read_text("utf-8"))
                if data.get("equations") == source_hash():
                    found.append(answer_from(data))
        return found

    # --- imports --------------------------------------------------------------------------------------------

    def take_in(
        self, texts: Mapping[str, str], scale: list[float] | None = None
    ) -> tuple[str, OrganizationView]:
        """Keep files that are not too large; their number, and the organisation of a view.

        Args:
            texts: by `PEOPLE`, `TIES` and `LAYERS`.
            scale: lowest and highest answer of the survey columns; 0 and 1 where not given.

        Raises:
            DeskError: files that are too large, or an empty one.
        """
        for name, text in texts.items():
            if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
                raise DeskError(f"{name} is larger than {LARGEST // 1_000_000} MB; use `ripple check` for it")
        if not texts.get(PEOPLE, "").strip():
            raise DeskError(
                "people.csv is empty; it needs a first line with the column id, then a line a person"
            )
        number = self.keep_import(texts)
        return number, OrganizationView(imported=number, survey_scale=scale)

    def keep_import(self, texts: Mapping[str, str]) -> str:
        """Keep files under a number made of what they say, so that the same ones are kept once; what was said goes."""
        content = json.dumps([texts.get(name, "") for name in (PEOPLE, TIES, LAYERS)]).encode("utf-8")
        number = hashlib.blake2b(content, digest_size=6).hexdigest()
        home = self.imports / number / NAME
        for name, text in texts.items():
            if text:
                _write(home / name, text.encode("utf-8", "surrogatepass"))
        (home / NOTES).unlink(missing_ok=True)
        os.utime(self.imports / number)
        self._forget_oldest()
        return number

    def _forget_oldest(self) -> None:
        """Delete the oldest imports that no saved plan uses, beyond the number that is kept."""
        used = ""
        for path in self.path.glob("plans/*.json"):
            with contextlib.suppress(OSError):
                used += path.read_text("utf-8")
        imports = [path.name for path in _by_age(self.imports) if IMPORT.fullmatch(path.name)]
        for old in [number for number in imports if number not in used][:-MOST_IMPORTS]:
            self.forget(old)

    def note(self, number: str, notes: list[str], unsaid: list[str], *, own: bool) -> None:
        """Keep what was said of an import's files when they came.

        Args:
            unsaid: what holds of the kept files alone, such as numbers of their lines.
            own: the files had columns of their own.
        """
        text = json.dumps({"own": own, "notes": notes, "unsaid": unsaid}, ensure_ascii=False)
        _write(self.imports / number / NAME / NOTES, text.encode("utf-8", "surrogatepass"))

    def forget(self, number: str) -> None:
        """Delete an import.

        Raises:
            DeskError: not the number of an import.
        """
        if not IMPORT.fullmatch(number):
            raise DeskError("that is not the number of an import")
        for name in (PEOPLE, TIES, LAYERS, NOTES):
            (self.imports / number / NAME / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            (self.imports / number / NAME).rmdir()
            (self.imports / number).rmdir()


def place_of_report(folder: Path, name: str) -> Path:
    """Where a visitor's report is written; those made longest ago are deleted."""
    home = folder / "reports" / name
    with contextlib.suppress(OSError):
        os.utime(home)
    others = [path for path in _by_age(home.parent) if path != home]
    for old in others[: max(0, len(others) + 1 - MOST_REPORTS)]:
        shutil.rmtree(old, ignore_errors=True)
    return home


def _by_age(home: Path) -> list[Path]:
    """What a folder holds, the oldest first."""
    found = []
    for path in home.glob("*"):
        with contextlib.suppress(OSError):
            found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def _bare(value: Any) -> Any:
    """A number of NumPy as one of Python."""
    return value.item()


def _write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
