"""Briefs of made-up tables: numbers that are easy to check, no simulation."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from report_sample import facts, tables

from sim.report.brief_gather import Material
from sim.report.facts import Facts
from sim.report.findings import Bar

LEVERS = ("L01", "L09")
FUTURES = (
    ("as_planned", "all goes as planned", 0.2),
    ("sponsor_changes_mind", "the sponsor changes mind", 0.09),
    ("budget_freeze", "the budget is frozen", 0.18),
    ("priorities_shift", "priorities shift", 0.12),
    ("sponsor_changes_mind+priorities_shift", "the sponsor changes mind and priorities shift", 0.04),
)
# Usual level of each; those that are higher move more.
INDICATORS = dict(enthusiasm=0.5, safety=0.4, mindset=0.3, sharing=0.25, skill=0.2, stage_trying=0.1)


def timeline(levers: tuple[str, ...] = LEVERS) -> list[dict[str, Any]]:
    """Rows of `plan.json` for the bars of `plan_facts`."""
    return [
        {
            "what": "lever", "id": lever, "label": bar.label, "dose": bar.dose, "start": bar.start, "ramp": bar.ramp,
            "stop": None if math.isinf(bar.stop) else bar.stop,
        }
        for lever, bar in zip(levers, plan_facts(levers).bars, strict=True)
    ]  # fmt: skip


def plan_facts(levers: tuple[str, ...] = LEVERS) -> Facts:
    """A plan with a lever that stops and one that starts later."""
    bars = [
        Bar(f"Programme {chr(97 + k)}", "8 executives", 0.0, 0.25, 2.0, 1.0, 12.0) for k in range(len(levers))
    ]
    bars[-1] = replace(bars[-1], start=0.5, stop=math.inf)
    return replace(facts("plan_b", "A plan"), bars=tuple(bars), warnings=("Managers give 12 hours a week.",))


def material(
    gain: float = 0.2,
    *,
    levers: tuple[str, ...] = LEVERS,
    kinds: tuple[str, ...] = ("assumptions",),
    **options: Any,
) -> Material:
    """A plan that ends `gain` above my baseline, with leading indicators that move with it."""
    runs, series = tables(["plan_a", "plan_b", "default"], gains=(0.0, gain, -0.05), kinds=kinds, runs=16)
    runs["facilitator_hours"], runs["learner_hours"] = runs["leader_hours"] / 4, runs["leader_hours"] * 2
    indicators = {
        name: level + 0.4 * level * series["share_practising"] + 0.002 * series["replicate"]
        for name, level in INDICATORS.items()
    }
    series = series.assign(headcount=100.0, **indicators)
    other = {
        name: table[table["scenario"] == "default"].assign(scenario="default_baseline")
        for name, table in (("runs", runs), ("series", series))
    }
    keep = runs["scenario"] != "default"
    settings: dict[str, Any] = {
        "plan": plan_facts(levers), "mine": facts("plan_a", usual=True), "levers": timeline(levers),
        "runs": runs[keep], "series": series[series["scenario"] != "default"], "seed": 7, "version": "9.8.7",
        "equations": "feed", "experiment": "0a1b2c3d", "organisation_hash": "beef",
        "default": (other["runs"], other["series"]),
        "futures": [(n, t, (x * np.linspace(0.8, 1.2, 9)).tolist()) for n, t, x in FUTURES],
    }  # fmt: skip
    return Material(**{**settings, **options})


def doubled(made: Material) -> Material:
    """The same material with every stored value twice as large."""
    return replace(
        made,
        plan=_facts(made.plan),
        mine=_facts(made.mine),
        levers=[
            {**row, **{k: None if row[k] is None else 2 * row[k] for k in ("start", "ramp", "stop", "dose")}}
            for row in made.levers
        ],
        runs=_table(made.runs),
        series=_table(made.series),
        default=None if made.default is None else (_table(made.default[0]), _table(made.default[1])),
        futures=[(name, title, [2 * x for x in gains]) for name, title, gains in made.futures],
    )


def _facts(made: Facts) -> Facts:
    bars = tuple(
        replace(
            bar,
            start=2 * bar.start,
            ramp=2 * bar.ramp,
            stop=2 * bar.stop,
            dose=2 * bar.dose,
            hours=2 * bar.hours,
            who=bar.who.replace("8", "16"),
        )
        for bar in made.bars
    )
    warnings = tuple(text.replace("12", "24") for text in made.warnings)
    return replace(
        made, people=2 * made.people, years=2 * made.years, wage=2 * made.wage, bars=bars, warnings=warnings
    )


def _table(table: pd.DataFrame) -> pd.DataFrame:
    keys = ("draw", "replicate")
    numbers = [
        name
        for name in table.columns
        if name not in keys and not name.startswith("p.") and table[name].dtype.kind == "f"
    ]
    return table.assign(**{name: 2 * table[name] for name in numbers})
