"""Patterns on the page: those that the defaults were fitted to, and those held out, each with its verdict.

Nothing here moves a default.  A pattern that an organisation cannot bear is "not applicable", with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sim.calibration.cases import Case, case, data_root, organization_forms
from sim.calibration.patterns import PATTERNS, run_patterns
from sim.calibration.rows import Row as Computed
from sim.calibration.rows import range_of
from sim.validation import held_out_spread, held_out_states
from sim.validation.rows import INSIDE, NOT_APPLICABLE, OUTSIDE, REPORTED, Row, number

INPUT = ("P9a", "P11")
PEOPLE = 300
_SMALL = 100  # people below whom a committed share cannot be set finely enough
SOURCES = {
    "P1": "survey = steady state",
    "P3": "Centola et al. 2018 and theory: .10–.40",
    "P4": "diffusion of practices: an S in years",
    "P5a": "Saks & Belcourt 2006",
    "P9a": "measured on real organisations",
    "P10": "Seppälä et al. 2009; measured survival of ties",
    "P11": "measured on real organisations",
}


def role_of(pattern: str) -> str:
    """Fitted, held-out or input check."""
    return "input check" if pattern in INPUT else "fitted" if pattern in PATTERNS else "held-out"


def shown(row: Computed) -> Row:
    """A row of the calibration as a row of the page."""
    verdict = REPORTED if row.inside is None else INSIDE if row.inside else OUTSIDE
    what = f"{row.pattern} {row.quantity}, {row.organization}"
    source = SOURCES.get(row.pattern, "theory")
    return Row(
        "patterns",
        what,
        range_of(row),
        source,
        number(row.value),
        "range",
        verdict,
        row.detail,
        role_of(row.pattern),
    )


@lru_cache(maxsize=4)
def usual_case(people: int = PEOPLE) -> Case:
    """The generated organisation that held-out patterns are computed on."""
    forms = organization_forms((people,), ())
    name, form = next(iter(forms.items()))
    return case(name, form)


def fitted(quick: bool) -> Iterator[Row]:
    """The patterns that the defaults were fitted to, and the checks of inputs."""
    data = None if quick else data_root()
    rows = run_patterns(generated=(PEOPLE,) if quick else (PEOPLE, 1000), data=data, quick=quick)
    for row in rows:
        line = shown(row)
        if quick and row.pattern == "P1" and row.inside is False and abs(row.value) <= row.high:
            few = "too few runs for a verdict; " + row.detail
            line = Row(
                "patterns",
                line.what,
                line.expected,
                line.source,
                line.ours,
                line.tolerance,
                REPORTED,
                few,
                "fitted",
            )
        yield line
    if data is None:
        reason = "the folder of real organisations is not named (environment variable RIPPLE_DATA)"
        reason = "left out of a quick run" if quick else reason
        yield _not_applicable("P1, P3, P4 on real organisations", reason, "fitted")
        return
    for name, form in organization_forms((), data=data).items():
        people = case(name, form).usual.organization.n
        if people < _SMALL:
            step = f"{people} people: one person is {1 / people:.3f} of the staff, and one run's luck exceeds the ranges"
            yield _not_applicable(f"P3, P4, P5a, P9a, P10, P12 on {name}", step, "fitted and held-out")


def _not_applicable(what: str, reason: str, role: str) -> Row:
    return Row("patterns", what, "–", "theory", "–", "–", NOT_APPLICABLE, reason, role)


def held_out(quick: bool) -> Iterator[Row]:
    """The patterns that nobody looked at while fitting."""
    one = usual_case()
    for compute in (
        held_out_spread.programmes_end,
        held_out_spread.more_than_its_parts,
        held_out_spread.pressure_spoils,
        held_out_spread.luck_at_the_tip,
        held_out_states.studies,
        held_out_states.clusters_of_change,
        held_out_spread.ceiling,
    ):
        for row in compute(one, quick):
            yield shown(row)
