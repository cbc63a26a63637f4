"""The fitted and input patterns, by one call: P1, P3, P4, P5a, P9a, P10 and P11 beside their ranges.

The held-out patterns are not here on purpose: nobody should see them while fitting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sim._version import __version__
from sim.calibration.bundle import sustained
from sim.calibration.cases import (
    GENERATED,
    LARGE_ENOUGH,
    REAL,
    REAL_SETS,
    SEED,
    THREADS,
    Case,
    case,
    data_root,
    organization_forms,
)
from sim.calibration.likeness import likeness, steadiness
from sim.calibration.rows import Row, cannot, write
from sim.calibration.shape import shape
from sim.calibration.stationarity import stationarity
from sim.calibration.tipping import critical_mass
from sim.calibration.training import training_only

PATTERNS: Final = ("P1", "P3", "P4", "P5a", "P9a", "P10", "P11")


@dataclass(frozen=True, slots=True)
class Effort:
    """Replicates by pattern: `usual` P1, `tipping` P3 (a share), `bundle` P4, `training` P5a, `likeness` P9a and P10."""

    usual: int = 200
    tipping: int = 60
    bundle: int = 40
    training: int = 100
    likeness: int = 40
    shape: int = 10
    reach: bool = (
        True  # c* at 3 and 10 years, clustered and top-down, where there are at most `_REACH` people
    )


_REACH: Final = 500
FULL: Final = Effort()
REAL_EFFORT: Final = Effort(tipping=40, bundle=24, training=60, likeness=20, reach=False)
QUICK: Final = Effort(usual=40, tipping=16, bundle=12, training=24, likeness=8, shape=3, reach=False)


def run_patterns(
    *,
    patterns: Sequence[str] = PATTERNS,
    generated: Sequence[int] = GENERATED,
    real: Sequence[str] = REAL,
    data: Path | None = None,
    parameters: Mapping[str, float] | None = None,
    quick: bool = False,
    threads: int = THREADS,
    out: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Row]:
    """Compute patterns and hold them against their ranges.

    P1 is computed on every organisation; P3, P4, P5a, P9a and P10 on the generated ones and on real ones of 100 people and
    more; P11 on generated ones.  What an organisation cannot bear is a row that says why.

    Args:
        patterns: which of `PATTERNS`.
        generated: sizes of generated organisations; real: names of folders of real ones under `data`.
        data: folder of real organisations; the environment variable RIPPLE_DATA where not given.
        parameters: other than the defaults.
        quick: fewer replicates: fine for a look, too few for a verdict on P1.
        out: folder for `patterns.json` and `patterns.md`.
        progress: called with a line when something begins.

    Raises:
        ValueError: an unknown pattern, with the known ones named.
    """
    unknown = [name for name in patterns if name not in PATTERNS]
    if unknown:
        raise ValueError(f"no pattern is called {', '.join(unknown)}; there are {', '.join(PATTERNS)}")
    effort = QUICK if quick else FULL
    say = progress or (lambda line: None)
    rows: list[Row] = []
    if "P11" in patterns:
        for people in generated:
            say(f"P11 on generated organisations of {people}")
            rows += shape(people, seeds=effort.shape)
    if set(patterns) - {"P11"}:
        for name, form in organization_forms(generated, real, data=data or data_root()).items():
            say(f"business as usual of {name}")
            one = case(name, form, parameters=parameters, threads=threads)
            for pattern, compute in _of(one, effort, threads).items():
                if pattern in patterns:
                    say(f"{pattern} on {name}")
                    rows += compute()
    order = {name: place for place, name in enumerate(PATTERNS)}
    rows.sort(key=lambda row: order[row.pattern])
    if out is not None:
        about = {"version": __version__, "seed": SEED, "quick": quick, "parameters": dict(parameters or {})}
        write(rows, out, about=about)
    return rows


def _of(one: Case, effort: Effort, threads: int) -> dict[str, Callable[[], list[Row]]]:
    """The patterns that an organisation is held against."""
    if not one.generated:
        effort = replace(effort, reach=False) if effort is QUICK else REAL_EFFORT
    reach = effort.reach and one.usual.organization.n <= _REACH
    todo: dict[str, Callable[[], list[Row]]] = {
        "P1": lambda: stationarity(one, count=effort.usual, threads=threads),
        "P3": lambda: critical_mass(one, count=effort.tipping, reach=reach, threads=threads),
        "P4": lambda: sustained(one, count=effort.bundle, threads=threads),
        "P5a": lambda: training_only(one, count=effort.training, threads=threads),
        "P9a": lambda: likeness(one, count=effort.likeness, threads=threads),
        "P10": lambda: steadiness(one, count=effort.likeness, threads=threads),
    }
    for pattern, reason in reasons_against(one).items():
        todo[pattern] = lambda pattern=pattern, reason=reason: [cannot(pattern, one.name, reason)]  # type: ignore[misc]
    return todo


def reasons_against(one: Case) -> dict[str, str]:
    """By pattern: why a real organisation cannot bear it; empty for generated ones and sets that are not known."""
    people, known = one.usual.organization.n, REAL_SETS.get(one.name)
    if one.generated or known is None:
        return {}
    if people < LARGE_ENOUGH:
        reason = f"{people} people: one person is {1 / people:.3f} of the staff, and one run's luck exceeds the ranges"
        return dict.fromkeys(("P3", "P4", "P5a", "P9a", "P10"), reason)
    found: dict[str, str] = {}
    if not known.lines:
        found |= dict.fromkeys(
            ("P4", "P9a"), "nobody knows who reports to whom: its leaders would be invented"
        )
    if not known.ties:
        found["P9a"] = (
            "nobody knows who talks to whom: its contacts would be the generator's, which P9a checks already"
        )
    return found
