"""How figures look and how they are written: one palette, one size, the same bytes every time.

Figures are drawn without pyplot, so that nothing is shared between threads, and as SVG text that stands inside a
page: no dates, no addresses, no identifiers that two figures could share.
"""

from __future__ import annotations

import html
import io
import os
import re
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sim.report.wording import printable

# Okabe and Ito (2008): told apart with every common form of colour blindness.
PALETTE: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#8C6D31")
LINES: Final = ("-", (0, (5, 1.6)), (0, (1.4, 1.2)), (0, (6, 1.5, 1.4, 1.5)))
GREY: Final = "#6B6B6B"
INK: Final = "#1F2933"
WIDTH: Final = 5.6  # inches: small enough for letters to stay legible on a phone

_STYLE: Final = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ripple",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "axes.edgecolor": "#9AA5B1",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E4E7EB",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0.0,
    "ytick.major.size": 0.0,
    "text.color": INK,
    "text.hinting": "no_hinting",  # so that letters are as wide in PNG as in SVG
    "text.parse_math": False,  # a title with dollar signs is a title, not a formula
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "figure.dpi": 100.0,
    "hatch.linewidth": 0.6,
}
_FONTS: Final = "'DejaVu Sans', 'Segoe UI', Verdana, sans-serif"


class Picture(Figure):
    """A figure that a notebook shows as it is, also after changes, without pyplot."""

    key: str = "figure"
    alt: str = ""

    def _repr_html_(self) -> str:
        with style():
            return f'<div style="max-width: 52em">{svg_of(self)}</div>'


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure ready to be put somewhere.

    Attributes:
        key: short name, for files and anchors.
        title: what it shows, in plain words.
        alt: what a reader who cannot see it needs to know.
        caption: how to read it.
        svg: `<svg>` element without header.
        figure: the drawing itself, to be shown in a notebook, changed, or written as PNG.
    """

    key: str
    title: str
    alt: str
    caption: str
    svg: str
    figure: Picture

    def png(self, dpi: int = 160) -> bytes:
        """The figure as PNG, without a date."""
        buffer = io.BytesIO()
        with style():
            FigureCanvasAgg(self.figure)
            self.figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        return buffer.getvalue()

    def renamed(self, key: str) -> Drawn:
        """The same figure under another key, for a page that has several of a kind."""
        svg = self.svg
        for mark in ('id="', "url(#", 'href="#'):
            svg = svg.replace(f"{mark}{self.key}-", f"{mark}{key}-")
        return replace(self, key=key, svg=svg)

    def _repr_html_(self) -> str:
        return self.svg

    def svg_file(self) -> bytes:
        """The figure as an SVG file of its own."""
        width, height = self.figure.get_size_inches()
        size = f'<svg width="{72 * width:g}pt" height="{72 * height:g}pt"'
        return f'<?xml version="1.0" encoding="utf-8"?>\n{self.svg.replace("<svg", size, 1)}\n'.encode()


def write_figures(drawings: Iterable[Drawn], folder: Path) -> list[Path]:
    """Write each figure to `KEY.svg` and `KEY.png` of the folder, which is made.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for drawing in drawings:
        for ending, content in (("svg", drawing.svg_file()), ("png", drawing.png())):
            paths.append(write_whole(folder / f"{drawing.key}.{ending}", content))
    return paths


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file, whole or not at all.

    Raises:
        OSError: the folder cannot be written to.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


@contextmanager
def style() -> Iterator[None]:
    """Our style, and nobody else's, while a figure is drawn."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        # Letters that the measuring font lacks are drawn by whoever shows the page.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def drawn(
    key: str,
    title: str,
    alt: str,
    caption: str,
    paint: Callable[[Figure], None],
    *,
    height: float,
    small_print: str,
) -> Drawn:
    """Draw and write one figure.

    Args:
        paint: draws on an empty figure.
        height: inches.
        small_print: provenance, at the foot of the figure.
    """
    with style():
        figure = Picture(figsize=(WIDTH, height), layout="constrained", dpi=72)
        figure.key, figure.alt = key, alt
        FigureCanvasSVG(figure)
        paint(figure)
        if small_print:
            figure.text(0.995, 0.004, small_print, ha="right", va="bottom", fontsize=5.5, color=GREY)
            figure.get_layout_engine().set(rect=(0.0, 0.035 * 3.4 / height, 1.0, 1.0 - 0.035 * 3.4 / height))  # type: ignore[union-attr, call-arg]
        _lay_out(figure)
        svg = svg_of(figure)
    return Drawn(key, title, alt, caption, svg, figure)


def svg_of(figure: Picture) -> str:
    """The `<svg>` element of a figure, drawn now, in whatever style holds."""
    buffer = io.StringIO()
    # `figure.savefig` would draw everything twice.
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), figure.key, figure.alt)


def _lay_out(figure: Figure) -> None:
    """Place everything, once and for all."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")


def _inline(svg: str, key: str, alt: str) -> str:
    """The `<svg>` element alone, with identifiers of its own and a text for those who cannot see it."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "").replace("xlink:href=", "href=")
    svg = re.sub(r'\bid="', f'id="{key}-', svg)
    svg = svg.replace("url(#", f"url(#{key}-").replace('href="#', f'href="#{key}-')
    svg = svg.replace("'DejaVu Sans'", _FONTS)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    label = html.escape(" ".join(printable(alt).split()), quote=True)
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1).strip()


def percent_axis(axes: Axes) -> None:
    """A share in per cent on the vertical axis, from zero."""
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    axes.set_ylim(bottom=0.0)


def years_axis(axes: Axes, years: float) -> None:
    """Years from the start on the horizontal axis; months where the horizon is short."""
    axes.set_xlim(0.0, years)
    if years <= 1.5:
        ticks = [month / 12 for month in range(0, round(years * 12) + 1, 3 if years > 0.75 else 1)]
        axes.set_xticks(ticks, [f"{round(tick * 12)}" for tick in ticks])
        axes.set_xlabel("months from the start of the plans")
    else:
        step = 1 if years <= 8 else 5
        ticks = [float(year) for year in range(0, int(years) + 1, step)]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlabel("years from the start of the plans")


def clipped(text: str, width: int = 34) -> str:
    """A name that fits beside a bar."""
    text = " ".join(printable(text).split())
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def wrapped(text: str, width: int, lines: int = 2) -> str:
    """A text on at most so many lines of so many letters; what is longer ends in an ellipsis."""
    parts = textwrap.wrap(" ".join(printable(text).split()), width, break_on_hyphens=False)
    if len(parts) <= lines:
        return "\n".join(parts)
    last = " ".join(parts[lines - 1 :])[: width - 1].rstrip()
    return "\n".join([*parts[: lines - 1], last + "…"])


def signed_points(value: float, _: object = None) -> str:
    """A difference of shares in points, for an axis: "+5", "0", "−5"."""
    return "0" if abs(value) < 1e-9 else f"{100 * value:+.3g}".replace("-", "−")
