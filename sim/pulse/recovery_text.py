"""The recovery study in Markdown, for the document that reports it."""

from __future__ import annotations

from typing import Final

from sim._version import __version__
from sim.pulse.bank import Bank
from sim.pulse.errors import PulseError
from sim.pulse.recovery import FALSE_ALARM, NARROWER, Recovery

BEGIN: Final = "<!-- recovery: begin -->"
END: Final = "<!-- recovery: end -->"


def recovery_markdown(found: Recovery, bank: Bank, *, answering: float, seconds: float) -> str:
    """What came of the study, as Markdown.

    Args:
        answering: share of each team that answered; seconds: what it took, the bank included where that was made.
    """
    least, most = found.table["least"].iloc[0], found.table["most"].iloc[0]
    lines = [
        f"“{bank.name}”, {bank.seats.sum():.0f} people in {len(bank.teams)} teams; {found.layout.waves[-1] + 1} waves, "
        f"{100 * answering:.0f} % answering; {bank.points:,} simulated organisations, {found.repetitions} of them "
        f"surveyed and not learnt from. {seconds / 60:.1f} minutes, of which the bank is nearly all where it was not "
        f"there yet. Ripple {__version__}.",
        "",
        f"| parameter | range | 90 % intervals that cover ({least}–{most} allowed) | p of uniform ranks | narrower by | "
        "correlation with the truth | verdict |",
        "|---|---|--:|--:|--:|--:|---|",
    ]
    for factor, row in zip(bank.factors, found.table.to_dict("records"), strict=True):
        lines.append(
            f"| {factor.label} | {factor.low:g}–{factor.high:g} | {row['covered']} of {found.repetitions} | "
            f"{row['rank_p']:.3f} | {100 * row['shrinkage']:.0f} % | {row['correlation']:.2f} | {row['verdict']} |"
        )
    lines += [
        "",
        f"Identifiable: coverage as allowed, uniform ranks (Kolmogorov–Smirnov, false alarm {FALSE_ALARM:g} a "
        f"parameter), and a spread at least {100 * NARROWER:.0f} % narrower than the prior's on average.",
    ]
    if found.forecasts[0] == found.forecasts[0]:
        lines.append(
            f"Of the next wave's shares practising, {100 * found.forecasts[0]:.0f} % of the teams' and "
            f"{100 * found.forecasts[1]:.0f} % of the whole's lay in their 90 % band."
        )
    return "\n".join(lines) + "\n"


def written_between(document: str, text: str, name: str) -> str:
    """A document with a text between its marks.

    Raises:
        PulseError: the marks are not there.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise PulseError(f"{name}: no place for the result; put {BEGIN} and {END} on lines of their own")
    return f"{before}{BEGIN}\n{text}{END}{after}"
