"""How much each assumption matters: colours for `data/impact.csv` from a finished sensitivity study.

The effect of a parameter is its root mean square elementary effect (Morris' `mu_rms`, chance taken out) on an outcome: how
far, in points of a share, the outcome moves when the parameter goes over its range, the others lying anywhere.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from sim.parameters import REGISTER
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.result import SensitivityResult

COMMAND: Final = "ripple sensitivity --study impact"
OUTPUTS: Final = {"share_end": "share", "skill_end": "skill"}
RED, AMBER = 0.10, 0.03  # ten points and three points of a share


def colour(effect: float) -> str:
    """Red from ten points, amber from three, green below."""
    return "red" if effect >= RED else "amber" if effect >= AMBER else "green"


def impact_table(results: Path) -> str:
    """The text of `impact.csv` from the results folder of a study: parameter, impact, share, skill, measured_by.

    Raises:
        ValueError: the folder holds no Morris screening of the two outcomes.
    """
    folder = results / "sensitivity" if (results / "sensitivity").is_dir() else results
    try:
        found = SensitivityResult.load(folder)
        effects = {name: found.index("mu_rms", output) for output, name in OUTPUTS.items()}
    except (SensitivityError, OSError) as problem:
        raise ValueError(f"{results}: {problem}; make it with: {COMMAND} --out DIR") from None
    sizes: dict[str, dict[str, float]] = {}
    for name, table in effects.items():
        for factor, value in zip(table["factor"], table["value"], strict=True):
            sizes.setdefault(str(factor).removeprefix("parameters."), {})[name] = max(float(value), 0.0)
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["parameter", "impact", *OUTPUTS.values(), "measured_by"])
    for parameter in sorted(sizes, key=lambda one: (-max(sizes[one].values()), one)):
        if parameter in REGISTER:
            size = sizes[parameter]
            numbers = [f"{size[name]:.3f}" for name in OUTPUTS.values()]
            rows.writerow([parameter, colour(max(size.values())), *numbers, COMMAND])
    return text.getvalue()
