"""A figure a claim: every draw in every world against the margin, and the parameter that tells draws apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.parameters import REGISTER
from sim.report.canvas import GREY, INK, PALETTE, Drawn, clipped, drawn
from sim.validation.claims import Claim, Trial
from sim.validation.claims.trial import Outcome
from sim.validation.claims.verdict import Found, Hinge

_HOLDS: Final = PALETTE[0]
_FAILS: Final = PALETTE[1]
_LABELS: Final = {"main": "the model as it is", "null": "null twin", "region": "where it should hold"}
_ROW: Final = 0.23  # inches


def claim_figure(claim: Claim, outcome: Outcome, made: Trial) -> Drawn:
    """A claim's draws: one row a world, a dot a draw, right of the line where the claim holds there."""
    found = _ordered(outcome.found)
    hinge = outcome.judgement.hinge if outcome.judgement else None
    verdict = outcome.judgement.words if outcome.judgement else "no verdict"
    quick = ", quick run" if made.effort == "quick" else ""

    def paint(figure: Figure) -> None:
        if hinge is None:
            _worlds(figure.subplots(), claim, found)
            return
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.7, 1.0]})
        _worlds(left, claim, found)
        _against(right, claim, found[0], hinge, made.drawn)

    counts = ", ".join(f"{_label(one)} {_hits(one)} of {len(one.known)}" for one in found)
    alt = f"{claim.title}: {verdict}. Draws in which it holds: {counts}."
    caption = (
        "Each dot is a draw of the parameters: the smallest of the claim's contrasts. Right of the line the claim holds. "
        "Numbers at the end: draws in which it holds."
    )
    print_ = f"{claim.id} · Ripple {made.version} · seed {made.seed}{quick}"
    title = f"{claim.id} {claim.title}: {verdict}{quick}"
    return drawn(claim.id, title, alt, caption, paint, height=0.95 + _ROW * len(found), small_print=print_)


def claim_figures(claims: Sequence[Claim], made: Trial) -> dict[str, Drawn]:
    """A figure a claim, by id."""
    return {claim.id: claim_figure(claim, made.of(claim.id), made) for claim in claims}


def overview(claims: Sequence[Claim], made: Trial) -> Drawn:
    """All claims: share of draws in which each holds, with its interval, its null twin and the other structures."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for at, claim in enumerate(claims):
            _shares(axes, at, made.of(claim.id).found)
        axes.set_yticks(range(len(claims)), [clipped(f"{claim.id}  {claim.title}", 44) for claim in claims])
        axes.set_ylim(len(claims) - 0.4, -0.6)
        axes.set_xlim(-0.03, 1.03)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
        axes.set_xlabel("draws in which the claim holds")
        axes.grid(visible=False, axis="y")
        for name, marker, colour in (
            ("model as it is, 95 %", "o", INK),
            ("other structures", "|", PALETTE[0]),
            ("null twin", "x", PALETTE[1]),
        ):
            axes.plot([], [], linestyle="none", label=name, marker=marker, color=colour)
        axes.legend(
            loc="lower right", bbox_to_anchor=(1.02, 0.99), ncols=3, handletextpad=0.2, columnspacing=1.0
        )

    alt = "; ".join(
        f"{claim.id} {_hits(_main(made.of(claim.id)))}/{len(_main(made.of(claim.id)).known)}"
        for claim in claims
    )
    return drawn(
        "claims", "Claims on trial", f"Draws in which each claim holds: {alt}.",
        "A claim is supported where it holds in nine draws of ten and in most draws under every other structure.",
        paint, height=0.9 + 0.24 * len(claims), small_print=f"Ripple {made.version} · seed {made.seed} · {made.effort} run",
    )  # fmt: skip


def _shares(axes: Axes, at: int, found: Sequence[Found]) -> None:
    for one in found:
        if not len(one.known):
            continue
        if one.kind == "main":
            low, high = one.interval
            axes.plot([low, high], [at, at], color=INK, linewidth=1.4)
            axes.plot([one.share], [at], "o", color=INK, markersize=4.5)
        elif one.kind == "variant":
            axes.plot([one.share], [at - 0.24], "|", color=PALETTE[0], markersize=5, alpha=0.8)
        elif one.kind == "null":
            axes.plot([one.share], [at + 0.24], "x", color=PALETTE[1], markersize=4)


def _main(outcome: Outcome) -> Found:
    return next(one for one in outcome.found if one.kind == "main")


def _ordered(found: Sequence[Found]) -> list[Found]:
    order = ("main", "variant", "region", "null")
    return sorted(found, key=lambda one: order.index(one.kind))


def _label(one: Found) -> str:
    return _LABELS.get(one.kind, one.name.replace("_", " "))


def _hits(one: Found) -> int:
    return int((one.known > one.margin).sum())


def _worlds(axes: Axes, claim: Claim, found: Sequence[Found]) -> None:
    for at, one in enumerate(found):
        values = one.known
        spread = 0.16 * np.sin(2.4 * np.arange(len(values)))  # so that equal values stay visible
        holds = values > one.margin
        for which, colour, marker in ((holds, _HOLDS, "o"), (~holds, _FAILS, "D")):
            axes.scatter(
                values[which], at + spread[which], s=11 if marker == "o" else 8, c=colour, marker=marker, alpha=0.75,
                linewidths=0,
            )  # fmt: skip
        axes.annotate(
            f"{_hits(one)}/{len(values)}",
            (1.01, at),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7.5,
        )
    axes.axvline(claim.margin, color=INK, linewidth=0.9)
    axes.set_yticks(range(len(found)), [_label(one) for one in found])
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("smallest contrast\n" + "\n".join(wrap(claim.unit, 34)))
    axes.locator_params(axis="x", nbins=5)


def _against(
    axes: Axes, claim: Claim, main: Found, hinge: Hinge, parameters: Sequence[Mapping[str, float]]
) -> None:
    x = np.array([row[hinge.parameter] for row in parameters])
    y = np.array(main.values, dtype=np.float64)
    there = np.isfinite(y)
    for which, colour, marker in ((y > main.margin, _HOLDS, "o"), (y <= main.margin, _FAILS, "D")):
        axes.scatter(
            x[there & which], y[there & which], s=11, c=colour, marker=marker, alpha=0.75, linewidths=0
        )
    axes.axhline(claim.margin, color=INK, linewidth=0.9)
    axes.axvline(hinge.cut, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
    unit = REGISTER[hinge.parameter].unit
    axes.set_xlabel(f"{hinge.parameter}" + (f"\n({unit})" if unit != "–" else ""))
    axes.set_title("what decides", fontsize=8)
    axes.locator_params(axis="both", nbins=4)
