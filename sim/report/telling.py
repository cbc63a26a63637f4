"""Findings in sentences: headline, verdicts, what the bands contain."""

from __future__ import annotations

from sim.report.findings import Difference, Findings, Outcome, Spread
from sim.report.wording import amount, fill, percent, points, years_text

LEVEL = 0.90  # of every band and range


def contents(found: Findings, uncertainty: str | None = None) -> str:
    """What the bands contain."""
    return fill(uncertainty or found.uncertainty, draws=found.draws, replicates=found.replicates)


def compared(found: Findings) -> Outcome | None:
    """The plan that the headline compares with the first: the other one, or the best of the others."""
    others = [outcome for outcome in found.outcomes[1:] if outcome.difference is not None]
    return max(others, key=lambda outcome: outcome.difference.spread.middle, default=None)  # type: ignore[union-attr]


def headline(found: Findings) -> list[str]:
    """The answer in plain words, a sentence an entry."""
    names, best = found.names, compared(found)
    if best is None or best.difference is None:
        return [_alone(found), *_contains(found)]
    fields = {"plan": names[best.name], "base": names[found.outcomes[0].name]}
    said = [_difference(best.difference, fields)]
    said.append(fill(f"ahead_{found.uncertainty}", ahead=percent(best.difference.ahead), **fields))
    said += _contains(found)
    if len(found.outcomes) > 2:
        said.append(fill("others"))
    return said + movers(found)


def _difference(difference: Difference, fields: dict[str, str]) -> str:
    spread = difference.spread
    if difference.verdict == "fewer":
        spread = Spread(-spread.middle, -spread.high, -spread.low)
    signed = difference.verdict not in ("more", "fewer")
    return fill(
        difference.verdict,
        middle=points(spread.middle, signed=signed),
        low=points(spread.low, signed=signed),
        high=points(spread.high, signed=signed),
        **fields,
    )


def _alone(found: Findings) -> str:
    outcome = found.outcomes[0]
    last = outcome.shares[max(outcome.shares)]
    return fill(
        "alone",
        plan=found.names[outcome.name],
        middle=percent(last.middle),
        low=f"{100 * last.low:.0f}",
        high=percent(last.high),
        years=years_text(found.years),
        start=percent(outcome.start),
    )


def _contains(found: Findings) -> list[str]:
    return [
        fill(
            f"contains_{found.uncertainty}",
            level=percent(LEVEL),
            draws=found.draws,
            replicates=found.replicates,
        )
    ]


def movers(found: Findings) -> list[str]:
    """The three assumptions that move the difference most, and whether the answer hinges on any."""
    if not len(found.movers):
        return []
    listed = [f"{row.meaning.split(';')[0]} ({row.parameter})" for row in found.movers.head(3).itertuples()]
    said = [fill("movers", list="; ".join(listed))]
    meaning = dict(zip(found.movers["parameter"], found.movers["meaning"]))
    hinged = [meaning[name].split(";")[0] for name in found.hinges if name in meaning][:3]
    if hinged:
        said.append(fill("hinges", list="; ".join(hinged)))
    return said


def verdict(outcome: Outcome) -> str:
    """The verdict of a row of the table, in words."""
    if outcome.difference is None:
        return fill("verdict_base")
    return fill(f"verdict_{outcome.difference.verdict}")


def share_text(spread: Spread) -> str:
    """A share with its range: "34 % (26–43)"."""
    return f"{percent(spread.middle)} ({100 * spread.low:.0f}–{100 * spread.high:.0f})"


def difference_text(difference: Difference | None) -> str:
    """A difference with its range: "+12 (+3 to +21)"."""
    if difference is None:
        return "–"
    spread = difference.spread
    low, high = points(spread.low, signed=True), points(spread.high, signed=True)
    return f"{points(spread.middle, signed=True)} ({low} to {high})"


def money_text(value: float, currency: str) -> str:
    """An amount of money: "1.20 million USD"."""
    return f"{amount(value)} {currency}".strip()
