"""Patterns on the page: those that the defaults were fitted to, and those held out, each with its verdict.

Nothing here moves a default.  A pattern that an organisation cannot bear is "not applicable", with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

from sim.calibration.cases import REAL, REAL_SETS, Case, case, data_root, organization_forms
from sim.calibration.patterns import PATTERNS, run_patterns
from sim.calibration.rows import Row as Computed
from sim.calibration.rows import range_of
from sim.validation import held_out_spread, held_out_states, studies
from sim.validation.rows import INSIDE, NOT_APPLICABLE, OUTSIDE, REPORTED, Check, Row, not_run, number

INPUT = ("P9a", "P11")
PEOPLE, LARGE = 300, 1000
ON_ONE: Final = tuple(name for name in PATTERNS if name != "P11")
HeldOut = Callable[[Case, bool], Iterable[Computed]]
SOURCES = {
    "P1": "survey = steady state",
    "P3": "Centola et al. 2018 and theory: .10–.40",
    "P4": "diffusion of practices: an S in years",
    "P5a": "Saks & Belcourt 2006",
    "P9a": "measured on real organisations",
    "P10": "Seppälä et al. 2009; measured survival of ties",
    "P11": "measured on real organisations",
}


def role_of(pattern: str, organization: str = "") -> str:
    """Fitted, held-out or input check; nothing was fitted to a real organisation."""
    if pattern in INPUT:
        return "input check"
    return "fitted" if pattern in PATTERNS and organization not in REAL_SETS else "held-out"


def shown(row: Computed) -> Row:
    """A row of the calibration as a row of the page."""
    verdict = REPORTED if row.inside is None else INSIDE if row.inside else OUTSIDE
    verdict = verdict if row.applies else NOT_APPLICABLE
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
        role_of(row.pattern, row.organization),
    )


@lru_cache(maxsize=4)
def usual_case(people: int = PEOPLE) -> Case:
    """The generated organisation that held-out patterns are computed on."""
    forms = organization_forms((people,), ())
    name, form = next(iter(forms.items()))
    return case(name, form)


def structure(quick: bool) -> Iterator[Row]:
    """P11 on generated organisations."""
    sizes = (PEOPLE,) if quick else (PEOPLE, LARGE)
    yield from map(shown, run_patterns(patterns=("P11",), generated=sizes, real=(), quick=quick))


def on_generated(quick: bool, *, people: int) -> Iterator[Row]:
    """The fitted patterns, and the checks of inputs, on a generated organisation."""
    rows = run_patterns(patterns=ON_ONE, generated=(people,), real=(), quick=quick)
    yield from (_too_few(row) if quick else shown(row) for row in rows)


def on_real(quick: bool, *, name: str) -> Iterator[Row]:
    """The same on a real organisation, where its folder is there."""
    if data_root() is None:
        reason = "the folder of real organisations is not named (environment variable RIPPLE_DATA)"
        yield not_run(f"patterns on {name}", "theory", reason, heading="patterns")
    elif not organization_forms((), (name,), data=data_root()):
        yield not_run(f"patterns on {name}", "theory", "its folder is not there", heading="patterns")
    else:
        yield from map(shown, run_patterns(patterns=ON_ONE, generated=(), real=(name,), quick=quick))


def unfit(quick: bool) -> Iterator[Row]:
    """Sets that cannot bear any pattern, with the reason."""
    for name, one in REAL_SETS.items():
        reason = one.unfit
        if not reason and name not in REAL:
            reason = f"{one.people} people: one person is {1 / one.people:.3f} of the staff, one run's luck exceeds the ranges"
        if reason:
            yield Row(
                "patterns",
                f"all patterns, {name}",
                "–",
                "theory",
                "–",
                "–",
                NOT_APPLICABLE,
                reason,
                "held-out",
            )


def _too_few(row: Computed) -> Row:
    """A row of a quick run: the interval of P1 is then too wide for a verdict where only it leaves the range."""
    line = shown(row)
    if row.pattern == "P1" and row.inside is False and abs(row.value) <= row.high:
        return replace(line, verdict=REPORTED, detail="too few runs for a verdict; " + line.detail)
    return line


def _held(compute: HeldOut, quick: bool) -> Iterator[Row]:
    yield from map(shown, compute(usual_case(), quick))


CHECKS: Final = (
    Check("patterns", "P11 on generated organisations", structure),
    *(
        Check(
            "patterns",
            f"patterns on generated {people}",
            partial(on_generated, people=people),
            slow=people > PEOPLE,
            seconds=seconds,
        )
        for people, seconds in ((PEOPLE, 60.0), (LARGE, 200.0))
    ),
    *(
        Check(
            "patterns",
            f"patterns on {name}",
            partial(on_real, name=name),
            slow=True,
            seconds=max(0.15 * REAL_SETS[name].people, 5.0),
        )
        for name in REAL
    ),
    Check("patterns", "sets that cannot bear a pattern", unfit, slow=True),
    *(
        Check("patterns", f"{name} (held out)", partial(_held, compute), seconds=seconds)
        for name, compute, seconds in (
            ("P2", held_out_spread.programmes_end, 30.0),
            ("P5b", held_out_spread.more_than_its_parts, 20.0),
            ("P6", held_out_spread.pressure_spoils, 60.0),
            ("P7", held_out_spread.luck_at_the_tip, 30.0),
            ("P8", studies.studies, 60.0),
            ("P9b", held_out_states.clusters_of_change, 20.0),
            ("P12", held_out_spread.ceiling, 60.0),
        )
    ),
)
