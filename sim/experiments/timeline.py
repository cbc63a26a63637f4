"""What the page says about a scenario without needing its files again: titles, dates, prices."""

from __future__ import annotations

import math
from typing import Any

from sim.scenario.resolved import Resolved
from sim.scenario.words import total_effort


def described(resolved: Resolved) -> dict[str, Any]:
    """A scenario for people: title, question, horizon, timeline, money; no number of people below the whole.

    Times are years from the start; `stop` is None for never.  Leader hours asked are those of the plan over its horizon;
    leaders give fewer.
    """
    return {
        "name": resolved.name,
        "title": resolved.title,
        "question": resolved.question,
        "organisation": resolved.organization.name,
        "leader_hours_asked": total_effort(resolved).leader_hours,
        "people": int(resolved.organization.staff.sum()),
        "years": resolved.years,
        "steps_per_year": resolved.steps_per_year,
        "money": {**resolved.money, "wage": resolved.wage},
        "timeline": [
            {
                "what": "lever", "id": item.lever, "label": item.label, "dose": item.dose, "start": item.start,
                "ramp": item.ramp, "stop": _end(item.stop),
            }
            for item in resolved.programmes
        ]
        + [
            {
                "what": "shock", "id": item.name, "label": item.name.replace("_", " "), "dose": 1.0,
                "start": item.start, "ramp": 0.0, "stop": _end(item.stop),
            }
            for item in resolved.disturbances
        ],
    }  # fmt: skip


def _end(stop: float) -> float | None:
    return stop if math.isfinite(stop) else None
