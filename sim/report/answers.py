"""Answers to questions about plans (`sim.decisions`), put so that desk, command and report tell the same of them.

An answer is kept as plain data: sentences, tables with the columns of the tool, and what is needed to read them.
Whoever shows it draws the pictures and lays out the tables from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sim.report.answer_tables import heading, readable

if TYPE_CHECKING:
    from sim.report.canvas import Drawn

SCHEMA: Final = 1
TITLES: Final = MappingProxyType(
    {
        "regret": "Which plan is still good if we are wrong?",
        "contribution": "What does each lever add?",
        "budget": "What is the best plan for a budget?",
        "start": "Whom to start with?",
        "last": "Does it last?",
        "tip": "Does it tip, and is there a way back?",
        "dies": "Where does it die?",
        "flip": "What would change our mind?",
        "promises": "What can we promise, and when would we see it?",
        "kept": "Were the promises kept?",
    }
)
COMMANDS: Final = MappingProxyType({"lasting": "last"})  # questions that `ripple decide` calls otherwise
MOST_ROWS: Final = 60  # of a table that is shown


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool found.

    Attributes:
        tool: which question, a key of `TITLES`.
        words: the answer in sentences.
        note: what its ranges hold.
        tables: by name, with the tool's own columns, shares between 0 and 1.
        facts: what else was found, plain data.
        titles: by the names that stand in cells and columns.
        currency: of costs.
    """

    tool: str
    words: tuple[str, ...]
    note: str = ""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""

    @property
    def title(self) -> str:
        """The question."""
        return TITLES.get(self.tool, "The decision")

    def drawings(self) -> list[Drawn]:
        """Its pictures; an answer that shows nothing has none."""
        from sim.report.answer_figures import drawings

        return drawings(self)

    def laid_out(self) -> list[tuple[str, list[str], list[list[str]]]]:
        """Heading, head and rows of each table that holds something, for people."""
        return [
            (_heading(name, len(table)), *readable(name, table.head(MOST_ROWS), self.titles, self.currency))
            for name, table in self.tables.items()
            if len(table)
        ]

    def as_data(self) -> dict[str, Any]:
        """Plain data that JSON can hold."""
        return {
            "schema": SCHEMA,
            "tool": self.tool,
            "words": list(self.words),
            "note": self.note,
            "tables": {name: table.to_dict("split", index=False) for name, table in self.tables.items()},
            "facts": dict(self.facts),
            "titles": dict(self.titles),
            "currency": self.currency,
        }


def _heading(name: str, rows: int) -> str:
    """What a table is; one that is not shown whole says so."""
    return heading(name) if rows <= MOST_ROWS else f"{heading(name)} (the first {MOST_ROWS} of {rows} rows)"


def answer_from(data: Mapping[str, Any]) -> Answer:
    """An answer from what `as_data` gave.

    Raises:
        ValueError: it is not that.
    """
    try:
        if data["schema"] != SCHEMA:
            raise ValueError(f"answers of format {data['schema']!r} are not read")
        tables = {
            name: pd.DataFrame(part["data"], columns=part["columns"]) for name, part in data["tables"].items()
        }
        return Answer(
            data["tool"],
            tuple(data["words"]),
            data["note"],
            tables,
            data["facts"],
            data["titles"],
            data["currency"],
        )
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"this is no answer ({problem!r})") from None


def answer_section(answer: Answer) -> str:
    """An answer as a section of a report: sentences, pictures, tables for those who want them."""
    from sim.report.markup import bullets, figure, paragraph, section, table, unfold

    parts = [bullets(answer.words)]
    if answer.note:
        parts.append(paragraph(answer.note, "note"))
    parts += [figure(drawing) for drawing in answer.drawings()]
    parts += [unfold(name, table(head, rows)) for name, head, rows in answer.laid_out()]
    return section(f"answer-{answer.tool}", answer.title, "\n".join(parts))
