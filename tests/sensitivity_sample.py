"""Made-up sensitivity analyses: known functions through the real designs and analyses, no simulation."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.experiments.design_table import Design
from sim.report.sensitivity_page import Studied
from sim.sensitivity.analyse import analyse
from sim.sensitivity.designs import make_design
from sim.sensitivity.factors import Factor
from sim.sensitivity.result import SensitivityResult

FACTORS = (
    Factor(
        "parameters.contagion", low=0.0, high=1.0, base=0.5, unit="–", grade="D", source="judgement",
        meaning="adoption hazard when all contacts practise, in units of the person's usual hazard",
    ),
    Factor(
        "parameters.do_weight", low=0.1, high=0.9, base=0.5, unit="log-odds", grade="D", source="judgement",
        meaning="what doing (leading by example) radiates",
    ),
    Factor("levers.L01.dose", low=0.0, high=2.0, base=1.0, label="Lead by example: dose", grade="D"),
    Factor("organization.people", "integer", 100, 400, base=200, unit="people", grade="D", meaning="number of staff"),
    Factor(
        "organization.governance", "categorical", levels=("none", "hr_officer", "learning_leader"), base="none",
        meaning="who owns learning",
    ),
)  # fmt: skip
OWNER = {"none": 0.0, "hr_officer": 0.05, "learning_leader": 0.1}


def outcome(design: Design, *, replicates: int, noise: float, late: float = 1.0) -> np.ndarray:
    """A share that contagion and example move together, with chance on top, shape (points, replicates)."""
    x = {path: column for path, column in zip(design.paths, design.values)}
    owner = np.array([OWNER[str(v)] for v in x["organization.governance"]])
    contagion, weight = (
        np.asarray(x["parameters.contagion"], float),
        np.asarray(x["parameters.do_weight"], float),
    )
    dose = np.asarray(x["levers.L01.dose"], float)
    mean = (
        0.1
        + late * (0.35 * contagion + 0.3 * (weight - 0.1) * dose / 2 * contagion)
        + 0.05 * dose
        + owner * late
    )
    rng = np.random.default_rng(7)
    return (
        mean[:, None]
        + rng.normal(0.0, noise, (1, replicates))
        + rng.normal(0.0, noise, (len(mean), replicates))
    )


@cache
def analysed(
    method: str = "sobol", samples: int | None = None, *, replicates: int = 4, noise: float = 0.05
) -> tuple[SensitivityResult, Design]:
    """Result and design of a method on the sample's factors."""
    design = make_design(FACTORS, method, samples, seed=3)
    ends = outcome(design, replicates=replicates, noise=noise)
    values = {"share_end": ends}
    if method in ("sobol", "morris", "fast"):
        for year in (0.5, 1.0, 2.0, 3.0):
            values[f"share_practising@{year:g}"] = outcome(
                design, replicates=replicates, noise=noise, late=year / 3
            )
    resamples = None if method in ("sobol", "morris", "tornado") else 20
    return analyse(design, values, horizon=3.0, seed=2, resamples=resamples), design


def studied(method: str = "sobol", samples: int | None = None, **options: float) -> Studied:
    """The page's input for a method."""
    result, design = analysed(method, samples, **options)
    return Studied(
        result=result,
        title="What the spread depends on",
        question="What does the outcome depend on?",
        values=dict(zip(design.paths, design.values)),
        scenarios={"peer_groups_first": "Peer groups first"},
        fingerprint="0a1b2c3d",
        seed=7,
        version="9.8.7",
        settings={"Seed": "7", "Replicates": "4"},
        command="ripple sensitivity peer_groups_first --method sobol --samples 128",
    )
