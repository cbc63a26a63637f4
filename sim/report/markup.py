"""HTML from plain text: everything that comes from outside is escaped here and nowhere else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Final

from sim.report.canvas import Drawn
from sim.report.sheet import CSS
from sim.report.wording import printable

_SKELETON: Final = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light"/>
<title>$title</title>
<style>
$css
</style>
</head>
<body>
<header>
<p class="purpose">$purpose</p>
<h1>$title</h1>
$questions
</header>
<main>
$sections
</main>
<footer><p>$foot</p></footer>
</body>
</html>
""")


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


def document(title: str, purpose: str, questions: Sequence[str], sections: Sequence[str], foot: str) -> str:
    """A whole page from its sections."""
    return _SKELETON.substitute(
        title=escape(title),
        css=CSS,
        purpose=escape(purpose),
        questions="".join(paragraph(question, "question") for question in questions),
        sections="\n".join(sections),
        foot=escape(foot),
    )


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
