"""P11: generated organisations look like measured ones."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.calibration.rows import Row, judged
from sim.organization.generate import GeneratorSpec, generate
from sim.organization.measures import structure

RANGES: Final = {
    "manager_share": ("share of managers", 0.17, 0.25),
    "span_median": ("median span of control", 4.0, 6.0),
    "span_mean": ("mean span of control", 4.0, 5.9),
    "clustering": ("clustering", 0.30, 0.77),
    "reciprocity": ("reciprocity of informal ties", 0.33, 0.82),
    "inside_unit": ("informal ties inside the unit", 0.27, 0.85),
    "inside_unit_ratio": ("… relative to chance", 2.0, 10.0),
    "advice_seniority": ("advice in-degree with seniority", 0.2, 0.7),
}


def shape(people: int, *, seeds: int = 10) -> list[Row]:
    """P11: means over `seeds` generated organisations of the default specification, with their smallest and largest."""
    found = [structure(generate(GeneratorSpec(people=people), seed=seed)) for seed in range(1, seeds + 1)]
    rows = []
    for name, (words, low, high) in RANGES.items():
        values = np.array([one[name] for one in found])
        detail = f"{seeds} seeds: {values.min():.3f} to {values.max():.3f}"
        rows.append(judged("P11", f"generated {people}", words, float(values.mean()), low, high, detail))
    return rows
