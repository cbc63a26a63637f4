"""The plan as a board: each lever with what it takes, and how much of leaders' time the whole of it asks, month by month."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.desk.view import NOTES
from sim.engine.doses import doses, ramped
from sim.engine.stationary import SEED
from sim.organization.layers import usual_rule
from sim.organization.people import Organization
from sim.scenario import Scenario
from sim.scenario.resolved import Programme, Resolved, Seeding
from sim.scenario.schema import SeedForm
from sim.scenario.seats import in_words as whom_in_words
from sim.scenario.units import in_words
from sim.scenario.words import (
    effort,
    people_in_words,
    plan_in_words,
    total_effort,
    warnings,
)
from sim.theory.chance import keys
from sim.theory.channels import EXECUTIVE, MANAGER

Floats = npt.NDArray[np.float64]
_CUT: Final = 0.98  # of the dose asked for, below which it is said that less arrives
_LEADERS: Final = (("executives", EXECUTIVE), ("managers", MANAGER))


def board(scenario: Scenario, plan: Resolved) -> dict[str, Any]:
    """What the page's timeline shows: rows by lever, leaders' load by month, totals, warnings, the plan in words."""
    steps = np.arange(0, plan.steps, max(1, plan.steps_per_year // 12))
    in_effect = doses(plan, keys(SEED, 0)).dose
    used = [use for use in scenario.levers if use.dose != 0.0]
    total = total_effort(plan)
    hours = total.leader_hours + total.learner_hours + total.facilitator_hours
    loads = [_load(plan, in_effect, steps, name, level) for name, level in _LEADERS]
    capacity = float(plan.parameters["leader_hours"])
    careful = scenario.organization.imported
    return {
        "years": plan.years,
        "rows": [_row(item) for item in plan.programmes],
        "uses": [use.lever for use in used],
        "months": (steps * plan.dt).round(4).tolist(),
        "loads": [{**load, "heads": None if careful else load["heads"]} for load in loads if load["heads"]],
        "capacity": capacity,
        "totals": {
            "leader_hours": total.leader_hours, "learner_hours": total.learner_hours,
            "facilitator_hours": total.facilitator_hours, "cash": total.cash,
            "cost": total.cash + hours * plan.wage, "wage": plan.wage,
            "currency": str(plan.money.get("currency", "")),
        },
        "beforehand": [_beforehand(form, item, careful) for form, item in zip(scenario.seed, plan.seedings, strict=True)],
        "warnings": [*_overload(loads, capacity), *_cut(plan, in_effect), *warnings(plan)],
        "words": [] if careful else plan_in_words(plan),  # they count people by level
        "organization": described(plan.organization, careful=careful, home=scenario._folders.get("people_file")),
    }  # fmt: skip


def _beforehand(form: SeedForm, item: Seeding, careful: bool) -> str:
    """Who is won over before the first day; how many of real people it are is not counted."""
    who = whom_in_words(form.who)
    counted = form.who is not None and any(
        isinstance(part, int) for part in (form.who.most_central, form.who.brokers, form.who.random)
    )
    count = "" if careful or counted else f" ({len(item.seats)})"
    chance = "" if item.used == 1.0 else f" with chance {item.used:g}"
    last = "; they never lapse and never leave" if item.committed else ""
    return f"{who[0].upper()}{who[1:]}{count}: won over beforehand, they practise from the first day{chance}{last}"


def described(organization: Organization, *, careful: bool, home: Path | None = None) -> dict[str, Any]:
    """The organisation in a few words and numbers; nobody is counted by level where people are real.

    Args:
        home: where the files of an imported one are kept, which is not told.
    """
    staff = int(organization.staff.sum())
    return {
        "people": staff,
        "departments": len(organization.department_names),
        "tiers": int(organization.tier.max()) + 1,
        "who": "" if careful else people_in_words(np.arange(organization.n), organization),
        "report": _report(organization, home),
        "unmapped": [
            name for name in str(organization.report.found.get("unmapped_layers", "")).split(", ") if name
        ],
        "layers": _layers(organization),
        "imported": careful,
    }


def _report(organization: Organization, home: Path | None) -> list[str]:
    """The data report; warnings are those of the files as they came."""
    lines = [_for_the_page(line, home) for line in organization.report.lines()]
    try:
        kept = json.loads(((home or Path()) / NOTES).read_text("utf-8")) if home is not None else {}
    except (OSError, ValueError):
        kept = {}
    if kept.get("own"):
        lines = [line for line in lines if not line.startswith("warning: ")]
    lines = [line for line in lines if line not in kept.get("unsaid", [])]
    return [*lines, *(str(line) for line in kept.get("notes", []))]


def _for_the_page(line: str, home: Path | None) -> str:
    """A line of the data report without the place where files are kept, and as somebody at the page can act on it."""
    line = line.replace("; map them", "; say below what they mean")
    return line if home is None else line.replace(f"{home}{os.sep}", "")


def _layers(organization: Organization) -> list[dict[str, Any]]:
    """The layers of the ties file: what each is read as, "ignore" for those left out, and how many ties of it count."""
    found = organization.report.found
    rows = []
    for key, text in found.items():
        if key.startswith("ties_in_"):
            counts, target = str(text).rsplit(", read as ", 1)
            rows.append({"name": key.removeprefix("ties_in_"), "target": target, "counts": counts})
    left_out = [
        name for key in ("ignored_layers", "unmapped_layers") for name in str(found.get(key, "")).split(", ")
    ]
    rows += [{"name": name, "target": "ignore", "counts": ""} for name in left_out if name]
    for row in rows:
        usual = usual_rule(row["name"])
        row["influence"] = "both" if usual is None else usual.influence
    return rows


def _row(item: Programme) -> dict[str, Any]:
    took = effort(item)
    return {
        "lever": item.lever,
        "label": item.label,
        "dose": item.dose,
        "start": item.start,
        "ramp": item.ramp,
        "stop": None if math.isinf(item.stop) else item.stop,
        "leader_hours": took.leader_hours,
        "learner_hours": took.learner_hours,
        "facilitator_hours": took.facilitator_hours,
        "cash": took.cash,
    }


def _load(
    plan: Resolved, in_effect: Floats, steps: npt.NDArray[np.int64], name: str, level: int
) -> dict[str, Any]:
    """Hours a week asked of each leader of a level, by month; the mean over them."""
    organization = plan.organization
    asked = np.zeros((organization.n, len(steps)))
    for item, dose in zip(plan.programmes, in_effect, strict=True):
        asked[item.actors] += np.abs(dose[steps]) * item.leader_hours
    mine = asked[organization.level == level]
    heads = len(mine)
    return {
        "name": name,
        "heads": heads,
        "mean": mine.mean(axis=0).round(3).tolist() if heads else [],
    }


def _overload(loads: list[dict[str, Any]], capacity: float) -> list[str]:
    found = []
    for load in loads:
        over = [(k, hours) for k, hours in enumerate(load["mean"]) if hours > capacity + 1e-9]
        if over:
            most = max(hours for _, hours in over)
            found.append(
                f"Too much for {load['name']}: {most:.1f} hours a week are asked of each from {in_words(over[0][0] / 12)} "
                f"on, and {capacity:g} are there. What does not fit is not done, and overload tells on their own "
                "enthusiasm. Stagger the levers, lower a dose, or give it to others."
            )
    return found


def _cut(plan: Resolved, in_effect: Floats) -> list[str]:
    """Levers of which less arrives than is asked: facilitators short, a sponsor who tires, a barrier."""
    times: Floats = np.arange(plan.steps, dtype=np.float64) * plan.dt
    found = []
    for item, dose in zip(plan.programmes, in_effect, strict=True):
        wanted = np.abs(item.dose * ramped(times, start=item.start, ramp=item.ramp, stop=item.stop)).sum()
        share = float(np.abs(dose).sum() / wanted) if wanted > 0 else 1.0
        if share < _CUT:
            why = "facilitators are short" if item.facilitator_hours > 0 else "something befalls the plan"
            found.append(f"{item.label}: about {share:.0%} of what is planned arrives, because {why}.")
    return found
