"""Answers as the page shows them: sentences, pictures as SVG, tables of texts; and promises beside what was observed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sim.decisions.promises import INDICATORS, compare_promises
from sim.desk.errors import DeskError
from sim.organization.csvfile import Table, table_of
from sim.report.answers import Answer

_LARGEST: Final = 1_000_000  # letters of a log


def shown(found: Answer) -> dict[str, Any]:
    """An answer for the page."""
    return {
        "words": list(found.words),
        "note": found.note,
        "figures": [
            {"title": one.title, "alt": one.alt, "caption": one.caption, "svg": one.svg_file().decode()}
            for one in found.drawings()
        ],
        "tables": [{"heading": name, "head": head, "rows": rows} for name, head, rows in found.laid_out()],
    }


def promises_kept(body: Mapping[str, Any]) -> Answer:
    """What was promised beside what was observed.

    Args:
        body: of the request: the contents of both files, and what their owner calls them.

    Raises:
        DeskError: a file is missing or too large.
        DecisionError, OrganizationError: it cannot be used.
    """
    called = body.get("names")
    names = called if isinstance(called, dict) else {}
    tables = {
        key: _table(body.get(key), str(names.get(key) or f"{key}.csv")[:60]) for key in ("log", "observed")
    }
    found = compare_promises(tables["log"], tables["observed"])
    return Answer("kept", tuple(found.in_words()), "", found.tables(), found.facts(), dict(INDICATORS))


def _table(text: Any, name: str) -> Table:
    if not isinstance(text, str) or not text.strip():
        raise DeskError(f"{name} is empty; choose the log that the desk gave, and what was observed")
    if len(text) > _LARGEST:
        raise DeskError(f"{name} is too large for a log of promises")
    return table_of(text, name)
