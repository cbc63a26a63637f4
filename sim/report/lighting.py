"""The picture of who lit whom: the organisation as rings around its top, and the arcs along which it spread."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.report.canvas import GREY, INK, PALETTE, WIDTH, Drawn, drawn
from sim.report.figures import LAYER_WORDS

if TYPE_CHECKING:
    import networkx as nx

Points = npt.NDArray[np.float64]
TINTS: Final = {
    layer: PALETTE[number] for number, layer in enumerate(("authority", "peers", "mutual", "ripples"))
}
_BEND: Final = (
    0.6  # how far arcs are drawn towards the middle, the further the wider apart they end; 0 for straight
)
_LEAST: Final = 0.15  # arcs between neighbours are still seen
_STEPS: Final = 16  # pieces of a bent arc


def lighting_map(graph: nx.MultiDiGraph, *, small_print: str = "") -> Drawn:
    """Who lit whom in one run.

    Args:
        graph: of `sim.analysis.lighting.lighting_graph`.
        small_print: provenance, at the foot.
    """
    place = rings(graph)
    by_layer = {
        layer: [(a, b) for a, b, given in graph.edges(data="layer") if given == layer] for layer in TINTS
    }
    began = [seat for seat, first in graph.nodes(data="first") if first >= 0]
    alone = [seat for seat in began if graph.nodes[seat]["spontaneous"]]
    lit = [seat for seat in began if not graph.nodes[seat]["spontaneous"]]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        lines = [(place[seat], place[boss]) for seat, boss in graph.nodes(data="manager") if boss in place]
        axes.add_collection(LineCollection(lines, colors="#DDE2E7", linewidths=0.5, zorder=1))
        for layer, arcs in by_layer.items():
            bent = [_bent(place[a], place[b]) for a, b in arcs]
            axes.add_collection(
                LineCollection(bent, colors=TINTS[layer], linewidths=0.9, alpha=0.6, zorder=2)
            )
        size = 26.0 / max(1.0, math.sqrt(len(graph) / 60.0))
        for seats, face, edge in (
            ([seat for seat in graph if graph.nodes[seat]["first"] < 0], "white", "#B8C0C8"),
            (lit, INK, INK),
            (alone, PALETTE[4], INK),
        ):
            spots = np.array([place[seat] for seat in seats]).reshape(-1, 2)
            axes.scatter(spots[:, 0], spots[:, 1], s=size, c=face, edgecolors=edge, linewidths=0.6, zorder=3)
        axes.set_aspect("equal")
        axes.axis("off")
        axes.margins(0.03)
        figure.legend(handles=_key(by_layer), loc="outside upper left", ncols=2, handlelength=1.4)

    counted = ", ".join(f"{LAYER_WORDS[layer]} {len(arcs)}" for layer, arcs in by_layer.items() if arcs)
    return drawn(
        "lighting",
        "Who lit whom",
        f"A map of {len(graph)} people in rings around the top of the organisation. {len(began)} began to practise, "
        f"{len(alone)} of them of their own accord; arcs by relationship: {counted or 'none'}.",
        "One run. The top of the organisation is in the middle, each ring a tier further down. An arc leads from somebody "
        "who practised to somebody whom that tipped. It is the model's cause, on made-up luck; it says nothing of a person.",
        paint,
        height=WIDTH + 0.55,
        small_print=small_print,
    )


def rings(graph: nx.MultiDiGraph) -> dict[int, Points]:
    """Where everybody sits: angle by the order of the reporting tree, radius by tiers below the top."""
    reports: dict[int, list[int]] = {}
    for seat, boss in graph.nodes(data="manager"):
        reports.setdefault(boss if boss in graph else -1, []).append(seat)
    leaves: dict[int, float] = {}
    depth: dict[int, int] = {}
    stack = [(seat, 0) for seat in reversed(reports.get(-1, []))]
    order: list[int] = []
    while stack:
        seat, tier = stack.pop()
        order.append(seat)
        depth[seat] = tier
        stack += [(below, tier + 1) for below in reversed(reports.get(seat, []))]
    ends = [seat for seat in order if seat not in reports]
    for number, seat in enumerate(ends):
        leaves[seat] = number + 0.5
    for seat in reversed(order):
        if seat in reports:
            leaves[seat] = float(np.mean([leaves[below] for below in reports[seat]]))
    lone = len(reports.get(-1, [])) == 1
    turn = 2.0 * math.pi / max(1, len(ends))
    place = {}
    for seat in order:
        radius = depth[seat] if lone else depth[seat] + 1.0
        angle = turn * leaves[seat]
        place[seat] = radius * np.array([math.sin(angle), math.cos(angle)])
    return place


def _bent(a: Points, b: Points) -> Points:
    """A quadratic curve from a to b, drawn towards the middle of the picture."""
    t = np.linspace(0.0, 1.0, _STEPS + 1)[:, None]
    apart = float(np.hypot(*(a - b))) / max(1e-9, float(np.hypot(*a) + np.hypot(*b)))
    knee = (1.0 - max(_LEAST, _BEND * apart)) * (a + b) / 2.0
    curve: Points = (1 - t) ** 2 * a + 2 * t * (1 - t) * knee + t**2 * b
    return curve


def _key(by_layer: dict[str, list[tuple[int, int]]]) -> list[Line2D]:
    lines = [
        Line2D([], [], color=TINTS[layer], lw=1.8, label=f"{LAYER_WORDS[layer]} ({len(arcs)})")
        for layer, arcs in by_layer.items()
    ]
    dots = [
        Line2D([], [], ls="", marker="o", ms=5, mfc=face, mec=edge, label=words)
        for face, edge, words in (
            (INK, INK, "was lit by somebody"),
            (PALETTE[4], INK, "began of their own accord"),
            ("white", GREY, "did not begin in this run"),
        )
    ]
    return lines + dots
