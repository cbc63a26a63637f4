"""The claims as rows of the page of trust, and where their full results are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from sim.experiments.files import write_json
from sim.validation.claims.claim import Claim, load_claims
from sim.validation.claims.trial import Outcome, Told, Trial, as_data, from_data, trial
from sim.validation.claims.verdict import Found
from sim.validation.rows import FAIL, Check, Row, number

FILE: Final = "claims.json"


def check(folder: Path | None = None) -> Check:
    """The check of heading 4.

    Args:
        folder: where runs and results are kept, so that an interrupted trial goes on; nowhere if left out.
    """
    return Check("claims", "claims on trial", partial(compute, folder))


def compute(folder: Path | None, quick: bool) -> Iterator[Row]:
    """Try all shipped claims and say what came out, a row a claim."""
    claims = load_claims()
    made = try_and_keep(claims, folder, quick=quick)
    yield from rows(claims, made)


def try_and_keep(
    claims: Sequence[Claim],
    folder: Path | None,
    *,
    quick: bool,
    told: Told | None = None,
    workers: int | None = None,
) -> Trial:
    """`trial`, its runs in `FOLDER/runs-EFFORT` and its result in `FOLDER/claims.json` where a folder is given.

    Raises:
        OSError: the folder cannot be written to.
    """
    out = None if folder is None else folder / f"runs-{'quick' if quick else 'full'}"
    made = trial(claims, quick=quick, out=out, told=told, workers=workers)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / FILE, as_data(made))
    return made


def read(path: Path) -> Trial:
    """A kept trial.

    Raises:
        ValueError: the file is not one.
    """
    try:
        return from_data(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ValueError(
            f"{path}: cannot be read as a trial of claims ({problem}); make it with ripple claims"
        ) from None


def rows(claims: Sequence[Claim], made: Trial) -> list[Row]:
    """A row a claim, in the order of the page."""
    return [_row(claim, made.of(claim.id), made.effort) for claim in claims]


def _row(claim: Claim, outcome: Outcome, effort: str) -> Row:
    main = next(one for one in outcome.found if one.kind == "main")
    verdict = FAIL if outcome.judgement is None else outcome.judgement.words
    if effort == "quick" and verdict != FAIL:
        verdict = f"quick: {verdict}"
    return Row(
        "claims",
        f"{claim.id} {claim.title}",
        claim.criterion,
        f"{claim.source}: “{claim.quote}”",
        held(main),
        f"more than {number(claim.margin)} {claim.unit}" if claim.margin else "more than 0",
        verdict,
        detail(claim, outcome),
    )


def held(found: Found) -> str:
    """In how many draws a claim holds, with its interval."""
    low, high = found.interval
    hits = round(found.share * len(found.known)) if len(found.known) else 0
    return f"holds in {hits} of {len(found.known)} draws (95 %: {low:.2f}–{high:.2f})"


def detail(claim: Claim, outcome: Outcome) -> str:
    """Contrasts, other structures and the null twin in a sentence each."""
    parts = [outcome.problem] if outcome.problem else []
    if claim.assumed:
        parts.append(f"assumed: {claim.assumed}")
    if outcome.judgement is not None and outcome.judgement.why:
        parts.append(outcome.judgement.why)
    parts += [f"{says}: {number(value)} on average" for says, value in _tightest(outcome, 3)]
    others = [f"{one.name} {_share(one)}" for one in outcome.found if one.kind == "variant"]
    if others:
        parts.append("other structures: " + ", ".join(others))
    parts += [
        f"{word} ({one.says}): {_share(one)}"
        for kind, word in (("null", "null twin"), ("region", "where it should hold"))
        for one in outcome.found
        if one.kind == kind
    ]
    return "; ".join(parts)


def _tightest(outcome: Outcome, most: int) -> list[tuple[str, float]]:
    """The contrasts nearest to failing, smallest first."""
    return sorted(outcome.means.items(), key=lambda item: item[1])[:most]


def _share(found: Found) -> str:
    hits = round(found.share * len(found.known)) if len(found.known) else 0
    return f"{hits}/{len(found.known)}"
