"""HTML from plain text: everything that comes from outside is escaped here and nowhere else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sim.report.canvas import Drawn
from sim.report.wording import printable


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with a second, smaller line.

    Attributes:
        text: what matters.
        small: what belongs to it: a range, a name.
        bracket: whether the second line stands in brackets.
    """

    text: str
    small: str = ""
    bracket: bool = False


def escape(text: object) -> str:
    """Text as it may stand in HTML: escaped, and printable."""
    return html.escape(printable(text), quote=True)


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of a class."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def heading(text: str) -> str:
    """A heading inside a section."""
    return f"<h3>{escape(text)}</h3>"


def section(key: str, title: str, body: str) -> str:
    """A section of the page with its heading."""
    return (
        f'<section id="{key}" aria-labelledby="{key}-title">\n'
        f'<h2 id="{key}-title">{escape(title)}</h2>\n{body}\n</section>'
    )


def unfold(title: str, body: str) -> str:
    """Something that is there for those who want it."""
    return f"<details><summary>{escape(title)}</summary>\n{body}\n</details>"


def table(head: Sequence[str], rows: Iterable[Sequence[str | Cell]], kind: str = "wide") -> str:
    """A table whose first column names the row; on a phone each row of a wide one becomes a card."""
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = ""
    for row in rows:
        cells = f'<th scope="row">{_cell(row[0])}</th>'
        cells += "".join(
            f'<td data-label="{escape(name)}">{_cell(cell)}</td>'
            for name, cell in zip(head[1:], row[1:], strict=True)
        )
        body += f"<tr>{cells}</tr>"
    return f'<table class="{kind}"><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    small = f"({cell.small})" if cell.bracket else cell.small
    return (
        f'{escape(cell.text)} <span class="small">{escape(small)}</span>' if cell.small else escape(cell.text)
    )


def figures(drawings: Mapping[str, Drawn], keys: Sequence[str]) -> str:
    """Those of the figures that there are."""
    return "\n".join(figure(drawings[key]) for key in keys if key in drawings)


def figure(drawing: Drawn) -> str:
    """A figure with its title and how to read it; its alternative text is inside the drawing."""
    return (
        f'<figure id="figure-{drawing.key}"><h3>{escape(drawing.title)}</h3>\n{drawing.svg}\n'
        f"<figcaption>{escape(drawing.caption)}</figcaption></figure>"
    )
