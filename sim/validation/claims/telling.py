"""The verdicts as a document: a table of all, then a section a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.parameters import REGISTER
from sim.validation.claims.check import held
from sim.validation.claims.claim import Claim
from sim.validation.claims.trial import Outcome, Trial
from sim.validation.rows import number

BEGIN: Final = "<!-- generated: verdicts -->"
END: Final = "<!-- end -->"
KINDS: Final = {
    "main": "the model as it is",
    "variant": "other structure",
    "null": "null twin",
    "region": "where it should hold",
}


def document(text: str, claims: Sequence[Claim], made: Trial, *, figures: str = "figures/claims") -> str:
    """A page with its generated part made anew.

    Args:
        text: the page, with the marks `BEGIN` and `END`.
        figures: folder of the figures, relative to the page; "" for none.

    Raises:
        ValueError: the marks are not there.
    """
    if BEGIN not in text or END not in text:
        raise ValueError(
            f"the page has no place for the verdicts; write {BEGIN} and {END} on lines of their own"
        )
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{verdicts(claims, made, figures=figures)}\n{END}{after}"


def verdicts(claims: Sequence[Claim], made: Trial, *, figures: str = "") -> str:
    """All verdicts as Markdown: how they were made, a table, a section a claim."""
    quick = " **A quick run: few draws, no other structures; its verdicts are for trying the machinery.**"
    lines = [
        f"Ripple {made.version}, seed {made.seed}, {made.effort} run of {made.runs:,} runs; {len(made.drawn)} draws "
        f"from {made.source}.{quick if made.effort == 'quick' else ''}",
        "",
        "| claim | verdict | the model as it is | null twin |",
        "|---|---|---|---|",
    ]
    for claim in claims:
        outcome = made.of(claim.id)
        main = next(one for one in outcome.found if one.kind == "main")
        null = next((one for one in outcome.found if one.kind == "null"), None)
        reached = "–" if null is None else f"holds in {_of(null.share, len(null.known))}"
        lines.append(f"| {claim.id} {claim.title} | {_verdict(outcome)} | {held(main)} | {reached} |")
    for claim in claims:
        lines += ["", *section(claim, made.of(claim.id), figures=figures)]
    return "\n".join(lines)


def section(claim: Claim, outcome: Outcome, *, figures: str = "") -> list[str]:
    """One claim as lines of Markdown."""
    lines = [
        f"### {claim.id} {claim.title}: {_verdict(outcome)}",
        "",
        f"> {claim.quote}",
        f"> ({claim.source}{', ' + ', '.join(claim.rows) if claim.rows else ''})",
        "",
        f"*{claim.question}* {claim.criterion}",
        "",
    ]
    if claim.assumed:
        lines += [f"Assumed, not found: {claim.assumed}.", ""]
    if outcome.problem:
        lines += [f"No verdict: {outcome.problem}", ""]
    if figures:
        lines += [f"![{claim.id} {claim.title}]({figures}/{claim.id}.svg)", ""]
    lines += [f"| contrast ({claim.unit}) | mean over draws |", "|---|--:|"]
    lines += [f"| {says} | {number(value)} |" for says, value in outcome.means.items()]
    lines += [
        "",
        "| world | what is different | holds in | median of the smallest contrast |",
        "|---|---|--:|--:|",
    ]
    for one in outcome.found:
        middle = float(f"{np.median(one.known):.3g}") if len(one.known) else float("nan")
        lines.append(
            f"| {KINDS[one.kind]} | {one.says} | {_of(one.share, len(one.known))} | {number(middle)} |"
        )
    judgement = outcome.judgement
    if judgement is not None and judgement.why:
        lines += ["", f"{judgement.why}."]
    if judgement is not None and judgement.hinge is not None:
        meaning = REGISTER[judgement.hinge.parameter].meaning
        lines += ["", f"`{judgement.hinge.parameter}` is: {meaning}."]
    if claim.remark:
        lines += ["", claim.remark]
    return lines


def _verdict(outcome: Outcome) -> str:
    return "**no verdict**" if outcome.judgement is None else f"**{outcome.judgement.words}**"


def _of(share: float, count: int) -> str:
    return f"{round(share * count) if count else 0} of {count}"
