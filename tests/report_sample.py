"""A made-up experiment as its tables: numbers that are easy to check, no simulation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.experiments.schema import OUTCOMES
from sim.experiments.worth import RESULTS
from sim.report.facts import Facts
from sim.report.findings import Bar, Findings
from sim.report.gather import gather
from sim.theory.channels import LIT_BY

DRAWN = ("contagion", "threshold", "susceptibility")


def facts(name: str, title: str | None = None, *, usual: bool = False) -> Facts:
    """A scenario with two programmes and a shock, or business as usual."""
    bars = (
        Bar("Lead by example", "8 executives", 0.0, 0.25, 2.0, 1.0, 12.0),
        Bar("Peer groups", "everyone", 0.5, 0.0, math.inf, 0.5, 120.0),
        Bar("The sponsor withdraws", "8 executives", 0.75, 0.0, math.inf, 1.0, 0.0, "shock"),
    )
    return Facts(
        name=name,
        title=title or name.replace("_", " ").capitalize(),
        question=f"What does {name} bring?",
        organisation="Acme",
        people=100,
        years=3.0,
        usual=usual,
        wage=40.0,
        currency="EUR",
        bars=() if usual else bars,
        warnings=() if usual else ("L03 says what nobody does.",),
        data_report=("100 people in 3 departments.", "Generated informal ties: 42."),
    )


def tables(
    names: Sequence[str],
    *,
    gains: Sequence[float],
    runs: int = 20,
    kinds: Sequence[str] = ("luck", "assumptions"),
    noise: float = 0.02,
    outcome_map: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`runs` and `series`: plan k ends at .10 + gains[k], plus noise that the plans share, plus a little of its own.

    With the outcome map a point of share is worth .1 % of productivity and 10,000 a point.
    """
    rng = np.random.default_rng(4)
    times = np.arange(0, 40) * 4 / 52
    rows, series = [], []
    for kind in kinds:
        for number in range(runs):
            draw = number if kind == "assumptions" else None
            values = {name: float(rng.uniform()) for name in DRAWN}
            common, own = rng.normal(0, noise), rng.normal(0, noise / 4, len(names))
            for k, name in enumerate(names):
                tilt = 0.1 * (values["contagion"] - 0.5) if kind == "assumptions" and k else 0.0
                end = float(np.clip(0.10 + gains[k] + common + own[k] + tilt, 0.0, 1.0))
                row = dict.fromkeys(OUTCOMES, 0.0) | {
                    "scenario": name, "uncertainty": kind, "draw": draw, "replicate": number, "status": "ok",
                    "reason": None, "share_start": 0.10, "share_end": end, "share_1y": 0.10 + (end - 0.10) / 3,
                    "share_2y": 0.10 + (end - 0.10) * 2 / 3, "share_3y": end, "share_5y": np.nan, "swept": end > 0.5,
                    "leader_hours": 1000.0 * k, "cash": 5000.0 * k, "cost": 45000.0 * k,
                    "kirkpatrick_reaction": 0.03 * k, "kirkpatrick_learning": 0.01 * k, "kirkpatrick_behaviour": end - 0.10,
                    **dict.fromkeys(RESULTS, None),
                    **({"kirkpatrick_results": (end - 0.10) / 10, "net_present_value": 1e6 * (end - 0.10)}
                       if outcome_map else {}),
                    **{f"adoptions_{layer}": 3.0 + k for layer in LIT_BY[:5]},
                    **{f"p.{p}": v if kind == "assumptions" else np.nan for p, v in values.items()},
                }  # fmt: skip
                rows.append(row)
                for time in times:
                    for group_kind, group in (("all", "all"), ("level", "manager"), ("level", "employee")):
                        series.append(
                            (
                                name,
                                kind,
                                draw,
                                number,
                                time,
                                group_kind,
                                group,
                                0.10 + (end - 0.10) * time / 3,
                            )
                        )
    columns = ["scenario", "uncertainty", "draw", "replicate", "time", "kind", "group", "share_practising"]
    return pd.DataFrame(rows), pd.DataFrame(series, columns=columns)


def sample(
    gains: Sequence[float] = (0.0, 0.2),
    *,
    titles: Sequence[str] | None = None,
    runs: int = 20,
    kinds: Sequence[str] = ("luck", "assumptions"),
    noise: float = 0.02,
    usual_last: bool = False,
    outcome_map: bool = False,
) -> Findings:
    """Findings of a made-up comparison of as many plans as there are gains."""
    names = [f"plan_{chr(97 + k)}" for k in range(len(gains))]
    plans = [
        facts(name, titles[k] if titles else None, usual=usual_last and k == len(names) - 1)
        for k, name in enumerate(names)
    ]
    run_table, series = tables(
        names, gains=gains, runs=runs, kinds=kinds, noise=noise, outcome_map=outcome_map
    )
    return gather(
        plans, run_table, series, seed=7, fingerprint="0a1b2c3d", version="9.8.7", settings={"Seed": "7"}
    )
