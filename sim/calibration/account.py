"""What a calibration found, as Markdown: written beside the bank, and into `docs/calibration.md`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.calibration.bank import NAMES, to_values
from sim.calibration.calibrate import Calibration
from sim.calibration.matching import CUT, TARGETS, Target
from sim.calibration.outcomes import OUTCOMES, PEOPLE, RUNS
from sim.calibration.recovery import COVERED, SHRUNK
from sim.parameters import REGISTER

Floats = npt.NDArray[np.float64]
WORDS: Final = {
    "drift": "drift of the share at business as usual, 5 years",
    "critical": "c*, committed share that tips by year 5",
    "near_at_half": "runs within .05 of usual at c*/2",
    "steepest": "steepest point of the bundle, years",
    "rise": "10 to 90 % of the bundle's gain, years",
    "convex": "swept runs convex at first",
    "using_0": "trained who use it at once",
    "using_6": "… after 6 months",
    "using_12": "… after 12 months",
    "rank_order": "rank order of enthusiasm over 3 years",
    "ties_kept": "informal ties that survive a year",
}
BEGIN, END = "<!-- made by ripple calibrate -->", "<!-- end -->"
_SHOWN: Final = 0.25  # shrinkage from which a parameter of the sample is listed


def markdown(found: Calibration) -> str:
    """The account: waves, recovery, fit, the defaults, the sample."""
    parts = [_waves(found), _recovery(found), _fit(found), _sample(found)]
    return "\n".join(parts)


def into_document(account: str, document: Path) -> None:
    """Put an account between the marks of a document.

    Raises:
        ValueError: the document has no such marks.
    """
    text = document.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document}: put {BEGIN} and {END} where the account goes")
    document.write_text(f"{before}{BEGIN}\n\n{account}\n{END}{after}", "utf-8")


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _waves(found: Calibration) -> str:
    drawn = ("from the whole prior; truths of the recovery", "between the prior and the defaults")
    rows = []
    for wave in found.waves:
        words = (
            drawn[wave.number - 1]
            if wave.number <= 2
            else f"from the {wave.left:.1%} of the prior not ruled out"
        )
        rows.append([str(wave.number), str(wave.points), words, f"{wave.kept} of {wave.points}"])
    text = (
        f"{len(found.bank)} points, each {len(NAMES)} parameters over their ranges, on a generated organisation of {PEOPLE}, "
        f"{RUNS} runs a quantity.\n\n"
    )
    return (
        "### Waves\n\n" + text + _table(["wave", "points", "drawn", "not implausible when simulated"], rows)
    )


def _recovery(found: Calibration) -> str:
    known = [one for one in found.recovered if one.identified]
    truths = found.recovered[0].truths if found.recovered else 0
    rows = [[f"`{one.name}`", f"{one.coverage:.2f}", f"{one.shrinkage:.2f}"] for one in known]
    coverage = float(np.mean([one.coverage for one in found.recovered])) if found.recovered else float("nan")
    text = (
        f"{truths} worlds of the prior took turns as the truth; their outcomes, as blurred as the real ones, were all that was "
        f"known. Over all parameters the middle nine tenths of the weight held the truth in {coverage:.0%} of cases. "
        f"Identified (coverage at least {COVERED:.0%}, interval shrunk by {SHRUNK:.0%} or more): "
        f"{len(known)} of {len(found.recovered)}. "
    )
    rest = [one.name for one in found.recovered if not one.identified][:8]
    text += (
        "The nearest of those that are **not identified**: "
        + ", ".join(f"`{name}`" for name in rest)
        + ".\n\n"
    )
    return "### Recovery\n\n" + text + (_table(["parameter", "coverage", "shrinkage"], rows) if rows else "")


def _range(target: Target) -> str:
    if not np.isfinite(target.high):
        return f"≥ {target.low:g}"
    return f"{target.low:g} to {target.high:g}"


def _band(values: Floats) -> str:
    values = values[np.isfinite(values)]
    if not len(values):
        return "–"
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _fit(found: Calibration) -> str:
    first = found.bank.wave == 1
    rows = []
    for column, name in enumerate(OUTCOMES):
        target = TARGETS[name]
        rows.append(
            [
                target.pattern, WORDS[name], _range(target), _band(found.bank.found[first, column]),
                _band(found.sample_found[:, column]), f"{found.defaults_found[column]:.2f}", f"{found.defaults[column]:.1f}",
                f"{found.emulators[name].explained:.2f}",
            ]
        )  # fmt: skip
    worst = int(np.argmax(found.defaults))
    text = (
        f"Medians and middle nine tenths. The register's defaults are what is run unless somebody says otherwise; their "
        f"implausibility is {found.defaults[worst]:.1f} at worst ({WORDS[OUTCOMES[worst]]}), where {CUT:g} rules out.\n\n"
    )
    head = [
        "pattern",
        "quantity",
        "range",
        "prior",
        "sample",
        "defaults",
        "implausibility of the defaults",
        "emulator explains",
    ]
    return "### What was fitted\n\n" + text + _table(head, rows)


def _sample(found: Calibration) -> str:
    low, high = (
        np.quantile(found.sample, (0.05, 0.95), axis=0) if len(found.sample) else np.zeros((2, len(NAMES)))
    )
    shrunk = 1.0 - (high - low) / 0.9
    order = [k for k in np.argsort(-shrunk) if shrunk[k] >= _SHOWN][:20]
    values = to_values(np.stack([low, np.median(found.sample, axis=0), high])) if len(found.sample) else {}
    rows = []
    for k in order:
        name = NAMES[k]
        a, b, c = values[name]
        entry = REGISTER[name]
        rows.append(
            [
                f"`{name}`",
                f"{entry.low:g} to {entry.high:g}",
                f"{entry.default:g}",
                f"{b:.3g} ({a:.3g} to {c:.3g})",
            ]
        )
    text = (
        f"{len(found.sample)} points of the later waves whose simulated outcomes are all within {CUT:g}. Listed is what is "
        f"narrower than its range by {_SHOWN:.0%} or more; with few points some narrow by chance. Single values mean little: the "
        "sample is to be used as whole points.\n\n"
    )
    return "### The sample\n\n" + text + _table(["parameter", "range", "default", "sample"], rows)
