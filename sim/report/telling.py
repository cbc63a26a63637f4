"""Findings in sentences: headline, verdicts, what the bands contain."""

from __future__ import annotations

from sim.report.findings import Difference, Findings, Outcome, Spread
from sim.report.wording import amount, fill, percent, points, years_text

LEVEL = 0.90  # of every band and range
_TIED = 0.05  # share of pairs without any difference from which it is said
FEW = 8  # pairs of runs below which it is said that they are few
MOVES = 0.015  # change of the share practising from which business as usual is said to move
TOP = 3  # assumptions named in the headline


def contents(found: Findings, uncertainty: str | None = None) -> str:
    """What the bands contain."""
    return fill(uncertainty or found.uncertainty, draws=found.draws, replicates=found.replicates)


def compared(found: Findings) -> Outcome | None:
    """The plan that the headline compares with the first: the other one, or the best of the others."""
    others = [outcome for outcome in found.outcomes[1:] if outcome.difference is not None]
    return max(others, key=lambda outcome: outcome.difference.spread.middle, default=None)  # type: ignore[union-attr]


def headline(found: Findings) -> list[str]:
    """The answer in plain words: one sentence, then what supports it, then what it hangs on."""
    names, best = found.names, compared(found)
    if best is None or best.difference is None:
        return [_alone(found), _contains(found)]
    fields = {"plan": names[best.name], "base": names[found.outcomes[0].name]}
    tied = best.difference.tied
    fields["tied"] = fill("tied", tied=percent(tied)) if tied >= _TIED else ""
    support = [fill(f"ahead_{found.uncertainty}", ahead=percent(best.difference.ahead), **fields)]
    if best.difference.pairs < FEW:
        support.insert(0, fill("few_pairs", pairs=best.difference.pairs))
    support.append(_contains(found))
    if best.luck_difference is not None:
        words = fill(f"verdict_{best.luck_difference.verdict}")
        support.append(fill("luck_alone", difference=difference_text(best.luck_difference), verdict=words))
    if len(found.outcomes) > 2:
        support.append(fill("others"))
    said = [_difference(best.difference, fields), " ".join(support)]
    return said + [" ".join(lines) for lines in (movers(found),) if lines]


def caution(found: Findings) -> str:
    """What spoils the comparison, "" if nothing does."""
    if not found.unlike:
        return ""
    names = found.names
    plans = " and ".join(f"“{names[name]}”" for name in found.unlike)
    return fill("unlike", plans=plans, base=names[found.outcomes[0].name])


def unsteady(found: Findings) -> str:
    """That business as usual moves by itself, "" where it does not or is not among the plans."""
    for one in found.outcomes:
        last = one.shares[max(one.shares)].middle
        if one.name == found.usual and abs(last - one.start) > MOVES:
            return fill("unsteady", usual=found.names[one.name], start=percent(one.start), end=percent(last))
    return ""


def hours_given(found: Findings) -> str:
    """Leader hours given beside those asked, and why they differ; "" where they do not or it is not known."""
    names = found.names
    parts = [
        fill(
            "hours_given_of",
            plan=names[one.name],
            given=f"{one.costs['leader_hours']:,.0f}",
            asked=f"{one.asked:,.0f}",
        )
        for one in found.outcomes
        if one.gives_less
    ]
    return fill("hours_given", list="; ".join(parts)) if parts else ""


def cost_a_year(found: Findings) -> str:
    """What each plan costs a year, "" where nothing costs anything."""
    names = found.names
    parts = [
        fill(
            "cost_a_year_of",
            plan=names[one.name],
            cost=money_text(one.costs["cost"] / found.years, found.currency),
        )
        for one in found.outcomes
        if one.costs["cost"] > 0
    ]
    return fill("cost_a_year", list="; ".join(parts)) if parts else ""


def title(found: Findings) -> str:
    """The title of the page."""
    names = list(found.names.values())
    if len(names) == 1:
        return names[0]
    if len(names) <= 3:
        return " or ".join(names) + "?"
    return fill("many_plans", first=names[0], others=len(names) - 1)


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
        mean=points(difference.mean, signed=signed),
        **fields,
    )


def _alone(found: Findings) -> str:
    outcome = found.outcomes[0]
    last = outcome.shares[max(outcome.shares)]
    return fill(
        "alone",
        plan=found.names[outcome.name],
        middle=percent(last.middle),
        low=percent(last.low).removesuffix(" %"),
        high=percent(last.high).removesuffix(" %"),
        years=years_text(found.years),
        start=percent(outcome.start),
    )


def _contains(found: Findings) -> str:
    key = f"contains_{found.uncertainty}"
    return fill(key, level=percent(LEVEL), draws=found.draws, replicates=found.replicates)


def movers(found: Findings) -> list[str]:
    """The three assumptions that move the difference most, and whether the answer hinges on any."""
    if not len(found.movers):
        return []
    meaning = {
        str(name): str(text).split(";")[0]
        for name, text in zip(found.movers["parameter"], found.movers["meaning"])
    }
    names = list(meaning)
    clear = found.movers["clear"].head(TOP).astype(bool).any()
    listed = "; ".join(f"{meaning[name]} ({name})" for name in names[:TOP])
    said = [fill("movers" if clear else "movers_unclear", list=listed)]
    if found.hinges:
        said.append(fill("hinges", list="; ".join(meaning[name] for name in found.hinges[:TOP])))
    return said


def verdict(difference: Difference | None) -> str:
    """The verdict of a row of the table, in words."""
    return fill("verdict_base" if difference is None else f"verdict_{difference.verdict}")


def share_text(spread: Spread) -> str:
    """A share with its range: "34 % (26–43)"."""
    return f"{percent(spread.middle)} ({share_range(spread)})"


def share_range(spread: Spread) -> str:
    """The range of a share in per cent: "26–43"."""
    return "–".join(percent(end).removesuffix(" %") for end in (spread.low, spread.high))


def difference_text(difference: Difference | None) -> str:
    """A difference with its range: "+12 (+3 to +21)"."""
    if difference is None:
        return "–"
    return f"{points(difference.spread.middle, signed=True)} ({difference_range(difference.spread)})"


def difference_range(spread: Spread) -> str:
    """The range of a difference in points: "+3 to +21"."""
    return f"{points(spread.low, signed=True)} to {points(spread.high, signed=True)}"


def money_text(value: float, currency: str) -> str:
    """An amount of money: "1.20 million USD"."""
    return f"{amount(value)} {currency}".strip()
