"""Claims whose truth is planted: a measure that needs no simulation, and a claim file in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.validation.claims.claim import Claim, read_claim
from sim.validation.claims.worlds import Effort

TINY = Effort(40, 2, 0, 1, 8, 1, "default", True, "full")


def planted(point: Mapping[str, Any], *, seed: int, replicate: int) -> dict[str, float]:
    """`always` is .2, `never` −.2, `mixed` rises with push, all without contagion nil; a little noise."""
    noise = 0.01 * float(np.random.default_rng([seed, replicate]).normal())
    there = 1.0 if point["parameters.contagion"] > 0.0 else 0.0
    push = float(point["parameters.push"])
    return {"always": 0.2 * there + noise, "never": -0.2 + noise, "mixed": there * (push - 1.2) + noise}


def content(**changes: Any) -> dict[str, Any]:
    """A whole claim as its file would say it."""
    made: dict[str, Any] = {
        "title": "A planted claim",
        "question": "Is it so?",
        "quote": "it is so",
        "source": "a test",
        "criterion": "It is more than .05.",
        "margin": 0.05,
        "measure": "claims_lab:planted",
        "contrasts": [{"says": "what is planted", "sum": "run:always"}],
        "null": {"says": "no contagion", "parameters": {"contagion": 0.0}},
    }
    return made | changes


def claim(output: str = "always", *, name: str = "t01_planted", **changes: Any) -> Claim:
    """A claim about one planted output."""
    contrasts = [{"says": "what is planted", "sum": f"run:{output}"}]
    return read_claim(content(contrasts=contrasts, **changes), name)
